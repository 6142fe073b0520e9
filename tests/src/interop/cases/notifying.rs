//! NOTIFY (RFC 5465), with a second connection that makes the news.

use imap_proto_core::encode::{
    Append, AppendMessage, Create, Expunge, Fetch, FetchItems, MailboxEvents, MailboxFilter, Noop,
    Notify, Rename, Select, Store, StoreAction, SubmitError, UidFetch,
};
use imap_proto_core::session::{Error, Notice};
use imap_proto_core::types::{
    Data, Flag, ListAttribute, ListResponse, MailboxName, SequenceNumber, UidSet,
};

use super::idling::until;
use crate::interop::case::{Case, Verdict, check, refused, same, some};
use crate::interop::client::Client;
use crate::interop::mail;

/// Unsolicited data.
fn news(notice: &Notice) -> Option<&Data> {
    match notice {
        Notice::Data {
            data,
            claimed: false,
            ..
        } => Some(data),
        _ => None,
    }
}

pub(super) async fn other_mailboxes<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("NOTIFY").await?;
    let (one, two) = (t.create("one").await?, t.create("two").await?);
    let filter = MailboxFilter::mailboxes([one.as_str(), two.as_str()]);
    let notify = Notify::set(filter, MailboxEvents::new().messages());
    let mut told: Vec<MailboxName> = t
        .run(notify.status())
        .await?
        .into_iter()
        .map(|status| status.mailbox)
        .collect();
    told.sort();
    let expected = [&one, &two].map(|name| MailboxName::from(name.as_str()));
    same("the status of each", &told[..], &expected[..])?;
    let mut events = t.client.events();
    let other = t.another()?;
    let message = AppendMessage::new(mail::small(1));
    other.run(Append::new(two.as_str(), message)).await?;
    let of_two = |notice: &Notice| match news(notice)? {
        Data::Status(status) => (status.mailbox == *two.as_str()).then_some(()),
        _ => None,
    };
    until::<L, _>(&mut events, "STATUS", of_two).await?;
    check(t.client.session().is_notifying(), "not on")?;
    t.run(Notify::none()).await?;
    check(!t.client.session().is_notifying(), "still on")?;
    let unknown = MailboxEvents::new().event("NoSuchEvent");
    let refusal = t.run(Notify::set(MailboxFilter::Inboxes, unknown)).await;
    check(
        matches!(refusal, Err(Error::No(_) | Error::Bad(_))),
        format!("an event that is none: {refusal:?}"),
    )
}

pub(super) async fn selected_mailbox<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("NOTIFY").await?;
    let name = t.filled(2).await?;
    let items = FetchItems::new().uid().flags();
    let messages = MailboxEvents::new().messages_with(items).flag_change();
    t.run(Notify::set(MailboxFilter::Selected, messages))
        .await?;
    let by_number = || Fetch::new(SequenceNumber(1), FetchItems::new().flags());
    let unstable = t.run(by_number()).await;
    check(
        matches!(unstable, Err(Error::Submit(SubmitError::UnstableNumbers))),
        format!("by number: {unstable:?}"),
    )?;
    let mut events = t.client.events();
    let other = t.another()?;
    let message = AppendMessage::new(mail::small(3));
    other.run(Append::new(name.as_str(), message)).await?;
    t.run(Noop).await?;
    let third = |notice: &Notice| match news(notice)? {
        Data::Fetch(fetch) => fetch.uid.filter(|_| fetch.flags.is_some()),
        _ => None,
    };
    let uid = until::<L, _>(&mut events, "FETCH of the new message", third).await?;
    same("the new one", Some(&uid), t.uids().await?.last())?;
    other.run(Select::new(name.as_str())).await?;
    let deleted = StoreAction::add([Flag::Deleted]);
    other.run(Store::new(SequenceNumber(1), deleted)).await?;
    other.run(Expunge).await?;
    t.run(Noop).await?;
    let gone = |notice: &Notice| match news(notice)? {
        Data::Expunge(number) => (number.0 == 1).then_some(()),
        _ => None,
    };
    until::<L, _>(&mut events, "EXPUNGE", gone).await?;
    let view = some("view", t.client.session().mailbox())?;
    same("exists", view.exists, 2)?;
    t.run(Notify::none()).await?;
    same("by number again", t.run(by_number()).await?.len(), 1)?;
    let all = UidFetch::new(UidSet::all(), FetchItems::new().flags());
    same("by UID", t.run(all).await?.len(), 2)
}

pub(super) async fn names_of_mailboxes<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("NOTIFY").await?;
    let events = MailboxEvents::new().mailbox_name().subscription_change();
    t.run(Notify::set(MailboxFilter::Personal, events)).await?;
    let mut events = t.client.events();
    let other = t.another()?;
    let (name, new) = (t.name("old"), t.name("new"));
    let listed = |notice: &Notice, wanted: &str| match news(notice)? {
        Data::List(list) => (list.mailbox == *wanted).then(|| list.clone()),
        _ => None,
    };
    other.run(Create::new(name.as_str())).await?;
    let made: ListResponse = until::<L, _>(&mut events, "LIST of the new one", |notice| {
        listed(notice, &name)
    })
    .await?;
    check(
        !made.attributes.contains(&ListAttribute::NonExistent),
        "it is not there",
    )?;
    other.run(Rename::new(name.as_str(), new.as_str())).await?;
    let renamed: ListResponse = until::<L, _>(&mut events, "LIST of the other name", |notice| {
        listed(notice, &new)
    })
    .await?;
    same(
        "old name",
        renamed.old_name(),
        Some(MailboxName::from(name)),
    )?;
    let nothing = Notify::set(
        MailboxFilter::Selected,
        MailboxEvents::new().event("MailboxName"),
    );
    check(
        matches!(
            t.run(nothing).await,
            Err(Error::Submit(SubmitError::Conflict(_)))
        ),
        "events of mailboxes for the selected one",
    )?;
    let missing = t.run(Select::new(t.name("nowhere"))).await;
    refused(missing).map(drop)
}
