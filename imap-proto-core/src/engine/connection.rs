//! The connection: its fields, and what the application and the world do to it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;

use super::commands::{Commands, Entry, Life, Origin};
use super::idle::Idle;
use super::outbound::{Outbound, Reached, Transmit};
use super::receive::Receiving;
use super::state::{Machine, Trigger};
use super::tag::Tags;
use super::timer::{Silence, Timer, Timers};
use super::{
    CommandId, CompressionUpgrade, Config, ConnectionError, Event, MailboxView, Security, Seed,
    SelectionId, State, TimeoutReason, TlsUpgrade,
};
use crate::encode::{Dialect, Effect, InFlight, LiteralMode, Pipelining, Request, SubmitError, encode};
use crate::types::{Atom, Capabilities, ResponseText, Secret};
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
    pub(super) enabled: Vec<Atom>,
    pub(super) view: Option<MailboxView>,
    /// The view that a SELECT in flight builds, once the server speaks of the new mailbox.
    pub(super) next_view: Option<MailboxView>,
    pub(super) selections: u32,
    pub(super) uid_comes_first: bool,
    pub(super) idle: Idle,
    pub(super) timers: Timers,
    pub(super) silence: Silence,
    /// Events of our own making, at most a few for each command.
    pub(super) pending: VecDeque<Event>,
    pub(super) upload_told: bool,
    pub(super) bye: Option<Box<ResponseText>>,
    pub(super) logout_sent: bool,
    pub(super) eof: bool,
    pub(super) ended: Option<ConnectionError>,
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
            enabled: Vec::new(),
            view: None,
            next_view: None,
            selections: 0,
            uid_comes_first: false,
            idle: Idle::default(),
            timers,
            silence: Silence::new(now),
            pending: VecDeque::new(),
            upload_told: false,
            bye: None,
            logout_sent: false,
            eof: false,
            ended: None,
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

    /// What the server can do, as far as it was told in the present phase of security and login
    /// (A).
    pub fn capabilities(&self) -> Option<&Capabilities> {
        self.capabilities.as_ref()
    }

    /// Whether the server confirmed a capability in ENABLED (A; RFC 5161 §3.2).
    pub fn is_enabled(&self, capability: &str) -> bool {
        self.enabled.iter().any(|atom| atom.eq_ignore_case(capability))
    }

    /// The selected mailbox (A).
    pub fn mailbox(&self) -> Option<&MailboxView> {
        self.view.as_ref()
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
        self.idle.disturb(now);
        Ok(id)
    }

    fn check(&self, request: &Request) -> Result<(), SubmitError> {
        if self.ended.is_some() || self.bye.is_some() || self.eof {
            return Err(SubmitError::Closed);
        }
        let states = self.commands.states_after_all(self.machine.command_states());
        if self.logout_sent || !states.intersects(request.states) {
            return Err(SubmitError::WrongState);
        }
        if self.must_not_speak_yet() && !request.is_allowed_before_tls() {
            return Err(SubmitError::TlsRequired);
        }
        let quiet = self.commands.is_quiet();
        match &request.effect {
            Effect::Login if quiet && self.offers("LOGINDISABLED") => {
                return Err(SubmitError::LoginDisabled);
            }
            Effect::StartTls if self.security != Security::Plaintext => {
                return Err(SubmitError::AlreadyActive);
            }
            Effect::Compress if self.compressed => return Err(SubmitError::AlreadyActive),
            _ => {}
        }
        let queued = self.commands.held_weight() + self.outbound.len();
        let full = queued + request.weight() > self.config.limits.max_outbound;
        if full && queued > 0 { Err(SubmitError::Full) } else { Ok(()) }
    }

    /// Whether TLS is required and not on.
    pub(super) fn must_not_speak_yet(&self) -> bool {
        self.config.requires_tls() && self.security == Security::Plaintext
    }

    /// Whether the server is known to offer a capability.
    pub(super) fn offers(&self, capability: &str) -> bool {
        self.capabilities.as_ref().is_some_and(|known| known.contains(capability))
    }

    /// Gives octets of an upload (C).
    ///
    /// # Errors
    ///
    /// [`SubmitError::NoUpload`] when the command takes none now, [`SubmitError::UploadTooLong`]
    /// when it would be more than was announced, [`SubmitError::Full`] beyond
    /// [`append_capacity`](Self::append_capacity).
    pub fn append_bytes(&mut self, id: CommandId, bytes: Bytes) -> Result<(), SubmitError> {
        if self.writing != Some(id) || self.commands.get(id).is_none_or(|e| e.life == Life::Ended) {
            return Err(SubmitError::NoUpload);
        }
        let (capacity, owed) = self.outbound.upload_capacity().ok_or(SubmitError::NoUpload)?;
        if bytes.len() as u64 > owed {
            return Err(SubmitError::UploadTooLong);
        }
        if bytes.len() > capacity {
            return Err(SubmitError::Full);
        }
        self.upload_told = false;
        self.outbound.supply(bytes);
        Ok(())
    }

    /// How many octets [`append_bytes`](Self::append_bytes) takes now (C).
    pub fn append_capacity(&self, id: CommandId) -> usize {
        if self.writing != Some(id) {
            return 0;
        }
        let (capacity, owed) = self.outbound.upload_capacity().unwrap_or_default();
        usize::try_from(owed).map_or(capacity, |owed| capacity.min(owed))
    }

    /// Ends an upload that has not all its octets (C): what was announced cannot be taken back,
    /// so the connection ends.
    pub fn append_abort(&mut self, id: CommandId) {
        if self.commands.get(id).is_some_and(|entry| entry.life != Life::Ended) {
            self.fail(ConnectionError::UploadAborted);
        }
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
        match response {
            Some(secret) => {
                self.outbound.push_secret(base64_line(secret));
            }
            None => self.outbound.push_bytes(Bytes::from_static(b"*\r\n")),
        }
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
        self.security = Security::Tls;
        self.capabilities = None;
        self.enabled.clear();
        self.machine.on(Trigger::TlsEstablished);
    }

    /// Both directions are compressed (B).
    pub fn compression_established(&mut self, _token: CompressionUpgrade, _now: Instant) {
        self.timers.stop(Timer::Upgrade);
        self.compressed = true;
        self.machine.on(Trigger::CompressionEstablished);
    }

    /// Octets to write, if there are any (D). They stay until advanced over.
    pub fn poll_transmit(&mut self, now: Instant) -> Option<Transmit<'_>> {
        if self.ended.is_some() {
            return None;
        }
        self.release(now);
        self.outbound.is_ready().then(|| Transmit::new(self, now))
    }

    /// Ends the connection for a reason of the driver's, such as a lost socket. The first reason
    /// counts.
    pub fn fail(&mut self, error: ConnectionError) {
        if self.ended.is_none() {
            self.ended = Some(error);
            self.pending.clear();
            self.outbound.drop_rest();
            self.machine.on(Trigger::Ended);
        }
    }

    /// Each command that had no ending when the connection ended, once.
    pub fn take_unfinished(&mut self) -> Option<CommandId> {
        self.ended.as_ref()?;
        self.commands.pop_unfinished()
    }

    /// Moves held commands into the output, in order, as far as those in flight allow.
    pub(super) fn release(&mut self, now: Instant) {
        while self.writing.is_none() && self.machine.takes_commands() && self.bye.is_none() {
            if self.idle_blocks(now) {
                return;
            }
            let states = self.machine.command_states();
            let uid_comes_first = self.uid_comes_first;
            let full = self.commands.in_progress_count() >= self.config.limits.max_in_flight;
            let Some(entry) = self.commands.first_held() else { return };
            if uid_comes_first {
                entry.pipelining = entry.pipelining.without(Pipelining::STREAMS_UNKEYED);
            }
            if full || !self.in_flight.may_send(entry.pipelining) {
                return;
            }
            let id = entry.id;
            let allowed = states.intersects(entry.states);
            let login_disabled = matches!(entry.effect, Effect::Login);
            if !allowed || (login_disabled && self.offers("LOGINDISABLED")) {
                self.not_sent(id);
                continue;
            }
            self.write(id, now);
        }
    }

    fn not_sent(&mut self, id: CommandId) {
        let ours = self.commands.get(id).is_some_and(|entry| entry.origin == Origin::Caller);
        self.commands.end(id);
        if ours {
            self.pending.push_back(Event::NotSent { id });
        }
    }

    /// Encodes the first held command into the output.
    fn write(&mut self, id: CommandId, now: Instant) {
        let dialect = self.dialect();
        let tag = self.tags.tag(id);
        let sasl_ir = self.offers("SASL-IR") || self.offers("IMAP4rev2");
        self.commands.start_first_held();
        let Some(entry) = self.commands.get_mut(id) else { return };
        let mut segments = std::mem::take(&mut entry.segments);
        prepare_initial_response(entry, &mut segments, sasl_ir);
        self.in_flight.add(entry.pipelining);
        self.start_effect(id, now);
        let mut parts = VecDeque::new();
        if encode(&segments, &tag, &dialect, &mut parts).is_err() {
            // `validate` found every error at submission; what is left cannot be written.
            self.in_flight_remove(id);
            self.not_sent(id);
            return;
        }
        let blocks = parts.iter().any(crate::encode::Part::is_waiting_point);
        for part in parts {
            self.outbound.push_part(part);
        }
        self.outbound.push_end(id);
        if blocks {
            self.writing = Some(id);
        }
    }

    pub(super) fn in_flight_remove(&mut self, id: CommandId) {
        if let Some(entry) = self.commands.get(id) {
            self.in_flight.remove(entry.pipelining);
        }
    }

    /// What changes when a command goes out.
    fn start_effect(&mut self, id: CommandId, now: Instant) {
        let Some(entry) = self.commands.get(id) else { return };
        match &entry.effect {
            Effect::Authenticate { .. } | Effect::Login => {
                self.capabilities_fresh = false;
                self.timers.set(Timer::Login, now + self.config.timeouts.login);
            }
            Effect::Logout => {
                self.timers.set(Timer::Logout, now + self.config.timeouts.logout);
            }
            Effect::Select { mailbox, read_only } => {
                self.selections = self.selections.wrapping_add(1);
                let selection = SelectionId(self.selections);
                let view = MailboxView::new(selection, mailbox.clone(), *read_only);
                self.next_view = Some(view);
                if self.view.is_none() {
                    self.cross_boundary();
                }
            }
            _ => {}
        }
    }

    /// From here on, data belongs to the mailbox of the SELECT in flight.
    pub(super) fn cross_boundary(&mut self) {
        if let Some(view) = self.next_view.take() {
            self.view = Some(view);
        }
    }

    fn dialect(&self) -> Dialect {
        let rev2 = self.is_enabled("IMAP4rev2") || self.is_rev2_only();
        let literals = if self.offers("LITERAL+") {
            LiteralMode::Plus
        } else if self.offers("LITERAL-") || self.offers("IMAP4rev2") {
            LiteralMode::Minus
        } else {
            LiteralMode::Sync
        };
        Dialect { utf8: rev2 || self.is_enabled("UTF8=ACCEPT"), literals, ..Dialect::default() }
    }

    fn is_rev2_only(&self) -> bool {
        self.offers("IMAP4rev2") && !self.offers("IMAP4rev1")
    }

    /// Octets were taken from the output: commands whose last one it was are sent.
    pub(super) fn octets_sent(&mut self, now: Instant) {
        while let Some(reached) = self.outbound.reached() {
            match reached {
                Reached::End(id) => {
                    if self.writing == Some(id) {
                        self.writing = None;
                    }
                    if let Some(entry) = self.commands.get_mut(id)
                        && entry.life == Life::Sending
                    {
                        entry.life = Life::AwaitingCompletion;
                        entry.sent_at = Some(now);
                    }
                }
                Reached::Sync => {
                    self.await_continuation(now);
                    return;
                }
                Reached::Owed => {
                    self.tell_upload();
                    return;
                }
            }
        }
        self.tell_upload();
    }

    fn await_continuation(&mut self, now: Instant) {
        if let Some(entry) = self.writing.and_then(|id| self.commands.get_mut(id))
            && entry.life == Life::Sending
        {
            entry.life = Life::AwaitingContinuation;
            entry.sent_at = Some(now);
        }
    }

    /// Tells the caller once that an upload takes octets, and again after it gave some.
    pub(super) fn tell_upload(&mut self) {
        let Some(id) = self.writing else { return };
        let Some((capacity, owed)) = self.outbound.upload_capacity() else { return };
        if self.commands.get(id).is_none_or(|entry| entry.life == Life::Ended) {
            self.pad_upload(owed);
        } else if !self.upload_told && capacity >= super::outbound::UPLOAD_WINDOW / 2 {
            self.upload_told = true;
            self.pending.push_back(Event::UploadReady { id });
        }
    }

    /// The server refused a command whose literal is announced and not all written: the octets
    /// are owed all the same (RFC 7888 §4), so spaces go out, or the connection ends.
    pub(super) fn pad_upload(&mut self, owed: u64) {
        /// What is cheaper to send than a new connection.
        const PADDING: u64 = 1024 * 1024;
        match usize::try_from(owed) {
            Ok(octets) if owed <= PADDING => self.outbound.supply(vec![b' '; octets].into()),
            _ => self.fail(ConnectionError::UploadAborted),
        }
    }

    /// Ends commands that waited too long, and the connection where it cannot go on (B). A call
    /// too early does nothing.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.ended.is_some() {
            return;
        }
        for (timer, reason) in FATAL {
            if self.timers.take_due(timer, now) {
                self.end_by_timeout(reason);
                return;
            }
        }
        if let Some((at, reason)) = self.response_deadline()
            && at <= now
        {
            self.fail(ConnectionError::Timeout(reason));
            return;
        }
        self.time_commands_out(now);
        self.idle_timeout(now);
    }

    /// The next deadline, and why it stands (D).
    pub fn poll_timeout(&self) -> Option<super::Deadline> {
        use super::{Deadline, DeadlineReason as Why};
        if self.ended.is_some() {
            return None;
        }
        let fatal = FATAL.iter().map(|(timer, why)| (self.timers.get(*timer), Why::Timeout(*why)));
        let response = self.response_deadline().map(|(at, why)| (Some(at), Why::Timeout(why)));
        let command = (self.command_deadline(), Why::Timeout(TimeoutReason::Command));
        let quiet = [
            (self.timers.get(Timer::IdleStart), Why::IdleStart),
            (self.timers.get(Timer::IdleRefresh), Why::IdleRefresh),
            (self.timers.get(Timer::Poll), Why::Poll),
            command,
        ];
        fatal
            .chain(response)
            .chain(quiet)
            .filter_map(|(at, reason)| Some(Deadline { at: at?, reason }))
            .min_by_key(|deadline| deadline.at)
    }

    fn end_by_timeout(&mut self, reason: TimeoutReason) {
        let error = match (reason, self.bye.take()) {
            (TimeoutReason::Logout, Some(bye)) => ConnectionError::ClosedByServer { bye },
            (reason, _) => ConnectionError::Timeout(reason),
        };
        self.fail(error);
    }

    fn response_deadline(&self) -> Option<(Instant, TimeoutReason)> {
        let in_literal = self.receiving.in_literal();
        let begun = in_literal || self.receiving.response_begun();
        if !begun {
            return None;
        }
        self.silence.response_deadline(in_literal, &self.config.timeouts)
    }

    /// When the command that waits longest has waited too long. Login and LOGOUT have deadlines
    /// of their own, and an IDLE that runs waits for nothing.
    fn command_deadline(&self) -> Option<Instant> {
        let sent = self.commands.in_progress().filter(|entry| self.waits(entry));
        let oldest = sent.filter_map(|entry| entry.sent_at).min()?;
        self.silence.command_deadline(oldest, &self.config.timeouts)
    }

    fn waits(&self, entry: &Entry) -> bool {
        let timed_elsewhere = matches!(
            entry.effect,
            Effect::Authenticate { .. } | Effect::Login | Effect::Logout
        );
        let idling = entry.origin == Origin::Idle && self.idle.is_active();
        !entry.timed_out && !timed_elsewhere && !idling
    }

    fn time_commands_out(&mut self, now: Instant) {
        let due: Vec<CommandId> = self
            .commands
            .in_progress()
            .filter(|entry| self.waits(entry))
            .filter(|entry| {
                let sent = entry.sent_at.unwrap_or(now);
                let deadline = self.silence.command_deadline(sent, &self.config.timeouts);
                deadline.is_some_and(|at| at <= now)
            })
            .map(|entry| entry.id)
            .collect();
        for id in due {
            self.time_out(id);
        }
    }

    fn time_out(&mut self, id: CommandId) {
        let Some(entry) = self.commands.get_mut(id) else { return };
        entry.timed_out = true;
        let engines_own = entry.origin != Origin::Caller;
        let unsent = entry.life != Life::AwaitingCompletion;
        let starttls = matches!(entry.effect, Effect::StartTls | Effect::Compress);
        if engines_own {
            self.fail(ConnectionError::Timeout(TimeoutReason::Idle));
        } else if unsent || starttls {
            // Half a command stands on the wire, or a layer may or may not begin.
            self.fail(ConnectionError::Timeout(TimeoutReason::Command));
        } else {
            let reason = TimeoutReason::Command;
            self.pending.push_back(Event::TimedOut { id, reason });
        }
    }
}

/// The timers that end the connection.
const FATAL: [(Timer, TimeoutReason); 4] = [
    (Timer::Greeting, TimeoutReason::Greeting),
    (Timer::Upgrade, TimeoutReason::Upgrade),
    (Timer::Login, TimeoutReason::Login),
    (Timer::Logout, TimeoutReason::Logout),
];

/// A SASL message in base64, with its CRLF; no copy of it outlives the sending.
fn base64_line(secret: &Secret) -> Secret {
    use base64::Engine as _;
    let mut line = base64::engine::general_purpose::STANDARD.encode(secret.expose());
    line.push_str("\r\n");
    Secret::from(line)
}

/// An initial response goes with the command where SASL-IR allows it and it is not long, else it
/// waits for the first challenge (RFC 4959 §3, RFC 9051 §6.2.2).
fn prepare_initial_response(
    entry: &mut Entry,
    segments: &mut Vec<crate::encode::Segment>,
    sasl_ir: bool,
) {
    use crate::encode::Segment;
    /// What some servers take in a line.
    const LONG: usize = 700;
    let Effect::Authenticate { initial_response } = &mut entry.effect else { return };
    let Some(response) = initial_response.take() else { return };
    if !sasl_ir || response.expose().len() > LONG {
        entry.initial_response = Some(response);
        return;
    }
    segments.push(Segment::Syntax(b" ".to_vec()));
    if response.expose().is_empty() {
        segments.push(Segment::Syntax(b"=".to_vec()));
    } else {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(response.expose());
        segments.push(Segment::SecretSyntax(Secret::from(text)));
    }
}
