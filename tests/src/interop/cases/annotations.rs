//! Annotations of messages (RFC 5257).

use imap_proto_core::encode::{
    Annotations, Append, AppendMessage, FetchItems, SearchKey, Select, Sort, SortCriteria, Store,
    StoreAction, UidFetch, UidSearch,
};
use imap_proto_core::session::Error;
use imap_proto_core::types::{Annotation, AnnotationSupport, FetchResponse, SequenceNumber, Uid};

use crate::interop::case::{Case, Failure, Verdict, check, same, some};
use crate::interop::client::Client;
use crate::interop::mail;

/// The value of an attribute of `/comment`; `NIL` for none.
fn comment<'a>(fetched: &'a FetchResponse, attribute: &str) -> Result<&'a str, Failure> {
    let comment = |annotation: &&Annotation| annotation.entry == "/comment";
    let annotation = some("/comment", fetched.annotations().iter().find(comment))?;
    let value = some(attribute, annotation.attribute(attribute))?;
    Ok(value.map_or("NIL", |value| value.as_str().unwrap_or("not UTF-8")))
}

async fn fetch<L: Client>(
    t: &Case<'_, L>,
    uid: u32,
    attributes: &[&str],
) -> Result<FetchResponse, Failure> {
    let items = FetchItems::new().annotation(["/comment"], attributes.iter().copied());
    let found = t.run(UidFetch::new(Uid(uid), items)).await?;
    some("answer", found.into_iter().next())
}

pub(super) async fn store_and_fetch<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("ANNOTATE-EXPERIMENT-1").await?;
    let name = t.filled(2).await?;
    let selected = t.run(Select::new(name.as_str()).annotate()).await?;
    let support = some("ANNOTATIONS", selected.annotations)?;
    check(
        matches!(support, AnnotationSupport::ReadWrite { private: true, .. }),
        format!("{support:?}"),
    )?;
    let known = t
        .client
        .session()
        .mailbox()
        .and_then(|view| view.annotations);
    same("of the view", known, Some(support))?;
    let both = Annotations::new()
        .set("/comment", "value.priv", "private")
        .set("/comment", "value.shared", "shared");
    t.run(Store::new(SequenceNumber(1), StoreAction::annotate(both)))
        .await?;
    let uid = some("message", t.uids().await?.first().copied())?.0;
    let told = fetch(t, uid, &["value", "size"]).await?;
    same("private", comment(&told, "value.priv")?, "private")?;
    same("shared", comment(&told, "value.shared")?, "shared")?;
    same("size", comment(&told, "size.shared")?, "6")?;
    let remove = Annotations::new().remove("/comment", "value.priv");
    t.run(Store::new(SequenceNumber(1), StoreAction::annotate(remove)))
        .await?;
    let told = fetch(t, uid, &["value.priv"]).await?;
    same("removed", comment(&told, "value.priv")?, "NIL")
}

pub(super) async fn appended<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("ANNOTATE-EXPERIMENT-1").await?;
    let name = t.create("mail").await?;
    let annotations = Annotations::new().set("/comment", "value.priv", "at append");
    let message = AppendMessage::new(mail::small(1)).annotations(annotations);
    t.run(Append::new(name.as_str(), message)).await?;
    t.run(Select::new(name.as_str())).await?;
    let uid = some("message", t.uids().await?.first().copied())?.0;
    same(
        "value",
        comment(&fetch(t, uid, &["value.priv"]).await?, "value.priv")?,
        "at append",
    )
}

pub(super) async fn search_and_sort<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("ANNOTATE-EXPERIMENT-1").await?;
    t.filled(3).await?;
    for (number, value) in [(1, "bb"), (2, "aa"), (3, "cc")] {
        let subject = Annotations::new().set("/altsubject", "value.shared", value);
        t.run(Store::new(
            SequenceNumber(number),
            StoreAction::annotate(subject),
        ))
        .await?;
    }
    let sorted = t.offers("SORT").await?;
    if sorted {
        let by_value = SortCriteria::new().annotation("/altsubject", "value.shared");
        let found = t
            .run(Sort::<SequenceNumber>::new(by_value, SearchKey::all()))
            .await?;
        let numbers: Vec<u32> = found.iter().map(|number| number.0).collect();
        same("order", numbers, [2, 1, 3])?;
    }
    let key = SearchKey::annotation("/altsubject", "value.shared", "aa");
    match t.run(UidSearch::new(key)).await {
        Ok(found) => same("found", found.count(), Some(1)),
        // Cyrus sorts by annotations, but takes no such search.
        Err(Error::Bad(_)) if sorted => Ok(()),
        Err(error) => Err(error.into()),
    }
}
