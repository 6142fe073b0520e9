//! The session and its flavor.

use std::fmt;
use std::io::{self, ErrorKind, Read};
use std::ops::Deref;
use std::time::{Duration, Instant};

use imap_proto_core::encode::Command;
use imap_proto_core::session::{self, Error, Flavor, IdleEnd, Notice, Upload};

use crate::wait::{wait, wait_timeout};
use crate::{Body, Events, Operation, Reply};

/// What an upload reads at once at most.
const PIECE: usize = 64 * 1024;

/// How threads wait: by parking.
#[derive(Debug)]
pub enum Std {}

impl Flavor for Std {
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
        Instant::now()
    }

    fn random(octets: &mut [u8]) -> io::Result<()> {
        getrandom::fill(octets).map_err(|error| io::Error::other(error.to_string()))
    }
}

/// A connection, for many threads at once. It has a method for each command, from
/// [`session::Session`].
#[derive(Clone)]
pub struct Session(session::Session<Std>);

impl Session {
    pub(crate) fn new(session: session::Session<Std>) -> Self {
        Self(session)
    }

    pub(crate) fn into_inner(self) -> session::Session<Std> {
        self.0
    }

    /// Subscribes to everything that happens without having been asked for: new messages,
    /// expunged ones, changes of flags, alerts.
    pub fn events(&self) -> Events {
        Events::new(self.0.notices())
    }

    /// Waits in IDLE (RFC 2177) for something that `wanted` is true for, and says what ended the
    /// wait: that, a command that some thread submitted, or the time. IDLE itself ends with it,
    /// unless another guard wishes for it still.
    ///
    /// ```no_run
    /// # fn example(session: &imap_transport_std::Session) -> Result<(), imap_transport_std::Error> {
    /// use imap_transport_std::{IdleEnd, Notice, types::Data};
    /// use std::time::Duration;
    ///
    /// let mail = |notice: &Notice| matches!(notice, Notice::Data { data: Data::Exists(_), .. });
    /// match session.idle_until(Duration::from_secs(600), mail)? {
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
    pub fn idle_until(
        &self,
        timeout: Duration,
        mut wanted: impl FnMut(&Notice) -> bool,
    ) -> Result<IdleEnd, Error> {
        let mut idle = self.0.idle_wait();
        let end = wait_timeout(timeout, |context| idle.poll_end(context, &mut wanted));
        end.unwrap_or(Ok(IdleEnd::Time))
    }

    /// Waits in IDLE for [any news](Notice::is_news), as [`idle_until`](Self::idle_until).
    ///
    /// # Errors
    ///
    /// Why the connection is over.
    pub fn idle_for(&self, timeout: Duration) -> Result<IdleEnd, Error> {
        self.idle_until(timeout, Notice::is_news)
    }

    /// Submits a command with one literal of a given size, such as a streamed APPEND, and reads
    /// that many octets from `source` as the server takes them.
    ///
    /// # Errors
    ///
    /// Besides the command's own, [`Error::Io`] when the source fails or ends too soon: what was
    /// announced cannot be taken back, so the connection then ends.
    pub fn upload_from<C: Command>(
        &self,
        command: C,
        mut source: impl Read,
    ) -> Result<C::Output, Error> {
        let mut upload = self.0.upload(command);
        while let Some(room) = wait(|context| upload.poll_ready(context)) {
            push_some(&mut upload, &mut source, room.min(PIECE))?;
        }
        Reply::new(upload.finish()).wait()
    }
}

/// Reads at most `room` octets into an upload.
fn push_some<C: Command>(
    upload: &mut Upload<C>,
    source: &mut impl Read,
    room: usize,
) -> Result<(), Error> {
    let mut octets = Vec::with_capacity(room);
    source
        .take(room as u64)
        .read_to_end(&mut octets)
        .map_err(io_error)?;
    if octets.is_empty() {
        return Err(io_error(ErrorKind::UnexpectedEof.into()));
    }
    upload.push(octets.into())
}

fn io_error(error: io::Error) -> Error {
    error.into()
}

impl Deref for Session {
    type Target = session::Session<Std>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
