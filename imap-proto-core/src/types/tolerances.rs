//! Sets of what is tolerated, and how often it was.

use std::fmt;

use super::Tolerance;

/// A set of [`Tolerance`]s.
///
/// ```
/// use imap_proto_core::types::{Tolerance, Tolerances};
///
/// let tolerances = Tolerances::ALL.without(Tolerance::FloatNumber);
/// assert!(tolerances.contains(Tolerance::ExtraSpaces));
/// assert!(!tolerances.contains(Tolerance::FloatNumber));
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Tolerances(u64);

const _: () = assert!(Tolerance::ALL.len() <= 64, "a bit each");

impl Tolerances {
    /// None: strict.
    pub const NONE: Self = Self(0);

    /// All.
    pub const ALL: Self = {
        let mut bits = 0;
        let mut at = 0;
        while at < Tolerance::ALL.len() {
            bits |= 1 << at;
            at += 1;
        }
        Self(bits)
    };

    /// Whether the kind is in the set.
    #[must_use]
    pub const fn contains(self, kind: Tolerance) -> bool {
        self.0 & (1 << kind as u32) != 0
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The set with this kind.
    #[must_use]
    pub const fn with(self, kind: Tolerance) -> Self {
        Self(self.0 | 1 << kind as u32)
    }

    /// The set without this kind.
    #[must_use]
    pub const fn without(self, kind: Tolerance) -> Self {
        Self(self.0 & !(1 << kind as u32))
    }

    /// The kinds of both sets.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Its kinds, in the order of [`Tolerance::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Tolerance> {
        let all = Tolerance::ALL.iter().copied();
        all.filter(move |&kind| self.contains(kind))
    }
}

impl FromIterator<Tolerance> for Tolerances {
    fn from_iter<I: IntoIterator<Item = Tolerance>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::NONE, Self::with)
    }
}

/// How often each kind was met.
///
/// It holds the kinds that were met alone: most servers give none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToleranceCounts(Vec<(Tolerance, u64)>);

impl ToleranceCounts {
    /// How often this kind was met.
    #[must_use]
    pub fn of(&self, kind: Tolerance) -> u64 {
        let mut counts = self.iter();
        counts
            .find(|(met, _)| *met == kind)
            .map_or(0, |(_, count)| count)
    }

    /// The kinds that were met, in the order in which they came first, and how often.
    pub fn iter(&self) -> impl Iterator<Item = (Tolerance, u64)> {
        self.0.iter().copied()
    }

    /// Whether none was met.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Counts one more, and gives how many there are.
    pub(crate) fn count(&mut self, kind: Tolerance) -> u64 {
        if let Some((_, count)) = self.0.iter_mut().find(|(met, _)| *met == kind) {
            *count = count.saturating_add(1);
            return *count;
        }
        self.0.push((kind, 1));
        1
    }
}

impl fmt::Debug for Tolerances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::ALL {
            return f.write_str("ALL");
        }
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_what_was_put_in() {
        let two = Tolerances::NONE
            .with(Tolerance::RepeatedBye)
            .with(Tolerance::ExtraSpaces);
        assert!(
            two.iter()
                .eq([Tolerance::ExtraSpaces, Tolerance::RepeatedBye])
        );
        assert_eq!(format!("{two:?}"), "{ExtraSpaces, RepeatedBye}");
        let one = two.without(Tolerance::ExtraSpaces);
        assert_eq!(one, [Tolerance::RepeatedBye].into_iter().collect());
        assert!(Tolerances::NONE.is_empty() && !one.is_empty());
        assert!(Tolerances::ALL.iter().eq(Tolerance::ALL.iter().copied()));
        assert_eq!(one.union(two), two);
    }
}
