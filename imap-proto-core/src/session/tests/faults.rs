//! Streams that give one octet, block, or fail at any call.

use super::super::{Error, Events, Notice, Reply, Session};
use super::harness::{Kit, Plain, Wire, now};
use super::messages::Message;
use crate::encode::{Command, Noop};
use crate::engine::{Config, Credentials};

const GREETING: &str = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi\r\n";
const LOGIN: &str = "A0 OK [CAPABILITY IMAP4rev1] in\r\n";
const ANSWERS: &str = "* 1 FETCH (UID 7)\r\n* 2 EXISTS\r\nA1 OK\r\nA2 OK\r\n";

/// What a session was asked for.
type Handles = (Reply<Message>, Reply<Noop>, Events);
type Opened = Option<Result<Session<Plain>, Error>>;

/// A whole dialogue over a wire that may fail: what became of the session and its replies.
fn dialogue(wire: Wire) -> (Kit, Opened, Option<Handles>) {
    let config = Config::unencrypted("localhost").credentials(Credentials::password("u", "p"));
    let (mut kit, mut opening) = Kit::new(config);
    kit.wire = wire;
    kit.says(GREETING);
    kit.says(LOGIN);
    let opened = now(|context| opening.poll_open(context));
    let handles = match &opened {
        Some(Ok(session)) => {
            let events = session.notices();
            let handles = (
                session.run(Message::numbers(1..=2)),
                session.run(Noop),
                events,
            );
            kit.turn();
            kit.says(ANSWERS);
            Some(handles)
        }
        _ => None,
    };
    (kit, opened, handles)
}

fn ends<C: Command>(reply: &mut Reply<C>) -> bool {
    now(|context| reply.poll_finish(context))
        .expect("it has ended")
        .is_ok()
}

#[test]
fn one_octet_at_a_time_and_blocking_in_between_changes_nothing() {
    for (step, stutters) in [(Some(1), false), (None, true), (Some(1), true)] {
        let wire = Wire {
            step,
            stutters,
            ..Wire::default()
        };
        let (mut kit, opened, handles) = dialogue(wire);
        assert!(opened.is_some_and(|opened| opened.is_ok()));
        let (mut fetch, mut noop, mut events) = handles.unwrap();
        assert!(ends(&mut fetch) && ends(&mut noop));
        let news = now(|context| events.poll_notice(context)).unwrap();
        assert!(matches!(news, Some(Notice::Data { .. })));
        assert_eq!(
            kit.sent(),
            "A0 AUTHENTICATE PLAIN AHUAcA==\r\nA1 FETCH\r\nA2 NOOP\r\n"
        );
    }
}

/// Whichever call fails first: everyone who waits is told, once, and nothing hangs.
#[test]
fn an_error_at_any_call_reaches_everyone() {
    let (mut refused, mut lost, mut done) = (0, 0, 0);
    for fail_after in 0..200 {
        let wire = Wire {
            step: Some(7),
            fail_after: Some(fail_after),
            ..Wire::default()
        };
        let (mut kit, opened, handles) = dialogue(wire);
        match opened.expect("the opening has an end") {
            Err(error) => {
                assert!(error.is_fatal(), "{error:?}");
                refused += 1;
            }
            Ok(session) => {
                let (mut fetch, mut noop, events) = handles.unwrap();
                let ok = [ends(&mut fetch), ends(&mut noop)];
                if ok == [true, true] {
                    done += 1;
                } else {
                    lost += 1;
                    assert!(session.ended().is_some());
                    let mut late = session.run(Noop);
                    assert!(!ends(&mut late));
                }
                drop((session, events));
            }
        }
        kit.turn();
        assert!(!matches!(kit.last, Ok(Some(wait)) if wait.again));
    }
    assert!(
        refused > 0 && lost > 0 && done > 0,
        "{refused} {lost} {done}"
    );
}

#[test]
fn a_driver_that_is_dropped_tells_everyone() {
    let (kit, session) = Kit::ready();
    let mut noop = session.run(Noop);
    let mut events = session.notices();
    drop(kit);
    let error = now(|context| noop.poll_finish(context))
        .unwrap()
        .unwrap_err();
    assert!(matches!(error, Error::Io(..)));
    let last = now(|context| events.poll_notice(context)).unwrap();
    assert!(matches!(last, Some(Notice::Closed(Error::Io(..)))));
}

/// A server that says BYE and closes at once resets the writes that follow: the BYE is what
/// counts.
#[test]
fn a_bye_is_seen_behind_a_broken_write() {
    let (mut kit, session) = Kit::ready();
    let mut noop = session.run(Noop);
    kit.wire.incoming.extend(b"* BYE shutting down\r\n");
    kit.wire.eof = true;
    kit.wire.fail_after = Some(0);
    let waker = std::task::Waker::noop();
    let first = kit.driver.turn(
        &mut FailsToWrite(&mut kit.wire),
        std::time::Instant::now(),
        waker,
    );
    assert!(first.is_err());
    let error = now(|context| noop.poll_finish(context))
        .unwrap()
        .unwrap_err();
    assert!(error.to_string().contains("shutting down"), "{error}");
}

struct FailsToWrite<'a>(&'a mut Wire);

impl std::io::Read for FailsToWrite<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.fail_after = None;
        self.0.read(buffer)
    }
}

impl std::io::Write for FailsToWrite<'_> {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
