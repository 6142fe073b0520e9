//! The answer of SELECT and EXAMINE (RFC 9051 §6.3.2).

use super::MissingAnswer;
use crate::types::{
    AnnotationSupport, ByteString, Code, Completion, Condition, Data, FetchResponse, Flags,
    MailboxName, ModSeq, SequenceNumber, Uid, UidSet, UidValidity, UrlMechanism,
};

/// What the server told of a mailbox when it was selected.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SelectResponse {
    /// `EXISTS`: how many messages there are.
    pub exists: Option<u32>,
    /// `RECENT` (RFC 3501).
    pub recent: Option<u32>,
    /// `FLAGS`: those in use.
    pub flags: Option<Flags>,
    /// `PERMANENTFLAGS`: those that can be kept; `None` means all of `flags`.
    pub permanent_flags: Option<Flags>,
    /// `UIDVALIDITY`; without it UIDs are not to be kept (RFC 3501 §6.3.1).
    pub uid_validity: Option<UidValidity>,
    /// `UIDNEXT`
    pub uid_next: Option<Uid>,
    /// `UNSEEN`: the first unseen message (RFC 3501).
    pub unseen: Option<SequenceNumber>,
    /// `HIGHESTMODSEQ`; `None` also with NOMODSEQ (RFC 7162 §3.1.2).
    pub highest_mod_seq: Option<ModSeq>,
    /// `UIDNOTSTICKY`: UIDs change from one session to the next (RFC 4315 §3).
    pub uid_not_sticky: bool,
    /// Whether it can only be read.
    pub read_only: bool,
    /// `MAILBOXID` (RFC 8474 §4.2).
    pub mailbox_id: Option<ByteString>,
    /// `ANNOTATIONS`: what can be done with annotations of messages (RFC 5257 §4.1).
    pub annotations: Option<AnnotationSupport>,
    /// `URLMECH`: how URLs of messages can be authorized (RFC 4467 §8).
    pub url_mechanisms: Vec<UrlMechanism>,
    /// Its name, where the server tells it: another than the one asked for, when that was not
    /// normalized (RFC 9051 §6.3.2).
    pub name: Option<MailboxName>,
    /// `VANISHED (EARLIER)`: messages that are gone, after QRESYNC (RFC 7162 §3.2.5).
    pub vanished: Vec<UidSet>,
    /// Messages that changed, after QRESYNC (RFC 7162 §3.2.5).
    pub changed: Vec<FetchResponse>,
}

impl SelectResponse {
    /// Data that is part of it.
    pub(super) fn takes(data: Data) -> Result<Data, Data> {
        match data {
            Data::Exists(_)
            | Data::Recent(_)
            | Data::Flags(_)
            | Data::List(_)
            | Data::Fetch(_)
            | Data::Condition {
                condition: Condition::Ok,
                ..
            }
            | Data::Vanished { earlier: true, .. } => Ok(data),
            other => Err(other),
        }
    }

    pub(super) fn apply(&mut self, data: Data) {
        match data {
            Data::Exists(count) => self.exists = Some(count),
            Data::Recent(count) => self.recent = Some(count),
            Data::Flags(flags) => self.flags = Some(flags),
            Data::List(mailbox) => self.name = Some(mailbox.mailbox),
            Data::Fetch(fetch) => self.changed.push(fetch),
            Data::Vanished { uids, .. } => self.vanished.push(uids),
            Data::Condition { text, .. } => {
                if let Some(code) = text.code {
                    self.apply_code(code);
                }
            }
            _ => {}
        }
    }

    fn apply_code(&mut self, code: Code) {
        match code {
            Code::PermanentFlags(flags) => self.permanent_flags = Some(flags),
            Code::UidValidity(validity) => self.uid_validity = Some(validity),
            Code::UidNext(uid) => self.uid_next = Some(uid),
            Code::Unseen(number) => self.unseen = Some(number),
            Code::HighestModSeq(mod_seq) => self.highest_mod_seq = Some(mod_seq),
            Code::NoModSeq => self.highest_mod_seq = None,
            Code::UidNotSticky => self.uid_not_sticky = true,
            Code::MailboxId(id) => self.mailbox_id = Some(id),
            Code::Annotations(support) => self.annotations = Some(support),
            Code::UrlMechanisms(mechanisms) => self.url_mechanisms = mechanisms,
            _ => {}
        }
    }

    /// Without EXISTS nothing is known of the mailbox.
    pub(super) fn complete(
        mut self,
        completion: &Completion,
        read_only: bool,
    ) -> Result<Self, MissingAnswer> {
        if self.exists.is_none() {
            return Err(MissingAnswer("EXISTS"));
        }
        self.read_only = match completion.text.code {
            Some(Code::ReadOnly) => true,
            Some(Code::ReadWrite) => false,
            _ => read_only,
        };
        Ok(self)
    }
}
