//! The same work by our adapters, by other clients of Rust and by a bare socket, from end to end over loopback.
//!
//! The server is a process that says what was made beforehand. Each client does each work in a process of its own, which
//! tells its processor time and by how much its memory grew at the highest. All have their turn three times, and the least
//! counts, for every client: what disturbs a machine only ever adds. Work whose answer is not right is told as wrong.
//!
//! | work | what is asked for |
//! |---|---|
//! | `envelopes` | 20,000 envelopes, all kept |
//! | `search` | a SEARCH that finds a million messages |
//! | `list` | 20 times a LIST of 5,000 mailboxes |
//! | `body` | a message of 64 MiB, kept whole |
//! | `stream` | a message of 256 MiB, looked at as it comes; clients that cannot do that keep it |
//! | `bodies` | 1,000 messages of 64 KiB, all kept |
//!
//! Promised is that both adapters take less processor time than each peer; for bodies that are kept, at most a tenth more
//! than the bare socket that keeps them, which no peer's parser adds much to; and 1 MiB of memory for one that is streamed.

mod async_imap;
mod imap;
mod ours;
mod raw;
mod server;
mod work;

use crate::child::{Server, itself, printed};
use std::fmt::Write as _;
use work::{Took, WORKS, Work};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The first argument of the processes that this program starts of itself.
pub(crate) const CHILD: &str = "clients-child";
/// How often each client has its turn.
const PASSES: usize = 3;
/// Ours, the peers, and the limits: what a socket takes that keeps nothing, and one that keeps all.
const CLIENTS: [&str; 6] = ["std", "tokio", "imap", "async-imap", "raw", "raw-keep"];
const OURS: usize = 2;
const PEERS: usize = 2;
/// How much of the time of a socket that keeps all a body may take that is kept.
const KEPT: f64 = 1.1;
/// By how much memory may grow while a body is streamed.
const STREAMED: u64 = 1024 * 1024;

/// Runs all, or the works whose names hold a word; true when all that is promised was measured.
pub(crate) fn run(only: Option<&str>) -> Result<bool, Failure> {
    let server = Server::start(CHILD)?;
    let mut kept = true;
    for work in WORKS {
        if only.is_some_and(|only| !work.name().contains(only)) {
            continue;
        }
        let mut best: Vec<Option<Took>> = vec![None; CLIENTS.len()];
        for _ in 0..PASSES {
            for (client, best) in CLIENTS.iter().zip(&mut best) {
                let took = measure(client, work, server.port)?;
                *best = Some(best.map_or(took, |best| best.least(took)));
            }
        }
        let best: Vec<Took> = best.into_iter().flatten().collect();
        kept &= report(work, &best);
    }
    Ok(kept)
}

/// The work of one process: a client, or the server.
pub(crate) fn child(arguments: &[String]) -> Result<(), Failure> {
    let [name, rest @ ..] = arguments else {
        return Err("no client".into());
    };
    if name == "server" {
        return Ok(server::run()?);
    }
    let [work, port] = rest else {
        return Err("bad arguments".into());
    };
    let work = Work::named(work).ok_or("no such work")?;
    let port = port.parse()?;
    match name.as_str() {
        "std" => ours::on_threads(work, port),
        "tokio" => ours::on_tokio(work, port),
        "imap" => imap::run(work, port),
        "async-imap" => async_imap::run(work, port),
        "raw" => Ok(raw::run(work, port, false)?),
        _ => Ok(raw::run(work, port, true)?),
    }
}

fn measure(client: &str, work: Work, port: u16) -> Result<Took, Failure> {
    let mut command = itself()?;
    command.args([CHILD, client, work.name(), &port.to_string()]);
    let text = printed(client, &mut command)?;
    Took::parse(text.trim()).ok_or_else(|| format!("{client} printed {text:?}").into())
}

/// Prints a line for the work; true when all was as promised.
fn report(work: Work, took: &[Took]) -> bool {
    let (ours, others) = took.split_at(OURS.min(took.len()));
    let peers = others.get(..PEERS).unwrap_or_default();
    let least = peers
        .iter()
        .map(|peer| peer.cpu)
        .fold(f64::INFINITY, f64::min);
    let mut kept = true;
    let mut line = work.name().to_owned();
    for (index, (client, took)) in CLIENTS.iter().zip(took).enumerate() {
        let mark = if took.right { "" } else { " WRONG" };
        let _ = write!(
            line,
            "{} {client} {:.1} ms CPU +{} KiB{mark}",
            if index == 0 { ":" } else { ";" },
            took.cpu * 1e3,
            took.grown / 1024,
        );
    }
    let limit = match (work, took.last()) {
        (Work::Body | Work::Bodies, Some(keeps)) => keeps.cpu * KEPT,
        _ => least,
    };
    for (client, took) in CLIENTS.iter().zip(ours) {
        let streams = work != Work::Stream || took.grown <= STREAMED;
        let as_promised = took.right && took.cpu < limit && streams;
        kept &= as_promised;
        let mark = if as_promised { "" } else { " MISSED" };
        let _ = write!(line, "; {client} ratio {:.1}{mark}", least / took.cpu);
    }
    println!("{line}");
    kept
}
