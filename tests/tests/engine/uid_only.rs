//! UIDONLY (RFC 9586), and what UNAUTHENTICATE (RFC 8437) takes back.

use imap_proto_core::encode::{
    Convert, ConvertItems, Copy, Enable, Fetch, FetchItems, Messages, Move, QresyncParameters,
    Search, SearchKey, Select, Sort, SortCriteria, Store, StoreAction, SubmitError, Thread,
    ThreadAlgorithm, UidCopy, UidExpunge, UidFetch, UidSearch, UidSort, Unauthenticate,
};
use imap_proto_core::engine::{CommandId, Event, State};
use imap_proto_core::types::{
    Data, Flag, ModSeq, SectionPart, SequenceNumber, Uid, UidSet, UidValidity,
};
use imap_tests::harness::{Harness, id_tag};

const ONE: SequenceNumber = SequenceNumber(1);

fn uid_only(exists: u32) -> Harness {
    let mut harness = Harness::authenticated("ENABLE CONDSTORE QRESYNC UIDONLY");
    let enable = harness.submit(Enable::new(["UIDONLY"]));
    harness.feed("* ENABLED UIDONLY\r\n").ok(enable);
    let select = harness.submit(Select::new("INBOX"));
    harness.feed(format!("* {exists} EXISTS\r\n")).ok(select);
    harness.take_sent();
    harness.take_events();
    harness
}

fn flags() -> FetchItems {
    FetchItems::new().flags()
}

/// RFC 9586 §3.2, §3.5, §3.7, §3.8.
#[test]
fn message_numbers_are_refused_here() {
    let mut harness = uid_only(3);
    macro_rules! refused {
        ($($command:expr,)*) => {
            $(assert_eq!(harness.try_submit($command), Err(SubmitError::UidRequired), stringify!($command));)*
        };
    }
    let part = SectionPart(vec![1]);
    refused![
        Fetch::new(ONE, flags()),
        Fetch::<SequenceNumber>::new(Messages::SavedResult, flags()),
        Store::new(ONE, StoreAction::add([Flag::Seen])),
        Copy::new(ONE, "x"),
        Move::new(ONE, "x"),
        Convert::new(ONE, ConvertItems::new().binary(part)),
        Search::<SequenceNumber>::new(SearchKey::all()),
        UidSearch::new(SearchKey::numbers(ONE)),
        Sort::<SequenceNumber>::new(SortCriteria::new().date(), SearchKey::all()),
        Thread::<SequenceNumber>::new(ThreadAlgorithm::References, SearchKey::all()),
    ];
    let cached = QresyncParameters::new(UidValidity(1), ModSeq(1));
    let matched = cached.clone().matches(ONE.into(), Uid(7).into());
    refused![Select::new("INBOX").qresync(matched),];
    assert_eq!(harness.take_sent(), "");
    harness.submit(UidFetch::new(Uid(1)..=Uid(9), flags()));
    harness.submit(UidCopy::new(Uid(1), "x"));
    harness.submit(UidSearch::new(SearchKey::uid(Uid(1))));
    harness.submit(UidSort::new(SortCriteria::new().date(), SearchKey::all()));
    harness.submit(UidExpunge::new(Uid(1)));
    harness.submit(Select::new("INBOX").qresync(cached));
    assert!(
        harness
            .take_sent()
            .starts_with("AAAA2 UID FETCH 1:9 (UID FLAGS)\r\n")
    );
}

/// A command that was submitted before ENABLE was answered is found out when its turn comes.
#[test]
fn message_numbers_behind_enable_are_not_sent() {
    let mut harness = Harness::authenticated("ENABLE UIDONLY");
    let enable = harness.submit(Enable::new(["UIDONLY"]));
    let select = harness.submit(Select::new("INBOX"));
    let fetch = harness.submit(Fetch::new(ONE, flags()));
    let by_uid = harness.submit(UidFetch::new(Uid(1), flags()));
    harness.feed("* ENABLED UIDONLY\r\n").ok(enable);
    harness.feed("* 1 EXISTS\r\n").ok(select);
    let sent = harness.take_sent();
    assert!(
        !sent.contains(&format!("{} FETCH", id_tag(fetch))),
        "{sent}"
    );
    assert!(
        sent.contains(&format!("{} UID FETCH", id_tag(by_uid))),
        "{sent}"
    );
    let events = harness.take_events();
    let not_sent = |event: &Event| matches!(event, Event::NotSent { id } if *id == fetch);
    assert!(events.iter().any(not_sent), "{events:?}");
}

fn claimed(events: &[Event]) -> Vec<(Option<Uid>, Option<CommandId>)> {
    let fetch = |event: &Event| match event {
        Event::Data {
            data: Data::Fetch(fetch),
            claimed_by,
            ..
        } => Some((fetch.uid, *claimed_by)),
        _ => None,
    };
    events.iter().filter_map(fetch).collect()
}

/// RFC 9586 §3.3, and the order of an earlier draft.
#[test]
fn uidfetch_answers_uid_fetch() {
    let mut harness = uid_only(9);
    let set = UidSet::range(Uid(25_900), Uid(26_600));
    let id = harness.submit(UidFetch::new(set, flags()));
    harness.feed(
        "* 25996 UIDFETCH (FLAGS (\\Seen))\r\n* UIDFETCH 26310 (FLAGS (\\Answered) UID 26310)\r\n",
    );
    harness.feed("* 7 UIDFETCH (FLAGS ())\r\n").ok(id);
    let expected = [
        (Some(Uid(25_996)), Some(id)),
        (Some(Uid(26_310)), Some(id)),
        (Some(Uid(7)), None),
    ];
    assert_eq!(claimed(&harness.take_events()), expected);
}

/// RFC 9586 §3.4, §3.6.
#[test]
fn vanished_comes_in_place_of_expunge() {
    let mut harness = uid_only(9);
    let id = harness.submit(UidExpunge::new(Uid(400)..=Uid(425)));
    harness.feed("* VANISHED 405,407,410,425\r\n").ok(id);
    assert_eq!(
        harness.connection.mailbox().map(|view| view.exists),
        Some(5)
    );
    harness.feed("* 6 EXISTS\r\n");
    assert_eq!(
        harness.connection.mailbox().map(|view| view.exists),
        Some(6)
    );
}

/// A long literal behind either spelling is streamed, and belongs to its command.
#[test]
fn bodies_behind_uidfetch_are_streamed() {
    for head in ["* 5 UIDFETCH", "* UIDFETCH 5"] {
        let mut harness = uid_only(9);
        let items = FetchItems::new().section(imap_proto_core::types::Section::Full);
        let id = harness.submit(UidFetch::new(Uid(5), items));
        harness
            .feed(format!(
                "{head} (BODY[] {{70000}}\r\n{})\r\n",
                "x".repeat(70_000)
            ))
            .ok(id);
        let events = harness.take_events();
        let begun = |event: &Event| matches!(event, Event::BodyBegin { begin, claimed_by: Some(by), .. } if *by == id && begin.fetch.uid == Some(Uid(5)));
        assert!(events.iter().any(begun), "{head}: {events:?}");
    }
}

/// RFC 8437 §3, §4.1, with the answer of Cyrus.
#[test]
fn unauthenticate_takes_back_what_login_brought() {
    let mut harness = uid_only(3);
    let id = harness.submit(Unauthenticate);
    assert_eq!(
        harness.take_sent(),
        format!("{} UNAUTHENTICATE\r\n", id_tag(id))
    );
    harness.feed(format!(
        "{} OK [CAPABILITY IMAP4rev1 AUTH=PLAIN LITERAL+] Completed\r\n",
        id_tag(id)
    ));
    let connection = &harness.connection;
    assert_eq!(connection.state(), State::NotAuthenticated);
    assert!(!connection.is_enabled("UIDONLY") && connection.mailbox().is_none());
    let capabilities = connection.capabilities().expect("those behind the answer");
    assert!(capabilities.contains("LITERAL+") && !capabilities.contains("UIDONLY"));
    let refused = harness.try_submit(Select::new("INBOX"));
    assert_eq!(refused, Err(SubmitError::WrongState));
    // Without them nothing is known any more.
    let mut harness = uid_only(3);
    let id = harness.submit(Unauthenticate);
    harness.ok(id);
    assert!(harness.connection.capabilities().is_none());
    // NO leaves all as it was.
    let mut harness = uid_only(3);
    let id = harness.submit(Unauthenticate);
    harness.feed(format!(
        "{} NO only administrators may use Unauthenticate command\r\n",
        id_tag(id)
    ));
    assert_eq!(harness.connection.state(), State::Selected);
    assert!(harness.connection.is_enabled("UIDONLY"));
}
