//! What the handshake agrees on, and whom it believes.

use std::sync::Arc;

use rustls::server::WebPkiClientVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{HandshakeKind, ServerConfig, SupportedProtocolVersion};

use super::server::*;
use super::transport::*;
use crate::layer::{
    LayerError, PinnedCertificate, Stack, TlsConfigError, TlsError, TlsVersion, client_config,
    client_config_with_verifier, dangerous::DangerousNoVerification, server_name,
};

const BOTH: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

#[test]
fn the_handshake_tells_version_protocol_and_certificate() {
    for (version, expected) in [(&TLS12, TlsVersion::Tls12), (&TLS13, TlsVersion::Tls13)] {
        let mut wire = Wire::new(Plan::WHOLE);
        let mut config = server_config(&AUTHORITY, &[version]);
        config.alpn_protocols = vec![b"imap".to_vec()];
        let mut server = Server::new(config);
        let mut stack = Stack::plain();
        stack.start_tls(trusting(), server_name_of_host()).unwrap();
        assert!(stack.is_handshaking() && stack.wants_write());
        assert_eq!(stack.write(&mut wire, &mut &b"early"[..]).unwrap(), 0);
        handshake(&mut stack, &mut server, &mut wire).unwrap();
        assert_eq!(stack.tls_version(), Some(expected));
        assert_eq!(stack.alpn_protocol(), Some(&b"imap"[..]));
        assert_eq!(
            stack.end_entity_certificate(),
            Some(AUTHORITY.certificate.as_ref())
        );
        assert_eq!(server.connection.server_name(), Some(HOST));
    }
}

#[test]
fn a_server_without_alpn_is_accepted_and_the_offer_can_be_switched_off() {
    let mut wire = Wire::new(Plan::WHOLE);
    let (stack, _) = connected(&[&TLS13], &mut wire);
    assert_eq!(stack.alpn_protocol(), None);

    let mut config = server_config(&AUTHORITY, &[&TLS13]);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let mut server = Server::new(config.clone());
    let mut wire = Wire::new(Plan::WHOLE);
    let mut stack = Stack::plain();
    stack.start_tls(trusting(), server_name_of_host()).unwrap();
    let error = handshake(&mut stack, &mut server, &mut wire).unwrap_err();
    let alert = rustls::Error::AlertReceived(rustls::AlertDescription::NoApplicationProtocol);
    assert!(matches!(error, LayerError::Tls(TlsError::Handshake(error)) if error == alert));

    let silent = client_config(provider(), roots(&AUTHORITY), None, false).unwrap();
    let mut server = Server::new(config);
    let mut wire = Wire::new(Plan::WHOLE);
    let mut stack = Stack::plain();
    stack.start_tls(silent, server_name_of_host()).unwrap();
    handshake(&mut stack, &mut server, &mut wire).unwrap();
}

#[test]
fn the_exporter_is_the_one_that_the_server_computes() {
    let mut wire = Wire::new(Plan::WHOLE);
    let (stack, server) = connected(&[&TLS13], &mut wire);
    let label = b"EXPORTER-Channel-Binding";
    let expected = server
        .connection
        .export_keying_material([0; 32], label, Some(b""))
        .unwrap();
    assert_eq!(stack.tls_exporter(), Some(&expected));

    let mut wire = Wire::new(Plan::WHOLE);
    let (stack, _) = connected(&[&TLS12], &mut wire);
    assert_eq!(stack.tls_exporter(), None);
}

#[test]
fn a_key_log_of_the_caller_still_sees_everything() {
    #[derive(Debug, Default)]
    struct Labels(std::sync::Mutex<Vec<String>>);
    impl rustls::KeyLog for Labels {
        fn log(&self, label: &str, _: &[u8], _: &[u8]) {
            self.0.lock().unwrap().push(label.to_owned());
        }
    }
    let labels = Arc::new(Labels::default());
    let mut config = trusting();
    Arc::make_mut(&mut config).key_log = labels.clone();
    let mut wire = Wire::new(Plan::WHOLE);
    let mut server = Server::new(server_config(&AUTHORITY, &[&TLS13]));
    let mut stack = Stack::plain();
    stack.start_tls(config, server_name_of_host()).unwrap();
    handshake(&mut stack, &mut server, &mut wire).unwrap();
    let labels = labels.0.lock().unwrap();
    assert!(labels.iter().any(|label| label == "EXPORTER_SECRET"));
    assert!(
        labels
            .iter()
            .any(|label| label == "CLIENT_TRAFFIC_SECRET_0")
    );
}

/// Tries a server with this certificate; the error, and what the server thinks of it.
fn refused(
    version: &'static SupportedProtocolVersion,
    trusted: &Authority,
    shown: &Authority,
    host: &str,
) -> (TlsError, Result<(), rustls::Error>) {
    let mut wire = Wire::new(Plan::WHOLE);
    let mut server = Server::new(server_config(shown, &[version]));
    let mut stack = Stack::plain();
    let config = client_config(provider(), roots(trusted), None, true).unwrap();
    stack.start_tls(config, server_name(host).unwrap()).unwrap();
    let LayerError::Tls(error) = handshake(&mut stack, &mut server, &mut wire).unwrap_err() else {
        panic!("not an error of TLS")
    };
    // The error stays, and nothing is taken any more.
    let again = stack.read(&mut wire, &mut Vec::new()).unwrap_err();
    assert!(matches!(again, LayerError::Tls(again) if again == error));
    assert!(stack.write(&mut wire, &mut &b"a1 LOGIN"[..]).is_err());
    (error, server.turn(&mut wire))
}

/// SECURITY.md row A10. The alert reached the server before the error reached the caller.
#[test]
fn a10_bad_certificates_are_refused_with_an_alert() {
    let expired = authority(|leaf| leaf.not_after = rcgen::date_time_ymd(2020, 1, 1));
    let future = authority(|leaf| leaf.not_before = rcgen::date_time_ymd(4000, 1, 1));
    let other_name = authority(|leaf| {
        leaf.subject_alt_names = vec![rcgen::SanType::DnsName("evil.org".try_into().unwrap())];
    });
    let no_name = authority(|leaf| leaf.subject_alt_names.clear());
    let stranger = authority(|_| ());
    for version in BOTH {
        for (trusted, shown) in [
            (&expired, &expired),
            (&future, &future),
            (&other_name, &other_name),
            (&no_name, &no_name),
            (&*AUTHORITY, &stranger),
        ] {
            let (error, server) = refused(version, trusted, shown, HOST);
            assert!(error.is_certificate(), "{error}");
            assert!(
                matches!(server, Err(rustls::Error::AlertReceived(_))),
                "{server:?}"
            );
        }
        let (error, _) = refused(version, &AUTHORITY, &AUTHORITY, "192.0.2.8");
        assert!(error.is_certificate(), "{error}");
    }
}

#[test]
fn an_address_is_a_name_too_and_sends_no_sni() {
    let mut wire = Wire::new(Plan::WHOLE);
    let mut server = Server::new(server_config(&AUTHORITY, &[&TLS13]));
    let mut stack = Stack::plain();
    stack
        .start_tls(trusting(), server_name("192.0.2.7").unwrap())
        .unwrap();
    handshake(&mut stack, &mut server, &mut wire).unwrap();
    assert_eq!(server.connection.server_name(), None);
}

#[test]
fn a_pin_is_exact_bytes_for_one_host() {
    let stranger = authority(|_| ());
    let pinned = |certificate: &Authority| {
        let verifier = PinnedCertificate::new(
            provider(),
            server_name_of_host(),
            certificate.certificate.clone(),
        );
        client_config_with_verifier(provider(), Arc::new(verifier), None, true).unwrap()
    };
    for version in BOTH {
        for (pin, host, good) in [
            (&stranger, HOST, true),
            (&*AUTHORITY, HOST, false),
            (&stranger, "other.example.org", false),
        ] {
            let mut wire = Wire::new(Plan::WHOLE);
            let mut server = Server::new(server_config(&stranger, &[version]));
            let mut stack = Stack::plain();
            stack
                .start_tls(pinned(pin), server_name(host).unwrap())
                .unwrap();
            let result = handshake(&mut stack, &mut server, &mut wire);
            assert_eq!(result.is_ok(), good);
        }
    }
}

#[test]
fn sessions_are_resumed_within_one_configuration() {
    for version in BOTH {
        let config = trusting();
        let theirs = server_config(&AUTHORITY, &[version]);
        for (config, expected) in [
            (config.clone(), HandshakeKind::Full),
            (config, HandshakeKind::Resumed),
            (trusting(), HandshakeKind::Full),
        ] {
            let mut wire = Wire::new(Plan::WHOLE);
            let mut server = Server::new(theirs.clone());
            let mut stack = Stack::plain();
            stack.start_tls(config, server_name_of_host()).unwrap();
            handshake(&mut stack, &mut server, &mut wire).unwrap();
            assert_eq!(server.connection.handshake_kind(), Some(expected));
            let certificate = AUTHORITY.certificate.as_ref();
            assert_eq!(stack.end_entity_certificate(), Some(certificate));
        }
    }
}

#[test]
fn a_client_certificate_is_shown_when_asked_for() {
    for version in BOTH {
        let ours = authority(|_| ());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots(&ours)), provider())
                .build()
                .unwrap();
        let config = client_config(provider(), roots(&AUTHORITY), Some(ours.identity()), true);
        for (config, good) in [(config.unwrap(), true), (trusting(), false)] {
            let mut wire = Wire::new(Plan::WHOLE);
            let theirs = ServerConfig::builder_with_provider(provider())
                .with_protocol_versions(&[version])
                .unwrap()
                .with_client_cert_verifier(verifier.clone());
            let (chain, key) = AUTHORITY.identity();
            let mut server = Server::new(theirs.with_single_cert(chain, key).unwrap());
            let mut stack = Stack::plain();
            stack.start_tls(config, server_name_of_host()).unwrap();
            // With TLS 1.3 the client learns of the refusal behind its own handshake.
            let mut input = Vec::new();
            let result = handshake(&mut stack, &mut server, &mut wire)
                .and_then(|()| read_all(&mut stack, &mut wire, &mut input));
            assert_eq!(result.is_ok(), good, "{result:?}");
            let shown = server.connection.peer_certificates().map(<[_]>::to_vec);
            assert_eq!(shown, good.then(|| vec![ours.certificate.clone()]));
        }
    }
}

#[test]
fn the_dangerous_verifier_takes_a_stranger() {
    let verifier = Arc::new(DangerousNoVerification::new(provider()));
    let config = client_config_with_verifier(provider(), verifier, None, true).unwrap();
    for version in BOTH {
        let mut wire = Wire::new(Plan::WHOLE);
        let mut server = Server::new(server_config(&authority(|_| ()), &[version]));
        let mut stack = Stack::plain();
        stack
            .start_tls(config.clone(), server_name("any.example").unwrap())
            .unwrap();
        handshake(&mut stack, &mut server, &mut wire).unwrap();
    }
}

#[test]
fn a_configuration_needs_roots_and_a_name_must_be_one() {
    let error = client_config(provider(), rustls::RootCertStore::empty(), None, true).unwrap_err();
    assert_eq!(error, TlsConfigError::NoRoots);
    for good in [
        "a",
        "imap.example.org",
        "imap.example.org.",
        "127.0.0.1",
        "::1",
        "[::1]",
    ] {
        assert!(server_name(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "[::1",
        "[127.0.0.1]",
        "imap.example.org:993",
        "a b",
        "müller.example",
        ".",
    ] {
        assert!(server_name(bad).is_err(), "{bad}");
    }
}
