//! Mailbox names (RFC 9051 §9 `mailbox`).

use crate::types::{MailboxName, ParseError};
use crate::wire::Cursor;

/// A mailbox name: an astring, so that `NIL` is a mailbox of that name.
pub(super) fn mailbox(cursor: &mut Cursor<'_>) -> Result<MailboxName, ParseError> {
    let name = cursor.astring()?;
    Ok(MailboxName::from_wire(name.into_bytes()))
}
