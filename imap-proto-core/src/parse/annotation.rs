//! The ANNOTATION item of FETCH (RFC 5257 §5 `msg-att-dynamic`).

use super::metadata::values;
use crate::types::{Annotation, ParseError};
use crate::wire::Cursor;

/// `(/comment (value.priv "x") …)`, or only the names of what changed.
pub(super) fn annotations(cursor: &mut Cursor<'_>) -> Result<Vec<Annotation>, ParseError> {
    cursor.byte(b'(')?;
    let mut annotations = Vec::new();
    while cursor.list_goes_on() {
        cursor.count_item()?;
        let entry = cursor.astring()?;
        let attributes = if cursor.try_bytes(b" (") {
            values(cursor)?
        } else {
            Vec::new()
        };
        annotations.push(Annotation { entry, attributes });
    }
    Ok(annotations)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fails, parses};
    use super::*;

    fn value<'a>(annotations: &'a [Annotation], entry: &str, attribute: &str) -> Option<&'a str> {
        let mut found = annotations.iter().filter(|found| found.entry == entry);
        let value = found.next()?.attribute(attribute)?;
        Some(value.map_or("NIL", |value| value.as_str().expect("text")))
    }

    /// RFC 5257 §4.3, §4.4: the examples.
    #[test]
    fn rfc_5257_examples() {
        let line = b"(/comment (value.priv \"My comment\" value.shared \"Group note\"))";
        let found = parses(annotations, line);
        assert_eq!(value(&found, "/comment", "value.priv"), Some("My comment"));
        assert_eq!(
            value(&found, "/comment", "VALUE.SHARED"),
            Some("Group note")
        );
        let line = b"(/comment (value.priv \"My comment\" size.priv \"10\") /altsubject (value.priv \"Rhinoceroses!\" size.priv \"13\") /vendor/foobar/label.priv (value.priv \"label43\" size.priv \"7\") /vendor/foobar/personality (value.priv \"Tallulah Bankhead\" size.priv \"17\"))";
        let found = parses(annotations, line);
        assert_eq!(found.len(), 4);
        let label = value(&found, "/vendor/foobar/label.priv", "size.priv");
        assert_eq!(label, Some("7"));
        let line = b"(/comment (value.priv \"My comment\" value.shared NIL) /altsubject (value.priv \"My subject\" value.shared NIL))";
        let found = parses(annotations, line);
        assert_eq!(value(&found, "/altsubject", "value.shared"), Some("NIL"));
        assert_eq!(value(&found, "/altsubject", "size"), None);
        // Unsolicited: the names only.
        let found = parses(annotations, b"(/comment)");
        assert!(found.len() == 1 && found[0].attributes.is_empty());
        assert_eq!(parses(annotations, b"(/comment /altsubject)").len(), 2);
    }

    #[test]
    fn literals_and_broken_lists() {
        let found = parses(annotations, b"(/comment (value.priv ~{3}\r\na\0b))");
        assert_eq!(value(&found, "/comment", "value.priv"), Some("a\0b"));
        for line in [&b""[..], b"(", b"(/a (b))", b"(/a (b \"c\")", b"((a))"] {
            fails(annotations, line);
        }
    }
}
