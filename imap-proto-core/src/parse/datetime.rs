//! Dates and times (RFC 9051 §9 `date-time`).

use crate::types::{InternalDate, ParseError, ParseErrorKind, Tolerance};
use crate::wire::Cursor;

/// A date and time in quotes.
pub(super) fn date_time(cursor: &mut Cursor<'_>) -> Result<InternalDate, ParseError> {
    let start = cursor.offset();
    let span = cursor.span()?;
    let text = cursor.octets(span).unwrap_or_default();
    let date = InternalDate::from_bytes(text)
        .ok_or_else(|| cursor.error_at(start, ParseErrorKind::ExpectedDate))?;
    if !has_its_form(text) {
        cursor.tolerate_at(start, Tolerance::DateForm);
    }
    if date.date_time().is_none() {
        cursor.tolerate_at(start, Tolerance::ImpossibleDate);
    }
    Ok(date)
}

/// Whether a date and time has the columns of the grammar: ` 1-Feb-2024 12:30:00 +0100`.
fn has_its_form(text: &[u8]) -> bool {
    let columns = [
        (2, b'-'),
        (6, b'-'),
        (11, b' '),
        (14, b':'),
        (17, b':'),
        (20, b' '),
    ];
    text.len() == 26
        && columns
            .iter()
            .all(|&(at, octet)| text.get(at) == Some(&octet))
}
