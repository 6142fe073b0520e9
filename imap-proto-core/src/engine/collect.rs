//! Collecting a command's answer by hand, without a session.

use std::time::Instant;

use super::{CommandId, Connection, ConnectionError, Event};
use crate::encode::{Command, MissingAnswer, SubmitError};
use crate::types::{Completion, Condition, Malformed, MessageLimit};

/// Gathers what the engine claims for one command.
///
/// ```
/// use std::{sync::Arc, time::Instant};
/// use imap_proto_core::encode::Noop;
/// use imap_proto_core::engine::{Collected, Config, Connection, Security, Seed, Step};
/// use imap_proto_core::wire::InputBuffer;
/// use bytes::Buf;
///
/// let now = Instant::now();
/// let config = Arc::new(Config::unencrypted("localhost"));
/// let mut input = InputBuffer::new(config.current_limits());
/// let mut connection = Connection::new(config, Security::Plaintext, Seed([0; 16]), now);
/// let mut noop = connection.start(Noop, now)?;
///
/// input.extend_from_slice(b"* OK ready\r\n");
/// assert!(matches!(connection.poll_event(&mut input, now)?, Step::Event(_)));
/// let mut written = connection.poll_transmit(now).expect("a command to write");
/// let line = written.copy_to_bytes(written.remaining());
/// assert_eq!(&line[..], b"AAAA0 NOOP\r\n");
///
/// input.extend_from_slice(b"AAAA0 OK done\r\n");
/// let Step::Event(event) = connection.poll_event(&mut input, now)? else { panic!() };
/// let Collected::Done(outcome) = noop.take(event) else { panic!() };
/// outcome.result()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Collect<C: Command> {
    id: CommandId,
    malformed: Vec<Malformed>,
    partial: Option<C::Partial>,
}

/// What an event was to a [`Collect`].
pub enum Collected<C: Command> {
    /// A piece of the answer: add it with [`Collect::add`], or use it at once.
    Item(C::Item),
    /// The command ended.
    Done(Outcome<C>),
    /// Something else: here it is again.
    Other(Event),
    /// It belonged to the command and says nothing more.
    Nothing,
}

/// How a command ended, and what came before.
pub struct Outcome<C: Command> {
    /// The pieces of the answer; those before a NO are kept.
    pub partial: C::Partial,
    /// How it ended.
    pub ending: Ending,
    /// Whether all of the command was written, as far as is known: only then can the server have
    /// done it.
    pub sent: bool,
    /// Broken responses that came while it alone was in flight.
    pub malformed: Vec<Malformed>,
}

/// The ending of a command.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Ending {
    /// A tagged response.
    Completed(Box<Completion>),
    /// No answer in time.
    TimedOut,
    /// The state that it needs did not come.
    NotSent,
    /// The connection ended.
    Unfinished(ConnectionError),
}

/// Why a command has no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// NO: the server could not or would not.
    #[error("NO: {}", .0.text.text)]
    No(Box<Completion>),
    /// BAD: the server did not understand.
    #[error("BAD: {}", .0.text.text)]
    Bad(Box<Completion>),
    /// OK, but without the data.
    #[error(transparent)]
    MissingAnswer(#[from] MissingAnswer),
    /// No answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// The state that it needs did not come.
    #[error("not sent: the state that it needs did not come")]
    NotSent,
    /// The connection ended.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
}

impl<C: Command> Outcome<C> {
    /// The server did the command for so many messages only, see [`Completion::message_limit`].
    pub fn message_limit(&self) -> Option<MessageLimit> {
        match &self.ending {
            Ending::Completed(completion) => completion.message_limit(),
            _ => None,
        }
    }

    /// The answer.
    ///
    /// # Errors
    ///
    /// Every ending but OK with its data.
    pub fn result(self) -> Result<C::Output, CommandError> {
        match self.ending {
            Ending::Completed(completion) => match completion.condition {
                Condition::Ok | Condition::Preauth => Ok(C::finish(self.partial, &completion)?),
                Condition::No => Err(CommandError::No(completion)),
                Condition::Bad | Condition::Bye => Err(CommandError::Bad(completion)),
            },
            Ending::TimedOut => Err(CommandError::TimedOut),
            Ending::NotSent => Err(CommandError::NotSent),
            Ending::Unfinished(error) => Err(error.into()),
        }
    }
}

impl<C: Command> Collect<C> {
    /// The command.
    pub fn id(&self) -> CommandId {
        self.id
    }

    /// Adds a piece to the answer.
    pub fn add(&mut self, item: C::Item) {
        C::add(self.partial.get_or_insert_default(), item);
    }

    /// Takes an event that belongs to the command, or gives it back. Pieces of the answer come
    /// out one by one and are not kept unless [added](Self::add).
    pub fn take(&mut self, event: Event) -> Collected<C> {
        match event {
            Event::Data {
                data,
                claimed_by: Some(id),
                selection,
            } if id == self.id => match C::item(data) {
                Ok(item) => Collected::Item(item),
                Err(data) => Collected::Other(Event::Data {
                    data,
                    claimed_by: Some(id),
                    selection,
                }),
            },
            Event::Malformed {
                malformed,
                claimed_by: Some(id),
            } if id == self.id => {
                self.malformed.push(*malformed);
                Collected::Nothing
            }
            Event::Completed { id, completion } if id == self.id => {
                Collected::Done(self.end(Ending::Completed(completion)))
            }
            Event::TimedOut { id, .. } if id == self.id => {
                Collected::Done(self.end(Ending::TimedOut))
            }
            Event::NotSent { id } if id == self.id => Collected::Done(self.end(Ending::NotSent)),
            other => Collected::Other(other),
        }
    }

    /// Ends it, when the connection did; [`Connection::is_sent`] says whether it was sent.
    pub fn unfinished(&mut self, error: ConnectionError) -> Outcome<C> {
        self.end(Ending::Unfinished(error))
    }

    fn end(&mut self, ending: Ending) -> Outcome<C> {
        Outcome {
            partial: self.partial.take().unwrap_or_default(),
            sent: ending != Ending::NotSent,
            ending,
            malformed: std::mem::take(&mut self.malformed),
        }
    }
}

impl Connection {
    /// Submits a command whose answer is to be collected by hand (C).
    ///
    /// # Errors
    ///
    /// A [`SubmitError`] leaves the connection as it was.
    pub fn start<C: Command>(
        &mut self,
        command: C,
        now: Instant,
    ) -> Result<Collect<C>, SubmitError> {
        let id = self.submit(command.request()?, now)?;
        Ok(Collect {
            id,
            malformed: Vec::new(),
            partial: None,
        })
    }
}
