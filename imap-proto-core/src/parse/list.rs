//! LIST, LSUB and XLIST (RFC 9051 §7.3.1, RFC 3501 §7.2.3).

use super::mailbox::mailbox;
use super::token::token;
use crate::types::{
    Atom, ListAttributes, ListResponse, MailboxName, ParseError, ParseErrorKind, Token, Tolerance,
};
use crate::wire::{Cursor, Limits};

type Extended = Option<Box<Vec<(Atom, Token)>>>;

/// A whole LIST response as nearly all servers write it: registered attributes, a short name
/// without escapes, no extended data. `None` for any other, which [`list`] reads.
#[inline]
pub(super) fn plain_list(octets: &[u8], limits: &Limits) -> Option<ListResponse> {
    let mut cursor = Cursor::lent(octets, limits);
    if !cursor.try_bytes(b"* LIST (") {
        return None;
    }
    let mut attributes = ListAttributes::default();
    let mut first = true;
    while !cursor.try_byte(b')') {
        if !std::mem::take(&mut first) && !cursor.try_byte(b' ') {
            return None;
        }
        let octets = attributes.insert_known_at(cursor.rest())?;
        cursor.advance(octets);
    }
    let delimiter = match cursor.rest() {
        [b' ', b'"', b'"' | b'\\', ..] => return None,
        [b' ', b'"', delimiter, b'"', b' ', ..] => Some(*delimiter),
        [b' ', b'N', b'I', b'L', b' ', ..] => None,
        _ => return None,
    };
    cursor.advance(5);
    let (from, to) = cursor.try_plain_astring()?;
    if cursor.rest() != b"\r\n" || !cursor.is_strict() || cursor.check_string(to - from).is_err() {
        return None;
    }
    let name = MailboxName::short_from_wire(octets.get(from..to)?)?;
    Some(ListResponse::new(attributes, delimiter, name))
}

/// The data of a LIST response.
pub(super) fn list(cursor: &mut Cursor<'_>) -> Result<ListResponse, ParseError> {
    cursor.space()?;
    let attributes = attributes(cursor)?;
    cursor.space()?;
    let delimiter = delimiter(cursor)?;
    cursor.space()?;
    let (mailbox, extended) = name(cursor)?;
    Ok(ListResponse {
        attributes,
        delimiter,
        mailbox,
        extended,
    })
}

/// `(\HasNoChildren \Sent)`
fn attributes(cursor: &mut Cursor<'_>) -> Result<ListAttributes, ParseError> {
    cursor.byte(b'(')?;
    let mut attributes = ListAttributes::default();
    while cursor.list_goes_on() {
        let (from, rest) = (cursor.offset(), cursor.rest());
        if let Some(octets) = attributes.insert_known_at(rest) {
            cursor.advance(octets);
            continue;
        }
        if !cursor.try_byte(b'\\') {
            cursor.tolerate(Tolerance::BareAttribute);
        }
        cursor.atom_bytes()?;
        let name = rest.get(..cursor.offset() - from).unwrap_or_default();
        if !attributes.insert_known(name) {
            cursor.count_item()?;
            let name = cursor.share(from, cursor.offset());
            attributes.insert_other(Atom::from_bytes(name));
        }
    }
    Ok(attributes)
}

/// `"/"`, NIL or `""`; the delimiters of namespaces are alike.
pub(super) fn delimiter(cursor: &mut Cursor<'_>) -> Result<Option<u8>, ParseError> {
    let (octets, delimiter) = match cursor.rest() {
        [b'"', b'\\', delimiter @ (b'"' | b'\\'), b'"', ..] => (4, Some(*delimiter)),
        [b'"', b'"', ..] => {
            cursor.tolerate(Tolerance::EmptyDelimiter);
            (2, None)
        }
        [b'"', b'\\', b'"', ..] => {
            cursor.tolerate(Tolerance::IllegalEscape);
            (3, Some(b'\\'))
        }
        [b'"', delimiter, b'"', ..] => (3, Some(*delimiter)),
        _ if cursor.try_nil() => (0, None),
        _ => return Err(cursor.error(ParseErrorKind::Expected("hierarchy delimiter"))),
    };
    cursor.advance(octets);
    Ok(delimiter)
}

/// The mailbox and what stands behind it.
///
/// Exchange leaves names with tabs unquoted, and others names with spaces, `%` or `*`: one that
/// neither ends the line nor stands before extended data takes the rest of the line.
fn name(cursor: &mut Cursor<'_>) -> Result<(MailboxName, Extended), ParseError> {
    let (from, odd) = (cursor.offset(), cursor.odd());
    if cursor.at_string() {
        return Ok((mailbox(cursor)?, extended(cursor)?));
    }
    let name = mailbox(cursor).and_then(|name| Ok((name, extended(cursor)?)));
    match name {
        Ok(name) if cursor.at_end() => Ok(name),
        Err(error) if is_limit(error.kind) => Err(error),
        _ => {
            cursor.seek(from);
            cursor.set_odd(odd);
            unquoted(cursor).map(|name| (name, None))
        }
    }
}

fn unquoted(cursor: &mut Cursor<'_>) -> Result<MailboxName, ParseError> {
    cursor.tolerate(Tolerance::UnquotedName);
    let line = cursor.rest_of_line();
    let name = line.slice(..line.trim_ascii_end().len());
    cursor.check_string(name.len())?;
    // A line break within is one of a literal: then this is no name.
    if name.is_empty() || name.contains(&b'\n') {
        return Err(cursor.error(ParseErrorKind::Expected("mailbox")));
    }
    Ok(MailboxName::from_wire(name))
}

const fn is_limit(kind: ParseErrorKind) -> bool {
    use ParseErrorKind::{StringTooLong, TooDeep, TooManyItems};
    matches!(kind, StringTooLong | TooDeep | TooManyItems)
}

/// `("CHILDINFO" ("SUBSCRIBED") "OLDNAME" ("old"))`, if it is there (RFC 5258 §6).
fn extended(cursor: &mut Cursor<'_>) -> Result<Extended, ParseError> {
    if !matches!(cursor.peek(), Some(b' ' | b'(')) || cursor.at_end() {
        return Ok(None);
    }
    cursor.gap();
    if !cursor.try_byte(b'(') {
        return Ok(None);
    }
    let mut items = Vec::new();
    cursor.enter()?;
    while cursor.list_goes_on() {
        cursor.count_item()?;
        let name = Atom::from_bytes(cursor.astring()?.into_bytes());
        cursor.space()?;
        items.push((name, token(cursor)?));
    }
    cursor.leave();
    Ok((!items.is_empty()).then(|| Box::new(items)))
}

#[cfg(test)]
#[path = "tests/list.rs"]
mod tests;
