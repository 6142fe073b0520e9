//! Where the answer of one command goes.

use std::any::Any;
use std::task::Waker;

use bytes::Bytes;

use super::Error;
use super::flow::{Flow, WINDOW};
use crate::engine::Ending;
use crate::types::{BodyBegin, Data, Malformed};

/// Wakers to call when the lock is free again.
pub(super) type Wakers = Vec<Waker>;

/// The driver's end of one handle: what it hands to a reply, a body or an upload.
pub(super) trait Route: Any + Send {
    /// What all routes have.
    fn mailbag(&mut self) -> &mut Mailbag;

    /// A piece of the answer, or not: then it is given back.
    fn data(&mut self, data: Data) -> Result<(), Data>;

    /// A literal begins that comes in chunks. False: nobody wants its octets.
    fn body_begin(&mut self, begin: BodyBegin) -> bool;

    /// Octets of it. False: nobody wants the rest.
    fn body_chunk(&mut self, octets: Bytes) -> bool;

    /// Its end.
    fn body_end(&mut self);

    /// A broken response that came for this command.
    fn malformed(&mut self, malformed: Malformed);
}

/// What the driver and the holder of a handle share of one command: the flow, who waits, and the
/// ending.
#[derive(Debug)]
pub(super) struct Mailbag {
    pub(super) flow: Flow,
    waker: Option<Waker>,
    /// Whether the one who waits wants each piece at once, or the whole only.
    eager: bool,
    ending: Option<Result<Ending, Error>>,
    /// Whether the command was sent in full when the connection ended.
    sent: bool,
    max_collected: usize,
}

impl Mailbag {
    pub(super) fn new(max_collected: usize) -> Self {
        Self {
            flow: Flow::default(),
            waker: None,
            eager: false,
            ending: None,
            sent: true,
            max_collected,
        }
    }

    /// Whether nothing more is delivered.
    pub(super) fn is_over(&self) -> bool {
        self.ending.is_some()
    }

    /// Ends it; the first ending counts.
    pub(super) fn end(&mut self, ending: Result<Ending, Error>) {
        self.ending.get_or_insert(ending);
    }

    /// Ends it with the connection; `sent`: whether all of the command was written.
    pub(super) fn lose(&mut self, error: &Error, sent: bool) {
        if self.is_over() {
            return;
        }
        self.sent = sent;
        self.end(match error {
            Error::Connection(error, _) => Ok(Ending::Unfinished(error.clone())),
            other => Err(other.clone().of_command(sent)),
        });
    }

    /// Whether all of the command was written, as far as is known.
    pub(super) fn was_sent(&self) -> bool {
        self.sent
    }

    pub(super) fn take_ending(&mut self) -> Option<Result<Ending, Error>> {
        self.ending.take()
    }

    /// Something was queued.
    pub(super) fn queued(&mut self, weight: usize) {
        self.flow.add(weight);
        if self.flow.queued() > self.max_collected {
            self.end(Err(Error::Overrun));
        }
    }

    /// Whether a piece of this size may not even be put together.
    pub(super) fn is_too_large(&self, size: usize) -> bool {
        size > self.max_collected
    }

    /// The holder waits; `eager` for each piece. The waker of the last wait comes back, to be
    /// dropped without the lock.
    pub(super) fn wait(&mut self, waker: &Waker, eager: bool) -> Option<Waker> {
        self.eager = eager;
        exchange(&mut self.waker, waker)
    }

    /// Wakes the holder if there is something for it.
    pub(super) fn wake(&mut self, wakers: &mut Wakers) {
        if self.is_over() || self.eager || self.flow.queued() >= WINDOW / 2 {
            wakers.extend(self.waker.take());
        }
    }

    /// Wakes the holder whatever it waits for.
    pub(super) fn wake_now(&mut self, wakers: &mut Wakers) {
        wakers.extend(self.waker.take());
    }
}

/// Puts a waker in place. The old one comes back, to be dropped without the lock: it may be what
/// keeps a task alive, and that a handle.
pub(super) fn exchange(slot: &mut Option<Waker>, waker: &Waker) -> Option<Waker> {
    if slot.as_ref().is_some_and(|own| own.will_wake(waker)) {
        return None;
    }
    slot.replace(waker.clone())
}
