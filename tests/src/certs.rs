//! A certificate authority for tests, and servers' certificates of it, made anew in each process.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::sync::{Arc, LazyLock};

/// The names that the good certificate is valid for.
pub const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

static SHARED: LazyLock<Authority> = LazyLock::new(|| Authority::new("IMAP test CA"));

/// A certificate authority.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// Which certificate a server shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Valid for [`NAMES`].
    Good,
    /// Valid for `other.example.org` only.
    OtherName,
    /// Valid for [`NAMES`] until the year 2000.
    Expired,
}

impl Authority {
    /// A new authority that nobody trusts yet.
    pub fn new(name: &str) -> Self {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key is made");
        let issuer =
            CertifiedIssuer::self_signed(parameters, key).expect("the CA's certificate is made");
        Self { issuer }
    }

    /// The authority's certificate in PEM, as a `CA_FILE` has it.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// The authority's certificate.
    pub fn certificate(&self) -> CertificateDer<'static> {
        self.issuer.der().clone()
    }

    /// A client's trust in this authority and no other.
    pub fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots
            .add(self.certificate())
            .expect("the CA's certificate is well-formed");
        roots
    }

    /// A server's configuration with a new certificate, TLS 1.2 and 1.3.
    pub fn server_config(&self, kind: Kind) -> Arc<ServerConfig> {
        let names = if kind == Kind::OtherName {
            &["other.example.org"][..]
        } else {
            &NAMES[..]
        };
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut parameters = CertificateParams::new(names).expect("the names are well-formed");
        if kind == Kind::Expired {
            parameters.not_before = rcgen::date_time_ymd(1999, 1, 1);
            parameters.not_after = rcgen::date_time_ymd(2000, 1, 1);
        }
        let key = KeyPair::generate().expect("a key is made");
        let certificate = parameters
            .signed_by(&key, &self.issuer)
            .expect("a certificate is made");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config =
            ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
        let config = config
            .expect("ring supports the default versions")
            .with_no_client_auth();
        Arc::new(
            config
                .with_single_cert(vec![certificate.der().clone()], key)
                .expect("key and certificate match"),
        )
    }

    /// A client's configuration that trusts this authority only.
    pub fn client_config(&self) -> Arc<ClientConfig> {
        let config =
            ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
        let config = config.expect("ring supports the default versions");
        Arc::new(
            config
                .with_root_certificates(self.roots())
                .with_no_client_auth(),
        )
    }
}

/// The authority that the servers of this kit share within a process.
pub fn shared() -> &'static Authority {
    &SHARED
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::pki_types::ServerName;
    use rustls::{CertificateError, Error};

    /// What a client that trusts `authority` finds about the certificate that it makes.
    fn verify(
        issuer: &Authority,
        kind: Kind,
        trusted: &Authority,
        name: &str,
    ) -> Result<(), Error> {
        let config = issuer.server_config(kind);
        let mut client = rustls::ClientConnection::new(
            trusted.client_config(),
            ServerName::try_from(name.to_owned()).unwrap(),
        )?;
        let mut server = rustls::ServerConnection::new(config)?;
        while client.is_handshaking() || server.is_handshaking() {
            let mut flight = Vec::new();
            client.write_tls(&mut flight).unwrap();
            server.read_tls(&mut flight.as_slice()).unwrap();
            server.process_new_packets()?;
            flight.clear();
            server.write_tls(&mut flight).unwrap();
            client.read_tls(&mut flight.as_slice()).unwrap();
            client.process_new_packets()?;
        }
        Ok(())
    }

    #[test]
    fn the_good_certificate_is_valid_for_its_names() {
        for name in NAMES {
            assert_eq!(
                verify(shared(), Kind::Good, shared(), name),
                Ok(()),
                "{name}"
            );
        }
    }

    #[test]
    fn the_others_are_refused_for_their_reason() {
        let error = |kind, trusted, name| match verify(shared(), kind, trusted, name) {
            Err(Error::InvalidCertificate(error)) => error,
            other => panic!("{other:?}"),
        };
        let expired = error(Kind::Expired, shared(), "localhost");
        assert!(matches!(
            expired,
            CertificateError::Expired | CertificateError::ExpiredContext { .. }
        ));
        let name = error(Kind::OtherName, shared(), "localhost");
        assert!(matches!(
            name,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
        ));
        assert_eq!(
            error(Kind::Good, &Authority::new("another"), "localhost"),
            CertificateError::UnknownIssuer
        );
    }
}
