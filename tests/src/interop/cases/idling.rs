//! IDLE, with a second connection that makes the news.

use std::time::Duration;

use imap_proto_core::encode::{Append, AppendMessage, Expunge, Noop, Select, Store, StoreAction};
use imap_proto_core::session::Notice;
use imap_proto_core::types::{Data, Flag, SequenceNumber};

use crate::interop::case::{Case, Failure, Verdict, check, same};
use crate::interop::client::Client;
use crate::interop::mail;

/// Longer than any server takes to tell the news.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// Waits for a notice that is wanted.
pub(super) async fn until<L: Client, T>(
    events: &mut L::Events,
    what: &str,
    mut wanted: impl FnMut(&Notice) -> Option<T>,
) -> Result<T, Failure> {
    while let Some(notice) = L::notice(events, PATIENCE).await {
        if let Some(found) = wanted(&notice) {
            return Ok(found);
        }
    }
    Err(Failure::Failed(format!("{what} did not arrive")))
}

fn exists(count: u32) -> impl FnMut(&Notice) -> Option<()> {
    move |notice| match notice {
        Notice::Data {
            data: Data::Exists(found),
            ..
        } => (*found == count).then_some(()),
        _ => None,
    }
}

fn idling(notice: &Notice) -> Option<()> {
    matches!(notice, Notice::Idling(true)).then_some(())
}

pub(super) async fn news_arrive<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("IDLE").await?;
    let name = t.filled(1).await?;
    let mut events = t.client.events();
    let guard = t.client.session().idle();
    until::<L, _>(&mut events, "IDLE", idling).await?;
    check(t.client.session().is_idling(), "not idling")?;
    let other = t.another()?;
    let append = Append::new(name.as_str(), AppendMessage::new(mail::small(2)));
    other.run(append).await?;
    until::<L, _>(&mut events, "EXISTS", exists(2)).await?;
    let view = t.client.session().mailbox().map(|view| view.exists);
    same("view", view, Some(2))?;
    drop(guard);
    t.run(Noop).await?;
    check(!t.client.session().is_idling(), "still idling")
}

pub(super) async fn command_during_idle<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("IDLE").await?;
    let name = t.filled(1).await?;
    let mut events = t.client.events();
    let _guard = t.client.session().idle();
    for count in 2..5 {
        until::<L, _>(&mut events, "IDLE", idling).await?;
        let append = AppendMessage::new(mail::small(count));
        t.run(Append::new(name.as_str(), append)).await?;
        t.run(Noop).await?;
        let view = t.client.session().mailbox().map(|view| view.exists);
        same("view", view, Some(count))?;
    }
    until::<L, _>(&mut events, "IDLE again", idling).await
}

pub(super) async fn expunge_arrives<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("IDLE").await?;
    let name = t.filled(3).await?;
    let mut events = t.client.events();
    let _guard = t.client.session().idle();
    until::<L, _>(&mut events, "IDLE", idling).await?;
    let other = t.another()?;
    other.run(Select::new(name.as_str())).await?;
    let action = StoreAction::add([Flag::Deleted, Flag::Flagged]);
    other.run(Store::new(SequenceNumber(2), action)).await?;
    other.run(Expunge).await?;
    until::<L, _>(&mut events, "EXPUNGE", |notice| match notice {
        Notice::Data {
            data: Data::Expunge(number),
            ..
        } => (number.0 == 2).then_some(()),
        _ => None,
    })
    .await?;
    let view = t.client.session().mailbox().map(|view| view.exists);
    same("view", view, Some(2))
}
