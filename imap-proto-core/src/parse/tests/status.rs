use super::super::testing::{fails, parses};
use super::*;
use crate::types::Token;

/// RFC 9051 §6.3.11, RFC 8438 §3, RFC 8474 §4.3, RFC 7889 §3, RFC 9208 §4.1.4: the examples.
#[test]
fn rfc_examples() {
    let response = parses(status, b" blurdybloop (MESSAGES 231 UIDNEXT 44292)");
    assert_eq!(response.mailbox, "blurdybloop");
    assert_eq!(
        (response.messages(), response.uid_next()),
        (Some(231), Some(Uid(44292)))
    );
    assert_eq!(response.unseen(), None);
    let response = parses(status, b" frop (MESSAGES 8 SIZE 44421 UIDNEXT 242344)");
    assert_eq!(response.size(), Some(44421));
    let response = parses(
        status,
        b" foo (MAILBOXID (F2212ea87-6097-4256-9d51-71338625))",
    );
    assert_eq!(
        response.mailbox_id(),
        Some("F2212ea87-6097-4256-9d51-71338625".into())
    );
    assert_eq!(
        parses(status, b" INBOX (APPENDLIMIT 257890)").append_limit(),
        Some(Some(257_890))
    );
    let response = parses(status, b" INBOX (MESSAGES 12 DELETED 4 DELETED-STORAGE 8)");
    assert_eq!(
        (response.deleted(), response.deleted_storage()),
        (Some(4), Some(8))
    );
}

#[test]
fn numbers_of_each_width() {
    let line = b" x (uidvalidity 1528896777421 HighestModSeq 9223372036854775807 RECENT 4294967295 UNSEEN 0)";
    let response = parses(status, line);
    assert_eq!(
        response.uid_validity(),
        Some(UidValidity(1_528_896_777_421))
    );
    assert_eq!(
        response.highest_mod_seq(),
        Some(ModSeq(9_223_372_036_854_775_807))
    );
    assert_eq!(
        (response.recent(), response.unseen()),
        (Some(u32::MAX), Some(0))
    );
}

#[test]
fn quirk_5_1_11_literal_name() {
    let response = parses(status, b" {19}\r\nLiteral Folder Name (MESSAGES 60)");
    assert_eq!(response.mailbox, "Literal Folder Name");
    assert_eq!(parses(status, b" NIL (MESSAGES 60)").mailbox, "NIL");
}

#[test]
fn quirk_5_1_33_no_append_limit() {
    assert_eq!(
        parses(status, b" x (APPENDLIMIT NIL)").append_limit(),
        Some(None)
    );
}

#[test]
fn quirk_5_2_37_spaces() {
    assert_eq!(parses(status, b" INBOX (MESSAGES 0) ").messages(), Some(0));
    assert_eq!(
        parses(status, b" INBOX  ( MESSAGES  113 )").messages(),
        Some(113)
    );
    assert_eq!(
        parses(status, b" \"INBOX\"(MESSAGES 1)").messages(),
        Some(1)
    );
}

#[test]
fn quirk_5_2_38_empty_list_and_unquoted_spaces() {
    assert!(parses(status, b" \"x\" ()").items.is_empty());
    let response = parses(status, b" Sent Items (UIDNEXT 1)");
    assert_eq!(response.mailbox, "Sent Items");
    assert_eq!(response.uid_next(), Some(Uid(1)));
    let response = parses(status, b" Sent Items (old) 2 (MAILBOXID (a) UIDNEXT 1) ");
    assert_eq!(response.mailbox, "Sent Items (old) 2");
    assert_eq!(response.mailbox_id(), Some("a".into()));
}

#[test]
fn quirk_5_4_2_raw_utf8_names() {
    let response = parses(
        status,
        b" {9}\r\n\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e (MESSAGES 0 UIDNEXT 1)",
    );
    assert_eq!(response.mailbox, "日本語");
    assert_eq!(
        parses(status, b" \"Tom & Jerry\" (MESSAGES 0)").mailbox,
        "Tom & Jerry"
    );
}

#[test]
fn a_broken_item_stands_beside_good_ones() {
    let line =
        b" x (MESSAGES 1 UNSEEN -1 RECENT 4294967296 SIZE (1 2) MAILBOXID x UIDNEXT 5 DELETED )";
    let response = parses(status, line);
    let invalid = |name: &str, raw: &str| StatusData::Invalid(name.into(), raw.into());
    let expected = [
        StatusData::Messages(1),
        invalid("UNSEEN", "-1"),
        invalid("RECENT", "4294967296"),
        invalid("SIZE", "(1 2)"),
        invalid("MAILBOXID", "x"),
        StatusData::UidNext(Uid(5)),
        invalid("DELETED", ""),
    ];
    assert_eq!(response.items, expected);
    let response = parses(status, b" x (MESSAGES 12abc UNSEEN 3)");
    assert_eq!(
        response.items,
        [invalid("MESSAGES", "12abc"), StatusData::Unseen(3)]
    );
}

/// Cyrus 3.12 after the mailbox was deleted: `tests/transcripts/cyrus-new/52-objectid.txt`.
#[test]
fn an_item_of_any_octets_is_broken_alone() {
    let response = parses(
        status,
        b" objects3 (MESSAGES 2 MAILBOXID (\xed\x86O\xea\x1dV))",
    );
    assert_eq!(response.messages(), Some(2));
    assert!(
        matches!(&response.items[1], StatusData::Invalid(name, raw) if *name == "MAILBOXID" && raw.len() == 8)
    );
}

#[test]
fn unknown_items_are_kept() {
    let response = parses(
        status,
        b" x (X-GUID abc XYMHIGHESTMODSEQ 7 X-LIST (a (b)) MESSAGES 1)",
    );
    assert_eq!(
        response.items[0],
        StatusData::Other("X-GUID".into(), Token::Atom("abc".into()))
    );
    assert_eq!(response.yahoo_highest_mod_seq(), Some(ModSeq(7)));
    assert_eq!(response.messages(), Some(1));
}

#[test]
fn broken_responses() {
    let lines = [
        &b""[..],
        b" x",
        b" (MESSAGES 1)",
        b" x MESSAGES 1",
        b" x (MESSAGES 1",
        b" x (MESSAGES 1))",
        b" x (MESSAGES \"1)",
        b" \"x (MESSAGES 1)",
        b" x (\"MESSAGES\" 1)",
    ];
    for line in lines {
        fails(status, line);
    }
}

/// SECURITY.md, row C6.
#[test]
fn c6_nesting_is_limited() {
    let nested = |depth| {
        [
            &b" x (X "[..],
            &b"(".repeat(depth),
            &b")".repeat(depth),
            b")",
        ]
        .concat()
    };
    assert_eq!(parses(status, &nested(64)).items.len(), 1);
    fails(status, &nested(65));
    fails(status, &[&b" x (X "[..], &b"(".repeat(1_000_000)].concat());
}
