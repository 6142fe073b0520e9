//! A certificate authority for tests, and servers' certificates of it, made anew in each process.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams,
};
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::{
    CertificateDer, CertificateRevocationListDer, PrivateKeyDer, PrivatePkcs8KeyDer,
};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, RootCertStore, ServerConfig, SupportedProtocolVersion};
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
    /// Valid for [`NAMES`] from the year 3000.
    NotYetValid,
    /// Valid for [`NAMES`], but issued by itself.
    SelfSigned,
    /// Valid for [`NAMES`], but for clients only (RFC 5280 §4.2.1.12).
    ForClients,
    /// Valid for [`NAMES`], with a signature that says it is of SHA-1.
    Sha1Signature,
    /// Valid for [`NAMES`], and on [`Authority::revocation_list`].
    Revoked,
}

/// The serial number of revoked certificates.
const REVOKED: u64 = 666;

fn parameters(kind: Kind) -> CertificateParams {
    let names = if kind == Kind::OtherName {
        &["other.example.org"][..]
    } else {
        &NAMES[..]
    };
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut parameters = CertificateParams::new(names).expect("the names are well-formed");
    match kind {
        Kind::Expired => {
            parameters.not_before = rcgen::date_time_ymd(1999, 1, 1);
            parameters.not_after = rcgen::date_time_ymd(2000, 1, 1);
        }
        Kind::NotYetValid => {
            parameters.not_before = rcgen::date_time_ymd(3000, 1, 1);
            parameters.not_after = rcgen::date_time_ymd(3001, 1, 1);
        }
        Kind::ForClients => {
            parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        }
        Kind::Revoked => parameters.serial_number = Some(REVOKED.into()),
        Kind::Good | Kind::OtherName | Kind::SelfSigned | Kind::Sha1Signature => {}
    }
    parameters
}

/// A certificate whose two algorithm identifiers say ecdsa-with-SHA1 (RFC 5480) in place of
/// ecdsa-with-SHA256. No library signs so any more; what refuses it must do so by the name.
fn sha1_signed(der: &[u8]) -> Vec<u8> {
    const SHA256: [u8; 12] = [0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    const SHA1: [u8; 11] = [0x30, 9, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1];
    let mut made = der.to_vec();
    for _ in 0..2 {
        let at = made
            .windows(SHA256.len())
            .position(|window| window == SHA256);
        let at = at.expect("an algorithm identifier");
        made.splice(at..at + SHA256.len(), SHA1);
    }
    // The outer sequence has both of them in it, the inner one the first: `30 82 length`.
    for (at, less) in [(2, 2), (6, 1)] {
        let length = u16::from_be_bytes([made[at], made[at + 1]]) - less;
        made[at..at + 2].copy_from_slice(&length.to_be_bytes());
    }
    made
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
        self.server_config_of(kind, rustls::DEFAULT_VERSIONS)
    }

    /// The same with these versions of TLS only.
    pub fn server_config_of(
        &self,
        kind: Kind,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Arc<ServerConfig> {
        let (chain, key) = self.identity(kind);
        let config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(versions)
            .expect("ring supports the versions")
            .with_no_client_auth();
        let resolver = SingleCertAndKey::from(CertifiedKey::new(
            chain,
            any_supported_type(&key).expect("ring supports the key"),
        ));
        // Not `with_single_cert`, which reads the certificate and refuses some of the bad ones.
        Arc::new(config.with_cert_resolver(Arc::new(resolver)))
    }

    /// A new certificate with its key.
    pub fn identity(&self, kind: Kind) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let parameters = parameters(kind);
        let key = KeyPair::generate().expect("a key is made");
        let certificate = match kind {
            Kind::SelfSigned => parameters.self_signed(&key),
            _ => parameters.signed_by(&key, &self.issuer),
        };
        let mut der = certificate.expect("a certificate is made").der().to_vec();
        if kind == Kind::Sha1Signature {
            der = sha1_signed(&der);
        }
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        (vec![der.into()], key)
    }

    /// The authority's revocation list: certificates of [`Kind::Revoked`] are on it.
    pub fn revocation_list(&self) -> CertificateRevocationListDer<'static> {
        let revoked = RevokedCertParams {
            serial_number: REVOKED.into(),
            revocation_time: rcgen::date_time_ymd(2020, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: rcgen::date_time_ymd(2020, 1, 1),
            next_update: rcgen::date_time_ymd(4000, 1, 1),
            crl_number: 1.into(),
            issuing_distribution_point: None,
            revoked_certs: vec![revoked],
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = list.signed_by(&self.issuer).expect("a list is made");
        list.der().clone()
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
