//! What SEARCH looks for (RFC 9051 §6.4.4, RFC 3501 §6.4.4, and the extensions named).

use std::ops::{BitAnd, BitOr, Not};

use bytes::Bytes;
use chrono::{Datelike, NaiveDate};

use super::annotation::check_entry_match;
use super::select::check_mod_seq;
use super::{Request, Segment, SubmitError, is_atom};
use crate::types::{
    ByteString, Flag, MONTHS, MailboxName, ModSeq, NumberSet, SequenceSet, Uid, UidSet,
};

/// A condition on messages. Combine them with `&`, `|` and `!`.
///
/// ```
/// use imap_proto_core::encode::SearchKey;
/// use chrono::NaiveDate;
/// let since = NaiveDate::from_ymd_opt(1994, 2, 1).expect("a date");
/// let key = SearchKey::flagged() & SearchKey::since(since) & !SearchKey::sender("Smith");
/// let unread_or_large = !SearchKey::seen() | SearchKey::larger(1_000_000);
/// ```
///
/// Text is matched by the server, mostly as a substring in any case. Text that is not ASCII is
/// sent as UTF-8. Days have no time zone: they are the server's (RFC 9051 §6.4.4).
#[derive(Clone, Debug)]
pub struct SearchKey {
    segments: Vec<Segment>,
    /// Whether several keys stand side by side.
    several: bool,
    traits: Traits,
    error: Option<SubmitError>,
}

/// What a key needs or does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Traits {
    /// It has text that is not ASCII.
    pub(super) utf8: bool,
    /// It reads flags.
    pub(super) flags: bool,
    /// It names messages by sequence number.
    pub(super) numbers: bool,
    /// It names the highest message.
    pub(super) highest: bool,
}

macro_rules! simple {
    ($flags:literal: $($(#[$meta:meta])* $name:ident = $wire:literal;)*) => {
        $($(#[$meta])*
        pub fn $name() -> Self {
            Self::simple($wire, $flags)
        })*
    };
}

/// Keys without arguments.
impl SearchKey {
    simple! { false:
        /// `ALL`: every message.
        all = "ALL";
        /// `SAVEDATESUPPORTED`: messages whose save date is known, or may be (RFC 8514 §4.3).
        save_date_supported = "SAVEDATESUPPORTED";
        /// `$`: what the last SEARCH with SAVE found (RFC 5182).
        saved_result = "$";
    }
    simple! { true:
        /// `ANSWERED`
        answered = "ANSWERED";
        /// `DELETED`
        deleted = "DELETED";
        /// `DRAFT`
        draft = "DRAFT";
        /// `FLAGGED`
        flagged = "FLAGGED";
        /// `SEEN`
        seen = "SEEN";
        /// `UNANSWERED`
        unanswered = "UNANSWERED";
        /// `UNDELETED`
        undeleted = "UNDELETED";
        /// `UNDRAFT`
        undraft = "UNDRAFT";
        /// `UNFLAGGED`
        unflagged = "UNFLAGGED";
        /// `UNSEEN`
        unseen = "UNSEEN";
        /// `NEW`: recent and not seen (RFC 3501).
        new_messages = "NEW";
        /// `OLD`: not recent (RFC 3501).
        old = "OLD";
        /// `RECENT` (RFC 3501).
        recent = "RECENT";
    }
}

macro_rules! with_text {
    ($($(#[$meta:meta])* $name:ident = $wire:literal;)*) => {
        /// Keys with text.
        impl SearchKey {
            $($(#[$meta])*
            pub fn $name(text: impl Into<ByteString>) -> Self {
                Self::text_key($wire, text.into())
            })*
        }
    };
}

with_text! {
    /// `BCC`
    bcc = "BCC ";
    /// `BODY`: text of the body, not of the header.
    body = "BODY ";
    /// `CC`
    cc = "CC ";
    /// `FROM`
    sender = "FROM ";
    /// `SUBJECT`
    subject = "SUBJECT ";
    /// `TEXT`: text anywhere in the message.
    text = "TEXT ";
    /// `TO`
    to = "TO ";
    /// `X-GM-RAW`: the search syntax of Gmail's own pages (X-GM-EXT-1).
    gmail_raw = "X-GM-RAW ";
}

macro_rules! with_date {
    ($($(#[$meta:meta])* $name:ident = $wire:literal;)*) => {
        /// Keys with a day.
        impl SearchKey {
            $($(#[$meta])*
            pub fn $name(day: NaiveDate) -> Self {
                Self::date_key($wire, day)
            })*
        }
    };
}

with_date! {
    /// `BEFORE`: the internal date is earlier.
    before = "BEFORE";
    /// `ON`: the internal date is that day.
    on = "ON";
    /// `SINCE`: the internal date is that day or later.
    since = "SINCE";
    /// `SENTBEFORE`: the Date field is earlier.
    sent_before = "SENTBEFORE";
    /// `SENTON`: the Date field is that day.
    sent_on = "SENTON";
    /// `SENTSINCE`: the Date field is that day or later.
    sent_since = "SENTSINCE";
    /// `SAVEDBEFORE` (RFC 8514 §4.3).
    saved_before = "SAVEDBEFORE";
    /// `SAVEDON` (RFC 8514 §4.3).
    saved_on = "SAVEDON";
    /// `SAVEDSINCE` (RFC 8514 §4.3).
    saved_since = "SAVEDSINCE";
}

/// Keys with other arguments.
impl SearchKey {
    /// `HEADER`: a header field with this text in it; the empty text is in every one.
    pub fn header(field: impl Into<ByteString>, text: impl Into<ByteString>) -> Self {
        let (field, text) = (field.into(), text.into());
        Self::key("HEADER ")
            .text_argument(field)
            .put(" ")
            .text_argument(text)
    }

    /// `KEYWORD`: the keyword is set; of a system flag, the key that it has of its own.
    pub fn keyword(flag: impl Into<Flag>) -> Self {
        Self::flag_key(&flag.into(), "")
    }

    /// `UNKEYWORD`: the keyword is not set.
    pub fn unkeyword(flag: impl Into<Flag>) -> Self {
        Self::flag_key(&flag.into(), "UN")
    }

    /// `LARGER`: more octets than this.
    pub fn larger(octets: u64) -> Self {
        Self::number_key("LARGER", octets)
    }

    /// `SMALLER`: fewer octets than this.
    pub fn smaller(octets: u64) -> Self {
        Self::number_key("SMALLER", octets)
    }

    /// `OLDER`: the internal date is so many seconds ago or longer (RFC 5032; needs WITHIN).
    pub fn older(seconds: u32) -> Self {
        Self::interval_key("OLDER", seconds)
    }

    /// `YOUNGER`: the internal date is so many seconds ago or less (RFC 5032; needs WITHIN).
    pub fn younger(seconds: u32) -> Self {
        Self::interval_key("YOUNGER", seconds)
    }

    /// `UID`: these messages.
    pub fn uid(uids: impl Into<UidSet>) -> Self {
        Self::set_key("UID ", &uids.into())
    }

    /// These messages, by sequence number.
    pub fn numbers(numbers: impl Into<SequenceSet>) -> Self {
        let mut key = Self::set_key("", &numbers.into());
        key.traits.numbers = true;
        key
    }

    /// `UIDAFTER`: larger UIDs (RFC 9738 §4).
    pub fn uid_after(uid: Uid) -> Self {
        Self::number_key("UIDAFTER", uid.0.into())
    }

    /// `UIDBEFORE`: smaller UIDs (RFC 9738 §4).
    pub fn uid_before(uid: Uid) -> Self {
        Self::number_key("UIDBEFORE", uid.0.into())
    }

    /// `MODSEQ`: changed at this mod-sequence or after (RFC 7162 §3.1.5; needs CONDSTORE).
    pub fn mod_seq(mod_seq: ModSeq) -> Self {
        let mut key = Self::number_key("MODSEQ", mod_seq.0);
        key.traits.flags = true;
        key.checked(check_mod_seq(mod_seq))
    }

    /// `MODSEQ` with the flag whose changes count, and whether for us (`priv`), all (`shared`) or
    /// both (`all`): see [`ModSeqScope`] (RFC 7162 §3.1.5).
    pub fn flag_mod_seq(flag: &Flag, scope: ModSeqScope, mod_seq: ModSeq) -> Self {
        let entry = [b"/flags/", flag.as_bytes()].concat();
        let mut key = Self::key("MODSEQ ");
        key.segments.push(Segment::QuotedOrLiteral(entry.into()));
        key.traits.flags = true;
        let name = match scope {
            ModSeqScope::Private => "priv",
            ModSeqScope::Shared => "shared",
            ModSeqScope::All => "all",
        };
        key.put(&format!(" {name} {mod_seq}"))
            .checked(check_mod_seq(mod_seq))
            .checked(is_flag(flag))
    }

    /// `EMAILID` (RFC 8474 §5.1; needs OBJECTID).
    pub fn email_id(id: &str) -> Self {
        Self::atom_key("EMAILID", id)
    }

    /// `THREADID` (RFC 8474 §5.2; needs OBJECTID).
    pub fn thread_id(id: &str) -> Self {
        Self::atom_key("THREADID", id)
    }

    /// `FILTER`: a search that the server keeps under this name (RFC 5466 §3.1; needs FILTERS).
    pub fn filter(name: &str) -> Self {
        // A name is a part of the metadata entry that holds the search (RFC 5466 §3.2).
        let fits = (!name.contains('/')).then_some(());
        Self::atom_key("FILTER", name).checked(fits.ok_or(SubmitError::InvalidAtom))
    }

    /// `ANNOTATION`: the text is in an attribute, `value`, `value.priv` or `value.shared`, of an
    /// entry whose name matches; in this `*` stands for anything, `%` for anything but a slash
    /// (RFC 5257 §4.8; needs ANNOTATE-EXPERIMENT-1).
    pub fn annotation(entry: &str, attribute: &str, text: impl Into<ByteString>) -> Self {
        let known = ["value", "value.priv", "value.shared"];
        let known = known
            .iter()
            .any(|name| attribute.eq_ignore_ascii_case(name));
        let mut key = Self::key(&format!("ANNOTATION {entry} {attribute} "));
        key.traits.flags = true;
        key.checked(check_entry_match(entry))
            .checked(known.then_some(()).ok_or(SubmitError::InvalidAtom))
            .text_argument(text.into())
    }

    /// `X-GM-LABELS`: it has the label (needs X-GM-EXT-1).
    pub fn gmail_label(label: impl Into<MailboxName>) -> Self {
        let mut key = Self::key("X-GM-LABELS ");
        key.segments.push(Segment::Mailbox(label.into()));
        key.traits.flags = true;
        key
    }

    /// `X-GM-MSGID`: the message of this number (needs X-GM-EXT-1).
    pub fn gmail_message_id(id: u64) -> Self {
        Self::number_key("X-GM-MSGID", id)
    }

    /// `X-GM-THRID`: the messages of this conversation (needs X-GM-EXT-1).
    pub fn gmail_thread_id(id: u64) -> Self {
        Self::number_key("X-GM-THRID", id)
    }

    /// `FUZZY`: the server may match loosely (RFC 6203; needs SEARCH=FUZZY).
    #[must_use]
    pub fn fuzzy(self) -> Self {
        Self::key("FUZZY ").join(self.grouped())
    }

    /// Any other key, as it stands on the wire: an atom, and atoms and numbers behind it.
    pub fn other(syntax: &str) -> Self {
        let is_word = |word: &str| is_atom(word.as_bytes());
        let valid = syntax.split(' ').all(is_word);
        let mut key = Self::key(syntax);
        // Nothing is known of it.
        key.traits.flags = true;
        key.checked(valid.then_some(()).ok_or(SubmitError::InvalidAtom))
    }
}

/// Whose changes of a flag count (RFC 7162 §3.1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModSeqScope {
    /// Ours.
    Private,
    /// Those that all see.
    Shared,
    /// The later of both.
    All,
}

impl BitAnd for SearchKey {
    type Output = Self;

    /// Both.
    fn bitand(self, other: Self) -> Self {
        let mut both = self.put(" ").join(other);
        both.several = true;
        both
    }
}

impl BitOr for SearchKey {
    type Output = Self;

    /// `OR`: one or the other, or both.
    fn bitor(self, other: Self) -> Self {
        Self::key("OR ")
            .join(self.grouped())
            .put(" ")
            .join(other.grouped())
    }
}

impl Not for SearchKey {
    type Output = Self;

    /// `NOT`
    fn not(self) -> Self {
        Self::key("NOT ").join(self.grouped())
    }
}

impl SearchKey {
    fn key(syntax: &str) -> Self {
        Self {
            segments: vec![Segment::Syntax(syntax.into())],
            several: false,
            traits: Traits::default(),
            error: None,
        }
    }

    fn simple(wire: &str, flags: bool) -> Self {
        let mut key = Self::key(wire);
        key.traits.flags = flags;
        key
    }

    fn text_key(name: &str, text: ByteString) -> Self {
        Self::key(name).text_argument(text)
    }

    fn date_key(name: &str, day: NaiveDate) -> Self {
        let valid = (0..=9999).contains(&day.year());
        let month = MONTHS.get(day.month0() as usize).copied().unwrap_or(b"Jan");
        let month = String::from_utf8_lossy(month);
        Self::key(&format!("{name} {}-{month}-{:04}", day.day(), day.year()))
            .checked(valid.then_some(()).ok_or(SubmitError::InvalidDate))
    }

    fn number_key(name: &str, number: u64) -> Self {
        Self::key(&format!("{name} {number}"))
    }

    fn interval_key(name: &'static str, seconds: u32) -> Self {
        let error = SubmitError::OutOfRange("an interval of seconds");
        Self::number_key(name, seconds.into()).checked((seconds != 0).then_some(()).ok_or(error))
    }

    fn set_key<N>(name: &str, set: &NumberSet<N>) -> Self {
        let valid = !set.is_empty();
        let mut key = Self::key(&format!("{name}{set}"));
        key.traits.highest = set.names_highest();
        key.checked(valid.then_some(()).ok_or(SubmitError::EmptySet))
    }

    fn atom_key(name: &str, atom: &str) -> Self {
        let valid = is_atom(atom.as_bytes());
        Self::key(&format!("{name} {atom}"))
            .checked(valid.then_some(()).ok_or(SubmitError::InvalidAtom))
    }

    fn flag_key(flag: &Flag, negation: &str) -> Self {
        let name = flag.as_bytes();
        let syntax = match name.strip_prefix(b"\\") {
            Some(name) => format!("{negation}{}", String::from_utf8_lossy(name).to_uppercase()),
            None => format!("{negation}KEYWORD {}", String::from_utf8_lossy(name)),
        };
        let known = !matches!(flag, Flag::Other(_)) || flag.is_keyword();
        let known = known && *flag != Flag::Recent;
        Self::simple(&syntax, true)
            .checked(is_flag(flag))
            .checked(known.then_some(()).ok_or(SubmitError::InvalidFlag))
    }

    fn text_argument(mut self, text: ByteString) -> Self {
        self.traits.utf8 |= !text.as_bytes().is_ascii();
        let text: Bytes = text.into_bytes();
        self.segments.push(Segment::QuotedOrLiteral(text));
        self
    }

    fn put(mut self, syntax: &str) -> Self {
        self.segments.push(Segment::Syntax(syntax.into()));
        self
    }

    fn join(mut self, other: Self) -> Self {
        self.segments.extend(other.segments);
        self.traits.utf8 |= other.traits.utf8;
        self.traits.flags |= other.traits.flags;
        self.traits.numbers |= other.traits.numbers;
        self.traits.highest |= other.traits.highest;
        self.error = self.error.or(other.error);
        self
    }

    /// As one key: several go in parentheses.
    fn grouped(self) -> Self {
        if !self.several {
            return self;
        }
        Self::key("(").join(self).put(")")
    }

    fn checked(mut self, result: Result<(), SubmitError>) -> Self {
        self.error = self.error.or_else(|| result.err());
        self
    }

    pub(super) fn traits(&self) -> Traits {
        self.traits
    }
}

fn is_flag(flag: &Flag) -> Result<(), SubmitError> {
    let name = flag.as_bytes();
    if is_atom(name.strip_prefix(b"\\").unwrap_or(name)) {
        return Ok(());
    }
    Err(SubmitError::InvalidFlag)
}

impl Request {
    /// Adds the keys.
    pub(super) fn search_key(self, key: SearchKey) -> Result<Self, SubmitError> {
        if let Some(error) = key.error {
            return Err(error);
        }
        let mut request = self.segments(key.segments);
        request.needs.highest |= key.traits.highest;
        Ok(request)
    }
}
