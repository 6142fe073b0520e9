//! Octets that came and are not yet parsed.

use std::{fmt, io};

use bytes::{Buf, Bytes, BytesMut};

use super::Limits;

/// Octets lent to the first read. 4 KiB: what an idle connection or a short answer needs.
const MIN_WINDOW: usize = 4 * 1024;
/// Octets lent to one read at most. 64 KiB: larger ones gain nothing, and must be zeroed.
const MAX_WINDOW: usize = 64 * 1024;
/// Octets of a new block of memory when responses come faster than they are taken, and one of them
/// has to be moved there: a larger block is one that less has to be moved between.
const BLOCK: usize = 256 * 1024;
/// Octets in blocks that were handed out and are kept to be used again: as many as wait for a reader,
/// and some that it reads.
const SPARES: usize = 5 * MAX_WINDOW;
/// Octets of a block that is worth it: a record of TLS.
const SPARE: usize = 16 * 1024;

/// Bytes not yet parsed. The adapter owns it and fills it; only the engine consumes it.
///
/// It grows with the octets that came, never with announced ones. It is full at
/// [`Limits::max_response`] and a read window, so that a response within the limit always fits.
///
/// ```
/// use imap_proto_core::wire::{InputBuffer, Limits};
///
/// let mut input = InputBuffer::new(&Limits::default());
/// let mut socket: &[u8] = b"* OK ready\r\n";
/// let read = input.fill(|window| std::io::Read::read(&mut socket, window))?;
/// assert_eq!((read, input.len()), (12, 12));
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct InputBuffer {
    /// The octets that came, and behind them what is left of windows already zeroed.
    bytes: BytesMut,
    /// How many octets came and were not taken.
    filled: usize,
    /// The largest capacity seen: how large the block of memory is, as far as is known.
    block: usize,
    /// Blocks of a literal that is handed out: used again when their readers have let them go.
    spares: Vec<Bytes>,
    limit: usize,
    window: usize,
    consumed: u64,
}

/// Without the octets, which may be a SASL challenge.
impl fmt::Debug for InputBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InputBuffer")
            .field("len", &self.bytes.len())
            .field("consumed", &self.consumed)
            .finish_non_exhaustive()
    }
}

impl InputBuffer {
    /// An empty buffer, without memory of its own yet.
    pub fn new(limits: &Limits) -> Self {
        Self {
            bytes: BytesMut::new(),
            filled: 0,
            block: 0,
            spares: Vec::new(),
            limit: limits.max_response.saturating_add(MAX_WINDOW),
            window: MIN_WINDOW,
            consumed: 0,
        }
    }

    /// Reads once: `read` writes into the window that it is lent and says how many octets it
    /// wrote, as [`io::Read::read`] does. The answer is that number; 0 is the end of the stream.
    ///
    /// # Errors
    ///
    /// What `read` gave; the buffer is as it was then. [`io::ErrorKind::QuotaExceeded`] when the
    /// buffer is full, without reading.
    pub fn fill(&mut self, read: impl FnOnce(&mut [u8]) -> io::Result<usize>) -> io::Result<usize> {
        if self.is_full() {
            return Err(io::Error::new(
                io::ErrorKind::QuotaExceeded,
                "the input buffer is full",
            ));
        }
        let before = self.filled;
        let window = self.window.min(self.limit - before);
        self.zero_up_to(before + window);
        let lent = self.bytes.get_mut(before..before + window);
        let result = read(lent.unwrap_or_default()).map(|read| read.min(window));
        self.filled += result.as_ref().unwrap_or(&0);
        match result {
            Ok(read) if read == self.window => self.window = (self.window * 2).min(MAX_WINDOW),
            // What is lent is zeroed first: small reads must not pay for large ones before.
            Ok(read) if read < self.window / 4 => self.window = (self.window / 2).max(MIN_WINDOW),
            _ => {}
        }
        result
    }

    /// Takes octets that are in memory already, as many as fit, and says how many.
    pub fn extend_from_slice(&mut self, octets: &[u8]) -> usize {
        let room = self.limit.saturating_sub(self.filled);
        let taken = octets.get(..room).unwrap_or(octets);
        self.start_again_if_empty();
        self.bytes.truncate(self.filled);
        self.bytes.extend_from_slice(taken);
        self.filled = self.bytes.len();
        self.block = self.block.max(self.bytes.capacity());
        taken.len()
    }

    /// Whether nothing more fits: the engine must be asked for events first.
    pub fn is_full(&self) -> bool {
        self.filled >= self.limit
    }

    /// The octets not yet parsed.
    pub fn len(&self) -> usize {
        self.filled
    }

    /// Whether every octet was parsed.
    pub fn is_empty(&self) -> bool {
        self.filled == 0
    }

    /// Gives the memory of an empty buffer back, for a connection that waits; a buffer that
    /// holds octets is left alone.
    pub fn release(&mut self) {
        if self.is_empty() {
            self.bytes = BytesMut::new();
            self.block = 0;
            self.spares = Vec::new();
            self.window = MIN_WINDOW;
        }
    }

    /// How many octets were put in since the start.
    pub fn received(&self) -> u64 {
        self.consumed.saturating_add(self.filled as u64)
    }

    /// How many octets the engine took since the start.
    pub fn consumed(&self) -> u64 {
        self.consumed
    }

    /// The octets not yet parsed.
    #[inline]
    pub(crate) fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.filled).unwrap_or_default()
    }

    /// Takes the first octets, which stay where they are in memory; all if there are fewer.
    #[inline]
    pub(crate) fn take(&mut self, octets: usize) -> Bytes {
        let octets = octets.min(self.filled);
        self.filled -= octets;
        self.consumed = self.consumed.saturating_add(octets as u64);
        self.bytes.split_to(octets).freeze()
    }

    /// Takes some octets of a literal that is handed out. What follows of it comes into the same
    /// memory, once nobody holds these any more.
    pub(crate) fn take_chunk(&mut self, octets: usize) -> Bytes {
        let chunk = self.take(octets);
        let spared: usize = self.spares.iter().map(Bytes::len).sum();
        if self.filled == 0 && chunk.len() >= SPARE && spared + chunk.len() <= SPARES {
            self.spares.push(chunk.clone());
        }
        chunk
    }

    /// The literal is at its end.
    pub(crate) fn end_chunks(&mut self) {
        self.spares = Vec::new();
    }

    /// A copy of the first octets, for those that may have to be looked at again.
    pub(crate) fn peek(&self, octets: usize) -> Bytes {
        let octets = octets.min(self.filled);
        Bytes::copy_from_slice(self.bytes.get(..octets).unwrap_or_default())
    }

    /// Drops the first octets; all if there are fewer.
    #[inline]
    pub(crate) fn discard(&mut self, octets: usize) {
        let octets = octets.min(self.filled);
        self.filled -= octets;
        self.consumed = self.consumed.saturating_add(octets as u64);
        self.bytes.advance(octets);
    }

    /// Makes so many octets ready to be lent. What a short read left is zeroed already, so that
    /// each octet of memory is zeroed once, however large the windows are.
    fn zero_up_to(&mut self, octets: usize) {
        if self.bytes.len() >= octets {
            return;
        }
        self.start_again_if_empty();
        if self.bytes.capacity() < octets {
            self.bytes.truncate(self.filled); // what is moved is what came
            if self.filled > 0 && self.window == MAX_WINDOW {
                self.bytes.reserve(BLOCK.saturating_sub(self.filled));
            }
        }
        self.bytes.resize(octets, 0);
        self.block = self.block.max(self.bytes.capacity());
    }

    /// An empty buffer begins at the front of its block again when nobody holds a slice of that:
    /// the front is in the processor's cache, and nothing has to be moved there later.
    fn start_again_if_empty(&mut self) {
        if self.filled > 0 {
            return;
        }
        if let Some(block) = self.unused() {
            self.block = block.capacity();
            self.bytes = block;
            return;
        }
        self.bytes.clear();
        if !self.bytes.try_reclaim(self.block) {
            self.block = 0; // in use, or another block: found out again
        }
    }

    /// A block that was handed out and is held no more, with its octets, which need not be zeroed.
    fn unused(&mut self) -> Option<BytesMut> {
        if self.spares.is_empty() {
            return None;
        }
        // The rest of the last block holds it, too.
        self.bytes = BytesMut::new();
        let at = self.spares.iter().position(Bytes::is_unique)?;
        self.spares.swap_remove(at).try_into_mut().ok()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn the_memory_of_a_literal_is_used_again_when_its_reader_let_it_go() {
        let mut input = InputBuffer::new(&Limits::default());
        input.window = MAX_WINDOW;
        let mut octet = 0;
        let mut chunk = |input: &mut InputBuffer| {
            octet += 1;
            let read = input.fill(|window| {
                window.fill(octet);
                Ok(window.len())
            });
            input.take_chunk(read.unwrap())
        };
        let held = [chunk(&mut input), chunk(&mut input)];
        let places = held.each_ref().map(|chunk| chunk.as_ptr());
        assert!(
            held[0].iter().all(|octet| *octet == 1),
            "it is not written to while it is held"
        );
        let third = chunk(&mut input);
        assert!(!places.contains(&third.as_ptr()));
        drop(held);
        let (fourth, fifth) = (chunk(&mut input), chunk(&mut input));
        assert!(places.contains(&fourth.as_ptr()) && places.contains(&fifth.as_ptr()));
        assert!(third.iter().all(|octet| *octet == 3) && fifth.iter().all(|octet| *octet == 5));
        let many: Vec<_> = (0..20).map(|_| chunk(&mut input)).collect();
        assert!(input.spares.len() == SPARES / MAX_WINDOW && many.len() == 20);
        input.end_chunks();
        assert!(input.spares.is_empty());
    }

    #[test]
    fn the_window_follows_the_reads_and_starts_again_after_release() {
        let mut input = InputBuffer::new(&Limits::default());
        let mut windows = Vec::new();
        for _ in 0..6 {
            let fill = input.fill(|window| {
                windows.push(window.len());
                Ok(window.len())
            });
            fill.unwrap();
        }
        let short = input.fill(|window| {
            windows.push(window.len());
            Ok(1)
        });
        assert_eq!(short.unwrap(), 1);
        assert_eq!(windows, [4096, 8192, 16384, 32768, 65536, 65536, 65536]);
        let shorter = input.fill(|window| Ok(window.len() / 2));
        assert_eq!(shorter.unwrap(), 16384);
        input.discard(usize::MAX);
        input.release();
        input
            .fill(|window| {
                windows.push(window.len());
                Ok(0)
            })
            .unwrap();
        assert_eq!(windows.last(), Some(&4096));
    }

    #[test]
    fn a_full_buffer_does_not_read() {
        let mut input = InputBuffer::new(&Limits::default().max_response(10));
        assert_eq!(input.extend_from_slice(&vec![b'x'; 70_000]), 65_546);
        assert!(input.is_full());
        let error = input.fill(|_| Ok(1)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::QuotaExceeded);
    }

    #[test]
    fn a_failed_read_and_a_reader_that_claims_too_much_leave_no_octet_behind() {
        let mut input = InputBuffer::new(&Limits::default());
        input.extend_from_slice(b"ab");
        let error = input.fill(|_| Err(io::ErrorKind::WouldBlock.into()));
        assert_eq!(error.unwrap_err().kind(), io::ErrorKind::WouldBlock);
        assert_eq!(input.as_slice(), b"ab");
        assert_eq!(input.fill(|_| Ok(1 << 40)).unwrap(), 4096);
        assert_eq!(input.len(), 4098);
    }

    #[test]
    fn what_is_lent_is_zero_or_left_from_a_window_and_never_what_was_taken() {
        let mut input = InputBuffer::new(&Limits::default());
        let secret = input.fill(|window| {
            window.fill(b's');
            Ok(10)
        });
        assert_eq!(secret.unwrap(), 10);
        assert_eq!((input.len(), input.as_slice()), (10, &[b's'; 10][..]));
        assert_eq!(input.take(10), [b's'; 10][..]);
        assert!(input.is_empty() && input.as_slice().is_empty());
        input.extend_from_slice(b"ab");
        assert_eq!((input.len(), input.take(9)), (2, Bytes::from_static(b"ab")));
    }

    #[test]
    fn an_empty_buffer_begins_at_the_front_of_its_block_unless_a_slice_is_held() {
        let mut input = InputBuffer::new(&Limits::default());
        let address = |input: &mut InputBuffer| {
            let mut address = 0;
            let read = |window: &mut [u8]| {
                address = window.as_ptr().addr();
                Ok(100)
            };
            input.fill(read).unwrap();
            address
        };
        let front = address(&mut input);
        drop(input.take(100));
        assert_eq!(address(&mut input), front);
        let held = input.take(100);
        let other = address(&mut input);
        assert!(!(front..front + 4096).contains(&other) && held.len() == 100);
        drop(input.take(100));
        assert_eq!(address(&mut input), other);
    }

    #[test]
    fn octets_are_counted_and_come_out_in_order() {
        let mut input = InputBuffer::new(&Limits::default());
        let mut socket: &[u8] = b"abcdefgh";
        input.fill(|window| socket.read(window)).unwrap();
        assert_eq!(input.peek(3), "abc");
        assert_eq!(input.take(3), "abc");
        input.discard(2);
        assert_eq!((input.consumed(), input.received()), (5, 8));
        assert_eq!(input.take(9), "fgh");
        assert!(input.is_empty());
    }
}
