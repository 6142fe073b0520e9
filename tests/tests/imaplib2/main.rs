//! What users of imaplib2 look for, shown over both adapters against servers that follow a script. The table in
//! `docs/from-imaplib2.md` names these tests.

mod kit;

mod arguments;
mod callbacks;
mod commands;
mod encryption;
mod ending;
mod idling;
mod opening;
mod overlapping;
mod untagged;
