//! The session and its flavor.

use std::fmt;
use std::io::{self, ErrorKind, Read};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Instant;

use imap_proto_core::encode::Command;
use imap_proto_core::session::{self, Error, Flavor, Upload};

use crate::wait::wait;
use crate::{Body, Events, Reply};

/// What an upload reads at once at most.
const PIECE: usize = 64 * 1024;

/// How threads wait: by parking.
#[derive(Debug)]
pub enum Std {}

impl Flavor for Std {
    type Reply<C: Command> = Reply<C>;
    type Body = Body;

    fn reply<C: Command>(reply: session::Reply<C>) -> Reply<C> {
        Reply::new(reply)
    }

    fn body(body: session::Body) -> Body {
        Body::new(body)
    }

    fn now() -> Instant {
        Instant::now()
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
    Error::Io(Arc::new(error))
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
