//! CONVERTED and CONVERSION (RFC 5259 §10).

use super::body_structure::body_structure;
use super::fetch::name;
use super::language::names;
use super::section::{origin, part, section};
use super::token::token;
use crate::types::{
    Atom, BinaryData, ByteString, ConversionResponse, ConvertError, ConvertErrorCode,
    ConvertedData, ConvertedResponse, ParseError, ParseErrorKind, SectionData, SequenceNumber,
    Tolerance, Uid,
};
use crate::wire::Cursor;

/// `n CONVERTED (TAG "t") (…)`, from behind the name on.
pub(super) fn converted(
    cursor: &mut Cursor<'_>,
    sequence_number: SequenceNumber,
) -> Result<ConvertedResponse, ParseError> {
    cursor.gap();
    cursor.byte(b'(')?;
    if !cursor.try_keyword("TAG") {
        return Err(cursor.error(ParseErrorKind::Expected("TAG")));
    }
    cursor.space()?;
    let tag = cursor.astring()?;
    cursor.byte(b')')?;
    cursor.gap();
    cursor.byte(b'(')?;
    let mut response = ConvertedResponse {
        sequence_number,
        tag,
        uid: None,
        items: Vec::new(),
    };
    while cursor.list_goes_on() {
        cursor.count_item()?;
        item(cursor, &mut response)?;
    }
    Ok(response)
}

fn item(cursor: &mut Cursor<'_>, response: &mut ConvertedResponse) -> Result<(), ParseError> {
    let from = cursor.offset();
    let name = name(cursor)?;
    let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
    if is("UID") {
        cursor.space()?;
        response.uid = Some(Uid(cursor.number()?));
        return Ok(());
    }
    if cursor.peek() != Some(b'[') {
        let name = Atom::from_bytes(cursor.share(from, cursor.offset()));
        cursor.space()?;
        response
            .items
            .push(ConvertedData::Other(name, token(cursor)?));
        return Ok(());
    }
    let data = if is("BODY") {
        let section = section(cursor)?;
        failed(cursor, from)?.map_or_else(
            || {
                let data = cursor.nstring()?;
                let origin = None;
                Ok(ConvertedData::Section(SectionData {
                    section,
                    origin,
                    data,
                }))
            },
            Ok,
        )?
    } else {
        let part = part(cursor)?;
        let origin = origin(cursor)?;
        match failed(cursor, from)? {
            Some(failed) => failed,
            None if is("BINARY") => {
                let data = cursor.nstring()?;
                ConvertedData::Binary(BinaryData { part, origin, data })
            }
            None if is("BINARY.SIZE") => {
                let size = cursor.number64()?;
                ConvertedData::BinarySize { part, size }
            }
            // An example of RFC 5259 §9 has the name of the item of FETCH.
            None if is("BODYPARTSTRUCTURE") || is("BODYSTRUCTURE") => {
                if is("BODYSTRUCTURE") {
                    cursor.tolerate(Tolerance::DraftForm);
                }
                let structure = body_structure(cursor)?;
                ConvertedData::BodyPartStructure { part, structure }
            }
            None if is("AVAILABLECONVERSIONS") => {
                cursor.byte(b'(')?;
                let types = names(cursor)?;
                cursor.byte(b')')?;
                ConvertedData::AvailableConversions { part, types }
            }
            None => {
                let end = cursor.offset();
                let name = cursor.share(from, end);
                let name = Atom::from_bytes(name.slice(..name.trim_ascii_end().len()));
                ConvertedData::Other(name, token(cursor)?)
            }
        }
    };
    response.items.push(data);
    Ok(())
}

/// `(ERROR "text" CODE …)`, in place of the value of the item that begins at an offset.
fn failed(cursor: &mut Cursor<'_>, from: usize) -> Result<Option<ConvertedData>, ParseError> {
    let end = cursor.offset();
    cursor.gap();
    let mut ahead = cursor.clone();
    if !(ahead.try_byte(b'(') && ahead.try_keyword("ERROR")) {
        return Ok(None);
    }
    cursor.seek(ahead.offset());
    cursor.space()?;
    let text = cursor.string()?;
    cursor.space()?;
    let code = cursor.atom()?;
    let code = if code.eq_ignore_case("TEMPFAIL") {
        ConvertErrorCode::TempFail
    } else if code.eq_ignore_case("BADPARAMETERS") {
        ConvertErrorCode::BadParameters
    } else if code.eq_ignore_case("MISSINGPARAMETERS") {
        ConvertErrorCode::MissingParameters
    } else {
        ConvertErrorCode::Other(code)
    };
    let mut arguments = Vec::new();
    loop {
        cursor.spaces();
        if cursor.try_byte(b')') {
            let item = Atom::from_bytes(cursor.share(from, end));
            let error = Box::new(ConvertError {
                text,
                code,
                arguments,
            });
            return Ok(Some(ConvertedData::Failed { item, error }));
        }
        arguments.push(token(cursor)?);
    }
}

/// The data of a CONVERSION response.
pub(super) fn conversion(cursor: &mut Cursor<'_>) -> Result<ConversionResponse, ParseError> {
    cursor.space()?;
    let from = cursor.astring()?;
    cursor.space()?;
    let to = cursor.astring()?;
    cursor.spaces();
    let parameters: Vec<ByteString> = if cursor.at_end() {
        Vec::new()
    } else {
        names(cursor)?
    };
    Ok(ConversionResponse {
        from,
        to,
        parameters,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fails, parses};
    use super::*;
    use crate::types::{SectionPart, Token};

    fn two(cursor: &mut Cursor<'_>) -> Result<ConvertedResponse, ParseError> {
        converted(cursor, SequenceNumber(2))
    }

    fn part(number: u32) -> SectionPart {
        SectionPart(vec![number])
    }

    /// RFC 5259 §6, §7, with the octets made short.
    #[test]
    fn rfc_5259_examples() {
        let found = parses(two, b" (TAG \"a001\") (BINARY[3] {4}\r\n%PDF)");
        assert_eq!(
            (found.sequence_number, &found.tag),
            (SequenceNumber(2), &"a001".into())
        );
        let data = found.binary().expect("data");
        assert_eq!(
            (data.part.clone(), data.data.clone()),
            (part(3), Some("%PDF".into()))
        );
        let found = parses(two, b" (TAG \"c000\") (BINARY.SIZE[4] 3135)");
        let size = ConvertedData::BinarySize {
            part: part(4),
            size: 3135,
        };
        assert_eq!(found.items, [size]);
        let found = parses(two, b" (TAG \"c001\") (BINARY[4]<2001> {2}\r\nab )");
        assert_eq!(found.binary().and_then(|data| data.origin), Some(2001));
        let found = parses(two, b" (TAG \"d002\") (BODY[HEADER] {8}\r\nTo: x\r\n\n)");
        assert!(matches!(&found.items[..], [ConvertedData::Section(data)] if data.data.is_some()));
        let found = parses(two, b" (TAG \"e001\") (UID 100 BINARY[2] ~{3}\r\na\0b)");
        assert_eq!(found.uid, Some(Uid(100)));
        let found = parses(
            two,
            b" (TAG \"f\") (AVAILABLECONVERSIONS[2] ((\"image/png\" \"image/gif\")))",
        );
        let types = vec!["image/png".into(), "image/gif".into()];
        let available = ConvertedData::AvailableConversions {
            part: part(2),
            types,
        };
        assert_eq!(found.items, [available]);
    }

    /// RFC 5259 §6, §9. The last two of its examples leave the media types out.
    #[test]
    fn errors_in_place_of_data() {
        let line = b" (tag \"b001\") (BINARY[3] (ERROR \"Source text has non us-ascii\" BADPARAMETERS \"text/html\" \"text/plain\" (\"charset\" \"us-ascii\")))";
        let found = parses(two, line);
        let error = found.errors().next().expect("an error");
        assert_eq!(error.code, ConvertErrorCode::BadParameters);
        assert_eq!(error.text, "Source text has non us-ascii");
        assert_eq!(error.arguments.len(), 3);
        let [ConvertedData::Failed { item, .. }] = &found.items[..] else {
            panic!("{found:?}");
        };
        assert_eq!(*item, "BINARY[3]");
        let line = b" (tag \"b002\") (BODYPARTSTRUCTURE[3] (ERROR \"x\" BADPARAMETERS \"text/html\" \"text/plain\" (\"charset\" \"us-ascii\")) BODYSTRUCTURE[4] (\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"8bit\" 4182 9 NIL NIL NIL) BINARY[4] {2}\r\nab)";
        let found = parses(two, line);
        assert_eq!((found.errors().count(), found.items.len()), (1, 3));
        assert!(
            matches!(&found.items[1], ConvertedData::BodyPartStructure { part: of, .. } if *of == part(4))
        );
        let line = b" (tag \"b003\") (BINARY[3] (ERROR \"CHARSET must be specified for text conversions\" MISSINGPARAMETERS (CHARSET)))";
        let found = parses(two, line);
        let error = found.errors().next().expect("an error");
        assert_eq!(error.code, ConvertErrorCode::MissingParameters);
        assert_eq!(
            error.arguments,
            [Token::List(vec![Token::Atom("CHARSET".into())])]
        );
        let found = parses(
            two,
            b" (TAG \"t\") (BODY[1.MIME] (ERROR \"busy\" TEMPFAIL 5))",
        );
        assert_eq!(
            found.errors().next().and_then(ConvertError::minutes),
            Some(5)
        );
    }

    /// RFC 5259 §5.1.
    #[test]
    fn conversions() {
        let line = b" \"image/gif\" \"image/jpeg\" (\"pix-y\" \"pix-x\" \"image-interleave\")";
        let found = parses(conversion, line);
        assert_eq!(
            (&found.from, &found.to),
            (&"image/gif".into(), &"image/jpeg".into())
        );
        assert_eq!(found.parameters, ["pix-y", "pix-x", "image-interleave"]);
        assert!(
            parses(conversion, b" \"a/b\" \"c/d\"")
                .parameters
                .is_empty()
        );
        fails(conversion, b" \"a/b\"");
        for line in [
            &b""[..],
            b" (X \"a\") ()",
            b" (TAG \"a\")",
            b" (TAG \"a\") (BINARY[1])",
            b" (TAG \"a\") (BINARY.SIZE[1] x)",
        ] {
            fails(two, line);
        }
        assert!(parses(two, b" (TAG \"a\") ()").items.is_empty());
        let other = parses(two, b" (TAG \"a\") (X 1 Y[2] (3))");
        assert_eq!(other.items.len(), 2);
    }
}
