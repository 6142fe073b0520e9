//! Live searches (RFC 5267), with a second connection that makes the changes.

use imap_proto_core::encode::{
    Append, AppendMessage, CancelUpdate, Expunge, LiveResults, Noop, Search, SearchKey,
    SearchReturn, Select, Store, StoreAction, UidSearch,
};
use imap_proto_core::session::Notice;
use imap_proto_core::types::{EsearchResponse, Flag, SequenceNumber, Uid};

use super::idling::until;
use crate::interop::case::{Case, Verdict, check, refused, same, some};
use crate::interop::client::Client;
use crate::interop::mail;

pub(super) async fn live_search<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("CONTEXT=SEARCH").await?;
    let name = t.filled(5).await?;
    let uids = t.uids().await?;
    let mut events = t.client.events();
    let options = SearchReturn::new().all().count().update();
    let search = t.start(UidSearch::new(SearchKey::unflagged()).returning(options));
    let id = some("id of the search", L::id(&search))?;
    let found = L::finish::<UidSearch>(search).await?;
    let mut live = LiveResults::from_results(&found).map_err(|error| error.to_string())?;
    same("found", live.numbers(), &uids[..])?;
    let other = t.another()?;
    other.run(Select::new(name.as_str())).await?;
    let flagged = StoreAction::add([Flag::Flagged]);
    other.run(Store::new(SequenceNumber(2), flagged)).await?;
    let deleted = StoreAction::add([Flag::Deleted]);
    other.run(Store::new(SequenceNumber(4), deleted)).await?;
    other.run(Expunge).await?;
    let sixth = AppendMessage::new(mail::small(6));
    other.run(Append::new(name.as_str(), sixth)).await?;
    t.run(Noop).await?;
    let mut expected: Vec<Uid> = [0, 2, 4].map(|at| uids[at]).to_vec();
    expected.extend(t.uids().await?.last());
    while live.numbers() != expected {
        let update = until::<L, _>(&mut events, "an update", |notice| of(notice, id)).await?;
        live.apply(&update).map_err(|error| error.to_string())?;
    }
    t.run(CancelUpdate::new([id])).await?;
    let over = |notice: &Notice| matches!(notice, Notice::ContextEnded(ended) if *ended == id);
    until::<L, _>(&mut events, "the end", |notice| over(notice).then_some(())).await
}

fn of(notice: &Notice, search: imap_proto_core::encode::CommandId) -> Option<Box<EsearchResponse>> {
    match notice {
        Notice::ContextUpdate { id, update, .. } => (*id == search).then(|| update.clone()),
        _ => None,
    }
}

pub(super) async fn refused_and_cancelled<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("CONTEXT=SEARCH").await?;
    t.filled(1).await?;
    let mut events = t.client.events();
    let plain = t.start(UidSearch::new(SearchKey::all()));
    let id = some("id of the search", L::id(&plain))?;
    L::finish::<UidSearch>(plain).await?;
    // It is no live search.
    refused(t.run(CancelUpdate::new([id])).await)?;
    let options = SearchReturn::new().count().update();
    let search = t.start(UidSearch::new(SearchKey::all()).returning(options));
    let id = some("id of the search", L::id(&search))?;
    L::finish::<UidSearch>(search).await?;
    // With the selection, all ends.
    t.run(imap_proto_core::encode::Close).await?;
    let over = |notice: &Notice| matches!(notice, Notice::ContextEnded(ended) if *ended == id);
    until::<L, _>(&mut events, "the end", |notice| over(notice).then_some(())).await
}

pub(super) async fn hint_and_partial<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("CONTEXT=SEARCH").await?;
    t.filled(5).await?;
    let search = |options| Search::<SequenceNumber>::new(SearchKey::all()).returning(options);
    let hint = SearchReturn::new().context().count();
    same("count", t.run(search(hint)).await?.count(), Some(5))?;
    let part = t.run(search(SearchReturn::new().partial(2, 3))).await?;
    let part = some("PARTIAL", part.partial)?;
    let numbers = some("a part", part.numbers)?;
    same("part", numbers.to_string().as_str(), "2:3")?;
    let behind = t.run(search(SearchReturn::new().partial(9, 12))).await?;
    check(behind.is_empty(), format!("behind the end: {behind:?}"))
}
