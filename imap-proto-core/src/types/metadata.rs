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
