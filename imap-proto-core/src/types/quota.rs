//! Quotas (RFC 9208).

use super::{Atom, ByteString, MailboxName};

/// A QUOTA response (RFC 9208 §4.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct QuotaResponse {
    /// The quota root; may be empty.
    pub root: ByteString,
    /// Usage and limits.
    pub resources: Vec<QuotaResource>,
}

/// Usage and limit of one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct QuotaResource {
    /// `STORAGE` (units of 1024 octets), `MESSAGE`, `MAILBOX`, `ANNOTATION-STORAGE` or another.
    pub name: Atom,
    /// What is in use.
    pub usage: u64,
    /// What is allowed.
    pub limit: u64,
}

/// A QUOTAROOT response (RFC 9208 §4.2.2).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct QuotaRootResponse {
    /// The mailbox.
    pub mailbox: MailboxName,
    /// Its quota roots.
    pub roots: Vec<ByteString>,
}

impl QuotaResponse {
    /// Usage and limit of a resource such as `STORAGE`; case does not count.
    pub fn resource(&self, name: &str) -> Option<&QuotaResource> {
        let mut resources = self.resources.iter();
        resources.find(|resource| resource.name.eq_ignore_case(name))
    }

    /// `STORAGE`: the size of all messages, in units of 1024 octets (RFC 9208 §5.1).
    pub fn storage(&self) -> Option<&QuotaResource> {
        self.resource("STORAGE")
    }

    /// `MESSAGE`: the number of messages (RFC 9208 §5.2).
    pub fn messages(&self) -> Option<&QuotaResource> {
        self.resource("MESSAGE")
    }

    /// `MAILBOX`: the number of mailboxes (RFC 9208 §5.3).
    pub fn mailboxes(&self) -> Option<&QuotaResource> {
        self.resource("MAILBOX")
    }

    /// `ANNOTATION-STORAGE`: the size of all annotations, in units of 1024 octets (RFC 9208
    /// §5.4).
    pub fn annotation_storage(&self) -> Option<&QuotaResource> {
        self.resource("ANNOTATION-STORAGE")
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        let resource = |resource: &QuotaResource| QuotaResource {
            name: resource.name.detach(),
            usage: resource.usage,
            limit: resource.limit,
        };
        Self {
            root: self.root.detach(),
            resources: self.resources.iter().map(resource).collect(),
        }
    }
}

impl QuotaRootResponse {
    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self {
            mailbox: self.mailbox.detach(),
            roots: self.roots.iter().map(ByteString::detach).collect(),
        }
    }
}
