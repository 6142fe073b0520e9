//! Spaces, lists and the end of the line: where the grammar has one space, servers have two or none.

use super::Cursor;
use crate::types::{ParseError, ParseErrorKind, Tolerance};

impl Cursor<'_> {
    /// A space; servers send more than one in places.
    #[inline]
    pub(crate) fn space(&mut self) -> Result<(), ParseError> {
        self.byte(b' ')?;
        self.pass_further();
        Ok(())
    }

    /// A space, which may be missing; whether there was one.
    #[inline]
    pub(crate) fn spaces(&mut self) -> bool {
        let found = self.try_byte(b' ');
        if found {
            self.pass_further();
        }
        found
    }

    /// A space, which some servers leave out.
    #[inline]
    pub(crate) fn gap(&mut self) {
        if !self.spaces() && !self.is_behind(b' ') {
            self.tolerate(Tolerance::MissingSpace);
        }
    }

    /// Spaces where the grammar has none.
    #[inline]
    pub(crate) fn no_spaces(&mut self) {
        if self.peek() == Some(b' ') {
            self.pass_extra();
        }
    }

    /// Passes over spaces that belong to something that is noted already.
    pub(crate) fn pass_spaces(&mut self) {
        while self.try_byte(b' ') {}
        self.content_end = self.at;
    }

    /// Goes to the next element of a list of which a space parts the elements, and says whether
    /// there is one: the end of the list is taken.
    #[inline]
    pub(crate) fn list_goes_on(&mut self) -> bool {
        let before = self.before();
        match self.rest() {
            [b')', ..] if before != Some(b' ') => {
                self.at += 1;
                false
            }
            [b' ', next, ..]
                if !matches!(before, Some(b' ' | b'(')) && !matches!(next, b' ' | b')') =>
            {
                self.at += 1;
                true
            }
            [next, ..] if before == Some(b'(') && self.content_end != self.at && *next != b' ' => {
                true
            }
            _ => self.goes_on(1),
        }
    }

    /// The same for lists that stand side by side, without a space.
    #[inline]
    pub(crate) fn lists_go_on(&mut self) -> bool {
        self.goes_on(0)
    }

    fn goes_on(&mut self, between: usize) -> bool {
        let from = self.at;
        let taken = usize::from(self.is_behind(b' '));
        let opened = self.is_behind(b'(');
        while self.try_byte(b' ') {}
        let spaces = taken + self.at - from;
        let ends = self.try_byte(b')');
        let lawful = if ends || opened { 0 } else { between };
        if spaces != lawful {
            self.odd_spaces(from, spaces > lawful);
        }
        !ends
    }

    /// Whether nothing but spaces is left before the end of the frame.
    #[inline]
    pub(crate) fn at_end(&self) -> bool {
        matches!(self.rest().trim_ascii_start(), b"")
    }

    /// The end of the line, which must be the end of the frame.
    #[inline]
    pub(crate) fn end(&mut self) -> Result<(), ParseError> {
        self.no_spaces();
        match self.rest() {
            b"\r\n" | b"\n" | b"" => {
                if self.is_behind(b' ') {
                    self.tolerate(Tolerance::ExtraSpaces);
                }
                self.at = self.bytes.len();
                Ok(())
            }
            _ => Err(self.error(ParseErrorKind::ExpectedEnd)),
        }
    }

    /// Whether the octet before the position is this one, and of the grammar: one of a literal or
    /// of free text does not count.
    #[inline]
    pub(crate) fn is_behind(&self, octet: u8) -> bool {
        self.before() == Some(octet) && self.content_end != self.at
    }

    #[inline]
    fn before(&self) -> Option<u8> {
        self.bytes.get(self.at.checked_sub(1)?).copied()
    }

    /// Passes over the spaces behind the one that the grammar has.
    #[inline]
    fn pass_further(&mut self) {
        if self.peek() == Some(b' ') {
            self.pass_extra();
        }
    }

    #[cold]
    fn pass_extra(&mut self) {
        self.tolerate(Tolerance::ExtraSpaces);
        while self.try_byte(b' ') {}
    }

    #[cold]
    fn odd_spaces(&mut self, at: usize, more: bool) {
        let kind = if more {
            Tolerance::ExtraSpaces
        } else {
            Tolerance::MissingSpace
        };
        self.tolerate_at(at, kind);
    }
}
