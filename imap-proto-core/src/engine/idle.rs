//! IDLE as a state of the connection, not a call (law 5, RFC 2177).
//!
//! While it is wished for, IDLE begins when nothing was in flight for a while, is renewed before
//! servers give up on it, and ends when a command is submitted. Where the server has no IDLE, a
//! NOOP asks from time to time.

use std::time::Instant;

use bytes::Bytes;

use super::commands::{Life, Origin};
use super::timer::Timer;
use super::trace::tell;
use super::{CommandId, Connection, Event};
use crate::encode::{Pipelining, Request, States};

/// What ends IDLE.
const DONE: &[u8] = b"DONE\r\n";

/// Where IDLE stands.
#[derive(Debug, Default)]
pub(super) struct Idle {
    wanted: bool,
    phase: Phase,
    /// The server refused IDLE: NOOP from now on.
    refused: bool,
    /// Since when nothing was in flight.
    quiet_since: Option<Instant>,
    /// DONE may have crossed the server's own end of IDLE: then one BAD answers it.
    pub(super) done_crossed: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Off,
    /// IDLE was queued; `+` has not come.
    Requested(CommandId),
    /// The server is in IDLE.
    Active(CommandId),
    /// DONE was queued.
    Ending(CommandId),
}

impl Idle {
    pub(super) fn is_active(&self) -> bool {
        matches!(self.phase, Phase::Active(_))
    }

    pub(super) fn awaits_continuation(&self) -> bool {
        matches!(self.phase, Phase::Requested(_))
    }

    /// A command was submitted: quiet begins anew.
    pub(super) fn disturb(&mut self, _now: Instant) {
        self.quiet_since = None;
    }
}

impl Connection {
    /// Wishes for IDLE, or no longer (C). It begins, gives way to commands and comes back by
    /// itself.
    pub fn idle(&mut self, wanted: bool, now: Instant) {
        self.idle.wanted = wanted;
        if !wanted {
            self.timers.stop(Timer::IdleStart);
            self.timers.stop(Timer::Poll);
        }
        self.arm_idle(now);
    }

    /// Whether IDLE keeps commands from being written; DONE goes out when there are any.
    pub(super) fn idle_blocks(&mut self, now: Instant) -> bool {
        let waiting = self.commands.held_count() > 0;
        match self.idle.phase {
            Phase::Off => {
                // Without a wish there is nothing to begin, and nothing left to stop.
                if self.idle.wanted || self.idle.quiet_since.is_some() {
                    self.arm_idle(now);
                }
                false
            }
            Phase::Requested(_) | Phase::Ending(_) => true,
            Phase::Active(id) => {
                if waiting || !self.idle.wanted {
                    self.send_done(id, now);
                }
                true
            }
        }
    }

    /// The server said `+` to IDLE.
    pub(super) fn idle_accepted(&mut self, now: Instant) {
        if let Phase::Requested(id) = self.idle.phase {
            self.idle.phase = Phase::Active(id);
            self.timers
                .set(Timer::IdleRefresh, now + self.config.timeouts.idle_refresh);
            tell!("imap::idle", DEBUG, "idling");
            self.shrink();
            self.pending.push_back(Event::Idling(true));
        }
    }

    /// Gives memory back before a time in which nothing happens: many connections idle for long.
    fn shrink(&mut self) {
        self.commands.shrink();
        self.outbound.shrink();
        self.pending.shrink_to(1);
        self.scratch = Vec::new();
    }

    /// IDLE had its tagged answer.
    pub(super) fn idle_ended(&mut self, accepted: bool, now: Instant) {
        let was = std::mem::take(&mut self.idle.phase);
        self.timers.stop(Timer::IdleRefresh);
        match was {
            Phase::Active(_) => self.pending.push_back(Event::Idling(false)),
            Phase::Requested(_) => self.idle.refused |= !accepted,
            Phase::Ending(_) if self.outbound.len() == DONE.len() => self.outbound.drop_rest(),
            Phase::Ending(_) => self.idle.done_crossed = true,
            Phase::Off => {}
        }
        self.idle.quiet_since = None;
        self.arm_idle(now);
    }

    /// Sets the timer that begins IDLE or asks by NOOP, if nothing is in flight.
    pub(super) fn arm_idle(&mut self, now: Instant) {
        let ready = self.idle.wanted
            && self.idle.phase == Phase::Off
            && self.commands.is_quiet()
            && self
                .machine
                .command_states()
                .intersects(States::AFTER_LOGIN)
            && self.machine.takes_commands();
        if !ready {
            self.idle.quiet_since = None;
            self.timers.stop(Timer::IdleStart);
            self.timers.stop(Timer::Poll);
            return;
        }
        if self.idle.quiet_since.is_some() {
            return;
        }
        self.idle.quiet_since = Some(now);
        let timeouts = &self.config.timeouts;
        if self.has_idle() {
            self.timers.set(Timer::IdleStart, now + timeouts.idle_delay);
        } else {
            self.timers.set(Timer::Poll, now + timeouts.poll_interval);
        }
    }

    /// Begins, renews, or asks.
    pub(super) fn idle_timeout(&mut self, now: Instant) {
        if self.timers.take_due(Timer::IdleStart, now) {
            self.start_own("IDLE", Origin::Idle, now);
        }
        if self.timers.take_due(Timer::Poll, now) {
            self.idle.quiet_since = None;
            self.start_own("NOOP", Origin::Poll, now);
        }
        if self.timers.take_due(Timer::IdleRefresh, now)
            && let Phase::Active(id) = self.idle.phase
        {
            self.send_done(id, now);
        }
    }

    fn has_idle(&self) -> bool {
        !self.idle.refused && (self.offers("IDLE") || self.offers("IMAP4rev2"))
    }

    fn start_own(&mut self, name: &'static str, origin: Origin, now: Instant) {
        if !self.commands.is_quiet() {
            return;
        }
        let pipelining = match origin {
            Origin::Idle => Pipelining::barrier(),
            Origin::Caller | Origin::Poll => Pipelining::new(Pipelining::ALLOWS_EXPUNGE, 0),
        };
        let request = Request::known(name, States::AFTER_LOGIN, pipelining);
        let id = self.commands.push(request, origin);
        if origin == Origin::Idle {
            self.write_own(id, now);
            self.idle.phase = Phase::Requested(id);
        }
    }

    /// Writes the engine's own command, which nothing can stand before.
    fn write_own(&mut self, id: CommandId, now: Instant) {
        let line = [&*self.tags.tag(id), b" IDLE\r\n"].concat();
        self.record_sent(&line);
        self.commands.start_first_held();
        if let Some(entry) = self.commands.get_mut(id) {
            entry.sent_at = Some(now);
        }
        self.in_flight_add(id);
        self.outbound.push_line(id, &line);
    }

    fn in_flight_add(&mut self, id: CommandId) {
        if let Some(entry) = self.commands.get(id) {
            self.in_flight.add(entry.pipelining);
        }
    }

    /// Queues DONE; from here on the command waits for its end like any other.
    fn send_done(&mut self, id: CommandId, now: Instant) {
        self.timers.stop(Timer::IdleRefresh);
        self.record_sent(DONE);
        tell!("imap::idle", DEBUG, "ending");
        self.outbound.push_bytes(Bytes::from_static(DONE));
        self.idle.phase = Phase::Ending(id);
        self.pending.push_back(Event::Idling(false));
        if let Some(entry) = self.commands.get_mut(id)
            && entry.life == Life::AwaitingCompletion
        {
            entry.sent_at = Some(now);
        }
    }
}
