//! Very many sessions of one process that idle above TLS, each with an event a second; see `imap_tests::load`.
//!
//! `load [--tokio 2000] [--std 200] [--seconds 60]`. The server is the demo server in a process of its own. Each side needs
//! some eight descriptors for a session: where the limit is lower, the program raises its own by `prlimit` (util-linux),
//! which is allowed up to the hard limit, see `ulimit -Hn`. The exit status is 1 where an event was lost.

use std::process::{Command, ExitCode};

use imap_tests::demo_process::{DemoProcess, serve_if_asked};
use imap_tests::load::{Plan, Report, run};
use imap_tests::soak::Place;
use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

fn main() -> ExitCode {
    let ended = serve_if_asked().map_err(|error| error.to_string());
    let report = match ended {
        Ok(true) => return ExitCode::SUCCESS,
        Ok(false) => plan().and_then(load),
        Err(problem) => Err(problem),
    };
    match report {
        Ok(report) => tell(&report),
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn plan() -> Result<Plan, String> {
    let mut plan = Plan {
        tokio: 2000,
        std: 200,
        events: 60,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(flag) = arguments.next() {
        let value = arguments.next().and_then(|value| value.parse().ok());
        let value = value.ok_or_else(|| format!("{flag} needs a number"))?;
        match flag.as_str() {
            "--tokio" => plan.tokio = value,
            "--std" => plan.std = value,
            "--seconds" => plan.events = value,
            _ => return Err(format!("no option {flag}")),
        }
    }
    Ok(plan)
}

fn load(plan: Plan) -> Result<Report, String> {
    make_room(plan.descriptors())?;
    // It has the same limits.
    let demo = DemoProcess::start().map_err(|error| error.to_string())?;
    run(&Place::of_demo(&demo)?, plan, || HEAP.current_usage())
}

/// Raises the limit for descriptors of this process where it is too low.
fn make_room(needed: usize) -> Result<(), String> {
    let enough = || descriptors().is_some_and(|limit| limit >= needed);
    if enough() {
        return Ok(());
    }
    let status = Command::new("prlimit")
        .arg(format!("--pid={}", std::process::id()))
        .arg(format!("--nofile={needed}:"))
        .status();
    if status.is_ok_and(|status| status.success()) && enough() {
        return Ok(());
    }
    Err(format!(
        "{needed} descriptors are needed, and the limit is {:?}: raise it by ulimit -n",
        descriptors()
    ))
}

/// The limit for descriptors; `None` where it cannot be read.
fn descriptors() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn tell(report: &Report) -> ExitCode {
    let lost = report.expected() - report.received;
    let milliseconds = |hundredths| report.percentile(hundredths).as_millis();
    let (processor, time) = report.processor;
    println!(
        "{} tokio and {} std sessions, TLS, IDLE, opened in {:.1} s",
        report.plan.tokio,
        report.plan.std,
        report.opening.as_secs_f64()
    );
    println!(
        "latency: p50 {} ms, p99 {} ms, max {} ms",
        milliseconds(50),
        milliseconds(99),
        milliseconds(100)
    );
    println!(
        "client, per session: {} octets of heap, {} octets resident",
        report.heap, report.resident
    );
    println!(
        "client: {:.1} s of processor time in {:.1} s",
        processor.as_secs_f64(),
        time.as_secs_f64()
    );
    println!(
        "{} events expected, {} received, {lost} lost",
        report.expected(),
        report.received
    );
    ExitCode::from(u8::from(lost > 0 || report.received == 0))
}
