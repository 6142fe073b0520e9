//! One case of `tests/compare-imaplib2`: its server, or one of our adapters as its client.
//!
//! `compare-case --list` prints `NAME LIMIT RULE SEED` for each case; `compare-case --serve CASE [--ca FILE]` prints its
//! port and plays the case; `compare-case --adapter std|tokio CASE imap://127.0.0.1:PORT [--ca FILE]` shows what a correct
//! client shows. The exit status is 0 when all was as it should be, and the reason why not stands on standard error.

use std::net::{Ipv4Addr, TcpListener};
use std::process::ExitCode;

use imap_tests::certs;
use imap_tests::compare::{Place, Plan, ready, run, serve};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["--list"] => {
            for plan in Plan::all() {
                let seed = if plan.seed_fails { "fails" } else { "may-pass" };
                let limit = plan.limit.as_secs();
                println!("{} {limit} {} {seed}", plan.name, plan.rule);
            }
            Ok(())
        }
        ["--serve", name] => play(name, None),
        ["--serve", name, "--ca", file] => play(name, Some(file)),
        ["--adapter", adapter, name, url] => show(adapter, name, url, None),
        ["--adapter", adapter, name, url, "--ca", file] => show(adapter, name, url, Some(file)),
        _ => Err("usage: see the source".to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn play(name: &str, ca: Option<&str>) -> Result<(), String> {
    let plan = Plan::read(name);
    if let Some(file) = ca {
        std::fs::write(file, certs::shared().pem()).map_err(text)?;
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(text)?;
    println!("{}", listener.local_addr().map_err(text)?.port());
    serve(&listener, &plan)
}

fn show(adapter: &str, name: &str, url: &str, ca: Option<&str>) -> Result<(), String> {
    let port = url
        .strip_prefix("imap://127.0.0.1:")
        .and_then(|port| port.parse().ok());
    let ca = ca.map(std::fs::read_to_string).transpose().map_err(text)?;
    let place = Place {
        port: port.ok_or("the URL is not imap://127.0.0.1:PORT")?,
        ca,
    };
    let plan = Plan::read(name);
    if adapter == "std" {
        return ready(run::<imap_transport_std::Session>(&plan, &place));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(text)?;
    let tasks = tokio::task::LocalSet::new();
    tasks.block_on(
        &runtime,
        run::<imap_transport_tokio::Session>(&plan, &place),
    )
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
