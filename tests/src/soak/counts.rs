//! What a run counts.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Of each kind so many problems are kept in words.
const TOLD: usize = 20;

/// What must not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A message whose command was answered OK is not there.
    Lost,
    /// A message that was appended once is there twice.
    Duplicated,
    /// An answer is that of another command, or a command that was refused was done.
    Misattributed,
    /// A command has no ending.
    Hung,
    /// Something is left when all sessions are gone.
    Leaked,
}

impl Kind {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 5] = [
        Self::Lost,
        Self::Duplicated,
        Self::Misattributed,
        Self::Hung,
        Self::Leaked,
    ];

    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Duplicated => "duplicated",
            Self::Misattributed => "misattributed",
            Self::Hung => "hung",
            Self::Leaked => "leaked",
        }
    }
}

/// Counters that all workers share.
#[derive(Debug, Default)]
pub struct Counts {
    /// Commands that were submitted.
    pub commands: AtomicU64,
    /// Connections that were opened, and those that could not be.
    pub opened: AtomicU64,
    /// Connections that a fault kept from being opened.
    pub failed: AtomicU64,
    /// Comparisons of a mailbox with what it must hold.
    pub compared: AtomicU64,
    problems: Mutex<BTreeMap<Kind, (u64, Vec<String>)>>,
    ends: Mutex<BTreeMap<String, u64>>,
}

impl Counts {
    /// Counts a problem, and keeps the first of its kind in words.
    pub fn problem(&self, kind: Kind, text: impl fmt::Display) {
        let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, told) = problems.entry(kind).or_default();
        *count += 1;
        if told.len() < TOLD {
            told.push(format!("{}: {text}", kind.name()));
        }
    }

    /// How many problems of a kind there were.
    pub fn of(&self, kind: Kind) -> u64 {
        let problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        problems.get(&kind).map_or(0, |(count, _)| *count)
    }

    /// All problems in words, as far as they were kept.
    pub fn told(&self) -> Vec<String> {
        let problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        let all = problems.values().flat_map(|(_, told)| told);
        all.cloned().collect()
    }

    /// Counts how a connection ended.
    pub fn end(&self, why: impl fmt::Display) {
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        *ends.entry(why.to_string()).or_default() += 1;
    }

    /// How connections ended, and how often.
    pub fn ends(&self) -> BTreeMap<String, u64> {
        let ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        ends.clone()
    }

    /// One more.
    pub(super) fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
