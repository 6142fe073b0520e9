//! Streams in memory whose every call may take one byte, nothing, or fail, by a plan or by a seed.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What happens at one call of `read` or `write`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// As much as there is.
    None,
    /// At most this many bytes.
    AtMost(usize),
    /// Nothing now: [`io::ErrorKind::WouldBlock`].
    WouldBlock,
    /// [`io::ErrorKind::Interrupted`]
    Interrupted,
    /// An error, at this call and every later one.
    Error(io::ErrorKind),
    /// The end of the stream, at this call and every later one; a write takes 0 bytes.
    End,
}

/// Which fault comes at which call.
#[derive(Debug, Clone)]
pub enum Plan {
    /// These, in turn; after the last one none.
    List(VecDeque<Fault>),
    /// One byte at a time, always.
    Drip,
    /// By chance from a seed: short reads and writes, `WouldBlock` and `Interrupted`, never an error or the end.
    Seed(u64),
}

impl Plan {
    /// No faults.
    pub fn none() -> Self {
        Self::List(VecDeque::new())
    }

    /// These faults, in turn.
    pub fn list(faults: impl IntoIterator<Item = Fault>) -> Self {
        Self::List(faults.into_iter().collect())
    }

    fn next(&mut self) -> Fault {
        match self {
            Self::List(faults) => match faults.front().copied() {
                // The last state of a stream stays.
                Some(fault @ (Fault::Error(_) | Fault::End)) => fault,
                Some(fault) => {
                    faults.pop_front();
                    fault
                }
                None => Fault::None,
            },
            Self::Drip => Fault::AtMost(1),
            Self::Seed(state) => match random(state) % 8 {
                0 | 1 => Fault::WouldBlock,
                2 => Fault::Interrupted,
                3 | 4 => Fault::AtMost(1),
                5 | 6 => Fault::AtMost(usize::try_from(random(state) % 40 + 1).unwrap_or(1)),
                _ => Fault::None,
            },
        }
    }
}

/// The next number of a xorshift generator; it is never 0 once it is not.
pub fn random(state: &mut u64) -> u64 {
    *state = if *state == 0 {
        0x9e37_79b9_7f4a_7c15
    } else {
        *state
    };
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// One end of a pair of streams. Reading an empty one is [`io::ErrorKind::WouldBlock`], or `Pending`, until the other
/// end writes or is dropped.
#[derive(Debug)]
pub struct End {
    incoming: Arc<Mutex<Pipe>>,
    outgoing: Arc<Mutex<Pipe>>,
    reads: Plan,
    writes: Plan,
}

#[derive(Debug, Default)]
struct Pipe {
    bytes: VecDeque<u8>,
    capacity: usize,
    closed: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

/// Two connected ends that hold at most `capacity` bytes under way in each direction; without faults yet.
pub fn pair(capacity: usize) -> (End, End) {
    let pipe = || {
        Arc::new(Mutex::new(Pipe {
            capacity,
            ..Pipe::default()
        }))
    };
    let (there, back) = (pipe(), pipe());
    let end = |incoming: &Arc<Mutex<Pipe>>, outgoing: &Arc<Mutex<Pipe>>| End {
        incoming: Arc::clone(incoming),
        outgoing: Arc::clone(outgoing),
        reads: Plan::none(),
        writes: Plan::none(),
    };
    (end(&back, &there), end(&there, &back))
}

impl End {
    /// Sets the plan of the reads.
    #[must_use]
    pub fn reads(mut self, plan: Plan) -> Self {
        self.reads = plan;
        self
    }

    /// Sets the plan of the writes.
    #[must_use]
    pub fn writes(mut self, plan: Plan) -> Self {
        self.writes = plan;
        self
    }

    /// Bytes that wait to be read here.
    pub fn waiting(&self) -> usize {
        lock(&self.incoming).bytes.len()
    }

    /// Ends the outgoing direction; the other end reads what is under way, and then the end.
    pub fn finish(&mut self) {
        lock(&self.outgoing).close();
    }
}

impl Drop for End {
    fn drop(&mut self) {
        lock(&self.outgoing).close();
        lock(&self.incoming).close();
    }
}

impl Pipe {
    fn close(&mut self) {
        self.closed = true;
        self.wake();
    }

    fn wake(&mut self) {
        for waker in [self.reader.take(), self.writer.take()]
            .into_iter()
            .flatten()
        {
            waker.wake();
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.bytes.is_empty() && !self.closed && !buffer.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let count = self.bytes.len().min(buffer.len());
        for (place, byte) in buffer.iter_mut().zip(self.bytes.drain(..count)) {
            *place = byte;
        }
        self.wake();
        Ok(count)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let count = (self.capacity - self.bytes.len()).min(bytes.len());
        if count == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.bytes.extend(&bytes[..count]);
        self.wake();
        Ok(count)
    }
}

/// How many bytes a call may take, by its fault.
fn limit(fault: Fault, length: usize) -> io::Result<Option<usize>> {
    match fault {
        Fault::None => Ok(Some(length)),
        Fault::AtMost(count) => Ok(Some(count.min(length))),
        Fault::WouldBlock => Err(io::ErrorKind::WouldBlock.into()),
        Fault::Interrupted => Err(io::ErrorKind::Interrupted.into()),
        Fault::Error(kind) => Err(kind.into()),
        Fault::End => Ok(None),
    }
}

impl Read for End {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match limit(self.reads.next(), buffer.len())? {
            Some(limit) => lock(&self.incoming).read(&mut buffer[..limit]),
            None => Ok(0),
        }
    }
}

impl Write for End {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match limit(self.writes.next(), bytes.len())? {
            Some(limit) => lock(&self.outgoing).write(&bytes[..limit]),
            None => Ok(0),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A result as `Poll`: a fault's `WouldBlock` and `Interrupted` wake at once, an empty or full pipe when it moves.
fn polled(
    result: io::Result<usize>,
    blocked: bool,
    context: &Context<'_>,
    waker: &mut Option<Waker>,
) -> Poll<io::Result<usize>> {
    match result {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
            ) =>
        {
            if blocked {
                *waker = Some(context.waker().clone());
            } else {
                context.waker().wake_by_ref();
            }
            Poll::Pending
        }
        result => Poll::Ready(result),
    }
}

impl AsyncRead for End {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let limit = limit(self.reads.next(), buffer.remaining());
        let mut pipe = lock(&self.incoming);
        let blocked = limit.is_ok();
        let result = limit.and_then(|limit| match limit {
            Some(limit) => pipe.read(buffer.initialize_unfilled_to(limit)),
            None => Ok(0),
        });
        polled(result, blocked, context, &mut pipe.reader).map_ok(|count| buffer.advance(count))
    }
}

impl AsyncWrite for End {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let limit = limit(self.writes.next(), bytes.len());
        let mut pipe = lock(&self.outgoing);
        let blocked = limit.is_ok();
        let result =
            limit.and_then(|limit| limit.map_or(Ok(0), |limit| pipe.write(&bytes[..limit])));
        polled(result, blocked, context, &mut pipe.writer)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.finish();
        Poll::Ready(Ok(()))
    }
}

fn lock(pipe: &Mutex<Pipe>) -> MutexGuard<'_, Pipe> {
    pipe.lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[test]
    fn a_plan_is_followed_call_by_call() {
        let (mut here, there) = pair(64);
        let faults = [
            Fault::WouldBlock,
            Fault::AtMost(2),
            Fault::Interrupted,
            Fault::None,
            Fault::Error(io::ErrorKind::ConnectionReset),
        ];
        let mut there = there.reads(Plan::list(faults));
        Write::write_all(&mut here, b"abcdef").unwrap();
        let mut buffer = [0; 8];
        let mut read = || Read::read(&mut there, &mut buffer).map_err(|error| error.kind());
        let expected = [
            Err(io::ErrorKind::WouldBlock),
            Ok(2),
            Err(io::ErrorKind::Interrupted),
            Ok(4),
            Err(io::ErrorKind::ConnectionReset),
            Err(io::ErrorKind::ConnectionReset),
        ];
        assert_eq!(expected.map(|_| read()), expected);
    }

    #[test]
    fn a_full_pipe_blocks_and_a_dropped_end_ends() {
        let (mut here, mut there) = pair(3);
        assert_eq!(Write::write(&mut here, b"abcd").unwrap(), 3);
        assert_eq!(
            Write::write(&mut here, b"d").unwrap_err().kind(),
            io::ErrorKind::WouldBlock
        );
        let mut buffer = [0; 8];
        assert_eq!(Read::read(&mut there, &mut buffer).unwrap(), 3);
        assert_eq!(
            Read::read(&mut there, &mut buffer).unwrap_err().kind(),
            io::ErrorKind::WouldBlock
        );
        drop(here);
        assert_eq!(Read::read(&mut there, &mut buffer).unwrap(), 0);
        assert_eq!(
            Write::write(&mut there, b"x").unwrap_err().kind(),
            io::ErrorKind::BrokenPipe
        );
    }

    #[test]
    fn a_seed_gives_the_same_faults_again() {
        let faults = |seed| {
            let mut plan = Plan::Seed(seed);
            (0..100).map(|_| plan.next()).collect::<Vec<_>>()
        };
        assert_eq!(faults(1), faults(1));
        assert_ne!(faults(1), faults(2));
        assert!(faults(3).contains(&Fault::WouldBlock) && faults(3).contains(&Fault::AtMost(1)));
    }

    #[tokio::test]
    async fn async_ends_wake_each_other_through_faults() {
        let (here, there) = pair(7);
        let (mut here, mut there) = (here.writes(Plan::Seed(5)), there.reads(Plan::Seed(9)));
        let bytes: Vec<u8> = (0..=255).collect();
        let sending = bytes.clone();
        let task = tokio::spawn(async move {
            AsyncWriteExt::write_all(&mut here, &sending).await.unwrap();
            here.shutdown().await.unwrap();
        });
        let mut got = Vec::new();
        AsyncReadExt::read_to_end(&mut there, &mut got)
            .await
            .unwrap();
        task.await.unwrap();
        assert_eq!(got, bytes);
    }
}
