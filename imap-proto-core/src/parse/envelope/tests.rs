//! Envelopes of the RFC, of recordings, and of servers that get them wrong.

use bytes::Bytes;

use super::*;
use crate::parse::testing::{fails, parses};
use crate::types::Address;
use crate::wire::Limits;

fn text(bytes: Option<&[u8]>) -> Option<&str> {
    bytes.map(|bytes| std::str::from_utf8(bytes).unwrap())
}

/// Name, mailbox and host.
fn shown<'a>(address: &Address<'a>) -> [Option<&'a str>; 3] {
    [
        text(address.name()),
        text(address.mailbox()),
        text(address.host()),
    ]
}

#[test]
fn the_example_of_the_rfc() {
    // RFC 9051 §8
    let envelope = parses(
        envelope,
        br#"("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev2 WG mtg summary and minutes" (("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) ((NIL NIL "imap" "cac.washington.edu")) ((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL NIL "<B27397-0100000@cac.washington.edu>")"#,
    );
    assert_eq!(
        text(envelope.date()),
        Some("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)")
    );
    assert_eq!(
        text(envelope.subject()),
        Some("IMAP4rev2 WG mtg summary and minutes")
    );
    let terry = [Some("Terry Gray"), Some("gray"), Some("cac.washington.edu")];
    assert_eq!(
        envelope.from().map(|a| shown(&a)).collect::<Vec<_>>(),
        [terry]
    );
    assert_eq!(
        envelope.reply_to().map(|a| shown(&a)).collect::<Vec<_>>(),
        [terry]
    );
    let to = [None, Some("imap"), Some("cac.washington.edu")];
    assert_eq!(envelope.to().map(|a| shown(&a)).collect::<Vec<_>>(), [to]);
    let cc: Vec<_> = envelope.cc().map(|a| shown(&a)).collect();
    assert_eq!(
        cc[1],
        [Some("John Klensin"), Some("KLENSIN"), Some("MIT.EDU")]
    );
    assert_eq!((envelope.bcc().len(), envelope.in_reply_to()), (0, None));
    assert_eq!(
        text(envelope.message_id()),
        Some("<B27397-0100000@cac.washington.edu>")
    );
}

#[test]
fn literals_and_escapes_stand_where_they_belong() {
    let envelope = parses(
        envelope,
        b"(\"a \\\"b\\\"\" {5}\r\n(\"\r\n) ((\"c\\\\\" NIL \"d\\\"\" {1}\r\ne)(NIL NIL \"f\" \"g\")) NIL NIL NIL NIL NIL \"\" \"h\")",
    );
    assert_eq!(envelope.date(), Some(&b"a \"b\""[..]));
    assert_eq!(envelope.subject(), Some(&b"(\"\r\n)"[..]));
    let from: Vec<_> = envelope.from().map(|a| shown(&a)).collect();
    let expected = [
        [Some("c\\"), Some("d\""), Some("e")],
        [None, Some("f"), Some("g")],
    ];
    assert_eq!(from, expected);
    assert_eq!(
        (envelope.in_reply_to(), envelope.message_id()),
        (Some(&b""[..]), Some(&b"h"[..]))
    );
}

#[test]
fn groups_of_a_recording() {
    // Dovecot, message 12-groups.
    let envelope = parses(
        envelope,
        br#"(NIL NIL NIL NIL NIL ((NIL NIL "Team" NIL)("A" NIL "a" "x.org")(NIL NIL NIL NIL)) NIL NIL NIL NIL)"#,
    );
    let marks: Vec<_> = envelope
        .to()
        .map(|a| (a.is_group_start(), a.is_group_end()))
        .collect();
    assert_eq!(marks, [(true, false), (false, false), (false, true)]);
}

#[test]
fn quirk_20_fields_missing_at_the_end() {
    let nine = parses(envelope, br#"("d" "s" NIL NIL NIL NIL NIL NIL "<id@x>")"#);
    assert_eq!(
        (nine.in_reply_to(), text(nine.message_id())),
        (None, Some("<id@x>"))
    );
    let spaced = parses(envelope, br#"("d" "s" NIL NIL NIL NIL NIL NIL "<id@x>" )"#);
    assert_eq!(spaced, nine);
    let eight = parses(
        envelope,
        br#"("d" "s" NIL NIL NIL ((NIL NIL "a" "b")) NIL NIL)"#,
    );
    assert_eq!(
        (eight.message_id(), eight.to().len(), text(eight.subject())),
        (None, 1, Some("s"))
    );
    let eleven = parses(
        envelope,
        br#"("d" "s" NIL NIL NIL NIL NIL NIL "r" "m" ("x" 1))"#,
    );
    assert_eq!(
        (text(eleven.in_reply_to()), text(eleven.message_id())),
        (Some("r"), Some("m"))
    );
}

#[test]
fn quirk_20_addresses_that_are_none() {
    let line = b"(NIL NIL (NIL (NIL NIL \"a\" \"x\")) () ((\"<s@d.com>\" NIL \"=?UTF-8?Q?\"Dummy\"\" NIL)) ((\"n\" NIL \"m\" \"h\" \"more\" 5)(\"short\")) NIL NIL NIL NIL)";
    let envelope = parses(envelope, line);
    assert_eq!(envelope.from().len(), 1);
    assert_eq!(envelope.sender().len(), 0);
    let reply_to = envelope.reply_to().next().unwrap();
    assert_eq!(
        shown(&reply_to),
        [Some("<s@d.com>"), Some("=?UTF-8?Q?\"Dummy\""), None]
    );
    let to: Vec<_> = envelope.to().map(|a| shown(&a)).collect();
    assert_eq!(
        to,
        [
            [Some("n"), Some("m"), Some("h")],
            [Some("short"), None, None]
        ]
    );
}

#[test]
fn quirks_37_and_47_spaces_and_empty_lists() {
    let line = br#"( "d"  "s" ((NIL NIL "a" "x") (NIL NIL "b" "x") ) () () () () () NIL NIL )"#;
    let envelope = parses(envelope, line);
    assert_eq!(
        (envelope.from().len(), text(envelope.date())),
        (2, Some("d"))
    );
}

#[test]
fn quirk_41_octets_that_are_not_ascii() {
    let envelope = parses(
        envelope,
        b"(NIL \"Kun For Deg! F\xc3\xa5 \xff\" NIL NIL NIL NIL NIL NIL NIL NIL)",
    );
    assert_eq!(
        envelope.subject(),
        Some(&b"Kun For Deg! F\xc3\xa5 \xff"[..])
    );
}

#[test]
fn broken_envelopes_are_refused() {
    for line in [
        &b"NIL"[..],
        b"()",
        b"(\"d\")",
        b"(\"d\" \"s\" \"from\" NIL NIL NIL NIL NIL NIL NIL)",
        b"(\"d\" \"s\" (()) NIL NIL NIL NIL NIL NIL NIL)",
        b"(\"d\" \"s\" NIL NIL NIL NIL NIL NIL NIL NIL",
        b"(\"d\" \"s\" ((NIL NIL {99}\r\na NIL)) NIL NIL NIL NIL NIL NIL NIL)",
    ] {
        fails(envelope, line);
    }
}

#[test]
fn c14_addresses_are_counted_once() {
    let line = [
        &b"(NIL NIL ("[..],
        &b"(NIL NIL \"a\" \"b\")".repeat(100),
        b") NIL NIL NIL NIL NIL NIL NIL)",
    ];
    let frame = Bytes::from(line.concat());
    let within = Limits::default().max_list_items(100);
    let parsed = envelope(&mut Cursor::new(&frame, &within)).unwrap();
    assert_eq!(parsed.from().len(), 100);
    assert_eq!(parsed.from().last().unwrap().host(), Some(&b"b"[..]));
    let below = Limits::default().max_list_items(99);
    let error = envelope(&mut Cursor::new(&frame, &below)).unwrap_err();
    assert_eq!(error.kind, ParseErrorKind::TooManyItems);
}
