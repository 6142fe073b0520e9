//! What a command is to the engine and to its caller.

use std::fmt;
use std::num::NonZeroU64;

use thiserror::Error;

use super::{Request, SubmitError};
use crate::types::{Completion, Data};

/// Names one submitted command for as long as the connection lives.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(NonZeroU64);

impl CommandId {
    /// That of the command before which so many were submitted. One more is kept, so that an
    /// `Option` of it takes no more room.
    pub(crate) const fn new(number: u64) -> Self {
        Self(NonZeroU64::MIN.saturating_add(number))
    }

    /// The count of the commands submitted before it on its connection; its tag ends in it.
    pub const fn number(self) -> u64 {
        self.0.get() - 1
    }
}

impl fmt::Debug for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CommandId").field(&self.number()).finish()
    }
}

/// A command: what it writes, which data answers it, and what the answer is.
///
/// The engine *claims* responses for a command, the command *collects* them. Every command of
/// this crate implements it, and a caller's own is equal to them.
pub trait Command: Send + 'static {
    /// A piece of the answer, as one response brings it.
    type Item: Send;
    /// The pieces so far.
    type Partial: Default + Send;
    /// The whole answer.
    type Output: Send;

    /// What to send.
    ///
    /// # Errors
    ///
    /// A [`SubmitError`] names the argument that cannot be sent.
    fn request(self) -> Result<Request, SubmitError>;

    /// Takes data that was claimed for the command, or gives it back.
    ///
    /// # Errors
    ///
    /// The data itself, when it is no part of the answer.
    fn item(data: Data) -> Result<Self::Item, Data>;

    /// Adds a piece to those so far.
    fn add(partial: &mut Self::Partial, item: Self::Item);

    /// Makes the answer of the pieces and the tagged OK.
    ///
    /// # Errors
    ///
    /// [`MissingAnswer`] when the server said OK without the data that must come with it.
    fn finish(
        partial: Self::Partial,
        completion: &Completion,
    ) -> Result<Self::Output, MissingAnswer>;

    /// How much memory a piece takes, for `Limits::max_collected`; octets, roughly.
    fn weight(_item: &Self::Item) -> usize {
        256
    }
}

/// The server said OK without the data that must come with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the server said OK without the {0} response")]
pub struct MissingAnswer(pub &'static str);
