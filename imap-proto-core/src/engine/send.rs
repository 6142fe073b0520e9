//! Sending: which command goes next, and what its octets are.

use std::time::Instant;

use super::commands::{Entry, Life, Origin};
use super::outbound::{Reached, Transmit};
use super::timer::Timer;
use super::trace::tell;
use super::{CommandId, Connection, Event, MailboxView, SelectionId};
use crate::encode::{Dialect, Effect, LiteralMode, Pipelining, Segment, uses_numbers};
use crate::types::{Capabilities, Secret};

impl Connection {
    /// Octets to write, if there are any (D). They stay until advanced over.
    pub fn poll_transmit(&mut self, now: Instant) -> Option<Transmit<'_>> {
        if self.ended.is_some() {
            return None;
        }
        self.release(now);
        self.outbound.is_ready().then(|| Transmit::new(self, now))
    }

    /// Moves held commands into the output, in order, as far as those in flight allow.
    pub(super) fn release(&mut self, now: Instant) {
        while self.writing.is_none() && self.machine.takes_commands() && self.bye.is_none() {
            if self.idle_blocks(now) || self.commands.held_count() == 0 {
                return;
            }
            let states = self.machine.command_states();
            let uid_comes_first = self.uid_comes_first;
            let rev2 = self.speaks_rev2();
            let uid_only = self.is_enabled("UIDONLY");
            let full = self.commands.in_progress_count() >= self.config.limits.max_in_flight;
            let Some(entry) = self.commands.first_held() else {
                return;
            };
            if uid_comes_first {
                entry.pipelining = entry.pipelining.without(Pipelining::STREAMS_UNKEYED);
            }
            if !rev2 && matches!(entry.effect, Effect::Select { .. }) {
                // Only IMAP4rev2 answers SELECT with LIST too (RFC 9051 §6.3.2).
                entry.pipelining = entry.pipelining.without(Pipelining::ANSWERS_LIST);
            }
            if full || !self.in_flight.may_send(entry.pipelining) {
                return;
            }
            let id = entry.id;
            let allowed = states.intersects(entry.states);
            let login_disabled = matches!(entry.effect, Effect::Login);
            let (class, needs) = (entry.pipelining, entry.needs);
            let by_number = uid_only && uses_numbers(class, needs, &entry.segments);
            let lost = needs.saved_result
                && self.saved_result_lost
                && !self.in_flight.does(Pipelining::SAVES_RESULT);
            if !allowed
                || lost
                || self.refuses_numbers(class, needs)
                || by_number
                || (login_disabled && self.offers("LOGINDISABLED"))
            {
                self.not_sent(id);
                continue;
            }
            self.write(id, now);
        }
    }

    pub(super) fn not_sent(&mut self, id: CommandId) {
        let ours = self
            .commands
            .get(id)
            .is_some_and(|entry| entry.origin == Origin::Caller);
        self.commands.end(id);
        if ours {
            self.pending.push_back(Event::NotSent { id });
        }
    }

    /// Encodes the first held command into the output.
    fn write(&mut self, id: CommandId, now: Instant) {
        let dialect = self.dialect();
        let tag = self.tags.tag(id);
        let sasl_ir = self.offers("SASL-IR") || self.offers("IMAP4rev2");
        self.commands.start_first_held();
        self.ring.clock(now);
        let Some(entry) = self.commands.get_mut(id) else {
            return;
        };
        let mut segments = std::mem::take(&mut entry.segments);
        entry.sent_at = Some(now);
        prepare_initial_response(entry, &mut segments, sasl_ir);
        entry
            .span
            .within(|| tell!("imap::command", DEBUG, "written"));
        self.in_flight.add(entry.pipelining);
        self.put_tags(&mut segments);
        self.record_command(id, &segments, &tag);
        self.start_effect(id, now);
        match self.outbound.push_command(id, &segments, &tag, dialect) {
            Ok(true) => self.writing = Some(id),
            Ok(false) => {}
            Err(_) => {
                // `validate` found every error at submission; what is left cannot be written.
                self.in_flight_remove(id);
                self.not_sent(id);
            }
        }
    }

    /// Tags of other commands, where one names them.
    fn put_tags(&self, segments: &mut [Segment]) {
        for segment in segments {
            if let Segment::Tag(id) = segment {
                let quoted = [b"\"", &*self.tags.tag(*id), b"\""].concat();
                *segment = Segment::Syntax(quoted);
            }
        }
    }

    pub(super) fn in_flight_remove(&mut self, id: CommandId) {
        if let Some(entry) = self.commands.get(id) {
            self.in_flight.remove(entry.pipelining);
        }
    }

    /// What changes when a command goes out.
    fn start_effect(&mut self, id: CommandId, now: Instant) {
        let Some(entry) = self.commands.get(id) else {
            return;
        };
        match &entry.effect {
            Effect::Authenticate { .. } | Effect::Login => {
                self.capabilities_fresh = false;
                self.timers
                    .set(Timer::Login, now + self.config.timeouts.login);
            }
            Effect::Logout => {
                self.timers
                    .set(Timer::Logout, now + self.config.timeouts.logout);
            }
            &Effect::Notify { immediate, .. } => self.notifications.begin(immediate),
            Effect::Select { mailbox, read_only } => {
                self.selections = self.selections.wrapping_add(1);
                let selection = SelectionId(self.selections);
                let view = MailboxView::new(selection, mailbox.clone(), *read_only);
                self.next_view = Some(view);
                if self.view.is_none() {
                    self.cross_boundary();
                }
            }
            _ => {}
        }
    }

    /// From here on, data belongs to the mailbox of the SELECT in flight.
    pub(super) fn cross_boundary(&mut self) {
        if let Some(view) = self.next_view.take() {
            self.view = Some(view);
        }
    }

    fn dialect(&self) -> Dialect {
        let literals = if self.offers("LITERAL+") {
            LiteralMode::Plus
        } else if self.offers("LITERAL-") || self.offers("IMAP4rev2") {
            LiteralMode::Minus
        } else {
            LiteralMode::Sync
        };
        Dialect {
            utf8: self.speaks_rev2() || self.is_enabled("UTF8=ACCEPT"),
            literals,
            literal8: self.offers("BINARY"),
        }
    }

    pub(super) fn speaks_rev2(&self) -> bool {
        self.enabled.has_rev2() || self.is_rev2_only()
    }

    fn is_rev2_only(&self) -> bool {
        let known = self.capabilities.as_ref();
        known.is_some_and(Capabilities::has_rev2_only)
    }

    /// Octets were taken from the output: commands whose last one it was are sent.
    pub(super) fn octets_sent(&mut self, now: Instant) {
        self.written_at = Some(now);
        while let Some(reached) = self.outbound.reached() {
            match reached {
                Reached::End(id) => {
                    if self.writing == Some(id) {
                        self.writing = None;
                    }
                    if let Some(entry) = self.commands.get_mut(id)
                        && entry.life == Life::Sending
                    {
                        entry.life = Life::AwaitingCompletion;
                        entry.sent_at = Some(now);
                    }
                }
                Reached::Sync => {
                    self.await_continuation(now);
                    return;
                }
                Reached::Owed => {
                    self.tell_upload();
                    return;
                }
            }
        }
        self.tell_upload();
    }

    fn await_continuation(&mut self, now: Instant) {
        if let Some(entry) = self.writing.and_then(|id| self.commands.get_mut(id))
            && entry.life == Life::Sending
        {
            entry.life = Life::AwaitingContinuation;
            entry.sent_at = Some(now);
        }
    }
}

/// An initial response goes with the command where SASL-IR allows it and it is not long, else it
/// waits for the first challenge (RFC 4959 §3, RFC 9051 §6.2.2).
fn prepare_initial_response(entry: &mut Entry, segments: &mut Vec<Segment>, sasl_ir: bool) {
    /// What some servers take in a line.
    const LONG: usize = 700;
    let Effect::Authenticate { initial_response } = &mut entry.effect else {
        return;
    };
    let Some(response) = initial_response.take() else {
        return;
    };
    if !sasl_ir || response.expose().len() > LONG {
        entry.initial_response = Some(response);
        return;
    }
    segments.push(Segment::Syntax(b" ".to_vec()));
    if response.expose().is_empty() {
        segments.push(Segment::Syntax(b"=".to_vec()));
    } else {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(response.expose());
        segments.push(Segment::SecretSyntax(Secret::from(text)));
    }
}
