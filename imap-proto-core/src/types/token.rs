//! The generic form of data that no type is known for.

use bytes::Bytes;

use super::{Atom, ByteString};

/// A node of a token tree: what the common grammar of all extensions allows
/// (RFC 9051 §9 `tagged-ext-val`, RFC 4466).
///
/// A tree that was read is no deeper than `Limits::max_depth`, so it can be walked, shown and
/// dropped by recursion.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Token {
    /// An atom, a flag, a sequence set, or anything else between spaces.
    Atom(Atom),
    /// A number of at most 64 bits, without leading zeros.
    Number(u64),
    /// A quoted string or a literal.
    String(ByteString),
    /// A literal8, `~{n}` (RFC 3516).
    Binary(ByteString),
    /// `NIL`.
    Nil,
    /// A parenthesised list.
    List(Vec<Self>),
}

impl Token {
    /// The bytes of an atom or string.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Atom(atom) => Some(atom.as_bytes()),
            Self::String(string) | Self::Binary(string) => Some(string.as_bytes()),
            _ => None,
        }
    }

    /// The text of an atom or string that is UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        self.as_bytes()
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
    }

    /// The number.
    pub const fn as_number(&self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The elements of a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(tokens) => Some(tokens),
            _ => None,
        }
    }

    /// Whether it is `NIL`, unquoted.
    pub const fn is_nil(&self) -> bool {
        matches!(self, Self::Nil)
    }

    /// The name that a token is where the grammar wants an astring: there `NIL` and digits are
    /// text.
    pub(crate) fn to_astring(&self) -> Option<Bytes> {
        Some(match self {
            Self::Atom(atom) => atom.clone().into_bytes(),
            Self::String(string) | Self::Binary(string) => string.clone().into_bytes(),
            Self::Number(number) => number.to_string().into(),
            Self::Nil => Bytes::from_static(b"NIL"),
            Self::List(_) => return None,
        })
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        match self {
            Self::Atom(atom) => Self::Atom(atom.detach()),
            Self::Number(number) => Self::Number(*number),
            Self::String(string) => Self::String(string.detach()),
            Self::Binary(string) => Self::Binary(string.detach()),
            Self::Nil => Self::Nil,
            Self::List(tokens) => Self::List(tokens.iter().map(Self::detach).collect()),
        }
    }
}
