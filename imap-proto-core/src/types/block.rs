//! Many strings in one block of octets, with offsets into it: what envelopes and body structures
//! are made of.

use std::fmt;

use bytes::Bytes;

/// The start of a string that is NIL.
pub(crate) const NIL: u32 = u32::MAX;

/// Words that are kept on the stack while a value is built: a structure of eight parts.
const ON_STACK: usize = 320;

/// Words that a value is built from, allocated once at the end.
#[derive(Debug)]
pub(crate) struct Words {
    front: [u32; ON_STACK],
    len: usize,
    spill: Vec<u32>,
}

impl Words {
    pub(crate) fn new() -> Self {
        Self {
            front: [0; ON_STACK],
            len: 0,
            spill: Vec::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn push(&mut self, word: u32) {
        match self.front.get_mut(self.len) {
            Some(place) => *place = word,
            None => self.push_behind(word),
        }
        self.len += 1;
    }

    #[inline]
    fn push_pair(&mut self, one: u32, other: u32) {
        if let Some([first, second]) = self
            .front
            .get_mut(self.len..)
            .and_then(<[u32]>::first_chunk_mut)
        {
            (*first, *second) = (one, other);
            self.len += 2;
        } else {
            self.push(one);
            self.push(other);
        }
    }

    /// Forgets the words behind the first ones.
    pub(crate) fn truncate(&mut self, words: usize) {
        if self.spill.is_empty() {
            self.len = self.len.min(words);
        } else {
            self.spill.truncate(words);
            self.len = self.spill.len();
        }
    }

    #[cold]
    fn push_behind(&mut self, word: u32) {
        if self.spill.is_empty() {
            self.spill.reserve(2 * ON_STACK);
            self.spill.extend_from_slice(&self.front);
        }
        self.spill.push(word);
    }

    /// Adds zeros, to be set later.
    pub(crate) fn reserve(&mut self, words: usize) -> usize {
        let at = self.len;
        if self.len + words <= ON_STACK {
            self.len += words;
        } else {
            (0..words).for_each(|_| self.push(0));
        }
        at
    }

    pub(crate) fn set(&mut self, at: usize, word: u32) {
        if let Some(place) = self.all().get_mut(at) {
            *place = word;
        }
    }

    fn all(&mut self) -> &mut [u32] {
        if self.spill.is_empty() {
            &mut self.front
        } else {
            &mut self.spill
        }
    }

    /// Sets an index or a count; one that no word holds is above every limit.
    pub(crate) fn set_index(&mut self, at: usize, index: usize) {
        self.set(at, u32::try_from(index).unwrap_or(u32::MAX));
    }

    /// Sets two words, the high one first.
    pub(crate) fn set_long(&mut self, at: usize, value: u64) {
        self.set(at, u32::try_from(value >> 32).unwrap_or_default());
        self.set(
            at + 1,
            u32::try_from(value & 0xffff_ffff).unwrap_or_default(),
        );
    }

    /// Adds words, and says where.
    pub(crate) fn extend(&mut self, words: &[u32]) -> usize {
        let at = self.reserve(words.len());
        if let Some(place) = self.all().get_mut(at..at + words.len()) {
            place.copy_from_slice(words);
        }
        at
    }

    pub(crate) fn as_slice(&self) -> &[u32] {
        if self.spill.is_empty() {
            self.front.get(..self.len).unwrap_or_default()
        } else {
            &self.spill
        }
    }

    fn add(&mut self, at: usize, more: u32) {
        let word = self.as_slice().get(at).copied().unwrap_or_default();
        self.set(at, word.saturating_add(more));
    }
}

/// Builds a block: slices of a frame, and octets that are in none, such as unescaped strings.
#[derive(Debug)]
pub(crate) struct BlockBuilder {
    pub(crate) words: Words,
    /// What stands behind the frame's slice.
    behind: Vec<u8>,
    /// Where the starts of strings in `behind` stand.
    moved: Vec<usize>,
}

impl BlockBuilder {
    pub(crate) fn new() -> Self {
        Self {
            words: Words::new(),
            behind: Vec::new(),
            moved: Vec::new(),
        }
    }

    /// Two words for a string, NIL until one is set.
    #[inline]
    pub(crate) fn push_nil(&mut self) {
        self.words.push_pair(NIL, 0);
    }

    /// A string that is a slice of the block.
    #[inline]
    pub(crate) fn push_slice(&mut self, start: u32, len: u32) {
        self.words.push_pair(start, len);
    }

    /// A string, or NIL.
    #[inline]
    pub(crate) fn push_place(&mut self, slice: Option<(u32, u32)>) {
        let (start, len) = slice.unwrap_or((NIL, 0));
        self.push_slice(start, len);
    }

    /// A string, or NIL, into its place.
    #[inline]
    pub(crate) fn set_place(&mut self, at: usize, slice: Option<(u32, u32)>) {
        let (start, len) = slice.unwrap_or((NIL, 0));
        self.set_slice(at, start, len);
    }

    pub(crate) fn set_nil(&mut self, at: usize) {
        self.words.set(at, NIL);
        self.words.set(at + 1, 0);
    }

    pub(crate) fn set_slice(&mut self, at: usize, start: u32, len: u32) {
        self.words.set(at, start);
        self.words.set(at + 1, len);
    }

    /// A string whose octets are given; false when there are too many for the offsets.
    #[must_use]
    pub(crate) fn set_octets(&mut self, at: usize, octets: impl Iterator<Item = u8>) -> bool {
        let start = self.behind.len();
        self.behind.extend(octets);
        let len = u32::try_from(self.behind.len() - start);
        let (Ok(start), Ok(len)) = (u32::try_from(start), len) else {
            return false;
        };
        self.set_slice(at, start, len);
        self.moved.push(at);
        true
    }

    /// The octets and the words. The slice is what the starts were counted from.
    pub(crate) fn finish(&mut self, slice: Bytes) -> (Bytes, Box<[u32]>) {
        if self.moved.is_empty() {
            return (slice, self.words.as_slice().into());
        }
        let base = u32::try_from(slice.len()).unwrap_or(u32::MAX);
        for at in std::mem::take(&mut self.moved) {
            self.words.add(at, base);
        }
        let octets = [&slice, self.behind.as_slice()].concat();
        (octets.into(), self.words.as_slice().into())
    }
}

/// A place in a finished block.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) words: &'a [u32],
    pub(crate) at: usize,
}

impl<'a> Place<'a> {
    pub(crate) fn moved_to(self, at: usize) -> Self {
        Self { at, ..self }
    }

    /// A word behind the place.
    pub(crate) fn word(self, ahead: usize) -> u32 {
        self.words
            .get(self.at.saturating_add(ahead))
            .copied()
            .unwrap_or_default()
    }

    /// A word that is an index or a count.
    pub(crate) fn index(self, ahead: usize) -> usize {
        usize::try_from(self.word(ahead)).unwrap_or(usize::MAX)
    }

    /// A list whose start and length stand there.
    pub(crate) fn list(self, ahead: usize) -> (Self, usize) {
        (self.moved_to(self.index(ahead)), self.index(ahead + 1))
    }

    /// The string whose two words stand there.
    pub(crate) fn string(self, ahead: usize) -> Option<&'a [u8]> {
        let (start, len) = (self.word(ahead), self.index(ahead + 1));
        if start == NIL {
            return None;
        }
        let start = usize::try_from(start).ok()?;
        self.bytes.get(start..start.checked_add(len)?)
    }
}

/// Octets of a server in `Debug` and `serde`.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a>(pub(crate) &'a [u8]);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        super::text::write_escaped(f, self.0)?;
        f.write_str("\"")
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Shown<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        super::text::serialize_bytes(self.0, serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_spill_without_loss() {
        let mut words = Words::new();
        for word in 0..300 {
            words.push(word);
        }
        words.set(5, 77);
        words.set(299, 78);
        assert_eq!(words.reserve(2), 300);
        assert_eq!(words.len(), 302);
        let slice = words.as_slice();
        assert_eq!(
            (slice[5], slice[127], slice[128], slice[299], slice[301]),
            (77, 127, 128, 78, 0)
        );
    }

    #[test]
    fn octets_of_their_own_stand_behind_the_slice() {
        let mut block = BlockBuilder::new();
        block.push_slice(1, 2);
        block.push_nil();
        block.push_nil();
        assert!(block.set_octets(4, b"xy".iter().copied()));
        let (bytes, words) = block.finish(Bytes::from_static(b"abcd"));
        assert_eq!(bytes, "abcdxy");
        let place = Place {
            bytes: &bytes,
            words: &words,
            at: 0,
        };
        let strings = [place.string(0), place.string(2), place.string(4)];
        assert_eq!(strings, [Some(&b"bc"[..]), None, Some(b"xy")]);
    }
}
