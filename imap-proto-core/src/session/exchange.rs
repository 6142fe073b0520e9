//! SASL exchanges: mechanisms run as jobs, without the lock and, where the adapter says so, off
//! the driver's thread.

use std::sync::Arc;

use super::flavor::Job;
use super::shared::Shared;
use crate::encode::Authenticate;
use crate::engine::CommandId;
use crate::engine::sasl::{Channel, Credentials, Login, Mechanism, SaslError};
use crate::types::{Capabilities, Completion, Condition, Secret};

/// The exchanges that were submitted and have not ended.
#[derive(Default)]
pub(super) struct Exchanges {
    list: Vec<Exchange>,
}

/// One of them.
pub(super) struct Exchange {
    id: CommandId,
    /// Absent while it runs.
    mechanism: Option<Box<dyn Mechanism>>,
    /// Why we gave up.
    failure: Option<SaslError>,
}

/// What a job came to.
pub(super) enum Computed {
    /// How to log in.
    Chosen(Result<Chosen, SaslError>),
    /// The answer to a challenge.
    Response {
        id: CommandId,
        mechanism: Box<dyn Mechanism>,
        response: Result<Secret, SaslError>,
    },
    /// What the mechanism thinks of the end of its exchange.
    Finished {
        id: CommandId,
        completion: Box<Completion>,
        result: Result<(), SaslError>,
    },
    /// The job panicked.
    Lost,
}

/// How to log in.
pub(super) enum Chosen {
    /// By LOGIN.
    Command { user: String, password: Secret },
    /// By AUTHENTICATE, begun.
    Mechanism {
        mechanism: Box<dyn Mechanism>,
        initial_response: Option<Secret>,
    },
}

impl Exchanges {
    pub(super) fn add(&mut self, id: CommandId, mechanism: Box<dyn Mechanism>) {
        self.list.push(Exchange {
            id,
            mechanism: Some(mechanism),
            failure: None,
        });
    }

    fn find(&mut self, id: CommandId) -> Option<&mut Exchange> {
        self.list.iter_mut().find(|exchange| exchange.id == id)
    }

    /// Lends the mechanism to a job.
    pub(super) fn lend(&mut self, id: CommandId) -> Option<Box<dyn Mechanism>> {
        self.find(id)?.mechanism.take()
    }

    /// Takes it back.
    pub(super) fn give_back(&mut self, id: CommandId, mechanism: Box<dyn Mechanism>) {
        if let Some(exchange) = self.find(id) {
            exchange.mechanism = Some(mechanism);
        }
    }

    /// The exchange is given up.
    pub(super) fn fail(&mut self, id: CommandId, failure: SaslError) {
        if let Some(exchange) = self.find(id) {
            exchange.failure = Some(failure);
        }
    }

    /// Takes one out that has ended.
    pub(super) fn remove(&mut self, id: CommandId) -> Option<Exchange> {
        let at = self.list.iter().position(|exchange| exchange.id == id)?;
        Some(self.list.swap_remove(at))
    }
}

/// The command that begins an exchange.
pub(super) fn authenticate(mechanism: &str, initial_response: Option<Secret>) -> Authenticate {
    let command = Authenticate::new(mechanism);
    match initial_response {
        Some(response) => command.initial_response(response),
        None => command,
    }
}

/// How to log in, by the caller's credentials: asks them for a token, and the mechanism for its
/// initial response.
pub(super) fn choose(
    shared: &Arc<Shared>,
    credentials: Credentials,
    capabilities: Capabilities,
    channel: Channel,
) -> Job {
    job(shared, move || {
        let login = credentials.login(&capabilities, &channel);
        Computed::Chosen(login.and_then(|login| match login {
            Login::Command { user, password } => Ok(Chosen::Command { user, password }),
            Login::Mechanism(mut mechanism) => {
                let initial_response = mechanism.start(&channel)?;
                Ok(Chosen::Mechanism {
                    mechanism,
                    initial_response,
                })
            }
        }))
    })
}

/// The answer to a challenge.
pub(super) fn respond(
    shared: &Arc<Shared>,
    id: CommandId,
    mut mechanism: Box<dyn Mechanism>,
    challenge: Secret,
) -> Job {
    job(shared, move || {
        let response = mechanism.respond(challenge.expose());
        Computed::Response {
            id,
            mechanism,
            response,
        }
    })
}

/// The end: after OK the mechanism says whether the server proved itself; after NO, what the
/// server told in the exchange.
pub(super) fn finish(shared: &Arc<Shared>, exchange: Exchange, completion: Box<Completion>) -> Job {
    job(shared, move || {
        let Exchange {
            id,
            mechanism,
            failure,
        } = exchange;
        let verdict = match (failure, mechanism) {
            (Some(failure), _) => Err(failure),
            (None, Some(mut mechanism)) => mechanism.finish(None),
            (None, None) => Err(SaslError::ServerNotAuthenticated),
        };
        let result = match verdict {
            // Without an OK there is nothing that the server had to prove.
            Err(SaslError::ServerNotAuthenticated) if completion.condition != Condition::Ok => {
                Ok(())
            }
            verdict => verdict,
        };
        Computed::Finished {
            id,
            completion,
            result,
        }
    })
}

/// Work whose outcome goes to the driver, even if it panics.
fn job(shared: &Arc<Shared>, work: impl FnOnce() -> Computed + Send + 'static) -> Job {
    let mut post = Post(Some(Arc::clone(shared)));
    Box::new(move || {
        let computed = work();
        post.send(computed);
    })
}

/// Brings the outcome of a job to the driver.
struct Post(Option<Arc<Shared>>);

impl Post {
    fn send(&mut self, computed: Computed) {
        if let Some(shared) = self.0.take() {
            shared.with(|core| {
                core.computed = Some(computed);
                core.notify();
            });
        }
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        self.send(Computed::Lost);
    }
}
