//! Sets of UIDs, by their ranges: what a server names is never counted out.

use crate::types::{SetRange, Uid, UidSet};

/// What both hold.
pub(super) fn both(a: &UidSet, b: &UidSet) -> UidSet {
    let (a, b) = (sorted(a), sorted(b));
    let (mut a, mut b) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    let mut common = Vec::new();
    while let (Some(&(a_first, a_last)), Some(&(b_first, b_last))) = (a.peek(), b.peek()) {
        let (first, last) = (a_first.max(b_first), a_last.min(b_last));
        if first <= last {
            common.push((first, last));
        }
        if a_last < b_last {
            a.next();
        } else {
            b.next();
        }
    }
    set(common)
}

/// What is in the first and not in the second.
pub(in crate::session) fn without(a: &UidSet, b: &UidSet) -> UidSet {
    let gone = sorted(b);
    let mut gone = gone.as_slice();
    let mut left = Vec::new();
    for (mut first, last) in sorted(a) {
        let mut over = false;
        while let [(gone_first, gone_last), behind @ ..] = gone
            && *gone_first <= last
        {
            if *gone_first > first {
                left.push((first, *gone_first - 1));
            }
            over = *gone_last >= last;
            if over {
                // It may reach into the next range.
                break;
            }
            first = first.max(gone_last.saturating_add(1));
            gone = behind;
        }
        if !over {
            left.push((first, last));
        }
    }
    set(left)
}

/// The positions from one to another, from 1 up, or from -1, the last, down (RFC 9394 §3.1).
pub(super) fn part(of: &UidSet, first: i64, last: i64) -> UidSet {
    let ranges = sorted(of);
    let total: u64 = ranges.iter().copied().map(size).sum();
    let position = |end: i64| match u64::try_from(end) {
        Ok(end) => end,
        Err(_) => (total + 1).saturating_sub(end.unsigned_abs()),
    };
    let (a, b) = (position(first), position(last));
    let (from, to) = (a.min(b).max(1), a.max(b).min(total));
    let mut taken = Vec::new();
    let mut before = 0;
    for range in ranges {
        let (low, high) = (from.max(before + 1), to.min(before + size(range)));
        if low <= high {
            let at = |position: u64| {
                let offset = u32::try_from(position - before - 1).unwrap_or(u32::MAX);
                range.0.saturating_add(offset)
            };
            taken.push((at(low), at(high)));
        }
        before += size(range);
    }
    set(taken)
}

/// Whether each range is a single number.
pub(super) fn is_explicit(set: &UidSet) -> bool {
    !set.has_star() && set.ranges().iter().all(|range| range.first == range.last)
}

fn size(range: (u32, u32)) -> u64 {
    u64::from(range.1 - range.0) + 1
}

/// Ascending ranges that do not meet; `*` is the highest number there can be.
fn sorted(set: &UidSet) -> Vec<(u32, u32)> {
    let end = |end: u32| if end == 0 { u32::MAX } else { end };
    let mut ranges: Vec<(u32, u32)> = set
        .ranges()
        .iter()
        .map(|range| (end(range.first), end(range.last)))
        .map(|(a, b)| (a.min(b), a.max(b)))
        .collect();
    ranges.sort_unstable();
    let mut joined: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        match joined.last_mut() {
            Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
            _ => joined.push((first, last)),
        }
    }
    joined
}

fn set(ranges: Vec<(u32, u32)>) -> UidSet {
    let ranges = ranges
        .into_iter()
        .map(|(first, last)| SetRange { first, last });
    UidSet::from_ranges(ranges.collect())
}

/// The set of one message.
pub(super) fn one(uid: Uid) -> UidSet {
    UidSet::from(uid)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> UidSet {
        if text.is_empty() {
            UidSet::from_ranges(Vec::new())
        } else {
            text.parse().unwrap()
        }
    }

    #[test]
    fn sets_are_intersected_and_subtracted() {
        for (a, b, common, left) in [
            ("1:10", "3:4,8", "3:4,8", "1:2,5:7,9:10"),
            ("1:10", "", "", "1:10"),
            ("5", "5", "5", ""),
            ("10:1,20", "1:4294967295", "1:10,20", ""),
            ("1,3,5", "2,4", "", "1,3,5"),
            ("1:3,2:8", "4:*", "4:8", "1:3"),
            ("1:4294967295", "4294967295", "4294967295", "1:4294967294"),
        ] {
            let (a, b) = (parse(a), parse(b));
            assert_eq!(both(&a, &b), parse(common), "{a} and {b}");
            assert_eq!(without(&a, &b), parse(left), "{a} without {b}");
        }
    }

    /// Checked against plain lists.
    #[test]
    fn small_sets_agree_with_lists() {
        let list = |bits: u32| (1..=8).filter(move |n| bits >> (n - 1) & 1 != 0);
        let set = |bits| list(bits).map(Uid).collect::<UidSet>();
        for a in 0..256 {
            for b in (0..256).step_by(7) {
                assert_eq!(both(&set(a), &set(b)), set(a & b));
                assert_eq!(without(&set(a), &set(b)), set(a & !b));
            }
        }
    }

    /// RFC 9394 §3.1: positions count from 1, or from the end.
    #[test]
    fn parts_by_position() {
        let all = parse("2,4:6,10:4294967295");
        for (first, last, expected) in [
            (1, 2, "2,4"),
            (2, 1, "2,4"),
            (3, 6, "5:6,10:11"),
            (-1, -1, "4294967295"),
        ] {
            assert_eq!(part(&all, first, last), parse(expected), "{first}:{last}");
        }
        let few = parse("2,4:6");
        assert_eq!(part(&few, 4, 100), parse("6"));
        assert_eq!(part(&few, 5, 100), parse(""));
        assert_eq!(part(&few, -2, -100), parse("2,4:5"));
        assert_eq!(part(&parse(""), 1, 10), parse(""));
    }
}
