//! The answer of STATUS (RFC 9051 §7.3.3).

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
    /// `XYMHIGHESTMODSEQ` (Yahoo)
    YahooHighestModSeq(ModSeq),
    /// Any other item.
    Other(Atom, Token),
    /// An item whose value breaks the grammar: its name and the raw value.
    Invalid(Atom, ByteString),
}

/// Makes an accessor for each item.
macro_rules! items {
    ($($(#[$meta:meta])* $name:ident: $variant:ident -> $kind:ty;)*) => {
        /// The items by name; `None` when the server did not send one.
        impl StatusResponse {
            $($(#[$meta])*
            pub fn $name(&self) -> Option<$kind> {
                self.items.iter().find_map(|item| match item {
                    StatusData::$variant(value) => Some(value.clone()),
                    _ => None,
                })
            })*
        }
    };
}

items! {
    /// The number of messages.
    messages: Messages -> u32;
    /// The number of messages with `\Recent` (RFC 3501).
    recent: Recent -> u32;
    /// The UID that the next message will have, or one below it.
    uid_next: UidNext -> Uid;
    /// The UIDVALIDITY.
    uid_validity: UidValidity -> UidValidity;
    /// The number of messages without `\Seen`.
    unseen: Unseen -> u32;
    /// The number of messages with `\Deleted`.
    deleted: Deleted -> u32;
    /// The size of all messages in octets.
    size: Size -> u64;
    /// The highest mod-sequence; 0 for a mailbox without.
    highest_mod_seq: HighestModSeq -> ModSeq;
    /// The mailbox's identifier.
    mailbox_id: MailboxId -> ByteString;
    /// The largest message that can be appended, in octets; `Some(None)` for no limit.
    append_limit: AppendLimit -> Option<u64>;
    /// The octets that EXPUNGE would free.
    deleted_storage: DeletedStorage -> u64;
    /// What Yahoo's servers have in place of the highest mod-sequence.
    yahoo_highest_mod_seq: YahooHighestModSeq -> ModSeq;
}

impl StatusResponse {
    /// A response, for tests.
    pub fn new(mailbox: impl Into<MailboxName>, items: Vec<StatusData>) -> Self {
        let mailbox = mailbox.into();
        Self { mailbox, items }
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self {
            mailbox: self.mailbox.detach(),
            items: self.items.iter().map(StatusData::detach).collect(),
        }
    }
}

impl StatusData {
    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        match self {
            Self::MailboxId(id) => Self::MailboxId(id.detach()),
            Self::Other(name, value) => Self::Other(name.detach(), value.detach()),
            Self::Invalid(name, value) => Self::Invalid(name.detach(), value.detach()),
            other => other.clone(),
        }
    }
}
