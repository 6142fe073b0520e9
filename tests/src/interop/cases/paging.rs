//! Parts of long answers (RFC 9394), several mailboxes (RFC 7377), and loose matches (RFC 6203).

use std::collections::BTreeMap;

use imap_proto_core::encode::{
    Append, AppendMessage, Create, Esearch, FetchItems, MailboxFilter, Messages, Search, SearchKey,
    SearchReturn, Sort, SortCriteria, UidFetch, UidSearch,
};
use imap_proto_core::types::{EsearchData, SequenceNumber, Uid, UidSet};

use crate::interop::case::{Case, Verdict, check, same, some};
use crate::interop::client::Client;
use crate::interop::mail;

pub(super) async fn partial_search<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("PARTIAL").await?;
    t.filled(5).await?;
    let uids = t.uids().await?;
    let search = |options| UidSearch::new(SearchKey::all()).returning(options);
    for ((first, last), expected) in [
        ((2, 3), &uids[1..3]),
        ((-1, -2), &uids[3..]),
        ((4, 9), &uids[3..]),
    ] {
        // Alone: Cyrus 3.12 counts from the start when another option stands beside a part from the end.
        let options = SearchReturn::new().partial(first, last);
        let told = t.run(search(options)).await?;
        let part = some("PARTIAL", told.partial)?;
        same("range", (part.first, part.last), (first, last))?;
        let numbers = some("a part", part.numbers)?;
        let found: Vec<u32> = numbers.iter().map(|number| number.0).collect();
        let expected: Vec<u32> = expected.iter().map(|uid| uid.0).collect();
        same("part", found, expected)?;
    }
    let counted = SearchReturn::new().partial(1, 2).count();
    same("count", t.run(search(counted)).await?.count(), Some(5))?;
    let behind = t.run(search(SearchReturn::new().partial(6, 9))).await?;
    check(behind.is_empty(), format!("behind the end: {behind:?}"))
}

pub(super) async fn partial_fetch<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("PARTIAL").await?;
    t.filled(5).await?;
    let uids = t.uids().await?;
    let all = || UidFetch::new(UidSet::all(), FetchItems::new().flags());
    for ((first, last), expected) in [((1, 2), &uids[..2]), ((-1, -2), &uids[3..])] {
        let told = t.run(all().partial(first, last)).await?;
        let mut found: Vec<Uid> = told.iter().filter_map(|message| message.uid).collect();
        found.sort_unstable();
        same("messages", &found[..], expected)?;
    }
    Ok(())
}

pub(super) async fn several_mailboxes<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("MULTISEARCH").await?;
    let top = t.create("top").await?;
    let child = t.below(&top, "child");
    t.run(Create::new(child.as_str())).await?;
    let other = t.create("other").await?;
    for (name, count) in [(&top, 2), (&child, 1), (&other, 3)] {
        for number in 1..=count {
            let message = AppendMessage::new(mail::small(number));
            t.run(Append::new(name.as_str(), message)).await?;
        }
    }
    let count = || SearchReturn::new().count().all();
    let search = |key| Esearch::new(key).returning(count());
    let first = t.start(search(SearchKey::all()).within(MailboxFilter::subtree([top.as_str()])));
    let named = MailboxFilter::mailboxes([top.as_str(), other.as_str()]);
    let second = t.start(search(SearchKey::subject("Number 2")).within(named));
    let first = L::finish::<Esearch>(first).await?;
    let counts: BTreeMap<String, Option<u64>> = first
        .iter()
        .filter_map(|found| {
            let name = found.mailbox.as_ref()?.to_text().into_owned();
            Some((name, found.results.count()))
        })
        .collect();
    let expected = [(top.clone(), Some(2)), (child, Some(1))];
    same("subtree", counts, BTreeMap::from(expected))?;
    let second = L::finish::<Esearch>(second).await?;
    same("mailboxes with hits", second.len(), 2)?;
    check(
        second.iter().all(|found| found.uid_validity.is_some()),
        "UIDVALIDITY is missing",
    )?;
    let nothing = search(SearchKey::subject("nowhere")).within(MailboxFilter::subtree([top]));
    same("nothing", t.run(nothing).await?.len(), 0)
}

pub(super) async fn fuzzy<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("SEARCH=FUZZY").await?;
    t.filled(3).await?;
    // What a loose match finds is the server's choice; how it tells it is not.
    let fuzzy = || SearchKey::text("example").fuzzy();
    let options = SearchReturn::new().all().relevancy();
    let search = Search::<SequenceNumber>::new(fuzzy()).returning(options);
    let told = t.run(search).await?;
    let scores = told.items.iter().find_map(|item| match item {
        EsearchData::Relevancy(scores) => Some(scores),
        _ => None,
    });
    let found = told.iter().count();
    if let Some(scores) = scores {
        same("scores", scores.len(), found)?;
        let fits = |score: &u32| (1..=100).contains(score);
        check(scores.iter().all(fits), format!("scores: {scores:?}"))?;
    }
    let criteria = SortCriteria::new().relevancy();
    let sorted = t
        .run(Sort::<SequenceNumber>::new(criteria, fuzzy()))
        .await?;
    same("sorted", sorted.iter().count(), found)?;
    let one = UidFetch::new(Messages::Set(UidSet::all()), FetchItems::new().flags());
    same("messages", t.run(one).await?.len(), 3)
}
