//! The generic grammar, for what no type is known for (RFC 9051 §9 `tagged-ext-val`).

use crate::types::{Atom, ParseError, ParseErrorKind, Token};
use crate::wire::Cursor;

/// One value: a list, a string, a number, NIL or whatever else stands between spaces.
///
/// It recurses once a level, which `Limits::max_depth` bounds.
pub(super) fn token(cursor: &mut Cursor<'_>) -> Result<Token, ParseError> {
    cursor.count_item()?;
    match cursor.peek() {
        Some(b'(') => list(cursor).map(Token::List),
        Some(b'"') => cursor.string().map(Token::String),
        Some(b'{') if announces_literal(cursor) => cursor.string().map(Token::String),
        Some(b'~') if cursor.at_string() => cursor.string().map(Token::Binary),
        _ => word(cursor),
    }
}

/// All values up to the end of the line.
pub(super) fn tokens(cursor: &mut Cursor<'_>) -> Result<Vec<Token>, ParseError> {
    let mut tokens = Vec::new();
    loop {
        cursor.spaces();
        if cursor.at_end() {
            return Ok(tokens);
        }
        tokens.push(token(cursor)?);
    }
}

/// The values of a list, from its parenthesis on. Spaces between them may be missing.
fn list(cursor: &mut Cursor<'_>) -> Result<Vec<Token>, ParseError> {
    cursor.enter()?;
    cursor.byte(b'(')?;
    let mut tokens = Vec::new();
    loop {
        cursor.spaces();
        if cursor.try_byte(b')') {
            cursor.leave();
            return Ok(tokens);
        }
        tokens.push(token(cursor)?);
    }
}

/// A run of printable octets. Flags, sets and patterns are words, too, so more may stand in one
/// than in an atom.
fn word(cursor: &mut Cursor<'_>) -> Result<Token, ParseError> {
    let from = cursor.offset();
    let rest = cursor.rest();
    let inside = |at: usize, byte: u8| match byte {
        0..=b' ' | 0x7f | b'(' | b')' | b'"' => false,
        b'{' => at == 0,
        _ => true,
    };
    let mut octets = rest.iter().copied().enumerate();
    let end = octets.find(|&(at, byte)| !inside(at, byte));
    let length = end.map_or(rest.len(), |(at, _)| at);
    if length == 0 {
        return Err(cursor.error(ParseErrorKind::Expected("value")));
    }
    cursor.check_string(length)?;
    cursor.advance(length);
    let word = rest.get(..length).unwrap_or_default();
    if word.eq_ignore_ascii_case(b"NIL") {
        return Ok(Token::Nil);
    }
    Ok(match number(word) {
        Some(number) => Token::Number(number),
        None => Token::Atom(Atom::from_bytes(cursor.share(from, from + length))),
    })
}

/// The number that a word is; none with leading zeros, which would be lost.
fn number(word: &[u8]) -> Option<u64> {
    if word.len() > 20 || word.len() > 1 && word.first() == Some(&b'0') {
        return None;
    }
    word.iter().try_fold(0_u64, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// Whether a literal begins here, and not a word with a brace in it.
fn announces_literal(cursor: &Cursor<'_>) -> bool {
    cursor.clone().announcement().is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fails, parses};
    use super::*;

    fn text(text: &str) -> Token {
        Token::String(text.into())
    }

    #[test]
    fn every_kind_of_value() {
        let line =
            b" a \"b\" {3}\r\nc d ~{1}\r\n\0 nil 0 007 18446744073709551616 (1:2,4 (\\Seen ) ())";
        let expected = vec![
            Token::Atom("a".into()),
            text("b"),
            text("c d"),
            Token::Binary("\0".into()),
            Token::Nil,
            Token::Number(0),
            Token::Atom("007".into()),
            Token::Atom("18446744073709551616".into()),
            Token::List(vec![
                Token::Atom("1:2,4".into()),
                Token::List(vec![Token::Atom("\\Seen".into())]),
                Token::List(vec![]),
            ]),
        ];
        assert_eq!(parses(tokens, line), expected);
    }

    #[test]
    fn words_hold_what_atoms_may_not() {
        let line = b" a{b {x} BODY[1]<0> k=\"v\" \"NIL\"";
        let expected = ["a", "{b", "{x}", "BODY[1]<0>", "k="].map(|word| Token::Atom(word.into()));
        let found = parses(tokens, line);
        assert_eq!(found[..5], expected);
        assert_eq!(found[5..], [text("v"), text("NIL")]);
    }

    #[test]
    fn c6_nesting_is_limited() {
        let nested =
            |depth: usize| [b" ".to_vec(), b"(".repeat(depth), b")".repeat(depth)].concat();
        assert!(matches!(parses(tokens, &nested(64))[..], [Token::List(_)]));
        assert_eq!(fails(tokens, &nested(65)).kind, ParseErrorKind::TooDeep);
        assert_eq!(
            fails(tokens, &b"(".repeat(1_000_000)).kind,
            ParseErrorKind::TooDeep
        );
    }

    #[test]
    fn broken_values() {
        for line in [&b" (a"[..], b" a)", b" \"a", b" a\x01", b" {9}\r\nabc"] {
            fails(tokens, line);
        }
    }
}
