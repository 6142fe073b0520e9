//! An IMAP client for blocking threads, on the protocol engine of [`imap_proto_core`].
//!
//! ```no_run
//! use imap_transport_std::{Config, Credentials, connect};
//!
//! # fn main() -> Result<(), imap_transport_std::Error> {
//! let config = Config::tls("imap.example.org")
//!     .credentials(Credentials::password("alice", "secret"));
//! let session = connect(config)?;
//! // Both commands are on their way before either is waited for.
//! let (capability, noop) = (session.capability(), session.noop());
//! println!("{:?}", capability.wait()?);
//! noop.wait()?;
//! session.logout().wait()?;
//! # Ok(())
//! # }
//! ```
//!
//! One thread moves each connection, and ends when the last handle is dropped or the connection
//! is over. A [`Session`] is cheap to clone and to share between threads; waiting is done by
//! parking, with no lock held, or, by one who waits alone, by moving the connection itself.
//!
//! Every command is a method of the session, see [`imap_proto_core::session::Session`]; one with
//! options, or one of your own, is built and [run](imap_proto_core::session::Session::run). What
//! a command gives is a [`Reply`]: to [wait](Reply::wait) for, to iterate over, or to give
//! [a callback](Reply::then). Sections of messages come as a [`Body`], which is a
//! [`Read`](std::io::Read) that holds up the server when it is read slowly.
//!
//! Besides [`connect`], which makes a TCP connection, there are [`connect_over`] for streams that
//! can be polled, [`connect_halves`] for any reader and writer, and on Unix `connect_unix` and
//! `spawn`, which speaks to a child process.

mod body;
mod callbacks;
mod connect;
mod dial;
mod drive;
mod events;
mod helm;
mod operation;
#[cfg(unix)]
mod process;
#[cfg(feature = "proxy")]
mod proxy;
mod pump;
mod reconnect;
mod reply;
mod session;
#[cfg(feature = "tls")]
mod tls;
mod wait;

pub use body::Body;
#[cfg(unix)]
pub use connect::connect_unix;
pub use connect::{connect, connect_over};
pub use events::Events;
pub use operation::Operation;
#[cfg(unix)]
pub use process::spawn;
pub use pump::connect_halves;
pub use reconnect::{ReconnectingSession, RecoveryEvents};
pub use reply::{Pieces, Reply};
pub use session::{Session, Std};
#[cfg(feature = "tls")]
pub use tls::{system_roots, tls_config, tls_options};

#[cfg(feature = "proxy")]
pub use imap_proto_core::engine::Proxy;
pub use imap_proto_core::engine::sasl::Credentials;
pub use imap_proto_core::engine::{
    AddressOrder, Config, Dial, Log, MailboxView, Security, State, Timeouts,
};
pub use imap_proto_core::session::{
    AbortHandle, Backoff, BodySize, Changes, Error, ErrorClass, IdleEnd, IdleGuard, Notice,
    Reconnected, Recovery, RecoveryEvent, Reselection, Retry, Upload,
};
pub use imap_proto_core::wire::Limits;
pub use imap_proto_core::{encode, engine, layer, types};
/// Whose streams [`connect_over`] takes.
pub use mio;
