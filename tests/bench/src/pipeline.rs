//! Many commands over a far link: at once beside one after the other.

use std::time::{Duration, Instant};

use imap_proto_core::encode::{Fetch, FetchItems, Select};
use imap_proto_core::types::SequenceNumber;
use imap_tests::demo::{Demo, Settings};
use imap_tests::proxy::{Plan, Proxy};
use imap_transport_std::{Config, Credentials, Error, Session, connect};

/// How long each octet is under way, in each direction.
const LATENCY: Duration = Duration::from_millis(20);
/// How many FETCH commands.
const COUNT: u32 = 1000;
/// How many of them are measured one after the other.
const ONE_BY_ONE: u32 = 50;

/// Prints both times and `ratio R`.
pub(crate) fn run() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let demo = Demo::start(Settings::default())?;
    let proxy = Proxy::start(demo.port(), Plan::latency(LATENCY))?;
    let login = Credentials::password("alice", "secret-pass");
    let config = Config::unencrypted("127.0.0.1")
        .with_port(proxy.port())
        .credentials(login);
    let session = connect(config)?;
    let exists = session
        .run(Select::new("INBOX"))
        .wait()?
        .exists
        .unwrap_or(1);
    let together = at_once(&session, exists)?;
    let apart = one_by_one(&session, exists)?;
    let ratio = apart.as_secs_f64() / together.as_secs_f64();
    println!(
        "{COUNT} FETCH over {LATENCY:?} each way: {together:?} at once, {apart:?} one after the other, ratio {ratio:.0}"
    );
    Ok(())
}

fn fetch(number: u32, exists: u32) -> Fetch {
    Fetch::new(
        SequenceNumber(number % exists + 1),
        FetchItems::new().flags(),
    )
}

fn at_once(session: &Session, exists: u32) -> Result<Duration, Error> {
    let began = Instant::now();
    let replies: Vec<_> = (0..COUNT)
        .map(|number| session.run(fetch(number, exists)))
        .collect();
    for reply in replies {
        reply.wait()?;
    }
    Ok(began.elapsed())
}

/// Measures some, and reckons what all of them take.
fn one_by_one(session: &Session, exists: u32) -> Result<Duration, Error> {
    let began = Instant::now();
    for number in 0..ONE_BY_ONE {
        session.run(fetch(number, exists)).wait()?;
    }
    Ok(began.elapsed() * COUNT / ONE_BY_ONE)
}
