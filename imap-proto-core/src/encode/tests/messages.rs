//! Commands on mailboxes and messages, as the RFCs write them.

use bytes::Bytes;

use super::testing::{answer, line, refusal, utf8_line};
use super::*;
use crate::types::{
    AppendUid, ByteString, Code, Condition, CopyUid, Data, FetchResponse, Flag, Flags,
    InternalDate, ListAttributes, ListResponse, MailboxName, ModSeq, ResponseText, Section,
    SectionPart, SequenceNumber, SequenceSet, StatusData, StatusResponse, Uid, UidSet, UidValidity,
};

fn numbers(text: &str) -> SequenceSet {
    text.parse().expect("a set")
}

fn uids(text: &str) -> UidSet {
    text.parse().expect("a set")
}

fn part(text: &str) -> SectionPart {
    text.parse().expect("a part")
}

fn untagged_ok(code: Code) -> Data {
    Data::Condition {
        condition: Condition::Ok,
        text: ResponseText {
            code: Some(code),
            ..ResponseText::default()
        },
    }
}

#[test]
fn list() {
    // RFC 3501 §6.3.8 and §6.3.9; LSUB is quoted there.
    assert_eq!(line(List::new("", "*")), "LIST \"\" *");
    assert_eq!(line(List::new("", "")), "LIST \"\" \"\"");
    let news = List::new("#news.comp.mail.misc", "");
    assert_eq!(line(news), "LIST #news.comp.mail.misc \"\"");
    let jones = List::new("/usr/staff/jones", "");
    assert_eq!(line(jones), "LIST /usr/staff/jones \"\"");
    assert_eq!(line(List::new("~/Mail/", "%")), "LIST ~/Mail/ %");
    let lsub = Lsub::new("#news.", "comp.mail.*");
    assert_eq!(line(lsub), "LSUB #news. comp.mail.*");
}

#[test]
fn list_extended() {
    // RFC 9051 §6.3.9.8, RFC 5258 §5, RFC 6154 §5, RFC 5819 §4; patterns are quoted there.
    let all = |options| line(List::new("", "*").options(options));
    let options = ListOptions::new;
    assert_eq!(all(options().subscribed()), "LIST (SUBSCRIBED) \"\" *");
    assert_eq!(
        all(options().return_children()),
        "LIST \"\" * RETURN (CHILDREN)"
    );
    assert_eq!(
        all(options().remote().return_children()),
        "LIST (REMOTE) \"\" * RETURN (CHILDREN)"
    );
    assert_eq!(
        all(options().subscribed().recursive_match()),
        "LIST (SUBSCRIBED RECURSIVEMATCH) \"\" *"
    );
    assert_eq!(
        all(options()
            .special_use()
            .return_special_use()
            .return_subscribed()),
        "LIST (SPECIAL-USE) \"\" * RETURN (SPECIAL-USE SUBSCRIBED)"
    );
    let patterns = List::new("", "INBOX").pattern("Drafts").pattern("Sent/%");
    assert_eq!(line(patterns), "LIST \"\" (INBOX Drafts Sent/%)");
    let items = StatusItems::new().messages().unseen();
    let status = ListStatus::new(List::new("", "%"), items.clone());
    assert_eq!(
        line(status),
        "LIST \"\" % RETURN (STATUS (MESSAGES UNSEEN))"
    );
    let list = List::new("", "%").options(options().return_children());
    assert_eq!(
        line(ListStatus::new(list, items)),
        "LIST \"\" % RETURN (CHILDREN STATUS (MESSAGES UNSEEN))"
    );
    let alone = List::new("", "*").options(options().remote().recursive_match());
    assert!(matches!(refusal(alone), SubmitError::EmptyList(_)));
    assert_eq!(refusal(List::new("", "a\rb")), SubmitError::InvalidMailbox);
    assert_eq!(utf8_line(List::new("", "日%")), "LIST \"\" \"日%\"");
}

#[test]
fn status() {
    // RFC 3501 §6.3.10.
    let items = StatusItems::new().uid_next().messages();
    assert_eq!(
        line(Status::new("blurdybloop", items)),
        "STATUS blurdybloop (UIDNEXT MESSAGES)"
    );
    let bad = StatusItems::new().item("A)\r\nB");
    assert_eq!(refusal(Status::new("a", bad)), SubmitError::InvalidAtom);
}

#[test]
fn append() {
    // RFC 3501 §6.3.11.
    let flags: Flags = [Flag::Seen].into_iter().collect();
    let message = AppendMessage::new(Bytes::from(vec![b'x'; 310])).flags(flags.clone());
    let written = line(Append::new("saved-messages", message));
    let announced = written.split_once("\r\n").expect("a literal").0;
    assert_eq!(announced, "APPEND saved-messages (\\Seen) {310}");
    // RFC 3502 §6, with a date of RFC 3501's form.
    let date: InternalDate = "17-Jul-1996 02:44:25 -0700".parse().expect("a date");
    let append = Append::new("saved-messages", AppendMessage::new("x").flags(flags))
        .message(AppendMessage::new("yy").date(date));
    assert_eq!(
        line(append),
        "APPEND saved-messages (\\Seen) {1}\r\nx \"17-Jul-1996 02:44:25 -0700\" {2}\r\nyy"
    );
    let upload = Append::new("a", AppendMessage::upload(5));
    assert_eq!(line(upload), "APPEND a {5}\r\n<upload>");
    let binary = || Append::new("a", AppendMessage::new("x\0").binary());
    assert_eq!(utf8_line(binary()), "APPEND a ~{2+}\r\nx\0");
    let recent: Flags = [Flag::Recent].into_iter().collect();
    let refused = Append::new("a", AppendMessage::new("x").flags(recent));
    assert_eq!(refusal(refused), SubmitError::InvalidFlag);
    assert_eq!(
        refusal(Append::new("a", AppendMessage::new("x\0"))),
        SubmitError::NulInString
    );
    let no_day: InternalDate = "00-Jan-0000 00:00:00 +0000".parse().expect("the form");
    let refused = Append::new("a", AppendMessage::new("x").date(no_day));
    assert_eq!(refusal(refused), SubmitError::InvalidDate);
    let uid = AppendUid {
        uid_validity: UidValidity(38505),
        uids: uids("3955"),
    };
    let code = Some(Code::AppendUid(Box::new(uid.clone())));
    assert_eq!(answer::<Append>([], code), Ok(Some(uid)));
}

#[test]
fn select() {
    // RFC 3501 §6.3.1, §6.3.2, RFC 7162 §3.1.8 and §3.2.5.
    assert_eq!(line(Select::new("INBOX")), "SELECT INBOX");
    assert_eq!(line(Examine::new("blurdybloop")), "EXAMINE blurdybloop");
    let cond_store = Select::new("INBOX").cond_store();
    assert_eq!(line(cond_store), "SELECT INBOX (CONDSTORE)");
    let parameters =
        QresyncParameters::new(UidValidity(67_890_007), ModSeq(20_050_715_194_045_000));
    let known = parameters.clone().known(uids("41,43:211,214:541"));
    assert_eq!(
        line(Select::new("INBOX").qresync(known)),
        "SELECT INBOX (QRESYNC (67890007 20050715194045000 41,43:211,214:541))"
    );
    let matches = parameters
        .known(uids("1:29997"))
        .matches(numbers("5000,7500,9000"), uids("15000,22500,27000"));
    assert_eq!(
        line(Select::new("INBOX").cond_store().qresync(matches)),
        "SELECT INBOX (CONDSTORE QRESYNC (67890007 20050715194045000 1:29997 \
         (5000,7500,9000 15000,22500,27000)))"
    );
    let bad = QresyncParameters::new(UidValidity(1), ModSeq(1 << 63));
    let refused = Select::new("a").qresync(bad);
    assert!(matches!(refusal(refused), SubmitError::OutOfRange(_)));
    assert_eq!(line(Close), "CLOSE");
    assert_eq!(line(Unselect), "UNSELECT");
    assert_eq!(line(Check), "CHECK");
}

#[test]
fn select_answer() {
    // RFC 3501 §6.3.1's example.
    let flags: Flags = [Flag::Answered, Flag::Seen].into_iter().collect();
    let data = [
        Data::Exists(172),
        Data::Recent(1),
        untagged_ok(Code::Unseen(SequenceNumber(12))),
        untagged_ok(Code::UidValidity(UidValidity(3_857_529_045))),
        untagged_ok(Code::UidNext(Uid(4392))),
        Data::Flags(flags.clone()),
        untagged_ok(Code::PermanentFlags(Flags::new())),
        Data::Vanished {
            earlier: true,
            uids: uids("41"),
        },
        Data::Fetch(FetchResponse::default()),
    ];
    let response = answer::<Select>(data, Some(Code::ReadWrite)).expect("an answer");
    assert_eq!((response.exists, response.recent), (Some(172), Some(1)));
    assert_eq!(response.unseen, Some(SequenceNumber(12)));
    assert_eq!(response.uid_validity, Some(UidValidity(3_857_529_045)));
    assert_eq!(response.uid_next, Some(Uid(4392)));
    assert_eq!(response.flags, Some(flags));
    assert_eq!(response.permanent_flags, Some(Flags::new()));
    assert_eq!((response.vanished.len(), response.changed.len()), (1, 1));
    assert!(!response.read_only);
    let examined = answer::<Examine>([Data::Exists(0)], None).expect("an answer");
    assert!(examined.read_only);
    assert_eq!(answer::<Select>([], None), Err(MissingAnswer("EXISTS")));
}

#[test]
fn fetch() {
    // RFC 3501 §6.4.5, §6.4.8.
    let fields = vec![ByteString::from("DATE"), ByteString::from("FROM")];
    let section = Section::HeaderFields(part(""), fields);
    let items = FetchItems::new()
        .flags()
        .section(FetchSection::new(section).peek(false));
    assert_eq!(
        line(Fetch::new(numbers("2:4"), items)),
        "FETCH 2:4 (FLAGS BODY[HEADER.FIELDS (DATE FROM)])"
    );
    let fetch = UidFetch::new(uids("4827313:4828442"), FetchItems::new().flags());
    assert_eq!(line(fetch), "UID FETCH 4827313:4828442 (UID FLAGS)");
    let items = |items| line(Fetch::new(numbers("1"), items));
    assert_eq!(
        items(FetchItems::full()),
        "FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY)"
    );
    // The UID comes before anything long.
    let full = FetchItems::new().section(Section::Full).uid();
    assert_eq!(items(full), "FETCH 1 (UID BODY.PEEK[])");
    let partial = FetchSection::new(Section::Text(part("1.2"))).partial(0, 2048);
    assert_eq!(
        items(FetchItems::new().section(partial)),
        "FETCH 1 (BODY.PEEK[1.2.TEXT]<0.2048>)"
    );
    let not = Section::HeaderFieldsNot(part("4.2"), vec![ByteString::from("X Y")]);
    let mime = Section::Mime(part("3"));
    let several = FetchItems::new()
        .section(not)
        .section(mime)
        .section(Section::Rfc822Header);
    assert_eq!(
        items(several),
        "FETCH 1 (BODY.PEEK[4.2.HEADER.FIELDS.NOT (\"X Y\")] BODY.PEEK[3.MIME] RFC822.HEADER)"
    );
    // RFC 3516 §4.2, RFC 8474 §5, RFC 8970 §3.2.
    let extended = FetchItems::new()
        .binary(FetchBinary::new(part("1.1")).partial(0, 10))
        .binary_size(part("2"))
        .email_id()
        .preview_lazy()
        .item("X-GM-MSGID");
    assert_eq!(
        items(extended),
        "FETCH 1 (BINARY.PEEK[1.1]<0.10> BINARY.SIZE[2] EMAILID PREVIEW (LAZY) X-GM-MSGID)"
    );
}

#[test]
fn fetch_modifiers() {
    // RFC 7162 §3.1.4.1, §3.2.6, RFC 9394 §3.2.
    let flags = FetchItems::new().flags();
    let changed = Fetch::new(numbers("1:*"), flags.clone()).changed_since(ModSeq(12345));
    assert_eq!(line(changed), "FETCH 1:* (FLAGS) (CHANGEDSINCE 12345)");
    let with_vanished = UidFetchChanges::new(uids("300:500"), flags.clone(), ModSeq(12345));
    assert_eq!(
        line(with_vanished),
        "UID FETCH 300:500 (UID FLAGS) (CHANGEDSINCE 12345 VANISHED)"
    );
    // RFC 9394 §3.3.
    let part = UidFetchChanges::new(uids("25900:26600"), flags.clone(), ModSeq(98305));
    assert_eq!(
        line(part.partial(-1, -30)),
        "UID FETCH 25900:26600 (UID FLAGS) (CHANGEDSINCE 98305 VANISHED PARTIAL -1:-30)"
    );
    let partial = UidFetch::new(uids("25900:26600"), flags).partial(-1, -100);
    assert_eq!(
        line(partial),
        "UID FETCH 25900:26600 (UID FLAGS) (PARTIAL -1:-100)"
    );
}

#[test]
fn fetch_refusals() {
    let fetch = |items| refusal(Fetch::new(numbers("1"), items));
    let new = FetchItems::new;
    assert!(matches!(fetch(new()), SubmitError::EmptyList(_)));
    assert_eq!(fetch(new().item("BODY[1]\r\n")), SubmitError::InvalidAtom);
    let zero = FetchSection::new(Section::Full).partial(1, 0);
    assert!(matches!(
        fetch(new().section(zero)),
        SubmitError::OutOfRange(_)
    ));
    let whole = Section::Mime(part(""));
    assert!(matches!(
        fetch(new().section(whole)),
        SubmitError::EmptyList(_)
    ));
    let none = Section::HeaderFields(part(""), Vec::new());
    assert!(matches!(
        fetch(new().section(none)),
        SubmitError::EmptyList(_)
    ));
    let empty = UidFetch::new(UidSet::from_iter([]), new().flags());
    assert_eq!(refusal(empty), SubmitError::EmptySet);
    for (first, last) in [(0, 1), (1, -1), (1, i64::MAX)] {
        let partial = UidFetch::new(uids("1"), new().flags()).partial(first, last);
        assert!(matches!(refusal(partial), SubmitError::OutOfRange(_)));
    }
}

#[test]
fn fetch_classes() {
    let class = |items| {
        Fetch::new(numbers("1"), items)
            .request()
            .expect("valid")
            .pipelining
    };
    let uid_class = |items| {
        UidFetch::new(uids("1"), items)
            .request()
            .expect("valid")
            .pipelining
    };
    let body = || FetchItems::new().section(Section::Full);
    let seen = || FetchItems::new().section(FetchSection::new(Section::Full).peek(false));
    assert_eq!(class(body()), Pipelining::FETCH);
    assert!(uid_class(body()).conflicts_with(uid_class(body())));
    assert!(!uid_class(FetchItems::new().size()).conflicts_with(uid_class(body())));
    assert!(class(FetchItems::new().flags()).conflicts_with(class(seen())));
    assert!(class(seen()).conflicts_with(class(FetchItems::new().flags())));
    assert!(!class(seen()).conflicts_with(class(seen())));
    let rfc822 = FetchItems::new().section(Section::Rfc822);
    assert!(class(FetchItems::new().flags()).conflicts_with(class(rfc822)));
    let header = FetchItems::new().section(Section::Rfc822Header);
    assert!(!class(FetchItems::new().flags()).conflicts_with(class(header)));
}

#[test]
fn store() {
    // RFC 3501 §6.4.6, RFC 7162 §3.1.3.
    let deleted = || StoreAction::add([Flag::Deleted]);
    let store = Store::new(numbers("2:4"), deleted());
    assert_eq!(line(store), "STORE 2:4 +FLAGS (\\Deleted)");
    let store =
        UidStore::new(uids("6,4,8"), deleted().silent()).unchanged_since(ModSeq(12_121_230_045));
    assert_eq!(
        line(store),
        "UID STORE 6,4,8 (UNCHANGEDSINCE 12121230045) +FLAGS.SILENT (\\Deleted)"
    );
    let processed = StoreAction::remove([Flag::from("$Processed")]);
    let saved = Store::<SequenceNumber>::new(Messages::SavedResult, processed);
    assert_eq!(line(saved), "STORE $ -FLAGS ($Processed)");
    let none = Store::new(numbers("1"), StoreAction::replace([]));
    assert_eq!(line(none), "STORE 1 FLAGS ()");
    for bad in ["", "a b", "\\*", "\\", "x\r\n", "\\Recent", "a)"] {
        let store = Store::new(numbers("1"), StoreAction::add([Flag::from(bad)]));
        assert_eq!(refusal(store), SubmitError::InvalidFlag, "{bad}");
    }
    let code = Some(Code::Modified(numbers("7,9")));
    let response = answer::<UidStore>([], code).expect("an answer");
    assert_eq!(response.modified, Some(uids("7,9")));
}

#[test]
fn copy_and_move() {
    // RFC 3501 §6.4.7, RFC 6851 §3.1 and §3.3, RFC 5182 example 7.
    assert_eq!(
        line(Copy::new(numbers("2:4"), "MEETING")),
        "COPY 2:4 MEETING"
    );
    let junk = Copy::<SequenceNumber>::new(Messages::SavedResult, "Junk");
    assert_eq!(line(junk), "COPY $ Junk");
    let moved = UidMove::new(uids("42:69"), "foo");
    assert_eq!(line(moved), "UID MOVE 42:69 foo");
    let pair = |source: &str, destination: &str| CopyUid {
        uid_validity: UidValidity(432_432),
        source: uids(source),
        destination: uids(destination),
    };
    let ok = |source, destination| untagged_ok(Code::CopyUid(Box::new(pair(source, destination))));
    let moved = answer::<UidMove>([ok("42:69", "1202:1229")], None);
    assert_eq!(moved, Ok(Some(pair("42:69", "1202:1229"))));
    let moved = answer::<UidMove>([ok("1:2", "5:6"), ok("4", "7")], None);
    assert_eq!(moved, Ok(Some(pair("1:2,4", "5:6,7"))));
    let code = Some(Code::CopyUid(Box::new(pair("304", "3956"))));
    let copied = answer::<Copy>([], code);
    assert_eq!(copied, Ok(Some(pair("304", "3956"))));
    assert_eq!(answer::<Copy>([], None), Ok(None));
}

#[test]
fn expunge() {
    // RFC 3501 §6.4.3, RFC 4315 §2.1.
    assert_eq!(line(Expunge), "EXPUNGE");
    assert_eq!(
        line(UidExpunge::new(uids("3000:3002"))),
        "UID EXPUNGE 3000:3002"
    );
    let number = |number| Data::Expunge(SequenceNumber(number));
    let gone = answer::<Expunge>([number(3), number(3)], None).expect("an answer");
    assert_eq!(gone, vec![Expunged::Number(SequenceNumber(3)); 2]);
}

#[test]
fn list_answers() {
    let listed = |name: &str| {
        ListResponse::new(
            ListAttributes::default(),
            Some(b'/'),
            MailboxName::from(name),
        )
    };
    let status =
        |name: MailboxName, count| StatusResponse::new(name, vec![StatusData::Messages(count)]);
    let list = answer::<List>([Data::List(listed("a")), Data::List(listed("b"))], None);
    assert_eq!(list, Ok(vec![listed("a"), listed("b")]));
    let data = [
        Data::List(listed("Entwürfe")),
        Data::Status(status(MailboxName::from_wire("Entw&APw-rfe".into()), 3)),
        Data::List(listed("foo")),
    ];
    let answer = answer::<ListStatus>(data, None).expect("an answer");
    assert_eq!(answer.len(), 2);
    let counts: Vec<_> = answer
        .iter()
        .map(|(_, s)| s.as_ref().map(|s| s.items.len()))
        .collect();
    assert_eq!(counts, [Some(1), None]);
}
