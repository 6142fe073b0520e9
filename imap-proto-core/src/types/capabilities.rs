//! The capabilities that a server names (RFC 9051 §7.2.2).

use std::sync::Arc;

use bytes::Bytes;

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
pub struct Capabilities {
    /// Shared: a connection keeps the list in several places for as long as it lives.
    atoms: Arc<[Atom]>,
    /// What is asked for each response is not looked for each time.
    rev1: bool,
    rev2: bool,
}

#[cfg(feature = "serde")]
impl serde::Serialize for Capabilities {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
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
        let has = |name: &str| atoms.iter().any(|atom| atom.eq_ignore_case(name));
        Self {
            rev1: has(Revision::Rev1.name()),
            rev2: has(Revision::Rev2.name()),
            atoms: atoms.into(),
        }
    }

    /// Whether a capability such as `IDLE` or `AUTH=PLAIN` is in the set; case does not count.
    pub fn contains(&self, name: &str) -> bool {
        self.atoms.iter().any(|atom| atom.eq_ignore_case(name))
    }

    /// Whether the server speaks IMAP4rev2 (RFC 9051).
    pub fn has_rev2(&self) -> bool {
        self.rev2
    }

    /// Whether it speaks IMAP4rev2 alone: then nothing has to be enabled (RFC 9051 §6.3.1).
    pub(crate) fn has_rev2_only(&self) -> bool {
        self.rev2 && !self.rev1
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

    /// The rights that a server has beyond those of RFC 2086, such as `kxte`: `RIGHTS=` (RFC 4314
    /// §2.1.1); `None` for a server of RFC 2086.
    pub fn rights(&self) -> Option<super::Rights> {
        let rights = self.values("RIGHTS").next()?;
        let rights = Bytes::copy_from_slice(rights);
        Some(super::Rights(super::ByteString::from_bytes(rights)))
    }

    /// The resources that can have a quota, such as `STORAGE`: `QUOTA=RES-…` (RFC 9208 §3.1).
    pub fn quota_resources(&self) -> impl Iterator<Item = &[u8]> {
        self.values("QUOTA").filter_map(|value| {
            let (prefix, resource) = value.split_at_checked(4)?;
            prefix.eq_ignore_ascii_case(b"RES-").then_some(resource)
        })
    }

    /// Where scripts for `IMAPSIEVE` are kept: a URL of a `ManageSieve` server (RFC 6785 §3.1). A
    /// mailbox names its script in the annotation `/shared/imapsieve/script`.
    pub fn sieve_url(&self) -> Option<&[u8]> {
        self.values("IMAPSIEVE").next()
    }

    /// How well the server compares text that is not ASCII: 1 for `i;unicode-casemap`, 2 also for
    /// COMPARATOR (RFC 5255 §4.3, §4.4); 0 when it does not tell.
    pub fn i18n_level(&self) -> u8 {
        let levels = self.values("I18NLEVEL");
        let level = |value: &[u8]| std::str::from_utf8(value).ok()?.parse().ok();
        levels.filter_map(level).max().unwrap_or(0)
    }

    /// Adds names that are not in the set yet.
    pub fn extend(&mut self, others: &Self) {
        let mut atoms: Vec<Atom> = self.iter().cloned().collect();
        for atom in others.iter() {
            let name = atom.as_bytes();
            let is_known = |own: &Atom| own.as_bytes().eq_ignore_ascii_case(name);
            if !atoms.iter().any(is_known) {
                atoms.push(atom.clone());
            }
        }
        if atoms.len() > self.len() {
            *self = Self::new(atoms);
        }
    }

    /// The same list in the memory of another, if they are equal.
    pub(crate) fn share(&mut self, other: &Self) {
        if self == other {
            self.atoms = Arc::clone(&other.atoms);
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
        let mut names = Vec::with_capacity(self.iter().map(|atom| atom.as_bytes().len()).sum());
        for atom in self.iter() {
            names.extend_from_slice(atom.as_bytes());
        }
        // One block for all: there are dozens, of a few octets each.
        let mut names = Bytes::from(names);
        let own = |atom: &Atom| Atom::from_bytes(names.split_to(atom.as_bytes().len()));
        Self {
            atoms: self.iter().map(own).collect(),
            ..*self
        }
    }
}

fn split_at_equals(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|&b| b == b'=')?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_known_however_the_set_was_made() {
        let sets = || {
            let whole = Capabilities::from_iter(["IDLE", "imap4REV2"]);
            let mut extended = Capabilities::from_iter(["IDLE"]);
            extended.extend(&whole);
            [whole.detach(), whole, extended]
        };
        for set in sets() {
            assert!(set.has_rev2() && set.has_rev2_only(), "{set:?}");
        }
        for mut set in sets() {
            set.extend(&Capabilities::from_iter(["IMAP4rev1"]));
            assert!(set.has_rev2() && !set.has_rev2_only(), "{set:?}");
        }
        assert!(!Capabilities::default().has_rev2());
    }

    /// RFC 4314 §2.1.1, RFC 9208 §3.1, RFC 6785 §3.1, RFC 5255 §4.3.
    #[test]
    fn values_of_extensions() {
        let set: Capabilities = [
            "IMAP4rev1",
            "RIGHTS=kxten",
            "QUOTA",
            "QUOTA=RES-STORAGE",
            "quota=res-MESSAGE",
            "QUOTA=X",
            "IMAPSIEVE=sieve://sieve.example.com",
            "I18NLEVEL=1",
            "I18NLEVEL=2",
        ]
        .into_iter()
        .collect();
        assert!(set.rights().is_some_and(|rights| rights.contains('n')));
        assert!(set.quota_resources().eq([&b"STORAGE"[..], b"MESSAGE"]));
        assert_eq!(set.sieve_url(), Some(&b"sieve://sieve.example.com"[..]));
        assert_eq!(set.i18n_level(), 2);
        let none = Capabilities::default();
        assert!(none.rights().is_none() && none.sieve_url().is_none() && none.i18n_level() == 0);
    }
}
