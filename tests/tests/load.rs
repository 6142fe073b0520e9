//! A small form of what `cargo run --release -p imap-tests --bin load` does with 2,200 sessions.

use std::process::Command;

#[test]
fn every_event_reaches_every_session() {
    let mut command = Command::new("timeout");
    command.args(["300", env!("CARGO_BIN_EXE_load")]);
    command.args(["--tokio", "20", "--std", "5", "--seconds", "3"]);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let problem = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{problem}");
    let last = said.lines().last();
    assert_eq!(last, Some("75 events expected, 75 received, 0 lost"));
}
