//! Commands that are repeated, those that never are, and those that each connection begins with.

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::task::Poll;

use imap_tests::scripted::Peer;
use imap_transport_std::encode::{Append, Create, Custom, Language, Noop, Request};
use imap_transport_std::{Notice, ReconnectingSession, RecoveryEvent};

use crate::kit::{
    answer, command, hasty, loses_a_noop, message, preauth, program, run, serve, stays, trusting,
    until, until_lost, until_reconnected,
};

/// Reading is repeated on the next connection, since the caller asked for it.
#[test]
fn a_safe_command_is_repeated_if_asked_for() {
    let programs = || {
        vec![
            loses_a_noop(),
            program(|peer| {
                preauth(peer)?;
                answer(peer, "NOOP")?;
                answer(peer, "LOGOUT")
            }),
        ]
    };
    let served = serve(programs());
    let session = ReconnectingSession::connect(trusting(served.port()), hasty()).unwrap();
    session.run_repeating(|| Noop).wait().unwrap();
    session.close().wait().unwrap();
    served.finish();

    let served = serve(programs());
    run(async {
        use imap_transport_tokio::ReconnectingSession;
        let config = trusting(served.port());
        let session = ReconnectingSession::connect(config, hasty()).await.unwrap();
        session.run_repeating(|| Noop).await.unwrap();
        session.close().await.unwrap();
    });
    served.finish();
}

#[test]
fn nothing_is_repeated_unasked() {
    let served = serve(vec![loses_a_noop(), stays()]);
    let session = ReconnectingSession::connect(trusting(served.port()), hasty()).unwrap();
    let mut events = session.events();
    let error = session.run(Noop).wait().unwrap_err();
    assert!(error.is_fatal() && error.may_have_taken_effect(), "{error}");
    until_lost(&mut events);
    session.session().unwrap();
    session.close().wait().unwrap();
    served.finish();
}

/// What may have been done is not done again, whatever was asked for; what was surely not done is.
#[test]
fn a_change_is_repeated_only_if_it_was_surely_not_made() {
    let served = serve(vec![
        program(|peer| {
            preauth(peer)?;
            // It waits for `+`.
            command(peer, "APPEND").map(drop)
        }),
        program(|peer| {
            preauth(peer)?;
            let tag = command(peer, "APPEND")?;
            peer.say(b"+ go on\r\n")?;
            while !peer.line()?.starts_with(b"Body") {}
            peer.line()?;
            peer.say(format!("{tag} OK\r\n").as_bytes())?;
            command(peer, "CREATE").map(drop)
        }),
        stays(),
    ]);
    let session = ReconnectingSession::connect(trusting(served.port()), hasty()).unwrap();
    let append = || Append::new("INBOX", message("once"));
    session.run_repeating(append).wait().unwrap();
    let error = session
        .run_repeating(|| Create::new("A"))
        .wait()
        .unwrap_err();
    assert!(error.is_fatal() && error.may_have_taken_effect(), "{error}");
    session.session().unwrap();
    session.close().wait().unwrap();
    served.finish();
}

/// A command that ends each connection is not given for ever.
#[test]
fn repeating_has_an_end() {
    let served = serve(vec![loses_a_noop(), loses_a_noop(), loses_a_noop()]);
    let recovery = hasty().repeats(2);
    let session = ReconnectingSession::connect(trusting(served.port()), recovery).unwrap();
    let error = session.run_repeating(|| Noop).wait().unwrap_err();
    assert!(error.is_fatal(), "{error}");
    served.finish();
}

/// The last handle ends it all: with a LOGOUT, and no attempt more.
#[test]
fn dropping_the_last_handle_ends_it() {
    let served = serve(vec![stays()]);
    let session = ReconnectingSession::connect(trusting(served.port()), hasty()).unwrap();
    let other = session.clone();
    let events = session.events();
    drop(session);
    assert!(other.session().is_ok());
    drop(other);
    for event in events {
        assert!(matches!(event, RecoveryEvent::Notice(_)), "{event:?}");
    }
    served.finish();
}

/// What belongs to one connection is asked for on each, before the mailbox is selected again; what is refused is told.
#[test]
fn each_connection_begins_with_what_the_caller_wants() {
    let begins = |peer: &mut Peer| {
        preauth(peer)?;
        answer(peer, "XAPPLEPUSH 1")?;
        let tag = command(peer, "LANGUAGE")?;
        peer.say(format!("{tag} NO [CANNOT] only one\r\n").as_bytes())
    };
    let select = |peer: &mut Peer| {
        let tag = command(peer, "SELECT INBOX")?;
        peer.say(format!("* 0 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n{tag} OK done\r\n").as_bytes())
    };
    let served = serve(vec![
        program(move |peer| {
            begins(peer)?;
            select(peer)?;
            command(peer, "NOOP").map(drop)
        }),
        program(move |peer| {
            begins(peer)?;
            select(peer)?;
            answer(peer, "LOGOUT")
        }),
    ]);
    let counter = Arc::new(AtomicU32::new(0));
    let times = Arc::clone(&counter);
    let push = move || {
        times.fetch_add(1, Ordering::Relaxed);
        Custom::new(Request::new("XAPPLEPUSH").unwrap().space().number(1))
    };
    let recovery = hasty().setup(push).setup(|| Language::new(["de"]));
    let session = ReconnectingSession::connect(trusting(served.port()), recovery).unwrap();
    let mut events = session.events();
    session.session().unwrap().select("INBOX").wait().unwrap();
    session.run(Noop).wait().unwrap_err();
    until_lost(&mut events);
    let refused = until(&mut events, |event| match event {
        RecoveryEvent::SetupRefused(error) => Some(error),
        _ => None,
    });
    assert!(refused.to_string().contains("only one"), "{refused}");
    let mailbox = until_reconnected(&mut events).mailbox;
    assert!(mailbox.changes().is_some(), "{mailbox:?}");
    assert_eq!(counter.load(Ordering::Relaxed), 2);
    session.close().wait().unwrap();
    served.finish();
}

/// Behind BYE a connection takes no command any more, though it is not over: what is given then waits for the next one.
#[test]
fn a_command_behind_bye_waits_for_the_next_connection() {
    let (close, closing) = mpsc::channel::<()>();
    let served = serve(vec![
        program(move |peer| {
            preauth(peer)?;
            answer(peer, "NOOP")?;
            peer.say(b"* BYE restart\r\n")?;
            closing.recv().map_err(|error| error.to_string())
        }),
        program(|peer| {
            preauth(peer)?;
            answer(peer, "NOOP")?;
            answer(peer, "LOGOUT")
        }),
    ]);
    run(async {
        use imap_transport_tokio::ReconnectingSession;
        let config = trusting(served.port());
        let session = ReconnectingSession::connect(config, hasty()).await.unwrap();
        let mut events = session.events();
        session.run(Noop).await.unwrap();
        while !matches!(
            events.next().await.unwrap(),
            RecoveryEvent::Notice(Notice::Bye(_))
        ) {}
        let mut waiting = pin!(session.run_repeating(|| Noop));
        let first = poll_fn(|context| Poll::Ready(waiting.as_mut().poll(context))).await;
        assert!(first.is_pending(), "{first:?}");
        close.send(()).unwrap();
        waiting.await.unwrap();
        session.close().await.unwrap();
    });
    served.finish();
}
