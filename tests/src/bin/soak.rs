//! Many sessions under random faults, and a model of what their mailboxes must hold; see `imap_tests::soak`.
//!
//! ```text
//! soak --seconds S [--server demo|dovecot|cyrus|cyrus-new] [--tls] [--compress] [--seed N] [--sessions 16]
//!      [--hung-after SECONDS] [--break lost|duplicated|misattributed|hung|leaked]
//! ```
//!
//! The last line is `C commands, F faults injected, 0 lost, 0 duplicated, 0 misattributed, 0 hung, 0 leaked`; the exit
//! status is 1 where one of the last five is not 0. `--break` does that wrong on purpose, to see that it is found.

use std::process::ExitCode;
use std::time::Duration;

use imap_tests::demo_process::{DemoProcess, serve_if_asked};
use imap_tests::servers::{self, Kind as ServerKind};
use imap_tests::soak::{Kind, Place, Plan, Report, run};
use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

struct Options {
    plan: Plan,
    server: String,
}

fn main() -> ExitCode {
    match serve_if_asked().map_err(|error| error.to_string()) {
        Ok(false) => {}
        Ok(true) => return ExitCode::SUCCESS,
        Err(problem) => return fail(&problem),
    }
    let told = options().and_then(|options| {
        println!("repeat: {}", repeat(&options));
        soak(&options)
    });
    match told {
        Ok(report) => tell(&report),
        Err(problem) => fail(&problem),
    }
}

fn fail(problem: &str) -> ExitCode {
    eprintln!("{problem}");
    ExitCode::FAILURE
}

fn soak(options: &Options) -> Result<Report, String> {
    let heap = || HEAP.current_usage();
    if options.server == "demo" {
        let demo = DemoProcess::start().map_err(|error| error.to_string())?;
        return run(&Place::of_demo(&demo)?, &options.plan, heap);
    }
    let kind = ServerKind::ALL
        .into_iter()
        .find(|kind| kind.name() == options.server);
    let server = servers::server(kind.ok_or_else(|| format!("no server {}", options.server))?);
    // It runs until all is done.
    let server = server.ok_or("no such server here")?;
    run(&Place::of_server(&server)?, &options.plan, heap)
}

fn tell(report: &Report) -> ExitCode {
    for (kind, count) in &report.faults {
        println!("fault: {kind}, {count}");
    }
    for (why, count) in &report.ends {
        println!("connections ended: {why}, {count}");
    }
    for problem in &report.told {
        println!("{problem}");
    }
    let (opened, failed) = report.connections;
    println!(
        "{opened} connections, {failed} failed to open, {} comparisons, {} octets of heap more than at the beginning",
        report.compared, report.heap
    );
    println!("{}", report.line());
    ExitCode::from(u8::from(!report.is_clean()))
}

fn options() -> Result<Options, String> {
    let mut options = Options {
        plan: Plan {
            time: Duration::from_secs(10),
            sessions: 16,
            seed: u64::from(std::process::id()),
            tls: false,
            compress: false,
            hung_after: Duration::from_secs(300),
            sabotage: None,
        },
        server: "demo".to_owned(),
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(flag) = arguments.next() {
        let mut value = || {
            let value = arguments.next();
            value.ok_or_else(|| format!("{flag} needs a value"))
        };
        let plan = &mut options.plan;
        match flag.as_str() {
            "--tls" => plan.tls = true,
            "--compress" => plan.compress = true,
            "--seconds" => plan.time = Duration::from_secs(number(&value()?)?.into()),
            "--seed" => plan.seed = number(&value()?)?.into(),
            "--sessions" => plan.sessions = number(&value()?)?,
            "--hung-after" => plan.hung_after = Duration::from_secs(number(&value()?)?.into()),
            "--server" => options.server = value()?,
            "--break" => plan.sabotage = Some(kind(&value()?)?),
            _ => return Err(format!("no option {flag}")),
        }
    }
    Ok(options)
}

fn number(value: &str) -> Result<u32, String> {
    value.parse().map_err(|_| format!("{value}: no number"))
}

fn kind(value: &str) -> Result<Kind, String> {
    let found = Kind::ALL.into_iter().find(|kind| kind.name() == value);
    found.ok_or_else(|| format!("nothing to break is called {value}"))
}

fn repeat(options: &Options) -> String {
    let plan = &options.plan;
    let switch = |on: bool, name: &'static str| if on { name } else { "" };
    format!(
        "cargo run --release -p imap-tests --bin soak -- --seconds {} --server {}{}{} --seed {} --sessions {}",
        plan.time.as_secs(),
        options.server,
        switch(plan.tls, " --tls"),
        switch(plan.compress, " --compress"),
        plan.seed,
        plan.sessions,
    )
}
