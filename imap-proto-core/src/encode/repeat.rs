//! Which commands may be given a second time when nobody knows what became of the first.

use super::{Effect, Pipelining, Request, Segment, name};

/// Commands that change nothing on the server, and may be answered twice.
const READERS: [&[u8]; 27] = [
    b"CAPABILITY",
    b"CHECK",
    b"CONVERSIONS",
    b"ESEARCH",
    b"GETACL",
    b"GETANNOTATION",
    b"GETJMAPACCESS",
    b"GETMETADATA",
    b"GETQUOTA",
    b"GETQUOTAROOT",
    b"ID",
    b"LIST",
    b"LISTRIGHTS",
    b"LSUB",
    b"MYRIGHTS",
    b"NAMESPACE",
    b"NOOP",
    b"RLIST",
    b"RLSUB",
    b"STATUS",
    b"UID CONVERT",
    b"UID FETCH",
    b"UID SEARCH",
    b"UID SORT",
    b"UID THREAD",
    b"UIDBATCHES",
    b"URLFETCH",
];

/// What a reader may do beside reading that is not to be done twice: `\Seen` by FETCH of a body
/// without PEEK, `$` by SEARCH with SAVE. What goes by message number is not known to mean the
/// same messages on another connection.
const UNREPEATABLE: u32 = Pipelining::WRITES_FLAGS
    | Pipelining::EXPUNGES
    | Pipelining::SAVES_RESULT
    | Pipelining::USES_SEQUENCE_NUMBERS
    | Pipelining::BARRIER;

impl Request {
    /// Says of a command of the caller's own that it may be given again on another connection
    /// when the first was lost with it, as it changes nothing; see
    /// [`is_repeatable`](Self::is_repeatable).
    #[must_use]
    pub fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Whether the command may be given again on another connection without harm: it changes
    /// nothing on the server, and means the same there. By the table of this crate: NOOP, LIST,
    /// STATUS, the readers of rights, quota and metadata; by UID, SEARCH, SORT, THREAD, and FETCH
    /// that does not set `\Seen`. Not what uses message numbers or `$`, or is kept up to date.
    ///
    /// ```
    /// use imap_proto_core::encode::{Append, AppendMessage, Command, Noop};
    ///
    /// assert!(Noop.request()?.is_repeatable());
    /// assert!(!Append::new("INBOX", AppendMessage::new("Subject: x\r\n\r\n")).request()?.is_repeatable());
    /// # Ok::<(), imap_proto_core::encode::SubmitError>(())
    /// ```
    pub fn is_repeatable(&self) -> bool {
        let lasting = self.pipelining.does & UNREPEATABLE != 0
            || !matches!(self.effect, Effect::None)
            || self.needs.saved_result
            || self.needs.match_data
            || self.segments.iter().any(is_of_this_connection);
        !lasting && (self.repeatable || self.is_reader())
    }

    /// Whether it works on the mailbox that is selected, and does not select another.
    pub(crate) fn uses_selected(&self) -> bool {
        let both = Pipelining::USES_SELECTED | Pipelining::SELECTS;
        self.pipelining.does & both == Pipelining::USES_SELECTED
    }

    fn is_reader(&self) -> bool {
        let words = name(&self.segments);
        let reads = |reader: &&[u8]| begins_with(words, reader);
        let by_uid = |reader: &&[u8]| reader.starts_with(b"UID");
        // Raw syntax has no class of its own, which would tell whether it sets `\Seen`.
        READERS
            .iter()
            .any(|reader| reads(reader) && (self.uses_selected() || !by_uid(reader)))
    }
}

/// Whether these are the first words of a command.
fn begins_with(words: &[u8], name: &[u8]) -> bool {
    let (first, rest) = words.split_at(name.len().min(words.len()));
    first.eq_ignore_ascii_case(name) && rest.first().is_none_or(|&next| next == b' ')
}

/// Octets that can be given once, and the tag of another command.
fn is_of_this_connection(segment: &Segment) -> bool {
    matches!(segment, Segment::Upload(_) | Segment::Tag(_))
}

#[cfg(test)]
mod tests {
    use crate::encode::*;
    use crate::types::{Flag, Section, SequenceNumber, Uid, UidSet};

    fn repeatable<C: Command>(command: C) -> bool {
        command.request().unwrap().is_repeatable()
    }

    fn body() -> FetchSection {
        FetchSection::new(Section::Full)
    }

    #[test]
    fn readers_are_repeatable() {
        let uids = || UidSet::from(Uid(1)..=Uid(9));
        assert!(repeatable(Noop));
        assert!(repeatable(Capability));
        assert!(repeatable(List::new("", "*")));
        assert!(repeatable(Status::new(
            "INBOX",
            StatusItems::new().messages()
        )));
        assert!(repeatable(UidFetch::new(
            uids(),
            FetchItems::new().flags().section(body())
        )));
        assert!(repeatable(UidSearch::new(SearchKey::all())));
        assert!(repeatable(GetQuotaRoot::new("INBOX")));
        assert!(repeatable(Namespace));
    }

    #[test]
    fn what_changes_something_is_not() {
        let uids = || UidSet::from(Uid(1)..=Uid(9));
        assert!(!repeatable(Append::new(
            "INBOX",
            AppendMessage::new("x\r\n")
        )));
        assert!(!repeatable(UidStore::new(
            uids(),
            StoreAction::add([Flag::Seen])
        )));
        assert!(!repeatable(UidCopy::new(uids(), "A")));
        assert!(!repeatable(UidMove::new(uids(), "A")));
        assert!(!repeatable(Expunge));
        assert!(!repeatable(UidExpunge::new(uids())));
        assert!(!repeatable(Create::new("A")));
        assert!(!repeatable(Delete::new("A")));
        assert!(!repeatable(Logout));
        assert!(!repeatable(Enable::new(["QRESYNC"])));
        assert!(!repeatable(Select::new("INBOX")));
        assert!(!repeatable(Close));
    }

    /// It sets `\Seen` (RFC 9051 §6.4.5).
    #[test]
    fn a_fetch_that_marks_as_seen_is_not() {
        let uids = UidSet::from(Uid(1));
        let items = FetchItems::new().section(body().peek(false));
        assert!(!repeatable(UidFetch::new(uids, items)));
    }

    /// The numbers, `$` and live results belong to one connection.
    #[test]
    fn what_means_something_else_on_another_connection_is_not() {
        let items = || FetchItems::new().flags();
        assert!(!repeatable(Fetch::new(SequenceNumber(1), items())));
        assert!(!repeatable(Search::<SequenceNumber>::new(SearchKey::all())));
        let saving = UidSearch::new(SearchKey::all()).returning(SearchReturn::new().save());
        assert!(!repeatable(saving));
        let kept = UidSearch::new(SearchKey::all()).returning(SearchReturn::new().all().update());
        assert!(!repeatable(kept));
    }

    /// Whether raw syntax sets `\Seen` is not known; its caller can say so.
    #[test]
    fn commands_of_the_callers_own_are_not_unless_said() {
        let raw = |name| Custom::new(Request::new(name).unwrap());
        assert!(repeatable(raw("STATUS")) && repeatable(raw("list")));
        assert!(!repeatable(raw("UID FETCH")));
        assert!(!repeatable(raw("STATUSES")) && !repeatable(raw("XFOO")));
        let said = Request::new("XFOO").unwrap().repeatable();
        assert!(repeatable(Custom::new(said)));
    }
}
