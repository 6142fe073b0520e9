//! Commands: their arguments, their octets and their answers.

mod answer;
mod capability;
mod claims;
mod command;
mod effect;
mod error;
mod id;
mod login;
mod mailbox;
mod namespace;
mod noop;
mod pipelining;
mod request;
#[cfg(test)]
mod testing;
mod writer;

pub use capability::*;
pub use claims::*;
pub use command::*;
pub use error::*;
pub use id::*;
pub use login::*;
pub use mailbox::*;
pub use namespace::*;
pub use noop::*;
pub use pipelining::*;
pub use request::*;
pub(crate) use writer::*;

#[cfg(test)]
#[path = "tests/base.rs"]
mod base_tests;
pub(crate) use effect::Effect;
