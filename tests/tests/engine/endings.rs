//! Found by the fuzz target `engine_ops`: endings that were lost, and data for commands that had theirs (law 4).

use std::time::Duration;

use imap_proto_core::encode::{Append, AppendMessage, Fetch, FetchItems, Noop, Select, StartTls};
use imap_proto_core::engine::{Config, ConnectionError, Event, Security, TimeoutReason};
use imap_proto_core::types::{SequenceNumber, SequenceSet};
use imap_tests::harness::Harness;

#[test]
fn starttls_that_was_refused_is_unfinished() {
    let mut harness = Harness::with(Config::starttls("mail.example.org"), Security::Plaintext);
    harness.feed("* OK hi\r\n");
    let starttls = harness.submit(StartTls);
    harness.feed("AAAA0 NO not now\r\n");
    assert!(harness.error.is_some());
    assert_eq!(harness.unfinished(), [starttls]);
}

#[test]
fn starttls_with_octets_behind_its_ok_is_unfinished() {
    let mut harness = Harness::with(Config::starttls("mail.example.org"), Security::Plaintext);
    harness.feed("* OK hi\r\n");
    let starttls = harness.submit(StartTls);
    harness.feed("AAAA0 OK begin\r\n*");
    assert!(harness.error.is_some());
    assert_eq!(harness.unfinished(), [starttls]);
}

#[test]
fn a_command_that_was_not_sent_when_the_connection_failed_is_unfinished() {
    let mut harness = Harness::authenticated("");
    let select = harness.submit(Select::new("INBOX"));
    let set = SequenceSet::from(SequenceNumber(1));
    let fetch = harness.submit(Fetch::new(set, FetchItems::new().flags()));
    harness.input.extend_from_slice(b"AAAA0 NO no\r\n");
    let completed = harness
        .connection
        .poll_event(&mut harness.input, harness.now);
    assert!(completed.is_ok(), "{select:?}");
    assert!(harness.connection.poll_transmit(harness.now).is_none());
    harness.connection.fail(ConnectionError::UnexpectedEof);
    harness.turn();
    assert_eq!(harness.error, Some(ConnectionError::UnexpectedEof));
    assert_eq!(harness.unfinished(), [fetch]);
}

#[test]
fn a_time_out_that_the_end_kept_from_being_told_is_unfinished() {
    let mut harness = Harness::authenticated("");
    let noop = harness.submit(Noop);
    harness
        .connection
        .handle_timeout(harness.now + Duration::from_secs(300));
    harness.connection.fail(ConnectionError::UnexpectedEof);
    harness.turn();
    assert!(harness.take_events().is_empty());
    assert_eq!(harness.unfinished(), [noop]);
}

#[test]
fn a_time_out_that_ends_the_connection_leaves_its_command_unfinished() {
    let mut harness = Harness::authenticated("");
    let append = harness.submit(Append::new("INBOX", AppendMessage::new("hello")));
    harness.clock(Duration::from_secs(300));
    let timeout = ConnectionError::Timeout(TimeoutReason::Command);
    assert_eq!(harness.error, Some(timeout));
    assert_eq!(harness.unfinished(), [append]);
}

fn claims_of_malformed(harness: &mut Harness) -> Vec<bool> {
    let claim = |event: Event| match event {
        Event::Malformed { claimed_by, .. } => Some(claimed_by.is_some()),
        _ => None,
    };
    harness
        .take_events()
        .into_iter()
        .filter_map(claim)
        .collect()
}

#[test]
fn a_malformed_response_belongs_to_no_command_that_timed_out() {
    let mut harness = Harness::authenticated("");
    harness.submit(Noop);
    harness.feed("broken\r\n");
    harness.clock(Duration::from_secs(300));
    harness.feed("broken\r\n");
    assert_eq!(claims_of_malformed(&mut harness), [true, false]);
}

#[test]
fn a_malformed_response_belongs_to_no_command_of_the_engines_own() {
    let mut harness = Harness::authenticated("IDLE");
    harness.connection.idle(true, harness.now);
    harness.clock(Duration::from_millis(100));
    assert_eq!(harness.take_sent(), "AAAA0 IDLE\r\n");
    harness.feed("broken\r\n");
    assert_eq!(claims_of_malformed(&mut harness), [false]);
}
