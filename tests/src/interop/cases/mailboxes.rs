//! Creating, renaming, listing, and asking about mailboxes.

use imap_proto_core::encode::{
    Append, AppendMessage, Create, Delete, List, ListOptions, ListStatus, Lsub, Rename, Status,
    StatusItems, Subscribe, Unsubscribe,
};
use imap_proto_core::types::{Flag, ListAttribute, ListResponse, MailboxName, StatusResponse};

use crate::interop::case::{Case, Failure, Verdict, check, refused, same, some};
use crate::interop::client::Client;
use crate::interop::mail;

/// The names in a listing, in order.
fn names(listed: &[ListResponse]) -> Vec<String> {
    let mut names: Vec<String> = listed
        .iter()
        .map(|found| found.mailbox.to_text().into_owned())
        .collect();
    names.sort();
    names
}

/// Fails unless these names were listed.
fn listed(what: &str, found: Vec<String>, expected: &[&str]) -> Verdict {
    same(what, found, expected)
}

async fn list<L: Client>(t: &Case<'_, L>, pattern: &str) -> Result<Vec<String>, Failure> {
    Ok(names(&t.run(List::new("", pattern)).await?))
}

pub(super) async fn create_rename_delete<L: Client>(t: &Case<'_, L>) -> Verdict {
    let (old, new) = (t.create("old").await?, t.name("new"));
    listed("created", list(t, &old).await?, &[&old])?;
    refused(t.run(Create::new(old.as_str())).await)?;
    t.run(Append::new(
        old.as_str(),
        AppendMessage::new(mail::small(1)),
    ))
    .await?;
    t.run(Rename::new(old.as_str(), new.as_str())).await?;
    let pattern = t.name("*");
    listed("renamed", list(t, &pattern).await?, &[&new])?;
    let status = StatusItems::new().messages();
    let status = t.run(Status::new(new.as_str(), status)).await?;
    same("messages", status.messages(), Some(1))?;
    t.run(Delete::new(new.as_str())).await?;
    same("deleted", list(t, &pattern).await?.len(), 0)?;
    refused(t.run(Delete::new(new.as_str())).await)?;
    Ok(())
}

pub(super) async fn hierarchy<L: Client>(t: &Case<'_, L>) -> Verdict {
    let top = t.create("top").await?;
    let child = t.below(&top, "child");
    let grandchild = t.below(&child, "grandchild");
    t.run(Create::new(child.as_str())).await?;
    t.run(Create::new(grandchild.as_str())).await?;
    let one = list(t, &t.below(&top, "%")).await?;
    listed("% below", one, &[&child])?;
    let all = list(t, &format!("{top}*")).await?;
    listed("* below", all, &[&top, &child, &grandchild])?;
    let other = t.name("other");
    t.run(Rename::new(top.as_str(), other.as_str())).await?;
    let moved = list(t, &format!("{other}*")).await?;
    let child = t.below(&other, "child");
    listed(
        "renamed with all below",
        moved,
        &[&other, &child, &t.below(&child, "grandchild")],
    )?;
    let name = MailboxName::from(child.as_str());
    same(
        "parent",
        name.parent(t.delimiter),
        Some(MailboxName::from(other.as_str())),
    )
}

pub(super) async fn non_ascii_names<L: Client>(t: &Case<'_, L>) -> Verdict {
    let stems = [
        "Entw\u{fc}rfe",
        "\u{65e5}\u{672c}\u{8a9e}",
        "Tom & Jerry",
        "&-",
        "a \"quoted\" \\ name",
    ];
    for stem in stems {
        let name = t.name(stem);
        if let Err(error) = t.run(Create::new(name.as_str())).await {
            // A server may forbid quotes and backslashes, but not what is a letter.
            check(
                stem.contains('\\') && error.completion().is_some(),
                format!("{stem}: {error}"),
            )?;
            continue;
        }
        listed("listed", list(t, &name).await?, &[&name])?;
        let message = AppendMessage::new(mail::small(1));
        t.run(Append::new(name.as_str(), message)).await?;
        let items = StatusItems::new().messages();
        let status = t.run(Status::new(name.as_str(), items)).await?;
        same("status is of", status.mailbox.to_text(), name.as_str())?;
        same("messages", status.messages(), Some(1))?;
        t.run(Delete::new(name.as_str())).await?;
    }
    Ok(())
}

pub(super) async fn list_patterns<L: Client>(t: &Case<'_, L>) -> Verdict {
    let (one, two) = (t.create("one").await?, t.create("two").await?);
    listed("*", list(t, &t.name("*")).await?, &[&one, &two])?;
    listed("%", list(t, &t.name("%")).await?, &[&one, &two])?;
    listed("o%", list(t, &t.name("o%")).await?, &[&one])?;
    listed("*o", list(t, &t.name("*o")).await?, &[&two])?;
    same("nothing", list(t, &t.name("x*")).await?.len(), 0)?;
    let inbox = t.run(List::new("", "INBOX")).await?;
    let inbox = some("INBOX", inbox.first())?;
    check(inbox.mailbox.is_inbox(), "INBOX is not known as such")?;
    same("delimiter", inbox.delimiter, Some(t.delimiter))
}

pub(super) async fn list_several_patterns<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("LIST-EXTENDED").await?;
    let (one, two) = (t.create("one").await?, t.create("two").await?);
    t.create("three").await?;
    let command = List::new("", one.as_str()).pattern(two.as_str());
    listed("listed", names(&t.run(command).await?), &[&one, &two])
}

pub(super) async fn list_status<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("LIST-STATUS").await?;
    let (one, two) = (t.create("one").await?, t.create("two").await?);
    for name in [&one, &two, &two] {
        let message = AppendMessage::new(mail::small(1));
        t.run(Append::new(name.as_str(), message)).await?;
    }
    let items = StatusItems::new().messages().uid_next();
    let list = List::new("", t.name("%"));
    let found = t.run(ListStatus::new(list, items)).await?;
    let mut counts: Vec<(String, Option<u32>)> = found
        .iter()
        .map(|(mailbox, status)| {
            let count = status.as_ref().and_then(StatusResponse::messages);
            (mailbox.mailbox.to_text().into_owned(), count)
        })
        .collect();
    counts.sort();
    same("counts", counts, [(one, Some(1)), (two, Some(2))])
}

pub(super) async fn list_special_use<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("SPECIAL-USE").await?;
    t.needs("LIST-EXTENDED").await?;
    let options = ListOptions::new().return_special_use();
    let all = t.run(List::new("", "*").options(options)).await?;
    let marked = |found: &&ListResponse| found.attributes.special_uses().next().is_some();
    let marked: Vec<ListResponse> = all.iter().filter(marked).cloned().collect();
    let options = ListOptions::new().special_use().return_special_use();
    let only = t.run(List::new("", "*").options(options)).await?;
    same("those with a use", names(&only), names(&marked))
}

pub(super) async fn list_extended<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("LIST-EXTENDED").await?;
    let top = t.create("top").await?;
    let child = t.below(&top, "child");
    t.run(Create::new(child.as_str())).await?;
    t.run(Subscribe::new(child.as_str())).await?;
    let options = ListOptions::new().return_children().return_subscribed();
    let found = t.run(List::new("", t.name("*")).options(options)).await?;
    let has = |name: &str, attribute| {
        let named = |found: &&ListResponse| found.mailbox == *name;
        let found = found.iter().find(named);
        found.is_some_and(|found| found.attributes.contains(&attribute))
    };
    check(has(&top, ListAttribute::HasChildren), "top has no children")?;
    check(has(&child, ListAttribute::HasNoChildren), "child has some")?;
    check(has(&child, ListAttribute::Subscribed), "not subscribed")?;
    check(!has(&top, ListAttribute::Subscribed), "top is subscribed")?;
    let options = ListOptions::new().subscribed();
    let found = t.run(List::new("", t.name("*")).options(options)).await?;
    listed("subscribed", names(&found), &[&child])?;
    let options = ListOptions::new().subscribed().recursive_match();
    let found = t.run(List::new("", t.name("%")).options(options)).await?;
    let found = some("recursive match", found.first())?;
    same(
        "above a subscribed one",
        found.mailbox.to_text(),
        top.as_str(),
    )?;
    check(found.has_child_info("SUBSCRIBED"), "no CHILDINFO")
}

pub(super) async fn subscriptions<L: Client>(t: &Case<'_, L>) -> Verdict {
    let (one, two) = (t.create("one").await?, t.create("zw\u{f6}lf").await?);
    t.run(Subscribe::new(one.as_str())).await?;
    t.run(Subscribe::new(two.as_str())).await?;
    let pattern = t.name("*");
    let found = t.run(Lsub::new("", pattern.as_str())).await?;
    listed("subscribed", names(&found), &[&one, &two])?;
    t.run(Unsubscribe::new(one.as_str())).await?;
    let found = t.run(Lsub::new("", pattern.as_str())).await?;
    listed("left", names(&found), &[&two])
}

pub(super) async fn status_items<L: Client>(t: &Case<'_, L>) -> Verdict {
    let name = t.create("mail").await?;
    for number in 1..=3 {
        let message = AppendMessage::new(mail::small(number));
        let flags = (number == 2).then_some(Flag::Seen);
        let message = message.flags(flags.into_iter().collect());
        t.run(Append::new(name.as_str(), message)).await?;
    }
    let items = StatusItems::new().messages().uid_next();
    let items = items.uid_validity().unseen();
    let status = t.run(Status::new(name.as_str(), items)).await?;
    same("messages", status.messages(), Some(3))?;
    same("unseen", status.unseen(), Some(2))?;
    let next = some("UIDNEXT", status.uid_next())?;
    check(next.0 > 3, format!("UIDNEXT {next}"))?;
    let validity = some("UIDVALIDITY", status.uid_validity())?;
    check(validity.0 > 0, "UIDVALIDITY 0")?;
    let other = t.name("missing");
    let items = StatusItems::new().messages();
    refused(t.run(Status::new(other.as_str(), items)).await)?;
    Ok(())
}

pub(super) async fn status_size<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("STATUS=SIZE").await?;
    let name = t.create("mail").await?;
    let message = mail::small(1);
    let size = message.len() as u64;
    let append = AppendMessage::new(message);
    t.run(Append::new(name.as_str(), append)).await?;
    let items = StatusItems::new().size();
    let status = t.run(Status::new(name.as_str(), items)).await?;
    same("size", status.size(), Some(size))
}
