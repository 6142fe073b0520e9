//! What happens without having been asked for, as an iterator.

use std::fmt;
use std::time::Duration;

use imap_proto_core::session::{self, Notice};

use crate::wait::{wait, wait_timeout};

/// A subscription: an iterator that waits for each notice and ends behind [`Notice::Closed`].
pub struct Events(session::Events);

impl Events {
    pub(crate) fn new(events: session::Events) -> Self {
        Self(events)
    }

    /// The next notice if it is there already.
    pub fn try_next(&mut self) -> Option<Notice> {
        self.next_timeout(Duration::ZERO).flatten()
    }

    /// Waits for the next notice, but not longer than `timeout`: then `None`. The inner `None`
    /// is the end.
    pub fn next_timeout(&mut self, timeout: Duration) -> Option<Option<Notice>> {
        wait_timeout(timeout, |context| self.0.poll_notice(context))
    }
}

impl Iterator for Events {
    type Item = Notice;

    fn next(&mut self) -> Option<Notice> {
        wait(|context| self.0.poll_notice(context))
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}
