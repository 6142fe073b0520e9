//! Waiting in IDLE: for news, until a command, and what it says.

use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use super::super::{Error, IdleEnd, IdleWait, Notice, Session};
use super::harness::{Bell, Kit, Plain, now, pass};
use crate::types::Data;

fn end(wait: &mut IdleWait<Plain>) -> Option<Result<IdleEnd, Error>> {
    now(|context| wait.poll_end(context, Notice::is_news))
}

/// A session in IDLE, and a wait that has not ended.
fn idling() -> (Kit, Session<Plain>, IdleWait<Plain>) {
    let (mut kit, session) = Kit::ready();
    let mut wait = session.idle_wait();
    assert!(end(&mut wait).is_none());
    kit.turn();
    pass(Duration::from_secs(1));
    assert_eq!(kit.sent(), "A1 IDLE\r\n");
    kit.says("+ idling\r\n");
    (kit, session, wait)
}

#[test]
fn news_end_the_wait_and_an_untagged_ok_does_not() {
    let (mut kit, _session, mut wait) = idling();
    kit.says("* OK Still here\r\n");
    assert!(end(&mut wait).is_none());
    kit.says("* 4 EXISTS\r\n");
    let Some(Ok(IdleEnd::Data(Notice::Data { data, .. }))) = end(&mut wait) else {
        panic!("the news did not end it");
    };
    assert_eq!(data, Data::Exists(4));
    drop(wait);
    assert_eq!(kit.sent(), "DONE\r\n");
}

#[test]
fn a_predicate_passes_over_other_news() {
    let (mut kit, _session, mut wait) = idling();
    let expunged = |notice: &Notice| {
        matches!(
            notice,
            Notice::Data {
                data: Data::Expunge(_),
                ..
            }
        )
    };
    kit.says("* 4 EXISTS\r\n");
    assert!(now(|context| wait.poll_end(context, expunged)).is_none());
    kit.says("* 2 EXPUNGE\r\n");
    let found = now(|context| wait.poll_end(context, expunged));
    assert!(matches!(found, Some(Ok(IdleEnd::Data(_)))));
}

#[test]
fn a_command_of_anyone_ends_the_wait_and_wakes_it() {
    let (mut kit, session, mut wait) = idling();
    let bell = Arc::new(Bell::default());
    let waker = Waker::from(Arc::clone(&bell));
    let pending = wait.poll_end(&mut Context::from_waker(&waker), Notice::is_news);
    assert!(pending.is_pending());
    let noop = session.noop();
    assert_eq!(bell.rung(), 1);
    assert!(matches!(end(&mut wait), Some(Ok(IdleEnd::Command))));
    assert_eq!(kit.sent(), "DONE\r\n");
    kit.says("A1 OK\r\n");
    assert_eq!(kit.sent(), "A2 NOOP\r\n");
    drop(noop);
}

#[test]
fn what_came_before_the_command_counts_and_what_it_brings_does_not() {
    let (mut kit, session, mut wait) = idling();
    kit.says("* 4 EXISTS\r\n");
    let noop = session.noop();
    assert_eq!(kit.sent(), "DONE\r\n");
    kit.says("A1 OK\r\n");
    assert_eq!(kit.sent(), "A2 NOOP\r\n");
    kit.says("* 5 EXISTS\r\nA2 OK\r\n");
    let first = end(&mut wait);
    let wanted = Data::Exists(4);
    assert!(matches!(first, Some(Ok(IdleEnd::Data(Notice::Data { data, .. }))) if data == wanted));
    while !matches!(end(&mut wait), Some(Ok(IdleEnd::Command))) {}
    drop(noop);
}

#[test]
fn a_renewal_does_not_end_the_wait_and_a_lost_connection_does() {
    let (mut kit, session, mut wait) = idling();
    pass(Duration::from_secs(29 * 60));
    assert_eq!(kit.sent(), "DONE\r\n");
    kit.says("A1 OK\r\n");
    pass(Duration::from_secs(1));
    assert_eq!(kit.sent(), "A2 IDLE\r\n");
    assert!(end(&mut wait).is_none());
    kit.closes();
    let Some(Err(error)) = end(&mut wait) else {
        panic!("the loss did not end it");
    };
    assert!(error.is_fatal());
    let again = end(&mut session.idle_wait());
    assert!(matches!(again, Some(Err(error)) if error.is_fatal()));
}
