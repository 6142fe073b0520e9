//! THREAD (RFC 5256 §4).

use crate::types::{ParseError, ParseErrorKind, ThreadNode, ThreadResponse, Tolerance};
use crate::wire::Cursor;

/// The data of a THREAD response.
///
/// A thread may nest as deeply as it likes: the lists that are open are a vector of depths, and
/// the answer is flat, so neither uses the stack.
pub(super) fn thread(cursor: &mut Cursor<'_>) -> Result<ThreadResponse, ParseError> {
    let mut reader = Reader::default();
    loop {
        spaces(cursor, reader.last);
        match cursor.peek() {
            Some(b'(') => {
                // Numbers are bounded by their octets; messages that are missing have none.
                if reader.last == Last::Open {
                    cursor.count_item()?;
                }
                reader.open();
                cursor.advance(1);
            }
            Some(b')') if reader.close() => cursor.advance(1),
            Some(b'0'..=b'9') if reader.takes_number() => {
                let number = cursor.number()?;
                reader.number(number);
            }
            _ if reader.open.is_empty() => {
                return Ok(ThreadResponse {
                    nodes: reader.nodes,
                });
            }
            _ => return Err(cursor.error(ParseErrorKind::Expected("thread"))),
        }
    }
}

/// The space behind the response's name or a number; others are too many.
fn spaces(cursor: &mut Cursor<'_>, last: Last) {
    let from = cursor.offset();
    cursor.pass_spaces();
    let found = cursor.offset() - from;
    let lawful = match (last, cursor.peek()) {
        (Last::Start | Last::Number, Some(b'(')) | (Last::Number, Some(b'0'..=b'9')) => 1,
        _ => 0,
    };
    if found > lawful {
        cursor.tolerate_at(from, Tolerance::ExtraSpaces);
    } else if found < lawful {
        cursor.tolerate_at(from, Tolerance::MissingSpace);
    }
}

/// What was read last.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Last {
    Open,
    Number,
    #[default]
    Start,
    Close,
}

#[derive(Default)]
struct Reader {
    nodes: Vec<ThreadNode>,
    /// The depth that each open list began at.
    open: Vec<u32>,
    /// The depth of the next message.
    depth: u32,
    last: Last,
}

impl Reader {
    fn open(&mut self) {
        if self.last == Last::Open {
            self.push(None); // a list that begins with a list: its first message is missing
        }
        self.open.push(self.depth);
        self.last = Last::Open;
    }

    /// Closes a list, unless none is open or it is empty.
    fn close(&mut self) -> bool {
        if self.last == Last::Open {
            return false;
        }
        self.last = Last::Close;
        let depth = self.open.pop();
        self.depth = depth.unwrap_or_default();
        depth.is_some()
    }

    /// Messages stand in a list, before its lists.
    fn takes_number(&self) -> bool {
        matches!(self.last, Last::Open | Last::Number)
    }

    fn number(&mut self, number: u32) {
        self.push(Some(number));
        self.last = Last::Number;
    }

    fn push(&mut self, number: Option<u32>) {
        let depth = self.depth;
        self.nodes.push(ThreadNode { depth, number });
        self.depth = depth.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fails, parses};
    use super::*;

    fn nodes(line: &[u8]) -> Vec<(u32, u32)> {
        let nodes = parses(thread, line).nodes;
        let pair = |node: ThreadNode| (node.depth, node.number.unwrap_or(0));
        nodes.into_iter().map(pair).collect()
    }

    /// RFC 5256 §4 and §3: the examples.
    #[test]
    fn rfc_5256_examples() {
        let expected = [
            (0, 2),
            (0, 3),
            (1, 6),
            (2, 4),
            (3, 23),
            (2, 44),
            (3, 7),
            (4, 96),
        ];
        assert_eq!(nodes(b" (2)(3 6 (4 23)(44 7 96))"), expected);
        assert_eq!(nodes(b" ((3)(5))"), [(0, 0), (1, 3), (1, 5)]);
        let line = b" (166)(167)(168)(169)(172)(170)(171)(173)(174 (175)(176)(178)(181)(180))(179)(177 (183)(182)(188)\
            (184)(185)(186)(187)(189))(190)(191)(192)(193)(194 195)(196 (197)(198))(199)(200 202)(201)(203)(204)(205)\
            (206 207)(208)";
        let response = parses(thread, line);
        assert_eq!(response.numbers().count(), 43);
        assert_eq!(response.threads().count(), 25);
        assert!(nodes(b"").is_empty());
    }

    #[test]
    fn spaces_do_no_harm() {
        assert_eq!(nodes(b"  ( 1  2 ) (3) "), [(0, 1), (1, 2), (0, 3)]);
    }

    /// SECURITY.md, row C6.
    /// A parenthesis takes one octet, and the message that is missing there twelve.
    #[test]
    fn c14_missing_messages_are_counted() {
        let line = [&b" "[..], &b"(".repeat(400_000)].concat();
        fails(thread, &line);
    }

    #[test]
    fn c6_no_depth_is_too_deep() {
        let depth = 100_000;
        let line = [b"(1 ".repeat(depth), b")".repeat(depth)].concat();
        let nodes = nodes(&[b" ", &line[..]].concat());
        assert_eq!(nodes.last(), Some(&(99_999, 1)));
        let depth = 60_000;
        let line = [b"(".repeat(depth), b"1".to_vec(), b")".repeat(depth)].concat();
        let response = parses(thread, &[b" ", &line[..]].concat());
        assert_eq!(response.numbers().count(), 1);
    }

    #[test]
    fn broken_threads() {
        for line in [
            &b" ("[..],
            b" ()",
            b" (1",
            b" (1))",
            b" 1",
            b" (1 a)",
            b" (1 (2) 3)",
            b" (4294967296)",
        ] {
            fails(thread, line);
        }
    }
}
