//! What is known of the selected mailbox, kept up to date by what the server tells.

use std::collections::BTreeMap;

use super::changes::{kept, same};
use crate::engine::{SelectionId, UidMap};
use crate::types::{Data, FetchResponse, Flags, SequenceNumber, Uid, UidSet};

/// The messages of one selection, as far as their UIDs and flags were told.
#[derive(Clone, Debug)]
pub(super) struct Tracker {
    pub(super) selection: SelectionId,
    /// How many messages there are.
    exists: u64,
    /// Which number they have, as far as it was told.
    numbers: UidMap,
    messages: BTreeMap<Uid, Flags>,
    /// What was told cannot be followed: the mailbox must be listed anew.
    is_lost: bool,
    /// Messages came or went since the beginning.
    is_moved: bool,
    max: usize,
    is_too_large: bool,
}

impl Tracker {
    /// Of a mailbox that is being selected, or listed anew; `max`: of how many messages.
    pub(super) fn new(selection: SelectionId, exists: u32, max: usize) -> Self {
        Self {
            selection,
            exists: exists.into(),
            numbers: UidMap::default(),
            messages: BTreeMap::new(),
            is_lost: false,
            is_moved: false,
            is_too_large: exists as usize > max,
            max,
        }
    }

    /// The same selection from the beginning.
    pub(super) fn anew(&self) -> Self {
        let exists = u32::try_from(self.exists).unwrap_or(u32::MAX);
        Self::new(self.selection, exists, self.max)
    }

    pub(super) fn messages(&self) -> &BTreeMap<Uid, Flags> {
        &self.messages
    }

    /// Whether every message is known.
    pub(super) fn is_whole(&self) -> bool {
        !self.is_lost && !self.is_too_large && self.messages.len() as u64 == self.exists
    }

    /// Whether it is to be listed anew.
    pub(super) fn is_lost(&self) -> bool {
        self.is_lost && !self.is_too_large
    }

    pub(super) fn is_too_large(&self) -> bool {
        self.is_too_large
    }

    /// Whether there are messages to be listed, and not too many.
    pub(super) fn can_be_listed(&self) -> bool {
        self.exists != 0 && !self.is_too_large
    }

    /// The mailbox is not followed any more, as if it were too large.
    pub(super) fn give_up(&mut self) {
        self.is_too_large = true;
        self.messages.clear();
        self.numbers = UidMap::default();
    }

    /// Some of what the server told was not seen.
    pub(super) fn lose(&mut self) {
        self.is_lost = true;
    }

    /// Takes an untagged response in.
    pub(super) fn apply(&mut self, data: &Data) {
        match data {
            Data::Exists(exists) => self.exists((*exists).into()),
            Data::Expunge(number) => self.expunge(*number),
            Data::Vanished { earlier, uids } => self.vanish(uids, *earlier),
            Data::Fetch(fetch) => self.fetch(fetch),
            _ => {}
        }
    }

    /// Whether a FETCH response tells other flags of a message than are known.
    pub(super) fn is_changed_by(&self, fetch: &FetchResponse) -> bool {
        let uid = fetch.uid.or_else(|| self.uid(fetch));
        let known = uid.and_then(|uid| self.messages.get(&uid));
        match (known, &fetch.flags) {
            (Some(known), Some(flags)) => !same(known, &kept(flags)),
            _ => false,
        }
    }

    /// What was known before still holds but for what is gone, and for what was told since. False
    /// when that does not add up.
    pub(super) fn add_known(&mut self, known: &BTreeMap<Uid, Flags>, vanished: &UidSet) -> bool {
        let moved = self.is_moved;
        let told = std::mem::replace(&mut self.messages, known.clone());
        self.remove(vanished);
        self.messages.extend(told);
        self.is_too_large |= self.messages.len() > self.max;
        if moved || !self.is_whole() {
            return false;
        }
        self.numbers = UidMap::default();
        for (number, uid) in (1..).zip(self.messages.keys()) {
            self.numbers.insert(SequenceNumber(number), *uid);
        }
        true
    }

    fn exists(&mut self, exists: u64) {
        self.is_moved |= exists != self.exists;
        self.is_lost |= exists < self.messages.len() as u64;
        self.is_too_large |= usize::try_from(exists).map_or(true, |exists| exists > self.max);
        self.exists = exists;
    }

    fn expunge(&mut self, number: SequenceNumber) {
        self.is_moved = true;
        self.exists = self.exists.saturating_sub(1);
        match self.numbers.uid(number) {
            Some(uid) => {
                self.messages.remove(&uid);
            }
            // As for FETCH.
            None => self.is_lost |= self.has_loose(),
        }
        self.numbers.expunge(number);
    }

    /// Whether there are messages whose UID is known, but not their number.
    fn has_loose(&self) -> bool {
        self.messages.len() > self.numbers.known()
    }

    fn vanish(&mut self, uids: &UidSet, earlier: bool) {
        let known = self.messages.len();
        self.remove(uids);
        if earlier {
            // Those that have a number now are there.
            self.is_lost |=
                known > self.messages.len() && self.messages.len() < self.numbers.known();
        } else {
            self.is_moved = true;
            self.exists = self.exists.saturating_sub(uids.len());
            self.numbers.vanish(uids);
            self.is_lost |= self.exists < self.messages.len() as u64;
        }
    }

    fn remove(&mut self, uids: &UidSet) {
        for range in uids.ranges() {
            let (a, b) = (range.first, range.last);
            let known = self.messages.range(Uid(a.min(b))..=Uid(a.max(b)));
            let gone: Vec<Uid> = known.map(|(uid, _)| *uid).collect();
            for uid in gone {
                self.messages.remove(&uid);
            }
        }
    }

    fn fetch(&mut self, fetch: &FetchResponse) {
        let Some(flags) = &fetch.flags else {
            return;
        };
        let Some(uid) = self.number(fetch) else {
            // It may be one whose UID is known, but not its number.
            self.is_lost |= self.has_loose();
            return;
        };
        if self.is_too_large {
            return;
        }
        self.messages.insert(uid, kept(flags));
        if self.messages.len() > self.max {
            self.give_up();
        }
    }

    /// The UID of a message by its number, if it is known.
    fn uid(&self, fetch: &FetchResponse) -> Option<Uid> {
        self.numbers.uid(fetch.sequence_number?)
    }

    /// The UID that a FETCH response is about; notes which number it has.
    fn number(&mut self, fetch: &FetchResponse) -> Option<Uid> {
        let uid = fetch.uid.or_else(|| self.uid(fetch))?;
        let number = fetch.sequence_number;
        if let Some(number) = number.filter(|number| u64::from(number.0) <= self.exists) {
            self.is_lost |= !self.numbers.insert(number, uid);
        }
        Some(uid)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::types::Flag;

    fn tracker(exists: u32) -> Tracker {
        Tracker::new(SelectionId::default(), exists, 100)
    }

    fn fetch(number: u32, uid: u32, flags: &[Flag]) -> Data {
        Data::Fetch(FetchResponse {
            sequence_number: (number != 0).then_some(SequenceNumber(number)),
            uid: (uid != 0).then_some(Uid(uid)),
            flags: Some(flags.iter().cloned().collect()),
            ..FetchResponse::default()
        })
    }

    fn vanished(earlier: bool, uids: &str) -> Data {
        let uids = uids.parse().unwrap();
        Data::Vanished { earlier, uids }
    }

    fn listed() -> Tracker {
        let mut tracker = tracker(3);
        for (number, uid) in [(1, 10), (2, 20), (3, 30)] {
            tracker.apply(&fetch(number, uid, &[Flag::Recent]));
        }
        tracker
    }

    fn uids(tracker: &Tracker) -> Vec<u32> {
        tracker.messages().keys().map(|uid| uid.0).collect()
    }

    #[test]
    fn a_listing_makes_it_whole() {
        let mut tracker = tracker(3);
        tracker.apply(&fetch(1, 10, &[]));
        assert!(!tracker.is_whole());
        let tracker = listed();
        assert!(tracker.is_whole());
        assert_eq!(uids(&tracker), [10, 20, 30]);
    }

    #[test]
    fn other_flags_are_a_change() {
        let tracker = listed();
        let changes = |data: &Data| match data {
            Data::Fetch(fetch) => tracker.is_changed_by(fetch),
            _ => false,
        };
        assert!(changes(&fetch(2, 0, &[Flag::Seen])));
        assert!(changes(&fetch(0, 20, &[Flag::Seen])));
        assert!(!changes(&fetch(2, 20, &[Flag::Recent])));
        assert!(!changes(&fetch(4, 40, &[Flag::Seen])), "it was not known");
    }

    #[test]
    fn expunge_shifts_numbers() {
        let mut tracker = listed();
        tracker.apply(&Data::Expunge(SequenceNumber(1)));
        tracker.apply(&fetch(1, 0, &[Flag::Seen]));
        tracker.apply(&Data::Expunge(SequenceNumber(2)));
        assert_eq!(uids(&tracker), [20]);
        assert!(tracker.is_whole());
        let seen: Flags = [Flag::Seen].into_iter().collect();
        assert_eq!(tracker.messages()[&Uid(20)], seen);
    }

    /// RFC 7162 §3.2.10: VANISHED takes the place of EXPUNGE, and counts down EXISTS; not so
    /// VANISHED (EARLIER).
    #[test]
    fn vanished_goes_by_uid() {
        let mut tracker = listed();
        tracker.apply(&vanished(false, "1:10,30"));
        assert_eq!(uids(&tracker), [20]);
        let mut tracker = listed();
        tracker.apply(&vanished(false, "20"));
        assert!(tracker.is_whole());
        tracker.apply(&vanished(true, "1:9,11:19"));
        assert!(tracker.is_whole());
        tracker.apply(&vanished(true, "1:19"));
        assert!(tracker.is_lost(), "the first message has the UID 10");
    }

    #[test]
    fn new_messages_are_unknown_until_their_uid_is_told() {
        let mut tracker = listed();
        tracker.apply(&Data::Exists(5));
        assert!(!tracker.is_whole() && !tracker.is_lost());
        // The flags of one whose UID is not known are of no use.
        tracker.apply(&fetch(5, 0, &[]));
        tracker.apply(&Data::Expunge(SequenceNumber(5)));
        assert!(!tracker.is_lost(), "it was none that is known");
        tracker.apply(&fetch(4, 40, &[]));
        assert!(tracker.is_whole());
        assert_eq!(uids(&tracker), [10, 20, 30, 40]);
    }

    #[test]
    fn what_cannot_be_followed_is_listed_anew() {
        let mut loose = listed();
        loose.apply(&Data::Exists(6));
        loose.apply(&fetch(0, 60, &[]));
        loose.apply(&Data::Expunge(SequenceNumber(5)));
        assert!(loose.is_lost(), "4, 5 or 6 has the UID 60");
        let mut other = listed();
        other.apply(&fetch(2, 21, &[]));
        assert!(other.is_lost(), "a number with two UIDs");
        let mut shrunk = listed();
        shrunk.apply(&Data::Exists(2));
        assert!(shrunk.is_lost());
        let anew = shrunk.anew();
        assert!(!anew.is_lost() && anew.messages().is_empty());
    }

    #[test]
    fn a_mailbox_beyond_the_limit_is_not_kept() {
        let mut large = tracker(101);
        assert!(large.is_too_large());
        large.apply(&fetch(1, 1, &[]));
        assert!(large.messages().is_empty());
        // A server that tells of more messages than there are.
        let mut lying = tracker(1);
        for uid in 1..=101 {
            lying.apply(&fetch(u32::MAX, uid, &[]));
        }
        assert!(lying.is_too_large() && lying.messages().is_empty());
    }

    #[test]
    fn what_was_known_is_added_if_it_adds_up() {
        let known = listed();
        let mut now = tracker(3);
        now.apply(&fetch(2, 30, &[Flag::Seen]));
        now.apply(&fetch(3, 40, &[]));
        assert!(now.add_known(known.messages(), &"10".parse().unwrap()));
        assert_eq!(uids(&now), [20, 30, 40]);
        now.apply(&Data::Expunge(SequenceNumber(1)));
        assert_eq!(uids(&now), [30, 40]);

        let mut short = tracker(4);
        let none = UidSet::from(Uid(0));
        assert!(!short.add_known(known.messages(), &none));
        let mut moved = tracker(3);
        moved.apply(&Data::Exists(4));
        moved.apply(&Data::Expunge(SequenceNumber(4)));
        assert!(!moved.add_known(known.messages(), &none));
    }

    /// A mailbox as the server has it, and what it tells of each change.
    #[derive(Clone, Debug)]
    enum Change {
        Arrives,
        Expunged(usize),
        Vanishes(usize),
        /// The flags of one change; told with its UID or without.
        Flagged(usize, bool, bool),
        /// A listing brings the next message.
        Listed,
    }

    fn change() -> impl Strategy<Value = Change> {
        prop_oneof![
            Just(Change::Arrives),
            (0..20_usize).prop_map(Change::Expunged),
            (0..20_usize).prop_map(Change::Vanishes),
            (0..20_usize, any::<bool>(), any::<bool>())
                .prop_map(|(at, seen, by_uid)| Change::Flagged(at, seen, by_uid)),
            Just(Change::Listed),
            Just(Change::Listed),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever the server tells in whatever order, what is known is true, unless it is known to be lost; and
        /// what is whole is all.
        #[test]
        fn what_is_known_is_true(changes in proptest::collection::vec(change(), 0..60)) {
            let mut server: Vec<(u32, bool)> = (1..=5).map(|uid| (uid * 10, false)).collect();
            let mut next = 60;
            let mut listed = 0;
            let mut tracker = tracker(5);
            for change in changes {
                let place = |at: usize| (!server.is_empty()).then(|| at % server.len().max(1));
                let number = |at: usize| u32::try_from(at + 1).unwrap();
                match change {
                    Change::Arrives => {
                        server.push((next, false));
                        next += 10;
                        tracker.apply(&Data::Exists(number(server.len() - 1)));
                    }
                    Change::Expunged(at) => if let Some(at) = place(at) {
                        server.remove(at);
                        listed -= usize::from(at < listed);
                        tracker.apply(&Data::Expunge(SequenceNumber(number(at))));
                    }
                    Change::Vanishes(at) => if let Some(at) = place(at) {
                        let (uid, _) = server.remove(at);
                        listed -= usize::from(at < listed);
                        tracker.apply(&vanished(false, &uid.to_string()));
                    }
                    Change::Flagged(at, seen, by_uid) => if let Some(at) = place(at) {
                        server[at].1 = seen;
                        let uid = if by_uid { server[at].0 } else { 0 };
                        let flags: &[Flag] = if seen { &[Flag::Seen] } else { &[] };
                        tracker.apply(&fetch(number(at), uid, flags));
                    }
                    Change::Listed => if let Some((uid, seen)) = server.get(listed) {
                        let flags: &[Flag] = if *seen { &[Flag::Seen] } else { &[] };
                        tracker.apply(&fetch(number(listed), *uid, flags));
                        listed += 1;
                    }
                }
                if tracker.is_lost() {
                    return Ok(());
                }
                for (uid, flags) in tracker.messages() {
                    let there = server.iter().find(|(there, _)| *there == uid.0);
                    prop_assert_eq!(there.map(|(_, seen)| *seen), Some(flags.contains(&Flag::Seen)));
                }
                prop_assert_eq!(tracker.is_whole(), tracker.messages().len() == server.len());
            }
        }
    }
}
