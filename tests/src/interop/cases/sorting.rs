//! SORT and THREAD.

use imap_proto_core::encode::{
    AppendMessage, SearchKey, SearchReturn, Sort, SortCriteria, Thread, ThreadAlgorithm, UidSort,
};
use imap_proto_core::types::{SequenceNumber, ThreadResponse};

use crate::interop::case::{Case, Failure, Verdict, same, some};
use crate::interop::client::Client;
use crate::interop::mail;

/// Subjects and days in an order of their own, sizes that all differ.
async fn unsorted<L: Client>(t: &Case<'_, L>) -> Verdict {
    let rows = [("b", 3, 10), ("c", 1, 30), ("a", 2, 20)];
    let message = |(subject, day, padding): (&str, u32, usize)| {
        AppendMessage::new(format!(
            "Date: {day} Feb 2024 10:00:00 +0000\r\nFrom: {subject}@example.org\r\n\
             Subject: Re: {subject}\r\n\r\n{}\r\n",
            "x".repeat(padding)
        ))
    };
    t.filled_with(rows.map(message)).await?;
    Ok(())
}

async fn sorted<L: Client>(t: &Case<'_, L>, criteria: SortCriteria) -> Result<Vec<u32>, Failure> {
    let sort = Sort::<SequenceNumber>::new(criteria, SearchKey::all());
    Ok(t.run(sort).await?.iter().map(|number| number.0).collect())
}

pub(super) async fn sort<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("SORT").await?;
    unsorted(t).await?;
    let by = SortCriteria::new;
    same("arrival", sorted(t, by().arrival()).await?, [1, 2, 3])?;
    same("date", sorted(t, by().date()).await?, [2, 3, 1])?;
    same("subject", sorted(t, by().subject()).await?, [3, 1, 2])?;
    same("size", sorted(t, by().size()).await?, [1, 3, 2])?;
    same("from", sorted(t, by().sender()).await?, [3, 1, 2])?;
    same("cc", sorted(t, by().cc().date()).await?, [2, 3, 1])?;
    same("to", sorted(t, by().to().size()).await?, [1, 3, 2])?;
    let reverse = sorted(t, by().reverse().date()).await?;
    same("reverse", reverse, [1, 3, 2])?;
    let uids = t.uids().await?;
    let sort = UidSort::new(by().date(), !SearchKey::subject("a"));
    let told: Vec<_> = t.run(sort).await?.iter().collect();
    same("UIDs", told, [uids[1], uids[0]])?;
    let sort = UidSort::new(by().date(), SearchKey::subject("Gr\u{fc}n"));
    same("none", t.run(sort).await?.iter().count(), 0)
}

pub(super) async fn sort_returning<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("ESORT").await?;
    unsorted(t).await?;
    let by = SortCriteria::new().date();
    let options = SearchReturn::new().all().count();
    let sort = Sort::<SequenceNumber>::new(by, SearchKey::all());
    let told = t.run(sort.returning(options)).await?;
    same("COUNT", told.count(), Some(3))?;
    let numbers: Vec<_> = told.iter().map(|number| number.0).collect();
    same("ALL", numbers, [2, 3, 1])
}

/// Replies to messages 1 and 2, and message 3 alone.
async fn replies<L: Client>(t: &Case<'_, L>) -> Verdict {
    let reply = |number: u32, to: u32| {
        let message = mail::small(number);
        let references = format!(
            "References: <number-{to}@example.org>\r\n\
             In-Reply-To: <number-{to}@example.org>\r\n"
        );
        AppendMessage::new(format!("{references}{message}"))
    };
    let first = |number| AppendMessage::new(mail::small(number));
    t.filled_with([first(1), reply(2, 1), first(3), reply(4, 2), reply(5, 1)])
        .await?;
    Ok(())
}

async fn threads<L: Client>(
    t: &Case<'_, L>,
    algorithm: ThreadAlgorithm,
) -> Result<ThreadResponse, Failure> {
    let thread = Thread::<SequenceNumber>::new(algorithm, SearchKey::all());
    Ok(t.run(thread).await?)
}

pub(super) async fn thread<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("THREAD=REFERENCES").await?;
    replies(t).await?;
    let told = threads(t, ThreadAlgorithm::References).await?;
    by_references(&told)
}

pub(super) async fn thread_by_references_alone<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("THREAD=REFS").await?;
    replies(t).await?;
    let told = threads(t, ThreadAlgorithm::Refs).await?;
    by_references(&told)
}

fn by_references(told: &ThreadResponse) -> Verdict {
    same("threads", told.threads().count(), 2)?;
    let parent = |number: u32| {
        let index = told
            .nodes
            .iter()
            .position(|node| node.number == Some(number));
        let parent = index.and_then(|index| told.parent(index));
        parent
            .and_then(|parent| told.nodes.get(parent))
            .and_then(|node| node.number)
    };
    let parents: Vec<_> = (1..=5).map(parent).collect();
    same("parents", parents, [None, Some(1), None, Some(2), Some(1)])
}

pub(super) async fn thread_by_subject<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("THREAD=ORDEREDSUBJECT").await?;
    replies(t).await?;
    let told = threads(t, ThreadAlgorithm::OrderedSubject).await?;
    same("by subject", told.threads().count(), 5)?;
    some("numbers", told.numbers().next())?;
    Ok(())
}
