//! Proofs that a layer was put in place at the right octet.

/// STARTTLS was accepted with nothing behind it. To be given back when the handshake is done.
///
/// There is no way to make or copy one: without it the engine does not go on.
#[derive(Debug)]
#[must_use = "the connection waits until the token is given back"]
pub struct TlsUpgrade(pub(crate) ());

/// COMPRESS was accepted. To be given back when both directions are compressed.
#[derive(Debug)]
#[must_use = "the connection waits until the token is given back"]
pub struct CompressionUpgrade(pub(crate) ());
