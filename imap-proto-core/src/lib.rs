//! A sans-IO IMAP client protocol engine.

pub mod encode;
pub mod engine;
pub mod layer;
pub mod parse;
pub mod session;
pub mod types;
pub mod wire;
