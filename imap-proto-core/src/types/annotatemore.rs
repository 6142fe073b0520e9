//! Annotations as they were before RFC 5464 (draft-daboo-imap-annotatemore-08).

use super::{ByteString, MailboxName};

/// An ANNOTATION response (draft-daboo-imap-annotatemore §4.4).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AnnotationResponse {
    /// The mailbox; empty for the server's annotations.
    pub mailbox: MailboxName,
    /// Its entries.
    pub entries: Vec<AnnotationEntry>,
}

/// One entry of an ANNOTATION response.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AnnotationEntry {
    /// Its name, such as `/comment`.
    pub name: ByteString,
    /// Its attributes, such as `value.priv`, with their values; `None` for NIL: there is none. Without
    /// attributes the response tells that the entry changed.
    pub attributes: Vec<(ByteString, Option<ByteString>)>,
}

impl AnnotationResponse {
    /// The value of an attribute of an entry: `None` when it is not in this response,
    /// `Some(None)` when there is no such value. Case does not count.
    pub fn value(&self, entry: &str, attribute: &str) -> Option<Option<&ByteString>> {
        let mut entries = self.entries.iter();
        let entry = entries.find(|known| known.name.eq_ignore_case(entry))?;
        let mut attributes = entry.attributes.iter();
        attributes
            .find(|(name, _)| name.eq_ignore_case(attribute))
            .map(|(_, value)| value.as_ref())
    }

    /// Whether it tells values, and not only that something changed.
    pub fn has_values(&self) -> bool {
        self.entries
            .iter()
            .any(|entry| !entry.attributes.is_empty())
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self {
            mailbox: self.mailbox.detach(),
            entries: self.entries.iter().map(AnnotationEntry::detach).collect(),
        }
    }
}

impl AnnotationEntry {
    fn detach(&self) -> Self {
        let pair = |(name, value): &(ByteString, Option<ByteString>)| {
            (name.detach(), value.as_ref().map(ByteString::detach))
        };
        Self {
            name: self.name.detach(),
            attributes: self.attributes.iter().map(pair).collect(),
        }
    }
}
