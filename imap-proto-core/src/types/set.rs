//! Sets of messages (RFC 9051 §9 `sequence-set`).

use std::fmt;
use std::marker::PhantomData;
use std::ops::{RangeFrom, RangeFull, RangeInclusive};
use std::str::FromStr;

use thiserror::Error;

use super::{SequenceNumber, Uid};

/// A set of message sequence numbers.
pub type SequenceSet = NumberSet<SequenceNumber>;

/// A set of UIDs.
pub type UidSet = NumberSet<Uid>;

/// Ranges of numbers in the order given; `*`, the highest number in the mailbox, may stand in
/// sets that we send, never in a server's.
///
/// A set that was collected from numbers is ascending and as short as can be. It may be empty;
/// no command takes an empty one.
///
/// ```
/// use imap_proto_core::types::{Uid, UidSet};
///
/// let set: UidSet = [9, 1, 2, 3, 10].map(Uid).into_iter().collect();
/// assert_eq!(set.to_string(), "1:3,9:10");
/// assert_eq!(UidSet::from(Uid(7)..).to_string(), "7:*");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct NumberSet<N> {
    ranges: Ranges,
    kind: PhantomData<fn() -> N>,
}

/// One range is held in place, so that the commonest sets do not allocate.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Ranges {
    One([SetRange; 1]),
    /// Ascending, apart and without `*`: a number is found without a look at each.
    Ascending(Box<[SetRange]>),
    /// In any other order.
    Many(Box<[SetRange]>),
}

/// Both ends of a range, as given: the first may be the larger one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SetRange {
    /// Zero stands for `*`, which no number can be.
    pub(crate) first: u32,
    pub(crate) last: u32,
}

/// Text that is no sequence set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a sequence set")]
pub struct InvalidSet;

impl SetRange {
    /// The first end; `None` for `*`.
    pub fn first(self) -> Option<u32> {
        (self.first != 0).then_some(self.first)
    }

    /// The last end, which may be the smaller one; `None` for `*`.
    pub fn last(self) -> Option<u32> {
        (self.last != 0).then_some(self.last)
    }

    /// The numbers from the smaller to the larger end; none with `*`, whose number only the
    /// server knows.
    pub fn numbers(self) -> RangeInclusive<u32> {
        if self.has_star() {
            return RangeInclusive::new(1, 0);
        }
        self.first.min(self.last)..=self.first.max(self.last)
    }

    fn has_star(self) -> bool {
        self.first == 0 || self.last == 0
    }

    /// Whether the number lies between the ends; behind `n:*` everything from `n` does.
    fn contains(self, number: u32) -> bool {
        let (first, last) = (self.first, self.last);
        if self.has_star() {
            return number != 0 && first.max(last) != 0 && number >= first.max(last);
        }
        (first <= number && number <= last) || (last <= number && number <= first)
    }
}

impl fmt::Display for SetRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_end(f, self.first)?;
        if self.first != self.last {
            f.write_str(":")?;
            write_end(f, self.last)?;
        }
        Ok(())
    }
}

fn write_end(f: &mut fmt::Formatter<'_>, end: u32) -> fmt::Result {
    match end {
        0 => f.write_str("*"),
        number => write!(f, "{number}"),
    }
}

impl<N> NumberSet<N> {
    /// `*`: the message with the highest number.
    pub fn highest() -> Self {
        Self::from_range(SetRange { first: 0, last: 0 })
    }

    /// `1:*`: all messages.
    pub fn all() -> Self {
        Self::from_range(SetRange { first: 1, last: 0 })
    }

    /// The ranges as given; 0 stands for `*` in them.
    pub(crate) fn from_ranges(ranges: Vec<SetRange>) -> Self {
        let ranges = match *ranges.as_slice() {
            [one] => Ranges::One([one]),
            _ if are_ascending(&ranges) => Ranges::Ascending(ranges.into_boxed_slice()),
            _ => Ranges::Many(ranges.into_boxed_slice()),
        };
        let kind = PhantomData;
        Self { ranges, kind }
    }

    /// One range, in which 0 stands for `*`.
    pub(crate) fn from_range(range: SetRange) -> Self {
        Self {
            ranges: Ranges::One([range]),
            kind: PhantomData,
        }
    }

    /// The ranges, in the order given.
    pub fn ranges(&self) -> &[SetRange] {
        match &self.ranges {
            Ranges::One(one) => one,
            Ranges::Ascending(ranges) | Ranges::Many(ranges) => ranges,
        }
    }

    /// Whether there is no range.
    pub fn is_empty(&self) -> bool {
        self.ranges().is_empty()
    }

    /// Whether `*` stands in it, so that only the server knows all its numbers.
    pub fn has_star(&self) -> bool {
        match &self.ranges {
            Ranges::Ascending(_) => false,
            _ => self.ranges().iter().any(|range| range.has_star()),
        }
    }

    /// Whether `*` stands alone in it: the highest message and no other.
    pub(crate) fn names_highest(&self) -> bool {
        let highest = |range: &SetRange| range.first == 0 && range.last == 0;
        self.ranges().iter().any(highest)
    }

    /// How many numbers the ranges without `*` hold; one that stands in two is counted twice.
    pub fn len(&self) -> u64 {
        let sizes = self.ranges().iter().map(|range| {
            let numbers = range.numbers();
            (u64::from(*numbers.end()) + 1).saturating_sub(u64::from(*numbers.start()))
        });
        sizes.fold(0, u64::saturating_add)
    }
}

impl<N: From<u32> + Into<u32>> NumberSet<N> {
    /// `first:last`, which may be reversed; an end of 0, which no message has, leaves it empty.
    pub fn range(first: N, last: N) -> Self {
        let (first, last) = (first.into(), last.into());
        if first == 0 || last == 0 {
            return Self::from_ranges(Vec::new());
        }
        Self::from_range(SetRange { first, last })
    }

    /// Whether the number lies in one of the ranges; behind `n:*` everything from `n` does. The
    /// highest message is in a set with `*` whatever its number, see
    /// [`may_contain`](Self::may_contain).
    pub fn contains(&self, number: N) -> bool {
        let number = number.into();
        if let Ranges::Ascending(ranges) = &self.ranges {
            let at = ranges.partition_point(|range| range.last < number);
            return ranges.get(at).is_some_and(|range| range.first <= number);
        }
        self.ranges().iter().any(|range| range.contains(number))
    }

    /// Whether the server may count the number in: it lies in a range, or it may be `*`.
    pub fn may_contain(&self, number: N) -> bool {
        self.has_star() || self.contains(number)
    }

    /// The numbers, range for range in the order given, those of a range ascending; ranges with
    /// `*` give none. It is lazy: a set of two numbers may hold four thousand million.
    pub fn iter(&self) -> impl Iterator<Item = N> {
        self.ranges()
            .iter()
            .flat_map(|range| range.numbers())
            .map(N::from)
    }
}

impl<N: From<u32> + Into<u32>> From<N> for NumberSet<N> {
    /// One message; empty for 0, which no message has.
    fn from(number: N) -> Self {
        std::iter::once(number).collect()
    }
}

impl<N: From<u32> + Into<u32>> From<RangeInclusive<N>> for NumberSet<N> {
    /// A range, from 1 at least; empty when it is reversed.
    fn from(range: RangeInclusive<N>) -> Self {
        let (first, last) = range.into_inner();
        let (first, last) = (first.into().max(1), last.into());
        if first > last {
            return Self::from_ranges(Vec::new());
        }
        Self::from_range(SetRange { first, last })
    }
}

impl<N: From<u32> + Into<u32>> From<RangeFrom<N>> for NumberSet<N> {
    /// `n:*`, which holds the highest message too when that is below `n`.
    fn from(range: RangeFrom<N>) -> Self {
        let first = range.start.into().max(1);
        Self::from_range(SetRange { first, last: 0 })
    }
}

impl From<RangeFull> for SequenceSet {
    fn from(_: RangeFull) -> Self {
        Self::all()
    }
}

impl From<RangeFull> for UidSet {
    fn from(_: RangeFull) -> Self {
        Self::all()
    }
}

impl<N: From<u32> + Into<u32>> FromIterator<N> for NumberSet<N> {
    /// The numbers ascending, neighbours joined; 0 is left out, which no message has.
    fn from_iter<I: IntoIterator<Item = N>>(numbers: I) -> Self {
        let mut ranges: Vec<SetRange> = Vec::new();
        let mut sorted = true;
        for number in numbers
            .into_iter()
            .map(N::into)
            .filter(|&number| number != 0)
        {
            match ranges.last_mut() {
                Some(range) if number == range.last => {}
                Some(range) if number.checked_sub(1) == Some(range.last) => range.last = number,
                last => {
                    sorted &= last.is_none_or(|range| range.last < number);
                    ranges.push(SetRange {
                        first: number,
                        last: number,
                    });
                }
            }
        }
        if !sorted {
            ranges.sort_unstable_by_key(|range| range.first);
            ranges.dedup_by(|next, range| join(range, *next));
        }
        Self::from_ranges(ranges)
    }
}

/// Whether each number stands once, in order, and none is `*`.
fn are_ascending(ranges: &[SetRange]) -> bool {
    let forward = |range: &SetRange| range.first != 0 && range.first <= range.last;
    ranges.iter().all(forward) && ranges.is_sorted_by(|range, next| range.last < next.first)
}

/// Adds a range that begins not before this one, if they touch.
fn join(range: &mut SetRange, next: SetRange) -> bool {
    let touch = next.first <= range.last.saturating_add(1);
    if touch {
        range.last = range.last.max(next.last);
    }
    touch
}

impl<N> FromStr for NumberSet<N> {
    type Err = InvalidSet;

    /// Reads `1:5,7,10:*`; ranges stay as they are written.
    fn from_str(text: &str) -> Result<Self, InvalidSet> {
        let ranges: Option<Vec<_>> = text.split(',').map(read_range).collect();
        Ok(Self::from_ranges(ranges.ok_or(InvalidSet)?))
    }
}

fn read_range(text: &str) -> Option<SetRange> {
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    let (first, last) = (read_end(first)?, read_end(last)?);
    Some(SetRange { first, last })
}

fn read_end(text: &str) -> Option<u32> {
    if text == "*" {
        return Some(0);
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|&number| digits && number != 0)
}

impl<N> fmt::Display for NumberSet<N> {
    /// As it stands on the wire.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, range) in self.ranges().iter().enumerate() {
            if at > 0 {
                f.write_str(",")?;
            }
            range.fmt(f)?;
        }
        Ok(())
    }
}

impl<N> fmt::Debug for NumberSet<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(feature = "serde")]
impl<N> serde::Serialize for NumberSet<N> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uids(numbers: &[u32]) -> UidSet {
        numbers.iter().copied().map(Uid).collect()
    }

    #[test]
    fn collected_numbers_are_ascending_and_compact() {
        assert_eq!(uids(&[3, 2, 1, 7, 7, 9, 8]).to_string(), "1:3,7:9");
        assert_eq!(uids(&[5, 6, 7, 1, 6]).to_string(), "1,5:7");
        assert_eq!(
            uids(&[u32::MAX, u32::MAX - 1]).to_string(),
            "4294967294:4294967295"
        );
        assert_eq!(uids(&[0, 4]).to_string(), "4");
        assert!(uids(&[]).is_empty() && uids(&[0]).is_empty());
    }

    #[test]
    fn text_is_read_and_written_as_it_stands() {
        for text in ["1", "5:1", "*", "*:4", "1:*", "2,4:7,9,12:*", "4294967295"] {
            assert_eq!(text.parse::<SequenceSet>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "0",
            "1:",
            "1:3,",
            ",1",
            "+1",
            "1:2:3",
            "4294967296",
            "a",
            "1 ",
        ] {
            assert_eq!(text.parse::<SequenceSet>(), Err(InvalidSet), "{text}");
        }
    }

    #[test]
    fn reversed_ranges_hold_the_same_numbers() {
        let set: UidSet = "5:3,1".parse().unwrap();
        assert_eq!(set.iter().map(u32::from).collect::<Vec<_>>(), [3, 4, 5, 1]);
        assert_eq!(set.len(), 4);
        assert!(set.contains(Uid(4)) && !set.contains(Uid(2)) && !set.contains(Uid(0)));
    }

    #[test]
    fn a_number_is_found_in_ranges_of_any_order() {
        let ascending = "2,4:6,9,20:30";
        for text in [
            ascending,
            "20:30,9,6:4,2",
            "2,4:6,5:9,20:30",
            "2,4:6,9,20:*",
        ] {
            let set: UidSet = text.parse().unwrap();
            assert_eq!(
                matches!(set.ranges, Ranges::Ascending(_)),
                text == ascending,
                "{text}"
            );
            for number in 0..40 {
                let inside = set.ranges().iter().any(|range| range.contains(number));
                assert_eq!(set.contains(Uid(number)), inside, "{number} in {text}");
            }
        }
    }

    #[test]
    fn the_full_range_is_neither_counted_nor_walked_in_memory() {
        let set: UidSet = "1:4294967295".parse().unwrap();
        assert_eq!(set.len(), 4_294_967_295);
        assert_eq!(set.iter().nth(2), Some(Uid(3)));
    }

    #[test]
    fn a_star_may_be_any_number() {
        let set = UidSet::from(Uid(5)..);
        assert!(set.contains(Uid(5)) && !set.contains(Uid(4)) && set.may_contain(Uid(4)));
        assert!(!UidSet::highest().contains(Uid(9)) && UidSet::highest().may_contain(Uid(9)));
        assert_eq!((set.len(), set.iter().count()), (0, 0));
        assert!(!UidSet::from(Uid(1)..=Uid(3)).may_contain(Uid(4)));
    }

    #[test]
    fn ranges_of_the_language_become_sets() {
        assert_eq!(UidSet::from(Uid(0)..=Uid(3)).to_string(), "1:3");
        #[allow(clippy::reversed_empty_ranges)]
        let reversed = UidSet::from(Uid(3)..=Uid(2));
        assert!(reversed.is_empty());
        assert_eq!(UidSet::range(Uid(3), Uid(2)).to_string(), "3:2");
        assert_eq!(SequenceSet::from(..).to_string(), "1:*");
        assert_eq!(SequenceSet::from(SequenceNumber(4)).to_string(), "4");
    }
}
