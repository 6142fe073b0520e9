//! Commands about messages of the selected mailbox (RFC 9051 §6.4).

use super::commands;
use crate::encode::{
    AppendMessage, Copy, Expunge, Fetch, FetchItems, FetchSection, Messages, Move, Partial,
    Replace, Store, StoreAction, UidCopy, UidExpunge, UidFetch, UidMove, UidReplace, UidStore,
};
use crate::session::{Flavor, Session};
use crate::types::{MailboxName, Section, SequenceNumber, Uid};

commands! {
    /// FETCH (RFC 9051 §6.4.5). Message numbers change while others expunge: see
    /// [`uid_fetch`](Self::uid_fetch).
    fetch(messages: impl Into<Messages<SequenceNumber>>, items: FetchItems) -> Fetch = Fetch::new(messages, items);

    /// UID FETCH (RFC 9051 §6.4.9). With CHANGEDSINCE or PARTIAL, run a [`UidFetch`].
    uid_fetch(messages: impl Into<Messages<Uid>>, items: FetchItems) -> UidFetch = UidFetch::new(messages, items);

    /// PARTIAL of a server older than IMAP4rev1 (RFC 1730 §6.4.6).
    partial(message: SequenceNumber, section: Section, first: u32, octets: u32) -> Partial = Partial::new(message, section, first, octets);

    /// STORE: changes flags (RFC 9051 §6.4.6). With UNCHANGEDSINCE, run a [`Store`].
    store(messages: impl Into<Messages<SequenceNumber>>, action: StoreAction) -> Store = Store::new(messages, action);

    /// UID STORE (RFC 9051 §6.4.9).
    uid_store(messages: impl Into<Messages<Uid>>, action: StoreAction) -> UidStore = UidStore::new(messages, action);

    /// COPY (RFC 9051 §6.4.7).
    copy(messages: impl Into<Messages<SequenceNumber>>, mailbox: impl Into<MailboxName>) -> Copy = Copy::new(messages, mailbox);

    /// UID COPY (RFC 9051 §6.4.9).
    uid_copy(messages: impl Into<Messages<Uid>>, mailbox: impl Into<MailboxName>) -> UidCopy = UidCopy::new(messages, mailbox);

    /// MOVE (RFC 9051 §6.4.8, RFC 6851).
    move_messages(messages: impl Into<Messages<SequenceNumber>>, mailbox: impl Into<MailboxName>) -> Move = Move::new(messages, mailbox);

    /// UID MOVE (RFC 9051 §6.4.9, RFC 6851).
    uid_move(messages: impl Into<Messages<Uid>>, mailbox: impl Into<MailboxName>) -> UidMove = UidMove::new(messages, mailbox);

    /// REPLACE: appends a message and removes another, at once (RFC 8508).
    replace(number: SequenceNumber, mailbox: impl Into<MailboxName>, message: AppendMessage) -> Replace = Replace::new(number, mailbox, message);

    /// UID REPLACE (RFC 8508 §3.3).
    uid_replace(uid: Uid, mailbox: impl Into<MailboxName>, message: AppendMessage) -> UidReplace = UidReplace::new(uid, mailbox, message);

    /// EXPUNGE: removes all messages with `\Deleted` (RFC 9051 §6.4.3).
    expunge() -> Expunge = Expunge;

    /// UID EXPUNGE: removes those of these that have `\Deleted` (RFC 4315 §2.1).
    uid_expunge(messages: impl Into<Messages<Uid>>) -> UidExpunge = UidExpunge::new(messages);
}

impl<F: Flavor> Session<F> {
    /// One section of a message by its UID, in chunks as they come; `\Seen` is not set. For part
    /// of it, or another item, give a FETCH to [`body`](Self::body).
    pub fn uid_fetch_body(&self, uid: Uid, section: Section) -> F::Body {
        let items = FetchItems::new().section(FetchSection::new(section));
        self.body(UidFetch::new(uid..=uid, items))
    }

    /// As [`uid_fetch_body`](Self::uid_fetch_body), by message number.
    pub fn fetch_body(&self, number: SequenceNumber, section: Section) -> F::Body {
        let items = FetchItems::new().section(FetchSection::new(section));
        self.body(Fetch::new(number..=number, items))
    }
}
