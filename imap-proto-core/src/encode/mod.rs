//! Commands: their arguments, their octets and their answers.

mod acl;
mod annotatemore;
mod answer;
mod append;
mod capability;
mod claims;
mod command;
mod copy;
mod custom;
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
mod metadata;
mod namespace;
mod noop;
mod partial;
mod pipelining;
mod quota;
mod request;
mod search;
mod search_key;
mod search_results;
mod select;
mod select_response;
mod show;
mod sort;
mod status;
mod store;
#[cfg(test)]
mod testing;
mod thread;
mod unordered;
mod writer;

pub use acl::*;
pub use annotatemore::*;
pub use append::*;
pub use capability::*;
pub use claims::*;
pub use command::*;
pub use copy::*;
pub use custom::*;
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
pub use metadata::*;
pub use namespace::*;
pub use noop::*;
pub use partial::*;
pub use pipelining::*;
pub use quota::*;
pub use request::*;
pub use search::*;
pub use search_key::*;
pub use search_results::*;
pub use select::*;
pub use select_response::*;
pub(crate) use show::{first_words, name, show};
pub use sort::*;
pub use status::*;
pub use store::*;
pub use thread::*;
pub use unordered::*;
pub(crate) use writer::*;

#[cfg(test)]
#[path = "tests/base.rs"]
mod base_tests;
#[cfg(test)]
#[path = "tests/injection.rs"]
mod injection_tests;
#[cfg(test)]
#[path = "tests/messages.rs"]
mod message_tests;
#[cfg(test)]
#[path = "tests/rfc9051.rs"]
mod rfc9051_tests;
#[cfg(test)]
#[path = "tests/search.rs"]
mod search_tests;
#[cfg(test)]
#[path = "tests/server.rs"]
mod server_tests;
