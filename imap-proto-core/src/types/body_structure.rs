//! BODY and BODYSTRUCTURE (RFC 9051 §7.5.2).

use bytes::Bytes;

/// The MIME structure of a message: one block of octets and offsets into it, read by views.
#[derive(Clone, Debug, PartialEq)]
pub struct BodyStructure {
    bytes: Bytes,
    nodes: Box<[u32]>,
}
