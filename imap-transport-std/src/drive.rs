//! The thread of a connection.

use std::any::Any;
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Wake, Waker};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use imap_proto_core::engine::Config;
use imap_proto_core::session::{Driver, Error, Opening, Wait, open};
use mio::event::Source;
use mio::{Events, Interest, Poll, Token};

use crate::callbacks::Callbacks;
use crate::helm::{Attended, Engine, Helm, Steer};
use crate::session::{Session, Std};
use crate::wait::wait;

const STREAM: Token = Token(0);
const WAKER: Token = Token(1);

/// Opens a session over a non-blocking stream and starts the thread that moves it; `keep` is
/// dropped when the thread ends.
pub(crate) fn start<S>(stream: S, config: Config, keep: impl Any + Send) -> Result<Session, Error>
where
    S: Read + Write + Source + Send + 'static,
{
    start_with(|_| Ok((stream, Readiness::Asked)), config, keep)
}

/// As [`start`], over a socket of the system's own, which need not be asked twice.
pub(crate) fn start_socket<S>(stream: S, config: Config) -> Result<Session, Error>
where
    S: Read + Write + Source + Send + 'static,
{
    start_with(|_| Ok((stream, Readiness::of_socket())), config, ())
}

/// As [`start`], over a stream that is made with what wakes the thread.
pub(crate) fn start_with<S>(
    make: impl FnOnce(&Waker) -> io::Result<(S, Readiness)>,
    config: Config,
    keep: impl Any + Send,
) -> Result<Session, Error>
where
    S: Read + Write + Source + Send + 'static,
{
    let seed = crate::connect::seed()?;
    let name = config.host().to_owned();
    let (driver, mut opening): (Driver, Opening<Std>) = open(config, seed, Instant::now())?;
    let poll = Poll::new()?;
    let attended = Attended::default();
    let alarm = Alarm(mio::Waker::new(poll.registry(), WAKER)?, attended.clone());
    let waker = Waker::from(Arc::new(alarm));
    let (mut stream, readiness) = make(&waker)?;
    let interest = Interest::READABLE | Interest::WRITABLE;
    poll.registry().register(&mut stream, STREAM, interest)?;
    let task = Task {
        driver,
        stream,
        readiness,
        poll,
        events: Events::with_capacity(4),
        waker,
    };
    let helm = Arc::new(Helm::new(task, attended));
    let steer: Arc<dyn Steer> = Arc::<Helm<Task<S>>>::clone(&helm);
    let thread = thread::Builder::new()
        .name(format!("imap {name}"))
        .spawn(move || {
            helm.run();
            drop(keep);
        })?;
    opening.attach(Threads::new(thread, steer));
    wait(|context| opening.poll_open(context)).map(Session::new)
}

/// Ends the wait of whoever moves the connection. Nobody is woken who is not there: who comes looks round first.
struct Alarm(mio::Waker, Attended);

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.1.is_attended() {
            // It fails only when the system is out of resources; the deadline then ends the wait.
            let _ = self.0.wake();
        }
    }
}

/// Whether a read is worth a call of the system.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Readiness {
    /// Any stream is asked until it has no more: it may hold octets that the system knows nothing of.
    Asked,
    /// A socket gave less than was asked for, and there is nothing more until the system tells of it.
    Drained,
    /// A socket that may have something.
    Readable,
    /// A socket whose peer will send nothing more.
    Closed,
}

impl Readiness {
    /// Of a socket that the system tells of when something comes, once, as epoll and kqueue do.
    pub(crate) const fn of_socket() -> Self {
        if cfg!(unix) {
            Self::Readable
        } else {
            Self::Asked
        }
    }

    fn told(&mut self, events: &Events) {
        for event in events.iter().filter(|event| event.token() == STREAM) {
            *self = match *self {
                Self::Asked => Self::Asked,
                _ if event.is_read_closed() || event.is_error() => Self::Closed,
                Self::Drained if event.is_readable() => Self::Readable,
                other => other,
            };
        }
    }

    fn read(&mut self, room: usize, result: &io::Result<usize>) {
        let drained = match result {
            Ok(count) => *count > 0 && *count < room,
            Err(error) => error.kind() == ErrorKind::WouldBlock,
        };
        if drained && matches!(self, Self::Readable) {
            *self = Self::Drained;
        }
    }
}

/// A driver with its stream.
struct Task<S> {
    driver: Driver,
    stream: S,
    readiness: Readiness,
    poll: Poll,
    events: Events,
    waker: Waker,
}

impl<S: Read + Write + Source + Send> Engine for Task<S> {
    type Wait = Wait;

    /// Everyone who waits is told by the driver when it is over, also when it is dropped because
    /// the system's poll failed.
    fn turn(&mut self) -> Option<Wait> {
        let mut io = Lent {
            stream: &mut self.stream,
            readiness: &mut self.readiness,
        };
        self.driver
            .turn(&mut io, Instant::now(), &self.waker)
            .ok()
            .flatten()
    }

    fn wait(&mut self, wait: Wait, end: Option<Instant>) -> bool {
        if wait.again {
            return true;
        }
        let until = wait.deadline.into_iter().chain(end).min();
        let timeout = until.map(|at| at.saturating_duration_since(Instant::now()));
        match self.poll.poll(&mut self.events, timeout) {
            Ok(()) => {
                self.readiness.told(&self.events);
                true
            }
            Err(error) => error.kind() == ErrorKind::Interrupted,
        }
    }
}

/// A stream for the length of one turn.
struct Lent<'a, S> {
    stream: &'a mut S,
    readiness: &'a mut Readiness,
}

impl<S: Read> Read for Lent<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if matches!(self.readiness, Readiness::Drained) {
            return Err(ErrorKind::WouldBlock.into());
        }
        let result = self.stream.read(buffer);
        self.readiness.read(buffer.len(), &result);
        result
    }
}

impl<S: Write> Write for Lent<'_, S> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.stream.write(octets)
    }

    fn write_vectored(&mut self, octets: &[IoSlice<'_>]) -> io::Result<usize> {
        self.stream.write_vectored(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// The threads of a connection, tied to its handles: they end with the last one.
pub(crate) struct Threads {
    connection: Mutex<Option<JoinHandle<()>>>,
    helm: Arc<dyn Steer>,
    pub(crate) callbacks: Arc<Callbacks>,
}

impl Threads {
    fn new(connection: JoinHandle<()>, helm: Arc<dyn Steer>) -> Self {
        Self {
            connection: Mutex::new(Some(connection)),
            helm,
            callbacks: Arc::default(),
        }
    }
}

/// The helm of the connection that a handle is of, if it has one still.
pub(crate) fn helm_of(threads: Option<&Threads>) -> Option<Arc<dyn Steer>> {
    threads.map(|threads| Arc::clone(&threads.helm))
}

impl Drop for Threads {
    fn drop(&mut self) {
        let connection = self
            .connection
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let in_callback = self.callbacks.are_here();
        let threads = [connection, self.callbacks.end()];
        let here = thread::current().id();
        let own = |thread: &JoinHandle<()>| thread.thread().id() == here;
        // A callback cannot wait for itself, and should not hold up those behind it.
        if in_callback || threads.iter().flatten().any(own) {
            return;
        }
        for thread in threads.into_iter().flatten() {
            // A panic of the thread was told to everyone who waited.
            let _ = thread.join();
        }
    }
}
