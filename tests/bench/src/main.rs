//! Benchmarks beside the peers, on the same bytes in the same run.
//!
//! `cargo run --release -p imap-bench -- parse` measures the parsers. With a word behind it only
//! the workloads whose names hold that word are run. `-- clients` does the same work by other clients of Rust, by both
//! adapters and by a raw socket, again the works whose names hold a word. `-- pipeline` measures commands over a far
//! link. `-- seed` does the same work by the seed system, by both adapters and by a raw socket.

mod allocations;
mod child;
mod clients;
mod hostile;
mod measure;
mod parse;
mod parsers;
mod pipeline;
mod seed;
mod workload;

use std::process::ExitCode;

#[cfg(feature = "allocations")]
#[global_allocator]
static ALLOCATOR: &stats_alloc::StatsAlloc<std::alloc::System> = &stats_alloc::INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("parse") => parse::run(arguments.next().as_deref()),
        Some("clients") => return told(clients::run(arguments.next().as_deref())),
        Some(clients::CHILD) => {
            return told(clients::child(&arguments.collect::<Vec<_>>()).map(|()| true));
        }
        Some("pipeline") => return told(pipeline::run().map(|()| true)),
        Some("seed") => return told(seed::run(&arguments.collect::<Vec<_>>())),
        Some(seed::CHILD) => {
            return told(seed::child(&arguments.collect::<Vec<_>>()).map(|()| true));
        }
        _ => {
            eprintln!(
                "usage: imap-bench parse [WORKLOAD] | clients [WORK] | pipeline | seed [--server source]"
            );
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Tells an error; otherwise the result says whether what was promised was measured.
fn told(result: Result<bool, Box<dyn std::error::Error + Send + Sync>>) -> ExitCode {
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
