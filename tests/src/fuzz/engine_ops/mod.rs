//! Any operations on a connection, against a reference of what DESIGN's laws promise.
//!
//! The reference sees the wire alone: what was fed, what left, and what was used up. From that it knows what may come
//! of each response ([`model`]), and what may leave ([`sent`]), by rules of its own ([`rules`]).

mod events;
mod model;
mod play;
mod rules;
mod sent;

use super::choices::Choices;
use super::client::{Dialect, Said, Token, hear};
use super::commands::{PASSWORD, sample};
use bytes::{Buf as _, Bytes};
use imap_proto_core::encode::SubmitError;
use imap_proto_core::engine::{
    CommandId, CompressionUpgrade, Config, Connection, ConnectionError, DeadlineReason, Security,
    Seed, SelectionId, State, TimeoutReason, Timeouts, TlsUpgrade,
};
use imap_proto_core::types::{Secret, SequenceNumber};
use imap_proto_core::wire::{InputBuffer, Limits};
use model::{COMMAND_TIMEOUT, Ending, Model, Taken};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The prefix of every tag that a seed of zeros gives.
const PREFIX: &str = "AAAA";

/// The limit of a response here.
const MAX_RESPONSE: usize = 4096;

/// The tag of a command.
fn tag_of(number: u64) -> String {
    format!("{PREFIX}{number}")
}

/// Submits, feeds, writes in part, moves the clock, ends the stream, …, one operation after the other. The first octet
/// chooses the configuration.
pub fn engine_ops(data: &[u8]) {
    let mut choices = Choices::new(data);
    let mut world = World::new(&mut choices);
    for _ in 0..300 {
        if choices.is_empty() {
            break;
        }
        world.operate(&mut choices);
        world.check();
    }
    world.finish();
}

struct World {
    connection: Connection,
    input: InputBuffer,
    now: Instant,
    model: Model,
    /// The names that the engine gives to commands.
    ids: BTreeMap<u64, CommandId>,
    /// Tokens that the application was given and has not used.
    tls: Option<TlsUpgrade>,
    compression: Option<CompressionUpgrade>,
    compressed: bool,
    /// How many octets had left when TLS began.
    sent_in_clear: usize,
    /// Lines of the server that may be continuation requests: never fewer than there were.
    continuations: usize,
    begins_line: bool,
    fed: Vec<u8>,
    /// The first error, and those that may be the first for a reason that is not on the wire.
    error: Option<ConnectionError>,
    ends: Vec<ConnectionError>,
    idling: bool,
    selection: SelectionId,
    /// Searches that get no more news.
    contexts_ended: BTreeSet<CommandId>,
    /// Operations, and events that were told.
    operations: usize,
    events: usize,
}

impl World {
    fn new(choices: &mut Choices<'_>) -> Self {
        let setup = choices.byte();
        let (config, security) = match setup % 4 {
            0 => (Config::starttls("mail.example.org"), Security::Plaintext),
            1 => (Config::unencrypted("mail.example.org"), Security::Plaintext),
            2 => (Config::tls("mail.example.org"), Security::Tls),
            _ => (Config::preauthenticated(), Security::Trusted),
        };
        let limits = Limits::default()
            .stream_threshold(if setup & 4 == 0 { 10 } else { 65536 })
            .max_in_flight(if setup & 8 == 0 { 256 } else { 2 })
            .max_outbound(if setup & 16 == 0 { 1 << 20 } else { 60 })
            .max_response(MAX_RESPONSE);
        let config = config
            .with_port(1143)
            .server_name("name.example.org")
            .client_id([("name", "fuzz")])
            .log_lines(20)
            .timeouts(Timeouts::default())
            .compress(true);
        let now = Instant::now();
        let is_clear = security == Security::Plaintext;
        let mut world = Self {
            input: InputBuffer::new(&limits),
            model: Model::new(&limits, setup.is_multiple_of(4), is_clear),
            connection: Connection::new(
                Arc::new(config.limits(limits)),
                security,
                Seed([0; 16]),
                now,
            ),
            now,
            ids: BTreeMap::new(),
            tls: None,
            compression: None,
            compressed: false,
            sent_in_clear: 0,
            continuations: 0,
            begins_line: true,
            fed: Vec::new(),
            error: None,
            ends: Vec::new(),
            idling: false,
            selection: SelectionId::default(),
            contexts_ended: BTreeSet::new(),
            operations: 0,
            events: 0,
        };
        match setup >> 5 {
            0 => {}
            1 => world.feed(b"* OK hi\r\n"),
            2 => world
                .feed(b"* OK [CAPABILITY IMAP4rev1 STARTTLS LITERAL+ SASL-IR AUTH=PLAIN] hi\r\n"),
            3 => world.feed(b"* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n"),
            4 => world.feed(
                b"* PREAUTH [CAPABILITY IMAP4rev1 LITERAL- IDLE ENABLE COMPRESS=DEFLATE] hi\r\n",
            ),
            _ => world.feed(b"* PREAUTH [CAPABILITY IMAP4rev2 IDLE LITERAL+ BINARY] hi\r\n"),
        }
        world
    }

    fn operate(&mut self, choices: &mut Choices<'_>) {
        self.operations += 1;
        match choices.below(20) {
            0..=3 => self.submit(choices.byte()),
            4 => self.feed(choices.bytes(40)),
            5..=8 => self.answer(choices),
            9 | 10 => self.write(usize::MAX),
            11 => self.write(choices.below(12)),
            12 | 13 => self.poll(usize::MAX),
            14 => self.poll(1),
            15 => self.time(choices),
            16 => self.connection.idle(choices.flag(), self.now),
            17 => self.upload(choices),
            18 => self.upgrade(),
            _ => self.rare(choices),
        }
    }

    fn submit(&mut self, kind: u8) {
        let sample = sample(kind);
        let over = self.error.is_some() || self.model.is_eof || self.model.bye.is_some();
        match self.connection.submit(sample.request(), self.now) {
            Ok(id) => {
                assert!(!over, "taken after the end");
                let (at, ending) = (self.now, None);
                let taken = Taken { sample, at, ending };
                let before = self.model.commands.insert(id.number(), taken);
                assert!(before.is_none(), "{id:?} twice");
                self.ids.insert(id.number(), id);
                self.model.logout_submitted |= sample.name == "LOGOUT";
            }
            Err(error) => assert!(!over || error == SubmitError::Closed, "{error}"),
        }
    }

    fn feed(&mut self, octets: &[u8]) {
        let taken = self.input.extend_from_slice(octets);
        let octets = &octets[..taken];
        self.model.unread.extend_from_slice(octets);
        self.fed.extend_from_slice(octets);
        for &byte in octets {
            self.continuations += usize::from(byte == b'+' && self.begins_line);
            self.begins_line = byte == b'\n';
        }
    }

    /// Something that a server may say, not always at the right time.
    fn answer(&mut self, choices: &mut Choices<'_>) {
        let number = match choices.below(4) {
            0 => u64::from(choices.byte() % 16),
            // The oldest command that has no ending is the likeliest to be answered.
            nth => self.model.live().nth(nth - 1).unwrap_or_default(),
        };
        let condition = choices.one_of(&["OK", "OK", "OK", "NO", "BAD", "BYE"]);
        let line = choices.below(LINES.len() + 6);
        if let Some(line) = LINES.get(line) {
            self.feed(line.as_bytes());
        } else {
            let codes = [
                "",
                "",
                "[CAPABILITY IMAP4rev1 IDLE] ",
                "[READ-ONLY] ",
                "[CLOSED] ",
            ];
            let code = choices.one_of(&codes);
            let answer = format!("{PREFIX}{number} {condition} {code}done\r\n");
            self.feed(answer.as_bytes());
        }
    }

    /// Takes some octets of what is to be written, and lets the rest be.
    fn write(&mut self, most: usize) {
        let mut left = most;
        let mut taken = Vec::new();
        while let Some(mut transmit) = self.connection.poll_transmit(self.now) {
            assert!(self.error.is_none(), "octets after the end");
            assert!(
                self.tls.is_none(),
                "octets between the OK of STARTTLS and TLS"
            );
            assert!(transmit.has_remaining(), "nothing to write");
            let count = left.min(transmit.remaining());
            let before = taken.len();
            while taken.len() < before + count {
                let chunk = transmit.chunk();
                assert!(!chunk.is_empty(), "an empty chunk before the end");
                let some = chunk.len().min(before + count - taken.len());
                taken.extend_from_slice(&chunk[..some]);
                transmit.advance(some);
            }
            left -= count;
            if left == 0 {
                break;
            }
        }
        let commands = &self.model.commands;
        let name_of = |number: u64| commands.get(&number).map(|taken| taken.sample.name);
        self.model.sent.leave(&taken, &name_of);
        assert!(
            self.model.sent.continuations() <= self.continuations,
            "octets that `+` is needed for, without it"
        );
        if self.connection.security() == Security::Plaintext {
            self.sent_in_clear = self.model.sent.octets.len();
        }
    }

    fn time(&mut self, choices: &mut Choices<'_>) {
        let deadline = self.connection.poll_timeout();
        assert!(
            deadline.is_none() || self.error.is_none(),
            "a deadline after the end"
        );
        self.now += match choices.below(4) {
            0 => Duration::ZERO,
            1 => Duration::from_secs(u64::from(choices.byte())),
            2 => Duration::from_secs(3600),
            _ => deadline.map_or(Duration::ZERO, |deadline| {
                deadline.at.saturating_duration_since(self.now)
            }),
        };
        // A late wake-up fires once: what is due does not stay due.
        for fired in 0.. {
            let deadline = self.connection.poll_timeout();
            let Some(due) = deadline.filter(|deadline| deadline.at <= self.now) else {
                break;
            };
            assert!(fired < 10, "a deadline that stays due: {due:?}");
            if let DeadlineReason::Timeout(reason) = due.reason {
                assert!(self.model.may_time_out(reason), "{reason:?}");
            }
            self.may_fail_by_time();
            self.connection.handle_timeout(self.now);
        }
        self.connection.handle_timeout(self.now);
    }

    /// Some deadline is due: others may be too, and end the connection before it does.
    fn may_fail_by_time(&mut self) {
        use TimeoutReason as Why;
        let reasons = [
            Why::Greeting,
            Why::Upgrade,
            Why::Login,
            Why::Command,
            Why::Literal,
            Why::Response,
            Why::Idle,
            Why::Logout,
        ];
        for reason in reasons {
            if self.model.may_time_out(reason) {
                self.ends.push(ConnectionError::Timeout(reason));
            }
        }
        if let Some(bye) = &self.model.bye {
            let bye = Box::new(bye.clone());
            self.ends.push(ConnectionError::ClosedByServer { bye });
        }
    }

    fn upload(&mut self, choices: &mut Choices<'_>) {
        let Some(id) = self.chosen(choices) else {
            return;
        };
        let capacity = self.connection.append_capacity(id);
        let octets = vec![b'u'; choices.below(50)];
        match self
            .connection
            .append_bytes(id, Bytes::from(octets.clone()))
        {
            Ok(()) => assert!(
                octets.len() <= capacity,
                "more than the capacity of {capacity}"
            ),
            Err(_) => assert!(
                octets.len() > capacity || capacity == 0,
                "within the capacity of {capacity}"
            ),
        }
    }

    fn chosen(&self, choices: &mut Choices<'_>) -> Option<CommandId> {
        let ids: Vec<_> = self.ids.values().rev().take(8).copied().collect();
        (!ids.is_empty()).then(|| choices.one_of(&ids))
    }

    fn upgrade(&mut self) {
        if let Some(token) = self.tls.take() {
            self.connection.tls_established(token, self.now);
            self.model.tls_established();
            if self.error.is_none() && self.connection.state() != State::Closed {
                assert!(
                    self.connection.capabilities().is_none(),
                    "told in the clear"
                );
                assert_eq!(self.connection.security(), Security::Tls);
            }
        }
        if let Some(token) = self.compression.take() {
            self.connection.compression_established(token, self.now);
            self.model.compression_established();
            self.compressed = true;
        }
    }

    fn rare(&mut self, choices: &mut Choices<'_>) {
        let kind = choices.below(9);
        let id = self.chosen(choices);
        match (kind, id) {
            (0, _) => self.eof(),
            (1, Some(id)) => {
                self.ends.push(ConnectionError::UploadAborted);
                self.connection.append_abort(id);
            }
            (2 | 3, Some(id)) => {
                let response = Secret::from("answer");
                self.connection.authenticate_respond(id, &response);
            }
            (4, Some(id)) => self.connection.authenticate_abort(id),
            (5, _) => self.connection.discard_literal(),
            (6, _) => self.fail(ConnectionError::UnexpectedEof),
            (7 | 8, _) => self.play(),
            _ => {}
        }
    }

    fn eof(&mut self) {
        self.connection.handle_eof(self.now);
        self.model.is_eof = true;
    }

    fn fail(&mut self, error: ConnectionError) {
        self.ends.push(error.clone());
        self.connection.fail(error);
    }

    /// What holds after every operation.
    fn check(&mut self) {
        assert!(self.input.len() <= MAX_RESPONSE + 64 * 1024);
        assert_eq!(self.input.len(), self.model.unread.len());
        // No input makes more steps than octets (SECURITY.md C10), but for what the application did.
        let asked = self.operations + 2 * self.model.commands.len() + self.model.sent.lines.len();
        let fed = usize::try_from(self.input.received()).expect("a few");
        assert!(self.events <= fed + 4 * asked, "{} events", self.events);
        self.getters();
        if self.operations.is_multiple_of(8) {
            self.shows_no_secret();
        }
        if self.error.is_some() {
            assert!(self.connection.poll_transmit(self.now).is_none());
            assert!(self.connection.poll_timeout().is_none());
        }
        let over = self.error.is_some() || !self.ends.is_empty();
        let state = self.connection.state();
        assert!(
            state == self.model.state || over && state == State::Closed,
            "{state:?}, not {:?}",
            self.model.state
        );
        if self.model.requires_tls && self.connection.security() == Security::Plaintext {
            assert!(!contains(&self.model.sent.octets, PASSWORD));
        }
    }

    /// What the engine says of itself.
    fn getters(&self) {
        let connection = &self.connection;
        assert!(!connection.is_idling() || self.model.sent.has_idled());
        let known = self.model.commands.len() + self.model.sent.lines.len();
        assert!(
            connection.commands_pending() <= known + 1,
            "more than there are"
        );
        let unauthenticating = self.model.is_in_flight("UNAUTHENTICATE");
        assert!(!connection.is_unauthenticating() || unauthenticating || self.error.is_some());
        assert!(!connection.is_compressed() || self.compressed);
        let state = connection.state();
        assert!(connection.mailbox().is_none() || state != State::AwaitingGreeting);
        if let Some(view) = connection.mailbox() {
            for number in [0, 1, 2, 3, 59, 60, 61, view.exists, u32::MAX].map(SequenceNumber) {
                let uid = view.uid(number);
                assert!(uid.is_none() || number.0 > 0 && number.0 <= view.exists);
                let back = uid.map(|uid| view.sequence_number(uid));
                assert!(
                    back.is_none_or(|back| back == Some(number)),
                    "{number:?}, {uid:?}"
                );
            }
        }
        assert!(!connection.is_enabled("NEVER-ASKED-FOR"));
        let config = connection.config();
        let name = (config.current_server_name(), config.port());
        assert_eq!(name, ("name.example.org", 1143));
        assert_eq!(config.current_timeouts().command, COMMAND_TIMEOUT);
        assert!(connection.log().lines().len() <= 20);
    }

    /// No secret is shown, unless the server says it. To look costs more than all else: that is done now and then, before
    /// the log forgets a line.
    fn shows_no_secret(&self) {
        if contains(&self.fed, PASSWORD) {
            return;
        }
        let log = format!("{:?}", self.connection.log());
        assert!(!log.contains(PASSWORD), "the log shows the password");
        assert!(!format!("{:?}", self.connection).contains(PASSWORD));
    }

    /// Ends the stream: then every command has had one ending, and what was sent before TLS may be.
    fn finish(mut self) {
        self.poll(usize::MAX);
        self.upgrade();
        self.eof();
        self.poll(usize::MAX);
        self.upgrade();
        self.poll(usize::MAX);
        assert!(self.error.is_some(), "over at the end of the stream");
        while let Some(id) = self.connection.take_unfinished() {
            self.model.end(id.number(), Ending::Unfinished);
        }
        let open: Vec<_> = self.model.live().collect();
        assert!(open.is_empty(), "without an ending: {open:?}");
        self.check();
        self.shows_no_secret();
        for (number, taken) in &self.model.commands {
            let unsent = taken.ending == Some(Ending::NotSent);
            assert!(!unsent || !self.model.sent.lines.contains_key(number));
        }
        if self.model.requires_tls {
            let clear = &self.model.sent.octets[..self.sent_in_clear];
            for said in hear(clear, PREFIX, Dialect::ANY).said {
                assert!(may_be_clear(&said), "in the clear: {said:?}");
            }
        }
    }
}

fn contains(octets: &[u8], text: &str) -> bool {
    let mut windows = octets.windows(text.len());
    windows.any(|window| window == text.as_bytes())
}

fn may_be_clear(said: &Said) -> bool {
    let Said::Command(_, tokens) = said else {
        return false;
    };
    let [Token::Word(name)] = tokens.as_slice() else {
        return false;
    };
    ["CAPABILITY", "NOOP", "STARTTLS", "LOGOUT"]
        .iter()
        .any(|allowed| name == allowed.as_bytes())
}

/// Lines of a server.
const LINES: &[&str] = &[
    "+ go\r\n",
    "+ go\r\n",
    "+ \r\n",
    "+ bm8=\r\n",
    "* OK hi\r\n",
    "* PREAUTH hi\r\n",
    "* BYE bye\r\n",
    "* BAD what\r\n",
    "* OK [CLOSED] gone\r\n",
    "* OK [UIDVALIDITY 7] ok\r\n",
    "* CAPABILITY IMAP4rev1 IDLE LITERAL+ STARTTLS LOGINDISABLED\r\n",
    "* CAPABILITY IMAP4rev1\r\n",
    "* ENABLED UTF8=ACCEPT\r\n",
    "* 3 EXISTS\r\n",
    "* 2 EXPUNGE\r\n",
    "* VANISHED 1:3\r\n",
    "* 70 EXISTS\r\n",
    "* 1 EXPUNGE\r\n",
    "* 3 FETCH (UID 9)\r\n",
    "* 2 FETCH (UID 8)\r\n",
    "* 60 FETCH (UID 600 FLAGS ())\r\n",
    "* 61 FETCH (UID 601)\r\n",
    "* VANISHED 5,9,600\r\n",
    "* SEARCH 1 2\r\n",
    "* ESEARCH (TAG \"AAAA0\") UID ALL 1\r\n",
    "* LIST () \"/\" a\r\n",
    "* STATUS INBOX (MESSAGES 3)\r\n",
    "* 1 FETCH (FLAGS (\\Seen))\r\n",
    "* 1 FETCH (UID 5 FLAGS ())\r\n",
    "* 2 FETCH (UID 6 BODY[] {12}\r\n",
    "* 2 FETCH (BODY[] {12}\r\nFrom: x\r\n\r\nb UID 6)\r\n",
    "0123456789ab",
    " FLAGS ())\r\n",
    ")\r\n",
    "* ID NIL\r\n",
    "* X broken \"\r\n",
];
