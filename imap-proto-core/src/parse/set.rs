//! Sequence sets of servers (RFC 9051 §9 `sequence-set`, without `*`).

use crate::types::{NumberSet, ParseError, ParseErrorKind, SetRange};
use crate::wire::Cursor;

/// A sequence set. `*` and 0 are refused: a server knows its numbers, and what we took them for
/// would be sent back as `*`.
pub(super) fn set<N>(cursor: &mut Cursor<'_>) -> Result<NumberSet<N>, ParseError> {
    let commas = count_commas(cursor.rest());
    let mut ranges = Vec::new();
    if commas > 0 {
        ranges.reserve_exact(commas + 1);
    }
    let one = range(cursor)?;
    if cursor.peek() != Some(b',') {
        return Ok(NumberSet::from_range(one));
    }
    ranges.push(one);
    while cursor.try_byte(b',') {
        ranges.push(range(cursor)?);
    }
    Ok(NumberSet::from_ranges(ranges))
}

fn range(cursor: &mut Cursor<'_>) -> Result<SetRange, ParseError> {
    let first = end(cursor)?;
    let last = if cursor.try_byte(b':') {
        end(cursor)?
    } else {
        first
    };
    Ok(SetRange { first, last })
}

fn end(cursor: &mut Cursor<'_>) -> Result<u32, ParseError> {
    let start = cursor.offset();
    match cursor.number() {
        Ok(number) if number != 0 => Ok(number),
        Err(error) if error.kind == ParseErrorKind::NumberTooLarge => Err(error),
        _ => Err(cursor.error_at(start, ParseErrorKind::ExpectedSequenceSet)),
    }
}

/// The commas of the set that is next.
fn count_commas(rest: &[u8]) -> usize {
    let part = |byte: &&u8| matches!(byte, b'0'..=b'9' | b':' | b',');
    rest.iter()
        .take_while(part)
        .filter(|&&byte| byte == b',')
        .count()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::types::UidSet;
    use crate::wire::Limits;

    fn parse(text: &'static [u8]) -> Result<(UidSet, usize), ParseErrorKind> {
        let (frame, limits) = (Bytes::from_static(text), Limits::default());
        let mut cursor = Cursor::new(&frame, &limits);
        let set = set(&mut cursor).map_err(|error| error.kind)?;
        Ok((set, cursor.offset()))
    }

    #[test]
    fn sets_keep_their_ranges() {
        for text in ["1", "5:1", "1:4294967295", "1,3:4,9,7"] {
            let (set, end) = parse(text.as_bytes()).unwrap();
            assert_eq!((set.to_string().as_str(), end), (text, text.len()));
        }
        assert_eq!(parse(b"1:3 x").unwrap().1, 3);
    }

    #[test]
    fn stars_zeros_and_torn_tails_are_refused() {
        for text in [
            &b"*"[..],
            b"1:*",
            b"0",
            b"1:0",
            b"1:3,",
            b"1:",
            b"",
            b",1",
            b"a",
        ] {
            assert_eq!(
                parse(text),
                Err(ParseErrorKind::ExpectedSequenceSet),
                "{text:?}"
            );
        }
        assert_eq!(parse(b"1,4294967296"), Err(ParseErrorKind::NumberTooLarge));
    }
}
