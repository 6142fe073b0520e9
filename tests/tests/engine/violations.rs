//! One test for each rule that a server can break; all are fatal and sticky.

use imap_proto_core::encode::{Append, AppendMessage, Noop};
use imap_proto_core::engine::{Config, ConnectionError, Event, Security, Violation};
use imap_proto_core::types::Tolerance;
use imap_tests::harness::Harness;

fn assert_violation(harness: &mut Harness, violation: Violation) {
    assert_eq!(harness.error, Some(ConnectionError::Violation(violation)));
    harness.take_events();
    harness.take_sent();
    harness.feed("* 1 EXISTS\r\n").turn();
    assert!(
        harness.take_events().is_empty(),
        "an event after a fatal error"
    );
    assert_eq!(harness.take_sent(), "", "octets after a fatal error");
}

#[test]
fn no_greeting() {
    for first in [
        "* 3 EXISTS\r\n",
        "A1 OK hi\r\n",
        "+ go\r\n",
        "hello\r\n",
        "* NO hi\r\n",
    ] {
        let mut harness = Harness::new();
        harness.feed(first);
        assert_violation(&mut harness, Violation::NoGreeting);
    }
}

#[test]
fn a4_preauth_before_tls() {
    let mut harness = Harness::with(Config::starttls("mail.example.org"), Security::Plaintext);
    harness.feed("* PREAUTH hi\r\n");
    assert_violation(&mut harness, Violation::PreauthBeforeTls);
}

#[test]
fn d1_unknown_tag() {
    for tag in ["Z9", "AAAA7", "AAAA00"] {
        let mut harness = Harness::authenticated("");
        harness.submit(Noop);
        harness.feed(format!("{tag} OK hi\r\n"));
        assert_violation(&mut harness, Violation::UnknownTag);
    }
}

/// A tag is known to the server once an octet of its command has left.
#[test]
fn d1_an_answer_to_a_command_that_waits_to_be_written() {
    for condition in ["OK", "NO", "BAD"] {
        let mut harness = Harness::authenticated("");
        harness.submit(Noop);
        harness.writable = false;
        harness.submit(Noop);
        harness.connection.poll_transmit(harness.now);
        harness.feed(format!("AAAA1 {condition} done\r\n"));
        assert_violation(&mut harness, Violation::UnknownTag);
    }
}

#[test]
fn d1_a_tag_answered_twice() {
    let mut harness = Harness::authenticated("");
    let noop = harness.submit(Noop);
    harness.ok(noop).ok(noop);
    assert_violation(&mut harness, Violation::TagReused);
}

#[test]
fn a5_ok_for_a_command_that_is_held() {
    let mut harness = Harness::authenticated("");
    harness.writable = false;
    harness.submit(Noop);
    harness.feed("AAAA0 OK done\r\n");
    let error = harness.error.clone();
    let rules = [Violation::CompletedBeforeSent, Violation::UnknownTag];
    assert!(
        matches!(error, Some(ConnectionError::Violation(rule)) if rules.contains(&rule)),
        "{error:?}"
    );
}

#[test]
fn a5_ok_in_place_of_a_continuation() {
    let mut harness = Harness::authenticated("");
    harness.submit(Append::new("INBOX", AppendMessage::new("hello\r\n")));
    assert_eq!(harness.take_sent(), "AAAA0 APPEND INBOX {7}\r\n");
    harness.feed("AAAA0 OK done\r\n");
    assert_violation(&mut harness, Violation::CompletedBeforeSent);
}

#[test]
fn d3_a_continuation_nobody_asked_for() {
    let mut harness = Harness::authenticated("");
    harness.feed("+ go\r\n");
    assert_violation(&mut harness, Violation::UnexpectedContinuation);
    let mut harness = Harness::authenticated("");
    harness.submit(Noop);
    harness.feed("+ go\r\n");
    assert_violation(&mut harness, Violation::UnexpectedContinuation);
}

#[test]
fn a6_mailbox_data_before_login() {
    for line in [
        "* 3 EXISTS",
        "* LIST () \"/\" Phish",
        "* 1 FETCH (UID 3)",
        "* SEARCH 1",
    ] {
        let mut harness = Harness::new();
        harness.feed(format!("* OK hi\r\n{line}\r\n"));
        assert_violation(&mut harness, Violation::DataBeforeLogin);
    }
}

#[test]
fn c3_a_negative_literal_breaks_the_framing() {
    let mut harness = Harness::selected("", 1);
    harness.feed("* 1 FETCH (BODY[] {-1}\r\n");
    assert!(
        matches!(
            harness.error,
            Some(ConnectionError::Violation(Violation::Framing(_)))
        ),
        "{:?}",
        harness.error
    );
}

#[test]
fn d9_enabled_that_nobody_asked_for_changes_nothing() {
    let mut harness = Harness::authenticated("ENABLE UTF8=ACCEPT");
    harness.feed("* ENABLED UTF8=ACCEPT\r\n");
    assert!(!harness.connection.is_enabled("UTF8=ACCEPT"));
    assert!(matches!(
        harness.take_events().as_slice(),
        [
            Event::Data {
                claimed_by: None,
                ..
            },
            Event::Tolerated(Tolerance::UnaskedEnabled)
        ]
    ));
}
