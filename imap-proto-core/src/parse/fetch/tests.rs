//! FETCH responses of the RFC and of servers that get them wrong.

use bytes::Bytes;

use crate::parse::{FetchHead, parse_fetch_head, parse_fetch_rest, parse_response};
use crate::types::*;
use crate::wire::Limits;

/// The CRLF is added.
#[track_caller]
fn parse_within(line: &[u8], limits: &Limits) -> Result<FetchResponse, ParseErrorKind> {
    let frame = Bytes::from([line, b"\r\n"].concat());
    match parse_response(&frame, limits) {
        Ok(Response::Data(Data::Fetch(fetch))) => Ok(fetch),
        Ok(other) => panic!("{other:?}"),
        Err(error) => Err(error.kind),
    }
}

#[track_caller]
fn parse(line: &[u8]) -> FetchResponse {
    match parse_within(line, &Limits::default()) {
        Ok(fetch) => fetch,
        Err(error) => panic!("{error}: {}", line.escape_ascii()),
    }
}

fn section(section: Section, data: Option<&str>) -> FetchData {
    let data = data.map(ByteString::from);
    FetchData::Section(SectionData {
        section,
        origin: None,
        data,
    })
}

fn part(text: &str) -> SectionPart {
    text.parse().unwrap()
}

#[test]
fn small_items_have_fields_of_their_own() {
    let fetch = parse(b"* 12 FETCH (FLAGS (\\Seen $X) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 4286 UID 4294967295 MODSEQ (9223372036854775807))");
    assert_eq!(fetch.sequence_number, Some(SequenceNumber(12)));
    assert_eq!(fetch.uid, Some(Uid(u32::MAX)));
    assert_eq!(fetch.flags.unwrap().to_string(), "(\\Seen $X)");
    assert_eq!(fetch.size, Some(4286));
    assert_eq!(fetch.mod_seq, Some(ModSeq(i64::MAX as u64)));
    let date = fetch.internal_date.and_then(|date| date.date_time());
    assert_eq!(date.map(|date| date.timestamp()), Some(837_596_665));
    assert!(fetch.items.is_empty());
}

#[test]
fn sections_come_in_order_and_nil_is_not_empty() {
    let fetch = parse(b"* 1 FETCH (BODY[] {3}\r\na)b BODY[1.MIME]<5> \"x\" BODY[2] NIL BODY[3] {0}\r\n RFC822.HEADER {0}\r\n RFC822 \"m\" RFC822.TEXT NIL UID 3)");
    let with_origin = FetchData::Section(SectionData {
        section: Section::Mime(part("1")),
        origin: Some(5),
        data: Some("x".into()),
    });
    let expected = [
        section(Section::Full, Some("a)b")),
        with_origin,
        section(Section::Part(part("2")), None),
        section(Section::Part(part("3")), Some("")),
        section(Section::Rfc822Header, Some("")),
        section(Section::Rfc822, Some("m")),
        section(Section::Rfc822Text, None),
    ];
    assert_eq!(fetch.items, expected);
    assert_eq!(fetch.uid, Some(Uid(3)));
    let second = fetch.section(&Section::Part(part("2"))).unwrap();
    assert_eq!(second.data, None);
}

#[test]
fn binary_parts_and_their_sizes() {
    let fetch = parse(b"* 1 FETCH (BINARY[1.2]<0> ~{2}\r\n\0) BINARY[1] {1}\r\nx BINARY.SIZE[1.2] 7 BINARY[] NIL)");
    let binary = |text: &str, origin, data: Option<&str>| {
        let (part, data) = (part(text), data.map(ByteString::from));
        FetchData::Binary(BinaryData { part, origin, data })
    };
    let expected = [
        binary("1.2", Some(0), Some("\0)")),
        binary("1", None, Some("x")),
        FetchData::BinarySize {
            part: part("1.2"),
            size: 7,
        },
        binary("", None, None),
    ];
    assert_eq!(fetch.items, expected);
    assert_eq!(fetch.binary(&part("1")).unwrap().data, Some("x".into()));
}

#[test]
fn structures_and_envelopes_are_found() {
    let fetch = parse(b"* 1 FETCH (BODY (\"a\" \"b\" NIL NIL NIL \"7bit\" 1) ENVELOPE (NIL \"s\" NIL NIL NIL NIL NIL NIL NIL NIL) BODYSTRUCTURE (\"a\" \"c\" NIL NIL NIL \"7bit\" 1 NIL NIL NIL))");
    assert_eq!(fetch.envelope().unwrap().subject(), Some(&b"s"[..]));
    assert_eq!(fetch.body_structure().unwrap().root().subtype(), b"c");
    let body = parse(b"* 1 FETCH (BODY (\"a\" \"b\" NIL NIL NIL \"7bit\" 1))");
    assert_eq!(body.body_structure().unwrap().root().subtype(), b"b");
    assert_eq!(fetch.detach(), fetch);
}

/// RFC 8474 §5, RFC 8514 §4.1, RFC 8970 §3.3, RFC 5257 §4.4, and as Cyrus and Gmail say it.
#[test]
fn items_of_extensions() {
    let fetch = parse(b"* 1 FETCH (EMAILID (M6d99ac3275bb4e) THREADID (T64b478a75b7ea9))");
    assert_eq!(fetch.email_id(), Some(&"M6d99ac3275bb4e".into()));
    assert_eq!(fetch.thread_id(), Some(Some(&"T64b478a75b7ea9".into())));
    let fetch = parse(b"* 3 FETCH (EMAILID (M5fdc09b49ea703) THREADID NIL)");
    assert_eq!(fetch.thread_id(), Some(None));
    let fetch = parse(b"* 1 FETCH (INTERNALDATE \" 1-Feb-2001 01:02:03 +0000\" SAVEDATE \"23-Nov-2026 16:49:19 +0000\")");
    let date = "23-Nov-2026 16:49:19 +0000".parse().unwrap();
    assert_eq!(fetch.save_date(), Some(Some(date)));
    let fetch = parse(b"* 1 FETCH (SAVEDATE NIL PREVIEW NIL)");
    assert_eq!(
        (fetch.save_date(), fetch.preview()),
        (Some(None), Some(None))
    );
    let fetch = parse(b"* 1 FETCH (FLAGS () PREVIEW \"Preview text!\")");
    assert_eq!(fetch.preview(), Some(Some(&"Preview text!".into())));
    let fetch = parse(b"* 2 FETCH (PREVIEW {21}\r\nwith \"quotes\" and \xe2\x98\x80 UID 2)");
    let text = fetch.preview().unwrap().unwrap();
    assert_eq!(text.as_str(), Some("with \"quotes\" and \u{2600}"));
    let fetch = parse(
        b"* 12 FETCH (UID 1123 ANNOTATION (/comment (value.priv \"My comment\" size.priv \"10\")))",
    );
    let value = fetch.annotations()[0].attribute("value.priv");
    assert_eq!(value, Some(Some(&"My comment".into())));
    let fetch = parse(b"* 1 FETCH (FLAGS (\\Seen) ANNOTATION (/comment))");
    assert_eq!(fetch.annotations()[0].entry, "/comment");
    let fetch =
        parse(b"* 1 FETCH (X-GM-THRID 1278455344230334865 X-GM-MSGID 18446744073709551615)");
    assert_eq!(fetch.gmail_thread_id(), Some(1_278_455_344_230_334_865));
    assert_eq!(fetch.gmail_message_id(), Some(u64::MAX));
    assert_eq!(fetch.detach(), fetch);
}

#[test]
fn items_without_a_type_are_token_trees() {
    let fetch = parse(b"* 1 FETCH (X[a (b)] 1 SNIPPET (FUZZY \"the text\") CID 6ccea76d34c6c073 PREVIEW (FUZZY \"x\"))");
    assert_eq!(fetch.other("x[a (b)]"), Some(&Token::Number(1)));
    assert_eq!(fetch.snippet(), Some(&"the text".into()));
    let cid = Token::Atom("6ccea76d34c6c073".into());
    assert_eq!(fetch.other("CID"), Some(&cid));
    assert!(fetch.other("PREVIEW").is_some() && fetch.preview().is_none());
    let broken = parse(b"* 1 FETCH (EMAILID M1 THREADID 5 UID 7)");
    assert_eq!(broken.uid, Some(Uid(7)));
    let invalid = |item: &FetchData| matches!(item, FetchData::Invalid(..));
    assert!(broken.items.len() == 2 && broken.items.iter().all(invalid));
}

#[test]
fn names_are_taken_in_any_case() {
    let fetch = parse(b"* 1 fetch (uid 5 flags (\\seen) body[text] \"x\" Rfc822.Size 6)");
    assert_eq!((fetch.uid, fetch.size), (Some(Uid(5)), Some(6)));
    assert_eq!(fetch.items, [section(Section::Text(part("")), Some("x"))]);
}

#[test]
fn uidfetch_has_no_message_number() {
    // Cyrus 3.12 in a recording of UIDONLY.
    // In drafts the UID stood behind the name.
    let early = parse(b"* UIDFETCH 2 (FLAGS (\\Recent))");
    let fetch = parse(b"* 2 UIDFETCH (FLAGS (\\Recent))");
    assert_eq!(early, fetch);
    assert_eq!((fetch.sequence_number, fetch.uid), (None, Some(Uid(2))));
    assert!(fetch.flags.unwrap().contains(&Flag::Recent));
}

#[test]
fn a_broken_item_is_kept_beside_its_neighbours() {
    let fetch = parse(b"* 1 FETCH (UID 7 ENVELOPE (\"only\" (one)) FLAGS \\Seen INTERNALDATE \"today\" BODY[FOO] {3}\r\n(() BODYSTRUCTURE NIL RFC822.SIZE x MODSEQ (9))");
    assert_eq!(
        (fetch.uid, fetch.mod_seq, fetch.flags),
        (Some(Uid(7)), Some(ModSeq(9)), None)
    );
    let invalid = |name: &str, raw: &str| FetchData::Invalid(name.into(), raw.into());
    let expected = [
        invalid("ENVELOPE", "(\"only\" (one))"),
        invalid("FLAGS", "\\Seen"),
        invalid("INTERNALDATE", "\"today\""),
        invalid("BODY", "[FOO] {3}\r\n(()"),
        invalid("BODYSTRUCTURE", "NIL"),
        invalid("RFC822.SIZE", "x"),
    ];
    assert_eq!(fetch.items, expected);
}

#[test]
fn what_has_no_clear_end_breaks_the_response() {
    for line in [
        &b"* 1 FETCH (UID 7"[..],
        b"* 1 FETCH (ENVELOPE (\"a)",
        b"* 1 FETCH UID 7",
        b"* 1 FETCH",
        b"* 1 FETCH (FLAGS (a)",
        b"* 1 FETCH (BODY[] {9}\r\na)",
        b"* 1 FETCH (\"UID\" 7)",
        b"* 4294967296 FETCH (UID 1)",
    ] {
        let result = parse_within(line, &Limits::default());
        assert!(result.is_err(), "{}: {result:?}", line.escape_ascii());
    }
}

#[test]
fn c14_items_over_the_limit_break_the_response() {
    let limits = Limits::default().max_list_items(3);
    assert!(parse_within(b"* 1 FETCH (UID 1 FLAGS (a))", &limits).is_ok());
    let over = parse_within(b"* 1 FETCH (UID 1 FLAGS (a b))", &limits);
    assert_eq!(over, Err(ParseErrorKind::TooManyItems));
    let deep = [
        &b"* 1 FETCH (X "[..],
        &b"(".repeat(65),
        &b")".repeat(65),
        b")",
    ]
    .concat();
    assert_eq!(
        parse_within(&deep, &Limits::default()),
        Err(ParseErrorKind::TooDeep)
    );
}

#[test]
fn quirk_9_message_zero_is_a_value() {
    let fetch = parse(b"* 0 FETCH (UID 16334 FLAGS ())");
    assert_eq!(fetch.sequence_number, Some(SequenceNumber(0)));
    assert_eq!(fetch.flags, Some(Flags::new()));
    assert_eq!(parse(b"* 1 FETCH (UID 0)").uid, Some(Uid(0)));
}

#[test]
fn quirk_21_doubled_parentheses_and_a_date_that_is_none() {
    let fetch = parse(b"* 2 FETCH (UID 14935 (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)) INTERNALDATE \"00-Jan-0000 00:00:00 +0000\" BODYSTRUCTURE (\"a\" \"b\" NIL NIL NIL \"7bit\" 1))");
    assert!(fetch.envelope().is_some() && fetch.body_structure().is_some());
    assert_eq!(fetch.internal_date.unwrap().date_time(), None);
}

#[test]
fn quirk_22_a_negative_mod_sequence_says_nothing() {
    let fetch = parse(b"* 1 FETCH (UID 5 MODSEQ (-1) FLAGS ())");
    assert_eq!((fetch.mod_seq, fetch.uid), (None, Some(Uid(5))));
    assert!(fetch.flags.is_some() && fetch.items.is_empty());
}

#[test]
fn quirk_23_a_literal_announced_too_short() {
    let one = parse(b"* 1 FETCH (BODY[] {4}\r\nabc\r\n UID 5)");
    assert_eq!(one.items, [section(Section::Full, Some("abc\r"))]);
    assert_eq!(one.uid, Some(Uid(5)));
    let two = parse(b"* 1 FETCH (UID 5 BODY[] {3}\r\nabc");
    assert_eq!(two.items, [section(Section::Full, Some("abc"))]);
}

#[test]
fn quirk_24_a_section_without_a_value() {
    let fetch = parse(b"* 1 FETCH (UID 1 BODY[2] )");
    assert_eq!(fetch.items, [section(Section::Part(part("2")), None)]);
    let fetch = parse(b"* 1 FETCH (BODY[1] \"a\" BODY[2])");
    assert_eq!(fetch.items.len(), 2);
}

#[test]
fn quirk_32_labels_with_signs_and_backslashes() {
    let fetch =
        parse(b"* 1 FETCH (X-GM-LABELS (+IMNews \\Important NIL) FLAGS (\\XIgnored) UID 2)");
    let labels: Vec<_> = fetch
        .gmail_labels()
        .unwrap()
        .iter()
        .map(|name| name.to_text())
        .collect();
    assert_eq!(labels, ["+IMNews", "\\Important", "NIL"]);
    assert!(fetch.flags.unwrap().contains(&Flag::from("\\xignored")));
}

#[test]
fn quirk_37_spaces_everywhere() {
    assert_eq!(parse(b"* 11487 FETCH (UID 19436 )").uid, Some(Uid(19436)));
    assert_eq!(
        parse(b"*  1  FETCH  ( UID  5  FLAGS  (\\Seen ) ) ").uid,
        Some(Uid(5))
    );
}

#[test]
fn quirk_42_no_space_before_the_literal_and_items_behind_the_list() {
    let fetch = parse(b"* 1 FETCH (BODY[HEADER]{2}\r\nab BODY[]<0.1024> {1}\r\nc)");
    assert_eq!(
        fetch.items[0],
        section(Section::Header(part("")), Some("ab"))
    );
    assert!(matches!(&fetch.items[1], FetchData::Section(data) if data.origin == Some(0)));
    let closed_early = parse(b"* 1 FETCH (UID 5) FLAGS (\\Seen))");
    assert!(closed_early.flags.is_some());
}

#[test]
fn quirks_46_and_48_flags_with_brackets_and_no_items() {
    let fetch = parse(b"* 1 FETCH (FLAGS (OIB-Seen-[Google Mail]/Alle Nachrichten \\*) UID 4)");
    assert_eq!((fetch.flags.unwrap().len(), fetch.uid), (3, Some(Uid(4))));
    let empty = parse(b"* 6 FETCH ()");
    assert_eq!(
        empty,
        FetchResponse {
            sequence_number: Some(SequenceNumber(6)),
            ..Default::default()
        }
    );
}

fn head(text: &str, continuing: bool) -> Result<FetchHead, ParseError> {
    parse_fetch_head(
        &Bytes::copy_from_slice(text.as_bytes()),
        &Limits::default(),
        continuing,
    )
}

#[track_caller]
fn begins(text: &str, continuing: bool) -> BodyBegin {
    match head(text, continuing) {
        Ok(FetchHead::Begin(begin)) => begin,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn a_head_tells_all_that_came_before_the_literal() {
    let begin = begins(
        "* 3 FETCH (UID 7 FLAGS (\\Seen) BODY[1] {2}\r\nab BODY[2]<10> {70000}\r\n",
        false,
    );
    assert_eq!((begin.size, begin.origin), (70_000, Some(10)));
    assert_eq!(begin.part, BodyPart::Section(Section::Part(part("2"))));
    assert_eq!(
        (begin.fetch.sequence_number, begin.fetch.uid),
        (Some(SequenceNumber(3)), Some(Uid(7)))
    );
    assert_eq!(
        begin.fetch.items,
        [section(Section::Part(part("1")), Some("ab"))]
    );
    let rfc822 = begins("* 3 FETCH (RFC822 {18446744073709551615}\r\n", false);
    assert_eq!(
        (rfc822.part, rfc822.size),
        (BodyPart::Section(Section::Rfc822), u64::MAX)
    );
    let early = begins("* UIDFETCH 9 (BINARY[1] ~{5}\r\n", false);
    let binary = begins("* 9 UIDFETCH (BINARY[1] ~{5}\r\n", false);
    assert_eq!(early, binary);
    assert_eq!(
        (binary.part, binary.fetch.uid),
        (BodyPart::Binary(part("1")), Some(Uid(9)))
    );
    let empty = begins("* 1 FETCH (BODY[] {0}\r\n", false);
    assert_eq!(empty.size, 0);
}

#[test]
fn a_head_goes_on_behind_a_literal() {
    let begin = begins(" UID 7 BODY[2]{9}\r\n", true);
    assert_eq!((begin.fetch.uid, begin.size), (Some(Uid(7)), 9));
    let short = begins("\r\n BODY[2] {9}\r\n", true);
    assert_eq!(short.size, 9);
}

#[test]
fn literals_that_are_no_sections_are_not_handed_out() {
    for text in [
        "* LIST () \"/\" {70000}\r\n",
        "* 3 FETCH (ENVELOPE (NIL {70000}\r\n",
        "* 3 FETCH (BODY[HEADER.FIELDS ({70000}\r\n",
        "* 3 FETCH (X-FOO {70000}\r\n",
        "* 3 FETCH (X (BODY[] {70000}\r\n",
        "* 3 EXPUNGE {4}\r\n",
    ] {
        let head = head(text, false);
        assert!(!matches!(head, Ok(FetchHead::Begin(_))), "{text}: {head:?}");
    }
}

#[test]
fn the_rest_has_what_came_behind_the_literal() {
    let rest = |text: &'static str| parse_fetch_rest(&Bytes::from(text), &Limits::default());
    let fetch = rest(" UID 12 FLAGS (\\Seen))\r\n").unwrap();
    assert_eq!((fetch.uid, fetch.sequence_number), (Some(Uid(12)), None));
    assert!(fetch.flags.unwrap().contains(&Flag::Seen));
    for nothing in [")\r\n", " )\r\n", "\r\n", "\n)\r\n"] {
        assert_eq!(rest(nothing), Ok(FetchResponse::default()), "{nothing:?}");
    }
    assert!(rest(" UID 12\r\n").is_err());
    assert!(rest(" UID 12) (\r\n").is_err());
}
