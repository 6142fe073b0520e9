//! A connection that one command is written to, and a server that reads it.

use crate::fuzz::{Dialect, Said, Token, Unfinished, hear};
use bytes::Buf as _;
use imap_proto_core::encode::{Command as _, CommandId, Enable, Request, Select, SubmitError};
use imap_proto_core::engine::{Config, Connection, Security, Seed, Step};
use imap_proto_core::wire::InputBuffer;
use std::sync::Arc;
use std::time::Instant;

/// The prefix of every tag that a seed of sevens gives.
const PREFIX: &str = "HHHH";

/// What a command is sent in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    NotAuthenticated,
    Authenticated,
    Selected,
}

/// What came of a command.
pub(super) enum Outcome {
    /// It was not taken.
    Refused,
    /// The server found this.
    Heard(Vec<Token>),
    /// What was written is no command.
    Broken(String),
}

pub(super) struct Peer {
    connection: Connection,
    input: InputBuffer,
    now: Instant,
    dialect: Dialect,
    /// How many commands went before.
    before: usize,
    last: Option<CommandId>,
    sent: Vec<u8>,
}

impl Peer {
    /// A connection in a state, to a server of which the setup says how it takes literals and UTF-8.
    pub(super) fn new(state: State, setup: u8) -> Self {
        let config = Config::unencrypted("mail.example.org");
        let way = usize::from(setup % 3);
        let logged_in = state != State::NotAuthenticated;
        let mut peer = Self {
            input: InputBuffer::new(config.current_limits()),
            now: Instant::now(),
            dialect: Dialect {
                utf8: logged_in && setup & 64 != 0,
                free: [0, 4096, usize::MAX][way],
            },
            before: 0,
            last: None,
            sent: Vec::new(),
            connection: Connection::new(
                Arc::new(config),
                Security::Plaintext,
                Seed([7; 16]),
                Instant::now(),
            ),
        };
        let literals = ["", "LITERAL-", "LITERAL+"][way];
        let binary = if setup & 128 == 0 { "" } else { "BINARY" };
        let greeting = if logged_in { "PREAUTH" } else { "OK" };
        peer.feed(&format!(
            "* {greeting} [CAPABILITY IMAP4rev1 ENABLE SASL-IR STARTTLS COMPRESS=DEFLATE {literals} {binary}] hi\r\n"
        ));
        peer.lead_to(state);
        peer
    }

    fn lead_to(&mut self, state: State) {
        if self.dialect.utf8 {
            self.first(
                Enable::new(["UTF8=ACCEPT"]).request(),
                "* ENABLED UTF8=ACCEPT\r\n",
            );
        }
        if state == State::Selected {
            self.first(Select::new("INBOX").request(), "* 9 EXISTS\r\n");
        }
    }

    /// A command that goes before, and its answer.
    fn first(&mut self, request: Result<Request, SubmitError>, answer: &str) {
        let submitted = request.and_then(|request| self.connection.submit(request, self.now));
        self.last = submitted.ok();
        self.write();
        self.feed(&format!("{answer}HHHH{} OK done\r\n", self.before));
        self.before += 1;
    }

    /// Whether UTF-8 is enabled.
    pub(super) fn utf8(&self) -> bool {
        self.dialect.utf8
    }

    /// The last command before, and its tag.
    pub(super) fn before(&self) -> Option<(CommandId, String)> {
        let id = self.last?;
        Some((id, format!("{PREFIX}{}", self.before - 1)))
    }

    /// Writes the command, with `+` for each literal that waits, and reads it.
    pub(super) fn hear(&mut self, request: Request) -> Outcome {
        if self.connection.submit(request, self.now).is_err() {
            return Outcome::Refused;
        }
        for _ in 0..50 {
            self.write();
            let heard = hear(&self.sent, PREFIX, self.dialect);
            match heard.unfinished {
                Some(Unfinished::Waiting) => self.feed("+ go\r\n"),
                Some(Unfinished::Within) => return self.broken("half a command"),
                None => {
                    return match heard.said.into_iter().nth(self.before) {
                        Some(Said::Command(_, tokens)) => Outcome::Heard(tokens),
                        other => self.broken(&format!("{other:?}")),
                    };
                }
            }
        }
        self.broken("no end of literals")
    }

    fn broken(&self, why: &str) -> Outcome {
        Outcome::Broken(format!("{why} in {}", self.sent.escape_ascii()))
    }

    fn write(&mut self) {
        while let Some(mut transmit) = self.connection.poll_transmit(self.now) {
            let octets = transmit.copy_to_bytes(transmit.remaining());
            self.sent.extend_from_slice(&octets);
        }
    }

    fn feed(&mut self, text: &str) {
        self.input.extend_from_slice(text.as_bytes());
        while let Ok(Step::Event(_)) = self.connection.poll_event(&mut self.input, self.now) {}
    }
}
