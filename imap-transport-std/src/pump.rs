//! Halves that block, made into a stream that does not.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread;

use imap_proto_core::engine::Config;
use imap_proto_core::session::Error;
use mio::event::Source;
use mio::{Interest, Registry, Token};

use crate::Session;
use crate::connect::with_tls;
use crate::drive::{Readiness, start_with};

/// How many octets wait in each direction.
const CAPACITY: usize = 64 * 1024;
/// How many are read at once.
const PIECE: usize = 16 * 1024;

/// Opens a session over any reader and writer, such as pipes or a stream of another library.
///
/// Each half gets a thread that may block in it. These threads are not waited for: the reader's
/// ends when a read ends or fails, which may be after the session is gone.
///
/// # Errors
///
/// As [`connect`](crate::connect).
pub fn connect_halves(
    reader: impl Read + Send + 'static,
    writer: impl Write + Send + 'static,
    config: Config,
) -> Result<Session, Error> {
    let make = |waker: &Waker| Ok((Pumped::start(reader, writer, waker)?, Readiness::Asked));
    start_with(make, with_tls(config)?, ())
}

/// The driver's end of two pumps.
struct Pumped {
    incoming: Arc<Pipe>,
    outgoing: Arc<Pipe>,
}

/// Octets between a thread that may block and one that may not.
struct Pipe {
    state: Mutex<State>,
    changed: Condvar,
    /// Wakes the driver.
    waker: Waker,
}

#[derive(Default)]
struct State {
    octets: VecDeque<u8>,
    /// The driver has gone, or the half has ended.
    closed: bool,
    error: Option<io::Error>,
}

impl Pumped {
    /// Starts both threads.
    fn start(
        reader: impl Read + Send + 'static,
        writer: impl Write + Send + 'static,
        waker: &Waker,
    ) -> io::Result<Self> {
        let (incoming, outgoing) = (Pipe::new(waker), Pipe::new(waker));
        let pumped = Self {
            incoming: Arc::clone(&incoming),
            outgoing: Arc::clone(&outgoing),
        };
        let name = |name: &str| thread::Builder::new().name(name.to_owned());
        name("imap reader").spawn(move || incoming.fill_from(reader))?;
        name("imap writer").spawn(move || outgoing.drain_into(writer))?;
        Ok(pumped)
    }
}

impl Drop for Pumped {
    fn drop(&mut self) {
        for pipe in [&self.incoming, &self.outgoing] {
            pipe.lock().closed = true;
            pipe.changed.notify_all();
        }
    }
}

/// Nothing that the system could poll: the threads call the waker of the poll.
impl Source for Pumped {
    fn register(&mut self, _: &Registry, _: Token, _: Interest) -> io::Result<()> {
        Ok(())
    }

    fn reregister(&mut self, _: &Registry, _: Token, _: Interest) -> io::Result<()> {
        Ok(())
    }

    fn deregister(&mut self, _: &Registry) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Pumped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.incoming.lock();
        if state.octets.is_empty() {
            return match (state.error.take(), state.closed) {
                (Some(error), _) => Err(error),
                (None, true) => Ok(0),
                (None, false) => Err(ErrorKind::WouldBlock.into()),
            };
        }
        let count = state.octets.read(buffer)?;
        self.incoming.changed.notify_all();
        Ok(count)
    }
}

impl Write for Pumped {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let mut state = self.outgoing.lock();
        if let Some(error) = state.error.take() {
            return Err(error);
        }
        if state.closed {
            return Err(ErrorKind::BrokenPipe.into());
        }
        let room = CAPACITY.saturating_sub(state.octets.len());
        if room == 0 {
            return Err(ErrorKind::WouldBlock.into());
        }
        let taken = buffer.get(..room).unwrap_or(buffer);
        state.octets.extend(taken);
        self.outgoing.changed.notify_all();
        Ok(taken.len())
    }

    /// The writing thread flushes what it was given.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Pipe {
    fn new(waker: &Waker) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            waker: waker.clone(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while `condition` holds.
    fn wait_while(&self, condition: impl FnMut(&mut State) -> bool) -> MutexGuard<'_, State> {
        let waited = self.changed.wait_while(self.lock(), condition);
        waited.unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells both ends that something changed.
    fn tell(&self) {
        self.changed.notify_all();
        self.waker.wake_by_ref();
    }

    /// The reading thread.
    fn fill_from(&self, mut reader: impl Read) {
        let mut piece = vec![0; PIECE];
        loop {
            let result = reader.read(&mut piece);
            let mut state =
                self.wait_while(|state| state.octets.len() >= CAPACITY && !state.closed);
            match result {
                _ if state.closed => return,
                Ok(0) => state.closed = true,
                Ok(count) => state.octets.extend(piece.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => {
                    state.error = Some(error);
                    state.closed = true;
                }
            }
            let closed = state.closed;
            drop(state);
            self.tell();
            if closed {
                return;
            }
        }
    }

    /// The writing thread.
    fn drain_into(&self, mut writer: impl Write) {
        let mut piece = Vec::new();
        loop {
            let mut state = self.wait_while(|state| state.octets.is_empty() && !state.closed);
            if state.octets.is_empty() {
                return;
            }
            piece.clear();
            piece.extend(state.octets.drain(..));
            drop(state);
            self.tell();
            let result = writer.write_all(&piece).and_then(|()| writer.flush());
            if let Err(error) = result {
                let mut state = self.lock();
                state.error = Some(error);
                state.closed = true;
                drop(state);
                self.tell();
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pumped(reader: impl Read + Send + 'static) -> Pumped {
        Pumped::start(reader, io::sink(), Waker::noop()).unwrap()
    }

    fn wait(pumped: &Pumped) {
        drop(
            pumped
                .incoming
                .wait_while(|state| state.octets.is_empty() && !state.closed),
        );
    }

    #[test]
    fn all_octets_come_and_then_the_end() {
        let octets: Vec<u8> = (0..=250).cycle().take(300_000).collect();
        let mut pumped = pumped(io::Cursor::new(octets.clone()));
        let mut got = Vec::new();
        let mut buffer = [0; 1000];
        loop {
            match pumped.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => got.extend_from_slice(&buffer[..count]),
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::WouldBlock);
                    thread::yield_now();
                }
            }
        }
        assert_eq!(got, octets);
    }

    #[test]
    fn a_failed_half_tells_its_error_once() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(ErrorKind::ConnectionReset.into())
            }
        }
        let mut pumped = pumped(Broken);
        wait(&pumped);
        let error = pumped.read(&mut [0; 9]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        assert_eq!(pumped.read(&mut [0; 9]).unwrap(), 0);
    }

    #[test]
    fn a_full_pipe_would_block() {
        struct Stuck;
        impl Write for Stuck {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                loop {
                    thread::park();
                }
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut pumped = Pumped::start(io::empty(), Stuck, Waker::noop()).unwrap();
        let error = pumped.write_all(&vec![0; 10 * CAPACITY]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
    }
}
