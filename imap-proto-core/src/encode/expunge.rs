//! EXPUNGE (RFC 9051 §6.4.3, §6.4.9, RFC 4315 §2.1).

use super::answer::takes;
use super::{
    Claim, Claims, Command, Messages, MissingAnswer, Pipelining, Request, States, SubmitError,
};
use crate::types::{Completion, Data, SequenceNumber, Uid, UidSet};

/// EXPUNGE: removes all messages with `\Deleted` (RFC 9051 §6.4.3), also those that another
/// client marked; [`UidExpunge`] does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expunge;

/// UID EXPUNGE: removes those of the messages that have `\Deleted` (RFC 9051 §6.4.9, RFC 4315
/// §2.1).
///
/// ```
/// use imap_proto_core::encode::{Command, UidExpunge};
/// use imap_proto_core::types::Uid;
/// assert!(UidExpunge::new(Uid(3000)..=Uid(3002)).request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UidExpunge {
    messages: Messages<Uid>,
}

impl UidExpunge {
    /// UID EXPUNGE of these messages.
    pub fn new(messages: impl Into<Messages<Uid>>) -> Self {
        let messages = messages.into();
        Self { messages }
    }
}

/// A message that is gone, in the server's words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Expunged {
    /// `EXPUNGE`: the number that the message had just then.
    Number(SequenceNumber),
    /// `VANISHED` (RFC 7162 §3.2.10).
    Uids(UidSet),
}

macro_rules! expunges {
    () => {
        type Item = Expunged;
        type Partial = Vec<Expunged>;
        /// What is gone, in the order told: each number is the one after those before it went.
        type Output = Vec<Expunged>;

        takes!(
            Data::Expunge(number) => Expunged::Number(number),
            Data::Vanished { earlier: false, uids } => Expunged::Uids(uids)
        );

        fn add(partial: &mut Self::Partial, item: Expunged) {
            partial.push(item);
        }

        fn finish(
            partial: Self::Partial,
            _completion: &Completion,
        ) -> Result<Self::Output, MissingAnswer> {
            Ok(partial)
        }

        fn weight(_item: &Expunged) -> usize {
            size_of::<Expunged>()
        }
    };
}

impl Command for Expunge {
    expunges!();

    fn request(self) -> Result<Request, SubmitError> {
        let class = Pipelining::EXPUNGE;
        Ok(Request::known("EXPUNGE", States::SELECTED, class).claims(Claims::one(Claim::Expunge)))
    }
}

impl Command for UidExpunge {
    expunges!();

    fn request(self) -> Result<Request, SubmitError> {
        let class = Pipelining::EXPUNGE;
        Request::known("UID EXPUNGE ", States::SELECTED, class)
            .claims(Claims::one(Claim::Expunge))
            .messages(&self.messages)
    }
}
