//! SASL exchanges: mechanisms run as jobs, without the lock and, where the adapter says so, off
//! the driver's thread.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Error;
use super::driver::Random;
use super::flavor::Job;
use super::shared::{Core, Shared};
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

/// How to log in, and what else might be tried.
pub(super) struct Chosen {
    pub(super) way: Way,
    /// See [`Login::Mechanism`].
    pub(super) tentative: bool,
    pub(super) rest: VecDeque<Login>,
}

/// One way to log in.
pub(super) enum Way {
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

/// What mechanisms may know of the stream, with a nonce that was never used.
pub(super) fn fresh_channel(core: &Core, random: Random) -> Result<Channel, Error> {
    let mut channel = (*core.channel).clone();
    let mut nonce = [0; 18];
    random(&mut nonce)?;
    channel.nonce = nonce.to_vec();
    Ok(channel)
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
        let logins = credentials.logins(&capabilities, &channel);
        Computed::Chosen(logins.and_then(|logins| begin(logins.into(), &channel)))
    })
}

/// The same with what is left of an earlier choice.
pub(super) fn choose_next(shared: &Arc<Shared>, logins: VecDeque<Login>, channel: Channel) -> Job {
    job(shared, move || Computed::Chosen(begin(logins, &channel)))
}

/// Begins the first that can be begun on this channel; if there is none, the first says why.
fn begin(mut logins: VecDeque<Login>, channel: &Channel) -> Result<Chosen, SaslError> {
    let mut failure = None;
    while let Some(login) = logins.pop_front() {
        let (way, tentative) = match login {
            Login::Command { user, password } => (Way::Command { user, password }, false),
            Login::Mechanism {
                mut mechanism,
                tentative,
            } => match mechanism.start(channel) {
                Ok(initial_response) => {
                    let way = Way::Mechanism {
                        mechanism,
                        initial_response,
                    };
                    (way, tentative)
                }
                Err(error) => {
                    failure.get_or_insert(error);
                    continue;
                }
            },
        };
        return Ok(Chosen {
            way,
            tentative,
            rest: logins,
        });
    }
    Err(failure.unwrap_or(SaslError::NoMechanism))
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
        let ok = completion.condition == Condition::Ok;
        let verdict = mechanism.map_or(Err(SaslError::ServerNotAuthenticated), |mut mechanism| {
            mechanism.finish(None)
        });
        let result = match (failure, verdict) {
            (Some(failure), _) => Err(failure),
            // Without an OK there is nothing that the server had to prove.
            (None, Err(SaslError::ServerNotAuthenticated)) if !ok => Ok(()),
            (None, verdict) => verdict,
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
