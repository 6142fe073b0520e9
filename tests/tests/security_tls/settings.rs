//! Settings of TLS that only show on a socket: checks of the caller's own, pins, client certificates.

use std::sync::{Arc, Mutex};

use imap_proto_core::layer::dangerous::DangerousCallbackOnly;
use imap_proto_core::layer::{PinnedPublicKey, Refusal, TlsOptions, public_key, server_name};
use imap_tests::certs::{self, Authority, Kind};
use imap_tests::scripted::Server;
use imap_transport_std::{Error, tls_options};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::server::WebPkiClientVerifier;

use crate::kit::{
    ADAPTERS, PATHS, Path, before_tls, certificate_error, config, connect, refusal, serve,
};

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// A server whose certificate is of a kind, which may see its handshake fail.
fn server(path: Path, kind: Kind) -> Server {
    let tls = certs::shared().server_config(kind);
    let served = Server::serve(move |peer| {
        // Whether the client likes it is for the client's side to tell.
        let _ = serve(peer, path, tls);
        Ok(())
    });
    served.unwrap()
}

/// imaplib2's `cert_verify_cb`: called with what the server shows and the name of the host, behind
/// the usual verification, and it may refuse.
#[test]
fn a10_a_callers_check_comes_behind_the_usual_one() {
    for adapter in ADAPTERS {
        for path in PATHS {
            for refuses in [false, true] {
                for kind in [Kind::Good, Kind::Expired] {
                    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
                    let noting = Arc::clone(&seen);
                    let options = tls_options(certs::shared().roots());
                    let tls = options.check_certificate(move |presented| {
                        noting.lock().unwrap().push(presented.host().into_owned());
                        assert!(presented.public_key().is_some());
                        if refuses {
                            return Err("we do not like it".into());
                        }
                        Ok(())
                    });
                    let server = server(path, kind);
                    let config = config(path, server.port()).with_tls(tls.build().unwrap());
                    let outcome = connect(adapter, config);
                    assert_eq!(outcome.is_ok(), !refuses && kind == Kind::Good);
                    // What is bad already is not asked about.
                    let asked = usize::from(kind == Kind::Good);
                    assert_eq!(*seen.lock().unwrap(), vec!["localhost"; asked]);
                    if let (Err(error), Kind::Good) = (outcome, kind) {
                        let reason = format!("{:?}", certificate_error(&error));
                        assert!(reason.contains("we do not like it"), "{reason}");
                    }
                    server.finish();
                }
            }
        }
    }
}

/// The dangerous one asks the caller only.
#[test]
fn a10_a_callback_in_place_of_verification_has_a_name_that_says_so() {
    for adapter in ADAPTERS {
        for kind in [Kind::Expired, Kind::SelfSigned, Kind::OtherName] {
            for accepts in [false, true] {
                let callback = DangerousCallbackOnly::new(provider(), move |presented| {
                    assert_eq!(presented.host(), "localhost");
                    accepts.then_some(()).ok_or_else(|| Refusal::from("no"))
                });
                let tls = TlsOptions::with_verifier(provider(), Arc::new(callback));
                let server = server(Path::Tls, kind);
                let config = config(Path::Tls, server.port()).with_tls(tls.build().unwrap());
                assert_eq!(connect(adapter, config).is_ok(), accepts);
                server.finish();
            }
        }
    }
}

/// A pin of a key: another certificate of the same key is taken, any other key is not, and the pin
/// is for one host.
#[test]
fn a10_a_pinned_key_is_for_one_host_and_exact() {
    let (chain, key) = Authority::new("private").identity(Kind::Good);
    let pin = public_key(&chain[0]).unwrap();
    let mut other = pin.clone();
    *other.last_mut().unwrap() ^= 1;
    let host = || server_name("localhost").unwrap();
    let elsewhere = server_name("other.example.org").unwrap();
    let cases = [
        (PinnedPublicKey::new(provider(), host(), pin.clone()), true),
        (PinnedPublicKey::new(provider(), host(), other), false),
        (PinnedPublicKey::new(provider(), host(), Vec::new()), false),
        (PinnedPublicKey::new(provider(), elsewhere, pin), false),
    ];
    for adapter in ADAPTERS {
        for (pinned, accepted) in &cases {
            let tls = ServerConfig::builder_with_provider(provider())
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(chain.clone(), key.clone_key())
                .unwrap();
            let server = Server::serve(move |peer| {
                let _ = serve(peer, Path::Tls, Arc::new(tls));
                Ok(())
            });
            let server = server.unwrap();
            let tls = TlsOptions::with_verifier(provider(), Arc::new(pinned.clone()));
            let config = config(Path::Tls, server.port()).with_tls(tls.build().unwrap());
            assert_eq!(connect(adapter, config).is_ok(), *accepted);
            server.finish();
        }
    }
}

/// The client's own certificate is shown when the server asks, and only then enough.
#[test]
fn a_client_certificate_is_shown() {
    for adapter in ADAPTERS {
        for path in PATHS {
            for shown in [false, true] {
                let roots = Arc::new(certs::shared().roots());
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider());
                let (chain, key) = certs::shared().identity(Kind::Good);
                let tls = ServerConfig::builder_with_provider(provider())
                    .with_safe_default_protocol_versions()
                    .unwrap()
                    .with_client_cert_verifier(verifier.build().unwrap())
                    .with_single_cert(chain, key)
                    .unwrap();
                let server = Server::serve(move |peer| {
                    before_tls(peer, path)?;
                    let shaken = peer.channel().start_tls(Arc::new(tls));
                    if shaken.is_ok() != shown {
                        return Err(format!("{shaken:?}"));
                    }
                    Ok(())
                });
                let server = server.unwrap();
                let mut options = tls_options(certs::shared().roots());
                if shown {
                    let own = certs::shared().identity(Kind::ForClients);
                    options = options.client_certificate(own);
                }
                let config = config(path, server.port()).with_tls(options.build().unwrap());
                // The server ends it in any case, with a certificate behind the handshake.
                let error = refusal(adapter, config);
                let by_tls = matches!(error, Error::Tls(..) | Error::Io(..));
                assert!(shown || by_tls, "{error:?}");
                server.finish();
            }
        }
    }
}
