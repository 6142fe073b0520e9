//! Deadlines (law 8): absolute ones, and those that count silence.

use std::time::{Duration, Instant};

use super::{TimeoutReason, Timeouts};

/// The deadlines that no octet extends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timer {
    Greeting,
    Upgrade,
    Login,
    Logout,
    IdleStart,
    IdleRefresh,
    Poll,
}

const COUNT: usize = 7;

/// One slot for each timer.
#[derive(Debug, Default)]
pub(super) struct Timers {
    at: [Option<Instant>; COUNT],
}

impl Timers {
    pub(super) fn set(&mut self, timer: Timer, at: Instant) {
        if let Some(slot) = self.at.get_mut(timer as usize) {
            *slot = Some(at);
        }
    }

    pub(super) fn stop(&mut self, timer: Timer) {
        if let Some(slot) = self.at.get_mut(timer as usize) {
            *slot = None;
        }
    }

    pub(super) fn get(&self, timer: Timer) -> Option<Instant> {
        self.at.get(timer as usize).copied().flatten()
    }

    /// Whether a timer is due; it is then off.
    pub(super) fn take_due(&mut self, timer: Timer, now: Instant) -> bool {
        let due = self.get(timer).is_some_and(|at| at <= now);
        if due {
            self.stop(timer);
        }
        due
    }
}

/// Silence: counted only while the last step was `NeedInput`, so that a slow reader of ours is no
/// dead server.
#[derive(Debug)]
pub(super) struct Silence {
    /// Octets received so far.
    received: u64,
    /// When the last of them came, or counting began.
    since: Instant,
    /// Since when more are needed.
    waiting: Option<Instant>,
    /// How long the present response was waited for, and its octets so far.
    response_waited: Duration,
    response_start: u64,
}

/// A second more for each of these octets of a response.
const OCTETS_A_SECOND: u64 = 4096;

impl Silence {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            received: 0,
            since: now,
            waiting: None,
            response_waited: Duration::ZERO,
            response_start: 0,
        }
    }

    /// Notes how much came in all.
    pub(super) fn note(&mut self, received: u64, now: Instant) {
        if received == self.received {
            return;
        }
        self.received = received;
        self.since = now;
        if let Some(since) = self.waiting.take() {
            self.response_waited += now.saturating_duration_since(since);
        }
    }

    /// More octets are needed.
    pub(super) fn wait(&mut self, now: Instant) {
        if self.waiting.is_none() {
            self.waiting = Some(now);
            // While something held us back, silence was ours.
            self.since = self.since.max(now);
        }
    }

    /// A response ended, or none has begun.
    pub(super) fn response_ended(&mut self, consumed: u64) {
        self.response_waited = Duration::ZERO;
        self.response_start = consumed;
    }

    /// When a command sent at `sent` has waited too long.
    pub(super) fn command_deadline(&self, sent: Instant, timeouts: &Timeouts) -> Option<Instant> {
        self.deadline(sent, timeouts.command)
    }

    /// When it was silent for too long, not counted before `since`.
    pub(super) fn deadline(&self, since: Instant, limit: Duration) -> Option<Instant> {
        self.waiting?;
        Some(self.since.max(since) + limit)
    }

    /// When the response that has begun, or its literal, has taken too long.
    pub(super) fn response_deadline(
        &self,
        in_literal: bool,
        timeouts: &Timeouts,
    ) -> Option<(Instant, TimeoutReason)> {
        let waiting = self.waiting?;
        let octets = self.received.saturating_sub(self.response_start);
        let budget = timeouts.response + Duration::from_secs(octets / OCTETS_A_SECOND);
        let slow = waiting + budget.saturating_sub(self.response_waited);
        let stalled = self.since + timeouts.literal;
        if in_literal && stalled < slow {
            Some((stalled, TimeoutReason::Literal))
        } else {
            Some((slow, TimeoutReason::Response))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_counts_only_while_input_is_needed() {
        let start = Instant::now();
        let timeouts = Timeouts::default();
        let mut silence = Silence::new(start);
        assert_eq!(silence.command_deadline(start, &timeouts), None);
        let later = start + Duration::from_secs(1000);
        silence.wait(later);
        assert_eq!(
            silence.command_deadline(start, &timeouts),
            Some(later + timeouts.command)
        );
    }

    #[test]
    fn a_drip_does_not_extend_a_response() {
        let start = Instant::now();
        let timeouts = Timeouts::default();
        let mut silence = Silence::new(start);
        let mut now = start;
        for octet in 1..=20 {
            silence.wait(now);
            now += Duration::from_secs(30);
            silence.note(octet, now);
        }
        silence.wait(now);
        let (at, reason) = silence.response_deadline(false, &timeouts).unwrap();
        assert_eq!((at, reason), (now, TimeoutReason::Response));
    }

    #[test]
    fn a_timer_fires_once() {
        let now = Instant::now();
        let mut timers = Timers::default();
        timers.set(Timer::IdleStart, now);
        assert!(timers.take_due(Timer::IdleStart, now));
        assert!(!timers.take_due(Timer::IdleStart, now));
    }
}
