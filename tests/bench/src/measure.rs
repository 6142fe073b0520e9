//! Times of work that is run in turns.

use std::time::{Duration, Instant};

/// Rounds that a median is taken of.
const BLOCK: usize = 7;
/// How many blocks of rounds there are at least.
const BLOCKS: usize = 7;
/// How long is measured at least, in the time of a clock on the wall: what else a machine does
/// comes and goes by the second.
const AT_LEAST: Duration = Duration::from_secs(1);

/// The time of each piece of work: the median of a block of rounds, in the block that was the
/// least disturbed. A round runs each piece of work once, in turns; the time is the processor's,
/// so that the time of other programs does not count.
pub(crate) fn medians<const N: usize>(mut work: impl FnMut(usize)) -> [Duration; N] {
    medians_of(N, &mut work)
        .try_into()
        .unwrap_or([Duration::MAX; N])
}

/// The same for a number of pieces known at run time only.
pub(crate) fn medians_of(pieces: usize, work: &mut dyn FnMut(usize)) -> Vec<Duration> {
    let start = Instant::now();
    let mut best = vec![Duration::MAX; pieces];
    let mut blocks = 0;
    while blocks < BLOCKS || start.elapsed() < AT_LEAST {
        for (best, median) in best.iter_mut().zip(block(pieces, work)) {
            *best = median.min(*best);
        }
        blocks += 1;
    }
    best
}

/// The medians of one block of rounds.
fn block(pieces: usize, work: &mut dyn FnMut(usize)) -> Vec<Duration> {
    let mut times = vec![[Duration::ZERO; BLOCK]; pieces];
    for round in 0..BLOCK {
        for (piece, times) in times.iter_mut().enumerate() {
            let start = processor_time();
            work(piece);
            let took = processor_time().saturating_sub(start);
            if let Some(time) = times.get_mut(round) {
                *time = took;
            }
        }
    }
    let median = |mut times: [Duration; BLOCK]| {
        times.sort_unstable();
        times[BLOCK / 2]
    };
    times.into_iter().map(median).collect()
}

/// The time that this thread ran.
#[cfg(target_os = "linux")]
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// The time on the wall, where the other is not to be had.
#[cfg(not(target_os = "linux"))]
fn processor_time() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// The median time of a few runs of one piece of work.
pub(crate) fn time(runs: usize, mut work: impl FnMut()) -> Duration {
    let mut times = Vec::with_capacity(runs);
    for _ in 0..runs {
        let start = processor_time();
        work();
        times.push(processor_time().saturating_sub(start));
    }
    times.sort_unstable();
    times.get(runs / 2).copied().unwrap_or_default()
}

/// How many times as long.
pub(crate) fn ratio(time: Duration, other: Duration) -> f64 {
    time.as_secs_f64() / other.as_secs_f64()
}

/// Mebibytes a second.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn rate(octets: usize, time: Duration) -> f64 {
    octets as f64 / (1024.0 * 1024.0) / time.as_secs_f64()
}
