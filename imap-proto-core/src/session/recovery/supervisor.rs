//! The step machine that brings a session back.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use super::events::RecoveryEvent;
use super::restoring::Restoring;
use super::shared::{Shared, Status, Up};
use super::watch::Watch;
use crate::session::{Error, Flavor, Session};

/// What the adapter has to do for a session that reconnects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Task {
    /// Wait for so long, or until [`Supervisor::poll_disturbed`] is ready.
    Wait(Duration),
    /// Connect, log in, and give the outcome to [`Supervisor::connected`].
    Connect,
}

/// Watches over the connections of a [`Reconnecting`](super::Reconnecting) session. The adapter
/// has a thread or task that does what [`poll_task`](Self::poll_task) says, until its end.
pub struct Supervisor<F: Flavor> {
    shared: Arc<Shared<F>>,
    stage: Stage<F>,
    /// How many attempts in a row have failed, or came to a connection that did not last.
    failed: u32,
    /// How many attempts were made since the last loss.
    attempts: u32,
    /// Since when the connection is there.
    since: Option<Instant>,
}

/// Where it stands.
enum Stage<F: Flavor> {
    Watching(Watch<F>),
    Restoring(Box<Restoring<F>>),
    /// The next attempt has to be waited for, if there is to be one.
    Lost(Error),
    /// It was waited for.
    Due,
    Over,
}

impl<F: Flavor> Supervisor<F> {
    pub(super) fn new(shared: Arc<Shared<F>>, session: Session<F>) -> Self {
        let mut supervisor = Self {
            shared,
            stage: Stage::Over,
            failed: 0,
            attempts: 0,
            since: None,
        };
        supervisor.restore(session, false);
        supervisor
    }

    /// What to do next; `None`: nothing any more. Pending while there is a connection.
    pub fn poll_task(&mut self, context: &mut Context<'_>) -> Poll<Option<Task>> {
        loop {
            if self.is_closed(context) {
                self.stage = Stage::Over;
                return Poll::Ready(None);
            }
            match &mut self.stage {
                Stage::Watching(watch) => match watch.poll(&self.shared, context) {
                    Poll::Ready(error) => self.lost(error),
                    Poll::Pending => return Poll::Pending,
                },
                Stage::Restoring(restoring) => match restoring.poll(&self.shared, context) {
                    Poll::Ready(Ok(up)) => self.restored(up),
                    Poll::Ready(Err(error)) => self.attempt_failed(error),
                    Poll::Pending => return Poll::Pending,
                },
                Stage::Lost(_) => {
                    if let Some(delay) = self.delay() {
                        return Poll::Ready(Some(Task::Wait(delay)));
                    }
                }
                Stage::Due => return Poll::Ready(Some(Task::Connect)),
                Stage::Over => return Poll::Ready(None),
            }
        }
    }

    /// Ready when a [wait](Task::Wait) is to end before its time.
    pub fn poll_disturbed(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.is_closed(context) || std::mem::take(&mut self.shared.lock().hurried) {
            return Poll::Ready(());
        }
        Poll::Pending
    }

    /// The outcome of an [attempt to connect](Task::Connect).
    pub fn connected(&mut self, outcome: Result<Session<F>, Error>) {
        self.attempts = self.attempts.saturating_add(1);
        match outcome {
            Ok(session) => self.restore(session, true),
            Err(error) => self.attempt_failed(error),
        }
    }

    /// Whether it was closed; else the supervisor is woken when it is.
    fn is_closed(&self, context: &Context<'_>) -> bool {
        let mut inner = self.shared.lock();
        let _old = inner.park(context.waker());
        let closed = inner.is_closed();
        drop(inner);
        closed
    }

    fn restore(&mut self, session: Session<F>, again: bool) {
        let restoring = Restoring::begin(&self.shared, session, again);
        self.stage = Stage::Restoring(Box::new(restoring));
    }

    /// The connection is what the one before was.
    fn restored(&mut self, mut up: Up) {
        let stage = std::mem::replace(&mut self.stage, Stage::Over);
        let Stage::Restoring(restoring) = stage else {
            return;
        };
        if let Some(RecoveryEvent::Reconnected(reconnected)) = &mut up.event {
            reconnected.attempts = self.attempts;
        }
        self.since = Some(F::now());
        let (session, events) = restoring.into_parts();
        self.shared.up(session.clone(), up);
        self.stage = Stage::Watching(Watch::new(session, events));
    }

    /// A connection that was in use is lost.
    fn lost(&mut self, error: Error) {
        let stable = self.shared.recovery.stable;
        let lasted = |since: Instant| F::now().saturating_duration_since(since) >= stable;
        self.failed = match self.since.take() {
            Some(since) if !lasted(since) => self.failed.saturating_add(1),
            _ => 0,
        };
        self.attempts = 0;
        let event = RecoveryEvent::Lost(error.clone());
        self.shared.down(Status::Down, Some(&event));
        self.stage = Stage::Lost(error);
    }

    fn attempt_failed(&mut self, error: Error) {
        self.failed = self.failed.saturating_add(1);
        self.stage = Stage::Lost(error);
    }

    /// How long to wait for the next attempt; `None` when it is given up.
    fn delay(&mut self) -> Option<Duration> {
        let stage = std::mem::replace(&mut self.stage, Stage::Over);
        let Stage::Lost(error) = stage else {
            return None;
        };
        let backoff = &self.shared.recovery.backoff;
        let Some(delay) = backoff.delay(self.failed, error.retry(), random::<F>()) else {
            let event = RecoveryEvent::GaveUp(error.clone());
            self.shared.down(Status::GaveUp(error), Some(&event));
            return None;
        };
        self.shared.lock().hurried = false;
        let attempt = self.attempts.saturating_add(1);
        self.shared
            .publish(&RecoveryEvent::Waiting { delay, attempt });
        self.stage = Stage::Due;
        Some(delay)
    }
}

/// Nobody does what it says any more: whoever waits is told.
impl<F: Flavor> Drop for Supervisor<F> {
    fn drop(&mut self) {
        let error = Error::from(io::Error::from(io::ErrorKind::ConnectionAborted));
        let event = RecoveryEvent::GaveUp(error.clone());
        self.shared.down(Status::GaveUp(error), Some(&event));
    }
}

impl<F: Flavor> fmt::Debug for Supervisor<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Supervisor")
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

/// Any number; without a source of them the one in the middle.
fn random<F: Flavor>() -> u64 {
    let mut octets = [0; 8];
    match F::random(&mut octets) {
        Ok(()) => u64::from_ne_bytes(octets),
        Err(_) => u64::MAX / 2,
    }
}
