//! The parsers beside each other.

use std::hint::black_box;
use std::time::Duration;

use crate::parsers::{Codec, Ours, Parser, Proto};
use crate::workload::{Found, Workload, all, search};
use crate::{allocations, hostile, measure};

/// Runs of each measurement.
const ROUNDS: usize = 21;
/// The pieces of the second run; a TLS record is not larger.
const PIECE: usize = 16 * 1024;

/// Measures every workload whose name holds the word.
pub(crate) fn run(word: Option<&str>) {
    for workload in all() {
        if word.is_none_or(|word| workload.name.contains(word)) {
            compare(&workload);
        }
    }
    if word.is_none_or(|word| "search".contains(word)) {
        search_growth();
    }
    if word.is_none_or(|word| "limits".contains(word)) {
        limits();
    }
    if word.is_none_or(|word| "hostile".contains(word)) {
        hostile::run();
    }
}

/// One workload whole and in pieces: a line each, and how the two compare for ours.
fn compare(workload: &Workload) {
    compare_in(workload, usize::MAX, "whole");
    compare_in(workload, PIECE, "pieces");
    let (mut one, mut other) = (Ours::new(), Ours::new());
    let mut whole = || assert_found(one.parse(&workload.stream, usize::MAX), workload.found);
    let mut pieces = || assert_found(other.parse(&workload.stream, PIECE), workload.found);
    let times = measure::medians(ROUNDS, &mut [&mut whole, &mut pieces]);
    if let [whole, pieces] = *times.as_slice() {
        let ratio = pieces.as_secs_f64() / whole.as_secs_f64();
        println!("{:16} pieces ÷ whole {ratio:.2}", workload.name);
    }
}

/// Measures all parsers, and prints a line.
fn compare_in(workload: &Workload, piece: usize, how: &str) {
    let (mut ours, mut proto, mut codec) = (Ours::new(), Proto::default(), Codec::default());
    let parsers: [&mut dyn Parser; 3] = [&mut ours, &mut proto, &mut codec];
    let mut columns = Vec::new();
    let mut work: Vec<Box<dyn FnMut() + '_>> = Vec::new();
    for parser in parsers {
        // In pieces a peer begins again with each one: bodies of a mebibyte would take minutes.
        if piece < usize::MAX && parser.name() != "ours" && is_slow_in_pieces(workload) {
            continue;
        }
        let allocated = check(parser, workload, piece);
        columns.push((parser.name(), allocated));
        work.push(Box::new(|| {
            black_box(parser.parse(&workload.stream, piece));
        }));
    }
    let mut work: Vec<&mut dyn FnMut()> = work.iter_mut().map(|work| &mut **work as _).collect();
    let times = measure::medians(ROUNDS, &mut work);
    print_line(workload, how, &columns, &times);
}

/// Whether one response is so long that parsing it again for each piece takes too long.
fn is_slow_in_pieces(workload: &Workload) -> bool {
    workload.stream.len() / workload.found.responses > 100 * PIECE
}

/// Stops when a parser does not find what is there. Gives its allocations a response.
#[allow(clippy::cast_precision_loss)]
fn check(parser: &mut dyn Parser, workload: &Workload, piece: usize) -> Option<f64> {
    parser.parse(&workload.stream, piece); // buffers have grown
    let (found, allocated) = allocations::count(|| parser.parse(&workload.stream, piece));
    assert_eq!(
        found,
        workload.found,
        "{} in {}",
        parser.name(),
        workload.name
    );
    allocated.map(|count| count as f64 / found.responses as f64)
}

fn print_line(workload: &Workload, how: &str, columns: &[(&str, Option<f64>)], times: &[Duration]) {
    let rates: Vec<f64> = times
        .iter()
        .map(|&time| measure::rate(workload.stream.len(), time))
        .collect();
    print!("{:16} {how:6}", workload.name);
    for ((name, allocated), rate) in columns.iter().zip(&rates) {
        print!("  {name} {rate:.0} MiB/s");
        if let Some(allocated) = allocated {
            print!(" ({allocated:.1} allocations)");
        }
    }
    let better = rates.iter().skip(1).copied().fold(0.0, f64::max);
    if better > 0.0 {
        print!("  ratio {:.2}", rates.first().unwrap_or(&0.0) / better);
        if let Some(promised) = workload.promised {
            print!(" (promised {promised})");
        }
    }
    println!();
}

/// Twice the numbers must take twice the time.
fn search_growth() {
    let (small, large) = (search(1_000_000), search(2_000_000));
    for (piece, how) in [(usize::MAX, "whole"), (PIECE, "pieces")] {
        let (mut one, mut two) = (Ours::new(), Ours::new());
        let mut first = || assert_found(one.parse(&small.stream, piece), small.found);
        let mut second = || assert_found(two.parse(&large.stream, piece), large.found);
        let times = measure::medians(ROUNDS, &mut [&mut first, &mut second]);
        if let [small, large] = *times.as_slice() {
            let ratio = large.as_secs_f64() / small.as_secs_f64();
            println!("search 2×10⁶ ÷ 10⁶ {how:6} {ratio:.2}");
        }
    }
}

fn assert_found(found: Found, expected: Found) {
    assert_eq!(found, expected);
}

/// How fast any parser could be: a search for line ends, and a copy.
fn limits() {
    for workload in all() {
        let stream = workload.stream.as_slice();
        let mut copy = Vec::with_capacity(stream.len());
        let mut ends = || {
            black_box(memchr::memchr_iter(b'\n', stream).count());
        };
        let mut copied = || {
            copy.clear();
            copy.extend_from_slice(black_box(stream));
        };
        let times = measure::medians(ROUNDS, &mut [&mut ends, &mut copied]);
        let rates = times.iter().map(|&time| measure::rate(stream.len(), time));
        let rates: Vec<String> = rates.map(|rate| format!("{rate:.0} MiB/s")).collect();
        println!(
            "{:16} limits  memchr, memcpy: {}",
            workload.name,
            rates.join(", ")
        );
    }
}
