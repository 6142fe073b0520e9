//! Which UID each message number of the selected mailbox has, as far as the server told (FEATURES §7).

use crate::types::{SequenceNumber, SetRange, Uid, UidSet};

/// The UIDs by message number: runs of known ones, and gaps between them. What lies behind the last run is unknown.
///
/// It is bounded: a run holds [`RUN`] UIDs at most, and of [`SEGMENTS`] runs and gaps no more are made, which is room for
/// two million messages that were fetched in order. What does not fit is not remembered.
#[derive(Clone, Debug, Default)]
pub(super) struct UidMap {
    segments: Vec<Segment>,
    /// The segment last used, and how many messages stand before it: messages come in order.
    hint: (usize, usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    /// So many messages whose UID is not known.
    Gap(usize),
    /// UIDs, ascending; never none.
    Run(Vec<u32>),
}

const RUN: usize = 512;
const SEGMENTS: usize = 4096;
/// A VANISHED with more ranges makes the map forget, since each is looked up.
const RANGES: usize = 1024;

impl PartialEq for UidMap {
    fn eq(&self, other: &Self) -> bool {
        self.segments == other.segments
    }
}

impl Segment {
    fn len(&self) -> usize {
        match self {
            Self::Gap(len) => *len,
            Self::Run(uids) => uids.len(),
        }
    }
}

impl UidMap {
    /// The UID of a message.
    pub(super) fn uid(&self, number: SequenceNumber) -> Option<Uid> {
        let mut at = index(number)?;
        for segment in &self.segments {
            match segment {
                Segment::Run(uids) if at < uids.len() => return uids.get(at).copied().map(Uid),
                Segment::Gap(len) if at < *len => return None,
                segment => at -= segment.len(),
            }
        }
        None
    }

    /// The number of the message with a UID.
    pub(super) fn number(&self, uid: Uid) -> Option<SequenceNumber> {
        let mut before = 0;
        for segment in &self.segments {
            if let Segment::Run(uids) = segment
                && uids.last().is_some_and(|last| *last >= uid.0)
            {
                let at = before + uids.binary_search(&uid.0).ok()?;
                return u32::try_from(at + 1).ok().map(SequenceNumber);
            }
            before += segment.len();
        }
        None
    }

    /// The server told a message's UID. One that contradicts what is known makes it forget all else.
    pub(super) fn insert(&mut self, number: SequenceNumber, uid: Uid) {
        let Some(at) = index(number).filter(|_| uid.0 != 0) else {
            return;
        };
        if !self.try_insert(at, uid.0) {
            *self = Self::default();
            self.try_insert(at, uid.0);
        }
    }

    /// The message of this number is gone.
    pub(super) fn expunge(&mut self, number: SequenceNumber) {
        let Some(at) = index(number) else {
            return;
        };
        let (here, offset) = self.locate(at);
        match self.segments.get_mut(here) {
            Some(Segment::Gap(len)) => *len -= 1,
            Some(Segment::Run(uids)) => {
                uids.remove(offset);
            }
            None => return,
        }
        self.tidy(here);
    }

    /// Messages with these UIDs are gone. Behind one that was not known, no number is known any more.
    pub(super) fn vanish(&mut self, uids: &UidSet) {
        let ranges = uids.ranges();
        if ranges.len() > RANGES {
            *self = Self::default();
            return;
        }
        for range in ranges {
            self.vanish_range(*range);
        }
    }

    fn vanish_range(&mut self, range: SetRange) {
        let numbers = range.numbers();
        let (low, high) = (*numbers.start(), *numbers.end());
        let expected = u64::from(high).saturating_sub(u64::from(low)) + 1;
        let inside = |uid: &&u32| (low..=high).contains(*uid);
        let known: usize = self
            .runs()
            .map(|uids| uids.iter().filter(inside).count())
            .sum();
        if u64::try_from(known) != Ok(expected) {
            self.truncate(low);
            return;
        }
        for segment in &mut self.segments {
            if let Segment::Run(uids) = segment {
                uids.retain(|uid| !(low..=high).contains(uid));
            }
        }
        self.tidy_all();
    }

    /// Keeps what stands before the place of a UID: all numbers behind it are not known any more.
    fn truncate(&mut self, uid: u32) {
        let below = |segment: &Segment| matches!(segment, Segment::Run(uids) if uids.first().is_some_and(|first| *first < uid));
        let keep = self.segments.iter().rposition(below).map_or(0, |at| at + 1);
        self.segments.truncate(keep);
        if let Some(Segment::Run(uids)) = self.segments.last_mut() {
            uids.retain(|known| *known < uid);
        }
        self.hint = (0, 0);
    }

    fn runs(&self) -> impl Iterator<Item = &Vec<u32>> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Run(uids) => Some(uids),
            Segment::Gap(_) => None,
        })
    }

    /// The segment that an index lies in, and where in it; behind the last one, how far.
    fn locate(&mut self, at: usize) -> (usize, usize) {
        let (mut here, mut before) = self.hint;
        if at < before {
            (here, before) = (0, 0);
        }
        while let Some(segment) = self.segments.get(here) {
            let next = before + segment.len();
            if at < next {
                break;
            }
            (here, before) = (here + 1, next);
        }
        self.hint = (here, before);
        (here, at - before)
    }

    /// Puts a UID in its place; false, if it does not fit between its neighbours.
    fn try_insert(&mut self, at: usize, uid: u32) -> bool {
        let (here, offset) = self.locate(at);
        if let Some(Segment::Run(uids)) = self.segments.get(here) {
            return uids.get(offset) == Some(&uid);
        }
        let before = self.segments.get(..here).unwrap_or_default();
        let last = before.iter().rev().find_map(last_of);
        let behind = self.segments.get(here..).unwrap_or_default();
        let first = behind.iter().find_map(first_of);
        if last.is_some_and(|last| last >= uid) || first.is_some_and(|first| first <= uid) {
            return false;
        }
        self.fill(here, offset, uid);
        true
    }

    /// Makes an unknown UID known: at the end of the run before it, or as a run of its own.
    fn fill(&mut self, here: usize, offset: usize, uid: u32) {
        let gap = self.segments.get(here).map(Segment::len);
        let before = here.checked_sub(1);
        if offset == 0
            && let Some(Segment::Run(uids)) = before.and_then(|at| self.segments.get_mut(at))
            && uids.len() < RUN
        {
            uids.push(uid);
            if let Some(Segment::Gap(len)) = self.segments.get_mut(here) {
                *len -= 1;
            }
            self.hint = (here, self.hint.1 + 1);
            if gap == Some(1) {
                self.tidy(here);
            }
            return;
        }
        if self.segments.len() + 2 > SEGMENTS {
            return;
        }
        let rest = gap.map_or(0, |len| len - offset - 1);
        let pieces = [
            Segment::Gap(offset),
            Segment::Run(vec![uid]),
            Segment::Gap(rest),
        ];
        let pieces = pieces.into_iter().filter(|piece| piece.len() > 0);
        let end = (here + usize::from(gap.is_some())).min(self.segments.len());
        self.segments.splice(here..end, pieces);
    }

    /// Takes an empty segment out, and joins the gaps beside it.
    fn tidy(&mut self, here: usize) {
        if self
            .segments
            .get(here)
            .is_none_or(|segment| segment.len() > 0)
        {
            return;
        }
        self.segments.remove(here);
        self.hint = (0, 0);
        let before = here.checked_sub(1);
        if let Some(Segment::Gap(next)) = self.segments.get(here).cloned()
            && let Some(Segment::Gap(len)) = before.and_then(|at| self.segments.get_mut(at))
        {
            *len += next;
            self.segments.remove(here);
        }
    }

    fn tidy_all(&mut self) {
        self.hint = (0, 0);
        self.segments.retain(|segment| segment.len() > 0);
        self.segments
            .dedup_by(|next, segment| match (segment, next) {
                (Segment::Gap(len), Segment::Gap(next)) => {
                    *len += *next;
                    true
                }
                _ => false,
            });
    }
}

fn index(number: SequenceNumber) -> Option<usize> {
    usize::try_from(number.0.checked_sub(1)?).ok()
}

fn last_of(segment: &Segment) -> Option<u32> {
    match segment {
        Segment::Run(uids) => uids.last().copied(),
        Segment::Gap(_) => None,
    }
}

fn first_of(segment: &Segment) -> Option<u32> {
    match segment {
        Segment::Run(uids) => uids.first().copied(),
        Segment::Gap(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The UIDs of the first numbers, 0 for unknown.
    fn shown(map: &UidMap, count: u32) -> Vec<u32> {
        let uid = |number| map.uid(SequenceNumber(number)).map_or(0, |uid| uid.0);
        (1..=count).map(uid).collect()
    }

    fn map(known: &[(u32, u32)]) -> UidMap {
        let mut map = UidMap::default();
        for &(number, uid) in known {
            map.insert(SequenceNumber(number), Uid(uid));
        }
        map
    }

    #[test]
    fn uids_are_found_by_number_and_back() {
        let map = map(&[(5, 50), (2, 20), (3, 30), (6, 60), (1, 10)]);
        assert_eq!(shown(&map, 7), [10, 20, 30, 0, 50, 60, 0]);
        for (number, uid) in [(1, 10), (3, 30), (6, 60)] {
            assert_eq!(map.number(Uid(uid)), Some(SequenceNumber(number)));
        }
        for unknown in [0, 15, 40, 70] {
            assert_eq!(map.number(Uid(unknown)), None);
        }
    }

    /// RFC 9051 §7.5.1: each EXPUNGE moves those behind it, one after the other.
    #[test]
    fn expunges_move_what_is_behind() {
        let mut map = map(&[(1, 10), (2, 20), (4, 40), (5, 50)]);
        map.expunge(SequenceNumber(2));
        assert_eq!(shown(&map, 4), [10, 0, 40, 50]);
        map.expunge(SequenceNumber(2));
        assert_eq!(shown(&map, 4), [10, 40, 50, 0]);
        map.expunge(SequenceNumber(9));
        map.expunge(SequenceNumber(0));
        assert_eq!(shown(&map, 4), [10, 40, 50, 0]);
    }

    #[test]
    fn vanished_uids_leave_and_unknown_ones_cut_the_map() {
        let mut known = map(&[(1, 10), (2, 20), (3, 21), (4, 40)]);
        known.vanish(&"20:21".parse().unwrap());
        assert_eq!(shown(&known, 3), [10, 40, 0]);
        let mut partial = map(&[(1, 10), (2, 20), (4, 40)]);
        partial.vanish(&"30".parse().unwrap());
        assert_eq!(shown(&partial, 4), [10, 20, 0, 0]);
        partial.vanish(&"1:4294967295".parse().unwrap());
        assert_eq!(shown(&partial, 2), [0, 0]);
    }

    #[test]
    fn what_contradicts_makes_it_forget() {
        let mut descending = map(&[(1, 10), (2, 20)]);
        descending.insert(SequenceNumber(3), Uid(15));
        assert_eq!(shown(&descending, 3), [0, 0, 15]);
        let mut other = map(&[(1, 10), (2, 20)]);
        other.insert(SequenceNumber(2), Uid(19));
        assert_eq!(shown(&other, 2), [0, 19]);
    }

    #[test]
    fn numbers_of_a_hostile_server_take_no_memory() {
        let mut map = UidMap::default();
        for number in (1..=u32::MAX).step_by(200_000) {
            map.insert(SequenceNumber(number), Uid(number));
        }
        map.insert(SequenceNumber(u32::MAX), Uid(u32::MAX));
        assert!(map.segments.len() <= SEGMENTS);
    }

    /// Against a plain list, over many steps in no order.
    #[test]
    fn agrees_with_a_list() {
        let mut seed = 7_u64;
        let mut random = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) % below
        };
        let mut list: Vec<u32> = (1..=1500).map(|uid| uid * 3).collect();
        let mut told = std::collections::BTreeSet::new();
        let mut map = UidMap::default();
        for _ in 0..6000 {
            let at = usize::try_from(random(list.len() as u64)).unwrap();
            let number = SequenceNumber(u32::try_from(at + 1).unwrap());
            if random(4) == 0 && list.len() > 10 {
                told.remove(&list[at]);
                list.remove(at);
                map.expunge(number);
            } else {
                map.insert(number, Uid(list[at]));
                told.insert(list[at]);
            }
        }
        for (at, uid) in list.iter().enumerate() {
            let number = SequenceNumber(u32::try_from(at + 1).unwrap());
            let expected = told.contains(uid).then_some(Uid(*uid));
            assert_eq!(map.uid(number), expected);
            assert_eq!(map.number(Uid(*uid)), expected.map(|_| number));
        }
    }
}
