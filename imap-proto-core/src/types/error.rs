//! Why a response could not be read.

use thiserror::Error;

/// A break of the grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[error("{kind} at byte {offset}")]
pub struct ParseError {
    /// What was expected.
    pub kind: ParseErrorKind,
    /// The octet, counted from the start of the response.
    pub offset: usize,
}

/// What a parser expected and did not find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// An atom (RFC 9051 §9 `atom`).
    #[error("expected an atom")]
    ExpectedAtom,
    /// The named octet.
    #[error("expected {:?}", char::from(*.0))]
    ExpectedByte(u8),
    /// Digits.
    #[error("expected a number")]
    ExpectedNumber,
    /// A quoted string or a literal.
    #[error("expected a string")]
    ExpectedString,
    /// A sequence set without `*`.
    #[error("expected a sequence set")]
    ExpectedSequenceSet,
    /// A date, or a date and time.
    #[error("expected a date")]
    ExpectedDate,
    /// The end of the line.
    #[error("expected the end of the line")]
    ExpectedEnd,
    /// A construct of the grammar, named as there.
    #[error("expected {0}")]
    Expected(&'static str),
    /// More digits than the number's type holds.
    #[error("number too large")]
    NumberTooLarge,
    /// Deeper nesting than `Limits::max_depth`.
    #[error("nested too deeply")]
    TooDeep,
    /// More elements than `Limits::max_list_items`.
    #[error("too many list items")]
    TooManyItems,
    /// A string longer than `Limits::max_string`.
    #[error("string too long")]
    StringTooLong,
    /// Neither `*`, `+` nor a tag with a condition (law 1).
    #[error("not a response")]
    NotAResponse,
    /// What could be read, but not strictly: `Limits::tolerances` lacks this kind.
    #[error("{0} is not tolerated")]
    NotTolerated(super::Tolerance),
}
