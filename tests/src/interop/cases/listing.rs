//! What LIST tells besides names (RFC 5258, RFC 8440, RFC 9590).

use imap_proto_core::encode::{
    Create, List, ListDetails, ListOptions, MailboxDetails, SetMetadata, StatusItems, Subscribe,
};
use imap_proto_core::types::{ListAttribute, ListResponse, StatusResponse};

use crate::interop::case::{Case, Failure, Verdict, check, same, some};
use crate::interop::client::Client;

/// A mailbox and one below it.
async fn family<L: Client>(t: &Case<'_, L>) -> Result<(String, String), Failure> {
    let top = t.create("top").await?;
    let child = t.below(&top, "child");
    t.run(Create::new(child.as_str())).await?;
    Ok((top, child))
}

fn named<'a>(found: &'a [ListResponse], name: &str) -> Option<&'a ListResponse> {
    found.iter().find(|found| found.mailbox == *name)
}

pub(super) async fn children<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("CHILDREN").await?;
    let (top, child) = family(t).await?;
    let found = t.run(List::new("", t.name("*"))).await?;
    for (name, attribute) in [
        (&top, ListAttribute::HasChildren),
        (&child, ListAttribute::HasNoChildren),
    ] {
        let listed = some("mailbox", named(&found, name))?;
        check(
            listed.attributes.contains(&attribute),
            format!("{name}: {:?}", listed.attributes),
        )?;
    }
    Ok(())
}

pub(super) async fn child_info<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("LIST-EXTENDED").await?;
    let (top, child) = family(t).await?;
    t.run(Subscribe::new(child)).await?;
    let options = ListOptions::new().subscribed().recursive_match();
    let found = t.run(List::new("", t.name("%")).options(options)).await?;
    let listed = some("mailbox", named(&found, &top))?;
    check(
        listed.has_child_info("SUBSCRIBED"),
        format!("{:?}", listed.extended),
    )?;
    check(
        !listed.attributes.contains(&ListAttribute::Subscribed),
        "it is subscribed itself",
    )
}

async fn details<L: Client>(
    t: &Case<'_, L>,
    with: impl FnOnce(ListDetails) -> ListDetails,
) -> Result<Vec<MailboxDetails>, Failure> {
    let list = ListDetails::new(List::new("", t.name("*")));
    Ok(t.run(with(list)).await?)
}

pub(super) async fn my_rights<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("LIST-MYRIGHTS").await?;
    t.needs("LIST-STATUS").await?;
    family(t).await?;
    let items = StatusItems::new().messages();
    let found = details(t, |list| list.my_rights().status(items)).await?;
    same("mailboxes", found.len(), 2)?;
    for mailbox in &found {
        let rights = some("rights", mailbox.rights.as_ref())?;
        check(rights.contains('r'), format!("{rights:?}"))?;
        let messages = mailbox.status.as_ref().and_then(StatusResponse::messages);
        same("messages", messages, Some(0))?;
    }
    Ok(())
}

pub(super) async fn metadata<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("LIST-METADATA").await?;
    let (top, _) = family(t).await?;
    let entry = "/private/comment";
    let text = "two\r\nlines";
    let set = SetMetadata::new(top.as_str()).set(entry, text);
    t.run(set).await?;
    let found = details(t, |list| list.metadata([entry])).await?;
    same("mailboxes", found.len(), 2)?;
    for mailbox in &found {
        let value = some("entry", mailbox.metadata.first())?.1.as_ref();
        let expected = (mailbox.list.mailbox == *top.as_str()).then_some(text);
        let value = value.map(|value| value.to_str_lossy().into_owned());
        same("value", value.as_deref(), expected)?;
    }
    Ok(())
}
