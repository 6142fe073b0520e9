//! What can go wrong below the engine.

use std::io;
use std::sync::Arc;

#[cfg(feature = "tls")]
use super::tls::TlsError;

/// Why a layer can not go on. Every one is fatal for the connection.
///
/// `WouldBlock` and `Interrupted` of the transport are never errors here: see
/// [`Received`](super::Received) and [`Stack::write`](super::Stack::write).
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum LayerError {
    /// The transport failed.
    #[error("the transport failed: {0}")]
    Io(#[source] Arc<io::Error>),
    /// The TLS handshake or a TLS record was refused, by us or by the peer.
    #[cfg(feature = "tls")]
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The peer's compressed data is not DEFLATE (RFC 1951).
    #[error("the peer's compressed data is corrupt")]
    Inflate,
    /// The compressor refused its own data: a defect below us.
    #[error("the compressor failed")]
    Deflate,
    /// The layer asked for is active already, or one that must lie above it is.
    #[error("the layer is active already, or another one lies where it must go")]
    AlreadyActive,
    /// Bytes were to be written behind our `close_notify`.
    #[error("the connection was closed for writing")]
    Closed,
}

impl From<io::Error> for LayerError {
    fn from(error: io::Error) -> Self {
        Self::Io(Arc::new(error))
    }
}
