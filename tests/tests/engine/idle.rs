//! IDLE is a state: it begins, renews itself, and gives way.

use std::time::Duration;

use imap_proto_core::encode::Noop;
use imap_proto_core::engine::{ConnectionError, Event, TimeoutReason};
use imap_tests::harness::Harness;

const MINUTE: Duration = Duration::from_secs(60);

fn idling() -> Harness {
    let mut harness = Harness::selected("IDLE", 3);
    harness.connection.idle(true, harness.now);
    harness.clock(Duration::from_millis(100));
    assert_eq!(harness.take_sent(), "AAAA1 IDLE\r\n");
    harness.feed("+ idling\r\n");
    assert!(harness.connection.is_idling());
    harness.take_events();
    harness
}

#[test]
fn it_begins_when_nothing_was_in_flight_for_a_while() {
    let mut harness = Harness::selected("IDLE", 3);
    let noop = harness.submit(Noop);
    harness.take_sent();
    harness.connection.idle(true, harness.now);
    harness.clock(MINUTE);
    assert_eq!(harness.take_sent(), "");
    harness.ok(noop);
    harness.clock(Duration::from_millis(99));
    assert_eq!(harness.take_sent(), "");
    harness.clock(Duration::from_millis(1));
    assert_eq!(harness.take_sent(), "AAAA2 IDLE\r\n");
}

#[test]
fn a_submit_ends_it_and_it_comes_back() {
    let mut harness = idling();
    let noop = harness.submit(Noop);
    assert_eq!(harness.take_sent(), "DONE\r\n");
    harness.feed("* 4 EXISTS\r\nAAAA1 OK idle done\r\n");
    assert_eq!(harness.take_sent(), "AAAA2 NOOP\r\n");
    harness.ok(noop);
    harness.clock(Duration::from_millis(100));
    assert_eq!(harness.take_sent(), "AAAA3 IDLE\r\n");
}

#[test]
fn it_is_renewed_before_29_minutes_are_over() {
    let mut harness = idling();
    harness.clock(28 * MINUTE);
    assert_eq!(harness.take_sent(), "");
    harness.clock(MINUTE);
    assert_eq!(harness.take_sent(), "DONE\r\n");
    harness.feed("AAAA1 OK done\r\n");
    harness.clock(Duration::from_millis(100));
    assert_eq!(harness.take_sent(), "AAAA2 IDLE\r\n");
}

#[test]
fn hours_of_idle_are_no_timeout() {
    let mut harness = idling();
    for minute in 0..20 {
        harness.clock(MINUTE);
        assert_eq!(harness.error, None, "after {minute} minutes");
    }
}

#[test]
fn a_dead_peer_is_found_when_done_gets_no_answer() {
    let mut harness = idling();
    harness.clock(29 * MINUTE).clock(5 * MINUTE);
    assert_eq!(
        harness.error,
        Some(ConnectionError::Timeout(TimeoutReason::Idle))
    );
}

#[test]
fn quirk_1_15_2_data_before_the_continuation_of_idle() {
    let mut harness = Harness::selected("IDLE", 3);
    harness.connection.idle(true, harness.now);
    harness.clock(Duration::from_millis(100));
    harness.feed("* 4 EXISTS\r\n");
    assert!(!harness.connection.is_idling());
    harness.feed("+ idling\r\n");
    assert!(harness.connection.is_idling());
}

#[test]
fn d11_a_command_while_idle_waits_for_its_continuation() {
    let mut harness = Harness::selected("IDLE", 3);
    harness.connection.idle(true, harness.now);
    harness.clock(Duration::from_millis(100));
    harness.submit(Noop);
    assert_eq!(harness.take_sent(), "AAAA1 IDLE\r\n");
    harness.feed("+ idling\r\n");
    assert_eq!(harness.take_sent(), "DONE\r\n");
    harness.feed("AAAA1 OK done\r\n");
    assert_eq!(harness.take_sent(), "AAAA2 NOOP\r\n");
}

#[test]
fn d11_an_ok_before_done_ends_it() {
    let mut harness = idling();
    harness.feed("AAAA1 OK bored\r\n");
    assert!(
        harness
            .take_events()
            .iter()
            .any(|e| matches!(e, Event::Idling(false)))
    );
    let noop = harness.submit(Noop);
    assert_eq!(harness.take_sent(), "AAAA2 NOOP\r\n");
    harness.ok(noop);
    assert_eq!(harness.error, None);
}

#[test]
fn d11_done_that_crossed_the_ok_may_be_answered_bad_once() {
    for stray in ["DONE BAD what?\r\n", "* BAD Invalid tag\r\n"] {
        let mut harness = idling();
        let noop = harness.submit(Noop);
        assert_eq!(harness.take_sent(), "DONE\r\n");
        harness.feed("AAAA1 OK bored\r\n").feed(stray).ok(noop);
        assert_eq!(harness.error, None);
    }
}

/// Once a later command is answered, a BAD is no answer to DONE any more: it was lost.
#[test]
fn bad_behind_a_later_answer_is_told() {
    let mut harness = idling();
    let noop = harness.submit(Noop);
    harness.feed("AAAA1 OK bored\r\n").ok(noop);
    harness.take_events();
    harness.feed("* BAD disk is full\r\n");
    let events = harness.take_events();
    assert!(matches!(&events[..], [Event::Data { .. }]), "{events:?}");
}

#[test]
fn a_server_that_refuses_idle_is_asked_by_noop() {
    let mut harness = Harness::selected("IDLE", 3);
    harness.connection.idle(true, harness.now);
    harness.clock(Duration::from_millis(100));
    harness.take_sent();
    harness.feed("AAAA1 BAD what?\r\n");
    harness.clock(2 * MINUTE);
    assert_eq!(harness.take_sent(), "AAAA2 NOOP\r\n");
}

#[test]
fn without_the_capability_noop_asks_from_time_to_time() {
    let mut harness = Harness::selected("", 3);
    harness.connection.idle(true, harness.now);
    harness.clock(2 * MINUTE);
    assert_eq!(harness.take_sent(), "AAAA1 NOOP\r\n");
    harness.feed("* 4 EXISTS\r\nAAAA1 OK done\r\n");
    harness.clock(2 * MINUTE);
    assert_eq!(harness.take_sent(), "AAAA2 NOOP\r\n");
    harness.connection.idle(false, harness.now);
    harness.feed("AAAA2 OK done\r\n");
    harness.clock(10 * MINUTE);
    assert_eq!(harness.take_sent(), "");
}
