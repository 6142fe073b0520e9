//! Reconnecting: what to do when a connection is lost, and what changed meanwhile.
//!
//! The [`Supervisor`] is a step machine: it says whether to wait or to connect, and the adapter,
//! which has the clock and the sockets, does it. [`Reconnecting`] is the handle of its users.

mod backoff;
mod changes;
mod events;
mod handle;
mod listing;
mod restore;
mod restoring;
mod retry;
mod shared;
mod supervisor;
mod tracker;
mod watch;

pub use backoff::{Backoff, Recovery};
pub use changes::{Changes, Reconnected, Reselection, Snapshot};
pub use events::{RecoveryEvent, RecoveryEvents};
pub use handle::{IdleWish, Reconnecting};
pub use retry::Retry;
pub use supervisor::{Supervisor, Task};
