//! Over a value of any shape, to its end.

use crate::types::{ParseError, ParseErrorKind};
use crate::wire::Cursor;

/// Skips one value: a string, a list of any depth, or a run of other octets. It does not recurse.
pub(super) fn skip_value(cursor: &mut Cursor<'_>) -> Result<(), ParseError> {
    let floor = cursor.depth();
    loop {
        match cursor.peek() {
            Some(b' ') => {
                cursor.spaces();
                continue;
            }
            Some(b'(') => {
                cursor.enter()?;
                cursor.advance(1);
            }
            Some(b')') if cursor.depth() > floor => {
                cursor.leave();
                cursor.advance(1);
            }
            Some(b'"') => {
                cursor.quoted_span()?;
            }
            _ if cursor.at_string() && cursor.clone().announcement().is_ok() => {
                cursor.literal_span()?;
            }
            _ => skip_word(cursor)?,
        }
        if cursor.depth() == floor {
            return Ok(());
        }
    }
}

/// Skips octets up to one that begins or ends something else.
fn skip_word(cursor: &mut Cursor<'_>) -> Result<(), ParseError> {
    let rest = cursor.rest();
    let ends = |byte: &u8| matches!(byte, b' ' | b'(' | b')' | b'"' | b'\r' | b'\n');
    let len = rest.iter().position(ends).unwrap_or(rest.len());
    if len == 0 {
        return Err(cursor.error(ParseErrorKind::Expected("value")));
    }
    cursor.advance(len);
    Ok(())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::wire::Limits;

    fn skipped(text: &[u8], limits: &Limits) -> Result<usize, ParseErrorKind> {
        let frame = Bytes::copy_from_slice(text);
        let mut cursor = Cursor::new(&frame, limits);
        let result = skip_value(&mut cursor).map_err(|error| error.kind);
        result.map(|()| cursor.offset())
    }

    #[test]
    fn values_of_every_shape_end_where_they_end() {
        let limits = Limits::default();
        for (text, end) in [
            (&b"a b"[..], 1),
            (b"\"a)b\" c", 5),
            (b"(a (b) \")\" {2}\r\n)( c))", 21),
            (b"() x", 2),
            (b"~{1}\r\n)x", 7),
            (b"{x} y", 3),
        ] {
            assert_eq!(skipped(text, &limits), Ok(end), "{text:?}");
        }
        for text in [
            &b""[..],
            b")",
            b"\r\n",
            b"(a",
            b"(a\r\n",
            b"(\"a",
            b"({9}\r\na)",
        ] {
            assert!(skipped(text, &limits).is_err(), "{text:?}");
        }
    }

    #[test]
    fn c6_depth_is_limited() {
        let nested = |depth: usize| [b"(".repeat(depth), b")".repeat(depth)].concat();
        assert_eq!(skipped(&nested(64), &Limits::default()), Ok(128));
        assert_eq!(
            skipped(&nested(65), &Limits::default()),
            Err(ParseErrorKind::TooDeep)
        );
    }
}
