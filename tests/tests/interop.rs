//! The feature list over both adapters and every transport, against the demo server and real ones.

use std::collections::BTreeMap;
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
    /// As the scripts in `tests/servers` print them.
    settings: BTreeMap<String, String>,
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
    let differs = |known: &&KnownCapability| {
        known.confirmed.contains(&server) != known.tests.iter().any(passed)
    };
    let differing: Vec<&str> = KnownCapability::ALL
        .iter()
        .filter(differs)
        .map(|known| known.name)
        .collect();
    let server = server.name();
    assert!(
        differing.is_empty(),
        "the table and the cases disagree on {server} about {differing:?}"
    );
}

impl Target {
    fn real(kind: Kind, server: &Server) -> Self {
        Self {
            settings: server.settings().clone(),
            confirms: Some(match kind {
                Kind::Dovecot => Confirmed::Dovecot,
                Kind::Cyrus => Confirmed::Cyrus,
                Kind::CyrusNew => Confirmed::CyrusNew,
                Kind::DovecotNew => Confirmed::DovecotNew,
            }),
        }
    }

    fn port(&self, name: &str) -> u16 {
        self.settings[name].parse().expect("a port")
    }

    /// All that is known of the server, at an address.
    fn at(&self, address: Address, adapter: Adapter) -> Options {
        let told = Options::new(address).with_settings(self.settings.clone());
        let mut options = Options { adapter, ..told };
        if self.confirms.is_none() {
            // What the demo server offers is held by tests of its own.
            options.settings.clear();
        }
        options
    }

    /// Every transport, by name.
    fn transports(&self, adapter: Adapter) -> Vec<(&'static str, Options)> {
        let port = self.port("IMAP_PORT");
        let plain = self.at(Address::Plain("127.0.0.1".to_owned(), port), adapter);
        let tls_port = self.port("IMAPS_PORT");
        let tls = self.at(Address::Tls("localhost".to_owned(), tls_port), adapter);
        let starttls = Options {
            address: Address::Plain("localhost".to_owned(), port),
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
        let process = self.settings.get("SUBPROCESS");
        if let Some(command) = process.filter(|command| !command.is_empty()) {
            let address = Address::parse(&format!("exec:{command}")).expect("a command");
            transports.push(("process", self.at(address, adapter)));
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
            let address = Address::Plain("127.0.0.1".to_owned(), self.port("IMAP_PORT"));
            let options = Options {
                scenario: Scenario::Imaplib2,
                ..self.at(address, adapter)
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
    let settings = [
        ("IMAP_PORT", demo.port().to_string()),
        ("IMAPS_PORT", demo.tls_port().to_string()),
        ("IMAP_USER", "alice".to_owned()),
        ("IMAP_PASSWORD", "secret-pass".to_owned()),
        ("CA_FILE", ca.display().to_string()),
    ];
    let target = Target {
        settings: settings
            .map(|(name, value)| (name.to_owned(), value))
            .into(),
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
fn the_steps_of_imaplib2_on_cyrus_new() {
    if let Some(server) = server(Kind::CyrusNew) {
        Target::real(Kind::CyrusNew, &server).takes_the_steps();
    }
}

#[test]
fn the_steps_of_imaplib2_on_dovecot_new() {
    if let Some(server) = server(Kind::DovecotNew) {
        Target::real(Kind::DovecotNew, &server).takes_the_steps();
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

#[test]
fn cyrus_new_by_threads() {
    on(Kind::CyrusNew, Adapter::Std);
}

#[test]
fn cyrus_new_by_tasks() {
    on(Kind::CyrusNew, Adapter::Tokio);
}

#[test]
fn dovecot_new_by_threads() {
    on(Kind::DovecotNew, Adapter::Std);
}

#[test]
fn dovecot_new_by_tasks() {
    on(Kind::DovecotNew, Adapter::Tokio);
}
