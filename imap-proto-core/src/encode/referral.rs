//! RLIST and RLSUB (RFC 2193 §5), XLIST (Gmail).

use super::answer::answers_many;
use super::{Claim, Claims, Command, Pipelining, Request, Segment, States, SubmitError};
use crate::types::{Data, ListResponse, MailboxName};

/// A command with the arguments of LIST.
macro_rules! lists {
    ($(#[$meta:meta])* $name:ident, $wire:literal, $class:ident, $claim:ident) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            reference: MailboxName,
            pattern: MailboxName,
        }

        impl $name {
            /// The command for what matches the pattern, seen from the reference.
            pub fn new(reference: impl Into<MailboxName>, pattern: impl Into<MailboxName>) -> Self {
                Self {
                    reference: reference.into(),
                    pattern: pattern.into(),
                }
            }
        }

        impl Command for $name {
            answers_many!(Data::$claim(mailbox) => mailbox, ListResponse);

            fn request(self) -> Result<Request, SubmitError> {
                Ok(Request::known($wire, States::AFTER_LOGIN, Pipelining::$class)
                    .claims(Claims::one(Claim::$claim))
                    .mailbox(self.reference)
                    .space()
                    .push(Segment::Pattern(self.pattern)))
            }
        }
    };
}

lists! {
    /// RLIST: LIST, with mailboxes on other servers too (RFC 2193 §5.1; needs
    /// MAILBOX-REFERRALS). A command about one of these is refused with a
    /// [referral](crate::types::ResponseText::referrals).
    Rlist, "RLIST ", LIST, List
}
lists! {
    /// RLSUB: LSUB, with mailboxes on other servers too (RFC 2193 §5.2; needs MAILBOX-REFERRALS).
    Rlsub, "RLSUB ", LSUB, Lsub
}
lists! {
    /// XLIST: LIST with special uses, before these had an RFC (needs XLIST; SPECIAL-USE has
    /// [`ListOptions::return_special_use`](super::ListOptions::return_special_use)).
    Xlist, "XLIST ", LIST, List
}
