//! Response codes and text (RFC 9051 §7.1, `resp-text`).

use super::capability::capabilities;
use super::flag::permanent_flags;
use super::set::set;
use super::status::{object_id, optional_number};
use crate::types::{
    AnnotateCode, AnnotationSupport, AppendUid, Atom, ByteString, Code, CopyUid, InProgress,
    MessageLimit, MetadataCode, ModSeq, ParseError, ParseErrorKind, ResponseText, SequenceNumber,
    Text, Tolerance, Uid, UidValidity, UrlMechanism,
};
use crate::wire::Cursor;

/// Code and text behind a condition; both may be missing.
///
/// Nothing of it is lost: what does not read as a code is text, and a code whose arguments break
/// the grammar is a [`Code::Other`].
pub(super) fn response_text(cursor: &mut Cursor<'_>) -> Result<ResponseText, ParseError> {
    if !cursor.try_byte(b' ') {
        if !cursor.at_end() {
            return Err(cursor.error(ParseErrorKind::ExpectedByte(b' ')));
        }
        cursor.tolerate(Tolerance::MissingText);
    }
    let mut spaced = true;
    let text = code_and_text(cursor, &mut spaced)?;
    note_text(cursor, spaced, &text.text);
    Ok(text)
}

/// Notes a text that has not the space before it.
pub(super) fn note_text(cursor: &mut Cursor<'_>, spaced: bool, text: &Text) {
    match (spaced, text.is_empty()) {
        (true, _) => {}
        (false, true) => cursor.tolerate(Tolerance::MissingText),
        (false, false) => cursor.tolerate(Tolerance::MissingSpace),
    }
}

/// The same behind its space; `spaced` becomes whether a space parts code and text.
pub(super) fn code_and_text(
    cursor: &mut Cursor<'_>,
    spaced: &mut bool,
) -> Result<ResponseText, ParseError> {
    if cursor.peek() != Some(b'[') {
        let text = Text::from_bytes(cursor.rest_of_line());
        return Ok(ResponseText { code: None, text });
    }
    let (start, odd) = (cursor.offset(), cursor.odd());
    let code = bracketed(cursor)?;
    *spaced = code.is_none() || cursor.try_byte(b' ');
    if code.is_none() {
        cursor.seek(start);
        cursor.set_odd(odd);
        cursor.tolerate(Tolerance::BracketedText);
    }
    let text = Text::from_bytes(cursor.rest_of_line());
    Ok(ResponseText { code, text })
}

/// A code in its brackets; `None` for what is no code.
fn bracketed(cursor: &mut Cursor<'_>) -> Result<Option<Code>, ParseError> {
    cursor.byte(b'[')?;
    let Ok(name) = cursor.atom() else {
        return Ok(None);
    };
    if !matches!(cursor.peek(), Some(b' ' | b']')) {
        return Ok(None);
    }
    let (arguments, odd) = (cursor.offset(), cursor.odd());
    let typed = match Code::plain(name.as_bytes()) {
        Some(code) => Ok(Some(code)),
        None => typed(name.as_bytes(), cursor),
    };
    if typed.is_ok() {
        trailing_spaces(cursor);
    }
    let known = !matches!(typed, Ok(None));
    match typed {
        Ok(Some(code)) if cursor.try_byte(b']') => return Ok(Some(code)),
        Err(error) if is_limit(error.kind) => return Err(error),
        _ => cursor.seek(arguments),
    }
    cursor.set_odd(odd);
    if known {
        cursor.tolerate(Tolerance::CodeArguments);
    }
    other(name, cursor)
}

/// Spaces before the bracket.
fn trailing_spaces(cursor: &mut Cursor<'_>) {
    cursor.no_spaces();
    if cursor.is_behind(b' ') {
        cursor.tolerate(Tolerance::ExtraSpaces);
    }
}

const fn is_limit(kind: ParseErrorKind) -> bool {
    use ParseErrorKind::{StringTooLong, TooManyItems};
    matches!(kind, StringTooLong | TooManyItems)
}

/// A code that no type is known for, from behind its name.
fn other(name: Atom, cursor: &mut Cursor<'_>) -> Result<Option<Code>, ParseError> {
    let (from, rest) = (cursor.offset(), cursor.rest());
    let Some(length) = closing_bracket(rest) else {
        return Ok(None);
    };
    cursor.check_string(length)?;
    cursor.advance(length + 1);
    let arguments = cursor.share(from + 1, from + length);
    let arguments = (!arguments.is_empty()).then(|| Box::new(Text::from_bytes(arguments)));
    Ok(Some(Code::Other { name, arguments }))
}

/// The bracket that ends a code: the first one outside of parentheses and quotes, or the first
/// one, if these do not pair.
fn closing_bracket(line: &[u8]) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let paired = line.iter().position(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b']' => return depth == 0,
            _ => {}
        }
        false
    });
    paired.or_else(|| memchr::memchr(b']', line))
}

/// A code with arguments; `None` for one that no type is known for.
fn typed(name: &[u8], cursor: &mut Cursor<'_>) -> Result<Option<Code>, ParseError> {
    let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
    if is("CAPABILITY") {
        return capabilities(cursor).map(Code::Capability).map(Some);
    }
    if is("BADCHARSET") {
        return charsets(cursor).map(Code::BadCharset).map(Some);
    }
    if is("INPROGRESS") {
        return in_progress(cursor).map(Some);
    }
    if cursor.peek() != Some(b' ') {
        return Ok(None);
    }
    cursor.space()?;
    Ok(Some(if is("UIDNEXT") {
        Code::UidNext(Uid(cursor.nz_number()?))
    } else if is("UIDVALIDITY") {
        Code::UidValidity(UidValidity(cursor.wide_nz_number()?))
    } else if is("UNSEEN") {
        Code::Unseen(SequenceNumber(cursor.nz_number()?))
    } else if is("HIGHESTMODSEQ") {
        Code::HighestModSeq(ModSeq(cursor.nz_number64()?))
    } else if is("PERMANENTFLAGS") {
        Code::PermanentFlags(permanent_flags(cursor)?)
    } else if is("APPENDUID") {
        append_uid(cursor)?
    } else if is("COPYUID") {
        copy_uid(cursor)?
    } else if is("MODIFIED") {
        Code::Modified(set(cursor)?)
    } else {
        return extension(name, cursor);
    }))
}

/// The codes of rarer extensions.
fn extension(name: &[u8], cursor: &mut Cursor<'_>) -> Result<Option<Code>, ParseError> {
    let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
    Ok(Some(if is("ANNOTATE") {
        Code::Annotate(annotate(cursor)?)
    } else if is("ANNOTATIONS") {
        Code::Annotations(annotations(cursor)?)
    } else if is("BADEVENT") {
        Code::BadEvent(string_list(cursor)?)
    } else if is("BADURL") {
        Code::BadUrl(text(cursor)?)
    } else if is("MAILBOXID") {
        Code::MailboxId(object_id(cursor)?)
    } else if is("MAXCONVERTMESSAGES") {
        Code::MaxConvertMessages(cursor.number()?)
    } else if is("MAXCONVERTPARTS") {
        Code::MaxConvertParts(cursor.number()?)
    } else if is("MESSAGELIMIT") {
        Code::MessageLimit(message_limit(cursor)?)
    } else if is("METADATA") {
        Code::Metadata(metadata(cursor)?)
    } else if is("NOUPDATE") {
        Code::NoUpdate(cursor.astring()?)
    } else if is("REFERRAL") {
        Code::Referral(urls(cursor)?)
    } else if is("UNDEFINED-FILTER") {
        Code::UndefinedFilter(cursor.atom().map(|name| name.into_bytes().into())?)
    } else if is("URLMECH") {
        Code::UrlMechanisms(url_mechanisms(cursor)?)
    } else if is("XYMHIGHESTMODSEQ") {
        Code::YahooHighestModSeq(ModSeq(cursor.number64()?))
    } else {
        return Ok(None);
    }))
}

/// `APPENDUID 38505 3955:3957` (RFC 4315 §3)
fn append_uid(cursor: &mut Cursor<'_>) -> Result<Code, ParseError> {
    let uid_validity = UidValidity(cursor.wide_nz_number()?);
    cursor.space()?;
    let uids = set(cursor)?;
    let code = AppendUid { uid_validity, uids };
    Ok(Code::AppendUid(Box::new(code)))
}

/// `COPYUID 38505 304,319:320 3956:3958` (RFC 4315 §3)
fn copy_uid(cursor: &mut Cursor<'_>) -> Result<Code, ParseError> {
    let uid_validity = UidValidity(cursor.wide_nz_number()?);
    cursor.space()?;
    let source = set(cursor)?;
    cursor.space()?;
    let destination = set(cursor)?;
    Ok(Code::CopyUid(Box::new(CopyUid {
        uid_validity,
        source,
        destination,
    })))
}

/// `METADATA MAXSIZE 1024` (RFC 5464 §5)
fn metadata(cursor: &mut Cursor<'_>) -> Result<MetadataCode, ParseError> {
    if cursor.try_keyword("TOOMANY") {
        return Ok(MetadataCode::TooMany);
    }
    if cursor.try_keyword("NOPRIVATE") {
        return Ok(MetadataCode::NoPrivate);
    }
    let longest = cursor.try_keyword("LONGENTRIES");
    if !longest && !cursor.try_keyword("MAXSIZE") {
        return Err(cursor.error(ParseErrorKind::Expected("METADATA code")));
    }
    cursor.space()?;
    let octets = cursor.number64()?;
    Ok(if longest {
        MetadataCode::LongEntries(octets)
    } else {
        MetadataCode::MaxSize(octets)
    })
}

fn annotate(cursor: &mut Cursor<'_>) -> Result<AnnotateCode, ParseError> {
    if cursor.try_keyword("TOOBIG") {
        Ok(AnnotateCode::TooBig)
    } else if cursor.try_keyword("TOOMANY") {
        Ok(AnnotateCode::TooMany)
    } else {
        Err(cursor.error(ParseErrorKind::Expected("ANNOTATE code")))
    }
}

/// `ANNOTATIONS 20480 NOPRIVATE` (RFC 5257 §5 `ann-size`)
fn annotations(cursor: &mut Cursor<'_>) -> Result<AnnotationSupport, ParseError> {
    if cursor.try_keyword("NONE") {
        return Ok(AnnotationSupport::None);
    }
    let max_size = if cursor.try_keyword("READ-ONLY") {
        None
    } else {
        Some(cursor.number()?)
    };
    let private = !(cursor.spaces() && cursor.try_keyword("NOPRIVATE"));
    Ok(match max_size {
        None => AnnotationSupport::ReadOnly { private },
        Some(max_size) => AnnotationSupport::ReadWrite { max_size, private },
    })
}

/// `URLMECH INTERNAL XSAMPLE=P34OKhO7VEkCbsiYY8rGEg==` (RFC 4467 §9)
fn url_mechanisms(cursor: &mut Cursor<'_>) -> Result<Vec<UrlMechanism>, ParseError> {
    let mut mechanisms = Vec::new();
    loop {
        cursor.count_item()?;
        let word = cursor.atom()?.into_bytes();
        let equals = memchr::memchr(b'=', &word);
        mechanisms.push(UrlMechanism {
            name: Atom::from_bytes(word.slice(..equals.unwrap_or(word.len()))),
            data: equals.map(|at| ByteString::from_bytes(word.slice(at + 1..))),
        });
        if !cursor.spaces() || cursor.peek() == Some(b']') {
            return Ok(mechanisms);
        }
    }
}

/// URLs with spaces between them, up to the next bracket (RFC 2193 §7): they may hold anything
/// else.
fn urls(cursor: &mut Cursor<'_>) -> Result<Vec<ByteString>, ParseError> {
    let text = text(cursor)?.into_bytes();
    let mut urls = Vec::new();
    for url in text
        .split(|&byte| byte == b' ')
        .filter(|url| !url.is_empty())
    {
        cursor.count_item()?;
        urls.push(ByteString::from_bytes(text.slice_ref(url)));
    }
    if urls.is_empty() {
        return Err(cursor.error(ParseErrorKind::Expected("URL")));
    }
    Ok(urls)
}

/// `INPROGRESS ("a3" 175 2001)`, with or without its list (RFC 9585 §5).
fn in_progress(cursor: &mut Cursor<'_>) -> Result<Code, ParseError> {
    let mut progress = InProgress::default();
    cursor.spaces();
    if cursor.try_byte(b'(') {
        progress.tag = if cursor.try_nil() {
            None
        } else {
            Some(cursor.astring()?)
        };
        cursor.space()?;
        progress.done = optional_number(cursor)?;
        cursor.space()?;
        progress.goal = optional_number(cursor)?;
        cursor.byte(b')')?;
    }
    Ok(Code::InProgress(Box::new(progress)))
}

/// `MESSAGELIMIT 1000 23221` (RFC 9738 §3.1)
fn message_limit(cursor: &mut Cursor<'_>) -> Result<MessageLimit, ParseError> {
    let limit = cursor.number()?;
    let lowest = if cursor.spaces() && cursor.peek() != Some(b']') {
        Some(Uid(cursor.number()?))
    } else {
        None
    };
    Ok(MessageLimit { limit, lowest })
}

/// Charsets in parentheses, if there are any; an example of RFC 5182 §2.2 leaves these out.
fn charsets(cursor: &mut Cursor<'_>) -> Result<Vec<ByteString>, ParseError> {
    cursor.spaces();
    if cursor.peek() == Some(b'(') {
        return string_list(cursor);
    }
    let mut charsets = Vec::new();
    while cursor.peek() != Some(b']') {
        cursor.tolerate(Tolerance::MissingParentheses);
        cursor.count_item()?;
        charsets.push(cursor.atom()?.into_bytes().into());
        cursor.spaces();
    }
    Ok(charsets)
}

fn string_list(cursor: &mut Cursor<'_>) -> Result<Vec<ByteString>, ParseError> {
    cursor.byte(b'(')?;
    let mut strings = Vec::new();
    while cursor.list_goes_on() {
        cursor.count_item()?;
        strings.push(cursor.astring()?);
    }
    Ok(strings)
}

/// Anything up to the next bracket.
fn text(cursor: &mut Cursor<'_>) -> Result<Text, ParseError> {
    let (from, rest) = (cursor.offset(), cursor.rest());
    let Some(length) = memchr::memchr(b']', rest) else {
        return Err(cursor.error(ParseErrorKind::ExpectedByte(b']')));
    };
    cursor.check_string(length)?;
    cursor.advance(length);
    Ok(Text::from_bytes(cursor.share(from, from + length)))
}

#[cfg(test)]
#[path = "tests/code.rs"]
mod tests;
