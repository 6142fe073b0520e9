//! IDLE: what ends a wait, and what keeps it alive.

use std::thread;
use std::time::Duration;

use imap_proto_core::encode::{Noop, Select};
use imap_proto_core::engine::{ConnectionError, TimeoutReason};
use imap_proto_core::session::{Error, IdleEnd, Notice};
use imap_proto_core::types::Data;
use imap_tests::interop::Client;

use crate::kit::{PATIENCE, both, timeouts};

const READY: &str = "S: * PREAUTH [CAPABILITY IMAP4rev1 IDLE] hi
C: $s SELECT INBOX
S: * 3 EXISTS
S: $s OK [READ-WRITE] done
C: $i IDLE
S: + idling
";

/// IDLE begins at once when nothing is in flight.
fn eager(config: imap_proto_core::engine::Config) -> imap_proto_core::engine::Config {
    timeouts(config, |timeouts| {
        timeouts.idle_delay = Duration::from_millis(1);
    })
}

/// 1.9 (b): data ends it, `* OK Still here` does not.
#[test]
fn data_ends_idle_and_an_untagged_ok_does_not() {
    let script = format!(
        "{READY}S: * OK Still here\nS: * 4 EXISTS\nC: DONE\nS: $i OK done\nC: $z LOGOUT\nS: * BYE see you\nS: $z OK\n"
    );
    both!(&script, by_data, eager);
}

async fn by_data<L: Client>(client: L) {
    client.run(Select::new("INBOX")).await.unwrap();
    let end = client.idle(PATIENCE, Notice::is_news).await.unwrap();
    let IdleEnd::Data(Notice::Data { data, .. }) = end else {
        panic!("{end:?}");
    };
    assert_eq!(data, Data::Exists(4));
    assert_eq!(client.session().mailbox().unwrap().exists, 4);
}

/// A wait for one thing passes over others.
#[test]
fn a_predicate_says_what_is_waited_for() {
    let script = format!(
        "{READY}S: * 4 EXISTS\nS: * 2 FETCH (FLAGS (\\Seen))\nS: * 1 EXPUNGE\nC: DONE\nS: $i OK done\nC: $z LOGOUT\nS: * BYE see you\nS: $z OK\n"
    );
    both!(&script, by_predicate, eager);
}

async fn by_predicate<L: Client>(client: L) {
    client.run(Select::new("INBOX")).await.unwrap();
    let expunged = |notice: &Notice| {
        matches!(
            notice,
            Notice::Data {
                data: Data::Expunge(_),
                ..
            }
        )
    };
    let end = client.idle(PATIENCE, expunged).await.unwrap();
    assert!(matches!(end, IdleEnd::Data(notice) if expunged(&notice)));
    assert_eq!(client.session().mailbox().unwrap().exists, 3);
}

/// 1.9 (a): a command of any thread ends it, and is sent behind DONE.
#[test]
fn a_command_of_another_thread_ends_idle() {
    let script = format!(
        "{READY}C: DONE\nS: $i OK done\nC: $n NOOP\nS: * 5 EXISTS\nS: $n OK done\nC: $z LOGOUT\nS: * BYE see you\nS: $z OK\n"
    );
    both!(&script, by_command, eager);
}

async fn by_command<L: Client>(client: L) {
    client.run(Select::new("INBOX")).await.unwrap();
    let session = client.session().clone();
    let other = thread::spawn(move || {
        while !session.is_idling() {
            thread::yield_now();
        }
        let _ = session.run(Noop);
    });
    let end = client.idle(PATIENCE, Notice::is_news).await.unwrap();
    assert!(matches!(end, IdleEnd::Command), "{end:?}");
    other.join().unwrap();
}

/// 1.9 (c): time ends it, which is told apart from news.
#[test]
fn time_ends_idle() {
    let script = format!(
        "{READY}C: DONE\nS: $i OK done\nC: $n NOOP\nS: $n OK done\nC: $z LOGOUT\nS: * BYE see you\nS: $z OK\n"
    );
    both!(&script, by_time, eager);
}

async fn by_time<L: Client>(client: L) {
    client.run(Select::new("INBOX")).await.unwrap();
    // Long enough for IDLE to begin on a busy machine: without it the script fails.
    let end = client.idle(Duration::from_secs(2), |_| false).await;
    assert!(matches!(end, Ok(IdleEnd::Time)), "{end:?}");
    client.run(Noop).await.unwrap();
}

/// The seed lets IDLE end after 29 minutes; here it is renewed by an interval that can be set, and
/// who waits does not notice.
#[test]
fn idle_is_renewed_by_an_interval_that_can_be_set() {
    let script = format!(
        "{READY}C: DONE\nS: $i OK done\nC: $j IDLE\nS: + idling\nC: DONE\nS: $j OK done\nC: $k IDLE\nS: + idling\nS: * 4 EXISTS\nC: DONE\nS: $k OK done\nC: $z LOGOUT\nS: * BYE see you\nS: $z OK\n"
    );
    both!(&script, by_data, |config| {
        timeouts(eager(config), |timeouts| {
            timeouts.idle_refresh = Duration::from_millis(300);
        })
    });
}

/// The seed waits for ever; here the renewal finds that nobody answers.
#[test]
fn a_dead_peer_is_found_while_idle() {
    let script = format!("{READY}C: DONE\ndelay 2500ms\n");
    both!(&script, by_death, |config| {
        timeouts(eager(config), |timeouts| {
            timeouts.idle_refresh = Duration::from_millis(50);
            timeouts.command = Duration::from_secs(1);
        })
    });
}

async fn by_death<L: Client>(client: L) {
    client.run(Select::new("INBOX")).await.unwrap();
    let end = client.idle(PATIENCE, Notice::is_news).await;
    let Err(Error::Connection(error, _)) = end else {
        panic!("{end:?}");
    };
    assert_eq!(error, ConnectionError::Timeout(TimeoutReason::Idle));
}
