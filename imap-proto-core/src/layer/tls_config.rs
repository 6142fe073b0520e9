//! TLS configurations for IMAP: which versions, which certificates, which names.

use std::sync::Arc;

use rustls::client::Resumption;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

/// The protocol offered in the handshake (RFC 7301; registered for IMAP), so that a record meant
/// for another service can not be replayed to us (ALPACA).
const ALPN: &[u8] = b"imap";
/// For how many servers sessions are kept for resumption. rustls' default of 256 allocates more
/// than a client of a few servers needs.
const RESUMED_SERVERS: usize = 32;

/// A client certificate for SASL EXTERNAL: its chain, the client's own first, and its key.
pub type ClientCertificate = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// Why a TLS configuration can not be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsConfigError {
    /// No root certificate: every server would be refused.
    #[error("no root certificates")]
    NoRoots,
    /// Neither a DNS name nor an IP address.
    #[error("not the name of a server: {0:?}")]
    ServerName(String),
    /// The provider, the verifier or the client certificate is not usable.
    #[error("TLS can not be configured: {0}")]
    Rustls(#[source] Error),
}

/// A configuration that accepts servers whose certificate is valid, names the host, and leads to
/// one of `roots`.
///
/// TLS 1.2 and 1.3, no early data, SNI except for addresses. `alpn` offers the protocol `imap`;
/// a server that knows no ALPN is accepted all the same, and false is for those that it breaks.
/// The `provider` is always the one given, never the process' default. Sessions are resumed only
/// among connections of one configuration, so one should be made once and used for all connections
/// of one account.
///
/// # Errors
///
/// [`TlsConfigError::NoRoots`], or [`TlsConfigError::Rustls`] for a client certificate whose key
/// does not fit.
pub fn client_config(
    provider: Arc<CryptoProvider>,
    roots: RootCertStore,
    client_certificate: Option<ClientCertificate>,
    alpn: bool,
) -> Result<Arc<ClientConfig>, TlsConfigError> {
    if roots.is_empty() {
        return Err(TlsConfigError::NoRoots);
    }
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .map_err(|error| TlsConfigError::Rustls(Error::General(error.to_string())))?;
    client_config_with_verifier(provider, verifier, client_certificate, alpn)
}

/// As [`client_config`], but what certificate is accepted is up to `verifier`: a
/// [`PinnedCertificate`], the platform's, or, for those who must,
/// [`dangerous::DangerousNoVerification`](super::dangerous::DangerousNoVerification).
pub fn client_config_with_verifier(
    provider: Arc<CryptoProvider>,
    verifier: Arc<dyn ServerCertVerifier>,
    client_certificate: Option<ClientCertificate>,
    alpn: bool,
) -> Result<Arc<ClientConfig>, TlsConfigError> {
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsConfigError::Rustls)?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match client_certificate {
        Some((chain, key)) => builder
            .with_client_auth_cert(chain, key)
            .map_err(TlsConfigError::Rustls)?,
        None => builder.with_no_client_auth(),
    };
    if alpn {
        config.alpn_protocols = vec![ALPN.to_vec()];
    }
    config.resumption = Resumption::in_memory_sessions(RESUMED_SERVERS);
    // Compressed certificates have been used to exhaust memory (RUSTSEC-2026-0348).
    config.cert_decompressors = Vec::new();
    Ok(Arc::new(config))
}

/// The name to check a certificate for, from a host as users write it: a DNS name, an IPv4
/// address, an IPv6 address with or without brackets. Internationalised names must be in their
/// ASCII form (RFC 5890).
///
/// ```
/// use imap_proto_core::layer::server_name;
///
/// assert_eq!(server_name("imap.example.org")?.to_str(), "imap.example.org");
/// assert_eq!(server_name("[2001:DB8::1]")?.to_str(), "2001:db8::1");
/// assert!(server_name("imap.example.org:993").is_err());
/// # Ok::<(), imap_proto_core::layer::TlsConfigError>(())
/// ```
pub fn server_name(host: &str) -> Result<ServerName<'static>, TlsConfigError> {
    let bracketed = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let name = match bracketed {
        // Only an IPv6 address has a colon: a DNS name with one is refused below.
        Some(address) => Some(address).filter(|address| address.contains(':')),
        None => Some(host),
    };
    let name = name.and_then(|name| ServerName::try_from(name.to_owned()).ok());
    name.ok_or_else(|| TlsConfigError::ServerName(host.to_owned()))
}

/// Accepts one server with exactly one certificate, whoever issued it and whether or not it has
/// expired. Any other server, and any other certificate of that server, is refused.
#[derive(Debug, Clone)]
pub struct PinnedCertificate {
    provider: Arc<CryptoProvider>,
    name: ServerName<'static>,
    certificate: CertificateDer<'static>,
}

impl PinnedCertificate {
    /// `certificate` is the server's own, in DER, as in
    /// [`Stack::end_entity_certificate`](super::Stack::end_entity_certificate). The signatures of
    /// the handshake are checked with the algorithms of `provider`.
    pub fn new(
        provider: Arc<CryptoProvider>,
        name: ServerName<'static>,
        certificate: CertificateDer<'static>,
    ) -> Self {
        Self {
            provider,
            name,
            certificate,
        }
    }
}

impl ServerCertVerifier for PinnedCertificate {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if *server_name != self.name {
            return Err(CertificateError::NotValidForName.into());
        }
        if end_entity.as_ref() != self.certificate.as_ref() {
            return Err(CertificateError::ApplicationVerificationFailure.into());
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
