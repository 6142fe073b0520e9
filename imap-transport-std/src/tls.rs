//! TLS settings: the system's roots, and *ring* as the crypto provider.

use std::io;
use std::sync::{Arc, OnceLock};

use imap_proto_core::layer::TlsOptions;
use imap_proto_core::session::Error;
use rustls::{ClientConfig, RootCertStore};

/// The trust roots of the system. Certificates that cannot be read are passed over.
///
/// # Errors
///
/// [`Error::Io`] when there are none.
pub fn system_roots() -> Result<RootCertStore, Error> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    match found.errors.into_iter().next() {
        Some(error) if roots.is_empty() => Err(io::Error::other(error).into()),
        _ => Ok(roots),
    }
}

/// What connections take that bring no settings of their own: made once for the whole process, so
/// that the roots are read once and sessions are resumed.
pub(crate) fn default_config() -> Result<Arc<ClientConfig>, Error> {
    static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(config) = CONFIG.get() {
        return Ok(Arc::clone(config));
    }
    let config = tls_config(system_roots()?)?;
    Ok(Arc::clone(CONFIG.get_or_init(|| config)))
}

/// TLS 1.2 and 1.3 with these roots, no client certificate, *ring*, and `imap` as ALPN protocol.
/// For anything else there is [`tls_options`].
///
/// # Errors
///
/// [`Error::TlsConfig`] when there is no root.
pub fn tls_config(roots: RootCertStore) -> Result<Arc<ClientConfig>, Error> {
    Ok(tls_options(roots).build()?)
}

/// Settings with these roots and *ring*, to be changed and built: versions, a client certificate,
/// a check of the caller's own, revocation lists.
pub fn tls_options(roots: RootCertStore) -> TlsOptions {
    TlsOptions::new(Arc::new(rustls::crypto::ring::default_provider()), roots)
}
