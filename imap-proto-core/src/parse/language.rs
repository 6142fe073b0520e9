//! LANGUAGE and COMPARATOR (RFC 5255 §3.5, §4.10).

use crate::types::{ByteString, ComparatorResponse, ParseError};
use crate::wire::Cursor;

/// The language tags of a LANGUAGE response.
pub(super) fn language(cursor: &mut Cursor<'_>) -> Result<Vec<ByteString>, ParseError> {
    cursor.space()?;
    names(cursor)
}

/// The data of a COMPARATOR response.
pub(super) fn comparator(cursor: &mut Cursor<'_>) -> Result<ComparatorResponse, ParseError> {
    cursor.space()?;
    let active = cursor.astring()?;
    cursor.spaces();
    let matching = if cursor.at_end() {
        Vec::new()
    } else {
        names(cursor)?
    };
    Ok(ComparatorResponse { active, matching })
}

/// Strings in parentheses.
pub(super) fn names(cursor: &mut Cursor<'_>) -> Result<Vec<ByteString>, ParseError> {
    cursor.byte(b'(')?;
    let mut names = Vec::new();
    while cursor.list_goes_on() {
        cursor.count_item()?;
        names.push(cursor.astring()?);
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fails, parses};
    use super::*;

    /// RFC 5255 §3.2, §4.7: the examples.
    #[test]
    fn rfc_5255_examples() {
        assert_eq!(
            parses(language, b" (EN DE IT i-default)"),
            ["EN", "DE", "IT", "i-default"]
        );
        assert_eq!(parses(language, b" (DE)"), ["DE"]);
        assert_eq!(parses(language, b" (\"DE-IT\")"), ["DE-IT"]);
        let found = parses(comparator, b" i;basic");
        assert!(found.active == "i;basic" && found.matching.is_empty());
        let found = parses(
            comparator,
            b" i;unicode-casemap (\"i;unicode-casemap\" i;octet)",
        );
        assert_eq!(found.matching, ["i;unicode-casemap", "i;octet"]);
        assert_eq!(found.detach(), found);
        for line in [&b""[..], b" DE", b" (DE"] {
            fails(language, line);
        }
        fails(comparator, b"");
        fails(comparator, b" a b");
    }
}
