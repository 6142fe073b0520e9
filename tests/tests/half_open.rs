//! Peers that are gone in the ways of a real network: a process that was killed, and a way on which nothing passes any
//! more while both ends live. Each ends in the time that was configured, with an error that says what it was.

use std::path::Path;
use std::time::{Duration, Instant};

use imap_proto_core::encode::{Append, AppendMessage, Noop, Select};
use imap_proto_core::engine::{ConnectionError, TimeoutReason};
use imap_proto_core::session::Error;
use imap_proto_core::types::{Section, Uid};
use imap_tests::compare::{Kit, ready};
use imap_tests::proxy::{Direction, Plan, Proxy};
use imap_tests::source_server::Source;
use imap_transport_std::{Config, Timeouts};

/// The time limits of these tests.
const LIMIT: Duration = Duration::from_millis(700);
/// How much later than that it may be on a busy machine.
const LATE: Duration = Duration::from_secs(20);
/// Octets behind which nothing passes.
const STALL: u64 = 1_000_000;

fn config(port: u16) -> Config {
    let mut timeouts = Timeouts::default();
    timeouts.command = LIMIT;
    timeouts.literal = LIMIT;
    Config::unencrypted("127.0.0.1")
        .with_port(port)
        .timeouts(timeouts)
}

fn source() -> Source {
    Source::start(Path::new(env!("CARGO_BIN_EXE_imap-source")), None)
}

fn stalling(source: &Source, to_server: bool) -> Proxy {
    let stalls = Direction {
        stall_after: Some(STALL),
        ..Direction::default()
    };
    let mut plan = Plan::default();
    if to_server {
        plan.to_server = stalls;
    } else {
        plan.to_client = stalls;
    }
    Proxy::start(source.port(), plan).unwrap()
}

fn on_tokio(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(test);
}

/// Reads a body until it fails.
async fn failure<K: Kit>(body: &mut K::Body) -> Error {
    loop {
        match K::chunk(body).await {
            Some(Ok(_)) => {}
            Some(Err(error)) => return error,
            None => panic!("the body ended well"),
        }
    }
}

async fn killed<K: Kit>() {
    let source = source();
    let client = K::open(config(source.port())).await.unwrap();
    client.run(Select::new("INBOX")).await.unwrap();
    let mut body = client.session().uid_fetch_body(Uid(2000), Section::Full);
    K::chunk(&mut body).await.unwrap().unwrap();
    // Dropping it kills the process.
    drop(source);
    let error = failure::<K>(&mut body).await;
    let is_end = matches!(
        error,
        Error::Io(..) | Error::Connection(ConnectionError::UnexpectedEof, _)
    );
    assert!(is_end && error.is_fatal(), "{error:?}");
    assert!(client.run(Noop).await.is_err());
}

async fn half_open<K: Kit>() {
    let source = source();
    let proxy = stalling(&source, false);
    let client = K::open(config(proxy.port())).await.unwrap();
    client.run(Select::new("INBOX")).await.unwrap();
    let mut body = client.session().uid_fetch_body(Uid(2000), Section::Full);
    let began = Instant::now();
    let error = failure::<K>(&mut body).await;
    let is_it = matches!(
        error,
        Error::Connection(ConnectionError::Timeout(TimeoutReason::Literal), _)
    );
    assert!(is_it, "{error:?}");
    assert!(
        (LIMIT..LATE).contains(&began.elapsed()),
        "{:?}",
        began.elapsed()
    );
}

async fn stops_reading<K: Kit>() {
    let source = source();
    let proxy = stalling(&source, true);
    let client = K::open(config(proxy.port())).await.unwrap();
    let message = vec![b'a'; 64 << 20];
    let append = Append::new("INBOX", AppendMessage::upload(message.len() as u64));
    let began = Instant::now();
    let error = client.upload(append, &message).await.unwrap_err();
    let is_it = matches!(error, Error::Connection(ConnectionError::Timeout(_), _));
    assert!(is_it, "{error:?}");
    assert!(
        (LIMIT..LATE).contains(&began.elapsed()),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn a_killed_process_ends_a_body_by_std() {
    ready(killed::<imap_transport_std::Session>());
}

#[test]
fn a_killed_process_ends_a_body_by_tokio() {
    on_tokio(killed::<imap_transport_tokio::Session>());
}

#[test]
fn a_half_open_connection_ends_in_time_by_std() {
    ready(half_open::<imap_transport_std::Session>());
}

#[test]
fn a_half_open_connection_ends_in_time_by_tokio() {
    on_tokio(half_open::<imap_transport_tokio::Session>());
}

#[test]
fn an_upload_that_is_not_read_ends_in_time_by_std() {
    ready(stops_reading::<imap_transport_std::Session>());
}

#[test]
fn an_upload_that_is_not_read_ends_in_time_by_tokio() {
    on_tokio(stops_reading::<imap_transport_tokio::Session>());
}
