//! A1 to A9: what an attacker can say before TLS.

use std::thread;
use std::time::{Duration, Instant};

use imap_proto_core::engine::{ConnectionError, TimeoutReason, Violation};
use imap_tests::certs::{self, Kind};
use imap_tests::scripted::Server;
use imap_transport_std::{Config, Credentials, Error};

use crate::kit::{ADAPTERS, Adapter, Path, command, config, connect, is_tls, refusal, rest};

/// The rule that was broken.
fn violation(error: &Error) -> Violation {
    match error {
        Error::Connection(ConnectionError::Violation(violation), _) => *violation,
        other => panic!("{other:?}"),
    }
}

/// What stands behind the OK of STARTTLS in the same packet.
fn suffixes() -> Vec<Vec<u8>> {
    let mut suffixes: Vec<Vec<u8>> = vec![
        b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n".to_vec(),
        b"* PREAUTH you are in\r\n".to_vec(),
        b"*".to_vec(),
        b"\r\n".to_vec(),
        // The beginning of a TLS record.
        vec![22, 3, 3, 0, 1],
    ];
    suffixes.push(b"* OK still here\r\n".repeat(4000));
    suffixes
}

fn injected(adapter: Adapter) {
    for suffix in suffixes() {
        let server = Server::serve(move |peer| {
            peer.say(b"* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n")?;
            let tag = command(peer, "STARTTLS")?;
            let ok = format!("{tag} OK go ahead\r\n");
            // The client may be gone before all of it is written.
            let _ = peer.say(&[ok.as_bytes(), &suffix].concat());
            match rest(peer) {
                said if said.is_empty() => Ok(()),
                said => Err(format!("{:?}", said.escape_ascii().to_string())),
            }
        });
        let server = server.unwrap();
        let error = refusal(adapter, config(Path::StartTls, server.port()));
        assert_eq!(violation(&error), Violation::ResponseInjection);
        server.finish();
    }
}

#[test]
fn a1_octets_behind_the_ok_of_starttls_are_fatal_by_std() {
    injected(Adapter::Std);
}

#[test]
fn a1_octets_behind_the_ok_of_starttls_are_fatal_by_tokio() {
    injected(Adapter::Tokio);
}

/// The injected text comes when the client is in the handshake: it is no TLS, and nobody's answer.
fn late_injection(adapter: Adapter) {
    let server = Server::serve(|peer| {
        peer.say(b"* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n")?;
        let tag = command(peer, "STARTTLS")?;
        peer.say(format!("{tag} OK go ahead\r\n").as_bytes())?;
        // Not before the client's first message is here, so that it is in the handshake.
        peer.channel().fill().map_err(|error| error.to_string())?;
        peer.say(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n* OK fine\r\n")?;
        let said = rest(peer);
        is_tls(&said)
            .then_some(())
            .ok_or_else(|| "plaintext behind STARTTLS".to_owned())
    });
    let server = server.unwrap();
    let error = refusal(adapter, config(Path::StartTls, server.port()));
    assert!(matches!(error, Error::Tls(..)), "{error:?}");
    server.finish();
}

#[test]
fn a2_plaintext_in_the_handshake_is_an_error_by_std() {
    late_injection(Adapter::Std);
}

#[test]
fn a2_plaintext_in_the_handshake_is_an_error_by_tokio() {
    late_injection(Adapter::Tokio);
}

/// Servers that will not encrypt, or say that they cannot.
fn downgraded(adapter: Adapter) {
    let greetings = [
        "* OK [CAPABILITY IMAP4rev1 STARTTLS] hi",
        "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN LOGIN] no upgrade here",
        "* OK hi",
    ];
    for greeting in greetings {
        for answer in ["NO not today", "BAD what is that"] {
            let server = Server::serve(move |peer| {
                peer.say(format!("{greeting}\r\n").as_bytes())?;
                let tag = command(peer, "STARTTLS")?;
                peer.say(format!("{tag} {answer}\r\n").as_bytes())?;
                let said = rest(peer);
                said.is_empty()
                    .then_some(())
                    .ok_or_else(|| format!("{said:?}"))
            });
            let server = server.unwrap();
            let error = refusal(adapter, config(Path::StartTls, server.port()));
            assert_eq!(violation(&error), Violation::StartTlsRefused);
            server.finish();
        }
    }
}

#[test]
fn a3_a_server_that_will_not_encrypt_is_left_by_std() {
    downgraded(Adapter::Std);
}

#[test]
fn a3_a_server_that_will_not_encrypt_is_left_by_tokio() {
    downgraded(Adapter::Tokio);
}

/// A plain server at the port of TLS: no octet of IMAP is said to it.
#[test]
fn a3_plaintext_at_the_port_of_tls_is_an_error() {
    for adapter in ADAPTERS {
        let server = Server::serve(|peer| {
            peer.say(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n")?;
            let said = rest(peer);
            is_tls(&said)
                .then_some(())
                .ok_or_else(|| "no TLS".to_owned())
        });
        let server = server.unwrap();
        let error = refusal(adapter, config(Path::Tls, server.port()));
        assert!(matches!(error, Error::Tls(..)), "{error:?}");
        server.finish();
    }
}

fn preauthenticated(adapter: Adapter) {
    for greeting in [
        "* PREAUTH hi",
        "* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] hi",
    ] {
        let server = Server::serve(move |peer| {
            peer.say(format!("{greeting}\r\n").as_bytes())?;
            let said = rest(peer);
            said.is_empty()
                .then_some(())
                .ok_or_else(|| format!("{said:?}"))
        });
        let server = server.unwrap();
        let error = refusal(adapter, config(Path::StartTls, server.port()));
        assert_eq!(violation(&error), Violation::PreauthBeforeTls);
        server.finish();
    }
}

#[test]
fn a4_preauth_before_tls_is_fatal_by_std() {
    preauthenticated(Adapter::Std);
}

#[test]
fn a4_preauth_before_tls_is_fatal_by_tokio() {
    preauthenticated(Adapter::Tokio);
}

/// An OK to a command that was not sent, by a tag that looks likely.
#[test]
fn a5_an_ok_out_of_nowhere_is_fatal() {
    for adapter in ADAPTERS {
        for tag in ["A1", "a001", "0", "AAAA0", "1"] {
            let server = Server::serve(move |peer| {
                peer.say(format!("* OK hi\r\n{tag} OK done\r\n").as_bytes())?;
                let said = rest(peer);
                // STARTTLS may have left before the lie came.
                let said = String::from_utf8_lossy(&said).into_owned();
                let fine = said.is_empty() || said.ends_with(" STARTTLS\r\n");
                fine.then_some(()).ok_or(said)
            });
            let server = server.unwrap();
            let error = refusal(adapter, config(Path::StartTls, server.port()));
            assert_eq!(violation(&error), Violation::UnknownTag);
            server.finish();
        }
    }
}

/// Nobody can guess a tag: each connection has a beginning of its own.
#[test]
fn a5_tags_begin_differently_in_each_connection() {
    for adapter in ADAPTERS {
        let mut prefixes = std::collections::HashSet::new();
        for _ in 0..40 {
            let (sender, receiver) = std::sync::mpsc::channel();
            let server = Server::serve(move |peer| {
                peer.say(b"* OK hi\r\n")?;
                let tag = command(peer, "STARTTLS")?;
                sender.send(tag).map_err(|error| error.to_string())
            });
            let server = server.unwrap();
            refusal(adapter, config(Path::StartTls, server.port()));
            prefixes.insert(receiver.recv().unwrap());
            server.finish();
        }
        // Two of 26⁴ prefixes may be equal by chance, in one run of 600.
        assert!(prefixes.len() >= 39, "{prefixes:?}");
    }
}

#[test]
fn a6_mailbox_data_before_tls_is_fatal() {
    let lies = [
        "* LIST () \"/\" Phish",
        "* 1 EXISTS",
        "* 1 FETCH (UID 1)",
        "* SEARCH 1",
    ];
    for adapter in ADAPTERS {
        for lie in lies {
            let server = Server::serve(move |peer| {
                peer.say(format!("* OK hi\r\n{lie}\r\n").as_bytes())?;
                let said = String::from_utf8_lossy(&rest(peer)).into_owned();
                let fine = said.is_empty() || said.ends_with(" STARTTLS\r\n");
                fine.then_some(()).ok_or(said)
            });
            let server = server.unwrap();
            let error = refusal(adapter, config(Path::StartTls, server.port()));
            assert_eq!(violation(&error), Violation::DataBeforeLogin);
            server.finish();
        }
    }
}

/// Whatever was said of capabilities in the clear, and in the OK itself, is asked for again, and
/// what is said inside of TLS decides.
#[test]
fn a7_capabilities_of_the_plaintext_are_forgotten() {
    for adapter in ADAPTERS {
        let server = Server::serve(|peer| {
            let forged = "CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR";
            peer.say(format!("* OK [{forged}] hi\r\n* {forged}\r\n").as_bytes())?;
            let tag = command(peer, "STARTTLS")?;
            peer.say(format!("{tag} OK [{forged}] go\r\n").as_bytes())?;
            let tls = certs::shared().server_config(Kind::Good);
            peer.channel()
                .start_tls(tls)
                .map_err(|error| error.to_string())?;
            let tag = command(peer, "CAPABILITY")?;
            peer.say(format!("* CAPABILITY IMAP4rev1 AUTH=LOGIN\r\n{tag} OK\r\n").as_bytes())?;
            let line = String::from_utf8_lossy(&peer.line()?).into_owned();
            let fine = line.ends_with(" AUTHENTICATE LOGIN\r\n");
            fine.then_some(()).ok_or(line)
        });
        let server = server.unwrap();
        let error = refusal(adapter, config(Path::StartTls, server.port()));
        assert!(!matches!(error, Error::Tls(..)), "{error:?}");
        server.finish();
    }
}

/// A referral or an alert before TLS is text: nothing is dialled, and login is refused.
#[test]
fn a8_a_referral_before_tls_leads_nowhere() {
    let elsewhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let port = elsewhere.local_addr().unwrap().port();
    for adapter in ADAPTERS {
        let server = Server::serve(move |peer| {
            let alert = "* OK [ALERT] call 555-0100 and say your password";
            peer.say(format!("* OK hi\r\n{alert}\r\n").as_bytes())?;
            let tag = command(peer, "STARTTLS")?;
            let url = format!("imap://alice@127.0.0.1:{port}/");
            peer.say(format!("{tag} NO [REFERRAL {url}] try there\r\n").as_bytes())?;
            let said = rest(peer);
            said.is_empty()
                .then_some(())
                .ok_or_else(|| format!("{said:?}"))
        });
        let server = server.unwrap();
        let error = refusal(adapter, config(Path::StartTls, server.port()));
        assert_eq!(violation(&error), Violation::StartTlsRefused);
        server.finish();
        let accepted = elsewhere.accept().map(drop).map_err(|error| error.kind());
        assert_eq!(accepted, Err(std::io::ErrorKind::WouldBlock));
    }
}

/// Silence behind the OK, and in the handshake of implicit TLS.
#[test]
fn a9_a_handshake_that_does_not_come_is_left_in_time() {
    for adapter in ADAPTERS {
        for path in [Path::StartTls, Path::Tls] {
            let server = Server::serve(move |peer| {
                crate::kit::before_tls(peer, path)?;
                let said = rest(peer);
                is_tls(&said)
                    .then_some(())
                    .ok_or_else(|| "no TLS".to_owned())
            });
            let server = server.unwrap();
            let config = soon(config(path, server.port()));
            let began = Instant::now();
            let error = refusal(adapter, config);
            assert!(is_late(&error), "{error:?}");
            assert!(began.elapsed() < Duration::from_secs(10));
            server.finish();
        }
    }
}

/// RUSTSEC-2024-0336: a `close_notify` in the handshake, behind which nothing comes and nothing
/// ends. rustls takes no alert for an end that nobody signed, so the deadline is what ends it.
#[test]
fn a9_a_close_notify_in_the_handshake_is_no_loop() {
    for adapter in ADAPTERS {
        let server = Server::serve(|peer| {
            peer.channel().fill().map_err(|error| error.to_string())?;
            // Alert, TLS 1.2, two octets: warning, close_notify.
            peer.say(&[21, 3, 3, 0, 2, 1, 0])?;
            rest(peer);
            Ok(())
        });
        let server = server.unwrap();
        let config = soon(config(Path::Tls, server.port()));
        let began = Instant::now();
        let error = refusal(adapter, config);
        assert!(is_late(&error), "{error:?}");
        assert!(began.elapsed() < Duration::from_secs(10));
        server.finish();
    }
}

/// A short time for upgrades.
fn soon(config: Config) -> Config {
    let mut timeouts = config.current_timeouts().clone();
    timeouts.upgrade = Duration::from_millis(300);
    config.timeouts(timeouts)
}

fn is_late(error: &Error) -> bool {
    let expected = ConnectionError::Timeout(TimeoutReason::Upgrade);
    matches!(error, Error::Connection(error, _) if *error == expected)
}

/// Nothing is remembered from one connection to the next that another's settings would refuse.
#[test]
fn a11_a_trust_of_one_configuration_is_not_that_of_another() {
    for adapter in ADAPTERS {
        let tls = certs::shared().server_config(Kind::Good);
        let server = Server::run(move |listener| {
            for _ in 0..2 {
                let (stream, _) = listener.accept().map_err(|error| error.to_string())?;
                let channel = imap_tests::channel::Channel::tcp(stream);
                let mut peer =
                    imap_tests::scripted::Peer::new(channel.map_err(|error| error.to_string())?);
                let tls = tls.clone();
                // The second is refused by the client.
                let _ = thread::spawn(move || crate::kit::serve(&mut peer, Path::Tls, tls)).join();
            }
            Ok(())
        });
        let server = server.unwrap();
        let trusting = config(Path::Tls, server.port());
        connect(adapter, trusting.clone()).unwrap();
        let strict = certs::Authority::new("another").roots();
        let strict = trusting.with_tls(imap_transport_std::tls_config(strict).unwrap());
        let error = refusal(adapter, strict);
        assert!(matches!(error, Error::Tls(..)), "{error:?}");
        server.finish();
    }
}

/// Without encryption asked for, none is made up, and with it none is left out: the security that
/// a session reports is that of its stream.
#[test]
fn a3_a_password_goes_in_the_clear_only_where_that_was_asked_for() {
    let server = Server::serve(|peer| {
        peer.say(b"* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n")?;
        let tag = command(peer, "LOGIN")?;
        peer.say(format!("{tag} NO\r\n").as_bytes())
    });
    let server = server.unwrap();
    let config = Config::unencrypted("127.0.0.1")
        .with_port(server.port())
        .credentials(Credentials::password("alice", "secret-pass"));
    assert!(matches!(refusal(Adapter::Std, config), Error::Login(_)));
    server.finish();
}
