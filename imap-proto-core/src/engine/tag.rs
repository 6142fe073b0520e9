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

impl Tags {
    pub(super) fn new(seed: Seed) -> Self {
        let [a, b, c, d, ..] = seed.0;
        Self {
            prefix: [a, b, c, d].map(|byte| b'A' + byte % 26),
        }
    }

    pub(super) fn tag(&self, id: CommandId) -> Vec<u8> {
        let mut tag = self.prefix.to_vec();
        tag.extend_from_slice(id.0.to_string().as_bytes());
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
        text.parse().ok().map(CommandId)
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
        let tag = tags.tag(CommandId(42));
        assert_eq!(tags.command(&tag), Some(CommandId(42)));
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
