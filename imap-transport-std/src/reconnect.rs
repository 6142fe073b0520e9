//! A session that connects again.

use std::fmt;
use std::ops::Deref;
use std::thread;
use std::time::Duration;

use imap_proto_core::engine::Config;
use imap_proto_core::session::{self, Error, Recovery, RecoveryEvent, Supervisor, Task};

use crate::connect;
use crate::session::{Session, Std};
use crate::wait::{wait, wait_timeout};

/// A session that connects again when its connection is lost, for many threads at once: back-off
/// with jitter, the same login, the same mailbox, and a report of what changed meanwhile. Its
/// other methods are those of [`session::Reconnecting`].
///
/// A thread watches over it, and ends when the last clone is dropped or [`close`] is called; while
/// it connects, that takes until it is done. Each connection has its own thread besides.
///
/// ```no_run
/// use imap_transport_std::encode::{FetchItems, UidFetch};
/// use imap_transport_std::types::{Uid, UidSet};
/// use imap_transport_std::{Config, Credentials, ReconnectingSession, Recovery, RecoveryEvent};
///
/// # fn main() -> Result<(), imap_transport_std::Error> {
/// let config = Config::tls("imap.example.org")
///     .credentials(Credentials::password("alice", "secret"));
/// let session = ReconnectingSession::connect(config, Recovery::default())?;
/// let events = session.events();
/// session.session()?.select("INBOX").wait()?;
/// let idle = session.idle();
/// for event in events {
///     match event {
///         RecoveryEvent::Reconnected(reconnected) => println!("{:?}", reconnected.mailbox),
///         RecoveryEvent::GaveUp(error) => return Err(error),
///         _ => {}
///     }
///     // Reading can be repeated when the connection is lost on the way.
///     let flags = || UidFetch::new(UidSet::from(Uid(1)..), FetchItems::new().flags());
///     println!("{:?}", session.run_repeating(flags).wait());
/// }
/// # drop(idle);
/// # Ok(())
/// # }
/// ```
///
/// [`close`]: session::Reconnecting::close
#[derive(Clone)]
pub struct ReconnectingSession(session::Reconnecting<Std>);

impl ReconnectingSession {
    /// Connects as [`connect`](crate::connect()), now and whenever the connection is lost.
    ///
    /// # Errors
    ///
    /// Why there is no first connection; it is tried once.
    pub fn connect(config: Config, recovery: Recovery) -> Result<Self, Error> {
        Self::connect_with(move || connect(config.clone()), recovery)
    }

    /// Connects in a way of the caller's own, such as over
    /// [another stream](crate::connect_over), now and whenever the connection is lost. The
    /// session must come logged in, with no mailbox selected.
    ///
    /// # Errors
    ///
    /// Why there is no first connection; it is tried once.
    pub fn connect_with(
        mut connect: impl FnMut() -> Result<Session, Error> + Send + 'static,
        recovery: Recovery,
    ) -> Result<Self, Error> {
        let first = connect()?;
        let (handle, supervisor) = session::Reconnecting::new(first.into_inner(), recovery);
        thread::Builder::new()
            .name("imap recovery".to_owned())
            .spawn(move || supervise(supervisor, connect))?;
        Ok(Self(handle))
    }

    /// The present connection; while there is none, it is waited for.
    ///
    /// # Errors
    ///
    /// Why there will be none any more.
    pub fn session(&self) -> Result<Session, Error> {
        self.0.session().wait().map(Session::new)
    }

    /// Subscribes to what happens: losses, attempts, what changed, and the news of each
    /// connection.
    pub fn events(&self) -> RecoveryEvents {
        RecoveryEvents(self.0.subscribe())
    }
}

/// Does what the supervisor says, to the end.
fn supervise(mut supervisor: Supervisor<Std>, mut connect: impl FnMut() -> Result<Session, Error>) {
    while let Some(task) = wait(|context| supervisor.poll_task(context)) {
        match task {
            Task::Connect => supervisor.connected(connect().map(Session::into_inner)),
            Task::Wait(delay) => {
                wait_timeout(delay, |context| supervisor.poll_disturbed(context));
            }
            _ => return,
        }
    }
}

impl Deref for ReconnectingSession {
    type Target = session::Reconnecting<Std>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl fmt::Debug for ReconnectingSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A subscription to what happens to a [`ReconnectingSession`]: an iterator that waits for each
/// event, and ends when it was given up or closed.
pub struct RecoveryEvents(session::RecoveryEvents<Std>);

impl RecoveryEvents {
    /// The next event if it is there already.
    pub fn try_next(&mut self) -> Option<RecoveryEvent> {
        self.next_timeout(Duration::ZERO).flatten()
    }

    /// Waits for the next event, but not longer than `timeout`: then `None`. The inner `None` is
    /// the end.
    pub fn next_timeout(&mut self, timeout: Duration) -> Option<Option<RecoveryEvent>> {
        wait_timeout(timeout, |context| self.0.poll_event(context))
    }
}

impl Iterator for RecoveryEvents {
    type Item = RecoveryEvent;

    fn next(&mut self) -> Option<RecoveryEvent> {
        wait(|context| self.0.poll_event(context))
    }
}

impl fmt::Debug for RecoveryEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
