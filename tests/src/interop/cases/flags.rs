//! Changing flags.

use imap_proto_core::encode::{
    FetchItems, Select, Store, StoreAction, StoreResponse, UidFetch, UidStore,
};
use imap_proto_core::types::{Flag, Flags, ModSeq, SequenceNumber, Uid, UidSet};

use super::fetching::fetch_one;
use crate::interop::case::{Case, Failure, Verdict, check, same, some};
use crate::interop::client::Client;

/// The flags of message 1 that do not come and go by themselves.
async fn now<L: Client>(t: &Case<'_, L>) -> Result<Flags, Failure> {
    let fetched = fetch_one(t, 1, FetchItems::new().flags()).await?;
    let mut flags = some("flags", fetched.flags)?;
    flags.remove(&Flag::Recent);
    Ok(flags)
}

fn told<N>(response: &StoreResponse<N>) -> Result<Flags, Failure> {
    let flags = response.messages.last().and_then(|told| told.flags.clone());
    let mut flags = some("flags in the answer", flags)?;
    flags.remove(&Flag::Recent);
    Ok(flags)
}

pub(super) async fn add_remove_replace<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.filled(2).await?;
    let steps = [
        (
            StoreAction::add([Flag::Seen, Flag::Flagged]),
            vec![Flag::Seen, Flag::Flagged],
        ),
        (StoreAction::remove([Flag::Seen]), vec![Flag::Flagged]),
        (
            StoreAction::replace([Flag::Answered, Flag::Draft]),
            vec![Flag::Answered, Flag::Draft],
        ),
        (StoreAction::replace([]), vec![]),
    ];
    for (action, expected) in steps {
        let expected: Flags = expected.into_iter().collect();
        let before = now(t).await?;
        let response = t.run(Store::new(SequenceNumber(1), action)).await?;
        if before != expected {
            same("answer", &told(&response)?, &expected)?;
        }
        same("flags", &now(t).await?, &expected)?;
    }
    Ok(())
}

pub(super) async fn silent<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.filled(3).await?;
    let uids: UidSet = t.uids().await?.into_iter().collect();
    let action = StoreAction::add([Flag::Deleted]).silent();
    let response = t.run(UidStore::new(&uids, action)).await?;
    let flags = response.messages.iter().filter(|told| told.flags.is_some());
    same("answers with flags", flags.count(), 0)?;
    let found = t
        .run(UidFetch::new(uids, FetchItems::new().flags()))
        .await?;
    same("messages", found.len(), 3)?;
    let deleted = found.iter().all(|told| {
        let flags = told.flags.as_ref();
        flags.is_some_and(|flags| flags.contains(&Flag::Deleted))
    });
    check(deleted, "not all are deleted")
}

pub(super) async fn keywords<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.filled(1).await?;
    let view = some("view", t.client.session().mailbox())?;
    let permanent = some("PERMANENTFLAGS", view.permanent_flags)?;
    if !permanent.may_create() {
        return Err(Failure::Skipped("keywords cannot be created".to_owned()));
    }
    let keyword = Flag::from("$Interop");
    let action = StoreAction::add([keyword.clone()]);
    let response = t.run(Store::new(SequenceNumber(1), action)).await?;
    check(told(&response)?.contains(&keyword), "not in the answer")?;
    check(now(t).await?.contains(&keyword), "not set")?;
    let action = StoreAction::remove([keyword.clone()]);
    t.run(Store::new(SequenceNumber(1), action)).await?;
    check(!now(t).await?.contains(&keyword), "still set")
}

pub(super) async fn unchanged_since<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("CONDSTORE").await?;
    let name = t.filled(2).await?;
    t.run(Select::new(name.as_str()).cond_store()).await?;
    let uids = t.uids().await?;
    let both: UidSet = uids.iter().copied().collect();
    let items = || FetchItems::new().mod_seq();
    let found = t.run(UidFetch::new(&both, items())).await?;
    let highest = found.iter().filter_map(|told| told.mod_seq).max();
    let before = some("MODSEQ", highest)?;
    let flag = StoreAction::add([Flag::Flagged]);
    t.run(UidStore::new(uids[0], flag)).await?;
    let action = StoreAction::add([Flag::Answered]);
    let store = UidStore::new(&both, action).unchanged_since(before);
    let response = t.run(store).await?;
    let modified: Option<Vec<Uid>> = response.modified.map(|set| set.iter().collect());
    same("MODIFIED", modified, Some(vec![uids[0]]))?;
    let found = t.run(UidFetch::new(both, items().flags())).await?;
    let answered = |uid: Uid| {
        let of = found.iter().find(|told| told.uid == Some(uid));
        let flags = of.and_then(|told| told.flags.as_ref());
        flags.is_some_and(|flags| flags.contains(&Flag::Answered))
    };
    check(!answered(uids[0]), "the changed one was stored to")?;
    check(answered(uids[1]), "the unchanged one was not stored to")
}

pub(super) async fn mod_seq_grows<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("CONDSTORE").await?;
    let name = t.filled(3).await?;
    let view = t.run(Select::new(name.as_str()).cond_store()).await?;
    let before: ModSeq = some("HIGHESTMODSEQ", view.highest_mod_seq)?;
    let uids = t.uids().await?;
    let action = StoreAction::add([Flag::Flagged]);
    t.run(UidStore::new(uids[1], action)).await?;
    let fetch = UidFetch::new(Uid(1).., FetchItems::new().flags());
    let found = t.run(fetch.changed_since(before)).await?;
    let changed: Vec<_> = found.iter().map(|told| told.uid).collect();
    same("changed", changed, [Some(uids[1])])?;
    let after = some("MODSEQ", found[0].mod_seq)?;
    check(after > before, format!("{after} is not above {before}"))
}
