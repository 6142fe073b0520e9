//! Namespaces (RFC 2342, RFC 9051 §7.3.2).

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

impl NamespaceResponse {
    /// All namespaces: the user's own, those of other users, those for all.
    pub fn iter(&self) -> impl Iterator<Item = &Namespace> {
        let others = self.other_users.iter().chain(&self.shared);
        self.personal.iter().chain(others)
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        let all = |list: &[Namespace]| list.iter().map(Namespace::detach).collect();
        Self {
            personal: all(&self.personal),
            other_users: all(&self.other_users),
            shared: all(&self.shared),
        }
    }
}

impl Namespace {
    fn detach(&self) -> Self {
        let extension = |(name, values): &(ByteString, Vec<Token>)| {
            (name.detach(), values.iter().map(Token::detach).collect())
        };
        Self {
            prefix: self.prefix.detach(),
            delimiter: self.delimiter,
            extensions: self.extensions.iter().map(extension).collect(),
        }
    }
}
