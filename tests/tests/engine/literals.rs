//! Literal synchronisation, uploads and the SASL exchange.

use bytes::Bytes;
use imap_proto_core::encode::{Append, AppendMessage, Authenticate, Noop};
use imap_proto_core::engine::{ConnectionError, Event};
use imap_proto_core::types::Secret;
use imap_tests::harness::Harness;

#[test]
fn a_literal_waits_for_its_continuation() {
    let mut harness = Harness::authenticated("");
    let append = harness.submit(Append::new("INBOX", AppendMessage::new("hello\r\n")));
    let noop = harness.submit(Noop);
    assert_eq!(harness.take_sent(), "AAAA0 APPEND INBOX {7}\r\n");
    harness.feed("+ go ahead\r\n");
    assert_eq!(harness.take_sent(), "hello\r\n\r\nAAAA1 NOOP\r\n");
    harness.ok(append).ok(noop);
    assert_eq!(harness.error, None);
}

/// IMAPLIB2 1.15 defect 2.
#[test]
fn quirk_1_15_2_untagged_data_before_the_continuation_changes_nothing() {
    let mut harness = Harness::authenticated("");
    harness.submit(Append::new("INBOX", AppendMessage::new("hi")));
    harness.take_sent();
    harness.feed("* 3 EXISTS\r\n* OK still here\r\n+ go\r\n");
    assert_eq!(harness.take_sent(), "hi\r\n");
}

#[test]
fn literal_plus_does_not_wait() {
    let mut harness = Harness::authenticated("LITERAL+");
    harness.submit(Append::new("INBOX", AppendMessage::new("hello\r\n")));
    assert_eq!(
        harness.take_sent(),
        "AAAA0 APPEND INBOX {7+}\r\nhello\r\n\r\n"
    );
}

/// RFC 7888 §5: at most 4096 octets.
#[test]
fn literal_minus_waits_above_4096_octets() {
    let mut harness = Harness::authenticated("LITERAL-");
    harness.submit(Append::new("INBOX", AppendMessage::new("x".repeat(4096))));
    assert!(
        harness
            .take_sent()
            .starts_with("AAAA0 APPEND INBOX {4096+}\r\nxxx")
    );
    harness.feed("AAAA0 OK done\r\n");
    harness.submit(Append::new("INBOX", AppendMessage::new("x".repeat(4097))));
    assert_eq!(harness.take_sent(), "AAAA1 APPEND INBOX {4097}\r\n");
}

#[test]
fn b6_a_refused_literal_is_not_sent() {
    let mut harness = Harness::authenticated("");
    let append = harness.submit(Append::new("INBOX", AppendMessage::new("hello")));
    let noop = harness.submit(Noop);
    harness.take_sent();
    harness.feed("AAAA0 NO over quota\r\n");
    assert_eq!(harness.take_sent(), "AAAA1 NOOP\r\n");
    harness.ok(noop);
    let ended = harness.take_events();
    assert_eq!(
        ended
            .iter()
            .filter(|e| matches!(e, Event::Completed { .. }))
            .count(),
        2
    );
    assert_eq!(harness.connection.append_capacity(append), 0);
}

#[test]
fn an_upload_is_taken_in_pieces() {
    let mut harness = Harness::authenticated("");
    let append = harness.submit(Append::new("INBOX", AppendMessage::upload(10)));
    assert_eq!(harness.take_sent(), "AAAA0 APPEND INBOX {10}\r\n");
    assert!(
        harness
            .connection
            .append_bytes(append, Bytes::from_static(b"early"))
            .is_err()
    );
    harness.feed("+ go\r\n");
    assert!(
        harness
            .take_events()
            .iter()
            .any(|e| matches!(e, Event::UploadReady { .. }))
    );
    harness
        .connection
        .append_bytes(append, Bytes::from_static(b"01234"))
        .unwrap();
    harness.turn();
    assert_eq!(harness.take_sent(), "01234");
    assert!(
        harness
            .connection
            .append_bytes(append, Bytes::from_static(b"567890"))
            .is_err()
    );
    harness
        .connection
        .append_bytes(append, Bytes::from_static(b"56789"))
        .unwrap();
    harness.turn();
    assert_eq!(harness.take_sent(), "56789\r\n");
    harness.ok(append);
    assert_eq!(harness.error, None);
}

/// RFC 7888 §4: octets announced without synchronisation are owed even after NO.
#[test]
fn a_refused_upload_is_padded_to_its_announced_length() {
    let mut harness = Harness::authenticated("LITERAL+");
    let append = harness.submit(Append::new("INBOX", AppendMessage::upload(10)));
    harness.take_events();
    harness
        .connection
        .append_bytes(append, Bytes::from_static(b"012"))
        .unwrap();
    harness.turn();
    assert_eq!(harness.take_sent(), "AAAA0 APPEND INBOX {10+}\r\n012");
    harness.feed("AAAA0 NO over quota\r\n");
    assert_eq!(harness.take_sent(), "       \r\n");
    let noop = harness.submit(Noop);
    assert_eq!(harness.take_sent(), "AAAA1 NOOP\r\n");
    harness.ok(noop);
    assert_eq!(harness.error, None);
}

#[test]
fn b5_an_upload_that_ends_short_ends_the_connection() {
    let mut harness = Harness::authenticated("LITERAL+");
    let append = harness.submit(Append::new("INBOX", AppendMessage::upload(10)));
    harness.connection.append_abort(append);
    harness.turn();
    assert_eq!(harness.error, Some(ConnectionError::UploadAborted));
    assert_eq!(harness.unfinished(), vec![append]);
}

#[test]
fn a_partial_write_loses_nothing() {
    use bytes::Buf as _;
    let mut harness = Harness::authenticated("");
    harness.writable = false;
    harness.submit(Noop);
    harness.submit(Noop);
    let mut all = Vec::new();
    while let Some(mut transmit) = harness.connection.poll_transmit(harness.now) {
        all.push(transmit.chunk()[0]);
        transmit.advance(1);
    }
    assert_eq!(
        String::from_utf8(all).unwrap(),
        "AAAA0 NOOP\r\nAAAA1 NOOP\r\n"
    );
}

#[test]
fn sasl_with_an_initial_response_takes_one_round_trip() {
    let mut harness = Harness::new();
    harness.feed("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi\r\n");
    let message = Secret::new(b"\0tim\0tanstaaftanstaaf".to_vec());
    harness.submit(Authenticate::new("PLAIN").initial_response(message));
    // RFC 4616 §4 gives these octets in base64.
    assert_eq!(
        harness.take_sent(),
        "AAAA0 AUTHENTICATE PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n"
    );
}

#[test]
fn without_sasl_ir_the_response_waits_for_the_challenge() {
    let mut harness = Harness::new();
    harness.feed("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n");
    let message = Secret::new(b"\0tim\0tanstaaftanstaaf".to_vec());
    let id = harness.submit(Authenticate::new("PLAIN").initial_response(message));
    assert_eq!(harness.take_sent(), "AAAA0 AUTHENTICATE PLAIN\r\n");
    harness.feed("+\r\n");
    assert_eq!(harness.take_sent(), "AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n");
    harness.ok(id);
    assert_eq!(harness.error, None);
}

#[test]
fn challenges_are_decoded_and_answers_encoded() {
    let mut harness = Harness::new();
    harness.feed("* OK hi\r\n");
    let id = harness.submit(Authenticate::new("LOGIN"));
    harness.feed("+ VXNlciBOYW1lAA==\r\n");
    let events = harness.take_events();
    let challenged = |e: &Event| matches!(e, Event::Challenge { challenge, .. } if challenge.expose() == b"User Name\0");
    assert!(events.iter().any(challenged), "{events:?}");
    harness.take_sent();
    harness
        .connection
        .authenticate_respond(id, &Secret::from("alice"));
    harness.turn();
    assert_eq!(harness.take_sent(), "YWxpY2U=\r\n");
    harness.connection.authenticate_abort(id);
    harness.turn();
    assert_eq!(harness.take_sent(), "*\r\n");
}

#[test]
fn a17_a_bad_challenge_is_aborted() {
    let mut harness = Harness::new();
    harness.feed("* OK hi\r\n");
    harness.submit(Authenticate::new("LOGIN"));
    harness.take_sent();
    harness.feed("+ ====\r\n");
    assert_eq!(harness.take_sent(), "*\r\n");
}

#[test]
fn a17_endless_challenges_hit_the_limit() {
    let mut harness = Harness::new();
    harness.feed("* OK hi\r\n");
    let id = harness.submit(Authenticate::new("LOGIN"));
    for _ in 0..32 {
        harness.feed("+ YQ==\r\n");
        harness
            .connection
            .authenticate_respond(id, &Secret::from("x"));
        harness.turn();
    }
    assert!(harness.take_sent().ends_with("eA==\r\n"));
    harness.feed("+ YQ==\r\n");
    assert_eq!(harness.take_sent(), "*\r\n");
    assert_eq!(harness.error, None);
    harness.feed("+ YQ==\r\n");
    assert_eq!(
        harness.error,
        Some(ConnectionError::LimitExceeded("max_sasl_rounds"))
    );
}

#[test]
fn a_sasl_response_is_not_written_behind_the_end_of_the_exchange() {
    let mut harness = Harness::new();
    harness.feed("* OK hi\r\n");
    let id = harness.submit(Authenticate::new("LOGIN"));
    harness.feed("+ YQ==\r\n");
    harness.take_sent();
    harness.writable = false;
    harness
        .connection
        .authenticate_respond(id, &Secret::from("secret"));
    harness.feed("AAAA0 NO not you\r\n");
    harness.writable = true;
    harness.turn();
    assert_eq!(harness.take_sent(), "");
    harness.submit(Noop);
    assert_eq!(harness.take_sent(), "AAAA1 NOOP\r\n");
}
