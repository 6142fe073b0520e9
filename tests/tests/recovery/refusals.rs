//! Servers that refuse to be connected to: no storm, and no second try of refused credentials.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use imap_tests::scripted::{Peer, Problem};
use imap_transport_std::{Backoff, Config, Credentials, Error, ReconnectingSession, RecoveryEvent};

use crate::kit::{
    Program, alice, answer, command, hasty, loses_a_noop, program, run, serve, stays, trusting,
    until, until_given_up, until_reconnected,
};

fn greet(peer: &mut Peer) -> Result<(), Problem> {
    peer.say(b"* OK [CAPABILITY IMAP4rev1] hi\r\n")
}

/// Takes the login, and is gone.
fn lets_in() -> Program {
    program(|peer| {
        greet(peer)?;
        let tag = command(peer, "LOGIN")?;
        peer.say(format!("{tag} OK [CAPABILITY IMAP4rev1] in\r\n").as_bytes())
    })
}

/// Refuses the login with these words.
fn refuses(words: &'static str) -> Program {
    program(move |peer| {
        greet(peer)?;
        let tag = command(peer, "LOGIN")?;
        peer.say(format!("{tag} {words}\r\n").as_bytes())
    })
}

/// Takes the login, and a LOGOUT.
fn lets_in_for_good() -> Program {
    program(|peer| {
        greet(peer)?;
        let tag = command(peer, "LOGIN")?;
        peer.say(format!("{tag} OK [CAPABILITY IMAP4rev1] in\r\n").as_bytes())?;
        answer(peer, "LOGOUT")
    })
}

/// The server would fail at a third connection, as it listens no more.
#[test]
fn f5_refused_credentials_are_not_tried_again() {
    for words in ["NO [AUTHENTICATIONFAILED] no", "NO no", "BAD what"] {
        let served = serve(vec![lets_in(), refuses(words)]);
        let session = ReconnectingSession::connect(alice(served.port()), hasty()).unwrap();
        let mut events = session.events();
        let error = until_given_up(&mut events);
        assert!(matches!(error, Error::Login(_)), "{error}");
        assert!(
            events
                .next_timeout(Duration::from_secs(5))
                .unwrap()
                .is_none()
        );
        assert!(matches!(session.session(), Err(Error::Login(_))));
        assert!(session.gave_up().is_some());
        let error = session
            .run(imap_transport_std::encode::Noop)
            .wait()
            .unwrap_err();
        assert!(!error.may_have_taken_effect());
        served.finish();

        let served = serve(vec![lets_in(), refuses(words)]);
        run(async {
            use imap_transport_tokio::ReconnectingSession;
            let session = ReconnectingSession::connect(alice(served.port()), hasty()).await;
            let session = session.unwrap();
            let mut events = session.events();
            let error = loop {
                let event = events.next().await.expect("no end");
                if let RecoveryEvent::GaveUp(error) = event {
                    break error;
                }
            };
            assert!(matches!(error, Error::Login(_)), "{error}");
            assert!(events.next().await.is_none());
            assert!(matches!(session.gave_up(), Some(Error::Login(_))));
        });
        served.finish();
    }
}

/// RFC 5530 §3 `UNAVAILABLE`, `LIMIT`; Exchange says for how long.
#[test]
fn f5_a_busy_server_is_left_alone_for_longer() {
    let served = serve(vec![
        lets_in(),
        refuses("NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded"),
        program(|peer| peer.say(b"* BYE [LIMIT] Too many connections\r\n")),
        refuses("BAD Request is throttled. Suggested Backoff Time: 150 milliseconds"),
        lets_in_for_good(),
    ]);
    let session = ReconnectingSession::connect(alice(served.port()), hasty()).unwrap();
    let mut events = session.events();
    let mut waits = Vec::new();
    let attempts = until(&mut events, |event| match event {
        RecoveryEvent::Waiting { delay, attempt } => {
            waits.push((attempt, delay));
            None
        }
        RecoveryEvent::Reconnected(reconnected) => Some(reconnected.attempts),
        _ => None,
    });
    // The first loss may have come before anybody listened.
    let of = |attempt| waits.iter().find(|(at, _)| *at == attempt).unwrap().1;
    assert!(of(2) >= Duration::from_millis(30), "{waits:?}");
    assert!(of(3) >= Duration::from_millis(30), "{waits:?}");
    assert!(of(4) >= Duration::from_millis(150), "{waits:?}");
    assert_eq!(attempts, 4);
    session.close().wait().unwrap();
    served.finish();
}

#[test]
fn attempts_are_counted() {
    let served = serve(vec![lets_in()]);
    let backoff = Backoff::default()
        .first(Duration::from_millis(1))
        .attempts(3);
    let config = alice(served.port());
    let session = ReconnectingSession::connect(config, hasty().backoff(backoff)).unwrap();
    let mut events = session.events();
    let error = until_given_up(&mut events);
    assert!(matches!(error, Error::Io(..)), "{error}");
    served.finish();
}

/// A server that takes each login and fails at once is not asked ever faster.
#[test]
fn f5_connections_that_do_not_last_count_as_failed() {
    let served = serve(vec![lets_in(), lets_in(), lets_in()]);
    let backoff = Backoff::default()
        .first(Duration::from_millis(1))
        .attempts(3);
    let config = alice(served.port());
    let session = ReconnectingSession::connect(config, hasty().backoff(backoff)).unwrap();
    let mut events = session.events();
    until_given_up(&mut events);
    served.finish();
}

/// A token that is asked for anew at each login.
#[test]
fn each_login_asks_for_fresh_credentials() {
    let served = serve(vec![
        program(|peer| {
            greet(peer)?;
            let tag = command(peer, "LOGIN alice first")?;
            peer.say(format!("{tag} OK [CAPABILITY IMAP4rev1] in\r\n").as_bytes())
        }),
        program(|peer| {
            greet(peer)?;
            let tag = command(peer, "LOGIN alice second")?;
            peer.say(format!("{tag} OK [CAPABILITY IMAP4rev1] in\r\n").as_bytes())?;
            answer(peer, "LOGOUT")
        }),
    ]);
    let asked = AtomicUsize::new(0);
    let credentials = Credentials::each_time(move |_| {
        let password = ["first", "second"][asked.fetch_add(1, Ordering::Relaxed)];
        Credentials::password("alice", password)
    });
    let config = trusting(served.port()).credentials(credentials);
    let session = ReconnectingSession::connect(config, hasty()).unwrap();
    let mut events = session.events();
    until_reconnected(&mut events);
    session.close().wait().unwrap();
    served.finish();
}

/// A caller who knows that the network is back does not wait.
#[test]
fn an_attempt_can_be_hurried() {
    let served = serve(vec![loses_a_noop(), stays()]);
    let config: Config = trusting(served.port());
    let patient = Backoff::default().first(Duration::from_secs(100_000));
    let patient = patient.most(Duration::from_secs(100_000));
    let session = ReconnectingSession::connect(config, hasty().backoff(patient)).unwrap();
    let mut events = session.events();
    session
        .run(imap_transport_std::encode::Noop)
        .wait()
        .unwrap_err();
    until(&mut events, |event| match event {
        RecoveryEvent::Waiting { .. } => Some(()),
        _ => None,
    });
    session.retry_now();
    until_reconnected(&mut events);
    session.close().wait().unwrap();
    served.finish();
}
