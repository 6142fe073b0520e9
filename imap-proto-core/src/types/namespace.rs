//! Namespaces (RFC 2342, RFC 9051 §7.3.? NAMESPACE).

use super::{ByteString, Token};

/// A NAMESPACE response: each class in the server's order, empty for NIL.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NamespaceResponse {
    /// The user's own mailboxes.
    pub personal: Vec<Namespace>,
    /// Those of other users.
    pub other_users: Vec<Namespace>,
    /// Those for all.
    pub shared: Vec<Namespace>,
}

/// One namespace.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Namespace {
    /// What names in it start with; may end with the delimiter.
    pub prefix: ByteString,
    /// The hierarchy delimiter.
    pub delimiter: Option<u8>,
    /// Extension data: names and lists of values.
    pub extensions: Vec<(ByteString, Vec<Token>)>,
}
