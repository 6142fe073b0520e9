//! The session and its flavor.

use std::fmt;
use std::ops::Deref;
use std::time::Instant;

use bytes::Bytes;
use imap_proto_core::encode::Command;
use imap_proto_core::session::{self, Error, Flavor, Job};
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::{Body, Events, Reply, upload};

/// How tokio waits: replies are futures and streams, bodies are `AsyncRead`, the clock is
/// tokio's.
#[derive(Debug)]
pub enum Tokio {}

impl Flavor for Tokio {
    type Reply<C: Command> = Reply<C>;
    type Body = Body;

    fn reply<C: Command>(reply: session::Reply<C>) -> Reply<C> {
        Reply::new(reply)
    }

    fn body(body: session::Body) -> Body {
        Body::new(body)
    }

    fn now() -> Instant {
        tokio::time::Instant::now().into_std()
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

    /// Subscribes to everything that happens without having been asked for: new messages,
    /// expunged ones, changes of flags, alerts.
    pub fn events(&self) -> Events {
        Events::new(self.0.notices())
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
) -> std::io::Result<Bytes> {
    let mut octets = Vec::with_capacity(room);
    source.take(room as u64).read_buf(&mut octets).await?;
    Ok(octets.into())
}
