//! What the tests of all parsers share.

use bytes::Bytes;

use crate::types::ParseError;
use crate::wire::{Cursor, Limits};

type Parser<T> = fn(&mut Cursor<'_>) -> Result<T, ParseError>;

fn run<T>(parser: Parser<T>, line: &[u8]) -> Result<T, ParseError> {
    let frame = Bytes::from([line, b"\r\n"].concat());
    let limits = Limits::default();
    let mut cursor = Cursor::new(&frame, &limits);
    let value = parser(&mut cursor)?;
    cursor.end()?;
    Ok(value)
}

/// What a parser makes of all that stands behind a response's name; the CRLF is added.
#[track_caller]
pub(super) fn parses<T>(parser: Parser<T>, line: &[u8]) -> T {
    match run(parser, line) {
        Ok(value) => value,
        Err(error) => panic!("{error}: {}", line.escape_ascii()),
    }
}

/// The error that a parser must give.
#[track_caller]
pub(super) fn fails<T: std::fmt::Debug>(parser: Parser<T>, line: &[u8]) -> ParseError {
    match run(parser, line) {
        Ok(value) => panic!("{}: {value:?}", line.escape_ascii()),
        Err(error) => error,
    }
}
