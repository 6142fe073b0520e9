//! ID (RFC 2971 §3.2).

use super::metadata::optional_string;
use crate::types::{IdResponse, ParseError, Tolerance};
use crate::wire::Cursor;

/// The data of an ID response.
pub(super) fn id(cursor: &mut Cursor<'_>) -> Result<IdResponse, ParseError> {
    cursor.space()?;
    if cursor.try_nil() {
        return Ok(IdResponse::default());
    }
    cursor.byte(b'(')?;
    let mut fields = Vec::new();
    while cursor.list_goes_on() {
        cursor.count_item()?;
        if !cursor.at_string() {
            cursor.tolerate(Tolerance::AtomForString);
        }
        let name = cursor.astring()?;
        cursor.space()?;
        fields.push((name, optional_string(cursor)?));
    }
    Ok(IdResponse { fields })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fails, parses};
    use super::*;

    /// RFC 2971 §3.1, §3.2: the examples.
    #[test]
    fn rfc_2971_examples() {
        assert!(parses(id, b" NIL").fields.is_empty());
        let line =
            b" (\"name\" \"Cyrus\" \"version\" \"1.5\" \"os\" \"sunos\" \"os-version\" \"5.5\" \
            \"support-url\" \"mailto:cyrus-bugs+@andrew.cmu.edu\")";
        let response = parses(id, line);
        assert_eq!(response.fields.len(), 5);
        assert_eq!(response.value("Version"), Some(&"1.5".into()));
        assert_eq!(response.value("date"), None);
    }

    #[test]
    fn quirk_5_2_37_trailing_space() {
        let response = parses(id, b" (\"name\" NIL \"vendor\" {3}\r\na b )");
        assert_eq!(response.value("name"), None);
        assert_eq!(response.value("vendor"), Some(&"a b".into()));
        assert!(parses(id, b" ()").fields.is_empty());
    }

    /// SECURITY.md, row C10.
    #[test]
    fn c10_missing_pieces() {
        for line in [
            &b""[..],
            b" ",
            b" (",
            b" (\"a\"",
            b" (\"a\")",
            b" (\"a\" (",
            b" x",
        ] {
            fails(id, line);
        }
    }
}
