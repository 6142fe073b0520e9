//! Time and loss: what ends in which time, with which error, for everyone who waits; both adapters.

use std::future::Future;
use std::io::ErrorKind;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use imap_proto_core::encode::{Append, AppendMessage};
use imap_proto_core::engine::{ConnectionError, TimeoutReason};
use imap_proto_core::session::ErrorClass;
use imap_tests::scripted::{Peer, Problem, Server};
use imap_transport_std::{Config, Error, Notice};

/// Nothing here may take longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// The configured times.
const SHORT: Duration = Duration::from_millis(400);

fn run<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().unwrap();
    let result = runtime.block_on(async { tokio::time::timeout(PATIENCE, future).await });
    result.expect("no hang")
}

fn config(server: &Server) -> Config {
    let config = Config::unencrypted("127.0.0.1").with_port(server.port());
    let mut timeouts = config.current_timeouts().clone();
    timeouts.command = SHORT;
    timeouts.logout = SHORT;
    timeouts.idle_delay = Duration::ZERO;
    timeouts.idle_refresh = SHORT;
    config.timeouts(timeouts)
}

/// A server that greets, and then does what it is told.
fn server(then: impl FnOnce(&mut Peer) -> Result<(), Problem> + Send + 'static) -> Server {
    let served = Server::serve(move |peer| {
        peer.say(b"* PREAUTH [CAPABILITY IMAP4rev1 IDLE] hi\r\n")?;
        then(peer)
    });
    served.unwrap()
}

/// Listens and says nothing, until the client leaves.
fn deaf(peer: &mut Peer) -> Result<(), Problem> {
    loop {
        let held = peer.channel().input().len();
        peer.channel().consume(held);
        match peer.channel().fill() {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            // A client that gives up on us may reset the connection; one that stays is a hang.
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return Ok(()),
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// Takes some lines, then the other end is gone, as when its process is killed.
fn dies_after(lines: usize) -> impl FnOnce(&mut Peer) -> Result<(), Problem> + Send + 'static {
    move |peer| {
        for _ in 0..lines {
            peer.line()?;
        }
        peer.channel().sender().cut();
        Ok(())
    }
}

fn is_lost(error: &Error) -> bool {
    let lost = match error {
        Error::Connection(error, _) => *error == ConnectionError::UnexpectedEof,
        Error::Io(..) => true,
        _ => false,
    };
    lost && error.class() == ErrorClass::Connection
}

/// Every command that was under way gets one typed error, the same class, with the last lines; so
/// do those who wait for news, and those who come too late.
#[test]
fn a_killed_peer_fails_each_waiting_call_once_by_std() {
    let server = server(dies_after(3));
    let session = imap_transport_std::connect(config(&server)).unwrap();
    let mut events = session.events();
    let listener = thread::spawn(move || {
        let mut last = None;
        while let Some(Some(notice)) = events.next_timeout(PATIENCE) {
            last = Some(notice);
        }
        last
    });
    let (sender, receiver) = mpsc::channel();
    session
        .noop()
        .then(move |result| sender.send(result.map(drop)).unwrap());
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            let session = session.clone();
            thread::spawn(move || session.noop().wait().unwrap_err())
        })
        .collect();
    let mut errors = vec![receiver.recv_timeout(PATIENCE).unwrap().unwrap_err()];
    errors.extend(waiting.into_iter().map(|thread| thread.join().unwrap()));
    for error in &errors {
        assert!(is_lost(error) && error.log().is_some(), "{error:?}");
    }
    // The callback is called once: its end of the channel is gone.
    assert!(receiver.recv_timeout(PATIENCE).is_err());
    let last = listener.join().unwrap();
    assert!(matches!(last, Some(Notice::Closed(error)) if is_lost(&error)));
    assert!(session.noop().wait().unwrap_err().is_fatal());
    assert!(is_lost(&session.ended().unwrap()));
    server.finish();
}

#[test]
fn a_killed_peer_fails_each_waiting_call_once_by_tokio() {
    let server = server(dies_after(3));
    run(async {
        let session = imap_transport_tokio::connect(config(&server))
            .await
            .unwrap();
        let (one, two, three) = (session.noop(), session.noop(), session.noop());
        let (one, two, three) = tokio::join!(one, two, three);
        for error in [one, two, three].map(Result::unwrap_err) {
            assert!(is_lost(&error) && error.log().is_some(), "{error:?}");
        }
        assert!(session.noop().await.unwrap_err().is_fatal());
        assert!(is_lost(&session.ended().unwrap()));
    });
    server.finish();
}

/// A half-open connection, as far as the client can see: nothing comes any more. The command ends
/// in its time and the connection may go on; IDLE, which has no caller, ends the connection.
#[test]
fn a_silent_peer_ends_commands_and_idle_in_the_configured_time() {
    let late = |error: &Error| matches!(error, Error::TimedOut);
    let expected = ConnectionError::Timeout(TimeoutReason::Idle);
    let dead = |error: &Error| matches!(error, Error::Connection(error, _) if *error == expected);

    let served = server(deaf);
    let session = imap_transport_std::connect(config(&served)).unwrap();
    let began = Instant::now();
    let error = session.noop().wait().unwrap_err();
    assert!(
        late(&error) && error.class() == ErrorClass::Call,
        "{error:?}"
    );
    assert!(began.elapsed() >= SHORT && began.elapsed() < PATIENCE);
    drop(session);
    served.finish();

    let served = server(deaf);
    run(async {
        let session = imap_transport_tokio::connect(config(&served))
            .await
            .unwrap();
        assert!(late(&session.noop().await.unwrap_err()));
    });
    served.finish();

    // IDLE: nobody says `+`, and nobody answers DONE.
    for says_go in [false, true] {
        let idles = move |peer: &mut Peer| {
            peer.line()?;
            if says_go {
                peer.say(b"+ idling\r\n")?;
            }
            deaf(peer)
        };
        let served = server(idles);
        let session = imap_transport_std::connect(config(&served)).unwrap();
        let mut events = session.events();
        let guard = session.idle();
        let mut closed = None;
        while let Some(Some(notice)) = events.next_timeout(PATIENCE) {
            if let Notice::Closed(error) = notice {
                closed = Some(error);
                break;
            }
        }
        let closed = closed.expect("it ends");
        assert!(dead(&closed), "{closed:?}");
        drop((events, guard, session));
        served.finish();

        let served = server(idles);
        run(async {
            let session = imap_transport_tokio::connect(config(&served))
                .await
                .unwrap();
            let _guard = session.idle();
            while session.ended().is_none() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            assert!(dead(&session.ended().unwrap()));
        });
        served.finish();
    }
}

/// A server that stops reading in the middle of an upload.
#[test]
fn an_upload_to_a_server_that_stops_reading_ends_in_the_configured_time() {
    const SIZE: u64 = 64 << 20;
    let stops = |peer: &mut Peer| {
        peer.line()?;
        peer.say(b"+ go on\r\n")?;
        // It reads no more, and stays, until the test is over.
        thread::sleep(3 * SHORT);
        deaf(peer)
    };
    let expected = ConnectionError::Timeout(TimeoutReason::Command);
    let stalled =
        |error: &Error| matches!(error, Error::Connection(error, _) if *error == expected);
    let append = || Append::new("INBOX", AppendMessage::upload(SIZE));

    let served = server(stops);
    let session = imap_transport_std::connect(config(&served)).unwrap();
    let began = Instant::now();
    let error = session
        .upload_from(append(), std::io::repeat(b'x'))
        .unwrap_err();
    assert!(stalled(&error), "{error:?}");
    assert!(began.elapsed() >= SHORT && began.elapsed() < PATIENCE);
    served.finish();

    let served = server(stops);
    run(async {
        let session = imap_transport_tokio::connect(config(&served))
            .await
            .unwrap();
        let source = tokio::io::repeat(b'x');
        let error = session.upload_from(append(), source).await.unwrap_err();
        assert!(stalled(&error), "{error:?}");
    });
    served.finish();
}

/// Ending a session from one thread or task wakes every other, with an error that says it was us.
#[test]
fn an_abort_wakes_everyone() {
    let aborted = |error: Error| {
        assert_eq!(error.class(), ErrorClass::Connection);
        std::io::Error::from(error).kind() == ErrorKind::ConnectionAborted
    };
    let served = server(deaf);
    let patient = |served: &Server| {
        let mut timeouts = config(served).current_timeouts().clone();
        timeouts.command = 10 * PATIENCE;
        config(served).timeouts(timeouts)
    };
    let session = imap_transport_std::connect(patient(&served)).unwrap();
    let (sender, receiver) = mpsc::channel();
    for kind in 0..3 {
        let (session, sender) = (session.clone(), sender.clone());
        thread::spawn(move || {
            let error = match kind {
                0 => session.noop().wait().unwrap_err(),
                1 => session
                    .upload_from(
                        Append::new("x", AppendMessage::upload(9)),
                        &b"123456789"[..],
                    )
                    .unwrap_err(),
                _ => {
                    let mut events = session.events();
                    sender.send(None).unwrap();
                    loop {
                        match events.next_timeout(PATIENCE).expect("it ends") {
                            Some(Notice::Closed(error)) => break error,
                            Some(_) => {}
                            None => panic!("it ends without a reason"),
                        }
                    }
                }
            };
            sender.send(Some(error)).unwrap();
        });
    }
    // The subscriber is there; the others wait for what never comes.
    assert!(receiver.recv_timeout(PATIENCE).unwrap().is_none());
    session.abort_handle().abort();
    for _ in 0..3 {
        let error = receiver.recv_timeout(PATIENCE).expect("all are woken");
        assert!(aborted(error.expect("an error")));
    }
    served.finish();

    let served = server(deaf);
    run(async {
        let session = imap_transport_tokio::connect(patient(&served))
            .await
            .unwrap();
        let waiting: Vec<_> = (0..8)
            .map(|_| {
                let session = session.clone();
                tokio::spawn(async move { session.noop().await.unwrap_err() })
            })
            .collect();
        tokio::task::yield_now().await;
        session.abort_handle().abort();
        for task in waiting {
            assert!(aborted(task.await.unwrap()));
        }
    });
    served.finish();
}

/// LOGOUT by one ends what the others wait for: in good order where the server answers, and with
/// an error that says so for what comes too late.
#[test]
fn a_logout_ends_it_for_all() {
    let polite = |peer: &mut Peer| loop {
        let line = String::from_utf8_lossy(&peer.line()?).into_owned();
        let tag = line.split(' ').next().unwrap_or_default().to_owned();
        if line.ends_with(" LOGOUT\r\n") {
            return peer.say(format!("* BYE\r\n{tag} OK\r\n").as_bytes());
        }
        peer.say(format!("{tag} OK\r\n").as_bytes())?;
    };
    let served = server(polite);
    let session = imap_transport_std::connect(config(&served)).unwrap();
    let (before, out, after) = (session.noop(), session.logout(), session.noop());
    before.wait().unwrap();
    out.wait().unwrap();
    let error = after.wait().unwrap_err();
    assert!(matches!(error, Error::Submit(_)), "{error:?}");
    while session.ended().is_none() {
        thread::yield_now();
    }
    let error = session.noop().wait().unwrap_err();
    assert!(
        error.is_logged_out() && error.class() == ErrorClass::Connection,
        "{error:?}"
    );
    served.finish();
}
