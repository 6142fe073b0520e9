//! STATUS (RFC 9051 §7.3.3).

use super::mailbox::mailbox;
use super::skip::skip_value;
use super::token::token;
use crate::types::{
    Atom, ByteString, MailboxName, ModSeq, ParseError, ParseErrorKind, StatusData, StatusResponse,
    Tolerance, Uid, UidValidity,
};
use crate::wire::Cursor;

/// The data of a STATUS response.
pub(super) fn status(cursor: &mut Cursor<'_>) -> Result<StatusResponse, ParseError> {
    cursor.space()?;
    let mailbox = name(cursor)?;
    cursor.gap();
    cursor.byte(b'(')?;
    let mut items = Vec::new();
    while cursor.list_goes_on() {
        cursor.count_item()?;
        items.push(item(cursor)?);
    }
    Ok(StatusResponse { mailbox, items })
}

/// The mailbox. Some servers leave names with spaces unquoted: then the name ends before the
/// list that ends the line.
fn name(cursor: &mut Cursor<'_>) -> Result<MailboxName, ParseError> {
    let (from, odd) = (cursor.offset(), cursor.odd());
    let quoted = cursor.at_string();
    let name = mailbox(cursor);
    if quoted || cursor.rest().trim_ascii_start().starts_with(b"(") {
        return name;
    }
    cursor.seek(from);
    cursor.set_odd(odd);
    cursor.tolerate(Tolerance::UnquotedName);
    let length = before_last_list(cursor.rest()).filter(|&length| length > 0);
    let Some(length) = length else {
        return Err(cursor.error(ParseErrorKind::Expected("mailbox")));
    };
    cursor.check_string(length)?;
    cursor.advance(length);
    Ok(MailboxName::from_wire(cursor.share(from, from + length)))
}

/// How long the text is that stands before the list at the end of a line.
fn before_last_list(line: &[u8]) -> Option<usize> {
    let line = line.trim_ascii_end();
    let mut depth = 0_usize;
    let start = line.iter().rposition(|byte| {
        match byte {
            b')' => depth += 1,
            b'(' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })?;
    let name = line.get(..start)?.trim_ascii_end();
    // What ends in a list is no name with a line break in it.
    (line.get(start) == Some(&b'(') && !name.contains(&b'\n')).then_some(name.len())
}

/// A name and its value; one whose value is broken is kept raw, if it is clear where it ends.
fn item(cursor: &mut Cursor<'_>) -> Result<StatusData, ParseError> {
    let name_from = cursor.offset();
    let name = cursor.atom_bytes()?;
    let name_to = cursor.offset();
    if cursor.peek() != Some(b')') {
        cursor.gap();
    }
    let (from, depth, odd) = (cursor.offset(), cursor.depth(), cursor.odd());
    let data = match value(name, cursor) {
        Ok(None) => {
            let name = Atom::from_bytes(cursor.share(name_from, name_to));
            token(cursor).map(|value| Some(StatusData::Other(name, value)))
        }
        data => data,
    };
    match data {
        Ok(Some(data)) if ends_item(cursor) => return Ok(data),
        Err(error) if error.kind == ParseErrorKind::TooDeep => return Err(error),
        _ => {}
    }
    cursor.seek(from);
    cursor.set_depth(depth);
    cursor.set_odd(odd);
    cursor.tolerate(Tolerance::InvalidItem);
    if cursor.peek() != Some(b')') {
        skip_value(cursor)?;
    }
    let raw = ByteString::from_bytes(cursor.share(from, cursor.offset()));
    let name = Atom::from_bytes(cursor.share(name_from, name_to));
    Ok(StatusData::Invalid(name, raw))
}

fn ends_item(cursor: &Cursor<'_>) -> bool {
    matches!(cursor.peek(), Some(b' ' | b')'))
}

/// The value of an item; `None` for one that no type is known for.
fn value(name: &[u8], cursor: &mut Cursor<'_>) -> Result<Option<StatusData>, ParseError> {
    let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
    Ok(Some(if is("MESSAGES") {
        StatusData::Messages(cursor.number()?)
    } else if is("UIDNEXT") {
        StatusData::UidNext(Uid(cursor.nz_number()?))
    } else if is("UIDVALIDITY") {
        StatusData::UidValidity(UidValidity(cursor.wide_nz_number()?))
    } else if is("UNSEEN") {
        StatusData::Unseen(cursor.number()?)
    } else if is("HIGHESTMODSEQ") {
        StatusData::HighestModSeq(ModSeq(cursor.number64()?))
    } else if is("RECENT") {
        StatusData::Recent(cursor.number()?)
    } else if is("SIZE") {
        StatusData::Size(cursor.number64()?)
    } else if is("DELETED") {
        StatusData::Deleted(cursor.number()?)
    } else if is("MAILBOXID") {
        StatusData::MailboxId(object_id(cursor)?)
    } else if is("APPENDLIMIT") {
        StatusData::AppendLimit(optional_number(cursor)?)
    } else if is("DELETED-STORAGE") {
        StatusData::DeletedStorage(cursor.number64()?)
    } else if is("XYMHIGHESTMODSEQ") {
        StatusData::YahooHighestModSeq(ModSeq(cursor.number64()?))
    } else {
        return Ok(None);
    }))
}

/// `(id)` (RFC 8474 §7)
pub(super) fn object_id(cursor: &mut Cursor<'_>) -> Result<ByteString, ParseError> {
    cursor.byte(b'(')?;
    let id = cursor.astring()?;
    cursor.byte(b')')?;
    Ok(id)
}

/// A number or NIL.
pub(super) fn optional_number(cursor: &mut Cursor<'_>) -> Result<Option<u64>, ParseError> {
    if cursor.try_nil() {
        return Ok(None);
    }
    cursor.number64().map(Some)
}

#[cfg(test)]
#[path = "tests/status.rs"]
mod tests;
