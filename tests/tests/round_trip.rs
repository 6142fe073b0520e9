//! Three thousand round trips of responses and of commands; `roundtrip` runs any number.

use imap_tests::round_trip::{Report, commands, expected_commands, expected_responses, responses};

const CASES: u64 = 3000;

fn check(report: &Report) {
    assert_eq!(report.cases, CASES);
    assert_eq!(report.differ, 0, "{}", report.differences.join("\n"));
}

#[test]
fn responses_come_back() {
    let report = responses(CASES, 1);
    check(&report);
    let expected = expected_responses();
    assert!(expected.len() > 150, "{expected:?}");
    assert_eq!(report.missing(&expected), Vec::<String>::new());
}

#[test]
fn commands_come_back() {
    let report = commands(CASES, 1);
    check(&report);
    let expected = expected_commands();
    assert!(expected.len() > 70, "{expected:?}");
    assert_eq!(report.missing(&expected), Vec::<String>::new());
    // The most have arguments by chance, of which some have no form on the wire.
    assert!(report.refused < CASES / 4, "{} refused", report.refused);
}
