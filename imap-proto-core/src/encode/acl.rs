//! Access control lists (RFC 4314 §3).

use super::answer::{answers_nothing, answers_once};
use super::{Claim, Claims, Command, Pipelining, Request, States, SubmitError};
use crate::types::{
    AclResponse, ByteString, Data, ListRightsResponse, MailboxName, MyRightsResponse,
};

/// SETACL: gives an identifier rights on a mailbox (RFC 4314 §3.1).
///
/// ```
/// use imap_proto_core::encode::{Command, SetAcl};
/// assert!(SetAcl::new("INBOX/Drafts", "John", "lrQswicda").request().is_ok());
/// assert!(SetAcl::new("INBOX/Drafts", "John", "l r").request().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAcl {
    mailbox: MailboxName,
    identifier: ByteString,
    rights: String,
}

impl SetAcl {
    /// The rights as letters and digits; `+` before them adds to those that it has, `-` takes
    /// away, and else they replace them. An identifier with `-` in front is one that is denied.
    pub fn new(
        mailbox: impl Into<MailboxName>,
        identifier: impl Into<ByteString>,
        rights: impl Into<String>,
    ) -> Self {
        Self {
            mailbox: mailbox.into(),
            identifier: identifier.into(),
            rights: rights.into(),
        }
    }
}

impl Command for SetAcl {
    answers_nothing!();

    fn request(self) -> Result<Request, SubmitError> {
        let rights = self.rights.strip_prefix(['+', '-']).unwrap_or(&self.rights);
        if !rights.bytes().all(|right| right.is_ascii_alphanumeric()) {
            return Err(SubmitError::InvalidAtom);
        }
        let class = Pipelining::MAILBOX_WRITER;
        Ok(Request::known("SETACL ", States::AFTER_LOGIN, class)
            .mailbox(self.mailbox)
            .space()
            .astring(self.identifier.into_bytes())
            .space()
            .astring(self.rights))
    }
}

/// DELETEACL: takes all rights on a mailbox from an identifier (RFC 4314 §3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeleteAcl {
    mailbox: MailboxName,
    identifier: ByteString,
}

/// LISTRIGHTS: the rights that an identifier may be given on a mailbox (RFC 4314 §3.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRights {
    mailbox: MailboxName,
    identifier: ByteString,
}

macro_rules! of_identifier {
    ($name:ident) => {
        impl $name {
            /// The command for this mailbox and identifier.
            pub fn new(mailbox: impl Into<MailboxName>, identifier: impl Into<ByteString>) -> Self {
                Self {
                    mailbox: mailbox.into(),
                    identifier: identifier.into(),
                }
            }
        }
    };
}

of_identifier!(DeleteAcl);
of_identifier!(ListRights);

impl Command for DeleteAcl {
    answers_nothing!();

    fn request(self) -> Result<Request, SubmitError> {
        let class = Pipelining::MAILBOX_WRITER;
        Ok(Request::known("DELETEACL ", States::AFTER_LOGIN, class)
            .mailbox(self.mailbox)
            .space()
            .astring(self.identifier.into_bytes()))
    }
}

impl Command for ListRights {
    answers_once!("LISTRIGHTS", Data::ListRights(rights) => *rights, ListRightsResponse);

    fn request(self) -> Result<Request, SubmitError> {
        let class = Pipelining::LIST_RIGHTS;
        Ok(Request::known("LISTRIGHTS ", States::AFTER_LOGIN, class)
            .claims(Claims::one(Claim::ListRights(self.mailbox.clone())))
            .mailbox(self.mailbox)
            .space()
            .astring(self.identifier.into_bytes()))
    }
}

/// GETACL: who has which rights on a mailbox (RFC 4314 §3.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetAcl {
    mailbox: MailboxName,
}

/// MYRIGHTS: our rights on a mailbox (RFC 4314 §3.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MyRights {
    mailbox: MailboxName,
}

macro_rules! of_mailbox {
    ($name:ident, $wire:literal, $claim:ident, $answer:literal, $kind:ty) => {
        impl $name {
            /// The command for this mailbox.
            pub fn new(mailbox: impl Into<MailboxName>) -> Self {
                let mailbox = mailbox.into();
                Self { mailbox }
            }
        }

        impl Command for $name {
            answers_once!($answer, Data::$claim(answer) => *answer, $kind);

            fn request(self) -> Result<Request, SubmitError> {
                let class = Pipelining::MAILBOX_READER;
                Ok(Request::known($wire, States::AFTER_LOGIN, class)
                    .claims(Claims::one(Claim::$claim(self.mailbox.clone())))
                    .mailbox(self.mailbox))
            }
        }
    };
}

of_mailbox!(GetAcl, "GETACL ", Acl, "ACL", AclResponse);
of_mailbox!(
    MyRights,
    "MYRIGHTS ",
    MyRights,
    "MYRIGHTS",
    MyRightsResponse
);
