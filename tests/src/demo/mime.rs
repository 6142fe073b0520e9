//! The MIME tree of a message (RFC 2045, RFC 2046): where headers and bodies are, and of what type.

use super::header::value;
use super::token::{Token, Tokens};
use bytes::Bytes;
use std::ops::Range;

/// Parts that are nested deeper are not looked into.
const MAX_DEPTH: usize = 100;

/// A message, or a part of one.
#[derive(Debug, Clone)]
pub(super) struct Entity {
    /// The header with the empty line that ends it.
    pub(super) header: Bytes,
    /// Where the header starts in the message.
    pub(super) start: u64,
    /// Where the body is in the message.
    pub(super) body: Range<u64>,
    /// Lines of the body.
    pub(super) lines: u64,
    /// `Content-Type`.
    pub(super) media: Media,
    /// What the body is made of.
    pub(super) parts: Parts,
}

/// What a body is made of.
#[derive(Debug, Clone)]
pub(super) enum Parts {
    /// Nothing that MIME knows.
    None,
    /// `multipart/*`
    Multipart(Vec<Entity>),
    /// `message/rfc822`
    Message(Box<Entity>),
}

/// A value with parameters, as of `Content-Type`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Media {
    pub(super) kind: Vec<u8>,
    pub(super) subtype: Vec<u8>,
    pub(super) parameters: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Media {
    fn new(kind: &str, subtype: &str) -> Self {
        Self {
            kind: kind.into(),
            subtype: subtype.into(),
            parameters: Vec::new(),
        }
    }

    /// Whether the type, and the subtype where one is given, are these.
    pub(super) fn is(&self, kind: &str, subtype: Option<&str>) -> bool {
        self.kind.eq_ignore_ascii_case(kind.as_bytes())
            && subtype.is_none_or(|subtype| self.subtype.eq_ignore_ascii_case(subtype.as_bytes()))
    }

    /// The value of a parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<&[u8]> {
        let found = self
            .parameters
            .iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()));
        found.map(|(_, value)| value.as_slice())
    }
}

impl Entity {
    /// The tree of a whole message.
    pub(super) fn parse(message: &Bytes) -> Self {
        let whole = Place {
            range: 0..message.len(),
            line_end: 0,
        };
        entity(message, &whole, Media::new("text", "plain"), 0).0
    }

    /// Moves everything from `at` on by `by` bytes, as when `lines` lines were put in there.
    pub(super) fn stretch(&mut self, at: u64, by: u64, lines: u64) {
        let moved = |place: &mut u64| {
            if *place >= at {
                *place += by;
            }
        };
        if self.body.start < at && at <= self.body.end {
            self.lines += lines;
        }
        moved(&mut self.start);
        moved(&mut self.body.start);
        moved(&mut self.body.end);
        match &mut self.parts {
            Parts::None => {}
            Parts::Multipart(parts) => parts
                .iter_mut()
                .for_each(|part| part.stretch(at, by, lines)),
            Parts::Message(message) => message.stretch(at, by, lines),
        }
    }

    /// The part with this number, from 1, of an entity that is a part itself.
    pub(super) fn part(&self, number: usize) -> Option<&Self> {
        match &self.parts {
            Parts::Multipart(parts) => parts.get(number.checked_sub(1)?),
            Parts::Message(message) => message.part_of_message(number),
            Parts::None => None,
        }
    }

    /// The part with this number of an entity that is a message: without a multipart it is its own part 1.
    pub(super) fn part_of_message(&self, number: usize) -> Option<&Self> {
        match &self.parts {
            Parts::Multipart(parts) => parts.get(number.checked_sub(1)?),
            _ => (number == 1).then_some(self),
        }
    }
}

/// Reads `type/subtype; attribute=value; ...`; `None` when type or subtype is missing.
pub(super) fn media(value: &[u8]) -> Option<Media> {
    let mut tokens = Tokens::mime(value);
    let Some(Token::Word(kind)) = tokens.next() else {
        return None;
    };
    let Some(Token::Special(b'/')) = tokens.next() else {
        return None;
    };
    let Some(Token::Word(subtype)) = tokens.next() else {
        return None;
    };
    Some(Media {
        kind,
        subtype,
        parameters: parameters(&mut tokens),
    })
}

/// Reads `; attribute=value; ...`
pub(super) fn parameters(tokens: &mut Tokens<'_>) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut found = Vec::new();
    while let Some(token) = tokens.next() {
        if token != Token::Special(b';') {
            continue;
        }
        let Some(Token::Word(name)) = tokens.peek() else {
            continue;
        };
        tokens.next();
        if tokens.peek() != Some(Token::Special(b'=')) {
            continue;
        }
        tokens.next();
        if let Some(Token::Word(mut value)) = tokens.peek() {
            tokens.next();
            // Slashes and the like belong to an unquoted value, though the standard wants it quoted.
            while let Some(token) = tokens.peek().filter(|token| *token != Token::Special(b';')) {
                tokens.next();
                match token {
                    Token::Special(byte) => value.push(byte),
                    Token::Word(word) => value.extend(word),
                }
            }
            found.push((name, value));
        }
    }
    found
}

/// Where a part is: with the line end before the boundary that ends it, and that line end's length.
struct Place {
    range: Range<usize>,
    line_end: usize,
}

/// Reads an entity, and says whether the line end before its boundary is its own: it is where a boundary within ends
/// the entity, as that boundary's line needs it.
fn entity(message: &Bytes, place: &Place, default: Media, depth: usize) -> (Entity, bool) {
    let Place { range, line_end } = place;
    let without = range.end - line_end;
    let header_end = range.start + header_length(&message[range.clone()]);
    let header = message.slice(range.start..header_end.min(without.max(range.start)));
    let found = value(&header, "content-type").filter(|value| !value.is_empty());
    let media = found.map_or(default, |value| {
        media(&value).unwrap_or_else(|| Media::new("text", "plain"))
    });
    let body = Place {
        range: header_end..range.end,
        line_end: *line_end,
    };
    let (parts, keeps) = parts(message, &body, &media, depth);
    let end = if keeps { range.end } else { without };
    let body = header_end.min(end)..end;
    let lines = message[body.clone()]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count();
    let entity = Entity {
        header,
        start: range.start as u64,
        body: body.start as u64..body.end as u64,
        lines: lines as u64,
        media,
        parts,
    };
    (entity, keeps)
}

fn parts(message: &Bytes, body: &Place, media: &Media, depth: usize) -> (Parts, bool) {
    if depth >= MAX_DEPTH {
        return (Parts::None, false);
    }
    if let Some(boundary) = media
        .parameter("boundary")
        .filter(|_| media.is("multipart", None))
    {
        let digest = media.is("multipart", Some("digest"));
        let default = if digest {
            Media::new("message", "rfc822")
        } else {
            Media::new("text", "plain")
        };
        let (places, closed) = split(message, body, boundary);
        let read = |place: &Place| entity(message, place, default.clone(), depth + 1);
        let (parts, keep): (Vec<Entity>, Vec<bool>) = places.iter().map(read).unzip();
        let keeps = closed.unwrap_or_else(|| keep.last().is_some_and(|keeps| *keeps));
        return (Parts::Multipart(parts), keeps);
    }
    if media.is("message", Some("rfc822")) {
        let (inner, keeps) = entity(message, body, Media::new("text", "plain"), depth + 1);
        return (Parts::Message(Box::new(inner)), keeps);
    }
    (Parts::None, false)
}

/// Length of a header with the empty line that ends it.
fn header_length(bytes: &[u8]) -> usize {
    let mut length = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        length += line.len();
        if line == b"\r\n" || line == b"\n" {
            break;
        }
    }
    length
}

/// The places of the parts between boundaries (RFC 2046 §5.1.1), and whether the closing one ends the body.
///
/// Without a closing boundary the last part goes to the end, and it decides.
fn split(message: &[u8], body: &Place, boundary: &[u8]) -> (Vec<Place>, Option<bool>) {
    let mut parts = Vec::new();
    let mut start = None;
    let mut at = body.range.start;
    for line in message[body.range.clone()].split_inclusive(|byte| *byte == b'\n') {
        let next = at + line.len();
        let rest = line
            .strip_prefix(b"--")
            .and_then(|line| line.strip_prefix(boundary));
        if let Some(rest @ (b"" | b"--")) = rest.map(<[u8]>::trim_ascii) {
            parts.extend(start.map(|start| Place {
                range: start..at,
                line_end: line_end(&message[start..at]),
            }));
            start = rest.is_empty().then_some(next);
            if start.is_none() {
                return (parts, Some(next == body.range.end));
            }
        }
        at = next;
    }
    parts.extend(start.map(|start| Place {
        range: start..body.range.end,
        line_end: body.line_end,
    }));
    (parts, None)
}

/// Length of the line end at the end, which belongs to a boundary behind it.
fn line_end(part: &[u8]) -> usize {
    if part.ends_with(b"\r\n") {
        2
    } else {
        usize::from(part.ends_with(b"\n"))
    }
}
