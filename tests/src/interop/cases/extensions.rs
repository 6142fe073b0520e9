//! Quotas, rights, annotations, and commands of the caller's own.

use imap_proto_core::encode::{
    Custom, DeleteAcl, GetAcl, GetMetadata, GetQuota, GetQuotaRoot, ListRights, MyRights, Request,
    SetAcl, SetMetadata,
};
use imap_proto_core::session::Error;
use imap_proto_core::types::Data;

use crate::interop::case::{Case, Failure, Verdict, check, same, some};
use crate::interop::client::Client;

pub(super) async fn quota<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("QUOTA").await?;
    let told = t.run(GetQuotaRoot::new("INBOX")).await?;
    check(told.root.mailbox.is_inbox(), "of another mailbox")?;
    let Some(root) = told.root.roots.first() else {
        return Err(Failure::Skipped("no quota root for INBOX".to_owned()));
    };
    let quota = some("quota of the root", told.quotas.first())?;
    // A server may keep GETQUOTA for administrators.
    let again = match t.run(GetQuota::new(root.clone())).await {
        Err(Error::No(_)) => return Ok(()),
        other => other?,
    };
    same("root", &again.root, root)?;
    let storage = quota.resource("STORAGE").map(|storage| storage.limit);
    let limit = again.resource("STORAGE").map(|storage| storage.limit);
    same("limit", limit, storage)
}

pub(super) async fn acl<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("ACL").await?;
    let name = t.create("mail").await?;
    let mine = t.run(MyRights::new(name.as_str())).await?;
    same("mailbox", mine.mailbox.to_text(), name.as_str())?;
    check(mine.rights.contains('a'), format!("{:?}", mine.rights))?;
    let set = t.run(SetAcl::new(name.as_str(), "anyone", "lr")).await;
    if let Err(Error::No(_) | Error::Bad(_)) = set {
        // Which other identifiers there are, only the server's administrator knows.
        let told = t.run(GetAcl::new(name.as_str())).await?;
        return same("of", told.mailbox.to_text(), name.as_str());
    }
    set?;
    let told = t.run(GetAcl::new(name.as_str())).await?;
    let rights = some("entry", told.rights("anyone"))?;
    check(rights.contains('l') && rights.contains('r'), "l and r")?;
    check(!rights.contains('a'), format!("too many: {rights:?}"))?;
    t.run(SetAcl::new(name.as_str(), "anyone", "-r")).await?;
    let told = t.run(GetAcl::new(name.as_str())).await?;
    let rights = some("entry", told.rights("anyone"))?;
    check(!rights.contains('r'), format!("r is left: {rights:?}"))?;
    let told = t.run(ListRights::new(name.as_str(), "anyone")).await?;
    same("identifier", told.identifier.as_str(), Some("anyone"))?;
    t.run(DeleteAcl::new(name.as_str(), "anyone")).await?;
    let told = t.run(GetAcl::new(name.as_str())).await?;
    check(told.rights("anyone").is_none(), "the entry is left")
}

pub(super) async fn metadata<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("METADATA").await?;
    let name = t.create("mail").await?;
    let entry = "/private/comment";
    let text = "Gr\u{fc}\u{df}e \"quoted\"\r\nand a second line";
    let set = SetMetadata::new(name.as_str()).set(entry, text);
    t.run(set).await?;
    let get = || GetMetadata::new(name.as_str(), [entry]);
    let told = t.run(get()).await?;
    let value = told.entries.first().and_then(|(_, value)| value.as_ref());
    let value = value.map(|value| value.to_str_lossy().into_owned());
    same("value", value.as_deref(), Some(text))?;
    t.run(SetMetadata::new(name.as_str()).remove(entry)).await?;
    let told = t.run(get()).await?;
    let value = told.entries.first().and_then(|(_, value)| value.as_ref());
    same("removed", value, None)
}

pub(super) async fn custom_command<L: Client>(t: &Case<'_, L>) -> Verdict {
    use imap_proto_core::encode::{Claim, Claims};
    let request = Request::new("CAPABILITY").map_err(Error::from)?;
    let request = request.claims(Claims::one(Claim::Capability));
    let told = t.run(Custom::new(request)).await?;
    let told = told.iter().any(|data| matches!(data, Data::Capability(_)));
    check(told, "no CAPABILITY response")
}
