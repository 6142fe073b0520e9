//! The connection: a state machine that consumes octets and emits events and octets.

mod attribution;
mod collect;
mod commands;
mod config;
mod connection;
mod deadline;
mod error;
mod event;
mod idle;
mod log;
mod outbound;
mod receive;
mod record;
mod respond;
pub mod sasl;
mod send;
mod state;
mod tag;
mod timer;
pub(crate) mod trace;
mod upgrade;
mod upload;
mod view;

pub use collect::{Collect, Collected, CommandError, Ending, Outcome};
pub use config::{Config, Encryption, IMAP_PORT, IMAPS_PORT, Security, Timeouts};
pub use connection::Connection;
pub use error::{ConnectionError, TimeoutReason, Violation};
pub use event::*;
pub use log::{Log, LogKind, LogLine, debug_filter};
pub use outbound::Transmit;
pub use sasl::Credentials;
pub use state::State;
pub use tag::Seed;
pub use upgrade::{CompressionUpgrade, TlsUpgrade};
pub use view::MailboxView;
