//! Benchmarks beside the peers, on the same bytes in the same run.

fn main() {}
