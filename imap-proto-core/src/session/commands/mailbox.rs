//! Commands about mailboxes (RFC 9051 §6.3).

use super::commands;
use crate::encode::{
    Append, AppendMessage, Close, Create, Delete, Examine, List, ListDetails, ListStatus, Lsub,
    Rename, Select, Status, StatusItems, Subscribe, Unselect, Unsubscribe,
};
use crate::session::{Flavor, Session, Upload};
use crate::types::MailboxName;

commands! {
    /// SELECT: opens a mailbox (RFC 9051 §6.3.2). With QRESYNC or CONDSTORE, run a [`Select`].
    select(mailbox: impl Into<MailboxName>) -> Select = Select::new(mailbox);

    /// EXAMINE: opens a mailbox read-only (RFC 9051 §6.3.3).
    examine(mailbox: impl Into<MailboxName>) -> Examine = Examine::new(mailbox);

    /// CLOSE: expunges without telling, and leaves the mailbox (RFC 9051 §6.4.1).
    close() -> Close = Close;

    /// UNSELECT: leaves the mailbox as it is (RFC 9051 §6.4.2, RFC 3691).
    unselect() -> Unselect = Unselect;

    /// CREATE (RFC 9051 §6.3.4). For a special use (RFC 6154), run a [`Create`].
    create(mailbox: impl Into<MailboxName>) -> Create = Create::new(mailbox);

    /// DELETE (RFC 9051 §6.3.5).
    delete(mailbox: impl Into<MailboxName>) -> Delete = Delete::new(mailbox);

    /// RENAME (RFC 9051 §6.3.6).
    rename(from: impl Into<MailboxName>, to: impl Into<MailboxName>) -> Rename = Rename::new(from, to);

    /// SUBSCRIBE (RFC 9051 §6.3.7).
    subscribe(mailbox: impl Into<MailboxName>) -> Subscribe = Subscribe::new(mailbox);

    /// UNSUBSCRIBE (RFC 9051 §6.3.8).
    unsubscribe(mailbox: impl Into<MailboxName>) -> Unsubscribe = Unsubscribe::new(mailbox);

    /// LIST: the mailboxes that match a pattern (RFC 9051 §6.3.9). With the options of RFC 5258,
    /// run a [`List`].
    list(reference: impl Into<MailboxName>, pattern: impl Into<MailboxName>) -> List = List::new(reference, pattern);

    /// LIST with the STATUS of each mailbox, in one round trip (RFC 5819).
    list_status(reference: impl Into<MailboxName>, pattern: impl Into<MailboxName>, items: StatusItems) -> ListStatus = ListStatus::new(List::new(reference, pattern), items);

    /// LIST with the status, our rights and annotations of each mailbox (RFC 5819, RFC 8440, RFC 9590).
    list_details(command: ListDetails) -> ListDetails = command;

    /// LSUB: the subscribed mailboxes (RFC 3501 §6.3.9).
    lsub(reference: impl Into<MailboxName>, pattern: impl Into<MailboxName>) -> Lsub = Lsub::new(reference, pattern);

    /// STATUS of a mailbox that need not be selected (RFC 9051 §6.3.11).
    status(mailbox: impl Into<MailboxName>, items: StatusItems) -> Status = Status::new(mailbox, items);

    /// APPEND of a message that is in memory (RFC 9051 §6.3.12); for several at once (RFC 3502),
    /// run an [`Append`].
    append(mailbox: impl Into<MailboxName>, message: AppendMessage) -> Append = Append::new(mailbox, message);
}

impl<F: Flavor> Session<F> {
    /// APPEND of messages of a known size whose octets are given in pieces, see
    /// [`AppendMessage::upload`].
    pub fn append_upload(
        &self,
        mailbox: impl Into<MailboxName>,
        message: AppendMessage,
    ) -> Upload<Append> {
        self.upload(Append::new(mailbox, message))
    }
}
