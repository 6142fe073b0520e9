//! What a server says many times.

use bytes::Bytes;
use std::ops::Range;

/// Bytes that come many times, with a number in place of `%n`, `%m` and `%a`: from 1 up, down to 1, and from both ends by
/// turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flood {
    /// How often they come.
    pub count: usize,
    line: Bytes,
}

impl Flood {
    /// So many times these.
    pub fn new(count: usize, line: impl Into<Bytes>) -> Self {
        let line = line.into();
        Self { count, line }
    }

    /// How many times they come in some octets, about.
    pub fn turns_in(&self, octets: usize) -> usize {
        (octets / self.line.len().max(1)).max(1)
    }

    /// What comes in some turns, counted from 0; no more than there are.
    pub fn octets(&self, turns: Range<usize>) -> Vec<u8> {
        let turns = turns.start..turns.end.min(self.count);
        if !self.line.contains(&b'%') {
            return self.line.repeat(turns.len());
        }
        let mut octets = Vec::new();
        for turn in turns {
            let mut pieces = self.line.split(|byte| *byte == b'%');
            octets.extend_from_slice(pieces.next().unwrap_or_default());
            for piece in pieces {
                let number = match piece.first() {
                    Some(b'n') => turn + 1,
                    Some(b'm') => self.count - turn,
                    Some(b'a') if turn % 2 == 0 => turn / 2 + 1,
                    Some(b'a') => self.count - turn / 2,
                    _ => {
                        octets.push(b'%');
                        octets.extend_from_slice(piece);
                        continue;
                    }
                };
                octets.extend_from_slice(number.to_string().as_bytes());
                octets.extend_from_slice(piece.get(1..).unwrap_or_default());
            }
        }
        octets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_counts() {
        let flood = |line: &'static str, turns| {
            let octets = Flood::new(4, line).octets(turns);
            String::from_utf8(octets).unwrap()
        };
        assert_eq!(flood("%n:%m ", 0..9), "1:4 2:3 3:2 4:1 ");
        assert_eq!(flood("%a,", 0..4), "1,4,2,3,");
        assert_eq!(flood("50%; ", 1..3), "50%; 50%; ");
    }
}
