//! Answers, to wait for, to iterate over, or to give a callback.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use imap_proto_core::encode::Command;
use imap_proto_core::engine::{CommandId, Outcome};
use imap_proto_core::session::{self, Error};

use crate::drive::{Threads, helm_of};
use crate::wait::{wait_at, wait_for};

/// The answer of a command.
///
/// The command was submitted when the reply was made; the methods here only wait. Dropping a
/// reply undoes nothing: the command runs to its end, and its data is drained.
#[must_use = "the answer comes by waiting for it; dropping it gives it up"]
pub struct Reply<C: Command>(session::Reply<C>);

impl<C: Command> Reply<C> {
    pub(crate) fn new(reply: session::Reply<C>) -> Self {
        Self(reply)
    }

    /// The command; `None` when it was not submitted. Notices of its progress and of a live search name it.
    pub fn id(&self) -> Option<CommandId> {
        self.0.id()
    }

    /// Waits for the whole answer.
    ///
    /// # Errors
    ///
    /// Every ending but OK with its data.
    pub fn wait(mut self) -> Result<C::Output, Error> {
        let helm = helm_of(self.0.attached());
        wait_for(helm.as_deref(), |context| self.0.poll_finish(context))
    }

    /// Waits for the whole answer, but not longer than `timeout`.
    ///
    /// # Errors
    ///
    /// The reply itself when the time is over: the command goes on, and can be waited for again.
    pub fn wait_timeout(mut self, timeout: Duration) -> Result<Result<C::Output, Error>, Self> {
        let helm = helm_of(self.0.attached());
        let poll = |context: &mut Context<'_>| self.0.poll_finish(context);
        wait_at(helm.as_deref(), Some(timeout), poll).ok_or(self)
    }

    /// How the command ended and what came before, also when it ended in NO or not at all.
    ///
    /// # Errors
    ///
    /// When the command was not submitted, or its answer was too large to collect.
    pub fn outcome(mut self) -> Result<Outcome<C>, Error> {
        let helm = helm_of(self.0.attached());
        wait_for(helm.as_deref(), |context| self.0.poll_outcome(context))
    }

    /// Runs `callback` with the answer, on a thread of the connection that is there for
    /// callbacks: one after the other, in the order in which the answers came. It may use the
    /// session, and wait. If it panics, the connection ends.
    pub fn then(mut self, callback: impl FnOnce(Result<C::Output, Error>) + Send + 'static)
    where
        C::Output: 'static,
    {
        let threads = self.0.attached::<Threads>();
        let (Some(threads), Some(abort)) = (threads, self.0.abort_handle()) else {
            // The answer was taken before.
            return callback(self.wait());
        };
        let callbacks = Arc::clone(&threads.callbacks);
        let mut callback = Some(callback);
        let work = move |context: &mut Context<'_>| {
            let Poll::Ready(result) = self.0.poll_finish(context) else {
                return Poll::Pending;
            };
            if let Some(callback) = callback.take() {
                callback(result);
            }
            Poll::Ready(())
        };
        callbacks.add(Box::new(work), abort);
    }
}

impl<C: Command> IntoIterator for Reply<C> {
    type Item = Result<C::Item, Error>;
    type IntoIter = Pieces<C>;

    fn into_iter(self) -> Pieces<C> {
        Pieces(self)
    }
}

/// The pieces of an answer, as they come.
pub struct Pieces<C: Command>(Reply<C>);

impl<C: Command> Iterator for Pieces<C> {
    type Item = Result<C::Item, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let helm = helm_of(self.0.0.attached());
        wait_for(helm.as_deref(), |context| self.0.0.poll_item(context))
    }
}

impl<C: Command> fmt::Debug for Reply<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reply").field(&self.0.id()).finish()
    }
}

impl<C: Command> fmt::Debug for Pieces<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pieces").field(&self.0).finish()
    }
}
