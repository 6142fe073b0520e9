//! From segments to octets, with the points where the client must wait (RFC 9051 §4.3, RFC 7888).

use std::borrow::Cow;

use bytes::{BufMut, Bytes, BytesMut};
use zeroize::Zeroizing;

use super::{Segment, SubmitError, Upload};
use crate::types::{self, MailboxName, Secret};

/// How the connection writes strings at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dialect {
    /// IMAP4rev2 or UTF8=ACCEPT is enabled: names and quoted strings are UTF-8.
    pub(crate) utf8: bool,
    /// Which literals need no permission.
    pub(crate) literals: LiteralMode,
    /// The server offers BINARY (RFC 3516): a literal8 may stand where a literal may.
    pub(crate) literal8: bool,
}

/// Which literals may be sent without waiting for `+` (RFC 7888).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LiteralMode {
    /// None.
    #[default]
    Sync,
    /// LITERAL-, and IMAP4rev2: those of at most 4096 octets.
    Minus,
    /// LITERAL+: all.
    Plus,
}

/// A piece of what is written.
#[derive(Debug)]
pub(crate) enum Part {
    /// Octets.
    Bytes(Bytes),
    /// Octets to wipe after they were sent.
    SecretBytes(Secret),
    /// Nothing more goes out before the server's `+`.
    Sync,
    /// Octets that the caller supplies.
    Upload(Upload),
}

impl Part {
    /// Whether the octets behind it cannot go out at once.
    pub(crate) const fn is_waiting_point(&self) -> bool {
        matches!(self, Self::Sync | Self::Upload(_))
    }
}

/// The largest literal of LITERAL-; beyond it an upload always asks first, so that what the
/// server refuses is not sent in vain (RFC 7888 §4, §5).
const SMALL_LITERAL: u64 = 4096;

/// Longer quoted strings go as literals: servers limit the length of a line (RFC 7162 §4 has
/// 8192 octets; older ones had 1000).
const LONGEST_QUOTED: usize = 1000;

/// Writes a command: `tag SP segments CRLF`. What stands behind the last point to wait at, or all
/// if there is none, is added to `line`; what `line` held goes into `out` with what stands before.
///
/// # Errors
///
/// What [`validate`](super::Request::validate) finds as well.
pub(crate) fn encode(
    segments: &[Segment],
    tag: &[u8],
    dialect: Dialect,
    line: &mut BytesMut,
    out: &mut Vec<Part>,
) -> Result<(), SubmitError> {
    segments.iter().try_for_each(Segment::check)?;
    let mut writer = Writer { dialect, line, out };
    writer.line.put_slice(tag);
    writer.line.put_u8(b' ');
    for segment in segments {
        writer.segment(segment);
    }
    writer.line.put_slice(b"\r\n");
    Ok(())
}

/// Joins what is small, passes on what is large.
struct Writer<'a> {
    dialect: Dialect,
    line: &'a mut BytesMut,
    out: &'a mut Vec<Part>,
}

impl Writer<'_> {
    fn segment(&mut self, segment: &Segment) {
        match segment {
            Segment::Syntax(syntax) => self.line.put_slice(syntax),
            Segment::UnlessUtf8(syntax) => {
                if !self.dialect.utf8 {
                    self.line.put_slice(syntax);
                }
            }
            Segment::Astring(string) => self.string(string, is_astring_char),
            Segment::QuotedOrLiteral(string) => self.string(string, |_| false),
            Segment::Mailbox(name) => self.name(name, is_astring_char),
            Segment::Pattern(name) => self.name(name, is_list_char),
            Segment::Literal(data) => self.literal(data, false),
            Segment::Literal8(data) => {
                let binary = self.dialect.literal8 || data.contains(&0);
                self.literal(data, binary);
            }
            Segment::AlwaysLiteral8(data) => self.literal(data, true),
            Segment::SecretAstring(secret) => self.secret(secret),
            Segment::SecretSyntax(secret) => self.push(Part::SecretBytes(secret.clone())),
            Segment::Upload(upload) => self.upload(*upload),
            Segment::Tag(_) => {} // the connection puts the tag itself in its place
        }
    }

    /// A string in the shortest form: bare, quoted, literal.
    fn string(&mut self, string: &Bytes, is_bare: fn(u8) -> bool) {
        match form(string, self.dialect, is_bare) {
            Form::Bare => self.line.put_slice(string),
            Form::Quoted => put_quoted(self.line, string),
            Form::Literal => self.literal(string, false),
        }
    }

    fn name(&mut self, name: &MailboxName, is_bare: fn(u8) -> bool) {
        let dialect = if self.dialect.utf8 {
            types::Dialect::Utf8
        } else {
            types::Dialect::ModifiedUtf7
        };
        let name = match name.write_form(dialect) {
            Cow::Borrowed(same) => Bytes::copy_from_slice(same),
            Cow::Owned(coded) => Bytes::from(coded),
        };
        self.string(&name, is_bare);
    }

    fn secret(&mut self, secret: &Secret) {
        let string = secret.expose();
        match form(string, self.dialect, is_astring_char) {
            Form::Bare => self.push(Part::SecretBytes(secret.clone())),
            Form::Quoted => {
                // Room for all, so that no growth leaves a copy behind.
                let mut quoted = Zeroizing::new(Vec::with_capacity(2 * string.len() + 2));
                put_quoted(&mut *quoted, string);
                let quoted = Secret::new(std::mem::take(&mut *quoted));
                self.push(Part::SecretBytes(quoted));
            }
            Form::Literal => {
                self.announce(
                    string.len() as u64,
                    false,
                    self.is_free(string.len() as u64),
                );
                self.push(Part::SecretBytes(secret.clone()));
            }
        }
    }

    fn literal(&mut self, data: &Bytes, binary: bool) {
        let size = data.len() as u64;
        self.announce(size, binary, self.is_free(size));
        if !data.is_empty() {
            self.push(Part::Bytes(data.clone()));
        }
    }

    fn upload(&mut self, upload: Upload) {
        let free = upload.size <= SMALL_LITERAL && self.is_free(upload.size);
        self.announce(upload.size, upload.binary, free);
        self.push(Part::Upload(upload));
    }

    /// Whether a literal of this size may follow its announcement at once.
    const fn is_free(&self, size: u64) -> bool {
        match self.dialect.literals {
            LiteralMode::Sync => false,
            LiteralMode::Minus => size <= SMALL_LITERAL,
            LiteralMode::Plus => true,
        }
    }

    fn announce(&mut self, size: u64, binary: bool, free: bool) {
        let (tilde, plus) = (if binary { "~" } else { "" }, if free { "+" } else { "" });
        let announcement = format!("{tilde}{{{size}{plus}}}\r\n");
        self.line.put_slice(announcement.as_bytes());
        if !free {
            self.push(Part::Sync);
        }
    }

    fn push(&mut self, part: Part) {
        if !self.line.is_empty() {
            self.out.push(Part::Bytes(self.line.split().freeze()));
        }
        self.out.push(part);
    }
}

/// How a string is written.
enum Form {
    Bare,
    Quoted,
    Literal,
}

fn form(string: &[u8], dialect: Dialect, is_bare: fn(u8) -> bool) -> Form {
    if string.len() > LONGEST_QUOTED {
        Form::Literal
    } else if !string.is_empty() && string.iter().all(|&byte| is_bare(byte)) {
        Form::Bare
    } else if is_quotable(string, dialect.utf8) {
        Form::Quoted
    } else {
        Form::Literal
    }
}

/// `QUOTED-CHAR` (RFC 3501 §9), and UTF-8 where it is enabled (RFC 9051 §9, RFC 9755 §3).
fn is_quotable(string: &[u8], utf8: bool) -> bool {
    let fits = |byte: &u8| !matches!(byte, 0 | b'\r' | b'\n') && (utf8 || byte.is_ascii());
    string.iter().all(fits) && std::str::from_utf8(string).is_ok()
}

/// `ASTRING-CHAR` (RFC 9051 §9) less the brackets, which some servers read as syntax.
fn is_astring_char(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"(){}%*\"\\[]".contains(&byte)
}

/// `list-char` (RFC 9051 §9).
fn is_list_char(byte: u8) -> bool {
    is_astring_char(byte) || matches!(byte, b'%' | b'*')
}

fn put_quoted(out: &mut impl BufMut, string: &[u8]) {
    out.put_u8(b'"');
    for &byte in string {
        if matches!(byte, b'"' | b'\\') {
            out.put_u8(b'\\');
        }
        out.put_u8(byte);
    }
    out.put_u8(b'"');
}

impl Segment {
    /// Whether it can be written, in every dialect.
    pub(super) fn check(&self) -> Result<(), SubmitError> {
        let breaks_line = |bytes: &[u8]| memchr::memchr3(0, b'\r', b'\n', bytes).is_some();
        match self {
            Self::Syntax(syntax) if breaks_line(syntax) => Err(SubmitError::InvalidSyntax),
            Self::SecretSyntax(secret) if !secret.expose().iter().all(u8::is_ascii_graphic) => {
                Err(SubmitError::InvalidSyntax)
            }
            Self::Mailbox(name) | Self::Pattern(name) if breaks_line(name.as_wire_bytes()) => {
                Err(SubmitError::InvalidMailbox)
            }
            Self::Astring(string) | Self::QuotedOrLiteral(string) | Self::Literal(string)
                if memchr::memchr(0, string).is_some() =>
            {
                Err(SubmitError::NulInString)
            }
            Self::SecretAstring(secret) if secret.expose().contains(&0) => {
                Err(SubmitError::NulInString)
            }
            Self::Upload(Upload { size, .. }) if *size > LARGEST_LITERAL => {
                Err(SubmitError::OutOfRange("the size of the literal"))
            }
            _ => Ok(()),
        }
    }
}

/// `number64` has 63 bits (RFC 9051 §9).
const LARGEST_LITERAL: u64 = i64::MAX as u64;

#[cfg(test)]
#[path = "tests/writer.rs"]
mod tests;
