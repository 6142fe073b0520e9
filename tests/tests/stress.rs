//! A sample of what `cargo run --release -p imap-tests --bin stress` runs at full size: 8 workers of 100 commands.

use std::process::Command;

use imap_tests::servers::{Kind, server};

fn run(arguments: &[&str]) {
    let mut command = Command::new("timeout");
    command.args(["300", env!("CARGO_BIN_EXE_stress"), "--workers", "8"]);
    let output = command.args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let problem = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{}: {said}{problem}",
        output.status
    );
    assert!(said.contains(" answers right, 4 idles"), "{said}");
}

/// As a URL of the program: it is its process that must not hold the server.
fn real(kind: Kind) {
    let Some(server) = server(kind) else { return };
    let (user, password) = server.login();
    let url = format!("imap://{user}:{password}@127.0.0.1:{}", server.port());
    run(&["--commands", "100", "--seeds", "1", "--url", &url]);
}

#[test]
fn every_answer_of_the_model_reaches_its_caller() {
    run(&["--commands", "100", "--seeds", "4"]);
}

#[test]
fn every_answer_of_dovecot_reaches_its_caller() {
    real(Kind::Dovecot);
}

#[test]
fn every_answer_of_cyrus_reaches_its_caller() {
    real(Kind::Cyrus);
}
