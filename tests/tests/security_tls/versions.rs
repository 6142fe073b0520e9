//! A13: versions of TLS, and what is offered in the handshake.

use std::sync::{Arc, Mutex};

use imap_proto_core::layer::{TlsError, TlsVersion};
use imap_tests::certs::{self, Kind};
use imap_tests::scripted::Server;
use imap_transport_std::{Error, tls_options};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{PeerIncompatible, ServerConfig};

use crate::kit::{
    ADAPTERS, PATHS, Path, before_tls, config, connect, is_tls, refusal, rest, serve,
};

/// A `ServerHello` of an old server (RFC 2246 §7.4.1.3): its version, and a cipher suite of its time,
/// `TLS_RSA_WITH_AES_128_CBC_SHA`.
fn server_hello(minor: u8) -> Vec<u8> {
    let mut hello = vec![2, 0, 0, 38, 3, minor];
    hello.extend([7; 32]);
    hello.extend([0, 0x00, 0x2f, 0]);
    let length = u8::try_from(hello.len()).unwrap();
    [&[22, 3, minor, 0, length][..], &hello].concat()
}

/// SSL 3.0, TLS 1.0 and TLS 1.1, as such servers really answer: with their own version, or with an
/// alert that says `protocol_version`.
#[test]
fn a13_old_versions_are_refused() {
    for adapter in ADAPTERS {
        for path in PATHS {
            for minor in [0, 1, 2] {
                for alert in [false, true] {
                    let answer = if alert {
                        vec![21, 3, minor, 0, 2, 2, 70]
                    } else {
                        server_hello(minor)
                    };
                    let server = Server::serve(move |peer| {
                        before_tls(peer, path)?;
                        peer.channel().fill().map_err(|error| error.to_string())?;
                        peer.say(&answer)?;
                        let said = rest(peer);
                        is_tls(&said)
                            .then_some(())
                            .ok_or_else(|| "plaintext".to_owned())
                    });
                    let server = server.unwrap();
                    let error = refusal(adapter, config(path, server.port()));
                    let Error::Tls(TlsError::Handshake(error), _) = error else {
                        panic!("{error:?}");
                    };
                    if !alert {
                        let expected = PeerIncompatible::Tls12NotOfferedOrEnabled;
                        assert!(
                            matches!(&error, rustls::Error::PeerIncompatible(_)),
                            "{error:?}, not like {expected:?}"
                        );
                    }
                    server.finish();
                }
            }
        }
    }
}

#[test]
fn a13_the_lowest_version_can_be_raised() {
    for adapter in ADAPTERS {
        for (minimum, offered, accepted) in [
            (TlsVersion::Tls12, &TLS12, true),
            (TlsVersion::Tls12, &TLS13, true),
            (TlsVersion::Tls13, &TLS12, false),
            (TlsVersion::Tls13, &TLS13, true),
        ] {
            let tls = certs::shared().server_config_of(Kind::Good, &[offered]);
            let server = Server::serve(move |peer| {
                let served = serve(peer, Path::Tls, tls);
                served
                    .is_ok()
                    .eq(&accepted)
                    .then_some(())
                    .ok_or_else(|| format!("{served:?}"))
            });
            let server = server.unwrap();
            let options = tls_options(certs::shared().roots()).minimum_version(minimum);
            let config = config(Path::Tls, server.port()).with_tls(options.build().unwrap());
            match connect(adapter, config) {
                Ok(opened) => {
                    assert!(accepted);
                    let version = opened.tls.unwrap().version;
                    assert_eq!(
                        version == TlsVersion::Tls13,
                        offered.version == TLS13.version
                    );
                }
                Err(error) => {
                    assert!(!accepted && matches!(error, Error::Tls(..)), "{error:?}");
                }
            }
            server.finish();
        }
    }
}

/// The name and the protocols of one client.
type Said = (Option<String>, Vec<Vec<u8>>);

/// Notes what the client says first.
#[derive(Debug)]
struct Noting {
    key: Arc<CertifiedKey>,
    said: Mutex<Vec<Said>>,
}

impl ResolvesServerCert for Noting {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name().map(str::to_owned);
        let alpn = hello.alpn().into_iter().flatten().map(<[u8]>::to_vec);
        self.said.lock().unwrap().push((name, alpn.collect()));
        Some(Arc::clone(&self.key))
    }
}

/// A server that notes, and chooses the protocol `imap`.
fn noting() -> (Arc<ServerConfig>, Arc<Noting>) {
    let (chain, key) = certs::shared().identity(Kind::Good);
    let key = rustls::crypto::ring::sign::any_supported_type(&key).unwrap();
    let noting = Arc::new(Noting {
        key: Arc::new(CertifiedKey::new(chain, key)),
        said: Mutex::default(),
    });
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::<Noting>::clone(&noting));
    config.alpn_protocols = vec![b"imap".to_vec()];
    // Early data would be taken, were there any.
    config.max_early_data_size = 16 * 1024;
    (Arc::new(config), noting)
}

/// ALPN `imap` against records meant for another service (ALPACA); the name, but for addresses.
#[test]
fn a13_the_protocol_and_the_name_are_offered() {
    for adapter in ADAPTERS {
        for path in PATHS {
            for (host, name) in [("localhost", Some("localhost")), ("127.0.0.1", None)] {
                let (tls, noting) = noting();
                let server = Server::serve(move |peer| serve(peer, path, tls)).unwrap();
                let config = config(path, server.port()).server_name(host);
                let opened = connect(adapter, config).unwrap();
                let said = noting.said.lock().unwrap();
                let expected = (name.map(str::to_owned), vec![b"imap".to_vec()]);
                assert_eq!(*said, [expected]);
                let info = opened.tls.unwrap();
                assert_eq!(info.alpn_protocol.as_deref(), Some(&b"imap"[..]));
                server.finish();
            }
        }
    }
}

#[test]
fn a13_what_is_offered_can_be_switched_off() {
    for adapter in ADAPTERS {
        let (tls, noting) = noting();
        let server = Server::serve(move |peer| serve(peer, Path::Tls, tls)).unwrap();
        let options = tls_options(certs::shared().roots());
        let options = options.alpn(false).server_name_indication(false);
        let config = config(Path::Tls, server.port()).with_tls(options.build().unwrap());
        let opened = connect(adapter, config).unwrap();
        assert_eq!(*noting.said.lock().unwrap(), [(None, Vec::new())]);
        assert_eq!(opened.tls.unwrap().alpn_protocol, None);
        server.finish();
    }
}

/// A session that is resumed says nothing before the handshake is done: no early data.
#[test]
fn a13_no_configuration_sends_early_data() {
    let tls = imap_transport_std::tls_config(certs::shared().roots()).unwrap();
    assert!(!tls.enable_early_data);
    assert!(!config(Path::Tls, 1).tls_config().unwrap().enable_early_data);
}
