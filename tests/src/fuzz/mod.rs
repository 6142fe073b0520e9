//! Bodies of the fuzz targets: each takes any octets, and panics when its oracle disagrees.
//!
//! `fuzz/` runs them under libFuzzer; `tests/fuzz_bodies.rs` runs them over the seed corpus and a bounded number of
//! random and mutated inputs, so that a stable toolchain compiles and checks them too.

mod choices;
mod chunking;
mod client;
mod command;
mod command_builders;
mod commands;
mod deflate;
mod engine_ops;
mod framer;
mod response;
mod sasl;
mod sequence_set;
mod starttls;
mod utf7;
mod wire;

pub use chunking::chunking;
pub use command::command;
pub use deflate::deflate;
pub use engine_ops::engine_ops;
pub use framer::framer;
pub use response::response;
pub use sasl::sasl;
pub use sequence_set::sequence_set;
pub use starttls::starttls;
pub use utf7::utf7;

#[cfg(feature = "kit")]
pub(crate) use {
    choices::Choices,
    client::{Dialect, Said, Token, Unfinished, hear},
    command_builders::{Want, mailbox, string},
    response::frame_len,
};

/// A target's body.
pub type Body = fn(&[u8]);

/// All targets by name.
pub const TARGETS: &[(&str, Body)] = &[
    ("chunking", chunking),
    ("command", command),
    ("deflate", deflate),
    ("engine_ops", engine_ops),
    ("framer", framer),
    ("response", response),
    ("sasl", sasl),
    ("sequence_set", sequence_set),
    ("starttls", starttls),
    ("utf7", utf7),
];
