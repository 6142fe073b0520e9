//! What an adapter adds to a session.

use std::io;
use std::time::Instant;

use super::{Body, Operation, Reply};
use crate::encode::Command;

/// Work that may take long, such as deriving a key from a password.
pub type Job = Box<dyn FnOnce() + Send>;

/// The way in which an adapter waits: how its replies and bodies look, and which clock it has.
///
/// [`Session`](super::Session) has one method for each command, written once; the flavor makes
/// of the answer what is idiomatic where it is used: something to block on, or a future.
pub trait Flavor: 'static {
    /// The answer of a command.
    type Reply<C: Command>;
    /// The octets of a section of a message.
    type Body;

    /// The result of an operation of several commands.
    type Operation<T: Send + 'static, E: Send + 'static>;

    /// Wraps an operation.
    fn operation<T: Send + 'static, E: Send + 'static>(
        operation: Operation<T, E>,
    ) -> Self::Operation<T, E>;

    /// Wraps a reply.
    fn reply<C: Command>(reply: Reply<C>) -> Self::Reply<C>;

    /// Wraps a body.
    fn body(body: Body) -> Self::Body;

    /// The time.
    fn now() -> Instant;

    /// Fills a buffer with random octets of the operating system, for a nonce.
    fn random(octets: &mut [u8]) -> io::Result<()>;

    /// Runs work that may take long; at once, unless waiting is not allowed where the driver
    /// runs.
    fn run(job: Job) {
        job();
    }
}
