//! The generic form of data that no type is known for.

use super::{Atom, ByteString};

/// A node of a token tree: what the common grammar of all extensions allows
/// (RFC 9051 §9 `tagged-ext-val`, RFC 4466).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Token {
    /// An atom, a flag, a sequence set, or anything else between spaces.
    Atom(Atom),
    /// A number of at most 64 bits.
    Number(u64),
    /// A quoted string or a literal.
    String(ByteString),
    /// A literal8, `~{n}` (RFC 3516).
    Binary(ByteString),
    /// `NIL`.
    Nil,
    /// A parenthesised list.
    List(Vec<Token>),
    /// A response code in brackets, or a section, `NAME[…]`: the bytes between.
    Bracketed(Vec<Token>),
}
