//! The engine's laws (docs/architecture.md), each by name.

mod attribution;
mod endings;
mod extensions;
mod idle;
mod lifecycle;
mod literals;
mod pipelining;
mod quirks;
mod streaming;
mod time;
mod uid_only;
mod upgrades;
mod violations;
