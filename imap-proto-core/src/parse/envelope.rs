//! ENVELOPE (RFC 9051 §9 `envelope`), and what servers make of it.

use super::block::{Writer, loose_string, skip_list};
use crate::types::{Envelope, ParseError, ParseErrorKind, Tolerance, envelope_layout as layout};
use crate::wire::Cursor;

/// An envelope.
pub(super) fn envelope(cursor: &mut Cursor<'_>) -> Result<Envelope, ParseError> {
    let mut writer = Writer::new(cursor);
    write_envelope(cursor, &mut writer)?;
    Ok(Envelope::new(writer.finish(cursor)))
}

/// Writes an envelope at the end of a block. Servers leave out fields at the end: these are NIL.
pub(super) fn write_envelope(
    cursor: &mut Cursor<'_>,
    writer: &mut Writer,
) -> Result<(), ParseError> {
    cursor.byte(b'(')?;
    let at = writer.block.words.reserve(layout::WORDS);
    for string in [
        layout::DATE,
        layout::SUBJECT,
        layout::IN_REPLY_TO,
        layout::MESSAGE_ID,
    ] {
        writer.block.set_nil(at + string);
    }
    let first = [at + layout::DATE, at + layout::SUBJECT];
    if !writer.set_plain(cursor, first, b' ') {
        cursor.no_spaces();
        let [date, subject] = first;
        writer.set_string(cursor, date)?;
        cursor.gap();
        writer.set_string(cursor, subject)?;
    }
    let mut count = 0_u32;
    for list in 0..6 {
        cursor.gap();
        match writer.push_plain_lists(cursor, 4) {
            Some(more) => count = count.saturating_add(u32::try_from(more).unwrap_or(u32::MAX)),
            None => addresses(cursor, writer, &mut count)?,
        }
        writer.block.words.set(at + layout::COUNTS + list, count);
    }
    message_ids(cursor, writer, at)
}

/// In-Reply-To and Message-ID and the end. When one is missing it is likely to be the former,
/// which few messages have.
fn message_ids(cursor: &mut Cursor<'_>, writer: &mut Writer, at: usize) -> Result<(), ParseError> {
    if !cursor.list_goes_on() {
        cursor.tolerate(Tolerance::EnvelopeFields);
        return Ok(());
    }
    let both = [at + layout::IN_REPLY_TO, at + layout::MESSAGE_ID];
    if writer.set_plain(cursor, both, b')') {
        return Ok(());
    }
    let first = loose_string(cursor)?;
    if !cursor.list_goes_on() {
        cursor.tolerate(Tolerance::EnvelopeFields);
        return writer.set(cursor, at + layout::MESSAGE_ID, first);
    }
    writer.set(cursor, at + layout::IN_REPLY_TO, first)?;
    writer.set_string(cursor, at + layout::MESSAGE_ID)?;
    if cursor.list_goes_on() {
        cursor.tolerate(Tolerance::EnvelopeFields);
        skip_list(cursor)?;
    }
    Ok(())
}

/// A list of addresses or NIL; NIL among them is left out.
fn addresses(
    cursor: &mut Cursor<'_>,
    writer: &mut Writer,
    count: &mut u32,
) -> Result<(), ParseError> {
    if cursor.try_nil() {
        return Ok(());
    }
    cursor.byte(b'(')?;
    if cursor.peek() == Some(b')') {
        cursor.tolerate(Tolerance::EmptyListForNil);
    }
    while cursor.lists_go_on() {
        if cursor.try_nil() {
            cursor.tolerate(Tolerance::NilAddress);
            cursor.pass_spaces();
            continue;
        }
        cursor.count_item()?;
        address(cursor, writer)?;
        *count = count.saturating_add(1);
    }
    Ok(())
}

/// An address: four strings; missing ones are NIL, further ones are skipped.
fn address(cursor: &mut Cursor<'_>, writer: &mut Writer) -> Result<(), ParseError> {
    cursor.byte(b'(')?;
    for field in 0..4 {
        if !cursor.list_goes_on() {
            if field == 0 {
                return Err(cursor.error(ParseErrorKind::Expected("address")));
            }
            cursor.tolerate(Tolerance::AddressFields);
            (field..4).for_each(|_| writer.block.push_nil());
            return Ok(());
        }
        writer.push_string(cursor)?;
    }
    if !cursor.try_byte(b')') && skip_list(cursor)?.is_some() {
        cursor.tolerate(Tolerance::AddressFields);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
