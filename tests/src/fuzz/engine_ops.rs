//! Any operations on a connection, against a small model of what DESIGN's laws promise.

use super::choices::Choices;
use super::client::{Dialect, Said, Token, Unfinished, hear};
use super::commands::{PASSWORD, command};
use bytes::{Buf as _, Bytes};
use imap_proto_core::encode::SubmitError;
use imap_proto_core::engine::{
    CommandId, CompressionUpgrade, Config, Connection, ConnectionError, Event, PauseReason,
    Security, Seed, State, Step, TlsUpgrade,
};
use imap_proto_core::types::Secret;
use imap_proto_core::wire::{InputBuffer, Limits};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The prefix of every tag that a seed of zeros gives.
const PREFIX: &str = "AAAA";

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
    /// Tokens that the application was given and has not used.
    tls: Option<TlsUpgrade>,
    compression: Option<CompressionUpgrade>,
}

/// What the laws promise, as far as it can be said without an engine.
#[derive(Default)]
struct Model {
    /// The commands that were taken, by number, and how they ended.
    commands: BTreeMap<CommandId, Option<Ending>>,
    /// All octets that left, and how many of them before TLS.
    sent: Vec<u8>,
    sent_in_clear: usize,
    requires_tls: bool,
    /// Lines of the server that may be continuation requests: never fewer than there were.
    continuations: usize,
    /// All that was fed.
    fed: Vec<u8>,
    /// The first error.
    error: Option<ConnectionError>,
    idling: bool,
    /// Octets of a streamed literal that are still to come.
    literal: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Completed,
    TimedOut,
    NotSent,
    Unfinished,
}

impl Model {
    fn end(&mut self, id: CommandId, ending: Ending) {
        let command = self.commands.get_mut(&id);
        let command = command.unwrap_or_else(|| panic!("{id:?} was never submitted"));
        assert_eq!(
            *command, None,
            "{id:?} ends twice, the second time as {ending:?}"
        );
        *command = Some(ending);
    }

    fn live(&self) -> usize {
        self.commands
            .values()
            .filter(|ending| ending.is_none())
            .count()
    }

    /// Data is never given to a command that was not submitted, or had its ending.
    fn claimed(&self, claimed_by: Option<CommandId>) {
        if let Some(id) = claimed_by {
            assert_eq!(self.commands.get(&id), Some(&None), "data for {id:?}");
        }
    }
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
            .max_response(4096);
        let now = Instant::now();
        let input = InputBuffer::new(&limits);
        let connection = Connection::new(
            Arc::new(config.limits(limits)),
            security,
            Seed([0; 16]),
            now,
        );
        let mut world = Self {
            connection,
            input,
            now,
            model: Model {
                requires_tls: setup.is_multiple_of(4),
                ..Model::default()
            },
            tls: None,
            compression: None,
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
        let request = command(kind).expect("a command that can be built");
        let was_over = self.model.error.is_some();
        match self.connection.submit(request, self.now) {
            Ok(id) => {
                assert!(!was_over, "taken after the end");
                assert_eq!(self.model.commands.insert(id, None), None, "{id:?} twice");
            }
            Err(error) => assert!(!was_over || error == SubmitError::Closed, "{error}"),
        }
    }

    fn feed(&mut self, octets: &[u8]) {
        let taken = self.input.extend_from_slice(octets);
        for &byte in &octets[..taken] {
            let begins_line = matches!(self.model.fed.last(), None | Some(b'\n'));
            self.model.continuations += usize::from(byte == b'+' && begins_line);
            self.model.fed.push(byte);
        }
    }

    /// Something that a server may say, not always at the right time.
    fn answer(&mut self, choices: &mut Choices<'_>) {
        let number = match choices.below(4) {
            0 => u64::from(choices.byte() % 16),
            // The oldest command that has no ending is the likeliest to be answered.
            nth => {
                let live = self
                    .model
                    .commands
                    .iter()
                    .filter(|(_, ending)| ending.is_none());
                live.map(|(id, _)| id.number())
                    .nth(nth - 1)
                    .unwrap_or_default()
            }
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
        while let Some(mut transmit) = self.connection.poll_transmit(self.now) {
            assert!(self.model.error.is_none(), "octets after the end");
            assert!(
                self.tls.is_none(),
                "octets between the OK of STARTTLS and TLS"
            );
            assert!(transmit.has_remaining(), "nothing to write");
            let count = left.min(transmit.remaining());
            let before = self.model.sent.len();
            while self.model.sent.len() < before + count {
                let chunk = transmit.chunk();
                assert!(!chunk.is_empty(), "an empty chunk before the end");
                let taken = chunk.len().min(before + count - self.model.sent.len());
                self.model.sent.extend_from_slice(&chunk[..taken]);
                transmit.advance(taken);
            }
            left -= count;
            if left == 0 {
                break;
            }
        }
        if self.connection.security() == Security::Plaintext {
            self.model.sent_in_clear = self.model.sent.len();
        }
    }

    fn poll(&mut self, most: usize) {
        for _ in 0..most {
            let paused = self.connection.state() == State::AwaitingTls;
            match self.connection.poll_event(&mut self.input, self.now) {
                Ok(Step::Event(event)) => {
                    assert!(
                        self.model.error.is_none(),
                        "an event after the end: {event:?}"
                    );
                    assert!(
                        !paused || !matches!(event, Event::Data { .. }),
                        "data while paused"
                    );
                    self.event(event);
                }
                Ok(Step::NeedInput) => return assert!(self.model.error.is_none()),
                Ok(Step::Paused(reason)) => {
                    assert_eq!(reason == PauseReason::Tls, paused);
                    return assert!(self.model.error.is_none());
                }
                Err(error) => {
                    let first = self.model.error.get_or_insert_with(|| error.clone());
                    assert_eq!(*first, error, "the first error stays");
                    return;
                }
            }
        }
    }

    fn event(&mut self, event: Event) {
        let model = &mut self.model;
        match event {
            Event::Data { claimed_by, .. } | Event::Malformed { claimed_by, .. } => {
                assert_eq!(model.literal, None, "data within a literal");
                model.claimed(claimed_by);
            }
            Event::BodyBegin {
                begin, claimed_by, ..
            } => {
                assert_eq!(
                    model.literal.replace(begin.size),
                    None,
                    "a literal in a literal"
                );
                model.claimed(claimed_by);
            }
            Event::BodyChunk { data, .. } => {
                assert!(!data.is_empty());
                let left = model.literal.expect("a literal began");
                model.literal = Some(
                    left.checked_sub(data.len() as u64)
                        .expect("no more than announced"),
                );
            }
            Event::BodyEnd { .. } => {
                assert!(model.literal.take().is_some(), "an end without a begin");
            }
            Event::Completed { id, .. } => model.end(id, Ending::Completed),
            Event::TimedOut { id, .. } => model.end(id, Ending::TimedOut),
            Event::NotSent { id } => model.end(id, Ending::NotSent),
            Event::Challenge { id, .. } | Event::UploadReady { id } => {
                assert!(model.commands.contains_key(&id), "for {id:?}");
            }
            Event::TlsReady(token) => self.tls = Some(token),
            Event::CompressionReady(token) => self.compression = Some(token),
            Event::Idling(began) => {
                assert_ne!(model.idling, began, "IDLE began or ended twice");
                model.idling = began;
            }
            _ => {}
        }
    }

    fn time(&mut self, choices: &mut Choices<'_>) {
        let deadline = self.connection.poll_timeout();
        assert!(
            deadline.is_none() || self.model.error.is_none(),
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
            let due = self
                .connection
                .poll_timeout()
                .is_some_and(|deadline| deadline.at <= self.now);
            if !due {
                break;
            }
            assert!(
                fired < 10,
                "a deadline that stays due: {:?}",
                self.connection.poll_timeout()
            );
            self.connection.handle_timeout(self.now);
        }
        self.connection.handle_timeout(self.now);
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
        let ids: Vec<_> = self.model.commands.keys().rev().take(8).copied().collect();
        (!ids.is_empty()).then(|| choices.one_of(&ids))
    }

    fn upgrade(&mut self) {
        if let Some(token) = self.tls.take() {
            self.connection.tls_established(token, self.now);
            if self.model.error.is_none() && self.connection.state() != State::Closed {
                assert!(
                    self.connection.capabilities().is_none(),
                    "told in the clear"
                );
                assert_eq!(self.connection.security(), Security::Tls);
            }
        }
        if let Some(token) = self.compression.take() {
            self.connection.compression_established(token, self.now);
        }
    }

    fn rare(&mut self, choices: &mut Choices<'_>) {
        let kind = choices.below(8);
        let id = self.chosen(choices);
        match (kind, id) {
            (0, _) => self.connection.handle_eof(self.now),
            (1, Some(id)) => self.connection.append_abort(id),
            (2 | 3, Some(id)) => {
                let response = Secret::from("answer");
                self.connection.authenticate_respond(id, &response);
            }
            (4, Some(id)) => self.connection.authenticate_abort(id),
            (5, _) => {
                self.connection.discard_literal();
                // Only its end is told from here on.
                self.model.literal = self.model.literal.map(|_| 0);
            }
            (6, _) => self.connection.fail(ConnectionError::UnexpectedEof),
            _ => {}
        }
    }

    /// What holds after every operation.
    fn check(&mut self) {
        assert!(self.input.len() <= 4096 + 64 * 1024);
        if self.model.error.is_some() {
            assert!(self.connection.poll_transmit(self.now).is_none());
            assert!(self.connection.poll_timeout().is_none());
        }
        if self.model.requires_tls && self.connection.security() == Security::Plaintext {
            let clear = &self.model.sent;
            assert!(
                !clear
                    .windows(PASSWORD.len())
                    .any(|window| window == PASSWORD.as_bytes())
            );
        }
    }

    /// Ends the stream: then every command has had one ending, and what was sent is whole lines.
    fn finish(mut self) {
        self.poll(usize::MAX);
        self.upgrade();
        self.connection.handle_eof(self.now);
        self.poll(usize::MAX);
        self.upgrade();
        self.poll(usize::MAX);
        assert!(self.model.error.is_some(), "over at the end of the stream");
        while let Some(id) = self.connection.take_unfinished() {
            self.model.end(id, Ending::Unfinished);
        }
        assert_eq!(
            self.model.live(),
            0,
            "without an ending: {:?}",
            self.model.commands
        );
        self.check();
        self.heard();
    }

    fn heard(&self) {
        let heard = hear(&self.model.sent, PREFIX, Dialect::ANY);
        assert!(
            heard.waited <= self.model.continuations,
            "a literal without `+`: {} {}",
            self.model.sent.escape_ascii(),
            self.model.fed.escape_ascii()
        );
        let ended = matches!(
            heard.unfinished,
            None | Some(Unfinished::Within | Unfinished::Waiting)
        );
        assert!(ended);
        let mut numbers = Vec::new();
        for said in &heard.said {
            let (Said::Command(tag, _) | Said::Refused(tag)) = said else {
                continue;
            };
            let number = String::from_utf8_lossy(&tag[PREFIX.len()..]).into_owned();
            numbers.push(number.parse::<u64>().expect("a tag of ours"));
        }
        assert!(
            numbers.is_sorted_by(|a, b| a < b),
            "in order, each once: {numbers:?}"
        );
        if self.model.requires_tls {
            let clear = hear(
                &self.model.sent[..self.model.sent_in_clear],
                PREFIX,
                Dialect::ANY,
            );
            for said in clear.said {
                assert!(may_be_clear(&said), "in the clear: {said:?}");
            }
        }
    }
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
