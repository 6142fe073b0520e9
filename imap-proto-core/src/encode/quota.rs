//! Quotas (RFC 9208 §4.1).

use super::answer::{answers_once, takes};
use super::{Claim, Claims, Command, MissingAnswer, Pipelining, Request, States, SubmitError};
use crate::types::{ByteString, Completion, Data, MailboxName, QuotaResponse, QuotaRootResponse};

/// GETQUOTA: usage and limits of a quota root (RFC 9208 §4.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetQuota {
    root: ByteString,
}

impl GetQuota {
    /// GETQUOTA of the root, which may be the empty string.
    pub fn new(root: impl Into<ByteString>) -> Self {
        let root = root.into();
        Self { root }
    }
}

impl Command for GetQuota {
    answers_once!("QUOTA", Data::Quota(quota) => *quota, QuotaResponse);

    fn request(self) -> Result<Request, SubmitError> {
        let root = self.root.into_bytes();
        Ok(
            Request::known("GETQUOTA ", States::AFTER_LOGIN, Pipelining::QUOTA)
                .claims(Claims::one(Claim::Quota(root.clone())))
                .astring(root),
        )
    }
}

/// GETQUOTAROOT: the quota roots of a mailbox, with their usage and limits (RFC 9208 §4.1.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetQuotaRoot {
    mailbox: MailboxName,
}

/// The answer of GETQUOTAROOT.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MailboxQuota {
    /// The mailbox's quota roots.
    pub root: QuotaRootResponse,
    /// Usage and limits of each.
    pub quotas: Vec<QuotaResponse>,
}

/// A piece of the answer of GETQUOTAROOT.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum MailboxQuotaItem {
    /// The roots.
    Root(QuotaRootResponse),
    /// One of them.
    Quota(QuotaResponse),
}

impl GetQuotaRoot {
    /// GETQUOTAROOT of this mailbox.
    pub fn new(mailbox: impl Into<MailboxName>) -> Self {
        let mailbox = mailbox.into();
        Self { mailbox }
    }
}

impl Command for GetQuotaRoot {
    type Item = MailboxQuotaItem;
    type Partial = (Option<QuotaRootResponse>, Vec<QuotaResponse>);
    type Output = MailboxQuota;

    takes!(
        Data::QuotaRoot(root) => MailboxQuotaItem::Root(*root),
        Data::Quota(quota) => MailboxQuotaItem::Quota(*quota)
    );

    fn request(self) -> Result<Request, SubmitError> {
        let claims = Claims::one(Claim::QuotaRoot(self.mailbox.clone())).and(Claim::QuotaAny);
        let class = Pipelining::QUOTA;
        Ok(Request::known("GETQUOTAROOT ", States::AFTER_LOGIN, class)
            .claims(claims)
            .mailbox(self.mailbox))
    }

    fn add((root, quotas): &mut Self::Partial, item: MailboxQuotaItem) {
        match item {
            MailboxQuotaItem::Root(response) => *root = Some(response),
            MailboxQuotaItem::Quota(quota) => quotas.push(quota),
        }
    }

    fn finish(
        (root, quotas): Self::Partial,
        _completion: &Completion,
    ) -> Result<MailboxQuota, MissingAnswer> {
        let root = root.ok_or(MissingAnswer("QUOTAROOT"))?;
        Ok(MailboxQuota { root, quotas })
    }
}

/// SETQUOTA: the limits of a quota root (RFC 9208 §4.1.3; needs QUOTASET, or a server of
/// RFC 2087). Resources that are not named lose theirs.
///
/// ```
/// use imap_proto_core::encode::{Command, SetQuota};
/// assert!(SetQuota::new("").limit("STORAGE", 512).request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetQuota {
    root: ByteString,
    limits: Vec<(String, u64)>,
}

impl SetQuota {
    /// SETQUOTA of the root, without limits yet.
    pub fn new(root: impl Into<ByteString>) -> Self {
        Self {
            root: root.into(),
            limits: Vec::new(),
        }
    }

    /// Limits a resource: `STORAGE` in units of 1024 octets, `MESSAGE`, `MAILBOX`,
    /// `ANNOTATION-STORAGE`.
    #[must_use]
    pub fn limit(mut self, resource: impl Into<String>, limit: u64) -> Self {
        self.limits.push((resource.into(), limit));
        self
    }
}

impl Command for SetQuota {
    type Item = QuotaResponse;
    type Partial = Option<QuotaResponse>;
    /// What the server made of it, if it told.
    type Output = Option<QuotaResponse>;

    takes!(Data::Quota(quota) => *quota);

    fn request(self) -> Result<Request, SubmitError> {
        let class = Pipelining::MAILBOX_WRITER.union(Pipelining::QUOTA);
        let root = self.root.into_bytes();
        let mut request = Request::known("SETQUOTA ", States::AFTER_LOGIN, class)
            .claims(Claims::one(Claim::Quota(root.clone())))
            .astring(root)
            .put(" (");
        for (at, (resource, limit)) in self.limits.iter().enumerate() {
            if i64::try_from(*limit).is_err() {
                return Err(SubmitError::OutOfRange("a quota limit"));
            }
            let before = if at > 0 { " " } else { "" };
            request = request.put(before).atom(resource)?.space().number(*limit);
        }
        Ok(request.put(")"))
    }

    fn add(partial: &mut Self::Partial, item: QuotaResponse) {
        *partial = Some(item);
    }

    fn finish(
        partial: Self::Partial,
        _completion: &Completion,
    ) -> Result<Self::Output, MissingAnswer> {
        Ok(partial)
    }
}
