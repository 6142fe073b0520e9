//! Runs the whole feature list against any IMAP server.
//!
//! `interop --url URL [--user USER --password-env VARIABLE] [--ca FILE] [--adapter std|tokio]
//! [--token-env VARIABLE] [--client FILE] [--starttls] [--compress] [--only WORD]
//! [--settings FILE] [--scenario features|imaplib2] [--debug LEVEL]`, where the URL is `imap://host:port`,
//! `imaps://host:port` or `exec:COMMAND` for a child process that greets with PREAUTH.
//!
//! A file of settings is what a script of `tests/servers` prints: it stands for the login, the token and the
//! certificates, and tells the further users and ports that some cases need. With it a capability that no case has tried
//! is a failure; without, it is named in a skipped case.
//!
//! The scenario `imaplib2` is the sequence of that library's own test script, each step checked for
//! its content; its options stand in `docs/from-imaplib2.md`. The debug
//! level is imaplib2's, 0 to 5 (`docs/logging.md`); what it lets through goes to standard error at
//! the end.
//!
//! It works in mailboxes of its own and removes them. Each case prints `ok`, `not ok` or `skip`;
//! the last line counts them, and the exit status is 1 when one failed.

use std::collections::BTreeMap;
use std::process::ExitCode;

use imap_proto_core::engine::debug_filter;
use imap_tests::interop::{Adapter, Address, Options, Scenario, run};
use imap_tests::servers;
use imap_tests::tracer::Tracer;

fn main() -> ExitCode {
    let result = arguments(std::env::args().skip(1)).and_then(|(options, filter, level)| {
        let tracer = level.map(|level| {
            let tracer = Tracer::install();
            tracer.filter(debug_filter(level));
            tracer
        });
        let summary = run(&options, &filter, &mut std::io::stdout().lock());
        eprint!("{}", tracer.map(|tracer| tracer.take()).unwrap_or_default());
        summary
    });
    match result {
        Ok(summary) if summary.failed == 0 => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}

/// Options, the word that cases are chosen by, and the debug level.
type Arguments = (Options, String, Option<u8>);

fn arguments(mut arguments: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let (mut url, mut user, mut password, mut filter) = (None, None, None, String::new());
    let mut level = None;
    let mut options = Options::new(Address::Process(Vec::new()));
    let mut settings = None;
    while let Some(argument) = arguments.next() {
        let mut value = || {
            let value = arguments.next();
            value.ok_or_else(|| format!("{argument} needs a value"))
        };
        match argument.as_str() {
            "--url" => url = Some(value()?),
            "--user" => user = Some(value()?),
            "--password-env" => password = Some(variable(&value()?)?),
            "--token-env" => options.token = Some(variable(&value()?)?),
            "--client" => options.client = Some(value()?.into()),
            "--ca" => options.ca = Some(value()?.into()),
            "--adapter" => options.adapter = adapter(&value()?)?,
            "--starttls" => options.starttls = true,
            "--compress" => options.compress = true,
            "--settings" => settings = Some(read_settings(&value()?)?),
            "--only" => filter = value()?,
            "--debug" => {
                let number = value()?;
                level = Some(number.parse().map_err(|_| format!("no level: {number}"))?);
            }
            "--scenario" => options.scenario = scenario(&value()?)?,
            other => return Err(format!("unknown argument: {other}")),
        }
    }
    options.address = Address::parse(&url.ok_or("--url is missing")?)?;
    options.login = user.zip(password);
    if let Some(settings) = settings {
        options = options.with_settings(settings);
    }
    if options.login.is_none() && !matches!(options.address, Address::Process(_)) {
        return Err("--user and --password-env are missing".into());
    }
    Ok((options, filter, level))
}

fn read_settings(path: &str) -> Result<BTreeMap<String, String>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    Ok(servers::settings(&text))
}

fn variable(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|error| format!("{name}: {error}"))
}

fn scenario(name: &str) -> Result<Scenario, String> {
    match name {
        "features" => Ok(Scenario::Features),
        "imaplib2" => Ok(Scenario::Imaplib2),
        other => Err(format!("no scenario: {other}")),
    }
}

fn adapter(name: &str) -> Result<Adapter, String> {
    match name {
        "std" => Ok(Adapter::Std),
        "tokio" => Ok(Adapter::Tokio),
        other => Err(format!("no adapter: {other}")),
    }
}
