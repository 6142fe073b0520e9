use super::super::testing::{fails, parses};
use super::*;
use crate::types::Token;

/// RFC 3501 §7.2.5, RFC 7162 §3.1.5 and §3.1.6, RFC 5256 §4: the examples.
#[test]
fn rfc_examples_of_numbers() {
    assert_eq!(parses(search, b" 2 84 882").numbers, [2, 84, 882]);
    let response = parses(search, b" 2 5 6 7 11 12 18 19 20 23 (MODSEQ 917162500)");
    assert_eq!(response.numbers, [2, 5, 6, 7, 11, 12, 18, 19, 20, 23]);
    assert_eq!(response.mod_seq, Some(ModSeq(917_162_500)));
    assert_eq!(parses(search, b" 5 3 4 1 2").numbers, [5, 3, 4, 1, 2]);
}

/// FEATURES.md, §9, item 16.
#[test]
fn nothing_found() {
    assert_eq!(parses(search, b""), NumberList::default());
    assert_eq!(
        parses(search, b" (MODSEQ 9223372036854775807)").mod_seq,
        Some(ModSeq(i64::MAX.unsigned_abs()))
    );
}

#[test]
fn quirk_5_2_37_spaces() {
    assert_eq!(parses(search, b" 1 2 ").numbers, [1, 2]);
    assert_eq!(parses(search, b"  1   2 ( MODSEQ  3 ) ").numbers, [1, 2]);
}

#[test]
fn capacity_is_exact() {
    let line = " 4294967295".repeat(1000);
    let numbers = parses(search, line.as_bytes()).numbers;
    assert_eq!((numbers.len(), numbers.capacity()), (1000, 1000));
    let numbers = parses(search, &b" ".repeat(100_000)).numbers;
    assert_eq!(numbers.capacity(), 0);
}

#[test]
fn numbers_are_checked() {
    assert_eq!(
        parses(search, b" 4294967295 0 007").numbers,
        [u32::MAX, 0, 7]
    );
    let error = fails(search, b" 1 4294967296");
    assert_eq!(
        (error.kind, error.offset),
        (ParseErrorKind::NumberTooLarge, 3)
    );
    fails(search, &[b" ".to_vec(), b"9".repeat(400)].concat());
    for line in [
        &b" a"[..],
        b" 1:2",
        b" -1",
        b" 1,2",
        b" 1 (MODSEQ)",
        b" 1 (MODSEQ 1",
        b" (X 1)",
        b" (MODSEQ 1) 2",
    ] {
        fails(search, line);
    }
}

/// RFC 4731 §3.1 and §3.2, RFC 9051 §7.3.4: the examples.
#[test]
fn rfc_examples_of_esearch() {
    let response = parses(esearch, b" UID COUNT 17 ALL 4:18,21,28");
    assert_eq!(
        (&response.tag, response.uid, response.count()),
        (&None, true, Some(&17))
    );
    assert_eq!(
        response.all().map(ToString::to_string).as_deref(),
        Some("4:18,21,28")
    );
    let response = parses(esearch, b" (TAG \"a4\") MIN 2 COUNT 10 MODSEQ 917162500");
    assert_eq!(response.tag, Some("a4".into()));
    assert_eq!((response.min(), response.max()), (Some(&2), None));
    assert_eq!(response.mod_seq(), Some(&ModSeq(917_162_500)));
    let response = parses(esearch, b" (TAG \"A285\") UID MIN 7 MAX 3800");
    assert_eq!((response.uid, response.max()), (true, Some(&3800)));
    assert!(parses(esearch, b" (TAG \"A284\")").items.is_empty());
}

/// RFC 5267 §4.2 and §4.3: the examples. A SORT's set keeps its order.
#[test]
fn rfc_5267_examples() {
    let response = parses(esearch, b" (TAG \"E01\") UID ALL 23765,23764,23763,23761");
    assert_eq!(
        response.all().map(ToString::to_string).as_deref(),
        Some("23765,23764,23763,23761")
    );
    let response = parses(
        esearch,
        b" (TAG \"C01\") UID ADDTO (1 2733) ADDTO (1 2731:2732)",
    );
    let pair = |position, range: &str| (position, range.parse().expect("a set"));
    let expected = [
        EsearchData::AddTo(vec![pair(1, "2733")]),
        EsearchData::AddTo(vec![pair(1, "2731:2732")]),
    ];
    assert_eq!(response.items, expected);
    let response = parses(esearch, b" (TAG \"C01\") UID ADDTO (1 2733 1 2732 1 2731)");
    assert!(matches!(&response.items[..], [EsearchData::AddTo(pairs)] if pairs.len() == 3));
    let response = parses(esearch, b" (TAG \"B01\") UID REMOVEFROM (0 32768)");
    assert_eq!(
        response.items,
        [EsearchData::RemoveFrom(vec![pair(0, "32768")])]
    );
}

/// RFC 9394 §3.1, RFC 5267 §4.4, RFC 6203 §4: the examples.
#[test]
fn rfc_examples_of_partial_and_relevancy() {
    let response = parses(esearch, b" (TAG \"A04\") UID PARTIAL (24000:24500 NIL)");
    let expected = PartialResult {
        first: 24000,
        last: 24500,
        numbers: None,
    };
    assert_eq!(response.partial(), Some(&expected));
    let response = parses(esearch, b" (TAG \"A01\") UID PARTIAL (-1:-100 1,3:5)");
    let partial = response.partial().expect("it is there");
    assert_eq!((partial.first, partial.last), (-1, -100));
    assert_eq!(
        partial.numbers.as_ref().map(ToString::to_string).as_deref(),
        Some("1,3:5")
    );
    let response = parses(esearch, b" (TAG \"C2\") ALL 5,10,1 RELEVANCY (99 42 4)");
    assert_eq!(response.items[1], EsearchData::Relevancy(vec![99, 42, 4]));
}

/// RFC 7377 §2.1: the example.
#[test]
fn rfc_7377_example() {
    let line =
        b" (TAG \"tag1\" MAILBOX \"folder1\" UIDVALIDITY 1) UID ALL 4001,4003,4005,4007,4009";
    let response = parses(esearch, line);
    assert_eq!(response.mailbox, Some("folder1".into()));
    assert_eq!(response.uid_validity, Some(UidValidity(1)));
    let line = b" (UIDVALIDITY 1 X-NEW (a b) MAILBOX {1}\r\nx TAG t) UID ALL 4";
    assert_eq!(parses(esearch, line).mailbox, Some("x".into()));
}

#[test]
fn quirk_5_4_5_and_12_esearch_without_data() {
    let response = parses(esearch, b" (TAG \"a10\") UID");
    assert!(response.uid && response.items.is_empty());
    assert_eq!(parses(esearch, b" (TAG \"a12\") ").tag, Some("a12".into()));
}

#[test]
fn unknown_data_is_kept() {
    let response = parses(esearch, b" (TAG a) X-NEW (1 (2)) COUNT 3");
    assert!(
        matches!(&response.items[0], EsearchData::Other(name, Token::List(_)) if *name == "X-NEW")
    );
    assert_eq!(response.count(), Some(&3));
}

#[test]
fn broken_esearch() {
    let lines = [
        &b" (TAG \"a\""[..],
        b" (TAG)",
        b" ALL",
        b" ALL *",
        b" ALL 1:*",
        b" COUNT x",
        b" MIN 4294967296",
        b" PARTIAL (1 2)",
        b" RELEVANCY 1",
        b" ADDTO (1)",
        b" (TAG \"a\") (COUNT 17)",
    ];
    for line in lines {
        fails(esearch, line);
    }
}
