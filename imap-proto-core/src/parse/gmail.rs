//! Gmail's labels (X-GM-EXT-1).

use super::token::token;
use crate::types::{MailboxName, ParseError, ParseErrorKind, Token};
use crate::wire::Cursor;

/// `(\Inbox "a label" foo)`: names as of mailboxes, with those of the system bare or quoted.
pub(super) fn labels(cursor: &mut Cursor<'_>) -> Result<Vec<MailboxName>, ParseError> {
    let from = cursor.offset();
    let value = token(cursor)?;
    let names = match &value {
        Token::List(tokens) => tokens.iter().map(Token::to_astring).collect(),
        Token::Nil => Some(Vec::new()),
        _ => None,
    };
    let names: Vec<_> =
        names.ok_or_else(|| cursor.error_at(from, ParseErrorKind::Expected("labels")))?;
    Ok(names.into_iter().map(MailboxName::from_wire).collect())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fails, parses};
    use super::*;

    /// The examples of Gmail's documentation of its IMAP extensions.
    #[test]
    fn labels_are_names_of_mailboxes() {
        let found = parses(labels, b"(\\Inbox \\Sent Important \"Muy Importante\")");
        let names: Vec<_> = found.iter().map(MailboxName::to_text).collect();
        assert_eq!(names, ["\\Inbox", "\\Sent", "Important", "Muy Importante"]);
        let found = parses(labels, b"(\"\\\\Inbox\" &ZeVnLIqe- NIL 7)");
        let names: Vec<_> = found.iter().map(MailboxName::to_text).collect();
        assert_eq!(names, ["\\Inbox", "日本語", "NIL", "7"]);
        assert!(parses(labels, b"()").is_empty());
        fails(labels, b"((a))");
        fails(labels, b"foo");
    }
}
