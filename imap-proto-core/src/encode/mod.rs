//! Commands: their arguments, their octets and their answers.

mod acl;
mod annotatemore;
mod annotation;
mod answer;
mod append;
mod cancel_update;
mod capability;
mod claims;
mod command;
mod convert;
mod copy;
mod custom;
mod effect;
mod error;
mod esearch;
mod expunge;
mod fetch;
mod fetch_items;
mod id;
mod language;
mod list;
mod list_details;
mod live_results;
mod login;
mod mailbox;
mod mailbox_filter;
mod messages;
mod metadata;
mod namespace;
mod noop;
mod notify;
mod partial;
mod pipelining;
mod quota;
mod referral;
mod repeat;
mod replace;
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
mod uid_batches;
mod unordered;
mod url_auth;
mod vendor;
mod writer;

pub use acl::*;
pub use annotatemore::*;
pub use annotation::*;
pub use append::*;
pub use cancel_update::*;
pub use capability::*;
pub use claims::*;
pub use command::*;
pub use convert::*;
pub use copy::*;
pub use custom::*;
pub(crate) use effect::Effect;
pub use error::*;
pub use esearch::*;
pub use expunge::*;
pub use fetch::*;
pub use fetch_items::*;
pub use id::*;
pub use language::*;
pub use list::*;
use list_details::Details;
pub use list_details::{ListDetail, ListDetails, MailboxDetails};
pub use live_results::*;
pub use login::*;
pub use mailbox::*;
pub use mailbox_filter::*;
pub use messages::*;
pub use metadata::*;
pub use namespace::*;
pub use noop::*;
pub use notify::*;
pub use partial::*;
pub use pipelining::*;
pub use quota::*;
pub use referral::*;
pub use replace::*;
pub use request::*;
pub(crate) use request::{Needs, uses_numbers};
pub use search::*;
pub use search_key::*;
pub use search_results::*;
pub use select::*;
pub use select_response::*;
pub(crate) use show::{carries_urls, first_words, name, show};
pub use sort::*;
pub use status::*;
pub use store::*;
pub use thread::*;
pub use uid_batches::*;
pub use unordered::*;
pub use url_auth::*;
pub use vendor::*;
pub(crate) use writer::*;

#[cfg(test)]
#[path = "tests/annotation.rs"]
mod annotation_tests;
#[cfg(test)]
#[path = "tests/base.rs"]
mod base_tests;
#[cfg(test)]
#[path = "tests/extensions.rs"]
mod extension_tests;
#[cfg(test)]
#[path = "tests/injection.rs"]
mod injection_tests;
#[cfg(test)]
#[path = "tests/messages.rs"]
mod message_tests;
#[cfg(test)]
#[path = "tests/rarer.rs"]
mod rarer_tests;
#[cfg(test)]
#[path = "tests/rfc9051.rs"]
mod rfc9051_tests;
#[cfg(test)]
#[path = "tests/search.rs"]
mod search_tests;
#[cfg(test)]
#[path = "tests/server.rs"]
mod server_tests;
