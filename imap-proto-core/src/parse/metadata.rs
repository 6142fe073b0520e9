//! METADATA (RFC 5464 §4.4).

use super::mailbox::mailbox;
use crate::types::{ByteString, MetadataEntries, MetadataResponse, ParseError, Tolerance};
use crate::wire::Cursor;

/// The data of a METADATA response.
pub(super) fn metadata(cursor: &mut Cursor<'_>) -> Result<MetadataResponse, ParseError> {
    cursor.space()?;
    let mailbox = mailbox(cursor)?;
    cursor.space()?;
    let entries = if cursor.try_byte(b'(') {
        MetadataEntries::Values(values(cursor)?)
    } else {
        MetadataEntries::Changed(names(cursor)?)
    };
    Ok(MetadataResponse { mailbox, entries })
}

/// Entries, or attributes of annotations, and their values, behind the parenthesis.
pub(super) fn values(
    cursor: &mut Cursor<'_>,
) -> Result<Vec<(ByteString, Option<ByteString>)>, ParseError> {
    let mut values = Vec::new();
    while cursor.list_goes_on() {
        cursor.count_item()?;
        let name = cursor.astring()?;
        cursor.space()?;
        values.push((name, optional_string(cursor)?));
    }
    Ok(values)
}

/// NIL, a string, or an atom, which the grammar does not allow here.
pub(super) fn optional_string(cursor: &mut Cursor<'_>) -> Result<Option<ByteString>, ParseError> {
    if cursor.at_string() {
        cursor.string().map(Some)
    } else if cursor.try_nil() {
        Ok(None)
    } else {
        cursor.tolerate(Tolerance::AtomForString);
        cursor.astring().map(Some)
    }
}

fn names(cursor: &mut Cursor<'_>) -> Result<Vec<ByteString>, ParseError> {
    let mut names = Vec::new();
    loop {
        cursor.count_item()?;
        names.push(cursor.astring()?);
        if !cursor.spaces() || cursor.at_end() {
            return Ok(names);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fails, parses};
    use super::*;

    /// RFC 5464 §4.2, §4.4.1, §4.4.2: the examples.
    #[test]
    fn rfc_5464_examples() {
        let response = parses(metadata, b" \"\" (/shared/comment \"Shared comment\")");
        assert!(response.mailbox.is_empty());
        assert_eq!(
            response.value("/Shared/Comment"),
            Some(Some(&"Shared comment".into()))
        );
        assert_eq!(response.value("/private/comment"), None);
        let line = b" \"INBOX\" (/private/comment \"My own comment\" /shared/comment NIL)";
        let response = parses(metadata, line);
        assert_eq!(response.mailbox, "INBOX");
        assert_eq!(response.value("/shared/comment"), Some(None));
        let response = parses(metadata, b" \"\" /shared/comment");
        assert_eq!(
            response.entries,
            MetadataEntries::Changed(vec!["/shared/comment".into()])
        );
        let response = parses(metadata, b" \"INBOX\" /shared/comment /private/comment");
        assert!(matches!(response.entries, MetadataEntries::Changed(names) if names.len() == 2));
    }

    #[test]
    fn quirk_5_4_14_quoted_entry_names_and_literals() {
        let line = b" INBOX (\"/private/comment\" NIL \"/x\" ~{3}\r\n\0\r\n {2}\r\n/y \"\" )";
        let response = parses(metadata, line);
        assert_eq!(response.value("/private/comment"), Some(None));
        assert_eq!(response.value("/x"), Some(Some(&"\0\r\n".into())));
        assert_eq!(response.value("/y"), Some(Some(&"".into())));
    }

    #[test]
    fn broken_metadata() {
        for line in [
            &b" x"[..],
            b" x (/a)",
            b" x (/a (b))",
            b" x (/a b",
            b" (/a b)",
        ] {
            fails(metadata, line);
        }
    }
}
