//! What happens without having been asked for.

use std::collections::VecDeque;
use std::fmt;
use std::task::{Context, Poll, Waker};

use super::Error;
use super::flow::{Flow, WINDOW};
use super::keyed::Keyed;
use super::route::{Wakers, exchange};
use super::shared::Handle;
use crate::engine::{CommandId, SelectionId};
use crate::types::{
    BodyBegin, Data, EsearchResponse, FetchResponse, Malformed, ResponseText, Tolerance,
};

/// Something that happened on a connection and is nobody's answer, or that changes what is known
/// of the selected mailbox.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Notice {
    /// An untagged response. EXISTS, EXPUNGE, VANISHED and changes of flags come here even when
    /// they answer a command.
    Data {
        /// What it says.
        data: Data,
        /// The selection of a mailbox that it belongs to.
        selection: SelectionId,
        /// Whether it is also part of a command's answer.
        claimed: bool,
    },
    /// A response that breaks the grammar.
    Malformed(Box<Malformed>),
    /// A break of the rules that does no harm.
    Tolerated(Tolerance),
    /// What a live search finds has changed (RFC 5267 §4.3); [`LiveResults`](crate::encode::LiveResults) takes it.
    ContextUpdate {
        /// The SEARCH or SORT with UPDATE: the id of its reply.
        id: CommandId,
        /// `ADDTO` and `REMOVEFROM`, to be applied in order.
        update: Box<EsearchResponse>,
        /// The selection of a mailbox that it belongs to.
        selection: SelectionId,
    },
    /// A live search gets no more updates: the server refused them, they were cancelled, or the mailbox was left.
    ContextEnded(CommandId),
    /// How far a command is that takes long (INPROGRESS, RFC 9585 §4).
    Progress {
        /// The command: the id of its reply.
        id: CommandId,
        /// What is done, in units of the server's.
        done: Option<u64>,
        /// What there is to do.
        goal: Option<u64>,
    },
    /// The server began or ended to wait for us in IDLE.
    Idling(bool),
    /// The server will close the connection.
    Bye(Box<ResponseText>),
    /// So many notices are missing here, as they were not taken in time.
    Lagged(u64),
    /// The connection is over; nothing follows.
    Closed(Error),
}

/// A subscription to [`Notice`]s, from the moment it was made.
///
/// At most [`Limits::max_events`](crate::wire::Limits::max_events) wait in it; then the
/// connection stops reading. If none are taken for
/// [`Timeouts::reader_stall`](crate::engine::Timeouts::reader_stall) while commands wait, reading
/// goes on, and [`Notice::Lagged`] stands for what did not fit.
pub struct Events {
    handle: Handle,
    key: u64,
}

impl Events {
    pub(super) fn new(handle: Handle) -> Self {
        let key = handle.with(|core| {
            let ended = core.ended.clone();
            core.subscribers.add(ended)
        });
        Self { handle, key }
    }

    /// The next notice; `None` behind [`Notice::Closed`].
    pub fn poll_notice(&mut self, context: &mut Context<'_>) -> Poll<Option<Notice>> {
        let (polled, _waker) = self.handle.with(|core| {
            let Some(subscriber) = core.subscribers.get(self.key) else {
                return (Poll::Ready(None), None);
            };
            match subscriber.take() {
                Some((notice, go_on)) => {
                    if go_on {
                        core.notify();
                    }
                    (Poll::Ready(Some(notice)), None)
                }
                None if subscriber.closed => (Poll::Ready(None), None),
                None => (
                    Poll::Pending,
                    exchange(&mut subscriber.waker, context.waker()),
                ),
            }
        });
        polled
    }
}

impl Events {
    /// From now on a command that anybody submits is noted, and wakes.
    pub(super) fn watch_commands(&self) {
        self.handle.with(|core| {
            if let Some(subscriber) = core.subscribers.get(self.key) {
                subscriber.commands = Commands::Watched;
            }
        });
    }

    /// Whether a command was submitted since, and what came before it was taken.
    pub(super) fn saw_command(&self) -> bool {
        self.handle.with(|core| {
            let subscriber = core.subscribers.get(self.key);
            subscriber.is_some_and(|subscriber| subscriber.commands == Commands::Seen(0))
        })
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        let _removed = self.handle.with(|core| {
            core.notify();
            core.subscribers.list.remove(self.key)
        });
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

/// All subscriptions of a connection.
pub(super) struct Subscribers {
    list: Keyed<Subscriber>,
    max: usize,
}

/// The driver's end of a subscription.
pub(super) struct Subscriber {
    queue: VecDeque<Notice>,
    flow: Flow,
    /// What did not fit.
    missed: u64,
    /// The last notice was queued.
    closed: bool,
    commands: Commands,
    waker: Option<Waker>,
}

/// Whether a subscriber wants to know of commands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Commands {
    #[default]
    Ignored,
    Watched,
    /// A command was submitted behind so many of the queued notices.
    Seen(usize),
}

impl Subscriber {
    /// The next notice, and whether the driver may go on reading because it was taken.
    fn take(&mut self) -> Option<(Notice, bool)> {
        if let Some(notice) = self.queue.pop_front() {
            if let Commands::Seen(before) = &mut self.commands {
                *before = before.saturating_sub(1);
            }
            let weight = self.flow.queued() / (self.queue.len() + 1);
            return Some((notice, self.flow.take(weight)));
        }
        let missed = std::mem::take(&mut self.missed);
        (missed > 0).then_some((Notice::Lagged(missed), false))
    }

    fn push(&mut self, notice: Notice, max: usize, wakers: &mut Wakers) {
        let lags = self.missed > 0 || (self.flow.is_granted() && self.queue.len() >= max);
        if lags && !self.queue.is_empty() {
            self.missed += 1;
            return;
        }
        if self.missed > 0 {
            self.queue
                .push_back(Notice::Lagged(std::mem::take(&mut self.missed)));
        }
        self.queue.push_back(notice);
        self.flow.add(WINDOW.div_ceil(max.max(1)));
        wakers.extend(self.waker.take());
    }

    pub(super) fn flow(&mut self) -> &mut Flow {
        &mut self.flow
    }
}

impl Subscribers {
    pub(super) fn new(max: usize) -> Self {
        let list = Keyed::new();
        Self { list, max }
    }

    fn add(&mut self, ended: Option<Error>) -> u64 {
        self.list.add(Subscriber {
            closed: ended.is_some(),
            queue: ended.map(Notice::Closed).into_iter().collect(),
            flow: Flow::default(),
            missed: 0,
            commands: Commands::Ignored,
            waker: None,
        })
    }

    pub(super) fn get(&mut self, key: u64) -> Option<&mut Subscriber> {
        self.list.get(key)
    }

    /// A command was submitted: those who watch for that are to be woken.
    pub(super) fn disturb(&mut self, wakers: &mut Wakers) {
        let watching = self.list.iter_mut();
        for subscriber in watching.filter(|one| one.commands == Commands::Watched) {
            subscriber.commands = Commands::Seen(subscriber.queue.len());
            wakers.extend(subscriber.waker.take());
        }
    }

    /// Hands a notice to all.
    pub(super) fn publish(&mut self, notice: Notice, wakers: &mut Wakers) {
        let max = self.max;
        let mut list = self.list.iter_mut();
        let Some(first) = list.next() else {
            return;
        };
        for subscriber in list {
            subscriber.push(notice.clone(), max, wakers);
        }
        first.push(notice, max, wakers);
    }

    /// Hands on what of a command's answer changes the mailbox.
    pub(super) fn publish_claimed(
        &mut self,
        data: &Data,
        selection: SelectionId,
        wakers: &mut Wakers,
    ) {
        if self.list.is_empty() {
            return;
        }
        let data = match data {
            Data::Exists(_) | Data::Expunge(_) | Data::Vanished { .. } => data.clone(),
            Data::Fetch(fetch) if fetch.flags.is_some() => Data::Fetch(flags_of(fetch)),
            _ => return,
        };
        let notice = Notice::Data {
            data,
            selection,
            claimed: true,
        };
        self.publish(notice, wakers);
    }

    /// As [`Self::publish_claimed`], for the head of a streamed response.
    pub(super) fn publish_begin(
        &mut self,
        begin: &BodyBegin,
        selection: SelectionId,
        wakers: &mut Wakers,
    ) {
        if begin.fetch.flags.is_some() && !self.list.is_empty() {
            let notice = Notice::Data {
                data: Data::Fetch(flags_of(&begin.fetch)),
                selection,
                claimed: true,
            };
            self.publish(notice, wakers);
        }
    }

    /// The one whose queue is full, if there is one.
    pub(super) fn full(&self) -> Option<u64> {
        let mut list = self.list.iter();
        let full = list.find(|(_, subscriber)| subscriber.flow.is_full());
        full.map(|(key, _)| key)
    }

    /// Tells all that it is over.
    pub(super) fn close(&mut self, error: &Error, wakers: &mut Wakers) {
        for subscriber in self.list.iter_mut() {
            if subscriber.missed > 0 {
                let missed = std::mem::take(&mut subscriber.missed);
                subscriber.queue.push_back(Notice::Lagged(missed));
            }
            subscriber.queue.push_back(Notice::Closed(error.clone()));
            subscriber.closed = true;
            wakers.extend(subscriber.waker.take());
        }
    }
}

/// What of a FETCH response tells of flags.
fn flags_of(fetch: &FetchResponse) -> FetchResponse {
    FetchResponse {
        sequence_number: fetch.sequence_number,
        uid: fetch.uid,
        flags: fetch.flags.clone(),
        mod_seq: fetch.mod_seq,
        ..FetchResponse::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exists(number: u32) -> Notice {
        Notice::Data {
            data: Data::Exists(number),
            selection: SelectionId::default(),
            claimed: false,
        }
    }

    fn shown(subscriber: &mut Subscriber) -> Vec<String> {
        let notices = std::iter::from_fn(|| subscriber.take());
        notices
            .map(|(notice, _)| match notice {
                Notice::Data {
                    data: Data::Exists(number),
                    ..
                } => number.to_string(),
                Notice::Lagged(missed) => format!("lagged {missed}"),
                Notice::Closed(_) => "closed".to_owned(),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn a_full_subscription_stops_reading_and_a_stalled_one_gets_a_gap() {
        let mut subscribers = Subscribers::new(2);
        let key = subscribers.add(None);
        let mut wakers = Wakers::new();
        subscribers.publish(exists(1), &mut wakers);
        assert_eq!(subscribers.full(), None);
        subscribers.publish(exists(2), &mut wakers);
        assert_eq!(subscribers.full(), Some(key));
        let subscriber = subscribers.get(key).unwrap();
        assert!(!subscriber.flow().moved_or_grant(), "nobody read");
        assert_eq!(subscribers.full(), None);
        for number in 3..6 {
            subscribers.publish(exists(number), &mut wakers);
        }
        subscribers.close(&Error::TimedOut, &mut wakers);
        let subscriber = subscribers.get(key).unwrap();
        assert_eq!(shown(subscriber), ["1", "2", "lagged 3", "closed"]);
    }

    #[test]
    fn what_follows_a_gap_is_seen_when_the_queue_was_emptied() {
        let mut subscribers = Subscribers::new(1);
        let key = subscribers.add(None);
        let mut wakers = Wakers::new();
        subscribers.publish(exists(1), &mut wakers);
        subscribers.get(key).unwrap().flow().moved_or_grant();
        subscribers.publish(exists(2), &mut wakers);
        assert_eq!(shown(subscribers.get(key).unwrap()), ["1", "lagged 1"]);
        subscribers.publish(exists(3), &mut wakers);
        assert_eq!(shown(subscribers.get(key).unwrap()), ["3"]);
    }
}
