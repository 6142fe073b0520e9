//! What changed in a mailbox while there was no connection.

use std::collections::BTreeMap;

use crate::encode::SelectResponse;
use crate::session::{Error, ResyncMethod};
use crate::types::{Flag, Flags, MailboxName, ModSeq, Uid, UidSet, UidValidity};

/// What is known of the messages of the selected mailbox: those whose UID the server told, with
/// their flags but `\Recent`.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The mailbox.
    pub mailbox: MailboxName,
    /// Its UIDVALIDITY; another one makes the UIDs void (RFC 9051 §2.3.1.1).
    pub uid_validity: Option<UidValidity>,
    /// A mod-sequence up to which all is known; `None` where the mailbox has none (RFC 7162).
    pub mod_seq: Option<ModSeq>,
    /// The messages.
    pub messages: BTreeMap<Uid, Flags>,
}

/// What changed in the selected mailbox between the loss of a connection and the next one.
///
/// It is the difference between what was known of the mailbox before and what it is now. A message
/// that had come before but whose UID was not told, counts as new.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Changes {
    /// The mailbox.
    pub mailbox: MailboxName,
    /// How the changes were found; with [`Reset`](ResyncMethod::Reset), UIDVALIDITY is another,
    /// all that was known is gone and all that is there is new.
    pub method: ResyncMethod,
    /// Messages that were known and are gone.
    pub vanished: UidSet,
    /// Messages that were not known, with their flags; ascending.
    pub new: Vec<(Uid, Flags)>,
    /// Messages that were known with other flags, with those that they have now; ascending.
    pub flags: Vec<(Uid, Flags)>,
    /// The answer of SELECT or EXAMINE.
    pub selected: SelectResponse,
}

/// A connection that was made anew.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reconnected {
    /// How many attempts it took.
    pub attempts: u32,
    /// What became of the mailbox that was selected.
    pub mailbox: Reselection,
}

/// What became of the mailbox that was selected when the connection was lost.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Reselection {
    /// None was.
    None,
    /// It is selected again, and this changed in it.
    Compared(Box<Changes>),
    /// It is selected again; what changed is not known, as it is too large to be compared or that
    /// is turned off.
    Selected(Box<SelectResponse>),
    /// It could not be selected: it is gone, or may not be read any more. No mailbox is selected.
    Failed(Error),
}

impl Reselection {
    /// The changes, if they are known.
    pub fn changes(&self) -> Option<&Changes> {
        match self {
            Self::Compared(changes) => Some(changes),
            _ => None,
        }
    }
}

/// What is gone, what is new, and what has other flags.
pub(super) struct Difference {
    pub(super) vanished: UidSet,
    pub(super) new: Vec<(Uid, Flags)>,
    pub(super) flags: Vec<(Uid, Flags)>,
}

impl Difference {
    pub(super) fn between(before: &BTreeMap<Uid, Flags>, now: &BTreeMap<Uid, Flags>) -> Self {
        let mut difference = Self {
            vanished: gone(before, now),
            new: Vec::new(),
            flags: Vec::new(),
        };
        for (uid, flags) in now {
            match before.get(uid) {
                None => difference.new.push((*uid, flags.clone())),
                Some(known) if !same(known, flags) => difference.flags.push((*uid, flags.clone())),
                Some(_) => {}
            }
        }
        difference
    }

    /// Nothing of what was known holds.
    pub(super) fn reset(before: &BTreeMap<Uid, Flags>, now: &BTreeMap<Uid, Flags>) -> Self {
        let mut difference = Self::between(&BTreeMap::new(), now);
        difference.vanished = before.keys().copied().collect();
        difference
    }
}

fn gone(before: &BTreeMap<Uid, Flags>, now: &BTreeMap<Uid, Flags>) -> UidSet {
    let gone = before.keys().filter(|uid| !now.contains_key(*uid));
    gone.copied().collect()
}

/// Flags as they are kept: `\Recent` is of one session (RFC 3501 §2.3.2).
pub(super) fn kept(flags: &Flags) -> Flags {
    let mut flags = flags.detach();
    flags.remove(&Flag::Recent);
    flags
}

/// Whether they hold the same flags, in whatever order.
pub(super) fn same(a: &Flags, b: &Flags) -> bool {
    a == b || (a.len() == b.len() && a.iter().all(|flag| b.contains(&flag)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(list: &[(u32, &[&str])]) -> BTreeMap<Uid, Flags> {
        let flags = |names: &[&str]| names.iter().map(|name| Flag::from(*name)).collect();
        let message = |(uid, names): &(u32, &[&str])| (Uid(*uid), flags(names));
        list.iter().map(message).collect()
    }

    #[test]
    fn the_difference_is_what_is_gone_new_and_other() {
        let before = messages(&[(1, &[]), (2, &["\\Seen"]), (3, &["a", "b"]), (5, &["a"])]);
        let now = messages(&[
            (2, &[]),
            (3, &["B", "A"]),
            (5, &["a", "b"]),
            (9, &["\\Seen"]),
        ]);
        let difference = Difference::between(&before, &now);
        assert_eq!(difference.vanished.to_string(), "1");
        let uids = |list: &[(Uid, Flags)]| list.iter().map(|(uid, _)| uid.0).collect::<Vec<_>>();
        assert_eq!(uids(&difference.new), [9]);
        assert_eq!(
            uids(&difference.flags),
            [2, 5],
            "order and case do not count"
        );
    }

    #[test]
    fn after_a_reset_all_is_gone_and_all_is_new() {
        let before = messages(&[(1, &[]), (2, &[])]);
        let now = messages(&[(1, &[])]);
        let difference = Difference::reset(&before, &now);
        assert_eq!(difference.vanished.to_string(), "1:2");
        assert_eq!(difference.new, [(Uid(1), Flags::default())]);
        assert!(difference.flags.is_empty());
    }

    #[test]
    fn recent_is_not_kept() {
        let flags: Flags = [Flag::Recent, Flag::Seen].into_iter().collect();
        assert_eq!(kept(&flags), [Flag::Seen].into_iter().collect());
    }
}
