//! Octets to responses (RFC 9051 §7, RFC 3501 §7).
//!
//! Every parser of a response's data is entered right behind the response's name, the space not
//! yet taken, and leaves the cursor at the end of the line, which the dispatcher checks.

mod acl;
mod annotatemore;
mod annotation;
mod block;
mod body_structure;
mod capability;
mod code;
mod convert;
mod datetime;
mod envelope;
mod fetch;
mod flag;
mod gmail;
mod id;
mod language;
mod list;
mod mailbox;
mod metadata;
mod namespace;
mod plain;
mod quota;
mod reader;
mod response;
mod search;
mod section;
mod set;
mod skip;
mod status;
mod stream;
#[cfg(test)]
mod testing;
mod thread;
mod token;
mod uid_batches;
mod url_auth;
mod vendor;

pub use reader::ResponseReader;
pub(crate) use response::take_response;
pub use response::{parse_response, parse_tolerantly};
pub(crate) use stream::{EMPTY_LITERAL, fetch_head, fetch_rest, parse_long_head, without_literal};
pub use stream::{FetchHead, parse_fetch_head, parse_fetch_rest};
