//! What a mailbox must hold, by the endings of the commands that changed it.

use std::collections::BTreeMap;

use imap_proto_core::types::Uid;

use super::Kind;

/// The messages of one mailbox, by the number that stands in each.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    messages: BTreeMap<u64, Message>,
}

/// A message by what is known of it.
#[derive(Clone, Copy, Debug)]
struct Message {
    fate: Fate,
    uid: Option<Uid>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Its APPEND has no answer, or not yet.
    Sent,
    /// Its APPEND was answered OK.
    Stored,
    /// Its APPEND was refused, or not sent.
    Refused,
    /// Its removal has no answer, or not yet.
    Removing,
    /// Its removal was answered OK.
    Removed,
}

/// A message as a mailbox has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its UID.
    pub uid: Uid,
    /// The number that stands in it; `None` where its octets are not those of the message with that number.
    pub number: Option<u64>,
}

/// What is wrong with a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which of the five.
    pub kind: Kind,
    /// In words.
    pub text: String,
}

impl Ledger {
    /// An APPEND is submitted.
    pub fn send(&mut self, number: u64) {
        self.set(number, Fate::Sent, None);
    }

    /// An APPEND was answered OK.
    pub fn stored(&mut self, number: u64, uid: Option<Uid>) {
        self.set(number, Fate::Stored, uid);
    }

    /// An APPEND was refused, or was not sent.
    pub fn refused(&mut self, number: u64) {
        self.set(number, Fate::Refused, None);
    }

    /// The removal of a message is submitted.
    pub fn remove(&mut self, number: u64) {
        self.change(number, Fate::Removing);
    }

    /// The removal of a message was answered OK.
    pub fn removed(&mut self, number: u64) {
        self.change(number, Fate::Removed);
    }

    /// The messages that must be there, and their UIDs where they are known.
    pub fn there(&self) -> Vec<(u64, Uid)> {
        self.with(Fate::Stored)
    }

    /// How many messages the mailbox has, at least and at most.
    pub fn bounds(&self) -> (u32, u32) {
        let count = |is: fn(Fate) -> bool| {
            let those = self.messages.values().filter(|message| is(message.fate));
            u32::try_from(those.count()).unwrap_or(u32::MAX)
        };
        let least = count(|fate| fate == Fate::Stored);
        let open = count(|fate| matches!(fate, Fate::Sent | Fate::Removing));
        (least, least + open)
    }

    /// The messages whose removal has no answer, and that were seen once: it may be tried again.
    pub fn unremoved(&self) -> Vec<(u64, Uid)> {
        self.with(Fate::Removing)
    }

    /// Exchanges the UIDs of two messages: as if the answers of their commands had been.
    pub fn exchange(&mut self, one: u64, other: u64) {
        let uid = |ledger: &Self, number| ledger.messages.get(&number).and_then(|m| m.uid);
        let (first, second) = (uid(self, one), uid(self, other));
        self.set(one, Fate::Stored, second);
        self.set(other, Fate::Stored, first);
    }

    /// Compares it with a mailbox. What was open and is there is known from now on; what was open and is not there stays
    /// so, as a server may still be at work for a connection that is gone.
    pub fn compare(&mut self, listed: &[Listed]) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut found: BTreeMap<u64, Vec<Uid>> = BTreeMap::new();
        for message in listed {
            match message
                .number
                .filter(|number| self.messages.contains_key(number))
            {
                Some(number) => found.entry(number).or_default().push(message.uid),
                None => problems.push(Problem {
                    kind: Kind::Misattributed,
                    text: format!("{message:?} was never written so"),
                }),
            }
        }
        for (number, message) in &mut self.messages {
            let uids = found.get(number).map_or(&[][..], Vec::as_slice);
            problems.extend(message.compare(*number, uids));
        }
        problems
    }

    fn with(&self, fate: Fate) -> Vec<(u64, Uid)> {
        let those = self
            .messages
            .iter()
            .filter(|(_, message)| message.fate == fate);
        those
            .filter_map(|(number, message)| Some((*number, message.uid?)))
            .collect()
    }

    fn set(&mut self, number: u64, fate: Fate, uid: Option<Uid>) {
        self.messages.insert(number, Message { fate, uid });
    }

    fn change(&mut self, number: u64, fate: Fate) {
        if let Some(message) = self.messages.get_mut(&number) {
            message.fate = fate;
        }
    }
}

impl Message {
    fn compare(&mut self, number: u64, uids: &[Uid]) -> Option<Problem> {
        let problem = |kind, text: &str| {
            let text = format!("message {number} {text}: UIDs {uids:?}, known as {self:?}");
            Some(Problem { kind, text })
        };
        match (self.fate, uids) {
            (_, [_, _, ..]) => problem(Kind::Duplicated, "is there more than once"),
            (Fate::Stored, []) => problem(Kind::Lost, "is gone"),
            (Fate::Refused, [_]) => problem(Kind::Misattributed, "is there though it was refused"),
            (Fate::Removed, [_]) => problem(Kind::Misattributed, "is there though it was removed"),
            (Fate::Stored, [uid]) if self.uid.is_some_and(|known| known != *uid) => {
                problem(Kind::Misattributed, "has another UID than its answer said")
            }
            (Fate::Sent | Fate::Stored, [uid]) => {
                (self.fate, self.uid) = (Fate::Stored, Some(*uid));
                None
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(uid: u32, number: u64) -> Listed {
        Listed {
            uid: Uid(uid),
            number: Some(number),
        }
    }

    /// Two stored, one open, one refused, one removed.
    fn ledger() -> Ledger {
        let mut ledger = Ledger::default();
        for number in 1..=5 {
            ledger.send(number);
        }
        ledger.stored(1, Some(Uid(11)));
        ledger.stored(2, None);
        ledger.refused(4);
        ledger.stored(5, Some(Uid(15)));
        ledger.remove(5);
        ledger.removed(5);
        ledger
    }

    fn kinds(listing: &[Listed]) -> Vec<Kind> {
        let problems = ledger().compare(listing);
        problems.into_iter().map(|problem| problem.kind).collect()
    }

    #[test]
    fn a_mailbox_as_it_must_be_has_no_problem() {
        assert_eq!(kinds(&[listed(11, 1), listed(12, 2)]), []);
        assert_eq!(kinds(&[listed(11, 1), listed(12, 2), listed(13, 3)]), []);
        assert_eq!(ledger().bounds(), (2, 3));
    }

    #[test]
    fn an_acknowledged_message_that_is_not_there_is_lost() {
        assert_eq!(kinds(&[listed(12, 2)]), [Kind::Lost]);
        assert_eq!(kinds(&[]), [Kind::Lost, Kind::Lost]);
    }

    #[test]
    fn a_message_that_is_there_twice_is_duplicated() {
        let twice = [listed(11, 1), listed(12, 2), listed(13, 1)];
        assert_eq!(kinds(&twice), [Kind::Duplicated]);
        let unanswered_twice = [listed(11, 1), listed(12, 2), listed(13, 3), listed(14, 3)];
        assert_eq!(kinds(&unanswered_twice), [Kind::Duplicated]);
    }

    #[test]
    fn what_does_not_fit_its_ending_is_misattributed() {
        let good = [listed(11, 1), listed(12, 2)];
        let strange = Listed {
            uid: Uid(13),
            number: None,
        };
        for wrong in [listed(13, 4), listed(15, 5), listed(13, 99), strange] {
            let listing = [good[0], good[1], wrong];
            assert_eq!(kinds(&listing), [Kind::Misattributed], "{wrong:?}");
        }
        assert_eq!(
            kinds(&[listed(12, 1), listed(11, 2)]),
            [Kind::Misattributed]
        );
    }

    #[test]
    fn what_was_open_and_is_seen_is_known() {
        let mut ledger = ledger();
        let all = [listed(11, 1), listed(12, 2), listed(13, 3)];
        assert_eq!(ledger.compare(&all), []);
        assert_eq!(ledger.there(), [(1, Uid(11)), (2, Uid(12)), (3, Uid(13))]);
        let problems = ledger.compare(&all[..2]);
        assert_eq!(problems[0].kind, Kind::Lost);
    }
}
