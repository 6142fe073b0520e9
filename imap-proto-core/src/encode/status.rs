//! STATUS (RFC 9051 §6.3.11).

use super::answer::answers_once;
use super::{Claim, Claims, Command, Pipelining, Request, States, SubmitError};
use crate::types::{Data, MailboxName, StatusResponse};

/// STATUS of a mailbox, which need not be selected and better is not (RFC 9051 §6.3.11).
///
/// ```
/// use imap_proto_core::encode::{Command, Status, StatusItems};
/// let status = Status::new("blurdybloop", StatusItems::new().uid_next().messages());
/// assert!(status.request().is_ok());
/// assert!(Status::new("blurdybloop", StatusItems::new()).request().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    mailbox: MailboxName,
    items: StatusItems,
}

impl Status {
    /// STATUS of this mailbox.
    pub fn new(mailbox: impl Into<MailboxName>, items: StatusItems) -> Self {
        Self {
            mailbox: mailbox.into(),
            items,
        }
    }
}

impl Command for Status {
    answers_once!("STATUS", Data::Status(status) => status, StatusResponse);

    fn request(self) -> Result<Request, SubmitError> {
        let claims = Claims::one(Claim::Status(self.mailbox.clone()));
        Request::known("STATUS ", States::AFTER_LOGIN, Pipelining::STATUS)
            .claims(claims)
            .mailbox(self.mailbox)
            .space()
            .status_items(&self.items)
    }
}

/// What to ask of a mailbox, in the order asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusItems {
    names: Vec<String>,
}

macro_rules! items {
    ($($(#[$meta:meta])* $name:ident = $wire:literal;)*) => {
        impl StatusItems {
            $($(#[$meta])*
            #[must_use]
            pub fn $name(self) -> Self {
                self.item($wire)
            })*
        }
    };
}

items! {
    /// `MESSAGES`: how many there are.
    messages = "MESSAGES";
    /// `RECENT` (RFC 3501).
    recent = "RECENT";
    /// `UIDNEXT`
    uid_next = "UIDNEXT";
    /// `UIDVALIDITY`
    uid_validity = "UIDVALIDITY";
    /// `UNSEEN`: how many have not the flag `\Seen`.
    unseen = "UNSEEN";
    /// `DELETED`: how many have the flag `\Deleted` (RFC 9051, RFC 9208).
    deleted = "DELETED";
    /// `SIZE`: of all messages, in octets (RFC 8438, RFC 9051).
    size = "SIZE";
    /// `HIGHESTMODSEQ` (RFC 7162 §3.1.7).
    highest_mod_seq = "HIGHESTMODSEQ";
    /// `MAILBOXID` (RFC 8474 §4.3).
    mailbox_id = "MAILBOXID";
    /// `APPENDLIMIT`: the largest message that may be appended (RFC 7889).
    append_limit = "APPENDLIMIT";
    /// `DELETED-STORAGE`: what EXPUNGE would free (RFC 9208 §4.1.4).
    deleted_storage = "DELETED-STORAGE";
    /// `XYMHIGHESTMODSEQ`: the highest mod-sequence of Yahoo's servers (no RFC).
    yahoo_highest_mod_seq = "XYMHIGHESTMODSEQ";
}

impl StatusItems {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Any other item, by its name.
    #[must_use]
    pub fn item(mut self, name: impl Into<String>) -> Self {
        self.names.push(name.into());
        self
    }
}

impl Request {
    /// Adds the items in parentheses.
    pub(super) fn status_items(mut self, items: &StatusItems) -> Result<Self, SubmitError> {
        if items.names.is_empty() {
            return Err(SubmitError::EmptyList("STATUS items"));
        }
        let mut before = "(";
        for name in &items.names {
            self = self.put(before).atom(name)?;
            before = " ";
        }
        Ok(self.put(")"))
    }
}
