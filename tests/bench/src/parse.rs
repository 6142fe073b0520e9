//! The parsers beside each other.

use std::hint::black_box;
use std::time::Duration;

use crate::parsers::{Codec, Ours, Parser, Proto};
use crate::workload::{Workload, all, search};
use crate::{allocations, hostile, measure};

/// The pieces of the second run; a TLS record is not larger.
const PIECE: usize = 16 * 1024;

/// What is compared, for whoever reads the figures.
const LEGEND: &str = "\
MiB/s of each parser from octets to owned responses, dropped one by one; processor time, runs in turns, medians of the quietest block.
ours    copies the stream into its read buffer, as a read from a socket would; bodies and all but short strings share that memory.
peers   whole: parse the stream where it stands, which no read pays for, and copy what they found into owned values;
        in pieces: from a vector that the pieces are appended to, and again from its start when a response was cut off.
";

/// Measures every workload whose name holds the word.
pub(crate) fn run(word: Option<&str>) {
    println!("{LEGEND}");
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
    let mut ours = Ours::new();
    let [whole, pieces] = measure::medians(|which| {
        let piece = [usize::MAX, PIECE][which];
        assert_eq!(ours.parse(&workload.stream, piece), workload.found);
    });
    let ratio = measure::ratio(pieces, whole);
    println!("{:16} pieces ÷ whole {ratio:.2}", workload.name);
}

/// Measures all parsers, and prints a line.
fn compare_in(workload: &Workload, piece: usize, how: &str) {
    let (mut ours, mut proto, mut codec) = (Ours::new(), Proto::default(), Codec::default());
    let mut parsers: Vec<&mut dyn Parser> = vec![&mut ours];
    // In pieces a peer begins again with each one: bodies of a mebibyte would take minutes.
    if piece == usize::MAX || !is_slow_in_pieces(workload) {
        parsers.push(&mut proto);
        parsers.push(&mut codec);
    }
    let columns: Vec<_> = parsers
        .iter_mut()
        .map(|parser| (parser.name(), check(*parser, workload, piece)))
        .collect();
    let times = measure::medians_of(parsers.len(), &mut |which| {
        if let Some(parser) = parsers.get_mut(which) {
            black_box(parser.parse(&workload.stream, piece));
        }
    });
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
    let streams = [search(1_000_000), search(2_000_000)];
    for (piece, how) in [(usize::MAX, "whole"), (PIECE, "pieces")] {
        let mut ours = Ours::new();
        let [small, large] = measure::medians(|which| {
            let workload = &streams[which];
            assert_eq!(ours.parse(&workload.stream, piece), workload.found);
        });
        let ratio = measure::ratio(large, small);
        println!("search 2×10⁶ ÷ 10⁶ {how:6} {ratio:.2}");
    }
}

/// How fast any parser could be: a search for line ends, and a copy.
fn limits() {
    for workload in all() {
        let stream = workload.stream.as_slice();
        let mut copy = Vec::with_capacity(stream.len());
        let times: [Duration; 2] = measure::medians(|which| {
            if which == 0 {
                black_box(memchr::memchr_iter(b'\n', stream).count());
            } else {
                copy.clear();
                copy.extend_from_slice(black_box(stream));
            }
        });
        let rates = times.map(|time| format!("{:.0} MiB/s", measure::rate(stream.len(), time)));
        println!(
            "{:16} limits  memchr, memcpy: {}",
            workload.name,
            rates.join(", ")
        );
    }
}
