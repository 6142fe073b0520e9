//! A driver over a stream in memory, with a script in place of the server.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use super::super::{
    Body, Driver, Error, Flavor, Job, Opening, Operation, Reply, Session, Wait, open,
};
use crate::encode::Command;
use crate::engine::{Config, Seed};

thread_local! {
    static NOW: Cell<Option<Instant>> = const { Cell::new(None) };
    /// Jobs are kept here until a test runs them, if it wants so.
    static JOBS: RefCell<Option<Vec<Job>>> = const { RefCell::new(None) };
}

/// Bare replies, and a clock that tests move.
pub(super) struct Plain;

impl Flavor for Plain {
    type Reply<C: Command> = Reply<C>;
    type Body = Body;
    type Operation<T: Send + 'static, E: Send + 'static> = Operation<T, E>;

    fn operation<T: Send + 'static, E: Send + 'static>(
        operation: Operation<T, E>,
    ) -> Operation<T, E> {
        operation
    }

    fn reply<C: Command>(reply: Reply<C>) -> Reply<C> {
        reply
    }

    fn body(body: Body) -> Body {
        body
    }

    fn now() -> Instant {
        NOW.get().unwrap_or_else(|| {
            let now = Instant::now();
            NOW.set(Some(now));
            now
        })
    }

    fn random(octets: &mut [u8]) -> io::Result<()> {
        octets.fill(7);
        Ok(())
    }

    fn run(job: Job) {
        let now = JOBS.with_borrow_mut(|jobs| match jobs {
            Some(jobs) => {
                jobs.push(job);
                None
            }
            None => Some(job),
        });
        if let Some(job) = now {
            job();
        }
    }
}

/// From now on jobs wait for [`run_jobs`].
pub(super) fn hold_jobs() {
    JOBS.set(Some(Vec::new()));
}

/// Runs the jobs that were held; how many.
pub(super) fn run_jobs() -> usize {
    let jobs = JOBS
        .with_borrow_mut(|jobs| jobs.as_mut().map(std::mem::take))
        .unwrap_or_default();
    let count = jobs.len();
    for job in jobs {
        job();
    }
    count
}

/// The server's end, as a driver sees it.
#[derive(Default)]
pub(super) struct Wire {
    pub(super) incoming: VecDeque<u8>,
    pub(super) outgoing: Vec<u8>,
    /// The server closed its side.
    pub(super) eof: bool,
    /// At most so many octets a call.
    pub(super) step: Option<usize>,
    /// Every second read and every second write would block.
    pub(super) stutters: bool,
    /// The call that fails, counted from now.
    pub(super) fail_after: Option<usize>,
    /// Writes would block.
    pub(super) closed_for_writing: bool,
    pub(super) calls: [usize; 2],
}

impl Wire {
    fn call(&mut self, kind: usize) -> io::Result<()> {
        self.calls[kind] += 1;
        match &mut self.fail_after {
            Some(0) => return Err(ErrorKind::ConnectionReset.into()),
            Some(left) => *left -= 1,
            None => {}
        }
        if self.stutters && self.calls[kind].is_multiple_of(2) {
            return Err(ErrorKind::WouldBlock.into());
        }
        Ok(())
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.call(0)?;
        let count = buffer
            .len()
            .min(self.incoming.len())
            .min(self.step.unwrap_or(usize::MAX));
        if count == 0 && !self.eof {
            return Err(ErrorKind::WouldBlock.into());
        }
        for (to, from) in buffer.iter_mut().zip(self.incoming.drain(..count)) {
            *to = from;
        }
        Ok(count)
    }
}

impl Write for Wire {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.call(1)?;
        if self.closed_for_writing {
            return Err(ErrorKind::WouldBlock.into());
        }
        let count = buffer.len().min(self.step.unwrap_or(usize::MAX));
        self.outgoing.extend_from_slice(&buffer[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Counts how often it was called.
#[derive(Default)]
pub(super) struct Bell(AtomicUsize);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Bell {
    pub(super) fn rung(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }
}

/// One connection under test.
pub(super) struct Kit {
    pub(super) driver: Driver,
    pub(super) wire: Wire,
    pub(super) bell: Arc<Bell>,
    pub(super) last: Result<Option<Wait>, Error>,
}

impl Kit {
    pub(super) fn new(config: Config) -> (Self, Opening<Plain>) {
        let (driver, opening) = open(config, Seed([0; 16]), Plain::now()).unwrap();
        let kit = Self {
            driver,
            wire: Wire::default(),
            bell: Arc::default(),
            last: Ok(None),
        };
        (kit, opening)
    }

    /// A session that is logged in, by PREAUTH.
    pub(super) fn ready() -> (Self, Session<Plain>) {
        Self::ready_with(Config::preauthenticated())
    }

    pub(super) fn ready_with(config: Config) -> (Self, Session<Plain>) {
        let (mut kit, mut opening) = Self::new(config);
        kit.says("* PREAUTH hello\r\n");
        assert_eq!(kit.sent(), "A0 CAPABILITY\r\n");
        kit.says("* CAPABILITY IMAP4rev1 IDLE\r\nA0 OK done\r\n");
        let session = now(|context| opening.poll_open(context))
            .expect("it is open")
            .unwrap();
        (kit, session)
    }

    /// Turns until nothing moves.
    pub(super) fn turn(&mut self) {
        let waker = Waker::from(Arc::clone(&self.bell));
        for _ in 0..100_000 {
            self.last = self.driver.turn(&mut self.wire, Plain::now(), &waker);
            let again = matches!(&self.last, Ok(Some(wait)) if wait.again);
            // Readiness is told once: what a turn leaves undone is left until something comes.
            if !again && !self.waits_for_a_stutter() {
                return;
            }
        }
        panic!("the driver does not come to rest");
    }

    /// Whether the wire only pretended that it would block.
    fn waits_for_a_stutter(&self) -> bool {
        let writes = matches!(&self.last, Ok(Some(wait)) if wait.write);
        let readable = !self.wire.incoming.is_empty() && self.reads();
        self.wire.stutters && (writes || readable)
    }

    /// The server says something.
    pub(super) fn says(&mut self, text: impl AsRef<[u8]>) {
        self.wire
            .incoming
            .extend(tags(text.as_ref(), b"A", b"AAAA"));
        self.turn();
    }

    /// What was written, with short tags. The driver has its turn first if it was woken or its
    /// time has come.
    pub(super) fn sent(&mut self) -> String {
        let due = matches!(&self.last, Ok(Some(wait)) if wait.deadline.is_some_and(|at| at <= Plain::now()));
        if due || self.bell.rung() > 0 {
            self.turn();
        }
        let sent = std::mem::take(&mut self.wire.outgoing);
        String::from_utf8_lossy(&sent).replace("AAAA", "A")
    }

    pub(super) fn closes(&mut self) {
        self.wire.eof = true;
        self.turn();
    }

    /// Whether the driver waits for octets.
    pub(super) fn reads(&self) -> bool {
        matches!(&self.last, Ok(Some(wait)) if wait.read)
    }
}

/// Lines that begin with a short tag get the one that the engine makes of a seed of zeros.
fn tags(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        match line.strip_prefix(from) {
            Some(rest) if rest.first().is_some_and(u8::is_ascii_digit) => {
                out.extend_from_slice(to);
                out.extend_from_slice(rest);
            }
            _ => out.extend_from_slice(line),
        }
    }
    out
}

/// Moves the clock.
pub(super) fn pass(time: Duration) {
    NOW.set(Some(Plain::now() + time));
}

/// Polls once.
pub(super) fn now<R>(poll: impl FnOnce(&mut Context<'_>) -> Poll<R>) -> Option<R> {
    match poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => Some(result),
        Poll::Pending => None,
    }
}
