//! A sans-IO IMAP client protocol engine.

pub mod encode;
pub mod types;
