//! Plays every attack and every quirk that is a file, on the engine and on both adapters, and measures them:
//!
//! ```text
//! cargo run --release -p imap-tests --bin attacks -- [NAME…] [--faults]
//! ```
//!
//! `--faults` plays every recording with each kind of [fault](imap_tests::faults::Fault) behind each of its octets, in the
//! engine; the last line is `N cases, 0 hangs, 0 panics, 0 commands with two endings or none, 0 changed by what is harmless`,
//! and the exit status 1 where a number but the first is not 0. Without it, the program prints `id, passed or failed, peak
//! heap, bytes handled, ns per byte` for each, and fails where one of them is above what the limits promise. The last line
//! is then `N passed, M failed, 0 skipped`.

use std::process::ExitCode;

use imap_tests::faults::Tally;
use imap_tests::hostile::{Cost, Hostile, Side, all};
use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// How much longer an octet of an attack may take than one of ordinary mail.
const PACE: f64 = 10.0;
/// Below this the clock tells nothing.
const MEASURABLE: u64 = 256 * 1024;

fn main() -> ExitCode {
    let mut names: Vec<String> = std::env::args().skip(1).collect();
    if names.iter().any(|name| name == "--faults") {
        return faults();
    }
    names.retain(|name| !name.starts_with("--"));
    let ordinary = ordinary();
    println!("ordinary responses: {ordinary:.2} ns per byte");
    let (mut passed, mut failed) = (0, 0);
    for hostile in all() {
        if !names.is_empty()
            && !names
                .iter()
                .any(|name| hostile.name.contains(name.as_str()))
        {
            continue;
        }
        for side in hostile.sides.clone() {
            let (line, verdict) = measure(&hostile, side, ordinary);
            match verdict {
                Ok(()) => {
                    passed += 1;
                    println!("{line}");
                }
                Err(why) => {
                    failed += 1;
                    println!("{line}: {why}");
                }
            }
        }
    }
    println!("{passed} passed, {failed} failed, 0 skipped");
    ExitCode::from(u8::from(failed > 0 || passed == 0))
}

/// Every recording with every fault behind every octet.
fn faults() -> ExitCode {
    let tallies = imap_tests::faults::every(&imap_tests::transcript::all(), 1);
    for tally in &tallies {
        println!("{tally}");
    }
    let sum = |number: fn(&Tally) -> usize| tallies.iter().map(number).sum::<usize>();
    println!(
        "{} cases, {} hangs, {} panics, {} commands with two endings or none, {} changed by what is harmless",
        sum(|tally| tally.cases),
        sum(|tally| tally.hung),
        sum(|tally| tally.panicked),
        sum(|tally| tally.endings),
        sum(|tally| tally.changed),
    );
    ExitCode::from(u8::from(!tallies.iter().all(Tally::is_clean)))
}

/// The pace of a mailbox's envelopes and flags, the median of several times.
fn ordinary() -> f64 {
    let hostile = Hostile::ordinary();
    let mut times: Vec<f64> = (0..9)
        .filter_map(|_| hostile.play(Side::Core).ok())
        .map(pace)
        .collect();
    times.sort_by(f64::total_cmp);
    times
        .get(times.len() / 2)
        .copied()
        .expect("ordinary responses are taken")
}

#[expect(clippy::cast_precision_loss, reason = "for people")]
fn pace(cost: Cost) -> f64 {
    cost.time.as_nanos() as f64 / cost.octets.max(1) as f64
}

fn measure(hostile: &Hostile, side: Side, ordinary: f64) -> (String, Result<(), String>) {
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let result = hostile.play(side);
    let heap = HEAP.peak_usage().saturating_sub(before);
    let cost = result
        .as_ref()
        .map_or_else(|_| Cost::default(), |cost| *cost);
    let verdict = result.and_then(|_| {
        if heap > hostile.heap {
            return Err(format!("the heap grew above {}", hostile.heap));
        }
        if hostile.pace && cost.octets >= MEASURABLE && pace(cost) > PACE * ordinary {
            return Err(format!(
                "more than {PACE} times the {ordinary:.2} ns of ordinary octets"
            ));
        }
        Ok(())
    });
    let word = if verdict.is_ok() { "passed" } else { "failed" };
    let (octets, pace) = match side {
        Side::Core => (cost.octets.to_string(), format!("{:.2}", pace(cost))),
        _ => ("-".to_owned(), "-".to_owned()),
    };
    let line = format!(
        "{} {}::{side}, {word}, {heap}, {octets}, {pace}",
        hostile.id, hostile.name
    );
    (line, verdict)
}
