//! Who may be at the other end: verifiers of servers' certificates beside rustls' own.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};

/// Why a caller's check refuses a certificate. It is in the source of the error that comes of it.
pub type Refusal = Box<dyn std::error::Error + Send + Sync>;

/// A caller's check of a certificate.
pub(super) type CertificateCheck = dyn Fn(&Presented<'_>) -> Result<(), Refusal> + Send + Sync;

/// What a server shows in the handshake, and whom we wanted.
#[derive(Clone, Copy)]
pub struct Presented<'a> {
    name: &'a ServerName<'a>,
    end_entity: &'a CertificateDer<'a>,
    intermediates: &'a [CertificateDer<'a>],
}

impl Presented<'_> {
    /// The name or address that we connect to, as the certificate is checked for it.
    pub fn host(&self) -> Cow<'_, str> {
        self.name.to_str()
    }

    /// The server's own certificate, in DER.
    pub fn end_entity(&self) -> &[u8] {
        self.end_entity
    }

    /// What it sent along, in DER, in its order.
    pub fn intermediates(&self) -> impl Iterator<Item = &[u8]> {
        self.intermediates.iter().map(AsRef::as_ref)
    }

    /// The `SubjectPublicKeyInfo` of the server's certificate, in DER (RFC 5280 §4.1.2.7): what
    /// pins are usually made of. `None` when the certificate cannot be read.
    pub fn public_key(&self) -> Option<Vec<u8>> {
        public_key(self.end_entity)
    }
}

impl fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presented")
            .field("host", &self.host())
            .finish_non_exhaustive()
    }
}

/// The `SubjectPublicKeyInfo` of a certificate in DER (RFC 5280 §4.1.2.7), for a
/// [`PinnedPublicKey`]. `None` when the certificate cannot be read.
pub fn public_key(certificate: &[u8]) -> Option<Vec<u8>> {
    let certificate = CertificateDer::from(certificate);
    let parsed = ParsedCertificate::try_from(&certificate).ok()?;
    Some(parsed.subject_public_key_info().as_ref().to_vec())
}

/// The signatures of the handshake are checked as ever: with the algorithms of `self.provider`.
macro_rules! signatures_by_provider {
    () => {
        fn verify_tls12_signature(
            &self,
            message: &[u8],
            certificate: &rustls::pki_types::CertificateDer<'_>,
            signature: &rustls::DigitallySignedStruct,
        ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
            let algorithms = &self.provider.signature_verification_algorithms;
            rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            certificate: &rustls::pki_types::CertificateDer<'_>,
            signature: &rustls::DigitallySignedStruct,
        ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
            let algorithms = &self.provider.signature_verification_algorithms;
            rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
            self.provider
                .signature_verification_algorithms
                .supported_schemes()
        }
    };
}

pub(super) use signatures_by_provider;

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
        pinned(*server_name == self.name, *end_entity == self.certificate)
    }

    signatures_by_provider!();
}

/// Accepts one server with exactly one key, whatever certificate it is in: a pin that outlives
/// the renewal of the certificate. Any other server, and any other key of that server, is refused.
#[derive(Debug, Clone)]
pub struct PinnedPublicKey {
    provider: Arc<CryptoProvider>,
    name: ServerName<'static>,
    key: Vec<u8>,
}

impl PinnedPublicKey {
    /// `key` is a `SubjectPublicKeyInfo` in DER, as [`public_key`] gives it.
    pub fn new(
        provider: Arc<CryptoProvider>,
        name: ServerName<'static>,
        key: impl Into<Vec<u8>>,
    ) -> Self {
        Self {
            provider,
            name,
            key: key.into(),
        }
    }
}

impl ServerCertVerifier for PinnedPublicKey {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let same = public_key(end_entity).is_some_and(|key| key == self.key);
        pinned(*server_name == self.name, same)
    }

    signatures_by_provider!();
}

fn pinned(name: bool, pin: bool) -> Result<ServerCertVerified, Error> {
    if !name {
        return Err(CertificateError::NotValidForName.into());
    }
    if !pin {
        return Err(CertificateError::ApplicationVerificationFailure.into());
    }
    Ok(ServerCertVerified::assertion())
}

/// A verifier, and behind it a check of the caller's.
pub(super) struct Checked {
    verifier: Arc<dyn ServerCertVerifier>,
    check: Arc<CertificateCheck>,
}

impl Checked {
    pub(super) fn new(verifier: Arc<dyn ServerCertVerifier>, check: Arc<CertificateCheck>) -> Self {
        Self { verifier, check }
    }
}

impl ServerCertVerifier for Checked {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.verifier.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        )?;
        ask(&*self.check, server_name, end_entity, intermediates)?;
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verifier
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

impl fmt::Debug for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checked").finish_non_exhaustive()
    }
}

/// Asks a caller's check; its refusal is an error of the handshake.
pub(super) fn ask(
    check: &CertificateCheck,
    name: &ServerName<'_>,
    end_entity: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
) -> Result<(), Error> {
    let presented = Presented {
        name,
        end_entity,
        intermediates,
    };
    check(&presented)
        .map_err(|refusal| CertificateError::Other(OtherError(Arc::from(refusal))).into())
}
