//! Writing strings of a frame into a block, for envelopes and body structures.

use bytes::Bytes;

use super::skip::skip_value;
use crate::types::{BlockBuilder, ParseError, ParseErrorKind};
use crate::wire::{Cursor, Span};

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

    fn slice(&self, cursor: &Cursor<'_>, span: Span) -> Result<(u32, u32), ParseError> {
        let start = span.from.checked_sub(self.base).map(u32::try_from);
        match (start, u32::try_from(span.to - span.from)) {
            (Some(Ok(start)), Ok(len)) if start <= u32::MAX / 2 => Ok((start, len)),
            _ => Err(too_long(cursor)),
        }
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
                return Ok(None);
            }
            Err(cursor.error_at(from, ParseErrorKind::ExpectedString))
        }
        _ => {
            let from = cursor.offset();
            let to = from + cursor.atom_bytes()?.len();
            Ok(Some(Span {
                from,
                to,
                escaped: false,
            }))
        }
    }
}

/// Skips spaces, and says whether the list goes on: its end is taken.
#[inline]
pub(super) fn list_goes_on(cursor: &mut Cursor<'_>) -> bool {
    cursor.spaces();
    !cursor.try_byte(b')')
}

/// Skips what is left of a list, and its end; gives where the first and behind the last stand.
pub(super) fn skip_list(cursor: &mut Cursor<'_>) -> Result<Option<Span>, ParseError> {
    cursor.spaces();
    let (from, mut to) = (cursor.offset(), cursor.offset());
    while list_goes_on(cursor) {
        skip_value(cursor)?;
        to = cursor.offset();
    }
    Ok((to > from).then_some(Span {
        from,
        to,
        escaped: false,
    }))
}
