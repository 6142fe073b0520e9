//! The one loop between a stream and the engine, for every adapter.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use super::Error;
use super::deliver::{Gate, Halt};
use super::flavor::Job;
use super::open::Open;
use super::route::Wakers;
use super::shared::{Core, Shared};
use crate::encode::{Command, Logout};
use crate::engine::trace::{Span, tell};
use crate::engine::{ConnectionError, State, TimeoutReason, TlsUpgrade};
use crate::layer::{LayerError, Received, Stack};
use crate::wire::InputBuffer;

/// How often a turn goes round before it lets others run.
const ROUNDS: usize = 64;
/// How many times events are delivered, while there are more, before the next write.
const UNWRITTEN: usize = 8;
/// How many writes are made before the lock is given up for others.
const WRITES: usize = 8;

/// Moves one connection: writes what the engine has, reads, and hands out what came.
///
/// The adapter owns the stream and waits; everything else is here. When the driver is dropped
/// before its end, everyone who waits is told.
pub struct Driver {
    pub(super) shared: Arc<Shared>,
    pub(super) stack: Stack,
    pub(super) input: InputBuffer,
    pub(super) run: fn(Job),
    pub(super) random: Random,
    /// The opening, until it is over.
    pub(super) open: Option<Box<Open>>,
    /// A handshake is under way, with the token that goes on with the engine behind STARTTLS.
    pub(super) handshake: Option<Handshake>,
    /// A job runs, and nothing is parsed meanwhile.
    pub(super) computing: bool,
    /// The stream took nothing when it was last written to.
    blocked: bool,
    /// The last round left events undelivered.
    more: bool,
    /// A queue is full since then.
    gate: Option<(Gate, Instant)>,
    /// The stream ended.
    eof: bool,
    /// Writing failed, then: what the server said before it went is still read.
    broken: Option<(Error, Instant)>,
    /// The last handle went, then.
    released: Option<Instant>,
    finished: Option<Result<(), Error>>,
    pub(super) wakers: Wakers,
    span: Span,
}

/// Where random octets come from.
pub(super) type Random = fn(&mut [u8]) -> io::Result<()>;

/// A TLS handshake.
pub(super) struct Handshake {
    pub(super) token: Option<TlsUpgrade>,
    pub(super) deadline: Instant,
}

/// What to wait for before the next [`Driver::turn`]; a call too early does no harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Until the stream can be read.
    pub read: bool,
    /// Until the stream can be written.
    pub write: bool,
    /// For nothing: there is more to do, others may go first.
    pub again: bool,
    /// At most until then.
    pub deadline: Option<Instant>,
}

impl Driver {
    pub(super) fn new(
        shared: Arc<Shared>,
        input: InputBuffer,
        run: fn(Job),
        random: Random,
    ) -> Self {
        let span = Span::connection(shared.lock().connection.config());
        Self {
            random,
            shared,
            stack: Stack::plain(),
            input,
            run,
            open: Some(Box::default()),
            handshake: None,
            computing: false,
            blocked: false,
            more: false,
            gate: None,
            eof: false,
            broken: None,
            released: None,
            finished: None,
            wakers: Wakers::new(),
            span,
        }
    }

    /// Writes, delivers and reads until nothing moves or others should have their turn. Call it
    /// when anything of the answer's [`Wait`] came, when `waker` was called, or at any time.
    ///
    /// `io` must be non-blocking: `WouldBlock` means that nothing can be had now. Readiness is
    /// not trusted. `Ok(None)`: we logged out, and the driver and the stream can be dropped.
    ///
    /// # Errors
    ///
    /// Why the connection is over. Everyone who waited was told; the same comes again.
    pub fn turn<T: Read + Write>(
        &mut self,
        io: &mut T,
        now: Instant,
        waker: &Waker,
    ) -> Result<Option<Wait>, Error> {
        if let Some(finished) = &self.finished {
            return finished.clone().map(|()| None);
        }
        let span = self.span.clone();
        span.within(|| self.turned(io, now, waker))
    }

    fn turned<T: Read + Write>(
        &mut self,
        io: &mut T,
        now: Instant,
        waker: &Waker,
    ) -> Result<Option<Wait>, Error> {
        match self.rounds(io, now, waker) {
            Ok(Some(wait)) => Ok(Some(wait)),
            Ok(None) => self.finish(io, ConnectionError::LoggedOut.into()),
            Err(error) => self.finish(io, error),
        }
    }

    fn rounds<T: Read + Write>(
        &mut self,
        io: &mut T,
        now: Instant,
        waker: &Waker,
    ) -> Result<Option<Wait>, Error> {
        self.clock(now)?;
        let mut held_back = 0;
        for _ in 0..ROUNDS {
            if !self.release(now)? {
                return Ok(None);
            }
            // What the commands that ended let go of is written together.
            let is_early = self.more && held_back < UNWRITTEN;
            held_back = if is_early { held_back + 1 } else { 0 };
            let wrote = !is_early && self.write(io, now)?;
            let moved = self.advance(io, now)?;
            self.wake();
            if !(wrote || moved)
                && let Some(wait) = self.rest(now, waker)?
            {
                tell!("imap::driver", TRACE, ?wait, "waiting");
                return Ok(Some(wait));
            }
        }
        Ok(Some(Wait {
            read: true,
            write: false,
            again: true,
            deadline: None,
        }))
    }

    /// What time alone brings about.
    fn clock(&self, now: Instant) -> Result<(), Error> {
        if let Some(handshake) = &self.handshake
            && handshake.deadline <= now
        {
            return Err(ConnectionError::Timeout(TimeoutReason::Upgrade).into());
        }
        self.shared.lock().connection.handle_timeout(now);
        Ok(())
    }

    /// When no handle is left: logs out, or, where no LOGOUT can be sent, ends at once. False:
    /// there is nothing more to wait for.
    fn release(&mut self, now: Instant) -> Result<bool, Error> {
        let mut core = self.shared.lock();
        if core.aborted {
            return Err(aborted());
        }
        if let Some(since) = self.released {
            let grace = core.connection.config().current_timeouts().logout;
            let written = core.connection.poll_transmit(now).is_none() && !self.stack.wants_write();
            return Ok(!written || now < since + grace);
        }
        if !core.released {
            return Ok(true);
        }
        self.released = Some(now);
        self.gate = None;
        if self.open.take().is_some() {
            return Ok(false);
        }
        if core.connection.state() == State::LoggingOut {
            return Ok(true);
        }
        match core.submit_last(Logout.request()?, now) {
            Ok(()) => Ok(true),
            Err(_) => Ok(false),
        }
    }

    /// Writes what is ready. True: something went.
    fn write(&mut self, io: &mut impl Write, now: Instant) -> Result<bool, Error> {
        if self.broken.is_some() {
            return Ok(false);
        }
        match self.write_some(io, now) {
            Err(LayerError::Io(error)) if is_gone(&error) => {
                self.broken = Some((error.into(), now));
                Ok(false)
            }
            other => Ok(other?),
        }
    }

    fn write_some(&mut self, io: &mut impl Write, now: Instant) -> Result<bool, LayerError> {
        let mut wrote = 0;
        self.blocked = false;
        let mut core = self.shared.lock();
        for _ in 0..WRITES {
            let Some(mut transmit) = core.connection.poll_transmit(now) else {
                break;
            };
            let count = self.stack.write(io, &mut transmit)?;
            if count == 0 {
                self.blocked = true;
                break;
            }
            wrote += count;
        }
        if self.stack.is_compressed() && core.connection.is_unauthenticating() {
            self.stack.end_sent_compression()?;
        }
        drop(core);
        if self.stack.wants_write() {
            self.stack.flush(io)?;
        }
        Ok(wrote > 0)
    }

    /// Takes the next step with what came. True: something moved.
    fn advance<T: Read + Write>(&mut self, io: &mut T, now: Instant) -> Result<bool, Error> {
        if self.handshake.is_some() {
            return self.shake_hands(io, now);
        }
        if self.computing {
            return self.computed(now);
        }
        if !self.gate_is_open(now) {
            return Ok(false);
        }
        let consumed = self.input.consumed();
        let mut core = self.shared.lock();
        let halt = core.deliver(&mut self.input, now, &mut self.wakers);
        if self.stack.is_compressed() && !core.connection.is_compressed() {
            self.stack.end_received_compression();
        }
        drop(core);
        self.more = matches!(halt, Ok(Halt::More));
        match halt.map_err(|error| self.own_reason(error))? {
            // What was taken in may let something be written, without an event to show for it.
            Halt::NeedInput => Ok(self.read(io, now)? || self.input.consumed() != consumed),
            Halt::Paused => Ok(false),
            Halt::More => Ok(true),
            Halt::Full(gate) => {
                self.gate = Some((gate, now));
                Ok(true)
            }
            Halt::Act(action) => {
                self.act(action, now)?;
                Ok(true)
            }
        }
    }

    /// Reads once. True: something came, or the stream ended.
    fn read<T: Read + Write>(&mut self, io: &mut T, now: Instant) -> Result<bool, Error> {
        if self.eof {
            return Ok(false);
        }
        let received = match self.stack.read(io, &mut self.input) {
            Err(LayerError::Io(error)) if self.is_leaving(&error) => Received::End,
            other => other.map_err(|error| self.own_reason(error.into()))?,
        };
        match received {
            Received::Bytes(_) | Received::Again => Ok(true),
            Received::Blocked => Ok(false),
            Received::Full => Err(ConnectionError::LimitExceeded("max_response").into()),
            Received::End => {
                self.eof = true;
                self.shared.lock().connection.handle_eof(now);
                Ok(true)
            }
        }
    }

    /// Whether a read error is only how a server leaves that said BYE.
    fn is_leaving(&self, error: &io::Error) -> bool {
        is_gone(error) && self.shared.lock().connection.state() == State::LoggingOut
    }

    /// The reason for the end: a failed write came before the end of the stream that it caused.
    fn own_reason(&mut self, error: Error) -> Error {
        let caused = matches!(
            error,
            Error::Io(..) | Error::Connection(ConnectionError::UnexpectedEof, _)
        );
        match self.broken.take() {
            Some((broken, _)) if caused => broken,
            _ => error,
        }
    }

    /// Whether no full queue forbids to go on. A reader that stalls while others wait is read
    /// past.
    fn gate_is_open(&mut self, now: Instant) -> bool {
        let Some((gate, since)) = self.gate else {
            return true;
        };
        let mut core = self.shared.lock();
        if core.is_full(gate) {
            let stall = core.connection.config().current_timeouts().reader_stall;
            if !core.holds_up(gate) || now < since + stall {
                return false;
            }
            if core.moved_or_grant(gate) {
                self.gate = Some((gate, now));
                return false;
            }
        }
        self.gate = None;
        true
    }

    /// What to wait for, unless something came meanwhile.
    fn rest(&mut self, now: Instant, waker: &Waker) -> Result<Option<Wait>, Error> {
        let shared = Arc::clone(&self.shared);
        let mut core = shared.lock();
        // What waits for more of a literal goes on with large reads, into the same memory.
        if !core.connection.in_literal() {
            self.input.release();
            self.stack.release();
        }
        if core.take_notice() {
            return Ok(None);
        }
        let unsent = self.broken.is_none() && core.connection.poll_transmit(now).is_some();
        if unsent && !self.blocked {
            // What came last lets go of something that was held back.
            return Ok(None);
        }
        let stall = self.stall_deadline(&mut core);
        let logout = core.connection.config().current_timeouts().logout;
        let deadlines = [
            core.connection.poll_timeout().map(|deadline| deadline.at),
            self.handshake.as_ref().map(|handshake| handshake.deadline),
            self.released
                .map(|since| since + logout)
                .filter(|at| *at > now),
            self.broken.as_ref().map(|(_, since)| *since + logout),
            stall,
        ];
        let _old = core.park(waker);
        drop(core);
        if let Some((error, since)) = &self.broken
            && now >= *since + logout
        {
            return Err(error.clone());
        }
        Ok(Some(Wait {
            read: self.gate.is_none() && !self.computing && !self.eof,
            write: self.broken.is_none() && (self.blocked || self.stack.wants_write()),
            again: false,
            deadline: deadlines.into_iter().flatten().min(),
        }))
    }

    /// When a full queue will be read past.
    fn stall_deadline(&self, core: &mut Core) -> Option<Instant> {
        let (gate, since) = self.gate?;
        let stall = core.connection.config().current_timeouts().reader_stall;
        core.holds_up(gate).then(|| since + stall)
    }

    /// Calls the wakers of those for whom something came.
    pub(super) fn wake(&mut self) {
        for waker in self.wakers.drain(..) {
            waker.wake();
        }
    }

    /// Tells everyone that it is over, and says goodbye to the peer.
    fn finish(&mut self, io: &mut impl Write, error: Error) -> Result<Option<Wait>, Error> {
        self.end(&error);
        let error = self.shared.lock().ended.clone().unwrap_or(error);
        // Best effort: nobody waits for a peer that may be gone.
        if self.stack.close_notify().is_ok() {
            let _ = self.stack.flush(io);
        }
        let result = if error.is_logged_out() {
            Ok(())
        } else {
            Err(error)
        };
        self.finished = Some(result.clone());
        result.map(|()| None)
    }

    fn end(&mut self, error: &Error) {
        let dropped = self.shared.lock().end(error, &mut self.wakers);
        drop(dropped);
        self.wake();
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if self.finished.is_none() {
            self.end(&aborted());
        }
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("stack", &self.stack)
            .field("finished", &self.finished)
            .finish_non_exhaustive()
    }
}

fn aborted() -> Error {
    io::Error::from(ErrorKind::ConnectionAborted).into()
}

/// Whether the peer closed the stream.
fn is_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::BrokenPipe
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::NotConnected
    )
}
