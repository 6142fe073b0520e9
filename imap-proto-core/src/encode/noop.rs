//! Commands that ask for nothing: NOOP, CHECK (RFC 9051 §6.1.2, RFC 3501 §6.4.1).

use super::answer::answers_nothing;
use super::{Command, Pipelining, Request, States, SubmitError};

/// NOOP: lets the server tell what is new, and keeps the connection alive (RFC 9051 §6.1.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Noop;

impl Command for Noop {
    answers_nothing!();

    fn request(self) -> Result<Request, SubmitError> {
        Ok(Request::known("NOOP", States::ANY, Pipelining::OTHER))
    }
}

/// CHECK: a checkpoint of the selected mailbox (RFC 3501 §6.4.1). IMAP4rev2 has only [`Noop`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Check;

impl Command for Check {
    answers_nothing!();

    fn request(self) -> Result<Request, SubmitError> {
        let states = States::SELECTED;
        Ok(Request::known("CHECK", states, Pipelining::IN_SELECTED))
    }
}
