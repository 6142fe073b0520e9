//! The engine gives the same events however the octets are cut into reads.

use super::choices::{Choices, cuts};
use super::commands::{MAILBOX, command};
use bytes::Buf as _;
use imap_proto_core::encode::{Status, StatusItems};
use imap_proto_core::engine::{
    Collect, Collected, CommandId, Config, Connection, ConnectionError, Event, Security, Seed,
    SelectionId, Step,
};
use imap_proto_core::types::{BodyBegin, Completion, Data, Malformed};
use imap_proto_core::wire::{InputBuffer, Limits};
use std::sync::Arc;
use std::time::Instant;

/// What the server says is fed whole, octet by octet, and in random pieces.
///
/// The first five octets choose limits, capabilities, cuts and commands; in what follows, an octet 0xFF stands for a
/// point where all that waits is written and one more command is submitted.
pub fn chunking(data: &[u8]) {
    let mut choices = Choices::new(data);
    let setup = Setup::new(&mut choices);
    let stream = choices.rest();
    let now = Instant::now();
    let whole = seen(&setup, stream, 0, now);
    for cut in [1, setup.cut] {
        assert_eq!(seen(&setup, stream, cut, now), whole, "cut {cut}");
    }
}

struct Setup {
    limits: Limits,
    greeting: &'static str,
    cut: u8,
    commands: [u8; 2],
}

impl Setup {
    fn new(choices: &mut Choices<'_>) -> Self {
        let threshold = choices.one_of(&[64 * 1024, 0, 3, 100]);
        Self {
            limits: Limits::default()
                .stream_threshold(threshold)
                .max_response(8192),
            greeting: choices.one_of(&[
                "* PREAUTH [CAPABILITY IMAP4rev1 LITERAL+ IDLE ENABLE CONDSTORE] hi\r\n",
                "* PREAUTH [CAPABILITY IMAP4rev2 IMAP4rev1] hi\r\n",
                "* OK hi\r\n",
                "",
            ]),
            cut: choices.byte(),
            commands: [choices.byte(), choices.byte()],
        }
    }
}

/// Something that happened, with the pieces of a literal joined.
#[derive(Debug, PartialEq)]
enum Seen {
    Data(Data, Option<CommandId>, SelectionId),
    Begin(Box<BodyBegin>, Option<CommandId>, SelectionId),
    Octets(Vec<u8>, Option<CommandId>),
    Malformed(Box<Malformed>, Option<CommandId>),
    Completed(CommandId, Box<Completion>),
    Other(String),
    Error(ConnectionError),
    Unfinished(CommandId),
    Sent(Vec<u8>),
}

fn seen(setup: &Setup, stream: &[u8], cut: u8, now: Instant) -> Vec<Seen> {
    let config = Config::preauthenticated().limits(setup.limits.clone());
    let mut side = Side {
        input: InputBuffer::new(&setup.limits),
        connection: Connection::new(Arc::new(config), Security::Trusted, Seed([0; 16]), now),
        now,
        seen: Vec::new(),
        collect: None,
    };
    side.feed(setup.greeting.as_bytes(), 0);
    for kind in setup.commands {
        side.submit(kind);
    }
    side.collect = side.connection.start(collected(), now).ok();
    for (at, segment) in stream.split(|&byte| byte == 0xff).enumerate() {
        if at > 0 {
            side.submit(segment.first().copied().unwrap_or_default());
        }
        side.write();
        side.feed(segment, cut);
    }
    side.connection.handle_eof(now);
    side.feed(b"", 0);
    let unfinished = std::iter::from_fn(|| side.connection.take_unfinished());
    side.seen.extend(unfinished.map(Seen::Unfinished));
    side.seen
}

struct Side {
    connection: Connection,
    input: InputBuffer,
    now: Instant,
    seen: Vec<Seen>,
    /// A command whose answer is collected.
    collect: Option<Collect<Status>>,
}

/// What it is.
fn collected() -> Status {
    Status::new(MAILBOX, StatusItems::new().messages())
}

impl Side {
    fn submit(&mut self, kind: u8) {
        let _ = self.connection.submit(command(kind), self.now);
    }

    fn write(&mut self) {
        let mut sent = Vec::new();
        while let Some(mut transmit) = self.connection.poll_transmit(self.now) {
            let octets = transmit.copy_to_bytes(transmit.remaining());
            sent.extend_from_slice(&octets);
        }
        self.seen.push(Seen::Sent(sent));
    }

    fn feed(&mut self, octets: &[u8], cut: u8) {
        let mut start = 0;
        for end in cuts(cut, octets.len()) {
            self.input.extend_from_slice(&octets[start..end]);
            start = end;
            self.poll();
        }
        self.poll();
    }

    fn poll(&mut self) {
        loop {
            match self.connection.poll_event(&mut self.input, self.now) {
                Ok(Step::Event(event)) => self.event(event),
                Ok(_) => return,
                Err(error) => {
                    let again = Seen::Error(error);
                    if self.seen.last() != Some(&again) {
                        self.seen.push(again);
                    }
                    return;
                }
            }
        }
    }

    /// Gives an event to the command that collects; it comes back if it is another's.
    fn collected(&mut self, event: Event) -> Option<Event> {
        let Some(collect) = &mut self.collect else {
            return Some(event);
        };
        let shown = match collect.take(event) {
            Collected::Other(event) => return Some(event),
            Collected::Item(item) => {
                let shown = format!("{item:?}");
                collect.add(item);
                shown
            }
            Collected::Done(outcome) => format!("{:?}", outcome.result()),
            Collected::Nothing => "malformed".to_owned(),
        };
        self.seen.push(Seen::Other(shown));
        None
    }

    fn event(&mut self, event: Event) {
        let Some(event) = self.collected(event) else {
            return;
        };
        let seen = match event {
            Event::Data {
                data,
                claimed_by,
                selection,
            } => Seen::Data(data, claimed_by, selection),
            Event::BodyBegin {
                begin,
                claimed_by,
                selection,
            } => Seen::Begin(begin, claimed_by, selection),
            Event::BodyChunk { data, claimed_by } => {
                assert!(!data.is_empty(), "an empty chunk");
                if let Some(Seen::Octets(octets, _)) = self.seen.last_mut() {
                    octets.extend_from_slice(&data);
                    return;
                }
                Seen::Octets(data.to_vec(), claimed_by)
            }
            Event::Malformed {
                malformed,
                claimed_by,
            } => Seen::Malformed(malformed, claimed_by),
            Event::Completed { id, completion } => Seen::Completed(id, completion),
            other => Seen::Other(format!("{other:?}")),
        };
        self.seen.push(seen);
    }
}
