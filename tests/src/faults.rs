//! Every recording with a fault behind each of its octets.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::replay::{assert_one_ending_each, play_faulty, server_octets};
use crate::transcript::Transcript;

/// What goes wrong with what the server says, behind so many of its octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The stream ends.
    Cut(usize),
    /// Nothing comes any more, and the stream stays open.
    Stall(usize),
    /// The octet there is another one.
    Corrupt(usize),
    /// The octet there does not come.
    Lose(usize),
}

impl Fault {
    /// Behind how many octets.
    pub fn at(self) -> usize {
        match self {
            Self::Cut(at) | Self::Stall(at) | Self::Corrupt(at) | Self::Lose(at) => at,
        }
    }

    /// Applies it to octets that begin at a place of the stream; whether more may come behind them.
    pub(crate) fn apply(self, begin: usize, octets: &mut Vec<u8>) -> bool {
        let Some(place) = self
            .at()
            .checked_sub(begin)
            .filter(|place| *place <= octets.len())
        else {
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
            Self::Lose(_) => {}
        }
        true
    }
}

/// A kind of fault, and the fault behind so many octets.
type Kind = (&'static str, fn(usize) -> Fault);

const KINDS: [Kind; 4] = [
    ("cut", Fault::Cut),
    ("stall", Fault::Stall),
    ("corrupt", Fault::Corrupt),
    ("lose", Fault::Lose),
];

/// Plays the recordings with each kind of fault behind every `step`-th octet, on all processors. Gives the number of
/// cases by kind.
///
/// # Panics
/// When a command has no ending or two, when time does not end what waits, or when the engine panics.
pub fn every(recordings: &[Transcript], step: usize) -> Vec<(&'static str, usize)> {
    let connections: Vec<(&Transcript, u8)> = recordings
        .iter()
        .flat_map(|transcript| {
            transcript
                .connections()
                .into_iter()
                .map(move |number| (transcript, number))
        })
        .collect();
    let counts = KINDS.map(|_| AtomicUsize::new(0));
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((transcript, number)) =
                    connections.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    for ((_, fault), count) in KINDS.iter().zip(&counts) {
                        let cases = one(transcript, *number, *fault, step);
                        count.fetch_add(cases, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    KINDS
        .iter()
        .zip(counts)
        .map(|((name, _), count)| (*name, count.into_inner()))
        .collect()
}

fn one(transcript: &Transcript, connection: u8, fault: fn(usize) -> Fault, step: usize) -> usize {
    let mut cases = 0;
    // The first place is another one for each connection, so that a sample does not always fall on line ends.
    for at in (transcript.name.len() % step..=server_octets(transcript, connection)).step_by(step) {
        let fault = fault(at);
        let mut outcome = play_faulty(transcript, connection, usize::MAX, Some(fault));
        let name = format!("{} connection {connection}, {fault:?}", transcript.name);
        assert!(
            outcome.harness.error.is_some(),
            "{name}: it goes on for ever"
        );
        assert_one_ending_each(&name, &mut outcome);
        cases += 1;
    }
    cases
}
