//! URLs that lead to messages (RFC 4467, RFC 5524).

use imap_proto_core::encode::{
    Append, AppendMessage, GenUrlAuth, ResetKey, Select, UrlFetch, UrlFetchItems,
};
use imap_proto_core::session::Error;
use imap_proto_core::types::{ByteString, ImapUrl, UrlAccess, UrlFetched, UrlMessage};

use crate::interop::case::{Case, Failure, Verdict, check, same, some};
use crate::interop::client::Client;
use crate::interop::mail;

/// The user and host that the test servers have in their URLs.
const USER: &str = "alice";
const HOST: &str = "mail.example.org";

/// A mailbox with one message of several parts, and an authorized URL of a section of it.
async fn authorized<L: Client>(
    t: &Case<'_, L>,
    section: &str,
) -> Result<(String, ByteString), Failure> {
    t.needs("URLAUTH").await?;
    let name = t.create("mail").await?;
    let message = AppendMessage::new(mail::structured());
    let uid = some(
        "APPENDUID",
        t.run(Append::new(name.as_str(), message)).await?,
    )?;
    let uid = some("UID", uid.uids.iter().next())?;
    let message = UrlMessage::new(uid.0)
        .section(section)
        .access(UrlAccess::User(USER.to_owned()));
    let rump = ImapUrl::new(HOST)
        .user(USER)
        .mailbox(name.as_str())
        .message(message)
        .to_string();
    let urls = match t.run(GenUrlAuth::new(rump.as_str())).await {
        Err(Error::No(_) | Error::Bad(_)) => {
            return Err(Failure::Skipped(
                "the server's name in URLs is not known".to_owned(),
            ));
        }
        other => other?,
    };
    same("URLs", urls.len(), 1)?;
    let url = some("URL", urls.into_iter().next())?;
    check(
        url.as_bytes().starts_with(rump.as_bytes()),
        format!("{url} does not begin with {rump}"),
    )?;
    Ok((name, url))
}

pub(super) async fn authorized_and_fetched<L: Client>(t: &Case<'_, L>) -> Verdict {
    let (name, url) = authorized(t, "1").await?;
    let parsed: ImapUrl = some("text", url.as_str())?
        .parse()
        .map_err(|error| format!("{error}: {url}"))?;
    same(
        "mailbox",
        parsed.mailbox.map(|name| name.to_text().into_owned()),
        Some(name.clone()),
    )?;
    let verifier = parsed
        .message
        .and_then(|message| message.authorization?.verifier);
    check(verifier.is_some(), format!("not authorized: {url}"))?;
    let found = t.run(UrlFetch::new([url.clone()])).await?;
    let octets = some("octets", found.first().and_then(UrlFetched::octets))?;
    check(
        octets.as_bytes().starts_with(b"R3LD"),
        format!("{octets:?}"),
    )?;
    let forged = format!("{url}0");
    let found = t.run(UrlFetch::new([forged])).await?;
    check(
        found.iter().all(UrlFetched::is_refused),
        "a forged URL leads somewhere",
    )?;
    let selected = t.run(Select::new(name.as_str())).await?;
    let told = selected
        .url_mechanisms
        .iter()
        .any(|mechanism| mechanism.name.eq_ignore_case("INTERNAL"));
    check(
        told || selected.url_mechanisms.is_empty(),
        "INTERNAL is not among the mechanisms",
    )
}

pub(super) async fn decoded<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("URLAUTH=BINARY").await?;
    let (_, url) = authorized(t, "1").await?;
    let fetch = UrlFetch::default().items(url.clone(), UrlFetchItems::binary().structure());
    let found = t.run(fetch).await?;
    let found = some("answer", found.first())?;
    let octets = found
        .octets()
        .map(|octets| octets.to_str_lossy().into_owned());
    same("decoded", octets.as_deref(), Some(mail::TEXT))?;
    let structure = some("structure", found.structure())?;
    let (kind, subtype) = (structure.root().media_type(), structure.root().subtype());
    let is_text = kind.eq_ignore_ascii_case(b"text") && subtype.eq_ignore_ascii_case(b"plain");
    check(is_text, format!("{structure:?}"))?;
    let fetch = UrlFetch::default().items(url.clone(), UrlFetchItems::body());
    let found = t.run(fetch).await?;
    let octets = some("octets", found.first().and_then(UrlFetched::octets))?;
    check(
        octets.as_bytes().starts_with(b"R3LD"),
        format!("{octets:?}"),
    )?;
    let fetch = UrlFetch::default().items(url, UrlFetchItems::only_structure());
    let found = t.run(fetch).await?;
    let found = some("answer", found.first())?;
    check(
        found.octets().is_none() && found.structure().is_some(),
        format!("{found:?}"),
    )
}

pub(super) async fn key_is_reset<L: Client>(t: &Case<'_, L>) -> Verdict {
    let (name, url) = authorized(t, "1").await?;
    let mechanisms = t.run(ResetKey::of(name.as_str())).await?;
    let internal = mechanisms
        .iter()
        .any(|mechanism| mechanism.name.eq_ignore_case("INTERNAL"));
    check(internal, format!("{mechanisms:?}"))?;
    let found = t.run(UrlFetch::new([url])).await?;
    check(
        found.iter().all(UrlFetched::is_refused),
        "the URL is still valid",
    )
}
