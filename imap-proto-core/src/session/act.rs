//! What the driver does without the lock: handshakes, layers, mechanisms, the opening.

use std::io::{Read, Write};
#[cfg(feature = "tls")]
use std::sync::Arc;
use std::time::Instant;

use super::Error;
use super::deliver::Action;
use super::driver::Driver;
#[cfg(feature = "tls")]
use super::driver::Handshake;
use super::exchange::{self, Computed};
use super::open::Todo;
use crate::engine::sasl::SaslError;
#[cfg(feature = "tls")]
use crate::engine::trace::tell;
use crate::engine::{CommandId, ConnectionError, Ending, TlsUpgrade, Violation};
use crate::layer::Received;
use crate::types::{Completion, Condition};

impl Driver {
    /// Does what an event asks for.
    pub(super) fn act(&mut self, action: Action, now: Instant) -> Result<(), Error> {
        match action {
            Action::Greeted => {
                self.go_on_opening(now);
                Ok(())
            }
            Action::Own(id, ending) => {
                self.own_ended(id, ending, now);
                Ok(())
            }
            Action::Challenge(id, mechanism, challenge) => {
                self.computing = true;
                if let Some(open) = &mut self.open {
                    open.challenged();
                }
                (self.run)(exchange::respond(&self.shared, id, mechanism, challenge));
                Ok(())
            }
            Action::Exchanged(exchange, completion) => {
                self.computing = true;
                (self.run)(exchange::finish(&self.shared, exchange, completion));
                Ok(())
            }
            Action::StartTls(token) => self.start_tls(Some(token), now),
            Action::StartCompression(token) => self.start_compression(token, now),
        }
    }

    /// Begins a handshake; `token` goes back to the engine when it is done.
    #[cfg(feature = "tls")]
    pub(super) fn start_tls(
        &mut self,
        token: Option<TlsUpgrade>,
        now: Instant,
    ) -> Result<(), Error> {
        let config = Arc::clone(self.shared.lock().connection.config());
        let tls = config
            .tls_config()
            .ok_or(crate::layer::TlsConfigError::NoRoots)?;
        let name = crate::layer::server_name(config.current_server_name())?;
        self.stack.start_tls(Arc::clone(tls), name)?;
        self.handshake = Some(Handshake {
            token,
            deadline: now + config.current_timeouts().upgrade,
        });
        Ok(())
    }

    /// Without TLS there is no way on.
    #[cfg(not(feature = "tls"))]
    #[expect(
        clippy::needless_pass_by_ref_mut,
        clippy::unused_self,
        reason = "its twin with the feature needs it"
    )]
    pub(super) fn start_tls(
        &mut self,
        _token: Option<TlsUpgrade>,
        _now: Instant,
    ) -> Result<(), Error> {
        Err(std::io::Error::new(std::io::ErrorKind::Unsupported, "built without TLS").into())
    }

    /// Goes on with the handshake. True: something moved.
    pub(super) fn shake_hands<T: Read + Write>(
        &mut self,
        io: &mut T,
        now: Instant,
    ) -> Result<bool, Error> {
        let received = self.stack.read(io, &mut self.input)?;
        let wrote = self.stack.wants_write() && self.stack.flush(io)?;
        if self.stack.is_handshaking() {
            return Ok(wrote || !matches!(received, Received::Blocked | Received::End));
        }
        let token = self.handshake.take().and_then(|handshake| handshake.token);
        let mut core = self.shared.lock();
        #[cfg(feature = "tls")]
        {
            tell!("imap::connection", DEBUG, version = ?self.stack.tls_version(), "TLS");
            core.tls = self.stack.tls_info().map(Arc::new);
            core.channel.secure = true;
            core.channel.tls_exporter = self.stack.tls_exporter().map(|key| key.to_vec());
            #[cfg(feature = "scram")]
            {
                core.channel.tls_server_end_point = self.stack.tls_server_end_point();
            }
        }
        if let Some(token) = token {
            core.connection.tls_established(token, now);
        }
        drop(core);
        self.go_on_opening(now);
        Ok(true)
    }

    #[cfg(feature = "deflate")]
    fn start_compression(
        &mut self,
        token: crate::engine::CompressionUpgrade,
        now: Instant,
    ) -> Result<(), Error> {
        let leftover = self.input.take(self.input.len());
        self.stack.start_compression(&leftover)?;
        self.shared
            .lock()
            .connection
            .compression_established(token, now);
        self.go_on_opening(now);
        Ok(())
    }

    #[cfg(not(feature = "deflate"))]
    #[expect(
        clippy::needless_pass_by_ref_mut,
        clippy::unused_self,
        reason = "its twin with the feature needs it"
    )]
    fn start_compression(
        &mut self,
        _token: crate::engine::CompressionUpgrade,
        _now: Instant,
    ) -> Result<(), Error> {
        Err(std::io::Error::new(std::io::ErrorKind::Unsupported, "built without DEFLATE").into())
    }

    /// Takes the next step of the opening, if it is not over.
    fn go_on_opening(&mut self, now: Instant) {
        let Some(open) = &mut self.open else {
            return;
        };
        let next = open.next(&mut self.shared.lock(), now);
        match next {
            Ok(Todo::Wait) => {}
            Ok(Todo::Choose) => self.choose(),
            Ok(Todo::Done) => self.opened(Ok(())),
            Err(error) => self.opened(Err(error)),
        }
    }

    /// Asks the credentials how to log in, or takes the next way that they told.
    fn choose(&mut self) {
        let rest = self
            .open
            .as_mut()
            .map(|open| open.take_rest())
            .unwrap_or_default();
        let core = self.shared.lock();
        let channel = exchange::fresh_channel(&core, self.random);
        let capabilities = core.connection.capabilities().cloned().unwrap_or_default();
        let credentials = core.connection.config().credentials.clone();
        drop(core);
        let job = match (channel, credentials) {
            (Err(error), _) => return self.opened(Err(error)),
            (Ok(_), None) => return,
            (Ok(channel), Some(credentials)) if rest.is_empty() => {
                exchange::choose(&self.shared, credentials, capabilities, channel)
            }
            (Ok(channel), Some(_)) => exchange::choose_next(&self.shared, rest, channel),
        };
        self.computing = true;
        (self.run)(job);
    }

    /// The opening is over: whoever waits for the session is told. After an error that leaves
    /// the connection alive, it logs out when they let go.
    fn opened(&mut self, result: Result<(), Error>) {
        self.open = None;
        let mut core = self.shared.lock();
        core.opened.get_or_insert(result);
        self.wakers.extend(core.open_waker.take());
    }

    fn own_ended(&mut self, id: CommandId, ending: Result<Ending, Error>, now: Instant) {
        let Some(open) = &mut self.open else {
            return;
        };
        if let Ok(Ending::Completed(completion)) = &ending
            && completion.is_ok()
            && open.is_login(id)
        {
            let mut core = self.shared.lock();
            core.login_text = Some(Box::new(core.keep(&completion.text)));
        }
        match open.ended(id, ending) {
            Ok(()) => self.go_on_opening(now),
            Err(error) => self.opened(Err(error)),
        }
    }

    /// Takes the outcome of a job, if it is there. True: it was.
    pub(super) fn computed(&mut self, now: Instant) -> Result<bool, Error> {
        let Some(computed) = self.shared.lock().computed.take() else {
            return Ok(false);
        };
        self.computing = false;
        match computed {
            Computed::Chosen(chosen) => self.chosen(chosen, now),
            Computed::Response {
                id,
                mechanism,
                response,
            } => {
                let mut core = self.shared.lock();
                core.exchanges.give_back(id, mechanism);
                match response {
                    Ok(response) => core.connection.authenticate_respond(id, &response),
                    Err(failure) => {
                        core.exchanges.fail(id, failure);
                        core.connection.authenticate_abort(id);
                    }
                }
            }
            Computed::Finished {
                id,
                completion,
                result,
            } => self.finished_exchange(id, completion, result, now)?,
            Computed::Lost => {
                let error = SaslError::Other("the mechanism panicked".to_owned());
                return Err(error.into());
            }
        }
        Ok(true)
    }

    fn chosen(&mut self, chosen: Result<exchange::Chosen, SaslError>, now: Instant) {
        let Some(open) = &mut self.open else {
            return;
        };
        let result = match chosen {
            Ok(chosen) => open.login(&mut self.shared.lock(), chosen, now),
            Err(error) => Err(error.into()),
        };
        if let Err(error) = result {
            self.opened(Err(error));
        }
    }

    /// The end of a SASL exchange, with the mechanism's own verdict: an OK that it does not
    /// agree with is the end of the connection (RFC 5802 §5).
    fn finished_exchange(
        &mut self,
        id: CommandId,
        completion: Box<Completion>,
        result: Result<(), SaslError>,
        now: Instant,
    ) -> Result<(), Error> {
        let ending = match result {
            Ok(()) => Ok(Ending::Completed(completion)),
            Err(_) if completion.condition == Condition::Ok => {
                let error = ConnectionError::from(Violation::ServerNotAuthenticated);
                return Err(error.into());
            }
            Err(error) => Err(Error::Sasl(error)),
        };
        let mut core = self.shared.lock();
        if let Some(at) = core.own.iter().position(|own| *own == id) {
            core.own.swap_remove(at);
            drop(core);
            self.own_ended(id, ending, now);
            return Ok(());
        }
        core.end_route(id, ending, &mut self.wakers);
        Ok(())
    }
}
