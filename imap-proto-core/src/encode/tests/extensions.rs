//! ESEARCH, NOTIFY, live searches, CATENATE, REPLACE, UIDBATCHES and LIST with details, as their RFCs write them.

use super::testing::{answer, line, refusal};
use super::*;
use crate::types::{
    AppendUid, ByteString, Code, Condition, Data, EsearchData, EsearchResponse, Flag, Flags,
    ListAttributes, ListResponse, MailboxName, MessageLimit, MetadataEntries, MetadataResponse,
    MyRightsResponse, ResponseText, Rights, Section, SectionPart, SequenceNumber, Uid, UidValidity,
};

type Key = SearchKey;

/// RFC 7377 §3.
#[test]
fn esearch_of_rfc_7377() {
    let folder1 = || MailboxFilter::mailboxes(["folder1"]);
    let first = Esearch::new(Key::unseen())
        .within(folder1())
        .within(MailboxFilter::subtree(["folder2"]));
    assert_eq!(
        line(first),
        "ESEARCH IN (MAILBOXES folder1 SUBTREE folder2) UNSEEN"
    );
    let second = Esearch::new(Key::subject("chad"))
        .within(folder1())
        .within(MailboxFilter::subtree_one(["folder2"]));
    assert_eq!(
        line(second),
        "ESEARCH IN (MAILBOXES folder1 SUBTREE-ONE folder2) SUBJECT \"chad\""
    );
}

#[test]
fn esearch_options_stand_where_the_grammar_has_them() {
    let several = Esearch::new(Key::text("\u{e4}"))
        .within(MailboxFilter::mailboxes(["a", "b c"]))
        .returning(SearchReturn::new().count().partial(1, 10));
    assert_eq!(
        line(several),
        "ESEARCH IN (MAILBOXES (a \"b c\")) RETURN (COUNT PARTIAL 1:10) CHARSET UTF-8 \
         TEXT {2}\r\n\u{e4}"
    );
    assert_eq!(line(Esearch::new(Key::all())), "ESEARCH ALL");
    for bound in [SearchReturn::new().save(), SearchReturn::new().update()] {
        let elsewhere = Esearch::new(Key::all())
            .within(MailboxFilter::Personal)
            .returning(bound.clone());
        assert!(matches!(refusal(elsewhere), SubmitError::Conflict(_)));
        let here = Esearch::new(Key::all()).returning(bound);
        assert!(line(here).ends_with(") ALL"));
    }
    let delayed = Esearch::new(Key::all()).within(MailboxFilter::SelectedDelayed);
    assert!(matches!(refusal(delayed), SubmitError::Conflict(_)));
    let nothing = MailboxFilter::mailboxes(Vec::<String>::new());
    let nowhere = Esearch::new(Key::all()).within(nothing);
    assert_eq!(refusal(nowhere), SubmitError::EmptyList("mailboxes"));
}

#[test]
fn esearch_answers_mailbox_by_mailbox() {
    let found = |mailbox: &str, validity, set: &str| {
        Data::Esearch(Box::new(EsearchResponse {
            tag: Some("tag1".into()),
            mailbox: Some(mailbox.into()),
            uid_validity: Some(UidValidity(validity)),
            uid: true,
            items: vec![EsearchData::All(set.parse().expect("a set"))],
        }))
    };
    let told = [
        found("folder1", 1, "4001,4003"),
        found("folder2/peach", 3, "921691"),
    ];
    let results = answer::<Esearch>(told, None).expect("an answer");
    assert_eq!(results[1].mailbox, Some("folder2/peach".into()));
    assert_eq!(results[0].uid_validity, Some(UidValidity(1)));
    assert!(results[0].results.iter().eq([4001, 4003].map(Uid)));
}

/// RFC 5465 §3, with the parentheses that its grammar asks for.
#[test]
fn notify_of_rfc_5465() {
    let fields = Section::HeaderFields(
        SectionPart::whole(),
        ["from", "to", "subject"].map(ByteString::from).to_vec(),
    );
    let items = || {
        FetchItems::new()
            .uid()
            .section(FetchSection::new(fields.clone()))
    };
    let new = || MailboxEvents::new().messages();
    let notify = Notify::set(
        MailboxFilter::Selected,
        MailboxEvents::new().messages_with(items()),
    )
    .and(MailboxFilter::subtree(["Lists"]), new())
    .status();
    assert_eq!(
        line(notify),
        "NOTIFY SET STATUS (SELECTED (MessageNew (UID BODY.PEEK[HEADER.FIELDS (from to subject)]) \
         MessageExpunge)) (SUBTREE Lists (MessageNew MessageExpunge))"
    );
    let notify = Notify::set(MailboxFilter::mailboxes(["INBOX"]), new()).and(
        MailboxFilter::Personal,
        MailboxEvents::new().subscription_change(),
    );
    assert_eq!(
        line(notify),
        "NOTIFY SET (MAILBOXES INBOX (MessageNew MessageExpunge)) \
         (PERSONAL (SubscriptionChange))"
    );
    assert_eq!(line(Notify::none()), "NOTIFY NONE");
    let quiet = Notify::set(MailboxFilter::Inboxes, MailboxEvents::new());
    assert_eq!(line(quiet), "NOTIFY SET (INBOXES NONE)");
}

#[test]
fn every_event_and_filter_has_its_word() {
    let all = MailboxEvents::new()
        .messages()
        .flag_change()
        .annotation_change()
        .mailbox_name()
        .mailbox_metadata_change()
        .server_metadata_change()
        .event("XNew");
    assert_eq!(
        line(Notify::set(MailboxFilter::Subscribed, all)),
        "NOTIFY SET (SUBSCRIBED (MessageNew MessageExpunge FlagChange AnnotationChange MailboxName \
         MailboxMetadataChange ServerMetadataChange XNew))"
    );
    let delayed = MailboxEvents::new().messages();
    assert_eq!(
        line(Notify::set(MailboxFilter::SelectedDelayed, delayed)),
        "NOTIFY SET (SELECTED-DELAYED (MessageNew MessageExpunge))"
    );
}

#[test]
fn notify_refuses_what_a_server_answers_with_bad() {
    let flags = MailboxEvents::new().flag_change();
    let alone = Notify::set(MailboxFilter::Personal, flags);
    assert!(matches!(refusal(alone), SubmitError::EmptyList(_)));
    let new = || MailboxEvents::new().messages();
    for notify in [
        Notify::set(MailboxFilter::Selected, new()).and(MailboxFilter::SelectedDelayed, new()),
        Notify::set(MailboxFilter::Selected, new().mailbox_name()),
        Notify::set(
            MailboxFilter::Inboxes,
            MailboxEvents::new().messages_with(FetchItems::new().uid()),
        ),
        Notify::set(MailboxFilter::subtree_one(["a"]), new()),
    ] {
        assert!(matches!(refusal(notify), SubmitError::Conflict(_)));
    }
    let no_atom = Notify::set(MailboxFilter::Personal, MailboxEvents::new().event("a b"));
    assert_eq!(refusal(no_atom), SubmitError::InvalidAtom);
}

/// RFC 5267 §4.2, §4.3, RFC 5465 §7.
#[test]
fn searches_with_contexts() {
    let deleted_junk = || Key::deleted() & Key::keyword("$Junk");
    let search = |options: SearchReturn| UidSearch::new(deleted_junk()).returning(options);
    assert_eq!(
        line(search(SearchReturn::new().count().update())),
        "UID SEARCH RETURN (COUNT UPDATE) DELETED KEYWORD $Junk"
    );
    let hint = Search::<SequenceNumber>::new(Key::undeleted() & Key::unkeyword("$Junk"));
    assert_eq!(
        line(hint.returning(SearchReturn::new().context().count())),
        "SEARCH RETURN (CONTEXT COUNT) UNDELETED UNKEYWORD $Junk"
    );
    let fields = Section::HeaderFields(
        SectionPart::whole(),
        ["TO", "FROM", "SUBJECT"].map(ByteString::from).to_vec(),
    );
    let items = FetchItems::new()
        .uid()
        .section(FetchSection::new(fields).peek(false));
    let boss = Search::<SequenceNumber>::new(Key::sender("boss"))
        .returning(SearchReturn::new().count().update_with(items));
    assert_eq!(
        line(boss),
        "SEARCH RETURN (COUNT UPDATE (UID BODY[HEADER.FIELDS (TO FROM SUBJECT)])) FROM \"boss\""
    );
    let sort = UidSort::new(SortCriteria::new().reverse().date(), Key::undeleted())
        .returning(SearchReturn::new().update().count());
    assert_eq!(
        line(sort),
        "UID SORT RETURN (COUNT UPDATE) (REVERSE DATE) UTF-8 UNDELETED"
    );
    let both = search(SearchReturn::new().all().partial(1, 2));
    assert_eq!(refusal(both), SubmitError::Conflict("PARTIAL and ALL"));
    assert_eq!(
        refusal(CancelUpdate::new([])),
        SubmitError::EmptyList("live searches")
    );
}

/// RFC 4469 appendix A, example 1.
#[test]
fn catenate_of_rfc_4469() {
    let url = |tail: &str| {
        CatenatePart::Url(format!(
            "/Drafts;UIDVALIDITY=385759045/;UID=20/;section={tail}"
        ))
    };
    let boundary = "\r\n--------------030308070208000400050907\r\n";
    let parts = [
        url("HEADER"),
        CatenatePart::Text(boundary.into()),
        url("1.MIME"),
        CatenatePart::Upload(42),
    ];
    let flags: Flags = [Flag::Seen, Flag::Draft, "$MDNSent".into()]
        .into_iter()
        .collect();
    let append = Append::new("Drafts", AppendMessage::catenate(parts).flags(flags));
    let start = "URL \"/Drafts;UIDVALIDITY=385759045/;UID=20/;section=";
    assert_eq!(
        line(append),
        format!(
            "APPEND Drafts (\\Draft \\Seen $MDNSent) CATENATE ({start}HEADER\" \
             TEXT {{42}}\r\n{boundary} {start}1.MIME\" TEXT {{42}}\r\n<upload>)"
        )
    );
    let none = Append::new("Drafts", AppendMessage::catenate([]));
    assert_eq!(refusal(none), SubmitError::EmptyList("parts of a message"));
    let binary = AppendMessage::catenate([url("1")]).binary();
    let refused = refusal(Append::new("Drafts", binary));
    assert!(matches!(refused, SubmitError::Conflict(_)));
}

/// RFC 8508 §3.2, §3.3, §4.2.
#[test]
fn replace_of_rfc_8508() {
    let message = || AppendMessage::new("x\r\n");
    // Flags are a set, with an order of its own.
    let flags: Flags = [Flag::Seen, Flag::Draft].into_iter().collect();
    let replace = Replace::new(SequenceNumber(4), "Drafts", message().flags(flags));
    assert_eq!(
        line(replace),
        "REPLACE 4 Drafts (\\Draft \\Seen) {3}\r\nx\r\n"
    );
    let parts = [
        CatenatePart::Text("To: Mitzy\r\n".into()),
        CatenatePart::Url("/Drafts/;UID=3002".into()),
    ];
    let replace = UidReplace::new(Uid(3002), "Drafts", AppendMessage::catenate(parts));
    assert_eq!(
        line(replace),
        "UID REPLACE 3002 Drafts CATENATE (TEXT {11}\r\nTo: Mitzy\r\n URL \"/Drafts/;UID=3002\")"
    );
    let zero = UidReplace::new(Uid(0), "Drafts", message());
    assert_eq!(refusal(zero), SubmitError::EmptySet);
    let uid = AppendUid {
        uid_validity: UidValidity(1),
        uids: Uid(2000).into(),
    };
    let told = Data::Condition {
        condition: Condition::Ok,
        text: ResponseText {
            code: Some(Code::AppendUid(Box::new(uid.clone()))),
            ..ResponseText::default()
        },
    };
    assert_eq!(answer::<Replace>([told], None), Ok(Some(uid)));
    assert_eq!(answer::<Replace>([], None), Ok(None));
}

/// RFC 8440 §4, RFC 9590 §4, RFC 5819 §3.
#[test]
fn lists_with_details() {
    let list = || ListDetails::new(List::new("", "%"));
    assert_eq!(line(list().my_rights()), "LIST \"\" % RETURN (MYRIGHTS)");
    let color = "/shared/vendor/cmu/cyrus-imapd/color";
    assert_eq!(
        line(list().metadata([color])),
        format!("LIST \"\" % RETURN (METADATA ({color}))")
    );
    let options = ListOptions::new().subscribed().recursive_match();
    let all = ListDetails::new(List::new("", "%").options(options.return_children()))
        .status(StatusItems::new().messages())
        .my_rights()
        .metadata(["/private/comment"]);
    assert_eq!(
        line(all),
        "LIST (SUBSCRIBED RECURSIVEMATCH) \"\" % RETURN (CHILDREN STATUS (MESSAGES) MYRIGHTS \
         METADATA (/private/comment))"
    );
    assert_eq!(line(list()), "LIST \"\" %");
}

#[test]
fn details_go_to_their_mailboxes() {
    let mailbox = |name: &str| {
        let name = MailboxName::from(name);
        Data::List(ListResponse::new(
            ListAttributes::default(),
            Some(b'.'),
            name,
        ))
    };
    let rights = |name: &str, rights: &str| {
        Data::MyRights(Box::new(MyRightsResponse {
            mailbox: name.into(),
            rights: Rights(rights.into()),
        }))
    };
    let values = |name: &str, entry: &str| {
        Data::Metadata(Box::new(MetadataResponse {
            mailbox: name.into(),
            entries: MetadataEntries::Values(vec![(entry.into(), Some("v".into()))]),
        }))
    };
    let told = [
        mailbox("INBOX"),
        rights("inbox", "lrs"),
        values("INBOX", "/a"),
        mailbox("foo"),
        values("INBOX", "/b"),
    ];
    let found = answer::<ListDetails>(told, None).expect("an answer");
    assert_eq!(found[0].rights, Some(Rights("lrs".into())));
    let entries: Vec<_> = found[0].metadata.iter().map(|(entry, _)| entry).collect();
    assert_eq!(entries, ["/a", "/b"]);
    assert_eq!((&found[1].rights, found[1].metadata.len()), (&None, 0));
}

#[test]
fn uid_batches_of_features() {
    assert_eq!(line(UidBatches::new(2000)), "UIDBATCHES 2000");
    assert_eq!(
        line(UidBatches::new(1000).range(10, 14)),
        "UIDBATCHES 1000 10:14"
    );
    for wrong in [UidBatches::new(0), UidBatches::new(500).range(0, 1)] {
        assert!(matches!(refusal(wrong), SubmitError::OutOfRange(_)));
    }
}

/// RFC 9738 §3: the OK of a command that stopped half-way says so.
#[test]
fn message_limits_show_in_the_answer() {
    let limit = MessageLimit {
        limit: 1000,
        lowest: Some(Uid(23221)),
    };
    let found = answer::<UidSearch>([], Some(Code::MessageLimit(limit)));
    assert_eq!(found.expect("an answer").message_limit, Some(limit));
    let stored = answer::<UidStore>([], Some(Code::MessageLimit(limit)));
    assert_eq!(stored.expect("an answer").message_limit, Some(limit));
    let keys = Key::uid_before(Uid(23221)) & Key::uid_after(Uid(100));
    assert_eq!(
        line(UidSearch::new(keys)),
        "UID SEARCH UIDBEFORE 23221 UIDAFTER 100"
    );
}

/// RFC 5466 §3.1, §4: the name of a filter is one component of an entry's name.
#[test]
fn filters_by_name() {
    let search = |name| Search::<SequenceNumber>::new(Key::filter(name));
    assert_eq!(line(search("on-the-road")), "SEARCH FILTER on-the-road");
    assert_eq!(refusal(search("a/b")), SubmitError::InvalidAtom);
}
