//! Benchmarks beside the peers, on the same bytes in the same run.
//!
//! `cargo run --release -p imap-bench -- parse` measures the parsers. With a word behind it only
//! the workloads whose names hold that word are run.

mod allocations;
mod hostile;
mod measure;
mod parse;
mod parsers;
mod workload;

use std::process::ExitCode;

#[cfg(feature = "allocations")]
#[global_allocator]
static ALLOCATOR: &stats_alloc::StatsAlloc<std::alloc::System> = &stats_alloc::INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() != Some("parse") {
        eprintln!("usage: imap-bench parse [WORKLOAD]");
        return ExitCode::FAILURE;
    }
    parse::run(arguments.next().as_deref());
    ExitCode::SUCCESS
}
