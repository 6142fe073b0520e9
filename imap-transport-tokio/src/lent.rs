//! An asynchronous stream, lent to the driver as a non-blocking one.

use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream for the length of one turn: `Pending` is `WouldBlock`, and the task is woken when
/// there is more.
pub(crate) struct Lent<'a, 'b, S> {
    pub(crate) stream: Pin<&'a mut S>,
    pub(crate) context: &'a mut Context<'b>,
}

impl<S: AsyncRead> Read for Lent<'_, '_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(buffer);
        ready(self.stream.as_mut().poll_read(self.context, &mut buffer))?;
        Ok(buffer.filled().len())
    }
}

impl<S: AsyncWrite> Write for Lent<'_, '_, S> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        ready(self.stream.as_mut().poll_write(self.context, octets))
    }

    fn write_vectored(&mut self, octets: &[IoSlice<'_>]) -> io::Result<usize> {
        ready(
            self.stream
                .as_mut()
                .poll_write_vectored(self.context, octets),
        )
    }

    fn flush(&mut self) -> io::Result<()> {
        ready(self.stream.as_mut().poll_flush(self.context))
    }
}

fn ready<T>(poll: Poll<io::Result<T>>) -> io::Result<T> {
    match poll {
        Poll::Ready(result) => result,
        Poll::Pending => Err(ErrorKind::WouldBlock.into()),
    }
}
