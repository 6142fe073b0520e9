//! What the handles and the driver share, behind one lock.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Waker;
use std::time::Instant;

use super::Error;
use super::events::Subscribers;
use super::exchange::{Computed, Exchanges};
use super::route::{Mailbag, Route, Wakers, exchange};
use crate::encode::{Request, SubmitError};
use crate::engine::sasl::{Channel, Mechanism};
use crate::engine::{CommandId, Connection, ConnectionError};
#[cfg(feature = "tls")]
use crate::layer::TlsInfo;
use crate::types::{Code, ResponseText};

/// The shared part of one connection.
pub(super) struct Shared {
    core: Mutex<Core>,
}

/// What is behind the lock. It is held to submit, to write and to deliver a few events; never to
/// wait, read, decrypt, inflate, or run a mechanism.
pub(super) struct Core {
    pub(super) connection: Connection,
    pub(super) routes: BTreeMap<CommandId, Box<dyn Route>>,
    /// Commands of the driver itself: the opening and the last LOGOUT.
    pub(super) own: Vec<CommandId>,
    pub(super) subscribers: Subscribers,
    pub(super) exchanges: Exchanges,
    /// What a job came to, for the driver.
    pub(super) computed: Option<Computed>,
    /// What mechanisms may know of the stream.
    pub(super) channel: Box<Channel>,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<Arc<TlsInfo>>,
    pub(super) greeting: Option<Box<ResponseText>>,
    /// What the server said to the login of the opening.
    pub(super) login_text: Option<Box<ResponseText>>,
    /// How the opening ended.
    pub(super) opened: Option<Result<(), Error>>,
    pub(super) open_waker: Option<Waker>,
    /// How many guards wish for IDLE.
    pub(super) idle_wishes: usize,
    /// No handle is left.
    pub(super) released: bool,
    /// The connection is to end at once.
    pub(super) aborted: bool,
    /// Why nothing goes on.
    pub(super) ended: Option<Error>,
    /// Who waits to hear of commands, and is to be woken when the lock is free.
    disturbed: Wakers,
    /// The driver has something to do that it does not know of.
    notified: bool,
    /// The driver, while it waits.
    driver: Option<Waker>,
}

impl Core {
    /// A copy of what the server said that does not hold the list of capabilities a second time.
    pub(super) fn keep(&self, text: &ResponseText) -> ResponseText {
        let mut text = text.detach();
        if let (Some(Code::Capability(list)), Some(known)) =
            (&mut text.code, self.connection.capabilities())
        {
            list.share(known);
        }
        text
    }
}

impl Shared {
    pub(super) fn new(connection: Connection, channel: Channel) -> Arc<Self> {
        let subscribers = Subscribers::new(connection.config().current_limits().max_events);
        Arc::new(Self {
            core: Mutex::new(Core {
                connection,
                routes: BTreeMap::new(),
                own: Vec::new(),
                subscribers,
                exchanges: Exchanges::default(),
                computed: None,
                channel: Box::new(channel),
                #[cfg(feature = "tls")]
                tls: None,
                greeting: None,
                login_text: None,
                opened: None,
                open_waker: None,
                idle_wishes: 0,
                released: false,
                aborted: false,
                ended: None,
                disturbed: Wakers::new(),
                notified: false,
                driver: None,
            }),
        })
    }

    /// Locks. What the lock guards is whole between any two statements, so a panic elsewhere
    /// does not poison it.
    pub(super) fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something under the lock, then wakes the driver if [`Core::notify`] was called.
    pub(super) fn with<R>(&self, act: impl FnOnce(&mut Core) -> R) -> R {
        let mut core = self.lock();
        let result = act(&mut core);
        let waker = if core.notified {
            core.driver.take()
        } else {
            None
        };
        let disturbed = std::mem::take(&mut core.disturbed);
        drop(core);
        for waker in waker.into_iter().chain(disturbed) {
            waker.wake();
        }
        result
    }
}

impl Core {
    /// The driver has something to do.
    pub(super) fn notify(&mut self) {
        self.notified = true;
    }

    /// Whether [`Self::notify`] was called since the last time.
    pub(super) fn take_notice(&mut self) -> bool {
        std::mem::take(&mut self.notified)
    }

    /// The driver waits, to be woken so. The waker of the last wait comes back, to be dropped
    /// without the lock.
    pub(super) fn park(&mut self, waker: &Waker) -> Option<Waker> {
        exchange(&mut self.driver, waker)
    }

    /// How much a call that collects may hold.
    pub(super) fn max_collected(&self) -> usize {
        self.connection.config().current_limits().max_collected
    }

    /// Submits a command whose answer goes to `route`.
    pub(super) fn submit(
        &mut self,
        request: Request,
        route: Box<dyn Route>,
        now: Instant,
    ) -> Result<CommandId, Error> {
        let id = self.submit_bare(request, now)?;
        self.routes.insert(id, route);
        self.subscribers.disturb(&mut self.disturbed);
        Ok(id)
    }

    /// Submits a SASL exchange; its challenges go to `mechanism`.
    pub(super) fn authenticate(
        &mut self,
        request: Request,
        mechanism: Box<dyn Mechanism>,
        route: Box<dyn Route>,
        now: Instant,
    ) -> Result<CommandId, Error> {
        let id = self.submit(request, route, now)?;
        self.exchanges.add(id, mechanism);
        Ok(id)
    }

    /// Submits a command of the driver itself.
    pub(super) fn submit_own(
        &mut self,
        request: Request,
        now: Instant,
    ) -> Result<CommandId, Error> {
        let id = self.submit_bare(request, now)?;
        self.own.push(id);
        Ok(id)
    }

    /// Submits the LOGOUT behind which nothing comes; whose answer is the end of the stream.
    pub(super) fn submit_last(
        &mut self,
        request: Request,
        now: Instant,
    ) -> Result<(), SubmitError> {
        let id = self.connection.submit(request, now)?;
        self.own.push(id);
        Ok(())
    }

    fn submit_bare(&mut self, request: Request, now: Instant) -> Result<CommandId, Error> {
        if let Some(error) = &self.ended {
            return Err(error.clone().of_command(false));
        }
        if self.released {
            return Err(SubmitError::Closed.into());
        }
        let id = self.connection.submit(request, now)?;
        self.notify();
        Ok(id)
    }

    /// Whether a handle other than that of `id` waits for its command.
    pub(super) fn others_wait(&mut self, id: Option<CommandId>) -> bool {
        let mut others = self
            .routes
            .iter_mut()
            .filter(|(other, _)| Some(**other) != id);
        others.any(|(_, route)| !route.mailbag().is_over())
    }

    /// Everything is over. The mechanisms come back, to be dropped without the lock.
    pub(super) fn end(&mut self, error: &Error, wakers: &mut Wakers) -> Exchanges {
        if self.ended.is_some() {
            return Exchanges::default();
        }
        let engine_error = match error {
            Error::Connection(error, _) => error.clone(),
            _ => ConnectionError::UnexpectedEof,
        };
        self.connection.fail_because(engine_error, error);
        let error = &error.clone().with_log(&self.connection.log());
        self.ended = Some(error.clone());
        for (id, route) in &mut self.routes {
            let bag = route.mailbag();
            bag.lose(error, self.connection.is_sent(*id));
            bag.wake(wakers);
        }
        self.subscribers.close(error, wakers);
        self.opened.get_or_insert_with(|| Err(error.clone()));
        wakers.extend(self.open_waker.take());
        std::mem::take(&mut self.exchanges)
    }

    /// An error with the last lines, if the connection is over and it says so.
    pub(super) fn logged(&self, error: Error) -> Error {
        match self.ended.as_ref().and_then(Error::log) {
            Some(log) => error.with_log(log),
            None => error,
        }
    }

    /// The common part of a route, while it is there.
    pub(super) fn mailbag(&mut self, id: CommandId) -> Option<&mut Mailbag> {
        self.routes.get_mut(&id).map(|route| route.mailbag())
    }

    /// The route itself, by its type.
    pub(super) fn route<R: Route>(&mut self, id: CommandId) -> Option<&mut R> {
        let route: &mut dyn Any = self.routes.get_mut(&id)?.as_mut();
        route.downcast_mut()
    }

    /// Nobody wants the answer any more: what comes is drained. The route comes back, to be
    /// dropped without the lock.
    pub(super) fn forget(&mut self, id: CommandId) -> Option<Box<dyn Route>> {
        let mut route = self.routes.remove(&id)?;
        if !route.mailbag().is_over() {
            self.notify();
        }
        Some(route)
    }
}

/// What keeps a connection alive: sessions, replies, bodies, events and guards each hold one.
/// When the last is dropped, the driver logs out.
#[derive(Clone)]
pub(super) struct Handle(Arc<Last>);

struct Last {
    shared: Arc<Shared>,
    /// What the adapter ties to the handles; dropped after the driver was told.
    attached: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl Handle {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self(Arc::new(Last {
            shared,
            attached: OnceLock::new(),
        }))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Core> {
        self.0.shared.lock()
    }

    pub(super) fn with<R>(&self, act: impl FnOnce(&mut Core) -> R) -> R {
        self.0.shared.with(act)
    }

    pub(super) fn abort_handle(&self) -> AbortHandle {
        AbortHandle(Arc::clone(&self.0.shared))
    }

    /// Ties a value of the adapter's to the handles; the first one stays.
    pub(super) fn attach(&self, value: Box<dyn Any + Send + Sync>) {
        let _ = self.0.attached.set(value);
    }

    pub(super) fn attached<T: 'static>(&self) -> Option<&T> {
        let value: &dyn Any = self.0.attached.get()?.as_ref();
        value.downcast_ref()
    }
}

impl Drop for Last {
    fn drop(&mut self) {
        self.shared.with(|core| {
            core.released = true;
            core.notify();
        });
    }
}

/// Ends a connection at once, from anywhere; it does not keep the connection alive.
#[derive(Clone)]
pub struct AbortHandle(Arc<Shared>);

impl AbortHandle {
    /// Ends the connection without a LOGOUT. Everyone who waits gets an
    /// [`Error::Io`](super::Error::Io) of the kind `ConnectionAborted`.
    pub fn abort(&self) {
        self.0.with(|core| {
            core.aborted = true;
            core.notify();
        });
    }
}

impl fmt::Debug for AbortHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortHandle").finish_non_exhaustive()
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handle")
    }
}
