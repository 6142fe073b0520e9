//! The engine alone.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use imap_proto_core::encode::{Command, SubmitError};
use imap_proto_core::engine::{CommandId, Config, Event, Security};
use imap_proto_core::types::Condition;

use serde_json::{Value, json};

use super::subset::contains;
use super::word::Visitor;
use super::{Cost, Hostile, Seen};
use crate::harness::Harness;
use crate::script::{Action, Match, ScriptStep, Tags};

/// The most that one read gives.
const READ: usize = 64 * 1024;
/// Single octets are tried up to here: each is a call.
const SMALL: u64 = 4 * 1024 * 1024;

/// Plays it whole, in single octets, and in pieces of 7.
pub(super) fn play(hostile: &Hostile) -> Result<Cost, String> {
    let (whole, cost) = Play::new(hostile, READ).run(hostile)?;
    hostile.judge(&whole)?;
    if cost.octets <= SMALL {
        for chunk in [1, 7] {
            let (seen, _) = Play::new(hostile, chunk).run(hostile)?;
            if seen != whole {
                return Err(format!("in reads of {chunk}: {seen:?}, not {whole:?}"));
            }
        }
    }
    Ok(cost)
}

struct Play {
    harness: Harness,
    tags: Tags,
    order: Vec<Result<CommandId, SubmitError>>,
    endings: HashMap<CommandId, String>,
    items: HashMap<CommandId, usize>,
    seen: Seen,
    /// Events as JSON, where the file looks at them.
    told: Option<VecDeque<Value>>,
    /// Memory for events, so that the kit's own costs as little as can be.
    events: Vec<Event>,
    octets: u64,
    time: Duration,
}

impl Play {
    fn new(hostile: &Hostile, chunk: usize) -> Self {
        let config: Config = hostile.config(143);
        let security = if hostile.is_encrypted() {
            Security::Tls
        } else {
            Security::Plaintext
        };
        let mut harness = Harness::with(config, security);
        harness.chunk = chunk;
        let looks = |step: &ScriptStep| matches!(step.action, Action::Event(_));
        let told = hostile.script.steps.iter().any(looks).then(VecDeque::new);
        Self {
            told,
            events: Vec::new(),
            harness,
            tags: Tags::default(),
            order: Vec::new(),
            endings: HashMap::new(),
            items: HashMap::new(),
            seen: Seen::default(),
            octets: 0,
            time: Duration::ZERO,
        }
    }

    fn run(mut self, hostile: &Hostile) -> Result<(Seen, Cost), String> {
        let mut words = hostile.words();
        for step in &hostile.script.steps {
            let place = |problem: String| format!("line {}: {problem}", step.line);
            match &step.action {
                Action::Application(_) => {
                    let word = words.next().ok_or("a word")?;
                    let id = word.visit(Submit(&mut self.harness))?;
                    self.order.push(id);
                    self.drain();
                }
                action => self.act(action).map_err(place)?,
            }
        }
        Ok(self.finish())
    }

    fn act(&mut self, action: &Action) -> Result<(), String> {
        match action {
            Action::Server(pattern) => self.feed(&pattern.render(&self.tags)),
            Action::Flood(flood) => {
                let turns = flood.turns_in(READ);
                for first in (0..flood.count).step_by(turns) {
                    self.feed(&flood.octets(first..first + turns));
                }
            }
            Action::Client(pattern) => match pattern.compare(&mut self.tags, &self.harness.sent) {
                Match::Complete(length) => drop(self.harness.sent.drain(..length)),
                _ => return Err(format!("the client said {:?}", self.harness.take_sent())),
            },
            Action::Quiet if self.harness.sent.is_empty() => {}
            Action::Quiet => return Err(format!("the client said {:?}", self.harness.take_sent())),
            Action::Event(expected) => return self.expect(expected),
            Action::Clock(time) => {
                self.harness.clock(*time);
                self.drain();
            }
            Action::Eof | Action::Cut => {
                self.harness.eof();
                self.drain();
            }
            // Layers, delays and chunks are of the sides with sockets; the plan of reads is this side's own.
            _ => {}
        }
        Ok(())
    }

    /// The next event that is not one of the engine's own must hold what is expected.
    fn expect(&mut self, expected: &str) -> Result<(), String> {
        let wanted: Value = serde_json::from_str(expected).map_err(|error| error.to_string())?;
        let told = self.told.as_mut().ok_or("no events")?;
        let passed_by =
            |event: &Value| event.get("Tolerated").is_some() && !contains(event, &wanted);
        while told.front().is_some_and(passed_by) {
            told.pop_front();
        }
        match told.pop_front() {
            Some(event) if contains(&event, &wanted) => Ok(()),
            Some(event) => Err(format!("told {event}, not {expected}")),
            None => Err(format!("told nothing, not {expected}")),
        }
    }

    fn feed(&mut self, bytes: &[u8]) {
        self.octets += bytes.len() as u64;
        for piece in bytes.chunks(READ) {
            let before = cpu_time();
            self.harness.feed(piece);
            self.time += cpu_time().saturating_sub(before);
            self.drain();
        }
    }

    /// Counts the events, so that a flood of them is not held.
    fn drain(&mut self) {
        let mut events = std::mem::take(&mut self.events);
        self.harness.swap_events(&mut events);
        for event in events.drain(..) {
            if let Some(told) = &mut self.told {
                told.extend(shown(&event));
            }
            match event {
                Event::Data {
                    claimed_by: Some(id),
                    ..
                } => *self.items.entry(id).or_default() += 1,
                Event::Completed { id, completion } => {
                    let ending = match completion.condition {
                        Condition::Ok | Condition::Preauth => "OK",
                        Condition::No => "NO",
                        Condition::Bad | Condition::Bye => "BAD",
                    };
                    self.end(id, ending);
                }
                Event::TimedOut { id, .. } => self.end(id, "timed out"),
                Event::NotSent { id } => self.end(id, "not sent"),
                Event::Malformed { .. } => self.seen.malformed += 1,
                Event::Tolerated(kind) => {
                    *self.seen.tolerated.entry(kind.to_string()).or_default() += 1;
                }
                _ => {}
            }
        }
        self.events = events;
    }

    fn end(&mut self, id: CommandId, how: &str) {
        let before = self.endings.insert(id, how.to_owned());
        assert!(before.is_none(), "{id:?} ended {before:?} and {how:?}");
    }

    fn finish(mut self) -> (Seen, Cost) {
        for id in self.harness.unfinished() {
            self.end(id, "unfinished");
        }
        self.seen.end = self.harness.error.as_ref().map(ToString::to_string);
        for id in &self.order {
            let ending = match id {
                Ok(id) => self.endings.get(id).cloned().unwrap_or_default(),
                Err(_) => "refused".to_owned(),
            };
            let items = id.as_ref().ok().and_then(|id| self.items.get(id));
            self.seen
                .endings
                .push((ending, items.copied().unwrap_or_default()));
        }
        let cost = Cost {
            octets: self.octets,
            time: self.time,
        };
        (self.seen, cost)
    }
}

/// What a file can look at: data, ends, and what was odd.
fn shown(event: &Event) -> Option<Value> {
    match event {
        Event::Data { data, .. } => serde_json::to_value(data).ok(),
        Event::Completed { completion, .. } => Some(json!({ "Completed": completion })),
        Event::Bye(text) => Some(json!({ "Bye": text })),
        Event::Malformed { malformed, .. } => {
            let raw = String::from_utf8_lossy(&malformed.raw);
            Some(json!({ "Malformed": malformed.error.to_string(), "raw": raw }))
        }
        Event::Tolerated(kind) => Some(json!({ "Tolerated": kind })),
        _ => None,
    }
}

/// Submits a command.
struct Submit<'a>(&'a mut Harness);

impl Visitor for Submit<'_> {
    type Output = Result<CommandId, SubmitError>;

    fn command<C: Command>(self, command: C) -> Self::Output {
        self.0.try_submit(command)
    }
}

/// The processor time of this thread so far: what else the machine does is no cost of an attack.
fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.try_into().unwrap_or_default()
}
