//! What left the connection, read as a server reads it.

use super::{PREFIX, rules};
use crate::fuzz::client::{Dialect, Said, Token, Unfinished, hear};
use std::collections::{BTreeMap, BTreeSet};

/// All octets that left, and the commands in them by number.
#[derive(Debug, Default)]
pub(super) struct Sent {
    pub(super) octets: Vec<u8>,
    /// Octets of whole lines.
    read: usize,
    pub(super) lines: BTreeMap<u64, Line>,
    /// Commands that were answered while their tags were being written.
    refused: BTreeSet<u64>,
    /// The command whose literal was announced last, if nothing follows the announcement.
    waiting: Option<u64>,
    /// How much had left when `+` was given for the literal at the end.
    continued: Option<usize>,
    /// Literals that were waited for in whole lines, and in the last octets.
    waited: usize,
    waited_open: usize,
    dones: usize,
}

/// A command on the wire.
#[derive(Debug)]
pub(super) struct Line {
    /// As [`Sample`](crate::fuzz::commands::Sample) has it; IDLE or NOOP for one of the engine's own.
    pub(super) name: String,
    pub(super) is_own: bool,
    /// Whether its last octet left.
    pub(super) is_whole: bool,
    /// Whether its tagged answer was read.
    pub(super) is_answered: bool,
    /// IDLE: whether `+` was read.
    pub(super) is_continued: bool,
    /// Whether a part of a line such as DONE had left when it was answered: the rest must follow.
    is_cut: bool,
}

/// The name of a command that the caller submitted.
pub(super) type NameOf<'a> = &'a dyn Fn(u64) -> Option<&'static str>;

impl Sent {
    /// Octets leave.
    pub(super) fn leave(&mut self, octets: &[u8], name_of: NameOf<'_>) {
        self.octets.extend_from_slice(octets);
        let heard = hear(&self.octets[self.read..], PREFIX, Dialect::ANY);
        for said in heard.said {
            match said {
                Said::Command(tag, tokens) => {
                    let number = self.appears(&tag, name_of);
                    self.is_whole(number, &tokens);
                }
                Said::Refused(tag) => {
                    let number = self.appears(&tag, name_of);
                    assert!(self.lines[&number].is_answered, "{number} broke off");
                }
                Said::Done => {
                    self.dones += 1;
                    let idle = self.may_go_on("IDLE");
                    assert!(idle.is_continued, "DONE before `+`");
                }
                Said::Exchange(_) => {
                    self.may_go_on("AUTHENTICATE");
                }
            }
        }
        self.read += heard.read;
        self.waited += heard.waited;
        self.waited_open = heard.waited_open;
        let open = heard.open.map(|tag| self.appears(&tag, name_of));
        self.waiting = open.filter(|_| heard.unfinished == Some(Unfinished::Waiting));
    }

    /// A tag is on the wire: the first time, nothing may be in flight that it must not follow.
    fn appears(&mut self, tag: &[u8], name_of: NameOf<'_>) -> u64 {
        let digits = String::from_utf8_lossy(&tag[PREFIX.len()..]).into_owned();
        let number: u64 = digits.parse().expect("a tag of ours");
        if self.lines.contains_key(&number) {
            return number;
        }
        if let Some((last, _)) = self.lines.last_key_value() {
            assert!(*last < number, "tag {number} behind tag {last}");
        }
        let name = name_of(number);
        for (earlier, line) in self.in_flight() {
            let name = name.expect("the engine's own come when nothing is in flight");
            assert!(
                rules::may_follow(name, &line.name),
                "{name} {number} while {} {earlier} is in flight",
                line.name
            );
        }
        let line = Line {
            name: name.unwrap_or_default().to_owned(),
            is_own: name.is_none(),
            is_whole: false,
            is_answered: self.refused.contains(&number),
            is_continued: false,
            is_cut: false,
        };
        self.lines.insert(number, line);
        number
    }

    fn is_whole(&mut self, number: u64, tokens: &[Token]) {
        let words = tokens.iter().map_while(|token| match token {
            Token::Word(word) => Some(String::from_utf8_lossy(word).into_owned()),
            _ => None,
        });
        let words: Vec<_> = words.collect();
        let line = self.lines.get_mut(&number).expect("on the wire");
        line.is_whole = true;
        if line.is_own {
            assert!(words == ["IDLE"] || words == ["NOOP"], "{words:?}");
            line.name.clone_from(&words[0]);
        }
        let name = line.name.split(" +").next().unwrap_or_default();
        let same = name
            .split(' ')
            .eq(words.iter().take(name.split(' ').count()));
        assert!(same, "{number} is {name}, not {words:?}");
    }

    /// A line that is no command goes on with the last one, which has no answer yet, unless it was being written then.
    fn may_go_on(&self, name: &str) -> &Line {
        let (number, line) = self.lines.last_key_value().expect("a command before it");
        assert_eq!(line.name, name, "what goes on is {number}");
        assert!(!line.is_answered || line.is_cut, "{name} {number} is over");
        line
    }

    /// Commands on the wire without a tagged answer.
    pub(super) fn in_flight(&self) -> impl Iterator<Item = (u64, &Line)> {
        let lines = self.lines.iter().map(|(number, line)| (*number, line));
        lines.filter(|(_, line)| !line.is_answered)
    }

    /// Whether the last octets are the first of a command by this tag.
    pub(super) fn may_have_begun(&self, tag: &str) -> bool {
        let tag = [tag.as_bytes(), b" "].concat();
        (1..tag.len()).any(|len| self.octets.ends_with(&tag[..len]))
    }

    /// The tagged answer of a command was read.
    pub(super) fn answered(&mut self, number: u64) {
        let open = self.octets.len() > self.read;
        if let Some(line) = self.lines.get_mut(&number) {
            line.is_answered = true;
            line.is_cut = open && line.is_whole;
        } else {
            self.refused.insert(number);
        }
    }

    /// The command whose literal waits for `+`.
    pub(super) fn waiting(&self) -> Option<u64> {
        let number = self.waiting?;
        let over = self.lines[&number].is_answered || self.continued == Some(self.octets.len());
        (!over).then_some(number)
    }

    /// The IDLE that waits for `+`.
    pub(super) fn awaits_idling(&mut self) -> Option<&mut Line> {
        let (_, line) = self.lines.iter_mut().next_back()?;
        let waits = line.name == "IDLE" && line.is_whole && !line.is_answered && !line.is_continued;
        waits.then_some(line)
    }

    /// `+` was read, which a literal waits for.
    pub(super) fn continue_literal(&mut self) {
        self.continued = Some(self.octets.len());
    }

    /// Whether DONE may have crossed the server's own end of IDLE.
    pub(super) fn has_idled(&self) -> bool {
        self.lines.values().any(|line| line.name == "IDLE")
    }

    /// Whether the IDLE in flight was ended by us.
    pub(super) fn is_done(&self) -> bool {
        let idles = self.lines.values().filter(|line| line.name == "IDLE");
        idles.count() == self.dones
    }

    /// How many continuation requests the octets need.
    pub(super) fn continuations(&self) -> usize {
        self.waited + self.waited_open + self.dones
    }
}
