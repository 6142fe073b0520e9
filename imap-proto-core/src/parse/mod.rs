//! Octets to responses (RFC 9051 §7, RFC 3501 §7).
//!
//! Every parser of a response's data is entered right behind the response's name, the space not
//! yet taken, and leaves the cursor at the end of the line, which the dispatcher checks.

mod flag;
mod response;
mod set;

pub use response::parse_response;

mod stream;
pub use stream::{FetchHead, parse_fetch_head, parse_fetch_rest};
