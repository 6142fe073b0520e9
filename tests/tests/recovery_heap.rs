//! What a session that reconnects keeps of each message (docs/recovery.md: about 50 octets).
//!
//! One test in a program of its own, for the allocator counts every thread.

use std::alloc::System;
use std::time::{Duration, Instant};

use imap_tests::scripted::{Peer, Problem, Server, accept};
use imap_transport_std::{Config, ReconnectingSession, Recovery};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const MESSAGES: usize = 100_000;
/// What the documentation says, and a tenth more.
const PROMISED: usize = 55;
const PATIENCE: Duration = Duration::from_secs(300);

/// Octets in use now.
fn heap() -> usize {
    let stats = ALLOCATOR.stats();
    stats
        .bytes_allocated
        .saturating_sub(stats.bytes_deallocated)
}

/// Answers the next command, which must begin so, with lines in front.
fn answer(
    peer: &mut Peer,
    command: &str,
    lines: impl Iterator<Item = String>,
) -> Result<(), Problem> {
    let line = String::from_utf8_lossy(&peer.line()?).into_owned();
    let (tag, rest) = line.split_once(' ').ok_or("no command")?;
    if !rest.starts_with(command) {
        return Err(format!("{rest:?} instead of {command}"));
    }
    for line in lines {
        peer.say(line.as_bytes())?;
    }
    peer.say(format!("{tag} OK done\r\n").as_bytes())
}

#[test]
fn what_is_known_of_a_message_is_small() {
    let server = Server::run(|listener| {
        let mut peer = accept(listener)?;
        peer.say(b"* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n")?;
        let exists = format!("* {MESSAGES} EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n");
        answer(&mut peer, "SELECT", std::iter::once(exists))?;
        let message = |number| format!("* {number} FETCH (UID {} FLAGS (\\Seen))\r\n", number * 3);
        answer(&mut peer, "UID FETCH", (1..=MESSAGES).map(message))?;
        answer(&mut peer, "LOGOUT", std::iter::empty())
    });
    let server = server.unwrap();
    let config = Config::unencrypted("127.0.0.1").with_port(server.port());
    let session = ReconnectingSession::connect(config, Recovery::default()).unwrap();
    let before = heap();
    session.session().unwrap().select("INBOX").wait().unwrap();
    let end = Instant::now() + PATIENCE;
    let known = || session.known().map_or(0, |known| known.messages.len());
    while known() < MESSAGES {
        assert!(Instant::now() < end, "the mailbox is listed");
        std::thread::sleep(Duration::from_millis(20));
    }
    let octets = heap().saturating_sub(before) / MESSAGES;
    println!("{octets} octets a message");
    assert!(
        (20..=PROMISED).contains(&octets),
        "{octets} octets a message"
    );
    session.close().wait().unwrap();
    server.finish();
}
