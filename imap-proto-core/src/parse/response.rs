//! Which response it is.

use bytes::Bytes;

use super::acl::{acl, list_rights, my_rights};
use super::annotatemore::annotation;
use super::capability::capabilities;
use super::code::{code_and_text, note_text, response_text};
use super::convert::{conversion, converted};
use super::fetch::{fetch, uid_fetch};
use super::flag::flags;
use super::id::id;
use super::language::{comparator, language};
use super::list::{list, plain_list};
use super::metadata::metadata;
use super::namespace::namespace;
use super::plain::{plain_fetch, plain_number};
use super::quota::{quota, quota_root};
use super::search::{esearch, search};
use super::set::set;
use super::status::status;
use super::thread::thread;
use super::token::tokens;
use super::uid_batches::uid_batches;
use super::url_auth::{gen_url_auth, url_fetch};
use super::vendor::{jmap_access, netscape, push_service};
use crate::types::{
    Atom, Completion, Condition, Continuation, Data, Malformed, OtherResponse, ParseError,
    ParseErrorKind, Response, SequenceNumber, Text, Tolerance, Tolerances, Uid, key,
};
use crate::wire::{Cursor, InputBuffer, Limits, leading_number};

/// Parses one whole response, with its CRLF and its literals.
///
/// # Errors
///
/// What breaks the grammar, and where. Nothing of the response is to be used then; the next one
/// is not touched by it.
///
/// ```
/// use imap_proto_core::{parse::parse_response, types::{Data, Response}, wire::Limits};
///
/// let response = parse_response(&"* 23 EXISTS\r\n".into(), &Limits::default())?;
/// assert_eq!(response, Response::Data(Data::Exists(23)));
/// # Ok::<(), imap_proto_core::types::ParseError>(())
/// ```
pub fn parse_response(frame: &Bytes, limits: &Limits) -> Result<Response, ParseError> {
    parse_tolerantly(frame, limits, &mut Tolerances::default())
}

/// The same, and tells what was tolerated: it is added to `tolerated`.
///
/// # Errors
///
/// As those of [`parse_response`]; what [`Limits::tolerances`] lacks is one.
///
/// ```
/// use imap_proto_core::{parse::parse_tolerantly, types::{Tolerance, Tolerances}, wire::Limits};
///
/// let (frame, mut tolerated) = ("*  23 EXISTS\r\n".into(), Tolerances::NONE);
/// parse_tolerantly(&frame, &Limits::default(), &mut tolerated)?;
/// assert!(tolerated.iter().eq([Tolerance::ExtraSpaces]));
/// let strict = Limits::default().tolerances(Tolerances::NONE);
/// assert!(parse_tolerantly(&frame, &strict, &mut tolerated).is_err());
/// # Ok::<(), imap_proto_core::types::ParseError>(())
/// ```
pub fn parse_tolerantly(
    frame: &Bytes,
    limits: &Limits,
    tolerated: &mut Tolerances,
) -> Result<Response, ParseError> {
    let mut cursor = Cursor::new(frame, limits);
    // What comes by the thousand is made where it is returned: each move costs as much as a name.
    if let Some(number) = before_fetch(&mut cursor) {
        let fetch = fetch(&mut cursor, SequenceNumber(number))?;
        cursor.end()?;
        cursor.finish(tolerated)?;
        return Ok(Response::Data(Data::Fetch(fetch)));
    }
    let response = match cursor.peek() {
        Some(b'*') => {
            cursor.advance(1);
            cursor.space()?;
            Response::Data(untagged(&mut cursor)?)
        }
        Some(b'+') => {
            cursor.advance(1);
            let spaced = cursor.try_byte(b' ');
            let text = Text::from_bytes(cursor.rest_of_line());
            note_text(&mut cursor, spaced, &text);
            Response::Continuation(Continuation { text })
        }
        Some(b'[') => Response::Data(code_alone(&mut cursor)?),
        _ => tagged(&mut cursor)?,
    };
    cursor.end()?;
    cursor.finish(tolerated)?;
    Ok(response)
}

/// Parses the response that the first octets of the buffer are, and takes it off. A short one that
/// shares nothing is read where it stands, and nobody has to count who shares its memory.
#[inline]
pub(crate) fn take_response(
    input: &mut InputBuffer,
    octets: usize,
    limits: &Limits,
    tolerated: &mut Tolerances,
) -> Result<Response, Malformed> {
    let frame = input.as_slice().get(..octets).unwrap_or_default();
    if let Some(list) = plain_list(frame, limits) {
        input.discard(octets);
        return Ok(Response::Data(Data::List(list)));
    }
    if let Some(fetch) = plain_fetch(frame, limits) {
        input.discard(octets);
        return Ok(Response::Data(Data::Fetch(fetch)));
    }
    if let Some(number) = plain_number(frame) {
        input.discard(octets);
        return Ok(Response::Data(number));
    }
    let frame = input.take(octets);
    parse_tolerantly(&frame, limits, tolerated).map_err(|error| Malformed { raw: frame, error })
}

/// The number of `* n FETCH (`, as nearly all servers write it, up to the space; anything else is
/// left.
#[inline]
pub(super) fn before_fetch(cursor: &mut Cursor<'_>) -> Option<u32> {
    let octets = cursor.rest();
    let (number, rest) = short_number(octets)?;
    if !rest.starts_with(b" FETCH (") {
        return None;
    }
    cursor.advance(octets.len() - rest.len() + b" FETCH".len());
    Some(number)
}

/// The number of `* n`, if it is one of few digits, and what stands behind it.
#[inline]
pub(super) fn short_number(octets: &[u8]) -> Option<(u32, &[u8])> {
    let text = octets.strip_prefix(b"* ")?;
    let (number, digits) = leading_number(text);
    let number = u32::try_from(number).ok()?;
    matches!(digits, 1..8).then_some((number, text.get(digits..)?))
}

fn tagged(cursor: &mut Cursor<'_>) -> Result<Response, ParseError> {
    let not_a_response = |_| ParseError {
        kind: ParseErrorKind::NotAResponse,
        offset: 0,
    };
    let tag: Atom = cursor.atom().map_err(not_a_response)?;
    cursor.space().map_err(not_a_response)?;
    let word = cursor.atom_bytes().map_err(not_a_response)?;
    let condition = condition(word).filter(|&condition| condition != Condition::Preauth);
    let Some(condition) = condition else {
        return Err(cursor.error_at(0, ParseErrorKind::NotAResponse));
    };
    let text = response_text(cursor)?;
    Ok(Response::Tagged {
        tag,
        completion: Completion::new(condition, text),
    })
}

fn untagged(cursor: &mut Cursor<'_>) -> Result<Data, ParseError> {
    if cursor.peek().is_some_and(|byte| byte.is_ascii_digit()) {
        return numbered(cursor);
    }
    if cursor.peek() == Some(b'[') {
        return code_alone(cursor);
    }
    if cursor.at_string() {
        cursor.tolerate(Tolerance::UntaggedString);
        return other(None, Atom::default(), cursor);
    }
    let from = cursor.offset();
    let word = cursor.atom_bytes()?;
    if let Some(condition) = condition(word) {
        let text = response_text(cursor)?;
        return Ok(Data::Condition { condition, text });
    }
    match named(word, cursor)? {
        Some(data) => Ok(data),
        // No response's name begins so, and a number below 0 is never what it stands for.
        None if word.starts_with(b"-") => {
            Err(cursor.error_at(from, ParseErrorKind::Expected("response name")))
        }
        None => other(None, name_from(from, cursor), cursor),
    }
}

/// `* [COPYUID 1 2 3]`: some servers leave the OK out, and Exchange 2013 the asterisk as well.
fn code_alone(cursor: &mut Cursor<'_>) -> Result<Data, ParseError> {
    let from = cursor.offset();
    cursor.tolerate(Tolerance::CodeWithoutCondition);
    let text = code_and_text(cursor, &mut true)?;
    match text.code {
        Some(_) => Ok(Data::Condition {
            condition: Condition::Ok,
            text,
        }),
        None if from == 0 => Err(cursor.error_at(0, ParseErrorKind::NotAResponse)),
        None => Err(cursor.error_at(from, ParseErrorKind::Expected("response name"))),
    }
}

/// A response that no type is known for.
fn other(number: Option<u64>, name: Atom, cursor: &mut Cursor<'_>) -> Result<Data, ParseError> {
    let tokens = tokens(cursor)?;
    Ok(Data::Other(Box::new(OtherResponse {
        number,
        name,
        tokens,
    })))
}

fn name_from(from: usize, cursor: &Cursor<'_>) -> Atom {
    Atom::from_bytes(cursor.share(from, cursor.offset()))
}

/// `* n NAME`
fn numbered(cursor: &mut Cursor<'_>) -> Result<Data, ParseError> {
    let number = cursor.number64()?;
    cursor.space()?;
    let from = cursor.offset();
    let name = cursor.atom_bytes()?;
    let count = u32::try_from(number);
    Ok(match (key(name), count) {
        (name::EXISTS, Ok(count)) => Data::Exists(count),
        (name::EXPUNGE, Ok(number)) => Data::Expunge(SequenceNumber(number)),
        (name::RECENT, Ok(count)) => Data::Recent(count),
        (
            name::EXISTS
            | name::EXPUNGE
            | name::FETCH
            | name::RECENT
            | name::UIDFETCH
            | name::CONVERTED,
            Err(_),
        ) => {
            return Err(cursor.error(ParseErrorKind::NumberTooLarge));
        }
        (name::FETCH, Ok(number)) => Data::Fetch(fetch(cursor, SequenceNumber(number))?),
        (name::CONVERTED, Ok(number)) => {
            let number = SequenceNumber(number);
            Data::Converted(Box::new(converted(cursor, number)?))
        }
        (name::UIDFETCH, Ok(uid)) => Data::Fetch(uid_fetch(cursor, Uid(uid))?),
        _ => return other(Some(number), name_from(from, cursor), cursor),
    })
}

/// `* NAME`; `None` when no type is known for it.
fn named(name: &[u8], cursor: &mut Cursor<'_>) -> Result<Option<Data>, ParseError> {
    Ok(Some(match key(name) {
        name::LIST | name::XLIST => Data::List(list(cursor)?),
        name::STATUS => Data::Status(status(cursor)?),
        name::SEARCH => Data::Search(search(cursor)?),
        name::SORT => Data::Sort(search(cursor)?),
        name::ESEARCH => Data::Esearch(Box::new(esearch(cursor)?)),
        name::CAPABILITY => Data::Capability(capabilities(cursor)?),
        name::LSUB => Data::Lsub(list(cursor)?),
        name::FLAGS => {
            cursor.space()?;
            Data::Flags(flags(cursor)?)
        }
        name::THREAD => Data::Thread(thread(cursor)?),
        name::VANISHED => vanished(cursor)?,
        name::ENABLED => Data::Enabled(capabilities(cursor)?),
        name::NAMESPACE => Data::Namespace(Box::new(namespace(cursor)?)),
        name::ID => Data::Id(id(cursor)?),
        name::QUOTA => Data::Quota(Box::new(quota(cursor)?)),
        name::QUOTAROOT => Data::QuotaRoot(Box::new(quota_root(cursor)?)),
        name::ACL => Data::Acl(Box::new(acl(cursor)?)),
        name::LISTRIGHTS => Data::ListRights(Box::new(list_rights(cursor)?)),
        name::MYRIGHTS => Data::MyRights(Box::new(my_rights(cursor)?)),
        name::ANNOTATION => Data::Annotation(Box::new(annotation(cursor)?)),
        name::METADATA => Data::Metadata(Box::new(metadata(cursor)?)),
        name::UIDBATCHES => Data::UidBatches(Box::new(uid_batches(cursor)?)),
        _ => return extension(name, cursor),
    }))
}

/// `* NAME` of rarer extensions.
fn extension(name: &[u8], cursor: &mut Cursor<'_>) -> Result<Option<Data>, ParseError> {
    let from = cursor.offset().saturating_sub(name.len());
    Ok(Some(match key(name) {
        name::COMPARATOR => Data::Comparator(Box::new(comparator(cursor)?)),
        name::CONVERSION => Data::Conversion(Box::new(conversion(cursor)?)),
        name::GENURLAUTH => Data::GenUrlAuth(gen_url_auth(cursor)?),
        name::JMAPACCESS => Data::JmapAccess(jmap_access(cursor)?),
        name::LANGUAGE => Data::Language(language(cursor)?),
        name::ACCOUNT | name::NETSCAPE => Data::Netscape(netscape(name_from(from, cursor), cursor)),
        _ if name.eq_ignore_ascii_case(b"ACCOUNT-URL") => {
            Data::Netscape(netscape(name_from(from, cursor), cursor))
        }
        name::UIDFETCH => {
            // As it was in drafts of RFC 9586.
            cursor.tolerate(Tolerance::DraftForm);
            cursor.space()?;
            let uid = Uid(cursor.number()?);
            Data::Fetch(uid_fetch(cursor, uid)?)
        }
        name::URLFETCH => Data::UrlFetch(Box::new(url_fetch(cursor)?)),
        // Too long for a key.
        _ if name.eq_ignore_ascii_case(b"XAPPLEPUSHSERVICE") => {
            Data::PushService(push_service(cursor)?)
        }
        _ => return Ok(None),
    }))
}

/// `VANISHED (EARLIER) 41,43:116` (RFC 7162 §3.2.10)
fn vanished(cursor: &mut Cursor<'_>) -> Result<Data, ParseError> {
    cursor.space()?;
    let earlier = cursor.try_byte(b'(');
    if earlier {
        if !cursor.try_keyword("EARLIER") {
            return Err(cursor.error(ParseErrorKind::Expected("EARLIER")));
        }
        cursor.byte(b')')?;
        cursor.space()?;
    }
    let uids = set(cursor)?;
    Ok(Data::Vanished { earlier, uids })
}

/// Which condition a word is, in any case.
fn condition(word: &[u8]) -> Option<Condition> {
    Some(match key(word) {
        name::OK => Condition::Ok,
        name::NO => Condition::No,
        name::BAD => Condition::Bad,
        name::BYE => Condition::Bye,
        name::PREAUTH => Condition::Preauth,
        _ => return None,
    })
}

/// The keys of all names.
mod name {
    use super::key;

    macro_rules! names {
        ($($name:ident)+) => {
            $(pub(super) const $name: u128 = key(stringify!($name).as_bytes());)+
        };
    }

    names! {
        OK NO BAD BYE PREAUTH
        EXISTS EXPUNGE RECENT FETCH UIDFETCH
        LIST XLIST LSUB STATUS SEARCH SORT ESEARCH CAPABILITY FLAGS THREAD VANISHED ENABLED
        COMPARATOR CONVERSION CONVERTED GENURLAUTH JMAPACCESS LANGUAGE URLFETCH ACCOUNT NETSCAPE
        NAMESPACE ID QUOTA QUOTAROOT ACL LISTRIGHTS MYRIGHTS METADATA ANNOTATION UIDBATCHES
    }
}

#[cfg(test)]
#[path = "tests/response.rs"]
mod tests;
