//! A worker, from its first connection to its last.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use imap_proto_core::encode::{Append, AppendMessage, Create, Delete, Logout};
use imap_proto_core::engine::ConnectionError;
use imap_proto_core::session::Error;
use imap_transport_std::Config;

use super::work::{Desk, listing, mail};
use super::{Counts, Kind, Place, Plan};
use crate::compare::Kit;

/// How long a wait may take where there are faults, and where there are none on a machine that has much else to do.
const LIMITS: [Duration; 2] = [Duration::from_secs(20), Duration::from_secs(180)];
/// Pieces of work on a connection that nothing ends before.
const WORK: u32 = 120;
/// Of so many comparisons one reads all messages.
const NOW_AND_THEN: u32 = 8;
/// Who does wrong on purpose: a worker that is a task.
const SABOTEUR: u32 = 1;

/// What workers share.
pub(super) struct Shared {
    pub(super) counts: Counts,
    /// Through the proxy.
    pub(super) faulty: Config,
    /// Without it.
    pub(super) clean: Config,
    pub(super) prefix: String,
    pub(super) seed: u64,
    pub(super) began: Instant,
    /// Milliseconds, as the process had time to count them: where all of it waits for a processor, nobody is hung.
    pub(super) clock: AtomicU64,
    pub(super) ending: AtomicBool,
    pub(super) sabotage: Option<Kind>,
    /// When each worker began its step, by the clock; 0: it is done.
    pub(super) steps: Vec<AtomicU64>,
}

impl Shared {
    /// Workers for a place that a proxy at this port leads to.
    pub(super) fn new(place: &Place, plan: &Plan, proxy: u16) -> Result<Self, String> {
        let direct = place.port_for(plan.tls);
        Ok(Self {
            counts: Counts::default(),
            faulty: place.config(proxy, plan.tls, plan.compress, LIMITS[0])?,
            clean: place.config(direct, plan.tls, false, LIMITS[1])?,
            prefix: format!("soak-{}-{}", std::process::id(), plan.seed),
            seed: plan.seed,
            began: Instant::now(),
            clock: AtomicU64::new(1),
            ending: AtomicBool::new(false),
            sabotage: plan.sabotage,
            steps: (0..plan.sessions).map(|_| AtomicU64::new(1)).collect(),
        })
    }

    fn is_over(&self) -> bool {
        self.ending.load(Ordering::SeqCst)
    }

    fn step(&self, worker: u32) {
        self.note(worker, self.clock.load(Ordering::SeqCst));
    }

    fn note(&self, worker: u32, value: u64) {
        if let Some(step) = self.steps.get(worker as usize) {
            step.store(value, Ordering::SeqCst);
        }
    }

    /// The workers whose step takes longer than a limit.
    pub(super) fn late(&self, limit: Duration) -> usize {
        let now = self.clock.load(Ordering::SeqCst);
        let limit = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        let begun = self.steps.iter().map(|step| step.load(Ordering::SeqCst));
        begun
            .filter(|begun| *begun > 0 && now.saturating_sub(*begun) > limit)
            .count()
    }

    /// How many workers are not done.
    pub(super) fn running(&self) -> usize {
        let steps = self.steps.iter();
        steps.filter(|step| step.load(Ordering::SeqCst) > 0).count()
    }
}

/// Works until the time is over; then the mailboxes are compared a last time, and removed.
pub(super) async fn live<K: Kit>(shared: &Shared, worker: u32) {
    shared.step(worker);
    let mut desk = Desk::new(&shared.counts, &shared.prefix, worker, shared.seed);
    if let Err(error) = lifetime::<K>(shared, worker, &mut desk).await {
        // Without faults nothing may fail: what cannot be compared is taken for lost.
        let lost = format!("worker {worker}, without faults: {error}");
        shared.counts.problem(Kind::Lost, lost);
    }
    shared.note(worker, 0);
}

async fn lifetime<K: Kit>(shared: &Shared, worker: u32, desk: &mut Desk<'_>) -> Result<(), Error> {
    let client = K::open(shared.clean.clone()).await?;
    for name in &desk.names {
        client.run(Create::new(name.as_str())).await?;
    }
    client.run(Logout).await?;
    while !shared.is_over() {
        shared.step(worker);
        match K::open(shared.faulty.clone()).await {
            Ok(client) => {
                Counts::add(&shared.counts.opened);
                session(shared, worker, desk, client).await;
            }
            Err(error) => {
                Counts::add(&shared.counts.failed);
                shared.counts.end(why(&error));
            }
        }
        shared.step(worker);
        let whole = desk.below(NOW_AND_THEN) == 0;
        compare::<K>(shared, desk, whole).await?;
    }
    if worker == SABOTEUR && shared.sabotage.is_some() {
        sabotage::<K>(shared, desk).await?;
    }
    shared.step(worker);
    compare::<K>(shared, desk, true).await?;
    let client = K::open(shared.clean.clone()).await?;
    for name in &desk.names {
        client.run(Delete::new(name.as_str())).await?;
    }
    client.run(Logout).await.map(drop)
}

/// One connection through the proxy.
async fn session<K: Kit>(shared: &Shared, worker: u32, desk: &mut Desk<'_>, client: K) {
    // IDLE in between, on every other connection.
    let _idle = (desk.below(2) == 0).then(|| client.session().idle());
    let mut end = desk.select(&client).await;
    for _ in 0..WORK {
        if end.is_err() || shared.is_over() {
            break;
        }
        shared.step(worker);
        end = desk.one(&client).await;
    }
    if end.is_ok() {
        Counts::add(&shared.counts.commands);
        end = client.run(Logout).await.map(drop);
    }
    shared
        .counts
        .end(end.map_or_else(|error| why(&error), |()| "logged out".to_owned()));
}

/// Compares both mailboxes with what they must hold, over a connection without faults: whole messages, or what tells them
/// apart.
async fn compare<K: Kit>(shared: &Shared, desk: &mut Desk<'_>, whole: bool) -> Result<(), Error> {
    let client = K::open(shared.clean.clone()).await?;
    for (name, ledger) in desk.names.iter().zip(&mut desk.ledgers) {
        let listed = listing(&client, name, whole).await?;
        Counts::add(&shared.counts.compared);
        for problem in ledger.compare(&listed) {
            let text = format!("{name}: {}", problem.text);
            shared.counts.problem(problem.kind, text);
        }
    }
    client.run(Logout).await.map(drop)
}

/// Does wrong what must be found.
async fn sabotage<K: Kit>(shared: &Shared, desk: &mut Desk<'_>) -> Result<(), Error> {
    let client = K::open(shared.clean.clone()).await?;
    let name = desk.names[0].as_str();
    let append = |number| Append::new(name, AppendMessage::new(mail(number)));
    for number in [1, 2] {
        desk.ledgers[0].send(number);
        let told = client.run(append(number)).await?;
        desk.ledgers[0].stored(number, told.and_then(|told| told.uids.iter().next()));
    }
    match shared.sabotage {
        Some(Kind::Lost) => {
            client.run(Delete::new(name)).await?;
            client.run(Create::new(name)).await?;
        }
        Some(Kind::Duplicated) => drop(client.run(append(2)).await?),
        Some(Kind::Misattributed) => desk.ledgers[0].exchange(1, 2),
        Some(Kind::Hung) => std::future::pending().await,
        // Its descriptors and its thread or task stay.
        Some(Kind::Leaked) => std::mem::forget(K::open(shared.clean.clone()).await?),
        None => {}
    }
    client.run(Logout).await.map(drop)
}

/// An error by its kind, so that they can be counted.
fn why(error: &Error) -> String {
    match error {
        Error::Io(error, _) => format!("input or output: {:?}", error.kind()),
        Error::Tls(..) => "TLS".to_owned(),
        Error::Inflate(..) => "compression".to_owned(),
        Error::Connection(ConnectionError::ClosedByServer { .. }, _) => "BYE".to_owned(),
        Error::Connection(error, _) => error.to_string(),
        other => other.to_string(),
    }
}
