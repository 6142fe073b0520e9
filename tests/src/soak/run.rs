//! A run from its beginning to its end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::Runtime;

use super::counts::{Counts, Kind};
use super::place::Place;
use super::remains::Remains;
use super::worker::{Shared, live};
use super::{Plan, faults};
use crate::compare::ready;
use crate::proxy::Proxy;
use crate::stress::{Random, becomes};

/// How often the workers are looked at.
const LOOK: Duration = Duration::from_millis(20);

/// What a run was.
#[derive(Clone, Debug)]
pub struct Report {
    /// Commands that were submitted through the proxy.
    pub commands: u64,
    /// Faults by their kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// Connections that were opened through the proxy, and those that failed before.
    pub connections: (u64, u64),
    /// How connections ended, and how often.
    pub ends: BTreeMap<String, u64>,
    /// Comparisons of a mailbox with what it must hold.
    pub compared: u64,
    /// Octets of heap at the end, beyond those at the beginning.
    pub heap: usize,
    /// Lost, duplicated, misattributed, hung, leaked.
    pub problems: [u64; 5],
    /// The first problems in words.
    pub told: Vec<String>,
}

impl Report {
    /// The line that all is about.
    pub fn line(&self) -> String {
        let faults: u64 = self.faults.values().sum();
        let problems = Kind::ALL.iter().zip(self.problems);
        let problems: Vec<String> = problems
            .map(|(kind, count)| format!("{count} {}", kind.name()))
            .collect();
        let problems = problems.join(", ");
        format!(
            "{} commands, {faults} faults injected, {problems}",
            self.commands
        )
    }

    /// Whether nothing happened that must not, and anything was done at all.
    pub fn is_clean(&self) -> bool {
        self.problems == [0; 5] && self.commands > 0 && !self.faults.is_empty()
    }
}

/// Runs it. `heap` tells the octets that are allocated.
///
/// # Errors
/// What kept it from being run.
pub fn run(place: &Place, plan: &Plan, heap: fn() -> usize) -> Result<Report, String> {
    let text = |error: std::io::Error| error.to_string();
    // Once, so that what libraries make at their first use is no leak.
    warm_up(place, plan)?;
    let before = Remains::now(heap);
    let mut random = Random::new(plan.seed, u64::MAX);
    let tls = plan.tls;
    let plans = move |_| faults::plan(&mut random, tls);
    let proxy = Proxy::start_with(place.port_for(tls), plans).map_err(text)?;
    let shared = Arc::new(Shared::new(place, plan, proxy.port())?);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(text)?;
    let threads = start(&shared, &runtime);
    let hung = wait(&shared, plan);
    let counts = &shared.counts;
    for _ in 0..hung {
        counts.problem(Kind::Hung, "a step of a worker does not end");
    }
    if hung == 0 {
        finish(threads, &runtime, counts)?;
    }
    runtime.shutdown_background();
    let mut report = report(counts, proxy.injected());
    drop((proxy, shared));
    // What is hung holds much, which is no leak of its own.
    if hung == 0 {
        let leaked = before.leaked(heap);
        report.problems[4] += leaked.len() as u64;
        let leaked = leaked.into_iter().take(20);
        report
            .told
            .extend(leaked.map(|what| format!("leaked: {what}")));
    }
    report.heap = before.heap_since(heap);
    Ok(report)
}

/// Waits for the threads, and for the tasks that sessions leave to log out.
fn finish(threads: Vec<JoinHandle<()>>, runtime: &Runtime, counts: &Counts) -> Result<(), String> {
    for thread in threads {
        // All are done, and none of them panics but by a bug of this program.
        thread.join().map_err(|_| "a worker panicked".to_owned())?;
    }
    let tasks = || runtime.metrics().num_alive_tasks();
    if !becomes(|| tasks() == 0) {
        counts.problem(Kind::Leaked, format!("{} tasks", tasks()));
    }
    Ok(())
}

/// Every other worker on a thread, the rest in tasks.
fn start(shared: &Arc<Shared>, runtime: &Runtime) -> Vec<JoinHandle<()>> {
    let mut threads = Vec::new();
    for (worker, _) in (0..).zip(&shared.steps) {
        let own = Arc::clone(shared);
        if worker % 2 == 0 {
            threads.push(std::thread::spawn(move || {
                ready(live::<imap_transport_std::Session>(&own, worker));
            }));
        } else {
            runtime.spawn(async move { live::<imap_transport_tokio::Session>(&own, worker).await });
        }
    }
    threads
}

/// Waits until the time is over and all workers are done; how many are hung.
fn wait(shared: &Shared, plan: &Plan) -> usize {
    while shared.running() > 0 {
        if shared.began.elapsed() >= plan.time {
            shared.ending.store(true, Ordering::SeqCst);
        }
        let late = shared.late(plan.hung_after);
        if late > 0 {
            shared.ending.store(true, Ordering::SeqCst);
            return late;
        }
        std::thread::sleep(LOOK);
        let look = u64::try_from(LOOK.as_millis()).unwrap_or(1);
        shared.clock.fetch_add(look, Ordering::SeqCst);
    }
    0
}

fn report(counts: &Counts, faults: BTreeMap<&'static str, u64>) -> Report {
    let number = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    Report {
        commands: number(&counts.commands),
        faults,
        connections: (number(&counts.opened), number(&counts.failed)),
        ends: counts.ends(),
        compared: number(&counts.compared),
        heap: 0,
        problems: Kind::ALL.map(|kind| counts.of(kind)),
        told: counts.told(),
    }
}

/// One session of each adapter.
fn warm_up(place: &Place, plan: &Plan) -> Result<(), String> {
    let port = place.port_for(plan.tls);
    let config = place.config(port, plan.tls, plan.compress, Duration::from_secs(60))?;
    let text = |error: imap_transport_std::Error| error.to_string();
    let session = imap_transport_std::connect(config.clone()).map_err(text)?;
    session.logout().wait().map_err(text)?;
    drop(session);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime
        .map_err(|error| error.to_string())?
        .block_on(async {
            let session = imap_transport_tokio::connect(config).await?;
            session.logout().await.map(drop)
        })
        .map_err(text)
}
