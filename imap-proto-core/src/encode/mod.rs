//! Commands: their arguments, their octets and their answers.

mod claims;
mod command;
mod error;
mod pipelining;
mod request;
mod writer;

pub use claims::*;
pub use command::*;
pub use error::*;
pub use pipelining::*;
pub use request::*;
pub(crate) use writer::*;
