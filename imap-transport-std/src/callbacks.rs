//! The thread that runs callbacks.
//!
//! It is not the connection's: a callback may wait for other commands, and cannot hold the
//! connection up.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, JoinHandle};

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
}

impl Callbacks {
    /// Adds work.
    pub(crate) fn add(&self, work: Work) {
        let task = Arc::new(Task {
            work: Mutex::new(Some(work)),
            queue: Arc::clone(&self.queue),
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
        // A callback that panics ends only itself.
        let polled = catch_unwind(AssertUnwindSafe(|| work(&mut context)));
        if matches!(polled, Ok(Poll::Pending)) {
            *lock(&self.work) = Some(work);
            // Woken between the poll and here: the queue holds it, and finds the work now.
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

impl Drop for Callbacks {
    fn drop(&mut self) {
        lock(&self.queue.state).closed = true;
        self.queue.changed.notify_one();
        let slot = self
            .thread
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = slot.take()
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

/// A panic elsewhere leaves nothing half done here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
