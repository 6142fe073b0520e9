//! The reference: what may come of each response, by the wire alone and without an engine.

use super::rules;
use super::sent::{Line, Sent};
use super::{PREFIX, tag_of};
use crate::fuzz::commands::Sample;
use crate::fuzz::framer::{Piece, Rules, Twin};
use bytes::Bytes;
use imap_proto_core::engine::{ConnectionError, State, TimeoutReason, Violation};
use imap_proto_core::parse::{FetchHead, parse_fetch_head, parse_response};
use imap_proto_core::types::{Code, Completion, Condition, Data, Response, ResponseText};
use imap_proto_core::wire::Limits;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How long a command waits by default (DESIGN.md law 8).
pub(super) const COMMAND_TIMEOUT: Duration = Duration::from_secs(300);

/// What may come of octets that were used up.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    /// Nothing that the application hears of.
    Nothing,
    Told(Told),
    End(ConnectionError),
}

/// What an event tells of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Greeting,
    Bye,
    Data,
    Malformed,
    Completed(u64),
    Challenge,
    BodyBegin,
    BodyChunk,
    /// News of a search that is kept up to date (RFC 5267).
    Context(u64),
    /// How far a command is (RFC 9585).
    Progress,
}

/// A command that was submitted.
pub(super) struct Taken {
    pub(super) sample: &'static Sample,
    pub(super) at: Instant,
    pub(super) ending: Option<Ending>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Completed,
    TimedOut,
    NotSent,
    Unfinished,
}

/// What the next octets are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Responses,
    /// So many octets of a literal are to come.
    Literal(u64),
    /// The rest of a response behind a literal.
    Rest,
}

pub(super) struct Model {
    pub(super) commands: BTreeMap<u64, Taken>,
    pub(super) sent: Sent,
    rules: Rules,
    twin: Twin,
    pub(super) stage: Stage,
    /// What was fed and not used up.
    pub(super) unread: Vec<u8>,
    pub(super) state: State,
    /// Where COMPRESS came from.
    behind: State,
    pub(super) requires_tls: bool,
    pub(super) is_clear: bool,
    pub(super) bye: Option<ResponseText>,
    pub(super) logout_submitted: bool,
    pub(super) logged_out: bool,
    pub(super) is_eof: bool,
}

impl Model {
    pub(super) fn new(limits: &Limits, requires_tls: bool, is_clear: bool) -> Self {
        Self {
            commands: BTreeMap::new(),
            sent: Sent::default(),
            rules: Rules {
                limits: limits.clone(),
                before_login: true,
                bare_lf: false,
            },
            twin: Twin::default(),
            stage: Stage::Responses,
            unread: Vec::new(),
            state: State::AwaitingGreeting,
            behind: State::AwaitingGreeting,
            requires_tls,
            is_clear,
            bye: None,
            logout_submitted: false,
            logged_out: false,
            is_eof: false,
        }
    }

    /// A command has its ending.
    pub(super) fn end(&mut self, number: u64, ending: Ending) {
        let taken = self.commands.get_mut(&number);
        let taken = taken.unwrap_or_else(|| panic!("{number} was never submitted"));
        assert_eq!(taken.ending, None, "{number} ends again, as {ending:?}");
        taken.ending = Some(ending);
    }

    /// An event says that a command was answered.
    pub(super) fn completed(&mut self, number: u64) {
        self.end(number, Ending::Completed);
        self.sent.answered(number);
    }

    /// An event says that no answer came in time.
    pub(super) fn timed_out(&mut self, number: u64, now: Instant) {
        let waited = now.saturating_duration_since(self.commands[&number].at);
        assert!(waited >= COMMAND_TIMEOUT, "after {waited:?}");
        let line = &self.sent.lines[&number];
        assert!(line.is_whole && !line.is_answered, "{number} timed out");
        self.end(number, Ending::TimedOut);
    }

    /// The commands without an ending.
    pub(super) fn live(&self) -> impl DoubleEndedIterator<Item = u64> {
        let live = self
            .commands
            .iter()
            .filter(|(_, taken)| taken.ending.is_none());
        live.map(|(number, _)| *number)
    }

    pub(super) fn is_in_flight(&self, name: &str) -> bool {
        let mut in_flight = self.sent.in_flight();
        in_flight.any(|(_, line)| line.name == name)
    }

    /// Whether a command timed out and its answer is drained.
    pub(super) fn is_drained(&self, number: u64) -> bool {
        let taken = self.commands.get(&number);
        taken.is_some_and(|taken| taken.ending == Some(Ending::TimedOut))
    }

    /// Nothing is read until an upgrade is done.
    pub(super) fn is_paused(&self) -> bool {
        matches!(self.state, State::AwaitingTls | State::AwaitingCompression)
    }

    /// What the next octets are, if there are enough.
    pub(super) fn next_piece(&mut self) -> Result<Option<Piece>, ConnectionError> {
        let limits = &self.rules.limits;
        let streams = &mut |head: &[u8], continues| {
            let head = Bytes::copy_from_slice(head);
            matches!(
                parse_fetch_head(&head, limits, continues),
                Ok(FetchHead::Begin(_))
            )
        };
        let mut twin = self.twin.clone();
        let piece = twin.next(&self.rules, &self.unread, streams);
        let piece = piece.map_err(|error| match error.limit() {
            Some(limit) => ConnectionError::LimitExceeded(limit),
            None => Violation::Framing(error).into(),
        })?;
        if piece.is_some() {
            self.twin = twin;
        }
        Ok(piece)
    }

    /// Uses up octets, at most `left`; what may come of them.
    pub(super) fn read(&mut self, left: &mut usize) -> Vec<Outcome> {
        if self.stage == Stage::Literal(0) {
            // Its end was not told: the command timed out.
            self.stage = Stage::Rest;
        }
        if let Stage::Literal(size) = self.stage {
            let count = usize::try_from(size).map_or(*left, |size| size.min(*left));
            self.use_up(count, left);
            self.stage = Stage::Literal(size - count as u64);
            return vec![Outcome::Told(Told::BodyChunk), Outcome::Nothing];
        }
        let piece = self
            .next_piece()
            .expect("octets of a broken frame are used up");
        match piece.expect("octets of half a response are used up") {
            Piece::Response(len) => {
                let response = self.use_up(len, left);
                let rest = std::mem::replace(&mut self.stage, Stage::Responses) == Stage::Rest;
                if rest {
                    return vec![told(Told::Data), told(Told::Malformed), Outcome::Nothing];
                }
                self.response(&response)
            }
            Piece::Head(len, literal, _) => {
                self.use_up(len, left);
                self.stage = Stage::Literal(literal);
                vec![told(Told::BodyBegin), Outcome::Nothing]
            }
        }
    }

    fn use_up(&mut self, count: usize, left: &mut usize) -> Bytes {
        *left = left.checked_sub(count).expect("half a response is used up");
        self.unread.drain(..count).collect::<Vec<_>>().into()
    }

    /// A whole response.
    fn response(&mut self, octets: &Bytes) -> Vec<Outcome> {
        let greeting = self.state == State::AwaitingGreeting;
        match parse_response(octets, &self.rules.limits) {
            Ok(Response::Data(data)) if greeting => vec![self.greeting(data)],
            _ if greeting => vec![violation(Violation::NoGreeting)],
            Err(_) => vec![told(Told::Malformed)],
            Ok(Response::Data(data)) => self.data(&data),
            Ok(Response::Continuation(_)) => self.continuation(),
            Ok(Response::Tagged { tag, completion }) => self.tagged(tag.as_bytes(), &completion),
            Ok(other) => panic!("the model knows all responses: {other:?}"),
        }
    }

    fn greeting(&mut self, data: Data) -> Outcome {
        let Data::Condition { condition, text } = data else {
            return violation(Violation::NoGreeting);
        };
        match condition {
            Condition::Ok => self.state = State::NotAuthenticated,
            Condition::Preauth if self.requires_tls && self.is_clear => {
                return violation(Violation::PreauthBeforeTls);
            }
            Condition::Preauth => {
                self.state = State::Authenticated;
                self.rules.before_login = false;
            }
            Condition::Bye => return self.bye(&text),
            Condition::No | Condition::Bad => return violation(Violation::NoGreeting),
        }
        told(Told::Greeting)
    }

    /// The first one counts.
    fn bye(&mut self, text: &ResponseText) -> Outcome {
        if self.bye.is_some() {
            return Outcome::Nothing;
        }
        self.bye = Some(text.clone());
        self.state = State::LoggingOut;
        told(Told::Bye)
    }

    fn data(&mut self, data: &Data) -> Vec<Outcome> {
        if self.state == State::NotAuthenticated && rules::is_mailbox_data(data) {
            return vec![violation(Violation::DataBeforeLogin)];
        }
        let mut outcomes = vec![told(Told::Data)];
        match data {
            Data::Condition {
                condition: Condition::Bye,
                text,
            } => return vec![self.bye(text)],
            // DONE may have crossed the end of IDLE.
            Data::Condition {
                condition: Condition::Bad,
                ..
            } if self.sent.has_idled() => outcomes.push(Outcome::Nothing),
            Data::Condition { text, .. } => match &text.code {
                Some(Code::InProgress(_)) => outcomes.push(told(Told::Progress)),
                Some(Code::NoUpdate(_)) => outcomes.push(Outcome::Nothing),
                _ => {}
            },
            Data::Esearch(esearch) => {
                let tag = esearch.tag.as_ref();
                outcomes.extend(tag.and_then(|tag| self.context(tag.as_bytes())));
            }
            _ => {}
        }
        if self.claimants(data).any(|number| self.is_drained(number)) {
            outcomes.push(Outcome::Nothing);
        }
        outcomes
    }

    /// The search by this tag, if it was to be kept up to date.
    fn context(&self, tag: &[u8]) -> Option<Outcome> {
        let updates = |line: &Line| line.name == "UID SEARCH +UPDATE";
        let mut searches = self.sent.lines.iter().filter(|(_, line)| updates(line));
        let (number, _) = searches.find(|(number, _)| tag_of(**number).as_bytes() == tag)?;
        Some(told(Told::Context(*number)))
    }

    fn continuation(&mut self) -> Vec<Outcome> {
        if let Some(idle) = self.sent.awaits_idling() {
            idle.is_continued = true;
            return vec![Outcome::Nothing];
        }
        if self.sent.waiting().is_some() {
            self.sent.continue_literal();
            return vec![Outcome::Nothing];
        }
        let exchange = |name: &str, whole| name == "AUTHENTICATE" && whole;
        let mut in_flight = self.sent.in_flight();
        if in_flight.any(|(_, line)| exchange(&line.name, line.is_whole)) {
            let limit = ConnectionError::LimitExceeded("max_sasl_rounds");
            return vec![told(Told::Challenge), Outcome::Nothing, Outcome::End(limit)];
        }
        vec![violation(Violation::UnexpectedContinuation)]
    }

    fn tagged(&mut self, tag: &[u8], completion: &Completion) -> Vec<Outcome> {
        if completion.condition == Condition::Bye {
            return vec![self.bye(&completion.text)];
        }
        if tag == b"DONE" && completion.condition == Condition::Bad && self.sent.has_idled() {
            return vec![Outcome::Nothing, violation(Violation::UnknownTag)];
        }
        let text = String::from_utf8_lossy(tag);
        let number = text.strip_prefix(PREFIX).and_then(|text| text.parse().ok());
        let Some(number) = number.filter(|&number| tag_of(number) == text) else {
            return vec![violation(Violation::UnknownTag)];
        };
        let accepted = completion.condition == Condition::Ok;
        let Some(line) = self.sent.lines.get(&number) else {
            return self.tagged_unseen(number, accepted);
        };
        if line.is_answered {
            return vec![violation(Violation::TagReused)];
        }
        if !line.is_whole && accepted {
            return vec![violation(Violation::CompletedBeforeSent)];
        }
        let (name, is_own) = (line.name.clone(), line.is_own);
        self.sent.answered(number);
        let name = name.split(' ').next().unwrap_or_default();
        let end = self.change_state(name, accepted);
        if let Some(end) = end {
            return vec![violation(end)];
        }
        if is_own || self.is_drained(number) {
            return vec![Outcome::Nothing];
        }
        vec![told(Told::Completed(number))]
    }

    /// An answer to a command whose tag was not read: none, unless it is just being written.
    fn tagged_unseen(&mut self, number: u64, accepted: bool) -> Vec<Outcome> {
        let mut outcomes = vec![violation(Violation::UnknownTag)];
        let taken = self.commands.get(&number);
        if taken.is_some_and(|taken| taken.ending.is_some()) {
            return vec![violation(Violation::TagReused)]; // it was not sent
        }
        if self.sent.may_have_begun(&tag_of(number)) {
            outcomes.push(match taken {
                _ if accepted => violation(Violation::CompletedBeforeSent),
                Some(_) => told(Told::Completed(number)),
                None => Outcome::Nothing,
            });
            self.sent.answered(number);
        }
        outcomes
    }

    /// What the end of a command changes, or the rule that it breaks.
    pub(super) fn change_state(&mut self, name: &str, accepted: bool) -> Option<Violation> {
        let logged_in = matches!(self.state, State::Authenticated | State::Selected);
        match (name, accepted) {
            ("LOGIN" | "AUTHENTICATE", true) => {
                self.rules.before_login = false;
                if self.state == State::NotAuthenticated {
                    self.state = State::Authenticated;
                }
            }
            ("SELECT" | "EXAMINE", true) if logged_in => self.state = State::Selected,
            ("SELECT" | "EXAMINE", false) | ("CLOSE" | "UNSELECT", true) if logged_in => {
                self.state = State::Authenticated;
            }
            ("STARTTLS", true) if !self.unread.is_empty() => {
                return Some(Violation::ResponseInjection);
            }
            ("STARTTLS", true) if self.state == State::NotAuthenticated => {
                self.state = State::AwaitingTls;
            }
            ("STARTTLS", false) if self.requires_tls && self.is_clear => {
                return Some(Violation::StartTlsRefused);
            }
            ("COMPRESS", true) if logged_in => {
                self.behind = self.state;
                self.state = State::AwaitingCompression;
            }
            ("UNAUTHENTICATE", true) => {
                self.rules.before_login = true;
                if logged_in {
                    self.state = State::NotAuthenticated;
                }
            }
            ("LOGOUT", true) => {
                self.logged_out = true;
                self.state = State::Closed;
            }
            _ => {}
        }
        None
    }

    /// The handshake behind STARTTLS is done.
    pub(super) fn tls_established(&mut self) {
        if self.state == State::AwaitingTls {
            self.state = State::NotAuthenticated;
        }
        self.is_clear = false;
    }

    pub(super) fn compression_established(&mut self) {
        if self.state == State::AwaitingCompression {
            self.state = self.behind;
        }
    }

    /// The commands on the wire that may claim some data.
    pub(super) fn claimants(&self, data: &Data) -> impl Iterator<Item = u64> {
        let in_flight = self.sent.in_flight();
        in_flight
            .filter(|(number, line)| rules::may_answer(&line.name, &tag_of(*number), data))
            .map(|(number, _)| number)
    }

    /// Data was given to a command, or to nobody.
    pub(super) fn claimed(&self, data: &Data, claimed_by: Option<u64>) {
        if let Some(number) = claimed_by {
            let name = self.may_claim(number);
            let answers = rules::may_answer(name, &tag_of(number), data);
            assert!(answers, "{number}, {name}, claims {data:?}");
            return;
        }
        let mut claimants = self.claimants(data);
        if let (Some(only), None) = (claimants.next(), claimants.next())
            && rules::must_answer(&self.sent.lines[&only].name, data)
            && self.sent.lines[&only].is_whole
        {
            panic!("nobody claims {data:?}, but {only} is in flight");
        }
    }

    /// A command that data is given to is neither held nor over.
    pub(super) fn may_claim(&self, number: u64) -> &'static str {
        let taken = self.commands.get(&number);
        let taken = taken.unwrap_or_else(|| panic!("data for {number}, which is not the caller's"));
        assert_eq!(taken.ending, None, "data for {number}");
        let line = self.sent.lines.get(&number);
        assert!(
            line.is_none_or(|line| !line.is_answered),
            "data for {number}"
        );
        taken.sample.name
    }

    /// How the end of the stream is to be seen, when all was read.
    pub(super) fn eof_error(&self) -> ConnectionError {
        let begun = self.stage != Stage::Responses || !self.unread.is_empty();
        match &self.bye {
            Some(_) if begun && !self.is_paused() => ConnectionError::UnexpectedEof,
            None => ConnectionError::UnexpectedEof,
            Some(_) if self.logout_submitted => ConnectionError::LoggedOut,
            Some(bye) => ConnectionError::ClosedByServer {
                bye: Box::new(bye.clone()),
            },
        }
    }

    /// Whether time may have run out so.
    pub(super) fn may_time_out(&self, reason: TimeoutReason) -> bool {
        let in_flight = |names: &[&str]| {
            let mut lines = self.sent.in_flight();
            lines.any(|(_, line)| names.contains(&line.name.as_str()))
        };
        match reason {
            TimeoutReason::Greeting => self.state == State::AwaitingGreeting,
            TimeoutReason::Upgrade => self.is_paused(),
            TimeoutReason::Literal => matches!(self.stage, Stage::Literal(_)),
            TimeoutReason::Response => self.stage != Stage::Responses || !self.unread.is_empty(),
            TimeoutReason::Logout => self.bye.is_some() || self.logout_submitted,
            TimeoutReason::Login => {
                let logins = ["LOGIN", "AUTHENTICATE"];
                let mut live = self.live().map(|number| self.commands[&number].sample.name);
                in_flight(&logins) || live.any(|name| logins.contains(&name))
            }
            TimeoutReason::Idle | TimeoutReason::Command => true,
            _ => false,
        }
    }

    /// The mailbox was closed, perhaps without another one in its place.
    pub(super) fn closed(&mut self, data: &Data, state: State) {
        let closed =
            matches!(data, Data::Condition { text, .. } if text.code == Some(Code::Closed));
        if closed && self.state == State::Selected && state == State::Authenticated {
            self.state = state;
        }
    }
}

fn told(told: Told) -> Outcome {
    Outcome::Told(told)
}

fn violation(violation: Violation) -> Outcome {
    Outcome::End(violation.into())
}
