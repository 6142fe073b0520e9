//! A session's view of its selected mailbox: message numbers, and what it was told so far.

use super::set::Set;
use super::store::{Mailbox, Message};
use super::syntax::Malformed;
use std::collections::BTreeSet;
use std::fmt::Write;

/// The selected mailbox as one session knows it.
#[derive(Debug)]
pub(super) struct View {
    /// The mailbox, by its UIDVALIDITY.
    pub(super) uid_validity: u32,
    /// Whether it was opened by EXAMINE.
    pub(super) read_only: bool,
    /// Messages in order of their numbers.
    messages: Vec<Known>,
    recent: BTreeSet<u32>,
    keywords: usize,
    /// The mailbox's mod-sequence when everything was told.
    complete: u64,
}

/// A message that the session was told of.
#[derive(Debug, Clone, Copy)]
struct Known {
    uid: u32,
    /// The mod-sequence at which it was told the flags.
    modseq: u64,
}

impl View {
    /// Opens a mailbox.
    pub(super) fn open(mailbox: &mut Mailbox, read_only: bool) -> Self {
        let mut view = Self {
            uid_validity: mailbox.uid_validity,
            read_only,
            messages: Vec::new(),
            recent: BTreeSet::new(),
            keywords: mailbox.keywords.len(),
            complete: mailbox.modseq,
        };
        view.add_new(mailbox);
        view
    }

    /// How many messages the session knows.
    pub(super) fn exists(&self) -> usize {
        self.messages.len()
    }

    /// How many are recent to this session.
    pub(super) fn recent(&self) -> usize {
        self.recent.len()
    }

    /// Whether a message is recent to this session.
    pub(super) fn is_recent(&self, uid: u32) -> bool {
        self.recent.contains(&uid)
    }

    /// UIDs in order of message numbers.
    pub(super) fn uids(&self) -> impl Iterator<Item = u32> {
        self.messages.iter().map(|known| known.uid)
    }

    /// Numbers and UIDs of a set's messages, ascending; message numbers must exist, UIDs need not.
    pub(super) fn resolve(&self, set: &Set, by_uid: bool) -> Result<Vec<(u32, u32)>, Malformed> {
        let count = u32::try_from(self.messages.len()).unwrap_or(u32::MAX);
        if !by_uid && set.largest() > count {
            return Err(Malformed("no such message"));
        }
        let largest = if by_uid {
            self.messages.last().map_or(0, |known| known.uid)
        } else {
            count
        };
        let numbered = (1..).zip(self.uids());
        Ok(numbered
            .filter(|(number, uid)| set.contains(if by_uid { *uid } else { *number }, largest))
            .collect())
    }

    /// Notes that the session was told of a message's flags.
    pub(super) fn told(&mut self, message: &Message) {
        if let Some(known) = self.known(message.uid) {
            known.modseq = message.modseq;
        }
    }

    /// Whether the session knows the message's present flags.
    pub(super) fn is_told(&mut self, message: &Message) -> bool {
        self.known(message.uid)
            .is_some_and(|known| known.modseq >= message.modseq)
    }

    /// Writes what changed since the session was told last: EXPUNGE where `may_expunge`, EXISTS, RECENT, FETCH.
    pub(super) fn updates(
        &mut self,
        mailbox: &mut Mailbox,
        may_expunge: bool,
        modseqs: bool,
    ) -> String {
        let mut out = String::new();
        if self.complete == mailbox.modseq {
            return out;
        }
        if may_expunge {
            self.complete = mailbox.modseq;
            self.expunges(mailbox, &mut out);
        }
        if self.add_new(mailbox) {
            let _ = write!(
                out,
                "* {} EXISTS\r\n* {} RECENT\r\n",
                self.exists(),
                self.recent()
            );
        }
        if self.keywords != mailbox.keywords.len() {
            self.keywords = mailbox.keywords.len();
            let _ = write!(out, "* FLAGS ({})\r\n", mailbox.flags());
        }
        for index in 0..self.messages.len() {
            let Known { uid, modseq } = self.messages[index];
            let Some(message) = mailbox
                .message(uid)
                .filter(|message| message.modseq > modseq)
            else {
                continue;
            };
            self.messages[index].modseq = message.modseq;
            let _ = write!(
                out,
                "* {} FETCH (UID {uid} FLAGS ({})",
                index + 1,
                self.flags(message)
            );
            if modseqs {
                let _ = write!(out, " MODSEQ ({})", message.modseq);
            }
            out.push_str(")\r\n");
        }
        out
    }

    /// Flags of a message as this session sees them.
    pub(super) fn flags(&self, message: &Message) -> String {
        let recent = self.is_recent(message.uid).then_some("\\Recent");
        recent
            .into_iter()
            .chain(message.flags.iter().map(String::as_str))
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn known(&mut self, uid: u32) -> Option<&mut Known> {
        let at = self
            .messages
            .binary_search_by_key(&uid, |known| known.uid)
            .ok()?;
        self.messages.get_mut(at)
    }

    fn expunges(&mut self, mailbox: &mut Mailbox, out: &mut String) {
        let mut number = 1;
        let recent = &mut self.recent;
        self.messages.retain(|known| {
            let exists = mailbox.message(known.uid).is_some();
            if exists {
                number += 1;
            } else {
                recent.remove(&known.uid);
                let _ = write!(out, "* {number} EXPUNGE\r\n");
            }
            exists
        });
    }

    /// Takes messages in that the session does not know, and says whether there were any.
    fn add_new(&mut self, mailbox: &mut Mailbox) -> bool {
        let last = self.messages.last().map_or(0, |known| known.uid);
        let before = self.messages.len();
        for message in mailbox.messages.iter().filter(|message| message.uid > last) {
            self.messages.push(Known {
                uid: message.uid,
                modseq: message.modseq,
            });
            if message.uid >= mailbox.recent_from {
                self.recent.insert(message.uid);
            }
        }
        if !self.read_only {
            mailbox.recent_from = mailbox.uid_next;
        }
        self.messages.len() > before
    }
}
