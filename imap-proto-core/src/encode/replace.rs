//! REPLACE (RFC 8508).

use super::answer::takes;
use super::{
    AppendMessage, Claim, Claims, Command, MissingAnswer, Numbering, Pipelining, Request, States,
    SubmitError,
};
use crate::types::{
    AppendUid, Code, Completion, Condition, Data, MailboxName, NumberSet, ResponseText,
    SequenceNumber, Uid,
};

/// REPLACE: appends a message and removes another one, at once or not at all (RFC 8508 §3.2;
/// needs REPLACE).
///
/// The answer tells the new UID, where the server does. The message that was replaced leaves the
/// selected mailbox with EXPUNGE or VANISHED, which is a change of the mailbox as ever.
///
/// ```
/// use imap_proto_core::encode::{AppendMessage, Command, UidReplace};
/// use imap_proto_core::types::Uid;
/// let draft = AppendMessage::new("Subject: happy new year !!\r\n\r\nHello.\r\n");
/// assert!(UidReplace::new(Uid(2000), "Drafts", draft).request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replace<N = SequenceNumber> {
    number: N,
    mailbox: MailboxName,
    message: AppendMessage,
}

/// UID REPLACE (RFC 8508 §3.3).
pub type UidReplace = Replace<Uid>;

impl<N: Numbering> Replace<N> {
    /// REPLACE of this message of the selected mailbox by another one in that mailbox, which may
    /// be the same.
    pub fn new(number: N, mailbox: impl Into<MailboxName>, message: AppendMessage) -> Self {
        Self {
            number,
            mailbox: mailbox.into(),
            message,
        }
    }
}

impl<N: Numbering> Command for Replace<N> {
    type Item = AppendUid;
    type Partial = Option<AppendUid>;
    type Output = Option<AppendUid>;

    takes!(
        Data::Condition {
            condition: Condition::Ok,
            text: ResponseText { code: Some(Code::AppendUid(uid)), .. },
        } => *uid
    );

    fn request(self) -> Result<Request, SubmitError> {
        let class = if N::PREFIX.is_empty() {
            Pipelining::MOVE
        } else {
            Pipelining::UID_MOVE
        };
        Request::known(N::PREFIX, States::SELECTED, class)
            .claims(Claims::one(Claim::AppendUid))
            .put("REPLACE ")
            .set(&NumberSet::<N>::from(self.number))?
            .space()
            .mailbox(self.mailbox)
            .append(self.message)
    }

    fn add(partial: &mut Option<AppendUid>, item: AppendUid) {
        *partial = Some(item);
    }

    fn finish(
        partial: Option<AppendUid>,
        completion: &Completion,
    ) -> Result<Option<AppendUid>, MissingAnswer> {
        Ok(match &completion.text.code {
            Some(Code::AppendUid(uid)) => Some((**uid).clone()),
            _ => partial,
        })
    }
}
