//! Sections of messages, as `Read`.

use std::fmt;
use std::io::{self, Read};
use std::task::Context;

use bytes::Bytes;
use imap_proto_core::session::{self, BodySize, Error};

use crate::drive::helm_of;
use crate::wait::wait_for;

/// The octets of one section, as they come. See [`session::Body`].
///
/// As a [`Read`] it copies out of the receive buffer once; as an [`Iterator`] it gives the
/// buffer's own octets.
#[must_use = "the octets come by reading it; dropping it gives them up"]
pub struct Body(session::Body);

impl Body {
    pub(crate) fn new(body: session::Body) -> Self {
        Self(body)
    }

    /// Waits for the size, which the server announces first; `None`: the answer ended without
    /// one, and reading tells why.
    pub fn size(&mut self) -> Option<BodySize> {
        let helm = helm_of(self.0.attached());
        wait_for(helm.as_deref(), |context| self.0.poll_size(context))
    }
}

impl Iterator for Body {
    type Item = Result<Bytes, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let helm = helm_of(self.0.attached());
        wait_for(helm.as_deref(), |context| self.0.poll_chunk(context))
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let helm = helm_of(self.0.attached());
        let poll = |context: &mut Context<'_>| self.0.poll_read(context, buffer);
        Ok(wait_for(helm.as_deref(), poll)?)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}
