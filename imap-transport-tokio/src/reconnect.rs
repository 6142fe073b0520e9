//! A session that connects again.

use std::fmt;
use std::future::{Future, poll_fn};
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use imap_proto_core::engine::Config;
use imap_proto_core::session::{self, Error, Recovery, RecoveryEvent, Supervisor, Task};
use tokio::time::timeout;

use crate::connect;
use crate::session::{Session, Tokio};

/// A session that connects again when its connection is lost, for many tasks at once: back-off
/// with jitter, the same login, the same mailbox, and a report of what changed meanwhile. Its
/// other methods are those of [`session::Reconnecting`].
///
/// A task watches over it, and ends when the last clone is dropped or [`close`] is called. Each
/// connection has its own task besides.
///
/// ```no_run
/// use imap_transport_tokio::encode::{FetchItems, UidFetch};
/// use imap_transport_tokio::types::{Uid, UidSet};
/// use imap_transport_tokio::{Config, Credentials, ReconnectingSession, Recovery, RecoveryEvent};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), imap_transport_tokio::Error> {
/// let config = Config::tls("imap.example.org")
///     .credentials(Credentials::password("alice", "secret"));
/// let session = ReconnectingSession::connect(config, Recovery::default()).await?;
/// let mut events = session.events();
/// session.session().await?.select("INBOX").await?;
/// let idle = session.idle();
/// while let Some(event) = events.next().await {
///     match event {
///         RecoveryEvent::Reconnected(reconnected) => println!("{:?}", reconnected.mailbox),
///         RecoveryEvent::GaveUp(error) => return Err(error),
///         _ => {}
///     }
///     // Reading can be repeated when the connection is lost on the way.
///     let flags = || UidFetch::new(UidSet::from(Uid(1)..), FetchItems::new().flags());
///     println!("{:?}", session.run_repeating(flags).await);
/// }
/// # drop(idle);
/// # Ok(())
/// # }
/// ```
///
/// [`close`]: session::Reconnecting::close
#[derive(Clone)]
pub struct ReconnectingSession(session::Reconnecting<Tokio>);

impl ReconnectingSession {
    /// Connects as [`connect`](crate::connect()), now and whenever the connection is lost.
    ///
    /// # Errors
    ///
    /// Why there is no first connection; it is tried once.
    pub async fn connect(config: Config, recovery: Recovery) -> Result<Self, Error> {
        Self::connect_with(move || connect(config.clone()), recovery).await
    }

    /// Connects in a way of the caller's own, such as over
    /// [another stream](crate::connect_over()), now and whenever the connection is lost. The
    /// session must come logged in, with no mailbox selected.
    ///
    /// # Errors
    ///
    /// Why there is no first connection; it is tried once.
    pub async fn connect_with<C>(
        mut connect: impl FnMut() -> C + Send + 'static,
        recovery: Recovery,
    ) -> Result<Self, Error>
    where
        C: Future<Output = Result<Session, Error>> + Send + 'static,
    {
        let first = connect().await?;
        let (handle, supervisor) = session::Reconnecting::new(first.into_inner(), recovery);
        tokio::spawn(supervise(supervisor, connect));
        Ok(Self(handle))
    }

    /// The present connection; while there is none, it is waited for. Cancel-safe.
    ///
    /// # Errors
    ///
    /// Why there will be none any more.
    pub async fn session(&self) -> Result<Session, Error> {
        self.0.session().await.map(Session::new)
    }

    /// Subscribes to what happens: losses, attempts, what changed, and the news of each
    /// connection.
    pub fn events(&self) -> RecoveryEvents {
        RecoveryEvents(self.0.subscribe())
    }
}

/// Does what the supervisor says, to the end.
async fn supervise<C>(mut supervisor: Supervisor<Tokio>, mut connect: impl FnMut() -> C)
where
    C: Future<Output = Result<Session, Error>>,
{
    while let Some(task) = poll_fn(|context| supervisor.poll_task(context)).await {
        match task {
            Task::Connect => {
                let connecting = connect();
                supervisor.connected(connecting.await.map(Session::into_inner));
            }
            Task::Wait(delay) => {
                // That the time is over is the usual end.
                let _ = timeout(delay, poll_fn(|context| supervisor.poll_disturbed(context))).await;
            }
            _ => return,
        }
    }
}

impl Deref for ReconnectingSession {
    type Target = session::Reconnecting<Tokio>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl fmt::Debug for ReconnectingSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A subscription to what happens to a [`ReconnectingSession`]; also a [`Stream`]. Cancel-safe.
/// It ends when it was given up or closed.
pub struct RecoveryEvents(session::RecoveryEvents<Tokio>);

impl RecoveryEvents {
    /// The next event if it is there already.
    pub fn try_next(&mut self) -> Option<RecoveryEvent> {
        let mut context = Context::from_waker(Waker::noop());
        match self.0.poll_event(&mut context) {
            Poll::Ready(event) => event,
            Poll::Pending => None,
        }
    }

    /// The next event; `None` at the end.
    pub async fn next(&mut self) -> Option<RecoveryEvent> {
        poll_fn(|context| self.0.poll_event(context)).await
    }
}

impl Stream for RecoveryEvents {
    type Item = RecoveryEvent;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<RecoveryEvent>> {
        self.get_mut().0.poll_event(context)
    }
}

impl fmt::Debug for RecoveryEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
