//! Where one response ends and the next begins: lines and announced literals, nothing else.

use memchr::{memchr, memrchr};
use thiserror::Error;

use super::{InputBuffer, Limits};

/// How often the engine may refuse to stream a literal of one response. 16: each refusal means
/// that the head is parsed again when the next literal comes.
const MAX_REFUSED: u8 = 16;

/// Digits of the largest literal that the grammar allows (RFC 9051 §9 `number64`, 63 bits).
const MAX_DIGITS: usize = 19;

/// The octets of the stream cannot be told apart into responses; the connection must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[error("{kind} at byte {offset}")]
pub struct FrameError {
    /// Which rule was broken.
    pub kind: FrameErrorKind,
    /// The octet, counted from the start of the response; behind a streamed literal, from there.
    pub offset: usize,
}

impl FrameError {
    /// The field of [`Limits`] that was exceeded, if that is what happened.
    pub fn limit(&self) -> Option<&'static str> {
        match self.kind {
            FrameErrorKind::BadLiteral => None,
            FrameErrorKind::LineTooLong => Some("max_line"),
            FrameErrorKind::ResponseTooLong => Some("max_response"),
            FrameErrorKind::LiteralTooLong => Some("max_literal"),
            FrameErrorKind::TooManyLiterals => Some("max_literals"),
        }
    }
}

/// Which rule of framing was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum FrameErrorKind {
    /// A literal with a length that is none, such as `{-1}` or one of 20 digits (RFC 9051 §9
    /// `literal`).
    #[error("a literal with a bad length")]
    BadLiteral,
    /// A response before login above [`Limits::max_line`].
    #[error("a response before login that is too long")]
    LineTooLong,
    /// A response above [`Limits::max_response`].
    #[error("a response that is too long")]
    ResponseTooLong,
    /// A streamed literal above [`Limits::max_literal`].
    #[error("a literal that is too long")]
    LiteralTooLong,
    /// More literals than [`Limits::max_literals`].
    #[error("too many literals in a response")]
    TooManyLiterals,
}

/// What stands at the front of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A whole response of this many octets, its CRLF and literals included.
    Complete {
        /// Octets.
        len: usize,
    },
    /// The head of a response, up to and with the announcement of a literal above
    /// [`Limits::stream_threshold`]: to be answered by [`Framer::stream`] or
    /// [`Framer::collect`].
    Literal {
        /// Octets of the head.
        head: usize,
        /// Octets of the literal behind it.
        literal: u64,
        /// Whether it is a literal8, `~{n}` (RFC 3516).
        binary: bool,
    },
    /// More octets are needed.
    Incomplete,
}

/// Finds the ends of responses. It resumes where it stopped, so that every octet is looked at
/// once, however the input was cut into reads.
///
/// Only data lines (`* ` and no condition) may announce literals: free text may end in `{12}`.
/// Only CRLF ends a line, a bare LF stands in it like any octet.
#[derive(Clone, Debug, Default)]
pub struct Framer {
    /// Octets of the input that were looked at; beyond its end while a literal is awaited.
    scanned: usize,
    /// Where the line, or what follows a literal, begins.
    line: usize,
    /// Octets of this response that have left the input already, streamed literals not counted.
    taken: usize,
    literals: usize,
    refused: u8,
    announced: Option<Announced>,
    /// A response begun before a streamed literal goes on.
    continues: bool,
    before_login: bool,
    bare_lf: bool,
    failed: Option<FrameError>,
}

#[derive(Clone, Copy, Debug)]
struct Announced {
    head: usize,
    literal: u64,
    binary: bool,
}

impl Framer {
    /// At the start of a stream, logged in.
    pub fn new(_limits: &Limits) -> Self {
        Self::default()
    }

    /// Before login [`Limits::max_line`] bounds each response, and no literal is streamed.
    pub fn set_before_login(&mut self, before_login: bool) {
        self.before_login = before_login;
    }

    /// Whether a bare LF ends a line too: for recordings that lost their CRs, never for a
    /// server, whose mail could then forge responses.
    pub fn set_bare_lf(&mut self, bare_lf: bool) {
        self.bare_lf = bare_lf;
    }

    /// What stands at the front of the input. The same again until the input, or the answer to
    /// it, changes.
    ///
    /// # Errors
    ///
    /// The first error is kept and given again by every later call.
    pub fn poll(&mut self, input: &InputBuffer, limits: &Limits) -> Result<Frame, FrameError> {
        if let Some(failed) = self.failed {
            return Err(failed);
        }
        self.scan(input.as_slice(), limits)
            .inspect_err(|&error| self.failed = Some(error))
    }

    /// Takes the announced literal into the response after all.
    pub fn collect(&mut self) {
        if let Some(announced) = self.announced.take() {
            self.refused = self.refused.saturating_add(1);
            self.skip(&announced);
        }
    }

    /// The head was taken off the input, and the literal will be, by the caller.
    pub fn stream(&mut self) {
        if let Some(announced) = self.announced.take() {
            self.taken = self.taken.saturating_add(announced.head);
        }
        (self.scanned, self.line) = (0, 0);
    }

    /// The streamed literal was taken off the input: the rest of its response comes next.
    pub fn resume_after_literal(&mut self) {
        (self.scanned, self.line) = (0, 0);
        self.continues = true;
    }

    /// The complete frame was taken off the input.
    pub fn consumed(&mut self) {
        *self = Self {
            before_login: self.before_login,
            bare_lf: self.bare_lf,
            ..Self::default()
        };
    }

    fn scan(&mut self, bytes: &[u8], limits: &Limits) -> Result<Frame, FrameError> {
        loop {
            if let Some(Announced {
                head,
                literal,
                binary,
            }) = self.announced
            {
                return Ok(Frame::Literal {
                    head,
                    literal,
                    binary,
                });
            }
            self.check_length(self.scanned, limits)?;
            let rest = bytes.get(self.scanned..).unwrap_or_default();
            let Some(lf) = memchr(b'\n', rest) else {
                self.scanned = self.scanned.max(bytes.len());
                self.check_length(bytes.len(), limits)?;
                return Ok(Frame::Incomplete);
            };
            let end = self.scanned + lf + 1;
            self.scanned = end;
            let line = bytes.get(self.line..end).unwrap_or_default();
            let text = match line {
                [text @ .., b'\r', b'\n'] => text,
                [text @ .., b'\n'] if self.bare_lf => text,
                _ => continue,
            };
            self.check_length(end, limits)?;
            let literal = if text.last() == Some(&b'}') && self.is_data(bytes) {
                self.announcement(text)?
            } else {
                None
            };
            let Some((literal, binary)) = literal else {
                self.scanned = end - 1; // found again until the frame is taken
                return Ok(Frame::Complete { len: end });
            };
            self.announce(
                Announced {
                    head: end,
                    literal,
                    binary,
                },
                limits,
            )?;
        }
    }

    /// Whether the response may hold literals: it is untagged and no condition.
    fn is_data(&self, bytes: &[u8]) -> bool {
        self.continues || is_data(bytes)
    }

    /// A literal is on its way: the caller is asked about a large one, any other is skipped.
    fn announce(&mut self, announced: Announced, limits: &Limits) -> Result<(), FrameError> {
        self.literals += 1;
        if self.literals > limits.max_literals {
            return Err(error(FrameErrorKind::TooManyLiterals, self.line));
        }
        let large = announced.literal > limits.stream_threshold as u64;
        if large && !self.before_login && self.refused < MAX_REFUSED {
            if limits
                .max_literal
                .is_some_and(|max| announced.literal > max)
            {
                return Err(error(FrameErrorKind::LiteralTooLong, announced.head));
            }
            self.announced = Some(announced);
        } else {
            self.skip(&announced);
        }
        Ok(())
    }

    /// Goes on behind the literal; one that no address can reach is above any limit.
    fn skip(&mut self, announced: &Announced) {
        let literal = usize::try_from(announced.literal).unwrap_or(usize::MAX);
        self.scanned = announced.head.saturating_add(literal);
        self.line = self.scanned;
    }

    /// Whether a response of at least this many octets, and those taken before, is allowed. The
    /// lower of two limits is the one to name, however much came in one read.
    fn check_length(&self, len: usize, limits: &Limits) -> Result<(), FrameError> {
        let total = self.taken.saturating_add(len);
        let (most, kind) = if self.before_login && limits.max_line <= limits.max_response {
            (limits.max_line, FrameErrorKind::LineTooLong)
        } else {
            (limits.max_response, FrameErrorKind::ResponseTooLong)
        };
        if total > most {
            return Err(error(kind, most));
        }
        Ok(())
    }

    /// The literal that a line without its end announces, and whether it is a literal8.
    fn announcement(&self, text: &[u8]) -> Result<Option<(u64, bool)>, FrameError> {
        let Some((head, length)) = split_announcement(text) else {
            return Ok(None);
        };
        let bad = || error(FrameErrorKind::BadLiteral, self.line + head.len());
        if length.len() > MAX_DIGITS || !length.iter().all(u8::is_ascii_digit) {
            return Err(bad());
        }
        let digits = length.iter().map(|digit| u64::from(digit - b'0'));
        let literal = digits.fold(0u64, |number, digit| number * 10 + digit);
        if i64::try_from(literal).is_err() {
            return Err(bad());
        }
        Ok(Some((literal, head.last() == Some(&b'~'))))
    }
}

fn error(kind: FrameErrorKind, offset: usize) -> FrameError {
    FrameError { kind, offset }
}

/// Splits `head{length}`; `None` when nothing between the braces looks like a length.
fn split_announcement(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inner = text.strip_suffix(b"}")?;
    let brace = memrchr(b'{', inner)?;
    let (head, length) = (inner.get(..brace)?, inner.get(brace + 1..)?);
    let is_part = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b' ' | b'\t');
    let looks_so = length.iter().all(is_part) && length.iter().any(u8::is_ascii_digit);
    looks_so.then_some((head, length))
}

/// Whether a response is untagged and neither a condition nor a stray response code.
fn is_data(response: &[u8]) -> bool {
    let Some(rest) = response.strip_prefix(b"* ") else {
        return false;
    };
    let rest = rest.trim_ascii_start();
    if rest.first() == Some(&b'[') {
        return false;
    }
    let end = rest
        .iter()
        .take(8)
        .position(|byte| !byte.is_ascii_alphabetic());
    let word = end.and_then(|end| rest.get(..end)).unwrap_or_default();
    let conditions = ["OK", "NO", "BAD", "BYE", "PREAUTH"];
    !conditions
        .iter()
        .any(|condition| word.eq_ignore_ascii_case(condition.as_bytes()))
}

#[cfg(test)]
mod tests;
