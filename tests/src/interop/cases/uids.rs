//! A session without message numbers (RFC 9586).

use std::time::Duration;

use imap_proto_core::encode::{
    Append, AppendMessage, Enable, Expunge, Fetch, FetchItems, SearchKey, Select, StoreAction,
    SubmitError, UidFetch, UidMove, UidSearch, UidStore,
};
use imap_proto_core::session::{Error, Notice};
use imap_proto_core::types::{Data, Flag, SequenceNumber, Uid};

use crate::interop::case::{Case, Failure, Verdict, check, same, some};
use crate::interop::client::Client;
use crate::interop::mail;

/// A mailbox with three messages, selected in a session of UIDs only.
async fn uid_only<L: Client>(t: &Case<'_, L>) -> Result<Vec<Uid>, Failure> {
    t.needs("UIDONLY").await?;
    let enabled = t.run(Enable::new(["UIDONLY"])).await?;
    check(enabled.contains("UIDONLY"), format!("{enabled:?}"))?;
    let name = t.create("mail").await?;
    for number in 1..=3 {
        let message = AppendMessage::new(mail::small(number));
        t.run(Append::new(name.as_str(), message)).await?;
    }
    t.run(Select::new(name.as_str())).await?;
    let uids = t.uids().await?;
    same("messages", uids.len(), 3)?;
    Ok(uids)
}

pub(super) async fn only_uids_are_told<L: Client>(t: &Case<'_, L>) -> Verdict {
    let uids = uid_only(t).await?;
    let found = t
        .run(UidFetch::new(Uid(1).., FetchItems::new().flags().size()))
        .await?;
    let told: Vec<Uid> = found.iter().filter_map(|fetch| fetch.uid).collect();
    same("UIDs", told, uids.clone())?;
    check(
        found.iter().all(|fetch| fetch.sequence_number.is_none()),
        "a message number",
    )?;
    let first = some("message", uids.first().copied())?;
    let stored = t
        .run(UidStore::new(first, StoreAction::add([Flag::Flagged])))
        .await?;
    same("answers", stored.messages.len(), 1)?;
    let found = t.run(UidSearch::new(SearchKey::flagged())).await?;
    same("flagged", found.iter().collect::<Vec<_>>(), [first])?;
    let body = t
        .client
        .session()
        .uid_fetch_body(first, imap_proto_core::types::Section::Full);
    let mut body = body;
    let mut octets = Vec::new();
    loop {
        let read = L::read(&mut body, 4096).await?;
        if read.is_empty() {
            break;
        }
        octets.extend(read);
    }
    same("octets", String::from_utf8_lossy(&octets), mail::small(1))
}

pub(super) async fn vanished_for_expunge<L: Client>(t: &Case<'_, L>) -> Verdict {
    let uids = uid_only(t).await?;
    let mut events = t.client.events();
    let first = some("message", uids.first().copied())?;
    t.run(UidStore::new(
        first,
        StoreAction::add([Flag::Deleted]).silent(),
    ))
    .await?;
    t.run(Expunge).await?;
    let exists = t.client.session().mailbox().map(|view| view.exists);
    same("left", exists, Some(2))?;
    let other = t.create("other").await?;
    let second = some("message", uids.get(1).copied())?;
    t.run(UidMove::new(second, other.as_str())).await?;
    let exists = t.client.session().mailbox().map(|view| view.exists);
    same("left", exists, Some(1))?;
    let mut vanished = 0;
    while vanished < 2 {
        match L::notice(&mut events, Duration::from_secs(10)).await {
            Some(Notice::Data {
                data: Data::Vanished { uids, .. },
                ..
            }) => vanished += uids.len(),
            Some(Notice::Data {
                data: Data::Expunge(_),
                ..
            }) => return check(false, "an EXPUNGE"),
            Some(_) => {}
            None => return check(false, format!("{vanished} of 2 vanished")),
        }
    }
    Ok(())
}

pub(super) async fn numbers_are_refused<L: Client>(t: &Case<'_, L>) -> Verdict {
    uid_only(t).await?;
    let refused = t
        .run(Fetch::new(SequenceNumber(1), FetchItems::new().flags()))
        .await;
    check(
        matches!(refused, Err(Error::Submit(SubmitError::UidRequired))),
        format!("{refused:?}"),
    )?;
    let refused = t
        .run(UidSearch::new(SearchKey::numbers(SequenceNumber(1))))
        .await;
    check(
        matches!(refused, Err(Error::Submit(SubmitError::UidRequired))),
        format!("{refused:?}"),
    )
}
