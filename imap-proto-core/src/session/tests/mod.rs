//! Sessions over streams in memory. What servers say here is written after RFC 9051 and the
//! extensions named.

#[cfg(feature = "deflate")]
mod compression;
mod extensions;
mod fallback;
mod faults;
mod harness;
mod idle;
mod login;
mod long;
mod messages;
mod opening;
mod readers;
mod replies;
