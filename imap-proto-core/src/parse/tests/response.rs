use super::*;
use crate::types::{Code, ResponseText, Token, Uid};

fn run(line: &[u8]) -> Result<Response, ParseError> {
    let frame = Bytes::from([line, b"\r\n"].concat());
    parse_response(&frame, &Limits::default())
}

fn data(line: &[u8]) -> Data {
    match run(line) {
        Ok(Response::Data(data)) => data,
        other => panic!("{}: {other:?}", line.escape_ascii()),
    }
}

fn kind(line: &[u8]) -> ParseErrorKind {
    match run(line) {
        Err(error) => error.kind,
        Ok(response) => panic!("{}: {response:?}", line.escape_ascii()),
    }
}

/// RFC 9051 §7.1 and §7.6: the examples.
#[test]
fn conditions_and_continuations() {
    let Data::Condition { condition, text } = data(b"* BYE Autologout; idle for too long") else {
        panic!("no condition");
    };
    assert_eq!(
        (condition, text.text),
        (Condition::Bye, "Autologout; idle for too long".into())
    );
    assert!(matches!(
        data(b"* PREAUTH IMAP4rev2 server logged in as Smith"),
        Data::Condition {
            condition: Condition::Preauth,
            ..
        }
    ));
    let Ok(Response::Tagged { tag, completion }) = run(b"A222 NO COPY failed: disk is full") else {
        panic!("not tagged");
    };
    assert_eq!((tag, completion.condition), ("A222".into(), Condition::No));
    let text = |line| match run(line) {
        Ok(Response::Continuation(continuation)) => continuation.text,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        text(b"+ Ready for additional command text"),
        "Ready for additional command text"
    );
    assert_eq!(text(b"+ "), "");
}

/// RFC 9051 §7.4.1, §7.5.1, RFC 3501 §7.3.2, RFC 9051 §7.3.5, RFC 7162 §3.2.10: the examples.
#[test]
fn counts_flags_and_vanished() {
    assert_eq!(data(b"* 23 EXISTS"), Data::Exists(23));
    assert_eq!(data(b"* 5 RECENT"), Data::Recent(5));
    assert_eq!(data(b"* 44 EXPUNGE"), Data::Expunge(SequenceNumber(44)));
    assert!(matches!(data(b"* FLAGS (\\Answered \\Seen)"), Data::Flags(flags) if flags.len() == 2));
    let Data::Vanished { earlier, uids } = data(b"* VANISHED (EARLIER) 300:310,405,411") else {
        panic!("no VANISHED");
    };
    assert!(earlier && uids.contains(Uid(305)) && uids.len() == 13);
    assert!(matches!(
        data(b"* VANISHED 405,407,410,425"),
        Data::Vanished { earlier: false, .. }
    ));
    assert!(matches!(
        data(b"* vanished (earlier)  1 "),
        Data::Vanished { earlier: true, .. }
    ));
}

#[test]
fn quirk_5_1_2_a_code_without_its_ok() {
    for line in [&b"* [COPYUID 123456 1 2]"[..], b"[COPYUID 55 31 6]"] {
        let Data::Condition { condition, text } = data(line) else {
            panic!("no condition");
        };
        assert!(condition == Condition::Ok && matches!(text.code, Some(Code::CopyUid(_))));
    }
    assert_eq!(kind(b"[COPYUID 55 31 6"), ParseErrorKind::NotAResponse);
    assert_eq!(
        kind(b"* [COPYUID 55"),
        ParseErrorKind::Expected("response name")
    );
}

#[test]
fn quirk_5_1_7_lower_case() {
    assert!(
        matches!(data(b"* capability imap4rev1"), Data::Capability(set) if set.contains("IMAP4rev1"))
    );
    assert!(matches!(
        data(b"* List (\\Noselect) \"/\" x"),
        Data::List(_)
    ));
    assert!(matches!(
        data(b"* ok hi"),
        Data::Condition {
            condition: Condition::Ok,
            ..
        }
    ));
}

#[test]
fn quirk_5_1_34_tagged_bye_and_an_untagged_literal() {
    let line = b"A5 BYE IMAP4rev1 Server logging out";
    assert!(
        matches!(run(line), Ok(Response::Tagged { completion, .. }) if completion.condition == Condition::Bye)
    );
    let Data::Other(other) = data(b"* {22}\r\nThis should be skipped") else {
        panic!("not kept");
    };
    assert_eq!((other.number, other.name.is_empty()), (None, true));
    assert_eq!(
        other.tokens[..1],
        [Token::String("This should be skipped".into())]
    );
}

#[test]
fn quirk_5_2_36_bare_continuation_and_missing_text() {
    assert!(matches!(run(b"+"), Ok(Response::Continuation(_))));
    assert!(
        matches!(run(b"A1 OK"), Ok(Response::Tagged { completion, .. }) if completion.text == ResponseText::default())
    );
    assert!(matches!(
        data(b"* BYE"),
        Data::Condition {
            condition: Condition::Bye,
            ..
        }
    ));
}

#[test]
fn quirk_5_2_37_two_spaces_before_exists() {
    assert_eq!(data(b"*  633 EXISTS"), Data::Exists(633));
    assert_eq!(data(b"* 633  EXISTS "), Data::Exists(633));
}

#[test]
fn quirk_5_2_39_lines_that_are_no_responses() {
    for line in [
        &b"Server Unavailable. 15"[..],
        b"CAPABILITY completed.",
        b"\0\0",
        b"",
        b"A1",
        b"A1 FINE x",
        b"A1 PREAUTH x",
    ] {
        assert_eq!(
            kind(line),
            ParseErrorKind::NotAResponse,
            "{}",
            line.escape_ascii()
        );
    }
}

#[test]
fn responses_that_no_type_is_known_for() {
    let Data::Other(other) = data(b"* X-OTHER \"https://example.com/.well-known/jmap\"") else {
        panic!("not kept");
    };
    assert_eq!(other.name, "X-OTHER");
    assert_eq!(
        other.tokens[0].as_str(),
        Some("https://example.com/.well-known/jmap")
    );
    let Data::Other(other) = data(b"* 5000000000 X-NEW (a b)") else {
        panic!("not kept");
    };
    assert_eq!(
        (other.number, other.name),
        (Some(5_000_000_000), "X-NEW".into())
    );
    assert!(matches!(data(b"* LISTX"), Data::Other(other) if other.tokens.is_empty()));
}

/// RFC 4467 §8, RFC 5255, RFC 5259, RFC 9698: each response of an extension has its arm.
#[test]
fn responses_of_rarer_extensions() {
    let is = |line: &[u8], fits: fn(&Data) -> bool| {
        assert!(fits(&data(line)), "{}", line.escape_ascii());
    };
    is(b"* JMAPACCESS \"https://mail.example.org/jmap/\"", |data| {
        matches!(data, Data::JmapAccess(_))
    });
    is(b"* LANGUAGE (EN DE IT i-default)", |data| {
        matches!(data, Data::Language(_))
    });
    is(b"* COMPARATOR i;basic", |data| {
        matches!(data, Data::Comparator(_))
    });
    is(b"* CONVERSION \"image/gif\" \"image/png\"", |data| {
        matches!(data, Data::Conversion(_))
    });
    is(
        b"* 2 CONVERTED (TAG \"c000\") (BINARY.SIZE[4] 3135)",
        |data| matches!(data, Data::Converted(_)),
    );
    for line in [
        b"* NETSCAPE x".as_slice(),
        b"* account x",
        b"* ACCOUNT-URL x",
    ] {
        is(line, |data| matches!(data, Data::Netscape(_)));
    }
    is(b"* GENURLAUTH \"imap://a/b\"", |data| {
        matches!(data, Data::GenUrlAuth(_))
    });
    is(b"* URLFETCH \"imap://a/b\" NIL", |data| {
        matches!(data, Data::UrlFetch(_))
    });
    is(b"* xapplepushservice \"aps-version\" \"2\"", |data| {
        matches!(data, Data::PushService(_))
    });
    assert_eq!(
        kind(b"* 4294967296 CONVERTED (TAG \"a\") ()"),
        ParseErrorKind::NumberTooLarge
    );
}

/// SECURITY.md, rows C3, C6 and C10.
#[test]
fn c3_c6_c10_hostile_lines() {
    assert_eq!(kind(b"* 4294967296 EXISTS"), ParseErrorKind::NumberTooLarge);
    assert_eq!(
        kind(b"* 99999999999999999999 EXISTS"),
        ParseErrorKind::NumberTooLarge
    );
    assert_eq!(data(b"* 0 EXPUNGE"), Data::Expunge(SequenceNumber(0)));
    assert_eq!(
        kind(&[&b"* X-NEW "[..], &b"(".repeat(1_000_000)].concat()),
        ParseErrorKind::TooDeep
    );
    for line in [
        &b"*"[..],
        b"* ",
        b"* 5",
        b"* 5 ",
        b"* -5 EXISTS x(",
        b"* VANISHED",
        b"* VANISHED *",
        b"* FLAGS",
        b"* X (",
        b"* (a)",
    ] {
        kind(line);
    }
}
