//! Sections that are streamed.

use imap_proto_core::encode::{
    AppendMessage, Capability, Fetch, FetchItems, Noop, SubmitError, UidFetch,
};
use imap_proto_core::session::{BodySize, Error};
use imap_proto_core::types::{Section, SectionPart, SequenceNumber, Uid};

use crate::interop::case::{Case, Failure, Verdict, check, same};
use crate::interop::client::Client;
use crate::interop::mail;

/// More than any buffer on the way.
const LARGE: usize = 4 << 20;

async fn large<L: Client>(t: &Case<'_, L>) -> Result<Vec<u8>, Failure> {
    let message = mail::large(LARGE);
    t.filled_with([
        AppendMessage::new(message.clone()),
        AppendMessage::new(mail::small(2)),
    ])
    .await?;
    Ok(message)
}

fn full(number: u32) -> Fetch {
    Fetch::new(
        SequenceNumber(number),
        FetchItems::new().section(Section::Full),
    )
}

/// FNV-1a, 64 bits.
fn checksum(sum: u64, octets: &[u8]) -> u64 {
    octets.iter().fold(sum, |sum, octet| {
        (sum ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Reads to the end: how many octets, and their checksum.
async fn drain<L: Client>(body: &mut L::Body, room: usize) -> std::io::Result<(usize, u64)> {
    let (mut count, mut sum) = (0, 0);
    loop {
        let octets = L::read(body, room).await?;
        if octets.is_empty() {
            return Ok((count, sum));
        }
        count += octets.len();
        sum = checksum(sum, &octets);
    }
}

pub(super) async fn whole_and_checksum<L: Client>(t: &Case<'_, L>) -> Verdict {
    let message = large(t).await?;
    let mut body = t.client.session().body(full(1));
    let drained = drain::<L>(&mut body, 10_000).await?;
    same("octets", drained, (message.len(), checksum(0, &message)))?;
    let uid = t.uids().await?[1];
    let command = UidFetch::new(uid, FetchItems::new().section(Section::Full));
    let mut body = t.client.session().body(command);
    let small = mail::small(2);
    let drained = drain::<L>(&mut body, 7).await?;
    same(
        "octets",
        drained,
        (small.len(), checksum(0, small.as_bytes())),
    )
}

pub(super) async fn chunks_and_size<L: Client>(t: &Case<'_, L>) -> Verdict {
    let message = large(t).await?;
    let mut body = t.client.session().body(full(1));
    let size = L::size(&mut body).await;
    same("size", size, Some(BodySize::Octets(message.len() as u64)))?;
    let mut found = Vec::new();
    while let Some(chunk) = L::chunk(&mut body).await {
        found.extend_from_slice(&chunk?);
    }
    check(found == message, "the octets differ")
}

/// A command behind a body that nobody reads is answered all the same, and no octet is lost.
pub(super) async fn slow_reader<L: Client>(t: &Case<'_, L>) -> Verdict {
    let message = large(t).await?;
    let mut body = t.client.session().body(full(1));
    let first = L::read(&mut body, 100).await?;
    check(!first.is_empty(), "nothing to read")?;
    t.run(Noop).await?;
    let told = t.run(Capability).await?;
    check(!told.is_empty(), "no capabilities")?;
    let (count, _) = drain::<L>(&mut body, 1 << 16).await?;
    same("octets", count + first.len(), message.len())
}

/// With too little room for what nobody reads, the body fails and all else goes on.
pub(super) async fn overrun<L: Client>(t: &Case<'_, L>) -> Verdict {
    use imap_proto_core::encode::Select;
    use imap_proto_core::wire::Limits;
    large(t).await?;
    let limits = Limits::default().max_collected(1 << 20);
    let client = t.connector.connect(|config| config.limits(limits))?;
    client.run(Select::new(t.name("mail"))).await?;
    let mut body = client.session().body(full(1));
    let first = L::read(&mut body, 100).await?;
    check(!first.is_empty(), "nothing to read")?;
    client.run(Noop).await?;
    let Err(error) = drain::<L>(&mut body, 1 << 16).await else {
        return Err(Failure::Failed("no overrun".to_owned()));
    };
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    let overrun = matches!(inner, Some(Error::Overrun));
    check(overrun, format!("not an overrun: {error}"))?;
    client.run(Noop).await?;
    let mut body = client.session().body(full(2));
    let (count, _) = drain::<L>(&mut body, 1 << 16).await?;
    same("octets", count, mail::small(2).len())
}

pub(super) async fn dropped_half_way<L: Client>(t: &Case<'_, L>) -> Verdict {
    large(t).await?;
    for _ in 0..3 {
        let mut body = t.client.session().body(full(1));
        let first = L::read(&mut body, 1000).await?;
        check(!first.is_empty(), "nothing to read")?;
        drop(body);
        let mut body = t.client.session().body(full(2));
        let (count, _) = drain::<L>(&mut body, 1 << 16).await?;
        same("octets", count, mail::small(2).len())?;
    }
    // One that nobody ever looks at.
    drop(t.client.session().body(full(1)));
    t.run(Noop).await?;
    Ok(())
}

/// No such message, no such part, nothing to submit: an end or an error, never a hang.
pub(super) async fn nil_or_missing<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.filled(1).await?;
    let uid = Uid(t.uids().await?[0].0 + 1000);
    let command = UidFetch::new(uid, FetchItems::new().section(Section::Full));
    let mut body = t.client.session().body(command);
    same("size", L::size(&mut body).await, None)?;
    let read = drain::<L>(&mut body, 100).await;
    check(
        !matches!(read, Ok((1.., _))),
        format!("octets of no message: {read:?}"),
    )?;
    let part = Section::Part(SectionPart(vec![7]));
    let command = Fetch::new(SequenceNumber(1), FetchItems::new().section(part));
    let mut body = t.client.session().body(command);
    if let Some(BodySize::Octets(size)) = L::size(&mut body).await {
        same("size of no part", size, 0)?;
    }
    let mut body = t
        .client
        .session()
        .body(Fetch::new(SequenceNumber(1), FetchItems::new()));
    let Some(Err(Error::Submit(SubmitError::EmptyList(_)))) = L::chunk(&mut body).await else {
        return Err(Failure::Failed("an empty list was submitted".to_owned()));
    };
    t.run(Noop).await?;
    Ok(())
}

pub(super) async fn many_at_once<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.filled(20).await?;
    let bodies: Vec<_> = (1..=20)
        .map(|number| t.client.session().body(full(number)))
        .collect();
    for (number, mut body) in (1..).zip(bodies) {
        let message = mail::small(number);
        let expected = (message.len(), checksum(0, message.as_bytes()));
        same("octets", drain::<L>(&mut body, 50).await?, expected)?;
    }
    Ok(())
}
