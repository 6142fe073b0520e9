//! What happens when time runs out, and when that is (law 8).

use std::time::Instant;

use super::commands::{Entry, Life, Origin};
use super::timer::Timer;
use super::{
    CommandId, Connection, ConnectionError, Deadline, DeadlineReason as Why, Event, TimeoutReason,
};
use crate::encode::Effect;

impl Connection {
    /// Ends commands that waited too long, and the connection where it cannot go on (B). A call
    /// too early does nothing.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.ended.is_some() {
            return;
        }
        for (timer, reason) in FATAL {
            if self.timers.take_due(timer, now) {
                self.end_by_timeout(reason);
                return;
            }
        }
        if let Some((at, reason)) = self.response_deadline()
            && at <= now
        {
            self.fail(ConnectionError::Timeout(reason));
            return;
        }
        self.time_commands_out(now);
        self.end_stuck_commands(now);
        self.idle_timeout(now);
    }

    /// The next deadline, and why it stands (D).
    pub fn poll_timeout(&self) -> Option<Deadline> {
        if self.ended.is_some() {
            return None;
        }
        let fatal = FATAL
            .iter()
            .map(|(timer, why)| (self.timers.get(*timer), Why::Timeout(*why)));
        let response = self
            .response_deadline()
            .map(|(at, why)| (Some(at), Why::Timeout(why)));
        let command = (
            self.command_deadline(),
            Why::Timeout(TimeoutReason::Command),
        );
        let stuck = self.stuck_deadline();
        let quiet = [
            (self.timers.get(Timer::IdleStart), Why::IdleStart),
            (self.timers.get(Timer::IdleRefresh), Why::IdleRefresh),
            (self.timers.get(Timer::Poll), Why::Poll),
            command,
            (
                stuck.map(|(at, ..)| at),
                Why::Timeout(stuck.map_or(TimeoutReason::Command, |(.., why)| why)),
            ),
        ];
        fatal
            .chain(response)
            .chain(quiet)
            .filter_map(|(at, reason)| Some(Deadline { at: at?, reason }))
            .min_by_key(|deadline| deadline.at)
    }

    fn end_by_timeout(&mut self, reason: TimeoutReason) {
        let error = match (reason, self.bye.take()) {
            (TimeoutReason::Logout, Some(bye)) => ConnectionError::ClosedByServer { bye },
            (reason, _) => ConnectionError::Timeout(reason),
        };
        self.fail(error);
    }

    fn response_deadline(&self) -> Option<(Instant, TimeoutReason)> {
        let in_literal = self.receiving.in_literal();
        let begun = in_literal || self.receiving.response_begun();
        if !begun {
            return None;
        }
        self.silence
            .response_deadline(in_literal, &self.config.timeouts)
    }

    /// When the command that waits longest has waited too long. Login and LOGOUT have deadlines
    /// of their own, and an IDLE that runs waits for nothing.
    fn command_deadline(&self) -> Option<Instant> {
        let sent = self
            .commands
            .in_progress()
            .filter(|entry| self.waits(entry));
        let oldest = sent.filter_map(|entry| self.moved_at(entry)).min()?;
        self.silence.command_deadline(oldest, &self.config.timeouts)
    }

    /// When a command last made progress on our side: a long upload does with each octet that the
    /// transport takes.
    fn moved_at(&self, entry: &Entry) -> Option<Instant> {
        match entry.life {
            Life::Sending => entry.sent_at.max(self.written_at),
            _ => entry.sent_at,
        }
    }

    fn waits(&self, entry: &Entry) -> bool {
        let timed_elsewhere = matches!(
            entry.effect,
            Effect::Authenticate { .. } | Effect::Login | Effect::Logout
        );
        let idling = entry.origin == Origin::Idle && self.idle.is_active();
        !entry.timed_out && !timed_elsewhere && !idling
    }

    fn time_commands_out(&mut self, now: Instant) {
        let due: Vec<CommandId> = self
            .commands
            .in_progress()
            .filter(|entry| self.waits(entry))
            .filter(|entry| {
                let sent = self.moved_at(entry).unwrap_or(now);
                let deadline = self.silence.command_deadline(sent, &self.config.timeouts);
                deadline.is_some_and(|at| at <= now)
            })
            .map(|entry| entry.id)
            .collect();
        for id in due {
            self.time_out(id);
        }
    }

    /// The first held command whose turn does not come, as all that holds it up timed out; when it has waited too long.
    fn stuck_deadline(&self) -> Option<(Instant, CommandId, TimeoutReason)> {
        let entry = self.commands.first_stuck()?;
        let timeouts = &self.config.timeouts;
        let (limit, why) = match entry.effect {
            Effect::Logout => (timeouts.logout, TimeoutReason::Logout),
            _ => (timeouts.command, TimeoutReason::Command),
        };
        let at = self.silence.deadline(entry.sent_at?, limit)?;
        Some((at, entry.id, why))
    }

    /// What is held may be sent no more: it ends as not sent, and a LOGOUT takes the connection with it.
    fn end_stuck_commands(&mut self, now: Instant) {
        while let Some((_, id, why)) = self.stuck_deadline().filter(|(at, ..)| *at <= now) {
            if why == TimeoutReason::Logout {
                self.end_by_timeout(why);
                return;
            }
            self.not_sent(id);
        }
    }

    fn time_out(&mut self, id: CommandId) {
        let Some(entry) = self.commands.get_mut(id) else {
            return;
        };
        let engines_own = entry.origin != Origin::Caller;
        let unsent = entry.life != Life::AwaitingCompletion;
        let starttls = matches!(entry.effect, Effect::StartTls | Effect::Compress);
        if engines_own {
            self.fail(ConnectionError::Timeout(TimeoutReason::Idle));
        } else if unsent || starttls {
            // Half a command stands on the wire, or a layer may or may not begin.
            self.fail(ConnectionError::Timeout(TimeoutReason::Command));
        } else {
            entry.timed_out = true;
            let reason = TimeoutReason::Command;
            self.pending.push_back(Event::TimedOut { id, reason });
        }
    }
}

/// The timers that end the connection.
const FATAL: [(Timer, TimeoutReason); 4] = [
    (Timer::Greeting, TimeoutReason::Greeting),
    (Timer::Upgrade, TimeoutReason::Upgrade),
    (Timer::Login, TimeoutReason::Login),
    (Timer::Logout, TimeoutReason::Logout),
];
