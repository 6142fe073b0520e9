//! FETCH and UIDFETCH (RFC 9051 §7.5.2, RFC 9586 §3.3), whole and in pieces.

use super::annotation::annotations;
use super::body_structure::body_structure;
use super::datetime::date_time;
use super::envelope::envelope;
use super::flag::flags;
use super::gmail::labels;
use super::section::{origin, part, section};
use super::skip::skip_value;
use super::status::object_id;
use super::token::token;
use crate::types::{
    Atom, BinaryData, BodyBegin, BodyPart, ByteString, FetchData, FetchResponse, ModSeq,
    ParseError, ParseErrorKind, Section, SectionData, SequenceNumber, Token, Tolerance, Uid, key,
};
use crate::wire::Cursor;

/// `n FETCH (…)`, from behind the name on.
pub(super) fn fetch(
    cursor: &mut Cursor<'_>,
    number: SequenceNumber,
) -> Result<FetchResponse, ParseError> {
    let response = FetchResponse {
        sequence_number: Some(number),
        ..FetchResponse::default()
    };
    begin(cursor)?;
    whole(Items::new(cursor, response))
}

/// `n UIDFETCH (…)`, from behind the name on.
pub(super) fn uid_fetch(cursor: &mut Cursor<'_>, uid: Uid) -> Result<FetchResponse, ParseError> {
    let response = FetchResponse {
        uid: Some(uid),
        ..FetchResponse::default()
    };
    begin(cursor)?;
    whole(Items::new(cursor, response))
}

/// What stands behind a literal that was handed out, to the end of the response.
pub(super) fn rest(cursor: &mut Cursor<'_>) -> Result<FetchResponse, ParseError> {
    let mut items = Items::new(cursor, FetchResponse::default());
    (items.open, items.behind_literal, items.is_empty) = (1, true, false);
    whole(items)
}

/// A response of a kind as [`fetch`], up to the announcement of a literal; or with `continuing`
/// what stands between two literals. `None` if the literal is no item that can be handed out.
pub(super) fn head(
    cursor: &mut Cursor<'_>,
    response: FetchResponse,
    continuing: bool,
) -> Result<Option<BodyBegin>, ParseError> {
    if !continuing {
        begin(cursor)?;
    }
    let mut items = Items::new(cursor, response);
    items.is_head = true;
    (items.open, items.behind_literal) = (usize::from(continuing), continuing);
    items.read()?;
    let fetch = items.response;
    Ok(items.begin.map(|begin| BodyBegin { fetch, ..begin }))
}

/// Goes to the parenthesis before the items.
fn begin(cursor: &mut Cursor<'_>) -> Result<(), ParseError> {
    cursor.gap();
    match cursor.peek() {
        Some(b'(') => Ok(()),
        _ => Err(cursor.error(ParseErrorKind::ExpectedByte(b'('))),
    }
}

fn whole(mut items: Items<'_, '_>) -> Result<FetchResponse, ParseError> {
    items.read()?;
    // A literal that is announced some octets short ends in the CRLF of the mail, and the
    // parenthesis is on a line of its own.
    if items.open > 0 && !items.behind_literal {
        let error = ParseErrorKind::ExpectedByte(b')');
        return Err(items.cursor.error(error));
    }
    if items.open > 0 {
        items.cursor.tolerate(Tolerance::ShortLiteral);
    }
    if items.is_empty {
        items.cursor.tolerate(Tolerance::EmptyFetch);
    }
    Ok(items.response)
}

/// The items of one response that is being read.
struct Items<'c, 'a> {
    cursor: &'c mut Cursor<'a>,
    response: FetchResponse,
    /// Parentheses that are open. Servers put items in further ones, and close them early.
    open: usize,
    /// Whether the last thing read was a literal.
    behind_literal: bool,
    /// Whether no item was read.
    is_empty: bool,
    /// Whether the input ends behind the announcement of a literal.
    is_head: bool,
    /// That literal, if it is an item.
    begin: Option<BodyBegin>,
}

impl<'c, 'a> Items<'c, 'a> {
    fn new(cursor: &'c mut Cursor<'a>, response: FetchResponse) -> Self {
        Self {
            cursor,
            response,
            open: 0,
            behind_literal: false,
            is_empty: true,
            is_head: false,
            begin: None,
        }
    }

    /// Reads items to the end of the line, or of the head.
    fn read(&mut self) -> Result<(), ParseError> {
        let mut before = if self.open == 0 {
            Before::Start
        } else {
            Before::Item
        };
        while self.begin.is_none() {
            let next = match self.cursor.peek() {
                Some(b' ') => {
                    self.cursor.advance(1);
                    Before::Space
                }
                Some(b'(') => {
                    self.cursor.advance(1);
                    self.open += 1;
                    Before::Opening
                }
                Some(b')') => {
                    self.cursor.advance(1);
                    self.behind_literal = false;
                    self.open = self.open.saturating_sub(1);
                    Before::Closing
                }
                Some(b'\r' | b'\n') if !self.cursor.at_end() => {
                    self.cursor.tolerate(Tolerance::ShortLiteral);
                    self.cursor.advance(1);
                    continue;
                }
                Some(b'\r' | b'\n') | None => return Ok(()),
                Some(_) => Before::Item,
            };
            if !before.allows(next) || next == Before::Item && self.open == 0 {
                self.note_odd(before, next);
            }
            if next == Before::Item {
                self.item()?;
            }
            before = next;
        }
        Ok(())
    }

    /// Notes what is not as the grammar has it, of two things that follow each other.
    #[cold]
    fn note_odd(&mut self, before: Before, next: Before) {
        use Before::{Closing, Item, Opening, Space};
        self.cursor.tolerate(match (before, next) {
            (_, Opening) => Tolerance::NestedItems,
            (_, Item) if self.open == 0 => Tolerance::ItemsBehindList,
            (Closing | Item, Item) => Tolerance::MissingSpace,
            (Opening | Space, _) | (_, Space) => Tolerance::ExtraSpaces,
            _ => return,
        });
    }

    /// One item. If its value breaks the grammar but has an end it is kept as it came.
    fn item(&mut self) -> Result<(), ParseError> {
        self.cursor.count_item()?;
        (self.behind_literal, self.is_empty) = (false, false);
        if self.frequent_item() {
            return Ok(());
        }
        let from = self.cursor.offset();
        let name = name(self.cursor)?;
        let (start, depth, odd) = (self.cursor.offset(), self.cursor.depth(), self.cursor.odd());
        match self.value(name, from) {
            Ok(Some(data)) => self.response.push(data),
            Ok(None) => {}
            Err(error) => {
                let name = Atom::from_bytes(self.cursor.share(from, start));
                self.cursor.seek(start);
                self.cursor.set_depth(depth);
                self.cursor.set_odd(odd);
                self.cursor.tolerate(Tolerance::InvalidItem);
                let raw = self.raw_value().ok_or(error)?;
                if is_limit(error.kind) {
                    return Err(error);
                }
                self.response.push(FetchData::Invalid(name, raw));
            }
        }
        Ok(())
    }

    /// UID or FLAGS as nearly all servers write them, which come with every change of a mailbox;
    /// anything else is left.
    #[inline]
    fn frequent_item(&mut self) -> bool {
        let start = self.cursor.offset();
        if self.cursor.try_bytes(b"UID ") {
            if let Ok(uid) = self.cursor.nz_number() {
                self.response.uid = Some(Uid(uid));
                return true;
            }
        } else if self.cursor.try_bytes(b"FLAGS ")
            && let Ok(flags) = flags(self.cursor)
        {
            self.response.flags = Some(flags);
            return true;
        }
        self.cursor.seek(start);
        false
    }

    /// The value of the named item. Those that every FETCH may have go to their fields.
    fn value(&mut self, name: &[u8], from: usize) -> Result<Option<FetchData>, ParseError> {
        let item = Item::of(name);
        let bracket = self.cursor.peek() == Some(b'[');
        if !bracket && self.cursor.peek() != Some(b')') {
            self.cursor.gap();
        }
        match item {
            Some(Item::Uid) => self.response.uid = Some(Uid(self.cursor.nz_number()?)),
            Some(Item::Flags) => self.response.flags = Some(flags(self.cursor)?),
            Some(Item::ModSeq) => {
                self.response.mod_seq = mod_seq(self.cursor)?.or(self.response.mod_seq);
            }
            Some(Item::Size) => self.response.size = Some(self.cursor.number64()?),
            Some(Item::InternalDate) => {
                self.response.internal_date = Some(date_time(self.cursor)?);
            }
            Some(Item::Envelope) => {
                return envelope(self.cursor).map(FetchData::Envelope).map(Some);
            }
            Some(Item::Body) if bracket => return self.section(None),
            Some(Item::Body) => return body_structure(self.cursor).map(FetchData::Body).map(Some),
            Some(Item::BodyStructure) => {
                let structure = body_structure(self.cursor)?;
                return Ok(Some(FetchData::BodyStructure(structure)));
            }
            Some(Item::Rfc822) => return self.section(Some(Section::Rfc822)),
            Some(Item::Rfc822Header) => return self.section(Some(Section::Rfc822Header)),
            Some(Item::Rfc822Text) => return self.section(Some(Section::Rfc822Text)),
            Some(Item::Binary) if bracket => return self.binary(),
            Some(Item::BinarySize) if bracket => return binary_size(self.cursor).map(Some),
            Some(item) if !bracket => return self.extension(item, from).map(Some),
            _ => return other(self.cursor, from).map(Some),
        }
        Ok(None)
    }

    /// The value of an item of an extension.
    fn extension(&mut self, item: Item, from: usize) -> Result<FetchData, ParseError> {
        let cursor = &mut *self.cursor;
        let in_list = cursor.peek() == Some(b'(');
        Ok(match item {
            Item::EmailId => FetchData::EmailId(object_id(cursor)?),
            Item::ThreadId if cursor.try_nil() => FetchData::ThreadId(None),
            Item::ThreadId => FetchData::ThreadId(Some(object_id(cursor)?)),
            Item::SaveDate if cursor.try_nil() => FetchData::SaveDate(None),
            Item::SaveDate => FetchData::SaveDate(Some(date_time(cursor)?)),
            // Drafts of RFC 8970 had the algorithm and the text in a list.
            Item::Preview if !in_list => FetchData::Preview(cursor.nstring()?),
            Item::Annotation => FetchData::Annotation(annotations(cursor)?),
            Item::GmailMessageId => FetchData::GmailMessageId(cursor.number64()?),
            Item::GmailThreadId => FetchData::GmailThreadId(cursor.number64()?),
            Item::GmailLabels => FetchData::GmailLabels(labels(cursor)?),
            _ => return other(cursor, from),
        })
    }

    fn section(&mut self, named: Option<Section>) -> Result<Option<FetchData>, ParseError> {
        let section = match named {
            Some(section) => section,
            None => section(self.cursor)?,
        };
        let origin = origin(self.cursor)?;
        Ok(match self.data()? {
            Octets::Here(data) => Some(FetchData::Section(SectionData {
                section,
                origin,
                data,
            })),
            Octets::Announced(size) => {
                self.announced(BodyPart::Section(section), origin, size);
                None
            }
        })
    }

    fn binary(&mut self) -> Result<Option<FetchData>, ParseError> {
        let part = part(self.cursor)?;
        let origin = origin(self.cursor)?;
        Ok(match self.data()? {
            Octets::Here(data) => Some(FetchData::Binary(BinaryData { part, origin, data })),
            Octets::Announced(size) => {
                self.announced(BodyPart::Binary(part), origin, size);
                None
            }
        })
    }

    fn announced(&mut self, part: BodyPart, origin: Option<u64>, size: u64) {
        let fetch = FetchResponse::default();
        self.begin = Some(BodyBegin {
            fetch,
            part,
            origin,
            size,
        });
    }

    /// The octets of a section. Some servers leave them out for NIL.
    fn data(&mut self) -> Result<Octets, ParseError> {
        let begins = matches!(self.cursor.peek(), Some(b'{' | b'~' | b'"'));
        if begins && !self.cursor.is_behind(b' ') {
            self.cursor.tolerate(Tolerance::MissingSpace);
        }
        self.cursor.spaces();
        match self.cursor.peek() {
            Some(b')' | b'\r' | b'\n') | None => {
                self.cursor.tolerate(Tolerance::MissingValue);
                return Ok(Octets::Here(None));
            }
            Some(b'{' | b'~') => {}
            _ => return self.cursor.nstring().map(Octets::Here),
        }
        if self.is_head {
            let mut ahead = self.cursor.clone();
            if let Ok(size) = ahead.announcement()
                && ahead.rest().is_empty()
            {
                return Ok(Octets::Announced(size));
            }
        }
        self.behind_literal = true;
        self.cursor.literal().map(Some).map(Octets::Here)
    }

    /// A value that could not be read, as it stands on the wire, if its end is clear.
    fn raw_value(&mut self) -> Option<ByteString> {
        let start = self.cursor.offset();
        if self.cursor.peek() == Some(b'[') {
            let bracket = memchr::memchr(b']', self.cursor.rest())?;
            self.cursor.advance(bracket + 1);
        }
        self.cursor.spaces();
        if !matches!(self.cursor.peek(), Some(b')' | b'\r' | b'\n') | None) {
            skip_value(self.cursor).ok()?;
        }
        let ends = matches!(self.cursor.peek(), Some(b' ' | b')')) || self.cursor.at_end();
        let raw = self.cursor.share(start, self.cursor.offset());
        let spaces = raw.iter().take_while(|&&byte| byte == b' ').count();
        ends.then(|| ByteString::from_bytes(raw.slice(spaces..)))
    }
}

/// What stands before the position.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Start,
    Opening,
    Space,
    Item,
    Closing,
}

impl Before {
    /// Whether the grammar has the one behind the other; an item not before the list is open.
    #[inline]
    fn allows(self, next: Self) -> bool {
        use Before::{Closing, Item, Opening, Space, Start};
        const fn pair(before: Before, next: Before) -> u32 {
            1 << (before as u32 * 5 + next as u32)
        }
        const LAWFUL: u32 = pair(Start, Opening)
            | pair(Opening, Item)
            | pair(Opening, Closing)
            | pair(Item, Space)
            | pair(Item, Closing)
            | pair(Space, Item)
            | pair(Closing, Closing)
            | pair(Closing, Space);
        LAWFUL & pair(self, next) != 0
    }
}

/// The value of a section.
enum Octets {
    Here(Option<ByteString>),
    /// It comes behind the head, with this size.
    Announced(u64),
}

/// The items that there is a type for.
#[derive(Clone, Copy)]
enum Item {
    Uid,
    Flags,
    ModSeq,
    Size,
    InternalDate,
    Envelope,
    Body,
    BodyStructure,
    Rfc822,
    Rfc822Header,
    Rfc822Text,
    Binary,
    BinarySize,
    EmailId,
    ThreadId,
    SaveDate,
    Preview,
    Annotation,
    GmailMessageId,
    GmailThreadId,
    GmailLabels,
}

impl Item {
    fn of(name: &[u8]) -> Option<Self> {
        const UID: u128 = key(b"UID");
        const FLAGS: u128 = key(b"FLAGS");
        const MODSEQ: u128 = key(b"MODSEQ");
        const SIZE: u128 = key(b"RFC822.SIZE");
        const INTERNALDATE: u128 = key(b"INTERNALDATE");
        const ENVELOPE: u128 = key(b"ENVELOPE");
        const BODY: u128 = key(b"BODY");
        const BODYSTRUCTURE: u128 = key(b"BODYSTRUCTURE");
        const RFC822: u128 = key(b"RFC822");
        const RFC822_HEADER: u128 = key(b"RFC822.HEADER");
        const RFC822_TEXT: u128 = key(b"RFC822.TEXT");
        const BINARY: u128 = key(b"BINARY");
        const BINARY_SIZE: u128 = key(b"BINARY.SIZE");
        const EMAILID: u128 = key(b"EMAILID");
        const THREADID: u128 = key(b"THREADID");
        const SAVEDATE: u128 = key(b"SAVEDATE");
        const PREVIEW: u128 = key(b"PREVIEW");
        const ANNOTATION: u128 = key(b"ANNOTATION");
        const X_GM_MSGID: u128 = key(b"X-GM-MSGID");
        const X_GM_THRID: u128 = key(b"X-GM-THRID");
        const X_GM_LABELS: u128 = key(b"X-GM-LABELS");
        Some(match key(name) {
            UID => Self::Uid,
            FLAGS => Self::Flags,
            MODSEQ => Self::ModSeq,
            SIZE => Self::Size,
            INTERNALDATE => Self::InternalDate,
            ENVELOPE => Self::Envelope,
            BODY => Self::Body,
            BODYSTRUCTURE => Self::BodyStructure,
            RFC822 => Self::Rfc822,
            RFC822_HEADER => Self::Rfc822Header,
            RFC822_TEXT => Self::Rfc822Text,
            BINARY => Self::Binary,
            BINARY_SIZE => Self::BinarySize,
            EMAILID => Self::EmailId,
            THREADID => Self::ThreadId,
            SAVEDATE => Self::SaveDate,
            PREVIEW => Self::Preview,
            ANNOTATION => Self::Annotation,
            X_GM_MSGID => Self::GmailMessageId,
            X_GM_THRID => Self::GmailThreadId,
            X_GM_LABELS => Self::GmailLabels,
            _ => return None,
        })
    }
}

/// The name of an item, up to its value or a bracket.
pub(super) fn name<'a>(cursor: &mut Cursor<'a>) -> Result<&'a [u8], ParseError> {
    let rest = cursor.rest();
    let ends = |byte: &u8| *byte <= b' ' || matches!(byte, b'(' | b')' | b'[' | b'"' | b'{');
    let len = rest.iter().position(ends).unwrap_or(rest.len());
    let name = rest.get(..len).unwrap_or_default();
    if name.is_empty() {
        return Err(cursor.error(ParseErrorKind::Expected("FETCH item")));
    }
    cursor.check_string(len)?;
    cursor.advance(len);
    Ok(name)
}

/// `(n)`. Zoho sends `(-1)`, which says nothing.
fn mod_seq(cursor: &mut Cursor<'_>) -> Result<Option<ModSeq>, ParseError> {
    let list = cursor.try_byte(b'(');
    if !list {
        cursor.tolerate(Tolerance::MissingParentheses);
    }
    let negative = cursor.try_byte(b'-');
    let number = cursor.nz_number64()?;
    if negative {
        cursor.tolerate(Tolerance::NegativeNumber);
    }
    if list {
        cursor.byte(b')')?;
    }
    Ok((!negative).then_some(ModSeq(number)))
}

fn binary_size(cursor: &mut Cursor<'_>) -> Result<FetchData, ParseError> {
    let part = part(cursor)?;
    cursor.gap();
    let size = cursor.number64()?;
    Ok(FetchData::BinarySize { part, size })
}

/// Any other item, whose name begins at an offset, with what it has in brackets, and its value;
/// NIL without one.
fn other(cursor: &mut Cursor<'_>, from: usize) -> Result<FetchData, ParseError> {
    if cursor.peek() == Some(b'[') {
        let Some(end) = memchr::memchr(b']', cursor.rest()) else {
            return Err(cursor.error(ParseErrorKind::ExpectedByte(b']')));
        };
        cursor.check_string(end)?;
        cursor.advance(end + 1);
    }
    let name = cursor.share(from, cursor.offset());
    cursor.spaces();
    let value = match cursor.peek() {
        Some(b')') => {
            cursor.tolerate(Tolerance::MissingValue);
            Token::Nil
        }
        _ => token(cursor)?,
    };
    Ok(FetchData::Other(
        Atom::from_bytes(name.slice(..name.trim_ascii_end().len())),
        value,
    ))
}

/// Whether the response as a whole is over a limit.
fn is_limit(kind: ParseErrorKind) -> bool {
    matches!(
        kind,
        ParseErrorKind::TooDeep | ParseErrorKind::TooManyItems | ParseErrorKind::StringTooLong
    )
}

#[cfg(test)]
mod tests;
