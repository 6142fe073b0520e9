//! The bytes that a layer holds: a queue in one block, freed when it is empty.

use std::io;

use super::{Received, Sink};

/// What an empty buffer lends to a read.
const FIRST_WINDOW: usize = 4 * 1024;
/// What it grows to while reads keep filling it: two TLS records a read.
const LARGEST_WINDOW: usize = 32 * 1024;

/// Bytes that wait to be decoded, delivered or sent, first in first out.
#[derive(Default)]
pub(super) struct Buffer {
    /// Initialised memory; the bytes that wait are `start..end`.
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    /// The last read filled its window, so the next one lends more.
    filled_window: bool,
}

impl Buffer {
    pub(super) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    pub(super) fn len(&self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// How much heap it holds, in bytes.
    pub(super) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    pub(super) fn filled(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// For a decoder that works in place.
    #[cfg(feature = "tls")]
    pub(super) fn filled_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(self.start..self.end).unwrap_or_default()
    }

    /// Takes `count` bytes from the front. The block stays until [`Self::release`].
    pub(super) fn consume(&mut self, count: usize) {
        self.start = self.start.saturating_add(count).min(self.end);
        if self.is_empty() {
            self.start = 0;
            self.end = 0;
        }
    }

    /// At least `least` bytes of space behind the waiting ones; [`Self::commit`] keeps what was
    /// written there.
    pub(super) fn room(&mut self, least: usize) -> &mut [u8] {
        if self.bytes.len().saturating_sub(self.end) < least {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end = self.len();
            self.start = 0;
        }
        let needed = self.end.saturating_add(least);
        if self.bytes.len() < needed {
            self.bytes
                .reserve_exact(needed.saturating_sub(self.bytes.len()));
            self.bytes.resize(needed, 0);
        }
        self.bytes.get_mut(self.end..).unwrap_or_default()
    }

    pub(super) fn commit(&mut self, count: usize) {
        self.end = self.end.saturating_add(count).min(self.bytes.len());
    }

    pub(super) fn extend(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if let Some(room) = self.room(bytes.len()).get_mut(..bytes.len()) {
            room.copy_from_slice(bytes);
            self.commit(bytes.len());
        }
    }

    /// Gives the heap back if nothing waits.
    pub(super) fn release(&mut self) {
        if self.is_empty() {
            *self = Self::default();
        }
    }

    /// Reads once, into 4 to 32 KiB of space: more each time that a read filled it, since safe
    /// code must zero what it lends.
    pub(super) fn fill_window(
        &mut self,
        read: &mut dyn FnMut(&mut [u8]) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let wanted = if self.filled_window {
            self.bytes
                .len()
                .saturating_mul(2)
                .clamp(FIRST_WINDOW, LARGEST_WINDOW)
        } else {
            FIRST_WINDOW
        };
        let least = wanted.saturating_sub(self.len()).max(FIRST_WINDOW);
        let room = self.room(least);
        let lent = room.len();
        let count = read(room)?.min(lent);
        self.filled_window = count == lent;
        self.commit(count);
        Ok(count)
    }

    /// Hands the waiting bytes to the sink, as many as fit.
    pub(super) fn deliver(&mut self, sink: &mut dyn Sink) -> Received {
        let count = sink.push(self.filled()).min(self.len());
        self.consume(count);
        self.release();
        if count == 0 {
            Received::Full
        } else {
            Received::Bytes(count)
        }
    }
}

/// One layer's input is the other's sink.
impl Sink for Buffer {
    fn is_full(&self) -> bool {
        false
    }

    fn fill(&mut self, read: &mut dyn FnMut(&mut [u8]) -> io::Result<usize>) -> io::Result<usize> {
        self.fill_window(read)
    }

    fn push(&mut self, bytes: &[u8]) -> usize {
        self.extend(bytes);
        bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_in_order_over_growth_and_compaction() {
        let mut buffer = Buffer::default();
        let mut expected: Vec<u8> = Vec::new();
        for round in 0..200u32 {
            let piece: Vec<u8> = (0..round % 37)
                .map(|n| (n + round).to_le_bytes()[0])
                .collect();
            buffer.extend(&piece);
            expected.extend(&piece);
            let taken = (round as usize % 29).min(buffer.len());
            assert_eq!(&buffer.filled()[..taken], &expected[..taken]);
            buffer.consume(taken);
            expected.drain(..taken);
            assert_eq!(buffer.filled(), expected);
        }
        buffer.consume(usize::MAX);
        buffer.release();
        assert_eq!(buffer.capacity(), 0);
    }

    #[test]
    fn the_window_grows_only_while_reads_fill_it() {
        let mut buffer = Buffer::default();
        let mut lent = Vec::new();
        for _ in 0..6 {
            let count = buffer.fill_window(&mut |window| Ok(window.len())).unwrap();
            lent.push(count);
            buffer.consume(count);
        }
        assert_eq!(lent, [4096, 8192, 16384, 32768, 32768, 32768]);
        buffer.fill_window(&mut |_| Ok(1)).unwrap();
        buffer.consume(1);
        buffer.release();
        assert_eq!(buffer.capacity(), 0);
    }

    #[test]
    fn a_short_read_is_followed_by_a_small_window() {
        let mut buffer = Buffer::default();
        for expected in [4096, 4096, 4096] {
            let read = |window: &mut [u8]| Ok(window.len() / 2);
            assert_eq!(buffer.fill_window(&mut { read }).unwrap() * 2, expected);
            buffer.consume(expected);
        }
    }

    #[test]
    fn a_read_that_claims_more_than_was_lent_is_cut() {
        let mut buffer = Buffer::default();
        assert_eq!(buffer.fill_window(&mut |_| Ok(usize::MAX)).unwrap(), 4096);
        assert_eq!(buffer.len(), 4096);
    }
}
