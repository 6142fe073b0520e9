//! A sample of what `cargo run --release -p imap-tests --bin soak` runs for long, and that it can fail.

use std::process::Command;

/// Runs the program; its last line, and whether it found all well.
fn soak(arguments: &[&str]) -> (String, bool) {
    let mut command = Command::new("timeout");
    command.args(["300", env!("CARGO_BIN_EXE_soak")]);
    let output = command.args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let problem = String::from_utf8_lossy(&output.stderr);
    println!("{said}{problem}");
    let last = said.lines().last().unwrap_or_default().to_owned();
    (last, output.status.success())
}

fn well(arguments: &[&str]) {
    let (line, success) = soak(arguments);
    let zeros = "0 lost, 0 duplicated, 0 misattributed, 0 hung, 0 leaked";
    assert!(success && line.ends_with(zeros), "{line}");
    assert!(!line.contains(" 0 faults injected"), "{line}");
}

/// What is broken on purpose must be found, and nothing else.
fn broken(kind: &str) {
    let hung_after = if kind == "hung" { "10" } else { "60" };
    let arguments = [
        "--seconds",
        "1",
        "--sessions",
        "2",
        "--hung-after",
        hung_after,
    ];
    let (line, success) = soak(&[&arguments[..], &["--break", kind]].concat());
    assert!(!success, "{line}");
    let numbers = line.split(", ").skip(2);
    for number in numbers {
        let is_zero = number.starts_with("0 ");
        assert_eq!(is_zero, !number.ends_with(kind), "{kind}: {line}");
    }
}

#[test]
fn nothing_is_lost_below_tls_and_deflate() {
    well(&["--seconds", "5", "--sessions", "8", "--tls", "--compress"]);
}

#[test]
fn nothing_is_lost_in_the_clear() {
    well(&["--seconds", "3", "--sessions", "8"]);
}

#[test]
fn a_lost_message_is_found() {
    broken("lost");
}

#[test]
fn a_duplicated_message_is_found() {
    broken("duplicated");
}

#[test]
fn a_misattributed_message_is_found() {
    broken("misattributed");
}

#[test]
fn what_is_leaked_is_found() {
    broken("leaked");
}

#[test]
fn a_worker_that_is_hung_is_found() {
    broken("hung");
}
