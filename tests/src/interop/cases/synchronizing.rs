//! QRESYNC (RFC 7162).

use imap_proto_core::encode::{
    Change, Enable, Expunge, Expunged, FetchItems, Noop, QresyncParameters, Select, Store,
    StoreAction, UidFetchChanges, UidStore,
};
use imap_proto_core::types::{Flag, SequenceNumber, Uid, UidSet};

use crate::interop::case::{Case, Failure, Verdict, same, some};
use crate::interop::client::Client;

async fn enabled<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("QRESYNC").await?;
    t.run(Enable::new(["QRESYNC"])).await?;
    Ok(())
}

/// Remembers the mailbox, then flags one message and expunges another on a second connection.
async fn changed<L: Client>(
    t: &Case<'_, L>,
) -> Result<(String, Vec<Uid>, QresyncParameters), Failure> {
    let name = t.filled(5).await?;
    let view = t.run(Select::new(name.as_str()).cond_store()).await?;
    let uids = t.uids().await?;
    let mod_seq = some("HIGHESTMODSEQ", view.highest_mod_seq)?;
    let validity = some("UIDVALIDITY", view.uid_validity)?;
    let known = QresyncParameters::new(validity, mod_seq).known(uids.iter().copied().collect());
    let other = t.another()?;
    other.run(Select::new(name.as_str())).await?;
    let flagged = StoreAction::add([Flag::Flagged]);
    other.run(UidStore::new(uids[4], flagged)).await?;
    let deleted = StoreAction::add([Flag::Deleted]);
    other.run(UidStore::new(uids[1], deleted)).await?;
    other.run(Expunge).await?;
    Ok((name, uids, known))
}

pub(super) async fn qresync_select<L: Client>(t: &Case<'_, L>) -> Verdict {
    enabled(t).await?;
    let (name, uids, known) = changed(t).await?;
    let view = t.run(Select::new(name.as_str()).qresync(known)).await?;
    same("exists", view.exists, Some(4))?;
    let gone: Vec<Uid> = view.vanished.iter().flat_map(UidSet::iter).collect();
    same("vanished", gone, [uids[1]])?;
    let changed: Vec<_> = view.changed.iter().map(|told| told.uid).collect();
    same("changed", changed, [Some(uids[4])])?;
    let flags = some("flags", view.changed[0].flags.as_ref())?;
    same("flagged", flags.contains(&Flag::Flagged), true)
}

/// RFC 7162 §3.2.5.2: the server need not tell of what is gone from among the messages that still match.
pub(super) async fn qresync_matches<L: Client>(t: &Case<'_, L>) -> Verdict {
    enabled(t).await?;
    let (name, uids, known) = changed(t).await?;
    let numbers = [1, 3, 5].map(SequenceNumber).into_iter().collect();
    let matching = [0, 2, 4].map(|at: usize| uids[at]).into_iter().collect();
    let known = known.matches(numbers, matching);
    let view = t.run(Select::new(name.as_str()).qresync(known)).await?;
    same("exists", view.exists, Some(4))?;
    let gone: Vec<Uid> = view.vanished.iter().flat_map(UidSet::iter).collect();
    same("vanished", gone.contains(&uids[1]), true)?;
    let flagged = view.changed.iter().find(|told| told.uid == Some(uids[4]));
    let number = some("the one that was flagged", flagged)?.sequence_number;
    same("its number now", number, Some(SequenceNumber(4)))?;
    let view = some("view", t.client.session().mailbox())?;
    same("its UID", view.uid(SequenceNumber(4)), Some(uids[4]))?;
    let highest = some("HIGHESTMODSEQ", view.highest_mod_seq)?;
    same("the highest mod-sequence is known", highest.0 > 0, true)
}

pub(super) async fn vanished_since<L: Client>(t: &Case<'_, L>) -> Verdict {
    enabled(t).await?;
    let name = t.filled(3).await?;
    let view = t.run(Select::new(name.as_str()).cond_store()).await?;
    let since = some("HIGHESTMODSEQ", view.highest_mod_seq)?;
    let uids = t.uids().await?;
    let other = t.another()?;
    other.run(Select::new(name.as_str())).await?;
    let deleted = StoreAction::add([Flag::Deleted]);
    other.run(UidStore::new(uids[0], deleted)).await?;
    other.run(Expunge).await?;
    let flagged = StoreAction::add([Flag::Flagged]);
    other.run(UidStore::new(uids[2], flagged)).await?;
    // What this connection was not told yet is no news of the past.
    t.run(Noop).await?;
    let items = FetchItems::new().flags();
    let told = t.run(UidFetchChanges::new(Uid(1).., items, since)).await?;
    let mut gone = Vec::new();
    let mut changed = Vec::new();
    for change in told {
        match change {
            Change::Vanished(uids) => gone.extend(uids.iter()),
            Change::Fetch(told) => changed.extend(told.uid),
        }
    }
    same("vanished", gone, [uids[0]])?;
    same("changed", changed, [uids[2]])
}

pub(super) async fn enable_then_vanished<L: Client>(t: &Case<'_, L>) -> Verdict {
    enabled(t).await?;
    t.filled(3).await?;
    let uids = t.uids().await?;
    let action = StoreAction::add([Flag::Deleted]);
    t.run(Store::new(SequenceNumber(2), action)).await?;
    let told = t.run(Expunge).await?;
    same("expunged", told, [Expunged::Uids(uids[1].into())])?;
    let view = some("view", t.client.session().mailbox())?;
    same("exists", view.exists, 2)
}
