//! What servers do to commands, and what must come of it: items of the list in docs/quirks.md.

use imap_proto_core::encode::{
    Enable, List, ListOptions, Noop, Select, Status, StatusItems, UidSearch,
};
use imap_proto_core::engine::{CommandId, Event, State};
use imap_proto_core::types::{Condition, Data, Tolerance};
use imap_tests::harness::{Harness, id_tag};

fn conditions(events: &[Event]) -> Vec<(CommandId, Condition)> {
    let ended = |event: &Event| match event {
        Event::Completed { id, completion } => Some((*id, completion.condition)),
        _ => None,
    };
    events.iter().filter_map(ended).collect()
}

/// iCloud: the OK alone turns nothing on.
#[test]
fn quirk_5_1_25_what_is_not_confirmed_is_not_enabled() {
    let mut harness = Harness::authenticated("ENABLE CONDSTORE");
    let enable = harness.submit(Enable::new(["CONDSTORE"]));
    harness.ok(enable);
    let ended = conditions(&harness.take_events());
    assert_eq!(ended, [(enable, Condition::Ok)]);
    assert!(!harness.connection.is_enabled("CONDSTORE"));
    assert!(harness.connection.tolerated().is_empty());
}

/// The bridge of Proton Mail says BAD to what it does not know; nothing else suffers.
#[test]
fn quirk_5_1_27_a_list_that_is_refused_is_asked_again_plainly() {
    let mut harness = Harness::authenticated("SPECIAL-USE LIST-EXTENDED");
    let selecting = List::new("", "*").options(ListOptions::new().special_use());
    let refused = harness.submit(selecting);
    harness.feed(format!("{} BAD Command parse error\r\n", id_tag(refused)));
    let plain = harness.submit(List::new("", "*"));
    harness.feed("* LIST (\\Sent) \"/\" Sent\r\n").ok(plain);
    let events = harness.take_events();
    let expected = [(refused, Condition::Bad), (plain, Condition::Ok)];
    assert_eq!(conditions(&events), expected);
    let claimed = |event: &Event| matches!(event, Event::Data { claimed_by, .. } if *claimed_by == Some(plain));
    assert!(events.iter().any(claimed));
}

/// strato.de answers LIST with RETURN by an OK and no data; without it by the mailbox.
#[test]
fn quirk_5_1_28_an_extended_list_without_data_ends_all_the_same() {
    let mut harness = Harness::authenticated("LIST-EXTENDED");
    let extended =
        harness.submit(List::new("", "INBOX").options(ListOptions::new().return_children()));
    harness.ok(extended);
    let plain = harness.submit(List::new("", "INBOX"));
    harness.feed("* LIST () \"/\" INBOX\r\n").ok(plain);
    let events = harness.take_events();
    let expected = [(extended, Condition::Ok), (plain, Condition::Ok)];
    assert_eq!(conditions(&events), expected);
    let lists = events.iter().filter_map(|event| match event {
        Event::Data {
            data: Data::List(_),
            claimed_by,
            ..
        } => Some(*claimed_by),
        _ => None,
    });
    assert!(lists.eq([Some(plain)]));
}

/// Without PERMANENTFLAGS all flags can be kept (RFC 9051 §7.1); names nobody asked for are no one's answer.
#[test]
fn quirk_5_1_35b_missing_permanent_flags_and_unknown_mailboxes() {
    let mut harness = Harness::authenticated("");
    let select = harness.submit(Select::new("INBOX"));
    harness.feed("* 3 EXISTS\r\n").ok(select);
    let view = harness.connection.mailbox().expect("a mailbox");
    assert!(view.permanent_flags.is_none() && view.exists == 3);
    let status = harness.submit(Status::new("A", StatusItems::new().messages()));
    harness.feed(
        "* LIST () \"/\" unknown\r\n* STATUS unknown (MESSAGES 1)\r\n* STATUS A (MESSAGES 2)\r\n",
    );
    harness.ok(status);
    let events = harness.take_events();
    let claims = events.iter().filter_map(|event| match event {
        Event::Data {
            data: Data::List(_) | Data::Status(_),
            claimed_by,
            ..
        } => Some(*claimed_by),
        _ => None,
    });
    assert!(claims.eq([None, None, Some(status)]));
}

/// Gmail and Yandex tell their capabilities before the OK of the login, which must not forget them.
#[test]
fn quirk_5_3_25_capabilities_before_the_ok_of_the_login_stay() {
    let mut harness = Harness::new();
    harness.feed("* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n");
    let login = harness.submit(imap_proto_core::encode::Login::new("alice", "secret"));
    harness
        .feed("* CAPABILITY IMAP4rev1 IDLE X-GM-EXT-1\r\n")
        .ok(login);
    assert_eq!(harness.connection.state(), State::Authenticated);
    let known = harness.connection.capabilities().expect("a list");
    assert!(known.contains("X-GM-EXT-1") && !known.contains("STARTTLS"));
}

/// ESEARCH was asked for, and SEARCH comes.
#[test]
fn quirk_5_1_31_search_in_place_of_esearch_answers_the_search() {
    let mut harness = Harness::selected("ESEARCH", 9);
    let key = imap_proto_core::encode::SearchKey::all();
    let returning = imap_proto_core::encode::SearchReturn::new().all();
    let search = harness.submit(UidSearch::new(key).returning(returning));
    harness.feed("* SEARCH 1 2 9\r\n").ok(search);
    let events = harness.take_events();
    let claimed = |event: &Event| {
        matches!(event, Event::Data { data: Data::Search(found), claimed_by, .. }
            if *claimed_by == Some(search) && found.numbers == [1, 2, 9])
    };
    assert!(events.iter().any(claimed));
}

#[test]
fn what_is_tolerated_is_counted_for_the_connection() {
    let mut harness = Harness::selected("IDLE", 9);
    let noop = harness.submit(Noop);
    for _ in 0..3 {
        harness.feed("* SEARCH 1 \r\n* 1 FETCH (UID 7 )\r\n");
    }
    harness.feed("* 0 FETCH (UID 0)\r\n* BYE a\r\n* BYE b\r\n* BYE c\r\n");
    let counts = harness.connection.tolerated();
    assert_eq!(counts.of(Tolerance::ExtraSpaces), 6);
    assert_eq!(counts.of(Tolerance::ZeroNumber), 1);
    assert_eq!(counts.of(Tolerance::NumberOutOfRange), 1);
    assert_eq!(counts.of(Tolerance::RepeatedBye), 2);
    assert_eq!(counts.of(Tolerance::MissingText), 0);
    assert_eq!(counts.iter().count(), 4);
    let told = harness.take_events();
    let told = told.iter().filter_map(|event| match event {
        Event::Tolerated(kind) => Some(*kind),
        _ => None,
    });
    let expected = [Tolerance::ExtraSpaces; 6].into_iter().chain([
        Tolerance::ZeroNumber,
        Tolerance::NumberOutOfRange,
        Tolerance::RepeatedBye,
    ]);
    assert!(told.eq(expected));
    harness.eof();
    assert_eq!(harness.unfinished(), [noop]);
}

/// What is tolerated before a streamed literal, and behind it.
#[test]
fn streamed_responses_tell_what_was_tolerated() {
    use imap_proto_core::engine::{Config, Security};
    use imap_proto_core::wire::Limits;
    let limits = Limits::default().stream_threshold(4);
    let config = Config::unencrypted("localhost").limits(limits);
    let mut harness = Harness::with(config, Security::Plaintext);
    harness.feed("* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n");
    harness.feed("* 1 FETCH (FLAGS ( \\Seen) BODY[] {6}\r\nabcdef UID 0)\r\n");
    let counts = harness.connection.tolerated();
    assert_eq!(counts.of(Tolerance::ExtraSpaces), 1);
    assert_eq!(counts.of(Tolerance::ZeroNumber), 1);
    assert_eq!(counts.iter().count(), 2);
}

/// The application can have it strict: then the response is malformed, and the next is read.
#[test]
fn what_is_not_tolerated_is_malformed() {
    use imap_proto_core::engine::{Config, Security};
    use imap_proto_core::types::{ParseErrorKind, Tolerances};
    use imap_proto_core::wire::Limits;
    let limits = Limits::default()
        .stream_threshold(4)
        .tolerances(Tolerances::NONE);
    let config = Config::unencrypted("localhost").limits(limits);
    let mut harness = Harness::with(config, Security::Plaintext);
    harness.feed("* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n");
    harness.take_events();
    harness.feed("* 1 FETCH (FLAGS ( \\Seen) BODY[] {6}\r\nabcdef)\r\n");
    harness.feed("* 1 FETCH (BODY[] {6}\r\nabcdef UID 0)\r\n* SEARCH 1 \r\n* SEARCH 2\r\n");
    let events = harness.take_events();
    let refused: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Malformed { malformed, .. } => Some(malformed.error.kind),
            _ => None,
        })
        .collect();
    let spaces = ParseErrorKind::NotTolerated(Tolerance::ExtraSpaces);
    let zero = ParseErrorKind::NotTolerated(Tolerance::ZeroNumber);
    assert_eq!(refused, [spaces, zero, spaces]);
    let searches = events.iter().filter(|event| {
        matches!(event, Event::Data { data: Data::Search(found), .. } if found.numbers == [2])
    });
    assert_eq!(searches.count(), 1);
    assert!(harness.connection.tolerated().is_empty());
}
