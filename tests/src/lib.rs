//! Test kit of the workspace: recorded dialogues, servers that follow a script, faults, and a demo IMAP server.
//!
//! But for [`fuzz`] and [`round_trip`], which compare them with twins, [`coverage`], which asks what they know, and
//! [`interop`], which uses them, nothing here uses the parser or the encoder of `imap-proto-core`: the kit is an oracle for
//! them.

#[cfg(feature = "kit")]
pub mod attacks;
#[cfg(feature = "kit")]
pub mod certs;
#[cfg(feature = "kit")]
pub mod channel;
#[cfg(feature = "kit")]
pub mod compare;
#[cfg(feature = "kit")]
pub mod coverage;
#[cfg(feature = "kit")]
pub mod demo;
#[cfg(feature = "kit")]
pub mod demo_process;
pub mod encode_response;
#[cfg(feature = "kit")]
pub mod fault;
#[cfg(feature = "kit")]
pub mod faults;
pub mod fuzz;
#[cfg(feature = "kit")]
pub mod harness;
#[cfg(feature = "kit")]
pub mod hostile;
#[cfg(feature = "kit")]
pub mod interop;
#[cfg(feature = "kit")]
pub mod load;
#[cfg(feature = "kit")]
pub mod mortal;
#[cfg(feature = "kit")]
pub mod proxy;
#[cfg(feature = "kit")]
pub mod quirks;
#[cfg(feature = "kit")]
pub mod raw;
#[cfg(feature = "kit")]
pub mod replay;
#[cfg(feature = "kit")]
pub mod round_trip;
#[cfg(feature = "kit")]
pub mod script;
#[cfg(feature = "kit")]
pub mod scripted;
#[cfg(feature = "kit")]
pub mod servers;
#[cfg(feature = "kit")]
pub mod skip;
#[cfg(feature = "kit")]
pub mod soak;
#[cfg(feature = "kit")]
pub mod source;
#[cfg(feature = "kit")]
pub mod source_server;
#[cfg(feature = "kit")]
pub mod stress;
#[cfg(feature = "kit")]
pub mod tracer;
#[cfg(feature = "kit")]
pub mod transcript;
#[cfg(feature = "kit")]
pub mod tunnel;

/// The README's examples, compiled and, where they need no server, run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// The example of the page on connecting again, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../docs/recovery.md")]
pub struct RecoveryPage;

/// The example of the table for users of imaplib2, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../docs/from-imaplib2.md")]
pub struct FromImaplib2;
