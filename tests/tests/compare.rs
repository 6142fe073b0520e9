//! Every case of `tests/compare-imaplib2`, by both adapters; the seed itself needs Python and is not run here.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use imap_tests::compare::Plan;

const PROGRAM: &str = env!("CARGO_BIN_EXE_compare-case");
/// How many cases run at once.
const AT_ONCE: usize = 4;

#[test]
fn all_by_the_blocking_adapter() {
    all("std");
}

#[test]
fn all_by_the_tokio_adapter() {
    all("tokio");
}

#[test]
fn a_wrong_answer_is_noticed() {
    // The server of another case: its script is not kept to, and its answers are not those.
    let mut server = serve("pipelined-fetches", None);
    let url = url(&mut server);
    let mut client = client("std", "two-searches", &url, None);
    let (client, said) = end(&mut client, Duration::from_secs(20));
    let (server, problem) = end(&mut server, Duration::from_secs(20));
    assert_eq!((client, server), (Some(false), Some(false)));
    assert!(
        !said.is_empty() && problem.contains("the client said"),
        "{problem}"
    );
}

fn all(adapter: &str) {
    let plans = Plan::all();
    assert!(plans.len() >= 47, "only {} cases", plans.len());
    let (queue, failed) = (Mutex::new(plans), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(plan) = take(&queue) {
                    if let Err(problem) = one(adapter, &plan) {
                        let note = format!("{} {}: {problem}", plan.rule, plan.name);
                        failed.lock().unwrap().push(note);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{failed:#?}");
}

fn take(queue: &Mutex<Vec<Plan>>) -> Option<Plan> {
    queue.lock().unwrap().pop()
}

fn one(adapter: &str, plan: &Plan) -> Result<(), String> {
    let ca = std::env::temp_dir().join(format!(
        "compare-{}-{adapter}-{}.pem",
        std::process::id(),
        plan.name
    ));
    let ca = ca.to_str().unwrap();
    let mut server = serve(&plan.name, Some(ca));
    let url = url(&mut server);
    let mut client = client(adapter, &plan.name, &url, Some(ca));
    // A machine that is busy with other tests is no reason to fail.
    let patience = plan.limit * 4;
    let client = end(&mut client, patience);
    let server = end(&mut server, patience);
    let _ = std::fs::remove_file(ca);
    match (client, server) {
        ((Some(true), _), (Some(true), _)) => Ok(()),
        (client, server) => Err(format!("client {client:?}, server {server:?}")),
    }
}

fn serve(name: &str, ca: Option<&str>) -> Child {
    start(&["--serve", name], ca)
}

fn client(adapter: &str, name: &str, url: &str, ca: Option<&str>) -> Child {
    start(&["--adapter", adapter, name, url], ca)
}

fn start(arguments: &[&str], ca: Option<&str>) -> Child {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).stdout(Stdio::piped());
    if let Some(file) = ca {
        command.args(["--ca", file]);
    }
    command.stderr(Stdio::piped()).spawn().unwrap()
}

fn url(server: &mut Child) -> String {
    let mut line = String::new();
    let output = server.stdout.take().unwrap();
    BufReader::new(output).read_line(&mut line).unwrap();
    format!("imap://127.0.0.1:{}", line.trim())
}

/// Whether it ended well, `None` when it had to be killed, and what it said.
fn end(child: &mut Child, patience: Duration) -> (Option<bool>, String) {
    let until = Instant::now() + patience;
    let mut status = child.try_wait().unwrap();
    while status.is_none() && Instant::now() < until {
        thread::sleep(Duration::from_millis(5));
        status = child.try_wait().unwrap();
    }
    if status.is_none() {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let mut said = String::new();
    let errors = child.stderr.take().unwrap();
    BufReader::new(errors).read_to_string(&mut said).unwrap();
    (status.map(|status| status.success()), said)
}
