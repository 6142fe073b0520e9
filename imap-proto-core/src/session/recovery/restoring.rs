//! A connection that becomes what the one before was.

use std::collections::BTreeMap;
use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::changes::{Changes, Difference, Reconnected, Reselection};
use super::events::RecoveryEvent;
use super::listing::{LISTINGS, follow, is_of_mailbox, list, poll_listing};
use super::restore::{Restored, Selected, restore};
use super::shared::{Shared, Up};
use super::tracker::Tracker;
use crate::encode::{SelectResponse, SubmitError, UidFetch};
use crate::session::fallback::steps::Steps;
use crate::session::operation::Operation;
use crate::session::{Error, Events, Flavor, Notice, Reply, ResyncMethod, Resynchronized, Session};
use crate::types::{Flags, Uid, UidSet};

/// A connection that becomes what the one before was.
pub(super) struct Restoring<F: Flavor> {
    session: Session<F>,
    events: Events,
    tracker: Option<Tracker>,
    step: Step,
    /// It is not the first connection.
    again: bool,
}

enum Step {
    Commands(Operation<Restored, Error>),
    /// The mailbox is listed, as what changed does not add up.
    Listing(Reply<UidFetch>, Option<Found>),
}

/// What the selection came to.
struct Found {
    selected: SelectResponse,
    method: ResyncMethod,
    /// How often the mailbox was listed.
    listings: u32,
}

impl<F: Flavor> Restoring<F> {
    /// Begins to make a connection what the one before was; `again`: it is not the first.
    pub(super) fn begin(shared: &Shared<F>, session: Session<F>, again: bool) -> Self {
        let events = session.notices();
        let (former, known) = {
            let inner = shared.lock();
            let known = inner.tracker.iter();
            let known = known.flat_map(|known| known.messages().keys());
            let uids = known.copied().collect::<UidSet>();
            let compare = shared.recovery.compare && !inner.is_known_too_large();
            (inner.former.clone(), compare.then_some(uids))
        };
        let steps = Steps::new(session.handle().clone(), F::now);
        let commands = restore(steps, former, known, shared.recovery.clone());
        Self {
            session,
            events,
            tracker: None,
            step: Step::Commands(Operation::begin(commands)),
            again,
        }
    }

    /// The connection, and the subscription to what it tells.
    pub(super) fn into_parts(self) -> (Session<F>, Events) {
        (self.session, self.events)
    }

    pub(super) fn poll(
        &mut self,
        shared: &Shared<F>,
        context: &mut Context<'_>,
    ) -> Poll<Result<Up, Error>> {
        loop {
            self.follow(shared, context)?;
            let found = match &mut self.step {
                Step::Commands(commands) => {
                    let restored = ready!(Pin::new(commands).poll(context))?;
                    for error in restored.refused {
                        shared.publish(&RecoveryEvent::SetupRefused(error));
                    }
                    // What came before the answer is in the queue already.
                    self.follow(shared, context)?;
                    match restored.mailbox {
                        None => return Poll::Ready(Ok(self.up(Reselection::None, None))),
                        Some(Err(error)) => {
                            return Poll::Ready(Ok(self.up(Reselection::Failed(error), None)));
                        }
                        Some(Ok(found)) => self.added(found, shared),
                    }
                }
                Step::Listing(listing, _) => {
                    ready!(poll_listing(listing, context));
                    self.follow(shared, context)?;
                    self.listed()
                }
            };
            if let Some(found) = found {
                return Poll::Ready(Ok(self.settled(found, shared)));
            }
        }
    }

    /// Takes in all that the server told so far.
    fn follow(&mut self, shared: &Shared<F>, context: &mut Context<'_>) -> Result<(), Error> {
        let max = shared.recovery.max_messages;
        loop {
            match self.events.poll_notice(context) {
                Poll::Ready(Some(Notice::Closed(error))) => return Err(error),
                Poll::Ready(Some(notice)) => {
                    follow(&mut self.tracker, &notice, max);
                    if !is_of_mailbox(&notice) {
                        shared.publish(&RecoveryEvent::Notice(notice));
                    }
                }
                Poll::Ready(None) => return Err(SubmitError::Closed.into()),
                Poll::Pending => return Ok(()),
            }
        }
    }

    /// Adds what was known before to what changed. `None`: it does not add up, and the mailbox is
    /// being listed.
    fn added(&mut self, found: Resynchronized, shared: &Shared<F>) -> Option<Found> {
        let inner = shared.lock();
        let before = inner.tracker.as_ref().map(Tracker::messages);
        let whole = self.tracker.as_mut().is_none_or(|now| {
            now.is_too_large()
                || match (found.method, before) {
                    (ResyncMethod::Qresync | ResyncMethod::Condstore, Some(before)) => {
                        now.add_known(before, &found.vanished)
                    }
                    _ => now.is_whole(),
                }
        });
        let compare = shared.recovery.compare && !inner.is_known_too_large();
        drop(inner);
        let found = Found {
            selected: found.selected,
            method: found.method,
            listings: 0,
        };
        if whole || !compare {
            return Some(found);
        }
        self.list(found)
    }

    /// The mailbox was listed.
    fn listed(&mut self) -> Option<Found> {
        let Step::Listing(_, found) = &mut self.step else {
            return None;
        };
        let found = found.take()?;
        let whole = self.tracker.as_ref().is_none_or(Tracker::is_whole);
        if whole || found.listings >= LISTINGS {
            return Some(found);
        }
        self.list(found)
    }

    fn list(&mut self, mut found: Found) -> Option<Found> {
        self.tracker = self.tracker.as_ref().map(Tracker::anew);
        if !self.tracker.as_ref().is_some_and(Tracker::can_be_listed) {
            return Some(found);
        }
        found.listings += 1;
        self.step = Step::Listing(list(&self.session), Some(found));
        None
    }

    /// All is known that can be.
    fn settled(&mut self, found: Found, shared: &Shared<F>) -> Up {
        let inner = shared.lock();
        let known = !inner.is_known_too_large() && shared.recovery.compare;
        let now = self.tracker.take().filter(Tracker::is_whole);
        let before = inner.tracker.as_ref().map(Tracker::messages);
        let former = inner.former.selected.as_ref();
        let uid_validity = former.and_then(|former| former.uid_validity);
        let reselection = match (&now, former) {
            (Some(now), Some(former)) if known => {
                let none = BTreeMap::new();
                let before = before.unwrap_or(&none);
                Reselection::Compared(Box::new(found.changes(former, before, now)))
            }
            _ => Reselection::Selected(Box::new(found.selected)),
        };
        drop(inner);
        let reset = reselection.is_reset(uid_validity);
        let mut up = self.up(reselection, now);
        up.reset = self.session.selection().filter(|_| reset);
        up
    }

    fn up(&self, mailbox: Reselection, tracker: Option<Tracker>) -> Up {
        let reconnected = Reconnected {
            attempts: 0,
            mailbox,
        };
        let event = RecoveryEvent::Reconnected(Box::new(reconnected));
        Up {
            tracker,
            reset: None,
            event: self.again.then_some(event),
        }
    }
}

impl Found {
    fn changes(self, former: &Selected, before: &BTreeMap<Uid, Flags>, now: &Tracker) -> Changes {
        let difference = match self.method {
            ResyncMethod::Reset => Difference::reset(before, now.messages()),
            _ => Difference::between(before, now.messages()),
        };
        Changes {
            mailbox: former.mailbox.clone(),
            method: self.method,
            vanished: difference.vanished,
            new: difference.new,
            flags: difference.flags,
            selected: self.selected,
        }
    }
}
