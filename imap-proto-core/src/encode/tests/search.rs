//! SEARCH, SORT and THREAD, as the RFCs write them.

use chrono::NaiveDate;

use super::testing::{answer, line, refusal, utf8_line};
use super::*;
use crate::types::{
    ByteString, Data, EsearchData, EsearchResponse, Flag, ModSeq, NumberList, PartialResult,
    SequenceNumber, SequenceSet, ThreadNode, ThreadResponse, Uid, UidSet,
};

type Key = SearchKey;

fn day(day: u32, month: u32, year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

fn search(key: SearchKey) -> String {
    line(Search::<SequenceNumber>::new(key))
}

fn returning(options: SearchReturn, key: SearchKey) -> String {
    line(Search::<SequenceNumber>::new(key).returning(options))
}

fn set(text: &str) -> SequenceSet {
    text.parse().expect("a set")
}

fn uids(text: &str) -> UidSet {
    text.parse().expect("a set")
}

#[test]
fn search_of_rfc_3501() {
    // RFC 3501 §6.4.4.
    let key = Key::flagged() & Key::since(day(1, 2, 1994)) & !Key::sender("Smith");
    assert_eq!(
        search(key),
        "SEARCH FLAGGED SINCE 1-Feb-1994 NOT FROM \"Smith\""
    );
    assert_eq!(
        search(Key::text("string not in mailbox")),
        "SEARCH TEXT \"string not in mailbox\""
    );
    assert_eq!(
        search(Key::text("йцукен")),
        "SEARCH CHARSET UTF-8 TEXT {12}\r\nйцукен"
    );
    let key = || Key::text("йцукен");
    assert_eq!(
        utf8_line(UidSearch::new(key())),
        "UID SEARCH TEXT \"йцукен\""
    );
    let latin = Key::subject(ByteString::from("abc"));
    assert_eq!(
        line(UidSearch::new(latin).charset("ISO-8859-1")),
        "UID SEARCH CHARSET ISO-8859-1 SUBJECT \"abc\""
    );
}

#[test]
fn search_of_rfc_4731_and_5182() {
    // RFC 4731 §3.1, §3.2, §4.
    let new = SearchReturn::new;
    let smith = || Key::flagged() & Key::since(day(1, 2, 1994)) & !Key::sender("Smith");
    assert_eq!(
        returning(new().min().count(), smith()),
        "SEARCH RETURN (MIN COUNT) FLAGGED SINCE 1-Feb-1994 NOT FROM \"Smith\""
    );
    assert_eq!(
        returning(new(), Key::text("string not in mailbox")),
        "SEARCH RETURN (ALL) TEXT \"string not in mailbox\""
    );
    // RFC 5182 §2.1, examples 1, 5, 7.
    let since = Key::since(day(1, 2, 1994)) & !Key::sender("Smith");
    assert_eq!(
        returning(new().save(), since),
        "SEARCH RETURN (SAVE) SINCE 1-Feb-1994 NOT FROM \"Smith\""
    );
    assert_eq!(
        returning(new().save().min(), Key::keyword(Flag::from("$Junk"))),
        "SEARCH RETURN (SAVE MIN) KEYWORD $Junk"
    );
    assert_eq!(
        line(UidSearch::new(
            Key::uid(uids("1:5")) & Key::saved_result() & Key::smaller(4096)
        )),
        "UID SEARCH UID 1:5 $ SMALLER 4096"
    );
    // RFC 9394 §3.1.
    assert_eq!(
        line(UidSearch::new(Key::undeleted() & Key::unseen()).returning(new().partial(-1, -100))),
        "UID SEARCH RETURN (PARTIAL -1:-100) UNDELETED UNSEEN"
    );
}

#[test]
fn combined_keys_are_grouped_where_they_must() {
    let or = Key::to("a") | (Key::cc("b") & Key::seen());
    assert_eq!(search(or), "SEARCH OR TO \"a\" (CC \"b\" SEEN)");
    let not = !(Key::answered() & Key::draft());
    assert_eq!(search(not), "SEARCH NOT (ANSWERED DRAFT)");
    let nested = !(Key::old() | Key::recent()) & Key::all();
    assert_eq!(search(nested), "SEARCH NOT OR OLD RECENT ALL");
    // RFC 6203 §3.
    let fuzzy = (Key::subject("balnk") & Key::new_messages()).fuzzy();
    assert_eq!(search(fuzzy), "SEARCH FUZZY (SUBJECT \"balnk\" NEW)");
}

#[test]
fn every_other_key() {
    let may = day(17, 5, 2003);
    let junk = Flag::from("$Junk");
    let mod_seq = ModSeq(620_162_338);
    for (key, written) in [
        (Key::bcc("a"), "BCC \"a\""),
        (Key::body(""), "BODY \"\""),
        (Key::before(may), "BEFORE 17-May-2003"),
        (Key::on(may), "ON 17-May-2003"),
        (Key::sent_before(may), "SENTBEFORE 17-May-2003"),
        (Key::sent_on(may), "SENTON 17-May-2003"),
        (Key::sent_since(may), "SENTSINCE 17-May-2003"),
        (Key::header("X-Y", ""), "HEADER \"X-Y\" \"\""),
        (Key::keyword(Flag::Seen), "SEEN"),
        (Key::unkeyword(Flag::Draft), "UNDRAFT"),
        (Key::unkeyword(junk), "UNKEYWORD $Junk"),
        (Key::larger(5_000_000_000), "LARGER 5000000000"),
        (Key::numbers(set("2:4,9")), "2:4,9"),
        (Key::unanswered() & Key::unflagged(), "UNANSWERED UNFLAGGED"),
        (Key::deleted() & Key::undraft(), "DELETED UNDRAFT"),
        // RFC 5032 §2, RFC 5466 §3.1, RFC 8474 §5, RFC 8514 §4.3, RFC 9738 §4.
        (Key::older(345_600), "OLDER 345600"),
        (Key::younger(259_200), "YOUNGER 259200"),
        (Key::filter("on-the-road"), "FILTER on-the-road"),
        (Key::email_id("M6d99ac3275bb4e"), "EMAILID M6d99ac3275bb4e"),
        (
            Key::thread_id("T64b478a75b7ea9"),
            "THREADID T64b478a75b7ea9",
        ),
        (Key::saved_before(may), "SAVEDBEFORE 17-May-2003"),
        (Key::saved_on(may), "SAVEDON 17-May-2003"),
        (Key::saved_since(may), "SAVEDSINCE 17-May-2003"),
        (Key::save_date_supported(), "SAVEDATESUPPORTED"),
        (Key::uid_after(Uid(9)), "UIDAFTER 9"),
        (Key::uid_before(Uid(9)), "UIDBEFORE 9"),
        // RFC 7162 §3.1.5.
        (Key::mod_seq(mod_seq), "MODSEQ 620162338"),
        (
            Key::flag_mod_seq(&Flag::Draft, ModSeqScope::All, mod_seq),
            "MODSEQ \"/flags/\\\\Draft\" all 620162338",
        ),
        (
            Key::gmail_raw("has:attachment"),
            "X-GM-RAW \"has:attachment\"",
        ),
        (Key::other("X-GM-MSGID 12"), "X-GM-MSGID 12"),
    ] {
        assert_eq!(search(key), format!("SEARCH {written}"));
    }
}

#[test]
fn keys_that_cannot_be_sent() {
    let refused = |key: Key| refusal(UidSearch::new(Key::all() & !key));
    assert_eq!(refused(Key::text("a\0")), SubmitError::NulInString);
    assert_eq!(refused(Key::keyword("a b")), SubmitError::InvalidFlag);
    assert_eq!(refused(Key::keyword("\\Foo")), SubmitError::InvalidFlag);
    assert_eq!(
        refused(Key::keyword(Flag::Recent)),
        SubmitError::InvalidFlag
    );
    assert_eq!(refused(Key::filter("a\r\nb")), SubmitError::InvalidAtom);
    assert_eq!(refused(Key::other("X \"")), SubmitError::InvalidAtom);
    assert_eq!(refused(Key::other("")), SubmitError::InvalidAtom);
    assert_eq!(
        refused(Key::uid(UidSet::from_iter([]))),
        SubmitError::EmptySet
    );
    assert_eq!(refused(Key::on(NaiveDate::MAX)), SubmitError::InvalidDate);
    let range = |key| matches!(refused(key), SubmitError::OutOfRange(_));
    assert!(range(Key::older(0)));
    assert!(range(Key::mod_seq(ModSeq(u64::MAX))));
}

#[test]
fn search_classes() {
    let class = |key| {
        Search::<SequenceNumber>::new(key)
            .request()
            .expect("valid")
            .pipelining
    };
    let uid = |key| UidSearch::new(key).request().expect("valid").pipelining;
    let store = UidStore::new(uids("1"), StoreAction::add([Flag::Seen]));
    let store = store.request().expect("valid").pipelining;
    assert!(uid(Key::unseen()).conflicts_with(store));
    assert!(!uid(Key::subject("x")).conflicts_with(store));
    assert!(class(Key::all()).conflicts_with(Pipelining::OTHER));
    assert!(!uid(Key::all()).conflicts_with(Pipelining::OTHER));
    assert!(uid(!Key::numbers(set("1"))).conflicts_with(Pipelining::OTHER));
    assert!(uid(Key::all()).conflicts_with(uid(Key::all())));
    let tagged = UidSearch::new(Key::all()).returning(SearchReturn::new());
    let tagged = tagged.request().expect("valid").pipelining;
    assert!(!tagged.conflicts_with(tagged));
}

#[test]
fn sort() {
    // RFC 5256 §3; strings are quoted or not there as it happens.
    let sort = |criteria, key| line(Sort::<SequenceNumber>::new(criteria, key));
    let new = SortCriteria::new;
    assert_eq!(
        sort(new().subject(), Key::since(day(1, 2, 1994))),
        "SORT (SUBJECT) UTF-8 SINCE 1-Feb-1994"
    );
    assert_eq!(
        sort(new().subject().reverse().date(), Key::all()),
        "SORT (SUBJECT REVERSE DATE) UTF-8 ALL"
    );
    let ascii = Sort::<SequenceNumber>::new(new().subject(), Key::text("not in mailbox"));
    assert_eq!(
        line(ascii.charset("US-ASCII")),
        "SORT (SUBJECT) US-ASCII TEXT \"not in mailbox\""
    );
    // RFC 5267 §3.
    let partial = UidSort::new(new().reverse().date(), Key::unseen());
    assert_eq!(
        line(partial.returning(SearchReturn::new().partial(1, 500))),
        "UID SORT RETURN (PARTIAL 1:500) (REVERSE DATE) UTF-8 UNSEEN"
    );
    for bad in [
        new(),
        new().date().reverse(),
        new().reverse().reverse().to(),
    ] {
        let error = refusal(UidSort::new(bad, Key::all()));
        assert!(matches!(error, SubmitError::EmptyList(_)));
    }
}

#[test]
fn thread() {
    // RFC 5256 §3.
    let since = Key::since(day(5, 3, 2000));
    let thread = |algorithm, key| line(Thread::<SequenceNumber>::new(algorithm, key));
    assert_eq!(
        thread(ThreadAlgorithm::OrderedSubject, since.clone()),
        "THREAD ORDEREDSUBJECT UTF-8 SINCE 5-Mar-2000"
    );
    assert_eq!(
        thread(ThreadAlgorithm::References, since),
        "THREAD REFERENCES UTF-8 SINCE 5-Mar-2000"
    );
    let other = UidThread::new(ThreadAlgorithm::Other("A B".into()), Key::all());
    assert_eq!(refusal(other), SubmitError::InvalidAtom);
    let nodes = vec![ThreadNode {
        depth: 0,
        number: Some(2),
    }];
    let response = ThreadResponse { nodes };
    let data = [Data::Thread(response.clone())];
    assert_eq!(answer::<UidThread>(data, None), Ok(response));
    assert_eq!(answer::<UidThread>([], None), Ok(ThreadResponse::default()));
}

fn found(numbers: &[u32], mod_seq: Option<u64>) -> NumberList {
    NumberList {
        numbers: numbers.to_vec(),
        mod_seq: mod_seq.map(ModSeq),
    }
}

fn esearch(items: Vec<EsearchData>) -> Data {
    Data::Esearch(Box::new(EsearchResponse {
        items,
        ..EsearchResponse::default()
    }))
}

#[test]
fn both_forms_of_an_answer_read_alike() {
    let plain = Data::Search(found(&[2, 3, 6], Some(917)));
    let tagged = esearch(vec![
        EsearchData::All(set("2:3,6")),
        EsearchData::ModSeq(ModSeq(917)),
    ]);
    let plain = answer::<UidSearch>([plain], None).expect("an answer");
    let tagged = answer::<UidSearch>([tagged], None).expect("an answer");
    assert_eq!(plain, tagged);
    assert_eq!(plain.iter().collect::<Vec<_>>(), [Uid(2), Uid(3), Uid(6)]);
    assert_eq!(plain.count(), Some(3));
    assert_eq!((plain.min(), plain.max()), (Some(Uid(2)), Some(Uid(6))));
    assert_eq!(plain.mod_seq, Some(ModSeq(917)));
    assert!(!plain.is_empty());
}

#[test]
fn what_was_not_told_is_not_made_up() {
    // RFC 4731 §3.1's example: MIN and COUNT of 17.
    let data = esearch(vec![EsearchData::Min(2), EsearchData::Count(3)]);
    let results = answer::<Search>([data], None).expect("an answer");
    assert_eq!(
        (results.min(), results.max()),
        (Some(SequenceNumber(2)), None)
    );
    assert_eq!(results.count(), Some(3));
    assert_eq!(results.numbers, None);
    let partial = PartialResult {
        first: -1,
        last: -100,
        numbers: Some(set("200:250")),
    };
    let data = esearch(vec![EsearchData::Partial(partial.clone())]);
    let results = answer::<Search>([data], None).expect("an answer");
    assert_eq!(results.count(), None);
    assert_eq!(results.partial, Some(partial));
    assert!(!results.is_empty());
}

#[test]
fn nothing_found_is_an_answer() {
    for data in [
        vec![],
        vec![Data::Search(NumberList::default())],
        vec![esearch(vec![])],
        vec![esearch(vec![EsearchData::Count(0)])],
    ] {
        let results = answer::<UidSearch>(data, None).expect("an answer");
        assert!(results.is_empty());
        assert_eq!(results.count(), Some(0));
        assert_eq!(results.iter().next(), None);
    }
}

#[test]
fn sorted_numbers_keep_their_order() {
    // RFC 5256 §3's example.
    let data = Data::Sort(found(&[2, 84, 882, 5, 3, 4, 1, 0], None));
    let results = answer::<UidSort>([data], None).expect("an answer");
    let numbers: Vec<u32> = results.iter().map(u32::from).collect();
    assert_eq!(numbers, [2, 84, 882, 5, 3, 4, 1]);
    let data = [
        Data::Search(found(&[1, 2], None)),
        Data::Search(found(&[3], None)),
    ];
    let results = answer::<UidSearch>(data, None).expect("an answer");
    assert_eq!(results.count(), Some(3));
}
