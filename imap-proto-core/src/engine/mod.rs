//! The connection: a state machine that consumes octets and emits events and octets.

mod attribution;
mod collect;
mod commands;
mod config;
mod connection;
mod contexts;
mod deadline;
mod dial;
mod error;
mod event;
mod fallbacks;
mod idle;
mod listing;
mod log;
mod notifications;
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
mod uid_map;
mod upgrade;
mod upload;
mod view;

pub use collect::{Collect, Collected, CommandError, Ending, Outcome};
pub use config::{Config, Encryption, IMAP_PORT, IMAPS_PORT, Security, Timeouts};
pub use connection::Connection;
pub use dial::{AddressOrder, Dial};
#[cfg(feature = "proxy")]
pub use dial::{Proxy, ProxyKind};
pub use error::{ConnectionError, TimeoutReason, Violation};
pub use event::*;
pub use fallbacks::Fallbacks;
pub use log::{Log, LogKind, LogLine, debug_filter};
pub use outbound::Transmit;
pub use sasl::Credentials;
pub use state::State;
pub use tag::Seed;
pub(crate) use uid_map::UidMap;
pub use upgrade::{CompressionUpgrade, TlsUpgrade};
pub use view::MailboxView;
