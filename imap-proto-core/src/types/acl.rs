//! Access control lists (RFC 4314).

use super::{ByteString, MailboxName};

/// An ACL response (RFC 4314 §3.6).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AclResponse {
    /// The mailbox.
    pub mailbox: MailboxName,
    /// Identifiers and their rights; an identifier with `-` in front takes rights away.
    pub entries: Vec<(ByteString, Rights)>,
}

/// A LISTRIGHTS response (RFC 4314 §3.7).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ListRightsResponse {
    /// The mailbox.
    pub mailbox: MailboxName,
    /// The identifier asked about.
    pub identifier: ByteString,
    /// Rights that it always has.
    pub required: Rights,
    /// Groups of rights that are granted together.
    pub optional: Vec<Rights>,
}

/// A MYRIGHTS response (RFC 4314 §3.8).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MyRightsResponse {
    /// The mailbox.
    pub mailbox: MailboxName,
    /// Our rights.
    pub rights: Rights,
}

/// A string of right characters (RFC 4314 §2.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Rights(pub ByteString);
