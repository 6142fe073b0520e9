//! The encoder: a server finds exactly the commands that were submitted, with the same arguments.

use super::choices::Choices;
use super::client::{Dialect, Said, Unfinished, hear};
use super::command_builders::{Built, Want, build, build_login};
use bytes::Buf as _;
use imap_proto_core::encode::{Command as _, Enable};
use imap_proto_core::engine::{Config, Connection, Event, Security, Seed, Step};
use imap_proto_core::wire::InputBuffer;
use std::sync::Arc;
use std::time::Instant;

/// The prefix of every tag that a seed of sevens gives: arguments that begin so are left out, as the server could not
/// tell them from the next command where it refuses a literal.
pub(super) const PREFIX: &str = "HHHH";

/// A few commands built from the octets; the first octet chooses what the server offers.
pub fn command(data: &[u8]) {
    let mut choices = Choices::new(data);
    let setup = choices.byte();
    let mut side = Side::new(setup);
    if setup & 0x60 == 0x20 {
        side.submit(build_login(&mut choices));
    } else {
        for _ in 0..3 {
            side.submit(build(&mut choices, side.dialect.utf8));
        }
    }
    side.finish();
}

struct Side {
    connection: Connection,
    input: InputBuffer,
    now: Instant,
    dialect: Dialect,
    sent: Vec<u8>,
    /// What was heard before the commands of the fuzzer.
    before: usize,
    wanted: Vec<Vec<Want>>,
}

impl Side {
    fn new(setup: u8) -> Self {
        let config = Config::preauthenticated();
        let now = Instant::now();
        let literals = ["", "LITERAL-", "LITERAL+"][usize::from(setup % 3)];
        let mut side = Self {
            input: InputBuffer::new(config.current_limits()),
            connection: Connection::new(Arc::new(config), Security::Trusted, Seed([7; 16]), now),
            now,
            dialect: Dialect {
                utf8: setup & 64 != 0,
                free: [0, 4096, usize::MAX][usize::from(setup % 3)],
            },
            sent: Vec::new(),
            before: 0,
            wanted: Vec::new(),
        };
        if setup & 0x60 == 0x20 {
            side.feed(&format!("* OK [CAPABILITY IMAP4rev1 {literals}] hi\r\n"));
            return side;
        }
        let binary = if setup & 128 == 0 { "" } else { "BINARY" };
        side.feed(&format!(
            "* PREAUTH [CAPABILITY IMAP4rev1 ENABLE {literals} {binary}] hi\r\n"
        ));
        if side.dialect.utf8 {
            let enable = Enable::new(["UTF8=ACCEPT"]).request().expect("valid");
            side.connection.submit(enable, now).expect("taken");
            side.write();
            side.feed("* ENABLED UTF8=ACCEPT\r\nHHHH0 OK on\r\n");
            side.before = 1;
        }
        side
    }

    fn submit(&mut self, (request, wanted): Built) {
        if wanted.iter().any(Want::is_like_a_tag) {
            return;
        }
        let before = self.connection.commands_pending();
        let submitted = request.and_then(|request| self.connection.submit(request, self.now));
        if submitted.is_ok() {
            self.wanted.push(wanted);
        } else {
            assert_eq!(self.connection.commands_pending(), before);
        }
    }

    fn feed(&mut self, text: &str) {
        self.input.extend_from_slice(text.as_bytes());
        loop {
            match self.connection.poll_event(&mut self.input, self.now) {
                Ok(Step::Event(Event::NotSent { id })) => panic!("{id:?} was not sent"),
                Ok(Step::Event(_)) => {}
                Ok(_) => return,
                Err(error) => panic!("{error} behind {}", self.sent.escape_ascii()),
            }
        }
    }

    fn write(&mut self) {
        while let Some(mut transmit) = self.connection.poll_transmit(self.now) {
            let octets = transmit.copy_to_bytes(transmit.remaining());
            self.sent.extend_from_slice(&octets);
        }
    }

    /// Plays the server: `+` for each literal that waits, OK for each command.
    fn finish(mut self) {
        let mut answered = self.before;
        for _ in 0..200 {
            self.write();
            let heard = hear(&self.sent, PREFIX, self.dialect);
            match heard.unfinished {
                Some(Unfinished::Waiting) => self.feed("+ go\r\n"),
                Some(Unfinished::Within) => panic!("half a command: {}", self.sent.escape_ascii()),
                None if answered < heard.said.len() => {
                    self.feed(&format!("HHHH{answered} OK done\r\n"));
                    answered += 1;
                }
                None => break,
            }
        }
        let heard = hear(&self.sent, PREFIX, self.dialect);
        let shown = self.sent.escape_ascii();
        let said = &heard.said[self.before..];
        assert_eq!(
            said.len(),
            self.wanted.len(),
            "{:?} in {shown}",
            self.wanted
        );
        for (said, wanted) in said.iter().zip(&self.wanted) {
            let Said::Command(_, tokens) = said else {
                panic!("{said:?} in {shown}");
            };
            if matches!(wanted.last(), Some(Want::Line)) {
                continue;
            }
            let same = tokens.len() == wanted.len()
                && wanted
                    .iter()
                    .zip(tokens)
                    .all(|(want, token)| want.is(token));
            assert!(same, "{tokens:?}, not {wanted:?}, in {shown}");
        }
    }
}
