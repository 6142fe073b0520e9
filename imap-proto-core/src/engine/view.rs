//! What is known of the selected mailbox (RFC 9051 §2.3, FEATURES §7).

use super::SelectionId;
use super::uid_map::UidMap;
use crate::types::{
    AnnotationSupport, ByteString, Code, Condition, Data, FetchResponse, Flags, MailboxName,
    ModSeq, ResponseText, SequenceNumber, Tolerance, Uid, UidValidity,
};

/// The selected mailbox, always up to date with what was received.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MailboxView {
    /// Which selection this is.
    pub selection: SelectionId,
    /// The name, as it was selected.
    pub mailbox: MailboxName,
    /// Whether nothing can be changed.
    pub read_only: bool,
    /// The number of messages.
    pub exists: u32,
    /// The number of messages with `\Recent` (RFC 3501).
    pub recent: Option<u32>,
    /// The first unseen message when it was selected (RFC 3501).
    pub unseen: Option<SequenceNumber>,
    /// The flags in use.
    pub flags: Flags,
    /// The flags that can be changed for good; `None`: all (RFC 9051 §7.1).
    pub permanent_flags: Option<Flags>,
    /// UIDVALIDITY; without it UIDs mean nothing beyond this selection.
    pub uid_validity: Option<UidValidity>,
    /// The least UID that a new message can get, as far as is known.
    pub uid_next: Option<Uid>,
    /// The highest mod-sequence that is safe to resume from (RFC 7162 §3.1.2).
    pub highest_mod_seq: Option<ModSeq>,
    /// The object identifier of the mailbox (RFC 8474 §4).
    pub mailbox_id: Option<ByteString>,
    /// What can be done with annotations of its messages (RFC 5257 §4.1); `None`: nothing, as far
    /// as is known.
    pub annotations: Option<AnnotationSupport>,
    /// UIDs do not outlive this session (RFC 4315 §3).
    pub uid_not_sticky: bool,
    /// The highest mod-sequence when it was selected: what came later is not counted in.
    pub mod_seq_then: Option<ModSeq>,
    /// It was selected by EXAMINE.
    examined: bool,
    /// Which UID each message number has, as far as it was told.
    uids: UidMap,
    /// The highest mod-sequence seen since the last tagged response.
    seen_mod_seq: Option<ModSeq>,
    /// Whether HIGHESTMODSEQ came since the last tagged response.
    told_mod_seq: Option<ModSeq>,
}

impl MailboxView {
    pub(super) fn new(selection: SelectionId, mailbox: MailboxName, read_only: bool) -> Self {
        Self {
            selection,
            mailbox,
            read_only,
            exists: 0,
            recent: None,
            unseen: None,
            flags: Flags::default(),
            permanent_flags: None,
            uid_validity: None,
            uid_next: None,
            highest_mod_seq: None,
            mailbox_id: None,
            annotations: None,
            uid_not_sticky: false,
            mod_seq_then: None,
            examined: read_only,
            uids: UidMap::default(),
            seen_mod_seq: None,
            told_mod_seq: None,
        }
    }

    /// Whether it can only be read although it was selected by SELECT.
    pub fn turned_read_only(&self) -> bool {
        self.read_only && !self.examined
    }

    /// Takes an untagged response in; what was odd about it, if anything.
    pub(super) fn update(&mut self, data: &Data, selecting: bool) -> Option<Tolerance> {
        match data {
            Data::Exists(exists) => {
                let shrank = *exists < self.exists;
                if shrank {
                    self.uids = UidMap::default();
                }
                self.exists = *exists;
                (shrank && !selecting).then_some(Tolerance::ExistsShrank)
            }
            Data::Recent(recent) => {
                self.recent = Some(*recent);
                None
            }
            Data::Expunge(number) => self.expunge(*number),
            Data::Vanished {
                earlier: false,
                uids,
            } => {
                let gone = u32::try_from(uids.len()).unwrap_or(u32::MAX);
                let odd = gone > self.exists;
                self.exists = self.exists.saturating_sub(gone);
                self.uids.vanish(uids);
                // One that vanished was none, or is named twice: no number can be trusted.
                let beyond = self.uids.end() > self.exists as usize;
                if beyond {
                    self.uids = UidMap::default();
                }
                (odd || beyond).then_some(Tolerance::NumberOutOfRange)
            }
            Data::Flags(flags) => {
                self.flags = flags.detach();
                None
            }
            Data::Fetch(fetch) => self.fetch(fetch),
            Data::Condition {
                condition: Condition::Ok | Condition::No,
                text,
            } => self.code(text, selecting),
            _ => None,
        }
    }

    /// Takes a FETCH response in.
    pub(super) fn fetch(&mut self, fetch: &FetchResponse) -> Option<Tolerance> {
        if let Some(uid) = fetch.uid
            && let Some(next) = self.uid_next
            && uid >= next
        {
            self.uid_next = uid.0.checked_add(1).map(Uid);
        }
        if let Some(mod_seq) = fetch.mod_seq {
            self.seen_mod_seq = self.seen_mod_seq.max(Some(mod_seq));
        }
        let number = fetch.sequence_number?;
        if number.0 == 0 || number.0 > self.exists {
            return Some(Tolerance::NumberOutOfRange);
        }
        if let Some(uid) = fetch.uid {
            self.uids.insert(number, uid);
        }
        None
    }

    /// The UID of a message, if the server told it.
    pub fn uid(&self, number: SequenceNumber) -> Option<Uid> {
        self.uids.uid(number)
    }

    /// The number of a message now, if the server told its UID.
    pub fn sequence_number(&self, uid: Uid) -> Option<SequenceNumber> {
        self.uids.number(uid)
    }

    /// Takes the code of a tagged response in, and settles the mod-sequence (RFC 7162 §3.1.2).
    pub(super) fn tagged(&mut self, text: &ResponseText, selecting: bool) -> Option<Tolerance> {
        let odd = self.code(text, selecting);
        let seen = self.seen_mod_seq.take();
        if let Some(told) = self.told_mod_seq.take() {
            self.highest_mod_seq = Some(told);
        } else if self.highest_mod_seq.is_some() {
            self.highest_mod_seq = self.highest_mod_seq.max(seen);
        }
        if selecting {
            self.mod_seq_then = self.highest_mod_seq;
        }
        odd
    }

    fn expunge(&mut self, number: SequenceNumber) -> Option<Tolerance> {
        if number.0 == 0 || number.0 > self.exists {
            return Some(Tolerance::NumberOutOfRange);
        }
        self.exists -= 1;
        self.uids.expunge(number);
        None
    }

    fn code(&mut self, text: &ResponseText, selecting: bool) -> Option<Tolerance> {
        match text.code.as_ref()? {
            // 0 is no mod-sequence, and there are 63 bits (RFC 7162 §7).
            Code::HighestModSeq(ModSeq(0 | 0x8000_0000_0000_0000..))
            | Code::UidNext(Uid(0))
            | Code::Unseen(SequenceNumber(0)) => {}
            Code::HighestModSeq(mod_seq) => self.told_mod_seq = Some(*mod_seq),
            Code::MailboxId(id) if selecting => self.mailbox_id = Some(id.detach()),
            Code::Annotations(support) => self.annotations = Some(*support),
            Code::NoModSeq => {
                self.highest_mod_seq = None;
                self.mod_seq_then = None;
                self.told_mod_seq = None;
            }
            Code::PermanentFlags(flags) => self.permanent_flags = Some(flags.detach()),
            Code::ReadOnly => self.read_only = true,
            Code::ReadWrite => self.read_only = false,
            Code::UidNext(uid) => self.uid_next = Some(*uid),
            Code::UidNotSticky => self.uid_not_sticky = true,
            Code::UidValidity(validity) => {
                let before = self.uid_validity.replace(*validity);
                let changed = !selecting && before.is_some_and(|before| before != *validity);
                if changed {
                    self.uids = UidMap::default();
                }
                return changed.then_some(Tolerance::UidValidityChanged);
            }
            Code::Unseen(number) => self.unseen = Some(*number),
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> MailboxView {
        MailboxView::new(SelectionId(1), MailboxName::from("INBOX"), false)
    }

    #[test]
    fn expunge_of_a_number_beyond_exists_changes_nothing() {
        let mut view = view();
        assert_eq!(view.update(&Data::Exists(2), true), None);
        for number in [0, 3, u32::MAX] {
            let odd = view.update(&Data::Expunge(SequenceNumber(number)), false);
            assert_eq!(odd, Some(Tolerance::NumberOutOfRange));
        }
        assert_eq!(view.update(&Data::Expunge(SequenceNumber(2)), false), None);
        assert_eq!(view.exists, 1);
    }

    #[test]
    fn a_mailbox_that_turns_read_only_is_told_from_an_examined_one() {
        let read_only = Data::Condition {
            condition: Condition::Ok,
            text: ResponseText {
                code: Some(Code::ReadOnly),
                ..ResponseText::default()
            },
        };
        let mut view = view();
        assert!(!view.turned_read_only());
        view.update(&read_only, false);
        assert!(view.turned_read_only());
        let mut examined = MailboxView::new(SelectionId(2), MailboxName::from("INBOX"), true);
        examined.update(&read_only, false);
        assert!(examined.read_only && !examined.turned_read_only());
    }

    /// Found by fuzzing: 60 messages, of which the last has the UID 600, and one vanishes that is none of them.
    #[test]
    fn no_number_is_known_beyond_exists_when_a_message_vanishes_that_was_none() {
        let mut view = view();
        view.update(&Data::Exists(60), true);
        view.fetch(&FetchResponse {
            sequence_number: Some(SequenceNumber(60)),
            uid: Some(Uid(600)),
            ..Default::default()
        });
        assert_eq!(view.uid(SequenceNumber(60)), Some(Uid(600)));
        let vanished = |uids: &str| Data::Vanished {
            earlier: false,
            uids: uids.parse().unwrap(),
        };
        let odd = view.update(&vanished("601"), false);
        assert_eq!(odd, Some(Tolerance::NumberOutOfRange));
        assert_eq!((view.exists, view.uid(SequenceNumber(60))), (59, None));
    }

    /// Found by fuzzing: EXISTS twice before the mailbox is selected, and a UID between.
    #[test]
    fn no_number_is_known_beyond_exists_while_selecting() {
        let mut view = view();
        view.update(&Data::Exists(5), true);
        view.fetch(&FetchResponse {
            sequence_number: Some(SequenceNumber(5)),
            uid: Some(Uid(12)),
            ..Default::default()
        });
        assert_eq!(view.update(&Data::Exists(3), true), None);
        assert_eq!(view.uid(SequenceNumber(5)), None);
    }

    #[test]
    fn exists_that_shrinks_is_told() {
        let mut view = view();
        view.update(&Data::Exists(5), true);
        assert_eq!(
            view.update(&Data::Exists(4), false),
            Some(Tolerance::ExistsShrank)
        );
    }

    fn told(mod_seq: u64) -> ResponseText {
        let code = Some(Code::HighestModSeq(ModSeq(mod_seq)));
        ResponseText {
            code,
            ..ResponseText::default()
        }
    }

    /// RFC 7162 §3.1.2: seen mod-sequences count from the next tagged response on, and
    /// HIGHESTMODSEQ wins even if it is lower.
    #[test]
    fn highest_mod_seq_settles_at_tagged_responses() {
        let mut view = view();
        view.tagged(&told(10), true);
        assert_eq!(view.mod_seq_then, Some(ModSeq(10)));
        let mut fetch = FetchResponse {
            mod_seq: Some(ModSeq(20)),
            ..Default::default()
        };
        view.fetch(&fetch);
        assert_eq!(view.highest_mod_seq, Some(ModSeq(10)));
        view.tagged(&ResponseText::default(), false);
        assert_eq!(view.highest_mod_seq, Some(ModSeq(20)));
        fetch.mod_seq = Some(ModSeq(30));
        view.fetch(&fetch);
        view.tagged(&told(25), false);
        assert_eq!(view.highest_mod_seq, Some(ModSeq(25)));
        assert_eq!(view.mod_seq_then, Some(ModSeq(10)));
    }
}
