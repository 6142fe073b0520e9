//! The session: one method for each command.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use super::driver::Driver;
use super::exchange::{authenticate, fresh_channel};
use super::route::exchange;
use super::shared::{AbortHandle, Handle, Shared};
use super::{Body, Error, Events, Flavor, Reply, Upload};
use crate::encode::{Authenticate, Command, Request, SubmitError};
use crate::engine::sasl::{Channel, Mechanism};
use crate::engine::{
    Config, Connection, Encryption, Log, MailboxView, Security, Seed, SelectionId, State,
};
use crate::types::{Atom, Capabilities, ResponseText, ServerKind, ToleranceCounts};
use crate::wire::InputBuffer;

/// A connection to a server, for many threads or tasks at once: clones are cheap and equal.
///
/// Each method submits its command at once and gives an answer to wait for, so that several can
/// be under way together; the engine holds back what may not be. When the last session, reply,
/// body, subscription and guard of a connection is dropped, it logs out.
pub struct Session<F: Flavor> {
    handle: Handle,
    flavor: PhantomData<fn() -> F>,
}

/// Begins a connection: its driver, to be given a stream, and the session to come.
///
/// For adapters. `seed` are random octets of the operating system. With
/// [`Encryption::Tls`] or [`Encryption::StartTls`] the configuration must carry TLS settings.
///
/// # Errors
///
/// When TLS cannot be configured: no settings, or a host that is no valid name.
pub fn open<F: Flavor>(
    config: Config,
    seed: Seed,
    now: Instant,
) -> Result<(Driver, Opening<F>), Error> {
    let security = match config.encryption() {
        Encryption::Tls => Security::Tls,
        Encryption::StartTls | Encryption::Unencrypted => Security::Plaintext,
        Encryption::Trusted => Security::Trusted,
    };
    let channel = Channel {
        host: config.host().to_owned(),
        port: config.port(),
        secure: security == Security::Trusted,
        limits: config.current_limits().clone(),
        ..Channel::default()
    };
    let input = InputBuffer::new(config.current_limits());
    let connection = Connection::new(Arc::new(config), security, seed, now);
    let shared = Shared::new(connection, channel);
    let mut driver = Driver::new(Arc::clone(&shared), input, F::run, F::random);
    if security == Security::Tls {
        driver.start_tls(None, now)?;
    }
    let session = Session {
        handle: Handle::new(shared),
        flavor: PhantomData,
    };
    Ok((driver, Opening { session }))
}

/// A session that is being opened: connected, but not yet greeted, encrypted and logged in.
/// Dropping it ends the connection.
pub struct Opening<F: Flavor> {
    session: Session<F>,
}

impl<F: Flavor> Opening<F> {
    /// Waits for the session: with credentials it is logged in then.
    ///
    /// # Errors
    ///
    /// Why there will be none: [`Error::Login`] when the server refused the login.
    pub fn poll_open(&mut self, context: &mut Context<'_>) -> Poll<Result<Session<F>, Error>> {
        let (opened, _waker) = self.session.handle.with(|core| match &core.opened {
            Some(result) => (Some(result.clone()), None),
            None => (None, exchange(&mut core.open_waker, context.waker())),
        });
        opened.map_or(Poll::Pending, |result| {
            Poll::Ready(result.map(|()| self.session.clone()))
        })
    }

    /// Ties a value to the handles of this connection: it is dropped right after the last of
    /// them, when the driver was told to log out. For adapters; the first one stays.
    pub fn attach(&self, value: impl Any + Send + Sync) {
        self.session.handle.attach(Box::new(value));
    }
}

impl<F: Flavor> Session<F> {
    /// Submits any command, also one of the caller's own.
    pub fn run<C: Command>(&self, command: C) -> F::Reply<C> {
        F::reply(self.submit(command.request()))
    }

    pub(super) fn submit<C: Command>(&self, request: Result<Request, SubmitError>) -> Reply<C> {
        Reply::submit(&self.handle, request, F::now())
    }

    /// Submits a command whose literals are given in pieces.
    pub fn upload<C: Command>(&self, command: C) -> Upload<C> {
        Upload::submit(&self.handle, command.request(), F::now())
    }

    /// Submits a FETCH of one section of one message, a URLFETCH of one URL or a CONVERT of one
    /// part, whose octets come as they are read. The first that the answer has are taken.
    pub fn body<C: Command>(&self, command: C) -> F::Body {
        F::body(Body::submit(&self.handle, command.request(), F::now()))
    }

    /// AUTHENTICATE: logs in by a SASL mechanism (RFC 9051 §6.2.2). `start` runs at once, what it answers to
    /// challenges later, where the adapter runs [jobs](Flavor::run).
    pub fn authenticate(&self, mechanism: impl Mechanism + 'static) -> F::Reply<Authenticate> {
        F::reply(self.exchange(Box::new(mechanism)))
    }

    fn exchange(&self, mut mechanism: Box<dyn Mechanism>) -> Reply<Authenticate> {
        let begun = fresh_channel(&self.handle.lock(), F::random)
            .and_then(|channel| Ok(mechanism.start(&channel)?));
        let initial_response = match begun {
            Ok(initial_response) => initial_response,
            Err(error) => return Reply::failed(&self.handle, error),
        };
        let command = authenticate(mechanism.name(), initial_response);
        let request = match command.request() {
            Ok(request) => request,
            Err(error) => return Reply::failed(&self.handle, error.into()),
        };
        let submitted = self.handle.with(|core| {
            let slot = Reply::<Authenticate>::slot(core.max_collected());
            core.authenticate(request, mechanism, slot, F::now())
        });
        Reply::of(&self.handle, submitted)
    }

    /// Subscribes to what happens without having been asked for.
    pub fn notices(&self) -> Events {
        Events::new(self.handle.clone())
    }

    /// Wishes for IDLE (RFC 2177) as long as the guard lives: it runs while nothing else does,
    /// gives way to commands, is renewed in time, and becomes a NOOP now and then where the
    /// server has no IDLE. The news comes to [subscribers](Self::notices).
    pub fn idle(&self) -> IdleGuard<F> {
        self.handle.with(|core| {
            core.idle_wishes = core.idle_wishes.saturating_add(1);
            core.connection.idle(true, F::now());
            core.notify();
        });
        IdleGuard {
            session: self.clone(),
        }
    }

    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// The state of the connection (RFC 9051 §3).
    pub fn state(&self) -> State {
        self.handle.lock().connection.state()
    }

    /// How the stream is protected.
    pub fn security(&self) -> Security {
        self.handle.lock().connection.security()
    }

    /// The capabilities of the present phase of security and login, if the server told them.
    pub fn capabilities(&self) -> Option<Capabilities> {
        self.handle.lock().connection.capabilities().cloned()
    }

    /// Whether the server confirmed a capability in ENABLED (RFC 5161 §3.2).
    pub fn is_enabled(&self, capability: &str) -> bool {
        self.handle.lock().connection.is_enabled(capability)
    }

    /// What the server confirmed in ENABLED, in its order (RFC 5161 §3.2).
    pub fn enabled(&self) -> Vec<Atom> {
        self.handle.lock().connection.enabled().cloned().collect()
    }

    /// The selected mailbox, up to date with what was received.
    pub fn mailbox(&self) -> Option<MailboxView> {
        self.handle.lock().connection.mailbox().cloned()
    }

    /// Which selection is in force; `None` without a selected mailbox.
    pub fn selection(&self) -> Option<SelectionId> {
        let core = self.handle.lock();
        core.connection.mailbox().map(|view| view.selection)
    }

    /// Fails when the selected mailbox can only be read although it was selected to be changed:
    /// SELECT found it so (RFC 9051 §6.3.2), or the server told of it since (`READ-ONLY`,
    /// RFC 9051 §7.1). Where none is selected, nothing speaks against it.
    ///
    /// # Errors
    ///
    /// [`Error::ReadOnly`].
    pub fn require_writable(&self) -> Result<(), Error> {
        let core = self.handle.lock();
        let turned = core.connection.mailbox().map(MailboxView::turned_read_only);
        match turned {
            Some(true) => Err(Error::ReadOnly),
            _ => Ok(()),
        }
    }

    /// How many commands were submitted and have not ended, those of the connection itself
    /// counted in.
    pub fn commands_pending(&self) -> usize {
        self.handle.lock().connection.commands_pending()
    }

    /// What the server got wrong and was taken all the same, and how often.
    pub fn tolerated(&self) -> ToleranceCounts {
        self.handle.lock().connection.tolerated().clone()
    }

    /// Whether the server waits for us in IDLE now.
    pub fn is_idling(&self) -> bool {
        self.handle.lock().connection.is_idling()
    }

    /// What the TLS handshake agreed on, and whose certificate it saw; `None` without TLS.
    #[cfg(feature = "tls")]
    pub fn tls(&self) -> Option<Arc<crate::layer::TlsInfo>> {
        self.handle.lock().tls.clone()
    }

    /// Whether the server tells of events by itself, as NOTIFY asked (RFC 5465).
    pub fn is_notifying(&self) -> bool {
        self.handle.lock().connection.is_notifying()
    }

    /// Whether the traffic is compressed (RFC 4978).
    pub fn is_compressed(&self) -> bool {
        self.handle.lock().connection.is_compressed()
    }

    /// The text of the server's greeting.
    pub fn greeting(&self) -> Option<ResponseText> {
        self.handle.lock().greeting.as_deref().cloned()
    }

    /// Which server it is, by its greeting, what it answered to ID, and its capabilities: for the
    /// application, which may follow its [advice](ServerKind::advice). Nothing here depends on it.
    pub fn server_kind(&self) -> Option<ServerKind> {
        let core = self.handle.lock();
        let greeting = core.greeting.as_deref().map(|text| text.text.as_bytes());
        let connection = &core.connection;
        ServerKind::recognise(
            greeting.unwrap_or_default(),
            connection.server_id(),
            connection.capabilities(),
        )
    }

    /// What the server said when it accepted the login that the session was opened with. It may
    /// hold [referrals](ResponseText::referrals): another server is better for this user
    /// (RFC 2221 §4.1).
    pub fn login_text(&self) -> Option<ResponseText> {
        self.handle.lock().login_text.as_deref().cloned()
    }

    /// Why the connection is over, if it is.
    pub fn ended(&self) -> Option<Error> {
        self.handle.lock().ended.clone()
    }

    /// The last lines of the connection, without secrets: what we sent, what the server sent, and
    /// what became of the connection. An error that ended it has them too, see [`Error::log`].
    pub fn log(&self) -> Log {
        self.handle.lock().connection.log()
    }

    /// A way to end the connection from elsewhere.
    pub fn abort_handle(&self) -> AbortHandle {
        self.handle.abort_handle()
    }

    /// The configuration.
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(self.handle.lock().connection.config())
    }

    /// What the adapter tied to the handles.
    pub fn attached<T: 'static>(&self) -> Option<&T> {
        self.handle.attached()
    }
}

impl<F: Flavor> Clone for Session<F> {
    fn clone(&self) -> Self {
        Self {
            handle: self.handle.clone(),
            flavor: PhantomData,
        }
    }
}

impl<F: Flavor> fmt::Debug for Session<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

impl<F: Flavor> fmt::Debug for Opening<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening").finish_non_exhaustive()
    }
}

/// The wish for IDLE; ends when it is dropped.
#[must_use = "IDLE is wished for as long as the guard lives"]
pub struct IdleGuard<F: Flavor> {
    session: Session<F>,
}

impl<F: Flavor> IdleGuard<F> {
    pub(super) fn session(&self) -> &Session<F> {
        &self.session
    }
}

impl<F: Flavor> Drop for IdleGuard<F> {
    fn drop(&mut self) {
        self.session.handle.with(|core| {
            core.idle_wishes = core.idle_wishes.saturating_sub(1);
            if core.idle_wishes == 0 {
                core.connection.idle(false, F::now());
                core.notify();
            }
        });
    }
}

impl<F: Flavor> fmt::Debug for IdleGuard<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdleGuard").finish_non_exhaustive()
    }
}
