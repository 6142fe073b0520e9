//! Appending messages.

use imap_proto_core::encode::{
    Append, AppendMessage, FetchItems, Noop, Select, Status, StatusItems, UidFetch,
};
use imap_proto_core::session::Error;
use imap_proto_core::types::{Code, Flag, InternalDate, Section, Uid};

use super::fetching::{fetch_one, section_of};
use crate::interop::case::{Case, Failure, Verdict, check, refused, same, some};
use crate::interop::client::Client;
use crate::interop::mail;

pub(super) async fn flags_and_date<L: Client>(t: &Case<'_, L>) -> Verdict {
    let name = t.create("mail").await?;
    let date = "17-Jul-1996 02:44:25 -0700".parse::<InternalDate>();
    let date = date.map_err(|error| Failure::Failed(error.to_string()))?;
    let message = mail::small(1);
    let flags = [Flag::Seen, Flag::Flagged, Flag::Draft];
    let append = AppendMessage::new(message.clone());
    let append = append.flags(flags.clone().into_iter().collect()).date(date);
    let told = t.run(Append::new(name.as_str(), append)).await?;
    let view = t.run(Select::new(name.as_str())).await?;
    same("exists", view.exists, Some(1))?;
    let items = FetchItems::new().flags().internal_date().size();
    let fetched = fetch_one(t, 1, items.uid().section(Section::Full)).await?;
    let found = some("flags", fetched.flags.clone())?;
    for flag in &flags {
        check(found.contains(flag), format!("{flag} is missing: {found}"))?;
    }
    let found = some("date", fetched.internal_date)?;
    same("date", found.date_time(), date.date_time())?;
    same("size", fetched.size, Some(message.len() as u64))?;
    same("text", section_of(&fetched)?, message.as_bytes())?;
    if t.offers("UIDPLUS").await? {
        let told = some("APPENDUID", told)?;
        same("UIDVALIDITY", Some(told.uid_validity), view.uid_validity)?;
        same("UID", told.uids.iter().next(), fetched.uid)?;
    }
    Ok(())
}

/// Servers differ in whether a message may be empty; both answers must leave the session well.
pub(super) async fn empty_message<L: Client>(t: &Case<'_, L>) -> Verdict {
    let name = t.create("mail").await?;
    let append = Append::new(name.as_str(), AppendMessage::new(""));
    let expected = match t.run(append).await {
        Ok(_) => 1,
        Err(Error::No(_) | Error::Bad(_)) => 0,
        Err(other) => return Err(other.into()),
    };
    let items = StatusItems::new().messages();
    let status = t.run(Status::new(name.as_str(), items)).await?;
    same("messages", status.messages(), Some(expected))
}

pub(super) async fn several_at_once<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("MULTIAPPEND").await?;
    let name = t.create("mail").await?;
    let flagged = AppendMessage::new(mail::small(2));
    let append = Append::new(name.as_str(), AppendMessage::new(mail::small(1)))
        .message(flagged.flags([Flag::Flagged].into_iter().collect()))
        .message(AppendMessage::new(mail::small(3)));
    let told = t.run(append).await?;
    let view = t.run(Select::new(name.as_str())).await?;
    same("exists", view.exists, Some(3))?;
    let second = fetch_one(t, 2, FetchItems::new().flags()).await?;
    let flags = some("flags", second.flags)?;
    check(flags.contains(&Flag::Flagged), "the second is not flagged")?;
    if t.offers("UIDPLUS").await? {
        let uids: Vec<Uid> = some("APPENDUID", told)?.uids.iter().collect();
        same("UIDs", uids, t.uids().await?)?;
    }
    Ok(())
}

pub(super) async fn streamed<L: Client>(t: &Case<'_, L>) -> Verdict {
    let name = t.create("mail").await?;
    let message = mail::large(1 << 20);
    let append = AppendMessage::upload(message.len() as u64);
    let append = append.flags([Flag::Seen].into_iter().collect());
    let behind = t.start(Noop);
    t.client
        .upload(Append::new(name.as_str(), append), &message)
        .await?;
    L::finish::<Noop>(behind).await?;
    t.run(Select::new(name.as_str())).await?;
    let items = FetchItems::new().size().flags().section(Section::Full);
    let fetched = fetch_one(t, 1, items).await?;
    same("size", fetched.size, Some(message.len() as u64))?;
    check(section_of(&fetched)? == message, "the text differs")
}

pub(super) async fn binary<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("BINARY").await?;
    let name = t.create("mail").await?;
    let mut message = b"Subject: Octets\r\nMIME-Version: 1.0\r\n\
        Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        .to_vec();
    message.extend_from_slice(mail::ATTACHMENT);
    let append = AppendMessage::new(message).binary();
    t.run(Append::new(name.as_str(), append)).await?;
    t.run(Select::new(name.as_str())).await?;
    let part = imap_proto_core::types::SectionPart(vec![1]);
    let fetched = fetch_one(t, 1, FetchItems::new().binary(part)).await?;
    same("octets", section_of(&fetched)?, mail::ATTACHMENT)
}

pub(super) async fn to_no_mailbox<L: Client>(t: &Case<'_, L>) -> Verdict {
    let name = t.name("missing");
    let append = || Append::new(name.as_str(), AppendMessage::new(mail::small(1)));
    let completion = refused(t.run(append()).await)?;
    same("code", completion.code(), Some(&Code::TryCreate))?;
    // A streamed one is refused too, and the connection goes on.
    let message = mail::large(300_000);
    let upload = AppendMessage::upload(message.len() as u64);
    let upload = Append::new(name.as_str(), upload);
    let completion = refused(t.client.upload(upload, &message).await)?;
    same("code", completion.code(), Some(&Code::TryCreate))?;
    t.run(Noop).await?;
    Ok(())
}

/// What was announced cannot be taken back: the connection ends, and nothing is stored.
pub(super) async fn too_short_an_upload<L: Client>(t: &Case<'_, L>) -> Verdict {
    let name = t.create("mail").await?;
    let client = t.another()?;
    let append = Append::new(name.as_str(), AppendMessage::upload(100_000));
    let result = client.upload(append, b"Subject: Short\r\n\r\n").await;
    check(result.is_err(), "a short upload passed")?;
    check(client.run(Noop).await.is_err(), "the connection goes on")?;
    let items = StatusItems::new().messages();
    let status = t.run(Status::new(name.as_str(), items)).await?;
    same("messages", status.messages(), Some(0))?;
    t.run(Select::new(name.as_str())).await?;
    let found = t.run(UidFetch::new(Uid(1).., FetchItems::new())).await?;
    same("messages fetched", found.len(), 0)
}
