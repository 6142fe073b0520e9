use super::*;
use crate::encode::{Request, testing};

const UTF8: Dialect = Dialect {
    utf8: true,
    literals: LiteralMode::Minus,
    literal8: false,
};

fn with(literals: LiteralMode) -> Dialect {
    Dialect {
        literals,
        ..Dialect::default()
    }
}

fn parts(segment: Segment, dialect: Dialect) -> Vec<Part> {
    testing::parts(&[segment], b"A1", dialect).expect("a valid segment")
}

/// Parts as text: `|` for a part's end, `<sync>` and `<upload n>` for what is not octets.
fn shown(segment: Segment, dialect: Dialect) -> String {
    let show = |part: &Part| match part {
        Part::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Part::SecretBytes(secret) => {
            format!("<secret {}>", String::from_utf8_lossy(secret.expose()))
        }
        Part::Sync => "<sync>".into(),
        Part::Upload(upload) => format!("<upload {}>", upload.size),
    };
    let parts = parts(segment, dialect);
    parts.iter().map(show).collect::<Vec<_>>().join("|")
}

fn astring(string: &str) -> Segment {
    Segment::Astring(Bytes::copy_from_slice(string.as_bytes()))
}

#[test]
fn strings_take_the_shortest_form_that_holds_them() {
    let sync = Dialect::default();
    for (string, written) in [
        ("SMITH", "A1 SMITH\r\n"),
        ("#news.comp.mail.misc", "A1 #news.comp.mail.misc\r\n"),
        ("", "A1 \"\"\r\n"),
        ("two words", "A1 \"two words\"\r\n"),
        ("a\"b\\c", "A1 \"a\\\"b\\\\c\"\r\n"),
        ("a%*", "A1 \"a%*\"\r\n"),
        ("{5}", "A1 \"{5}\"\r\n"),
        ("x]", "A1 \"x]\"\r\n"),
        ("a\r\nb", "A1 {4}\r\n|<sync>|a\r\nb|\r\n"),
        ("é", "A1 {2}\r\n|<sync>|é|\r\n"),
    ] {
        assert_eq!(shown(astring(string), sync), written);
    }
    assert_eq!(shown(astring("é"), UTF8), "A1 \"é\"\r\n");
    let invalid = Segment::Astring(Bytes::from_static(b"\xff"));
    assert_eq!(shown(invalid, UTF8), "A1 {1+}\r\n|\u{fffd}|\r\n");
    let quoted = Segment::QuotedOrLiteral(Bytes::from_static(b"Smith"));
    assert_eq!(shown(quoted, sync), "A1 \"Smith\"\r\n");
}

#[test]
fn long_strings_are_literals() {
    let quoted = parts(astring(&"x ".repeat(500)), Dialect::default());
    assert_eq!(quoted.len(), 1);
    let literal = parts(astring(&"x".repeat(1001)), Dialect::default());
    assert!(matches!(literal.get(1), Some(Part::Sync)));
}

#[test]
fn literals_wait_as_rfc_7888_says() {
    let literal = |size: usize| Segment::Literal(Bytes::from(vec![b'x'; size]));
    let announced = |size, mode| match parts(literal(size), with(mode)).as_slice() {
        [
            Part::Bytes(line),
            Part::Sync,
            Part::Bytes(_),
            Part::Bytes(_),
        ] => (String::from_utf8_lossy(line).into_owned(), true),
        [Part::Bytes(line), Part::Bytes(_), Part::Bytes(_)] => {
            (String::from_utf8_lossy(line).into_owned(), false)
        }
        other => panic!("{other:?}"),
    };
    let sync = |text: &str| (text.to_owned(), true);
    let free = |text: &str| (text.to_owned(), false);
    assert_eq!(announced(1, LiteralMode::Sync), sync("A1 {1}\r\n"));
    assert_eq!(announced(4096, LiteralMode::Minus), free("A1 {4096+}\r\n"));
    assert_eq!(announced(4097, LiteralMode::Minus), sync("A1 {4097}\r\n"));
    assert_eq!(announced(4097, LiteralMode::Plus), free("A1 {4097+}\r\n"));
    let empty = Segment::Literal(Bytes::new());
    assert_eq!(
        shown(empty, with(LiteralMode::Sync)),
        "A1 {0}\r\n|<sync>|\r\n"
    );
}

#[test]
fn literal_payloads_are_not_copied() {
    let data = Bytes::from(vec![b'x'; 100]);
    let parts = parts(Segment::Literal(data.clone()), Dialect::default());
    let Some(Part::Bytes(sent)) = parts.get(2) else {
        panic!("{parts:?}")
    };
    assert_eq!(sent.as_ptr(), data.as_ptr());
}

#[test]
fn literal8_is_used_where_offered_or_needed() {
    let segment = |data: &'static [u8]| Segment::Literal8(Bytes::from_static(data));
    let offered = Dialect {
        literal8: true,
        ..with(LiteralMode::Plus)
    };
    assert_eq!(shown(segment(b"a"), offered), "A1 ~{1+}\r\n|a|\r\n");
    let plain = with(LiteralMode::Plus);
    assert_eq!(shown(segment(b"a"), plain), "A1 {1+}\r\n|a|\r\n");
    assert_eq!(shown(segment(b"\0"), plain), "A1 ~{1+}\r\n|\0|\r\n");
}

#[test]
fn uploads_ask_first_unless_they_are_small() {
    let upload = |size, binary| Segment::Upload(Upload { size, binary });
    let plus = with(LiteralMode::Plus);
    assert_eq!(
        shown(upload(10, false), plus),
        "A1 {10+}\r\n|<upload 10>|\r\n"
    );
    assert_eq!(
        shown(upload(4097, true), plus),
        "A1 ~{4097}\r\n|<sync>|<upload 4097>|\r\n"
    );
}

#[test]
fn mailbox_names_are_written_in_the_dialect() {
    let name = || Segment::Mailbox(MailboxName::from("Entwürfe & mehr"));
    assert_eq!(
        shown(name(), Dialect::default()),
        "A1 \"Entw&APw-rfe &- mehr\"\r\n"
    );
    assert_eq!(shown(name(), UTF8), "A1 \"Entwürfe & mehr\"\r\n");
    let pattern = Segment::Pattern(MailboxName::from("Entwürfe/%"));
    assert_eq!(shown(pattern, Dialect::default()), "A1 Entw&APw-rfe/%\r\n");
    let charset = || Segment::UnlessUtf8(b" CHARSET UTF-8");
    assert_eq!(
        shown(charset(), Dialect::default()),
        "A1  CHARSET UTF-8\r\n"
    );
    assert_eq!(shown(charset(), UTF8), "A1 \r\n");
}

#[test]
fn secrets_stay_in_parts_of_their_own() {
    let secret = |text: &str| Segment::SecretAstring(Secret::from(text));
    let sync = Dialect::default();
    assert_eq!(shown(secret("pass"), sync), "A1 |<secret pass>|\r\n");
    assert_eq!(shown(secret("a\"b"), sync), "A1 |<secret \"a\\\"b\">|\r\n");
    assert_eq!(
        shown(secret("ü"), sync),
        "A1 {2}\r\n|<sync>|<secret ü>|\r\n"
    );
    assert!(!format!("{:?}", parts(secret("hunter2"), sync)).contains("hunter2"));
}

#[test]
fn what_cannot_be_sent_is_found_before() {
    let error = |segment| {
        let request = Request::new("X").expect("a name").push(segment);
        let encoded = testing::parts(&request.segments, b"A1", UTF8).map(drop);
        assert_eq!(request.validate(), encoded);
        encoded.expect_err("an error")
    };
    let nul = || Bytes::from_static(b"a\0b");
    assert_eq!(error(Segment::Astring(nul())), SubmitError::NulInString);
    assert_eq!(
        error(Segment::QuotedOrLiteral(nul())),
        SubmitError::NulInString
    );
    assert_eq!(error(Segment::Literal(nul())), SubmitError::NulInString);
    let secret = Segment::SecretAstring(Secret::from("a\0b"));
    assert_eq!(error(secret), SubmitError::NulInString);
    for bad in ["a\0b", "a\rb", "a\nb"] {
        let name = MailboxName::from(bad);
        assert_eq!(
            error(Segment::Mailbox(name.clone())),
            SubmitError::InvalidMailbox
        );
        assert_eq!(error(Segment::Pattern(name)), SubmitError::InvalidMailbox);
        let syntax = Segment::Syntax(bad.into());
        assert_eq!(error(syntax), SubmitError::InvalidSyntax);
        let secret = Segment::SecretSyntax(Secret::from(bad));
        assert_eq!(error(secret), SubmitError::InvalidSyntax);
    }
    let upload = Upload {
        size: u64::MAX,
        binary: false,
    };
    assert!(matches!(
        error(Segment::Upload(upload)),
        SubmitError::OutOfRange(_)
    ));
}

#[test]
fn a_literal8_may_hold_nul() {
    let request = Request::new("X").expect("a name");
    let request = request.push(Segment::Literal8(Bytes::from_static(b"\0")));
    assert_eq!(request.validate(), Ok(()));
}
