//! Writing strings of a frame into a block, for envelopes and body structures.

use bytes::Bytes;

use super::skip::skip_value;
use crate::types::{BlockBuilder, NIL, ParseError, ParseErrorKind, Tolerance};
use crate::wire::{Cursor, Span, find_quoted_special};

/// A block whose offsets count from where its value begins in the frame.
pub(super) struct Writer {
    pub(super) block: BlockBuilder,
    base: usize,
}

impl Writer {
    /// For the value that begins at the cursor.
    pub(super) fn new(cursor: &Cursor<'_>) -> Self {
        Self {
            block: BlockBuilder::new(),
            base: cursor.offset(),
        }
    }

    /// The octets and words of the value that ends at the cursor.
    pub(super) fn finish(&mut self, cursor: &Cursor<'_>) -> (Bytes, Box<[u32]>) {
        self.block.finish(cursor.share(self.base, cursor.offset()))
    }

    /// Writes a string into the two words at a place.
    pub(super) fn set(
        &mut self,
        cursor: &Cursor<'_>,
        at: usize,
        span: Option<Span>,
    ) -> Result<(), ParseError> {
        let Some(span) = span else {
            self.block.set_nil(at);
            return Ok(());
        };
        if span.escaped {
            let fits = self.block.set_octets(at, cursor.unescaped(span));
            return if fits { Ok(()) } else { Err(too_long(cursor)) };
        }
        let (start, len) = self.slice(cursor, span)?;
        self.block.set_slice(at, start, len);
        Ok(())
    }

    /// Writes a string into two more words.
    pub(super) fn push(
        &mut self,
        cursor: &Cursor<'_>,
        span: Option<Span>,
    ) -> Result<(), ParseError> {
        match span {
            None => self.block.push_nil(),
            Some(span) if span.escaped => {
                let at = self.block.words.reserve(2);
                self.set(cursor, at, Some(span))?;
            }
            Some(span) => {
                let (start, len) = self.slice(cursor, span)?;
                self.block.push_slice(start, len);
            }
        }
        Ok(())
    }

    /// Reads a string, NIL or what servers send for one, into two more words.
    #[inline]
    pub(super) fn push_string(&mut self, cursor: &mut Cursor<'_>) -> Result<(), ParseError> {
        if let Some((from, to)) = cursor.try_plain_quoted() {
            let (start, len) = self.offsets(from, to).ok_or_else(|| too_long(cursor))?;
            self.block.push_slice(start, len);
            return Ok(());
        }
        if cursor.try_nil() {
            self.block.push_nil();
            return Ok(());
        }
        self.push_other(cursor)
    }

    #[cold]
    fn push_other(&mut self, cursor: &mut Cursor<'_>) -> Result<(), ParseError> {
        let span = loose_string(cursor)?;
        self.push(cursor, span)
    }

    /// Reads a string, NIL or what servers send for one, into the two words at a place that is
    /// NIL as yet.
    #[inline]
    pub(super) fn set_string(
        &mut self,
        cursor: &mut Cursor<'_>,
        at: usize,
    ) -> Result<(), ParseError> {
        if let Some((from, to)) = cursor.try_plain_quoted() {
            let (start, len) = self.offsets(from, to).ok_or_else(|| too_long(cursor))?;
            self.block.set_slice(at, start, len);
            return Ok(());
        }
        if cursor.try_nil() {
            return Ok(());
        }
        self.set_other(cursor, at)
    }

    #[cold]
    fn set_other(&mut self, cursor: &mut Cursor<'_>, at: usize) -> Result<(), ParseError> {
        let span = loose_string(cursor)?;
        self.set(cursor, at, span)
    }

    /// Reads a list of lists of so many strings and NILs each, one space between these and none
    /// between the lists, or NIL: how many lists there are. `None`, and nothing read, when there
    /// is anything else: an escape, a literal, a space too many, no list. Nearly all lists are as
    /// plain as that, and are read in one go.
    pub(super) fn push_plain_lists(
        &mut self,
        cursor: &mut Cursor<'_>,
        strings: usize,
    ) -> Option<usize> {
        let (bytes, base) = (cursor.rest(), cursor.offset());
        if bytes.starts_with(b"NIL ") {
            cursor.advance(3);
            return Some(0);
        }
        let before = self.block.words.len();
        let read = self.plain_lists(bytes, base, strings);
        match read {
            Some((count, octets)) if cursor.count_items(count).is_ok() => {
                cursor.advance(octets);
                Some(count)
            }
            _ => {
                self.block.words.truncate(before);
                None
            }
        }
    }

    /// How many lists were written, and where the octet behind them stands.
    #[inline]
    fn plain_lists(&mut self, bytes: &[u8], base: usize, strings: usize) -> Option<(usize, usize)> {
        if !bytes.starts_with(b"((") {
            return None;
        }
        let (mut at, mut count) = (1, 0);
        while bytes.get(at) == Some(&b'(') {
            for left in (0..strings).rev() {
                let separator = if left == 0 { b')' } else { b' ' };
                let (slice, next) = self.plain(bytes, base, at + 1)?;
                if bytes.get(next) != Some(&separator) {
                    return None;
                }
                self.block.push_place(slice);
                at = next;
            }
            at += 1;
            count += 1;
        }
        (bytes.get(at) == Some(&b')')).then_some((count, at + 1))
    }

    /// The same for the strings up to the end of a list, without NIL; the end is taken: how many
    /// there are.
    #[inline]
    pub(super) fn push_plain_list(&mut self, cursor: &mut Cursor<'_>) -> Option<usize> {
        let before = self.block.words.len();
        let (bytes, base) = (cursor.rest(), cursor.offset());
        let (mut at, mut count) = (0, 0);
        loop {
            let plain = self.plain(bytes, base, at);
            let separator = plain.and_then(|(_, next)| bytes.get(next));
            let (Some((Some((start, len)), next)), Some(b' ' | b')')) = (plain, separator) else {
                self.block.words.truncate(before);
                return None;
            };
            self.block.push_slice(start, len);
            count += 1;
            at = next + 1;
            if separator == Some(&b')') {
                cursor.advance(at);
                return Some(count);
            }
        }
    }

    /// The same for strings with a place each, which are NIL as yet, a space behind each, and
    /// `end` behind the last, which is taken too. False, and nothing read or set, when there is
    /// anything else.
    #[inline]
    pub(super) fn set_plain<const N: usize>(
        &mut self,
        cursor: &mut Cursor<'_>,
        places: [usize; N],
        end: u8,
    ) -> bool {
        let (bytes, base) = (cursor.rest(), cursor.offset());
        let mut at = 0;
        for (place, left) in places.into_iter().zip((0..N).rev()) {
            let separator = if left == 0 { end } else { b' ' };
            match self.plain(bytes, base, at) {
                Some((slice, next)) if bytes.get(next) == Some(&separator) => {
                    self.block.set_place(place, slice);
                    at = next + 1;
                }
                _ => {
                    for place in places {
                        self.block.set_nil(place);
                    }
                    return false;
                }
            }
        }
        cursor.advance(at);
        true
    }

    /// A string without escapes or NIL, and the offset behind it. Offsets are in `bytes`, which
    /// begin at `base` in the frame.
    #[inline(always)] // its answer is too large to be handed over in registers
    #[allow(clippy::inline_always)]
    fn plain(&self, bytes: &[u8], base: usize, at: usize) -> Option<(Option<(u32, u32)>, usize)> {
        match bytes.get(at..)? {
            [b'"', text @ ..] => {
                let len = find_quoted_special(text)?;
                if text.get(len) != Some(&b'"') {
                    return None;
                }
                let from = base + at + 1;
                Some((Some(self.offsets(from, from + len)?), at + len + 2))
            }
            [b'N', b'I', b'L', ..] => Some((None, at + 3)),
            _ => None,
        }
    }

    /// A place in the frame as start and length in the block.
    #[inline]
    fn offsets(&self, from: usize, to: usize) -> Option<(u32, u32)> {
        let start = u32::try_from(from.checked_sub(self.base)?).ok()?;
        let len = u32::try_from(to.checked_sub(from)?).ok()?;
        (start <= u32::MAX / 2).then_some((start, len))
    }

    /// Whether the string at a place is NIL.
    #[inline]
    pub(super) fn is_nil(&self, at: usize) -> bool {
        self.block.words.as_slice().get(at) == Some(&NIL)
    }

    /// The octets of the string at a place, as they stand in the frame. Those of an escaped one
    /// are others.
    #[inline]
    pub(super) fn octets<'a>(&self, cursor: &Cursor<'a>, at: usize) -> Option<&'a [u8]> {
        let &[start, len] = self.block.words.as_slice().get(at..at + 2)? else {
            return None;
        };
        let from = self.base.checked_add(start as usize)?;
        cursor.octets(Span {
            from,
            to: from.checked_add(len as usize)?,
            escaped: false,
        })
    }

    fn slice(&self, cursor: &Cursor<'_>, span: Span) -> Result<(u32, u32), ParseError> {
        self.offsets(span.from, span.to)
            .ok_or_else(|| too_long(cursor))
    }
}

#[cold]
fn too_long(cursor: &Cursor<'_>) -> ParseError {
    cursor.error(ParseErrorKind::StringTooLong)
}

/// A string or NIL; servers also send atoms and numbers, and `()` for NIL.
#[inline]
pub(super) fn loose_string(cursor: &mut Cursor<'_>) -> Result<Option<Span>, ParseError> {
    match cursor.peek() {
        Some(b'"') => cursor.quoted_span().map(Some),
        Some(b'N' | b'n') if cursor.try_keyword("NIL") => Ok(None),
        _ => loose_other(cursor),
    }
}

fn loose_other(cursor: &mut Cursor<'_>) -> Result<Option<Span>, ParseError> {
    match cursor.peek() {
        Some(b'{' | b'~') => cursor.literal_span().map(Some),
        Some(b'(') => {
            let from = cursor.offset();
            cursor.advance(1);
            cursor.spaces();
            if cursor.try_byte(b')') {
                cursor.tolerate_at(from, Tolerance::EmptyListForNil);
                return Ok(None);
            }
            Err(cursor.error_at(from, ParseErrorKind::ExpectedString))
        }
        _ => {
            let from = cursor.offset();
            let to = from + cursor.atom_bytes()?.len();
            cursor.tolerate_at(from, Tolerance::AtomForString);
            Ok(Some(Span {
                from,
                to,
                escaped: false,
            }))
        }
    }
}

/// Skips what is left of a list, and its end; gives where the first and behind the last stand.
pub(super) fn skip_list(cursor: &mut Cursor<'_>) -> Result<Option<Span>, ParseError> {
    cursor.spaces();
    let (from, mut to) = (cursor.offset(), cursor.offset());
    while cursor.list_goes_on() {
        skip_value(cursor)?;
        to = cursor.offset();
    }
    Ok((to > from).then_some(Span {
        from,
        to,
        escaped: false,
    }))
}
