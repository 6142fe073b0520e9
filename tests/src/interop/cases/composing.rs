//! Messages made of others (RFC 4469), replaced (RFC 8508), and too large (RFC 7889).

use imap_proto_core::encode::{
    Append, AppendMessage, CatenatePart, FetchItems, FetchSection, Replace, SubmitError, UidFetch,
    UidReplace,
};
use imap_proto_core::session::Error;
use imap_proto_core::types::{Code, FetchData, Flag, Section, SequenceNumber, Uid};

use crate::interop::case::{Case, Failure, Verdict, check, refused, same, some};
use crate::interop::client::Client;
use crate::interop::mail;

/// A message of the selected mailbox, whole.
async fn whole<L: Client>(t: &Case<'_, L>, uid: Uid) -> Result<String, Failure> {
    let items = FetchItems::new().section(FetchSection::new(Section::Full));
    let told = t.run(UidFetch::new(uid, items)).await?;
    let data = told.iter().flat_map(|message| &message.items);
    let mut bodies = data.filter_map(|item| match item {
        FetchData::Section(section) => section.data.as_ref(),
        _ => None,
    });
    let body = some("body", bodies.next())?;
    Ok(body.to_str_lossy().into_owned())
}

pub(super) async fn catenate<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("CATENATE").await?;
    let name = t.filled(1).await?;
    let uid = t.uids().await?[0];
    let url = |section| CatenatePart::Url(format!("/{name}/;UID={uid}/;SECTION={section}"));
    let parts = [
        url("HEADER"),
        CatenatePart::Text("New body.\r\n".into()),
        url("TEXT"),
    ];
    let flagged = [Flag::Flagged].into_iter().collect();
    let message = AppendMessage::catenate(parts).flags(flagged);
    t.run(Append::new(name.as_str(), message)).await?;
    let uids = t.uids().await?;
    let made = whole(t, some("a second message", uids.get(1).copied())?).await?;
    let original = mail::small(1);
    let (header, body) = some("a header", original.split_once("\r\n\r\n"))?;
    same(
        "message",
        made,
        format!("{header}\r\n\r\nNew body.\r\n{body}"),
    )
}

pub(super) async fn bad_url<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("CATENATE").await?;
    let name = t.filled(1).await?;
    let url = format!("/{name}/;UID=9999");
    let message = AppendMessage::catenate([CatenatePart::Url(url.clone())]);
    let refusal = refused(t.run(Append::new(name.as_str(), message)).await)?;
    match refusal.code() {
        Some(Code::BadUrl(bad)) => check(bad.to_string().contains(&url), format!("{bad}")),
        other => Err(Failure::Failed(format!("no BADURL: {other:?}"))),
    }
}

pub(super) async fn replace<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("REPLACE").await?;
    let name = t.filled(3).await?;
    let uids = t.uids().await?;
    let draft = |number| AppendMessage::new(mail::small(number));
    let replace = UidReplace::new(uids[1], name.as_str(), draft(4));
    let told = some("APPENDUID", t.run(replace).await?)?;
    let now = t.uids().await?;
    same("messages", &now[..2], &[uids[0], uids[2]][..])?;
    check(told.uids.iter().eq([now[2]]), format!("{told:?}"))?;
    same("replaced", whole(t, now[2]).await?, mail::small(4))?;
    let replace = Replace::new(SequenceNumber(1), name.as_str(), draft(5));
    t.run(replace).await?;
    let view = some("view", t.client.session().mailbox())?;
    same("exists", view.exists, 3)?;
    let missing = Replace::new(SequenceNumber(99), name.as_str(), draft(6));
    check(
        matches!(t.run(missing).await, Err(Error::No(_) | Error::Bad(_))),
        "a message that is not there",
    )
}

pub(super) async fn append_limit<L: Client>(t: &Case<'_, L>) -> Verdict {
    let Some(limit) = t.capabilities().await?.append_limit() else {
        return Err(Failure::Skipped(
            "capability APPENDLIMIT= not offered".into(),
        ));
    };
    let name = t.create("mail").await?;
    let larger = AppendMessage::upload(limit.saturating_add(1));
    let refusal = t.run(Append::new(name.as_str(), larger)).await;
    check(
        matches!(refusal, Err(Error::Submit(SubmitError::TooLarge(told))) if told == limit),
        format!("too large: {refusal:?}"),
    )
}
