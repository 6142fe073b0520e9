//! Which mailboxes NOTIFY tells of and ESEARCH searches (RFC 5465 §6, RFC 7377 §2.2).

use super::{Request, SubmitError};
use crate::types::MailboxName;

/// Some mailboxes, in words of their owner or by name.
///
/// ```
/// use imap_proto_core::encode::MailboxFilter;
/// let lists = MailboxFilter::subtree(["Lists"]);
/// assert_ne!(lists, MailboxFilter::mailboxes(["Lists"]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MailboxFilter {
    /// The selected one, told of at once (RFC 5465 §6.1.1).
    Selected,
    /// The selected one; that messages are gone is told only when a command allows it (RFC 5465 §6.1.2). Not for ESEARCH.
    SelectedDelayed,
    /// Those of the user to which mail is delivered (RFC 5465 §6.3).
    Inboxes,
    /// Those in the user's own namespaces (RFC 5465 §6.2).
    Personal,
    /// Those that the user subscribed to (RFC 5465 §6.4).
    Subscribed,
    /// These and all below them (RFC 5465 §6.5).
    Subtree(Vec<MailboxName>),
    /// These and those one level below (RFC 7377 §2.2). Only for ESEARCH.
    SubtreeOne(Vec<MailboxName>),
    /// These; `*` and `%` are letters like others (RFC 5465 §6.6).
    Mailboxes(Vec<MailboxName>),
}

impl MailboxFilter {
    /// [`Subtree`](Self::Subtree) of these.
    pub fn subtree(mailboxes: impl IntoIterator<Item = impl Into<MailboxName>>) -> Self {
        Self::Subtree(names(mailboxes))
    }

    /// [`SubtreeOne`](Self::SubtreeOne) of these.
    pub fn subtree_one(mailboxes: impl IntoIterator<Item = impl Into<MailboxName>>) -> Self {
        Self::SubtreeOne(names(mailboxes))
    }

    /// [`Mailboxes`](Self::Mailboxes) of these names.
    pub fn mailboxes(mailboxes: impl IntoIterator<Item = impl Into<MailboxName>>) -> Self {
        Self::Mailboxes(names(mailboxes))
    }

    /// Whether it is about the selected mailbox.
    pub(super) const fn is_selected(&self) -> bool {
        matches!(self, Self::Selected | Self::SelectedDelayed)
    }
}

fn names(mailboxes: impl IntoIterator<Item = impl Into<MailboxName>>) -> Vec<MailboxName> {
    mailboxes.into_iter().map(Into::into).collect()
}

impl Request {
    /// Adds `filter-mailboxes` (RFC 5465 §8).
    pub(super) fn mailbox_filter(self, filter: MailboxFilter) -> Result<Self, SubmitError> {
        let (word, mailboxes) = match filter {
            MailboxFilter::Selected => return Ok(self.put("SELECTED")),
            MailboxFilter::SelectedDelayed => return Ok(self.put("SELECTED-DELAYED")),
            MailboxFilter::Inboxes => return Ok(self.put("INBOXES")),
            MailboxFilter::Personal => return Ok(self.put("PERSONAL")),
            MailboxFilter::Subscribed => return Ok(self.put("SUBSCRIBED")),
            MailboxFilter::Subtree(mailboxes) => ("SUBTREE ", mailboxes),
            MailboxFilter::SubtreeOne(mailboxes) => ("SUBTREE-ONE ", mailboxes),
            MailboxFilter::Mailboxes(mailboxes) => ("MAILBOXES ", mailboxes),
        };
        let write = |request: Self, name: MailboxName| request.mailbox(name);
        match mailboxes.len() {
            0 => Err(SubmitError::EmptyList("mailboxes")),
            1 => Ok(self.put(word).spaced(mailboxes, write)),
            _ => Ok(self.put(word).put("(").spaced(mailboxes, write).put(")")),
        }
    }
}
