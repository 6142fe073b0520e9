//! What carries the bytes below compression: the transport itself, or TLS over it.

use std::io::{self, ErrorKind, IoSlice, Read, Write};

use bytes::Buf;

use super::buffer::Buffer;
use super::tls::Tls;
use super::{LayerError, Received, Sink};

/// How many slices one vectored write names.
const SLICES: usize = 16;

/// The transport's side of the stack.
#[derive(Default)]
pub(super) struct Carrier {
    pub(super) tls: Option<Box<Tls>>,
    /// Bytes were written that the transport was not asked to flush yet.
    unflushed: bool,
    /// The plain transport ended.
    ended: bool,
}

impl Carrier {
    pub(super) fn read<T: Read + Write>(
        &mut self,
        io: &mut T,
        sink: &mut dyn Sink,
    ) -> Result<Received, LayerError> {
        if let Some(tls) = &mut self.tls {
            return tls.read(io, sink, &mut self.unflushed);
        }
        if self.ended {
            return Ok(Received::End);
        }
        let received = received(sink.fill(&mut |window| read_once(io, window)))?;
        self.ended = received == Received::End;
        Ok(received)
    }

    /// Takes what the transport takes at once; with TLS a record at most.
    pub(super) fn write(
        &mut self,
        io: &mut impl Write,
        data: &mut impl Buf,
    ) -> Result<usize, LayerError> {
        match &mut self.tls {
            Some(tls) => tls.write(io, data, &mut self.unflushed),
            None => write_once(io, data, &mut self.unflushed),
        }
    }

    /// Sends what is held, until `buffer` and the records in flight are gone. False: the transport
    /// takes no more now.
    pub(super) fn drain(
        &mut self,
        io: &mut impl Write,
        buffer: &mut Buffer,
    ) -> Result<bool, LayerError> {
        while !buffer.is_empty() {
            let count = self.write(io, &mut buffer.filled())?;
            if count == 0 {
                return Ok(false);
            }
            buffer.consume(count);
        }
        buffer.release();
        Ok(true)
    }

    pub(super) fn flush(&mut self, io: &mut impl Write) -> Result<bool, LayerError> {
        if let Some(tls) = &mut self.tls
            && !tls.send(io, &mut self.unflushed)?
        {
            return Ok(false);
        }
        if self.unflushed {
            match retried(|| io.flush()) {
                Ok(()) => self.unflushed = false,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(true)
    }

    pub(super) fn wants_write(&self) -> bool {
        self.unflushed || self.tls.as_ref().is_some_and(|tls| tls.wants_write())
    }

    pub(super) fn ended(&self) -> bool {
        self.tls.as_ref().map_or(self.ended, |tls| tls.ended())
    }

    pub(super) fn holds_input(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.holds_input())
    }
}

/// What a read of the transport, through a sink, came to.
pub(super) fn received(result: io::Result<usize>) -> Result<Received, LayerError> {
    match result {
        Ok(0) => Ok(Received::End),
        Ok(count) => Ok(Received::Bytes(count)),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(Received::Blocked),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn read_once(io: &mut impl Read, window: &mut [u8]) -> io::Result<usize> {
    retried(|| io.read(window))
}

/// Writes once. `Ok(0)`: it would block, or there is nothing to write.
pub(super) fn write_once(
    io: &mut impl Write,
    data: &mut impl Buf,
    unflushed: &mut bool,
) -> Result<usize, LayerError> {
    if !data.has_remaining() {
        return Ok(0);
    }
    let mut slices = [IoSlice::new(&[]); SLICES];
    let used = data.chunks_vectored(&mut slices);
    let slices = slices.get(..used).unwrap_or_default();
    match retried(|| io.write_vectored(slices)) {
        Ok(0) => Err(io::Error::from(ErrorKind::WriteZero).into()),
        Ok(count) => {
            let count = count.min(data.remaining());
            data.advance(count);
            *unflushed = true;
            Ok(count)
        }
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(0),
        Err(error) => Err(error.into()),
    }
}

/// A call that a signal interrupted did nothing and is made again, as in `std`.
fn retried<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
