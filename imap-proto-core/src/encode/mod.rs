//! Commands: their arguments, their octets and their answers.

mod answer;
mod append;
mod capability;
mod claims;
mod command;
mod copy;
mod effect;
mod error;
mod expunge;
mod fetch;
mod fetch_items;
mod id;
mod list;
mod login;
mod mailbox;
mod messages;
mod namespace;
mod noop;
mod pipelining;
mod request;
mod select;
mod select_response;
mod status;
mod store;
#[cfg(test)]
mod testing;
mod writer;

pub use append::*;
pub use capability::*;
pub use claims::*;
pub use command::*;
pub use copy::*;
pub(crate) use effect::Effect;
pub use error::*;
pub use expunge::*;
pub use fetch::*;
pub use fetch_items::*;
pub use id::*;
pub use list::*;
pub use login::*;
pub use mailbox::*;
pub use messages::*;
pub use namespace::*;
pub use noop::*;
pub use pipelining::*;
pub use request::*;
pub use select::*;
pub use select_response::*;
pub use status::*;
pub use store::*;
pub(crate) use writer::*;

#[cfg(test)]
#[path = "tests/base.rs"]
mod base_tests;
#[cfg(test)]
#[path = "tests/messages.rs"]
mod message_tests;
