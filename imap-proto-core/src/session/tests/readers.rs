//! Slow readers, subscribers, and the end of the last handle.

use std::fmt::Write as _;
use std::time::Duration;

use super::super::{Error, Notice};
use super::harness::{Kit, now, pass};
use super::messages::Message;
use crate::encode::Noop;
use crate::engine::Config;
use crate::types::Data;
use crate::wire::Limits;

/// FETCH responses of 1 KiB by weight each.
fn flood(count: usize) -> String {
    let mut text = String::new();
    for number in 1..=count {
        let _ = write!(text, "* {number} FETCH (UID {number})\r\n");
    }
    text
}

#[test]
fn a_full_reply_stops_reading_until_it_is_read() {
    let (mut kit, session) = Kit::ready();
    let mut reply = session.run(Message::numbers(1..=1000));
    kit.says(flood(1000) + "A1 OK\r\n");
    assert!(!kit.reads());
    pass(Duration::from_secs(3600));
    kit.turn();
    assert!(!kit.reads(), "nobody else waits");
    kit.bell.rung();
    assert!(
        now(|context| reply.poll_item(context))
            .unwrap()
            .unwrap()
            .is_ok()
    );
    assert_eq!(kit.bell.rung(), 1, "there is room again");
    kit.turn();
    let mut count = 1;
    loop {
        match now(|context| reply.poll_item(context)) {
            Some(Some(item)) => {
                item.unwrap();
                count += 1;
            }
            Some(None) => break,
            None => kit.turn(),
        }
    }
    assert_eq!(count, 1000);
}

#[test]
fn a_stalled_reader_is_read_past_when_others_wait() {
    let (mut kit, session) = Kit::ready();
    let reply = session.run(Message::numbers(1..=1000));
    kit.says(flood(1000) + "A1 OK\r\nA2 OK\r\n");
    let mut noop = session.run(Noop);
    kit.turn();
    let Ok(Some(wait)) = kit.last else { panic!() };
    assert!(wait.deadline.is_some() && !wait.read);
    assert!(now(|context| noop.poll_finish(context)).is_none());
    pass(Duration::from_secs(2));
    kit.turn();
    assert!(now(|context| noop.poll_finish(context)).unwrap().is_ok());
    let mut reply = reply;
    let all = now(|context| reply.poll_finish(context)).unwrap().unwrap();
    assert_eq!(all.len(), 1000);
}

#[test]
fn a_stalled_reader_overruns_and_others_go_on() {
    let config = Config::preauthenticated().limits(Limits::default().max_collected(400 * 1024));
    let (mut kit, session) = Kit::ready_with(config);
    let mut reply = session.run(Message::numbers(1..=1000));
    let mut noop = session.run(Noop);
    kit.says(flood(1000) + "A1 OK\r\nA2 OK\r\n");
    pass(Duration::from_secs(2));
    kit.turn();
    assert!(now(|context| noop.poll_finish(context)).unwrap().is_ok());
    let mut count = 0;
    let end = loop {
        match now(|context| reply.poll_item(context)).unwrap().unwrap() {
            Ok(_) => count += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(end, Error::Overrun));
    assert_eq!(count, 401);
}

#[test]
fn an_answer_beyond_the_limit_is_not_collected() {
    let config = Config::preauthenticated().limits(Limits::default().max_collected(100 * 1024));
    let (mut kit, session) = Kit::ready_with(config);
    let mut reply = session.run(Message::numbers(1..=200));
    kit.says(flood(50));
    assert!(now(|context| reply.poll_finish(context)).is_none());
    kit.says(flood(90));
    let error = now(|context| reply.poll_finish(context))
        .unwrap()
        .unwrap_err();
    assert!(matches!(error, Error::Collected));
}

#[test]
fn subscribers_see_news_and_changes_that_answer_a_command() {
    let (mut kit, session) = Kit::ready();
    let mut events = session.notices();
    let mut fetch = session.run(Message::numbers(1..=1));
    kit.says("* 5 EXISTS\r\n* 1 FETCH (FLAGS (\\Seen) UID 3 RFC822.SIZE 9)\r\nA1 OK done\r\n");
    let Some(Notice::Data { data, claimed, .. }) =
        now(|context| events.poll_notice(context)).unwrap()
    else {
        panic!();
    };
    assert_eq!((data, claimed), (Data::Exists(5), false));
    let Some(Notice::Data {
        data: Data::Fetch(news),
        claimed,
        ..
    }) = now(|context| events.poll_notice(context)).unwrap()
    else {
        panic!();
    };
    assert!(claimed && news.flags.is_some() && news.size.is_none());
    assert_eq!(
        now(|context| fetch.poll_finish(context)).unwrap().unwrap()[0].size,
        Some(9)
    );
    assert!(now(|context| events.poll_notice(context)).is_none());
    kit.closes();
    let last = now(|context| events.poll_notice(context)).unwrap();
    assert!(matches!(last, Some(Notice::Closed(_))));
    assert!(
        now(|context| events.poll_notice(context))
            .unwrap()
            .is_none()
    );
}

#[test]
fn a_subscriber_that_does_not_read_holds_the_server_up_but_no_command() {
    let (mut kit, session) = Kit::ready();
    let mut events = session.notices();
    let news = "* 1 EXISTS\r\n".repeat(1000);
    kit.says(&news);
    assert!(!kit.reads());
    let mut noop = session.run(Noop);
    kit.says("A1 OK done\r\n");
    assert!(now(|context| noop.poll_finish(context)).is_none());
    pass(Duration::from_secs(2));
    kit.turn();
    assert!(now(|context| noop.poll_finish(context)).unwrap().is_ok());
    let mut seen = 0;
    let missed = loop {
        match now(|context| events.poll_notice(context)).unwrap().unwrap() {
            Notice::Data { .. } => seen += 1,
            Notice::Lagged(missed) => break missed,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((seen, seen + missed), (256, 1000));
}

#[test]
fn the_last_handle_logs_out_and_what_runs_is_finished() {
    let (mut kit, session) = Kit::ready();
    let events = session.notices();
    let reply = session.run(Noop);
    drop((session.clone(), session));
    assert_eq!(kit.sent(), "A1 NOOP\r\n");
    drop((reply, events));
    kit.says("A1 OK\r\n");
    assert_eq!(kit.sent(), "A2 LOGOUT\r\n");
    kit.says("* BYE\r\nA2 OK\r\n");
    kit.closes();
    assert!(matches!(kit.last, Ok(None)));
}

#[test]
fn a_server_that_does_not_answer_logout_is_left() {
    let (mut kit, session) = Kit::ready();
    drop(session);
    assert_eq!(kit.sent(), "A1 LOGOUT\r\n");
    let Ok(Some(wait)) = kit.last else { panic!() };
    assert!(wait.deadline.is_some());
    pass(Duration::from_secs(6));
    kit.turn();
    assert!(!matches!(kit.last, Ok(Some(_))));
}

#[test]
fn idle_runs_while_the_guard_lives() {
    let (mut kit, session) = Kit::ready();
    let guard = session.idle();
    let second = session.idle();
    kit.turn();
    pass(Duration::from_secs(1));
    assert_eq!(kit.sent(), "A1 IDLE\r\n");
    kit.says("+ idling\r\n");
    assert!(session.is_idling());
    drop(second);
    assert_eq!(kit.sent(), "");
    let mut noop = session.run(Noop);
    assert_eq!(kit.sent(), "DONE\r\n");
    kit.says("A1 OK\r\n");
    assert_eq!(kit.sent(), "A2 NOOP\r\n");
    drop(guard);
    kit.says("A2 OK\r\n");
    assert!(now(|context| noop.poll_finish(context)).unwrap().is_ok());
    pass(Duration::from_secs(600));
    assert_eq!(kit.sent(), "");
}

/// The wish may end at any moment; the command that follows is sent all the same.
#[test]
fn a_command_behind_the_end_of_the_wish_for_idle_is_sent() {
    for turns_between in [false, true] {
        let (mut kit, session) = Kit::ready();
        let guard = session.idle();
        kit.turn();
        pass(Duration::from_secs(1));
        assert_eq!(kit.sent(), "A1 IDLE\r\n");
        kit.says("+ idling\r\n* 1 EXISTS\r\n");
        drop(guard);
        if turns_between {
            assert_eq!(kit.sent(), "DONE\r\n");
        }
        let mut noop = session.noop();
        if !turns_between {
            assert_eq!(kit.sent(), "DONE\r\n");
        }
        kit.says("A1 OK\r\n");
        assert_eq!(kit.sent(), "A2 NOOP\r\n", "{turns_between}");
        kit.says("A2 OK\r\n");
        assert!(now(|context| noop.poll_finish(context)).unwrap().is_ok());
    }
}
