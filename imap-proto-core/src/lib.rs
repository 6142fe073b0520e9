//! A sans-IO IMAP client protocol engine.

pub mod encode;
pub mod engine;
pub mod layer;
pub mod parse;
pub mod session;
pub mod types;
pub mod wire;

/// The version of this crate, such as `0.1.0`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
