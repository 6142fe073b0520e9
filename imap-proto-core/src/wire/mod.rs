//! Octets: the input buffer, the framer, the cursor that parsers share, and the limits.

mod cursor;
mod framer;
mod input;
mod limits;

pub(crate) use cursor::{
    Cursor, Span, find_quoted_special, is_ascii_atom_char, leading_number, number_of,
};
pub use framer::{Frame, FrameError, FrameErrorKind, Framer};
pub use input::InputBuffer;
pub use limits::Limits;
