//! From the connection to a session that is ready: greeting, STARTTLS, login, ID, COMPRESS.

use std::collections::VecDeque;
use std::time::Instant;

use bytes::Bytes;

use super::Error;
use super::exchange::{self, Chosen, Way};
use super::shared::Core;
use crate::encode::{self, Capability, Command, Compress, Enable, Id, MissingAnswer, StartTls};
use crate::engine::sasl::{Login, SaslError};
use crate::engine::{CommandId, Encryption, Ending, Security, State};
use crate::types::Code;

/// What was asked of the server, and is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    StartTls,
    Capability,
    Login,
    /// ID, COMPRESS: their answer does not matter.
    Extra,
}

/// The opening of a connection. Each step follows from what is known, so that nothing is asked
/// twice: with capabilities in the greeting and in the OK of the login, and SASL-IR, it takes one
/// round trip after the greeting, and one more for ID and COMPRESS together.
#[derive(Debug, Default)]
pub(super) struct Open {
    asked: Vec<(CommandId, Asked)>,
    /// The credentials are being asked how to log in.
    choosing: bool,
    starttls_sent: bool,
    /// CAPABILITY was answered in this phase of security and login.
    capability_answered: bool,
    login_sent: bool,
    /// The ways to log in that are left if the server does not know the one that was taken.
    rest: VecDeque<Login>,
    /// See [`Login::Mechanism`].
    tentative: bool,
    /// The server answered the first message of the exchange.
    challenged: bool,
    extras_sent: bool,
}

/// What the driver has to do next for the opening.
pub(super) enum Todo {
    /// Nothing: an answer is under way.
    Wait,
    /// Ask the credentials, in a job.
    Choose,
    /// The session is ready.
    Done,
}

impl Open {
    /// Takes the next step, unless an answer is under way.
    pub(super) fn next(&mut self, core: &mut Core, now: Instant) -> Result<Todo, Error> {
        if self.choosing || !self.asked.is_empty() {
            return Ok(Todo::Wait);
        }
        let connection = &core.connection;
        let state = connection.state();
        if matches!(
            state,
            State::AwaitingGreeting
                | State::AwaitingTls
                | State::AwaitingCompression
                | State::LoggingOut
                | State::Closed
        ) {
            return Ok(Todo::Wait);
        }
        let starttls = connection.config().encryption() == Encryption::StartTls;
        if starttls && connection.security() == Security::Plaintext {
            if !self.starttls_sent {
                self.starttls_sent = true;
                self.ask(core, StartTls, Asked::StartTls, now)?;
            }
            return Ok(Todo::Wait);
        }
        if connection.capabilities().is_none() {
            if self.capability_answered {
                return Err(MissingAnswer("CAPABILITY").into());
            }
            self.ask(core, Capability, Asked::Capability, now)?;
            return Ok(Todo::Wait);
        }
        if let Some(known) = connection.capabilities()
            && known.revision().is_none()
        {
            return Err(Error::NotImap(Box::new(known.clone())));
        }
        let credentials = connection.config().credentials.is_some();
        if state == State::NotAuthenticated && credentials && !self.login_sent {
            self.choosing = true;
            return Ok(Todo::Choose);
        }
        if !self.extras_sent {
            self.extras_sent = true;
            self.extras(core, now)?;
        }
        if self.asked.is_empty() {
            Ok(Todo::Done)
        } else {
            Ok(Todo::Wait)
        }
    }

    /// The credentials said how to log in.
    pub(super) fn login(
        &mut self,
        core: &mut Core,
        chosen: Chosen,
        now: Instant,
    ) -> Result<(), Error> {
        self.choosing = false;
        self.login_sent = true;
        self.rest = chosen.rest;
        self.tentative = chosen.tentative;
        self.challenged = false;
        match chosen.way {
            Way::Command { user, password } => {
                let command = encode::Login::new(user, password);
                self.ask(core, command, Asked::Login, now)
            }
            Way::Mechanism {
                mechanism,
                initial_response,
            } => {
                let command = exchange::authenticate(mechanism.name(), initial_response);
                let id = core.submit_own(command.request()?, now)?;
                core.exchanges.add(id, mechanism);
                self.asked.push((id, Asked::Login));
                Ok(())
            }
        }
    }

    /// The server answered the first message of a SASL exchange.
    pub(super) fn challenged(&mut self) {
        self.challenged = true;
    }

    /// The ways to log in that are left, if one was tried.
    pub(super) fn take_rest(&mut self) -> VecDeque<Login> {
        std::mem::take(&mut self.rest)
    }

    /// Whether a refusal means that the server does not know the mechanism or its channel
    /// binding, and there is another to try. Refused credentials never lead to a weaker one.
    fn leads_on(&mut self, error: &Error) -> bool {
        if self.tentative && refuses_binding(error, self.challenged) {
            // What is bound in the same way would be refused again.
            self.rest
                .retain(|login| !matches!(login, Login::Mechanism { tentative, .. } if *tentative));
            return !self.rest.is_empty();
        }
        let unknown = match error {
            Error::Bad(_) => true,
            Error::No(completion) => matches!(completion.text.code, Some(Code::Cannot)),
            _ => false,
        };
        unknown && !self.challenged && !self.rest.is_empty()
    }

    /// Whether it is the login.
    pub(super) fn is_login(&self, id: CommandId) -> bool {
        self.asked.contains(&(id, Asked::Login))
    }

    /// A command of the opening ended.
    pub(super) fn ended(
        &mut self,
        id: CommandId,
        ending: Result<Ending, Error>,
    ) -> Result<(), Error> {
        let Some(at) = self.asked.iter().position(|(asked, _)| *asked == id) else {
            return Ok(());
        };
        let (_, asked) = self.asked.swap_remove(at);
        let result = ending.and_then(Error::of_ending);
        match (asked, result) {
            (Asked::Capability, Ok(_)) => {
                self.capability_answered = true;
                Ok(())
            }
            (Asked::StartTls, Ok(_)) => {
                self.capability_answered = false;
                Ok(())
            }
            (Asked::Login, Err(error)) if self.leads_on(&error) => {
                self.login_sent = false;
                Ok(())
            }
            (Asked::Login, Err(Error::No(completion) | Error::Bad(completion))) => {
                Err(Error::Login(completion))
            }
            (Asked::Login, Ok(_)) => {
                self.capability_answered = false;
                self.rest.clear();
                Ok(())
            }
            (Asked::Extra, Err(Error::No(_) | Error::Bad(_))) | (_, Ok(_)) => Ok(()),
            (_, Err(error)) => Err(error),
        }
    }

    /// What a server of UTF-8 only needs, ID, and COMPRESS behind them, in one go.
    fn extras(&mut self, core: &mut Core, now: Instant) -> Result<(), Error> {
        let connection = &core.connection;
        let offers = |name| {
            connection
                .capabilities()
                .is_some_and(|known| known.contains(name))
        };
        let config = std::sync::Arc::clone(connection.config());
        let logged_in = matches!(connection.state(), State::Authenticated | State::Selected);
        let (id, compress) = (offers("ID"), offers("COMPRESS=DEFLATE"));
        let utf8_only = offers("UTF8=ONLY") && !connection.is_enabled("UTF8=ACCEPT");
        // Such a server refuses every mailbox name before that (RFC 9755 §6).
        if utf8_only && logged_in {
            self.ask(core, Enable::new(["UTF8=ACCEPT"]), Asked::Extra, now)?;
        }
        if let Some(fields) = config.client_id.clone().filter(|_| id) {
            let field = |id: Id, (name, value): (Bytes, Bytes)| id.field(name, value);
            let command = fields.into_iter().fold(Id::new(), field);
            self.ask(core, command, Asked::Extra, now)?;
        }
        let possible = cfg!(feature = "deflate") && compress && logged_in;
        if config.compress && possible && !core.connection.is_compressed() {
            self.ask(core, Compress, Asked::Extra, now)?;
        }
        Ok(())
    }

    fn ask(
        &mut self,
        core: &mut Core,
        command: impl Command,
        asked: Asked,
        now: Instant,
    ) -> Result<(), Error> {
        let id = core.submit_own(command.request()?, now)?;
        self.asked.push((id, asked));
        Ok(())
    }
}

/// Whether a server refused a channel binding, and not the credentials: the first message, or, by
/// what it says, the type of the binding.
fn refuses_binding(error: &Error, challenged: bool) -> bool {
    /// What Cyrus SASL says of a binding that is not its own; of a wrong password, something else.
    const BAD_PROTOCOL: &str = "bad protocol / cancel";
    match error {
        Error::No(completion) if !challenged => {
            !matches!(completion.text.code, Some(Code::AuthenticationFailed))
        }
        Error::No(completion) => completion.text.text == BAD_PROTOCOL,
        Error::Sasl(SaslError::ServerError(value)) => [
            "unsupported-channel-binding-type",
            "channel-bindings-dont-match",
        ]
        .iter()
        .any(|known| value == *known),
        _ => false,
    }
}
