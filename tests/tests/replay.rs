//! Every recording through the engine: whole, one octet at a time, in random pieces, and cut.

use imap_proto_core::encode::SubmitError;
use imap_proto_core::engine::{ConnectionError, Event, Violation};
use imap_tests::replay::{assert_one_ending_each, joined, play, server_octets};
use imap_tests::transcript::{Side, Transcript, all, recording};

/// Connections whose client side no engine could have written.
const NOT_PLAYED: [(&str, u8, &str); 4] = [
    (
        "96-errors",
        1,
        "the client sends lines that are no commands",
    ),
    (
        "17-unauthenticate-admin",
        1,
        "LOGIN goes out where LOGINDISABLED stands",
    ),
    (
        "17-unauthenticate-admin",
        3,
        "LOGIN goes out where LOGINDISABLED stands",
    ),
    ("99-logout", 4, "a command of many kilobytes is not shown"),
];

fn connections() -> Vec<(Transcript, u8)> {
    all()
        .into_iter()
        .flat_map(|transcript| {
            let connections = transcript.connections();
            connections
                .into_iter()
                .map(move |connection| (transcript.clone(), connection))
        })
        .filter(|(transcript, connection)| {
            let left_out = |(name, number, _): &(&str, u8, &str)| {
                transcript.name.ends_with(name) && connection == number
            };
            !NOT_PLAYED.iter().any(left_out)
        })
        .collect()
}

/// An end that a recorded session may come to.
fn is_lawful_end(error: Option<&ConnectionError>) -> bool {
    matches!(
        error,
        Some(
            ConnectionError::LoggedOut
                | ConnectionError::ClosedByServer { .. }
                | ConnectionError::UnexpectedEof
        )
    )
}

/// Whether the recorded server said OK to a command.
fn answered_ok(transcript: &Transcript, connection: u8, tag: &str) -> bool {
    let stream = transcript.stream(Side::Server, connection);
    let text = String::from_utf8_lossy(&stream);
    text.lines()
        .any(|line| line.starts_with(&format!("{tag} OK")))
}

#[test]
fn every_recording_plays_without_a_violation() {
    let mut wrong = Vec::new();
    for (transcript, connection) in connections() {
        let name = format!("{} connection {connection}", transcript.name);
        let mut outcome = play(&transcript, connection, usize::MAX, None);
        if !is_lawful_end(outcome.harness.error.as_ref()) {
            wrong.push(format!("{name}: {:?}", outcome.harness.error));
        }
        let malformed: Vec<&Event> = outcome
            .events
            .iter()
            .filter(|event| matches!(event, Event::Malformed { .. }))
            .collect();
        if malformed.len() > transcript.marked_as_broken() {
            wrong.push(format!("{name}: {malformed:?}"));
        }
        for (tag, error) in &outcome.refused {
            let tag = String::from_utf8_lossy(tag);
            // NUL in a plain literal breaks the grammar, whatever a server makes of it.
            let lawful = *error == SubmitError::NulInString;
            if !lawful && answered_ok(&transcript, connection, &tag) {
                wrong.push(format!(
                    "{name}: {tag} refused, which the server took: {error}"
                ));
            }
        }
        assert_one_ending_each(&name, &mut outcome);
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// Law 10.
#[test]
fn law_10_every_recording_gives_the_same_events_however_chunked() {
    for (transcript, connection) in connections() {
        let whole = joined(&play(&transcript, connection, usize::MAX, None).events);
        for chunk in [1, 7, 1460] {
            let pieces = joined(&play(&transcript, connection, chunk, None).events);
            assert_eq!(
                whole, pieces,
                "{} {connection} in reads of {chunk}",
                transcript.name
            );
        }
    }
}

/// Law 4: the connection is cut behind every octet of a recorded session.
#[test]
fn law_4_a_cut_anywhere_leaves_each_command_one_ending() {
    for name in [
        "dovecot/97-pipelining",
        "cyrus/97-pipelining",
        "dovecot/81-idle-qresync",
    ] {
        let transcript = recording(name);
        for connection in transcript.connections() {
            for cut in 0..=server_octets(&transcript, connection) {
                let mut outcome = play(&transcript, connection, usize::MAX, Some(cut));
                let error = outcome.harness.error.as_ref();
                assert!(is_lawful_end(error), "{name} cut at {cut}: {error:?}");
                assert_one_ending_each(&format!("{name} cut at {cut}"), &mut outcome);
            }
        }
    }
}

#[test]
fn a_violation_is_not_a_lawful_end() {
    assert!(!is_lawful_end(Some(&ConnectionError::Violation(
        Violation::UnknownTag
    ))));
    assert!(!is_lawful_end(None));
}

/// Law 4, a fixed sample: each kind of fault behind every 997th octet of every recording. `attacks --faults` takes each octet.
#[test]
fn law_4_no_fault_leaves_a_command_without_its_ending() {
    let tallies = imap_tests::faults::every(&all(), 997);
    assert_eq!(tallies.len(), 7);
    for tally in tallies {
        assert!(tally.cases > 500 && tally.is_clean(), "{tally}");
    }
}
