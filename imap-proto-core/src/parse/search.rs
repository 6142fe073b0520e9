//! SEARCH, SORT and ESEARCH (RFC 3501 §7.2.5, RFC 5256 §4, RFC 9051 §7.3.4).

use super::mailbox::mailbox;
use super::set::set;
use super::token::token;
use crate::types::{
    Atom, EsearchData, EsearchResponse, ModSeq, NumberList, ParseError, ParseErrorKind,
    PartialResult, SequenceSet, UidValidity,
};
use crate::wire::{Cursor, leading_number, number_of};

/// The data of a SEARCH or SORT response: numbers, and perhaps a mod-sequence.
pub(super) fn search(cursor: &mut Cursor<'_>) -> Result<NumberList, ParseError> {
    let numbers = numbers(cursor.rest(), cursor)?;
    let mut mod_seq = None;
    if cursor.try_byte(b'(') {
        cursor.no_spaces();
        if !cursor.try_keyword("MODSEQ") {
            return Err(cursor.error(ParseErrorKind::Expected("MODSEQ")));
        }
        cursor.space()?;
        mod_seq = Some(ModSeq(cursor.number64()?));
        cursor.no_spaces();
        cursor.byte(b')')?;
    }
    Ok(NumberList { numbers, mod_seq })
}

/// Numbers between spaces; `octets` are those in which they may stand. The answer to a search of
/// a large mailbox has a million of them, so they are counted first.
fn numbers(octets: &[u8], cursor: &mut Cursor<'_>) -> Result<Vec<u32>, ParseError> {
    let spaces = memchr::memchr_iter(b' ', octets).count();
    let first = octets.first().is_some_and(u8::is_ascii_digit);
    let mut numbers = Vec::with_capacity(spaces + usize::from(first));
    loop {
        short_numbers(cursor, &mut numbers);
        cursor.spaces();
        if !cursor.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            break;
        }
        numbers.push(cursor.number()?);
    }
    if numbers.len() < numbers.capacity() / 2 {
        numbers.shrink_to_fit(); // a line of spaces
    }
    Ok(numbers)
}

/// Reads numbers of at most seven digits with a space before each, as long as there are any: the
/// position stays in a register.
fn short_numbers(cursor: &mut Cursor<'_>, numbers: &mut Vec<u32>) {
    let mut rest = cursor.rest();
    let octets = rest.len();
    while let [b' ', text @ ..] = rest {
        let (number, digits) = leading_number(text);
        let (Ok(number), 1..8) = (u32::try_from(number), digits) else {
            break;
        };
        numbers.push(number);
        rest = text.get(digits..).unwrap_or_default();
        rest = alike(rest, digits, numbers);
    }
    cursor.advance(octets - rest.len());
}

/// Reads the numbers of so many digits, up to seven, between two spaces each, and gives what
/// stands from the last of those on. Numbers in order mostly have as many digits as the one
/// before: then nobody has to wait for where this one ends to begin with the next.
fn alike<'a>(octets: &'a [u8], digits: usize, numbers: &mut Vec<u32>) -> &'a [u8] {
    let Some((b' ', mut text)) = octets.split_first() else {
        return octets;
    };
    let mut spaces = octets;
    while let Some(number) = number_of(text, digits) {
        numbers.push(number);
        spaces = text.get(digits..).unwrap_or_default();
        text = spaces.get(1..).unwrap_or_default();
    }
    spaces
}

/// The data of an ESEARCH response.
pub(super) fn esearch(cursor: &mut Cursor<'_>) -> Result<EsearchResponse, ParseError> {
    let mut response = EsearchResponse::default();
    cursor.spaces();
    if cursor.try_byte(b'(') {
        correlators(cursor, &mut response)?;
        cursor.spaces();
    }
    response.uid = cursor.try_keyword("UID");
    loop {
        cursor.spaces();
        if cursor.at_end() {
            return Ok(response);
        }
        cursor.count_item()?;
        let name = cursor.atom()?;
        cursor.space()?;
        response.items.push(item(name, cursor)?);
    }
}

/// `(TAG "a" MAILBOX inbox UIDVALIDITY 1)`, in any order (RFC 7377 §2.1).
fn correlators(cursor: &mut Cursor<'_>, response: &mut EsearchResponse) -> Result<(), ParseError> {
    while cursor.list_goes_on() {
        cursor.count_item()?;
        let name = cursor.atom_bytes()?;
        cursor.space()?;
        if name.eq_ignore_ascii_case(b"TAG") {
            response.tag = Some(cursor.astring()?);
        } else if name.eq_ignore_ascii_case(b"MAILBOX") {
            response.mailbox = Some(mailbox(cursor)?);
        } else if name.eq_ignore_ascii_case(b"UIDVALIDITY") {
            response.uid_validity = Some(UidValidity(cursor.number64()?));
        } else {
            token(cursor)?;
        }
    }
    Ok(())
}

fn item(name: Atom, cursor: &mut Cursor<'_>) -> Result<EsearchData, ParseError> {
    let is = |known: &str| name.eq_ignore_case(known);
    Ok(if is("ALL") {
        EsearchData::All(set(cursor)?)
    } else if is("COUNT") {
        EsearchData::Count(cursor.number()?)
    } else if is("MIN") {
        EsearchData::Min(cursor.number()?)
    } else if is("MAX") {
        EsearchData::Max(cursor.number()?)
    } else if is("MODSEQ") {
        EsearchData::ModSeq(ModSeq(cursor.number64()?))
    } else if is("PARTIAL") {
        EsearchData::Partial(partial(cursor)?)
    } else if is("RELEVANCY") {
        cursor.byte(b'(')?;
        let rest = cursor.rest();
        let length = memchr::memchr(b')', rest).unwrap_or(rest.len());
        let scores = numbers(rest.get(..length).unwrap_or_default(), cursor)?;
        cursor.byte(b')')?;
        EsearchData::Relevancy(scores)
    } else if is("ADDTO") {
        EsearchData::AddTo(updates(cursor)?)
    } else if is("REMOVEFROM") {
        EsearchData::RemoveFrom(updates(cursor)?)
    } else {
        EsearchData::Other(name, token(cursor)?)
    })
}

/// `(-1:-100 NIL)` (RFC 9394 §4, RFC 5267 §7)
fn partial(cursor: &mut Cursor<'_>) -> Result<PartialResult, ParseError> {
    cursor.byte(b'(')?;
    cursor.no_spaces();
    let first = position(cursor)?;
    cursor.byte(b':')?;
    let last = position(cursor)?;
    cursor.space()?;
    let numbers = if cursor.try_nil() {
        None
    } else {
        Some(set(cursor)?)
    };
    cursor.no_spaces();
    cursor.byte(b')')?;
    Ok(PartialResult {
        first,
        last,
        numbers,
    })
}

/// A position in the results, which counts from the end when it is negative.
fn position(cursor: &mut Cursor<'_>) -> Result<i64, ParseError> {
    let negative = cursor.try_byte(b'-');
    let position = i64::from(cursor.number()?);
    Ok(if negative { -position } else { position })
}

/// `(0 1:3 7 5)`: positions and sets in turn (RFC 5267 §7).
fn updates(cursor: &mut Cursor<'_>) -> Result<Vec<(u32, SequenceSet)>, ParseError> {
    cursor.byte(b'(')?;
    let mut updates = Vec::new();
    while cursor.list_goes_on() {
        cursor.count_item()?;
        let position = cursor.number()?;
        cursor.space()?;
        updates.push((position, set(cursor)?));
    }
    Ok(updates)
}

#[cfg(test)]
#[path = "tests/search.rs"]
mod tests;
