//! Plays one connection of a recording through the engine: the recorded client's commands are submitted, the recorded
//! server's octets are fed, with our tags in place of the recorded ones.

mod acts;

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use imap_proto_core::encode::SubmitError;
use imap_proto_core::engine::{CommandId, Config, Event, PauseReason, Security};
use imap_proto_core::types::Secret;

use acts::{acts, request};

use crate::faults::{Fault, Manner};
use crate::harness::{Harness, id_tag};
use crate::transcript::{Side, Transcript};

/// What a recorded side did next.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Act {
    /// A whole command: tag, and its text with literals in place.
    Command(Vec<u8>, Vec<Piece>),
    /// IDLE was asked for, or ended.
    Idle(Vec<u8>, bool),
    /// A line of a SASL exchange.
    Exchange(Vec<u8>),
    /// Octets of the server.
    Server(Bytes),
}

/// A piece of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(Vec<u8>),
    /// A literal: its octets (`None` where the server refused it), its length, whether the client waited for `+`,
    /// whether it is a literal8.
    Literal {
        octets: Option<Bytes>,
        size: u64,
        waited: bool,
        binary: bool,
    },
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// The harness after the last octet.
    pub harness: Harness,
    /// All events, in order.
    pub events: Vec<Event>,
    /// The commands submitted, by their recorded tags, in order.
    pub commands: Vec<(Vec<u8>, CommandId)>,
    /// Commands that the engine refused to take, with why.
    pub refused: Vec<(Vec<u8>, SubmitError)>,
    /// The recorded tags and ours, IDLE's among them, in the order of submission.
    pub tags: Vec<(Vec<u8>, String)>,
    /// All octets that the engine wrote.
    pub written: Vec<u8>,
}

/// The events as text, with the chunks of a literal joined.
#[must_use]
pub fn joined(events: &[Event]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut octets = Vec::new();
    for event in events {
        if let Event::BodyChunk { data, .. } = event {
            octets.extend_from_slice(data);
            continue;
        }
        if !octets.is_empty() {
            lines.push(format!(
                "chunk {:?}",
                Bytes::from(std::mem::take(&mut octets))
            ));
        }
        lines.push(format!("{event:?}"));
    }
    lines
}

/// Asserts that every command has exactly one ending; takes the unfinished ones.
pub fn assert_one_ending_each(name: &str, outcome: &mut Outcome) {
    let wrong = without_one_ending(outcome);
    assert!(wrong.is_empty(), "{name}: {wrong:?}");
}

/// The commands that have no ending or several; takes the unfinished ones.
#[must_use]
pub fn without_one_ending(outcome: &mut Outcome) -> Vec<String> {
    let mut endings: HashMap<CommandId, usize> = HashMap::new();
    for event in &outcome.events {
        if let Event::Completed { id, .. } | Event::TimedOut { id, .. } | Event::NotSent { id } =
            event
        {
            *endings.entry(*id).or_default() += 1;
        }
    }
    for id in outcome.harness.unfinished() {
        *endings.entry(id).or_default() += 1;
    }
    let counted = outcome.commands.iter().map(|(tag, id)| {
        let count = endings.get(id).copied().unwrap_or_default();
        (String::from_utf8_lossy(tag), count)
    });
    counted
        .filter(|(_, count)| *count != 1)
        .map(|(tag, count)| format!("{tag} has {count} endings"))
        .collect()
}

/// Plays connection `connection` of a recording, in reads of at most `chunk` octets; stops after `cut` octets of the
/// server's if that is given, and ends the stream there.
#[must_use]
pub fn play(transcript: &Transcript, connection: u8, chunk: usize, cut: Option<usize>) -> Outcome {
    play_faulty(transcript, connection, chunk, cut.map(Fault::Cut))
}

/// [`play`] with something going wrong.
#[must_use]
pub fn play_faulty(
    transcript: &Transcript,
    connection: u8,
    chunk: usize,
    fault: Option<Fault>,
) -> Outcome {
    Recorded::new(transcript, connection).play(chunk, fault)
}

/// A connection of a recording, read once to be played often.
#[derive(Debug)]
pub struct Recorded(Vec<Act>);

impl Recorded {
    /// Reads it.
    #[must_use]
    pub fn new(transcript: &Transcript, connection: u8) -> Self {
        Self(acts(transcript, connection))
    }

    /// Plays it, see [`play_faulty`].
    #[must_use]
    pub fn play(&self, chunk: usize, fault: Option<Fault>) -> Outcome {
        let mut player = Player::new(chunk, fault);
        for act in &self.0 {
            if !player.act(act) {
                break;
            }
        }
        player.finish()
    }
}

/// How many octets the server sends on a connection of a recording.
#[must_use]
pub fn server_octets(transcript: &Transcript, connection: u8) -> usize {
    transcript.stream(Side::Server, connection).len()
}

struct Player {
    harness: Harness,
    ids: HashMap<Vec<u8>, CommandId>,
    commands: Vec<(Vec<u8>, CommandId)>,
    refused: Vec<(Vec<u8>, SubmitError)>,
    tags: Vec<(Vec<u8>, String)>,
    written: Vec<u8>,
    /// Recorded `+` that our way of sending did not ask for.
    surplus_continuations: usize,
    /// The recorded tag of IDLE, and the number of ours.
    idle_tag: Option<(Vec<u8>, u64)>,
    exchange: Option<CommandId>,
    fault: Option<Fault>,
    /// How many octets of the server came.
    came: usize,
    number: u64,
}

impl Player {
    fn new(chunk: usize, fault: Option<Fault>) -> Self {
        let mut harness =
            Harness::with(Config::unencrypted("mail.example.org"), Security::Plaintext);
        harness.chunk = chunk;
        Self {
            harness,
            ids: HashMap::new(),
            commands: Vec::new(),
            refused: Vec::new(),
            tags: Vec::new(),
            written: Vec::new(),
            surplus_continuations: 0,
            idle_tag: None,
            exchange: None,
            fault,
            came: 0,
            number: 0,
        }
    }

    /// Does one thing; whether there is more to do.
    fn act(&mut self, act: &Act) -> bool {
        match act {
            Act::Command(tag, pieces) => self.command(tag.clone(), pieces),
            Act::Idle(tag, true) => self.start_idle(tag.clone()),
            Act::Idle(_, false) => {
                self.harness.connection.idle(false, self.harness.now);
                self.harness.turn();
            }
            Act::Exchange(line) => self.respond(line),
            Act::Server(octets) => return self.server(octets),
        }
        true
    }

    fn start_idle(&mut self, tag: Vec<u8>) {
        self.keep_written();
        self.harness.connection.idle(true, self.harness.now);
        self.harness.clock(Duration::from_millis(100));
        if self.keep_written().ends_with(b" IDLE\r\n") {
            self.tags.push((tag.clone(), Harness::tag(self.number)));
            self.idle_tag = Some((tag, self.number));
            self.number += 1;
        } else {
            self.harness.connection.idle(false, self.harness.now);
            self.refused.push((tag, SubmitError::WrongState));
        }
    }

    /// What was written since the last call.
    fn keep_written(&mut self) -> Vec<u8> {
        let written = std::mem::take(&mut self.harness.sent);
        self.written.extend_from_slice(&written);
        written
    }

    fn command(&mut self, tag: Vec<u8>, pieces: &[Piece]) {
        let request = match request(pieces) {
            Ok(request) => request,
            Err(error) => return self.refuse(tag, pieces, error),
        };
        match self.harness.connection.submit(request, self.harness.now) {
            Ok(id) => {
                self.number = id.number() + 1;
                self.ids.insert(tag.clone(), id);
                self.tags.push((tag.clone(), id_tag(id)));
                self.commands.push((tag, id));
                if starts_with(pieces, b"AUTHENTICATE") {
                    self.exchange = Some(id);
                }
                self.harness.turn();
                self.settle_literals(id, pieces);
            }
            Err(error) => self.refuse(tag, pieces, error),
        }
    }

    /// A command that the engine does not take: what the server said to it is left out.
    fn refuse(&mut self, tag: Vec<u8>, pieces: &[Piece], error: SubmitError) {
        let waited = |piece: &&Piece| {
            matches!(
                piece,
                Piece::Literal {
                    octets: Some(_),
                    waited: true,
                    ..
                }
            )
        };
        self.surplus_continuations += pieces.iter().filter(waited).count();
        self.refused.push((tag, error));
    }

    /// Where we wait for `+` and the recorded client did not, it is given; where only that one did, it is taken away.
    fn settle_literals(&mut self, id: CommandId, pieces: &[Piece]) {
        for piece in pieces {
            let Piece::Literal {
                octets,
                size,
                waited,
                ..
            } = piece
            else {
                continue;
            };
            match (self.we_wait(*size), waited) {
                (true, false) => {
                    self.harness.feed("+ go\r\n");
                }
                (false, true) if octets.is_some() => self.surplus_continuations += 1,
                (false, true) => {
                    // What is too large for any server is begun, and refused before it is whole.
                    let octets = vec![b'x'; usize::try_from(*size).unwrap_or(0).min(1 << 20)];
                    let _ = self.harness.connection.append_bytes(id, octets.into());
                    self.harness.turn();
                }
                _ => {}
            }
        }
    }

    /// Whether the engine waits at a literal of this size (RFC 7888).
    fn we_wait(&self, size: u64) -> bool {
        let offers = |name| {
            self.harness
                .connection
                .capabilities()
                .is_some_and(|known| known.contains(name))
        };
        !(offers("LITERAL+") || size <= 4096 && (offers("LITERAL-") || offers("IMAP4rev2")))
    }

    fn respond(&mut self, line: &[u8]) {
        let Some(id) = self.exchange else { return };
        match STANDARD.decode(line) {
            Ok(octets) if line != b"*" => {
                self.harness
                    .connection
                    .authenticate_respond(id, &Secret::new(octets));
            }
            _ => self.harness.connection.authenticate_abort(id),
        }
        self.harness.turn();
    }

    /// Feeds octets, up to the cut.
    fn server(&mut self, octets: &[u8]) -> bool {
        if octets.starts_with(b"+") && self.surplus_continuations > 0 {
            self.surplus_continuations -= 1;
            return true;
        }
        let word = octets.split(|&b| b == b' ').next().unwrap_or_default();
        if self.refused.iter().any(|(tag, _)| tag == word) {
            return true;
        }
        let mut octets = self.with_our_tags(octets);
        let length = octets.len();
        let begin = self.came;
        self.came += length;
        let goes_on = self
            .fault
            .is_none_or(|fault| fault.apply(begin, &mut octets));
        match self.fault.and_then(|fault| fault.manner(begin)) {
            Some((place, manner)) => self.slowly(&octets, place, manner),
            None => drop(self.harness.feed(&octets)),
        }
        self.upgrade();
        goes_on && self.harness.error.is_none()
    }

    /// Feeds octets of which those behind a place come in small pieces, or late.
    fn slowly(&mut self, octets: &[u8], place: usize, manner: Manner) {
        let (first, behind) = octets.split_at(place.min(octets.len()));
        self.harness.feed(first);
        for piece in behind.chunks(manner.size).take(manner.times) {
            // A turn of the engine without octets; what waits for time is told of it.
            self.harness.clock(manner.pause);
            self.harness.feed(piece);
        }
        let slow = manner.size.saturating_mul(manner.times);
        self.harness.feed(behind.get(slow..).unwrap_or_default());
    }

    /// Lets time pass as long as something waits for it; a connection that nothing more comes to ends so, or is idle.
    fn wait(&mut self) {
        for _ in 0..100 {
            let deadline = self.harness.connection.poll_timeout();
            let Some(deadline) = deadline.filter(|_| self.harness.error.is_none()) else {
                return;
            };
            let by = deadline.at.saturating_duration_since(self.harness.now);
            self.harness.clock(by);
        }
    }

    fn with_our_tags(&mut self, line: &[u8]) -> Vec<u8> {
        let end = line.iter().position(|&b| b == b' ').unwrap_or(line.len());
        let (tag, rest) = line.split_at(end);
        if let Some(id) = self.ids.get(tag) {
            return [id_tag(*id).as_bytes(), rest].concat();
        }
        if let Some((_, number)) = self.idle_tag.take_if(|(idle, _)| idle == tag) {
            self.harness.connection.idle(false, self.harness.now);
            return [Harness::tag(number).as_bytes(), rest].concat();
        }
        replace_correlator(line, &self.ids)
    }

    /// Gives the tokens of STARTTLS and COMPRESS back: in a recording plain text goes on.
    fn upgrade(&mut self) {
        if self.harness.paused.take().is_none() {
            return;
        }
        let mut kept = Vec::new();
        for event in self.harness.take_events() {
            match event {
                Event::TlsReady(token) => {
                    self.harness
                        .connection
                        .tls_established(token, self.harness.now);
                }
                Event::CompressionReady(token) => {
                    self.harness
                        .connection
                        .compression_established(token, self.harness.now);
                }
                other => kept.push(other),
            }
        }
        self.harness.events = kept;
        self.harness.turn();
        assert_ne!(self.harness.paused, Some(PauseReason::Tls));
    }

    fn finish(mut self) -> Outcome {
        if let Some(Fault::Stall(_)) = self.fault {
            self.wait();
        }
        if self.harness.error.is_none() {
            self.harness.eof();
        }
        self.keep_written();
        let events = self.harness.take_events();
        Outcome {
            harness: self.harness,
            events,
            commands: self.commands,
            refused: self.refused,
            tags: self.tags,
            written: self.written,
        }
    }
}

/// `(TAG "a8")` of an ESEARCH response.
fn replace_correlator(line: &[u8], ids: &HashMap<Vec<u8>, CommandId>) -> Vec<u8> {
    let text = String::from_utf8_lossy(line);
    let Some((head, rest)) = text.split_once("(TAG \"") else {
        return line.to_vec();
    };
    let Some((tag, tail)) = rest.split_once('"') else {
        return line.to_vec();
    };
    match ids.get(tag.as_bytes()) {
        Some(id) => format!("{head}(TAG \"{}\"{tail}", id_tag(*id)).into_bytes(),
        None => line.to_vec(),
    }
}

fn starts_with(pieces: &[Piece], name: &[u8]) -> bool {
    matches!(pieces.first(), Some(Piece::Text(text))
        if text.len() >= name.len() && text[..name.len()].eq_ignore_ascii_case(name))
}
