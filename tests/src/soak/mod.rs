//! Many sessions that lose their connections again and again, and a model of what their mailboxes must hold.
//!
//! Each worker owns two mailboxes, on threads by the blocking adapter or in a task by the other. It works on them through
//! a [proxy](crate::proxy) that injects faults, connects again whenever a connection is lost, and writes down how each
//! command ended: by OK, so that it must be seen, by a refusal, so that it must not, or without an answer, so that it may.
//! A connection without faults compares the mailboxes with that, behind lost connections and at the end.

mod counts;
mod faults;
mod ledger;
mod place;
mod remains;
mod run;
mod work;
mod worker;

pub use counts::{Counts, Kind};
pub use ledger::{Ledger, Listed, Problem};
pub use place::Place;
pub use run::{Report, run};

use std::time::Duration;

/// What is run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How long the workers go on.
    pub time: Duration,
    /// Workers: every other one on a thread, the rest in tasks.
    pub sessions: u32,
    /// What all choices follow from; when things happen does not.
    pub seed: u64,
    /// TLS from the first octet.
    pub tls: bool,
    /// COMPRESS behind the login.
    pub compress: bool,
    /// A worker that waits so long for one step is hung, not counting the time in which the whole process waits for a
    /// processor.
    pub hung_after: Duration,
    /// What is done wrong on purpose, to see that it is found.
    pub sabotage: Option<Kind>,
}
