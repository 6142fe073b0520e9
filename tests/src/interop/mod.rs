//! The feature list against any server, over either adapter.
//!
//! Each case has a connection of its own and works in mailboxes of its own, which are removed
//! when all is over. It is skipped where the server does not offer what it needs.

mod blocking;
mod case;
mod cases;
mod client;
mod mail;
mod offers;
mod options;
mod runner;
mod tasks;

pub use case::{Case, Connector, Failure, Verdict};
pub use cases::NAMES;
pub use client::{Client, Started};
pub use options::{Adapter, Address, Options, Scenario};
pub use runner::{Summary, run};
