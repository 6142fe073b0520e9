//! The capabilities that a server names (RFC 9051 §7.2.2).

use super::Atom;

/// The capabilities of one CAPABILITY or ENABLED response, in order.
///
/// ```
/// use imap_proto_core::types::Capabilities;
/// let set: Capabilities = ["IMAP4rev1", "IDLE", "AUTH=PLAIN", "APPENDLIMIT=35651584"].into_iter().collect();
/// assert!(set.contains("idle"));
/// assert!(set.mechanisms().eq([b"PLAIN"]));
/// assert_eq!(set.revision(), Some(imap_proto_core::types::Revision::Rev1));
/// assert_eq!(set.append_limit(), Some(35_651_584));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
pub struct Capabilities {
    atoms: Vec<Atom>,
}

/// A version of the protocol, the older the less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Revision {
    /// `IMAP4` (RFC 1730).
    Imap4,
    /// `IMAP4rev1` (RFC 3501).
    Rev1,
    /// `IMAP4rev2` (RFC 9051).
    Rev2,
}

impl Revision {
    /// The capability that stands for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Imap4 => "IMAP4",
            Self::Rev1 => "IMAP4rev1",
            Self::Rev2 => "IMAP4rev2",
        }
    }
}

impl<A: Into<Atom>> FromIterator<A> for Capabilities {
    fn from_iter<I: IntoIterator<Item = A>>(atoms: I) -> Self {
        Self::new(atoms.into_iter().map(Into::into).collect())
    }
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

    /// Whether the server speaks IMAP4rev2 (RFC 9051).
    pub fn has_rev2(&self) -> bool {
        self.contains("IMAP4rev2")
    }

    /// The latest version of the protocol among the capabilities; `None`: this is no IMAP server
    /// that we can speak to.
    pub fn revision(&self) -> Option<Revision> {
        [Revision::Rev2, Revision::Rev1, Revision::Imap4]
            .into_iter()
            .find(|revision| self.contains(revision.name()))
    }

    /// The SASL mechanisms, `AUTH=…`, in the server's order (RFC 9051 §6.1.1).
    pub fn mechanisms(&self) -> impl Iterator<Item = &[u8]> {
        self.values("AUTH")
    }

    /// The largest message that can be appended to any mailbox, in octets: `APPENDLIMIT=n`
    /// (RFC 7889 §2).
    pub fn append_limit(&self) -> Option<u64> {
        let value = self.values("APPENDLIMIT").next()?;
        std::str::from_utf8(value).ok()?.parse().ok()
    }

    /// Adds names that are not in the set yet.
    pub fn extend(&mut self, others: &Self) {
        for atom in &others.atoms {
            if !self
                .atoms
                .iter()
                .any(|own| own.as_bytes().eq_ignore_ascii_case(atom.as_bytes()))
            {
                self.atoms.push(atom.clone());
            }
        }
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
