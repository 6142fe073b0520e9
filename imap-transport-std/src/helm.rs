//! Who moves a connection: its own thread, or a caller that waits anyway.
//!
//! An answer that another thread reads costs two changes of threads, which on a short round trip is most of its
//! time. So a caller who waits alone moves the connection itself, until its answer is there. Then it leaves the helm,
//! and the connection's thread takes it a moment later, unless a caller was there again: one that runs command after
//! command keeps it. Where several wait, the connection's thread steers.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// How long the helm may be left alone, so that the next command finds it. What is submitted and not waited for, and
/// what the server says unasked, waits for so long at most.
const GRACE: Duration = Duration::from_micros(250);

/// What moves a connection.
pub(crate) trait Engine: Send {
    /// What to wait for.
    type Wait;

    /// Moves it as far as it goes; `None` when it is over.
    fn turn(&mut self) -> Option<Self::Wait>;

    /// Waits, but not beyond `end`; false when that is not possible, and the connection is over.
    fn wait(&mut self, wait: Self::Wait, end: Option<Instant>) -> bool;
}

/// What became of an attempt to steer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Steered {
    /// What was waited for is there, or the time is over.
    Done,
    /// Somebody else steers: the caller is woken when something is there for it, or to try again.
    Busy,
    /// The connection is over.
    Over,
}

/// The helm, as those see it who wait.
pub(crate) trait Steer: Send + Sync {
    /// Moves the connection until `is_ready`, or until `end`.
    fn steer(&self, is_ready: &mut dyn FnMut() -> bool, end: Option<Instant>) -> Steered;

    /// This thread waits no more.
    fn leave(&self);
}

/// The helm of a connection.
pub(crate) struct Helm<E> {
    seat: Mutex<Seat<E>>,
    changed: Condvar,
    /// Callers that wait while somebody else steers.
    waiting: AtomicUsize,
    attended: Attended,
}

/// Whether somebody is at the helm: who is not there yet looks round before it waits, and need not be woken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attended(Arc<AtomicBool>);

struct Seat<E> {
    /// Unless somebody steers.
    engine: Option<Box<E>>,
    /// How often a caller took the helm.
    shifts: u64,
    /// A caller left it since the connection's thread last looked.
    fresh: bool,
    over: bool,
    waiting: Vec<Thread>,
}

impl Attended {
    pub(crate) fn is_attended(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    fn set(&self, attended: bool) {
        self.0.store(attended, Ordering::SeqCst);
    }
}

impl<E: Engine> Helm<E> {
    /// A helm that nobody is at yet.
    pub(crate) fn new(engine: E, attended: Attended) -> Self {
        Self {
            seat: Mutex::new(Seat {
                engine: Some(Box::new(engine)),
                shifts: 0,
                fresh: false,
                over: false,
                waiting: Vec::new(),
            }),
            changed: Condvar::new(),
            waiting: AtomicUsize::new(0),
            attended,
        }
    }

    /// The connection's thread: steers when no caller does, until the connection is over.
    pub(crate) fn run(&self) {
        let mut seat = self.lock();
        while !seat.over {
            if seat.engine.is_none() {
                seat = self.wait_for_caller(seat);
            } else if std::mem::take(&mut seat.fresh) {
                seat = self.pause(seat);
            } else if let Some(engine) = seat.engine.take() {
                drop(seat);
                self.steer_alone(engine);
                seat = self.lock();
            }
        }
    }

    /// Steers until the connection is over, or a caller that waits alone can go on.
    fn steer_alone(&self, engine: Box<E>) {
        let mut shift = Shift::begin(self, engine);
        while let Some(wait) = shift.turn() {
            if self.waiting.load(Ordering::SeqCst) == 1 {
                return;
            }
            shift.wait(wait, None);
        }
    }

    /// A caller that steers for long tells when it leaves; one that steers for a moment does not, for another may
    /// follow it.
    fn wait_for_caller<'a>(&'a self, seat: MutexGuard<'a, Seat<E>>) -> MutexGuard<'a, Seat<E>> {
        let shifts = seat.shifts;
        let is_same = |seat: &Seat<E>| seat.engine.is_none() && seat.shifts == shifts && !seat.over;
        let seat = self.pause(seat);
        if !is_same(&seat) {
            return seat;
        }
        let waited = self.changed.wait_while(seat, |seat| is_same(seat));
        waited.unwrap_or_else(PoisonError::into_inner)
    }

    fn pause<'a>(&'a self, seat: MutexGuard<'a, Seat<E>>) -> MutexGuard<'a, Seat<E>> {
        let waited = self.changed.wait_timeout(seat, GRACE);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn lock(&self) -> MutexGuard<'_, Seat<E>> {
        self.seat.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes or forgets that this thread waits.
    fn note(&self, seat: &mut Seat<E>, waits: bool) {
        if seat.waiting.is_empty() && !waits {
            return;
        }
        let here = thread::current();
        seat.waiting.retain(|thread| thread.id() != here.id());
        if waits {
            seat.waiting.push(here);
        }
        self.waiting.store(seat.waiting.len(), Ordering::SeqCst);
    }
}

impl<E: Engine> Steer for Helm<E> {
    fn steer(&self, is_ready: &mut dyn FnMut() -> bool, end: Option<Instant>) -> Steered {
        let mut seat = self.lock();
        if seat.over {
            return Steered::Over;
        }
        let engine = seat.engine.take();
        self.note(&mut seat, engine.is_none());
        let Some(engine) = engine else {
            return Steered::Busy;
        };
        seat.shifts = seat.shifts.wrapping_add(1);
        drop(seat);
        let mut shift = Shift::begin(self, engine);
        while let Some(wait) = shift.turn() {
            if is_ready() || end.is_some_and(|end| Instant::now() >= end) {
                return Steered::Done;
            }
            shift.wait(wait, end);
        }
        Steered::Over
    }

    fn leave(&self) {
        if self.waiting.load(Ordering::SeqCst) > 0 {
            self.note(&mut self.lock(), false);
        }
    }
}

/// A time at the helm. It ends when this is dropped, also by a panic of the stream's.
struct Shift<'a, E: Engine> {
    helm: &'a Helm<E>,
    engine: Option<Box<E>>,
    began: Instant,
}

impl<'a, E: Engine> Shift<'a, E> {
    fn begin(helm: &'a Helm<E>, engine: Box<E>) -> Self {
        helm.attended.set(true);
        Self {
            helm,
            engine: Some(engine),
            began: Instant::now(),
        }
    }

    fn turn(&mut self) -> Option<E::Wait> {
        // Out of place while it runs: what panics is not left to others.
        let mut engine = self.engine.take()?;
        let wait = engine.turn()?;
        self.engine = Some(engine);
        Some(wait)
    }

    fn wait(&mut self, wait: E::Wait, end: Option<Instant>) {
        if let Some(mut engine) = self.engine.take()
            && engine.wait(wait, end)
        {
            self.engine = Some(engine);
        }
    }
}

impl<E: Engine> Drop for Shift<'_, E> {
    fn drop(&mut self) {
        let helm = self.helm;
        let mut guard = helm.lock();
        let seat = &mut *guard;
        helm.attended.set(false);
        seat.over = self.engine.is_none();
        seat.engine = self.engine.take();
        match seat.waiting.as_slice() {
            [] => seat.fresh = true,
            [only] if only.id() != thread::current().id() => {
                seat.fresh = true;
                only.unpark();
            }
            _ => seat.fresh = false,
        }
        let is_long = self.began.elapsed() >= GRACE;
        if seat.over || !seat.fresh || is_long {
            helm.changed.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Counts its turns; a turn without anything to do waits for the next message.
    struct Counter {
        turns: Arc<AtomicU32>,
        news: Receiver<()>,
        left: u32,
    }

    impl Engine for Counter {
        type Wait = ();

        fn turn(&mut self) -> Option<()> {
            self.left = self.left.checked_sub(1)?;
            self.turns.fetch_add(1, Ordering::SeqCst);
            Some(())
        }

        fn wait(&mut self, (): (), end: Option<Instant>) -> bool {
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            match left {
                Some(left) => self.news.recv_timeout(left).is_ok(),
                None => self.news.recv().is_ok(),
            }
        }
    }

    fn helm(turns: u32) -> (Arc<Helm<Counter>>, Arc<AtomicU32>, Sender<()>) {
        let (sender, news) = channel();
        let count = Arc::new(AtomicU32::new(0));
        let engine = Counter {
            turns: Arc::clone(&count),
            news,
            left: turns,
        };
        let helm = Arc::new(Helm::new(engine, Attended::default()));
        (helm, count, sender)
    }

    #[test]
    fn a_caller_steers_until_what_it_waits_for_is_there() {
        let (helm, turns, news) = helm(100);
        news.send(()).unwrap();
        news.send(()).unwrap();
        let mut is_ready = || turns.load(Ordering::SeqCst) == 3;
        assert_eq!(helm.steer(&mut is_ready, None), Steered::Done);
        assert!(!helm.attended.is_attended());
        let past = Some(Instant::now());
        assert_eq!(helm.steer(&mut || false, past), Steered::Done);
        assert_eq!(turns.load(Ordering::SeqCst), 4);
    }

    #[test]
    fn the_end_is_told_to_whoever_steers_or_waits() {
        let (helm, _, news) = helm(1);
        news.send(()).unwrap();
        let own = Arc::clone(&helm);
        let thread = thread::spawn(move || own.run());
        thread.join().unwrap();
        assert_eq!(helm.steer(&mut || false, None), Steered::Over);
    }

    #[test]
    fn the_connections_thread_goes_on_when_the_caller_left() {
        let (helm, turns, news) = helm(3);
        news.send(()).unwrap();
        let mut is_ready = || turns.load(Ordering::SeqCst) == 2;
        assert_eq!(helm.steer(&mut is_ready, None), Steered::Done);
        let own = Arc::clone(&helm);
        let thread = thread::spawn(move || own.run());
        // Its turn, then the end.
        news.send(()).unwrap();
        thread.join().unwrap();
        assert_eq!(turns.load(Ordering::SeqCst), 3);
    }

    #[test]
    fn a_panic_at_the_helm_ends_the_connection() {
        struct Broken;
        impl Engine for Broken {
            type Wait = ();
            fn turn(&mut self) -> Option<()> {
                panic!("a stream that panics")
            }
            fn wait(&mut self, (): (), _: Option<Instant>) -> bool {
                true
            }
        }
        let helm = Helm::new(Broken, Attended::default());
        let steer = std::panic::AssertUnwindSafe(|| helm.steer(&mut || false, None));
        assert!(std::panic::catch_unwind(steer).is_err());
        helm.run();
        assert_eq!(helm.steer(&mut || false, None), Steered::Over);
    }

    #[test]
    fn one_caller_that_waits_is_let_to_the_helm_and_several_are_not() {
        let (helm, _, news) = helm(1000);
        let own = Arc::clone(&helm);
        let thread = thread::spawn(move || own.run());
        while !helm.attended.is_attended() {
            thread::yield_now();
        }
        assert_eq!(helm.steer(&mut || true, None), Steered::Busy);
        news.send(()).unwrap();
        // The connection's thread looks round and leaves.
        while helm.steer(&mut || true, None) == Steered::Busy {
            thread::park_timeout(Duration::from_secs(1));
        }
        helm.leave();
        drop(news);
        thread.join().unwrap();
    }
}
