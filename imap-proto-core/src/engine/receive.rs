//! From octets to events: one response at a time, and only when asked.

use std::time::Instant;

use bytes::Bytes;

use super::attribution::{body_claimant, claimant};
use super::commands::{Entry, Origin};
use super::listing::list_claimant;
use super::trace::tell;
use super::{
    CommandId, Connection, ConnectionError, Event, PauseReason, SelectionId, State, Step, Violation,
};
use crate::parse::{
    EMPTY_LITERAL, FetchHead, fetch_head, fetch_rest, parse_long_head, parse_tolerantly,
    take_response, without_literal,
};
use crate::types::{
    BodyBegin, BodyPart, Data, FetchResponse, Malformed, ParseError, Response, Tolerances,
};
use crate::wire::{Frame, InputBuffer};

/// How much of a streamed literal one event hands out at most.
const CHUNK: usize = 64 * 1024;

/// What the octets in front of the buffer are.
#[derive(Debug)]
pub(super) enum Receiving {
    /// The start of a response.
    Responses,
    /// A response has begun; more of it is to come.
    Partial,
    /// A literal that is handed out in chunks.
    Literal {
        remaining: u64,
        discard: bool,
        owner: Owner,
    },
    /// What comes in a FETCH response behind a literal that was handed out.
    Rest(Owner),
}

/// What an attempt to go on came to.
enum Progress {
    Event(Event),
    /// Something was used up that nobody needs to hear of.
    Again,
    /// More octets are needed.
    Blocked,
}

impl From<Option<Event>> for Progress {
    fn from(event: Option<Event>) -> Self {
        event.map_or(Self::Again, Self::Event)
    }
}

/// Whose literal it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Owner {
    claimed_by: Option<CommandId>,
    selection: SelectionId,
    sequence_number: Option<crate::types::SequenceNumber>,
    uid: Option<crate::types::Uid>,
    /// A URLFETCH or CONVERTED response so far, without the literals that were handed out.
    skeleton: Option<Bytes>,
}

impl Receiving {
    pub(super) fn in_literal(&self) -> bool {
        matches!(self, Self::Literal { .. })
    }

    /// Whether a response has begun and not ended.
    pub(super) fn response_begun(&self) -> bool {
        !matches!(self, Self::Responses)
    }

    pub(super) fn discard(&mut self) {
        if let Self::Literal { discard, .. } = self {
            *discard = true;
        }
    }
}

impl Connection {
    /// The next thing that happened (D). Nothing is parsed that was not asked for, so a driver
    /// that does not call this holds the server up.
    ///
    /// # Errors
    ///
    /// The end of the connection; the same again at every later call. Ask
    /// [`take_unfinished`](Self::take_unfinished) for the commands that it cut off.
    pub fn poll_event(
        &mut self,
        input: &mut InputBuffer,
        now: Instant,
    ) -> Result<Step, ConnectionError> {
        if let Some(event) = self.pending.pop_front() {
            return Ok(Step::Event(event));
        }
        if let Some(ended) = &self.ended {
            return Err(ended.clone());
        }
        self.ring.clock(now);
        self.silence.note(input.received(), now);
        match self.step(input, now) {
            Ok(step) => Ok(step),
            Err(error) => {
                self.fail(error.clone());
                Err(self.ended.clone().unwrap_or(error))
            }
        }
    }

    fn step(&mut self, input: &mut InputBuffer, now: Instant) -> Result<Step, ConnectionError> {
        loop {
            if let Some(reason) = self.paused() {
                return if self.eof {
                    Err(self.eof_error())
                } else {
                    Ok(Step::Paused(reason))
                };
            }
            let progress = match std::mem::replace(&mut self.receiving, Receiving::Responses) {
                Receiving::Literal {
                    remaining,
                    discard,
                    owner,
                } => self.literal(input, remaining, discard, owner),
                Receiving::Rest(owner) => self.frame(input, Some(owner), now)?,
                Receiving::Responses | Receiving::Partial => self.frame(input, None, now)?,
            };
            if let Progress::Event(event) = progress {
                return Ok(Step::Event(event));
            }
            if let Some(event) = self.pending.pop_front() {
                return Ok(Step::Event(event));
            }
            if let Some(ended) = &self.ended {
                return Err(ended.clone());
            }
            if matches!(progress, Progress::Blocked) {
                if self.eof {
                    return Err(self.eof_error());
                }
                self.silence.wait(now);
                return Ok(Step::NeedInput);
            }
        }
    }

    /// Why nothing is to be parsed now.
    fn paused(&self) -> Option<PauseReason> {
        match self.machine.state() {
            State::AwaitingTls => Some(PauseReason::Tls),
            State::AwaitingCompression => Some(PauseReason::Compression),
            _ => None,
        }
    }

    /// How the end of the stream is to be seen.
    fn eof_error(&self) -> ConnectionError {
        match (&self.bye, self.receiving.response_begun()) {
            (_, true) | (None, false) => ConnectionError::UnexpectedEof,
            (Some(_), false) if self.logout_sent => ConnectionError::LoggedOut,
            (Some(bye), false) => ConnectionError::ClosedByServer { bye: bye.clone() },
        }
    }

    /// Takes one response, or the head of one with a long literal.
    fn frame(
        &mut self,
        input: &mut InputBuffer,
        owner: Option<Owner>,
        now: Instant,
    ) -> Result<Progress, ConnectionError> {
        let frame = self
            .framer
            .poll(input, &self.config.limits)
            .map_err(framing_error)?;
        match frame {
            Frame::Complete { len } => {
                self.framer.consumed();
                self.record_received(input.as_slice().get(..len).unwrap_or_default(), 0);
                if let Some(owner) = owner {
                    let bytes = input.take(len);
                    self.silence.response_ended(input.consumed());
                    return Ok(self.rest(&bytes, &owner).into());
                }
                let mut odd = Tolerances::NONE;
                let response = take_response(input, len, &self.config.limits, &mut odd);
                self.silence.response_ended(input.consumed());
                self.tolerate(odd);
                self.response(response, input, now).map(Progress::from)
            }
            Frame::Literal { head, literal, .. } => {
                Ok(self.head(input, head, literal, owner).into())
            }
            Frame::Incomplete => {
                self.receiving = match owner {
                    Some(owner) => Receiving::Rest(owner),
                    None if input.is_empty() => Receiving::Responses,
                    None => Receiving::Partial,
                };
                Ok(Progress::Blocked)
            }
        }
    }

    /// A response up to a long literal: it is handed out if it is an item of a FETCH response,
    /// else the response is taken whole.
    fn head(
        &mut self,
        input: &mut InputBuffer,
        head: usize,
        literal: u64,
        owner: Option<Owner>,
    ) -> Option<Event> {
        let bytes = input.peek(head);
        if owner.as_ref().is_some_and(|owner| owner.skeleton.is_some()) {
            return self.long_head(input, &bytes, literal, owner);
        }
        let mut odd = Tolerances::NONE;
        let parsed = fetch_head(&bytes, &self.config.limits, owner.is_some(), &mut odd);
        let Ok(FetchHead::Begin(mut begin)) = parsed else {
            return self.long_head(input, &bytes, literal, owner);
        };
        self.record_received(&bytes, literal);
        input.discard(head);
        self.framer.stream();
        begin.size = literal;
        let owner = self.owner(&mut begin, owner);
        self.tolerate(odd);
        let out_of_range = self.view.as_mut().map(|view| view.fetch(&begin.fetch));
        self.tolerate(out_of_range.flatten().into_iter().collect());
        let discard = owner.claimed_by.is_some_and(|id| self.is_drained(id));
        let (claimed_by, selection) = (owner.claimed_by, owner.selection);
        self.receiving = Receiving::Literal {
            remaining: literal,
            discard,
            owner,
        };
        (!discard).then(|| Event::BodyBegin {
            begin: Box::new(begin),
            claimed_by,
            selection,
        })
    }

    /// The same for URLFETCH and CONVERTED that answer a command: their literals are handed out,
    /// then the response comes whole, with nothing in their places.
    fn long_head(
        &mut self,
        input: &mut InputBuffer,
        head: &Bytes,
        literal: u64,
        owner: Option<Owner>,
    ) -> Option<Event> {
        let Some((owner, part)) = self.long_owner(head, owner.as_ref()) else {
            self.framer.collect();
            self.receiving = match owner {
                Some(owner) => Receiving::Rest(owner),
                None => Receiving::Partial,
            };
            return None;
        };
        self.record_received(head, literal);
        input.discard(head.len());
        self.framer.stream();
        let (claimed_by, selection) = (owner.claimed_by, owner.selection);
        self.receiving = Receiving::Literal {
            remaining: literal,
            discard: false,
            owner,
        };
        let begin = Box::new(BodyBegin {
            fetch: FetchResponse::default(),
            part,
            origin: None,
            size: literal,
        });
        Some(Event::BodyBegin {
            begin,
            claimed_by,
            selection,
        })
    }

    /// Whose literal a head announces, if it can be handed out, and what it is.
    fn long_owner(&mut self, head: &Bytes, before: Option<&Owner>) -> Option<(Owner, BodyPart)> {
        /// More is taken whole: each literal costs a look at all before it.
        const LONGEST: usize = 64 * 1024;
        let so_far = match before {
            Some(owner) => owner.skeleton.clone()?,
            None => Bytes::new(),
        };
        let skeleton = [&so_far, without_literal(head)?, EMPTY_LITERAL].concat();
        if skeleton.len() > LONGEST {
            return None;
        }
        let (data, part) = parse_long_head(&skeleton, &self.config.limits)?;
        let claimed_by = if let Some(owner) = before {
            owner.claimed_by
        } else {
            let tags = &self.tags;
            claimant(&mut self.commands, &data, &|tag| tags.command(tag))
        };
        let id = claimed_by.filter(|&id| !self.is_drained(id))?;
        let owner = Owner {
            claimed_by: Some(id),
            selection: self.selection(),
            skeleton: Some(skeleton.into()),
            ..Owner::default()
        };
        Some((owner, part))
    }

    fn owner(&mut self, begin: &mut BodyBegin, before: Option<Owner>) -> Owner {
        if let Some(mut owner) = before {
            owner.uid = begin.fetch.uid.or(owner.uid);
            begin.fetch.sequence_number = owner.sequence_number;
            begin.fetch.uid = owner.uid;
            return owner;
        }
        let claimed_by = body_claimant(&mut self.commands, begin);
        self.uid_comes_first |= claimed_by.is_some() && begin.fetch.uid.is_some();
        Owner {
            claimed_by,
            selection: self.selection(),
            sequence_number: begin.fetch.sequence_number,
            uid: begin.fetch.uid,
            skeleton: None,
        }
    }

    /// Hands out some of a literal, or its end.
    fn literal(
        &mut self,
        input: &mut InputBuffer,
        remaining: u64,
        discard: bool,
        owner: Owner,
    ) -> Progress {
        let claimed_by = owner.claimed_by;
        if remaining == 0 {
            input.end_chunks();
            self.framer.resume_after_literal();
            self.receiving = Receiving::Rest(owner);
            let drained = claimed_by.is_some_and(|id| self.is_drained(id));
            let end = Event::BodyEnd { claimed_by };
            return if drained {
                Progress::Again
            } else {
                Progress::Event(end)
            };
        }
        let have = input.len().min(CHUNK);
        let taken = usize::try_from(remaining).map_or(have, |remaining| have.min(remaining));
        let left = remaining - taken as u64;
        self.receiving = Receiving::Literal {
            remaining: left,
            discard,
            owner,
        };
        if taken == 0 {
            return Progress::Blocked;
        }
        if discard {
            input.discard(taken);
            return Progress::Again;
        }
        Progress::Event(Event::BodyChunk {
            data: input.take_chunk(taken),
            claimed_by,
        })
    }

    /// What stands behind a literal that was handed out.
    fn rest(&mut self, bytes: &Bytes, owner: &Owner) -> Option<Event> {
        let &Owner {
            claimed_by,
            selection,
            sequence_number,
            uid,
            ..
        } = owner;
        let mut odd = Tolerances::NONE;
        let drained = claimed_by.is_some_and(|id| self.is_drained(id));
        if let Some(skeleton) = &owner.skeleton {
            let whole = Bytes::from([&**skeleton, &**bytes].concat());
            let parsed = parse_tolerantly(&whole, &self.config.limits, &mut odd);
            self.tolerate(odd);
            let event = match parsed {
                Ok(Response::Data(data)) => Event::Data {
                    data,
                    claimed_by,
                    selection,
                },
                Ok(_) => return None,
                Err(error) => malformed(&whole, error, claimed_by),
            };
            return (!drained).then_some(event);
        }
        let parsed = fetch_rest(bytes, &self.config.limits, &mut odd);
        self.tolerate(odd);
        let event = match parsed {
            Ok(rest) => {
                let fetch = FetchResponse {
                    sequence_number,
                    uid: rest.uid.or(uid),
                    ..rest
                };
                let data = Data::Fetch(fetch);
                self.update_view(&data);
                Event::Data {
                    data,
                    claimed_by,
                    selection,
                }
            }
            Err(error) => malformed(bytes, error, claimed_by),
        };
        (!drained).then_some(event)
    }

    /// A whole response.
    fn response(
        &mut self,
        response: Result<Response, Malformed>,
        input: &InputBuffer,
        now: Instant,
    ) -> Result<Option<Event>, ConnectionError> {
        match response {
            Ok(Response::Data(data)) => self.data(data, now),
            Ok(Response::Continuation(continuation)) => self.continuation(&continuation, now),
            Ok(Response::Tagged { tag, completion }) => self.tagged(&tag, completion, input, now),
            Err(Malformed { raw, error }) => self.broken(&raw, error).map(Some),
        }
    }

    /// A response that breaks the grammar, which before the greeting is no greeting.
    fn broken(&self, bytes: &Bytes, error: ParseError) -> Result<Event, ConnectionError> {
        if self.machine.state() == State::AwaitingGreeting {
            return Err(Violation::NoGreeting.into());
        }
        let mut in_progress = self.commands.in_progress();
        let only = match (in_progress.next(), in_progress.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        };
        let told = |entry: &&Entry| entry.origin == Origin::Caller && !entry.timed_out;
        let only = only.filter(told).map(|entry| entry.id);
        Ok(malformed(bytes, error, only))
    }

    /// Passes data on: to the command that claims it, or to nobody.
    pub(super) fn deliver(&mut self, data: Data) -> Option<Event> {
        let selection = self.selection();
        let tags = &self.tags;
        let tag = |tag: &[u8]| tags.command(tag);
        let claimed_by = match &data {
            Data::List(list) if self.is_notifying() || self.speaks_rev2() => {
                list_claimant(&self.commands, list)
            }
            _ => claimant(&mut self.commands, &data, &tag),
        };
        let drained = claimed_by.is_some_and(|id| self.is_drained(id));
        (!drained).then_some(Event::Data {
            data,
            claimed_by,
            selection,
        })
    }

    /// Whether a command had its ending while its answer is still to come.
    fn is_drained(&self, id: CommandId) -> bool {
        self.commands.get(id).is_none_or(|entry| entry.timed_out)
    }

    pub(super) fn selection(&self) -> SelectionId {
        self.view
            .as_ref()
            .map(|view| view.selection)
            .unwrap_or_default()
    }
}

fn malformed(raw: &Bytes, error: ParseError, claimed_by: Option<CommandId>) -> Event {
    tell!("imap::connection", DEBUG, %error, octets = raw.len(), "malformed response");
    let malformed = Box::new(Malformed {
        raw: raw.clone(),
        error,
    });
    Event::Malformed {
        malformed,
        claimed_by,
    }
}

fn framing_error(error: crate::wire::FrameError) -> ConnectionError {
    match error.limit() {
        Some(limit) => ConnectionError::LimitExceeded(limit),
        None => Violation::Framing(error).into(),
    }
}
