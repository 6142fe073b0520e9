//! Atoms, quoted strings and literals (RFC 9051 §4).

use super::Cursor;
use crate::types::{Atom, ByteString, ParseError, ParseErrorKind, Tolerance};

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
fn is_atom_char(byte: u8) -> bool {
    has_class(byte, class::ATOM)
}

/// Whether the octet may stand in an atom by the grammar.
pub(crate) fn is_ascii_atom_char(byte: u8) -> bool {
    byte.is_ascii() && is_atom_char(byte)
}

fn has_class(byte: u8, class: u8) -> bool {
    class::TABLE
        .get(usize::from(byte))
        .is_some_and(|classes| classes & class != 0)
}

/// Where the octets of a string stand in the frame, and whether quotes or backslashes among them
/// are escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) escaped: bool,
}

impl<'a> Cursor<'a> {
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
    #[inline]
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
        let mut bits = 0;
        let ends = |&byte: &u8| {
            let inside = has_class(byte, class);
            bits |= if inside { byte } else { 0 };
            !inside
        };
        let end = rest.iter().position(ends);
        let run = end.and_then(|end| rest.get(..end)).unwrap_or(rest);
        if run.is_empty() {
            return Err(self.error(ParseErrorKind::ExpectedAtom));
        }
        self.check_string(run.len())?;
        if !bits.is_ascii() {
            self.tolerate(Tolerance::EightBitAtom);
        }
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
        let span = self.span()?;
        Ok(self.byte_string(span))
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
        let span = self.quoted_span()?;
        Ok(self.byte_string(span))
    }

    /// A literal or literal8.
    pub(crate) fn literal(&mut self) -> Result<ByteString, ParseError> {
        let span = self.literal_span()?;
        Ok(self.byte_string(span))
    }

    /// The octets of a span, shared unless they are escaped.
    pub(crate) fn byte_string(&self, span: Span) -> ByteString {
        ByteString::from_bytes(if span.escaped {
            self.unescaped(span).collect::<Vec<u8>>().into()
        } else {
            self.share(span.from, span.to)
        })
    }

    /// The octets of a span as they stand in the frame.
    pub(crate) fn octets(&self, span: Span) -> Option<&'a [u8]> {
        self.bytes.get(span.from..span.to)
    }

    /// The octets of a span without the backslashes that escape.
    pub(crate) fn unescaped(&self, span: Span) -> impl Iterator<Item = u8> {
        let raw = self.bytes.get(span.from..span.to).unwrap_or_default();
        let mut raw = raw.iter().copied().peekable();
        std::iter::from_fn(move || {
            let byte = raw.next()?;
            let quoted = raw.next_if(|&next| byte == b'\\' && matches!(next, b'"' | b'\\'));
            Some(quoted.unwrap_or(byte))
        })
    }

    /// A quoted string or a literal, as a place in the frame.
    pub(crate) fn span(&mut self) -> Result<Span, ParseError> {
        match self.peek() {
            Some(b'"') => self.quoted_span(),
            Some(b'{' | b'~') => self.literal_span(),
            _ => Err(self.error(ParseErrorKind::ExpectedString)),
        }
    }

    /// A quoted string, as a place in the frame.
    ///
    /// Servers forget to escape quotes, so a quote ends the string only before an octet that can
    /// follow one; in a string that obeys the grammar it always does. A backslash that escapes
    /// nothing stands for itself.
    #[inline]
    pub(crate) fn quoted_span(&mut self) -> Result<Span, ParseError> {
        match self.try_plain_quoted() {
            Some((from, to)) => Ok(Span {
                from,
                to,
                escaped: false,
            }),
            None => self.quoted_by_parts(),
        }
    }

    /// A quoted string in which nothing is escaped, as nearly all are, if it is next: from where
    /// to where it stands.
    #[inline]
    pub(crate) fn try_plain_quoted(&mut self) -> Option<(usize, usize)> {
        let (b'"', text) = self.rest().split_first()? else {
            return None;
        };
        let len = find_quoted_special(text)?;
        match text.get(len..)? {
            [b'"', next, ..] if ends_string(Some(*next)) => {
                let from = self.at + 1;
                let to = from + len;
                self.at = to + 1;
                Some((from, to))
            }
            _ => None,
        }
    }

    /// The same for an astring; an atom, too, of which there is as much as there can be.
    #[inline]
    pub(crate) fn try_plain_astring(&mut self) -> Option<(usize, usize)> {
        match self.peek()? {
            b'"' => self.try_plain_quoted(),
            b'{' | b'~' => None,
            _ => {
                let from = self.at;
                self.run(class::ASTRING).ok()?;
                Some((from, self.at))
            }
        }
    }

    fn quoted_by_parts(&mut self) -> Result<Span, ParseError> {
        let start = self.at;
        self.byte(b'"')?;
        let from = self.at;
        let mut escaped = false;
        loop {
            let rest = self.rest();
            let Some(stop) = find_quoted_special(rest) else {
                return Err(self.error_at(start, ParseErrorKind::ExpectedString));
            };
            let to = self.at + stop;
            let next = self.bytes.get(to + 1).copied();
            match self.bytes.get(to) {
                Some(b'"') if ends_string(next) => {
                    self.at = to + 1;
                    return Ok(Span { from, to, escaped });
                }
                Some(b'\\') if matches!(next, Some(b'"' | b'\\')) => {
                    escaped = true;
                    self.at = to + 2;
                }
                Some(b'\n') if self.ends_line(to) => {
                    return Err(self.error_at(to, ParseErrorKind::ExpectedByte(b'"')));
                }
                octet => {
                    let kind = match octet {
                        Some(b'"') => Tolerance::UnescapedQuote,
                        Some(b'\\') => Tolerance::IllegalEscape,
                        _ => Tolerance::BareLineFeed,
                    };
                    self.tolerate_at(to, kind);
                    self.at = to + 1;
                }
            }
        }
    }

    /// Whether the LF at an offset ends a line, or the frame.
    fn ends_line(&self, lf: usize) -> bool {
        lf + 1 == self.bytes.len() || self.bytes.get(lf.wrapping_sub(1)) == Some(&b'\r')
    }

    /// A literal or literal8, as a place in the frame.
    pub(crate) fn literal_span(&mut self) -> Result<Span, ParseError> {
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
        self.content_end = to;
        Ok(Span {
            from,
            to,
            escaped: false,
        })
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
}

/// Whether a quote before this octet ends a quoted string.
#[inline]
fn ends_string(next: Option<u8>) -> bool {
    matches!(next, None | Some(b' ' | b')' | b']' | b'\r' | b'\n' | b'('))
}

/// The first quote, backslash or LF: eight octets at a time, since most strings are too short for
/// a search that has to be set up.
#[inline]
pub(crate) fn find_quoted_special(bytes: &[u8]) -> Option<usize> {
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = marks(word, b'"') | marks(word, b'\\') | marks(word, b'\n');
        if found != 0 {
            return Some(at * 8 + (found.trailing_zeros() / 8) as usize);
        }
    }
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | b'\n');
    rest.iter().position(special).map(|at| words.len() * 8 + at)
}

/// Marks the octets of a word that are the one sought, in their highest bits. Marks above the
/// lowest one may be wrong.
fn marks(word: u64, octet: u8) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let zeros = word ^ (ONES * u64::from(octet));
    zeros.wrapping_sub(ONES) & !zeros & (ONES << 7)
}

#[cfg(test)]
mod tests;
