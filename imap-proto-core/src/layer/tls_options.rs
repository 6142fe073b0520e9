//! TLS configurations for IMAP, built from what may be chosen.

use std::fmt;
use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateRevocationListDer;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, Error, RootCertStore, SupportedProtocolVersion};

use super::tls::TlsVersion;
use super::tls_config::{ClientCertificate, TlsConfigError};
use super::tls_verify::{CertificateCheck, Checked, Presented, Refusal};

/// The protocol offered in the handshake (RFC 7301; registered for IMAP), so that a record meant
/// for another service can not be replayed to us (ALPACA).
const ALPN: &[u8] = b"imap";
/// For how many servers sessions are kept for resumption. rustls' default of 256 allocates more
/// than a client of a few servers needs.
const RESUMED_SERVERS: usize = 32;

/// Which TLS a connection takes: versions, trust, the client's own certificate.
///
/// As made by [`new`](Self::new): TLS 1.2 and 1.3, SNI except for addresses, no early data, `imap`
/// offered as protocol, and a server's certificate must be valid, name the host and lead to one of
/// the roots. Everything else is said in addition.
///
/// ```
/// use imap_proto_core::layer::{TlsOptions, TlsVersion};
/// # fn example(provider: std::sync::Arc<rustls::crypto::CryptoProvider>, roots: rustls::RootCertStore)
/// #     -> Result<(), imap_proto_core::layer::TlsConfigError> {
///
/// let tls = TlsOptions::new(provider, roots)
///     .minimum_version(TlsVersion::Tls13)
///     .check_certificate(|presented| {
///         println!("{} shows {} octets", presented.host(), presented.end_entity().len());
///         Ok(())
///     })
///     .build()?;
/// # drop(tls); Ok(())
/// # }
/// ```
#[must_use = "`build` makes the configuration"]
#[derive(Clone)]
pub struct TlsOptions {
    provider: Arc<CryptoProvider>,
    trust: Trust,
    client_certificate: Option<Arc<ClientCertificate>>,
    minimum_version: TlsVersion,
    alpn: bool,
    sni: bool,
    revocation_lists: Vec<CertificateRevocationListDer<'static>>,
    check: Option<Arc<CertificateCheck>>,
}

/// Who says which certificates are good.
#[derive(Clone)]
enum Trust {
    Roots(Arc<RootCertStore>),
    Verifier(Arc<dyn ServerCertVerifier>),
}

impl TlsOptions {
    /// Servers must lead to one of `roots`. The `provider` is always the one given, never the
    /// process' default.
    pub fn new(provider: Arc<CryptoProvider>, roots: RootCertStore) -> Self {
        Self::with_trust(provider, Trust::Roots(Arc::new(roots)))
    }

    /// What certificate is accepted is up to `verifier`: a
    /// [`PinnedCertificate`](super::PinnedCertificate), a
    /// [`PinnedPublicKey`](super::PinnedPublicKey), the platform's, or, for those who must,
    /// [`dangerous`](super::dangerous) ones.
    pub fn with_verifier(
        provider: Arc<CryptoProvider>,
        verifier: Arc<dyn ServerCertVerifier>,
    ) -> Self {
        Self::with_trust(provider, Trust::Verifier(verifier))
    }

    fn with_trust(provider: Arc<CryptoProvider>, trust: Trust) -> Self {
        Self {
            provider,
            trust,
            client_certificate: None,
            minimum_version: TlsVersion::Tls12,
            alpn: true,
            sni: true,
            revocation_lists: Vec::new(),
            check: None,
        }
    }

    /// The client's own certificate, for servers that ask for one, and for SASL EXTERNAL.
    pub fn client_certificate(mut self, certificate: ClientCertificate) -> Self {
        self.client_certificate = Some(Arc::new(certificate));
        self
    }

    /// The lowest version accepted. There is none below 1.2.
    pub fn minimum_version(mut self, version: TlsVersion) -> Self {
        self.minimum_version = version;
        self
    }

    /// Whether `imap` is offered as protocol (RFC 7301). A server that knows no ALPN is accepted
    /// all the same; false is for those that it breaks.
    pub fn alpn(mut self, offered: bool) -> Self {
        self.alpn = offered;
        self
    }

    /// Whether the server's name is sent in the clear (SNI, RFC 6066 §3). Most servers of many
    /// domains need it.
    pub fn server_name_indication(mut self, sent: bool) -> Self {
        self.sni = sent;
        self
    }

    /// Revocation lists in DER (RFC 5280 §5). With any, a certificate of the chain that no list
    /// speaks for is refused, and so is one whose list has expired. For [`new`](Self::new) only.
    pub fn revocation_lists(
        mut self,
        lists: impl IntoIterator<Item = CertificateRevocationListDer<'static>>,
    ) -> Self {
        self.revocation_lists.extend(lists);
        self
    }

    /// Asks the caller too: `check` is called with what the server shows and the name of the host
    /// *after* the certificate was found valid, and may refuse it. It runs within the handshake,
    /// so it should be quick.
    pub fn check_certificate(
        mut self,
        check: impl Fn(&Presented<'_>) -> Result<(), Refusal> + Send + Sync + 'static,
    ) -> Self {
        self.check = Some(Arc::new(check));
        self
    }

    /// Makes the configuration. Sessions are resumed only among connections of one configuration,
    /// so one should be made once and used for all connections of one account.
    ///
    /// # Errors
    ///
    /// [`TlsConfigError::NoRoots`], or [`TlsConfigError::Rustls`] for a client certificate whose
    /// key does not fit, and for a revocation list that is none.
    pub fn build(self) -> Result<Arc<ClientConfig>, TlsConfigError> {
        let verifier = self.verifier()?;
        let versions: &[&SupportedProtocolVersion] = match self.minimum_version {
            TlsVersion::Tls12 => &[&TLS13, &TLS12],
            TlsVersion::Tls13 => &[&TLS13],
        };
        let builder = ClientConfig::builder_with_provider(self.provider)
            .with_protocol_versions(versions)
            .map_err(TlsConfigError::Rustls)?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        let mut config = match self.client_certificate.as_deref() {
            Some((chain, key)) => builder
                .with_client_auth_cert(chain.clone(), key.clone_key())
                .map_err(TlsConfigError::Rustls)?,
            None => builder.with_no_client_auth(),
        };
        if self.alpn {
            config.alpn_protocols = vec![ALPN.to_vec()];
        }
        config.enable_sni = self.sni;
        config.resumption = Resumption::in_memory_sessions(RESUMED_SERVERS);
        // Compressed certificates have been used to exhaust memory (RUSTSEC-2026-0348).
        config.cert_decompressors = Vec::new();
        Ok(Arc::new(config))
    }

    fn verifier(&self) -> Result<Arc<dyn ServerCertVerifier>, TlsConfigError> {
        let verifier: Arc<dyn ServerCertVerifier> = match &self.trust {
            Trust::Verifier(verifier) => Arc::clone(verifier),
            Trust::Roots(roots) if roots.is_empty() => return Err(TlsConfigError::NoRoots),
            Trust::Roots(roots) => WebPkiServerVerifier::builder_with_provider(
                Arc::clone(roots),
                Arc::clone(&self.provider),
            )
            .with_crls(self.revocation_lists.iter().cloned())
            .enforce_revocation_expiration()
            .build()
            .map_err(|error| TlsConfigError::Rustls(Error::General(error.to_string())))?,
        };
        Ok(match &self.check {
            Some(check) => Arc::new(Checked::new(verifier, Arc::clone(check))),
            None => verifier,
        })
    }
}

impl fmt::Debug for TlsOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsOptions")
            .field("minimum_version", &self.minimum_version)
            .field("client_certificate", &self.client_certificate.is_some())
            .field("revocation_lists", &self.revocation_lists.len())
            .finish_non_exhaustive()
    }
}
