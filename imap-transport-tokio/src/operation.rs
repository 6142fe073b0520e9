//! Operations of several commands, as futures.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use imap_proto_core::session::{self, Error};

/// An operation of several commands, as those of
/// [`Portable`](imap_proto_core::session::Portable): a future.
///
/// Its first command was submitted when it was made; the others follow while it is awaited.
/// Dropping it undoes nothing: the command under way runs to its end, and no other follows.
#[must_use = "it goes on only while it is awaited"]
pub struct Operation<T, E = Error>(session::Operation<T, E>);

impl<T, E> Operation<T, E> {
    pub(crate) fn new(operation: session::Operation<T, E>) -> Self {
        Self(operation)
    }
}

impl<T, E> Future for Operation<T, E> {
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.get_mut().0).poll(context)
    }
}

impl<T, E> fmt::Debug for Operation<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
