//! Layers between the engine and the transport: TLS and DEFLATE, as codecs that own no socket.
//!
//! A [`Stack`] stands between a byte stream that somebody else opened and the engine:
//!
//! ```text
//! engine's output ──→ [deflate] ──→ [TLS] ──→ transport
//! engine's input  ←── [inflate] ←── [TLS] ←── transport
//! ```
//!
//! It starts plain, gets TLS at once or behind STARTTLS (RFC 9051 §6.2.1), and compression behind
//! COMPRESS (RFC 4978). Whoever drives it calls [`Stack::write`], [`Stack::flush`] and
//! [`Stack::read`] in every case and never needs to know what is stacked.
//!
//! The transport is lent for each call as [`Read`](std::io::Read) and [`Write`](std::io::Write),
//! and `WouldBlock` means that nothing can be had now. No call waits, and none takes more than a
//! bounded step, however much the peer sends.
//!
//! ```
//! use imap_proto_core::layer::{Received, Stack};
//! use imap_proto_core::wire::{InputBuffer, Limits};
//! use std::io::Cursor;
//!
//! // A transport that holds a greeting.
//! let mut transport = Cursor::new(b"* OK ready\r\n".to_vec());
//! let mut stack = Stack::plain();
//! let mut input = InputBuffer::new(&Limits::default());
//! assert_eq!(stack.read(&mut transport, &mut input)?, Received::Bytes(12));
//! assert_eq!(input.len(), 12);
//! assert_eq!(stack.read(&mut transport, &mut input)?, Received::End);
//! # Ok::<(), imap_proto_core::layer::LayerError>(())
//! ```

mod buffer;
mod carrier;
mod error;
mod sink;
mod stack;

#[cfg(feature = "deflate")]
mod deflate;
#[cfg(not(feature = "deflate"))]
#[path = "no_deflate.rs"]
mod deflate;
#[cfg(feature = "deflate")]
mod inflate;
#[cfg(not(feature = "deflate"))]
#[path = "no_inflate.rs"]
mod inflate;

#[cfg(feature = "tls")]
mod channel_binding;
#[cfg(feature = "tls")]
pub mod dangerous;
#[cfg(all(feature = "tls", feature = "scram"))]
mod end_point;
#[cfg(feature = "proxy")]
mod http_connect;
#[cfg(not(feature = "tls"))]
#[path = "no_tls.rs"]
mod tls;
#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "tls")]
mod tls_config;
#[cfg(feature = "tls")]
mod tls_options;
#[cfg(feature = "tls")]
mod tls_verify;

pub use error::LayerError;
#[cfg(feature = "proxy")]
pub use http_connect::{HttpConnect, ProxyError};
pub use sink::{Received, Sink};
pub use stack::Stack;
#[cfg(feature = "tls")]
pub use tls::{TlsError, TlsInfo, TlsVersion};
#[cfg(feature = "tls")]
pub use tls_config::{
    ClientCertificate, TlsConfigError, client_config, client_config_with_verifier, server_name,
};
#[cfg(feature = "tls")]
pub use tls_options::TlsOptions;
#[cfg(feature = "tls")]
pub use tls_verify::{PinnedCertificate, PinnedPublicKey, Presented, Refusal, public_key};

#[cfg(test)]
mod tests;
