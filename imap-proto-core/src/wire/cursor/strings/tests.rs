//! Strings as the grammar has them (RFC 9051 §4.3), and as servers send them.

#![allow(clippy::redundant_closure_for_method_calls)] // the methods are not general enough

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::wire::Limits;

/// Reads one thing; the answer and what is left, or the kind of the error and its offset.
fn read<T>(
    text: &[u8],
    read: impl FnOnce(&mut Cursor<'_>) -> Result<T, ParseError>,
) -> Result<(T, Vec<u8>), (ParseErrorKind, usize)> {
    let (frame, limits) = (
        Bytes::copy_from_slice(text),
        Limits::default().max_string(100),
    );
    let mut cursor = Cursor::new(&frame, &limits);
    let value = read(&mut cursor).map_err(|error| (error.kind, error.offset))?;
    Ok((value, cursor.rest().to_vec()))
}

fn quoted(text: &[u8]) -> Vec<u8> {
    let (string, rest) = read(text, |c| c.quoted()).unwrap();
    assert!(rest.starts_with(b")") || rest.is_empty(), "{rest:?}");
    string.as_bytes().to_vec()
}

#[test]
fn quoted_strings_are_unescaped_once() {
    assert_eq!(quoted(b"\"\")"), b"");
    assert_eq!(quoted(br#""a\"b\\\"c")"#), br#"a"b\"c"#);
    assert_eq!(quoted(br#""a\\")"#), br"a\");
    assert_eq!(
        quoted(b"\"0123456789 0123456789\")"),
        b"0123456789 0123456789"
    );
    assert_eq!(
        quoted("\"Kun For Deg! FÃ¥..\")".as_bytes()),
        "Kun For Deg! FÃ¥..".as_bytes()
    );
}

#[test]
fn quirks_19_and_45_quotes_and_backslashes_that_nobody_escaped() {
    assert_eq!(
        quoted(br#""MOUNDARY="_006_5DBB"")"#),
        br#"MOUNDARY="_006_5DBB""#
    );
    assert_eq!(quoted(br#""3D"Windows-1252"")"#), br#"3D"Windows-1252""#);
    assert_eq!(quoted(b"\"\"\"\")"), b"\"\"");
    assert_eq!(quoted(br#""..\(Standard\)..")"#), br"..\(Standard\)..");
    assert_eq!(quoted(b"\"a\nb\rc\")"), b"a\nb\rc");
}

#[test]
fn a_quoted_string_ends_before_its_line_does() {
    let end = ParseErrorKind::ExpectedByte(b'"');
    assert_eq!(read(b"\"abc\r\n\" ", |c| c.quoted()), Err((end, 5)));
    assert_eq!(read(b"\"abc\n", |c| c.quoted()), Err((end, 4)));
    assert_eq!(
        read(b" \"abc", |c| {
            c.space()?;
            c.quoted()
        }),
        Err((ParseErrorKind::ExpectedString, 1))
    );
    assert_eq!(read(b"abc", |c| c.quoted()), Err((end, 0)));
}

#[test]
fn literals_are_slices_of_the_frame() {
    let frame = Bytes::from_static(b"{3}\r\na\0\n ~{2}\r\n\r\n");
    let limits = Limits::default();
    let mut cursor = Cursor::new(&frame, &limits);
    let first = cursor.literal().unwrap().into_bytes();
    assert_eq!(first, "a\0\n");
    assert_eq!(first.as_ptr(), frame.slice(5..).as_ptr());
    cursor.space().unwrap();
    assert!(cursor.at_string());
    assert_eq!(cursor.string().unwrap(), "\r\n");
}

#[test]
fn literals_beyond_the_frame_are_none() {
    for text in [
        &b"{4}\r\nabc"[..],
        b"{18446744073709551615}\r\n",
        b"{1}a",
        b"{a}\r\n",
        b"~4",
    ] {
        assert!(read(text, |c| c.literal()).is_err(), "{text:?}");
    }
    assert_eq!(read(b"{0}\r\nx", |c| c.literal()).unwrap().0, "");
}

#[test]
fn nil_is_an_atom_that_ends() {
    assert_eq!(read(b"nil)", |c| c.nstring()), Ok((None, b")".to_vec())));
    assert_eq!(
        read(b"\"NIL\"", |c| c.nstring()),
        Ok((Some("NIL".into()), vec![]))
    );
    assert_eq!(
        read(b"{0}\r\n", |c| c.nstring()),
        Ok((Some("".into()), vec![]))
    );
    assert!(read(b"NILS", |c| c.nstring()).is_err());
}

#[test]
fn atoms_and_astrings_end_at_specials_and_have_a_limit() {
    let atom = |c: &mut Cursor<'_>| c.atom();
    let (found, rest) = read(b"a+\xffb]c", atom).unwrap();
    assert_eq!((found.as_bytes(), rest), (&b"a+\xffb"[..], b"]c".to_vec()));
    for special in b"(){ %*\"\\]\x7f\r" {
        let (found, rest) = read(&[b'a', *special], atom).unwrap();
        assert_eq!((found.as_bytes(), rest), (&b"a"[..], vec![*special]));
        assert_eq!(
            read(&[*special], atom),
            Err((ParseErrorKind::ExpectedAtom, 0))
        );
    }
    assert_eq!(read(b"a]b c", |c| c.astring()).unwrap().0, "a]b");
    let long = ParseErrorKind::StringTooLong;
    assert_eq!(read(&[b'a'; 100], atom).unwrap().0.len(), 100);
    assert_eq!(read(&[b'a'; 101], atom), Err((long, 0)));
    assert_eq!(read(&[b'a'; 101], |c| c.astring()), Err((long, 0)));
    let quoted = [&b"\""[..], &[b'a'; 101], b"\""].concat();
    assert_eq!(read(&quoted, |c| c.astring()), Err((long, 0)));
    assert_eq!(read(&quoted, |c| c.string()).unwrap().0.len(), 101);
}

/// A quoted string written as RFC 9051 §9 has it.
fn quote(text: &[u8]) -> Vec<u8> {
    let escaped = text.iter().flat_map(|&byte| {
        let escape = matches!(byte, b'"' | b'\\').then_some(b'\\');
        escape.into_iter().chain([byte])
    });
    [b'"'].into_iter().chain(escaped).chain(*b"\")").collect()
}

proptest! {
    #[test]
    fn what_is_quoted_comes_back(text in "[ -~]{0,40}") {
        prop_assert_eq!(quoted(&quote(text.as_bytes())), text.as_bytes());
    }

    #[test]
    fn the_search_equals_a_simple_one(bytes in prop::collection::vec(any::<u8>(), 0..40), at in 0usize..40) {
        let mut bytes = bytes;
        if let Some(byte) = bytes.get_mut(at) {
            *byte = b"\"\\\n"[at % 3];
        }
        let simple = bytes.iter().position(|byte| b"\"\\\n".contains(byte));
        prop_assert_eq!(find_quoted_special(&bytes), simple);
    }
}
