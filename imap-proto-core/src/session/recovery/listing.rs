//! All messages of a mailbox, and the news of it.

use std::task::{Context, Poll, ready};

use super::tracker::Tracker;
use crate::encode::{Command as _, FetchItems, UidFetch};
use crate::session::{Flavor, Notice, Reply, Session};
use crate::types::{Data, UidSet};

/// How often a mailbox is listed in a row that cannot be followed: it changes meanwhile, or what
/// its server tells contradicts itself.
pub(super) const LISTINGS: u32 = 5;

/// Whether it is the flags of a message as a command asked for them, and no change of what is
/// known: so is what our own listing brings.
pub(super) fn is_listed(tracker: Option<&Tracker>, notice: &Notice) -> bool {
    match notice {
        Notice::Data {
            data: Data::Fetch(fetch),
            claimed: true,
            ..
        } => tracker.is_none_or(|known| !known.is_changed_by(fetch)),
        _ => false,
    }
}

/// Whether it is of the mailbox that is being selected, and so part of what changed.
pub(super) fn is_of_mailbox(notice: &Notice) -> bool {
    let Notice::Data { data, .. } = notice else {
        return matches!(notice, Notice::Lagged(_));
    };
    matches!(
        data,
        Data::Exists(_)
            | Data::Recent(_)
            | Data::Flags(_)
            | Data::Expunge(_)
            | Data::Vanished { .. }
            | Data::Fetch(_)
    )
}

/// Takes a notice in. True: the mailbox is to be listed, as it is another one or what was told
/// cannot be followed.
pub(super) fn follow(tracker: &mut Option<Tracker>, notice: &Notice, max: usize) -> bool {
    match (notice, tracker.as_mut()) {
        (
            Notice::Data {
                data, selection, ..
            },
            Some(known),
        ) if known.selection == *selection => {
            known.apply(data);
            known.is_lost()
        }
        (
            Notice::Data {
                data: Data::Exists(exists),
                selection,
                ..
            },
            _,
        ) => {
            *tracker = Some(Tracker::new(*selection, *exists, max));
            true
        }
        (Notice::Lagged(_), Some(known)) => {
            known.lose();
            known.is_lost()
        }
        _ => false,
    }
}

/// Asks for all messages: the answer comes as notices, among all others and in their order.
pub(super) fn list<F: Flavor>(session: &Session<F>) -> Reply<UidFetch> {
    session.submit(UidFetch::new(UidSet::all(), FetchItems::new().flags()).request())
}

/// Lets the answer pass; ready at its end, however it ended.
pub(super) fn poll_listing(listing: &mut Reply<UidFetch>, context: &mut Context<'_>) -> Poll<()> {
    loop {
        match ready!(listing.poll_item(context)) {
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return Poll::Ready(()),
        }
    }
}
