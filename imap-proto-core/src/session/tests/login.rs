//! Logging in by the mechanisms of the crate: the order, what leads on, and what does not.

use super::super::Error;
use super::harness::{Kit, now};
use crate::engine::sasl::{SaslError, Strength};
use crate::engine::{Config, Credentials, State};
use crate::session::Opening;
use crate::session::tests::harness::Plain;
use crate::types::Text;

fn kit(credentials: Credentials, capabilities: &str) -> (Kit, Opening<Plain>) {
    let config = Config::unencrypted("localhost").credentials(credentials);
    let (mut kit, opening) = Kit::new(config);
    kit.says(format!("* OK [CAPABILITY IMAP4rev1 {capabilities}] hi\r\n"));
    (kit, opening)
}

fn password() -> Credentials {
    Credentials::password("u", "p")
}

fn state(opening: &mut Opening<Plain>) -> Option<Result<State, Error>> {
    let opened = now(|context| opening.poll_open(context))?;
    Some(opened.map(|session| session.state()))
}

/// What the exchange below says, each in base64; the nonce of the harness is eighteen sevens. The
/// server's part and the proof were computed by Python's `hashlib` and `hmac`.
#[cfg(feature = "scram")]
mod scram {
    use super::*;
    use crate::engine::{ConnectionError, Violation};

    /// `n,,n=u,r=BwcHBwcHBwcHBwcHBwcHBwcH`
    const CLIENT_FIRST: &str = "biwsbj11LHI9QndjSEJ3Y0hCd2NIQndjSEJ3Y0hCd2NI";
    /// `r=BwcHBwcHBwcHBwcHBwcHBwcHsrv,s=c2FsdA==,i=4096`
    const SERVER_FIRST: &str = "cj1Cd2NIQndjSEJ3Y0hCd2NIQndjSEJ3Y0hzcnYscz1jMkZzZEE9PSxpPTQwOTY=";
    const CLIENT_LAST: &str = "Yz1iaXdzLHI9QndjSEJ3Y0hCd2NIQndjSEJ3Y0hCd2NIc3J2LHA9cnBEdlpCWHVWWStDamo0YjNySTN2b3QyMlFJTytFenVWYjFzYjJtU1JvQT0=";
    const SERVER_LAST: &str = "dj12T2tKQ0RKQzREWFRhRTEwUll6QStwb0JIcG41TTNLU21vcUU0Zjc3VEcwPQ==";

    #[test]
    fn both_sides_prove_themselves() {
        let (mut kit, mut opening) = kit(password(), "SASL-IR AUTH=PLAIN AUTH=SCRAM-SHA-256");
        let sent = kit.sent();
        assert_eq!(
            sent,
            format!("A0 AUTHENTICATE SCRAM-SHA-256 {CLIENT_FIRST}\r\n")
        );
        kit.says(format!("+ {SERVER_FIRST}\r\n"));
        assert_eq!(kit.sent(), format!("{CLIENT_LAST}\r\n"));
        kit.says(format!("+ {SERVER_LAST}\r\n"));
        assert_eq!(kit.sent(), "\r\n");
        kit.says("A0 OK [CAPABILITY IMAP4rev1] in\r\n");
        assert!(matches!(
            state(&mut opening),
            Some(Ok(State::Authenticated))
        ));
    }

    #[test]
    fn a14_an_ok_before_the_servers_proof_is_fatal() {
        for challenges in [0, 1] {
            let (mut kit, mut opening) = kit(password(), "AUTH=SCRAM-SHA-256");
            assert_eq!(kit.sent(), "A0 AUTHENTICATE SCRAM-SHA-256\r\n");
            kit.says("+ \r\n");
            assert_eq!(kit.sent(), format!("{CLIENT_FIRST}\r\n"));
            if challenges > 0 {
                kit.says(format!("+ {SERVER_FIRST}\r\n"));
                assert_eq!(kit.sent(), format!("{CLIENT_LAST}\r\n"));
            }
            kit.says("A0 OK in\r\n");
            let unproven = ConnectionError::Violation(Violation::ServerNotAuthenticated);
            assert!(
                matches!(state(&mut opening), Some(Err(Error::Connection(error, _))) if error == unproven)
            );
        }
    }

    #[test]
    fn a14_a_wrong_proof_aborts_the_exchange() {
        let (mut kit, mut opening) = kit(password(), "SASL-IR AUTH=SCRAM-SHA-256 AUTH=PLAIN");
        kit.says(format!("+ {SERVER_FIRST}\r\n"));
        kit.sent();
        // "v=AAAA"
        kit.says("+ dj1BQUFB\r\n");
        assert_eq!(kit.sent(), "*\r\n");
        kit.says("A0 BAD aborted\r\n");
        let Some(Err(Error::Sasl(error))) = state(&mut opening) else {
            panic!();
        };
        assert_eq!(error, SaslError::ServerNotAuthenticated);
        assert_eq!(kit.sent(), "", "PLAIN is not tried");
    }

    #[test]
    fn a7_refused_credentials_do_not_lead_to_a_weaker_mechanism() {
        let (mut kit, mut opening) = kit(password(), "SASL-IR AUTH=SCRAM-SHA-256 AUTH=PLAIN");
        kit.says(format!("+ {SERVER_FIRST}\r\n"));
        kit.sent();
        kit.says("A0 NO wrong password\r\n");
        assert!(matches!(state(&mut opening), Some(Err(Error::Login(_)))));
        assert_eq!(kit.sent(), "");
    }

    #[test]
    fn a15_an_iteration_count_outside_the_limits_aborts() {
        let (mut kit, mut opening) = kit(password(), "SASL-IR AUTH=SCRAM-SHA-256");
        kit.sent();
        // The server's first message with i=2147483647.
        kit.says("+ cj1Cd2NIQndjSEJ3Y0hCd2NIQndjSEJ3Y0hzcnYscz1jMkZzZEE9PSxpPTIxNDc0ODM2NDc=\r\n");
        assert_eq!(kit.sent(), "*\r\n");
        kit.says("A0 BAD aborted\r\n");
        let Some(Err(Error::Sasl(error))) = state(&mut opening) else {
            panic!();
        };
        assert_eq!(error, SaslError::Iterations(2_147_483_647));
    }

    /// A connection that can be bound, and a server that shows how.
    fn bindable(credentials: Credentials) -> (Kit, Opening<Plain>) {
        let config = Config::unencrypted("localhost").credentials(credentials);
        let (mut kit, opening) = Kit::new(config);
        kit.driver.shared.lock().channel.tls_exporter = Some(vec![1; 32]);
        let offered = "SASL-IR AUTH=SCRAM-SHA-1-PLUS AUTH=SCRAM-SHA-256-PLUS AUTH=SCRAM-SHA-256";
        kit.says(format!("* OK [CAPABILITY IMAP4rev1 {offered}] hi\r\n"));
        let sent = kit.sent();
        assert!(
            sent.starts_with("A0 AUTHENTICATE SCRAM-SHA-256-PLUS cD10"),
            "{sent}"
        );
        (kit, opening)
    }

    #[test]
    fn a16_a_binding_that_the_server_refuses_leads_to_scram_without() {
        let unbound = format!("A1 AUTHENTICATE SCRAM-SHA-256 {CLIENT_FIRST}\r\n");
        let (mut kit, _opening) = bindable(password());
        kit.says("A0 NO no such binding\r\n");
        assert_eq!(kit.sent(), unbound);
        // What Cyrus says behind our proof.
        let (mut kit, _opening) = bindable(password());
        kit.says(format!("+ {SERVER_FIRST}\r\n"));
        kit.sent();
        kit.says("A0 NO bad protocol / cancel\r\n");
        assert_eq!(kit.sent(), unbound);
        // "e=unsupported-channel-binding-type"
        let (mut kit, _opening) = bindable(password());
        kit.says(format!("+ {SERVER_FIRST}\r\n"));
        kit.sent();
        kit.says("+ ZT11bnN1cHBvcnRlZC1jaGFubmVsLWJpbmRpbmctdHlwZQ==\r\n");
        assert_eq!(kit.sent(), "*\r\n");
        kit.says("A0 BAD as you wish\r\n");
        assert_eq!(kit.sent(), unbound);
    }

    #[test]
    fn a7_refused_credentials_in_a_bound_exchange_lead_nowhere() {
        let (mut kit, mut opening) = bindable(password());
        kit.says("A0 NO [AUTHENTICATIONFAILED] who?\r\n");
        assert!(matches!(state(&mut opening), Some(Err(Error::Login(_)))));
        let (mut kit, mut opening) = bindable(password());
        kit.says(format!("+ {SERVER_FIRST}\r\n"));
        kit.sent();
        kit.says("A0 NO authentication failure\r\n");
        assert!(matches!(state(&mut opening), Some(Err(Error::Login(_)))));
        let (mut kit, mut opening) = bindable(password().minimum(Strength::Bound));
        kit.says("A0 NO no such binding\r\n");
        assert!(matches!(state(&mut opening), Some(Err(Error::Login(_)))));
        assert_eq!(kit.sent(), "");
    }

    #[test]
    fn what_cannot_be_prepared_leads_on() {
        let credentials = Credentials::password("u", "\u{7}");
        let (mut kit, _opening) = kit(credentials, "SASL-IR AUTH=SCRAM-SHA-256 AUTH=PLAIN");
        // NUL, u, NUL, BEL.
        assert_eq!(kit.sent(), "A0 AUTHENTICATE PLAIN AHUABw==\r\n");
    }
}

/// RFC 9051 §6.2.2: BAD or NO [CANNOT] to the command itself.
#[test]
fn an_unknown_mechanism_leads_to_the_next() {
    for refusal in ["BAD what?", "NO [CANNOT] not here"] {
        let (mut kit, mut opening) = kit(password(), "SASL-IR AUTH=PLAIN AUTH=LOGIN");
        assert_eq!(kit.sent(), "A0 AUTHENTICATE PLAIN AHUAcA==\r\n");
        kit.says(format!("A0 {refusal}\r\n"));
        assert_eq!(kit.sent(), "A1 AUTHENTICATE LOGIN\r\n");
        kit.says("+ VXNlcjo=\r\n");
        assert_eq!(kit.sent(), "dQ==\r\n");
        kit.says("+ UGFzczo=\r\n");
        assert_eq!(kit.sent(), "cA==\r\n");
        kit.says("A1 OK [CAPABILITY IMAP4rev1] in\r\n");
        assert!(matches!(
            state(&mut opening),
            Some(Ok(State::Authenticated))
        ));
    }
}

#[test]
fn a_refused_login_is_not_tried_otherwise() {
    let (mut kit, mut opening) = kit(password(), "SASL-IR AUTH=PLAIN AUTH=LOGIN");
    kit.sent();
    kit.says("A0 NO [AUTHENTICATIONFAILED] no\r\n");
    assert!(matches!(state(&mut opening), Some(Err(Error::Login(_)))));
    assert_eq!(kit.sent(), "");
}

#[test]
fn the_last_refusal_is_told() {
    let (mut kit, mut opening) = kit(password(), "SASL-IR AUTH=PLAIN");
    kit.sent();
    kit.says("A0 BAD what?\r\n");
    assert!(matches!(state(&mut opening), Some(Err(Error::Login(_)))));
}

#[test]
fn a7_below_the_minimum_nothing_is_sent() {
    let credentials = password().minimum(Strength::Proof);
    let (mut kit, mut opening) = kit(credentials, "SASL-IR AUTH=PLAIN AUTH=LOGIN");
    let Some(Err(Error::Sasl(error))) = state(&mut opening) else {
        panic!();
    };
    assert_eq!(error, SaslError::NoMechanism);
    assert_eq!(kit.sent(), "");
}

/// RFC 7628 §3.2.3: the refusal comes as a challenge, which is answered by ^A; then comes NO.
#[test]
fn a_refused_token_is_told_with_its_reason() {
    let credentials = Credentials::oauth("u", "t");
    let (mut kit, mut opening) = kit(credentials, "SASL-IR AUTH=OAUTHBEARER AUTH=XOAUTH2");
    // "n,a=u,^Ahost=localhost^Aport=143^Aauth=Bearer t^A^A"
    let message = "bixhPXUsAWhvc3Q9bG9jYWxob3N0AXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHQBAQ==";
    assert_eq!(
        kit.sent(),
        format!("A0 AUTHENTICATE OAUTHBEARER {message}\r\n")
    );
    // {"status":"invalid_token","scope":"mail"}
    kit.says("+ eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJtYWlsIn0=\r\n");
    assert_eq!(kit.sent(), "AQ==\r\n");
    kit.says("A0 NO not with that\r\n");
    let Some(Err(Error::Sasl(SaslError::Refused(refusal)))) = state(&mut opening) else {
        panic!();
    };
    assert_eq!(
        refusal.raw,
        Text::from(r#"{"status":"invalid_token","scope":"mail"}"#)
    );
    if cfg!(feature = "oauth") {
        assert_eq!(refusal.to_string(), "status invalid_token, scope mail");
    }
    assert_eq!(kit.sent(), "", "XOAUTH2 is not tried");
}

/// RFC 4959 §3: "=" is an empty initial response.
#[test]
fn external_and_anonymous() {
    let (mut external, _opening) = kit(Credentials::external(""), "SASL-IR AUTH=EXTERNAL");
    assert_eq!(external.sent(), "A0 AUTHENTICATE EXTERNAL =\r\n");
    let (mut anonymous, _opening) = kit(Credentials::anonymous("sirhc"), "AUTH=ANONYMOUS");
    assert_eq!(anonymous.sent(), "A0 AUTHENTICATE ANONYMOUS\r\n");
    anonymous.says("+ \r\n");
    assert_eq!(anonymous.sent(), "c2lyaGM=\r\n");
}

/// RFC 4959 §3: what does not fit in a line is sent behind the first challenge.
#[test]
fn a_long_initial_response_waits() {
    let credentials = Credentials::oauth("u", "t".repeat(1000));
    let (mut kit, _opening) = kit(credentials, "SASL-IR AUTH=OAUTHBEARER");
    assert_eq!(kit.sent(), "A0 AUTHENTICATE OAUTHBEARER\r\n");
    kit.says("+ \r\n");
    assert!(kit.sent().len() > 1300);
}
