//! Languages and collations (RFC 5255).

use super::{ByteString, MailboxName, Namespace, Token};

/// A COMPARATOR response (RFC 5255 §4.8).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ComparatorResponse {
    /// The collation that SEARCH, SORT and THREAD use from now on.
    pub active: ByteString,
    /// All that match what was asked for, if it is more than one.
    pub matching: Vec<ByteString>,
}

impl ComparatorResponse {
    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self {
            active: self.active.detach(),
            matching: self.matching.iter().map(ByteString::detach).collect(),
        }
    }
}

impl Namespace {
    /// The prefix as it is to be shown in the language of the session (`TRANSLATION`, RFC 5255
    /// §3.4). Names on the wire have the [`prefix`](Self::prefix) all the same.
    pub fn translation(&self) -> Option<MailboxName> {
        let mut extensions = self.extensions.iter();
        let (_, values) = extensions.find(|(name, _)| name.eq_ignore_case("TRANSLATION"))?;
        let text = values.first().and_then(Token::to_astring)?;
        Some(MailboxName::from_wire(text))
    }
}
