//! What is logged: `tracing`'s events, the lines that errors carry, and that no secret is in any.

use std::fmt::{Debug, Display, Write as _};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use imap_proto_core::encode::{Command, Custom, Login, Request};
use imap_proto_core::engine::sasl::{Channel, Mechanism, SaslError};
use imap_proto_core::engine::{LogKind, debug_filter};
use imap_proto_core::types::Secret;
use imap_tests::scripted::{Peer, Problem, Server};
use imap_tests::tracer::Tracer;
use imap_transport_std::{Config, Credentials, Error};

/// What must be found nowhere. It stands at the end of each password, in whatever form.
const CANARY: &str = "canary-s3cr3t";

static TRACER: LazyLock<Mutex<Tracer>> = LazyLock::new(|| Mutex::new(Tracer::install()));

/// The tracer, for one test at a time; what the last one left is gone.
fn tracer() -> MutexGuard<'static, Tracer> {
    let tracer = TRACER.lock().unwrap_or_else(PoisonError::into_inner);
    drop(tracer.take());
    tracer
}

/// The canary in the clear, and in base64 at each of its three alignments.
fn needles() -> Vec<String> {
    let coded = (0..3).map(|offset: usize| {
        let text = [&vec![b'x'; offset], CANARY.as_bytes()].concat();
        let coded = BASE64_STANDARD.encode(&text);
        // Without the characters that depend on what stands around.
        let (start, end) = ((offset * 8).div_ceil(6), text.len() * 8 / 6);
        coded[start..end].to_owned()
    });
    let mut needles: Vec<String> = coded.collect();
    needles.push(CANARY.to_owned());
    needles
}

/// How a login goes.
#[derive(Clone, Copy, Debug)]
enum End {
    Accepted,
    Refused,
    /// A continuation request that is no base64, and holds the canary.
    BadChallenge,
    /// The connection is cut in the middle.
    Cut,
}

const ENDS: [End; 4] = [End::Accepted, End::Refused, End::BadChallenge, End::Cut];

/// A server that offers `capabilities` and ends logins as it is told.
fn server(capabilities: &'static str, end: End) -> Server {
    Server::serve(move |peer| {
        peer.say(format!("* OK [CAPABILITY IMAP4rev1 {capabilities}] hi\r\n").as_bytes())?;
        // A client that has enough just leaves.
        let _ = serve(peer, capabilities, end);
        Ok(())
    })
    .unwrap()
}

fn serve(peer: &mut Peer, capabilities: &str, end: End) -> Result<(), Problem> {
    loop {
        let line = String::from_utf8(peer.line()?).unwrap();
        let mut words = line.split_whitespace();
        let tag = words.next().unwrap_or_default().to_owned();
        let verb = words.next().unwrap_or_default().to_ascii_uppercase();
        let mut answer = format!("{tag} OK done\r\n");
        if matches!(verb.as_str(), "LOGIN" | "AUTHENTICATE") {
            take_secrets(peer, &verb, &line)?;
            match end {
                End::Accepted => {
                    answer = format!("{tag} OK [CAPABILITY IMAP4rev1 {capabilities}] in\r\n");
                }
                End::Refused => answer = format!("{tag} NO not you\r\n"),
                End::BadChallenge => {
                    peer.say(format!("+ {CANARY}\r\n").as_bytes())?;
                    answer = format!("{tag} BAD what\r\n");
                }
                End::Cut => return Ok(()),
            }
        }
        peer.say(answer.as_bytes())?;
    }
}

/// Takes what belongs to a login behind its first line.
fn take_secrets(peer: &mut Peer, verb: &str, line: &str) -> Result<(), Problem> {
    if verb == "LOGIN" {
        if line.trim_end().ends_with('}') {
            peer.say(b"+ go on\r\n")?;
            peer.line()?;
        }
        return Ok(());
    }
    if line.contains(" LOGIN") || line.contains(" OWN") {
        // Its challenges hold the canary too.
        let challenge = BASE64_STANDARD.encode(format!("say it, {CANARY}"));
        for _ in 0..2 {
            peer.say(format!("+ {challenge}\r\n").as_bytes())?;
            peer.line()?;
        }
    } else if line.split_whitespace().count() < 4 {
        peer.say(b"+ \r\n")?;
        peer.line()?;
    }
    Ok(())
}

/// A mechanism of the caller's own.
struct Own;

impl Mechanism for Own {
    fn name(&self) -> &'static str {
        "OWN"
    }

    fn start(&mut self, _: &Channel) -> Result<Option<Secret>, SaslError> {
        Ok(None)
    }

    fn respond(&mut self, _: &[u8]) -> Result<Secret, SaslError> {
        Ok(Secret::from(CANARY))
    }

    fn finish(&mut self, _: Option<&[u8]>) -> Result<(), SaslError> {
        Ok(())
    }
}

/// Each way to log in: what the server offers, and the credentials.
fn ways() -> Vec<(&'static str, Credentials)> {
    let password = |text: &str| Credentials::password("alice", format!("{text}{CANARY}"));
    let oauth = || Credentials::oauth("alice", CANARY);
    vec![
        ("", password("")),
        ("", password("q\"\\")),
        ("", password("\u{fc}")),
        ("LITERAL+", password("\u{fc}")),
        ("AUTH=PLAIN", password("")),
        ("AUTH=PLAIN SASL-IR", password("")),
        ("AUTH=LOGIN", password("")),
        ("AUTH=OAUTHBEARER SASL-IR", oauth()),
        ("AUTH=XOAUTH2", oauth()),
        ("AUTH=SCRAM-SHA-256 SASL-IR", password("")),
        ("AUTH=SCRAM-SHA-1", password("")),
        ("AUTH=CRAM-MD5", password("").allow_cram_md5()),
        ("AUTH=EXTERNAL", Credentials::external(CANARY)),
        ("AUTH=ANONYMOUS SASL-IR", Credentials::anonymous(CANARY)),
        ("AUTH=OWN", Credentials::mechanism(|| Own)),
    ]
}

/// All that can be shown of a value.
fn show(out: &mut String, value: &(impl Debug + ?Sized)) {
    write!(out, "{value:?}\n{value:#?}\n").unwrap();
}

fn show_error(out: &mut String, error: &Error) {
    show(out, error);
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = next {
        writeln!(out, "{error} {error:?}").unwrap();
        next = error.source();
    }
    if let Some(log) = error.log() {
        writeln!(out, "{log}").unwrap();
        show(out, log.lines());
    }
}

fn show_session(out: &mut String, session: &(impl Debug + ?Sized), log: &impl Display) {
    show(out, session);
    write!(out, "{log}").unwrap();
}

/// Everything that either adapter lets out of one login.
fn all_output(offers: &'static str, credentials: &Credentials, end: End) -> String {
    let mut out = String::new();
    show(&mut out, credentials);
    let config = |server: &Server| {
        Config::unencrypted("127.0.0.1")
            .with_port(server.port())
            .log_lines(1000)
            .credentials(credentials.clone())
    };
    let served = server(offers, end);
    let wanted = config(&served);
    show(&mut out, &wanted);
    match imap_transport_std::connect(wanted) {
        Ok(session) => {
            session.noop().wait().unwrap();
            session.logout().wait().unwrap();
            show_session(&mut out, &session, &session.log());
            show(&mut out, session.config().as_ref());
        }
        Err(error) => show_error(&mut out, &error),
    }
    served.finish();
    let served = server(offers, end);
    let wanted = config(&served);
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    runtime.block_on(async {
        match imap_transport_tokio::connect(wanted).await {
            Ok(session) => {
                session.noop().await.unwrap();
                session.logout().await.unwrap();
                show_session(&mut out, &session, &session.log());
            }
            Err(error) => show_error(&mut out, &error),
        }
    });
    drop(runtime);
    served.finish();
    out
}

#[test]
fn e5_no_secret_is_in_any_output_of_any_login_at_any_level() {
    let tracer = tracer();
    let needles = needles();
    let (mut octets, mut logins) = (0, 0);
    for level in 0..=5 {
        tracer.filter(debug_filter(level));
        for (offers, credentials) in ways() {
            for end in ENDS {
                let out = all_output(offers, &credentials, end);
                let all = out + &tracer.take();
                for needle in &needles {
                    let found = all.find(needle.as_str());
                    let place = found.map(|at| &all[at.saturating_sub(200)..at]);
                    assert_eq!(place, None, "{offers} {end:?} at level {level}");
                }
                octets += all.len();
                logins += 2;
            }
        }
    }
    assert_eq!(logins, 6 * ways().len() * ENDS.len() * 2);
    // The test would prove nothing over silence.
    assert!(octets > logins * 1000, "{octets}");
}

#[test]
fn e5_what_a_caller_builds_shows_no_password() {
    let mut out = String::new();
    let strings = Request::new("LOGIN").unwrap().space().astring("alice");
    show(&mut out, &strings.space().astring(CANARY));
    let syntax = Request::new("LOGIN").unwrap();
    let syntax = syntax.syntax(&format!(" alice {CANARY}")).unwrap();
    show(&mut out, &Custom::new(syntax).request().unwrap());
    show(&mut out, &Login::new("alice", CANARY).request().unwrap());
    show(&mut out, &Login::new("alice", CANARY));
    assert!(out.contains("Segment") || out.contains("Secret"), "{out}");
    assert!(!out.contains(CANARY), "{out}");
}

/// A URL with an access token is a secret too (RFC 4467 §9), in both directions.
#[test]
fn e5_no_url_that_is_access_is_logged() {
    let tracer = tracer();
    tracer.filter(debug_filter(5));
    let url = format!("imap://alice@example.org/INBOX/;uid=1;urlauth=anonymous:internal:{CANARY}");
    let answer = format!("* GENURLAUTH \"{url}\"\r\n* URLFETCH \"{url}\" NIL\r\n");
    let served = Server::serve(move |peer| {
        peer.say(b"* PREAUTH [CAPABILITY IMAP4rev1 URLAUTH] hi\r\n")?;
        let line = String::from_utf8_lossy(&peer.line()?).into_owned();
        let tag = line.split(' ').next().unwrap_or_default();
        peer.say(format!("{answer}{tag} OK\r\n").as_bytes())
    });
    let served = served.unwrap();
    let config = Config::unencrypted("127.0.0.1").with_port(served.port());
    let session = imap_transport_std::connect(config).unwrap();
    let fetch = Request::new("URLFETCH").unwrap().space().string(url);
    session.run(Custom::new(fetch)).wait().unwrap();
    let out = session.log().to_string();
    for hidden in [
        "S: * GENURLAUTH [secret]",
        "S: * URLFETCH [secret]",
        " URLFETCH [secret]",
    ] {
        assert!(out.contains(hidden), "{out}");
    }
    let all = out + &tracer.take();
    assert!(!all.contains(CANARY), "{all}");
    served.finish();
}

/// Each level of imaplib2 shows what the one below shows, and its own.
#[test]
fn the_levels_of_the_seed_add_up() {
    let tracer = tracer();
    let password = || Credentials::password("alice", "secret");
    let listen = |level: u8| {
        tracer.filter(debug_filter(level));
        all_output("IDLE AUTH=PLAIN", &password(), End::Accepted);
        tracer.take()
    };
    let said: Vec<String> = (0..=5).map(listen).collect();
    let shows = |word: &str| {
        let shown = said.iter().map(|text| text.contains(word));
        shown.collect::<Vec<_>>()
    };
    assert!(said[0].is_empty(), "{}", said[0]);
    assert_eq!(
        shows("imap::command"),
        [false, true, true, true, true, true]
    );
    assert_eq!(
        shows("imap::connection"),
        [false, true, true, true, true, true]
    );
    assert_eq!(
        shows("imap::driver"),
        [false, false, false, true, true, true]
    );
    assert_eq!(
        shows("imap::wire"),
        [false, false, false, false, true, true]
    );
    assert!(said[1].contains("name=AUTHENTICATE"), "{}", said[1]);
    assert!(said[4].contains("AUTHENTICATE PLAIN"), "{}", said[4]);
    assert!(said[4].contains("C: [SASL message]"), "{}", said[4]);
}

/// The last lines come with the error that ended the connection, to everyone who waited.
#[test]
fn an_error_that_ends_a_connection_carries_its_last_lines() {
    let served = Server::serve(|peer| {
        peer.say(b"* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n")?;
        for _ in 0..3 {
            peer.line()?;
        }
        peer.say(b"* 3 EXISTS\r\n")
    });
    let served = served.unwrap();
    let config = Config::unencrypted("127.0.0.1").with_port(served.port());
    let session = imap_transport_std::connect(config.log_lines(4)).unwrap();
    let replies = [session.noop(), session.noop(), session.noop()];
    for reply in replies {
        let error = reply.wait().unwrap_err();
        let log = error.log().expect("it has the lines");
        assert_eq!(log.to_string(), session.log().to_string());
        let lines = log.lines();
        let text = |at: usize| String::from_utf8_lossy(lines[at].octets()).into_owned();
        assert_eq!(lines.len(), 4);
        assert!(text(0).ends_with(" NOOP") && text(1).ends_with(" NOOP"));
        assert_eq!(
            (lines[1].kind(), lines[2].kind()),
            (LogKind::Sent, LogKind::Received)
        );
        assert_eq!(text(2), "* 3 EXISTS");
        assert_eq!(text(3), "ended: unexpected end of the stream");
        assert!(error.to_string().len() < 100 && format!("{error:?}").len() < 100);
    }
    served.finish();
}

#[test]
fn a_connection_that_is_told_to_keep_no_line_keeps_none() {
    let served = server("", End::Refused);
    let config = Config::unencrypted("127.0.0.1")
        .with_port(served.port())
        .log_lines(0)
        .credentials(Credentials::password("alice", "secret"));
    let error = imap_transport_std::connect(config).unwrap_err();
    assert!(matches!(error, Error::Login(_)) && error.log().is_none());
    served.finish();
}
