//! Octets that stand in the value itself while they are few.

use std::ops::Deref;

use bytes::Bytes;

/// How many octets are few: as many as fit beside a length where the other kind would stand.
/// Nearly all names of mailboxes are shorter.
pub(crate) const FEW: usize = 38;

/// Octets in the value itself, or shared with a block. The former cost no counting of those who
/// share, and do not keep a receive buffer alive.
#[derive(Clone)]
pub(crate) enum Octets {
    /// So many of these.
    Few(u8, [u8; FEW]),
    /// Any number.
    Shared(Bytes),
}

impl Octets {
    /// A copy, if the octets are few.
    #[inline]
    pub(crate) fn few(octets: &[u8]) -> Option<Self> {
        let mut copy = [0; FEW];
        let len = u8::try_from(octets.len()).ok()?;
        copy.get_mut(..octets.len())?.copy_from_slice(octets);
        Some(Self::Few(len, copy))
    }

    /// A copy.
    pub(crate) fn copy(octets: &[u8]) -> Self {
        Self::few(octets).unwrap_or_else(|| Self::Shared(Bytes::copy_from_slice(octets)))
    }

    /// The first octets; all if there are fewer.
    pub(crate) fn first(&self, octets: usize) -> Self {
        let octets = octets.min(self.len());
        match self {
            Self::Few(..) => Self::copy(self.get(..octets).unwrap_or_default()),
            Self::Shared(bytes) => Self::Shared(bytes.slice(..octets)),
        }
    }
}

impl Deref for Octets {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            Self::Few(len, octets) => octets.get(..usize::from(*len)).unwrap_or_default(),
            Self::Shared(bytes) => bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_octets_read_the_same() {
        for len in [0, 1, FEW - 1, FEW, FEW + 1, 300] {
            let text: Vec<u8> = (b'a'..=b'z').cycle().take(len).collect();
            let copy = Octets::copy(&text);
            assert_eq!(&*copy, &*text);
            assert_eq!(matches!(copy, Octets::Few(..)), len <= FEW);
            let shared = Octets::Shared(text.clone().into());
            for first in [0, len / 2, len, len + 1] {
                let expected = &text[..first.min(len)];
                assert_eq!(&*copy.first(first), expected);
                assert_eq!(&*shared.first(first), expected);
            }
        }
    }
}
