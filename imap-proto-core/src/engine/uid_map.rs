//! Which UID each message number of the selected mailbox has, as far as the server told (FEATURES §7).

use std::ops::Range;
use std::sync::Arc;

use crate::types::{SequenceNumber, SetRange, Uid, UidSet};

/// The UIDs by message number: runs of known ones, and gaps between them. What lies behind the last run is unknown.
///
/// It is bounded: a run holds [`RUN`] UIDs at most, and of [`SEGMENTS`] runs and gaps no more are made, which is room for
/// two million messages that were fetched in order. What does not fit is not remembered.
///
/// Runs and gaps stand in blocks. So no answer of a server costs more than some hundred steps, however many messages
/// there are; and a copy shares all blocks but those that are changed later.
#[derive(Clone, Debug, Default)]
pub(crate) struct UidMap {
    blocks: Vec<Block>,
    segments: usize,
    /// The block last used, and how many messages stand before it: messages come in order.
    hint: (usize, usize),
}

/// Neighbouring segments, and what is to be known of them without a look at each.
#[derive(Clone, Debug, Default)]
struct Block {
    /// How many messages, and of how many the UID is known.
    len: usize,
    known: usize,
    /// The least and the highest known UID; 0 where none is.
    first: u32,
    last: u32,
    segments: Arc<Vec<Segment>>,
}

#[derive(Clone, Debug)]
enum Segment {
    /// So many messages whose UID is not known.
    Gap(usize),
    /// UIDs, ascending; never none.
    Run(Vec<u32>),
}

/// Where a segment is.
#[derive(Clone, Copy, Debug)]
struct Place {
    block: usize,
    segment: usize,
    /// How many messages stand before the block, and before the segment.
    start: usize,
    before: usize,
}

const RUN: usize = 512;
const SEGMENTS: usize = 4096;
/// A block with more segments is divided in two.
const FULL: usize = 64;
/// Neighbours that have no more together are joined.
const SMALL: usize = 24;

/// The same UIDs are known.
impl PartialEq for UidMap {
    fn eq(&self, other: &Self) -> bool {
        self.pairs().eq(other.pairs())
    }
}

impl Segment {
    fn len(&self) -> usize {
        match self {
            Self::Gap(len) => *len,
            Self::Run(uids) => uids.len(),
        }
    }

    fn uids(&self) -> &[u32] {
        match self {
            Self::Gap(_) => &[],
            Self::Run(uids) => uids,
        }
    }
}

impl Block {
    fn new(segments: Vec<Segment>) -> Self {
        let mut block = Self {
            segments: Arc::new(segments),
            ..Self::default()
        };
        block.measure();
        block
    }

    fn measure(&mut self) {
        let uids = || self.segments.iter().map(Segment::uids);
        self.len = self.segments.iter().map(Segment::len).sum();
        self.known = uids().map(<[u32]>::len).sum();
        self.first = uids().find_map(<[u32]>::first).copied().unwrap_or(0);
        self.last = uids().rev().find_map(<[u32]>::last).copied().unwrap_or(0);
    }
}

impl UidMap {
    /// The UID of a message.
    pub(crate) fn uid(&self, number: SequenceNumber) -> Option<Uid> {
        let at = index(number)?;
        let place = self.locate(at);
        let uids = self.segment(place)?.uids();
        uids.get(at - place.before).copied().map(Uid)
    }

    /// The number of the message with a UID.
    pub(crate) fn number(&self, uid: Uid) -> Option<SequenceNumber> {
        let place = self.reach(uid.0)?;
        let uids = self.segment(place)?.uids();
        let at = place.before + uids.binary_search(&uid.0).ok()?;
        u32::try_from(at + 1).ok().map(SequenceNumber)
    }

    /// Of how many messages the UID is known.
    pub(crate) fn known(&self) -> usize {
        self.blocks.iter().map(|block| block.known).sum()
    }

    /// The highest number of a message whose UID is known; 0 for none.
    pub(crate) fn end(&self) -> usize {
        let mut end = self.blocks.iter().map(|block| block.len).sum();
        let segments = self.blocks.iter().rev();
        for segment in segments.flat_map(|block| block.segments.iter().rev()) {
            match segment {
                Segment::Gap(len) => end -= len,
                Segment::Run(_) => return end,
            }
        }
        end
    }

    /// The server told a message's UID. One that contradicts what is known makes it forget all else; then it is false.
    pub(crate) fn insert(&mut self, number: SequenceNumber, uid: Uid) -> bool {
        let Some(at) = index(number).filter(|_| uid.0 != 0) else {
            return true;
        };
        let fits = self.try_insert(at, uid.0);
        if !fits {
            *self = Self::default();
            self.try_insert(at, uid.0);
        }
        fits
    }

    /// The message of this number is gone.
    pub(crate) fn expunge(&mut self, number: SequenceNumber) {
        let Some(at) = index(number) else {
            return;
        };
        let place = self.locate(at);
        self.hint = (place.block, place.start);
        self.edit(place.block, |segments| {
            let Some(segment) = segments.get_mut(place.segment) else {
                return;
            };
            match segment {
                Segment::Gap(len) => *len -= 1,
                Segment::Run(uids) => {
                    uids.remove(at - place.before);
                }
            }
            if segment.len() == 0 {
                tidy(segments);
            }
        });
        self.settle(place.block);
    }

    /// Messages with these UIDs are gone. Behind one that was not known, no number is known any more.
    pub(crate) fn vanish(&mut self, uids: &UidSet) {
        for range in uids.ranges() {
            self.vanish_range(*range);
        }
    }

    fn vanish_range(&mut self, range: SetRange) {
        let numbers = range.numbers();
        let (low, high) = (*numbers.start(), *numbers.end());
        let Some(place) = self.reach(low).filter(|_| low <= high) else {
            return;
        };
        self.hint = (place.block, place.start);
        let expected = u64::from(high - low) + 1;
        if u64::try_from(self.count(place, low, high)) != Ok(expected) {
            self.truncate(place, low);
            return;
        }
        let mut end = place.block;
        while self.blocks.get(end).is_some_and(|here| here.first <= high) {
            self.edit(end, |segments| take_out(segments, low, high));
            end += 1;
        }
        for block in (place.block..end).rev() {
            self.settle(block);
        }
    }

    /// How many known UIDs lie in a range. `place`: the first run that reaches it.
    fn count(&self, place: Place, low: u32, high: u32) -> usize {
        let mut known = 0;
        let mut skipped = place.segment;
        for block in self.blocks.get(place.block..).unwrap_or_default() {
            for segment in block.segments.iter().skip(std::mem::take(&mut skipped)) {
                let uids = segment.uids();
                if uids.first().is_some_and(|first| *first > high) {
                    return known;
                }
                known += span(uids, low, high).len();
            }
        }
        known
    }

    /// Keeps what stands before a UID: all numbers behind it are not known any more. `place`: the first run that reaches it.
    fn truncate(&mut self, place: Place, uid: u32) {
        let behind = self.blocks.get(place.block + 1..).unwrap_or_default();
        self.segments -= behind
            .iter()
            .map(|block| block.segments.len())
            .sum::<usize>();
        self.blocks.truncate(place.block + 1);
        self.edit(place.block, |segments| {
            segments.truncate(place.segment + 1);
            if let Some(Segment::Run(uids)) = segments.last_mut() {
                uids.truncate(uids.partition_point(|known| *known < uid));
            }
            tidy(segments);
        });
        self.settle(place.block);
    }

    /// Numbers and UIDs that belong together.
    fn pairs(&self) -> impl Iterator<Item = (usize, u32)> {
        let segments = self.blocks.iter().flat_map(|block| block.segments.iter());
        let mut before = 0;
        segments.flat_map(move |segment| {
            let first = before;
            before += segment.len();
            let uids = segment.uids().iter().copied().enumerate();
            uids.map(move |(at, uid)| (first + at, uid))
        })
    }

    fn segment(&self, place: Place) -> Option<&Segment> {
        self.blocks.get(place.block)?.segments.get(place.segment)
    }

    /// The segment that an index lies in; behind the last one, where the next would be.
    fn locate(&self, at: usize) -> Place {
        let (mut block, mut start) = if at < self.hint.1 { (0, 0) } else { self.hint };
        while let Some(here) = self.blocks.get(block).filter(|here| start + here.len <= at) {
            (block, start) = (block + 1, start + here.len);
        }
        let (mut segment, mut before) = (0, start);
        let segments = self.blocks.get(block).map(|here| here.segments.iter());
        for one in segments.into_iter().flatten() {
            if at < before + one.len() {
                break;
            }
            (segment, before) = (segment + 1, before + one.len());
        }
        Place {
            block,
            segment,
            start,
            before,
        }
    }

    /// The first run that ends with this UID or a higher one.
    fn reach(&self, uid: u32) -> Option<Place> {
        let hinted = self.blocks.get(self.hint.0);
        let (mut block, mut start) = match hinted {
            Some(here) if here.first != 0 && here.first <= uid => self.hint,
            _ => (0, 0),
        };
        let here = loop {
            let here = self.blocks.get(block)?;
            if here.last >= uid {
                break here;
            }
            (block, start) = (block + 1, start + here.len);
        };
        let mut before = start;
        for (segment, one) in here.segments.iter().enumerate() {
            if one.uids().last().is_some_and(|last| *last >= uid) {
                return Some(Place {
                    block,
                    segment,
                    start,
                    before,
                });
            }
            before += one.len();
        }
        None
    }

    /// Changes the segments of a block. One that is left with few is for [`Self::settle`].
    fn edit(&mut self, block: usize, change: impl FnOnce(&mut Vec<Segment>)) {
        let Some(here) = self.blocks.get_mut(block) else {
            return;
        };
        let segments = Arc::make_mut(&mut here.segments);
        self.segments -= segments.len();
        change(segments);
        self.segments += segments.len();
        here.measure();
    }

    /// Joins a block that has become small with the next one, and the one before with it.
    fn settle(&mut self, block: usize) {
        self.join(block);
        if let Some(before) = block.checked_sub(1) {
            self.join(before);
        }
        if self
            .blocks
            .last()
            .is_some_and(|last| last.segments.is_empty())
        {
            self.blocks.pop();
        }
    }

    fn join(&mut self, block: usize) {
        let segments = |at: usize| self.blocks.get(at).map(|block| block.segments.len());
        let (Some(here), Some(next)) = (segments(block), segments(block + 1)) else {
            return;
        };
        if here > 0 && next > 0 && here + next > SMALL {
            return;
        }
        let next = self.blocks.remove(block + 1);
        self.segments -= next.segments.len();
        self.hint = (0, 0);
        self.edit(block, |segments| {
            segments.extend(next.segments.iter().cloned());
            tidy(segments);
        });
    }

    /// Puts a UID in its place; false, if it does not fit between its neighbours.
    fn try_insert(&mut self, at: usize, uid: u32) -> bool {
        let place = self.locate(at);
        self.hint = (place.block, place.start);
        if let Some(Segment::Run(uids)) = self.segment(place) {
            return uids.get(at - place.before) == Some(&uid);
        }
        let (last, first) = (self.last_before(place), self.first_behind(place));
        if last.is_some_and(|last| last >= uid) || first.is_some_and(|first| first <= uid) {
            return false;
        }
        if at != place.before || !self.push(place, uid) {
            self.insert_run(place, at - place.before, uid);
        }
        true
    }

    fn last_before(&self, place: Place) -> Option<u32> {
        let here = self.blocks.get(place.block);
        let here = here.and_then(|here| here.segments.get(..place.segment));
        let mut here = here.unwrap_or_default().iter().rev();
        let known = here.find_map(|segment| segment.uids().last().copied());
        known.or_else(|| {
            let before = self.blocks.get(..place.block).unwrap_or_default();
            let mut lasts = before.iter().rev().map(|block| block.last);
            lasts.find(|last| *last != 0)
        })
    }

    fn first_behind(&self, place: Place) -> Option<u32> {
        let here = self.blocks.get(place.block)?;
        let behind = here.segments.get(place.segment..).unwrap_or_default();
        let known = behind
            .iter()
            .find_map(|segment| segment.uids().first().copied());
        known.or_else(|| {
            let behind = self.blocks.get(place.block + 1..).unwrap_or_default();
            let mut firsts = behind.iter().map(|block| block.first);
            firsts.find(|first| *first != 0)
        })
    }

    /// The segment before a place, and its block.
    fn before(&self, place: Place) -> Option<(usize, usize)> {
        if let Some(segment) = place.segment.checked_sub(1) {
            return Some((place.block, segment));
        }
        let block = place.block.checked_sub(1)?;
        let segments = &self.blocks.get(block)?.segments;
        Some((block, segments.len().checked_sub(1)?))
    }

    /// Makes the run before a place one longer, if there is one with room.
    fn push(&mut self, place: Place, uid: u32) -> bool {
        let Some((block, segment)) = self.before(place) else {
            return false;
        };
        let Some(here) = self.blocks.get_mut(block) else {
            return false;
        };
        let run = here.segments.get(segment);
        if !matches!(run, Some(Segment::Run(uids)) if uids.len() < RUN) {
            return false;
        }
        if let Some(Segment::Run(uids)) = Arc::make_mut(&mut here.segments).get_mut(segment) {
            uids.push(uid);
        }
        here.len += 1;
        here.known += 1;
        here.last = here.last.max(uid);
        let joins_before = block != place.block;
        self.hint = (place.block, place.start + usize::from(joins_before));
        // The message is one less in the gap that it was in.
        self.edit(place.block, |segments| {
            if let Some(Segment::Gap(len)) = segments.get_mut(place.segment) {
                *len -= 1;
                if *len == 0 {
                    tidy(segments);
                }
            }
        });
        self.settle(place.block);
        true
    }

    /// Makes a run of its own, if there may be more segments.
    fn insert_run(&mut self, place: Place, offset: usize, uid: u32) {
        if self.segments + 2 > SEGMENTS {
            return;
        }
        let gap = self.segment(place).map(Segment::len);
        let rest = gap.map_or(0, |len| len - offset - 1);
        let pieces = [
            Segment::Gap(offset),
            Segment::Run(vec![uid]),
            Segment::Gap(rest),
        ];
        let pieces = pieces.into_iter().filter(|piece| piece.len() > 0);
        self.hint = (0, 0);
        if gap.is_some() {
            self.edit(place.block, |segments| {
                segments.splice(place.segment..=place.segment, pieces);
            });
            self.divide(place.block);
        } else if let Some(last) = self.blocks.len().checked_sub(1) {
            self.edit(last, |segments| segments.extend(pieces));
            self.divide(last);
        } else {
            self.blocks.push(Block::new(pieces.collect()));
            self.segments += self
                .blocks
                .iter()
                .map(|block| block.segments.len())
                .sum::<usize>();
        }
    }

    /// Divides a block that has become too large.
    fn divide(&mut self, block: usize) {
        let Some(here) = self.blocks.get_mut(block) else {
            return;
        };
        if here.segments.len() <= FULL {
            return;
        }
        let half = Arc::make_mut(&mut here.segments).split_off(FULL / 2);
        here.measure();
        self.blocks.insert(block + 1, Block::new(half));
    }
}

fn index(number: SequenceNumber) -> Option<usize> {
    usize::try_from(number.0.checked_sub(1)?).ok()
}

/// Where UIDs lie in a range.
fn span(uids: &[u32], low: u32, high: u32) -> Range<usize> {
    uids.partition_point(|uid| *uid < low)..uids.partition_point(|uid| *uid <= high)
}

/// Takes the UIDs of a range out.
fn take_out(segments: &mut Vec<Segment>, low: u32, high: u32) {
    let mut emptied = false;
    for segment in segments.iter_mut() {
        if let Segment::Run(uids) = segment
            && uids.last().is_some_and(|last| *last >= low)
        {
            if uids.first().is_some_and(|first| *first > high) {
                break;
            }
            uids.drain(span(uids, low, high));
            emptied |= uids.is_empty();
        }
    }
    if emptied {
        tidy(segments);
    }
}

/// Takes empty segments out, and joins gaps that have become neighbours.
fn tidy(segments: &mut Vec<Segment>) {
    segments.retain(|segment| segment.len() > 0);
    segments.dedup_by(|next, segment| match (segment, next) {
        (Segment::Gap(len), Segment::Gap(next)) => {
            *len += *next;
            true
        }
        _ => false,
    });
}

#[cfg(test)]
mod tests;
