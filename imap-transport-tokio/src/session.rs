//! The session and its flavor.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::ops::Deref;
use std::time::{Duration, Instant};

use bytes::Bytes;
use imap_proto_core::encode::Command;
use imap_proto_core::session::{self, Error, Flavor, IdleEnd, Job, Notice};
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::{Body, Events, Operation, Reply, upload};

/// How tokio waits: replies are futures and streams, bodies are `AsyncRead`, the clock is
/// tokio's.
#[derive(Debug)]
pub enum Tokio {}

impl Flavor for Tokio {
    type Reply<C: Command> = Reply<C>;
    type Body = Body;
    type Operation<T: Send + 'static, E: Send + 'static> = Operation<T, E>;

    fn operation<T: Send + 'static, E: Send + 'static>(
        operation: session::Operation<T, E>,
    ) -> Operation<T, E> {
        Operation::new(operation)
    }

    fn reply<C: Command>(reply: session::Reply<C>) -> Reply<C> {
        Reply::new(reply)
    }

    fn body(body: session::Body) -> Body {
        Body::new(body)
    }

    fn now() -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn random(octets: &mut [u8]) -> io::Result<()> {
        getrandom::fill(octets).map_err(|error| io::Error::other(error.to_string()))
    }

    fn run(job: Job) {
        // Where no runtime is left there is nobody to wait for the job either.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn_blocking(job);
        } else {
            job();
        }
    }
}

/// A connection, for many tasks at once. It has a method for each command, from
/// [`session::Session`].
#[derive(Clone)]
pub struct Session(session::Session<Tokio>);

impl Session {
    pub(crate) fn new(session: session::Session<Tokio>) -> Self {
        Self(session)
    }

    pub(crate) fn into_inner(self) -> session::Session<Tokio> {
        self.0
    }

    /// Subscribes to everything that happens without having been asked for: new messages,
    /// expunged ones, changes of flags, alerts.
    pub fn events(&self) -> Events {
        Events::new(self.0.notices())
    }

    /// Waits in IDLE (RFC 2177) for something that `wanted` is true for, and says what ended the
    /// wait: that, a command that some task submitted, or the time. IDLE itself ends with it,
    /// unless another guard wishes for it still. Cancel-safe.
    ///
    /// ```no_run
    /// # async fn example(session: &imap_transport_tokio::Session) -> Result<(), imap_transport_tokio::Error> {
    /// use imap_transport_tokio::{IdleEnd, Notice, types::Data};
    /// use std::time::Duration;
    ///
    /// let mail = |notice: &Notice| matches!(notice, Notice::Data { data: Data::Exists(_), .. });
    /// match session.idle_until(Duration::from_secs(600), mail).await? {
    ///     IdleEnd::Data(_) => println!("{:?}", session.mailbox()),
    ///     IdleEnd::Command | IdleEnd::Time => {}
    ///     _ => {}
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Why the connection is over.
    pub async fn idle_until(
        &self,
        timeout: Duration,
        mut wanted: impl FnMut(&Notice) -> bool,
    ) -> Result<IdleEnd, Error> {
        let mut idle = self.0.idle_wait();
        let end = poll_fn(|context| idle.poll_end(context, &mut wanted));
        let end = tokio::time::timeout(timeout, end).await;
        end.unwrap_or(Ok(IdleEnd::Time))
    }

    /// Waits in IDLE for [any news](Notice::is_news), as [`idle_until`](Self::idle_until).
    ///
    /// # Errors
    ///
    /// Why the connection is over.
    pub async fn idle_for(&self, timeout: Duration) -> Result<IdleEnd, Error> {
        self.idle_until(timeout, Notice::is_news).await
    }

    /// Submits a command with one literal of a given size, such as a streamed APPEND, and reads
    /// that many octets from `source` as the server takes them.
    ///
    /// # Errors
    ///
    /// Besides the command's own, [`Error::Io`] when the source fails or ends too soon: what was
    /// announced cannot be taken back, so the connection then ends.
    pub async fn upload_from<C: Command>(
        &self,
        command: C,
        source: impl AsyncRead + Unpin,
    ) -> Result<C::Output, Error> {
        upload::upload_from(self.0.upload(command), source).await
    }
}

impl Deref for Session {
    type Target = session::Session<Tokio>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads at most `room` octets.
pub(crate) async fn read_some(
    source: &mut (impl AsyncRead + Unpin),
    room: usize,
) -> io::Result<Bytes> {
    let mut octets = Vec::with_capacity(room);
    source.take(room as u64).read_buf(&mut octets).await?;
    Ok(octets.into())
}
