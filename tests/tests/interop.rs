//! The feature list over both adapters and every transport, against the demo server and real ones.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use imap_proto_core::types::{KnownCapability, Server as Confirmed};
use imap_tests::certs;
use imap_tests::demo::{Demo, Settings};
use imap_tests::interop::{Adapter, Address, Options, Scenario, run};
use imap_tests::servers::{Kind, Server, server};

/// Runs on one server would meet in mailboxes of one name, and disturb each other's sessions.
static ONE_AT_A_TIME: [Mutex<()>; 4] = [const { Mutex::new(()) }; 4];

/// The transports that take the whole list; the others take the cases that a transport can make fail. The program
/// `interop` takes the whole list over each.
const WHOLE: [&str; 2] = ["plain", "TLS, compressed"];
const SAMPLE: &str = "basics";

/// How one server is reached.
struct Target {
    port: u16,
    tls_port: u16,
    user: String,
    password: String,
    ca: PathBuf,
    token: Option<String>,
    client: Option<PathBuf>,
    /// A server on its standard input and output.
    process: Option<String>,
    /// As the table of capabilities names it.
    confirms: Option<Confirmed>,
}

/// Whether the table says of a server what the cases say: a capability is confirmed by it when one of its cases passes
/// over some transport, and only then.
fn agrees(server: Confirmed, out: &str) {
    let passed = |test: &&str| {
        out.lines()
            .any(|line| line.strip_prefix("ok ") == Some(test))
    };
    for known in KnownCapability::ALL {
        let confirmed = known.tests.iter().any(passed);
        let claimed = known.confirmed.contains(&server);
        assert_eq!(claimed, confirmed, "{} by {}", known.name, server.name());
    }
}

impl Target {
    fn real(kind: Kind, server: &Server) -> Self {
        let (user, password) = server.login();
        Self {
            port: server.port(),
            tls_port: server.tls_port(),
            user: user.to_owned(),
            password: password.to_owned(),
            ca: server.ca_file(),
            token: server.setting("IMAP_TOKEN").map(str::to_owned),
            client: server.setting("CLIENT_FILE").map(PathBuf::from),
            process: server.setting("SUBPROCESS").map(str::to_owned),
            confirms: Some(match kind {
                Kind::Dovecot => Confirmed::Dovecot,
                Kind::Cyrus => Confirmed::Cyrus,
                Kind::CyrusNew => Confirmed::CyrusNew,
            }),
        }
    }

    /// Every transport, by name.
    fn transports(&self, adapter: Adapter) -> Vec<(&'static str, Options)> {
        let plain = Options {
            login: Some((self.user.clone(), self.password.clone())),
            ca: Some(self.ca.clone()),
            token: self.token.clone(),
            client: self.client.clone(),
            adapter,
            ..Options::new(Address::Plain("127.0.0.1".to_owned(), self.port))
        };
        let tls = Options {
            address: Address::Tls("localhost".to_owned(), self.tls_port),
            ..plain.clone()
        };
        let starttls = Options {
            address: Address::Plain("localhost".to_owned(), self.port),
            starttls: true,
            ..plain.clone()
        };
        let compressed = |options: &Options| Options {
            compress: true,
            ..options.clone()
        };
        let mut transports = vec![
            ("plain, compressed", compressed(&plain)),
            ("STARTTLS", starttls),
            ("TLS, compressed", compressed(&tls)),
            ("TLS", tls),
            ("plain", plain),
        ];
        if let Some(command) = &self.process {
            let address = Address::parse(&format!("exec:{command}")).expect("a command");
            let options = Options::new(address);
            transports.push(("process", Options { adapter, ..options }));
        }
        transports
    }

    /// Until it is dropped nobody else works on this server; each demo server is its caller's own.
    fn turn(&self) -> Option<MutexGuard<'static, ()>> {
        let place = self.confirms? as usize;
        let turn = ONE_AT_A_TIME.get(place)?;
        Some(turn.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The sequence of imaplib2's own test script, by both adapters.
    fn takes_the_steps(&self) {
        let _turn = self.turn();
        for adapter in [Adapter::Std, Adapter::Tokio] {
            let options = Options {
                login: Some((self.user.clone(), self.password.clone())),
                adapter,
                scenario: Scenario::Imaplib2,
                ..Options::new(Address::Plain("127.0.0.1".to_owned(), self.port))
            };
            let mut out = Vec::new();
            let result = run(&options, "", &mut out);
            let out = String::from_utf8(out).expect("names are UTF-8");
            let summary = result.unwrap_or_else(|why| panic!("{adapter:?}: {why}\n{out}"));
            assert_eq!(summary.failed, 0, "{adapter:?}:\n{out}");
            assert!(summary.passed > 25, "{adapter:?}: too few steps\n{out}");
        }
    }

    fn passes(&self, adapter: Adapter) {
        let _turn = self.turn();
        let mut all = String::new();
        for (transport, options) in self.transports(adapter) {
            let mut out = Vec::new();
            let whole = WHOLE.contains(&transport);
            let result = run(&options, if whole { "" } else { SAMPLE }, &mut out);
            let out = String::from_utf8(out).expect("names are UTF-8");
            let summary = result.unwrap_or_else(|why| panic!("{transport}: {why}\n{out}"));
            assert_eq!(summary.failed, 0, "{transport}:\n{out}");
            let least = if whole { 60 } else { 5 };
            assert!(summary.passed > least, "{transport}: too few cases\n{out}");
            all.push_str(&out);
        }
        if let Some(server) = self.confirms {
            agrees(server, &all);
        }
    }
}

fn on_demo(adapter: Adapter) {
    at_demo(|target| target.passes(adapter));
}

fn at_demo(what: impl FnOnce(&Target)) {
    let demo = Demo::start(Settings::default()).expect("a demo server");
    let name = format!("imap-interop-{}-{}.pem", std::process::id(), demo.port());
    let ca = std::env::temp_dir().join(name);
    std::fs::write(&ca, certs::shared().pem()).expect("the certificate is written");
    let target = Target {
        port: demo.port(),
        tls_port: demo.tls_port(),
        user: "alice".to_owned(),
        password: "secret-pass".to_owned(),
        ca: ca.clone(),
        token: None,
        client: None,
        process: None,
        confirms: None,
    };
    what(&target);
    std::fs::remove_file(ca).expect("it is removed");
}

fn on(kind: Kind, adapter: Adapter) {
    if let Some(server) = server(kind) {
        Target::real(kind, &server).passes(adapter);
    }
}

#[test]
fn the_steps_of_imaplib2_on_demo() {
    at_demo(Target::takes_the_steps);
}

#[test]
fn the_steps_of_imaplib2_on_dovecot() {
    if let Some(server) = server(Kind::Dovecot) {
        Target::real(Kind::Dovecot, &server).takes_the_steps();
    }
}

#[test]
fn the_steps_of_imaplib2_on_cyrus() {
    if let Some(server) = server(Kind::Cyrus) {
        Target::real(Kind::Cyrus, &server).takes_the_steps();
    }
}

#[test]
fn demo_by_threads() {
    on_demo(Adapter::Std);
}

#[test]
fn demo_by_tasks() {
    on_demo(Adapter::Tokio);
}

#[test]
fn dovecot_by_threads() {
    on(Kind::Dovecot, Adapter::Std);
}

#[test]
fn dovecot_by_tasks() {
    on(Kind::Dovecot, Adapter::Tokio);
}

#[test]
fn cyrus_by_threads() {
    on(Kind::Cyrus, Adapter::Std);
}

#[test]
fn cyrus_by_tasks() {
    on(Kind::Cyrus, Adapter::Tokio);
}
