//! Messages that go to the server as they are read, never whole in memory.

use std::fmt;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;

use super::shared::Handle;
use super::{Error, Reply};
use crate::encode::{Command, Request, Segment, SubmitError};

/// A command with a literal whose octets the caller gives in pieces, such as an APPEND from a
/// file.
///
/// What was announced must be given in full: the octets that the server was promised cannot be
/// taken back, so an upload that is dropped or finished short ends the connection.
#[must_use = "an upload that is dropped before all octets were given ends the connection"]
pub struct Upload<C: Command> {
    reply: Reply<C>,
    remaining: u64,
}

impl<C: Command> Upload<C> {
    pub(super) fn submit(
        handle: &Handle,
        request: Result<Request, SubmitError>,
        now: Instant,
    ) -> Self {
        let remaining = request.as_ref().map_or(0, |request| {
            let sizes = request.segments.iter().map(|segment| match segment {
                Segment::Upload(upload) => upload.size,
                _ => 0,
            });
            sizes.fold(0, u64::saturating_add)
        });
        Self {
            reply: Reply::submit(handle, request, now),
            remaining,
        }
    }

    /// How many octets are still to be given.
    pub fn remaining(&self) -> u64 {
        self.remaining
    }

    /// Waits until octets are taken, and says how many [`push`](Self::push) takes now. `None`:
    /// no more, as all were given or the command has ended; [`finish`](Self::finish) tells how.
    pub fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Option<usize>> {
        if self.remaining == 0 {
            return Poll::Ready(None);
        }
        let polled = self.reply.with_live(|core, id| {
            let capacity = core.connection.append_capacity(id);
            match core.mailbag(id) {
                Some(bag) if !bag.is_over() && capacity == 0 => {
                    let old = bag.wait(context.waker(), false);
                    (Poll::Pending, old)
                }
                Some(bag) if !bag.is_over() => (Poll::Ready(Some(capacity)), None),
                _ => (Poll::Ready(None), None),
            }
        });
        polled.map_or(Poll::Ready(None), |(polled, _waker)| polled)
    }

    /// Gives octets.
    ///
    /// # Errors
    ///
    /// [`SubmitError::Full`] and [`SubmitError::UploadTooLong`] when it is more than
    /// [`poll_ready`](Self::poll_ready) said or than was announced.
    pub fn push(&mut self, octets: Bytes) -> Result<(), Error> {
        let count = octets.len() as u64;
        let pushed = self.reply.with_live(|core, id| {
            core.notify();
            core.connection.append_bytes(id, octets)
        });
        pushed.unwrap_or(Err(SubmitError::NoUpload))?;
        self.remaining = self.remaining.saturating_sub(count);
        Ok(())
    }

    /// The reply of the command, when all was given.
    pub fn finish(mut self) -> Reply<C> {
        self.abort_if_short();
        std::mem::replace(&mut self.reply, Reply::nothing())
    }

    fn abort_if_short(&self) {
        if self.remaining == 0 {
            return;
        }
        self.reply.with_live(|core, id| {
            if core.mailbag(id).is_some_and(|bag| !bag.is_over()) {
                core.connection.append_abort(id);
                core.notify();
            }
        });
    }
}

impl<C: Command> Drop for Upload<C> {
    fn drop(&mut self) {
        self.abort_if_short();
    }
}

impl<C: Command> fmt::Debug for Upload<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("remaining", &self.remaining)
            .finish_non_exhaustive()
    }
}
