//! Round trips of responses and commands: `--cases N` of each (1000 without it), `--seed S` for others than the first.
//!
//! Prints how many of each kind were reached with `--kinds`, and two lines at the end. The exit status is 1 if one case
//! differs or one kind was not reached.

use std::collections::BTreeSet;
use std::process::ExitCode;

use imap_tests::round_trip::{Report, commands, expected_commands, expected_responses, responses};

fn number_behind(option: &str) -> Option<u64> {
    let mut words = std::env::args().skip_while(|word| word != option).skip(1);
    words.next().map(|word| word.parse().expect("a number"))
}

fn main() -> ExitCode {
    let cases = number_behind("--cases").unwrap_or(1000);
    let seed = number_behind("--seed").unwrap_or(1);
    let kinds = std::env::args().any(|word| word == "--kinds");
    let read = responses(cases, seed);
    let said = commands(cases, seed);
    let mut right = tell("responses", &read, &expected_responses(), kinds);
    right &= tell("commands", &said, &expected_commands(), kinds);
    ExitCode::from(u8::from(!right))
}

/// Prints what came of the cases; whether all is right.
fn tell(name: &str, report: &Report, expected: &BTreeSet<String>, kinds: bool) -> bool {
    for difference in &report.differences {
        println!("{name}: {difference}");
    }
    for (kind, count) in report.kinds.iter().filter(|_| kinds) {
        println!("{name}: {count} of {kind}");
    }
    let missing = report.missing(expected);
    for kind in &missing {
        println!("{name}: none of {kind}");
    }
    println!(
        "{name}: {} cases, {} differ ({} kinds, {} refused)",
        report.cases,
        report.differ,
        report.kinds.len(),
        report.refused
    );
    report.differ == 0 && missing.is_empty()
}
