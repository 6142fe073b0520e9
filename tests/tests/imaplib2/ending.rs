//! How sessions end, and what those who wait are told.

use std::thread;

use imap_proto_core::encode::{
    Fetch, FetchItems, Login, Logout, Noop, Select, Status, StatusItems, SubmitError,
};
use imap_proto_core::engine::{ConnectionError, State};
use imap_proto_core::session::{Error, ErrorClass};
use imap_proto_core::types::{Data, SequenceNumber};
use imap_tests::interop::Client;

use crate::kit::{both, closed, data};

/// 1.11: every waiting call and every later one is told.
#[test]
fn ending_a_session_from_one_thread_wakes_all_others() {
    both!(
        "S: * PREAUTH [CAPABILITY IMAP4rev1] hi
C: $a NOOP
C: $b STATUS x (MESSAGES)
S: * 1 EXISTS
delay 300ms
",
        aborted
    );
}

async fn aborted<L: Client>(client: L) {
    let mut events = client.events();
    let noop = client.start(Noop);
    let status = client.start(Status::new("x", StatusItems::new().messages()));
    data::<L>(&mut events, |data| matches!(data, Data::Exists(1))).await;
    let abort = client.session().abort_handle();
    let other = thread::spawn(move || abort.abort());
    let errors = [
        L::finish::<Noop>(noop).await.unwrap_err(),
        L::finish::<Status>(status).await.unwrap_err(),
        closed::<L>(&mut events).await,
        client.run(Noop).await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.class(), ErrorClass::Connection, "{error}");
        let error = std::io::Error::from(error);
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionAborted);
    }
    other.join().unwrap();
}

/// 1.4-3: BYE and the end of the stream are the end of all that waits, with the server's text.
#[test]
fn bye_ends_what_waits_with_its_text() {
    both!(
        "S: * PREAUTH [CAPABILITY IMAP4rev1] hi
C: $a NOOP
S: * BYE going down
eof
",
        bye
    );
}

async fn bye<L: Client>(client: L) {
    let first = client.run(Noop).await.unwrap_err();
    let later = client.run(Noop).await.unwrap_err();
    for error in [first, later] {
        let Error::Connection(ConnectionError::ClosedByServer { bye }, _) = error else {
            panic!("{error}");
        };
        assert_eq!(bye.text.as_str(), Some("going down"));
    }
    assert_eq!(client.session().state(), State::Closed);
}

/// 1.6 `logout()`: the state, the BYE, and nothing behind it.
#[test]
fn logout_ends_the_session_for_all() {
    both!(
        "S: * PREAUTH [CAPABILITY IMAP4rev1] hi
C: $a LOGOUT
S: * BYE see you
S: $a OK done
",
        logged_out
    );
}

async fn logged_out<L: Client>(client: L) {
    let mut events = client.events();
    client.run(Logout).await.unwrap();
    assert!(closed::<L>(&mut events).await.is_logged_out());
    assert_eq!(client.session().state(), State::Closed);
    let late = client.run(Noop).await.unwrap_err();
    assert!(late.is_logged_out(), "{late}");
}

/// 1.5: NO and BAD are typed, with code and text, and the connection goes on; the wrong state is
/// refused before an octet is written.
#[test]
fn refusals_are_typed_and_the_connection_goes_on() {
    both!(
        "S: * OK [CAPABILITY IMAP4rev1] hi
C: $l LOGIN u p
S: $l NO [AUTHENTICATIONFAILED] wrong
C: $m LOGIN u q
S: $m OK [CAPABILITY IMAP4rev1 IDLE XNEW] in
C: $a NOOP
S: $a BAD what?
C: $s SELECT none
S: $s NO [NONEXISTENT] no such mailbox
C: $z LOGOUT
S: * BYE see you
S: $z OK
",
        refusals
    );
}

async fn refusals<L: Client>(client: L) {
    let session = client.session();
    let all = SequenceNumber(1)..=SequenceNumber(2);
    let early = client.run(Fetch::new(all, FetchItems::new().flags())).await;
    assert!(matches!(early, Err(Error::Submit(SubmitError::WrongState))));
    let wrong = client.run(Login::new("u", "p")).await;
    assert!(matches!(&wrong, Err(Error::No(no)) if no.text.text == "wrong"));
    assert_eq!(session.state(), State::NotAuthenticated);
    client.run(Login::new("u", "q")).await.unwrap();
    // 1.15-11: the code of the OK brings the capabilities up to date.
    assert!(session.capabilities().unwrap().contains("XNEW"));
    let bad = client.run(Noop).await.unwrap_err();
    assert!(matches!(&bad, Error::Bad(bad) if bad.text.text == "what?"));
    assert_eq!(bad.class(), ErrorClass::Call);
    let none = client.run(Select::new("none")).await;
    assert!(matches!(none, Err(Error::No(_))));
    assert_eq!(session.state(), State::Authenticated);
    assert_eq!(session.commands_pending(), 0);
}

/// Dropping a handle gives up the answer, and nothing else.
#[test]
fn a_dropped_handle_costs_nobody_anything() {
    both!(
        "S: * PREAUTH [CAPABILITY IMAP4rev1] hi
C: $a STATUS one (MESSAGES)
C: $b STATUS two (MESSAGES)
C: $c NOOP
S: * STATUS one (MESSAGES 1)
S: $a OK done
S: * STATUS two (MESSAGES 2)
S: $b OK done
S: $c OK done
C: $z LOGOUT
S: * BYE see you
S: $z OK
",
        dropping
    );
}

async fn dropping<L: Client>(client: L) {
    let status = |name: &str| client.start(Status::new(name, StatusItems::new().messages()));
    let one = status("one");
    let two = status("two");
    drop(one);
    client.run(Noop).await.unwrap();
    assert_eq!(L::finish::<Status>(two).await.unwrap().messages(), Some(2));
}
