//! Sections (RFC 9051 §9 `section`).

use crate::types::{ByteString, ParseError, ParseErrorKind, Section, SectionPart, Tolerance};
use crate::wire::Cursor;

/// A section, from `[` to `]`.
pub(super) fn section(cursor: &mut Cursor<'_>) -> Result<Section, ParseError> {
    cursor.byte(b'[')?;
    let part = numbers(cursor)?;
    let from = cursor.offset();
    let rest = cursor.rest();
    let ends = |byte: &u8| !byte.is_ascii_alphabetic() && *byte != b'.';
    let len = rest.iter().position(ends).unwrap_or(rest.len());
    let name = rest.get(..len).unwrap_or_default();
    if name.is_empty() && cursor.is_behind(b'.') {
        return Err(cursor.error(ParseErrorKind::Expected("section")));
    }
    cursor.advance(len);
    let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
    let section = if name.is_empty() {
        if part.is_whole() {
            Section::Full
        } else {
            Section::Part(part)
        }
    } else if is("HEADER") {
        Section::Header(part)
    } else if is("TEXT") {
        Section::Text(part)
    } else if is("MIME") {
        Section::Mime(part)
    } else if is("HEADER.FIELDS") {
        Section::HeaderFields(part, fields(cursor)?)
    } else if is("HEADER.FIELDS.NOT") {
        Section::HeaderFieldsNot(part, fields(cursor)?)
    } else {
        return Err(cursor.error_at(from, ParseErrorKind::Expected("section")));
    };
    cursor.no_spaces();
    cursor.byte(b']')?;
    Ok(section)
}

/// A part number in brackets.
pub(super) fn part(cursor: &mut Cursor<'_>) -> Result<SectionPart, ParseError> {
    cursor.byte(b'[')?;
    let part = numbers(cursor)?;
    if cursor.is_behind(b'.') {
        return Err(cursor.error(ParseErrorKind::ExpectedNumber));
    }
    cursor.byte(b']')?;
    Ok(part)
}

/// `<origin>`; servers repeat the length that we asked for too.
pub(super) fn origin(cursor: &mut Cursor<'_>) -> Result<Option<u64>, ParseError> {
    if !cursor.try_byte(b'<') {
        return Ok(None);
    }
    let origin = cursor.number64()?;
    if cursor.try_byte(b'.') {
        cursor.tolerate(Tolerance::OriginWithLength);
        cursor.number64()?;
    }
    cursor.byte(b'>')?;
    Ok(Some(origin))
}

/// Numbers with points between them and, before a name, behind them.
fn numbers(cursor: &mut Cursor<'_>) -> Result<SectionPart, ParseError> {
    let mut numbers = Vec::new();
    while cursor.peek().is_some_and(|byte| byte.is_ascii_digit()) {
        cursor.count_item()?;
        numbers.push(cursor.nz_number()?);
        cursor.try_byte(b'.');
    }
    Ok(SectionPart(numbers))
}

/// Names of header fields.
fn fields(cursor: &mut Cursor<'_>) -> Result<Vec<ByteString>, ParseError> {
    cursor.gap();
    cursor.byte(b'(')?;
    let mut fields = Vec::new();
    while cursor.list_goes_on() {
        cursor.count_item()?;
        fields.push(cursor.astring()?);
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::wire::Limits;

    fn parse(text: &'static str) -> Result<Section, ParseErrorKind> {
        let (frame, limits) = (Bytes::from_static(text.as_bytes()), Limits::default());
        section(&mut Cursor::new(&frame, &limits)).map_err(|error| error.kind)
    }

    #[test]
    fn every_section_of_the_grammar_comes_back() {
        for text in [
            "",
            "1",
            "1.2",
            "HEADER",
            "TEXT",
            "3.TEXT",
            "4.1.MIME",
            "4.2.HEADER",
            "HEADER.FIELDS (DATE FROM)",
            "4.2.HEADER.FIELDS.NOT (TO)",
        ] {
            let frame: &'static str = format!("[{text}]").leak();
            assert_eq!(parse(frame).unwrap().to_string(), text);
        }
        assert_eq!(parse("[]"), Ok(Section::Full));
        assert_eq!(parse("[1.mime]"), Ok(Section::Mime(SectionPart(vec![1]))));
    }

    #[test]
    fn names_of_header_fields_are_astrings() {
        let fields = ["To", "X-\"", "c"].map(ByteString::from).to_vec();
        let expected = Section::HeaderFields(SectionPart::whole(), fields);
        assert_eq!(
            parse("[HEADER.FIELDS (To \"X-\\\"\" {1}\r\nc)]"),
            Ok(expected)
        );
    }

    #[test]
    fn other_sections_are_refused() {
        assert_eq!(parse("[FOO]"), Err(ParseErrorKind::Expected("section")));
        assert_eq!(parse("[1"), Err(ParseErrorKind::ExpectedByte(b']')));
        assert_eq!(
            parse("[HEADER.FIELDS]"),
            Err(ParseErrorKind::ExpectedByte(b'('))
        );
        assert_eq!(parse("[4294967296]"), Err(ParseErrorKind::NumberTooLarge));
    }

    #[test]
    fn quirk_42_the_length_is_repeated_in_the_origin() {
        let (frame, limits) = (Bytes::from_static(b"<5.1024><7>x"), Limits::default());
        let mut cursor = Cursor::new(&frame, &limits);
        assert_eq!(origin(&mut cursor), Ok(Some(5)));
        assert_eq!(origin(&mut cursor), Ok(Some(7)));
        assert_eq!(origin(&mut cursor), Ok(None));
    }
}
