//! Body structures of the RFC, of recordings, and of servers that get them wrong.

use bytes::Bytes;

use super::*;
use crate::parse::testing::{fails, parses};
use crate::types::{EnvelopeBuilder, ParseErrorKind, PartBuilder};
use crate::wire::Limits;

fn parse(line: &str) -> BodyStructure {
    parses(body_structure, line.as_bytes())
}

/// The structure read is the one built.
#[track_caller]
fn is(line: &str, expected: PartBuilder) {
    assert_eq!(parse(line), expected.build(), "{line}");
}

fn plain() -> PartBuilder {
    PartBuilder::new("TEXT", "PLAIN")
}

#[test]
fn the_examples_of_the_rfc() {
    // RFC 9051 §7.5.2
    is(
        r#"("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 2279 48)"#,
        plain()
            .parameter("CHARSET", "US-ASCII")
            .encoding("7BIT")
            .size(2279)
            .lines(48),
    );
    let diff = plain()
        .parameter("CHARSET", "US-ASCII")
        .parameter("NAME", "cc.diff")
        .id("<960723163407.20117h@cac.washington.edu>")
        .description("Compiler diff")
        .encoding("BASE64")
        .size(4554)
        .lines(73);
    let first = plain()
        .parameter("CHARSET", "US-ASCII")
        .encoding("7BIT")
        .size(1152)
        .lines(23);
    is(
        r#"(("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 1152 23)("TEXT" "PLAIN" ("CHARSET" "US-ASCII" "NAME" "cc.diff") "<960723163407.20117h@cac.washington.edu>" "Compiler diff" "BASE64" 4554 73) "MIXED")"#,
        PartBuilder::multipart("MIXED").child(first).child(diff),
    );
}

#[test]
fn extension_data_of_a_recording() {
    // Dovecot, 43-fetch-bodystructure, message 9 with a language and a location added.
    let text = plain()
        .parameter("CHARSET", "us-ascii")
        .encoding("7BIT")
        .size(45)
        .lines(1);
    let image = PartBuilder::new("IMAGE", "PNG")
        .parameter("NAME", "place.png")
        .id("<place@example.org>")
        .description("the restaurant")
        .encoding("BASE64")
        .size(468)
        .disposition("ATTACHMENT")
        .disposition_parameter("FILENAME", "place.png")
        .language("en")
        .language("de")
        .location("https://example.org/img.png");
    is(
        r#"(("TEXT" "PLAIN" ("CHARSET" "us-ascii") NIL NIL "7BIT" 45 1 NIL NIL NIL NIL)("IMAGE" "PNG" ("NAME" "place.png") "<place@example.org>" "the restaurant" "BASE64" 468 NIL ("ATTACHMENT" ("FILENAME" "place.png")) ("en" "de") "https://example.org/img.png") "MIXED" ("BOUNDARY" "----=_Part_9") ("inline" NIL) "fr" NIL)"#,
        PartBuilder::multipart("MIXED")
            .child(text)
            .child(image)
            .parameter("BOUNDARY", "----=_Part_9")
            .disposition("inline")
            .language("fr"),
    );
}

#[test]
fn a_message_in_a_part_has_an_envelope_and_a_body() {
    let structure = parse(
        r#"("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 57 (NIL "innermost" ((NIL NIL "x" "example.com")) NIL NIL NIL NIL NIL NIL NIL) ("TEXT" "PLAIN" ("CHARSET" "us-ascii") NIL NIL "7BIT" 14 2 NIL NIL NIL NIL) 3 "md5" ("ATTACHMENT" ("FILENAME" "a \"b\".eml")) NIL NIL)"#,
    );
    let body = plain()
        .parameter("CHARSET", "us-ascii")
        .encoding("7BIT")
        .size(14)
        .lines(2);
    let envelope = EnvelopeBuilder::default()
        .subject("innermost")
        .from(None, "x", "example.com");
    let built = PartBuilder::message(envelope, body).build();
    let root = structure.root();
    assert!(root.is_message() && root.is("message", "rfc822"));
    assert_eq!(root.envelope(), built.root().envelope());
    assert!(root.children().eq(built.root().children()));
    assert_eq!(
        root.disposition_parameter("filename"),
        Some(&b"a \"b\".eml"[..])
    );
    assert_eq!((root.lines(), root.md5()), (Some(3), Some(&b"md5"[..])));
}

#[test]
fn extensions_of_one_day_are_kept_as_they_came() {
    let root = r#"("a" "b" NIL NIL NIL "7bit" 1 NIL NIL NIL NIL ("x" (1 {3}
abc)) NIL )"#;
    let structure = parse(&root.replace('\n', "\r\n"));
    assert_eq!(
        structure.root().extension(),
        Some(&b"(\"x\" (1 {3}\r\nabc)) NIL"[..])
    );
}

#[test]
fn quirks_5_and_6_numbers_that_are_none() {
    assert_eq!(
        parse(r#"("a" "b" NIL NIL NIL "base64" 1.86931e+06)"#)
            .root()
            .size(),
        1_869_310
    );
    let appledouble =
        parse(r#"("multipart" "appledouble" ("boundary" "x") NIL NIL "7BIT" -1 NIL NIL NIL NIL)"#);
    let root = appledouble.root();
    assert!(root.is("multipart", "appledouble") && !root.is_multipart());
    assert_eq!((root.size(), root.lines()), (0, None));
    let lines = parse(r#"("text" "plain" NIL NIL NIL "7BIT" 5 -3 NIL)"#);
    assert_eq!(lines.root().lines(), Some(0));
}

#[test]
fn quirks_12_and_14_multiparts_without_parts() {
    let alternative = || PartBuilder::multipart("ALTERNATIVE");
    is(
        r#"(NIL "ALTERNATIVE" ("boundary" "x") NIL NIL)"#,
        alternative().parameter("boundary", "x"),
    );
    is(
        r#"("ALTERNATIVE" ("BOUNDARY" "x") NIL NIL)"#,
        alternative().parameter("BOUNDARY", "x"),
    );
    is(r#"("ALTERNATIVE")"#, alternative());
    is(r#"(NIL "ALTERNATIVE")"#, alternative());
    is(
        r#"("RELATED" NIL ("ATTACHMENT" NIL) NIL)"#,
        PartBuilder::multipart("RELATED").disposition("ATTACHMENT"),
    );
    let outer =
        r#"(("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1)("RELATED" NIL NIL NIL) "MIXED" NIL NIL NIL)"#;
    let text = plain().encoding("7BIT").size(1).lines(1);
    let expected = PartBuilder::multipart("MIXED")
        .child(text)
        .child(PartBuilder::multipart("RELATED"));
    is(outer, expected);
}

#[test]
fn quirk_13_a_part_of_nothing() {
    let structure = parse(r#"(NIL NIL NIL NIL NIL "7BIT" 563 NIL NIL NIL NIL)"#);
    let root = structure.root();
    assert!(!root.is_multipart());
    assert_eq!(
        (root.media_type(), root.subtype(), root.size()),
        (&b""[..], &b""[..], 563)
    );
    let text = parse(r#"("TEXT" NIL NIL NIL NIL "7BIT" 563 7 NIL NIL NIL NIL)"#);
    assert_eq!(
        (text.root().media_type(), text.root().lines()),
        (&b"TEXT"[..], Some(7))
    );
}

#[test]
fn quirk_15_the_subtype_is_missing() {
    for (line, media_type, size) in [
        (
            r#"( "X-ZIP" ("BOUNDARY" "") NIL NIL "base64" 4096)"#,
            "X-ZIP",
            4096,
        ),
        (
            r#"("APPLICATION" NIL NIL NIL "base64" 356)"#,
            "APPLICATION",
            356,
        ),
        (
            r#"("TEXT" ("CHARSET" "x") NIL NIL "7bit" 12 3 NIL NIL)"#,
            "TEXT",
            12,
        ),
    ] {
        let structure = parse(line);
        let root = structure.root();
        assert_eq!(root.media_type(), media_type.as_bytes(), "{line}");
        assert_eq!((root.subtype(), root.size()), (&b""[..], size), "{line}");
        assert!(!root.is_multipart());
    }
}

#[test]
fn quirks_16_and_17_messages_without_their_structure() {
    let basic =
        parse(r#"("MESSAGE" "RFC822" NIL NIL NIL "BASE64" 1234 NIL ("ATTACHMENT" NIL) NIL NIL)"#);
    assert!(!basic.root().is_message());
    assert_eq!(basic.root().disposition(), Some(&b"ATTACHMENT"[..]));
    let envelope = r"(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)";
    let empty = parse(&format!(
        r#"("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 12 {envelope} () 3 NIL NIL NIL ())"#
    ));
    assert_eq!(
        (empty.root().children().len(), empty.root().lines()),
        (0, Some(3))
    );
    assert_eq!(
        (empty.root().is_message(), empty.root().location()),
        (true, None)
    );
    let neither = parse(r#"("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 12 ()  0 NIL)"#);
    assert_eq!(
        (neither.root().is_message(), neither.root().lines()),
        (false, Some(0))
    );
}

#[test]
fn quirks_17_and_47_nil_and_empty_where_they_do_not_belong() {
    is(
        r#"("message" "delivery-status" () NIL NIL "7bit" 340)"#,
        PartBuilder::new("message", "delivery-status")
            .encoding("7bit")
            .size(340),
    );
    let structure = parse(r#"("a" "b" ("boundary" NIL) NIL NIL NIL 5 NIL NIL ("en" NIL) NIL)"#);
    let root = structure.root();
    assert_eq!(
        (root.parameter("boundary"), root.encoding()),
        (Some(&b""[..]), None)
    );
    assert_eq!(root.languages().collect::<Vec<_>>(), [b"en"]);
}

#[test]
fn quirk_18_dispositions_of_all_shapes() {
    let disposition = |shape: &str| {
        let structure = parse(&format!(
            r#"("a" "b" NIL NIL NIL "7bit" 1 NIL {shape} NIL NIL)"#
        ));
        structure.root().disposition().map(<[u8]>::to_vec)
    };
    assert_eq!(disposition(r#""inline""#), Some(b"inline".to_vec()));
    assert_eq!(disposition("(NIL NIL)"), None);
    assert_eq!(disposition(r#"("")"#), Some(Vec::new()));
    assert_eq!(disposition(r#"("" NIL)"#), Some(Vec::new()));
    assert_eq!(disposition(r#"("inline")"#), Some(b"inline".to_vec()));
    assert_eq!(disposition("()"), None);
    let swapped =
        parse(r#"("a" "b" NIL NIL NIL "7bit" 1 NIL "en" ("attachment" ("filename" "x")) NIL)"#);
    let root = swapped.root();
    assert_eq!(root.disposition(), Some(&b"attachment"[..]));
    assert_eq!(root.disposition_parameter("filename"), Some(&b"x"[..]));
    assert_eq!(root.languages().collect::<Vec<_>>(), [b"en"]);
}

#[test]
fn quirk_18_exchange_puts_the_description_in_the_place_of_the_disposition() {
    let structure = parse(
        r#"(("a" "b" NIL NIL NIL "7bit" 1) "signed" ("boundary" "x") "S/MIME Encrypted Message" NIL)"#,
    );
    let root = structure.root();
    assert_eq!(root.description(), Some(&b"S/MIME Encrypted Message"[..]));
    assert_eq!(root.disposition(), None);
}

#[test]
fn quirk_37_spaces_between_parts() {
    let structure =
        parse(r#"( ("a" "b" NIL NIL NIL "7bit" 1 ) ("c" "d" NIL NIL NIL "7bit" 2)  "mixed" )"#);
    assert_eq!(structure.root().children().len(), 2);
}

#[test]
fn quirk_45_lines_and_digests() {
    let extra = parse(r#"("a" "pdf" NIL NIL NIL "base64" 10 2 NIL ("inline" NIL) NIL NIL)"#);
    assert_eq!(
        (extra.root().lines(), extra.root().disposition()),
        (Some(2), Some(&b"inline"[..]))
    );
    let missing = parse(r#"("TEXT" "PLAIN" NIL NIL NIL "7bit" 10 NIL NIL NIL NIL)"#);
    assert_eq!((missing.root().lines(), missing.root().size()), (None, 10));
    let digest = parse(r#"("TEXT" "PLAIN" NIL NIL NIL "7bit" 10 2 12345 NIL NIL NIL)"#);
    assert_eq!(digest.root().md5(), Some(&b"12345"[..]));
}

#[test]
fn recordings_4_empty_header_fields() {
    let structure = parse(r#"("" "" NIL NIL NIL "7bit" 39 NIL ("" NIL) NIL NIL)"#);
    assert_eq!(
        (structure.root().media_type(), structure.root().size()),
        (&b""[..], 39)
    );
}

#[test]
fn broken_structures_are_refused() {
    for line in [
        "()",
        "NIL",
        r#"("a" "b" NIL NIL NIL "7bit" 1"#,
        r#"("a" "b" ("c" ("d")) NIL NIL "7bit" 1)"#,
        r#"("a" "b" "c" NIL NIL "7bit" 1)"#,
        r#"("a" "b" NIL NIL NIL "7bit" "one")"#,
        r#"("a" "b" NIL NIL NIL "7bit" 18446744073709551616)"#,
        r#"(("a" "b" NIL NIL NIL "7bit" 1) "mixed" NIL (("x")))"#,
    ] {
        fails(body_structure, line.as_bytes());
    }
}

/// Puts a second space wherever one stands outside of strings, so that nothing is plain.
fn spread(line: &str) -> String {
    let mut quoted = false;
    let mut spread = String::new();
    for c in line.chars() {
        quoted ^= c == '"';
        spread.push(c);
        if c == ' ' && !quoted {
            spread.push(' ');
        }
    }
    spread
}

#[test]
fn plain_lists_are_read_as_all_others() {
    let part =
        r#"("TEXT" "PLAIN" ("CHARSET" "utf-8" "X" NIL) "<id>" NIL "7BIT" 12 3 NIL NIL NIL NIL)"#;
    let odd =
        r#"("A" "B" ("C" "D" "E") NIL "x" NIL 1 "md5" ("inline" ("F" "G")) ("de" "en") "loc")"#;
    let envelope = r#"("d" "s" (("n" NIL "m" "h")) NIL NIL NIL NIL NIL NIL "<m@x>")"#;
    let message = format!(
        r#"("MESSAGE" "RFC822" NIL NIL NIL "8BIT" 99 {envelope} {part} 7 NIL NIL NIL NIL)"#
    );
    let nested = format!(r#"({part}{odd}{message} "MIXED" ("BOUNDARY" "b") NIL NIL NIL)"#);
    for line in [
        part,
        odd,
        &message,
        &nested,
        r#"("A" "B")"#,
        r#"("A" "B" )"#,
        r#"("A" NIL NIL)"#,
    ] {
        assert_eq!(parse(line), parse(&spread(line)), "{line}");
    }
    let structure = parse(&nested);
    assert_eq!(structure.parts().len(), 5);
    let odd: Vec<_> = structure
        .part(&"2".parse().unwrap())
        .unwrap()
        .parameters()
        .collect();
    assert_eq!(odd, [(&b"C"[..], &b"D"[..]), (b"E", b"")]);
}

/// A multipart in a multipart, and so on.
fn nested(depth: usize) -> Vec<u8> {
    let inner = br#"("a" "b" NIL NIL NIL "7bit" 1)"#;
    [
        &b"(".repeat(depth - 1)[..],
        inner,
        &b" \"mixed\")".repeat(depth - 1),
    ]
    .concat()
}

#[test]
fn c6_depth_is_limited_for_reading_showing_and_dropping() {
    let on_a_small_stack = || {
        let structure = parses(body_structure, &nested(64));
        assert_eq!(structure.parts().len(), 64);
        let debug = format!("{structure:?}");
        assert_eq!(debug.matches("Part {").count(), 64);
        assert_eq!(structure, structure.detach());
        assert_eq!(
            fails(body_structure, &nested(65)).kind,
            ParseErrorKind::TooDeep
        );
        let endless = b"(".repeat(1_000_000);
        assert_eq!(
            fails(body_structure, &endless).kind,
            ParseErrorKind::TooDeep
        );
    };
    let thread = std::thread::Builder::new().stack_size(128 * 1024);
    thread.spawn(on_a_small_stack).unwrap().join().unwrap();
}

#[test]
fn c14_parts_and_parameters_are_counted() {
    let line =
        r#"(("a" "b" ("c" "d" "e" "f") NIL NIL "7bit" 1 NIL NIL ("en"))("ALTERNATIVE") "mixed")"#;
    let frame = Bytes::from_static(line.as_bytes());
    let parse = |items| {
        let limits = Limits::default().max_list_items(items);
        body_structure(&mut Cursor::new(&frame, &limits)).map_err(|error| error.kind)
    };
    assert!(parse(6).is_ok());
    assert_eq!(parse(5), Err(ParseErrorKind::TooManyItems));
}
