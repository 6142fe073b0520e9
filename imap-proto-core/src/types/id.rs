//! The answer of ID (RFC 2971).

use super::ByteString;

/// An ID response: keys and values in order; empty for NIL. Untrusted, for logs only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct IdResponse {
    /// Field names with their values.
    pub fields: Vec<(ByteString, Option<ByteString>)>,
}
