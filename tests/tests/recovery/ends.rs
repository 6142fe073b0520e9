//! What commands that were under way are told when the connection ends.

use imap_tests::scripted::{Peer, Problem};
use imap_transport_std::engine::Ending;
use imap_transport_std::types::SequenceNumber;
use imap_transport_std::{Error, connect};

use crate::kit::{message, preauth, program, run, serve, trusting};

/// How a server ends a connection with a command sent, one half sent, and one not sent.
type End = fn(&mut Peer) -> Result<(), Problem>;

const ENDS: [End; 4] = [
    |_| Ok(()),
    |peer| peer.say(b"* BYE going down\r\n"),
    |peer| peer.say(b"wrong OK nobody asked\r\n"),
    |peer| {
        peer.channel().sender().cut();
        Ok(())
    },
];

/// Reads what can be read: a NOOP, and an APPEND up to the literal that waits for `+`.
fn reads_and(end: End) -> impl FnOnce(&mut Peer) -> Result<(), Problem> {
    move |peer| {
        preauth(peer)?;
        let noop = peer.line()?;
        let append = peer.line()?;
        assert!(noop.ends_with(b" NOOP\r\n") && append.ends_with(b"}\r\n"));
        end(peer)
    }
}

/// RFC 9051 §2.2.1: a server acts on whole commands, so what was not written in full was not done.
#[test]
fn each_command_says_whether_it_can_have_been_done() {
    for end in ENDS {
        let served = serve(vec![program(reads_and(end))]);
        let session = connect(trusting(served.port())).unwrap();
        let sent = session.noop();
        let half = session.append("INBOX", message("half sent"));
        let held = session.create("held back");
        let error = sent.wait().unwrap_err();
        assert!(error.is_fatal() && error.may_have_taken_effect(), "{error}");
        for error in [half.wait().unwrap_err(), held.wait().unwrap_err()] {
            assert!(
                error.is_fatal() && !error.may_have_taken_effect(),
                "{error}"
            );
        }
        let late = session.noop().wait().unwrap_err();
        assert!(late.is_fatal() && !late.may_have_taken_effect(), "{late}");
        // Of all that was sent, something can have been done.
        assert!(session.ended().unwrap().may_have_taken_effect());
        served.finish();

        let served = serve(vec![program(reads_and(end))]);
        run(async {
            let session = imap_transport_tokio::connect(trusting(served.port()))
                .await
                .unwrap();
            let sent = session.noop();
            let half = session.append("INBOX", message("half sent"));
            let held = session.create("held back");
            assert!(sent.await.unwrap_err().may_have_taken_effect());
            assert!(!half.await.unwrap_err().may_have_taken_effect());
            assert!(!held.await.unwrap_err().may_have_taken_effect());
        });
        served.finish();
    }
}

/// The same by pieces, by outcome and by octets.
#[test]
fn every_way_to_wait_tells_it() {
    let served = serve(vec![program(|peer| {
        preauth(peer)?;
        let tag = crate::kit::command(peer, "SELECT")?;
        peer.say(format!("* 1 EXISTS\r\n{tag} OK\r\n").as_bytes())?;
        peer.line()?;
        peer.line().map(drop)
    })]);
    let session = connect(trusting(served.port())).unwrap();
    session.select("INBOX").wait().unwrap();
    let sent = session.list("", "*");
    let half = session.append("INBOX", message("half sent"));
    let pieces = session.lsub("", "*");
    let mut body = session.fetch_body(SequenceNumber(1), imap_transport_std::types::Section::Full);
    let outcome = sent.outcome().unwrap();
    assert!(outcome.sent);
    assert!(matches!(outcome.ending, Ending::Unfinished(_)));
    assert!(!half.outcome().unwrap().sent);
    let last = pieces.into_iter().last().unwrap().unwrap_err();
    assert!(!last.may_have_taken_effect());
    let error = std::io::Read::read(&mut body, &mut [0; 9]).unwrap_err();
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Error>());
    assert!(
        inner.is_some_and(|inner| !inner.may_have_taken_effect()),
        "{error}"
    );
    served.finish();
}

/// An answer says it all; so does silence.
#[test]
fn an_answer_is_the_servers_own_word() {
    let served = serve(vec![program(|peer| {
        preauth(peer)?;
        for word in ["NO", "BAD"] {
            let tag = crate::kit::command(peer, "CREATE")?;
            peer.say(format!("{tag} {word} refused\r\n").as_bytes())?;
        }
        peer.line().map(drop)
    })]);
    let session = connect(trusting(served.port())).unwrap();
    for _ in 0..2 {
        let error = session.create("A").wait().unwrap_err();
        assert!(!error.may_have_taken_effect());
    }
    let sent = session.noop();
    served.finish();
    let error = sent.wait().unwrap_err();
    assert!(error.may_have_taken_effect(), "{error}");
}

/// It is we who end the connection; what the server has read it may have done.
#[test]
fn an_abort_is_a_loss_like_any_other() {
    let served = serve(vec![program(|peer| {
        preauth(peer)?;
        let tag = crate::kit::command(peer, "NOOP")?;
        peer.say(format!("{tag} OK\r\n").as_bytes())?;
        crate::kit::command(peer, "CREATE sent")?;
        peer.say(b"* OK it came\r\n")?;
        while peer.line().is_ok() {}
        Ok(())
    })]);
    let session = connect(trusting(served.port())).unwrap();
    session.noop().wait().unwrap();
    let mut events = session.events();
    let sent = session.create("sent");
    // The server has it: it says so.
    assert!(events.next_timeout(crate::kit::PATIENCE).is_some());
    session.abort_handle().abort();
    let error = sent.wait().unwrap_err();
    assert!(matches!(error, Error::Io(..)), "{error}");
    assert!(error.may_have_taken_effect());
    served.finish();
}
