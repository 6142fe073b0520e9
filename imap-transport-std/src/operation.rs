//! Operations of several commands, to wait for.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use imap_proto_core::session::{self, Error};

use crate::wait::wait;

/// An operation of several commands, as those of
/// [`Portable`](imap_proto_core::session::Portable).
///
/// Its first command was submitted when it was made; the others follow while it is waited for.
/// Dropping it undoes nothing: the command under way runs to its end, and no other follows.
#[must_use = "it goes on only while it is waited for"]
pub struct Operation<T, E = Error>(session::Operation<T, E>);

impl<T, E> Operation<T, E> {
    pub(crate) fn new(operation: session::Operation<T, E>) -> Self {
        Self(operation)
    }

    /// Waits for the end.
    ///
    /// # Errors
    ///
    /// What stopped it, and in which state it left things.
    pub fn wait(mut self) -> Result<T, E> {
        wait(|context| Pin::new(&mut self.0).poll(context))
    }
}

impl<T, E> fmt::Debug for Operation<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
