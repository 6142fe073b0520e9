//! TLS configurations for IMAP: which versions, which certificates, which names.

use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, Error, RootCertStore};

use super::TlsOptions;

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
/// For more than this there is [`TlsOptions`].
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
    with_client(TlsOptions::new(provider, roots), client_certificate)
        .alpn(alpn)
        .build()
}

/// As [`client_config`], but what certificate is accepted is up to `verifier`: a
/// [`PinnedCertificate`](super::PinnedCertificate), the platform's, or, for those who must,
/// [`dangerous::DangerousNoVerification`](super::dangerous::DangerousNoVerification).
pub fn client_config_with_verifier(
    provider: Arc<CryptoProvider>,
    verifier: Arc<dyn ServerCertVerifier>,
    client_certificate: Option<ClientCertificate>,
    alpn: bool,
) -> Result<Arc<ClientConfig>, TlsConfigError> {
    with_client(
        TlsOptions::with_verifier(provider, verifier),
        client_certificate,
    )
    .alpn(alpn)
    .build()
}

fn with_client(options: TlsOptions, certificate: Option<ClientCertificate>) -> TlsOptions {
    match certificate {
        Some(certificate) => options.client_certificate(certificate),
        None => options,
    }
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
