//! Sections of a message (RFC 3501 §6.4.5): `1.2.HEADER.FIELDS (SUBJECT)` and the like.

use super::content::Content;
use super::header::fields;
use super::mime::{Entity, Parts};
use super::syntax::{Arguments, Malformed};
use std::ops::Range;

/// A section specification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    path: Vec<usize>,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    All,
    Header,
    HeaderFields { not: bool, names: Vec<Vec<u8>> },
    Text,
    Mime,
}

/// What a section consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Extract {
    /// A place in the message.
    Range(Range<u64>),
    /// Chosen header fields.
    Bytes(Vec<u8>),
    /// There is no such part.
    Missing,
}

impl Section {
    /// The whole header.
    pub(super) fn header() -> Self {
        Self {
            path: Vec::new(),
            what: What::Header,
        }
    }

    /// The whole body.
    pub(super) fn text() -> Self {
        Self {
            path: Vec::new(),
            what: What::Text,
        }
    }

    /// The whole message.
    pub(super) fn all() -> Self {
        Self {
            path: Vec::new(),
            what: What::All,
        }
    }

    /// Reads a section from behind its `[` to its `]`.
    pub(super) fn parse(arguments: &mut Arguments<'_>) -> Result<Self, Malformed> {
        let mut path = Vec::new();
        while arguments.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            let number = usize::try_from(arguments.number()?)
                .ok()
                .filter(|number| *number > 0);
            path.push(number.ok_or(Malformed("invalid part number"))?);
            if !arguments.take(b'.') {
                arguments.expect(b']')?;
                return Ok(Self {
                    path,
                    what: What::All,
                });
            }
        }
        if path.is_empty() && arguments.take(b']') {
            return Ok(Self {
                path,
                what: What::All,
            });
        }
        let what = match arguments.name()?.as_str() {
            "HEADER" => What::Header,
            "TEXT" => What::Text,
            "MIME" if !path.is_empty() => What::Mime,
            "HEADER.FIELDS" => What::HeaderFields {
                not: false,
                names: field_names(arguments)?,
            },
            "HEADER.FIELDS.NOT" => What::HeaderFields {
                not: true,
                names: field_names(arguments)?,
            },
            _ => return Err(Malformed("invalid section")),
        };
        arguments.expect(b']')?;
        Ok(Self { path, what })
    }

    /// The specification as a response shows it, without brackets.
    pub(super) fn shown(&self) -> String {
        let mut parts: Vec<String> = self.path.iter().map(usize::to_string).collect();
        parts.extend(match &self.what {
            What::All => None,
            What::Header => Some("HEADER".to_owned()),
            What::Text => Some("TEXT".to_owned()),
            What::Mime => Some("MIME".to_owned()),
            What::HeaderFields { not, names } => {
                let names: Vec<_> = names
                    .iter()
                    .map(|name| String::from_utf8_lossy(name))
                    .collect();
                Some(format!(
                    "HEADER.FIELDS{} ({})",
                    if *not { ".NOT" } else { "" },
                    names.join(" ")
                ))
            }
        });
        parts.join(".")
    }

    /// Finds the section in a message.
    pub(super) fn extract(&self, content: &Content) -> Extract {
        let root = content.entity();
        let Some((first, rest)) = self.path.split_first() else {
            return match self.what {
                What::All => Extract::Range(0..content.len()),
                _ => self.of_message(root),
            };
        };
        let part = root.part_of_message(*first);
        let Some(part) = rest.iter().fold(part, |part, number| part?.part(*number)) else {
            return Extract::Missing;
        };
        match (&self.what, &part.parts) {
            (What::All, _) => Extract::Range(part.body.clone()),
            (What::Mime, _) => Extract::Range(part.start..part.body.start),
            (_, Parts::Message(message)) => self.of_message(message),
            _ => Extract::Missing,
        }
    }

    /// HEADER, HEADER.FIELDS or TEXT of a message.
    fn of_message(&self, message: &Entity) -> Extract {
        match &self.what {
            What::Text => Extract::Range(message.body.clone()),
            What::HeaderFields { not, names } => {
                let is_named =
                    |found: &[u8]| names.iter().any(|name| name.eq_ignore_ascii_case(found));
                let chosen = fields(&message.header)
                    .into_iter()
                    .filter(|field| is_named(field.name) != *not);
                let mut bytes: Vec<u8> =
                    chosen.flat_map(|field| field.raw.iter().copied()).collect();
                bytes.extend_from_slice(b"\r\n");
                Extract::Bytes(bytes)
            }
            _ => Extract::Range(message.start..message.body.start),
        }
    }
}

fn field_names(arguments: &mut Arguments<'_>) -> Result<Vec<Vec<u8>>, Malformed> {
    arguments.space()?;
    arguments.expect(b'(')?;
    let mut names = vec![arguments.astring()?];
    while arguments.take(b' ') {
        names.push(arguments.astring()?);
    }
    arguments.expect(b')')?;
    let printable = names
        .iter()
        .flatten()
        .all(|byte| byte.is_ascii_graphic() && !b"(){\"\\]".contains(byte));
    if printable {
        Ok(names)
    } else {
        Err(Malformed("invalid field name"))
    }
}
