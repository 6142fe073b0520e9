//! What a server tells of itself and of its mailboxes.

use imap_proto_core::encode::{
    GetJmapAccess, GetMetadata, MetadataDepth, Rlist, Rlsub, SetMetadata, SetQuota, Subscribe,
    Xlist,
};
use imap_proto_core::session::Error;
use imap_proto_core::types::{ListAttribute, ListResponse};

use super::vendor::limits;
use crate::interop::case::{Case, Failure, Verdict, check, same, some};
use crate::interop::client::Client;

pub(super) async fn jmap_access<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("JMAPACCESS").await?;
    let url = t.run(GetJmapAccess).await?;
    check(url.as_bytes().starts_with(b"https://"), url.to_string())
}

fn named<'a>(listed: &'a [ListResponse], name: &str) -> Option<&'a ListResponse> {
    listed.iter().find(|mailbox| mailbox.mailbox == *name)
}

pub(super) async fn xlist<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("XLIST").await?;
    let name = t.create("mail").await?;
    let listed = t.run(Xlist::new("", "*")).await?;
    check(named(&listed, &name).is_some(), "not listed")?;
    let inbox = some("INBOX", named(&listed, "INBOX"))?;
    check(
        inbox.attributes.contains(&ListAttribute::Inbox),
        format!("{inbox:?}"),
    )
}

pub(super) async fn remote_lists<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("MAILBOX-REFERRALS").await?;
    let name = t.create("mail").await?;
    let listed = t.run(Rlist::new("", name.as_str())).await?;
    check(named(&listed, &name).is_some(), "not listed")?;
    t.run(Subscribe::new(name.as_str())).await?;
    let listed = t.run(Rlsub::new("", name.as_str())).await?;
    check(named(&listed, &name).is_some(), "not subscribed")
}

/// The first value told.
async fn value<L: Client>(t: &Case<'_, L>, get: GetMetadata) -> Result<Option<String>, Failure> {
    let told = t.run(get).await?;
    let value = told.entries.into_iter().next().and_then(|(_, value)| value);
    Ok(value.map(|value| value.to_str_lossy().into_owned()))
}

pub(super) async fn metadata_of_the_server<L: Client>(t: &Case<'_, L>) -> Verdict {
    let both = t.offers("METADATA").await? || t.offers("METADATA-SERVER").await?;
    if !both {
        return Err(Failure::Skipped(
            "capability METADATA not offered".to_owned(),
        ));
    }
    let entry = "/private/comment";
    t.run(SetMetadata::server().set(entry, "of the server"))
        .await?;
    let told = value(t, GetMetadata::server([entry])).await?;
    same("value", told.as_deref(), Some("of the server"))?;
    t.run(SetMetadata::server().remove(entry)).await?;
    same(
        "removed",
        value(t, GetMetadata::server([entry])).await?,
        None,
    )
}

pub(super) async fn metadata_options<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("METADATA").await?;
    let name = t.create("mail").await?;
    let entry = "/private/comment";
    t.run(SetMetadata::new(name.as_str()).set(entry, "ten octets"))
        .await?;
    let get = |entry: &'static str| GetMetadata::new(name.as_str(), [entry]);
    let told = t.run(get(entry).max_size(1024)).await?;
    same("left out", told.longest, None)?;
    let short = t.run(get(entry).max_size(5)).await?;
    same("left out", short.longest, Some(10))?;
    check(
        short.entries.iter().all(|(_, value)| value.is_none()),
        format!("{short:?}"),
    )?;
    let below = t
        .run(get("/private").depth(MetadataDepth::Infinity))
        .await?;
    let found = below.entries.iter().any(|(name, value)| {
        name.eq_ignore_case(entry) && value.as_ref().is_some_and(|value| value == "ten octets")
    });
    check(found, format!("{below:?}"))
}

/// Only administrators set quotas: the refusal is a NO.
pub(super) async fn set_quota<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("QUOTASET").await?;
    match t
        .run(SetQuota::new("INBOX").limit("STORAGE", 100_000))
        .await
    {
        Ok(_) | Err(Error::No(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// RFC 9208 §5: each resource that the server says it counts.
pub(super) async fn quota_resources<L: Client>(t: &Case<'_, L>) -> Verdict {
    limits(t, "QUOTA=RES-").await
}
