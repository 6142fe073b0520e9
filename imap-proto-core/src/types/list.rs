//! The answers of LIST and LSUB (RFC 9051 §7.3.1).

use super::{Atom, MailboxName, Token};

/// One mailbox of a LIST, LSUB or XLIST response.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ListResponse {
    /// The name attributes.
    pub attributes: ListAttributes,
    /// The hierarchy delimiter; `None` for NIL and `""`.
    pub delimiter: Option<u8>,
    /// The mailbox.
    pub mailbox: MailboxName,
    /// Extended data items (RFC 5258 §6), such as CHILDINFO and OLDNAME.
    pub extended: Option<Box<Vec<(Atom, Token)>>>,
}

/// Mailbox name attributes: the registered ones as bits, others in the server's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ListAttributes {
    pub(crate) known: u32,
    pub(crate) others: Option<Box<Vec<Atom>>>,
}
