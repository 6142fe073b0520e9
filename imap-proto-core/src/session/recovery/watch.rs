//! A connection in use.

use std::task::{Context, Poll};

use super::events::RecoveryEvent;
use super::listing::{LISTINGS, follow, is_listed, list, poll_listing};
use super::shared::Shared;
use super::tracker::Tracker;
use crate::encode::{SubmitError, UidFetch};
use crate::session::{Error, Events, Flavor, Notice, Reply, Session};

/// A connection in use.
pub(super) struct Watch<F: Flavor> {
    session: Session<F>,
    events: Events,
    listing: Option<Reply<UidFetch>>,
    /// How often the mailbox was listed since all of it was known.
    listings: u32,
}

impl<F: Flavor> Watch<F> {
    pub(super) fn new(session: Session<F>, events: Events) -> Self {
        Self {
            session,
            events,
            listing: None,
            listings: 0,
        }
    }

    /// Follows what the server tells; ready when the connection is over.
    pub(super) fn poll(&mut self, shared: &Shared<F>, context: &mut Context<'_>) -> Poll<Error> {
        loop {
            if let Some(listing) = &mut self.listing
                && poll_listing(listing, context).is_ready()
            {
                self.listing = None;
            }
            match self.events.poll_notice(context) {
                Poll::Ready(Some(Notice::Closed(error))) => return Poll::Ready(error),
                Poll::Ready(Some(notice)) => self.take(shared, notice),
                Poll::Ready(None) => {
                    let ended = self.session.ended();
                    return Poll::Ready(ended.unwrap_or_else(|| SubmitError::Closed.into()));
                }
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn take(&mut self, shared: &Shared<F>, notice: Notice) {
        let max = shared.recovery.max_messages;
        let mut inner = shared.lock();
        let quiet = self.listing.is_some() && is_listed(inner.tracker.as_ref(), &notice);
        let before = inner.tracker.as_ref().map(|known| known.selection);
        let unknown = shared.recovery.compare && follow(&mut inner.tracker, &notice, max);
        if unknown {
            // What was listed so far is of another selection, or cannot be trusted.
            let mut anew = inner.tracker.as_ref().map(Tracker::anew);
            if before != anew.as_ref().map(|known| known.selection) {
                self.listings = 0;
            }
            self.listings += 1;
            if let Some(anew) = anew.as_mut().filter(|_| self.listings > LISTINGS) {
                anew.give_up();
            }
            inner.tracker = anew;
        } else if self.listings > 0 && inner.tracker.as_ref().is_some_and(Tracker::is_whole) {
            self.listings = 0;
        }
        let wanted = unknown && inner.tracker.as_ref().is_some_and(Tracker::can_be_listed);
        drop(inner);
        if unknown {
            self.listing = wanted.then(|| list(&self.session));
        }
        if !quiet {
            shared.publish(&RecoveryEvent::Notice(notice));
        }
    }
}
