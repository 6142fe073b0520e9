//! FETCH responses in pieces: the head of one whose literal is handed out, and what follows it.

use bytes::Bytes;

use super::fetch::{head, rest};
use super::parse_response;
use crate::types::{
    BodyBegin, BodyPart, ByteString, ConvertedData, Data, FetchResponse, ParseError,
    ParseErrorKind, Response, SequenceNumber, Tolerance, Tolerances, Uid, UrlContent, UrlFetchData,
};
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
    fetch_head(input, limits, continuing, &mut Tolerances::default())
}

/// The same, and what was tolerated.
pub(crate) fn fetch_head(
    input: &Bytes,
    limits: &Limits,
    continuing: bool,
    tolerated: &mut Tolerances,
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
    cursor.finish(tolerated)?;
    Ok(begin.map_or(FetchHead::NotStreamable, FetchHead::Begin))
}

/// Reads what stands behind the last literal that was handed out, to the end of the response.
///
/// # Errors
///
/// What breaks the grammar, with its offset in this rest.
pub fn parse_fetch_rest(input: &Bytes, limits: &Limits) -> Result<FetchResponse, ParseError> {
    fetch_rest(input, limits, &mut Tolerances::default())
}

/// The same, and what was tolerated.
pub(crate) fn fetch_rest(
    input: &Bytes,
    limits: &Limits,
    tolerated: &mut Tolerances,
) -> Result<FetchResponse, ParseError> {
    let mut cursor = Cursor::new(input, limits);
    let response = rest(&mut cursor)?;
    cursor.end()?;
    cursor.finish(tolerated)?;
    Ok(response)
}

/// A response with literals in chunks as it is without them: with `{0}` for the announcement that
/// ends each head.
pub(crate) fn without_literal(head: &[u8]) -> Option<&[u8]> {
    let announcement = memchr::memrchr(b'{', head)?;
    head.get(..announcement)
}

/// What stands for the announcement.
pub(crate) const EMPTY_LITERAL: &[u8] = b"{0}\r\n";

/// Reads a URLFETCH or CONVERTED response up to a literal that is left out: the response as if it
/// ended there, and what the literal is. `None` for any other response, or another literal.
pub(crate) fn parse_long_head(skeleton: &[u8], limits: &Limits) -> Option<(Data, BodyPart)> {
    if !is_long(skeleton) {
        return None;
    }
    let ends: [&[u8]; 2] = [b"\r\n", b")\r\n"];
    ends.into_iter().find_map(|end| {
        let whole = Bytes::from([skeleton, end].concat());
        match parse_response(&whole, limits) {
            Ok(Response::Data(data)) => last_literal(&data).map(|part| (data, part)),
            _ => None,
        }
    })
}

/// `* URLFETCH` or `* n CONVERTED`
fn is_long(response: &[u8]) -> bool {
    let Some(rest) = response.strip_prefix(b"* ") else {
        return false;
    };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let name: &[u8] = if digits == 0 {
        b"URLFETCH "
    } else {
        b" CONVERTED "
    };
    let rest = rest.get(digits..).unwrap_or_default();
    rest.get(..name.len())
        .is_some_and(|word| word.eq_ignore_ascii_case(name))
}

/// What the last string of a response is, if it is the empty one of a literal that is left out.
fn last_literal(data: &Data) -> Option<BodyPart> {
    let is_empty = |octets: &Option<ByteString>| octets.as_ref().is_some_and(ByteString::is_empty);
    match data {
        Data::UrlFetch(response) => {
            let last = response.urls.last()?;
            let octets = match &last.content {
                UrlContent::Text(octets) => octets,
                UrlContent::Items(items) => match items.last()? {
                    UrlFetchData::Body(octets) | UrlFetchData::Binary(octets) => octets,
                    _ => return None,
                },
            };
            is_empty(octets).then(|| BodyPart::Url(last.url.clone()))
        }
        Data::Converted(response) => match response.items.last()? {
            ConvertedData::Binary(data) if is_empty(&data.data) => {
                Some(BodyPart::Converted(data.part.clone()))
            }
            _ => None,
        },
        _ => None,
    }
}

/// `* n FETCH`, `* n UIDFETCH` or `* UIDFETCH n`: what is known of the message; `None` for other responses.
fn fetch_of(cursor: &mut Cursor<'_>) -> Result<Option<FetchResponse>, ParseError> {
    cursor.byte(b'*')?;
    cursor.space()?;
    if cursor.try_keyword("UIDFETCH") {
        cursor.tolerate(Tolerance::DraftForm);
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
