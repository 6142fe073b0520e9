//! Every recording with a fault behind each of its octets, in the engine.
//!
//! A transport that fails, as by a reset, is no matter of the engine, which is told nothing any more: that is played over
//! sockets, see [`proxy`](crate::proxy).

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use imap_proto_core::engine::Event;

use crate::replay::{Outcome, Recorded, server_octets, without_one_ending};
use crate::transcript::Transcript;

/// Of each kind of fault so many problems are told in words.
const TOLD: usize = 10;

/// What goes wrong with what the server says, behind so many of its octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The stream ends in good order; also what half a close is to a client.
    Cut(usize),
    /// Nothing comes any more, and the stream stays open.
    Stall(usize),
    /// The octet there is another one.
    Corrupt(usize),
    /// The octet there does not come.
    Lose(usize),
    /// Nothing comes for a while, less than any limit.
    Delay(usize),
    /// The next octets come one by one.
    Drip(usize),
    /// All that follows in the same answer comes in small pieces, with a pause before each.
    Throttle(usize),
}

/// How octets come that are not lost: so many pieces of a size, with a pause before each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    pub(crate) size: usize,
    pub(crate) times: usize,
    pub(crate) pause: Duration,
}

impl Fault {
    /// Behind how many octets.
    pub fn at(self) -> usize {
        match self {
            Self::Cut(at)
            | Self::Stall(at)
            | Self::Corrupt(at)
            | Self::Lose(at)
            | Self::Delay(at)
            | Self::Drip(at)
            | Self::Throttle(at) => at,
        }
    }

    /// Whether all octets arrive as they were: then nothing but the time may be another.
    pub fn is_harmless(self) -> bool {
        matches!(self, Self::Delay(_) | Self::Drip(_) | Self::Throttle(_))
    }

    /// Applies it to octets that begin at a place of the stream; whether more may come behind them.
    pub(crate) fn apply(self, begin: usize, octets: &mut Vec<u8>) -> bool {
        let Some(place) = self.place(begin).filter(|place| *place <= octets.len()) else {
            return true;
        };
        match self {
            Self::Cut(_) | Self::Stall(_) => {
                octets.truncate(place);
                return false;
            }
            // Letters and brackets become others, and line ends something else.
            Self::Corrupt(_) => octets
                .iter_mut()
                .skip(place)
                .take(1)
                .for_each(|octet| *octet ^= 0x21),
            Self::Lose(_) if place < octets.len() => drop(octets.remove(place)),
            Self::Lose(_) | Self::Delay(_) | Self::Drip(_) | Self::Throttle(_) => {}
        }
        true
    }

    /// How octets that begin at a place of the stream come behind the fault, and where in them it is.
    pub(crate) fn manner(self, begin: usize) -> Option<(usize, Manner)> {
        let (size, times, pause) = match self {
            Self::Delay(_) => (usize::MAX, 1, Duration::from_secs(4)),
            Self::Drip(_) => (1, 16, Duration::ZERO),
            Self::Throttle(_) => (64, usize::MAX, Duration::from_millis(20)),
            _ => return None,
        };
        let manner = Manner { size, times, pause };
        self.place(begin).map(|place| (place, manner))
    }

    fn place(self, begin: usize) -> Option<usize> {
        self.at().checked_sub(begin)
    }
}

/// A kind of fault, and the fault behind so many octets.
type Kind = (&'static str, fn(usize) -> Fault);

const KINDS: [Kind; 7] = [
    ("cut or half-closed", Fault::Cut),
    ("stall", Fault::Stall),
    ("corrupt", Fault::Corrupt),
    ("lose", Fault::Lose),
    ("delay", Fault::Delay),
    ("one-byte reads", Fault::Drip),
    ("throttle", Fault::Throttle),
];

/// What came of all cases with one kind of fault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// The kind.
    pub kind: &'static str,
    /// Connections of recordings, times the places of the fault.
    pub cases: usize,
    /// Cases in which the connection had no end, though its stream or its time had one.
    pub hung: usize,
    /// Cases in which something panicked.
    pub panicked: usize,
    /// Commands with no ending or with several.
    pub endings: usize,
    /// Cases in which a harmless fault changed what the client was told.
    pub changed: usize,
    /// The first of these problems in words.
    pub problems: Vec<String>,
}

impl Tally {
    /// Whether there was no problem.
    pub fn is_clean(&self) -> bool {
        self.hung + self.panicked + self.endings + self.changed == 0
    }

    fn add(&mut self, other: Self) {
        self.cases += other.cases;
        self.hung += other.hung;
        self.panicked += other.panicked;
        self.endings += other.endings;
        self.changed += other.changed;
        self.problems.extend(other.problems);
        self.problems.truncate(TOLD);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            kind, cases, hung, ..
        } = self;
        write!(
            f,
            "{kind}: {cases} cases, {hung} hangs, {} panics, {} commands with two endings or none, {} changed by what is harmless",
            self.panicked, self.endings, self.changed
        )?;
        self.problems
            .iter()
            .try_for_each(|problem| write!(f, "\n    {problem}"))
    }
}

/// Plays the recordings with each kind of fault behind every `step`-th octet, on all processors.
pub fn every(recordings: &[Transcript], step: usize) -> Vec<Tally> {
    let connections: Vec<(&Transcript, u8)> = recordings
        .iter()
        .flat_map(|transcript| {
            let connections = transcript.connections().into_iter();
            connections.map(move |number| (transcript, number))
        })
        .collect();
    let tallies = KINDS.map(|(kind, _)| {
        Mutex::new(Tally {
            kind,
            ..Tally::default()
        })
    });
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((transcript, number)) =
                    connections.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    let places = Places::new(transcript, *number, step);
                    for ((_, fault), tally) in KINDS.iter().zip(&tallies) {
                        let counted = places.with(*fault);
                        let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
                        tally.add(counted);
                    }
                }
            });
        }
    });
    let taken = tallies.map(|tally| tally.into_inner().unwrap_or_else(PoisonError::into_inner));
    taken.into()
}

/// One connection, and the octets behind which its faults are.
struct Places {
    name: String,
    recorded: Recorded,
    undisturbed: Told,
    octets: Vec<usize>,
}

impl Places {
    fn new(transcript: &Transcript, connection: u8, step: usize) -> Self {
        let recorded = Recorded::new(transcript, connection);
        // The first place is another one for each connection, so that a sample does not always fall on line ends.
        let first = transcript.name.len() % step;
        let octets = server_octets(transcript, connection);
        Self {
            name: format!("{} connection {connection}", transcript.name),
            undisturbed: Told::by(&recorded.play(usize::MAX, None)),
            recorded,
            octets: (first..=octets).step_by(step).collect(),
        }
    }

    fn with(&self, fault: fn(usize) -> Fault) -> Tally {
        let mut tally = Tally::default();
        for at in &self.octets {
            tally.add(self.one(fault(*at)));
        }
        tally
    }

    fn one(&self, fault: Fault) -> Tally {
        let played = catch_unwind(AssertUnwindSafe(|| {
            self.recorded.play(usize::MAX, Some(fault))
        }));
        let Ok(mut outcome) = played else {
            return self.problem(fault, "panic", |tally| &mut tally.panicked, 1);
        };
        let told = Told::by(&outcome);
        let wrong = without_one_ending(&mut outcome);
        if outcome.harness.error.is_none() {
            return self.problem(fault, "it goes on for ever", |tally| &mut tally.hung, 1);
        }
        if !wrong.is_empty() {
            let count = wrong.len();
            return self.problem(fault, &wrong.join(", "), |tally| &mut tally.endings, count);
        }
        if fault.is_harmless() && told != self.undisturbed {
            let changed = format!("{told:?} in place of {:?}", self.undisturbed);
            return self.problem(fault, &changed, |tally| &mut tally.changed, 1);
        }
        Tally {
            cases: 1,
            ..Tally::default()
        }
    }

    fn problem(
        &self,
        fault: Fault,
        what: &str,
        counter: fn(&mut Tally) -> &mut usize,
        count: usize,
    ) -> Tally {
        let mut tally = Tally {
            cases: 1,
            problems: vec![format!("{}, {fault:?}: {what}", self.name)],
            ..Tally::default()
        };
        *counter(&mut tally) += count;
        tally
    }
}

/// What a client was told, in numbers: enough to see that something is missing, and cheap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Told {
    events: usize,
    octets_of_bodies: usize,
    completed: usize,
    malformed: usize,
}

impl Told {
    fn by(outcome: &Outcome) -> Self {
        let mut told = Self::default();
        for event in &outcome.events {
            match event {
                Event::BodyChunk { data, .. } => {
                    told.octets_of_bodies += data.len();
                    continue;
                }
                Event::Completed { .. } => told.completed += 1,
                Event::Malformed { .. } => told.malformed += 1,
                _ => {}
            }
            told.events += 1;
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::recording;

    #[test]
    fn a_lost_octet_is_told_from_a_delay() {
        let transcript = recording("dovecot/97-pipelining");
        let recorded = Recorded::new(&transcript, 1);
        let whole = Told::by(&recorded.play(usize::MAX, None));
        let half = server_octets(&transcript, 1) / 2;
        let told = |fault| Told::by(&recorded.play(usize::MAX, Some(fault)));
        assert_eq!(told(Fault::Delay(half)), whole);
        assert_ne!(told(Fault::Cut(half)), whole);
    }

    #[test]
    fn a_problem_is_no_clean_tally_and_is_told() {
        let transcript = recording("dovecot/97-pipelining");
        let mut places = Places::new(&transcript, 1, 1000);
        assert!(places.with(Fault::Throttle).is_clean());
        places.undisturbed.events += 1;
        let tally = places.with(Fault::Throttle);
        assert_eq!(tally.changed, tally.cases);
        assert!(tally.to_string().contains("in place of"), "{tally}");
    }
}
