//! What each client does, what its answer must be, and how it tells what that took.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::child::cpu_time;
use crate::workload::subject;

pub(super) const ENVELOPES: u32 = 20_000;
pub(super) const FOUND: u32 = 1_000_000;
pub(super) const MAILBOXES: u32 = 5_000;
pub(super) const LISTS: u32 = 20;
pub(super) const BODIES: u32 = 1_000;
/// The number of the first of them.
const FIRST_BODY: u32 = 10;
/// Octets of each of those.
pub(super) const SMALL: usize = 64 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    Envelopes,
    Search,
    List,
    Body,
    Stream,
    Bodies,
}

pub(super) const WORKS: [Work; 6] = [
    Work::Envelopes,
    Work::Search,
    Work::List,
    Work::Body,
    Work::Stream,
    Work::Bodies,
];

impl Work {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Envelopes => "envelopes",
            Self::Search => "search",
            Self::List => "list",
            Self::Body => "body",
            Self::Stream => "stream",
            Self::Bodies => "bodies",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        WORKS.into_iter().find(|work| work.name() == name)
    }

    /// The messages that are asked for.
    pub(super) fn messages(self) -> RangeInclusive<u32> {
        match self {
            Self::Envelopes => 1..=ENVELOPES,
            Self::Body => 1..=1,
            Self::Stream => 2..=2,
            Self::Bodies => FIRST_BODY..=FIRST_BODY + BODIES - 1,
            Self::Search | Self::List => 1..=FOUND,
        }
    }

    /// The same as it stands in a command.
    pub(super) fn set(self) -> String {
        let (first, last) = self.messages().into_inner();
        if first == last {
            return first.to_string();
        }
        format!("{first}:{last}")
    }

    /// How many items the answer has, and how many octets are in them: of subjects, numbers, names and bodies. Numbers
    /// count for themselves.
    pub(super) fn answer(self) -> Answer {
        let of = |items: u32, each: u64| Answer {
            items: items.into(),
            octets: u64::from(items) * each,
        };
        match self {
            Self::Envelopes => Answer {
                items: ENVELOPES.into(),
                octets: (1..=ENVELOPES)
                    .map(|number| subject(number).len() as u64)
                    .sum(),
            },
            Self::Search => Answer {
                items: FOUND.into(),
                octets: (1..=FOUND).map(|number| u64::from(uid(number))).sum(),
            },
            Self::List => of(MAILBOXES * LISTS, mailbox(0).len() as u64),
            Self::Body => of(1, 64 << 20),
            Self::Stream => of(1, 256 << 20),
            Self::Bodies => of(BODIES, SMALL as u64),
        }
    }
}

/// What a client found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) items: u64,
    pub(super) octets: u64,
}

impl Answer {
    pub(super) fn add(&mut self, octets: u64) {
        self.items += 1;
        self.octets += octets;
    }

    /// From the octets of each.
    pub(super) fn of(each: impl IntoIterator<Item = u64>) -> Self {
        let mut answer = Self::default();
        each.into_iter().for_each(|octets| answer.add(octets));
        answer
    }
}

/// The UIDs that are found: with gaps, so that they are no range.
pub(super) fn uid(number: u32) -> u32 {
    number * 3
}

/// All names are of one length.
pub(super) fn mailbox(number: u32) -> String {
    format!("Projects/2025/Customer {number:05}")
}

/// What a work took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Took {
    /// Seconds of processor time, user and system, of all threads.
    pub(super) cpu: f64,
    /// Octets by which the memory grew at the highest.
    pub(super) grown: u64,
    pub(super) right: bool,
}

impl Took {
    /// From the line that [`Begun::tell`] prints.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        Some(Self {
            cpu: words.next()?.parse().ok()?,
            grown: words.next()?.parse().ok()?,
            right: words.next()?.parse().ok()?,
        })
    }

    pub(super) fn least(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.min(other.cpu),
            grown: self.grown.min(other.grown),
            right: self.right && other.right,
        }
    }
}

/// The beginning of a work.
pub(super) struct Begun {
    cpu: Duration,
    memory: u64,
}

impl Begun {
    pub(super) fn now() -> Self {
        Self {
            memory: resident("VmRSS:"),
            cpu: cpu_time(),
        }
    }

    /// Tells the parent what the work took. What was kept must still be.
    pub(super) fn tell(&self, work: Work, answer: Answer) {
        let cpu = cpu_time().saturating_sub(self.cpu).as_secs_f64();
        let grown = resident("VmHWM:").saturating_sub(self.memory);
        println!("{cpu:.6} {grown} {}", answer == work.answer());
    }
}

/// A figure of this process in octets; 0 where the system does not tell.
fn resident(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.unwrap_or(0) * 1024
}
