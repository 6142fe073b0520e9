//! Callbacks of the blocking adapter: each may use the session, waiting or not.

use std::sync::mpsc::{Receiver, channel};
use std::thread;

use imap_transport_std::encode::{FetchItems, StatusItems};
use imap_transport_std::types::SequenceNumber;
use imap_transport_std::{Error, ErrorClass, Session};

use crate::kit::{PATIENCE, by_threads};

fn soon<T>(receiver: &Receiver<T>) -> T {
    receiver.recv_timeout(PATIENCE).expect("it is called")
}

/// 1.5: a synchronous command inside a callback deadlocks the seed.
#[test]
fn a_callback_waits_for_another_command() {
    let script = "S: * PREAUTH [CAPABILITY IMAP4rev1] hi
C: $a NOOP
S: $a OK done
C: $b STATUS x (MESSAGES)
S: * STATUS x (MESSAGES 7)
S: $b OK done
C: $c NOOP
S: $c OK done
eof
";
    by_threads(
        script,
        |config| config,
        |session| async move {
            let (sender, receiver) = channel();
            let inner = session.clone();
            session.noop().then(move |result| {
                result.unwrap();
                let status = inner.status("x", StatusItems::new().messages());
                let messages = status.wait().unwrap().messages();
                // Without waiting, and with a callback inside the callback.
                inner.noop().then(move |result| {
                    let name = thread::current().name().map(str::to_owned);
                    sender.send((messages, result.is_ok(), name)).unwrap();
                });
            });
            let (messages, well, name) = soon(&receiver);
            assert_eq!((messages, well), (Some(7), true));
            assert_eq!(name.as_deref(), Some("imap callbacks"));
        },
    );
}

/// 1.15-9: a callback that is told of an error may use the session.
#[test]
fn a_callback_with_an_error_uses_the_session() {
    let script = "S: * PREAUTH [CAPABILITY IMAP4rev1] hi
C: $a NOOP
S: $a BAD no
C: $b NOOP
S: $b OK done
C: $c NOOP
eof
";
    by_threads(
        script,
        |config| config,
        |session: Session| async move {
            let (sender, receiver) = channel();
            let inner = session.clone();
            session.noop().then(move |result| {
                let bad = matches!(result, Err(Error::Bad(_)));
                sender.send((bad, inner.noop().wait().is_ok())).unwrap();
            });
            assert_eq!(soon(&receiver), (true, true));
            // A lost connection is told to callbacks too, and what they then start is refused.
            let (sender, receiver) = channel();
            let inner = session.clone();
            session.noop().then(move |result| {
                let again = inner.noop().wait();
                sender.send((result, again)).unwrap();
            });
            let (lost, again) = soon(&receiver);
            assert_eq!(lost.unwrap_err().class(), ErrorClass::Connection);
            assert_eq!(again.unwrap_err().class(), ErrorClass::Connection);
        },
    );
}

/// 1.4-2, 1.5: commands with callbacks may follow each other on the wire; a mistake in one comes
/// to its callback.
#[test]
fn callbacks_come_in_the_order_of_the_answers() {
    let script = "S: * PREAUTH [CAPABILITY IMAP4rev1] hi
C: $a NOOP
C: $b NOOP
C: $c STATUS x (MESSAGES)
S: $b OK second
S: $a OK first
S: * STATUS x (MESSAGES 1)
S: $c OK done
eof
";
    by_threads(
        script,
        |config| config,
        |session| async move {
            let (sender, receiver) = channel();
            let tell = |what: &'static str| {
                let sender = sender.clone();
                move |well: bool| sender.send((what, well)).unwrap()
            };
            let (one, two, mistake) = (tell("first"), tell("second"), tell("mistake"));
            session.noop().then(move |result| one(result.is_ok()));
            session.noop().then(move |result| two(result.is_ok()));
            session
                .fetch(SequenceNumber(1), FetchItems::new().flags())
                .then(move |result| mistake(matches!(result, Err(Error::Submit(_)))));
            assert_eq!(soon(&receiver), ("mistake", true));
            // All three are waited for now; only this lets the server answer.
            let status = session.status("x", StatusItems::new().messages());
            assert_eq!(status.wait().unwrap().messages(), Some(1));
            assert_eq!(soon(&receiver), ("second", true));
            assert_eq!(soon(&receiver), ("first", true));
        },
    );
}
