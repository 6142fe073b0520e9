//! The peer's half of the compression (RFC 4978): raw DEFLATE (RFC 1951).
//!
//! It inflates straight into the window that the sink lends, 64 KiB a step at most, and only when
//! it is asked: what a small input can blow up to stays compressed until there is room. An
//! inflater that gave something may hold more, even with all input used: it is asked again until it
//! gives nothing, and only then is the transport read.

use std::io::{Read, Write};

use flate2::{Decompress, FlushDecompress, Status};

use super::buffer::Buffer;
use super::carrier::Carrier;
use super::{LayerError, Received, Sink};

/// What one step inflates at most.
const STEP: usize = 64 * 1024;
/// The window of DEFLATE (RFC 1951 §2). With this much space, one call of the decoder holds
/// nothing back, and a fault costs none of the bytes before it.
const DICTIONARY: usize = 32 * 1024;
/// How often one call reads the carrier, when what comes inflates to nothing.
const READS: usize = 16;
/// The last bytes of an empty stored block: `Z_SYNC_FLUSH` and `Z_FULL_FLUSH` end with them.
const FLUSH_POINT: u32 = 0x0000_ffff;

/// The decompressor's side of the stack.
pub(super) struct Inflate {
    inflater: Decompress,
    /// Compressed, not yet used.
    packed: Buffer,
    /// Inflated, but more than the sink could take.
    unpacked: Buffer,
    /// The inflater gave nothing when it was last asked, and got no input since.
    starved: bool,
    /// The data is corrupt.
    failed: bool,
    /// The last block (`BFINAL`) was used.
    finished: bool,
    end: End,
    /// The last four bytes used, counted only while an end is near.
    last_bytes: u32,
}

/// Whether the compression is about to end (RFC 8437 §4).
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// No. A last block is the end of the stream.
    Unexpected,
    /// With an OK that did not come yet. A last block ends the compression, not the stream.
    Expected,
    /// The OK was seen: with the flush behind it.
    AtFlush,
}

impl Inflate {
    /// Starts with `leftover`, which was read before compression was known of.
    pub(super) fn new(leftover: &[u8]) -> Self {
        let mut packed = Buffer::default();
        packed.extend(leftover);
        Self {
            inflater: Decompress::new(false),
            starved: packed.is_empty(),
            packed,
            unpacked: Buffer::default(),
            failed: false,
            finished: false,
            end: End::Unexpected,
            last_bytes: u32::MAX,
        }
    }

    pub(super) fn read<T: Read + Write>(
        &mut self,
        carrier: &mut Carrier,
        io: &mut T,
        sink: &mut dyn Sink,
    ) -> Result<Received, LayerError> {
        if !self.unpacked.is_empty() {
            return Ok(self.unpacked.deliver(sink));
        }
        for _ in 0..READS {
            let count = self.unpack(sink)?;
            if count > 0 {
                return Ok(Received::Bytes(count));
            }
            if self.failed {
                return Err(LayerError::Inflate);
            }
            if self.ended_by_peer() {
                return Ok(Received::End);
            }
            if self.is_over() {
                return Ok(Received::Again);
            }
            match carrier.read(io, &mut self.packed)? {
                Received::Bytes(_) => self.starved = false,
                other => return Ok(other),
            }
        }
        Ok(Received::Again)
    }

    /// Gives the memory of an empty buffer back.
    pub(super) fn release(&mut self) {
        self.packed.release();
    }

    /// Ours has ended, theirs will: from now on nothing is inflated beyond a flush unasked.
    pub(super) fn expect_end(&mut self) {
        if self.end == End::Unexpected {
            self.end = End::Expected;
        }
    }

    /// The OK was seen.
    pub(super) fn end(&mut self) {
        self.end = End::AtFlush;
    }

    /// Whether what comes next is plain.
    pub(super) fn is_over(&self) -> bool {
        let over = match self.end {
            End::Unexpected => false,
            End::Expected => self.finished,
            End::AtFlush => self.finished || self.last_bytes == FLUSH_POINT,
        };
        over && self.unpacked.is_empty()
    }

    /// What came behind the end of the compression.
    pub(super) fn finish(mut self) -> Buffer {
        self.packed.release();
        self.packed
    }

    /// Whether a last block ended the stream.
    pub(super) fn ended_by_peer(&self) -> bool {
        self.finished && self.end == End::Unexpected && self.unpacked.is_empty()
    }

    pub(super) fn holds_input(&self) -> bool {
        !self.unpacked.is_empty() || !(self.starved || self.failed || self.finished)
    }

    pub(super) fn buffer_bytes(&self) -> usize {
        self.packed
            .capacity()
            .saturating_add(self.unpacked.capacity())
    }

    /// One step into the sink.
    fn unpack(&mut self, sink: &mut dyn Sink) -> Result<usize, LayerError> {
        if self.starved || self.failed || self.finished {
            return Ok(0);
        }
        Ok(sink.fill(&mut |window| Ok(self.unpack_into(window)))?)
    }

    /// Inflates into the window, or, if the decoder would have to hold back what does not fit,
    /// into a block of its own first.
    fn unpack_into(&mut self, window: &mut [u8]) -> usize {
        let step = window.len().min(STEP);
        let (window, _) = window.split_at_mut(step);
        if window.len() >= DICTIONARY {
            return self.inflate(window);
        }
        let mut block = vec![0; DICTIONARY];
        let count = self.inflate(&mut block);
        let (now, later) = block
            .get(..count)
            .unwrap_or_default()
            .split_at(count.min(step));
        if let Some(start) = window.get_mut(..now.len()) {
            start.copy_from_slice(now);
        }
        self.unpacked.extend(later);
        now.len()
    }

    /// Asks the decoder until it gives nothing or `out` is full.
    fn inflate(&mut self, out: &mut [u8]) -> usize {
        let mut written: usize = 0;
        // Whether the decoder holds nothing of what it was given. Matters near an end only.
        let mut drained = false;
        loop {
            let room = out.get_mut(written..).unwrap_or_default();
            if room.is_empty() {
                return written;
            }
            let (consumed, produced) = self.run(drained, room);
            written = written.saturating_add(produced);
            if self.failed || self.finished {
                return written;
            }
            if consumed != 0 || produced != 0 {
                drained = false;
            } else if drained || self.end == End::Unexpected {
                self.starved = true;
                return written;
            } else if self.last_bytes == FLUSH_POINT && (written > 0 || self.end == End::AtFlush) {
                return written;
            } else {
                drained = true;
            }
        }
    }

    /// One call of the decoder: bytes consumed and produced. Near an end it gets one byte, and
    /// only when it is drained of those before.
    fn run(&mut self, drained: bool, room: &mut [u8]) -> (usize, usize) {
        let waiting = self.packed.filled();
        let input = match self.end {
            End::Unexpected => waiting,
            _ if drained => waiting.get(..1).unwrap_or_default(),
            _ => &[],
        };
        let (total_in, total_out) = (self.inflater.total_in(), self.inflater.total_out());
        match self.inflater.decompress(input, room, FlushDecompress::None) {
            Ok(Status::StreamEnd) => self.finished = true,
            Ok(_) => {}
            Err(_) => self.failed = true,
        }
        let consumed = difference(self.inflater.total_in(), total_in);
        if self.end != End::Unexpected
            && let Some(byte) = input.get(..consumed).and_then(<[u8]>::last)
        {
            self.last_bytes = self.last_bytes << 8 | u32::from(*byte);
        }
        self.packed.consume(consumed);
        (consumed, difference(self.inflater.total_out(), total_out))
    }
}

/// How far one of flate2's running totals moved in a call: never more than a slice is long.
fn difference(after: u64, before: u64) -> usize {
    usize::try_from(after.saturating_sub(before)).unwrap_or(usize::MAX)
}
