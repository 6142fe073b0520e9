//! The answer of one command.

use std::collections::VecDeque;
use std::fmt;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use bytes::Bytes;

use super::Error;
use super::assembly::Assembly;
use super::long::Long;
use super::route::{Mailbag, Route};
use super::shared::{AbortHandle, Core, Handle};
use crate::encode::{Command, Request, SubmitError};
use crate::engine::{CommandId, Ending, Outcome};
use crate::types::{BodyBegin, Data, FetchResponse, Malformed};

/// How many broken responses are kept for [`Outcome::malformed`].
const MALFORMED: usize = 16;
/// How many octets of them are kept in all.
const MALFORMED_OCTETS: usize = 64 * 1024;

/// The answer of a command: to be taken piece by piece, or as a whole.
///
/// It borrows nothing and may go to another thread or task. The command was submitted when it
/// was made; a mistake in its arguments comes out of the first wait. Dropping it undoes nothing:
/// the command runs to its end, and its data is drained.
///
/// 256 KiB of pieces are queued for it; then the connection stops reading until some are taken.
/// If none are taken for [`Timeouts::reader_stall`](crate::engine::Timeouts::reader_stall) while
/// other commands wait, reading goes on up to
/// [`Limits::max_collected`](crate::wire::Limits::max_collected), and fails this reply with
/// [`Error::Overrun`] beyond.
///
/// The adapters wrap it to be waited for as is usual there; the methods here are theirs.
#[must_use = "the answer comes by waiting for it; dropping it gives it up"]
pub struct Reply<C: Command> {
    state: State,
    partial: C::Partial,
    collected: usize,
}

/// Where the answer is.
enum State {
    /// Under way.
    Live(Handle, CommandId),
    /// It never began.
    Failed(Handle, Error),
    /// All was taken.
    Done,
}

/// The driver's end of a reply.
struct Slot<C: Command> {
    bag: Mailbag,
    items: VecDeque<(C::Item, usize)>,
    assembly: Option<Box<Assembly>>,
    long: Long,
    malformed: Vec<Malformed>,
}

impl<C: Command> Reply<C> {
    pub(super) fn submit(
        handle: &Handle,
        request: Result<Request, SubmitError>,
        now: Instant,
    ) -> Self {
        let request = match request {
            Ok(request) => request,
            Err(error) => return Self::failed(handle, error.into()),
        };
        let submitted =
            handle.with(|core| core.submit(request, Self::slot(core.max_collected()), now));
        Self::of(handle, submitted)
    }

    pub(super) fn of(handle: &Handle, submitted: Result<CommandId, Error>) -> Self {
        match submitted {
            Ok(id) => Self::new(State::Live(handle.clone(), id)),
            Err(error) => Self::failed(handle, error),
        }
    }

    pub(super) fn failed(handle: &Handle, error: Error) -> Self {
        Self::new(State::Failed(handle.clone(), error))
    }

    /// One from which everything was taken.
    pub(super) fn nothing() -> Self {
        Self::new(State::Done)
    }

    fn new(state: State) -> Self {
        Self {
            state,
            partial: C::Partial::default(),
            collected: 0,
        }
    }

    /// A route for such a reply.
    pub(super) fn slot(max_collected: usize) -> Box<dyn Route> {
        Box::new(Slot::<C> {
            bag: Mailbag::new(max_collected),
            items: VecDeque::new(),
            assembly: None,
            long: Long::default(),
            malformed: Vec::new(),
        })
    }

    /// The command; `None` if it was not submitted or has ended.
    pub fn id(&self) -> Option<CommandId> {
        match &self.state {
            State::Live(_, id) => Some(*id),
            State::Failed(..) | State::Done => None,
        }
    }

    /// What the adapter tied to the connection's handles; `None` once the answer was taken.
    pub fn attached<T: 'static>(&self) -> Option<&T> {
        self.handle()?.attached()
    }

    /// A way to end the connection from elsewhere; `None` once the answer was taken.
    pub fn abort_handle(&self) -> Option<AbortHandle> {
        self.handle().map(Handle::abort_handle)
    }

    fn handle(&self) -> Option<&Handle> {
        match &self.state {
            State::Live(handle, _) | State::Failed(handle, _) => Some(handle),
            State::Done => None,
        }
    }

    /// The next piece of the answer; `None` behind the last.
    ///
    /// # Errors
    ///
    /// Why there will be no more pieces, once. What came before a NO was given before it.
    pub fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<C::Item, Error>>> {
        let (handle, id) = match &self.state {
            State::Live(handle, id) => (handle, *id),
            State::Failed(..) => return Poll::Ready(self.take_failure().map(Err)),
            State::Done => return Poll::Ready(None),
        };
        match handle.with(|core| take_one::<C>(core, id, context.waker())) {
            Next::Item(item) => Poll::Ready(Some(Ok(item))),
            Next::Wait(_) => Poll::Pending,
            Next::End(ending) => {
                self.state = State::Done;
                Poll::Ready(ending.err().map(Err))
            }
        }
    }

    /// The whole answer, of the pieces not yet taken.
    ///
    /// # Errors
    ///
    /// Every ending but OK with its data. A second call after the end is a
    /// [`SubmitError::Closed`].
    pub fn poll_finish(&mut self, context: &mut Context<'_>) -> Poll<Result<C::Output, Error>> {
        let handle = self.handle().cloned();
        let outcome = match self.poll_outcome(context) {
            Poll::Ready(Ok(outcome)) => outcome,
            Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            Poll::Pending => return Poll::Pending,
        };
        let logged = |error| match &handle {
            Some(handle) => handle.lock().logged(error),
            None => error,
        };
        let result = Error::of_ending(outcome.ending)
            .map_err(|error| logged(error).of_command(outcome.sent))
            .and_then(|completion| Ok(C::finish(outcome.partial, &completion)?));
        Poll::Ready(result)
    }

    /// How the command ended, whatever the condition, with the pieces not yet taken.
    ///
    /// # Errors
    ///
    /// What is no ending of the command itself: [`Error::Submit`], [`Error::Collected`],
    /// [`Error::Overrun`], and a transport that failed.
    pub fn poll_outcome(&mut self, context: &mut Context<'_>) -> Poll<Result<Outcome<C>, Error>> {
        let (handle, id) = match &self.state {
            State::Live(handle, id) => (handle.clone(), *id),
            State::Failed(..) | State::Done => {
                let error = self
                    .take_failure()
                    .unwrap_or_else(|| SubmitError::Closed.into());
                return Poll::Ready(Err(error));
            }
        };
        let taken = handle.with(|core| take_all::<C>(core, id, context.waker()));
        drop(taken.old);
        if !self.collect(taken.items, taken.max) {
            self.give_up();
            return Poll::Ready(Err(Error::Collected));
        }
        let Some(ending) = taken.ending else {
            return Poll::Pending;
        };
        self.state = State::Done;
        Poll::Ready(ending.map(|ending| Outcome {
            partial: std::mem::take(&mut self.partial),
            ending,
            sent: taken.sent,
            malformed: taken.malformed,
        }))
    }

    /// Adds pieces to the answer; false when it grew too large.
    fn collect(&mut self, items: VecDeque<(C::Item, usize)>, max: usize) -> bool {
        for (item, weight) in items {
            self.collected = self.collected.saturating_add(weight);
            if self.collected > max {
                return false;
            }
            C::add(&mut self.partial, item);
        }
        true
    }

    fn take_failure(&mut self) -> Option<Error> {
        match std::mem::replace(&mut self.state, State::Done) {
            State::Failed(_, error) => Some(error),
            other => {
                self.state = other;
                None
            }
        }
    }

    fn give_up(&mut self) {
        if let State::Live(handle, id) = std::mem::replace(&mut self.state, State::Done) {
            drop(handle.with(|core| core.forget(id)));
            self.partial = C::Partial::default();
        }
    }

    /// Does something with the connection while the command runs; `None` when it does not.
    pub(super) fn with_live<R>(&self, act: impl FnOnce(&mut Core, CommandId) -> R) -> Option<R> {
        match &self.state {
            State::Live(handle, id) => Some(handle.with(|core| act(core, *id))),
            State::Failed(..) | State::Done => None,
        }
    }
}

/// What a look into the queue gave.
enum Next<T> {
    Item(T),
    End(Result<(), Error>),
    /// Nothing yet; the waker of the last wait, to be dropped without the lock.
    Wait(#[expect(dead_code, reason = "held to be dropped later")] Option<Waker>),
}

/// All that was in the queue.
struct Taken<C: Command> {
    items: VecDeque<(C::Item, usize)>,
    malformed: Vec<Malformed>,
    ending: Option<Result<Ending, Error>>,
    sent: bool,
    max: usize,
    /// The waker of the last wait, to be dropped without the lock.
    old: Option<Waker>,
}

fn take_one<C: Command>(core: &mut Core, id: CommandId, waker: &Waker) -> Next<C::Item> {
    let Some(slot) = core.route::<Slot<C>>(id) else {
        return Next::End(Err(SubmitError::Closed.into()));
    };
    if let Some((item, weight)) = slot.items.pop_front() {
        if slot.bag.flow.take(weight) {
            core.notify();
        }
        return Next::Item(item);
    }
    match slot.bag.take_ending() {
        Some(ending) => {
            let sent = slot.bag.was_sent();
            core.routes.remove(&id);
            let ended = ending.and_then(Error::of_ending).map(drop);
            Next::End(ended.map_err(|error| core.logged(error).of_command(sent)))
        }
        None => Next::Wait(slot.bag.wait(waker, true)),
    }
}

fn take_all<C: Command>(core: &mut Core, id: CommandId, waker: &Waker) -> Taken<C> {
    let mut taken = Taken {
        items: VecDeque::new(),
        malformed: Vec::new(),
        ending: None,
        sent: true,
        max: core.max_collected(),
        old: None,
    };
    let Some(slot) = core.route::<Slot<C>>(id) else {
        taken.ending = Some(Err(SubmitError::Closed.into()));
        return taken;
    };
    taken.items = std::mem::take(&mut slot.items);
    taken.ending = slot.bag.take_ending();
    taken.sent = slot.bag.was_sent();
    let go_on = slot.bag.flow.take_all();
    if taken.ending.is_some() {
        taken.malformed = std::mem::take(&mut slot.malformed);
        core.routes.remove(&id);
    } else {
        taken.old = slot.bag.wait(waker, false);
        if go_on {
            core.notify();
        }
    }
    taken
}

impl<C: Command> Drop for Reply<C> {
    fn drop(&mut self) {
        self.give_up();
    }
}

impl<C: Command> fmt::Debug for Reply<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}

impl<C: Command> Slot<C> {
    fn push(&mut self, data: Data) -> Result<(), Data> {
        let item = C::item(data)?;
        let weight = C::weight(&item);
        if self.items.capacity() == 0 {
            // Most answers are one piece.
            self.items.reserve_exact(1);
        }
        self.items.push_back((item, weight));
        self.bag.queued(weight);
        Ok(())
    }

    /// What came of a FETCH response whose rest did not follow, or is broken.
    fn flush(&mut self, rest: FetchResponse) -> Result<(), Data> {
        match self.assembly.take() {
            Some(assembly) => self.push(Data::Fetch(assembly.finish(rest))),
            None => Ok(()),
        }
    }
}

impl<C: Command> Route for Slot<C> {
    fn mailbag(&mut self) -> &mut Mailbag {
        &mut self.bag
    }

    fn data(&mut self, data: Data) -> Result<(), Data> {
        match data {
            Data::Fetch(rest) if self.assembly.is_some() => self.flush(rest),
            data if !self.long.is_empty() => {
                let data = std::mem::take(&mut self.long).fill(data);
                self.push(data)
            }
            data => self.push(data),
        }
    }

    fn body_begin(&mut self, begin: BodyBegin) -> bool {
        if Long::takes(&begin) {
            self.long.begin(begin);
            return true;
        }
        match &mut self.assembly {
            Some(assembly) => assembly.next(begin),
            assembly => *assembly = Some(Box::new(Assembly::new(begin))),
        }
        true
    }

    fn body_chunk(&mut self, octets: Bytes) -> bool {
        if !self.long.is_empty() {
            self.long.chunk(&octets);
            if self.bag.is_too_large(self.long.len()) {
                self.long = Long::default();
                self.bag.end(Err(Error::Collected));
                return false;
            }
            return true;
        }
        let Some(assembly) = &mut self.assembly else {
            return false;
        };
        assembly.chunk(&octets);
        if self.bag.is_too_large(assembly.len()) {
            self.assembly = None;
            self.bag.end(Err(Error::Collected));
            return false;
        }
        true
    }

    fn body_end(&mut self) {
        if let Some(assembly) = &mut self.assembly {
            assembly.end();
        }
    }

    fn malformed(&mut self, malformed: Malformed) {
        // The rest of a response whose literals came well: they count.
        self.long = Long::default();
        let _ = self.flush(FetchResponse::default());
        let kept: usize = self.malformed.iter().map(|kept| kept.raw.len()).sum();
        if self.malformed.len() < MALFORMED && kept + malformed.raw.len() <= MALFORMED_OCTETS {
            self.malformed.push(malformed);
        }
    }
}
