//! What the handles of a reconnecting session and its supervisor share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::changes::Snapshot;
use super::events::{RecoveryEvent, Subscribers};
use super::restore::Former;
use super::tracker::Tracker;
use super::{Recovery, Reselection};
use crate::encode::SubmitError;
use crate::engine::{SelectionId, State};
use crate::session::route::{Wakers, exchange};
use crate::session::{Error, Flavor, IdleGuard, Session};

/// Behind one lock, which is held for moments only: no session is dropped inside.
pub(super) struct Shared<F: Flavor> {
    inner: Mutex<Inner<F>>,
    pub(super) recovery: Recovery,
}

pub(super) struct Inner<F: Flavor> {
    pub(super) status: Status<F>,
    pub(super) subscribers: Subscribers,
    /// What is known of the mailbox; while there is no connection, what was known before.
    pub(super) tracker: Option<Tracker>,
    /// What the lost connection was.
    pub(super) former: Former,
    /// The selection in which no UID means what it meant before.
    pub(super) reset: Option<SelectionId>,
    pub(super) idle_wishes: usize,
    idle: Option<IdleGuard<F>>,
    /// The caller wants the next attempt now.
    pub(super) hurried: bool,
    /// Who waits for a connection.
    waiters: Vec<Waker>,
    supervisor: Option<Waker>,
}

/// Whether there is a connection.
pub(super) enum Status<F: Flavor> {
    Up(Session<F>),
    Down,
    GaveUp(Error),
    /// The last handle went, or it was closed.
    Closed,
}

impl<F: Flavor> Inner<F> {
    pub(super) fn is_over(&self) -> bool {
        matches!(self.status, Status::GaveUp(_) | Status::Closed)
    }

    pub(super) fn is_closed(&self) -> bool {
        matches!(self.status, Status::Closed)
    }

    /// What was known is too large to be compared.
    pub(super) fn is_known_too_large(&self) -> bool {
        self.tracker.as_ref().is_some_and(Tracker::is_too_large)
    }

    /// The supervisor waits.
    pub(super) fn park(&mut self, waker: &Waker) -> Option<Waker> {
        exchange(&mut self.supervisor, waker)
    }

    /// Everybody who waits for what the status is now.
    fn wake_all(&mut self, wakers: &mut Wakers) {
        wakers.append(&mut self.waiters);
        if self.is_over() {
            self.subscribers.wake(wakers);
        }
    }
}

impl<F: Flavor> Shared<F> {
    pub(super) fn new(recovery: Recovery) -> Arc<Self> {
        Arc::new(Self {
            inner: Mutex::new(Inner {
                status: Status::Down,
                subscribers: Subscribers::new(recovery.max_events),
                tracker: None,
                former: Former::default(),
                reset: None,
                idle_wishes: 0,
                idle: None,
                hurried: false,
                waiters: Vec::new(),
                supervisor: None,
            }),
            recovery,
        })
    }

    /// Locks. What it guards is whole between any two statements.
    pub(super) fn lock(&self) -> MutexGuard<'_, Inner<F>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells all subscribers.
    pub(super) fn publish(&self, event: &RecoveryEvent) {
        let mut wakers = Wakers::new();
        self.lock().subscribers.publish(event, &mut wakers);
        wake(wakers);
    }

    /// A connection is there and as the one before was: from now on it is used; not after it was
    /// closed.
    pub(super) fn up(&self, session: Session<F>, restored: Up) {
        let mut wakers = Wakers::new();
        let mut inner = self.lock();
        if inner.is_over() {
            drop(inner);
            return;
        }
        inner.tracker = restored.tracker;
        inner.reset = restored.reset;
        let wished = inner.idle_wishes > 0;
        let idle = wished.then(|| session.idle());
        let old = std::mem::replace(&mut inner.idle, idle);
        let status = std::mem::replace(&mut inner.status, Status::Up(session));
        if let Some(event) = restored.event {
            inner.subscribers.publish(&event, &mut wakers);
        }
        inner.wake_all(&mut wakers);
        drop(inner);
        drop((old, status));
        wake(wakers);
    }

    /// The connection is lost, or it is over for good; not after it was closed.
    pub(super) fn down(&self, status: Status<F>, event: Option<&RecoveryEvent>) {
        let mut wakers = Wakers::new();
        let mut inner = self.lock();
        if inner.is_over() {
            return;
        }
        if let Status::Up(session) = &inner.status {
            let former = Former::of(session);
            let selection = former.selected.as_ref().map(|one| one.selection);
            inner
                .tracker
                .take_if(|known| Some(known.selection) != selection);
            inner.former = former;
        }
        let idle = inner.idle.take();
        let before = std::mem::replace(&mut inner.status, status);
        if let Some(event) = event {
            inner.subscribers.publish(event, &mut wakers);
        }
        if inner.is_over() {
            inner.wake_all(&mut wakers);
            wakers.extend(inner.supervisor.take());
        }
        drop(inner);
        drop((idle, before));
        wake(wakers);
    }

    /// A wish for IDLE more, or one less.
    pub(super) fn wish(&self, more: bool) {
        let mut inner = self.lock();
        inner.idle_wishes = if more {
            inner.idle_wishes.saturating_add(1)
        } else {
            inner.idle_wishes.saturating_sub(1)
        };
        let wished = inner.idle_wishes > 0;
        let idle = match &inner.status {
            Status::Up(session) if wished && inner.idle.is_none() => Some(session.idle()),
            _ if wished => return,
            _ => None,
        };
        let old = std::mem::replace(&mut inner.idle, idle);
        drop(inner);
        drop(old);
    }

    /// The next attempt is to be made now.
    pub(super) fn hurry(&self) {
        let mut inner = self.lock();
        inner.hurried = true;
        let waker = inner.supervisor.take();
        drop(inner);
        wake(waker);
    }

    /// The session, as soon as there is one that is not known to be lost.
    pub(super) fn poll_session(&self, context: &Context<'_>) -> Poll<Result<Present<F>, Error>> {
        let mut inner = self.lock();
        match &inner.status {
            Status::Up(session) if takes_commands(session) => {
                return Poll::Ready(Ok(Present {
                    session: session.clone(),
                    reset: inner.reset,
                }));
            }
            Status::Up(_) | Status::Down => {}
            Status::GaveUp(error) => return Poll::Ready(Err(error.clone().of_command(false))),
            Status::Closed => return Poll::Ready(Err(SubmitError::Closed.into())),
        }
        let known = |waker: &Waker| waker.will_wake(context.waker());
        if !inner.waiters.iter().any(known) {
            inner.waiters.push(context.waker().clone());
        }
        Poll::Pending
    }

    /// What is known of the selected mailbox.
    pub(super) fn snapshot(&self) -> Option<Snapshot> {
        let inner = self.lock();
        let tracker = inner
            .tracker
            .as_ref()
            .filter(|known| !known.is_too_large())?;
        let (former, up) = match &inner.status {
            Status::Up(session) => (Former::of(session), true),
            _ => (inner.former.clone(), false),
        };
        let selected = former.selected?;
        if up && selected.selection != tracker.selection {
            return None;
        }
        Some(Snapshot {
            mailbox: selected.mailbox,
            uid_validity: selected.uid_validity,
            mod_seq: selected.mod_seq,
            messages: tracker.messages().clone(),
        })
    }
}

/// The connection that there is.
pub(super) struct Present<F: Flavor> {
    pub(super) session: Session<F>,
    /// As in [`Inner::reset`].
    pub(super) reset: Option<SelectionId>,
}

/// What a new connection begins with.
pub(super) struct Up {
    pub(super) tracker: Option<Tracker>,
    pub(super) reset: Option<SelectionId>,
    pub(super) event: Option<RecoveryEvent>,
}

impl Reselection {
    /// Whether UIDs mean something else than before.
    pub(super) fn is_reset(&self, before: Option<crate::types::UidValidity>) -> bool {
        match self {
            Self::None | Self::Failed(_) => false,
            Self::Compared(changes) => changes.method == crate::session::ResyncMethod::Reset,
            Self::Selected(selected) => before.is_none() || selected.uid_validity != before,
        }
    }
}

fn wake(wakers: impl IntoIterator<Item = Waker>) {
    for waker in wakers {
        waker.wake();
    }
}

/// Whether the connection is not over, nor about to be.
fn takes_commands<F: Flavor>(session: &Session<F>) -> bool {
    let core = session.handle().lock();
    let connection = &core.connection;
    core.ended.is_none() && !connection.is_closing() && connection.state() != State::LoggingOut
}
