//! Message flags (RFC 9051 §2.3.2).

use super::Atom;

/// A set of flags: the system flags as bits, others in the server's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Flags {
    known: u16,
    others: Option<Box<Vec<Atom>>>,
}

/// One flag.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Flag {
    /// `\Answered`
    Answered,
    /// `\Deleted`
    Deleted,
    /// `\Draft`
    Draft,
    /// `\Flagged`
    Flagged,
    /// `\Recent` (RFC 3501 only; never sent by a client)
    Recent,
    /// `\Seen`
    Seen,
    /// A keyword, or a `\` flag that is not known, as it stands on the wire.
    Other(Atom),
}
