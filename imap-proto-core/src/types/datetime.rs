//! Dates and times (RFC 9051 §2.3.3).

use chrono::{DateTime, FixedOffset};

/// The internal date of a message. `None` inside for a value such as `00-Jan-0000`, which some
/// servers send and no calendar has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InternalDate(Option<DateTime<FixedOffset>>);
