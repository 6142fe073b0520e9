//! The two adapters as one, so that a case is written once.

use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use imap_proto_core::encode::{Command, CommandId};
use imap_proto_core::engine::Outcome;
use imap_proto_core::session::{BodySize, Error, Flavor, IdleEnd, Notice, Session};

/// The answer of a command that was submitted.
pub type Started<L, C> = <<L as Client>::Flavor as Flavor>::Reply<C>;

/// A session of either adapter.
///
/// The futures of the blocking adapter block inside and are ready when first polled.
#[allow(async_fn_in_trait, reason = "the futures never leave their thread")]
pub trait Client: Clone + 'static {
    /// How this adapter waits.
    type Flavor: Flavor<Body = Self::Body>;
    /// The octets of a section.
    type Body;
    /// A subscription.
    type Events;

    /// The session of the floor below, which both share.
    fn session(&self) -> &Session<Self::Flavor>;

    /// Waits for the whole answer.
    async fn finish<C: Command>(reply: Started<Self, C>) -> Result<C::Output, Error>;

    /// Waits for an operation of several commands.
    async fn end<T: Send + 'static, E: Send + 'static>(
        operation: <Self::Flavor as Flavor>::Operation<T, E>,
    ) -> Result<T, E>;

    /// How the command ended, with what came before.
    async fn outcome<C: Command>(reply: Started<Self, C>) -> Result<Outcome<C>, Error>;

    /// Takes an answer piece by piece.
    async fn pieces<C: Command>(
        reply: Started<Self, C>,
        visit: impl FnMut(C::Item),
    ) -> Result<(), Error>;

    /// The size of a section.
    async fn size(body: &mut Self::Body) -> Option<BodySize>;

    /// The next octets of a section, by the adapter's `Read` or `AsyncRead`; empty at the end.
    async fn read(body: &mut Self::Body, room: usize) -> std::io::Result<Vec<u8>>;

    /// The next octets as they are in the receive buffer.
    async fn chunk(body: &mut Self::Body) -> Option<Result<Bytes, Error>>;

    /// Submits a command whose literal is read from `octets` as the server takes it.
    async fn upload<C: Command>(&self, command: C, octets: &[u8]) -> Result<C::Output, Error>;

    /// Subscribes.
    fn events(&self) -> Self::Events;

    /// The next notice; `None` when the time is over, or behind the last.
    async fn notice(events: &mut Self::Events, patience: Duration) -> Option<Notice>;

    /// Waits in IDLE for a notice that is wanted; what ended the wait.
    async fn idle(
        &self,
        patience: Duration,
        wanted: impl FnMut(&Notice) -> bool,
    ) -> Result<IdleEnd, Error>;

    /// The command that a reply waits for.
    fn id<C: Command>(reply: &Started<Self, C>) -> Option<CommandId>;

    /// Submits a command.
    fn start<C: Command>(&self, command: C) -> Started<Self, C> {
        self.session().run(command)
    }

    /// Runs a command.
    fn run<C: Command>(&self, command: C) -> impl Future<Output = Result<C::Output, Error>> {
        Self::finish::<C>(self.start(command))
    }
}
