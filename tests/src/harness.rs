//! Drives a [`Connection`] by hand: octets in by any plan, octets and events out, a clock that
//! moves only when told.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Buf as _;
use imap_proto_core::encode::{Command, Request, SubmitError};
use imap_proto_core::engine::{
    CommandId, Config, Connection, ConnectionError, Event, PauseReason, Security, Seed, Step,
};
use imap_proto_core::wire::InputBuffer;

/// The tag prefix of every harness.
pub const PREFIX: &str = "AAAA";

/// A connection, its buffer, its clock, and all that came out.
#[derive(Debug)]
pub struct Harness {
    /// The engine.
    pub connection: Connection,
    /// What the server sent and the engine has not used.
    pub input: InputBuffer,
    /// The time.
    pub now: Instant,
    /// All octets written so far that were not taken.
    pub sent: Vec<u8>,
    /// All events so far that were not taken.
    pub events: Vec<Event>,
    /// The end of the connection.
    pub error: Option<ConnectionError>,
    /// Why it paused, if it did.
    pub paused: Option<PauseReason>,
    /// How many octets a read gives at most.
    pub chunk: usize,
    /// Whether output is taken at all.
    pub writable: bool,
}

impl Harness {
    /// A connection in plaintext where plaintext is allowed.
    #[must_use]
    pub fn new() -> Self {
        Self::with(Config::unencrypted("mail.example.org"), Security::Plaintext)
    }

    /// A connection of a configuration.
    #[must_use]
    pub fn with(config: Config, security: Security) -> Self {
        let now = Instant::now();
        let input = InputBuffer::new(config.current_limits());
        Self {
            connection: Connection::new(Arc::new(config), security, Seed([0; 16]), now),
            input,
            now,
            sent: Vec::new(),
            events: Vec::new(),
            error: None,
            paused: None,
            chunk: usize::MAX,
            writable: true,
        }
    }

    /// A connection after a greeting with these capabilities and PREAUTH.
    #[must_use]
    pub fn authenticated(capabilities: &str) -> Self {
        let mut harness = Self::with(Config::preauthenticated(), Security::Trusted);
        harness.feed(format!(
            "* PREAUTH [CAPABILITY IMAP4rev1 {capabilities}] hi\r\n"
        ));
        harness.take_events();
        harness
    }

    /// The same with a mailbox of `exists` messages selected.
    #[must_use]
    pub fn selected(capabilities: &str, exists: u32) -> Self {
        let mut harness = Self::authenticated(capabilities);
        let id = harness
            .submit_request(Request::new("SELECT").map(|request| request.space().mailbox("INBOX")));
        harness.feed(format!("* {exists} EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n"));
        harness.ok(id);
        harness.take_events();
        harness.sent.clear();
        harness
    }

    /// Gives octets of the server, in reads of at most `chunk`, and takes all events.
    pub fn feed(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        let mut rest = bytes.as_ref();
        while !rest.is_empty() && self.error.is_none() {
            let piece = rest.get(..self.chunk.min(rest.len())).unwrap_or(rest);
            let taken = self.input.extend_from_slice(piece);
            rest = rest.get(taken..).unwrap_or_default();
            self.turn();
            if taken == 0 && self.input.is_full() {
                break;
            }
        }
        self
    }

    /// Writes and takes events until nothing moves.
    pub fn turn(&mut self) -> &mut Self {
        loop {
            self.write();
            match self.connection.poll_event(&mut self.input, self.now) {
                Ok(Step::Event(event)) => self.events.push(event),
                Ok(Step::NeedInput) => break,
                Ok(Step::Paused(reason)) => {
                    self.paused = Some(reason);
                    break;
                }
                Err(error) => {
                    self.error = Some(error);
                    break;
                }
            }
        }
        self.write();
        self
    }

    fn write(&mut self) {
        while self.writable
            && let Some(mut transmit) = self.connection.poll_transmit(self.now)
        {
            let octets = transmit.copy_to_bytes(transmit.remaining());
            self.sent.extend_from_slice(&octets);
        }
    }

    /// Submits a command and writes it if it may go.
    ///
    /// # Panics
    ///
    /// When the engine refuses it.
    pub fn submit<C: Command>(&mut self, command: C) -> CommandId {
        self.try_submit(command)
            .unwrap_or_else(|error| panic!("refused: {error}"))
    }

    /// Submits a request and writes it if it may go.
    ///
    /// # Panics
    ///
    /// When it is none, or the engine refuses it.
    pub fn submit_request(&mut self, request: Result<Request, SubmitError>) -> CommandId {
        let id = request.and_then(|request| self.connection.submit(request, self.now));
        self.turn();
        id.unwrap_or_else(|error| panic!("refused: {error}"))
    }

    /// Submits a command and writes it if it may go.
    ///
    /// # Errors
    ///
    /// The engine's.
    pub fn try_submit<C: Command>(&mut self, command: C) -> Result<CommandId, SubmitError> {
        let id = self.connection.submit(command.request()?, self.now)?;
        self.turn();
        Ok(id)
    }

    /// The tag of the n-th command of this connection, the engine's own counted too.
    #[must_use]
    pub fn tag(number: u64) -> String {
        format!("{PREFIX}{number}")
    }

    /// Answers a command with OK. The number is that of its submission.
    pub fn ok(&mut self, id: CommandId) -> &mut Self {
        self.feed(format!("{} OK done\r\n", id_tag(id)))
    }

    /// Moves the clock and tells the engine.
    pub fn clock(&mut self, by: Duration) -> &mut Self {
        self.now += by;
        self.connection.handle_timeout(self.now);
        self.turn()
    }

    /// Ends the stream.
    pub fn eof(&mut self) -> &mut Self {
        self.connection.handle_eof(self.now);
        self.turn()
    }

    /// What was written since the last call.
    pub fn take_sent(&mut self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.sent)).into_owned()
    }

    /// The events since the last call.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// The same, into memory that is used again.
    pub fn swap_events(&mut self, events: &mut Vec<Event>) {
        std::mem::swap(&mut self.events, events);
    }

    /// The commands that had no ending when the connection ended.
    pub fn unfinished(&mut self) -> Vec<CommandId> {
        std::iter::from_fn(|| self.connection.take_unfinished()).collect()
    }
}

impl Default for Harness {
    fn default() -> Self {
        Self::new()
    }
}

/// The tag of a command.
#[must_use]
pub fn id_tag(id: CommandId) -> String {
    format!("{PREFIX}{}", id.number())
}
