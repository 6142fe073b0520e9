//! Copying, moving and expunging.

use imap_proto_core::encode::{
    Copy, Expunge, Expunged, Fetch, FetchItems, Move, Noop, Select, Status, StatusItems, Store,
    StoreAction, UidCopy, UidExpunge, UidMove,
};
use imap_proto_core::types::{Code, Flag, Section, SequenceNumber, Uid, UidSet};

use super::fetching::section_of;
use crate::interop::case::{Case, Failure, Verdict, check, refused, same, some};
use crate::interop::client::Client;
use crate::interop::mail;

async fn count<L: Client>(t: &Case<'_, L>, name: &str) -> Result<Option<u32>, Failure> {
    let items = StatusItems::new().messages();
    Ok(t.run(Status::new(name, items)).await?.messages())
}

/// The whole messages of the selected mailbox, in order.
async fn messages<L: Client>(t: &Case<'_, L>) -> Result<Vec<String>, Failure> {
    let exists = t.client.session().mailbox().map_or(0, |view| view.exists);
    if exists == 0 {
        return Ok(Vec::new());
    }
    let items = FetchItems::new().section(Section::Full);
    let all = SequenceNumber(1)..=SequenceNumber(exists);
    let found = t.run(Fetch::new(all, items)).await?;
    let mut texts = Vec::new();
    for told in &found {
        texts.push(String::from_utf8_lossy(section_of(told)?).into_owned());
    }
    Ok(texts)
}

pub(super) async fn copy<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.filled(3).await?;
    let other = t.create("other").await?;
    let action = StoreAction::add([Flag::Flagged]);
    t.run(Store::new(SequenceNumber(2), action)).await?;
    let two = SequenceNumber(2)..=SequenceNumber(3);
    t.run(Copy::new(two, other.as_str())).await?;
    t.run(Select::new(other.as_str())).await?;
    let expected = [mail::small(2), mail::small(3)];
    same("copies", messages(t).await?, expected)?;
    let items = FetchItems::new().flags();
    let first = t.run(Fetch::new(SequenceNumber(1), items)).await?;
    let flags = first.first().and_then(|told| told.flags.as_ref());
    let kept = flags.is_some_and(|flags| flags.contains(&Flag::Flagged));
    check(kept, "the flag was not copied")
}

pub(super) async fn copy_uids<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("UIDPLUS").await?;
    t.filled(3).await?;
    let other = t.create("other").await?;
    let uids = t.uids().await?;
    let ends: UidSet = [uids[0], uids[2]].into_iter().collect();
    let told = t.run(UidCopy::new(&ends, other.as_str())).await?;
    let told = some("COPYUID", told)?;
    let source: Vec<Uid> = told.source.iter().collect();
    same("source", source, [uids[0], uids[2]])?;
    let view = t.run(Select::new(other.as_str())).await?;
    same("UIDVALIDITY", Some(told.uid_validity), view.uid_validity)?;
    let destination: Vec<Uid> = told.destination.iter().collect();
    same("destination", destination, t.uids().await?)
}

pub(super) async fn move_uids<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("MOVE").await?;
    let name = t.filled(3).await?;
    let other = t.create("other").await?;
    let uids = t.uids().await?;
    let told = t.run(UidMove::new(uids[1], other.as_str())).await?;
    if t.offers("UIDPLUS").await? {
        let source: Vec<Uid> = some("COPYUID", told)?.source.iter().collect();
        same("source", source, [uids[1]])?;
    }
    let expected = [mail::small(1), mail::small(3)];
    same("left", messages(t).await?, expected)?;
    same("left", count(t, &name).await?, Some(2))?;
    t.run(Select::new(other.as_str())).await?;
    same("moved", messages(t).await?, [mail::small(2)])
}

pub(super) async fn move_by_number<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("MOVE").await?;
    t.filled(4).await?;
    let other = t.create("other").await?;
    let two = SequenceNumber(1)..=SequenceNumber(2);
    t.run(Move::new(two, other.as_str())).await?;
    let view = some("view", t.client.session().mailbox())?;
    same("exists", view.exists, 2)?;
    let expected = [mail::small(3), mail::small(4)];
    same("left", messages(t).await?, expected)?;
    same("moved", count(t, &other).await?, Some(2))
}

pub(super) async fn expunge<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.filled(4).await?;
    let action = || StoreAction::add([Flag::Deleted]);
    for number in [1, 3] {
        t.run(Store::new(SequenceNumber(number), action())).await?;
    }
    let told = t.run(Expunge).await?;
    same("expunged", told.len(), 2)?;
    let numbers = told.iter().all(|told| matches!(told, Expunged::Number(_)));
    check(numbers, "UIDs instead of numbers")?;
    let expected = [mail::small(2), mail::small(4)];
    same("left", messages(t).await?, expected)
}

pub(super) async fn uid_expunge<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("UIDPLUS").await?;
    t.filled(3).await?;
    let uids = t.uids().await?;
    let all = SequenceNumber(1)..=SequenceNumber(3);
    let action = StoreAction::add([Flag::Deleted]).silent();
    t.run(Store::new(all, action)).await?;
    let told = t.run(UidExpunge::new(uids[1])).await?;
    same("expunged", told, [Expunged::Number(SequenceNumber(2))])?;
    same("left", t.uids().await?, [uids[0], uids[2]])
}

pub(super) async fn to_no_mailbox<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.filled(1).await?;
    let missing = t.name("missing");
    let copy = Copy::new(SequenceNumber(1), missing.as_str());
    let completion = refused(t.run(copy).await)?;
    same("code", completion.code(), Some(&Code::TryCreate))?;
    t.run(Noop).await?;
    same("left", messages(t).await?, [mail::small(1)])
}
