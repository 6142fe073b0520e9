//! What gives up the authentication of the server.

use std::fmt;
use std::sync::Arc;

use rustls::Error;
use rustls::client::danger::{ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

use super::tls_verify::{CertificateCheck, Presented, Refusal, ask, signatures_by_provider};

/// Accepts **any** certificate of **any** server: whoever is on the path can read and change
/// everything, the password included.
///
/// It is for tests and for looking at a certificate before pinning it with a
/// [`PinnedCertificate`](super::PinnedCertificate). To be given to
/// [`client_config_with_verifier`](super::client_config_with_verifier). That the server has the
/// key of the certificate that it shows is still checked.
#[derive(Debug, Clone)]
pub struct DangerousNoVerification {
    provider: Arc<CryptoProvider>,
}

impl DangerousNoVerification {
    /// With the signature algorithms of `provider`.
    pub fn new(provider: Arc<CryptoProvider>) -> Self {
        Self { provider }
    }
}

impl ServerCertVerifier for DangerousNoVerification {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    signatures_by_provider!();
}

/// Accepts what a callback of the caller's accepts, and looks at **nothing else**: not at the
/// issuer, the dates, or the name. That the server has the key of the certificate that it shows
/// is still checked.
///
/// It is for those who bring their own idea of trust, such as asking the user. To be given to
/// [`TlsOptions::with_verifier`](super::TlsOptions::with_verifier). A callback beside the usual
/// verification is [`TlsOptions::check_certificate`](super::TlsOptions::check_certificate).
#[derive(Clone)]
pub struct DangerousCallbackOnly {
    provider: Arc<CryptoProvider>,
    check: Arc<CertificateCheck>,
}

impl DangerousCallbackOnly {
    /// With the signature algorithms of `provider`.
    pub fn new(
        provider: Arc<CryptoProvider>,
        check: impl Fn(&Presented<'_>) -> Result<(), Refusal> + Send + Sync + 'static,
    ) -> Self {
        Self {
            provider,
            check: Arc::new(check),
        }
    }
}

impl ServerCertVerifier for DangerousCallbackOnly {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        ask(&*self.check, server_name, end_entity, intermediates)?;
        Ok(ServerCertVerified::assertion())
    }

    signatures_by_provider!();
}

impl fmt::Debug for DangerousCallbackOnly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DangerousCallbackOnly")
            .finish_non_exhaustive()
    }
}
