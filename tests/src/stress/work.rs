//! What a worker does.

use std::fmt::Debug;

use imap_proto_core::encode::{
    Append, AppendMessage, Delete, Fetch, FetchItems, List, Noop, Search, SearchKey, Select,
    Status, StatusItems, Subscribe, UidFetch,
};
use imap_proto_core::session::Error;
use imap_proto_core::types::{Section, SequenceNumber};

use super::random::Random;
use super::world::{BOXES, MESSAGES, World, mail, subject};
use crate::interop::Client;

type Verdict = Result<(), String>;

/// Kinds of work.
const KINDS: u32 = 13;
/// Commands of a burst.
const BURST: u32 = 8;

/// One piece of work; how many answers were checked.
pub(super) async fn one<L: Client>(
    client: &L,
    world: &World,
    random: &mut Random,
) -> Result<u64, String> {
    let number = random.below(MESSAGES) + 1;
    let k = random.below(BOXES);
    match random.below(KINDS) {
        0 => client.run(Noop).await.map_err(text)?,
        1 => status(client, world, k).await?,
        2 => fetched(world, number, client.run(numbers(number)).await)?,
        3 => size(client, world, number).await?,
        4 => search(client, number).await?,
        5 => list(client, world, k).await?,
        6 => append(client, world, number).await?,
        7 => subscribe(client, world, k).await?,
        8 => refused(client, world, k).await?,
        9 => body(client, world, number).await?,
        10 => select(client, world).await?,
        11 => return burst(client, world, number).await,
        _ => {
            // Nobody wants this answer; the next must be right all the same.
            drop(client.start(numbers(number)));
            status(client, world, k).await?;
        }
    }
    Ok(1)
}

fn numbers(number: u32) -> Fetch {
    Fetch::new(SequenceNumber(number), FetchItems::new().uid())
}

async fn status<L: Client>(client: &L, world: &World, k: u32) -> Verdict {
    let items = StatusItems::new().messages();
    let status = client
        .run(Status::new(world.mailbox(k).as_str(), items))
        .await;
    let status = status.map_err(text)?;
    same("name", status.mailbox.to_text().as_ref(), &world.mailbox(k))?;
    same("messages", &status.messages(), &Some(k))
}

type Fetched = Vec<imap_proto_core::types::FetchResponse>;

fn fetched(world: &World, number: u32, answer: Result<Fetched, Error>) -> Verdict {
    let answer = answer.map_err(text)?;
    let told: Vec<_> = answer
        .iter()
        .map(|fetch| (fetch.sequence_number, fetch.uid))
        .collect();
    let expected = (Some(SequenceNumber(number)), Some(world.uid(number)));
    same("message", told.as_slice(), [expected].as_slice())
}

async fn size<L: Client>(client: &L, world: &World, number: u32) -> Verdict {
    let uid = world.uid(number);
    let fetch = UidFetch::new(uid, FetchItems::new().size());
    let answer = client.run(fetch).await.map_err(text)?;
    let told: Vec<_> = answer.iter().map(|fetch| (fetch.uid, fetch.size)).collect();
    let expected = (Some(uid), Some(mail(number).len() as u64));
    same("size", told.as_slice(), [expected].as_slice())
}

async fn search<L: Client>(client: &L, number: u32) -> Verdict {
    let search = Search::new(SearchKey::subject(subject(number)));
    let found = client.run(search).await.map_err(text)?;
    let found: Vec<SequenceNumber> = found.iter().collect();
    same(
        "found",
        found.as_slice(),
        [SequenceNumber(number)].as_slice(),
    )
}

async fn list<L: Client>(client: &L, world: &World, k: u32) -> Verdict {
    let name = world.mailbox(k);
    let list = client
        .run(List::new("", name.as_str()))
        .await
        .map_err(text)?;
    let told: Vec<String> = list
        .iter()
        .map(|list| list.mailbox.to_text().into_owned())
        .collect();
    same("listed", told.as_slice(), [name].as_slice())
}

async fn append<L: Client>(client: &L, world: &World, number: u32) -> Verdict {
    let message = AppendMessage::new(world.message(number.min(5)));
    let append = client
        .run(Append::new(world.sink().as_str(), message))
        .await;
    let told = append.map_err(text)?.ok_or("no APPENDUID")?;
    for uid in told.uids.iter() {
        if !world.append(uid) {
            return Err(format!("two messages have {uid:?}"));
        }
    }
    Ok(())
}

async fn subscribe<L: Client>(client: &L, world: &World, k: u32) -> Verdict {
    let name = world.mailbox(k);
    client
        .run(Subscribe::new(name.as_str()))
        .await
        .map_err(text)
}

async fn refused<L: Client>(client: &L, world: &World, k: u32) -> Verdict {
    let name = world.missing(k);
    match client.run(Delete::new(name.as_str())).await {
        Err(Error::No(_)) => Ok(()),
        other => Err(format!("DELETE of what is not there: {other:?}")),
    }
}

async fn body<L: Client>(client: &L, world: &World, number: u32) -> Verdict {
    let uid = world.uid(number);
    let mut body = client.session().uid_fetch_body(uid, Section::Full);
    let mut octets = Vec::new();
    while let Some(chunk) = L::chunk(&mut body).await {
        octets.extend_from_slice(&chunk.map_err(text)?);
    }
    let is_it = octets == mail(number).as_bytes();
    is_it
        .then_some(())
        .ok_or_else(|| format!("{} other octets for message {number}", octets.len()))
}

async fn select<L: Client>(client: &L, world: &World) -> Verdict {
    let select = Select::new(world.selected().as_str());
    let told = client.run(select).await.map_err(text)?;
    same("messages", &told.exists, &Some(MESSAGES))
}

/// Many at once, waited for from the last to the first.
async fn burst<L: Client>(client: &L, world: &World, first: u32) -> Result<u64, String> {
    let numbers_of = (0..BURST).map(|index| (first + index - 1) % MESSAGES + 1);
    let started: Vec<_> = numbers_of
        .map(|number| (number, client.start(numbers(number))))
        .collect();
    for (number, reply) in started.into_iter().rev() {
        fetched(world, number, L::finish::<Fetch>(reply).await)?;
    }
    Ok(BURST.into())
}

fn same<T: PartialEq + Debug + ?Sized>(what: &str, is: &T, expected: &T) -> Verdict {
    if is == expected {
        return Ok(());
    }
    Err(format!("{what}: {is:?} instead of {expected:?}"))
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
