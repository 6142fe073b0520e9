//! Very many sessions of one process that idle, and a mailbox that changes once a second.
//!
//! All sessions select the same mailbox. Each event is the flag of another message, so that no server can join two of
//! them into one: what a session was not told of at the end is lost.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use imap_proto_core::encode::{Append, AppendMessage, Create, Select, Store, StoreAction};
use imap_proto_core::session::{Error, Notice};
use imap_proto_core::types::{Data, Flag, SequenceNumber};
use imap_transport_std::{Config, Session};
use tokio::sync::Semaphore;

use crate::compare::{Kit, ready};
use crate::soak::Place;
use crate::stress::resident;

/// The mailbox.
const MAILBOX: &str = "Load";
/// How many sessions are opened at the same time.
const AT_ONCE: usize = 32;
/// How long anything may take, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);
/// How often a wait looks whether it is over.
const LOOK: Duration = Duration::from_millis(500);

/// What is run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Sessions of the adapter for tokio, in one runtime with two threads.
    pub tokio: usize,
    /// Sessions of the blocking adapter, each with a thread that waits for its events.
    pub std: usize,
    /// Events, each in a second of its own.
    pub events: usize,
}

impl Plan {
    /// All sessions.
    pub fn sessions(&self) -> usize {
        self.tokio + self.std
    }

    /// The descriptors that a process needs for it, on either side.
    pub fn descriptors(&self) -> usize {
        self.sessions() * 8 + 256
    }
}

/// What a run was.
#[derive(Clone, Debug)]
pub struct Report {
    /// The plan.
    pub plan: Plan,
    /// Events that were received, each counted once for each session.
    pub received: usize,
    /// How long opening all sessions took, with TLS, login, SELECT and IDLE.
    pub opening: Duration,
    /// From before the change was submitted until a session told of it, ascending.
    pub latencies: Vec<Duration>,
    /// Octets of heap and of resident memory for each session, while it idles; with its waiting thread or task.
    pub heap: u64,
    /// See [`heap`](Self::heap).
    pub resident: u64,
    /// Processor time of this process while the events came, and how long that was.
    pub processor: (Duration, Duration),
}

impl Report {
    /// Events that should have been received.
    pub fn expected(&self) -> usize {
        self.plan.sessions() * self.plan.events
    }

    /// A latency of which so many of a hundred are not longer.
    pub fn percentile(&self, hundredths: usize) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        let at = last * hundredths / 100;
        self.latencies.get(at).copied().unwrap_or_default()
    }
}

/// What the sessions share.
struct Shared {
    config: Config,
    events: usize,
    /// When each event was submitted.
    sent: Vec<OnceLock<Instant>>,
    idling: AtomicUsize,
    done: AtomicUsize,
    ending: AtomicBool,
    latencies: Mutex<Vec<Duration>>,
    problem: Mutex<Option<String>>,
}

impl Shared {
    fn new(place: &Place, plan: Plan) -> Result<Self, String> {
        Ok(Self {
            config: place.config(place.tls_port, true, false, PATIENCE)?,
            events: plan.events,
            sent: (0..plan.events).map(|_| OnceLock::new()).collect(),
            idling: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            ending: AtomicBool::new(false),
            latencies: Mutex::default(),
            problem: Mutex::default(),
        })
    }

    /// All latencies, ascending, or the first problem.
    fn end(&self) -> Result<Vec<Duration>, String> {
        if let Some(problem) = lock(&self.problem).take() {
            return Err(problem);
        }
        let mut latencies = std::mem::take(&mut *lock(&self.latencies));
        latencies.sort_unstable();
        Ok(latencies)
    }

    fn fail(&self, problem: String) {
        let mut first = lock(&self.problem);
        first.get_or_insert(problem);
        self.ending.store(true, Ordering::SeqCst);
    }

    fn has_failed(&self) -> bool {
        lock(&self.problem).is_some()
    }

    fn is_over(&self) -> bool {
        self.ending.load(Ordering::SeqCst)
    }

    /// Waits until a number is reached; false: it was not, in time.
    fn reaches(&self, counter: &AtomicUsize, number: usize, patience: Duration) -> bool {
        let end = Instant::now() + patience;
        while counter.load(Ordering::SeqCst) < number {
            if self.has_failed() || Instant::now() > end {
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        true
    }
}

/// Runs it. `heap` tells the octets that are allocated.
///
/// # Errors
/// When a session cannot be opened, or ends.
pub fn run(place: &Place, plan: Plan, heap: fn() -> usize) -> Result<Report, String> {
    let postman = postman(place, plan.events).map_err(text)?;
    let shared = Arc::new(Shared::new(place, plan)?);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(text)?;
    let (before, began) = ((heap(), resident()), Instant::now());
    let threads = open(&shared, plan, &runtime);
    let all = shared.reaches(&shared.idling, plan.sessions(), 4 * PATIENCE);
    let opening = began.elapsed();
    let more = |now: u64, before: u64| now.saturating_sub(before) / plan.sessions().max(1) as u64;
    let held = more(heap() as u64, before.0 as u64);
    let grown = more(resident(), before.1);
    let (processor, began) = (processor_time(), Instant::now());
    if all {
        deliver(&postman, &shared).map_err(text)?;
        // What is lost does not come later: this only bounds how long a slow machine is waited for.
        shared.reaches(&shared.done, plan.sessions(), PATIENCE);
    }
    let processor = processor_time().saturating_sub(processor);
    let processor = (processor, began.elapsed());
    shared.ending.store(true, Ordering::SeqCst);
    for thread in threads {
        thread.join().map_err(|_| "a thread panicked".to_owned())?;
    }
    shared.reaches(&shared.done, plan.sessions(), PATIENCE);
    runtime.shutdown_timeout(Duration::from_secs(10));
    let latencies = shared.end()?;
    Ok(Report {
        plan,
        received: latencies.len(),
        opening,
        latencies,
        heap: held,
        resident: grown,
        processor,
    })
}

/// The session that makes the events, with the mailbox.
fn postman(place: &Place, events: usize) -> Result<Session, Error> {
    let config = place.config(place.port, false, false, PATIENCE);
    let config = config.map_err(|problem| Error::from(std::io::Error::other(problem)))?;
    let session = imap_transport_std::connect(config)?;
    session.run(Create::new(MAILBOX)).wait()?;
    for number in 1..=events {
        let message = format!("Subject: event {number}\r\n\r\n");
        let append = Append::new(MAILBOX, AppendMessage::new(message));
        session.run(append).wait()?;
    }
    session.run(Select::new(MAILBOX)).wait()?;
    Ok(session)
}

/// One event a second.
fn deliver(postman: &Session, shared: &Shared) -> Result<(), Error> {
    let began = Instant::now();
    for (number, sent) in (1..).zip(&shared.sent) {
        let due = began + Duration::from_secs(1) * (number - 1);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        // It is set once.
        let _ = sent.set(Instant::now());
        let mark = StoreAction::add([Flag::Flagged]).silent();
        postman
            .run(Store::new(SequenceNumber(number), mark))
            .wait()?;
    }
    Ok(())
}

/// Starts all sessions, some at a time.
fn open(
    shared: &Arc<Shared>,
    plan: Plan,
    runtime: &tokio::runtime::Runtime,
) -> Vec<std::thread::JoinHandle<()>> {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    for _ in 0..plan.tokio {
        let (own, room) = (Arc::clone(shared), Arc::clone(&room));
        runtime.spawn(async move {
            let Ok(permit) = room.acquire_owned().await else {
                return;
            };
            listen::<imap_transport_tokio::Session>(&own, || drop(permit)).await;
        });
    }
    let mut threads = Vec::new();
    for _ in 0..plan.std {
        // It waits here while too many are being opened.
        let Ok(permit) = runtime.block_on(Arc::clone(&room).acquire_owned()) else {
            return threads;
        };
        let own = Arc::clone(shared);
        threads.push(std::thread::spawn(move || {
            ready(listen::<Session>(&own, || drop(permit)));
        }));
    }
    threads
}

/// One session: opens it, idles, and notes each event. Calls `opened` when it idles, or will not.
async fn listen<K: Kit>(shared: &Shared, opened: impl FnOnce()) {
    let heard = hear::<K>(shared, opened).await;
    match heard {
        Ok(heard) => {
            let mut latencies = lock(&shared.latencies);
            latencies.extend(heard.into_iter().flatten());
        }
        Err(problem) => shared.fail(problem),
    }
    shared.done.fetch_add(1, Ordering::SeqCst);
}

/// The latency of each event that was heard.
async fn hear<K: Kit>(
    shared: &Shared,
    opened: impl FnOnce(),
) -> Result<Vec<Option<Duration>>, String> {
    let client = K::open(shared.config.clone()).await.map_err(text)?;
    client.run(Select::new(MAILBOX)).await.map_err(text)?;
    let mut events = client.events();
    let _idle = client.session().idle();
    let mut opened = Some(opened);
    let mut heard = vec![None; shared.events];
    let mut left = shared.events;
    while left > 0 && !shared.is_over() {
        match K::notice(&mut events, LOOK).await {
            Some(Notice::Idling(true)) => {
                if let Some(opened) = opened.take() {
                    opened();
                    shared.idling.fetch_add(1, Ordering::SeqCst);
                }
            }
            Some(Notice::Data {
                data: Data::Fetch(fetch),
                ..
            }) => left -= usize::from(note(shared, &mut heard, fetch.sequence_number)),
            Some(Notice::Lagged(count)) => return Err(format!("{count} notices were missed")),
            Some(Notice::Closed(error)) => return Err(format!("a session ended: {error}")),
            _ => {}
        }
    }
    Ok(heard)
}

/// Notes an event; whether it is a new one.
fn note(shared: &Shared, heard: &mut [Option<Duration>], number: Option<SequenceNumber>) -> bool {
    let index = number.and_then(|number| usize::try_from(number.0).ok()?.checked_sub(1));
    let Some(index) = index else { return false };
    let (Some(sent), Some(place)) = (shared.sent.get(index), heard.get_mut(index)) else {
        return false;
    };
    let latency = sent.get().map(Instant::elapsed);
    let is_new = place.is_none() && latency.is_some();
    *place = place.or(latency);
    is_new
}

/// Processor time of this process, in and for it.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name may hold blanks; the fields behind it are numbered from 3 (proc(5)).
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|field| field.parse::<u64>().ok()).sum();
    // Linux tells them in hundredths of a second.
    Duration::from_millis(ticks * 10)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
