//! What a message consists of: stored bytes, or a large part that is computed as it is read.

use super::mime::Entity;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use std::ops::Range;

/// Length of a generated line: 57 bytes in base64, and CRLF.
const LINE: u64 = 78;

/// The bytes of a message.
#[derive(Debug)]
pub(super) struct Content {
    head: Bytes,
    /// How many generated lines are between head and tail.
    lines: u64,
    tail: Bytes,
    entity: Entity,
}

impl Content {
    /// A message that is kept whole.
    pub(super) fn stored(message: Bytes) -> Self {
        let entity = Entity::parse(&message);
        Self {
            head: message,
            lines: 0,
            tail: Bytes::new(),
            entity,
        }
    }

    /// A message with an attachment of 57 bytes a line: each line of the decoded file is its number in 56 digits.
    pub(super) fn generated(head: &str, lines: u64, tail: &str) -> Self {
        let (head, tail) = (
            Bytes::copy_from_slice(head.as_bytes()),
            Bytes::copy_from_slice(tail.as_bytes()),
        );
        let lines = lines.max(1);
        // The tree of a message with one line, and the rest put in behind that line's first byte.
        let mut entity = Entity::parse(&[&head[..], &line(0), &tail[..]].concat().into());
        entity.stretch(head.len() as u64 + 1, (lines - 1) * LINE, lines - 1);
        Self {
            head,
            lines,
            tail,
            entity,
        }
    }

    /// Length in bytes.
    pub(super) fn len(&self) -> u64 {
        (self.head.len() + self.tail.len()) as u64 + self.lines * LINE
    }

    /// The MIME tree.
    pub(super) fn entity(&self) -> &Entity {
        &self.entity
    }

    /// The bytes of a range, which may be more than wanted at once: see [`Content::pieces`].
    pub(super) fn read(&self, range: Range<u64>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let generated = self.head.len() as u64..self.head.len() as u64 + self.lines * LINE;
        bytes.extend_from_slice(part(&self.head, 0, &range));
        let wanted = range.start.max(generated.start)..range.end.min(generated.end);
        if wanted.start < wanted.end {
            let (start, end) = (wanted.start - generated.start, wanted.end - generated.start);
            let first = start / LINE;
            let lines: Vec<u8> = (first..end.div_ceil(LINE)).flat_map(line).collect();
            let skipped = usize::try_from(start - first * LINE).unwrap_or_default();
            bytes.extend(
                lines
                    .into_iter()
                    .skip(skipped)
                    .take(usize::try_from(end - start).unwrap_or(0)),
            );
        }
        bytes.extend_from_slice(part(&self.tail, generated.end, &range));
        bytes
    }

    /// Ranges of at most 64 KiB that make up a range.
    pub(super) fn pieces(range: Range<u64>) -> impl Iterator<Item = Range<u64>> {
        let step = 64 * 1024;
        range
            .clone()
            .step_by(step)
            .map(move |start| start..range.end.min(start + step as u64))
    }
}

/// The generated line with this number.
fn line(number: u64) -> Vec<u8> {
    let mut line = STANDARD.encode(format!("{number:056}\n")).into_bytes();
    line.extend_from_slice(b"\r\n");
    line
}

/// What a range takes of bytes that start at `start`.
fn part<'a>(bytes: &'a [u8], start: u64, range: &Range<u64>) -> &'a [u8] {
    let place = |at: u64| {
        usize::try_from(at.saturating_sub(start))
            .unwrap_or(usize::MAX)
            .min(bytes.len())
    };
    let (from, to) = (place(range.start), place(range.end));
    bytes.get(from..to).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_lines_are_read_in_any_pieces() {
        let head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\n";
        let content = Content::generated(head, 3, "--b--\r\n");
        let whole = content.read(0..content.len());
        assert_eq!(whole.len() as u64, content.len());
        let text = String::from_utf8(whole.clone()).unwrap();
        assert!(text.starts_with(head) && text.ends_with("\r\n--b--\r\n"));
        for start in 0..content.len() {
            for end in [start, start + 1, start + 77, start + 200] {
                let end = end.min(content.len());
                let (from, to) = (
                    usize::try_from(start).unwrap(),
                    usize::try_from(end).unwrap(),
                );
                assert_eq!(content.read(start..end), whole[from..to], "{start}..{end}");
            }
        }
        // The tree is that of the same bytes, stored.
        let stored = Content::stored(whole.into());
        assert_eq!(
            format!("{:?}", content.entity()),
            format!("{:?}", stored.entity())
        );
        let part = content.entity().part(1).unwrap();
        let body = header_base64(&content.read(part.body.clone()));
        assert_eq!(body, format!("{:056}\n{:056}\n{:056}\n", 0, 1, 2));
    }

    fn header_base64(bytes: &[u8]) -> String {
        String::from_utf8(super::super::header::base64(bytes)).unwrap()
    }
}
