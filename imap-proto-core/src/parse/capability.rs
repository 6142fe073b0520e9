//! CAPABILITY and ENABLED (RFC 9051 §7.2.1, §7.2.2).

use crate::types::{Atom, Capabilities, ParseError, ParseErrorKind, Tolerance};
use crate::wire::{Cursor, is_ascii_atom_char};

/// The data of a CAPABILITY or ENABLED response, or of the CAPABILITY response code, which ends
/// at its bracket.
///
/// Some servers write `LITERAL +`: a sign alone belongs to the name before it.
pub(super) fn capabilities(cursor: &mut Cursor<'_>) -> Result<Capabilities, ParseError> {
    let mut atoms: Vec<Atom> = Vec::new();
    while cursor.spaces() && !cursor.at_end() && cursor.peek() != Some(b']') {
        if atoms.len() >= cursor.limits().max_capabilities {
            return Err(cursor.error(ParseErrorKind::TooManyItems));
        }
        let name = name(cursor)?;
        match (name.as_bytes(), atoms.last_mut()) {
            (b"+", Some(last)) if last.eq_ignore_case("LITERAL") => {
                cursor.tolerate(Tolerance::SpacedCapability);
                *last = Atom::from_static("LITERAL+");
            }
            (b"-", Some(last)) if last.eq_ignore_case("LITERAL") => {
                cursor.tolerate(Tolerance::SpacedCapability);
                *last = Atom::from_static("LITERAL-");
            }
            _ => atoms.push(name),
        }
    }
    Ok(Capabilities::new(atoms))
}

/// A capability; values such as URLs may hold more than an atom.
fn name(cursor: &mut Cursor<'_>) -> Result<Atom, ParseError> {
    let (from, rest) = (cursor.offset(), cursor.rest());
    let ends = |byte: &u8| matches!(byte, 0..=b' ' | 0x7f | b']');
    let length = rest.iter().position(ends).unwrap_or(rest.len());
    if length == 0 {
        return Err(cursor.error(ParseErrorKind::ExpectedAtom));
    }
    cursor.check_string(length)?;
    if !rest
        .iter()
        .take(length)
        .all(|&byte| is_ascii_atom_char(byte))
    {
        cursor.tolerate(Tolerance::CapabilityCharacters);
    }
    cursor.advance(length);
    Ok(Atom::from_bytes(cursor.share(from, from + length)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fails, parses};
    use super::*;

    fn names(line: &[u8]) -> Vec<String> {
        let names = parses(capabilities, line);
        names.iter().map(ToString::to_string).collect()
    }

    /// RFC 9051 §6.1.1 and RFC 5161 §3.1: the examples.
    #[test]
    fn examples() {
        let set = parses(
            capabilities,
            b" IMAP4rev2 STARTTLS AUTH=GSSAPI LOGINDISABLED",
        );
        assert!(set.has_rev2() && set.contains("logindisabled"));
        assert!(set.mechanisms().eq([b"GSSAPI"]));
        assert_eq!(
            names(b" CONDSTORE X-GOOD-IDEA"),
            ["CONDSTORE", "X-GOOD-IDEA"]
        );
    }

    #[test]
    fn quirk_5_1_7_a_space_within_literal_plus() {
        let expected = ["IMAP4rev1", "LITERAL+", "IDLE"];
        assert_eq!(names(b" IMAP4rev1 LITERAL + IDLE"), expected);
        assert_eq!(names(b" LITERAL -"), ["LITERAL-"]);
    }

    #[test]
    fn quirk_5_2_37_trailing_and_double_spaces() {
        assert_eq!(names(b" IMAP4rev1 "), ["IMAP4rev1"]);
        assert_eq!(names(b"  IMAP4rev1  IDLE  "), ["IMAP4rev1", "IDLE"]);
    }

    #[test]
    fn quirk_5_2_44_an_empty_list() {
        assert!(names(b"").is_empty());
        assert!(names(b" ").is_empty());
    }

    #[test]
    fn values_hold_more_than_atoms() {
        let line = b" RIGHTS=kxten IMAPSIEVE=sieve://x/%7e(a) QUOTA=RES-STORAGE";
        assert_eq!(names(line).len(), 3);
        fails(capabilities, b" A\x01B");
    }

    #[test]
    fn their_number_is_limited() {
        assert_eq!(names(&b" A".repeat(512)).len(), 512);
        let error = fails(capabilities, &b" A".repeat(513));
        assert_eq!(error.kind, ParseErrorKind::TooManyItems);
    }
}
