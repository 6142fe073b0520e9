//! The answer of ID (RFC 2971).

use super::ByteString;

/// An ID response: keys and values in order; empty for NIL. Untrusted, for logs only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct IdResponse {
    /// Field names with their values.
    pub fields: Vec<(ByteString, Option<ByteString>)>,
}

impl IdResponse {
    /// The value of a field such as `name`; case does not count (RFC 2971 §3.3).
    pub fn value(&self, field: &str) -> Option<&ByteString> {
        let mut fields = self.fields.iter();
        fields
            .find(|(name, _)| name.eq_ignore_case(field))
            .and_then(|(_, value)| value.as_ref())
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        let field = |(name, value): &(ByteString, Option<ByteString>)| {
            (name.detach(), value.as_ref().map(ByteString::detach))
        };
        Self {
            fields: self.fields.iter().map(field).collect(),
        }
    }
}
