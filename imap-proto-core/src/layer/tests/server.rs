//! rustls' own buffered server at the other end of a transport in memory.

use std::io::{Read, Write};
use std::sync::{Arc, LazyLock};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{
    ClientConfig, RootCertStore, ServerConfig, ServerConnection, SupportedProtocolVersion,
};

use super::transport::{Wire, flush_all, read_all};
use crate::layer::{ClientCertificate, LayerError, Stack, client_config, server_name};

pub(super) const HOST: &str = "imap.example.org";

/// An authority, and a certificate of it for [`HOST`].
pub(super) struct Authority {
    pub(super) root: CertificateDer<'static>,
    pub(super) certificate: CertificateDer<'static>,
    key: Vec<u8>,
}

impl Authority {
    /// The certificate with its key.
    pub(super) fn identity(&self) -> ClientCertificate {
        let key = PrivateKeyDer::try_from(self.key.clone()).unwrap();
        (vec![self.certificate.clone()], key)
    }
}

pub(super) static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| authority(|_| ()));

/// Makes an authority whose certificate differs from a good one by `change`.
pub(super) fn authority(change: impl FnOnce(&mut CertificateParams)) -> Authority {
    let mut root = CertificateParams::new(Vec::new()).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(root, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut leaf = CertificateParams::new(vec![HOST.to_owned(), "192.0.2.7".to_owned()]).unwrap();
    change(&mut leaf);
    let leaf = leaf.signed_by(&key, &issuer).unwrap();
    Authority {
        root: issuer.der().clone(),
        certificate: leaf.der().clone(),
        key: key.serialize_der(),
    }
}

pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

pub(super) fn roots(authority: &Authority) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(authority.root.clone()).unwrap();
    roots
}

/// The configuration that trusts [`AUTHORITY`].
pub(super) fn trusting() -> Arc<ClientConfig> {
    client_config(provider(), roots(&AUTHORITY), None, true).unwrap()
}

pub(super) fn server_name_of_host() -> ServerName<'static> {
    server_name(HOST).unwrap()
}

pub(super) fn server_config(
    authority: &Authority,
    versions: &[&'static SupportedProtocolVersion],
) -> ServerConfig {
    let (chain, key) = authority.identity();
    ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap()
}

/// rustls' own buffered server at the other end of a [`Wire`].
pub(super) struct Server {
    pub(super) connection: ServerConnection,
    /// What the client sent.
    pub(super) received: Vec<u8>,
}

impl Server {
    pub(super) fn new(config: ServerConfig) -> Self {
        let connection = ServerConnection::new(Arc::new(config)).unwrap();
        Self {
            connection,
            received: Vec::new(),
        }
    }

    /// Takes what the client wrote, and sends what there is to send.
    pub(super) fn turn(&mut self, wire: &mut Wire) -> Result<(), rustls::Error> {
        let sent = std::mem::take(&mut wire.to_server);
        let mut sent = &sent[..];
        let mut result = Ok(());
        while !sent.is_empty() && result.is_ok() {
            self.connection.read_tls(&mut sent).unwrap();
            result = self.connection.process_new_packets().map(|_| ());
            // An error is the end of what can be read for now, or a missing close_notify.
            let _ = self.connection.reader().read_to_end(&mut self.received);
        }
        self.send(wire);
        result
    }

    pub(super) fn say(&mut self, wire: &mut Wire, mut text: &[u8]) {
        while !text.is_empty() {
            let count = self.connection.writer().write(text).unwrap();
            text = &text[count..];
            self.send(wire);
        }
    }

    pub(super) fn send(&mut self, wire: &mut Wire) {
        while self.connection.wants_write() {
            self.connection.write_tls(&mut wire.to_client).unwrap();
        }
    }
}

/// Brings the handshake to its end.
pub(super) fn handshake(
    stack: &mut Stack,
    server: &mut Server,
    wire: &mut Wire,
) -> Result<(), LayerError> {
    let mut input = Vec::new();
    for _ in 0..10 {
        flush_all(stack, wire)?;
        // What the server thinks of it, the client learns by the alert.
        let _ = server.turn(wire);
        read_all(stack, wire, &mut input)?;
        if !stack.is_handshaking() && !server.connection.is_handshaking() {
            break;
        }
    }
    assert!(!stack.is_handshaking() && !server.connection.is_handshaking());
    assert_eq!(input, b"");
    Ok(())
}

/// A stack and a server, connected.
pub(super) fn connected(
    versions: &[&'static SupportedProtocolVersion],
    wire: &mut Wire,
) -> (Stack, Server) {
    let mut server = Server::new(server_config(&AUTHORITY, versions));
    let mut stack = Stack::plain();
    stack
        .start_tls(trusting(), server_name(HOST).unwrap())
        .unwrap();
    handshake(&mut stack, &mut server, wire).unwrap();
    (stack, server)
}
