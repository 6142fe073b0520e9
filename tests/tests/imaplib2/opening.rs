//! Greetings, and what is made of them.

use imap_proto_core::encode::{
    Compress, Enable, Fetch, FetchItems, FetchSection, Noop, Select, StartTls, SubmitError,
};
use imap_proto_core::engine::{ConnectionError, IMAP_PORT, IMAPS_PORT, Security, State, Violation};
use imap_proto_core::session::Error;
use imap_proto_core::types::{Revision, Section, SequenceNumber};
use imap_tests::interop::Client;
use imap_transport_std::{Config, Credentials};

use crate::kit::{both, refused};

fn same(config: Config) -> Config {
    config
}

/// 1.2: OK and PREAUTH open a session, CAPABILITY is asked for only where it was not told.
#[test]
fn greetings_lead_to_the_state_they_say() {
    both!(
        "S: * PREAUTH IMAP4rev1 server logged in as Smith
C: $a CAPABILITY
S: * CAPABILITY IMAP4rev1 idle
S: $a OK done
C: $b NOOP
S: $b OK done
C: $z LOGOUT
S: * BYE see you
S: $z OK
",
        preauth
    );
    both!(
        "S: * OK [CAPABILITY IMAP4rev1] hi\nC: $z LOGOUT\nS: * BYE see you\nS: $z OK\n",
        greeted
    );
}

async fn preauth<L: Client>(client: L) {
    let session = client.session();
    assert_eq!(session.state(), State::Authenticated);
    let greeting = session.greeting().unwrap();
    assert_eq!(greeting.text, "IMAP4rev1 server logged in as Smith");
    let capabilities = session.capabilities().unwrap();
    assert!(capabilities.contains("IDLE"), "case does not count");
    assert_eq!(capabilities.revision(), Some(Revision::Rev1));
    client.run(Noop).await.unwrap();
}

async fn greeted<L: Client>(client: L) {
    assert_eq!(client.session().state(), State::NotAuthenticated);
    assert!(!client.session().is_enabled("UTF8=ACCEPT"));
}

/// 1.2: `unrecognised server welcome message`, and BYE told apart from it.
#[test]
fn other_greetings_are_errors_of_their_own() {
    for error in refused("S: * BYE too busy\neof\n", same) {
        let Error::Connection(ConnectionError::ClosedByServer { bye }, _) = error else {
            panic!("{error}");
        };
        assert_eq!(bye.text, "too busy");
    }
    for error in refused("S: 220 smtp.example.org ESMTP\neof\n", same) {
        let expected = ConnectionError::Violation(Violation::NoGreeting);
        assert!(matches!(error, Error::Connection(error, _) if error == expected));
    }
}

/// 1.2: `server not IMAP4 compliant`.
#[test]
fn a_server_without_imap4_is_refused() {
    for error in refused("S: * OK [CAPABILITY XNOTES] hi\neof\n", same) {
        let Error::NotImap(capabilities) = error else {
            panic!("{error}");
        };
        assert!(capabilities.contains("XNOTES"));
    }
}

/// 1.6: `enable()` wants its capability, `enable_compression()` leaves that to the caller.
#[test]
fn what_the_server_does_not_offer_is_refused_before_an_octet() {
    both!(
        "S: * PREAUTH [CAPABILITY IMAP4rev1] hi
C: $a NOOP
S: $a OK done
C: $z LOGOUT
S: * BYE see you
S: $z OK
",
        not_offered
    );
}

async fn not_offered<L: Client>(client: L) {
    let refused = |error: Error, name: &str| matches!(error, Error::Submit(SubmitError::MissingCapability(missing)) if missing == name);
    let enable = client.run(Enable::new(["CONDSTORE"])).await;
    assert!(refused(enable.unwrap_err(), "ENABLE"));
    let compress = client.run(Compress).await;
    assert!(refused(compress.unwrap_err(), "COMPRESS=DEFLATE"));
    client.run(Noop).await.unwrap();
}

/// A login that `connect` makes is refused by an error of its own.
#[test]
fn a_refused_login_leaves_no_session() {
    let script = "S: * OK [CAPABILITY IMAP4rev1] hi
C: $a LOGIN u p
S: $a NO [AUTHENTICATIONFAILED] wrong
eof
";
    let login = |config: Config| config.credentials(Credentials::password("u", "p"));
    for error in refused(script, login) {
        assert!(matches!(error, Error::Login(_)), "{error}");
        assert!(!error.is_fatal());
    }
}

/// 1.1: the constants that say where and which.
#[test]
fn ports_and_versions_are_constants() {
    assert_eq!((IMAP_PORT, IMAPS_PORT), (143, 993));
    assert_eq!(Config::unencrypted("h").port(), IMAP_PORT);
    assert_eq!(Config::starttls("h").port(), IMAP_PORT);
    assert_eq!(Config::tls("h").port(), IMAPS_PORT);
    let names = [Revision::Imap4, Revision::Rev1, Revision::Rev2].map(Revision::name);
    assert_eq!(names, ["IMAP4", "IMAP4rev1", "IMAP4rev2"]);
    let version: Vec<&str> = imap_proto_core::VERSION.split('.').collect();
    assert!(version.len() == 3 && version.iter().all(|part| !part.is_empty()));
}

/// 1.15-10: an untagged line before the OK of STARTTLS; 1.15-5: a text that ends like a literal.
#[test]
fn starttls_behind_an_untagged_line() {
    both!(
        "S: * OK [CAPABILITY IMAP4rev1 STARTTLS] hi {5}
C: $a STARTTLS
S: * OK wait a moment {3}
S: $a OK begin {7}
starttls
C: $b CAPABILITY
S: * CAPABILITY IMAP4rev1 XSECURE
S: $b OK done
C: $z LOGOUT
S: * BYE see you
S: $z OK
",
        encrypted,
        |config| {
            let tls = imap_tests::certs::shared().client_config();
            Config::starttls("localhost")
                .with_port(config.port())
                .with_tls(tls)
        }
    );
}

async fn encrypted<L: Client>(client: L) {
    let session = client.session();
    assert_eq!(session.security(), Security::Tls);
    let capabilities = session.capabilities().unwrap();
    assert!(capabilities.contains("XSECURE") && !capabilities.contains("STARTTLS"));
    assert_eq!(session.greeting().unwrap().text, "hi {5}");
    let again = client.run(StartTls).await;
    assert!(matches!(
        again,
        Err(Error::Submit(SubmitError::AlreadyActive))
    ));
}

/// 1.15-6: highly compressible data stalls the seed until it times out.
#[test]
fn compressible_data_does_not_stall() {
    let body = "x".repeat(400_000);
    let script = format!(
        "S: * PREAUTH [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] hi
C: $a COMPRESS DEFLATE
S: $a OK done
compress
C: $s SELECT INBOX
S: * 1 EXISTS
S: $s OK done
C: $b FETCH 1 (BODY.PEEK[])
S: * 1 FETCH (BODY[] {{{}}}
S| {body}
S: )
S: $b OK done
C: $z LOGOUT
S: * BYE see you
S: $z OK
",
        body.len()
    );
    both!(&script, inflated, |config| config.compress(true));
}

async fn inflated<L: Client>(client: L) {
    assert!(client.session().is_compressed());
    let again = client.run(Compress).await;
    assert!(matches!(
        again,
        Err(Error::Submit(SubmitError::AlreadyActive))
    ));
    client.run(Select::new("INBOX")).await.unwrap();
    let items = FetchItems::new().section(FetchSection::new(Section::Full));
    let one = SequenceNumber(1);
    let fetched = client.run(Fetch::new(one..=one, items)).await.unwrap();
    let section = fetched[0].section(&Section::Full).unwrap();
    assert_eq!(section.data.as_ref().unwrap().len(), 400_000);
}
