//! Operations of several commands.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use thiserror::Error;

use super::Error;

/// An operation of several commands, each of which waits for the answer of the one before: a
/// future that needs no runtime. It borrows nothing and may go to another thread or task.
///
/// Its first command is submitted when it is made, the others while it is waited for. Dropping it
/// undoes nothing: the command under way runs to its end, and no other follows.
///
/// The adapters wrap it to be waited for as is usual there.
#[must_use = "it goes on only while it is waited for"]
pub struct Operation<T, E = Error> {
    future: Pin<Box<dyn Future<Output = Result<T, E>> + Send>>,
    /// It ended before anybody waited.
    ended: Option<Result<T, E>>,
}

impl<T, E> Operation<T, E> {
    pub(super) fn begin(future: impl Future<Output = Result<T, E>> + Send + 'static) -> Self {
        let mut future: Pin<Box<dyn Future<Output = _> + Send>> = Box::pin(future);
        let ended = match future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            Poll::Ready(result) => Some(result),
            Poll::Pending => None,
        };
        Self { future, ended }
    }
}

impl<T, E> Future for Operation<T, E> {
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let operation = self.get_mut();
        match operation.ended.take() {
            Some(result) => Poll::Ready(result),
            None => operation.future.as_mut().poll(context),
        }
    }
}

// The result is held behind no reference to the operation itself.
impl<T, E> Unpin for Operation<T, E> {}

impl<T, E> fmt::Debug for Operation<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").finish_non_exhaustive()
    }
}

/// An operation that stopped half-way: why, and in which state it left things.
#[derive(Clone, Debug, Error)]
#[error("{state}: {cause}")]
pub struct Halted<S: fmt::Debug + fmt::Display> {
    /// What was done, and what was not.
    pub state: S,
    /// Why it did not go on.
    #[source]
    pub cause: Error,
}

impl<S: fmt::Debug + fmt::Display> Halted<S> {
    pub(super) fn new(state: S, cause: impl Into<Error>) -> Self {
        let cause = cause.into();
        Self { state, cause }
    }
}
