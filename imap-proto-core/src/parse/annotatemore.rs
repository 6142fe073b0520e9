//! ANNOTATION (draft-daboo-imap-annotatemore §4.4).

use super::mailbox::mailbox;
use super::metadata::values;
use crate::types::{AnnotationEntry, AnnotationResponse, ParseError};
use crate::wire::Cursor;

/// The data of an ANNOTATION response.
pub(super) fn annotation(cursor: &mut Cursor<'_>) -> Result<AnnotationResponse, ParseError> {
    cursor.space()?;
    let mailbox = mailbox(cursor)?;
    cursor.space()?;
    let mut entries = Vec::new();
    if cursor.try_byte(b'(') {
        names(cursor, &mut entries)?;
        return Ok(AnnotationResponse { mailbox, entries });
    }
    loop {
        entries.push(entry(cursor)?);
        if !cursor.spaces() || cursor.at_end() {
            return Ok(AnnotationResponse { mailbox, entries });
        }
    }
}

/// Names of entries that changed, behind the parenthesis.
fn names(cursor: &mut Cursor<'_>, entries: &mut Vec<AnnotationEntry>) -> Result<(), ParseError> {
    while cursor.list_goes_on() {
        cursor.count_item()?;
        let name = cursor.astring()?;
        let attributes = Vec::new();
        entries.push(AnnotationEntry { name, attributes });
    }
    Ok(())
}

/// An entry, with its attributes or without.
fn entry(cursor: &mut Cursor<'_>) -> Result<AnnotationEntry, ParseError> {
    cursor.count_item()?;
    let name = cursor.astring()?;
    let attributes = if cursor.try_bytes(b" (") {
        values(cursor)?
    } else {
        Vec::new()
    };
    Ok(AnnotationEntry { name, attributes })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fails, parses};
    use super::*;

    /// Lines of Cyrus 3.12 (transcript 87-annotate).
    #[test]
    fn values_as_cyrus_sends_them() {
        let line = b" \"\" \"/comment\" (\"value.priv\" \"server note\" \"value.shared\" NIL)";
        let response = parses(annotation, line);
        assert!(response.mailbox.is_empty() && response.has_values());
        let note = response.value("/Comment", "VALUE.priv").unwrap();
        assert_eq!(note, Some(&"server note".into()));
        assert_eq!(response.value("/comment", "value.shared"), Some(None));
        assert_eq!(response.value("/comment", "size.priv"), None);
        let line = b" Archive \"/specialuse\" (\"value.priv\" {8}\r\n\\archive)";
        let response = parses(annotation, line);
        assert_eq!(response.mailbox, "Archive");
        let value = response.value("/specialuse", "value.priv").unwrap();
        assert_eq!(value, Some(&"\\archive".into()));
    }

    #[test]
    fn several_entries_and_names_alone() {
        let two = b" INBOX \"/a\" (\"value.priv\" \"1\") \"/b\" (\"value.priv\" \"2\")";
        let response = parses(annotation, two);
        assert_eq!(response.value("/b", "value.priv"), Some(Some(&"2".into())));
        for line in [&b" INBOX (\"/a\" \"/b\")"[..], b" INBOX \"/a\" \"/b\""] {
            let response = parses(annotation, line);
            assert!(response.entries.len() == 2 && !response.has_values());
        }
    }

    #[test]
    fn broken_annotations() {
        for line in [
            &b" x"[..],
            b" x \"/a\" (b",
            b" x (",
            b" x \"/a\" (b)",
            b" (",
        ] {
            fails(annotation, line);
        }
    }
}
