//! Test kit of the workspace: recorded dialogues, servers that follow a script, faults, and a demo IMAP server.
//!
//! But for [`fuzz`] and [`round_trip`], which compare them with twins, [`coverage`], which asks what they know, and
//! [`interop`], which uses them, nothing here uses the parser or the encoder of `imap-proto-core`: the kit is an oracle for
//! them.

pub mod attacks;
pub mod certs;
pub mod channel;
pub mod compare;
pub mod coverage;
pub mod demo;
pub mod demo_process;
pub mod encode_response;
pub mod fault;
pub mod faults;
pub mod fuzz;
pub mod harness;
pub mod hostile;
pub mod interop;
pub mod load;
pub mod mortal;
pub mod proxy;
pub mod quirks;
pub mod raw;
pub mod replay;
pub mod round_trip;
pub mod script;
pub mod scripted;
pub mod servers;
pub mod skip;
pub mod soak;
pub mod source;
pub mod source_server;
pub mod stress;
pub mod tracer;
pub mod transcript;
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
