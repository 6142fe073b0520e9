//! The connection: its fields, and what the application and the world do to it.

use std::collections::VecDeque;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;

use super::commands::{Commands, Life, Origin};
use super::contexts::Contexts;
use super::idle::Idle;
use super::log::Ring;
use super::notifications::Notifications;
use super::outbound::Outbound;
use super::receive::Receiving;
use super::state::{Machine, Trigger};
use super::tag::Tags;
use super::timer::{Silence, Timer, Timers};
use super::{
    CommandId, CompressionUpgrade, Config, ConnectionError, Event, MailboxView, Security, Seed,
    State, TlsUpgrade,
};
use crate::encode::{Effect, InFlight, Pipelining, Request, SubmitError, uses_numbers};
use crate::types::{
    Atom, Capabilities, IdResponse, MessageLimit, ResponseText, Secret, Tolerance, ToleranceCounts,
    Tolerances,
};
use crate::wire::Framer;

/// The protocol state machine of one connection. It holds no socket, clock, lock or thread.
///
/// Its methods are of four kinds:
///
/// - **A**, getters: [`state`](Self::state), [`capabilities`](Self::capabilities),
///   [`mailbox`](Self::mailbox), …
/// - **B**, what the world did: `handle_timeout`, `handle_eof`, `tls_established`,
///   `compression_established`
/// - **C**, what the application wants: `submit`, `append_bytes`, `idle`, `authenticate_respond`,
///   …
/// - **D**, outputs: `poll_transmit`, `poll_event`, `poll_timeout`
///
/// A driver's loop calls D in that order after every B and C: write what `poll_transmit` gives,
/// take events until [`Step::NeedInput`](super::Step::NeedInput), then read into the
/// [`InputBuffer`](crate::wire::InputBuffer) that it owns, or wait until `poll_timeout`.
#[derive(Debug)]
pub struct Connection {
    pub(super) config: Arc<Config>,
    pub(super) machine: Machine,
    pub(super) security: Security,
    pub(super) compressed: bool,
    pub(super) tags: Tags,
    pub(super) framer: Framer,
    pub(super) receiving: Receiving,
    pub(super) commands: Commands,
    pub(super) in_flight: InFlight,
    pub(super) outbound: Outbound,
    /// The command whose octets are not all in the queue or not all written at a waiting point:
    /// nothing of another goes behind it.
    pub(super) writing: Option<CommandId>,
    pub(super) capabilities: Option<Capabilities>,
    /// Whether a capability list came since AUTHENTICATE or LOGIN was sent.
    pub(super) capabilities_fresh: bool,
    pub(super) enabled: Capabilities,
    /// What the server answered to ID last.
    pub(super) server_id: Option<Box<IdResponse>>,
    pub(super) view: Option<MailboxView>,
    /// The view that a SELECT in flight builds, once the server speaks of the new mailbox.
    pub(super) next_view: Option<MailboxView>,
    pub(super) selections: u32,
    pub(super) uid_comes_first: bool,
    pub(super) idle: Idle,
    /// Searches that are kept up to date.
    pub(super) contexts: Contexts,
    /// What NOTIFY is set to.
    pub(super) notifications: Notifications,
    /// The server could not save the result of the last search that was to be saved.
    pub(super) saved_result_lost: bool,
    /// An untagged MESSAGELIMIT, until the OK that it belongs to.
    pub(super) message_limit: Option<MessageLimit>,
    pub(super) timers: Timers,
    pub(super) silence: Silence,
    /// What was tolerated so far.
    pub(super) tolerated: ToleranceCounts,
    /// Events of our own making, at most a few for each command.
    pub(super) pending: VecDeque<Event>,
    /// Commands whose ending the end of the connection kept from being told.
    pub(super) untold: Vec<CommandId>,
    pub(super) upload_told: bool,
    pub(super) bye: Option<Box<ResponseText>>,
    pub(super) logout_sent: bool,
    pub(super) eof: bool,
    pub(super) ended: Option<ConnectionError>,
    /// When the transport last took octets.
    pub(super) written_at: Option<Instant>,
    pub(super) ring: Ring,
    /// The memory of the line being logged.
    pub(super) scratch: Vec<u8>,
}

impl Connection {
    /// A connection over a stream that is protected as `security` says. `seed` are random octets
    /// of the operating system.
    ///
    /// ```
    /// use std::{sync::Arc, time::Instant};
    /// use imap_proto_core::engine::{Config, Connection, Security, Seed, Step};
    /// use imap_proto_core::wire::InputBuffer;
    ///
    /// let now = Instant::now();
    /// let config = Arc::new(Config::unencrypted("localhost"));
    /// let mut input = InputBuffer::new(config.current_limits());
    /// let mut connection = Connection::new(config, Security::Plaintext, Seed([7; 16]), now);
    /// input.extend_from_slice(b"* OK ready\r\n");
    /// let step = connection.poll_event(&mut input, now)?;
    /// assert!(matches!(step, Step::Event(_)));
    /// # Ok::<(), imap_proto_core::engine::ConnectionError>(())
    /// ```
    pub fn new(config: Arc<Config>, security: Security, seed: Seed, now: Instant) -> Self {
        let mut timers = Timers::default();
        timers.set(Timer::Greeting, now + config.timeouts.greeting);
        let ring = Ring::new(config.log_lines, now);
        let mut framer = Framer::new(&config.limits);
        framer.set_before_login(true);
        Self {
            framer,
            config,
            machine: Machine::new(),
            security,
            compressed: false,
            tags: Tags::new(seed),
            receiving: Receiving::Responses,
            commands: Commands::default(),
            in_flight: InFlight::default(),
            outbound: Outbound::default(),
            writing: None,
            capabilities: None,
            capabilities_fresh: false,
            enabled: Capabilities::default(),
            server_id: None,
            view: None,
            next_view: None,
            selections: 0,
            uid_comes_first: false,
            idle: Idle::default(),
            contexts: Contexts::default(),
            notifications: Notifications::default(),
            saved_result_lost: false,
            message_limit: None,
            timers,
            silence: Silence::new(now),
            tolerated: ToleranceCounts::default(),
            pending: VecDeque::new(),
            untold: Vec::new(),
            upload_told: false,
            bye: None,
            logout_sent: false,
            eof: false,
            ended: None,
            written_at: None,
            ring,
            scratch: Vec::new(),
        }
    }

    /// The state (A).
    pub fn state(&self) -> State {
        self.machine.state()
    }

    /// How the stream is protected (A).
    pub fn security(&self) -> Security {
        self.security
    }

    /// Whether COMPRESS is on (A).
    pub fn is_compressed(&self) -> bool {
        self.compressed
    }

    /// Whether UNAUTHENTICATE was written whole and is not answered (A): from there on nothing
    /// that we write is compressed (RFC 8437 §2).
    pub fn is_unauthenticating(&self) -> bool {
        self.commands.in_progress().any(|entry| {
            entry.life == Life::AwaitingCompletion && matches!(entry.effect, Effect::Unauthenticate)
        })
    }

    /// What the server can do, as far as it was told in the present phase of security and login
    /// (A).
    pub fn capabilities(&self) -> Option<&Capabilities> {
        self.capabilities.as_ref()
    }

    /// Whether the server confirmed a capability in ENABLED (A; RFC 5161 §3.2).
    pub fn is_enabled(&self, capability: &str) -> bool {
        self.enabled.contains(capability)
    }

    /// What the server answered to ID last (A; RFC 2971 §3.2).
    pub fn server_id(&self) -> Option<&IdResponse> {
        self.server_id.as_deref()
    }

    /// What the server confirmed in ENABLED, in its order (A; RFC 5161 §3.2).
    pub fn enabled(&self) -> impl Iterator<Item = &Atom> {
        self.enabled.iter()
    }

    /// The selected mailbox (A).
    pub fn mailbox(&self) -> Option<&MailboxView> {
        self.view.as_ref()
    }

    /// What the server got wrong and was taken all the same, and how often (A).
    pub fn tolerated(&self) -> &ToleranceCounts {
        &self.tolerated
    }

    /// Counts what was tolerated, and tells of it behind what is told now.
    pub(super) fn tolerate(&mut self, kinds: Tolerances) {
        if kinds.is_empty() {
            return;
        }
        for kind in kinds.iter() {
            let count = self.tolerated.count(kind);
            // A flood of these says no more than one.
            if kind != Tolerance::RepeatedBye || count == 1 {
                self.pending.push_back(Event::Tolerated(kind));
            }
        }
    }

    /// Whether the server is in IDLE now (A).
    pub fn is_idling(&self) -> bool {
        self.idle.is_active()
    }

    /// The configuration (A).
    pub fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// The number of commands that have not ended, in flight and held (A).
    pub fn commands_pending(&self) -> usize {
        self.commands.in_progress_count() + self.commands.held_count()
    }

    /// Takes a command (C). It is written as soon as those in flight allow it; until then it is
    /// held.
    ///
    /// # Errors
    ///
    /// A [`SubmitError`] leaves the connection as it was.
    pub fn submit(&mut self, request: Request, now: Instant) -> Result<CommandId, SubmitError> {
        self.check(&request)?;
        request.validate()?;
        if matches!(request.effect, Effect::Logout) {
            self.logout_sent = true;
        }
        let id = self.commands.push(request, Origin::Caller);
        if let Some(entry) = self.commands.get_mut(id) {
            entry.sent_at = Some(now);
        }
        self.idle.disturb(now);
        Ok(id)
    }

    /// Whether it is over, or about to be: no command is taken any more.
    pub(crate) fn is_closing(&self) -> bool {
        self.ended.is_some() || self.bye.is_some() || self.eof
    }

    fn check(&self, request: &Request) -> Result<(), SubmitError> {
        if self.is_closing() {
            return Err(SubmitError::Closed);
        }
        let states = self
            .commands
            .states_after_all(self.machine.command_states());
        if self.logout_sent || !states.intersects(request.states) {
            return Err(SubmitError::WrongState);
        }
        if self.must_not_speak_yet() && !request.is_allowed_before_tls() {
            return Err(SubmitError::TlsRequired);
        }
        self.check_needs(request)?;
        let quiet = self.commands.is_quiet();
        match &request.effect {
            Effect::Login if quiet && self.offers("LOGINDISABLED") => {
                return Err(SubmitError::LoginDisabled);
            }
            Effect::StartTls if self.security != Security::Plaintext => {
                return Err(SubmitError::AlreadyActive);
            }
            Effect::Compress if self.compressed => return Err(SubmitError::AlreadyActive),
            // What a command before them may still change is not known yet.
            Effect::Compress if quiet && self.lacks(&["COMPRESS=DEFLATE"]) => {
                return Err(SubmitError::MissingCapability("COMPRESS=DEFLATE"));
            }
            Effect::Enable(_) if quiet && self.lacks(&["ENABLE", "IMAP4rev2"]) => {
                return Err(SubmitError::MissingCapability("ENABLE"));
            }
            _ => {}
        }
        let queued = self.commands.held_weight() + self.outbound.len();
        let full = queued + request.weight() > self.config.limits.max_outbound;
        if full && queued > 0 {
            Err(SubmitError::Full)
        } else {
            Ok(())
        }
    }

    /// What a command needs besides the state: see [`Needs`](crate::encode::Needs).
    fn check_needs(&self, request: &Request) -> Result<(), SubmitError> {
        if request.needs.saved_result && self.has_lost_result() {
            return Err(SubmitError::NotSaved);
        }
        if self.refuses_numbers(request.pipelining, request.needs) {
            return Err(SubmitError::UnstableNumbers);
        }
        if self.is_enabled("UIDONLY")
            && uses_numbers(request.pipelining, request.needs, &request.segments)
        {
            return Err(SubmitError::UidRequired);
        }
        let limit = self
            .capabilities
            .as_ref()
            .and_then(Capabilities::append_limit);
        match limit {
            Some(limit) if request.needs.message > limit => Err(SubmitError::TooLarge(limit)),
            _ => Ok(()),
        }
    }

    /// Whether `$` stands for nothing, and no search is under way that could change it.
    fn has_lost_result(&self) -> bool {
        self.saved_result_lost && !self.commands.any_does(Pipelining::SAVES_RESULT)
    }

    /// Whether TLS is required and not on.
    pub(super) fn must_not_speak_yet(&self) -> bool {
        self.config.requires_tls() && self.security == Security::Plaintext
    }

    /// Whether the server told its capabilities, and none of these is among them.
    fn lacks(&self, capabilities: &[&str]) -> bool {
        let known = self.capabilities.as_ref();
        known.is_some_and(|known| !capabilities.iter().any(|name| known.contains(name)))
    }

    /// Whether the server is known to offer a capability.
    pub(super) fn offers(&self, capability: &str) -> bool {
        self.capabilities
            .as_ref()
            .is_some_and(|known| known.contains(capability))
    }

    /// Answers a SASL challenge (C); the octets are sent in base64.
    pub fn authenticate_respond(&mut self, id: CommandId, response: &Secret) {
        self.exchange(id, Some(response));
    }

    /// Gives a SASL exchange up (C): the server answers BAD.
    pub fn authenticate_abort(&mut self, id: CommandId) {
        self.exchange(id, None);
    }

    pub(super) fn exchange(&mut self, id: CommandId, response: Option<&Secret>) {
        let in_exchange = self.commands.get(id).is_some_and(|entry| {
            entry.life == Life::AwaitingCompletion
                && matches!(entry.effect, Effect::Authenticate { .. })
        });
        if !in_exchange {
            return;
        }
        if let Some(secret) = response {
            self.record_sasl();
            self.outbound.push_secret(base64_line(secret));
        } else {
            self.record_sent(b"*");
            self.outbound.push_bytes(Bytes::from_static(ABORT));
        }
    }

    /// The server ended a command: if that was a SASL exchange, a response of ours that waits
    /// would be taken for another command.
    pub(super) fn drop_exchange(&mut self, id: CommandId) {
        let exchange = self
            .commands
            .get(id)
            .is_some_and(|entry| matches!(entry.effect, Effect::Authenticate { .. }));
        if exchange {
            self.outbound.drop_lines(ABORT.len());
        }
    }

    /// Whether a literal is being streamed.
    pub(crate) fn in_literal(&self) -> bool {
        self.receiving.in_literal()
    }

    /// Drains the literal that is being streamed without handing it out (C).
    pub fn discard_literal(&mut self) {
        self.receiving.discard();
    }

    /// The stream ended (B).
    pub fn handle_eof(&mut self, _now: Instant) {
        self.eof = true;
    }

    /// The TLS handshake behind STARTTLS is done (B). All that was learnt in the clear is
    /// forgotten.
    pub fn tls_established(&mut self, _token: TlsUpgrade, _now: Instant) {
        self.timers.stop(Timer::Upgrade);
        self.note("TLS established");
        self.security = Security::Tls;
        self.capabilities = None;
        self.server_id = None;
        self.enabled = Capabilities::default();
        self.machine.on(Trigger::TlsEstablished);
    }

    /// Both directions are compressed (B).
    pub fn compression_established(&mut self, _token: CompressionUpgrade, _now: Instant) {
        self.timers.stop(Timer::Upgrade);
        self.note("compression established");
        self.compressed = true;
        self.machine.on(Trigger::CompressionEstablished);
    }

    /// Ends the connection for a reason of the driver's, such as a lost socket. The first reason
    /// counts.
    pub fn fail(&mut self, error: ConnectionError) {
        let why = error.clone();
        self.fail_because(error, &why);
    }

    /// The same, where the log says more of the reason than the engine can.
    pub(crate) fn fail_because(&mut self, error: ConnectionError, why: &dyn Display) {
        if self.ended.is_none() {
            self.note_end(&error, why);
            self.ended = Some(error);
            let endings = self.pending.drain(..).filter_map(|event| match event {
                Event::NotSent { id } | Event::TimedOut { id, .. } => Some(id),
                _ => None,
            });
            self.untold.extend(endings);
            self.outbound.drop_rest();
            self.machine.on(Trigger::Ended);
        }
    }

    /// Whether a command was written in full (A): only then can the server have done it. Also
    /// true for one that has had its ending; to be asked before
    /// [`take_unfinished`](Self::take_unfinished).
    pub fn is_sent(&self, id: CommandId) -> bool {
        let written = |life| matches!(life, Life::AwaitingCompletion | Life::Ended);
        let entry = self.commands.get(id);
        entry.is_none_or(|entry| written(entry.life))
    }

    /// Each command that had no ending when the connection ended, once.
    pub fn take_unfinished(&mut self) -> Option<CommandId> {
        self.ended.as_ref()?;
        self.untold.pop().or_else(|| self.commands.pop_unfinished())
    }
}

/// What gives a SASL exchange up (RFC 9051 §6.2.2).
const ABORT: &[u8] = b"*\r\n";

/// A SASL message in base64, with its CRLF; no copy of it outlives the sending.
fn base64_line(secret: &Secret) -> Secret {
    use base64::Engine as _;
    let mut line = base64::engine::general_purpose::STANDARD.encode(secret.expose());
    line.push_str("\r\n");
    Secret::from(line)
}
