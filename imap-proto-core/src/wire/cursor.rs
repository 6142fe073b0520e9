//! A position in one whole response, and the tokens that all grammars share (RFC 9051 §9).

use bytes::Bytes;

use super::Limits;
use crate::types::{Atom, ByteString, ParseError, ParseErrorKind};

/// What an octet may be part of; a bit each.
mod class {
    /// `ATOM-CHAR`, and 8-bit octets, which servers put in atoms.
    pub(super) const ATOM: u8 = 1;
    /// `ASTRING-CHAR`: an atom's and `]`.
    pub(super) const ASTRING: u8 = 2;

    /// The classes of every octet.
    pub(super) const TABLE: [u8; 256] = table();

    const fn table() -> [u8; 256] {
        let mut table = [ATOM | ASTRING; 256];
        let mut i = 0;
        while i <= 0x20 {
            table[i] = 0;
            i += 1;
        }
        table[0x7f] = 0;
        let specials = b"(){%*\"\\";
        i = 0;
        while i < specials.len() {
            table[specials[i] as usize] = 0;
            i += 1;
        }
        table[b']' as usize] = ASTRING;
        table
    }
}

/// Whether the octet may stand in an atom; 8-bit ones may, as servers send them.
pub(crate) fn is_atom_char(byte: u8) -> bool {
    has_class(byte, class::ATOM)
}

fn has_class(byte: u8, class: u8) -> bool {
    class::TABLE
        .get(usize::from(byte))
        .is_some_and(|classes| classes & class != 0)
}

/// A string of a response: a slice of the frame, or octets that had to be unescaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Octets {
    /// From and to in the frame.
    Slice(usize, usize),
    /// Unescaped.
    Owned(Vec<u8>),
}

/// Reads one frame from front to back. Strings that it gives share the frame's memory.
///
/// A parser takes it at the first octet of its construct and leaves it behind the last. On an
/// error the position is where the error is; nothing is ever read twice but by [`Self::seek`].
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    frame: &'a Bytes,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    items: usize,
    limits: &'a Limits,
}

impl<'a> Cursor<'a> {
    /// At the first octet of a frame.
    pub(crate) fn new(frame: &'a Bytes, limits: &'a Limits) -> Self {
        Self {
            frame,
            bytes: frame,
            at: 0,
            depth: 0,
            items: 0,
            limits,
        }
    }

    /// The limits that hold here.
    pub(crate) fn limits(&self) -> &'a Limits {
        self.limits
    }

    /// The octets before the position.
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    /// Goes to an offset, in most cases one that [`Self::offset`] gave.
    pub(crate) fn seek(&mut self, offset: usize) {
        self.at = offset.min(self.bytes.len());
    }

    /// What is left.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The next octet.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The octet that many places behind the next one.
    pub(crate) fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at.checked_add(ahead)?).copied()
    }

    /// Goes that many octets on.
    pub(crate) fn advance(&mut self, octets: usize) {
        self.seek(self.at.saturating_add(octets));
    }

    /// An error at the position.
    #[cold]
    pub(crate) fn error(&self, kind: ParseErrorKind) -> ParseError {
        self.error_at(self.at, kind)
    }

    /// An error at another offset.
    #[cold]
    #[allow(clippy::unused_self)] // reads as the other one does
    pub(crate) fn error_at(&self, offset: usize, kind: ParseErrorKind) -> ParseError {
        ParseError { kind, offset }
    }

    /// Shares a range of the frame's memory; empty if it is no range of the frame.
    pub(crate) fn share(&self, from: usize, to: usize) -> Bytes {
        if from < to && to <= self.bytes.len() {
            self.frame.slice(from..to)
        } else {
            Bytes::new()
        }
    }

    /// One octet.
    pub(crate) fn byte(&mut self, byte: u8) -> Result<(), ParseError> {
        if self.try_byte(byte) {
            Ok(())
        } else {
            Err(self.error(ParseErrorKind::ExpectedByte(byte)))
        }
    }

    /// One octet, if it is the next.
    pub(crate) fn try_byte(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// A space; servers send more than one in places.
    pub(crate) fn space(&mut self) -> Result<(), ParseError> {
        self.byte(b' ')?;
        self.spaces();
        Ok(())
    }

    /// Spaces, if there are any; whether there were.
    pub(crate) fn spaces(&mut self) -> bool {
        let before = self.at;
        while self.try_byte(b' ') {}
        self.at != before
    }

    /// Whether nothing but spaces is left before the end of the frame.
    pub(crate) fn at_end(&self) -> bool {
        matches!(self.rest().trim_ascii_start(), b"")
    }

    /// Optional spaces and the end of the line, which must be the end of the frame.
    pub(crate) fn end(&mut self) -> Result<(), ParseError> {
        self.spaces();
        match self.rest() {
            b"\r\n" | b"\n" | b"" => {
                self.at = self.bytes.len();
                Ok(())
            }
            _ => Err(self.error(ParseErrorKind::ExpectedEnd)),
        }
    }

    /// Everything up to the end of the line, which is left.
    pub(crate) fn rest_of_line(&mut self) -> Bytes {
        let rest = self.rest();
        let line = match rest {
            [line @ .., b'\r', b'\n'] | [line @ .., b'\n'] => line.len(),
            line => line.len(),
        };
        let from = self.at;
        self.at += line;
        self.share(from, self.at)
    }

    /// One level deeper; every list and every part goes through here.
    pub(crate) fn enter(&mut self) -> Result<(), ParseError> {
        if self.depth >= self.limits.max_depth {
            return Err(self.error(ParseErrorKind::TooDeep));
        }
        self.depth += 1;
        Ok(())
    }

    /// One level up.
    pub(crate) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// How deep the position is.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// Goes back to a depth, behind an element that failed half-way.
    pub(crate) fn set_depth(&mut self, depth: usize) {
        self.depth = depth;
    }

    /// Counts an element of a list.
    pub(crate) fn count_item(&mut self) -> Result<(), ParseError> {
        if self.items >= self.limits.max_list_items {
            return Err(self.error(ParseErrorKind::TooManyItems));
        }
        self.items += 1;
        Ok(())
    }

    /// Whether the keyword is next, in any case, and ends here; takes it.
    pub(crate) fn try_keyword(&mut self, keyword: &str) -> bool {
        let found = self
            .rest()
            .get(..keyword.len())
            .is_some_and(|bytes| bytes.eq_ignore_ascii_case(keyword.as_bytes()))
            && !self.peek_at(keyword.len()).is_some_and(is_atom_char);
        if found {
            self.at += keyword.len();
        }
        found
    }

    /// `NIL`, if it is next.
    pub(crate) fn try_nil(&mut self) -> bool {
        matches!(self.peek(), Some(b'N' | b'n')) && self.try_keyword("NIL")
    }

    /// The octets of an atom.
    pub(crate) fn atom_bytes(&mut self) -> Result<&'a [u8], ParseError> {
        self.run(class::ATOM)
    }

    /// An atom.
    pub(crate) fn atom(&mut self) -> Result<Atom, ParseError> {
        let from = self.at;
        self.run(class::ATOM)?;
        Ok(Atom::from_bytes(self.share(from, self.at)))
    }

    /// One or more octets of a class, within `max_string`.
    fn run(&mut self, class: u8) -> Result<&'a [u8], ParseError> {
        let rest = self.rest();
        let end = rest.iter().position(|&byte| !has_class(byte, class));
        let run = end.and_then(|end| rest.get(..end)).unwrap_or(rest);
        if run.is_empty() {
            return Err(self.error(ParseErrorKind::ExpectedAtom));
        }
        self.check_string(run.len())?;
        self.at += run.len();
        Ok(run)
    }

    /// Whether a name, atom or code of that length is within `max_string`.
    pub(crate) fn check_string(&self, octets: usize) -> Result<(), ParseError> {
        if octets > self.limits.max_string {
            return Err(self.error(ParseErrorKind::StringTooLong));
        }
        Ok(())
    }

    /// An atom, with `]` allowed in it, or a string; within `max_string`.
    pub(crate) fn astring(&mut self) -> Result<ByteString, ParseError> {
        let from = self.at;
        if self.at_string() {
            let string = self.string()?;
            if string.len() > self.limits.max_string {
                return Err(self.error_at(from, ParseErrorKind::StringTooLong));
            }
            return Ok(string);
        }
        self.run(class::ASTRING)?;
        Ok(ByteString::from_bytes(self.share(from, self.at)))
    }

    /// Whether a quoted string, a literal or a literal8 begins here.
    pub(crate) fn at_string(&self) -> bool {
        match self.peek() {
            Some(b'"' | b'{') => true,
            Some(b'~') => self.peek_at(1) == Some(b'{'),
            _ => false,
        }
    }

    /// A quoted string or a literal.
    pub(crate) fn string(&mut self) -> Result<ByteString, ParseError> {
        let octets = self.octets()?;
        Ok(self.byte_string(octets))
    }

    /// A string or NIL.
    pub(crate) fn nstring(&mut self) -> Result<Option<ByteString>, ParseError> {
        if self.try_nil() {
            return Ok(None);
        }
        self.string().map(Some)
    }

    /// A quoted string.
    pub(crate) fn quoted(&mut self) -> Result<ByteString, ParseError> {
        let octets = self.quoted_octets()?;
        Ok(self.byte_string(octets))
    }

    /// A literal or literal8.
    pub(crate) fn literal(&mut self) -> Result<ByteString, ParseError> {
        let (from, to) = self.literal_range()?;
        Ok(ByteString::from_bytes(self.share(from, to)))
    }

    fn byte_string(&self, octets: Octets) -> ByteString {
        ByteString::from_bytes(match octets {
            Octets::Slice(from, to) => self.share(from, to),
            Octets::Owned(octets) => octets.into(),
        })
    }

    /// A quoted string or a literal, not yet shared.
    pub(crate) fn octets(&mut self) -> Result<Octets, ParseError> {
        match self.peek() {
            Some(b'"') => self.quoted_octets(),
            Some(b'{' | b'~') => {
                let (from, to) = self.literal_range()?;
                Ok(Octets::Slice(from, to))
            }
            _ => Err(self.error(ParseErrorKind::ExpectedString)),
        }
    }

    /// A quoted string, not yet shared.
    ///
    /// Servers forget to escape quotes, so a quote ends the string only before an octet that can
    /// follow one; in a string that obeys the grammar it always does.
    pub(crate) fn quoted_octets(&mut self) -> Result<Octets, ParseError> {
        let start = self.at;
        self.byte(b'"')?;
        let from = self.at;
        let mut escaped = false;
        loop {
            let rest = self.rest();
            let Some(stop) = find_quoted_special(rest) else {
                return Err(self.error_at(start, ParseErrorKind::ExpectedString));
            };
            let at = self.at + stop;
            let mut after = rest.get(stop..).unwrap_or_default().iter().copied();
            match (after.next(), after.next()) {
                (Some(b'"'), next) if ends_string(next) => {
                    self.at = at + 1;
                    return Ok(self.unescaped(from, at, escaped));
                }
                (Some(b'\\'), Some(b'"' | b'\\')) => {
                    escaped = true;
                    self.at = at + 2;
                }
                (Some(b'\n'), _) if self.ends_line(at) => {
                    return Err(self.error_at(at, ParseErrorKind::ExpectedByte(b'"')));
                }
                _ => self.at = at + 1,
            }
        }
    }

    /// Whether the LF at an offset ends a line, or the frame.
    fn ends_line(&self, lf: usize) -> bool {
        lf + 1 == self.bytes.len() || self.bytes.get(lf.wrapping_sub(1)) == Some(&b'\r')
    }

    fn unescaped(&self, from: usize, to: usize, escaped: bool) -> Octets {
        if !escaped {
            return Octets::Slice(from, to);
        }
        let raw = self.bytes.get(from..to).unwrap_or_default();
        let mut octets = Vec::with_capacity(raw.len());
        let mut raw = raw.iter().copied().peekable();
        while let Some(byte) = raw.next() {
            let quoted = raw.next_if(|&next| byte == b'\\' && matches!(next, b'"' | b'\\'));
            octets.push(quoted.unwrap_or(byte));
        }
        Octets::Owned(octets)
    }

    /// The octets of a literal: from and to.
    pub(crate) fn literal_range(&mut self) -> Result<(usize, usize), ParseError> {
        let start = self.at;
        let announced = self.announcement()?;
        let from = self.at;
        let to = usize::try_from(announced)
            .ok()
            .and_then(|announced| from.checked_add(announced))
            .filter(|&to| to <= self.bytes.len());
        let Some(to) = to else {
            return Err(self.error_at(start, ParseErrorKind::ExpectedString));
        };
        self.at = to;
        Ok((from, to))
    }

    /// `{n}` or `~{n}` and the end of its line; leaves the cursor at the literal's first octet.
    pub(crate) fn announcement(&mut self) -> Result<u64, ParseError> {
        self.try_byte(b'~');
        self.byte(b'{')?;
        let announced = self.number64()?;
        self.byte(b'}')?;
        self.try_byte(b'\r');
        self.byte(b'\n')?;
        Ok(announced)
    }

    /// A number of at most 32 bits; 0 may be one everywhere, as servers send it.
    pub(crate) fn number(&mut self) -> Result<u32, ParseError> {
        let start = self.at;
        let number = self.number64()?;
        u32::try_from(number).map_err(|_| self.error_at(start, ParseErrorKind::NumberTooLarge))
    }

    /// A number of at most 64 bits.
    pub(crate) fn number64(&mut self) -> Result<u64, ParseError> {
        let start = self.at;
        let mut number = 0u64;
        while let Some(digit) = self
            .peek()
            .map(|byte| byte.wrapping_sub(b'0'))
            .filter(|&d| d < 10)
        {
            let next = number
                .checked_mul(10)
                .and_then(|number| number.checked_add(u64::from(digit)));
            let Some(next) = next else {
                return Err(self.error_at(start, ParseErrorKind::NumberTooLarge));
            };
            number = next;
            self.at += 1;
        }
        if self.at == start {
            return Err(self.error(ParseErrorKind::ExpectedNumber));
        }
        Ok(number)
    }

    /// A number as some servers send it: negative ones count as 0, and those written as floats
    /// (`1.86931e+06`) are rounded down.
    pub(crate) fn lenient_number(&mut self) -> Result<u64, ParseError> {
        let start = self.at;
        let negative = self.try_byte(b'-');
        let whole = self.number64()?;
        if matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return self
                .float(start)
                .map(|value| if negative { 0 } else { value });
        }
        Ok(if negative { 0 } else { whole })
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // `as` saturates
    fn float(&mut self, start: usize) -> Result<u64, ParseError> {
        self.seek(start);
        let rest = self.rest();
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
        let len = rest
            .iter()
            .take_while(|byte| is_part(byte))
            .take(32)
            .count();
        let value = rest
            .get(..len)
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .and_then(|text| text.parse::<f64>().ok())
            .filter(|value| value.is_finite());
        let Some(value) = value else {
            return Err(self.error(ParseErrorKind::ExpectedNumber));
        };
        self.at += len;
        Ok(value.max(0.0) as u64)
    }
}

/// Whether a quote before this octet ends a quoted string.
fn ends_string(next: Option<u8>) -> bool {
    matches!(next, None | Some(b' ' | b')' | b']' | b'\r' | b'\n' | b'('))
}

/// The first quote, backslash or LF.
fn find_quoted_special(bytes: &[u8]) -> Option<usize> {
    bytes
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\\' | b'\n'))
}
