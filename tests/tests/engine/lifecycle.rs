//! Law 4: exactly one ending for each command.

use imap_proto_core::encode::{Close, Fetch, FetchItems, Login, Logout, Noop, Select, SubmitError};
use imap_proto_core::engine::{ConnectionError, Event, State};
use imap_proto_core::types::{Condition, SequenceNumber, SequenceSet};
use imap_tests::harness::Harness;

fn fetch_flags() -> Fetch {
    Fetch::new(
        SequenceSet::from(SequenceNumber(1)),
        FetchItems::new().flags(),
    )
}

#[test]
fn a_plain_session_goes_through_all_states() {
    let mut harness = Harness::new();
    assert_eq!(harness.connection.state(), State::AwaitingGreeting);
    harness.feed("* OK [CAPABILITY IMAP4rev1] ready\r\n");
    assert_eq!(harness.connection.state(), State::NotAuthenticated);
    let login = harness.submit(Login::new("alice", "secret pass"));
    assert_eq!(harness.take_sent(), "AAAA0 LOGIN alice \"secret pass\"\r\n");
    harness.ok(login);
    assert_eq!(harness.connection.state(), State::Authenticated);
    let select = harness.submit(Select::new("INBOX"));
    harness.feed("* 3 EXISTS\r\n").ok(select);
    assert_eq!(harness.connection.state(), State::Selected);
    assert_eq!(harness.connection.mailbox().unwrap().exists, 3);
    let close = harness.submit(Close);
    harness.ok(close);
    assert_eq!(harness.connection.state(), State::Authenticated);
    assert!(harness.connection.mailbox().is_none());
    let logout = harness.submit(Logout);
    harness.feed("* BYE see you\r\n");
    assert_eq!(harness.connection.state(), State::LoggingOut);
    harness.ok(logout);
    assert_eq!(harness.connection.state(), State::Closed);
    assert_eq!(harness.error, Some(ConnectionError::LoggedOut));
    let endings = harness.take_events();
    let completed = endings
        .iter()
        .filter(|e| matches!(e, Event::Completed { .. }))
        .count();
    assert_eq!(completed, 4);
    assert!(harness.unfinished().is_empty());
}

#[test]
fn login_select_and_fetch_may_be_submitted_at_once() {
    let mut harness = Harness::new();
    harness.feed("* OK [CAPABILITY IMAP4rev1] ready\r\n");
    let login = harness.submit(Login::new("a", "b"));
    let select = harness.submit(Select::new("INBOX"));
    let fetch = harness.submit(fetch_flags());
    assert_eq!(harness.take_sent(), "AAAA0 LOGIN a b\r\n");
    harness.ok(login);
    assert_eq!(harness.take_sent(), "AAAA1 SELECT INBOX\r\n");
    harness.feed("AAAA1 NO no such mailbox\r\n");
    assert_eq!(harness.take_sent(), "");
    let not_sent = |event: &Event| matches!(event, Event::NotSent { id } if *id == fetch);
    assert_eq!(
        harness.take_events().iter().filter(|e| not_sent(e)).count(),
        1
    );
    assert_eq!(harness.connection.state(), State::Authenticated);
    assert_ne!(login, select);
}

#[test]
fn a_command_in_the_wrong_state_is_refused_before_a_byte() {
    let mut harness = Harness::new();
    harness.feed("* OK [CAPABILITY IMAP4rev1] ready\r\n");
    assert_eq!(
        harness.try_submit(fetch_flags()),
        Err(SubmitError::WrongState)
    );
    assert_eq!(
        harness.try_submit(Select::new("INBOX")),
        Err(SubmitError::WrongState)
    );
    assert_eq!(harness.take_sent(), "");
    let noop = harness.submit(Noop);
    harness.ok(noop);
    assert_eq!(harness.error, None);
}

#[test]
fn a_mailbox_name_with_a_line_break_is_refused() {
    let mut harness = Harness::authenticated("");
    let refused = harness.try_submit(Select::new("x\r\nA9 DELETE INBOX"));
    assert_eq!(refused, Err(SubmitError::InvalidMailbox));
    assert_eq!(harness.take_sent(), "");
}

#[test]
fn nothing_is_taken_behind_logout() {
    let mut harness = Harness::authenticated("");
    harness.submit(Logout);
    assert_eq!(harness.try_submit(Noop), Err(SubmitError::WrongState));
}

#[test]
fn eof_leaves_each_command_unfinished_once() {
    let mut harness = Harness::authenticated("");
    let first = harness.submit(Noop);
    let second = harness.submit(Noop);
    let held = harness.submit(Logout);
    harness.ok(first).eof();
    assert_eq!(harness.error, Some(ConnectionError::UnexpectedEof));
    assert_eq!(harness.unfinished(), vec![second, held]);
    assert!(harness.unfinished().is_empty());
}

#[test]
fn bye_then_eof_is_a_close_by_the_server() {
    let mut harness = Harness::authenticated("");
    let noop = harness.submit(Noop);
    harness.feed("* BYE shutting down\r\n* BYE again\r\n").eof();
    let byes = harness
        .take_events()
        .iter()
        .filter(|e| matches!(e, Event::Bye(_)))
        .count();
    assert_eq!(byes, 1);
    assert!(matches!(
        harness.error,
        Some(ConnectionError::ClosedByServer { .. })
    ));
    assert_eq!(harness.unfinished(), vec![noop]);
}

#[test]
fn eof_inside_a_response_is_unexpected_even_after_bye() {
    let mut harness = Harness::authenticated("");
    harness.feed("* BYE\r\n* 3 EXI").eof();
    assert_eq!(harness.error, Some(ConnectionError::UnexpectedEof));
}

#[test]
fn a_tagged_bye_is_bye() {
    let mut harness = Harness::authenticated("");
    let logout = harness.submit(Logout);
    harness.feed("AAAA0 BYE logging out\r\n").eof();
    assert_eq!(harness.error, Some(ConnectionError::LoggedOut));
    assert_eq!(harness.unfinished(), vec![logout]);
}

#[test]
fn quirk_1_15_3_a_tagged_ok_without_text_completes() {
    let mut harness = Harness::authenticated("");
    let noop = harness.submit(Noop);
    harness.feed("AAAA0 OK\r\n");
    let done = |event: &Event| {
        matches!(event, Event::Completed { id, completion }
            if *id == noop && completion.condition == Condition::Ok)
    };
    assert!(harness.take_events().iter().any(done));
}

#[test]
fn quirk_1_15_4_lower_case_is_understood() {
    let mut harness = Harness::authenticated("");
    harness.submit(Noop);
    harness.feed("* 2 exists\r\nAAAA0 ok done\r\n");
    let events = harness.take_events();
    assert!(events.iter().any(|e| matches!(e, Event::Completed { .. })));
    assert!(!events.iter().any(|e| matches!(e, Event::Malformed { .. })));
}

#[test]
fn a_malformed_response_costs_only_itself() {
    let mut harness = Harness::selected("", 3);
    harness.feed("* 1 FETCH (FLAGS\r\n* 4 EXISTS\r\n");
    let events = harness.take_events();
    assert!(
        matches!(events.first(), Some(Event::Malformed { .. })),
        "{events:?}"
    );
    assert_eq!(harness.connection.mailbox().unwrap().exists, 4);
    assert_eq!(harness.error, None);
}
