//! Items of messages and mailboxes that extensions add.

use imap_proto_core::encode::{
    Append, AppendMessage, Copy, Create, FetchItems, SearchKey, Select, Status, StatusItems, Store,
    StoreAction, UidSearch,
};
use imap_proto_core::types::{Flag, SequenceNumber};

use super::fetching::fetch_one;
use crate::interop::case::{Case, Verdict, check, now, same, some};
use crate::interop::client::Client;
use crate::interop::mail;

pub(super) async fn object_ids<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("OBJECTID").await?;
    let (name, other) = (t.name("mail"), t.create("other").await?);
    let created = some("MAILBOXID", t.run(Create::new(name.as_str())).await?)?;
    t.run(Append::new(
        name.as_str(),
        AppendMessage::new(mail::small(1)),
    ))
    .await?;
    let selected = t.run(Select::new(name.as_str())).await?;
    same("of SELECT", selected.mailbox_id.as_ref(), Some(&created))?;
    let known = t
        .client
        .session()
        .mailbox()
        .and_then(|view| view.mailbox_id);
    same("of the view", known.as_ref(), Some(&created))?;
    let status = t
        .run(Status::new(other.as_str(), StatusItems::new().mailbox_id()))
        .await?;
    check(
        status.mailbox_id().is_some_and(|id| id != created),
        "one id for two mailboxes",
    )?;
    let found = fetch_one(t, 1, FetchItems::new().email_id().thread_id()).await?;
    let id = some("EMAILID", found.email_id())?.clone();
    check(found.thread_id().is_some(), "no THREADID")?;
    let key = SearchKey::email_id(some("text", id.as_str())?);
    same("found", t.run(UidSearch::new(key)).await?.count(), Some(1))?;
    t.run(Copy::new(SequenceNumber(1), other.as_str())).await?;
    t.run(Select::new(other.as_str())).await?;
    let copy = fetch_one(t, 1, FetchItems::new().email_id()).await?;
    same("of the copy", copy.email_id(), Some(&id))
}

pub(super) async fn preview<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("PREVIEW").await?;
    t.filled(1).await?;
    let found = fetch_one(t, 1, FetchItems::new().preview()).await?;
    // Cyrus has none but those that are stored, and says so by NIL or by an empty text.
    if let Some(text) = some("PREVIEW", found.preview())? {
        let text = text.to_str_lossy();
        let begins = text.is_empty() || text.starts_with("Body of message 1.");
        check(begins, text.clone())?;
    }
    let lazy = fetch_one(t, 1, FetchItems::new().preview_lazy().flags()).await?;
    check(lazy.preview().is_some(), "no PREVIEW")
}

pub(super) async fn snippet<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("SNIPPET=FUZZY").await?;
    t.filled(1).await?;
    let found = fetch_one(t, 1, FetchItems::new().snippet()).await?;
    let snippet = some("SNIPPET", found.snippet())?
        .to_str_lossy()
        .into_owned();
    check(snippet.starts_with("Body of message 1."), snippet)
}

pub(super) async fn save_date<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("SAVEDATE").await?;
    t.filled(1).await?;
    let found = fetch_one(t, 1, FetchItems::new().save_date()).await?;
    let date = some("date", some("SAVEDATE", found.save_date())?)?;
    let age = now() - some("time", date.date_time())?.to_utc();
    check(age.num_minutes().abs() < 10, format!("{date} is not now"))?;
    let yesterday = now().date_naive() - chrono::Days::new(1);
    for (key, count) in [
        (SearchKey::saved_since(yesterday), 1),
        (SearchKey::saved_before(yesterday), 0),
        (SearchKey::saved_on(yesterday), 0),
        (SearchKey::save_date_supported(), 1),
    ] {
        let text = format!("{key:?}");
        same(
            &text,
            t.run(UidSearch::new(key)).await?.count(),
            Some(count),
        )?;
    }
    Ok(())
}

/// RFC 9208 §4.1.4, and RFC 9051 §6.3.11 for DELETED.
pub(super) async fn status_deleted<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("QUOTA=RES-STORAGE").await?;
    let name = t.filled(3).await?;
    t.run(Store::new(
        SequenceNumber(1),
        StoreAction::add([Flag::Deleted]),
    ))
    .await?;
    t.run(imap_proto_core::encode::Unselect).await?;
    let items = StatusItems::new().messages().deleted().deleted_storage();
    let told = t.run(Status::new(name.as_str(), items)).await?;
    same("messages", told.messages(), Some(3))?;
    same("deleted", told.deleted(), Some(1))?;
    let size = mail::small(1).len() as u64;
    same("to be freed", told.deleted_storage(), Some(size))
}
