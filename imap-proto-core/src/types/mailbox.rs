//! Mailbox names (RFC 9051 §5.1).

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use bytes::Bytes;

use super::octets::Octets;
use super::text::{is_invisible, write_escaped, write_quoted};
use super::utf7;

/// The name of a mailbox, kept as the server sent it or as the caller wrote it.
///
/// A server's name goes back to it as it came, whether it can be read or not. A name that the
/// caller wrote is text, and is encoded when it is sent: in modified UTF-7 (RFC 3501 §5.1.3), or
/// in UTF-8 once IMAP4rev2 or UTF8=ACCEPT is enabled. A name that a program stores is best stored
/// as text, which is valid in both.
///
/// # Equality
///
/// Names are equal when they read the same. A server's name reads as the text of which it is the
/// canonical modified UTF-7; failing that, as UTF-8; failing that, it is equal to the same bytes
/// only. So `&ZeVnLIqe-` in a LIST response is the mailbox that a STATUS response calls `日本語`,
/// and `Tom &- Jerry` is `Tom & Jerry`, since that is no modified UTF-7. INBOX alone, as the whole
/// name, is equal in any case (RFC 9051 §5.1). Nothing else is folded: neither case nor the
/// Unicode forms of one character.
///
/// With UTF-8 names enabled a mailbox may in fact be called `Tom &- Jerry`. It then equals one
/// called `Tom & Jerry`; each is still sent back as it came.
///
/// ```
/// use imap_proto_core::types::MailboxName;
/// let listed = MailboxName::from_wire("Entw&APw-rfe".into());
/// assert_eq!(listed, MailboxName::from("Entwürfe"));
/// assert_eq!(listed.to_text(), "Entwürfe");
/// assert!(MailboxName::from("inbox").is_inbox());
/// ```
#[derive(Clone)]
pub struct MailboxName {
    bytes: Octets,
    form: Form,
}

/// How the bytes are to be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As it came on the wire: sent back untouched.
    Wire,
    /// Text of the caller's, encoded when it is sent in the dialect then valid.
    Text,
}

/// How a connection writes mailbox names (RFC 9051 §5.1, RFC 9755 §3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Until IMAP4rev2 or UTF8=ACCEPT is enabled.
    #[default]
    ModifiedUtf7,
    /// From then on.
    Utf8,
}

impl MailboxName {
    /// A name as a server sent it, unquoted.
    pub const fn from_wire(bytes: Bytes) -> Self {
        let bytes = Octets::Shared(bytes);
        let form = Form::Wire;
        Self { bytes, form }
    }

    /// A copy of a name as a server sent it, unquoted, if it is short.
    #[inline]
    pub(crate) fn short_from_wire(octets: &[u8]) -> Option<Self> {
        let (bytes, form) = (Octets::few(octets)?, Form::Wire);
        Some(Self { bytes, form })
    }

    /// The user's own mailbox for incoming mail, which every account has.
    pub const fn inbox() -> Self {
        Self::from_wire(Bytes::from_static(b"INBOX"))
    }

    /// Whether this is INBOX, in any case.
    pub fn is_inbox(&self) -> bool {
        self.bytes.eq_ignore_ascii_case(b"INBOX")
    }

    /// Whether there is nothing: the name that stands for the server's own annotations
    /// (RFC 5464 §4.2), and which `LIST "" ""` answers with.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The name to show, with U+FFFD for what cannot be read. It may hold any character: see
    /// [`is_hazardous`](Self::is_hazardous). `Display` escapes control characters.
    pub fn to_text(&self) -> Cow<'_, str> {
        self.exact_text()
            .unwrap_or_else(|| String::from_utf8_lossy(&self.bytes))
    }

    /// The name as text; `None` for bytes that are neither canonical modified UTF-7 nor UTF-8.
    pub fn exact_text(&self) -> Option<Cow<'_, str>> {
        if self.form == Form::Wire
            && let Some(text) = utf7::decode(&self.bytes)
        {
            return Some(text);
        }
        std::str::from_utf8(&self.bytes).ok().map(Cow::Borrowed)
    }

    /// The bytes as the server sent them, or the UTF-8 that the caller wrote.
    pub fn as_wire_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        let bytes = Octets::copy(&self.bytes);
        Self { bytes, ..*self }
    }

    /// The bytes to send. A server's name goes back as it came, but for raw UTF-8 where modified
    /// UTF-7 is spoken: a name with 8-bit octets cannot be meant there.
    pub(crate) fn write_form(&self, dialect: Dialect) -> Cow<'_, [u8]> {
        let as_is = dialect == Dialect::Utf8 || self.form == Form::Wire && self.bytes.is_ascii();
        match std::str::from_utf8(&self.bytes) {
            Ok(text) if !as_is => match utf7::encode(text) {
                Cow::Borrowed(plain) => Cow::Borrowed(plain.as_bytes()),
                Cow::Owned(coded) => Cow::Owned(coded.into_bytes()),
            },
            _ => Cow::Borrowed(&self.bytes),
        }
    }

    /// What equality and order go by: the text in UTF-8, or bytes that no text has.
    fn key(&self) -> Cow<'_, [u8]> {
        if self.is_inbox() {
            return Cow::Borrowed(b"INBOX");
        }
        match self.exact_text() {
            Some(Cow::Owned(text)) => Cow::Owned(text.into_bytes()),
            _ => Cow::Borrowed(&self.bytes),
        }
    }
}

/// Hierarchy (RFC 9051 §5.1.1). The delimiter is the one that the LIST response gave.
impl MailboxName {
    /// The names of the levels, from the top, as text.
    ///
    /// ```
    /// use imap_proto_core::types::MailboxName;
    /// let name = MailboxName::from_wire("Archiv/Entw&APw-rfe".into());
    /// assert_eq!(name.levels(b'/'), ["Archiv", "Entwürfe"]);
    /// ```
    pub fn levels(&self, delimiter: u8) -> Vec<String> {
        let text = self.to_text();
        let levels = text.split(char::from(delimiter));
        levels.map(str::to_owned).collect()
    }

    /// The mailbox above, if there is one.
    pub fn parent(&self, delimiter: u8) -> Option<Self> {
        let end = self.last_delimiter(delimiter).filter(|&end| end > 0)?;
        let bytes = self.bytes.first(end);
        Some(Self { bytes, ..*self })
    }

    /// The mailbox of this name below this one.
    #[must_use]
    pub fn child(&self, delimiter: u8, name: &str) -> Self {
        if self.form == Form::Text || utf7::decode(&self.bytes).is_some() {
            let delimiter = char::from(delimiter);
            return Self::from(format!("{}{delimiter}{name}", self.to_text()));
        }
        // The parent's bytes stay as they are, since no text gives them back.
        let name = if self.bytes.is_ascii() {
            utf7::encode(name)
        } else {
            Cow::Borrowed(name)
        };
        Self::from_wire(
            [&self.bytes, &[delimiter][..], name.as_bytes()]
                .concat()
                .into(),
        )
    }

    /// Whether this mailbox is below `other`, at any depth. Case counts.
    pub fn is_below(&self, other: &Self, delimiter: u8) -> bool {
        let (own, above) = (self.key(), other.key());
        own.strip_prefix(&*above)
            .is_some_and(|rest| rest.first() == Some(&delimiter))
    }

    /// Where the last delimiter stands that is not a digit of a modified UTF-7 run.
    fn last_delimiter(&self, delimiter: u8) -> Option<usize> {
        let coded = self.form == Form::Wire && utf7::decode(&self.bytes).is_some();
        let mut in_run = false;
        let mut found = None;
        for (at, &byte) in self.bytes.iter().enumerate() {
            match byte {
                b'&' if coded => in_run = true,
                b'-' if in_run => in_run = false,
                _ if byte == delimiter && !in_run => found = Some(at),
                _ => {}
            }
        }
        found
    }
}

/// Use outside of IMAP: a name is the server's data, and anything may stand in it.
impl MailboxName {
    /// Whether the name needs care when it is shown, or used for a file, in a shell or in a
    /// script: it is empty, has control, bidirectional or unreadable characters, a level that is
    /// empty, `.` or `..`, a `\`, `:` or other character with a meaning in paths or shells, or a
    /// `-` or `~` in front.
    ///
    /// Never give a name to a shell, and make file names of it with
    /// [`safe_file_name`](Self::safe_file_name).
    pub fn is_hazardous(&self) -> bool {
        let Some(text) = self.exact_text() else {
            return true;
        };
        let forges = |c: char| c.is_control() || is_invisible(c);
        let special = |c: char| "\\:*?\"<>|`$;&!'(){}[]#%".contains(c);
        text.is_empty()
            || text.starts_with(['-', '~'])
            || text.chars().any(|c| forges(c) || special(c))
            || text.split(['/', '.']).any(str::is_empty)
            || text.split('/').any(is_reserved)
    }

    /// A file name that is one path component everywhere, and another for every other mailbox
    /// where the file system tells upper from lower case: ASCII letters, digits, `-`, `_`, and
    /// spaces and dots within stay, all else is `%` and two hexadecimal digits for each octet of
    /// UTF-8. It may be longer than a file system allows.
    ///
    /// ```
    /// use imap_proto_core::types::MailboxName;
    /// assert_eq!(MailboxName::from("../.ssh").safe_file_name(), "%2E.%2F.ssh");
    /// assert_eq!(MailboxName::from("Archive 2024").safe_file_name(), "Archive 2024");
    /// ```
    pub fn safe_file_name(&self) -> String {
        let key = self.key();
        let reserved = std::str::from_utf8(&key).is_ok_and(is_reserved);
        let last = key.len().saturating_sub(1);
        let mut name = String::with_capacity(key.len());
        for (at, &byte) in key.iter().enumerate() {
            let safe = match byte {
                b'-' | b' ' | b'.' => at != 0 && at != last,
                b'_' | b'0'..=b'9' => true,
                b'A'..=b'Z' | b'a'..=b'z' => at != 0 || !reserved,
                _ => false,
            };
            if safe {
                name.push(char::from(byte));
            } else {
                name.extend(['%', hexadecimal(byte >> 4), hexadecimal(byte)]);
            }
        }
        if name.is_empty() { "%".into() } else { name }
    }
}

fn hexadecimal(bits: u8) -> char {
    char::from_digit(u32::from(bits & 0xf), 16).map_or('0', |digit| digit.to_ascii_uppercase())
}

/// Names of devices, which Windows has in every directory.
fn is_reserved(text: &str) -> bool {
    let stem = text.split('.').next().unwrap_or(text).trim_end();
    let numbered = |stem: &str| {
        let (name, number) = stem.split_at_checked(3)?;
        let port = name.eq_ignore_ascii_case("COM") || name.eq_ignore_ascii_case("LPT");
        (port && number.chars().count() == 1).then_some(())
    };
    let devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    devices
        .iter()
        .any(|device| stem.eq_ignore_ascii_case(device))
        || numbered(stem).is_some()
}

impl PartialEq for MailboxName {
    fn eq(&self, other: &Self) -> bool {
        *self.bytes == *other.bytes && self.form == other.form || self.key() == other.key()
    }
}

impl Eq for MailboxName {}

impl PartialOrd for MailboxName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for MailboxName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Hash for MailboxName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

impl PartialEq<str> for MailboxName {
    fn eq(&self, other: &str) -> bool {
        let text = other.as_bytes();
        self.is_inbox() && text.eq_ignore_ascii_case(b"INBOX") || *self.key() == *text
    }
}

impl PartialEq<&str> for MailboxName {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl From<&str> for MailboxName {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for MailboxName {
    fn from(text: String) -> Self {
        let (bytes, form) = (Octets::Shared(text.into()), Form::Text);
        Self { bytes, form }
    }
}

impl From<&Self> for MailboxName {
    fn from(name: &Self) -> Self {
        name.clone()
    }
}

impl fmt::Display for MailboxName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.exact_text() {
            Some(text) => write_escaped(f, text.as_bytes()),
            None => write_escaped(f, &self.bytes),
        }
    }
}

impl fmt::Debug for MailboxName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.exact_text() {
            Some(text) => write_quoted(f, text.as_bytes()),
            None => write_quoted(f, &self.bytes),
        }
    }
}

/// As text, or as a sequence of numbers when it cannot be read.
#[cfg(feature = "serde")]
impl serde::Serialize for MailboxName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.exact_text() {
            Some(text) => serializer.serialize_str(&text),
            None => super::text::serialize_bytes(&self.bytes, serializer),
        }
    }
}

#[cfg(test)]
#[path = "tests/mailbox.rs"]
mod tests;
