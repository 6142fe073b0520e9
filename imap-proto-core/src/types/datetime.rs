//! Dates and times (RFC 9051 §2.3.3).

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, TimeZone, Timelike};
use thiserror::Error;

/// The internal date of a message. `None` inside for a value such as `00-Jan-0000`, which some
/// servers send and no calendar has.
///
/// ```
/// use imap_proto_core::types::InternalDate;
///
/// let date: InternalDate = " 1-Feb-2024 12:30:00 +0100".parse()?;
/// assert_eq!(date.date_time().map(|time| time.timestamp()), Some(1_706_787_000));
/// assert_eq!(date.to_string(), " 1-Feb-2024 12:30:00 +0100");
/// # Ok::<(), imap_proto_core::types::InvalidDate>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InternalDate(Option<DateTime<FixedOffset>>);

/// Text that is no date and time of IMAP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a date and time")]
pub struct InvalidDate;

/// `date-month` (RFC 9051 §9).
pub(crate) const MONTHS: [&[u8; 3]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

impl InternalDate {
    /// The date and time, if there is such a day and time.
    pub fn date_time(&self) -> Option<DateTime<FixedOffset>> {
        self.0
    }

    /// Whether the protocol can write it: a known time of the years 0 to 9999, in a zone of
    /// whole minutes (RFC 9051 §9 `date-time`).
    pub fn is_writable(&self) -> bool {
        self.0.is_some_and(|time| {
            (0..=9999).contains(&time.year()) && time.offset().local_minus_utc() % 60 == 0
        })
    }

    /// Reads what stands between the quotes; a day of one digit may be padded with a space.
    /// `None` for what has not the form of a date and time.
    pub(crate) fn from_bytes(text: &[u8]) -> Option<Self> {
        let text = text.trim_ascii();
        let (day, text) = number(text, 2)?;
        let text = text.strip_prefix(b"-")?;
        let (month, text) = text.split_at_checked(3)?;
        let month = (1..)
            .zip(MONTHS)
            .find(|(_, name)| name.eq_ignore_ascii_case(month))?
            .0;
        let (year, text) = number(text.strip_prefix(b"-")?, 4)?;
        let (hour, text) = number(text.trim_ascii_start(), 2)?;
        let (minute, text) = number(text.strip_prefix(b":")?, 2)?;
        let (second, text) = number(text.strip_prefix(b":")?, 2)?;
        let zone = zone(text.trim_ascii_start())?;
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day);
        let time = time(hour, minute, second);
        let local = date.zip(time).map(|(date, time)| date.and_time(time));
        let local = local.zip(FixedOffset::east_opt(zone * 60));
        Some(Self(local.and_then(|(local, zone)| {
            zone.from_local_datetime(&local).single()
        })))
    }
}

/// A time of day; a leap second is the one before it that lasts.
fn time(hour: u32, minute: u32, second: u32) -> Option<NaiveTime> {
    if second == 60 {
        return NaiveTime::from_hms_nano_opt(hour, minute, 59, 1_000_000_000);
    }
    NaiveTime::from_hms_opt(hour, minute, second)
}

/// One to so many digits, and what follows.
fn number(text: &[u8], digits: usize) -> Option<(u32, &[u8])> {
    let len = text
        .iter()
        .take(digits)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (number, rest) = text.split_at_checked(len)?;
    let value = number
        .iter()
        .fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
    (len > 0).then_some((value, rest))
}

/// Minutes east of Greenwich: a sign and four digits, and nothing behind them.
fn zone(text: &[u8]) -> Option<i32> {
    let (sign, digits) = text.split_first()?;
    let (value, rest) = number(digits, 4)?;
    if digits.len() != 4 || !rest.is_empty() {
        return None;
    }
    let minutes = i32::try_from(value / 100 * 60 + value % 100).ok()?;
    match sign {
        b'+' => Some(minutes),
        b'-' => Some(-minutes),
        _ => None,
    }
}

impl From<DateTime<FixedOffset>> for InternalDate {
    fn from(time: DateTime<FixedOffset>) -> Self {
        Self(Some(time))
    }
}

impl From<DateTime<chrono::Utc>> for InternalDate {
    fn from(time: DateTime<chrono::Utc>) -> Self {
        Self(Some(time.fixed_offset()))
    }
}

impl FromStr for InternalDate {
    type Err = InvalidDate;

    fn from_str(text: &str) -> Result<Self, InvalidDate> {
        Self::from_bytes(text.as_bytes()).ok_or(InvalidDate)
    }
}

impl fmt::Display for InternalDate {
    /// As between the quotes on the wire; `00-Jan-0000 00:00:00 +0000` for no date.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(time) = self.0 else {
            return f.write_str("00-Jan-0000 00:00:00 +0000");
        };
        let month = MONTHS
            .get(time.month0() as usize)
            .copied()
            .unwrap_or(b"Jan");
        let month = std::str::from_utf8(month).unwrap_or_default();
        let second = time.second() + time.nanosecond() / 1_000_000_000;
        let zone = time.offset().local_minus_utc() / 60;
        let sign = if zone < 0 { '-' } else { '+' };
        let (day, year) = (time.day(), time.year());
        write!(f, "{day:2}-{month}-{year:04} ")?;
        write!(f, "{:02}:{:02}:{second:02} ", time.hour(), time.minute())?;
        write!(f, "{sign}{:02}{:02}", zone.abs() / 60, zone.abs() % 60)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for InternalDate {
    /// As on the wire; none when there is no such day.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(_) => serializer.collect_str(self),
            None => serializer.serialize_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timestamp(text: &str) -> Option<i64> {
        let date: InternalDate = text.parse().unwrap();
        date.date_time().map(|time| time.timestamp())
    }

    #[test]
    fn dates_of_the_rfc_and_of_recordings_are_read_and_written() {
        // Timestamps by `date -d … +%s`.
        for (text, seconds) in [
            ("17-Jul-1996 02:44:25 -0700", 837_596_665),
            (" 1-Jan-1970 00:00:00 +0000", 0),
            ("29-Feb-2024 23:59:59 +1345", 1_709_201_699),
            ("31-Dec-1969 23:59:59 -0030", 1_799),
        ] {
            assert_eq!(timestamp(text), Some(seconds), "{text}");
            assert_eq!(text.parse::<InternalDate>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn quirk_21_a_day_no_calendar_has_is_no_date() {
        for text in [
            "00-Jan-0000 00:00:00 +0000",
            "31-Feb-2024 00:00:00 +0000",
            " 1-Jan-2024 25:00:00 +0000",
            " 1-Jan-2024 00:00:00 +9999",
        ] {
            assert_eq!(timestamp(text), None, "{text}");
        }
        let none: InternalDate = "00-Jan-0000 00:00:00 +0000".parse().unwrap();
        assert_eq!(none.to_string(), "00-Jan-0000 00:00:00 +0000");
        assert!(!none.is_writable());
    }

    #[test]
    fn padding_case_and_leap_seconds_are_taken() {
        let day = timestamp("01-Feb-2024 00:00:00 +0000");
        assert_eq!(timestamp("1-FEB-2024 00:00:00 +0000"), day);
        assert_eq!(timestamp("  1-feb-2024  0:00:00 +0000 "), day);
        let leap: InternalDate = "31-Dec-2016 23:59:60 +0000".parse().unwrap();
        assert_eq!(leap.to_string(), "31-Dec-2016 23:59:60 +0000");
    }

    #[test]
    fn text_of_another_form_is_refused() {
        let long = format!("1-Jan-2024 00:00:00 +0000{}", "0".repeat(4096));
        for text in [
            "",
            "1-Jan-2024",
            "1-Foo-2024 00:00:00 +0000",
            "1-Jan-2024 00:00:00 GMT",
            &long,
        ] {
            assert_eq!(text.parse::<InternalDate>(), Err(InvalidDate), "{text}");
        }
    }

    #[test]
    fn only_what_the_grammar_holds_is_writable() {
        let date: InternalDate = " 1-Jan-2024 00:00:00 +0100".parse().unwrap();
        assert!(date.is_writable());
        let zone = FixedOffset::east_opt(61).unwrap();
        let odd = zone.timestamp_opt(0, 0).unwrap();
        assert!(!InternalDate::from(odd).is_writable());
        let far = chrono::Utc.timestamp_opt(253_402_300_800, 0).unwrap();
        assert!(!InternalDate::from(far).is_writable());
    }
}
