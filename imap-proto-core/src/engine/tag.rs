//! Command tags.

use super::CommandId;

/// Random octets of the adapter's, from the operating system: the tags' prefix is made of them,
/// so that a server cannot answer a command before it was sent.
#[derive(Clone, Copy)]
pub struct Seed(pub [u8; 16]);

/// Makes and recognises tags: a random prefix of letters, then the command's number.
#[derive(Debug)]
pub(super) struct Tags {
    prefix: [u8; 4],
}

/// Octets of the longest tag: the prefix, and the digits of the largest number.
const LONGEST: usize = 4 + 20;

/// One tag, which needs no memory of its own: there is one for each command.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag {
    octets: [u8; LONGEST],
    /// Where it begins.
    first: usize,
}

impl Tag {
    fn put_before(&mut self, octet: u8) {
        self.first = self.first.saturating_sub(1);
        if let Some(place) = self.octets.get_mut(self.first) {
            *place = octet;
        }
    }
}

impl std::ops::Deref for Tag {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.octets.get(self.first..).unwrap_or_default()
    }
}

impl Tags {
    pub(super) fn new(seed: Seed) -> Self {
        let [a, b, c, d, ..] = seed.0;
        Self {
            prefix: [a, b, c, d].map(|byte| b'A' + byte % 26),
        }
    }

    pub(super) fn tag(&self, id: CommandId) -> Tag {
        let mut tag = Tag {
            octets: [b'0'; LONGEST],
            first: LONGEST,
        };
        let mut number = id.number();
        loop {
            // A digit: it fits.
            tag.put_before(b'0' + (number % 10) as u8);
            number /= 10;
            if number == 0 {
                break;
            }
        }
        for letter in self.prefix.iter().rev() {
            tag.put_before(*letter);
        }
        tag
    }

    /// Whether a line begins with a tag of ours.
    pub(super) fn is_ours(&self, line: &[u8]) -> bool {
        line.starts_with(&self.prefix)
    }

    /// The command of a tag, if it can be one of ours.
    pub(super) fn command(&self, tag: &[u8]) -> Option<CommandId> {
        let digits = tag.strip_prefix(self.prefix.as_slice())?;
        if digits.first() == Some(&b'0') && digits.len() > 1 {
            return None;
        }
        let text = std::str::from_utf8(digits).ok()?;
        if !text.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number = text.parse().ok().filter(|number| *number < u64::MAX)?;
        Some(CommandId::new(number))
    }
}

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_round_trip_and_nothing_else_is_one() {
        let tags = Tags::new(Seed([7; 16]));
        let tag = tags.tag(CommandId::new(42));
        assert_eq!(tags.command(&tag), Some(CommandId::new(42)));
        for number in [0, 9, 10, u64::MAX - 1] {
            let tag = tags.tag(CommandId::new(number));
            assert!(tag.ends_with(number.to_string().as_bytes()) && tags.is_ours(&tag));
            assert_eq!(tags.command(&tag), Some(CommandId::new(number)));
        }
        let none = [tags.prefix.as_slice(), b"18446744073709551615"].concat();
        assert_eq!(tags.command(&none), None);
        assert_eq!(tags.command(b"A42"), None);
        assert_eq!(
            tags.command(&[tags.prefix.as_slice(), b"042"].concat()),
            None
        );
        assert_eq!(
            tags.command(&[tags.prefix.as_slice(), b"+4"].concat()),
            None
        );
        assert_eq!(tags.command(&tags.prefix), None);
    }
}
