//! Capabilities: the set, and the table of all that is known of them.

use super::Atom;

/// The capabilities of one CAPABILITY or ENABLED response, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Capabilities {
    atoms: Vec<Atom>,
}

impl Capabilities {
    /// A set of the names, in order.
    pub fn new(atoms: Vec<Atom>) -> Self {
        Self { atoms }
    }

    /// Whether a capability such as `IDLE` or `AUTH=PLAIN` is in the set; case does not count.
    pub fn contains(&self, name: &str) -> bool {
        self.atoms.iter().any(|atom| atom.eq_ignore_case(name))
    }

    /// All names, in the server's order.
    pub fn iter(&self) -> impl Iterator<Item = &Atom> {
        self.atoms.iter()
    }

    /// The number of names.
    pub fn len(&self) -> usize {
        self.atoms.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.atoms.is_empty()
    }

    /// The values of `NAME=value` capabilities, such as the mechanisms of `AUTH`.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.atoms.iter().filter_map(move |atom| {
            let (key, value) = split_at_equals(atom.as_bytes())?;
            key.eq_ignore_ascii_case(name.as_bytes()).then_some(value)
        })
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self {
            atoms: self.atoms.iter().map(Atom::detach).collect(),
        }
    }
}

fn split_at_equals(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|&b| b == b'=')?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}
