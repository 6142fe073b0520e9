//! Which response it is.

use bytes::Bytes;

use crate::types::{
    Atom, Completion, Condition, Continuation, Data, ParseError, ParseErrorKind, Response,
    ResponseText, SequenceNumber, Text,
};
use crate::wire::{Cursor, Limits};

/// Parses one whole response, with its CRLF and its literals.
///
/// # Errors
///
/// What breaks the grammar, and where. Nothing of the response is to be used then; the next one
/// is not touched by it.
///
/// ```
/// use imap_proto_core::{parse::parse_response, types::{Data, Response}, wire::Limits};
///
/// let response = parse_response(&"* 23 EXISTS\r\n".into(), &Limits::default())?;
/// assert_eq!(response, Response::Data(Data::Exists(23)));
/// # Ok::<(), imap_proto_core::types::ParseError>(())
/// ```
pub fn parse_response(frame: &Bytes, limits: &Limits) -> Result<Response, ParseError> {
    let mut cursor = Cursor::new(frame, limits);
    let response = match cursor.peek() {
        Some(b'*') => {
            cursor.advance(1);
            cursor.space()?;
            Response::Data(untagged(&mut cursor)?)
        }
        Some(b'+') => {
            cursor.advance(1);
            cursor.try_byte(b' ');
            let text = Text::from_bytes(cursor.rest_of_line());
            Response::Continuation(Continuation { text })
        }
        _ => tagged(&mut cursor)?,
    };
    cursor.end()?;
    Ok(response)
}

fn tagged(cursor: &mut Cursor<'_>) -> Result<Response, ParseError> {
    let not_a_response = |_| ParseError {
        kind: ParseErrorKind::NotAResponse,
        offset: 0,
    };
    let tag: Atom = cursor.atom().map_err(not_a_response)?;
    cursor.space().map_err(not_a_response)?;
    let word = cursor.atom_bytes().map_err(not_a_response)?;
    let condition = condition(word).filter(|&condition| condition != Condition::Preauth);
    let Some(condition) = condition else {
        return Err(cursor.error_at(0, ParseErrorKind::NotAResponse));
    };
    let text = response_text(cursor)?;
    Ok(Response::Tagged {
        tag,
        completion: Completion { condition, text },
    })
}

fn untagged(cursor: &mut Cursor<'_>) -> Result<Data, ParseError> {
    if cursor.peek().is_some_and(|byte| byte.is_ascii_digit()) {
        return numbered(cursor);
    }
    let word = cursor.atom_bytes()?;
    if let Some(condition) = condition(word) {
        let text = response_text(cursor)?;
        return Ok(Data::Condition { condition, text });
    }
    named(word, cursor)
}

/// `* n NAME`
fn numbered(cursor: &mut Cursor<'_>) -> Result<Data, ParseError> {
    let number = cursor.number()?;
    cursor.space()?;
    let name = cursor.atom_bytes()?;
    Ok(match Name::of(name).as_bytes() {
        b"EXISTS" => Data::Exists(number),
        b"EXPUNGE" => Data::Expunge(SequenceNumber(number)),
        b"RECENT" => Data::Recent(number),
        _ => return Err(cursor.error(ParseErrorKind::Expected("response name"))),
    })
}

/// `* NAME`
fn named(name: &[u8], cursor: &Cursor<'_>) -> Result<Data, ParseError> {
    match Name::of(name).as_bytes() {
        // One arm a response: `b"LIST" => Data::List(list::list(cursor)?)`.
        _ => Err(cursor.error(ParseErrorKind::Expected("response name"))),
    }
}

/// A name in upper case, to match on; what is longer than any name that is known is cut.
struct Name {
    bytes: [u8; 16],
    len: usize,
}

impl Name {
    fn of(name: &[u8]) -> Self {
        let mut bytes = [0; 16];
        let len = if name.len() <= bytes.len() {
            name.len()
        } else {
            0
        };
        for (to, from) in bytes.iter_mut().zip(name) {
            *to = from.to_ascii_uppercase();
        }
        Self { bytes, len }
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// Which condition a word is, in any case.
fn condition(word: &[u8]) -> Option<Condition> {
    Some(match Name::of(word).as_bytes() {
        b"OK" => Condition::Ok,
        b"NO" => Condition::No,
        b"BAD" => Condition::Bad,
        b"BYE" => Condition::Bye,
        b"PREAUTH" => Condition::Preauth,
        _ => return None,
    })
}

/// Code and text behind a condition.
fn response_text(cursor: &mut Cursor<'_>) -> Result<ResponseText, ParseError> {
    if !cursor.at_end() {
        cursor.byte(b' ')?;
    }
    let text = Text::from_bytes(cursor.rest_of_line());
    Ok(ResponseText { code: None, text })
}
