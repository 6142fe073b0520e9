//! Selecting mailboxes, and the view of them.

use imap_proto_core::encode::{
    Append, AppendMessage, Check, Close, Examine, Expunge, FetchItems, Noop, Select, Status,
    StatusItems, Store, StoreAction, Unselect,
};
use imap_proto_core::engine::State;
use imap_proto_core::session::Error;
use imap_proto_core::types::{Flag, SequenceNumber};

use super::fetching::fetch_one;
use crate::interop::case::{self, Case, Verdict, refused, same, some};
use crate::interop::client::Client;
use crate::interop::mail;

pub(super) async fn select_view<L: Client>(t: &Case<'_, L>) -> Verdict {
    let name = t.filled(3).await?;
    let told = t.run(Select::new(name.as_str())).await?;
    same("exists", told.exists, Some(3))?;
    case::check(!told.read_only, "read-only")?;
    let flags = some("FLAGS", told.flags.clone())?;
    case::check(flags.contains(&Flag::Answered), format!("flags: {flags}"))?;
    some("PERMANENTFLAGS", told.permanent_flags.clone())?;
    some("UIDVALIDITY", told.uid_validity)?;
    let session = t.client.session();
    same("state", session.state(), State::Selected)?;
    let view = some("view", session.mailbox())?;
    same("mailbox", view.mailbox.to_text(), name.as_str())?;
    same("exists", view.exists, 3)?;
    same("flags", view.flags, flags)?;
    same(
        "permanent flags",
        view.permanent_flags,
        told.permanent_flags,
    )?;
    same("UIDVALIDITY", view.uid_validity, told.uid_validity)?;
    same("UIDNEXT", view.uid_next, told.uid_next)?;
    same("HIGHESTMODSEQ", view.highest_mod_seq, told.highest_mod_seq)?;
    case::check(!view.read_only, "the view is read-only")
}

pub(super) async fn examine_is_read_only<L: Client>(t: &Case<'_, L>) -> Verdict {
    let name = t.filled(1).await?;
    let told = t.run(Examine::new(name.as_str())).await?;
    case::check(told.read_only, "not read-only")?;
    let view = some("view", t.client.session().mailbox())?;
    case::check(view.read_only, "the view is not read-only")?;
    // Some servers refuse, others say OK and change nothing.
    let store = StoreAction::add([Flag::Flagged]);
    let stored = t.run(Store::new(SequenceNumber(1), store)).await;
    let answered = matches!(&stored, Ok(_) | Err(Error::No(_)));
    case::check(answered, format!("STORE: {stored:?}"))?;
    t.run(Select::new(name.as_str())).await?;
    let fetched = fetch_one(t, 1, FetchItems::new().flags()).await?;
    let flags = some("flags", fetched.flags)?;
    case::check(!flags.contains(&Flag::Flagged), "the flag was stored")
}

pub(super) async fn view_follows_changes<L: Client>(t: &Case<'_, L>) -> Verdict {
    let name = t.filled(3).await?;
    let exists = || t.client.session().mailbox().map(|view| view.exists);
    let append = Append::new(name.as_str(), AppendMessage::new(mail::small(4)));
    t.run(append).await?;
    t.run(Noop).await?;
    same("behind APPEND", exists(), Some(4))?;
    let store = StoreAction::add([Flag::Deleted]);
    t.run(Store::new(SequenceNumber(2), store)).await?;
    let expunged = t.run(Expunge).await?;
    same("expunged", expunged.len(), 1)?;
    same("behind EXPUNGE", exists(), Some(3))
}

pub(super) async fn unselect<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("UNSELECT").await?;
    let name = t.filled(1).await?;
    let store = StoreAction::add([Flag::Deleted]);
    t.run(Store::new(SequenceNumber(1), store)).await?;
    t.run(Unselect).await?;
    same("state", t.client.session().state(), State::Authenticated)?;
    case::check(t.client.session().mailbox().is_none(), "there is a view")?;
    let items = StatusItems::new().messages();
    let status = t.run(Status::new(name.as_str(), items)).await?;
    same("messages", status.messages(), Some(1))
}

pub(super) async fn close<L: Client>(t: &Case<'_, L>) -> Verdict {
    let name = t.filled(2).await?;
    let store = StoreAction::add([Flag::Deleted]);
    t.run(Store::new(SequenceNumber(1), store)).await?;
    t.run(Close).await?;
    same("state", t.client.session().state(), State::Authenticated)?;
    let items = StatusItems::new().messages();
    let status = t.run(Status::new(name.as_str(), items)).await?;
    same("messages", status.messages(), Some(1))
}

pub(super) async fn check<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.filled(1).await?;
    t.run(Check).await?;
    same("state", t.client.session().state(), State::Selected)
}

pub(super) async fn reselecting<L: Client>(t: &Case<'_, L>) -> Verdict {
    let first = t.filled(2).await?;
    let selection = t.client.session().selection();
    let second = t.create("second").await?;
    let told = t.run(Select::new(second.as_str())).await?;
    same("exists", told.exists, Some(0))?;
    case::check(
        t.client.session().selection() != selection,
        "same selection",
    )?;
    let told = t.run(Examine::new(first.as_str())).await?;
    same("exists", told.exists, Some(2))
}

pub(super) async fn missing_mailbox<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.filled(1).await?;
    let missing = t.name("missing");
    refused(t.run(Select::new(missing.as_str())).await)?;
    // A SELECT that fails leaves nothing selected.
    same("state", t.client.session().state(), State::Authenticated)?;
    case::check(t.client.session().mailbox().is_none(), "there is a view")
}
