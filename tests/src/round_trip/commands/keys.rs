//! Conditions and sort criteria by chance.

use super::arguments::{Adder, Arguments, Words};
use imap_proto_core::encode::{ModSeqScope, SearchKey, SearchReturn, SortCriteria};
use imap_proto_core::types::{ByteString, SequenceNumber, Uid};

/// A condition, and what a server must find of it.
pub(super) struct Key {
    pub(super) condition: SearchKey,
    pub(super) words: Words,
    /// Whether it is several keys side by side.
    several: bool,
    /// Whether it has text that is not ASCII.
    pub(super) utf8: bool,
}

impl Key {
    fn plain(condition: SearchKey, words: Words) -> Self {
        Self {
            condition,
            words,
            several: false,
            utf8: false,
        }
    }

    /// In parentheses, where several stand for one.
    fn grouped(self) -> Words {
        if !self.several {
            return self.words;
        }
        Words::of("(").all(self.words).words(")")
    }
}

type TextKey = (fn(ByteString) -> SearchKey, &'static str);
type DayKey = (fn(chrono::NaiveDate) -> SearchKey, &'static str);
type SimpleKey = (fn() -> SearchKey, &'static str);

const SIMPLE: [SimpleKey; 16] = [
    (SearchKey::all, "ALL"),
    (SearchKey::answered, "ANSWERED"),
    (SearchKey::deleted, "DELETED"),
    (SearchKey::draft, "DRAFT"),
    (SearchKey::flagged, "FLAGGED"),
    (SearchKey::seen, "SEEN"),
    (SearchKey::unanswered, "UNANSWERED"),
    (SearchKey::undeleted, "UNDELETED"),
    (SearchKey::undraft, "UNDRAFT"),
    (SearchKey::unflagged, "UNFLAGGED"),
    (SearchKey::unseen, "UNSEEN"),
    (SearchKey::new_messages, "NEW"),
    (SearchKey::old, "OLD"),
    (SearchKey::recent, "RECENT"),
    (SearchKey::save_date_supported, "SAVEDATESUPPORTED"),
    (SearchKey::saved_result, "$"),
];

const TEXT: [TextKey; 8] = [
    (SearchKey::bcc, "BCC"),
    (SearchKey::body, "BODY"),
    (SearchKey::cc, "CC"),
    (SearchKey::sender, "FROM"),
    (SearchKey::subject, "SUBJECT"),
    (SearchKey::text, "TEXT"),
    (SearchKey::to, "TO"),
    (SearchKey::gmail_raw, "X-GM-RAW"),
];

const DAYS: [DayKey; 9] = [
    (SearchKey::before, "BEFORE"),
    (SearchKey::on, "ON"),
    (SearchKey::since, "SINCE"),
    (SearchKey::sent_before, "SENTBEFORE"),
    (SearchKey::sent_on, "SENTON"),
    (SearchKey::sent_since, "SENTSINCE"),
    (SearchKey::saved_before, "SAVEDBEFORE"),
    (SearchKey::saved_on, "SAVEDON"),
    (SearchKey::saved_since, "SAVEDSINCE"),
];

impl Arguments<'_> {
    /// A condition; its depth is bounded.
    pub(super) fn key(&mut self, depth: u8) -> Key {
        let kinds = if depth == 0 { 14 } else { 19 };
        match self.choices.below(kinds) {
            0 | 1 => {
                let (key, word) = self.one_of(&SIMPLE);
                Key::plain(key(), Words::of(word))
            }
            2 | 3 => self.text_key(),
            4 => {
                let ((key, word), (day, text)) = (self.one_of(&DAYS), self.day());
                Key::plain(key(day), Words::of(word).words(&text))
            }
            5 => self.header_key(),
            6 => self.flag_key(),
            7 => {
                let (set, text) = self.set::<Uid>();
                Key::plain(SearchKey::uid(set), Words::of("UID").words(&text))
            }
            8 => {
                let (set, text) = self.set::<SequenceNumber>();
                Key::plain(SearchKey::numbers(set), Words::of(&text))
            }
            9 | 10 => self.number_key(),
            11 => self.mod_seq_key(),
            12 => self.atom_key(),
            13 => self.annotation_key(),
            14 => {
                let inner = self.key(depth - 1);
                let utf8 = inner.utf8;
                let key = !inner.condition.clone();
                Key {
                    utf8,
                    ..Key::plain(key, Words::of("NOT").all(inner.grouped()))
                }
            }
            15 => {
                let inner = self.key(depth - 1);
                let utf8 = inner.utf8;
                let key = inner.condition.clone().fuzzy();
                Key {
                    utf8,
                    ..Key::plain(key, Words::of("FUZZY").all(inner.grouped()))
                }
            }
            16 => {
                let (left, right) = (self.key(depth - 1), self.key(depth - 1));
                let utf8 = left.utf8 || right.utf8;
                let key = left.condition.clone() | right.condition.clone();
                let words = Words::of("OR").all(left.grouped()).all(right.grouped());
                Key {
                    utf8,
                    ..Key::plain(key, words)
                }
            }
            _ => {
                let (left, right) = (self.key(depth - 1), self.key(depth - 1));
                Key {
                    condition: left.condition & right.condition,
                    words: left.words.all(right.words),
                    several: true,
                    utf8: left.utf8 || right.utf8,
                }
            }
        }
    }

    fn text_key(&mut self) -> Key {
        let ((key, word), (text, octets)) = (self.one_of(&TEXT), self.byte_string());
        Key {
            utf8: !octets.is_ascii(),
            ..Key::plain(key(text), Words::of(word).text(octets))
        }
    }

    fn header_key(&mut self) -> Key {
        let ((field, name), (text, octets)) = (self.byte_string(), self.byte_string());
        Key {
            utf8: !name.is_ascii() || !octets.is_ascii(),
            ..Key::plain(
                SearchKey::header(field, text),
                Words::of("HEADER").text(name).text(octets),
            )
        }
    }

    fn flag_key(&mut self) -> Key {
        let (flag, name) = self.any_flag();
        let negated = self.flag();
        let un = if negated { "UN" } else { "" };
        let words = match name.strip_prefix('\\') {
            Some(name) => format!("{un}{}", name.to_uppercase()),
            None => format!("{un}KEYWORD {name}"),
        };
        let key = if negated {
            SearchKey::unkeyword(flag)
        } else {
            SearchKey::keyword(flag)
        };
        Key::plain(key, Words::of(&words))
    }

    fn number_key(&mut self) -> Key {
        let (small, large) = (self.number(), self.large());
        let (key, words) = match self.choices.below(8) {
            0 => (SearchKey::larger(large), format!("LARGER {large}")),
            1 => (SearchKey::smaller(large), format!("SMALLER {large}")),
            2 => (SearchKey::older(small), format!("OLDER {small}")),
            3 => (SearchKey::younger(small), format!("YOUNGER {small}")),
            4 => (
                SearchKey::uid_after(Uid(small)),
                format!("UIDAFTER {small}"),
            ),
            5 => (
                SearchKey::uid_before(Uid(small)),
                format!("UIDBEFORE {small}"),
            ),
            6 => (
                SearchKey::gmail_message_id(large),
                format!("X-GM-MSGID {large}"),
            ),
            _ => (
                SearchKey::gmail_thread_id(large),
                format!("X-GM-THRID {large}"),
            ),
        };
        Key::plain(key, Words::of(&words))
    }

    fn mod_seq_key(&mut self) -> Key {
        let mod_seq = self.mod_seq();
        if self.flag() {
            let words = Words::of(&format!("MODSEQ {}", mod_seq.0));
            return Key::plain(SearchKey::mod_seq(mod_seq), words);
        }
        let scopes = [
            (ModSeqScope::Private, "priv"),
            (ModSeqScope::Shared, "shared"),
            (ModSeqScope::All, "all"),
        ];
        let ((flag, name), (scope, word)) = (self.any_flag(), self.one_of(&scopes));
        let words = Words::of("MODSEQ").text(format!("/flags/{name}"));
        Key::plain(
            SearchKey::flag_mod_seq(&flag, scope, mod_seq),
            words.words(word).words(&mod_seq.0.to_string()),
        )
    }

    fn atom_key(&mut self) -> Key {
        let atom = self.atom();
        if self.choices.below(5) == 0 {
            let (label, want) = self.mailbox();
            let words = Words::of("X-GM-LABELS").want(want);
            return Key::plain(SearchKey::gmail_label(label), words);
        }
        let (key, word) = match self.choices.below(4) {
            0 => (SearchKey::email_id(&atom), "EMAILID"),
            1 => (SearchKey::thread_id(&atom), "THREADID"),
            2 => (SearchKey::filter(&atom), "FILTER"),
            _ => {
                return Key::plain(
                    SearchKey::other(&format!("X-{atom} 5")),
                    Words::of(&format!("X-{atom} 5")),
                );
            }
        };
        Key::plain(key, Words::of(word).words(&atom))
    }

    fn annotation_key(&mut self) -> Key {
        let entry = self.one_of(&["/comment", "*", "/%/x", "/altsubject"]);
        let attribute = self.one_of(&["value", "value.priv", "value.shared"]);
        let (text, octets) = self.byte_string();
        let words = Words::of(&format!("ANNOTATION {entry} {attribute}"));
        Key {
            utf8: !octets.is_ascii(),
            ..Key::plain(
                SearchKey::annotation(entry, attribute, text),
                words.text(octets),
            )
        }
    }

    /// Return options, as a list behind RETURN.
    pub(super) fn returning(&mut self) -> (SearchReturn, Words) {
        let known: [Adder<SearchReturn>; 6] = [
            (SearchReturn::min, "MIN"),
            (SearchReturn::max, "MAX"),
            (SearchReturn::count, "COUNT"),
            (SearchReturn::save, "SAVE"),
            (SearchReturn::relevancy, "RELEVANCY"),
            (SearchReturn::context, "CONTEXT"),
        ];
        let (mut options, mut words) = (SearchReturn::new(), Words::of("RETURN ("));
        for _ in 0..self.choices.below(3) {
            let (add, word) = self.one_of(&known);
            options = add(options);
            words = words.words(word);
        }
        match self.choices.below(3) {
            0 => (options, words) = (options.all(), words.words("ALL")),
            1 => {
                let (first, last) = (i64::from(self.number()), i64::from(self.number()));
                let sign = if self.flag() { -1 } else { 1 };
                options = options.partial(sign * first, sign * last);
                words = words.words(&format!("PARTIAL {}:{}", sign * first, sign * last));
            }
            _ => {}
        }
        if self.choices.below(4) == 0 {
            (options, words) = (options.update(), words.words("UPDATE"));
        } else if words.0.len() == 2 {
            words = words.words("ALL"); // what no option stands for
        }
        (options, words.words(")"))
    }

    /// Sort criteria in parentheses.
    pub(super) fn criteria(&mut self) -> (SortCriteria, Words) {
        let known: [Adder<SortCriteria>; 12] = [
            (SortCriteria::arrival, "ARRIVAL"),
            (SortCriteria::cc, "CC"),
            (SortCriteria::date, "DATE"),
            (SortCriteria::sender, "FROM"),
            (SortCriteria::size, "SIZE"),
            (SortCriteria::subject, "SUBJECT"),
            (SortCriteria::to, "TO"),
            (SortCriteria::display_from, "DISPLAYFROM"),
            (SortCriteria::display_to, "DISPLAYTO"),
            (SortCriteria::relevancy, "RELEVANCY"),
            (SortCriteria::mod_seq, "MODSEQ"),
            (SortCriteria::uid, "UID"),
        ];
        let (mut criteria, mut words) = (SortCriteria::new(), Words::of("("));
        for _ in 0..=self.choices.below(3) {
            if self.flag() {
                (criteria, words) = (criteria.reverse(), words.words("REVERSE"));
            }
            if self.choices.below(5) == 0 {
                criteria = criteria.annotation("/comment", "value.priv");
                words = words.words("ANNOTATION /comment value.priv");
                continue;
            }
            let (add, word) = self.one_of(&known);
            (criteria, words) = (add(criteria), words.words(word));
        }
        (criteria, words.words(")"))
    }
}
