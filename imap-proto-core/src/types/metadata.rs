//! Annotations of mailboxes and servers (RFC 5464).

use super::{ByteString, MailboxName};

/// A METADATA response (RFC 5464 §4.4).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MetadataResponse {
    /// The mailbox; empty for the server's annotations.
    pub mailbox: MailboxName,
    /// What it tells.
    pub entries: MetadataEntries,
}

/// Values that were asked for, or names of entries that changed.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum MetadataEntries {
    /// Entry names with their values; `None` for NIL: no such entry (RFC 5464 §4.4.1).
    Values(Vec<(ByteString, Option<ByteString>)>),
    /// Entries that changed, without values (RFC 5464 §4.4.2).
    Changed(Vec<ByteString>),
}

impl MetadataResponse {
    /// The value of an entry, whose name has no case (RFC 5464 §3.2): `None` when it is not in
    /// this response, `Some(None)` when there is no such entry.
    pub fn value(&self, entry: &str) -> Option<Option<&ByteString>> {
        let MetadataEntries::Values(values) = &self.entries else {
            return None;
        };
        let mut values = values.iter();
        values
            .find(|(name, _)| name.eq_ignore_case(entry))
            .map(|(_, value)| value.as_ref())
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self {
            mailbox: self.mailbox.detach(),
            entries: self.entries.detach(),
        }
    }
}

impl MetadataEntries {
    fn detach(&self) -> Self {
        let pair = |(name, value): &(ByteString, Option<ByteString>)| {
            (name.detach(), value.as_ref().map(ByteString::detach))
        };
        match self {
            Self::Values(values) => Self::Values(values.iter().map(pair).collect()),
            Self::Changed(names) => Self::Changed(names.iter().map(ByteString::detach).collect()),
        }
    }
}
