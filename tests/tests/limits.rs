//! Each limit at its bound, and one beyond it.

use imap_proto_core::encode::{
    Fetch, FetchItems, FetchSection, Noop, Select, Status, StatusItems, SubmitError,
};
use imap_proto_core::engine::{Config, ConnectionError, Event, Security};
use imap_proto_core::types::{ParseErrorKind, Section, SequenceNumber};
use imap_proto_core::wire::Limits;
use imap_tests::harness::Harness;

/// A connection that is logged in.
fn open(limits: Limits) -> Harness {
    let config = Config::preauthenticated().limits(limits);
    let mut harness = Harness::with(config, Security::Trusted);
    harness.feed("* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n");
    harness.take_events();
    harness
}

/// The same with a message of this mailbox to be fetched.
fn fetching(limits: Limits) -> Harness {
    let mut harness = open(limits);
    let id = harness.submit(Select::new("INBOX"));
    harness.feed("* 1 EXISTS\r\n");
    harness.ok(id);
    let items = FetchItems::new().section(FetchSection::new(Section::Full));
    harness.submit(Fetch::new(SequenceNumber(1), items));
    harness.take_events();
    harness
}

/// What a response is refused for, if it is.
fn refused(limits: Limits, response: &str) -> Option<ParseErrorKind> {
    let mut harness = open(limits);
    harness.feed(response).feed("* OK next\r\n");
    assert_eq!(harness.error, None, "the connection goes on");
    let events = harness.take_events();
    assert_eq!(events.len(), 2, "{events:?}");
    match events.into_iter().next() {
        Some(Event::Malformed { malformed, .. }) => Some(malformed.error.kind),
        _ => None,
    }
}

/// Which limit ended the connection, if one did.
fn ended(harness: &Harness) -> Option<&'static str> {
    match harness.error {
        Some(ConnectionError::LimitExceeded(name)) => Some(name),
        _ => None,
    }
}

#[test]
fn max_response() {
    let limits = || Limits::default().max_response(1000);
    let line = |octets: usize| format!("* OK {}\r\n", "x".repeat(octets - 7));
    let mut harness = open(limits());
    harness.feed(line(1000));
    assert_eq!(ended(&harness), None);
    assert_eq!(harness.take_events().len(), 1);
    harness.feed(line(1001));
    assert_eq!(ended(&harness), Some("max_response"));
}

#[test]
fn max_response_counts_literals() {
    let limits = Limits::default().max_response(1000);
    let response = |octets: usize| format!("* X {{{octets}}}\r\n{}\r\n", "x".repeat(octets));
    let mut harness = open(limits);
    // `* X {NNN}` and two line ends are 13 octets.
    harness.feed(response(987));
    assert_eq!(ended(&harness), None);
    harness.feed(response(988));
    assert_eq!(ended(&harness), Some("max_response"));
}

#[test]
fn max_line() {
    let greeting = |octets: usize| format!("* OK {}\r\n", "x".repeat(octets - 7));
    for (octets, expected) in [(500, None), (501, Some("max_line"))] {
        let config =
            Config::unencrypted("mail.example.org").limits(Limits::default().max_line(500));
        let mut harness = Harness::with(config, Security::Plaintext);
        harness.feed(greeting(octets));
        assert_eq!(ended(&harness), expected, "{octets} octets");
    }
    let mut harness = open(Limits::default().max_line(500));
    harness.feed(greeting(501));
    assert_eq!(ended(&harness), None, "it ends with login");
}

#[test]
fn stream_threshold() {
    let response = |octets: usize| {
        format!(
            "* 1 FETCH (BODY[] {{{octets}}}\r\n{})\r\n",
            "x".repeat(octets)
        )
    };
    for (octets, streamed) in [(100, false), (101, true)] {
        let mut harness = fetching(Limits::default().stream_threshold(100));
        harness.feed(response(octets));
        let events = harness.take_events();
        let begins = events
            .iter()
            .any(|event| matches!(event, Event::BodyBegin { .. }));
        assert_eq!(begins, streamed, "{octets} octets: {events:?}");
    }
}

#[test]
fn max_literal() {
    let limits = || {
        Limits::default()
            .stream_threshold(10)
            .max_literal(Some(100))
    };
    for (octets, expected) in [(100, None), (101, Some("max_literal"))] {
        let mut harness = fetching(limits());
        harness.feed(format!(
            "* 1 FETCH (BODY[] {{{octets}}}\r\n{})\r\n",
            "x".repeat(octets)
        ));
        assert_eq!(ended(&harness), expected, "{octets} octets");
    }
}

#[test]
fn max_literals() {
    for (count, expected) in [(5, None), (6, Some("max_literals"))] {
        let mut harness = open(Limits::default().max_literals(5));
        harness.feed(format!("* X{}\r\n", " {1}\r\nx".repeat(count)));
        assert_eq!(ended(&harness), expected, "{count} literals");
    }
}

#[test]
fn max_string() {
    let limits = || Limits::default().max_string(50);
    for form in [
        |text: &str| format!("* LIST () \"/\" {text}\r\n"),
        |text: &str| format!("* LIST () \"/\" \"{text}\"\r\n"),
        |text: &str| format!("* LIST () \"/\" {{{}}}\r\n{text}\r\n", text.len()),
        |text: &str| format!("* FLAGS ({text})\r\n"),
    ] {
        assert_eq!(refused(limits(), &form(&"x".repeat(50))), None);
        let beyond = form(&"x".repeat(51));
        assert_eq!(
            refused(limits(), &beyond),
            Some(ParseErrorKind::StringTooLong),
            "{beyond}"
        );
    }
}

#[test]
fn max_depth() {
    let limits = || Limits::default().max_depth(5);
    let nested = |depth: usize| format!("* X {}1{}\r\n", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(refused(limits(), &nested(5)), None);
    assert_eq!(refused(limits(), &nested(6)), Some(ParseErrorKind::TooDeep));
}

#[test]
fn max_list_items() {
    let limits = || Limits::default().max_list_items(20);
    let flags = |count: usize| format!("* FLAGS ({})\r\n", vec!["x"; count].join(" "));
    assert_eq!(refused(limits(), &flags(20)), None);
    assert_eq!(
        refused(limits(), &flags(21)),
        Some(ParseErrorKind::TooManyItems)
    );
}

#[test]
fn max_capabilities() {
    let limits = || Limits::default().max_capabilities(20);
    let list = |count: usize| format!("* CAPABILITY{}\r\n", " X".repeat(count));
    assert_eq!(refused(limits(), &list(20)), None);
    assert_eq!(
        refused(limits(), &list(21)),
        Some(ParseErrorKind::TooManyItems)
    );
}

#[test]
fn max_outbound() {
    let name = "x".repeat(1000);
    let status = || Status::new(name.as_str(), StatusItems::new().messages());
    let mut harness = open(Limits::default().max_outbound(10_000));
    harness.writable = false;
    let taken = (0..20)
        .take_while(|_| harness.try_submit(status()).is_ok())
        .count();
    assert_eq!(taken, 9, "of nine commands of about 1050 octets each");
    assert_eq!(harness.try_submit(status()), Err(SubmitError::Full));
    // What was taken goes out, and then there is room again.
    harness.writable = true;
    harness.turn();
    assert!(harness.try_submit(status()).is_ok());
}

#[test]
fn max_in_flight() {
    let mut harness = open(Limits::default().max_in_flight(3));
    let ids: Vec<_> = (0..4).map(|_| harness.submit(Noop)).collect();
    assert_eq!(harness.take_sent().matches("NOOP").count(), 3);
    harness.ok(ids[0]);
    assert_eq!(harness.take_sent().matches("NOOP").count(), 1);
}
