//! The connection: a state machine that consumes octets and emits events and octets.

mod attribution;
mod commands;
mod config;
mod connection;
mod error;
mod event;
mod idle;
mod outbound;
mod receive;
mod respond;
pub mod sasl;
mod state;
mod tag;
mod timer;
mod upgrade;
mod view;

pub use config::{Config, Encryption, Security, Timeouts};
pub use connection::Connection;
pub use error::{ConnectionError, TimeoutReason, Violation};
pub use event::*;
pub use outbound::Transmit;
pub use sasl::Credentials;
pub use state::State;
pub use tag::Seed;
pub use upgrade::{CompressionUpgrade, TlsUpgrade};
pub use view::MailboxView;
