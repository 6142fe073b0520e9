//! Mailbox names (RFC 9051 §5.1).

use bytes::Bytes;

/// The name of a mailbox, kept as the server sent it or as the caller wrote it.
///
/// Two names are equal when their texts are (canonical modified UTF-7, or UTF-8), else when their
/// bytes are; INBOX is equal to itself in any case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailboxName {
    bytes: Bytes,
    form: Form,
}

/// How the bytes are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// As it came on the wire: sent back untouched.
    Wire,
    /// Text of the caller's, encoded when it is sent in the dialect then valid.
    Text,
}

impl MailboxName {
    /// The octets as they came, or as the caller wrote them.
    pub fn as_wire_bytes(&self) -> &[u8] {
        &self.bytes
    }
}
