//! A position in one whole response, and the tokens that all grammars share (RFC 9051 §9).

mod numbers;
mod spaces;
mod strings;

use bytes::Bytes;

pub(crate) use numbers::{leading_number, number_of};
pub(crate) use strings::{Span, find_quoted_special, is_ascii_atom_char};

use super::Limits;
use crate::types::{ParseError, ParseErrorKind, Tolerance, Tolerances};

/// Reads one frame from front to back. Strings that it gives share the frame's memory, if that can
/// be shared.
///
/// A parser takes it at the first octet of its construct and leaves it behind the last. On an
/// error the position is where the error is; nothing is ever read twice but by [`Self::seek`].
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    frame: Option<&'a Bytes>,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    items: usize,
    limits: &'a Limits,
    /// Where a literal or free text ended last: the octet before is no part of the grammar.
    content_end: usize,
    odd: Odd,
}

/// What was not as the grammar has it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Odd {
    kinds: Tolerances,
    /// The first kind that [`Limits::tolerances`] lacks, and where it was found.
    refused: Option<(Tolerance, usize)>,
}

impl<'a> Cursor<'a> {
    /// At the first octet of a frame.
    pub(crate) fn new(frame: &'a Bytes, limits: &'a Limits) -> Self {
        Self {
            frame: Some(frame),
            ..Self::lent(frame, limits)
        }
    }

    /// At the first octet of a frame of which strings must be copies.
    #[inline]
    pub(crate) fn lent(bytes: &'a [u8], limits: &'a Limits) -> Self {
        Self {
            frame: None,
            bytes,
            at: 0,
            depth: 0,
            items: 0,
            limits,
            content_end: 0,
            odd: Odd::default(),
        }
    }

    /// The limits that hold here.
    pub(crate) fn limits(&self) -> &'a Limits {
        self.limits
    }

    /// The octets before the position.
    #[inline]
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    /// Goes to an offset, in most cases one that [`Self::offset`] gave.
    #[inline]
    pub(crate) fn seek(&mut self, offset: usize) {
        self.at = offset.min(self.bytes.len());
    }

    /// What is left.
    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The next octet.
    #[inline]
    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The octet that many places behind the next one.
    #[inline]
    pub(crate) fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at.checked_add(ahead)?).copied()
    }

    /// Goes that many octets on.
    #[inline]
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
    #[inline]
    pub(crate) fn share(&self, from: usize, to: usize) -> Bytes {
        match (self.bytes.get(from..to), self.frame) {
            (None | Some([]), _) => Bytes::new(),
            (_, Some(frame)) => frame.slice(from..to),
            (Some(octets), None) => Bytes::copy_from_slice(octets),
        }
    }

    /// One octet.
    #[inline]
    pub(crate) fn byte(&mut self, byte: u8) -> Result<(), ParseError> {
        if self.try_byte(byte) {
            Ok(())
        } else {
            Err(self.error(ParseErrorKind::ExpectedByte(byte)))
        }
    }

    /// One octet, if it is the next.
    #[inline]
    pub(crate) fn try_byte(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// These octets, if they are the next.
    #[inline]
    pub(crate) fn try_bytes(&mut self, octets: &[u8]) -> bool {
        let found = self.rest().starts_with(octets);
        if found {
            self.at += octets.len();
        }
        found
    }

    /// Notes something that is not as the grammar has it.
    #[cold]
    pub(crate) fn tolerate(&mut self, kind: Tolerance) {
        self.tolerate_at(self.at, kind);
    }

    /// The same at another offset.
    #[cold]
    pub(crate) fn tolerate_at(&mut self, offset: usize, kind: Tolerance) {
        self.odd.kinds = self.odd.kinds.with(kind);
        if self.odd.refused.is_none() && !self.limits.tolerances.contains(kind) {
            self.odd.refused = Some((kind, offset));
        }
    }

    /// What was noted so far.
    pub(crate) fn odd(&self) -> Odd {
        self.odd
    }

    /// Forgets what was noted since, of an attempt that failed.
    pub(crate) fn set_odd(&mut self, odd: Odd) {
        self.odd = odd;
    }

    /// Whether all was as the grammar has it.
    pub(crate) fn is_strict(&self) -> bool {
        self.odd.kinds.is_empty()
    }

    /// Adds what was noted to `tolerated`, or fails if it is not to be tolerated.
    #[inline]
    pub(crate) fn finish(&self, tolerated: &mut Tolerances) -> Result<(), ParseError> {
        if let Some((kind, offset)) = self.odd.refused {
            return Err(self.error_at(offset, ParseErrorKind::NotTolerated(kind)));
        }
        *tolerated = tolerated.union(self.odd.kinds);
        Ok(())
    }

    /// Everything up to the end of the line, which is left.
    pub(crate) fn rest_of_line(&mut self) -> Bytes {
        let rest = self.rest();
        let line = rest.strip_suffix(b"\n").unwrap_or(rest);
        let line = line.strip_suffix(b"\r").unwrap_or(line).len();
        let from = self.at;
        self.at += line;
        self.content_end = self.at;
        self.share(from, self.at)
    }

    /// One level deeper; every list and every part goes through here.
    #[inline]
    pub(crate) fn enter(&mut self) -> Result<(), ParseError> {
        if self.depth >= self.limits.max_depth {
            return Err(self.error(ParseErrorKind::TooDeep));
        }
        self.depth += 1;
        Ok(())
    }

    /// One level up.
    #[inline]
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

    /// Counts elements of a list.
    #[inline]
    pub(crate) fn count_items(&mut self, items: usize) -> Result<(), ParseError> {
        if items > self.limits.max_list_items.saturating_sub(self.items) {
            return Err(self.error(ParseErrorKind::TooManyItems));
        }
        self.items += items;
        Ok(())
    }

    /// Counts an element of a list.
    #[inline]
    pub(crate) fn count_item(&mut self) -> Result<(), ParseError> {
        if self.items >= self.limits.max_list_items {
            return Err(self.error(ParseErrorKind::TooManyItems));
        }
        self.items += 1;
        Ok(())
    }
}
