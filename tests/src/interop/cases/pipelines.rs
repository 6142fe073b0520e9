//! Many commands under way at once.

use imap_proto_core::encode::{
    Append, AppendMessage, Create, Fetch, FetchItems, Noop, Search, SearchKey, Select, Status,
    StatusItems, Store, StoreAction, SubmitError, UidFetch,
};
use imap_proto_core::session::Error;
use imap_proto_core::types::{Flag, Section, SequenceNumber};

use super::fetching::section_of;
use crate::interop::case::{Case, Verdict, check, same, some};
use crate::interop::client::Client;
use crate::interop::mail;

pub(super) async fn two_hundred_fetches<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.filled(10).await?;
    let uids = t.uids().await?;
    let text = || FetchItems::new().section(Section::Full);
    let started: Vec<_> = (0..200)
        .map(|index| t.start(UidFetch::new(uids[index % 10], text())))
        .collect();
    for (index, reply) in (0..).zip(started) {
        let found = L::finish::<UidFetch>(reply).await?;
        same("answers", found.len(), 1)?;
        same("UID", found[0].uid, Some(uids[index % 10]))?;
        let number = u32::try_from(index % 10).unwrap_or_default() + 1;
        let expected = mail::small(number);
        same("octets", section_of(&found[0])?, expected.as_bytes())?;
    }
    Ok(())
}

pub(super) async fn status_of_many<L: Client>(t: &Case<'_, L>) -> Verdict {
    let names: Vec<String> = (0..20).map(|index| t.name(&format!("{index}"))).collect();
    let creates: Vec<_> = names
        .iter()
        .map(|name| t.start(Create::new(name.as_str())))
        .collect();
    for reply in creates {
        L::finish::<Create>(reply).await?;
    }
    let message = || AppendMessage::new(mail::small(1));
    t.run(Append::new(names[7].as_str(), message())).await?;
    let items = StatusItems::new().messages().uid_validity();
    let started: Vec<_> = names
        .iter()
        .map(|name| t.start(Status::new(name.as_str(), items.clone())))
        .collect();
    for (index, reply) in started.into_iter().enumerate() {
        let status = L::finish::<Status>(reply).await?;
        same("mailbox", status.mailbox.to_text(), names[index].as_str())?;
        let expected = u32::from(index == 7);
        same("messages", status.messages(), Some(expected))?;
    }
    Ok(())
}

pub(super) async fn mixed<L: Client>(t: &Case<'_, L>) -> Verdict {
    let name = t.filled(5).await?;
    let items = || FetchItems::new().flags();
    let all = || SequenceNumber(1)..=SequenceNumber(5);
    let flag = StoreAction::add([Flag::Flagged]);
    let fetch = t.start(Fetch::new(all(), items()));
    let store = t.start(Store::new(SequenceNumber(3), flag));
    let again = t.start(Fetch::new(all(), items()));
    let search = t.start(Search::<SequenceNumber>::new(SearchKey::flagged()));
    let status = StatusItems::new().messages();
    let status = t.start(Status::new(t.name("missing"), status));
    let append = AppendMessage::new(mail::small(6));
    let append = t.start(Append::new(name.as_str(), append));
    let noop = t.start(Noop);
    same("first", L::finish::<Fetch>(fetch).await?.len(), 5)?;
    let stored = L::finish::<Store>(store).await?;
    same("stored", stored.messages.len(), 1)?;
    let found = L::finish::<Fetch>(again).await?;
    let flags = some("flags", found.get(2).and_then(|told| told.flags.as_ref()))?;
    check(flags.contains(&Flag::Flagged), "not flagged")?;
    let found = L::finish::<Search<SequenceNumber>>(search).await?;
    let found: Vec<_> = found.iter().collect();
    same("found", found, [SequenceNumber(3)])?;
    let status = L::finish::<Status>(status).await;
    check(matches!(status, Err(Error::No(_))), "a missing mailbox")?;
    L::finish::<Append>(append).await?;
    L::finish::<Noop>(noop).await?;
    let view = t.client.session().mailbox().map(|view| view.exists);
    same("exists", view, Some(6))
}

pub(super) async fn replies_in_any_order<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.filled(5).await?;
    let text = || FetchItems::new().section(Section::Full);
    let started: Vec<_> = (1..=5)
        .map(|number| t.start(Fetch::new(SequenceNumber(number), text())))
        .collect();
    for (number, reply) in (1..=5_u32)
        .zip(started)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
    {
        let found = L::finish::<Fetch>(reply).await?;
        let expected = mail::small(number);
        same("octets", section_of(&found[0])?, expected.as_bytes())?;
    }
    Ok(())
}

/// Pieces are handed out as they come, and what is behind a large answer is not lost.
pub(super) async fn fetches_of_large_sections_among_small<L: Client>(t: &Case<'_, L>) -> Verdict {
    let large = mail::large(1 << 20);
    let messages = [large.clone(), mail::small(2).into(), large.clone()];
    t.filled_with(messages.map(AppendMessage::new)).await?;
    let all = SequenceNumber(1)..=SequenceNumber(3);
    let fetch = t.start(Fetch::new(all, FetchItems::new().section(Section::Full)));
    let noop = t.start(Noop);
    let mut sizes = Vec::new();
    L::pieces::<Fetch>(fetch, |told| {
        sizes.push(section_of(&told).map_or(0, <[u8]>::len));
    })
    .await?;
    let expected = [large.len(), mail::small(2).len(), large.len()];
    same("sizes", sizes, expected)?;
    L::finish::<Noop>(noop).await?;
    Ok(())
}

/// Commands on a mailbox may be submitted with its SELECT, and are not sent when that fails.
pub(super) async fn commands_behind_select<L: Client>(t: &Case<'_, L>) -> Verdict {
    let name = t.filled(2).await?;
    let client = t.another()?;
    let all = || SequenceNumber(1)..=SequenceNumber(2);
    let select = client.start(Select::new(name.as_str()));
    let fetch = client.start(Fetch::new(all(), FetchItems::new().flags()));
    same("exists", L::finish::<Select>(select).await?.exists, Some(2))?;
    same("answers", L::finish::<Fetch>(fetch).await?.len(), 2)?;
    let client = t.another()?;
    let select = client.start(Select::new(t.name("missing")));
    let fetch = client.start(Fetch::new(all(), FetchItems::new().flags()));
    let refused = L::finish::<Select>(select).await;
    check(
        matches!(refused, Err(Error::No(_))),
        "SELECT was not refused",
    )?;
    match L::finish::<Fetch>(fetch).await {
        // The second, when the server was quicker than we.
        Err(Error::NotSent | Error::Submit(SubmitError::WrongState)) => {}
        other => return check(false, format!("FETCH behind it: {other:?}")),
    }
    client.run(Noop).await?;
    Ok(())
}

/// What is dropped runs to its end.
pub(super) async fn dropped_replies<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.filled(3).await?;
    let all = || SequenceNumber(1)..=SequenceNumber(3);
    for _ in 0..10 {
        drop(t.start(Fetch::new(all(), FetchItems::full())));
    }
    let flag = StoreAction::add([Flag::Flagged]);
    drop(t.start(Store::new(all(), flag)));
    let found = t
        .run(Search::<SequenceNumber>::new(SearchKey::flagged()))
        .await?;
    same("flagged", found.count(), Some(3))
}
