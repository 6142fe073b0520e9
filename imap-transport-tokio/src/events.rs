//! What happens without having been asked for, as a stream.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use imap_proto_core::session::{self, Notice};

/// A subscription; also a [`Stream`]. Cancel-safe.
pub struct Events(session::Events);

impl Events {
    pub(crate) fn new(events: session::Events) -> Self {
        Self(events)
    }

    /// The next notice if it is there already.
    pub fn try_next(&mut self) -> Option<Notice> {
        let mut context = Context::from_waker(Waker::noop());
        match self.0.poll_notice(&mut context) {
            Poll::Ready(notice) => notice,
            Poll::Pending => None,
        }
    }

    /// The next notice; `None` behind [`Notice::Closed`].
    pub async fn next(&mut self) -> Option<Notice> {
        poll_fn(|context| self.0.poll_notice(context)).await
    }
}

impl Stream for Events {
    type Item = Notice;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Notice>> {
        self.get_mut().0.poll_notice(context)
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}
