//! The work of a client, by our adapters: in a process of its own, so that its CPU time is its own.

use std::time::{Duration, Instant};

use imap_proto_core::types::{FetchResponse, Section, SequenceNumber};
use imap_tests::interop::Client;
use imap_transport_std::encode::{Fetch, FetchItems, Noop, Select};
use imap_transport_std::{Config, Credentials, Error};

use super::work::{CONNECTIONS, FETCHES, NOOPS, ROUNDS, SMALL, Task, print};
use crate::child::cpu_time;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs the work on threads.
pub(super) fn on_threads(task: &Task) -> Result<(), Failure> {
    let config = config(task);
    if !task.compress {
        connections(|| imap_transport_std::connect(config.clone()))?;
    }
    let session = imap_transport_std::connect(config)?;
    // The futures of the blocking adapter are ready when they are first polled.
    tokio::runtime::Builder::new_current_thread()
        .build()?
        .block_on(work(&session, task))?;
    Ok(session.logout().wait()?)
}

/// Runs the work on tokio: on its usual runtime, with the work and the connection in tasks.
pub(super) fn on_tokio(task: &Task) -> Result<(), Failure> {
    let config = config(task);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let connect = || runtime.block_on(imap_transport_tokio::connect(config.clone()));
    if !task.compress {
        connections(connect)?;
    }
    let session = connect()?;
    let task = task.clone();
    runtime.block_on(runtime.spawn(async move {
        work(&session, &task).await?;
        Ok(session.logout().await?)
    }))?
}

fn config(task: &Task) -> Config {
    Config::unencrypted("127.0.0.1")
        .with_port(task.port)
        .credentials(Credentials::password(
            task.user.clone(),
            task.password.clone(),
        ))
        .compress(task.compress)
}

/// Connects and logs in, again and again; only that is measured.
fn connections<S>(connect: impl Fn() -> Result<S, Error>) -> Result<(), Failure> {
    let (mut took, mut used) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..CONNECTIONS {
        let (began, cpu) = (Instant::now(), cpu_time());
        let session = connect()?;
        took += began.elapsed();
        used += cpu_time().saturating_sub(cpu);
        drop(session);
    }
    print(
        "connect",
        CONNECTIONS.into(),
        took,
        used,
        CONNECTIONS.into(),
    );
    Ok(())
}

async fn work<L: Client>(session: &L, task: &Task) -> Result<(), Failure> {
    session.run(Select::new(task.mailbox.as_str())).await?;
    for _ in 0..ROUNDS {
        round(session, task).await?;
    }
    Ok(())
}

async fn round<L: Client>(session: &L, task: &Task) -> Result<(), Failure> {
    let start = || (Instant::now(), cpu_time());
    let (began, cpu) = start();
    for _ in 0..NOOPS {
        session.run(Noop).await?;
    }
    let used = cpu_time().saturating_sub(cpu);
    print("noop", NOOPS.into(), began.elapsed(), used, NOOPS.into());

    let (began, cpu) = start();
    let right = fetches(session).await?;
    let used = cpu_time().saturating_sub(cpu);
    print("fetch", FETCHES.into(), began.elapsed(), used, right);

    let (began, cpu) = start();
    let octets = literal(session).await?;
    let used = cpu_time().saturating_sub(cpu);
    let right = u64::from(octets == task.octets);
    print("literal", task.octets, began.elapsed(), used, right);
    Ok(())
}

/// Submits all at once; counts the answers that are those of their command.
async fn fetches<L: Client>(session: &L) -> Result<u64, Error> {
    let numbers = (0..FETCHES).map(|index| SequenceNumber(2 + index % SMALL));
    let replies: Vec<_> = numbers
        .map(|number| {
            let command = Fetch::new(number, FetchItems::new().flags());
            (number, session.start(command))
        })
        .collect();
    let mut right = 0;
    for (number, reply) in replies {
        let answer: Vec<FetchResponse> = L::finish::<Fetch>(reply).await?;
        let [only] = answer.as_slice() else { continue };
        right += u64::from(only.sequence_number == Some(number) && only.flags.is_some());
    }
    Ok(right)
}

/// Reads the large message as it comes.
async fn literal<L: Client>(session: &L) -> Result<u64, Error> {
    let mut body = session
        .session()
        .fetch_body(SequenceNumber(1), Section::Full);
    let mut octets = 0;
    while let Some(chunk) = L::chunk(&mut body).await {
        octets += chunk?.len() as u64;
    }
    Ok(octets)
}
