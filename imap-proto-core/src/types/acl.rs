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

impl Rights {
    /// Whether the right, such as `r`, is in the string. The rights `c` and `d` of RFC 2086 are
    /// those that RFC 4314 §2.1.1 makes of them: `c` is any of `kx`, `d` any of `etx`.
    ///
    /// ```
    /// use imap_proto_core::types::Rights;
    /// let rights = Rights("lrswk".into());
    /// assert!(rights.contains('k') && rights.contains('c'));
    /// assert!(!rights.contains('x'));
    /// ```
    pub fn contains(&self, right: char) -> bool {
        let has = |right: char| self.0.as_bytes().iter().any(|&b| char::from(b) == right);
        has(right)
            || match right {
                'c' => has('k') || has('x'),
                'd' => has('e') || has('t') || has('x'),
                _ => false,
            }
    }

    /// The same for a server of RFC 2086, which does not offer RIGHTS=: `c` for any of `kx`, `d`
    /// for any of `etx` (RFC 4314 §2.1.1).
    ///
    /// ```
    /// use imap_proto_core::types::Rights;
    /// assert_eq!(Rights("lrswikxtea".into()).to_rfc2086(), Rights("lrswiacd".into()));
    /// ```
    #[must_use]
    pub fn to_rfc2086(&self) -> Self {
        let kept = |right: &u8| !b"kxtecd".contains(right);
        let mut rights: Vec<u8> = self.0.as_bytes().iter().copied().filter(kept).collect();
        rights.extend(self.contains('c').then_some(b'c'));
        rights.extend(self.contains('d').then_some(b'd'));
        Self(ByteString::from_bytes(rights.into()))
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self(self.0.detach())
    }
}

impl AclResponse {
    /// The rights of an identifier, exactly as it is listed.
    pub fn rights(&self, identifier: &str) -> Option<&Rights> {
        let mut entries = self.entries.iter();
        entries
            .find(|(name, _)| name == identifier)
            .map(|(_, rights)| rights)
    }

    /// The rights that are taken from an identifier: those of the same one with `-` before it
    /// (RFC 4314 §2).
    pub fn denied(&self, identifier: &str) -> Option<&Rights> {
        self.rights(&format!("-{identifier}"))
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        let entry = |(name, rights): &(ByteString, Rights)| (name.detach(), rights.detach());
        Self {
            mailbox: self.mailbox.detach(),
            entries: self.entries.iter().map(entry).collect(),
        }
    }
}

impl ListRightsResponse {
    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self {
            mailbox: self.mailbox.detach(),
            identifier: self.identifier.detach(),
            required: self.required.detach(),
            optional: self.optional.iter().map(Rights::detach).collect(),
        }
    }
}

impl MyRightsResponse {
    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self {
            mailbox: self.mailbox.detach(),
            rights: self.rights.detach(),
        }
    }
}
