//! The answers of LIST and LSUB (RFC 9051 §7.3.1, RFC 3501 §7.2.3).

use super::{Atom, ListAttribute, ListAttributes, MailboxName, Token};

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

impl ListResponse {
    /// A response without extended data.
    pub fn new(attributes: ListAttributes, delimiter: Option<u8>, mailbox: MailboxName) -> Self {
        Self {
            attributes,
            delimiter,
            mailbox,
            extended: None,
        }
    }

    /// The value of an extended data item; case does not count.
    pub fn extended_item(&self, name: &str) -> Option<&Token> {
        let mut items = self.extended.iter().flat_map(|items| items.iter());
        items
            .find(|(item, _)| item.eq_ignore_case(name))
            .map(|(_, value)| value)
    }

    /// The name that the mailbox had before it was renamed, or before the server made another
    /// name of the one asked for (`OLDNAME`, RFC 9051 §7.3.1, RFC 5465 §5.4).
    pub fn old_name(&self) -> Option<MailboxName> {
        let value = self.extended_item("OLDNAME")?;
        let name = value.as_list().map_or(Some(value), |list| list.first())?;
        name.to_astring().map(MailboxName::from_wire)
    }

    /// Whether mailboxes below match the selection option, such as `SUBSCRIBED`, which this one
    /// need not match itself (`CHILDINFO`, RFC 9051 §6.3.9.6).
    pub fn has_child_info(&self, option: &str) -> bool {
        let values = self
            .extended_item("CHILDINFO")
            .and_then(Token::as_list)
            .unwrap_or_default();
        let same = |value: &Token| {
            let bytes = value.as_bytes();
            bytes.is_some_and(|bytes| bytes.eq_ignore_ascii_case(option.as_bytes()))
        };
        values.iter().any(same)
    }

    /// Whether the mailbox can be selected, as far as the attributes tell.
    pub fn is_selectable(&self) -> bool {
        let attributes = &self.attributes;
        !attributes.contains(&ListAttribute::NoSelect)
            && !attributes.contains(&ListAttribute::NonExistent)
            && !attributes.contains(&ListAttribute::NoAccess)
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        let item = |(name, value): &(Atom, Token)| (name.detach(), value.detach());
        let items = self.extended.as_ref();
        Self {
            attributes: self.attributes.detach(),
            delimiter: self.delimiter,
            mailbox: self.mailbox.detach(),
            extended: items.map(|items| Box::new(items.iter().map(item).collect())),
        }
    }
}
