//! Strings as servers send them: bytes, never assumed to be UTF-8.

use std::borrow::Cow;
use std::fmt::{self, Write};

use bytes::Bytes;

/// Makes a newtype over [`Bytes`] for one kind of string.
macro_rules! byte_string {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Bytes);

        impl $name {
            /// Wraps bytes as they are.
            pub const fn from_bytes(bytes: Bytes) -> Self {
                Self(bytes)
            }

            /// Wraps a literal of the program.
            pub const fn from_static(text: &'static str) -> Self {
                Self(Bytes::from_static(text.as_bytes()))
            }

            /// The bytes as they came.
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }

            /// The bytes themselves; a clone shares them.
            pub fn into_bytes(self) -> Bytes {
                self.0
            }

            /// The text, if it is UTF-8.
            pub fn as_str(&self) -> Option<&str> {
                std::str::from_utf8(&self.0).ok()
            }

            /// The text, with U+FFFD for what is not UTF-8.
            pub fn to_str_lossy(&self) -> Cow<'_, str> {
                String::from_utf8_lossy(&self.0)
            }

            /// Whether the ASCII text is the same but for case.
            pub fn eq_ignore_case(&self, other: &str) -> bool {
                self.0.eq_ignore_ascii_case(other.as_bytes())
            }

            /// The length in octets.
            pub fn len(&self) -> usize {
                self.0.len()
            }

            /// Whether there is no octet.
            pub fn is_empty(&self) -> bool {
                self.0.is_empty()
            }

            /// A copy of its own, which no longer keeps the receive buffer's block alive.
            #[must_use]
            pub fn detach(&self) -> Self {
                Self(Bytes::copy_from_slice(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_quoted(f, &self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_escaped(f, &self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(Bytes::copy_from_slice(text.as_bytes()))
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl From<Bytes> for $name {
            fn from(bytes: Bytes) -> Self {
                Self(bytes)
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other.as_bytes()
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == other.as_bytes()
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serialize_bytes(&self.0, serializer)
            }
        }
    };
}

byte_string! {
    /// Human-readable text of a response (RFC 9051 §7.1); untrusted, `Display` escapes control
    /// and bidirectional characters.
    Text
}
byte_string! {
    /// An atom or keyword: a name whose case does not count in most places (RFC 9051 §4.1).
    Atom
}
byte_string! {
    /// Any other string of a server: quoted, literal or astring, unescaped (RFC 9051 §4.3).
    ByteString
}

/// How much `Debug` and `Display` show of a string, in octets of what they write.
const SHOWN: usize = 1024;

/// Writes text with control characters, bidirectional overrides and invalid UTF-8 escaped.
pub(crate) fn write_escaped(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    write_limited(f, bytes, |_| false)
}

/// The same between quotation marks, with these and backslashes escaped.
pub(crate) fn write_quoted(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    f.write_char('"')?;
    write_limited(f, bytes, |c| matches!(c, '"' | '\\'))?;
    f.write_char('"')
}

fn write_limited(
    f: &mut fmt::Formatter<'_>,
    bytes: &[u8],
    is_special: fn(char) -> bool,
) -> fmt::Result {
    let mut left = SHOWN;
    // Each octet shows as one or more.
    let shown = bytes.get(..SHOWN).unwrap_or(bytes);
    for chunk in shown.utf8_chunks() {
        for c in chunk.valid().chars() {
            let width = if c.is_control() || is_invisible(c) {
                write!(f, "{}", c.escape_unicode())?;
                c.escape_unicode().len()
            } else if is_special(c) {
                write!(f, "\\{c}")?;
                2
            } else {
                f.write_char(c)?;
                c.len_utf8()
            };
            let Some(rest) = left.checked_sub(width) else {
                return f.write_char('…');
            };
            left = rest;
        }
        for byte in chunk.invalid() {
            write!(f, "\\x{byte:02x}")?;
            let Some(rest) = left.checked_sub(4) else {
                return f.write_char('…');
            };
            left = rest;
        }
    }
    if bytes.len() > SHOWN {
        f.write_char('…')
    } else {
        Ok(())
    }
}

/// Line separators, bidirectional controls and characters without width, any of which could
/// forge what a log or a list of mailboxes shows.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// UTF-8 as a string, other bytes as a sequence of numbers.
#[cfg(feature = "serde")]
pub(crate) fn serialize_bytes<S: serde::Serializer>(
    bytes: &[u8],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match std::str::from_utf8(bytes) {
        Ok(text) => serializer.serialize_str(text),
        Err(_) => serializer.collect_seq(bytes),
    }
}

/// The same for shared bytes, for `serialize_with`.
#[cfg(feature = "serde")]
pub(crate) fn serialize_shared<S: serde::Serializer>(
    bytes: &Bytes,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serialize_bytes(bytes, serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_escapes_what_could_forge_a_log_line() {
        let text = Text::from_bytes(Bytes::from_static(b"a\x1b]0;\r\n\xff\xe2\x80\xae!"));
        assert_eq!(text.to_string(), "a\\u{1b}]0;\\u{d}\\u{a}\\xff\\u{202e}!");
    }

    #[test]
    fn display_shows_about_a_kibibyte_at_most() {
        for hostile in ["x", "\x1b", "\u{202e}", "é"] {
            let shown = Text::from(hostile.repeat(5000)).to_string();
            assert!((1000..1050).contains(&shown.len()), "{}", shown.len());
            assert!(shown.ends_with('…'));
        }
        let bytes = Text::from_bytes(Bytes::from(vec![0xff; 5000]));
        assert!(bytes.to_string().len() < 1050);
        assert_eq!(Text::from("x".repeat(1024)).to_string().len(), 1024);
    }

    #[test]
    fn debug_quotes_and_escapes_quotes() {
        assert_eq!(
            format!("{:?}", Atom::from("a\"\\\u{85}")),
            "\"a\\\"\\\\\\u{85}\""
        );
    }
}
