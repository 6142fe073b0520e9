//! Law 8: time is an argument.

use std::time::Duration;

use bytes::Bytes;
use imap_proto_core::encode::{
    Append, AppendMessage, Fetch, FetchItems, Login, Logout, Noop, Select,
};
use imap_proto_core::engine::{ConnectionError, Event, TimeoutReason};
use imap_proto_core::types::SequenceNumber;
use imap_tests::harness::Harness;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn the_greeting_has_an_absolute_deadline() {
    let mut harness = Harness::new();
    for _ in 0..29 {
        harness.feed("*").clock(SECOND);
    }
    assert_eq!(harness.error, None);
    harness.clock(SECOND);
    assert_eq!(
        harness.error,
        Some(ConnectionError::Timeout(TimeoutReason::Greeting))
    );
}

#[test]
fn login_has_an_absolute_deadline() {
    let mut harness = Harness::new();
    harness.feed("* OK hi\r\n");
    harness.submit(Login::new("a", "b"));
    for _ in 0..60 {
        harness.feed("* OK wait\r\n").clock(SECOND);
    }
    assert_eq!(
        harness.error,
        Some(ConnectionError::Timeout(TimeoutReason::Login))
    );
}

#[test]
fn a_silent_command_times_out_alone_and_its_late_answer_is_drained() {
    let mut harness = Harness::authenticated("");
    let late = harness.submit(Noop);
    harness.clock(300 * SECOND);
    let timed_out = |e: &Event| matches!(e, Event::TimedOut { id, .. } if *id == late);
    assert_eq!(
        harness
            .take_events()
            .iter()
            .filter(|e| timed_out(e))
            .count(),
        1
    );
    let noop = harness.submit(Noop);
    harness.ok(late).ok(noop);
    let events = harness.take_events();
    let completed = |e: &&Event| matches!(e, Event::Completed { .. });
    assert_eq!(events.iter().filter(completed).count(), 1);
    assert_eq!(harness.error, None);
}

#[test]
fn any_octet_resets_the_silence() {
    let mut harness = Harness::authenticated("");
    harness.submit(Noop);
    for _ in 0..10 {
        harness.clock(299 * SECOND);
        harness.feed("* OK still working\r\n");
    }
    assert!(
        !harness
            .take_events()
            .iter()
            .any(|e| matches!(e, Event::TimedOut { .. }))
    );
}

#[test]
fn a_literal_that_stalls_ends_the_connection() {
    let mut harness = Harness::selected("", 3);
    harness.feed("* 1 FETCH (BODY[] {100000}\r\nabc");
    harness.clock(59 * SECOND);
    assert_eq!(harness.error, None);
    harness.clock(SECOND);
    assert_eq!(
        harness.error,
        Some(ConnectionError::Timeout(TimeoutReason::Literal))
    );
}

#[test]
fn d12_a_drip_ends_the_connection() {
    let mut harness = Harness::selected("", 3);
    for octet in b"* OK abcdefghijklmnopqrstuvwxyz" {
        harness.feed([*octet]).clock(30 * SECOND);
    }
    assert_eq!(
        harness.error,
        Some(ConnectionError::Timeout(TimeoutReason::Response))
    );
}

#[test]
fn d10_silence_after_bye_ends_the_connection() {
    let mut harness = Harness::selected("", 3);
    harness.feed("* BYE\r\n").clock(5 * SECOND);
    assert!(matches!(
        harness.error,
        Some(ConnectionError::ClosedByServer { .. })
    ));
}

#[test]
fn a_call_too_early_is_a_no_op_and_one_too_late_fires_once() {
    let mut harness = Harness::authenticated("");
    harness.submit(Noop);
    harness.clock(Duration::ZERO).clock(Duration::ZERO);
    assert!(harness.take_events().is_empty());
    harness.clock(3000 * SECOND).clock(3000 * SECOND);
    let fired = harness.take_events();
    assert_eq!(
        fired
            .iter()
            .filter(|e| matches!(e, Event::TimedOut { .. }))
            .count(),
        1
    );
}

#[test]
fn poll_timeout_tells_when_and_why() {
    let harness = Harness::new();
    let deadline = harness.connection.poll_timeout().unwrap();
    assert_eq!(deadline.at, harness.now + 30 * SECOND);
}

/// A long upload over a slow line is no dead server; one that stalls is.
#[test]
fn an_upload_lasts_as_long_as_the_transport_takes_some_of_it() {
    let mut harness = Harness::authenticated("");
    let append = harness.submit(Append::new("INBOX", AppendMessage::upload(1000)));
    harness.feed("+ go on\r\n");
    for _ in 0..4 {
        harness.clock(200 * SECOND);
        let piece = Bytes::from_static(&[b'x'; 100]);
        harness.connection.append_bytes(append, piece).unwrap();
        harness.turn();
    }
    assert_eq!(harness.error, None);
    harness.writable = false;
    let rest = Bytes::from_static(&[b'x'; 600]);
    harness.connection.append_bytes(append, rest).unwrap();
    harness.clock(299 * SECOND);
    assert_eq!(harness.error, None);
    harness.clock(SECOND);
    let timed_out = ConnectionError::Timeout(TimeoutReason::Command);
    assert_eq!(harness.error, Some(timed_out));
}

/// A command that cannot even be written ends in time too.
#[test]
fn a_transport_that_takes_nothing_is_left() {
    let mut harness = Harness::authenticated("");
    harness.writable = false;
    let noop = harness.submit(Noop);
    // Shown to the transport, which takes nothing.
    let now = harness.now;
    assert!(harness.connection.poll_transmit(now).is_some());
    harness.clock(300 * SECOND);
    let timed_out = ConnectionError::Timeout(TimeoutReason::Command);
    assert_eq!(harness.error, Some(timed_out));
    assert_eq!(harness.unfinished(), vec![noop]);
}

/// A command that must wait for another one, which timed out, never had its turn: over a connection on which nothing
/// comes any more it had no ending.
#[test]
fn what_is_held_behind_a_command_that_timed_out_ends_too() {
    let mut harness = Harness::authenticated("");
    let select = harness.submit(Select::new("INBOX"));
    harness.clock(SECOND);
    let all = SequenceNumber(1)..=SequenceNumber(9);
    let fetch = harness.submit(Fetch::new(all, FetchItems::new().uid()));
    harness.clock(299 * SECOND);
    let timed_out = |e: &Event| matches!(e, Event::TimedOut { id, .. } if *id == select);
    assert!(harness.take_events().iter().any(timed_out));
    let deadline = harness.connection.poll_timeout().unwrap();
    assert_eq!(deadline.at, harness.now + SECOND);
    harness.clock(SECOND);
    let events = harness.take_events();
    assert!(
        matches!(events[..], [Event::NotSent { id }] if id == fetch),
        "{events:?}"
    );
    // The connection goes on: the late answer is drained, and the next command has its turn.
    harness.feed("* 3 EXISTS\r\n").ok(select);
    let noop = harness.submit(Noop);
    harness.take_events();
    harness.ok(noop);
    assert!(matches!(
        harness.take_events()[..],
        [Event::Completed { .. }]
    ));
    assert_eq!(harness.error, None);
}

/// As a session logs out when its last handle is dropped, a connection on which nothing comes any more would stay.
#[test]
fn a_logout_behind_a_command_that_timed_out_ends_the_connection() {
    let mut harness = Harness::authenticated("");
    harness.submit(Noop);
    harness.clock(300 * SECOND);
    harness.take_sent();
    let logout = harness.submit(Logout);
    harness.clock(4 * SECOND);
    assert_eq!((harness.take_sent().as_str(), &harness.error), ("", &None));
    harness.clock(SECOND);
    let expected = ConnectionError::Timeout(TimeoutReason::Logout);
    assert_eq!(harness.error, Some(expected));
    assert_eq!(harness.unfinished(), [logout]);
}
