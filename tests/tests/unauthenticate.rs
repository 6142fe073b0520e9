//! UNAUTHENTICATE (RFC 8437) on the only server that has it, in the clear, under TLS and under DEFLATE.

use imap_proto_core::encode::{Enable, Noop, Select, Unauthenticate};
use imap_proto_core::engine::State;
use imap_proto_core::engine::sasl::Plain;
use imap_tests::servers::{Kind, Server, server};
use imap_transport_std::{Config, Credentials, Error};

/// Ways to the server, as its administrator: others may not use the command.
fn configs(server: &Server) -> Vec<(&'static str, Config)> {
    let (_, password) = server.login();
    let admin = server.setting("IMAP_ADMIN").unwrap_or("cyrus");
    let pem = std::fs::read(server.ca_file()).unwrap();
    let mut roots = rustls::RootCertStore::empty();
    for certificate in rustls_pki_types::pem::PemObject::pem_slice_iter(&pem) {
        roots.add(certificate.unwrap()).unwrap();
    }
    let tls = imap_transport_std::tls_config(roots).unwrap();
    let plain = Config::unencrypted("127.0.0.1").with_port(server.port());
    let secure = Config::tls("localhost")
        .with_port(server.tls_port())
        .with_tls(tls);
    [
        ("plain", plain.clone()),
        ("compressed", plain.compress(true)),
        ("TLS", secure.clone()),
        ("TLS, compressed", secure.compress(true)),
    ]
    .map(|(name, config)| {
        (
            name,
            config.credentials(Credentials::password(admin, password)),
        )
    })
    .to_vec()
}

#[test]
fn another_user_over_the_same_connection_by_threads() {
    let Some(server) = server(Kind::CyrusNew) else {
        return;
    };
    // Cyrus names LOGINDISABLED in its answer.
    let (user, password) = server.login();
    for (name, config) in configs(&server) {
        let session =
            imap_transport_std::connect(config).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            session.is_compressed(),
            name.contains("compressed"),
            "{name}"
        );
        session.run(Enable::new(["QRESYNC"])).wait().unwrap();
        session
            .run(Unauthenticate)
            .wait()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(session.state(), State::NotAuthenticated, "{name}");
        assert!(!session.is_compressed(), "{name}");
        let capabilities = session.capabilities().expect("those of the answer");
        assert!(
            capabilities.contains("AUTH=PLAIN"),
            "{name}: {capabilities:?}"
        );
        session
            .authenticate(Plain::new(user, password))
            .wait()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let selected = session.run(Select::new("INBOX")).wait().unwrap();
        assert!(selected.exists.is_some(), "{name}");
        // The next user is none, and stays.
        let refused = session.run(Unauthenticate).wait();
        assert!(matches!(refused, Err(Error::No(_))), "{name}: {refused:?}");
        assert_eq!(session.state(), State::Selected, "{name}");
        session.run(Noop).wait().unwrap();
    }
}

#[tokio::test]
async fn another_user_over_the_same_connection_by_tasks() {
    let Some(server) = server(Kind::CyrusNew) else {
        return;
    };
    let (user, password) = server.login();
    for (name, config) in configs(&server) {
        let connecting = imap_transport_tokio::connect(config).await;
        let session = connecting.unwrap_or_else(|error| panic!("{name}: {error}"));
        session
            .run(Unauthenticate)
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!session.is_compressed(), "{name}");
        session
            .authenticate(Plain::new(user, password))
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        session.run(Select::new("INBOX")).await.unwrap();
        session.run(Noop).await.unwrap();
    }
}
