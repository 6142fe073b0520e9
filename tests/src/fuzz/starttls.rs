//! STARTTLS is a wall: nothing that came in the clear has an effect behind it.

use super::choices::{Choices, cuts};
use super::commands::command;
use bytes::Buf as _;
use imap_proto_core::encode::{Command as _, StartTls};
use imap_proto_core::engine::{
    Config, Connection, ConnectionError, Event, PauseReason, Security, Seed, State, Step,
    TlsUpgrade, Violation,
};
use imap_proto_core::wire::InputBuffer;
use std::sync::Arc;
use std::time::Instant;

/// The octets are cut in three: what the server says before its OK, what stands behind the OK in the same read, and
/// what comes through TLS. The first three octets choose where and how.
pub fn starttls(data: &[u8]) {
    let mut choices = Choices::new(data);
    let (cut, before, behind) = (choices.byte(), choices.byte(), choices.byte());
    let plain = choices.take(before.into());
    let behind = choices.take((behind % 8).into());
    let encrypted = choices.rest();
    let now = Instant::now();
    let answered = |plain, behind, cut| Side::new(now).answered(plain, behind, cut);
    if !behind.is_empty() {
        let injection = ConnectionError::Violation(Violation::ResponseInjection);
        assert_eq!(answered(b"", behind, 0).map(|_| ()), Err(injection));
    }
    let Ok(Some((side, token))) = answered(plain, behind, cut) else {
        return;
    };
    let clean = answered(b"", b"", 0).expect("an honest server");
    let (clean, clean_token) = clean.expect("an honest server");
    let (with, without) = (
        side.behind_tls(token, encrypted),
        clean.behind_tls(clean_token, encrypted),
    );
    assert_eq!(with, without, "{} before the OK", plain.escape_ascii());
}

struct Side {
    connection: Connection,
    input: InputBuffer,
    now: Instant,
    /// What happened, as it shows.
    seen: Vec<String>,
    token: Option<TlsUpgrade>,
}

impl Side {
    fn new(now: Instant) -> Self {
        let config = Config::starttls("mail.example.org");
        Self {
            input: InputBuffer::new(config.current_limits()),
            connection: Connection::new(Arc::new(config), Security::Plaintext, Seed([0; 16]), now),
            now,
            seen: Vec::new(),
            token: None,
        }
    }

    /// Sends STARTTLS and hears the answer, up to the token; none when the OK was taken for something else, such as
    /// the end of a line of `plain`.
    fn answered(
        mut self,
        plain: &[u8],
        behind: &[u8],
        cut: u8,
    ) -> Result<Option<(Self, TlsUpgrade)>, ConnectionError> {
        self.feed(b"* OK hi\r\n", 0)?;
        let request = StartTls.request().expect("valid");
        self.connection.submit(request, self.now).expect("taken");
        self.write();
        let fed = self.feed(plain, cut).and_then(|()| {
            self.write();
            self.feed(&[b"AAAA0 OK begin\r\n", behind].concat(), 0)
        });
        let sent = self.write();
        let Some(token) = self.token.take() else {
            return fed.map(|()| None);
        };
        assert_eq!(sent, b"", "in the clear behind the OK");
        assert!(self.input.is_empty(), "octets behind the OK are left");
        assert_eq!(self.connection.state(), State::AwaitingTls);
        Ok(Some((self, token)))
    }

    /// All that happens behind the handshake.
    fn behind_tls(mut self, token: TlsUpgrade, encrypted: &[u8]) -> Vec<String> {
        self.seen.clear();
        self.connection.tls_established(token, self.now);
        self.seen
            .push(format!("{:?}", self.connection.capabilities()));
        let kinds = encrypted.iter().take(2).copied();
        for kind in kinds {
            let submitted = self.connection.submit(command(kind), self.now);
            self.seen.push(format!("{submitted:?}"));
        }
        let sent = self.write();
        self.seen.push(sent.escape_ascii().to_string());
        let fed = self.feed(encrypted, 0);
        self.seen
            .push(format!("{fed:?} {:?}", self.connection.state()));
        let sent = self.write();
        self.seen.push(sent.escape_ascii().to_string());
        self.seen
    }

    /// Gives octets until the engine pauses: the driver reads no more then.
    fn feed(&mut self, octets: &[u8], cut: u8) -> Result<(), ConnectionError> {
        let mut start = 0;
        for end in cuts(cut, octets.len()) {
            if self.token.is_some() {
                return Ok(());
            }
            self.input.extend_from_slice(&octets[start..end]);
            start = end;
            loop {
                match self.connection.poll_event(&mut self.input, self.now)? {
                    Step::Event(Event::TlsReady(token)) => self.token = Some(token),
                    Step::Event(event) => self.seen.push(format!("{event:?}")),
                    Step::NeedInput => break,
                    Step::Paused(PauseReason::Tls) => return Ok(()),
                    Step::Paused(reason) => {
                        self.seen.push(format!("{reason:?}"));
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    fn write(&mut self) -> Vec<u8> {
        let mut sent = Vec::new();
        while let Some(mut transmit) = self.connection.poll_transmit(self.now) {
            let octets = transmit.copy_to_bytes(transmit.remaining());
            sent.extend_from_slice(&octets);
        }
        sent
    }
}
