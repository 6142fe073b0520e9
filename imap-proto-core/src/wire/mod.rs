//! Octets: the input buffer, the framer, the cursor that parsers share, and the limits.

mod cursor;
mod limits;

pub(crate) use cursor::Cursor;
pub use limits::Limits;
