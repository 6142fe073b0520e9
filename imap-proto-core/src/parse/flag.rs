//! Flag lists (RFC 9051 §9 `flag-list`, `flag-perm`).

use crate::types::{Atom, Flags, ParseError, ParseErrorKind, Tolerance};
use crate::wire::{Cursor, is_ascii_atom_char};

/// A list of flags in parentheses. Servers quote flags, put brackets and percent signs in them,
/// and send `\*` where it does not belong; all of that is taken.
pub(super) fn flags(cursor: &mut Cursor<'_>) -> Result<Flags, ParseError> {
    let flags = permanent_flags(cursor)?;
    if flags.may_create() {
        cursor.tolerate(Tolerance::FlagCharacters);
    }
    Ok(flags)
}

/// The same where `\*` may stand.
pub(super) fn permanent_flags(cursor: &mut Cursor<'_>) -> Result<Flags, ParseError> {
    let mut flags = Flags::new();
    cursor.byte(b'(')?;
    while cursor.list_goes_on() {
        if cursor.peek() == Some(b'"') {
            quoted_flag(cursor, &mut flags)?;
        } else {
            flag(cursor, &mut flags)?;
        }
    }
    Ok(flags)
}

fn quoted_flag(cursor: &mut Cursor<'_>, flags: &mut Flags) -> Result<(), ParseError> {
    cursor.count_item()?;
    cursor.tolerate(Tolerance::QuotedFlag);
    let name = Atom::from_bytes(cursor.quoted()?.into_bytes());
    if !flags.insert_known(name.as_bytes()) {
        cursor.check_string(name.len())?;
        flags.push_other(name);
    }
    Ok(())
}

fn flag(cursor: &mut Cursor<'_>, flags: &mut Flags) -> Result<(), ParseError> {
    let from = cursor.offset();
    let rest = cursor.rest();
    if let Some(len) = flags.insert_known_at(rest, ends_flag) {
        cursor.advance(len);
        return cursor.count_item();
    }
    let len = rest
        .iter()
        .position(|&byte| ends_flag(byte))
        .unwrap_or(rest.len());
    let name = rest.get(..len).unwrap_or_default();
    if name.is_empty() {
        return Err(cursor.error(ParseErrorKind::Expected("flag")));
    }
    cursor.count_item()?;
    if !flags.insert_known(name) {
        cursor.check_string(len)?;
        let keyword = name.strip_prefix(b"\\").unwrap_or(name);
        if keyword.is_empty() || !keyword.iter().all(|&byte| is_ascii_atom_char(byte)) {
            cursor.tolerate(Tolerance::FlagCharacters);
        }
        flags.push_other(Atom::from_bytes(cursor.share(from, from + len)));
    }
    cursor.advance(len);
    Ok(())
}

#[inline]
pub(super) fn ends_flag(byte: u8) -> bool {
    byte <= b' ' || matches!(byte, b'(' | b')' | b'"' | b'{' | 0x7f)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::types::Flag;
    use crate::wire::Limits;

    fn parse_within(text: &str, limits: &Limits) -> Result<Flags, ParseErrorKind> {
        let frame = Bytes::copy_from_slice(text.as_bytes());
        flags(&mut Cursor::new(&frame, limits)).map_err(|error| error.kind)
    }

    fn parse(text: &str) -> Flags {
        parse_within(text, &Limits::default()).unwrap()
    }

    #[test]
    fn system_flags_and_keywords() {
        let flags = parse("(\\Answered \\SEEN $Forwarded NonJunk)");
        assert_eq!(flags.to_string(), "(\\Answered \\Seen $Forwarded NonJunk)");
        assert_eq!(parse("()"), Flags::new());
        assert_eq!(
            parse("(\\Seen2 \\Draft/)").to_string(),
            "(\\Seen2 \\Draft/)"
        );
        assert!(parse("(\\Seen \\*)").may_create());
    }

    #[test]
    fn quirk_32_quoted_flags_and_unknown_backslashes() {
        let flags = parse("(\"\\\\Deleted\" \\Answered \\XIgnored)");
        assert!(flags.contains(&Flag::Deleted) && flags.contains(&Flag::Answered));
        assert!(flags.contains(&Flag::from("\\XIgnored")));
    }

    #[test]
    fn quirk_37_spaces_before_the_end() {
        assert_eq!(parse("(\\Seen $Forwarded )").len(), 2);
        assert_eq!(parse("( \\Seen  \\Draft)").len(), 2);
    }

    #[test]
    fn quirk_46_brackets_and_spaces_in_flags() {
        let flags = parse("(OIB-Seen-[Google Mail]/Alle Nachrichten \\*)");
        assert!(flags.contains(&Flag::from("OIB-Seen-[Google")));
        assert!(flags.contains(&Flag::from("Mail]/Alle")) && flags.may_create());
    }

    #[test]
    fn limits_and_torn_lists() {
        let limits = Limits::default().max_list_items(2).max_string(5);
        assert!(parse_within("(a b)", &limits).is_ok());
        assert_eq!(
            parse_within("(a b c)", &limits),
            Err(ParseErrorKind::TooManyItems)
        );
        assert!(parse_within("(abcde)", &limits).is_ok());
        assert_eq!(
            parse_within("(abcdef)", &limits),
            Err(ParseErrorKind::StringTooLong)
        );
        let expected = Err(ParseErrorKind::Expected("flag"));
        assert_eq!(parse_within("(a", &limits), expected);
        assert_eq!(parse_within("(a (b))", &limits), expected);
    }
}
