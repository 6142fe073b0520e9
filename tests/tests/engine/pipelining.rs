//! Law 5: what may be in flight together goes out at once, the rest is held in order.

use imap_proto_core::encode::{
    Fetch, FetchItems, Noop, Search, SearchKey, Status, StatusItems, Store, StoreAction,
};
use imap_proto_core::engine::Event;
use imap_proto_core::types::{Flag, Section, SequenceNumber, SequenceSet, Uid, UidSet};
use imap_tests::harness::Harness;

fn fetch(number: u32) -> Fetch {
    Fetch::new(
        SequenceSet::from(SequenceNumber(number)),
        FetchItems::new().flags(),
    )
}

fn seen(number: u32) -> Store {
    Store::new(
        SequenceSet::from(SequenceNumber(number)),
        StoreAction::add([Flag::Seen]),
    )
}

#[test]
fn independent_commands_go_out_at_once() {
    let mut harness = Harness::selected("", 9);
    for number in 1..=3 {
        harness.submit(fetch(number));
    }
    assert_eq!(
        harness.take_sent(),
        "AAAA1 FETCH 1 (FLAGS)\r\nAAAA2 FETCH 2 (FLAGS)\r\nAAAA3 FETCH 3 (FLAGS)\r\n"
    );
}

/// RFC 9051 §5.5: FETCH + NOOP + STORE is ambiguous.
#[test]
fn a_sequence_number_waits_for_noop() {
    let mut harness = Harness::selected("", 9);
    harness.submit(fetch(1));
    let noop = harness.submit(Noop);
    harness.submit(seen(2));
    assert_eq!(
        harness.take_sent(),
        "AAAA1 FETCH 1 (FLAGS)\r\nAAAA2 NOOP\r\n"
    );
    harness.feed("AAAA1 OK done\r\n");
    assert_eq!(harness.take_sent(), "");
    harness.feed("* 1 EXPUNGE\r\n").ok(noop);
    assert!(harness.take_sent().starts_with("AAAA3 STORE 2 "));
}

#[test]
fn searches_without_esearch_go_one_by_one() {
    let mut harness = Harness::selected("", 9);
    harness.submit(Search::<SequenceNumber>::new(SearchKey::all()));
    harness.submit(Search::<SequenceNumber>::new(SearchKey::seen()));
    assert_eq!(harness.take_sent(), "AAAA1 SEARCH ALL\r\n");
    harness.feed("* SEARCH 1 2\r\nAAAA1 OK done\r\n");
    assert_eq!(harness.take_sent(), "AAAA2 SEARCH SEEN\r\n");
}

#[test]
fn a_hundred_status_commands_go_out_at_once() {
    let mut harness = Harness::authenticated("");
    for number in 0..100 {
        harness.submit(Status::new(
            format!("box{number}"),
            StatusItems::new().messages(),
        ));
    }
    assert_eq!(harness.take_sent().lines().count(), 100);
}

#[test]
fn in_flight_commands_have_a_limit() {
    let mut harness = Harness::authenticated("");
    let ids: Vec<_> = (0..300).map(|_| harness.submit(Noop)).collect();
    assert_eq!(harness.take_sent().lines().count(), 256);
    harness.ok(ids[0]);
    assert_eq!(harness.take_sent(), "AAAA256 NOOP\r\n");
}

#[test]
fn a_second_fetch_of_bodies_waits_until_the_uid_is_known_to_come_first() {
    let mut harness = Harness::selected("", 9);
    let body = |number: u32| {
        Fetch::new(
            UidSet::from(Uid(number)),
            FetchItems::new().section(Section::Full),
        )
    };
    harness.submit(body(1));
    harness.submit(body(2));
    assert_eq!(harness.take_sent().lines().count(), 1);
    harness.feed("* 1 FETCH (UID 1 BODY[] {2}\r\nhi)\r\nAAAA1 OK done\r\n");
    assert_eq!(harness.take_sent().lines().count(), 1);
    assert!(
        harness
            .take_events()
            .iter()
            .any(|e| matches!(e, Event::Completed { .. }))
    );
}
