//! Waiting in IDLE until something happens.

use std::fmt;
use std::task::{Context, Poll};

use super::{Error, Events, Flavor, IdleGuard, Notice, Session};
use crate::encode::SubmitError;
use crate::types::{Condition, Data};

/// What ended a wait in IDLE.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum IdleEnd {
    /// The server told what the wait was for.
    Data(Notice),
    /// A command was submitted by some thread or task; IDLE gives way to it.
    Command,
    /// The time is over.
    Time,
}

/// A wait in IDLE (RFC 2177): it wishes for IDLE as long as it lives, and ends when the server
/// tells what is waited for, or when anybody submits a command.
///
/// For adapters, which add the time. IDLE is renewed by
/// [`Timeouts::idle_refresh`](crate::engine::Timeouts::idle_refresh) meanwhile; a server that does
/// not answer then is found dead, and the wait fails.
#[must_use = "nothing is waited for until it is polled"]
pub struct IdleWait<F: Flavor> {
    events: Events,
    guard: IdleGuard<F>,
}

impl<F: Flavor> Session<F> {
    /// Begins to wait in IDLE. What came before does not end the wait.
    pub fn idle_wait(&self) -> IdleWait<F> {
        let events = self.notices();
        events.watch_commands();
        IdleWait {
            events,
            guard: self.idle(),
        }
    }
}

impl<F: Flavor> IdleWait<F> {
    /// The end of the wait: a notice for which `wanted` is true, or a command.
    ///
    /// # Errors
    ///
    /// Why the connection is over.
    pub fn poll_end(
        &mut self,
        context: &mut Context<'_>,
        mut wanted: impl FnMut(&Notice) -> bool,
    ) -> Poll<Result<IdleEnd, Error>> {
        loop {
            if self.events.saw_command() {
                return Poll::Ready(Ok(IdleEnd::Command));
            }
            match self.events.poll_notice(context) {
                Poll::Ready(Some(Notice::Closed(error))) => return Poll::Ready(Err(error)),
                Poll::Ready(Some(notice)) if wanted(&notice) => {
                    return Poll::Ready(Ok(IdleEnd::Data(notice)));
                }
                Poll::Ready(Some(_)) => {}
                Poll::Ready(None) => {
                    let ended = self.guard.session().ended();
                    return Poll::Ready(Err(ended.unwrap_or_else(|| SubmitError::Closed.into())));
                }
                // A command that came meanwhile has left no waker to call.
                Poll::Pending if self.events.saw_command() => {}
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl Notice {
    /// Whether it is news of the mailbox or of the server: any untagged response but OK, with
    /// which servers only show that they are there, and a gap in place of some.
    pub fn is_news(&self) -> bool {
        match self {
            Self::Data { data, .. } => !matches!(
                data,
                Data::Condition {
                    condition: Condition::Ok,
                    ..
                }
            ),
            Self::Lagged(_) | Self::Bye(_) => true,
            _ => false,
        }
    }
}

impl<F: Flavor> fmt::Debug for IdleWait<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdleWait").finish_non_exhaustive()
    }
}
