//! What extensions do to the engine: live searches, `$`, NOTIFY, progress, limits, the map of UIDs.

use std::time::Duration;

use imap_proto_core::encode::{
    Append, AppendMessage, CancelUpdate, CatenatePart, Enable, Esearch, Fetch, FetchItems, List,
    ListDetails, MailboxEvents, MailboxFilter, Messages, MyRights, Noop, Notify, Search, SearchKey,
    SearchReturn, Select, Sort, SortCriteria, StatusItems, SubmitError, UidBatches, UidFetch,
    UidMove, UidReplace, UidSearch,
};
use imap_proto_core::engine::{CommandId, Event};
use imap_proto_core::types::{
    Data, EsearchData, MessageLimit, ModSeq, SequenceNumber, Tolerance, Uid, UidSet,
};
use imap_tests::harness::{Harness, id_tag};

fn live() -> UidSearch {
    UidSearch::new(SearchKey::unflagged()).returning(SearchReturn::new().all().update())
}

/// A live search that found 1:5, and its id.
fn live_search(harness: &mut Harness) -> CommandId {
    let id = harness.submit(live());
    harness.feed(format!(
        "* ESEARCH (TAG \"{}\") UID ALL 1:5\r\n",
        id_tag(id)
    ));
    harness.ok(id);
    harness.take_events();
    id
}

fn updates(events: &[Event]) -> Vec<(CommandId, Vec<EsearchData>)> {
    let update = |event: &Event| match event {
        Event::ContextUpdate { id, update, .. } => Some((*id, update.items.clone())),
        _ => None,
    };
    events.iter().filter_map(update).collect()
}

fn ended(events: &[Event]) -> Vec<CommandId> {
    let ended = |event: &Event| match event {
        Event::ContextEnded { id } => Some(*id),
        _ => None,
    };
    events.iter().filter_map(ended).collect()
}

/// Which command claims each untagged response, in order.
fn claims(events: &[Event]) -> Vec<Option<CommandId>> {
    let claim = |event: &Event| match event {
        Event::Data { claimed_by, .. } => Some(*claimed_by),
        _ => None,
    };
    events.iter().filter_map(claim).collect()
}

/// RFC 5267 §4.3: updates come when no command is in progress, and during others.
#[test]
fn live_searches_outlive_their_command() {
    let mut harness = Harness::selected("CONTEXT=SEARCH ESEARCH", 5);
    let id = live_search(&mut harness);
    let tag = id_tag(id);
    harness.feed(format!(
        "* ESEARCH (TAG \"{tag}\") UID REMOVEFROM (0 4)\r\n* ESEARCH (TAG \"{tag}\") UID ADDTO (0 6)\r\n"
    ));
    let told = updates(&harness.take_events());
    let set = |text: &str| text.parse().expect("a set");
    assert_eq!(
        told,
        [
            (id, vec![EsearchData::RemoveFrom(vec![(0, set("4"))])]),
            (id, vec![EsearchData::AddTo(vec![(0, set("6"))])])
        ]
    );
    let other = harness.submit(UidSearch::new(SearchKey::all()));
    harness.feed(format!("* ESEARCH (TAG \"{tag}\") UID ADDTO (0 7)\r\n"));
    assert_eq!(updates(&harness.take_events()).len(), 1);
    harness.ok(other);
}

#[test]
fn live_searches_end_with_the_selection() {
    let mut harness = Harness::selected("CONTEXT=SEARCH ESEARCH", 5);
    let first = live_search(&mut harness);
    let second = live_search(&mut harness);
    let select = harness.submit(Select::new("other"));
    harness.feed("* OK [CLOSED] left\r\n* 1 EXISTS\r\n");
    assert_eq!(ended(&harness.take_events()), [first, second]);
    harness.ok(select);
    harness.feed(format!(
        "* ESEARCH (TAG \"{}\") UID ADDTO (0 6)\r\n",
        id_tag(first)
    ));
    let events = harness.take_events();
    assert!(updates(&events).is_empty());
    assert_eq!(claims(&events), [None]);
}

/// RFC 5267 §4.3.5, §4.3.1.
#[test]
fn live_searches_end_when_cancelled_or_refused() {
    let mut harness = Harness::selected("CONTEXT=SEARCH ESEARCH", 5);
    let first = live_search(&mut harness);
    harness.take_sent();
    let cancel = harness.submit(CancelUpdate::new([first]));
    assert_eq!(
        harness.take_sent(),
        format!("{} CANCELUPDATE \"{}\"\r\n", id_tag(cancel), id_tag(first))
    );
    harness.ok(cancel);
    assert_eq!(ended(&harness.take_events()), [first]);
    let refused = harness.submit(live());
    let tag = id_tag(refused);
    harness.feed(format!("* NO [NOUPDATE \"{tag}\"] too many\r\n"));
    harness.ok(refused);
    assert_eq!(ended(&harness.take_events()), [refused]);
    harness.feed(format!("* ESEARCH (TAG \"{tag}\") UID ADDTO (0 6)\r\n"));
    assert!(updates(&harness.take_events()).is_empty());
}

/// RFC 5182 §2.1: behind NOTSAVED there is nothing to work on.
#[test]
fn a_result_that_was_not_saved_is_not_used() {
    let mut harness = Harness::selected("SEARCHRES ESEARCH", 5);
    let save = || UidSearch::new(SearchKey::seen()).returning(SearchReturn::new().save());
    let found = || UidFetch::new(Messages::SavedResult, FetchItems::new().flags());
    let search = harness.submit(save());
    let pipelined = harness.submit(found());
    harness.feed(format!("{} NO [NOTSAVED] too many\r\n", id_tag(search)));
    harness.ok(pipelined);
    assert_eq!(harness.try_submit(found()), Err(SubmitError::NotSaved));
    // A search may set it again, and what follows that may be pipelined.
    let search = harness.submit(save());
    let fetch = harness.submit(found());
    harness.ok(search).ok(fetch);
    assert!(harness.try_submit(found()).is_ok());
}

#[test]
fn a_new_mailbox_has_an_empty_saved_result() {
    let mut harness = Harness::selected("SEARCHRES ESEARCH", 5);
    let save = UidSearch::new(SearchKey::seen()).returning(SearchReturn::new().save());
    let search = harness.submit(save);
    harness.feed(format!("{} NO [NOTSAVED] no\r\n", id_tag(search)));
    let select = harness.submit(Select::new("other"));
    harness.feed("* 1 EXISTS\r\n").ok(select);
    let fetch = UidFetch::new(Messages::SavedResult, FetchItems::new().flags());
    assert!(harness.try_submit(fetch).is_ok());
}

fn immediate() -> Notify {
    let messages = MailboxEvents::new().messages();
    Notify::set(MailboxFilter::Selected, messages.clone())
        .and(MailboxFilter::Personal, messages.mailbox_name())
}

/// RFC 5465 §5.2, §5.3: message numbers and `*` mean nothing while the server may renumber at any time.
#[test]
fn notify_of_the_selected_mailbox_rules_numbers_out() {
    let mut harness = Harness::selected("NOTIFY", 5);
    let by_number = || Fetch::new(SequenceNumber(1), FetchItems::new().flags());
    let notify = harness.submit(immediate());
    let refused = Err(SubmitError::UnstableNumbers);
    assert_eq!(harness.try_submit(by_number()), refused);
    harness.ok(notify);
    assert!(harness.connection.is_notifying());
    assert_eq!(harness.try_submit(by_number()), refused);
    let search = Search::<SequenceNumber>::new(SearchKey::all());
    assert_eq!(harness.try_submit(search), refused);
    let highest = UidFetch::new(UidSet::highest(), FetchItems::new().flags());
    assert_eq!(harness.try_submit(highest), refused);
    harness.take_events();
    harness.feed("* 4 EXPUNGE\r\n* 5 EXISTS\r\n* 5 FETCH (UID 9)\r\n");
    let events = harness.take_events();
    assert!(
        !events
            .iter()
            .any(|event| matches!(event, Event::Tolerated(_)))
    );
    assert_eq!(
        harness.connection.mailbox().map(|view| view.exists),
        Some(5)
    );
    let uids = UidFetch::new(Uid(1)..=Uid(9), FetchItems::new().flags());
    assert!(harness.try_submit(uids).is_ok());
}

#[test]
fn notify_that_delays_expunges_leaves_numbers_alone() {
    let mut harness = Harness::selected("NOTIFY", 5);
    let delayed = Notify::set(
        MailboxFilter::SelectedDelayed,
        MailboxEvents::new().messages(),
    );
    let notify = harness.submit(delayed);
    harness.ok(notify);
    let by_number = Fetch::new(SequenceNumber(1), FetchItems::new().flags());
    assert!(harness.try_submit(by_number).is_ok());
    harness.feed("* 4 EXPUNGE\r\n");
    let odd = |event: &Event| {
        matches!(
            event,
            Event::Tolerated(Tolerance::ExpungeDuringSequenceCommand)
        )
    };
    assert!(harness.take_events().iter().any(odd));
}

/// RFC 5465 §5.8, and NOTIFY NONE.
#[test]
fn notify_ends_by_overflow_and_by_none() {
    let by_number = || Fetch::new(SequenceNumber(1), FetchItems::new().flags());
    let mut harness = Harness::selected("NOTIFY", 5);
    let notify = harness.submit(immediate());
    harness.ok(notify);
    harness.feed("* OK [NOTIFICATIONOVERFLOW] too much\r\n");
    assert!(!harness.connection.is_notifying());
    let fetch = harness.submit(by_number());
    harness.ok(fetch);
    let notify = harness.submit(immediate());
    harness.ok(notify);
    let none = harness.submit(Notify::none());
    assert_eq!(
        harness.try_submit(by_number()),
        Err(SubmitError::UnstableNumbers)
    );
    harness.ok(none);
    assert!(harness.try_submit(by_number()).is_ok());
    let refused = harness.submit(Notify::set(
        MailboxFilter::Personal,
        MailboxEvents::new().event("XNew"),
    ));
    let code = "[BADEVENT (MessageNew MessageExpunge)]";
    harness.feed(format!("{} NO {code} what?\r\n", id_tag(refused)));
    assert!(!harness.connection.is_notifying());
}

/// RFC 5465 §5.4: news of mailboxes are no answers of the LIST in flight.
#[test]
fn lists_and_news_of_mailboxes_are_told_apart() {
    let mut harness = Harness::authenticated("NOTIFY");
    let notify = harness.submit(Notify::set(
        MailboxFilter::Personal,
        MailboxEvents::new().mailbox_name(),
    ));
    harness.ok(notify);
    harness.take_events();
    let list = harness.submit(List::new("", "Lists/%"));
    harness.feed("* LIST () \"/\" Lists/a\r\n* LIST (\\NonExistent) \"/\" gone\r\n");
    harness.feed("* LIST () \"/\" new (\"OLDNAME\" (\"old\"))\r\n* LIST () \"/\" Lists/b\r\n");
    let events = harness.take_events();
    assert_eq!(claims(&events), [Some(list), None, None, Some(list)]);
    harness.ok(list);
    // INBOX has no case, and a rename of what was asked for is an answer.
    let list = harness.submit(List::new("", "inbox").pattern("old*"));
    harness.feed("* LIST () \"/\" INBOX\r\n* LIST () \"/\" new (\"OLDNAME\" (\"old\"))\r\n");
    assert_eq!(claims(&harness.take_events()), [Some(list); 2]);
}

/// Cyrus 3.12 tells a session that speaks IMAP4rev2, without NOTIFY, what others create.
#[test]
fn mailboxes_that_others_create_in_imap4rev2_are_no_answers_of_list() {
    let mut harness = Harness::authenticated("IMAP4rev2 ENABLE");
    let enable = harness.submit(Enable::new(["IMAP4rev2"]));
    harness.feed("* ENABLED IMAP4rev2\r\n");
    harness.ok(enable);
    harness.take_events();
    let list = harness.submit(List::new("", "mine"));
    harness.feed("* LIST () \"/\" another\r\n* LIST () \"/\" mine\r\n");
    assert_eq!(claims(&harness.take_events()), [None, Some(list)]);
}

/// RFC 5465 §3.1: the answer of NOTIFY SET STATUS.
#[test]
fn notify_claims_the_statuses_it_asked_for() {
    let mut harness = Harness::authenticated("NOTIFY");
    let notify = harness.submit(immediate().status());
    harness.feed("* STATUS a (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 3)\r\n");
    harness.ok(notify);
    harness.feed("* STATUS a (MESSAGES 2 UIDNEXT 3)\r\n");
    assert_eq!(claims(&harness.take_events()), [Some(notify), None]);
}

/// RFC 9585 §4.
#[test]
fn progress_names_its_command_and_keeps_it_alive() {
    let mut harness = Harness::selected("INPROGRESS", 5);
    let first = harness.submit(Sort::<Uid>::new(
        SortCriteria::new().date(),
        SearchKey::all(),
    ));
    let second = harness.submit(Noop);
    let tag = id_tag(first);
    for _ in 0..10 {
        harness.clock(Duration::from_secs(200));
        harness.feed(format!("* OK [INPROGRESS (\"{tag}\" 175 1000)] still\r\n"));
    }
    harness.feed("* OK [INPROGRESS] still\r\n* OK [INPROGRESS (NIL NIL NIL)] still\r\n");
    harness.feed(format!("* OK [INPROGRESS (\"{tag}\" NIL NIL)] still\r\n"));
    let events = harness.take_events();
    let progress: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Progress { id, done, goal } => Some((*id, *done, *goal)),
            _ => None,
        })
        .collect();
    let mut expected = vec![(first, Some(175), Some(1000)); 10];
    expected.push((first, None, None));
    assert_eq!(progress, expected);
    assert!(
        !events
            .iter()
            .any(|event| matches!(event, Event::TimedOut { .. }))
    );
    harness.ok(second);
    // Now there is only one that it can be.
    harness.take_events();
    harness.feed("* OK [INPROGRESS (NIL 3 NIL)] still\r\n");
    let events = harness.take_events();
    assert!(matches!(
        events[..],
        [Event::Progress { id, done: Some(3), goal: None }] if id == first
    ));
    harness.ok(first);
}

/// RFC 7889 §2: what the server will not take is not sent.
#[test]
fn messages_above_the_limit_are_refused_at_once() {
    let mut harness = Harness::authenticated("APPENDLIMIT=257890 LITERAL+");
    let append = |size| Append::new("INBOX", AppendMessage::upload(size));
    let refused = Err(SubmitError::TooLarge(257_890));
    assert_eq!(harness.try_submit(append(257_891)), refused);
    assert!(harness.try_submit(append(257_890)).is_ok());
}

/// RFC 8508 §4.3: APPENDUID comes before the message that was replaced is gone.
#[test]
fn replace_claims_the_uid_that_comes_first() {
    let mut harness = Harness::selected("REPLACE UIDPLUS LITERAL+", 4);
    let message = AppendMessage::new("x\r\n");
    let replace = harness.submit(UidReplace::new(Uid(2000), "Drafts", message));
    harness.feed("* OK [APPENDUID 1 2001] ready\r\n* 5 EXISTS\r\n* 4 EXPUNGE\r\n");
    let events = harness.take_events();
    assert_eq!(claims(&events), [Some(replace), None, None]);
    assert!(
        !events
            .iter()
            .any(|event| matches!(event, Event::Tolerated(_)))
    );
    assert_eq!(
        harness.connection.mailbox().map(|view| view.exists),
        Some(4)
    );
}

/// RFC 7377 §3: the answers of two searches, mixed.
#[test]
fn esearches_are_told_apart_by_their_tags() {
    let mut harness = Harness::authenticated("MULTISEARCH");
    let search = || Esearch::new(SearchKey::unseen()).within(MailboxFilter::subtree(["folder2"]));
    let first = harness.submit(search());
    let second = harness.submit(search());
    let mut tell = |id, mailbox: &str| {
        let tag = id_tag(id);
        let correlator = format!("(TAG \"{tag}\" MAILBOX {mailbox} UIDVALIDITY 1)");
        harness.feed(format!("* ESEARCH {correlator} UID ALL 4001\r\n"));
    };
    tell(first, "folder2/banana");
    tell(second, "folder2/banana");
    tell(first, "folder2/peach");
    let claimed = claims(&harness.take_events());
    assert_eq!(claimed, [first, second, first].map(Some));
    let here = Esearch::new(SearchKey::unseen());
    assert_eq!(harness.try_submit(here), Err(SubmitError::WrongState));
}

/// RFC 8440, RFC 9590: rights and annotations of all mailboxes are the LIST's, those of one wait.
#[test]
fn lists_with_details_claim_them() {
    let mut harness = Harness::authenticated("LIST-MYRIGHTS LIST-METADATA");
    let list = ListDetails::new(List::new("", "%"))
        .status(StatusItems::new().messages())
        .my_rights()
        .metadata(["/private/comment"]);
    let list = harness.submit(list);
    let rights = harness.submit(MyRights::new("foo"));
    harness.feed("* LIST () \"/\" foo\r\n* STATUS foo (MESSAGES 3)\r\n* MYRIGHTS foo lrs\r\n");
    harness.feed("* METADATA foo (/private/comment NIL)\r\n");
    assert_eq!(claims(&harness.take_events()), [Some(list); 4]);
    harness.ok(list);
    harness.feed("* MYRIGHTS foo lrs\r\n");
    assert!(claims(&harness.take_events()).contains(&Some(rights)));
}

#[test]
fn uid_batches_are_claimed_by_tag() {
    let mut harness = Harness::selected("UIDBATCHES", 5);
    let first = harness.submit(UidBatches::new(2000));
    let second = harness.submit(UidBatches::new(500));
    harness.feed(format!("* UIDBATCHES (TAG \"{}\") 9:1\r\n", id_tag(second)));
    harness.feed(format!("* UIDBATCHES (TAG \"{}\")\r\n", id_tag(first)));
    let claimed = claims(&harness.take_events());
    assert_eq!(claimed, [second, first].map(Some));
}

/// RFC 9051 §7.5.1, FEATURES §7: numbers and UIDs, in wire order.
#[test]
fn the_view_knows_which_uid_a_number_has() {
    let mut harness = Harness::selected("QRESYNC ENABLE", 4);
    harness.feed("* 1 FETCH (UID 10)\r\n* 2 FETCH (UID 20)\r\n* 4 FETCH (UID 40 FLAGS ())\r\n");
    let noop = harness.submit(Noop);
    harness.feed("* 1 EXPUNGE\r\n* 4 EXISTS\r\n");
    harness.ok(noop);
    let view = harness.connection.mailbox().expect("a mailbox");
    let uids: Vec<_> = (0..6)
        .map(|number| view.uid(SequenceNumber(number)))
        .collect();
    assert_eq!(uids, [None, Some(Uid(20)), None, Some(Uid(40)), None, None]);
    assert_eq!(view.sequence_number(Uid(40)), Some(SequenceNumber(3)));
    let noop = harness.submit(Noop);
    harness.feed("* VANISHED 20\r\n* VANISHED (EARLIER) 40\r\n");
    harness.ok(noop);
    let view = harness.connection.mailbox().expect("a mailbox");
    assert_eq!(view.exists, 3);
    assert_eq!(view.sequence_number(Uid(40)), Some(SequenceNumber(2)));
}

/// RFC 7162 §3.1.2, §7, FEATURES §7.
#[test]
fn mod_sequences_settle_and_nonsense_is_dropped() {
    let mut harness = Harness::authenticated("CONDSTORE ENABLE");
    let enable = harness.submit(Enable::new(["CONDSTORE"]));
    harness.ok(enable);
    let select = harness.submit(Select::new("INBOX"));
    harness
        .feed("* 4 EXISTS\r\n* OK [HIGHESTMODSEQ 715194045007] x\r\n")
        .ok(select);
    let highest = |harness: &Harness| {
        let view = harness.connection.mailbox().expect("a mailbox");
        view.highest_mod_seq.map(|ModSeq(mod_seq)| mod_seq)
    };
    assert_eq!(highest(&harness), Some(715_194_045_007));
    harness.feed("* OK [HIGHESTMODSEQ 0] x\r\n* OK [HIGHESTMODSEQ 9223372036854775808] x\r\n");
    let noop = harness.submit(Noop);
    harness.feed("* 1 FETCH (UID 3 MODSEQ (715194045008))\r\n");
    assert_eq!(highest(&harness), Some(715_194_045_007));
    harness.ok(noop);
    assert_eq!(highest(&harness), Some(715_194_045_008));
}

/// The update of a search that has not ended yet is no part of its answer.
#[test]
fn updates_may_come_before_the_search_ends() {
    let mut harness = Harness::selected("CONTEXT=SEARCH ESEARCH", 5);
    let id = harness.submit(live());
    harness.feed(format!(
        "* ESEARCH (TAG \"{}\") UID ADDTO (0 6)\r\n",
        id_tag(id)
    ));
    let events = harness.take_events();
    assert_eq!(updates(&events).len(), 1);
    assert!(!events.iter().any(|event| matches!(
        event,
        Event::Data {
            data: Data::Esearch(_),
            ..
        }
    )));
}

/// RFC 9738 §3: the code of the OK may be needed for something else.
#[test]
fn an_untagged_message_limit_belongs_to_the_next_ok() {
    let mut harness = Harness::selected("MESSAGELIMIT=1000 UIDPLUS", 5000);
    let moved = harness.submit(UidMove::new(Uid(1)..=Uid(23300), "Archive"));
    harness.feed("* OK [COPYUID 9 22301:23300 1:1000] moved\r\n");
    harness.feed("* NO [MESSAGELIMIT 1000 22301] only the newest\r\n");
    harness.ok(moved);
    let noop = harness.submit(Noop);
    harness.ok(noop);
    let limits: Vec<_> = harness
        .take_events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Completed { completion, .. } => Some(completion.message_limit()),
            _ => None,
        })
        .collect();
    let limit = MessageLimit {
        limit: 1000,
        lowest: Some(Uid(22301)),
    };
    assert_eq!(limits, [Some(limit), None]);
}

/// RFC 4469 §3: one command with several literals, each behind its own `+`.
#[test]
fn parts_of_a_message_are_uploaded_one_by_one() {
    let mut harness = Harness::authenticated("CATENATE");
    let parts = [
        CatenatePart::Upload(3),
        CatenatePart::Url("/Drafts/;UID=20".into()),
        CatenatePart::Upload(2),
    ];
    let append = Append::new("Drafts", AppendMessage::catenate(parts));
    let id = harness.submit(append);
    let tag = id_tag(id);
    let first = format!("{tag} APPEND Drafts CATENATE (TEXT {{3}}\r\n");
    assert_eq!(harness.take_sent(), first);
    let mut give = |octets: &'static [u8]| {
        harness.feed("+ go\r\n");
        let ready = |event: &Event| matches!(event, Event::UploadReady { .. });
        assert_eq!(
            harness
                .take_events()
                .iter()
                .filter(|event| ready(event))
                .count(),
            1
        );
        assert_eq!(harness.connection.append_capacity(id), octets.len());
        let given = harness.connection.append_bytes(id, octets.into());
        assert_eq!(given, Ok(()));
        harness.turn().take_sent()
    };
    assert_eq!(give(b"abc"), "abc URL \"/Drafts/;UID=20\" TEXT {2}\r\n");
    assert_eq!(give(b"de"), "de)\r\n");
    harness.ok(id);
    let done = |event: &Event| matches!(event, Event::Completed { .. });
    assert!(harness.take_events().iter().any(done));
}
