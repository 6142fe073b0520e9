//! The commands of a connection, from submission to their one ending.
//!
//! ```text
//! Held → Sending ⇄ AwaitingContinuation → AwaitingCompletion → ended
//!   └→ NotSent                                   └→ TimedOut, drained
//! ```

use std::collections::VecDeque;
use std::time::Instant;

use super::CommandId;
use super::trace::Span;
use crate::encode::{
    Claims, Effect, Needs, Pipelining, Request, Segment, States, first_words, name,
};
use crate::types::Secret;

/// Where a command stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// In the queue.
    Held,
    /// Some of its octets wait to be written.
    Sending,
    /// It waits for `+`.
    AwaitingContinuation,
    /// All was written.
    AwaitingCompletion,
    /// It had its ending.
    Ended,
}

/// Who asked for a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Caller,
    /// The engine's own IDLE.
    Idle,
    /// The engine's own NOOP, where there is no IDLE.
    Poll,
}

/// One command.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) id: CommandId,
    pub(super) segments: Vec<Segment>,
    pub(super) pipelining: Pipelining,
    pub(super) claims: Claims,
    pub(super) states: States,
    pub(super) effect: Effect,
    pub(super) life: Life,
    pub(super) origin: Origin,
    pub(super) timed_out: bool,
    /// When its last octet so far was taken, or, while it is held, when it was submitted; what a time-out is counted from.
    pub(super) sent_at: Option<Instant>,
    /// The number of the last message of its answer: servers answer in ascending order, which
    /// tells the answers of two like commands apart.
    pub(super) last_number: u32,
    /// SASL: challenges so far, and an initial response held back until the first.
    pub(super) rounds: u32,
    pub(super) initial_response: Option<Secret>,
    /// Octets of its strings, for the limit of the outbound queue.
    pub(super) weight: usize,
    /// For `tracing`.
    pub(super) span: Span,
    /// What it needs of the connection when it is sent.
    pub(super) needs: Needs,
}

impl Entry {
    /// Whether some of it was written and it has no tagged answer yet.
    pub(super) fn is_in_progress(&self) -> bool {
        !matches!(self.life, Life::Held | Life::Ended)
    }

    /// Whether the state may be another one after it.
    pub(super) fn changes_state(&self) -> bool {
        matches!(
            self.effect,
            Effect::Authenticate { .. }
                | Effect::Login
                | Effect::Logout
                | Effect::Select { .. }
                | Effect::Deselect
                | Effect::Unauthenticate
        )
    }

    /// The states that success leads to from `before`.
    pub(super) fn states_after(&self, before: States) -> States {
        match self.effect {
            Effect::Authenticate { .. } | Effect::Login | Effect::Deselect => States::AUTHENTICATED,
            Effect::Select { .. } => States::SELECTED,
            Effect::Unauthenticate => States::NOT_AUTHENTICATED,
            Effect::Logout => States::NONE,
            _ => before,
        }
    }
}

/// So many entries that have ended may stand between others.
const FORGOTTEN: usize = 64;

/// All commands that have not ended, in the order of submission, which is the order of sending. Some that have may stand
/// between them, but no more than twice as many: a server that never answers one command makes nothing grow.
#[derive(Debug, Default)]
pub(super) struct Commands {
    entries: VecDeque<Entry>,
    /// The number of the next command.
    next: u64,
    /// How many entries have ended.
    ended: usize,
    /// How many entries at the end are held.
    held: usize,
    /// Octets of the held ones.
    held_weight: usize,
    /// How many are in progress.
    in_progress: usize,
    /// How many of those not ended change the state.
    state_changes: usize,
}

impl Commands {
    pub(super) fn push(&mut self, request: Request, origin: Origin) -> CommandId {
        let id = CommandId::new(self.next);
        self.next += 1;
        let weight = request.weight();
        let span = Span::command(id, first_words(name(&request.segments), 1));
        let entry = Entry {
            id,
            segments: request.segments,
            pipelining: request.pipelining,
            claims: request.claims,
            states: request.states,
            effect: request.effect,
            life: Life::Held,
            origin,
            timed_out: false,
            sent_at: None,
            last_number: 0,
            rounds: 0,
            initial_response: None,
            weight,
            span,
            needs: request.needs,
        };
        self.held += 1;
        self.held_weight += weight;
        self.state_changes += usize::from(entry.changes_state());
        self.entries.push_back(entry);
        id
    }

    pub(super) fn get(&self, id: CommandId) -> Option<&Entry> {
        self.entries.get(self.index(id)?)
    }

    pub(super) fn get_mut(&mut self, id: CommandId) -> Option<&mut Entry> {
        let index = self.index(id)?;
        self.entries.get_mut(index)
    }

    fn index(&self, id: CommandId) -> Option<usize> {
        let first = self.entries.front()?.id.number();
        let distance = usize::try_from(id.number().checked_sub(first)?).ok()?;
        // As a rule none is missing between.
        if self
            .entries
            .get(distance)
            .is_some_and(|entry| entry.id == id)
        {
            return Some(distance);
        }
        let found = self.entries.binary_search_by_key(&id, |entry| entry.id);
        found.ok()
    }

    /// Whether a command of this number was ever submitted.
    pub(super) fn knows(&self, id: CommandId) -> bool {
        id.number() < self.next
    }

    pub(super) fn in_progress(&self) -> impl Iterator<Item = &Entry> {
        self.sent_part().filter(|entry| entry.is_in_progress())
    }

    pub(super) fn in_progress_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        let sent = self.entries.len() - self.held;
        self.entries
            .iter_mut()
            .take(sent)
            .filter(|entry| entry.is_in_progress())
    }

    /// Whether some command that has not ended does this.
    pub(super) fn any_does(&self, bit: u32) -> bool {
        let does = |entry: &Entry| entry.life != Life::Ended && entry.pipelining.does & bit != 0;
        self.entries.iter().any(does)
    }

    pub(super) fn in_progress_count(&self) -> usize {
        self.in_progress
    }

    pub(super) fn held_count(&self) -> usize {
        self.held
    }

    /// Gives back the memory of entries that are gone.
    pub(super) fn shrink(&mut self) {
        self.entries.shrink_to_fit();
    }

    pub(super) fn held_weight(&self) -> usize {
        self.held_weight
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.held == 0 && self.in_progress == 0
    }

    /// The next one to send.
    pub(super) fn first_held(&mut self) -> Option<&mut Entry> {
        let index = self.entries.len().checked_sub(self.held)?;
        self.entries.get_mut(index)
    }

    /// The next one to send, where everything before it that has no answer timed out.
    pub(super) fn first_stuck(&self) -> Option<&Entry> {
        let index = self.entries.len().checked_sub(self.held)?;
        let stuck = self.in_progress > 0 && self.in_progress().all(|entry| entry.timed_out);
        self.entries.get(index).filter(|_| stuck)
    }

    /// The first held one leaves the queue, to be written.
    pub(super) fn start_first_held(&mut self) {
        if let Some(entry) = self.first_held() {
            entry.life = Life::Sending;
            let weight = entry.weight;
            self.held -= 1;
            self.held_weight -= weight;
            self.in_progress += 1;
        }
    }

    /// Ends a command; what it was to change.
    pub(super) fn end(&mut self, id: CommandId) -> Effect {
        let Some(entry) = self.get_mut(id) else {
            return Effect::None;
        };
        let (was_held, in_progress) = (entry.life == Life::Held, entry.is_in_progress());
        let (weight, changes) = (entry.weight, entry.changes_state());
        let effect = std::mem::replace(&mut entry.effect, Effect::None);
        entry.life = Life::Ended;
        if was_held {
            self.held -= 1;
            self.held_weight -= weight;
        }
        self.in_progress -= usize::from(in_progress);
        self.state_changes -= usize::from(changes && (was_held || in_progress));
        self.ended += usize::from(was_held || in_progress);
        self.forget_ended();
        effect
    }

    fn forget_ended(&mut self) {
        let has_ended = |entry: &Entry| entry.life == Life::Ended;
        while self.entries.front().is_some_and(has_ended) {
            self.entries.pop_front();
            self.ended -= 1;
        }
        if self.ended > FORGOTTEN && self.ended > self.entries.len() / 3 * 2 {
            self.entries.retain(|entry| !has_ended(entry));
            self.ended = 0;
        }
    }

    /// The states that all commands before the next one lead to, if they succeed.
    pub(super) fn states_after_all(&self, now: States) -> States {
        if self.state_changes == 0 {
            return now;
        }
        self.entries
            .iter()
            .rev()
            .find(|entry| entry.life != Life::Ended && entry.changes_state())
            .map_or(now, |entry| entry.states_after(now))
    }

    /// Takes one command out that had no ending, when the connection is over.
    pub(super) fn pop_unfinished(&mut self) -> Option<CommandId> {
        self.held = 0;
        self.held_weight = 0;
        while let Some(entry) = self.entries.pop_front() {
            self.ended -= usize::from(entry.life == Life::Ended);
            let owed = entry.life != Life::Ended && !entry.timed_out;
            if owed && entry.origin == Origin::Caller {
                return Some(entry.id);
            }
        }
        self.in_progress = 0;
        self.state_changes = 0;
        None
    }

    fn sent_part(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().take(self.entries.len() - self.held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        Request::new("NOOP").unwrap()
    }

    #[test]
    fn commands_end_in_any_order_and_keep_their_numbers() {
        let mut commands = Commands::default();
        let ids: Vec<_> = (0..3)
            .map(|_| commands.push(request(), Origin::Caller))
            .collect();
        for _ in 0..3 {
            commands.start_first_held();
        }
        commands.end(ids[1]);
        assert!(commands.get(ids[2]).is_some_and(Entry::is_in_progress));
        commands.end(ids[0]);
        assert!(commands.get(ids[1]).is_none() && commands.knows(ids[1]));
        commands.end(ids[2]);
        assert!(commands.is_quiet());
        assert_eq!(commands.push(request(), Origin::Caller), CommandId::new(3));
    }

    /// A server that never answers one command, and all others.
    #[test]
    fn commands_that_ended_behind_one_that_does_not_are_forgotten() {
        let mut commands = Commands::default();
        let stuck = commands.push(request(), Origin::Caller);
        commands.start_first_held();
        for number in 1..10_000 {
            let id = commands.push(request(), Origin::Caller);
            assert_eq!(id.number(), number);
            commands.start_first_held();
            assert!(commands.get(id).is_some_and(Entry::is_in_progress));
            commands.end(id);
            assert!(commands.get(id).is_none_or(|entry| !entry.is_in_progress()));
            assert!(commands.entries.len() <= 2 * FORGOTTEN);
        }
        assert!(commands.get(stuck).is_some_and(Entry::is_in_progress));
        assert_eq!(
            (commands.in_progress_count(), commands.held_count()),
            (1, 0)
        );
        let held = commands.push(request(), Origin::Caller);
        assert_eq!(commands.first_held().map(|entry| entry.id), Some(held));
        commands.end(stuck);
        assert_eq!(commands.entries.len(), 1);
    }

    #[test]
    fn each_unfinished_command_comes_out_once() {
        let mut commands = Commands::default();
        let first = commands.push(request(), Origin::Caller);
        commands.push(request(), Origin::Idle);
        let third = commands.push(request(), Origin::Caller);
        commands.start_first_held();
        assert_eq!(commands.pop_unfinished(), Some(first));
        assert_eq!(commands.pop_unfinished(), Some(third));
        assert_eq!(commands.pop_unfinished(), None);
    }
}
