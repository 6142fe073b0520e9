//! FETCH responses in pieces: the head of one whose literal is handed out, and what follows it.

use bytes::Bytes;

use super::fetch::{head, rest};
use crate::types::{BodyBegin, FetchResponse, ParseError, ParseErrorKind, SequenceNumber, Uid};
use crate::wire::{Cursor, Limits};

/// What the head of a response with a long literal is.
#[derive(Clone, Debug, PartialEq)]
pub enum FetchHead {
    /// The literal is an item of a FETCH response.
    Begin(BodyBegin),
    /// It is anything else: the response is to be taken whole.
    NotStreamable,
}

/// Reads a response up to and with the announcement of a literal, `{n}` and CRLF. With
/// `continuing` the input begins behind a literal of the same response that was handed out.
///
/// # Errors
///
/// What stands before the literal breaks the grammar; the response is to be taken whole then,
/// to be shown as it came.
///
/// ```
/// use imap_proto_core::parse::{FetchHead, parse_fetch_head};
/// use imap_proto_core::wire::Limits;
///
/// let head = parse_fetch_head(
///     &"* 1 FETCH (UID 7 BODY[TEXT] {100000}\r\n".into(),
///     &Limits::default(),
///     false,
/// )?;
/// assert!(matches!(head, FetchHead::Begin(begin) if begin.size == 100_000));
/// # Ok::<(), imap_proto_core::types::ParseError>(())
/// ```
pub fn parse_fetch_head(
    input: &Bytes,
    limits: &Limits,
    continuing: bool,
) -> Result<FetchHead, ParseError> {
    let mut cursor = Cursor::new(input, limits);
    let response = if continuing {
        Some(FetchResponse::default())
    } else {
        fetch_of(&mut cursor)?
    };
    let Some(response) = response else {
        return Ok(FetchHead::NotStreamable);
    };
    let begin = head(&mut cursor, response, continuing)?;
    Ok(begin.map_or(FetchHead::NotStreamable, FetchHead::Begin))
}

/// Reads what stands behind the last literal that was handed out, to the end of the response.
///
/// # Errors
///
/// What breaks the grammar, with its offset in this rest.
pub fn parse_fetch_rest(input: &Bytes, limits: &Limits) -> Result<FetchResponse, ParseError> {
    let mut cursor = Cursor::new(input, limits);
    let response = rest(&mut cursor)?;
    cursor.end()?;
    Ok(response)
}

/// `* n FETCH`, `* n UIDFETCH` or `* UIDFETCH n`: what is known of the message; `None` for other responses.
fn fetch_of(cursor: &mut Cursor<'_>) -> Result<Option<FetchResponse>, ParseError> {
    cursor.byte(b'*')?;
    cursor.space()?;
    if cursor.try_keyword("UIDFETCH") {
        cursor.space()?;
        return Ok(Some(FetchResponse {
            uid: Some(Uid(cursor.number()?)),
            ..FetchResponse::default()
        }));
    }
    let number = match cursor.number() {
        Ok(number) => number,
        Err(error) if error.kind == ParseErrorKind::ExpectedNumber => return Ok(None),
        Err(error) => return Err(error),
    };
    cursor.space()?;
    let mut response = FetchResponse::default();
    if cursor.try_keyword("FETCH") {
        response.sequence_number = Some(SequenceNumber(number));
    } else if cursor.try_keyword("UIDFETCH") {
        response.uid = Some(Uid(number));
    } else {
        return Ok(None);
    }
    Ok(Some(response))
}
