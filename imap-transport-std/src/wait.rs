//! Waiting: by moving the connection oneself, or by parking the thread.

use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use crate::helm::{Steer, Steered};

/// Wakes a parked thread.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits until something is ready.
pub(crate) fn wait<T>(poll: impl FnMut(&mut Context<'_>) -> Poll<T>) -> T {
    wait_for(None, poll)
}

/// Waits until something is ready, or the time is over.
pub(crate) fn wait_timeout<T>(
    timeout: Duration,
    poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
) -> Option<T> {
    wait_at(None, Some(timeout), poll)
}

/// Waits for an answer of a connection, at its helm if that is free.
pub(crate) fn wait_for<T>(
    helm: Option<&dyn Steer>,
    mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
) -> T {
    loop {
        if let Some(value) = wait_at(helm, None, &mut poll) {
            return value;
        }
    }
}

/// The same, for some time if one is given.
pub(crate) fn wait_at<T>(
    helm: Option<&dyn Steer>,
    timeout: Option<Duration>,
    mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
) -> Option<T> {
    let end = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut value = None;
    let mut is_ready = || {
        // What is there already is not asked for again: that would be the next piece, and lost.
        if value.is_none()
            && let Poll::Ready(ready) = poll(&mut context)
        {
            value = Some(ready);
        }
        value.is_some()
    };
    while !is_ready() {
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero()) {
            break;
        }
        match helm.map(|helm| helm.steer(&mut is_ready, end)) {
            Some(Steered::Done) => continue,
            Some(Steered::Over) if is_ready() => break,
            _ => {}
        }
        match left {
            Some(left) => thread::park_timeout(left),
            None => thread::park(),
        }
    }
    if let Some(helm) = helm {
        helm.leave();
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A helm that is steered until what is waited for is there.
    struct Free;

    impl Steer for Free {
        fn steer(&self, is_ready: &mut dyn FnMut() -> bool, _: Option<Instant>) -> Steered {
            while !is_ready() {}
            Steered::Done
        }

        fn leave(&self) {}
    }

    #[test]
    fn no_piece_is_taken_that_is_not_given() {
        let mut pieces = 0..100_u32;
        let mut pending = false;
        let mut poll = |context: &mut Context<'_>| {
            pending = !pending;
            if pending {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(pieces.next())
        };
        for helm in [Some(&Free as &dyn Steer), None] {
            for _ in 0..50 {
                assert!(wait_for(helm, &mut poll).is_some());
            }
        }
        assert_eq!(wait_for(None, &mut poll), None);
    }

    #[test]
    fn a_wait_ends_with_its_time() {
        let short = Some(Duration::from_millis(1));
        assert_eq!(wait_at(None, short, |_| Poll::<()>::Pending), None);
        assert_eq!(wait_at(None, short, |_| Poll::Ready(7)), Some(7));
    }
}
