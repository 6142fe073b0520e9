//! Commands: their arguments, their octets and their answers.

mod claims;
mod command;
mod error;
mod pipelining;
mod request;

pub use claims::*;
pub use command::*;
pub use error::*;
pub use pipelining::*;
pub use request::*;
