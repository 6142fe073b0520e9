//! Responses written by the grammar of RFC 9051 §9 and by chance.

use crate::fuzz::Choices;

/// A line that grows.
pub(super) struct Text<'a> {
    pub(super) choices: Choices<'a>,
    pub(super) octets: Vec<u8>,
    /// Within a condition no literal may stand.
    pub(super) quoted_only: bool,
    /// Whose turn it is in tables of which each entry is to be met soon.
    pub(super) turns: Turns,
}

/// How often each table was asked.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Turns {
    pub(super) plain_codes: usize,
    pub(super) codes: usize,
    pub(super) items: usize,
}

/// The next entry of a table.
pub(super) fn next<T: Copy>(table: &[T], turn: &mut usize) -> T {
    *turn += 1;
    table[*turn % table.len()]
}

impl<'a> Text<'a> {
    pub(super) fn new(choices: Choices<'a>, turns: Turns) -> Self {
        Self {
            choices,
            turns,
            octets: Vec::new(),
            quoted_only: false,
        }
    }

    pub(super) fn put(&mut self, text: &str) -> &mut Self {
        self.octets.extend_from_slice(text.as_bytes());
        self
    }

    pub(super) fn space(&mut self) -> &mut Self {
        self.put(" ")
    }

    /// One of the words.
    pub(super) fn word(&mut self, words: &[&str]) -> &mut Self {
        let word = self.choices.one_of(words);
        self.put(word)
    }

    /// Things with spaces between them, in parentheses.
    pub(super) fn list(&mut self, least: usize, most: usize, thing: impl Fn(&mut Self)) {
        self.put("(");
        self.several(least, most, thing);
        self.put(")");
    }

    /// Things with spaces between them.
    pub(super) fn several(&mut self, least: usize, most: usize, thing: impl Fn(&mut Self)) {
        for at in 0..least + self.choices.below(most - least + 1) {
            if at > 0 {
                self.space();
            }
            thing(self);
        }
    }

    /// A number from 1 up.
    pub(super) fn number(&mut self) -> &mut Self {
        let number = self.choices.number().max(1);
        self.put(&number.to_string())
    }

    /// A number of 63 bits.
    pub(super) fn large(&mut self) -> &mut Self {
        let (high, low) = (self.choices.number(), self.choices.number());
        let number = (u64::from(high) << 32 | u64::from(low)) & (u64::MAX >> 1);
        self.put(&number.to_string())
    }

    /// Ranges in any order.
    pub(super) fn set(&mut self) -> &mut Self {
        for at in 0..=self.choices.below(4) {
            if at > 0 {
                self.put(",");
            }
            self.number();
            if self.choices.flag() {
                self.put(":").number();
            }
        }
        self
    }

    pub(super) fn atom(&mut self) -> &mut Self {
        let letters = b"ABCxyz019-_.$/&+";
        self.word(&["a", "X", "q"]);
        for _ in 0..self.choices.below(9) {
            let letter = self.choices.one_of(letters);
            self.octets.push(letter);
        }
        self
    }

    /// A string between quotes or as a literal.
    pub(super) fn string(&mut self) -> &mut Self {
        if self.choices.below(3) == 0 && !self.quoted_only {
            let octets = self.choices.bytes(20).to_vec();
            self.put(&format!("{{{}}}\r\n", octets.len()));
            self.octets.extend_from_slice(&octets);
            return self;
        }
        self.quoted()
    }

    pub(super) fn quoted(&mut self) -> &mut Self {
        self.put("\"");
        for octet in self.choices.bytes(20).to_vec() {
            match octet {
                b'"' | b'\\' => self.octets.extend([b'\\', octet]),
                // Text, as most strings are; what is above ASCII stands for itself.
                0..=31 | 127 => self.octets.push(b'a' + octet % 26),
                octet => self.octets.push(octet),
            }
        }
        self.put("\"")
    }

    pub(super) fn nstring(&mut self) -> &mut Self {
        if self.choices.below(4) == 0 {
            return self.put("NIL");
        }
        self.string()
    }

    /// A string, or NIL, or a literal8.
    pub(super) fn octets(&mut self) -> &mut Self {
        if self.choices.below(3) > 0 {
            return self.nstring();
        }
        let octets = self.choices.bytes(20).to_vec();
        self.put(&format!("~{{{}}}\r\n", octets.len()));
        self.octets.extend_from_slice(&octets);
        self
    }

    pub(super) fn astring(&mut self) -> &mut Self {
        if self.choices.flag() {
            return self.atom();
        }
        self.string()
    }

    pub(super) fn mailbox(&mut self) -> &mut Self {
        if self.choices.below(4) == 0 {
            return self.word(&["INBOX", "inbox", "\"NIL\"", "T&APw-r", "\"&-\"", "\"a b\""]);
        }
        self.astring()
    }

    pub(super) fn flag(&mut self) -> &mut Self {
        let known = [
            "\\Seen",
            "\\Answered",
            "\\Flagged",
            "\\Deleted",
            "\\Draft",
            "\\Recent",
            "$Forwarded",
            "\\Later",
            "$MDNSent",
        ];
        if self.choices.flag() {
            return self.word(&known);
        }
        self.atom()
    }

    /// A date with its time, as INTERNALDATE has it.
    pub(super) fn date(&mut self) -> &mut Self {
        let day = 1 + self.choices.byte() % 28;
        let (hour, minute) = (self.choices.byte() % 24, self.choices.byte() % 60);
        self.put(&format!("\"{day:>2}-"));
        self.word(&["Jan", "Feb", "Jul", "Dec"]);
        self.put(&format!("-2024 {hour:02}:{minute:02}:07 "));
        self.word(&["+0000", "-0700", "+0530"]).put("\"")
    }

    pub(super) fn part(&mut self) -> &mut Self {
        self.number();
        for _ in 0..self.choices.below(3) {
            self.put(".").number();
        }
        self
    }

    /// An atom with brackets, a number, a string or a list of such.
    pub(super) fn token(&mut self, depth: u8) -> &mut Self {
        match self.choices.below(if depth == 0 { 4 } else { 6 }) {
            0 => self.atom(),
            1 => self.number(),
            2 => self.put("NIL"),
            3 => self.string(),
            4 => {
                let octets = self.choices.bytes(9).to_vec();
                self.put(&format!("~{{{}}}\r\n", octets.len()));
                self.octets.extend_from_slice(&octets);
                self
            }
            _ => {
                self.list(0, 3, |text| {
                    text.token(depth - 1);
                });
                self
            }
        }
    }
}
