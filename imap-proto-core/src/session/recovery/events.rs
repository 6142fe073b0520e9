//! What happens to a session that reconnects.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::Reconnected;
use super::shared::{Shared, Status};
use crate::session::keyed::Keyed;
use crate::session::route::{Wakers, exchange};
use crate::session::{Error, Flavor, Notice};

/// Something that happened to a [`Reconnecting`](super::Reconnecting) session.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum RecoveryEvent {
    /// On the present connection: what its [`Events`](crate::session::Events) tell, too.
    Notice(Notice),
    /// The connection is lost. Commands that were under way have failed, each with an error that
    /// says whether it [may have taken effect](Error::may_have_taken_effect).
    Lost(Error),
    /// After this time there will be another attempt.
    Waiting {
        /// How long.
        delay: Duration,
        /// Which attempt it will be; 1 for the first.
        attempt: u32,
    },
    /// A command that each connection [begins with](super::Recovery::setup) was refused, or could
    /// not be sent: this connection goes without.
    SetupRefused(Error),
    /// There is a new connection, and this changed meanwhile. What is told behind it comes on top.
    Reconnected(Box<Reconnected>),
    /// There will be no more attempts; nothing follows.
    GaveUp(Error),
    /// So many events are missing here, as they were not taken in time.
    Lagged(u64),
}

/// A subscription to [`RecoveryEvent`]s, from the moment it was made.
///
/// It outlives connections, but does not keep the session alive. At most
/// [`Recovery::max_events`](super::Recovery::max_events) wait in it; it never holds up reading.
pub struct RecoveryEvents<F: Flavor> {
    shared: Arc<Shared<F>>,
    key: u64,
}

impl<F: Flavor> RecoveryEvents<F> {
    pub(super) fn new(shared: Arc<Shared<F>>) -> Self {
        let mut inner = shared.lock();
        let gave_up = match &inner.status {
            Status::GaveUp(error) => Some(RecoveryEvent::GaveUp(error.clone())),
            _ => None,
        };
        let key = inner.subscribers.add(gave_up);
        drop(inner);
        Self { shared, key }
    }

    /// The next event; `None` behind [`RecoveryEvent::GaveUp`], and when the session was closed.
    pub fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<RecoveryEvent>> {
        let mut inner = self.shared.lock();
        let over = inner.is_over();
        let Some(subscriber) = inner.subscribers.list.get(self.key) else {
            return Poll::Ready(None);
        };
        let (polled, _waker) = match subscriber.take() {
            Some(event) => (Poll::Ready(Some(event)), None),
            None if over => (Poll::Ready(None), None),
            None => (
                Poll::Pending,
                exchange(&mut subscriber.waker, context.waker()),
            ),
        };
        drop(inner);
        polled
    }
}

impl<F: Flavor> Drop for RecoveryEvents<F> {
    fn drop(&mut self) {
        let removed = self.shared.lock().subscribers.list.remove(self.key);
        drop(removed);
    }
}

impl<F: Flavor> fmt::Debug for RecoveryEvents<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecoveryEvents").finish_non_exhaustive()
    }
}

/// All subscriptions.
pub(super) struct Subscribers {
    list: Keyed<Subscriber>,
    max: usize,
}

struct Subscriber {
    queue: VecDeque<RecoveryEvent>,
    missed: u64,
    waker: Option<Waker>,
}

impl Subscriber {
    fn take(&mut self) -> Option<RecoveryEvent> {
        match std::mem::take(&mut self.missed) {
            0 => self.queue.pop_front(),
            missed => Some(RecoveryEvent::Lagged(missed)),
        }
    }

    fn push(&mut self, event: RecoveryEvent, max: usize, wakers: &mut Wakers) {
        while self.queue.len() >= max {
            self.queue.pop_front();
            self.missed = self.missed.saturating_add(1);
        }
        self.queue.push_back(event);
        wakers.extend(self.waker.take());
    }
}

impl Subscribers {
    pub(super) fn new(max: usize) -> Self {
        let list = Keyed::new();
        Self { list, max }
    }

    fn add(&mut self, event: Option<RecoveryEvent>) -> u64 {
        self.list.add(Subscriber {
            queue: event.into_iter().collect(),
            missed: 0,
            waker: None,
        })
    }

    /// Hands an event to all.
    pub(super) fn publish(&mut self, event: &RecoveryEvent, wakers: &mut Wakers) {
        for subscriber in self.list.iter_mut() {
            subscriber.push(event.clone(), self.max, wakers);
        }
    }

    /// Wakes all: nothing follows.
    pub(super) fn wake(&mut self, wakers: &mut Wakers) {
        wakers.extend(self.list.iter_mut().filter_map(|one| one.waker.take()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_dropped_and_the_gap_is_told() {
        let mut subscribers = Subscribers::new(2);
        let key = subscribers.add(None);
        let mut wakers = Wakers::new();
        for attempt in 1..=4 {
            let delay = Duration::ZERO;
            subscribers.publish(&RecoveryEvent::Waiting { delay, attempt }, &mut wakers);
        }
        let taken = std::iter::from_fn(|| subscribers.list.get(key)?.take());
        let shown: Vec<_> = taken
            .map(|event| match event {
                RecoveryEvent::Lagged(missed) => format!("lagged {missed}"),
                RecoveryEvent::Waiting { attempt, .. } => attempt.to_string(),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(shown, ["lagged 2", "3", "4"]);
    }
}
