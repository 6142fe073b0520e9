//! What vendors made up: Cyrus' and Dovecot's own extensions.

use imap_proto_core::encode::{
    Append, AppendMessage, Claim, Claims, Custom, FetchItems, GetAnnotation, GetQuota, Request,
    Search, SearchKey, Select, SetAnnotation, SetQuota, Sort, SortCriteria, Status, StatusItems,
    Store, StoreAction,
};
use imap_proto_core::engine::sasl::Credentials;
use imap_proto_core::session::Error;
use imap_proto_core::types::{
    Data, FetchData, FetchResponse, Flag, SequenceNumber, StatusData, Token,
};

use super::auth::login_data;
use super::fetching::fetch_one;
use crate::interop::case::{Case, Failure, Verdict, check, same, some};
use crate::interop::client::Client;
use crate::interop::mail;

/// ANNOTATEMORE: annotations of mailboxes as they were before METADATA.
pub(super) async fn annotatemore<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("ANNOTATEMORE").await?;
    let name = t.create("mail").await?;
    let set = SetAnnotation::new(name.as_str()).set("/comment", "value.priv", "mine \"alone\"");
    t.run(set).await?;
    let get = || {
        let attributes = ["value.priv", "value.shared"];
        GetAnnotation::new(name.as_str(), ["/comment"], attributes)
    };
    let told = t.run(get()).await?;
    let told = some("answer", told.first())?;
    same("mailbox", told.mailbox.to_text(), name.as_str())?;
    let value = |attribute| {
        let value = told.value("/comment", attribute).flatten();
        value.map(|value| value.to_str_lossy().into_owned())
    };
    same(
        "private",
        value("value.priv").as_deref(),
        Some("mine \"alone\""),
    )?;
    same("shared", value("value.shared"), None)?;
    let remove = SetAnnotation::new(name.as_str()).remove("/comment", "value.priv");
    t.run(remove).await?;
    let told = t.run(get()).await?;
    let told = some("answer", told.first())?;
    same("removed", told.value("/comment", "value.priv"), Some(None))
}

async fn sorted<L: Client>(t: &Case<'_, L>, criteria: SortCriteria) -> Result<Vec<u32>, Failure> {
    let sort = Sort::<SequenceNumber>::new(criteria, SearchKey::all());
    Ok(t.run(sort).await?.iter().map(|number| number.0).collect())
}

pub(super) async fn sort_by_uid<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("SORT=UID").await?;
    t.filled(3).await?;
    let by = SortCriteria::new;
    same("by UID", sorted(t, by().uid()).await?, [1, 2, 3])?;
    same("reverse", sorted(t, by().reverse().uid()).await?, [3, 2, 1])
}

pub(super) async fn sort_by_mod_seq<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("SORT=MODSEQ").await?;
    t.filled(3).await?;
    let action = StoreAction::add([Flag::Flagged]);
    t.run(Store::new(SequenceNumber(1), action)).await?;
    let found = sorted(t, SortCriteria::new().mod_seq()).await?;
    same("the changed last", found, [2, 3, 1])
}

/// The value of an item that has no type of its own.
async fn item<L: Client>(t: &Case<'_, L>, name: &str) -> Result<Token, Failure> {
    let told = fetch_one(t, 1, FetchItems::new().item(name)).await?;
    some(name, other(told, name))
}

fn other(told: FetchResponse, name: &str) -> Option<Token> {
    told.items.into_iter().find_map(|item| match item {
        FetchData::Other(found, value) if found.eq_ignore_case(name) => Some(value),
        _ => None,
    })
}

/// DIGEST=SHA1: the SHA-1 of the message; the expected one is `sha1sum`'s.
pub(super) async fn digest<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("DIGEST=SHA1").await?;
    let message = "Message-ID: <x1@e>\r\nSubject: hello\r\n\r\nbody text\r\n";
    t.filled_with([AppendMessage::new(message)]).await?;
    let told = item(t, "DIGEST.SHA1").await?;
    let text = some("digest", told.as_str())?;
    same("digest", text, "882458fe80fb395f1cfcf837b2f11bc1452c8e9b")
}

/// X-CREATEDMODSEQ: the mod-sequence that a message, or a mailbox, began with.
pub(super) async fn created_mod_seq<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("X-CREATEDMODSEQ").await?;
    let name = t.filled(2).await?;
    let before = item(t, "CREATEDMODSEQ").await?;
    check(
        matches!(&before, Token::List(list) if matches!(list[..], [Token::Number(1..)])),
        format!("{before:?}"),
    )?;
    let action = StoreAction::add([Flag::Flagged]);
    t.run(Store::new(SequenceNumber(1), action)).await?;
    same("behind a change", item(t, "CREATEDMODSEQ").await?, before)?;
    let of_mailbox = status(t, &name, "CREATEDMODSEQ").await?;
    check(
        matches!(of_mailbox, Token::Number(1..)),
        format!("{of_mailbox:?}"),
    )
}

async fn status<L: Client>(t: &Case<'_, L>, mailbox: &str, name: &str) -> Result<Token, Failure> {
    let told = t
        .run(Status::new(mailbox, StatusItems::new().item(name)))
        .await?;
    let found = told.items.into_iter().find_map(|item| match item {
        StatusData::Other(found, value) if found.eq_ignore_case(name) => Some(value),
        _ => None,
    });
    some(name, found)
}

/// XCONVERSATIONS: replies share the conversation of what they answer.
pub(super) async fn conversations<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("XCONVERSATIONS").await?;
    let reply = format!(
        "References: <number-1@example.org>\r\nIn-Reply-To: <number-1@example.org>\r\n{}",
        mail::small(2).replace("Number 2", "Re: Number 1")
    );
    let name = t
        .filled_with([
            AppendMessage::new(mail::small(1)),
            AppendMessage::new(reply),
        ])
        .await?;
    // 64 bits as hexadecimal digits: an atom, or a number when none is a letter.
    let id = item(t, "CID").await?;
    let digits = id.as_str().map(str::len);
    check(
        digits == Some(16) || id.as_number().is_some(),
        format!("{id:?}"),
    )?;
    let count = status(t, &name, "XCONVEXISTS").await?;
    same("conversations", count, Token::Number(1))
}

/// XMOVE: MOVE before it had an RFC.
pub(super) async fn xmove<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("XMOVE").await?;
    let other = t.create("other").await?;
    t.filled(2).await?;
    let request = Request::new("XMOVE").map_err(Error::from)?;
    let request = request.space().number(1).space().mailbox(other.as_str());
    t.run(Custom::new(request)).await?;
    let left = t
        .run(Search::<SequenceNumber>::new(SearchKey::all()))
        .await?;
    same("left", left.iter().count(), 1)?;
    let told = t.run(Select::new(other.as_str())).await?;
    same("moved", told.exists, Some(1))
}

/// SCAN: the mailboxes that have a message with a text; its answers are LIST responses. None may be selected: Cyrus 3.6
/// ends the connection when SCAN meets it.
pub(super) async fn scan<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("SCAN").await?;
    let name = t.create("mail").await?;
    let append = Append::new(name.as_str(), AppendMessage::new(mail::small(1)));
    t.run(append).await?;
    let request = Request::new("SCAN").map_err(Error::from)?;
    let request = request.space().mailbox("").space().string("%");
    let request = request.space().string("Body of message");
    let claims = Claims::one(Claim::Named("LIST".into()));
    let told = t.run(Custom::new(request.claims(claims))).await?;
    check(
        told.iter().all(|data| matches!(data, Data::List(_))),
        format!("{told:?}"),
    )
}

/// PREVIEW=FUZZY: the form of a draft, in which the value says how it was made.
pub(super) async fn preview_fuzzy<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("PREVIEW=FUZZY").await?;
    t.filled(1).await?;
    let told = fetch_one(t, 1, FetchItems::new().preview_fuzzy()).await?;
    let value = some("PREVIEW", other(told, "PREVIEW"))?;
    let Some([algorithm, text]) = value.as_list() else {
        return Err(Failure::Failed(format!("{value:?}")));
    };
    same("algorithm", algorithm.as_str(), Some("FUZZY"))?;
    let text = some("text", text.as_str())?;
    check(text.starts_with("Body of message 1."), text)
}

/// X-QUOTA: the resources of RFC 9208 under the names that Cyrus had for them.
pub(super) async fn x_quota<L: Client>(t: &Case<'_, L>) -> Verdict {
    limits(t, "X-QUOTA=").await
}

/// The limit of each resource that a capability names, set by the administrator (RFC 9208 §4.1.3).
pub(super) async fn limits<L: Client>(t: &Case<'_, L>, family: &str) -> Verdict {
    let options = &t.connector.options;
    let admin = options.setting("IMAP_ADMIN");
    let user = options.setting("IMAP_USER3");
    let resources: Vec<String> = t
        .capabilities()
        .await?
        .iter()
        .filter_map(|name| name.as_str()?.strip_prefix(family).map(str::to_owned))
        .collect();
    if resources.is_empty() {
        return Err(Failure::Skipped(format!("capability {family} not offered")));
    }
    let (admin, user) = admin
        .zip(user)
        .ok_or_else(|| Failure::Skipped("no administrator".to_owned()))?;
    let (_, password) = login_data(t)?;
    let credentials = Credentials::password(admin, password);
    let config = options.without_login()?.credentials(credentials);
    let master = t.connector.connect_by(config)?;
    let root = format!("user/{user}");
    let before = SetQuota::new(root.as_str()).limit("STORAGE", 20);
    let limit = |name: &str| if name == "STORAGE" { 20 } else { 5000 };
    let all = resources
        .iter()
        .fold(SetQuota::new(root.as_str()), |set, name| {
            set.limit(name.as_str(), limit(name))
        });
    let set = master.run(all).await;
    let told = master.run(GetQuota::new(root.as_str())).await;
    master.run(before).await?;
    set?;
    let told = told?;
    for name in &resources {
        let resource = some(name, told.resource(name))?;
        same(name, resource.limit, limit(name))?;
    }
    Ok(())
}
