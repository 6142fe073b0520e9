//! Benchmarks beside the peers, on the same bytes in the same run.
//!
//! `cargo run --release -p imap-bench -- parse` measures the parsers. With a word behind it only
//! the workloads whose names hold that word are run. `-- pipeline` measures commands over a far link.

mod allocations;
mod hostile;
mod measure;
mod parse;
mod parsers;
mod pipeline;
mod workload;

use std::process::ExitCode;

#[cfg(feature = "allocations")]
#[global_allocator]
static ALLOCATOR: &stats_alloc::StatsAlloc<std::alloc::System> = &stats_alloc::INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("parse") => parse::run(arguments.next().as_deref()),
        Some("pipeline") => {
            if let Err(error) = pipeline::run() {
                eprintln!("{error}");
                return ExitCode::FAILURE;
            }
        }
        _ => {
            eprintln!("usage: imap-bench parse [WORKLOAD] | pipeline");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
