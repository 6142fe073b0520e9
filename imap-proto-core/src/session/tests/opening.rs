//! From the greeting to a session, in the fewest round trips.

use std::time::Duration;

use super::super::Error;
use super::harness::{Kit, hold_jobs, now, pass, run_jobs};
use crate::engine::sasl::{Channel, Mechanism, SaslError};
use crate::engine::{Config, ConnectionError, Credentials, State, TimeoutReason, Violation};
use crate::types::{Referral, Secret};

fn config() -> Config {
    Config::unencrypted("localhost").credentials(Credentials::password("u", "p"))
}

/// RFC 4959: one round trip behind the greeting when both sides say all they can.
#[test]
fn login_takes_one_round_trip() {
    let (mut kit, mut opening) = Kit::new(config());
    assert_eq!(kit.sent(), "");
    kit.says("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi\r\n");
    // "\0u\0p" in base64.
    assert_eq!(kit.sent(), "A0 AUTHENTICATE PLAIN AHUAcA==\r\n");
    assert!(now(|context| opening.poll_open(context)).is_none());
    kit.says("A0 OK [CAPABILITY IMAP4rev1 IDLE] in\r\n");
    let session = now(|context| opening.poll_open(context)).unwrap().unwrap();
    assert_eq!(session.state(), State::Authenticated);
    assert!(session.capabilities().unwrap().contains("IDLE"));
    assert_eq!(kit.sent(), "");
}

/// RFC 9755 §6: UTF8=ACCEPT is enabled before anything names a mailbox.
#[test]
fn a_server_of_utf8_only_gets_its_enable() {
    let (mut kit, mut opening) = Kit::new(config());
    kit.says("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi\r\n");
    kit.sent();
    kit.says("A0 OK [CAPABILITY IMAP4rev1 ENABLE UTF8=ONLY] in\r\n");
    assert_eq!(kit.sent(), "A1 ENABLE UTF8=ACCEPT\r\n");
    assert!(now(|context| opening.poll_open(context)).is_none());
    kit.says("* ENABLED UTF8=ACCEPT\r\nA1 OK enabled\r\n");
    let session = now(|context| opening.poll_open(context)).unwrap().unwrap();
    drop(session.create("日本語"));
    assert_eq!(kit.sent(), "A2 CREATE \"日本語\"\r\n");
}

/// RFC 2221 §4.1: the login is accepted, and another server is named all the same.
#[test]
fn a_referral_with_the_login_is_told_and_not_followed() {
    let (mut kit, mut opening) = Kit::new(config());
    kit.says("* OK [CAPABILITY IMAP4rev1] hi\r\n");
    kit.sent();
    kit.says("A0 OK [REFERRAL IMAP://MATTHEW@SERVER2/] mailboxes located on Server2\r\n");
    kit.says("* CAPABILITY IMAP4rev1\r\nA1 OK\r\n");
    let session = now(|context| opening.poll_open(context)).unwrap().unwrap();
    let text = session.login_text().expect("what the server said");
    let referrals: Vec<_> = text.referrals().collect();
    let [Referral::Imap(url)] = referrals.as_slice() else {
        panic!("{referrals:?}");
    };
    assert_eq!(url.server.host, "SERVER2");
    assert_eq!(session.state(), State::Authenticated);
}

#[test]
fn what_the_server_does_not_tell_is_asked() {
    let (mut kit, mut opening) = Kit::new(config());
    kit.says("* OK hi\r\n");
    assert_eq!(kit.sent(), "A0 CAPABILITY\r\n");
    kit.says("* CAPABILITY IMAP4rev1\r\nA0 OK\r\n");
    assert_eq!(kit.sent(), "A1 LOGIN u p\r\n");
    kit.says("A1 OK\r\n");
    assert_eq!(kit.sent(), "A2 CAPABILITY\r\n");
    kit.says("* CAPABILITY IMAP4rev1 UIDPLUS\r\nA2 OK\r\n");
    let session = now(|context| opening.poll_open(context)).unwrap().unwrap();
    assert!(session.capabilities().unwrap().contains("UIDPLUS"));
}

#[test]
fn a_refused_login_is_told_and_the_connection_is_left_by_logout() {
    let (mut kit, mut opening) = Kit::new(config());
    kit.says("* OK [CAPABILITY IMAP4rev1] hi\r\n");
    assert_eq!(kit.sent(), "A0 LOGIN u p\r\n");
    kit.says("A0 NO [AUTHENTICATIONFAILED] wrong\r\n");
    let error = now(|context| opening.poll_open(context))
        .unwrap()
        .unwrap_err();
    let Error::Login(completion) = &error else {
        panic!("{error:?}");
    };
    assert_eq!(completion.text.text.as_str(), Some("wrong"));
    assert!(!format!("{error} {error:?}").contains("u p"));
    drop(opening);
    assert_eq!(kit.sent(), "A1 LOGOUT\r\n");
    kit.says("* BYE see you\r\nA1 OK\r\n");
    kit.closes();
    assert!(matches!(kit.last, Ok(None)));
}

#[test]
fn capability_without_an_answer_is_an_error() {
    let (mut kit, mut opening) = Kit::new(config());
    kit.says("* OK hi\r\n");
    kit.says("A0 OK nothing to tell\r\n");
    let error = now(|context| opening.poll_open(context))
        .unwrap()
        .unwrap_err();
    assert!(matches!(error, Error::MissingAnswer(_)));
}

#[test]
fn a_server_without_a_version_of_imap_is_left() {
    let (mut kit, mut opening) = Kit::new(config());
    kit.says("* OK [CAPABILITY NOTES4] hi\r\n");
    let error = now(|context| opening.poll_open(context))
        .unwrap()
        .unwrap_err();
    let Error::NotImap(capabilities) = error else {
        panic!("{error:?}");
    };
    assert!(capabilities.contains("NOTES4"));
    assert_eq!(kit.sent(), "");
    let (mut kit, mut opening) = Kit::new(Config::unencrypted("localhost"));
    kit.says("* OK [CAPABILITY IMAP4] of 1994\r\n");
    assert!(now(|context| opening.poll_open(context)).unwrap().is_ok());
}

#[test]
fn a_bye_in_place_of_the_greeting_is_passed_on() {
    let (mut kit, mut opening) = Kit::new(config());
    kit.says("* BYE too many connections\r\n");
    kit.closes();
    let error = now(|context| opening.poll_open(context))
        .unwrap()
        .unwrap_err();
    let Error::Connection(ConnectionError::ClosedByServer { bye }, _) = error else {
        panic!("{error:?}");
    };
    assert_eq!(bye.text.as_str(), Some("too many connections"));
}

#[test]
fn silence_ends_the_opening() {
    let (mut kit, mut opening) = Kit::new(config());
    kit.turn();
    let Ok(Some(wait)) = kit.last else { panic!() };
    assert!(wait.deadline.is_some());
    pass(Duration::from_secs(31));
    kit.turn();
    let error = now(|context| opening.poll_open(context))
        .unwrap()
        .unwrap_err();
    assert!(matches!(
        error,
        Error::Connection(ConnectionError::Timeout(TimeoutReason::Greeting), _)
    ));
}

#[test]
fn dropping_the_opening_ends_the_connection() {
    let (mut kit, opening) = Kit::new(config());
    kit.says("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n");
    assert_eq!(kit.sent(), "A0 AUTHENTICATE PLAIN\r\n");
    drop(opening);
    kit.turn();
    assert!(matches!(kit.last, Ok(None)));
}

#[test]
fn id_and_compression_follow_the_login() {
    let config = config().client_id([("name", "test")]).compress(true);
    let (mut kit, mut opening) = Kit::new(config);
    kit.says("* PREAUTH [CAPABILITY IMAP4rev1 ID COMPRESS=DEFLATE] hi\r\n");
    let sent = kit.sent();
    assert!(sent.starts_with("A0 ID (\"name\" \"test\")\r\n"), "{sent}");
    kit.says("* ID NIL\r\nA0 OK\r\n");
    if cfg!(feature = "deflate") {
        assert!(sent.contains("COMPRESS DEFLATE") || kit.sent() == "A1 COMPRESS DEFLATE\r\n");
        kit.says("A1 NO not today\r\n");
    }
    assert!(now(|context| opening.poll_open(context)).unwrap().is_ok());
}

/// Asks for the user, checks what it got.
struct Quiz {
    proven: bool,
}

impl Mechanism for Quiz {
    fn name(&self) -> &'static str {
        "QUIZ"
    }

    fn start(&mut self, channel: &Channel) -> Result<Option<Secret>, SaslError> {
        assert_eq!(channel.host, "localhost");
        Ok(None)
    }

    fn respond(&mut self, challenge: &[u8]) -> Result<Secret, SaslError> {
        match challenge {
            b"who" => Ok(Secret::from("me")),
            b"proof" => {
                self.proven = true;
                Ok(Secret::default())
            }
            _ => Err(SaslError::BadChallenge),
        }
    }

    fn finish(&mut self, _: Option<&[u8]>) -> Result<(), SaslError> {
        if self.proven {
            Ok(())
        } else {
            Err(SaslError::ServerNotAuthenticated)
        }
    }
}

fn quiz() -> Config {
    Config::unencrypted("localhost").credentials(Credentials::mechanism(|| Quiz { proven: false }))
}

/// Challenges and responses are base64 (RFC 9051 §6.2.2): "who" is d2hv, "me" bWU=, "proof"
/// cHJvb2Y=.
#[test]
fn a_mechanism_of_the_callers_own_answers_challenges() {
    let (mut kit, mut opening) = Kit::new(quiz());
    kit.says("* OK [CAPABILITY IMAP4rev1 AUTH=QUIZ] hi\r\n");
    assert_eq!(kit.sent(), "A0 AUTHENTICATE QUIZ\r\n");
    kit.says("+ d2hv\r\n");
    assert_eq!(kit.sent(), "bWU=\r\n");
    kit.says("+ cHJvb2Y=\r\n");
    assert_eq!(kit.sent(), "\r\n");
    kit.says("A0 OK [CAPABILITY IMAP4rev1] in\r\n");
    assert!(now(|context| opening.poll_open(context)).unwrap().is_ok());
}

#[test]
fn a14_an_ok_without_the_servers_proof_is_fatal() {
    let (mut kit, mut opening) = Kit::new(quiz());
    kit.says("* OK [CAPABILITY IMAP4rev1 AUTH=QUIZ] hi\r\n");
    kit.says("+ d2hv\r\nA0 OK in\r\n");
    let error = now(|context| opening.poll_open(context))
        .unwrap()
        .unwrap_err();
    assert!(matches!(
        error,
        Error::Connection(
            ConnectionError::Violation(Violation::ServerNotAuthenticated),
            _
        )
    ));
}

#[test]
fn a_bad_challenge_aborts_the_exchange() {
    let (mut kit, mut opening) = Kit::new(quiz());
    kit.says("* OK [CAPABILITY IMAP4rev1 AUTH=QUIZ] hi\r\n");
    kit.sent();
    kit.says("+ bWU=\r\n");
    assert_eq!(kit.sent(), "*\r\n");
    kit.says("A0 BAD as you wish\r\n");
    let error = now(|context| opening.poll_open(context))
        .unwrap()
        .unwrap_err();
    assert!(matches!(error, Error::Sasl(SaslError::BadChallenge)));
}

#[test]
fn jobs_may_run_elsewhere_and_a_panic_in_one_is_an_error() {
    hold_jobs();
    let (mut kit, mut opening) = Kit::new(quiz());
    kit.says("* OK [CAPABILITY IMAP4rev1 AUTH=QUIZ] hi\r\n");
    assert_eq!(kit.sent(), "");
    assert!(!kit.reads(), "nothing is read while a job runs");
    kit.bell.rung();
    assert_eq!(run_jobs(), 1);
    assert_eq!(kit.bell.rung(), 1, "the driver is woken");
    kit.turn();
    assert_eq!(kit.sent(), "A0 AUTHENTICATE QUIZ\r\n");
    assert!(now(|context| opening.poll_open(context)).is_none());
    kit.says("+ d2hv\r\n");
    hold_jobs(); // drops the job unrun, as a panic in it would
    kit.turn();
    let error = now(|context| opening.poll_open(context))
        .unwrap()
        .unwrap_err();
    assert!(matches!(error, Error::Sasl(SaslError::Other(_))));
}
