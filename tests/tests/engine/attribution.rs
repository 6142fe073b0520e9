//! Data goes to the command that it answers; everything else is unsolicited and never lost.

use imap_proto_core::encode::{
    Fetch, FetchItems, List, Noop, Select, Status, StatusItems, UidFetch,
};
use imap_proto_core::engine::{CommandId, Event};
use imap_proto_core::types::{Data, Section, SequenceNumber, SequenceSet, Uid, UidSet};
use imap_tests::harness::Harness;

fn fetch(number: u32) -> Fetch {
    Fetch::new(
        SequenceSet::from(SequenceNumber(number)),
        FetchItems::new().flags(),
    )
}

/// The claims of all FETCH, LIST and STATUS events, in order.
fn claims(events: &[Event]) -> Vec<Option<CommandId>> {
    let claim = |event: &Event| match event {
        Event::Data {
            data: Data::Fetch(_) | Data::List(_) | Data::Status(_),
            claimed_by,
            ..
        } => Some(*claimed_by),
        _ => None,
    };
    events.iter().filter_map(claim).collect()
}

#[test]
fn a_size_answers_the_command_that_asked_for_it() {
    let mut harness = Harness::selected("", 9);
    let uid = harness.submit(Fetch::new(SequenceNumber(6), FetchItems::new().uid()));
    let size = harness.submit(UidFetch::new(Uid(60), FetchItems::new().size()));
    harness.feed("* 6 FETCH (UID 60 RFC822.SIZE 9)\r\n* 6 FETCH (UID 60 MODSEQ (4))\r\n");
    assert_eq!(claims(&harness.take_events()), [Some(size), Some(uid)]);
}

/// In IMAP4rev1 SELECT is not answered with LIST (RFC 3501 §6.3.1), and LIST need not wait for it.
#[test]
fn a_list_beside_select_answers_list() {
    let mut harness = Harness::selected("", 9);
    harness.submit(Select::new("other"));
    let list = harness.submit(List::new("", "a"));
    harness.feed("* 4 EXISTS\r\n* LIST () \"/\" a\r\n");
    assert_eq!(claims(&harness.take_events()), [Some(list)]);
}

/// QUIRKS 5.4 item 1: Dovecot answers pipelined commands in any order.
#[test]
fn quirk_5_4_1_answers_out_of_order_reach_their_callers() {
    let mut harness = Harness::selected("", 9);
    let first = harness.submit(fetch(1));
    let second = harness.submit(fetch(2));
    let third = harness.submit(fetch(3));
    harness.feed("* 3 FETCH (FLAGS ())\r\n* 1 FETCH (FLAGS ())\r\nAAAA3 OK x\r\n");
    harness.feed("* 2 FETCH (FLAGS ())\r\nAAAA1 OK x\r\nAAAA2 OK x\r\n");
    let events = harness.take_events();
    assert_eq!(claims(&events), [Some(third), Some(first), Some(second)]);
}

#[test]
fn interleaved_answers_of_two_like_commands_are_told_apart() {
    let mut harness = Harness::selected("", 9);
    let range = || {
        Fetch::new(
            SequenceSet::range(SequenceNumber(1), SequenceNumber(3)),
            FetchItems::new().flags(),
        )
    };
    let first = harness.submit(range());
    let second = harness.submit(range());
    for number in [1, 1, 2, 2, 3, 3] {
        harness.feed(format!("* {number} FETCH (FLAGS ())\r\n"));
    }
    let events = harness.take_events();
    let expected = [first, second, first, second, first, second].map(Some);
    assert_eq!(claims(&events), expected);
}

/// FEATURES §9 item 33, SECURITY D4.
#[test]
fn d4_a_fetch_that_was_not_asked_for_is_unsolicited() {
    let mut harness = Harness::selected("", 9);
    let items = FetchItems::new().flags();
    let asked = harness.submit(Fetch::new(UidSet::from(Uid(5)), items));
    harness.feed("* 7 FETCH (UID 999 FLAGS ())\r\n* 2 FETCH (FLAGS (\\Seen))\r\n");
    harness.feed("* 5 FETCH (UID 5 FLAGS ())\r\n");
    assert_eq!(claims(&harness.take_events()), [None, None, Some(asked)]);
}

#[test]
fn a_fetch_without_the_items_asked_for_is_unsolicited() {
    let mut harness = Harness::selected("", 9);
    let items = FetchItems::new().envelope();
    let asked = harness.submit(Fetch::new(SequenceSet::from(SequenceNumber(1)), items));
    harness.feed("* 1 FETCH (FLAGS (\\Seen))\r\n");
    harness.feed("* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL))\r\n");
    assert_eq!(claims(&harness.take_events()), [None, Some(asked)]);
}

#[test]
fn d13_status_goes_by_mailbox() {
    let mut harness = Harness::authenticated("");
    let items = || StatusItems::new().messages();
    let a = harness.submit(Status::new("A", items()));
    let b = harness.submit(Status::new("B", items()));
    harness.feed("* STATUS B (MESSAGES 1)\r\n* STATUS C (MESSAGES 2)\r\n");
    harness.feed("* STATUS A (MESSAGES 3)\r\n");
    assert_eq!(claims(&harness.take_events()), [Some(b), None, Some(a)]);
}

/// QUIRKS 5.4 item 5: the name comes back as it was sent.
#[test]
fn quirk_5_4_5_status_of_inbox_in_any_case() {
    let mut harness = Harness::authenticated("");
    let asked = harness.submit(Status::new("INBOX", StatusItems::new().messages()));
    harness.feed("* STATUS inbox (MESSAGES 3)\r\n");
    assert_eq!(claims(&harness.take_events()), [Some(asked)]);
}

#[test]
fn unsolicited_data_is_never_dropped() {
    let mut harness = Harness::selected("", 9);
    for exists in 10..1010 {
        harness.feed(format!("* {exists} EXISTS\r\n"));
    }
    assert_eq!(harness.take_events().len(), 1000);
    assert_eq!(harness.connection.mailbox().unwrap().exists, 1009);
}

#[test]
fn d5_expunge_while_numbers_are_in_flight_is_applied_and_told() {
    let mut harness = Harness::selected("", 9);
    harness.submit(fetch(3));
    harness.feed("* 1 EXPUNGE\r\n");
    let told = |event: &Event| matches!(event, Event::Tolerated(_));
    assert!(harness.take_events().iter().any(told));
    assert_eq!(harness.connection.mailbox().unwrap().exists, 8);
    let mut harness = Harness::selected("", 9);
    harness.submit(Noop);
    harness.feed("* 1 EXPUNGE\r\n");
    assert!(!harness.take_events().iter().any(told));
}

/// What is still to come behind a body may be what the command asked for, but only if that is a body.
#[test]
fn a_streamed_body_that_nobody_asked_for_is_unsolicited() {
    let mut harness = Harness::selected("", 9);
    let flags = FetchItems::new().flags();
    harness.submit(Fetch::new(UidSet::from(Uid(5)), flags));
    let size = 100_000;
    harness.feed(format!("* 5 FETCH (UID 5 BODY[] {{{size}}}\r\n"));
    let begun = harness
        .take_events()
        .into_iter()
        .find_map(|event| match event {
            Event::BodyBegin { claimed_by, .. } => Some(claimed_by),
            _ => None,
        });
    assert_eq!(begun, Some(None));
}

/// Both asked for the message by its number or UID; only the second asked for octets.
#[test]
fn a_streamed_body_answers_the_command_that_asked_for_it() {
    let mut harness = Harness::selected("", 9);
    harness.submit(Fetch::new(SequenceNumber(6), FetchItems::new().uid()));
    let items = FetchItems::new().section(Section::Full);
    let body = harness.submit(UidFetch::new(Uid(60), items));
    let octets = "a".repeat(100_000);
    harness.feed(format!(
        "* 6 FETCH (UID 60 BODY[] {{100000}}\r\n{octets})\r\n"
    ));
    let begun = harness
        .take_events()
        .into_iter()
        .find_map(|event| match event {
            Event::BodyBegin { claimed_by, .. } => Some(claimed_by),
            _ => None,
        });
    assert_eq!(begun, Some(Some(body)));
}
