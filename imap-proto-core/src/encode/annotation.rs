//! Annotations of messages as commands write them (RFC 5257 §5).

use super::{Request, Segment, SubmitError, is_atom};
use crate::types::ByteString;

/// Values to write to annotations of messages, in STORE and APPEND (RFC 5257 §4.5, §4.7; needs
/// ANNOTATE-EXPERIMENT-1).
///
/// ```
/// use imap_proto_core::encode::{Annotations, Command, Store, StoreAction};
/// use imap_proto_core::types::SequenceNumber;
/// let comment = Annotations::new().set("/comment", "value.priv", "Get tix Tuesday");
/// let store = Store::new(SequenceNumber(1), StoreAction::annotate(comment));
/// assert!(store.request().is_ok());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Annotations {
    entries: Vec<(String, Attributes)>,
}

type Attributes = Vec<(String, Option<ByteString>)>;

impl Annotations {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes an attribute, such as `value.priv` for ourselves or `value.shared` for all, of an
    /// entry such as `/comment`.
    #[must_use]
    pub fn set(
        self,
        entry: impl Into<String>,
        attribute: impl Into<String>,
        value: impl Into<ByteString>,
    ) -> Self {
        self.with(entry.into(), attribute.into(), Some(value.into()))
    }

    /// Removes an attribute of an entry.
    #[must_use]
    pub fn remove(self, entry: impl Into<String>, attribute: impl Into<String>) -> Self {
        self.with(entry.into(), attribute.into(), None)
    }

    fn with(mut self, entry: String, attribute: String, value: Option<ByteString>) -> Self {
        match self.entries.iter_mut().find(|(known, _)| *known == entry) {
            Some((_, attributes)) => attributes.push((attribute, value)),
            None => self.entries.push((entry, vec![(attribute, value)])),
        }
        self
    }
}

/// An attribute of an annotation: dot-separated words (RFC 5257 §5 `attrib`).
pub(super) fn check_attribute(name: &str) -> Result<(), SubmitError> {
    if is_atom(name.as_bytes()) {
        return Ok(());
    }
    Err(SubmitError::InvalidAtom)
}

/// An entry of an annotation, in which `*` and `%` may stand for anything (RFC 5257 §5
/// `entry-match`).
pub(super) fn check_entry_match(name: &str) -> Result<(), SubmitError> {
    let legal = |byte: u8| byte.is_ascii_graphic() && !b"(){\"\\".contains(&byte);
    if !name.is_empty() && name.bytes().all(legal) {
        return Ok(());
    }
    Err(SubmitError::InvalidAtom)
}

impl Request {
    /// Adds `ANNOTATION (/comment (value.priv "x"))`.
    pub(super) fn annotations(self, annotations: Annotations) -> Result<Self, SubmitError> {
        if annotations.entries.is_empty() {
            return Err(SubmitError::EmptyList("annotations"));
        }
        let mut request = self.put("ANNOTATION ");
        let mut before = "(";
        for (entry, attributes) in annotations.entries {
            request = request.put(before).entry(&entry)?.put(" (");
            for (at, (name, value)) in attributes.into_iter().enumerate() {
                check_attribute(&name)?;
                let before = if at > 0 { " " } else { "" };
                request = request.put(before).put(name).space().annotation(value);
            }
            request = request.put(")");
            before = " ";
        }
        Ok(request.put(")"))
    }

    /// Adds the value of an annotation: only a literal8 may hold NUL (RFC 5257 §5 `value`).
    pub(super) fn annotation(self, value: Option<ByteString>) -> Self {
        match value {
            Some(value) if value.as_bytes().contains(&0) => {
                self.push(Segment::Literal8(value.into_bytes()))
            }
            value => self.nstring(value),
        }
    }
}
