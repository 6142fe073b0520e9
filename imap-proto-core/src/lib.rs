//! A sans-IO IMAP client protocol engine.

pub mod encode;
pub mod layer;
pub mod types;
