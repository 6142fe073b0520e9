//! The thread that runs callbacks.
//!
//! It is not the connection's: a callback may wait for other commands, and cannot hold the
//! connection up.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, JoinHandle};

use imap_proto_core::session::AbortHandle;

/// Something that is polled until it is done, and then has run its callback.
type Work = Box<dyn FnMut(&mut Context<'_>) -> Poll<()> + Send>;

/// The callbacks of a connection; their thread starts with the first.
#[derive(Default)]
pub(crate) struct Callbacks {
    queue: Arc<Queue>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Work that may be able to go on.
    ready: VecDeque<Arc<Task>>,
    closed: bool,
}

struct Task {
    work: Mutex<Option<Work>>,
    queue: Arc<Queue>,
    /// Ends the connection when the callback panics.
    abort: AbortHandle,
}

impl Callbacks {
    /// Adds work; when it panics, the connection is ended by `abort`.
    pub(crate) fn add(&self, work: Work, abort: AbortHandle) {
        let task = Arc::new(Task {
            work: Mutex::new(Some(work)),
            queue: Arc::clone(&self.queue),
            abort,
        });
        task.wake();
        let mut thread = lock(&self.thread);
        if thread.is_none() {
            let queue = Arc::clone(&self.queue);
            *thread = thread::Builder::new()
                .name("imap callbacks".to_owned())
                .spawn(move || queue.run())
                .ok();
        }
    }
}

impl Callbacks {
    /// Whether this is the thread of the callbacks.
    pub(crate) fn are_here(&self) -> bool {
        let here = thread::current().id();
        lock(&self.thread)
            .as_ref()
            .is_some_and(|thread| thread.thread().id() == here)
    }

    /// Ends the thread when its queue is empty; to be waited for.
    pub(crate) fn end(&self) -> Option<JoinHandle<()>> {
        lock(&self.queue.state).closed = true;
        self.queue.changed.notify_one();
        lock(&self.thread).take()
    }
}

impl Queue {
    fn run(&self) {
        while let Some(task) = self.next() {
            task.poll();
        }
    }

    /// The next task that may go on; `None` when there will be none.
    fn next(&self) -> Option<Arc<Task>> {
        let mut state = lock(&self.state);
        loop {
            if let Some(task) = state.ready.pop_front() {
                return Some(task);
            }
            if state.closed {
                return None;
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Task {
    fn poll(self: &Arc<Self>) {
        let Some(mut work) = lock(&self.work).take() else {
            return;
        };
        let waker = Waker::from(Arc::clone(self));
        let mut context = Context::from_waker(&waker);
        match catch_unwind(AssertUnwindSafe(|| work(&mut context))) {
            // Woken between the poll and here: the queue holds it, and finds the work now.
            Ok(Poll::Pending) => *lock(&self.work) = Some(work),
            Ok(Poll::Ready(())) => {}
            // Nobody knows what the callback left undone.
            Err(_) => self.abort.abort(),
        }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        let queue = Arc::clone(&self.queue);
        lock(&queue.state).ready.push_back(self);
        queue.changed.notify_one();
    }
}

/// A panic elsewhere leaves nothing half done here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
