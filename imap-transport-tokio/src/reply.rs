//! Answers, as futures and streams.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use imap_proto_core::encode::Command;
use imap_proto_core::engine::{CommandId, Outcome};
use imap_proto_core::session::{self, Error};

/// The answer of a command: a future of the whole, and a [`Stream`] of its pieces.
///
/// The command was submitted when the reply was made; awaiting only waits. Dropping a reply
/// undoes nothing: the command runs to its end, and its data is drained. All methods are
/// cancel-safe.
#[must_use = "the answer comes by awaiting it; dropping it gives it up"]
pub struct Reply<C: Command>(session::Reply<C>);

impl<C: Command> Reply<C> {
    pub(crate) fn new(reply: session::Reply<C>) -> Self {
        Self(reply)
    }

    /// The command; `None` when it was not submitted. Notices of its progress and of a live search name it.
    pub fn id(&self) -> Option<CommandId> {
        self.0.id()
    }

    /// The next piece of the answer; `None` behind the last, when the server said OK.
    pub async fn next(&mut self) -> Option<Result<C::Item, Error>> {
        poll_fn(|context| self.0.poll_item(context)).await
    }

    /// How the command ended and what came before, also when it ended in NO or not at all.
    ///
    /// # Errors
    ///
    /// When the command was not submitted, or its answer was too large to collect.
    pub async fn outcome(mut self) -> Result<Outcome<C>, Error> {
        poll_fn(|context| self.0.poll_outcome(context)).await
    }
}

// The pieces are held behind no reference to the reply itself.
impl<C: Command> Unpin for Reply<C> {}

impl<C: Command> Future for Reply<C> {
    type Output = Result<C::Output, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.get_mut().0.poll_finish(context)
    }
}

impl<C: Command> Stream for Reply<C> {
    type Item = Result<C::Item, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().0.poll_item(context)
    }
}

impl<C: Command> fmt::Debug for Reply<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reply").field(&self.0.id()).finish()
    }
}
