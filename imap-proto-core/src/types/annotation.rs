//! Annotations of messages (RFC 5257).

use super::{ByteString, FetchData, FetchResponse};

/// One entry of an `ANNOTATION` item, such as `/comment` (RFC 5257 §4.4).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Annotation {
    /// The entry's name.
    pub entry: ByteString,
    /// Attributes such as `value.priv` and their values, `None` for NIL. There is none when the
    /// server only tells that the entry changed.
    pub attributes: Vec<(ByteString, Option<ByteString>)>,
}

impl Annotation {
    /// The value of an attribute, whose name has no case: `None` when it is not told,
    /// `Some(None)` when there is no such value.
    pub fn attribute(&self, name: &str) -> Option<Option<&ByteString>> {
        let mut attributes = self.attributes.iter();
        attributes
            .find(|(attribute, _)| attribute.eq_ignore_case(name))
            .map(|(_, value)| value.as_ref())
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        let pair = |(name, value): &(ByteString, Option<ByteString>)| {
            (name.detach(), value.as_ref().map(ByteString::detach))
        };
        Self {
            entry: self.entry.detach(),
            attributes: self.attributes.iter().map(pair).collect(),
        }
    }
}

impl FetchResponse {
    /// The annotations told of, if any.
    pub fn annotations(&self) -> &[Annotation] {
        let annotations = self.items.iter().find_map(|item| match item {
            FetchData::Annotation(annotations) => Some(annotations.as_slice()),
            _ => None,
        });
        annotations.unwrap_or_default()
    }
}

/// What can be done with annotations in a mailbox (`ANNOTATIONS`, RFC 5257 §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum AnnotationSupport {
    /// Nothing.
    None,
    /// They can be read.
    ReadOnly {
        /// Whether each user has some of their own.
        private: bool,
    },
    /// They can be written.
    ReadWrite {
        /// The most octets of a value.
        max_size: u32,
        /// Whether each user has some of their own.
        private: bool,
    },
}
