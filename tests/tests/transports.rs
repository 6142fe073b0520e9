//! Both adapters over every kind of stream, against the demo server.

use std::time::Duration;

use imap_proto_core::encode::{Capability, Create, Logout, Noop};
use imap_proto_core::engine::State;
use imap_tests::certs;
use imap_tests::demo::{Demo, Settings};
use imap_transport_std::{Config, Credentials, Error, Security};

/// How long anything may take before it counts as a hang.
const PATIENCE: Duration = Duration::from_secs(60);

fn demo() -> Demo {
    Demo::start(Settings::default()).expect("a demo server")
}

/// The configurations that reach the demo server over TCP.
fn configs(demo: &Demo) -> Vec<(&'static str, Config)> {
    let tls = certs::shared().client_config();
    let login = || Credentials::password("alice", "secret-pass");
    let configs = [
        (
            "plain",
            Config::unencrypted("127.0.0.1").with_port(demo.port()),
        ),
        (
            "starttls",
            Config::starttls("localhost")
                .with_port(demo.port())
                .with_tls(tls.clone()),
        ),
        (
            "tls",
            Config::tls("localhost")
                .with_port(demo.tls_port())
                .with_tls(tls),
        ),
    ];
    configs
        .into_iter()
        .flat_map(|(name, config)| {
            let compressed = config.clone().compress(true);
            [
                (name, config.credentials(login())),
                (name, compressed.credentials(login())),
            ]
        })
        .collect()
}

#[test]
fn std_over_tcp_tls_starttls_and_compress() {
    let demo = demo();
    for (name, config) in configs(&demo) {
        let compress = format!("{config:?}").contains("compress: true");
        let session = imap_transport_std::connect(config).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(session.state(), State::Authenticated, "{name}");
        assert_eq!(session.is_compressed(), compress, "{name}");
        assert_eq!(
            session.security() == Security::Tls,
            name != "plain",
            "{name}"
        );
        let (first, second) = (session.run(Capability), session.run(Noop));
        assert!(first.wait().unwrap().contains("IMAP4rev1"));
        second.wait().unwrap();
        session.run(Logout).wait().unwrap();
    }
}

#[tokio::test]
async fn tokio_over_tcp_tls_starttls_and_compress() {
    let demo = demo();
    for (name, config) in configs(&demo) {
        let connecting = tokio::time::timeout(PATIENCE, imap_transport_tokio::connect(config));
        let session = connecting
            .await
            .expect("no hang")
            .unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(
            session.security() == Security::Tls,
            name != "plain",
            "{name}"
        );
        let (first, second) = (session.run(Capability), session.run(Noop));
        assert!(first.await.unwrap().contains("IMAP4rev1"));
        second.await.unwrap();
        session.run(Logout).await.unwrap();
    }
}

#[test]
fn a_refused_login_is_an_error_of_its_own() {
    let demo = demo();
    let config = Config::unencrypted("127.0.0.1")
        .with_port(demo.port())
        .credentials(Credentials::password("alice", "wrong"));
    let error = imap_transport_std::connect(config).unwrap_err();
    assert!(matches!(error, Error::Login(_)), "{error}");
}

#[test]
fn an_unknown_certificate_is_refused() {
    let demo = demo();
    for config in [
        Config::tls("localhost").with_port(demo.tls_port()),
        Config::starttls("localhost").with_port(demo.port()),
    ] {
        let other = certs::Authority::new("another authority").client_config();
        let error = imap_transport_std::connect(config.with_tls(other)).unwrap_err();
        assert!(matches!(error, Error::Tls(..)), "{error}");
    }
}

#[test]
fn clones_are_used_from_many_threads_at_once() {
    let demo = demo();
    let config = Config::unencrypted("127.0.0.1")
        .with_port(demo.port())
        .credentials(Credentials::password("alice", "secret-pass"));
    let session = imap_transport_std::connect(config).unwrap();
    let threads: Vec<_> = (0..8)
        .map(|number| {
            let session = session.clone();
            std::thread::spawn(move || {
                for round in 0..20 {
                    session
                        .run(Create::new(format!("box-{number}-{round}")))
                        .wait()
                        .unwrap();
                    session.run(Noop).wait().unwrap();
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    session.run(Logout).wait().unwrap();
}

#[test]
fn a_callback_may_wait_for_another_command() {
    let demo = demo();
    let config = Config::unencrypted("127.0.0.1")
        .with_port(demo.port())
        .credentials(Credentials::password("alice", "secret-pass"));
    let session = imap_transport_std::connect(config).unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    let inner = session.clone();
    session.run(Noop).then(move |result| {
        result.unwrap();
        sender.send(inner.run(Capability).wait().is_ok()).unwrap();
    });
    assert_eq!(receiver.recv_timeout(PATIENCE), Ok(true));
}

/// The tagged OK of IDLE, which no event shows, lets the command go out that waited for it.
#[test]
fn a_command_behind_idle_is_sent_without_anything_else_happening() {
    let demo = demo();
    let config = Config::unencrypted("127.0.0.1")
        .with_port(demo.port())
        .credentials(Credentials::password("alice", "secret-pass"));
    let session = imap_transport_std::connect(config).unwrap();
    let mut events = session.events();
    for _ in 0..5 {
        let guard = session.idle();
        while !session.is_idling() {
            events
                .next_timeout(PATIENCE)
                .expect("IDLE begins")
                .expect("a connection");
        }
        drop(guard);
        let answer = session.noop().wait_timeout(PATIENCE);
        answer.expect("an answer in time").unwrap();
    }
}

/// `cargo run --example mailbox`, as a newcomer would.
#[test]
fn the_mailbox_example_comes_to_its_end() {
    let program = imap_tests::source_server::beside("examples").join("mailbox");
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || sender.send(std::process::Command::new(program).output()));
    let output = receiver
        .recv_timeout(2 * PATIENCE)
        .expect("no hang")
        .expect("the example");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(said.ends_with("Logged out.\n"), "{said}");
}

#[cfg(unix)]
#[test]
fn halves_that_can_only_block_are_pumped() {
    let demo = demo();
    let stream = std::net::TcpStream::connect(("127.0.0.1", demo.port())).unwrap();
    let config =
        Config::unencrypted("127.0.0.1").credentials(Credentials::password("alice", "secret-pass"));
    let session =
        imap_transport_std::connect_halves(stream.try_clone().unwrap(), stream, config).unwrap();
    session.run(Noop).wait().unwrap();
    session.run(Logout).wait().unwrap();
}
