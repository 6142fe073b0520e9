//! Times of work that is run in turns.

use std::time::{Duration, Instant};

/// Runs each piece of work once a round, in turns, so that what disturbs one disturbs all, and
/// gives the median time of each.
pub(crate) fn medians(rounds: usize, work: &mut [&mut dyn FnMut()]) -> Vec<Duration> {
    let mut times = vec![Vec::with_capacity(rounds); work.len()];
    for _ in 0..rounds {
        for (work, times) in work.iter_mut().zip(&mut times) {
            let start = Instant::now();
            work();
            times.push(start.elapsed());
        }
    }
    times.iter_mut().map(|times| median(times)).collect()
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// The median time of one piece of work.
pub(crate) fn time(rounds: usize, mut work: impl FnMut()) -> Duration {
    medians(rounds, &mut [&mut work]).pop().unwrap_or_default()
}

/// Mebibytes a second.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn rate(octets: usize, time: Duration) -> f64 {
    octets as f64 / (1024.0 * 1024.0) / time.as_secs_f64()
}
