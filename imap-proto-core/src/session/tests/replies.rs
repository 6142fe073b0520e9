//! Answers: their pieces, their endings, and what dropping does.

use super::super::{BodySize, Error, Flavor as _};
use super::harness::{Kit, Plain, now};
use super::messages::{Message, fetch};
use crate::encode::{Capability, Fetch, FetchItems, MissingAnswer, Noop, Select, SubmitError};
use crate::engine::Ending;
use crate::types::{ByteString, FetchData, Section, SectionData, SequenceNumber};

#[test]
fn two_commands_go_out_at_once_and_end_in_any_order() {
    let (mut kit, session) = Kit::ready();
    let mut first = session.run(Noop);
    let mut second = session.run(Noop);
    assert_eq!(kit.sent(), "A1 NOOP\r\nA2 NOOP\r\n");
    kit.says("A2 OK\r\n");
    assert!(now(|context| first.poll_finish(context)).is_none());
    assert!(now(|context| second.poll_finish(context)).unwrap().is_ok());
    kit.says("A1 NO [OVERQUOTA] full\r\n");
    let error = now(|context| first.poll_finish(context))
        .unwrap()
        .unwrap_err();
    let Error::No(completion) = error else {
        panic!("{error:?}");
    };
    assert_eq!(completion.text.text.as_str(), Some("full"));
}

#[test]
fn a_submit_wakes_the_driver() {
    let (mut kit, session) = Kit::ready();
    kit.turn();
    kit.bell.rung();
    let reply = session.run(Noop);
    assert_eq!(kit.bell.rung(), 1);
    drop(session.run(Noop));
    assert_eq!(kit.bell.rung(), 0, "once is enough");
    kit.turn();
    drop(reply);
    assert_eq!(kit.bell.rung(), 1);
}

#[test]
fn a_held_command_goes_out_in_the_turn_that_releases_it() {
    let (mut kit, session) = Kit::ready();
    // Both are answered alike, so the second is held until the first has its answer.
    let _first = session.run(Capability);
    let _second = session.run(Capability);
    assert_eq!(kit.sent(), "A1 CAPABILITY\r\n");
    let answer = b"* CAPABILITY IMAP4rev1 IDLE\r\nAAAA1 OK done\r\n";
    kit.wire.incoming.extend(answer);
    let turned = kit
        .driver
        .turn(&mut kit.wire, Plain::now(), std::task::Waker::noop());
    assert_eq!(kit.wire.outgoing, b"AAAA2 CAPABILITY\r\n");
    let wait = turned.unwrap().unwrap();
    assert!(!wait.again && !wait.write, "{wait:?}");
}

#[test]
fn what_is_not_sent_ends_in_the_turn_that_tells_why() {
    let (mut kit, session) = Kit::ready();
    let mut select = session.run(Select::new("missing"));
    let flags = FetchItems::new().flags();
    let mut fetch = session.run(Fetch::new(SequenceNumber(1), flags));
    assert_eq!(kit.sent(), "A1 SELECT missing\r\n");
    kit.wire.incoming.extend(b"AAAA1 NO there is none\r\n");
    let turned = kit
        .driver
        .turn(&mut kit.wire, Plain::now(), std::task::Waker::noop());
    assert!(!turned.unwrap().unwrap().again);
    let selected = now(|context| select.poll_finish(context)).expect("it has ended");
    assert!(matches!(selected, Err(Error::No(_))));
    let fetched = now(|context| fetch.poll_finish(context)).expect("it has ended");
    assert!(matches!(fetched, Err(Error::NotSent)));
}

#[test]
fn an_outcome_has_the_condition_whatever_it_is() {
    let (mut kit, session) = Kit::ready();
    let mut reply = session.run(Capability);
    kit.says("* CAPABILITY IMAP4rev1\r\nA1 NO but\r\n");
    let outcome = now(|context| reply.poll_outcome(context)).unwrap().unwrap();
    assert!(outcome.partial.is_some());
    assert!(matches!(outcome.ending, Ending::Completed(_)));
    let mut reply = session.run(Capability);
    kit.says("A2 OK\r\n");
    let error = now(|context| reply.poll_finish(context))
        .unwrap()
        .unwrap_err();
    assert!(matches!(
        error,
        Error::MissingAnswer(MissingAnswer("CAPABILITY"))
    ));
}

#[test]
fn a_mistake_in_the_arguments_comes_out_of_the_wait() {
    let (_kit, session) = Kit::ready();
    let mut reply = session.run(Message::bad());
    let error = now(|context| reply.poll_item(context)).unwrap().unwrap();
    assert!(matches!(
        error,
        Err(Error::Submit(SubmitError::InvalidAtom))
    ));
    assert!(now(|context| reply.poll_item(context)).unwrap().is_none());
}

#[test]
fn pieces_come_one_by_one_and_then_the_no() {
    let (mut kit, session) = Kit::ready();
    let mut reply = session.run(Message::numbers(1..=2));
    kit.says("* 1 FETCH (UID 7)\r\n");
    let item = now(|context| reply.poll_item(context))
        .unwrap()
        .unwrap()
        .unwrap();
    assert_eq!(item.uid.map(|uid| uid.0), Some(7));
    assert!(now(|context| reply.poll_item(context)).is_none());
    kit.says("* 2 FETCH (UID 8)\r\nA1 NO the second is broken\r\n");
    assert!(
        now(|context| reply.poll_item(context))
            .unwrap()
            .unwrap()
            .is_ok()
    );
    let end = now(|context| reply.poll_item(context)).unwrap().unwrap();
    assert!(matches!(end, Err(Error::No(_))));
    assert!(now(|context| reply.poll_item(context)).unwrap().is_none());
}

#[test]
fn a_long_literal_is_put_together_for_a_reply() {
    let (mut kit, session) = Kit::ready();
    let mut reply = session.run(Message::numbers(1..=1));
    let text = "x".repeat(100_000);
    kit.says(format!(
        "* 1 FETCH (UID 7 BODY[] {{100000}}\r\n{text} RFC822.SIZE 100000)\r\n"
    ));
    let item = now(|context| reply.poll_item(context))
        .unwrap()
        .unwrap()
        .unwrap();
    assert_eq!(item.size, Some(100_000));
    let FetchData::Section(SectionData { section, data, .. }) = &item.items[0] else {
        panic!("{:?}", item.items);
    };
    assert_eq!(*section, Section::Full);
    assert_eq!(data.as_ref().map(ByteString::len), Some(100_000));
}

#[test]
fn dropping_a_reply_drains_its_answer() {
    let (mut kit, session) = Kit::ready();
    let reply = session.run(Message::numbers(1..=3));
    let mut after = session.run(Noop);
    kit.says("* 1 FETCH (BODY[] {100000}\r\nabc");
    drop(reply);
    kit.says(fetch("x".repeat(99_997).as_bytes()));
    kit.says("A1 OK\r\nA2 OK\r\n");
    assert!(now(|context| after.poll_finish(context)).unwrap().is_ok());
}

#[test]
fn a_body_comes_in_chunks() {
    let (mut kit, session) = Kit::ready();
    let mut body = session.body(Message::numbers(1..=1));
    assert!(now(|context| body.poll_size(context)).is_none());
    kit.says("* 1 FETCH (BODY[] {100000}\r\nabc");
    let size = now(|context| body.poll_size(context)).unwrap();
    assert_eq!(size, Some(BodySize::Octets(100_000)));
    let chunk = now(|context| body.poll_chunk(context))
        .unwrap()
        .unwrap()
        .unwrap();
    assert_eq!(chunk, "abc");
    kit.says(fetch("x".repeat(99_997).as_bytes()));
    let mut octets = 0;
    while let Some(count) = now(|context| body.poll_read(context, &mut [0; 1000])) {
        octets += count.unwrap();
    }
    assert_eq!(octets, 99_997);
    kit.says("A1 OK\r\n");
    assert_eq!(
        now(|context| body.poll_read(context, &mut [0; 9]))
            .unwrap()
            .unwrap(),
        0
    );
}

#[test]
fn short_absent_and_nil_bodies_come_the_same_way() {
    let (mut kit, session) = Kit::ready();
    let mut body = session.body(Message::numbers(1..=1));
    kit.says("* 1 FETCH (BODY[] \"hi\")\r\nA1 OK\r\n");
    let chunk = now(|context| body.poll_chunk(context))
        .unwrap()
        .unwrap()
        .unwrap();
    assert_eq!(chunk, "hi");
    assert!(now(|context| body.poll_chunk(context)).unwrap().is_none());

    let mut body = session.body(Message::numbers(1..=1));
    kit.says("* 1 FETCH (BODY[] NIL)\r\nA2 OK\r\n");
    assert_eq!(
        now(|context| body.poll_size(context)).unwrap(),
        Some(BodySize::Nil)
    );
    assert!(now(|context| body.poll_chunk(context)).unwrap().is_none());

    let mut body = session.body(Message::numbers(1..=1));
    kit.says("A3 OK\r\n");
    let error = now(|context| body.poll_chunk(context)).unwrap().unwrap();
    assert!(matches!(error, Err(Error::MissingAnswer(_))));
}

#[test]
fn an_upload_waits_for_the_server_and_takes_what_was_announced() {
    let (mut kit, session) = Kit::ready();
    let mut upload = session.upload(Message::append(5));
    assert_eq!(upload.remaining(), 5);
    assert!(now(|context| upload.poll_ready(context)).is_none());
    assert_eq!(kit.sent(), "A1 APPEND {5}\r\n");
    assert!(now(|context| upload.poll_ready(context)).is_none());
    kit.says("+ go\r\n");
    assert_eq!(now(|context| upload.poll_ready(context)).unwrap(), Some(5));
    upload.push("hello".into()).unwrap();
    assert_eq!(now(|context| upload.poll_ready(context)).unwrap(), None);
    let mut reply = upload.finish();
    assert_eq!(kit.sent(), "hello\r\n");
    kit.says("A1 OK\r\n");
    assert!(now(|context| reply.poll_finish(context)).unwrap().is_ok());
}

#[test]
fn a_refused_upload_takes_nothing_and_tells_why() {
    let (mut kit, session) = Kit::ready();
    let mut upload = session.upload(Message::append(5));
    kit.sent();
    kit.says("A1 NO [TRYCREATE] no such mailbox\r\n");
    assert_eq!(now(|context| upload.poll_ready(context)).unwrap(), None);
    let mut reply = upload.finish();
    let error = now(|context| reply.poll_finish(context))
        .unwrap()
        .unwrap_err();
    assert!(matches!(error, Error::No(_)));
    let mut after = session.run(Noop);
    assert_eq!(kit.sent(), "A2 NOOP\r\n");
    kit.says("A2 OK\r\n");
    assert!(now(|context| after.poll_finish(context)).unwrap().is_ok());
}

#[test]
fn an_upload_that_is_dropped_short_ends_the_connection() {
    let (mut kit, session) = Kit::ready();
    let mut upload = session.upload(Message::append(5));
    kit.sent();
    kit.says("+ go\r\n");
    upload.push("he".into()).unwrap();
    drop(upload);
    kit.turn();
    assert!(matches!(kit.last, Err(Error::Connection(..))));
    assert!(session.ended().is_some());
}
