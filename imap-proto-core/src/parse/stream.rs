//! FETCH responses in pieces: the head of one whose literal is handed out, and what follows it.

use bytes::Bytes;

use crate::types::{BodyBegin, FetchResponse, ParseError, ParseErrorKind};
use crate::wire::Limits;

/// What the head of a response with a long literal is.
pub enum FetchHead {
    /// The literal is an item of a FETCH response.
    Begin(BodyBegin),
    /// It is anything else: the response is to be taken whole.
    NotStreamable,
}

/// Reads a response up to the announcement of a literal.
pub fn parse_fetch_head(
    _head: &Bytes,
    _limits: &Limits,
    _continuing: bool,
) -> Result<FetchHead, ParseError> {
    Ok(FetchHead::NotStreamable)
}

/// Reads what stands behind the last literal that was handed out.
pub fn parse_fetch_rest(_rest: &Bytes, _limits: &Limits) -> Result<FetchResponse, ParseError> {
    Err(ParseError {
        kind: ParseErrorKind::NotAResponse,
        offset: 0,
    })
}
