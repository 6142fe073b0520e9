//! The last lines of a connection, for the report of what went wrong.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::types::ByteString;

/// Octets of a line that are kept: a command or a response is known by its beginning, and twenty
/// of them must be no burden to an idle connection.
const LINE: usize = 128;

/// A ring of so many lines has its place at once.
const SMALL: usize = 32;

/// The last lines of one connection, oldest first: what we sent, what the server sent, and what
/// became of the connection.
///
/// Secrets are not in it. A password or a SASL message is replaced by a word when the line is
/// made, because of what it is; nothing is searched for. What a server says before login on a
/// line that is no response, and every continuation request there, counts as a SASL challenge.
/// Of literals only the announcement is kept, of long lines the beginning.
///
/// A clone shares the lines. How many are kept is set by
/// [`Config::log_lines`](super::Config::log_lines).
#[derive(Clone, Default)]
pub struct Log(Option<Arc<[LogLine]>>);

/// One line of a [`Log`].
#[derive(Clone, PartialEq, Eq)]
pub struct LogLine {
    kind: LogKind,
    at: Duration,
    octets: Vec<u8>,
    omitted: u64,
}

/// Whose line it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LogKind {
    /// We sent it, or were about to.
    Sent,
    /// The server sent it.
    Received,
    /// It is about the connection itself.
    Note,
}

impl Log {
    /// The lines.
    pub fn lines(&self) -> &[LogLine] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lines().is_empty()
    }
}

impl LogKind {
    /// What stands before the line.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Sent => "C:",
            Self::Received => "S:",
            Self::Note => "--",
        }
    }
}

impl LogLine {
    /// Whose line it is.
    pub fn kind(&self) -> LogKind {
        self.kind
    }

    /// When, since the connection began.
    pub fn at(&self) -> Duration {
        self.at
    }

    /// The line without its end, with secrets replaced; from the server: untrusted.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// How many octets are missing at its end.
    pub fn omitted(&self) -> u64 {
        self.omitted
    }
}

impl fmt::Display for LogLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = self.kind.sign();
        let text = Shown(&self.octets, self.omitted);
        write!(f, "{:>9.3} {side} {text}", self.at.as_secs_f64())
    }
}

impl fmt::Debug for LogLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One line each.
impl fmt::Display for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines()
            .iter()
            .try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// The number of lines only: errors that carry it stay short.
impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Log({} lines)", self.lines().len())
    }
}

/// What to let through of `tracing`'s events for what imaplib2 writes at one of its debug levels,
/// 0 to 5: directives as `tracing_subscriber`'s `EnvFilter` and others take them.
///
/// ```
/// use imap_proto_core::engine::debug_filter;
///
/// assert_eq!(debug_filter(0), "imap=warn");
/// assert!(debug_filter(4).ends_with("imap::wire=trace"));
/// ```
pub const fn debug_filter(level: u8) -> &'static str {
    match level {
        0 => "imap=warn",
        1 => "imap=warn,imap::connection=debug,imap::command=debug",
        2 => "imap=warn,imap::connection=debug,imap::command=debug,imap::idle=debug",
        3 => {
            "imap=warn,imap::connection=debug,imap::command=debug,imap::idle=debug,\
             imap::driver=trace"
        }
        4 => {
            "imap=warn,imap::connection=debug,imap::command=debug,imap::idle=debug,\
             imap::driver=trace,imap::wire=trace"
        }
        _ => "imap=trace",
    }
}

/// The beginning of a line, escaped.
pub(super) struct Shown<'a>(pub(super) &'a [u8], pub(super) u64);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ByteString::from_bytes(bytes::Bytes::copy_from_slice(self.0)).fmt(f)?;
        match self.1 {
            0 => Ok(()),
            omitted => write!(f, " [{omitted} more octets]"),
        }
    }
}

/// The lines while the connection goes on. The memory of the oldest is used for the newest.
#[derive(Debug)]
pub(super) struct Ring {
    lines: VecDeque<LogLine>,
    capacity: usize,
    began: Instant,
    now: Instant,
}

impl Ring {
    pub(super) fn new(capacity: usize, now: Instant) -> Self {
        Self {
            lines: VecDeque::new(),
            capacity,
            began: now,
            now,
        }
    }

    /// It is now so late.
    pub(super) fn clock(&mut self, now: Instant) {
        self.now = now;
    }

    pub(super) fn is_on(&self) -> bool {
        self.capacity > 0
    }

    /// Adds a line, of which `omitted` octets are not in `octets`.
    pub(super) fn push(&mut self, kind: LogKind, octets: &[u8], omitted: u64) {
        if !self.is_on() {
            return;
        }
        if self.lines.capacity() == 0 {
            // Growth by doubling would take place for a dozen lines that never come.
            self.lines.reserve_exact(self.capacity.min(SMALL));
        }
        let oldest = (self.lines.len() >= self.capacity).then(|| self.lines.pop_front());
        let mut kept = oldest.flatten().map(|line| line.octets).unwrap_or_default();
        let shown = octets.get(..LINE).unwrap_or(octets);
        kept.clear();
        kept.extend_from_slice(shown);
        let cut = octets.len().saturating_sub(shown.len()) as u64;
        self.lines.push_back(LogLine {
            kind,
            at: self.now.saturating_duration_since(self.began),
            octets: kept,
            omitted: omitted.saturating_add(cut),
        });
    }

    pub(super) fn snapshot(&self) -> Log {
        let lines: Arc<[LogLine]> = self.lines.iter().cloned().collect();
        Log((!lines.is_empty()).then_some(lines))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(capacity: usize) -> Ring {
        Ring::new(capacity, Instant::now())
    }

    #[test]
    fn the_oldest_line_goes_first_and_long_ones_are_cut() {
        let mut ring = ring(2);
        ring.push(LogKind::Sent, b"one", 0);
        ring.push(LogKind::Received, b"two", 0);
        let started = ring.began;
        ring.clock(started + Duration::from_millis(1500));
        ring.push(LogKind::Received, &[b'x'; 200], 1000);
        let log = ring.snapshot();
        let [two, cut] = log.lines() else { panic!() };
        assert_eq!((two.octets(), two.kind()), (&b"two"[..], LogKind::Received));
        assert_eq!((cut.octets().len(), cut.omitted()), (128, 1072));
        assert_eq!(cut.at(), Duration::from_millis(1500));
    }

    #[test]
    fn a_ring_of_none_keeps_nothing() {
        let mut ring = ring(0);
        ring.push(LogKind::Sent, b"one", 0);
        assert!(ring.snapshot().is_empty());
        assert_eq!(ring.lines.capacity(), 0);
    }

    /// SECURITY E4: a terminal must not be steered by a server.
    #[test]
    fn e4_what_is_shown_is_escaped_and_debug_is_short() {
        let mut ring = ring(3);
        ring.push(LogKind::Received, b"* OK \x1b]0;x\x07 \xe2\x80\xae", 0);
        let log = ring.snapshot();
        let shown = log.to_string();
        assert!(
            shown.ends_with("S: * OK \\u{1b}]0;x\\u{7} \\u{202e}\n"),
            "{shown}"
        );
        assert_eq!(format!("{log:?}"), "Log(1 lines)");
    }
}
