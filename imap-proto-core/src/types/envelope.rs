//! ENVELOPE (RFC 9051 §7.5.2).

use bytes::Bytes;

/// The envelope of a message: one block of octets and offsets into it, read by accessors.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    bytes: Bytes,
    offsets: Box<[u32]>,
}
