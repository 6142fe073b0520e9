//! The workers of a run, on threads or in tasks.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use imap_proto_core::encode::Select;
use imap_transport_std::{Config, Notice};
use imap_transport_tokio as tasks;

use super::measure::{becomes, resident, session_threads};
use super::random::Random;
use super::work::one;
use super::{Size, World};
use crate::compare::ready;
use crate::interop::Client;

/// Commands of each worker between two pauses, in which all wait and the session idles.
const BETWEEN: u32 = 250;
/// How long IDLE may take to begin, on a busy machine.
const SOON: Duration = Duration::from_secs(30);

/// What a run was.
#[derive(Clone, Debug)]
pub struct Report {
    /// Answers that were checked.
    pub answers: u64,
    /// How often the session idled in between.
    pub idles: u64,
    /// How long it took.
    pub took: Duration,
    /// Octets that the process grew by behind the first quarter.
    pub grown: u64,
}

/// What the workers share.
struct Shared {
    world: Arc<World>,
    size: Size,
    answers: AtomicU64,
    idles: AtomicU64,
    /// The memory when a quarter was done, and the octets grown since.
    quarter: AtomicU64,
    /// The first thing that was wrong: from then on nothing is done.
    failed: AtomicBool,
    problem: Mutex<Option<String>>,
}

impl Shared {
    fn new(world: &Arc<World>, size: Size) -> Arc<Self> {
        Arc::new(Self {
            world: Arc::clone(world),
            size,
            answers: AtomicU64::new(0),
            idles: AtomicU64::new(0),
            quarter: AtomicU64::new(0),
            failed: AtomicBool::new(false),
            problem: Mutex::default(),
        })
    }

    fn fail(&self, problem: String) {
        let mut first = self.problem.lock().unwrap_or_else(PoisonError::into_inner);
        first.get_or_insert(problem);
        self.failed.store(true, Ordering::SeqCst);
    }

    fn has_failed(&self) -> bool {
        self.failed.load(Ordering::SeqCst)
    }

    /// The commands of a worker up to the next pause.
    async fn stretch<L: Client>(&self, client: &L, worker: u32, random: &mut Random, count: u32) {
        for _ in 0..count {
            if self.has_failed() {
                return;
            }
            match one(client, &self.world, random).await {
                Ok(answers) => {
                    self.answers.fetch_add(answers, Ordering::Relaxed);
                }
                Err(problem) => self.fail(format!("worker {worker}: {problem}")),
            }
        }
    }

    /// One worker waits for the session to idle, while the others do nothing.
    async fn idle<L: Client>(&self, client: &L, events: &mut L::Events) {
        if self.has_failed() {
            return;
        }
        let _guard = client.session().idle();
        let end = Instant::now() + SOON;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            if let Some(Notice::Idling(true)) = L::notice(events, left).await {
                self.idles.fetch_add(1, Ordering::Relaxed);
                return;
            }
        }
        self.fail("IDLE did not begin".to_owned());
    }

    fn note_quarter(&self) {
        let none = 0;
        let now = resident();
        let _ = self
            .quarter
            .compare_exchange(none, now, Ordering::SeqCst, Ordering::SeqCst);
    }

    fn report(&self, began: Instant) -> Result<Report, String> {
        let mut problem = self.problem.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(problem) = problem.take() {
            return Err(problem);
        }
        Ok(Report {
            answers: self.answers.load(Ordering::Relaxed),
            idles: self.idles.load(Ordering::Relaxed),
            took: began.elapsed(),
            grown: resident().saturating_sub(self.quarter.load(Ordering::SeqCst)),
        })
    }

    fn stretches(&self) -> impl Iterator<Item = u32> + use<> {
        let commands = self.size.commands;
        let length = BETWEEN.min(commands.div_ceil(4)).max(1);
        (0..commands)
            .step_by(length as usize)
            .map(move |first| length.min(commands - first))
    }
}

/// Runs the workers on threads.
///
/// # Errors
/// The first answer that was wrong, or what was left behind.
pub fn on_threads(config: Config, world: &Arc<World>, size: Size) -> Result<Report, String> {
    let shared = Shared::new(world, size);
    let before = session_threads();
    let began = Instant::now();
    let session = imap_transport_std::connect(config).map_err(text)?;
    let select = ready(session.run(Select::new(world.selected().as_str())));
    select.map_err(text)?;
    let barrier = std::sync::Barrier::new(size.workers as usize);
    std::thread::scope(|scope| {
        for worker in 0..size.workers {
            let (session, shared, barrier) = (session.clone(), &shared, &barrier);
            scope.spawn(move || {
                let mut random = Random::new(size.seed, worker.into());
                for count in shared.stretches() {
                    ready(shared.stretch(&session, worker, &mut random, count));
                    // Subscribed before IDLE can begin, and not while nobody reads.
                    let leads = barrier.wait().is_leader();
                    if leads {
                        shared.note_quarter();
                        let mut events = session.events();
                        ready(shared.idle(&session, &mut events));
                    }
                    barrier.wait();
                }
            });
        }
    });
    let report = shared.report(began)?;
    ready(world.check(&session))?;
    session.logout().wait().map_err(text)?;
    drop(session);
    if !becomes(|| session_threads() <= before) {
        return Err(format!("{} threads are left", session_threads() - before));
    }
    Ok(report)
}

/// Runs the workers in tasks of a runtime with several threads.
///
/// # Errors
/// The first answer that was wrong, or what was left behind.
pub fn on_tasks(config: Config, world: &Arc<World>, size: Size) -> Result<Report, String> {
    let shared = Shared::new(world, size);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(text)?;
    let report = runtime.block_on(async {
        let began = Instant::now();
        let session = tasks::connect(config).await.map_err(text)?;
        let select = session.run(Select::new(world.selected().as_str())).await;
        select.map_err(text)?;
        let barrier = Arc::new(tokio::sync::Barrier::new(size.workers as usize));
        let workers: Vec<_> = (0..size.workers)
            .map(|worker| {
                let (session, shared) = (session.clone(), Arc::clone(&shared));
                tokio::spawn(task(session, shared, Arc::clone(&barrier), worker))
            })
            .collect();
        for worker in workers {
            worker.await.map_err(text)?;
        }
        let report = shared.report(began)?;
        world.check(&session).await?;
        session.logout().await.map_err(text)?;
        Ok::<_, String>(report)
    })?;
    let alive = || runtime.metrics().num_alive_tasks();
    if !becomes(|| alive() == 0) {
        return Err(format!("{} tasks are left", alive()));
    }
    Ok(report)
}

async fn task(
    session: tasks::Session,
    shared: Arc<Shared>,
    barrier: Arc<tokio::sync::Barrier>,
    worker: u32,
) {
    let mut random = Random::new(shared.size.seed, worker.into());
    for count in shared.stretches() {
        shared.stretch(&session, worker, &mut random, count).await;
        if barrier.wait().await.is_leader() {
            shared.note_quarter();
            let mut events = session.events();
            shared.idle(&session, &mut events).await;
        }
        barrier.wait().await;
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
