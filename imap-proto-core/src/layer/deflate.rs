//! Our half of the compression (RFC 4978): raw DEFLATE (RFC 1951), flushed behind every write.
//!
//! A compressor takes 300 KiB, so one exists only while much is written: behind a flush the
//! stream stands at a byte boundary, and a fresh compressor may go on from there. It knows nothing
//! of what was sent before, so no secret shares a window with other people's text of an earlier
//! write. What is short goes out as a stored block, without any compressor.

use std::io::Write;

use bytes::Buf;
use flate2::{Compress, Compression, FlushCompress};

use super::LayerError;
use super::buffer::Buffer;
use super::carrier::Carrier;

/// Writes below this are stored: commands. Must fit the 16-bit length of a stored block.
const STORED_BELOW: usize = 2048;
/// At most so much is taken by one write.
const STEP: usize = 64 * 1024;
/// The space that the compressor is given at least.
const ROOM: usize = 4 * 1024;

/// The compressor's side of the stack.
#[derive(Default)]
pub(super) struct Deflate {
    /// Only while it holds what was not flushed.
    compressor: Option<Compress>,
    /// Compressed, not yet taken by the carrier.
    packed: Buffer,
}

impl Deflate {
    pub(super) fn write(
        &mut self,
        carrier: &mut Carrier,
        io: &mut impl Write,
        data: &mut impl Buf,
    ) -> Result<usize, LayerError> {
        if !carrier.drain(io, &mut self.packed)? || !data.has_remaining() {
            return Ok(0);
        }
        let taken = if self.compressor.is_none() && data.remaining() < STORED_BELOW {
            self.store(data)
        } else {
            self.compress(data)?
        };
        carrier.drain(io, &mut self.packed)?;
        Ok(taken)
    }

    /// True: everything that was taken is readable for the peer and was taken by the carrier.
    pub(super) fn flush(
        &mut self,
        carrier: &mut Carrier,
        io: &mut impl Write,
    ) -> Result<bool, LayerError> {
        if !carrier.drain(io, &mut self.packed)? {
            return Ok(false);
        }
        self.sync()?;
        carrier.drain(io, &mut self.packed)
    }

    /// What is still to be sent when compression ends here.
    pub(super) fn finish(mut self) -> Result<Buffer, LayerError> {
        self.sync()?;
        Ok(self.packed)
    }

    pub(super) fn wants_write(&self) -> bool {
        self.compressor.is_some() || !self.packed.is_empty()
    }

    pub(super) fn buffer_bytes(&self) -> usize {
        self.packed.capacity()
    }

    /// A stored block (RFC 1951 §3.2.4), not the last one, of all of `data`.
    fn store(&mut self, data: &mut impl Buf) -> usize {
        let taken = data.remaining();
        let length = u16::try_from(taken).unwrap_or(u16::MAX);
        self.packed.extend(&[0]);
        self.packed.extend(&length.to_le_bytes());
        self.packed.extend(&(!length).to_le_bytes());
        while data.has_remaining() {
            self.packed.extend(data.chunk());
            data.advance(data.chunk().len());
        }
        taken
    }

    /// Compresses a step of `data`, and flushes when that was all of it.
    fn compress(&mut self, data: &mut impl Buf) -> Result<usize, LayerError> {
        let mut taken: usize = 0;
        while data.has_remaining() && taken < STEP {
            let chunk = data.chunk();
            let chunk = chunk.get(..STEP.saturating_sub(taken)).unwrap_or(chunk);
            let (consumed, produced, _) = self.run(chunk, FlushCompress::None)?;
            if consumed == 0 && produced == 0 {
                return Err(LayerError::Deflate);
            }
            data.advance(consumed);
            taken = taken.saturating_add(consumed);
        }
        if !data.has_remaining() {
            self.sync()?;
        }
        Ok(taken)
    }

    /// Ends the block at a byte boundary (`Z_SYNC_FLUSH`), and lets the compressor go.
    ///
    /// A call that finds output of an earlier one only hands that over, and forgets the flush
    /// that it was asked for. So all of it is taken first, and a flush that may have been cut by
    /// the end of the space is asked for again: one too many is an empty block.
    fn sync(&mut self) -> Result<(), LayerError> {
        let mut flush = FlushCompress::None;
        while self.compressor.is_some() {
            let (_, produced, offered) = self.run(&[], flush)?;
            flush = match (flush, produced < offered) {
                (_, false) => FlushCompress::None,
                (FlushCompress::None, true) => FlushCompress::Sync,
                (_, true) => {
                    self.compressor = None;
                    break;
                }
            };
        }
        Ok(())
    }

    /// One call of the compressor: bytes consumed, bytes produced, and the space it had for them.
    fn run(
        &mut self,
        input: &[u8],
        flush: FlushCompress,
    ) -> Result<(usize, usize, usize), LayerError> {
        let compressor = self
            .compressor
            .get_or_insert_with(|| Compress::new(Compression::default(), false));
        let (total_in, total_out) = (compressor.total_in(), compressor.total_out());
        let room = self.packed.room(ROOM);
        let offered = room.len();
        compressor
            .compress(input, room, flush)
            .map_err(|_| LayerError::Deflate)?;
        let produced = difference(compressor.total_out(), total_out);
        self.packed.commit(produced);
        Ok((
            difference(compressor.total_in(), total_in),
            produced,
            offered,
        ))
    }
}

/// How far one of flate2's running totals moved in a call: never more than a slice is long.
fn difference(after: u64, before: u64) -> usize {
    usize::try_from(after.saturating_sub(before)).unwrap_or(usize::MAX)
}
