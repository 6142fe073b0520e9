//! COPY, MOVE (RFC 9051 §6.4.7, §6.4.8, RFC 6851).

use super::answer::takes;
use super::{
    Claim, Claims, Command, Messages, MissingAnswer, Numbering, Pipelining, Request, States,
    SubmitError,
};
use crate::types::{
    Code, Completion, Condition, CopyUid, Data, MailboxName, ResponseText, SequenceNumber, Uid,
    UidSet,
};

/// COPY messages to a mailbox (RFC 9051 §6.4.7).
///
/// The answer tells the new UIDs, where the server does (UIDPLUS, IMAP4rev2).
///
/// ```
/// use imap_proto_core::encode::{Command, Copy};
/// use imap_proto_core::types::SequenceNumber;
/// let messages = SequenceNumber(2)..=SequenceNumber(4);
/// assert!(Copy::new(messages, "MEETING").request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy<N = SequenceNumber> {
    messages: Messages<N>,
    mailbox: MailboxName,
}

/// UID COPY (RFC 9051 §6.4.9).
pub type UidCopy = Copy<Uid>;

/// MOVE messages to a mailbox (RFC 9051 §6.4.8, RFC 6851; needs MOVE or IMAP4rev2).
///
/// The answer tells the new UIDs, where the server does. The messages leave the selected mailbox
/// with EXPUNGE or VANISHED, which are changes of the mailbox as ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move<N = SequenceNumber> {
    messages: Messages<N>,
    mailbox: MailboxName,
}

/// UID MOVE (RFC 9051 §6.4.9).
pub type UidMove = Move<Uid>;

macro_rules! to_mailbox {
    ($name:ident, $wire:literal, $by_number:ident, $else:ident) => {
        impl<N: Numbering> $name<N> {
            /// The command for these messages.
            pub fn new(
                messages: impl Into<Messages<N>>,
                mailbox: impl Into<MailboxName>,
            ) -> Self {
                Self {
                    messages: messages.into(),
                    mailbox: mailbox.into(),
                }
            }
        }

        impl<N: Numbering> Command for $name<N> {
            type Item = CopyUid;
            type Partial = Option<CopyUid>;
            type Output = Option<CopyUid>;

            takes!(
                Data::Condition {
                    condition: Condition::Ok,
                    text: ResponseText { code: Some(Code::CopyUid(uids)), .. },
                } => *uids
            );

            fn request(self) -> Result<Request, SubmitError> {
                let class = if self.messages.is_by_number() {
                    Pipelining::$by_number
                } else {
                    Pipelining::$else
                };
                Ok(Request::known(N::PREFIX, States::SELECTED, class)
                    .claims(Claims::one(Claim::CopyUid))
                    .put($wire)
                    .messages(&self.messages)?
                    .space()
                    .mailbox(self.mailbox))
            }

            fn add(partial: &mut Option<CopyUid>, item: CopyUid) {
                *partial = Some(joined(partial.take(), item));
            }

            fn finish(
                partial: Option<CopyUid>,
                completion: &Completion,
            ) -> Result<Option<CopyUid>, MissingAnswer> {
                Ok(match &completion.text.code {
                    Some(Code::CopyUid(uids)) => Some(joined(partial, (**uids).clone())),
                    _ => partial,
                })
            }
        }
    };
}

to_mailbox!(Copy, "COPY ", COPY, UID_COPY);
to_mailbox!(Move, "MOVE ", MOVE, UID_MOVE);

/// A server may tell the UIDs of a long MOVE in pieces (RFC 6851 §4.3).
fn joined(so_far: Option<CopyUid>, more: CopyUid) -> CopyUid {
    let Some(so_far) = so_far.filter(|so_far| so_far.uid_validity == more.uid_validity) else {
        return more;
    };
    let join = |a: &UidSet, b: &UidSet| UidSet::from_ranges([a.ranges(), b.ranges()].concat());
    CopyUid {
        uid_validity: more.uid_validity,
        source: join(&so_far.source, &more.source),
        destination: join(&so_far.destination, &more.destination),
    }
}
