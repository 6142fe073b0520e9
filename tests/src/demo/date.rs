//! Dates of messages (RFC 3501 §9 date-time, RFC 5322 §3.3) without any calendar library.

use std::time::{SystemTime, UNIX_EPOCH};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Year, month, day: what SEARCH compares, without time and zone.
pub(super) type Day = (u32, u32, u32);

/// An INTERNALDATE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DateTime {
    /// Its day.
    pub(super) day: Day,
    /// `10:00:00 +0100`
    rest: String,
}

impl DateTime {
    /// Reads `" 5-Mar-2025 10:00:00 +0100"`.
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let (date, rest) = text.trim_start().split_once(' ')?;
        let day = parse_day(date.as_bytes())?;
        let (time, zone) = rest.split_once(' ')?;
        let parts: Vec<u32> = time
            .split(':')
            .map(|part| two_digits(part, 2))
            .collect::<Option<_>>()?;
        let in_range = matches!(parts[..], [0..=23, 0..=59, 0..=60]);
        let zone_is_good =
            zone.starts_with(['+', '-']) && zone.len() == 5 && two_digits(&zone[1..], 4).is_some();
        (in_range && zone_is_good).then(|| Self {
            day,
            rest: rest.to_owned(),
        })
    }

    /// The current time, in UTC.
    pub(super) fn now() -> Self {
        let seconds = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |time| time.as_secs());
        let (days, second) = (
            u32::try_from(seconds / 86400).unwrap_or(u32::MAX),
            seconds % 86400,
        );
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        Self {
            day: civil(days),
            rest: format!("{hour:02}:{minute:02}:{second:02} +0000"),
        }
    }
}

impl std::fmt::Display for DateTime {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = self.day;
        write!(
            formatter,
            "{day:>2}-{}-{year:04} {}",
            MONTHS[month as usize - 1],
            self.rest
        )
    }
}

/// Reads `5-Mar-2025`, the `date` of SEARCH.
pub(super) fn parse_day(text: &[u8]) -> Option<Day> {
    let text = std::str::from_utf8(text).ok()?;
    let mut parts = text.split('-');
    day(parts.next()?, parts.next()?, parts.next()?).filter(|_| parts.next().is_none())
}

/// The day of a `Date` field.
pub(super) fn sent_day(field: &[u8]) -> Option<Day> {
    let text = String::from_utf8_lossy(field);
    let without_weekday = text.split_once(',').map_or(&*text, |(_, rest)| rest);
    let mut parts = without_weekday.split_whitespace();
    day(parts.next()?, parts.next()?, parts.next()?)
}

fn day(day: &str, month: &str, year: &str) -> Option<Day> {
    let month = MONTHS
        .iter()
        .position(|name| name.eq_ignore_ascii_case(month))?;
    let year = match year.len() {
        // RFC 5322 §4.3
        2 => two_digits(year, 2).map(|year| if year < 50 { year + 2000 } else { year + 1900 }),
        4 => two_digits(year, 4),
        _ => None,
    };
    let month = u32::try_from(month).ok()? + 1;
    let day = two_digits(day, 2)?;
    year.filter(|_| (1..=31).contains(&day))
        .map(|year| (year, month, day))
}

/// At most `length` digits, and nothing else.
fn two_digits(text: &str, length: usize) -> Option<u32> {
    let good = (1..=length).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| good)
}

/// The day that is this many days after 1970-01-01.
fn civil(days: u32) -> Day {
    let (mut year, mut rest) = (1970, days);
    let leap = |year: u32| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    while rest >= 365 + u32::from(leap(year)) {
        rest -= 365 + u32::from(leap(year));
        year += 1;
    }
    let lengths = [
        31,
        28 + u32::from(leap(year)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let mut month = 1;
    for length in lengths {
        if rest < length {
            break;
        }
        rest -= length;
        month += 1;
    }
    (year, month, rest + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn internal_dates_are_read_and_shown() {
        // RFC 3501 §6.3.11 and §7.4.2.
        for text in ["17-Jul-1996 02:44:25 -0700", " 7-Feb-1994 21:52:25 -0800"] {
            assert_eq!(DateTime::parse(text.as_bytes()).unwrap().to_string(), text);
        }
        for wrong in [
            "17-Jul-1996",
            "32-Jul-1996 02:44:25 -0700",
            "1-Foo-1996 02:44:25 -0700",
            "1-Jul-1996 24:00:00 +0000",
        ] {
            assert_eq!(DateTime::parse(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn days_of_date_fields() {
        assert_eq!(
            sent_day(b"Fri, 21 Nov 1997 09:55:06 -0600"),
            Some((1997, 11, 21))
        );
        assert_eq!(sent_day(b"21 Nov 97 09:55:06 GMT"), Some((1997, 11, 21)));
        assert_eq!(sent_day(b"Not a date"), None);
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(20_089), (2025, 1, 1));
    }
}
