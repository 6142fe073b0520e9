//! An IMAP client for tokio, on the protocol engine of [`imap_proto_core`].
//!
//! ```no_run
//! use imap_transport_tokio::{Config, Credentials, connect};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), imap_transport_tokio::Error> {
//! let config = Config::tls("imap.example.org")
//!     .credentials(Credentials::password("alice", "secret"));
//! let session = connect(config).await?;
//! // Both commands are on their way before either is waited for.
//! let (capability, noop) = (session.capability(), session.noop());
//! println!("{:?}", capability.await?);
//! noop.await?;
//! session.logout().await?;
//! # Ok(())
//! # }
//! ```
//!
//! One task moves each connection; it is spawned by [`connect`] and its kin on the runtime that
//! they run in, and ends by itself. A [`Session`] is cheap to clone and to share between tasks.
//! All futures here are cancel-safe: the state of the protocol is in the engine, so a future
//! that is dropped loses no octet and no response, and what it waited for is drained.
//!
//! Every command is a method of the session, see [`imap_proto_core::session::Session`]; one with
//! options, or one of your own, is built and [run](imap_proto_core::session::Session::run). What
//! a command gives is a [`Reply`]: a future of the whole answer and a stream of its pieces.
//! Sections of messages come as a [`Body`], which is an [`AsyncRead`](tokio::io::AsyncRead) that
//! holds up the server when it is read slowly.
//!
//! Besides [`connect`], which makes a TCP connection, there are [`connect_over`] for any stream,
//! [`spawn`] for a child process, and on Unix `connect_unix`.

mod body;
mod connect;
mod dial;
mod drive;
mod events;
mod lent;
mod operation;
mod process;
#[cfg(feature = "proxy")]
mod proxy;
mod reconnect;
mod reply;
mod session;
#[cfg(feature = "tls")]
mod tls;
mod upload;

pub use body::Body;
#[cfg(unix)]
pub use connect::connect_unix;
pub use connect::{connect, connect_over};
pub use events::Events;
pub use operation::Operation;
pub use process::spawn;
pub use reconnect::{ReconnectingSession, RecoveryEvents};
pub use reply::Reply;
pub use session::{Session, Tokio};
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
