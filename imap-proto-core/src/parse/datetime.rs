//! Dates and times (RFC 9051 §9 `date-time`).

use crate::types::{InternalDate, ParseError, ParseErrorKind};
use crate::wire::Cursor;

/// A date and time in quotes.
pub(super) fn date_time(cursor: &mut Cursor<'_>) -> Result<InternalDate, ParseError> {
    let start = cursor.offset();
    let span = cursor.span()?;
    let text = cursor.octets(span).unwrap_or_default();
    InternalDate::from_bytes(text)
        .ok_or_else(|| cursor.error_at(start, ParseErrorKind::ExpectedDate))
}
