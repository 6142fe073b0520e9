//! Arguments by chance, with what a server must find of each.

use crate::fuzz::{Choices, Want, mailbox, string};
use chrono::NaiveDate;
use imap_proto_core::encode::{CommandId, Messages, Numbering};
use imap_proto_core::types::{ByteString, Flag, MailboxName, ModSeq, NumberSet, SectionPart};

/// What a server must find of a command, built piece by piece.
#[derive(Debug, Default)]
pub(super) struct Words(pub(super) Vec<Want>);

impl Words {
    /// Bare words, parted by spaces; parentheses are such.
    pub(super) fn of(syntax: &str) -> Self {
        Self::default().words(syntax)
    }

    pub(super) fn words(mut self, syntax: &str) -> Self {
        for word in syntax.split(' ').filter(|word| !word.is_empty()) {
            self.0.push(match word {
                "(" => Want::Open,
                ")" => Want::Close,
                word => Want::word(word),
            });
        }
        self
    }

    pub(super) fn want(mut self, want: Want) -> Self {
        self.0.push(want);
        self
    }

    pub(super) fn all(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// A string that is no atom.
    pub(super) fn text(self, octets: impl Into<Vec<u8>>) -> Self {
        self.want(Want::NoAtom(octets.into()))
    }

    /// A string in any form.
    pub(super) fn string(self, octets: impl Into<Vec<u8>>) -> Self {
        self.want(Want::String(octets.into()))
    }
}

/// What adds an option or an item, and its words.
pub(super) type Adder<T> = (fn(T) -> T, &'static str);

/// Arguments made of a generator's octets.
pub(super) struct Arguments<'a> {
    pub(super) choices: Choices<'a>,
    /// Whether UTF-8 is enabled.
    pub(super) utf8: bool,
    /// The command before and its tag, if there was one.
    pub(super) before: Option<(CommandId, String)>,
}

impl Arguments<'_> {
    pub(super) fn flag(&mut self) -> bool {
        self.choices.flag()
    }

    pub(super) fn one_of<T: Clone>(&mut self, values: &[T]) -> T {
        self.choices.one_of(values)
    }

    /// Any octets, or some that are easily written wrongly.
    pub(super) fn octets(&mut self) -> Vec<u8> {
        string(&mut self.choices)
    }

    pub(super) fn byte_string(&mut self) -> (ByteString, Vec<u8>) {
        let octets = self.octets();
        (ByteString::from(bytes::Bytes::from(octets.clone())), octets)
    }

    pub(super) fn mailbox(&mut self) -> (MailboxName, Want) {
        mailbox(&mut self.choices, self.utf8)
    }

    /// A few mailboxes.
    pub(super) fn mailboxes(&mut self) -> (Vec<MailboxName>, Vec<Want>) {
        (0..=self.choices.below(2)).map(|_| self.mailbox()).unzip()
    }

    /// An atom.
    pub(super) fn atom(&mut self) -> String {
        let known = ["INTERNAL", "X-Y.z", "a1", "$Forwarded", "UTF-8", "n;o=1"];
        if self.flag() {
            return self.one_of(&known).to_owned();
        }
        let letter = |byte: &u8| char::from(b'a' + byte % 26);
        let letters: String = self.choices.bytes(8).iter().map(letter).collect();
        format!("x{letters}")
    }

    /// A number from 1 up.
    pub(super) fn number(&mut self) -> u32 {
        self.choices.number().max(1)
    }

    /// A number of 63 bits from 1 up.
    pub(super) fn large(&mut self) -> u64 {
        let (high, low) = (self.choices.number(), self.number());
        (u64::from(high) << 32 | u64::from(low)) & (u64::MAX >> 1)
    }

    pub(super) fn mod_seq(&mut self) -> ModSeq {
        ModSeq(self.large())
    }

    /// A set and how it is to stand on the wire: ranges in any order, and `*`.
    pub(super) fn set<N: Numbering>(&mut self) -> (NumberSet<N>, String) {
        match self.choices.below(8) {
            0 => return ((N::from(7)..).into(), "7:*".to_owned()),
            1 => {
                let number = self.number();
                return (NumberSet::from(N::from(number)), number.to_string());
            }
            2 => {
                let (first, last) = (self.number(), self.number());
                let text = if first == last {
                    first.to_string()
                } else {
                    format!("{first}:{last}")
                };
                return (NumberSet::range(N::from(first), N::from(last)), text);
            }
            _ => {}
        }
        let range = |this: &mut Self| match (this.number(), this.number(), this.flag()) {
            (first, last, true) if first != last => format!("{first}:{last}"),
            (first, ..) => first.to_string(),
        };
        let ranges: Vec<String> = (0..=self.choices.below(4)).map(|_| range(self)).collect();
        let text = ranges.join(",");
        (text.parse().expect("a set"), text)
    }

    pub(super) fn messages<N: Numbering>(&mut self) -> (Messages<N>, String) {
        if self.choices.below(6) == 0 {
            return (Messages::SavedResult, "$".to_owned());
        }
        let (set, text) = self.set();
        (Messages::Set(set), text)
    }

    /// A part that is not the whole message.
    pub(super) fn part(&mut self) -> (SectionPart, String) {
        let numbers: Vec<u32> = (0..=self.choices.below(3)).map(|_| self.number()).collect();
        let words: Vec<String> = numbers.iter().map(u32::to_string).collect();
        (SectionPart(numbers), words.join("."))
    }

    /// A day as SEARCH has it.
    pub(super) fn day(&mut self) -> (NaiveDate, String) {
        let (year, month, day) = self.date_of();
        let name = MONTHS[month as usize - 1];
        let date = NaiveDate::from_ymd_opt(i32::from(year), month, day).expect("a day");
        (date, format!("{day}-{name}-{year:04}"))
    }

    /// Year, month and day.
    pub(super) fn date_of(&mut self) -> (u16, u32, u32) {
        let year = 1970 + u16::from(self.choices.byte() % 80);
        let month = 1 + u32::from(self.choices.byte() % 12);
        (year, month, 1 + u32::from(self.choices.byte() % 28))
    }

    /// A flag that can be stored.
    pub(super) fn any_flag(&mut self) -> (Flag, String) {
        let name = match self.choices.below(3) {
            0 => self.one_of(&SYSTEM_FLAGS).to_owned(),
            _ => self.atom(),
        };
        (Flag::from(name.as_str()), name)
    }
}

pub(super) const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

const SYSTEM_FLAGS: [&str; 5] = ["\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft"];
