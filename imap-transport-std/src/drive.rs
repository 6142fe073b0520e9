//! The thread of a connection.

use std::any::Any;
use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Wake, Waker};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use imap_proto_core::engine::Config;
use imap_proto_core::session::{Driver, Error, Opening, open};
use mio::event::Source;
use mio::{Events, Interest, Poll, Token};

use crate::callbacks::Callbacks;
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
    start_with(|_| Ok(stream), config, keep)
}

/// As [`start`], over a stream that is made with what wakes the thread.
pub(crate) fn start_with<S>(
    make: impl FnOnce(&Waker) -> io::Result<S>,
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
    let waker = Waker::from(Arc::new(Alarm(mio::Waker::new(poll.registry(), WAKER)?)));
    let task = Task {
        driver,
        stream: make(&waker)?,
        poll,
        waker,
    };
    let thread = thread::Builder::new()
        .name(format!("imap {name}"))
        .spawn(move || {
            task.run();
            drop(keep);
        })?;
    opening.attach(Threads::new(thread));
    wait(|context| opening.poll_open(context)).map(Session::new)
}

/// Ends the wait of the connection's thread.
struct Alarm(mio::Waker);

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // It fails only when the system is out of resources; the deadline then wakes the thread.
        let _ = self.0.wake();
    }
}

/// A driver with its stream.
struct Task<S> {
    driver: Driver,
    stream: S,
    poll: Poll,
    waker: Waker,
}

impl<S: Read + Write + Source> Task<S> {
    /// Moves the connection to its end; everyone who waits is told by the driver, also when it
    /// is dropped because the system's poll failed.
    fn run(mut self) {
        let interest = Interest::READABLE | Interest::WRITABLE;
        if self
            .poll
            .registry()
            .register(&mut self.stream, STREAM, interest)
            .is_err()
        {
            return;
        }
        let mut events = Events::with_capacity(4);
        while let Ok(Some(wait)) = self
            .driver
            .turn(&mut self.stream, Instant::now(), &self.waker)
        {
            if wait.again {
                continue;
            }
            let timeout = wait
                .deadline
                .map(|at| at.saturating_duration_since(Instant::now()));
            match self.poll.poll(&mut events, timeout) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return,
                _ => {}
            }
        }
    }
}

/// The threads of a connection, tied to its handles: they end with the last one.
pub(crate) struct Threads {
    connection: Mutex<Option<JoinHandle<()>>>,
    pub(crate) callbacks: Arc<Callbacks>,
}

impl Threads {
    fn new(connection: JoinHandle<()>) -> Self {
        Self {
            connection: Mutex::new(Some(connection)),
            callbacks: Arc::default(),
        }
    }
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
