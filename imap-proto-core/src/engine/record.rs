//! What goes into the log and to `tracing`: each line once, with its secrets replaced.

use std::fmt::Display;

use super::log::LogKind;
use super::trace::{enabled, tell};
use super::{CommandId, Connection, ConnectionError, Log, State};
use crate::encode::{Segment, carries_urls, first_words, show};

/// Octets of a line that `tracing` gets.
const TRACED: usize = 1024;
/// Octets of a line that are made at all where only the log wants it.
const KEPT: usize = 256;

/// Stands for a SASL message, in either direction.
const SASL: &[u8] = b"[SASL message]";

impl Connection {
    /// The last lines of the connection (A).
    pub fn log(&self) -> Log {
        self.ring.snapshot()
    }

    /// A command is about to be written.
    pub(super) fn record_command(&mut self, id: CommandId, segments: &[Segment], tag: &[u8]) {
        if !self.is_recording() {
            return;
        }
        let Some(entry) = self.commands.get(id) else {
            return;
        };
        let mut line = std::mem::take(&mut self.scratch);
        line.clear();
        line.extend_from_slice(tag);
        line.push(b' ');
        let limit = if enabled!("imap::wire", TRACE) {
            TRACED
        } else {
            KEPT
        };
        let omitted = show(segments, &entry.effect, limit, &mut line);
        self.record(LogKind::Sent, &line, omitted);
        self.scratch = line;
    }

    /// A line that is no command is about to be written; it holds no secret.
    pub(super) fn record_sent(&mut self, line: &[u8]) {
        self.record(LogKind::Sent, line, 0);
    }

    /// A SASL message is about to be written.
    pub(super) fn record_sasl(&mut self) {
        self.record(LogKind::Sent, SASL, 0);
    }

    /// A response came, or its beginning up to a literal of `literal` octets that is streamed.
    pub(super) fn record_received(&mut self, frame: &[u8], literal: u64) {
        if !self.is_recording() {
            return;
        }
        let known = frame.get(..TRACED).unwrap_or(frame);
        let end = memchr::memchr(b'\r', known).unwrap_or(known.len());
        let line = known.get(..end).unwrap_or_default();
        let rest = (frame.len() - end).saturating_sub(2) as u64;
        let omitted = rest.saturating_add(literal);
        let data = line.strip_prefix(b"* ").unwrap_or_default();
        if carries_urls(data) {
            let name = first_words(data, 1);
            self.record(LogKind::Received, &[b"* ", name, b" [secret]"].concat(), 0);
        } else if self.may_be_shown(line) {
            self.record(LogKind::Received, line, omitted);
        } else {
            let sign: &[u8] = if line.starts_with(b"+") { b"+ " } else { b"" };
            self.record(LogKind::Received, &[sign, SASL].concat(), 0);
        }
    }

    /// Something became of the connection.
    pub(super) fn note(&mut self, note: &str) {
        tell!("imap::connection", DEBUG, "{note}");
        self.ring.push(LogKind::Note, note.as_bytes(), 0);
    }

    /// The connection ended.
    pub(super) fn note_end(&mut self, error: &ConnectionError, why: &dyn Display) {
        if *error == ConnectionError::LoggedOut {
            self.note("logged out");
            return;
        }
        tell!("imap::connection", WARN, %why, "connection ended");
        if self.ring.is_on() {
            let note = format!("ended: {why}");
            self.ring.push(LogKind::Note, note.as_bytes(), 0);
        }
    }

    /// Before login whatever is neither untagged nor ours by its tag may be part of an exchange.
    fn may_be_shown(&self, line: &[u8]) -> bool {
        let logged_in = !matches!(
            self.machine.state(),
            State::AwaitingGreeting | State::NotAuthenticated
        );
        logged_in || line.starts_with(b"* ") || self.tags.is_ours(line)
    }

    fn is_recording(&self) -> bool {
        self.ring.is_on() || enabled!("imap::wire", TRACE)
    }

    fn record(&mut self, kind: LogKind, line: &[u8], omitted: u64) {
        let line = line.strip_suffix(b"\r\n").unwrap_or(line);
        tell!(
            "imap::wire",
            TRACE,
            "{} {}",
            kind.sign(),
            super::log::Shown(line, omitted)
        );
        self.ring.push(kind, line, omitted);
    }
}
