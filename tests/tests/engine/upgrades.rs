//! Laws 6 and 7: STARTTLS is a wall, and what stands behind COMPRESS's OK is compressed.

use imap_proto_core::encode::{Capability, Compress, Login, Noop, StartTls, SubmitError};
use imap_proto_core::engine::{
    Config, ConnectionError, Event, PauseReason, Security, State, TimeoutReason, Violation,
};
use imap_tests::harness::Harness;

fn before_tls() -> Harness {
    let mut harness = Harness::with(Config::starttls("mail.example.org"), Security::Plaintext);
    harness.feed("* OK [CAPABILITY IMAP4rev1 STARTTLS LITERAL+ AUTH=PLAIN] hi\r\n");
    harness.take_events();
    harness
}

#[test]
fn p1_credentials_cannot_be_submitted_before_tls() {
    let mut harness = before_tls();
    assert_eq!(
        harness.try_submit(Login::new("a", "b")),
        Err(SubmitError::TlsRequired)
    );
    assert!(harness.try_submit(Capability).is_ok());
}

#[test]
fn starttls_forgets_what_was_learnt_in_the_clear() {
    let mut harness = before_tls();
    let id = harness.submit(StartTls);
    let noop = harness.submit(Noop);
    harness.ok(id);
    assert_eq!(harness.paused, Some(PauseReason::Tls));
    assert_eq!(harness.connection.state(), State::AwaitingTls);
    let token = harness
        .take_events()
        .into_iter()
        .find_map(|event| match event {
            Event::TlsReady(token) => Some(token),
            _ => None,
        });
    harness.take_sent();
    harness.turn();
    assert_eq!(
        harness.take_sent(),
        "",
        "nothing goes out before the handshake"
    );
    harness
        .connection
        .tls_established(token.unwrap(), harness.now);
    assert_eq!(harness.connection.capabilities(), None);
    assert_eq!(harness.connection.security(), Security::Tls);
    harness.turn().ok(noop);
    assert_eq!(harness.take_sent(), "AAAA1 NOOP\r\n");
    assert_eq!(harness.connection.state(), State::NotAuthenticated);
}

/// SECURITY A1: every split of the OK and what is injected behind it.
#[test]
fn a1_octets_behind_the_ok_are_fatal() {
    let bytes = b"AAAA0 OK begin\r\n* CAPABILITY AUTH=PLAIN\r\nAAAA1 OK\r\n";
    for suffix in 17..=bytes.len() {
        let mut harness = before_tls();
        harness.submit(StartTls);
        harness.feed(&bytes[..suffix]);
        assert_eq!(
            harness.error,
            Some(ConnectionError::Violation(Violation::ResponseInjection)),
            "with {} octets behind the OK",
            suffix - 16
        );
        assert!(harness.take_events().is_empty());
    }
}

#[test]
fn a3_starttls_refused_is_fatal() {
    for answer in ["NO", "BAD"] {
        let mut harness = before_tls();
        harness.submit(StartTls);
        harness.feed(format!("AAAA0 {answer} no\r\n"));
        let refused = ConnectionError::Violation(Violation::StartTlsRefused);
        assert_eq!(harness.error, Some(refused));
    }
}

/// Found by the fuzz target `starttls`.
#[test]
fn starttls_behind_bye_is_no_upgrade() {
    let mut harness = before_tls();
    harness.submit(StartTls);
    harness.feed("* BYE going down\r\nAAAA0 OK begin\r\n");
    let events = harness.take_events();
    let upgrade = |event: &Event| matches!(event, Event::TlsReady(_));
    assert!(!events.iter().any(upgrade));
    assert_eq!(harness.connection.state(), State::LoggingOut);
    harness.eof();
    let closed = matches!(harness.error, Some(ConnectionError::ClosedByServer { .. }));
    assert!(closed, "{:?}", harness.error);
}

#[test]
fn a9_the_upgrade_has_an_absolute_deadline() {
    let mut harness = before_tls();
    let id = harness.submit(StartTls);
    harness.ok(id);
    harness.clock(std::time::Duration::from_secs(30));
    assert_eq!(
        harness.error,
        Some(ConnectionError::Timeout(TimeoutReason::Upgrade))
    );
}

#[test]
fn what_stands_behind_the_ok_of_compress_is_left_in_the_buffer() {
    let mut harness = Harness::authenticated("COMPRESS=DEFLATE");
    let id = harness.submit(Compress);
    harness.feed("AAAA0 OK go\r\n\x01\x02\x03");
    assert_eq!(harness.paused, Some(PauseReason::Compression));
    assert_eq!(harness.input.len(), 3);
    let token = harness
        .take_events()
        .into_iter()
        .find_map(|event| match event {
            Event::CompressionReady(token) => Some(token),
            _ => None,
        });
    harness
        .connection
        .compression_established(token.unwrap(), harness.now);
    assert_eq!(harness.connection.state(), State::Authenticated);
    assert_eq!(
        harness.try_submit(Compress),
        Err(SubmitError::AlreadyActive)
    );
    assert_eq!(id.number(), 0);
}

#[test]
fn compress_accepted_behind_bye_changes_nothing() {
    let mut harness = Harness::authenticated("COMPRESS=DEFLATE");
    harness.submit(Compress);
    harness.feed("* BYE going\r\nAAAA0 OK go on\r\n* OK in the clear\r\n");
    let events = harness.take_events();
    let upgrade = |event: &Event| matches!(event, Event::CompressionReady(_));
    assert!(!events.iter().any(upgrade), "{events:?}");
    assert_eq!(harness.paused, None);
    assert!(
        matches!(events.last(), Some(Event::Data { .. })),
        "{events:?}"
    );
}
