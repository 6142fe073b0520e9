//! The answer of STATUS (RFC 9051 §7.3.4).

use super::{Atom, ByteString, MailboxName, ModSeq, Token, Uid, UidValidity};

/// A STATUS response.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct StatusResponse {
    /// The mailbox, as the server names it.
    pub mailbox: MailboxName,
    /// What was asked for.
    pub items: Vec<StatusData>,
}

/// One value of a STATUS response.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum StatusData {
    /// `MESSAGES`
    Messages(u32),
    /// `RECENT` (RFC 3501)
    Recent(u32),
    /// `UIDNEXT`
    UidNext(Uid),
    /// `UIDVALIDITY`
    UidValidity(UidValidity),
    /// `UNSEEN`
    Unseen(u32),
    /// `DELETED` (RFC 9051)
    Deleted(u32),
    /// `SIZE`, octets (RFC 8438)
    Size(u64),
    /// `HIGHESTMODSEQ`; 0 for none (RFC 7162 §3.1.7)
    HighestModSeq(ModSeq),
    /// `MAILBOXID` (RFC 8474 §4.3)
    MailboxId(ByteString),
    /// `APPENDLIMIT`, octets; `None` for no limit (RFC 7889)
    AppendLimit(Option<u64>),
    /// `DELETED-STORAGE`, octets (RFC 9208 §4.1.4)
    DeletedStorage(u64),
    /// Any other item.
    Other(Atom, Token),
    /// An item whose value breaks the grammar: its name and the raw value.
    Invalid(Atom, ByteString),
}
