//! What a session has to say, and how a command fails.

use super::syntax::Malformed;
use crate::channel::Sender;
use std::io;

/// Responses that wait to be sent.
pub(super) struct Output {
    sender: Sender,
    buffer: Vec<u8>,
}

/// How a command fails: its condition, and code and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    condition: &'static str,
    text: String,
}

impl Failure {
    /// `NO`
    pub(super) fn no(text: &str) -> Self {
        Self {
            condition: "NO",
            text: text.to_owned(),
        }
    }

    /// `BAD`
    pub(super) fn bad(text: &str) -> Self {
        Self {
            condition: "BAD",
            text: text.to_owned(),
        }
    }
}

impl From<Malformed> for Failure {
    fn from(malformed: Malformed) -> Self {
        Self::bad(malformed.0)
    }
}

impl From<io::Error> for Failure {
    /// The next read or write ends the connection.
    fn from(error: io::Error) -> Self {
        Self::bad(&error.to_string())
    }
}

impl Output {
    pub(super) fn new(sender: Sender) -> Self {
        Self {
            sender,
            buffer: Vec::new(),
        }
    }

    /// Adds bytes.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Adds a line; CRLF is put behind it.
    pub(super) fn line(&mut self, line: &str) {
        self.write(line.as_bytes());
        self.write(b"\r\n");
    }

    /// Adds the tagged answer of a command that failed.
    pub(super) fn failure(&mut self, tag: &str, failure: &Failure) {
        self.line(&format!("{tag} {} {}", failure.condition, failure.text));
    }

    /// Where bytes may be added directly.
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Sends what waits.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        let waiting = std::mem::take(&mut self.buffer);
        if waiting.is_empty() {
            Ok(())
        } else {
            self.sender.send(&waiting)
        }
    }

    /// A handle that other threads write with.
    pub(super) fn sender(&self) -> Sender {
        self.sender.clone()
    }
}
