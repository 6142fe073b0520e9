//! What each kind of response does to the connection.

use std::time::Instant;

use base64::Engine as _;

use super::commands::{Life, Origin};
use super::state::Trigger;
use super::timer::Timer;
use super::trace::tell;
use super::{
    CommandId, CompressionUpgrade, Connection, ConnectionError, Event, Security, State, TlsUpgrade,
    Violation,
};
use crate::encode::{Effect, Pipelining};
use crate::types::{
    Atom, ByteString, Capabilities, Code, Completion, Condition, Continuation, Data, ResponseText,
    Secret, Tolerance, Tolerances,
};
use crate::wire::InputBuffer;

impl Connection {
    /// An untagged response.
    pub(super) fn data(
        &mut self,
        data: Data,
        now: Instant,
    ) -> Result<Option<Event>, ConnectionError> {
        if self.machine.state() == State::AwaitingGreeting {
            return self.greeting(data, now).map(Some);
        }
        if self.machine.state() == State::NotAuthenticated && is_mailbox_data(&data) {
            return Err(Violation::DataBeforeLogin.into());
        }
        match &data {
            Data::Condition {
                condition: Condition::Bye,
                text,
            } => {
                return Ok(self.bye(text.clone(), now));
            }
            Data::Condition {
                condition: Condition::Bad,
                ..
            } if self.idle.done_crossed => {
                self.idle.done_crossed = false;
                return Ok(None);
            }
            Data::Condition { text, .. } => self.untagged_code(text),
            Data::Capability(capabilities) => self.learn(capabilities),
            Data::Enabled(capabilities) => self.confirm(capabilities),
            Data::Id(id) => self.server_id = Some(Box::new(id.detach())),
            Data::Flags(_) | Data::Exists(_) => self.cross_boundary(),
            _ => {}
        }
        if let Some(event) = self.special_event(&data) {
            return Ok(Some(event));
        }
        self.update_view(&data);
        Ok(self.deliver(data))
    }

    /// Data that is told by an event of its own.
    fn special_event(&self, data: &Data) -> Option<Event> {
        match data {
            Data::Esearch(response) => self.context_update(response),
            Data::Condition {
                condition: Condition::Ok,
                text,
            } => self.progress(text.code.as_ref()?),
            _ => None,
        }
    }

    /// The command whose tag INPROGRESS has, else the only one (RFC 9585 §4).
    fn progressing(&self, tag: Option<&ByteString>) -> Option<CommandId> {
        if let Some(tag) = tag {
            return self.tags.command(tag.as_bytes());
        }
        let mut commands = self.commands.in_progress();
        let only = commands.next()?.id;
        commands.next().is_none().then_some(only)
    }

    /// INPROGRESS of a command of ours.
    fn progress(&self, code: &Code) -> Option<Event> {
        let Code::InProgress(progress) = code else {
            return None;
        };
        let id = self.progressing(progress.tag.as_ref())?;
        let entry = self.commands.get(id)?;
        let told = entry.is_in_progress() && entry.origin == Origin::Caller && !entry.timed_out;
        told.then_some(Event::Progress {
            id,
            done: progress.done,
            goal: progress.goal,
        })
    }

    fn greeting(&mut self, data: Data, now: Instant) -> Result<Event, ConnectionError> {
        let Data::Condition { condition, text } = data else {
            return Err(Violation::NoGreeting.into());
        };
        self.timers.stop(Timer::Greeting);
        match condition {
            Condition::Ok => self.machine.on(Trigger::GreetingOk),
            Condition::Preauth if self.must_not_speak_yet() => {
                return Err(Violation::PreauthBeforeTls.into());
            }
            Condition::Preauth => {
                self.machine.on(Trigger::GreetingPreauth);
                self.framer.set_before_login(false);
            }
            Condition::Bye => {
                return self
                    .bye(text, now)
                    .ok_or_else(|| Violation::NoGreeting.into());
            }
            Condition::No | Condition::Bad => return Err(Violation::NoGreeting.into()),
        }
        if let Some(Code::Capability(capabilities)) = &text.code {
            self.learn(capabilities);
        }
        tell!("imap::connection", DEBUG, ?condition, text = %text.text, "greeting");
        self.arm_idle(now);
        Ok(Event::Greeting { condition, text })
    }

    /// The first BYE counts; others are passed over.
    fn bye(&mut self, text: ResponseText, now: Instant) -> Option<Event> {
        if self.bye.is_some() {
            self.tolerate(Tolerances::NONE.with(Tolerance::RepeatedBye));
            return None;
        }
        let bye = Box::new(text);
        tell!("imap::connection", DEBUG, text = %bye.text, "BYE");
        self.bye = Some(bye.clone());
        self.machine.on(Trigger::Bye);
        if self.timers.get(Timer::Logout).is_none() {
            self.timers
                .set(Timer::Logout, now + self.config.timeouts.logout);
        }
        Some(Event::Bye(bye))
    }

    pub(super) fn learn(&mut self, capabilities: &Capabilities) {
        self.capabilities = Some(capabilities.detach());
        self.capabilities_fresh = true;
    }

    /// ENABLED counts only for what an ENABLE in flight asks for (SECURITY D9).
    fn confirm(&mut self, capabilities: &Capabilities) {
        let asked = |name: &Atom| {
            self.commands
                .in_progress()
                .any(|entry| match &entry.effect {
                    Effect::Enable(names) => names
                        .iter()
                        .any(|asked| asked.eq_ignore_ascii_case(name.as_bytes())),
                    _ => false,
                })
        };
        let (new, unasked): (Vec<&Atom>, Vec<&Atom>) =
            capabilities.iter().partition(|name| asked(name));
        let new: Capabilities = new.into_iter().map(Atom::detach).collect();
        self.enabled.extend(&new);
        if !unasked.is_empty() {
            self.tolerate(Tolerances::NONE.with(Tolerance::UnaskedEnabled));
        }
    }

    fn untagged_code(&mut self, text: &ResponseText) {
        match &text.code {
            Some(Code::Capability(capabilities)) => self.learn(capabilities),
            Some(Code::Closed) => {
                self.leave_mailbox();
                if self.next_view.is_none() {
                    self.machine.on(Trigger::Deselected);
                }
                self.cross_boundary();
            }
            Some(Code::NoUpdate(tag)) => {
                if let Some(id) = self.tags.command(tag.as_bytes()) {
                    self.refuse_update(id);
                }
            }
            Some(Code::MessageLimit(limit)) => self.message_limit = Some(*limit),
            Some(Code::NotificationOverflow) => self.notifications.stop(),
            _ => {}
        }
    }

    pub(super) fn update_view(&mut self, data: &Data) {
        let expunges = matches!(
            data,
            Data::Expunge(_) | Data::Vanished { earlier: false, .. }
        );
        let allowed = self.in_flight.allows_expunge() || self.notifications.is_immediate();
        if expunges && !allowed {
            self.tolerate(Tolerances::NONE.with(Tolerance::ExpungeDuringSequenceCommand));
        }
        let selecting = self.is_selecting();
        if let Some(view) = &mut self.view
            && let Some(odd) = view.update(data, selecting)
        {
            self.tolerate(Tolerances::NONE.with(odd));
        }
    }

    fn is_selecting(&self) -> bool {
        self.in_flight.does(Pipelining::SELECTS)
    }

    /// `+`: for a literal, a SASL exchange or IDLE, whichever waits.
    pub(super) fn continuation(
        &mut self,
        continuation: &Continuation,
        now: Instant,
    ) -> Result<Option<Event>, ConnectionError> {
        if self.machine.state() == State::AwaitingGreeting {
            return Err(Violation::NoGreeting.into());
        }
        if self.idle.awaits_continuation() && !self.outbound.is_ready() {
            self.idle_accepted(now);
            return Ok(None);
        }
        if let Some(id) = self.writing
            && self.outbound.awaits_continuation()
        {
            self.outbound.continue_literal();
            if let Some(entry) = self.commands.get_mut(id) {
                entry.life = Life::Sending;
            }
            self.octets_sent(now);
            return Ok(None);
        }
        self.challenge(continuation)
    }

    /// A challenge; an empty one may ask for the initial response that was held back.
    fn challenge(&mut self, text: &Continuation) -> Result<Option<Event>, ConnectionError> {
        let exchange = self.commands.in_progress_mut().find(|entry| {
            entry.life == Life::AwaitingCompletion
                && matches!(entry.effect, Effect::Authenticate { .. })
        });
        let Some(entry) = exchange else {
            return Err(Violation::UnexpectedContinuation.into());
        };
        let id = entry.id;
        entry.rounds = entry.rounds.saturating_add(1);
        let max = self.config.limits.max_sasl_rounds;
        if entry.rounds > max {
            if entry.rounds > max.saturating_add(1) {
                return Err(ConnectionError::LimitExceeded("max_sasl_rounds"));
            }
            self.exchange(id, None);
            return Ok(None);
        }
        if let Some(response) = entry.initial_response.take() {
            self.exchange(id, Some(&response));
            return Ok(None);
        }
        let encoded = text.text.as_bytes().trim_ascii();
        let decoded = base64::engine::general_purpose::STANDARD.decode(encoded);
        let too_long = encoded.len() > self.config.limits.max_sasl_size;
        match decoded {
            Ok(octets) if !too_long => Ok(Some(Event::Challenge {
                id,
                challenge: Secret::new(octets),
            })),
            _ => {
                self.exchange(id, None);
                Ok(None)
            }
        }
    }

    /// A tagged response: the end of a command.
    pub(super) fn tagged(
        &mut self,
        tag: &Atom,
        completion: Completion,
        input: &InputBuffer,
        now: Instant,
    ) -> Result<Option<Event>, ConnectionError> {
        if self.machine.state() == State::AwaitingGreeting {
            return Err(Violation::NoGreeting.into());
        }
        if completion.condition == Condition::Bye {
            self.tolerate(Tolerances::NONE.with(Tolerance::TaggedBye));
            return Ok(self.bye(completion.text, now));
        }
        if *tag == "DONE" && completion.condition == Condition::Bad && self.idle.done_crossed {
            self.idle.done_crossed = false;
            return Ok(None);
        }
        // What answers DONE comes before the answer to any later command.
        self.idle.done_crossed = false;
        let id = self
            .tags
            .command(tag.as_bytes())
            .ok_or(Violation::UnknownTag)?;
        if !self.commands.knows(id) {
            return Err(Violation::UnknownTag.into());
        }
        let life = self
            .commands
            .get(id)
            .map_or(Life::Ended, |entry| entry.life);
        match life {
            Life::Ended => return Err(Violation::TagReused.into()),
            Life::Held => return Err(Violation::UnknownTag.into()),
            Life::Sending if self.outbound.is_untouched(id) => {
                return Err(Violation::UnknownTag.into());
            }
            Life::Sending | Life::AwaitingContinuation if completion.condition == Condition::Ok => {
                return Err(Violation::CompletedBeforeSent.into());
            }
            Life::Sending => self.outbound.drop_behind_sync(id),
            Life::AwaitingContinuation => {
                self.outbound.drop_rest();
                self.writing = None;
            }
            Life::AwaitingCompletion => self.drop_exchange(id),
        }
        self.complete(id, completion, input, now)
    }

    fn complete(
        &mut self,
        id: CommandId,
        mut completion: Completion,
        input: &InputBuffer,
        now: Instant,
    ) -> Result<Option<Event>, ConnectionError> {
        completion.limit = self.message_limit.take().filter(|_| completion.is_ok());
        if let Some(view) = &mut self.view {
            let selecting = self.in_flight.does(Pipelining::SELECTS);
            let odd = view.tagged(&completion.text, selecting);
            self.tolerate(odd.into_iter().collect());
        }
        if let Some(Code::Capability(capabilities)) = &completion.text.code {
            self.learn(capabilities);
        }
        self.in_flight_remove(id);
        let Some(entry) = self.commands.get(id) else {
            return Ok(None);
        };
        let (origin, timed_out) = (entry.origin, entry.timed_out);
        let saves = entry.pipelining.does & Pipelining::SAVES_RESULT != 0;
        entry.span.condition(completion.condition);
        entry.span.within(|| {
            tell!("imap::command", DEBUG, condition = ?completion.condition, "completed");
        });
        let effect = self.commands.end(id);
        let accepted = completion.condition == Condition::Ok;
        let told = origin == Origin::Caller && !timed_out;
        if saves {
            self.note_saved(&completion);
        }
        if accepted && matches!(effect, Effect::Update) {
            self.contexts.add(id);
        }
        if let Err(error) = self.apply(effect, accepted, &completion, input, now) {
            self.untold.extend(told.then_some(id));
            return Err(error);
        }
        self.tell_upload();
        if origin == Origin::Idle {
            self.idle_ended(accepted, now);
        }
        self.arm_idle(now);
        let completion = Box::new(completion);
        Ok(told.then_some(Event::Completed { id, completion }))
    }

    /// Whether `$` stands for something behind a search with SAVE (RFC 5182 §2.1).
    fn note_saved(&mut self, completion: &Completion) {
        match (completion.condition, completion.code()) {
            (Condition::Ok, _) => self.saved_result_lost = false,
            (Condition::No, Some(Code::NotSaved)) => self.saved_result_lost = true,
            _ => {}
        }
    }

    /// The selected mailbox is left, whether for another or for none.
    fn leave_mailbox(&mut self) {
        self.view = None;
        self.end_contexts();
    }

    /// What the end of a command changes.
    fn apply(
        &mut self,
        effect: Effect,
        accepted: bool,
        completion: &Completion,
        input: &InputBuffer,
        now: Instant,
    ) -> Result<(), ConnectionError> {
        match (effect, accepted) {
            (Effect::Authenticate { .. } | Effect::Login, accepted) => self.login_ended(accepted),
            (Effect::Select { .. }, true) => {
                self.end_contexts();
                self.saved_result_lost = false;
                self.cross_boundary();
                self.machine.on(Trigger::Selected);
                if let Some(view) = &mut self.view {
                    view.tagged(&completion.text, true);
                }
            }
            (Effect::Select { .. }, false) | (Effect::Deselect, true) => {
                self.next_view = None;
                self.leave_mailbox();
                self.machine.on(Trigger::Deselected);
            }
            (Effect::StartTls, accepted) => return self.starttls_ended(accepted, input, now),
            // Behind BYE the end of the stream is next.
            (Effect::Compress, true) if self.bye.is_none() => {
                self.machine.on(Trigger::CompressionAccepted);
                self.timers
                    .set(Timer::Upgrade, now + self.config.timeouts.upgrade);
                self.pending
                    .push_back(Event::CompressionReady(CompressionUpgrade(())));
            }
            (Effect::Logout, true) => self.end_after_events(),
            (Effect::Unauthenticate, true) => {
                self.machine.on(Trigger::Unauthenticated);
                self.compressed = false;
                self.framer.set_before_login(true);
                // What came before it is of another state (RFC 8437 §3).
                self.capabilities = match completion.code() {
                    Some(Code::Capability(capabilities)) => Some(capabilities.detach()),
                    _ => None,
                };
                self.enabled = Capabilities::default();
                self.notifications.stop();
                self.leave_mailbox();
            }
            (Effect::CancelUpdate(searches), true) => {
                for id in searches {
                    self.end_context(id);
                }
            }
            (Effect::Notify { on, immediate }, accepted) => {
                self.notifications.end(accepted, on, immediate);
            }
            _ => {}
        }
        Ok(())
    }

    fn login_ended(&mut self, accepted: bool) {
        self.timers.stop(Timer::Login);
        if !accepted {
            return;
        }
        self.machine.on(Trigger::LoggedIn);
        self.framer.set_before_login(false);
        if !self.capabilities_fresh {
            self.capabilities = None;
        }
    }

    /// The wall (law 6): nothing may stand behind the OK.
    fn starttls_ended(
        &mut self,
        accepted: bool,
        input: &InputBuffer,
        now: Instant,
    ) -> Result<(), ConnectionError> {
        if !accepted {
            let required = self.config.requires_tls() && self.security == Security::Plaintext;
            return if required {
                Err(Violation::StartTlsRefused.into())
            } else {
                Ok(())
            };
        }
        if !input.is_empty() {
            return Err(Violation::ResponseInjection.into());
        }
        if self.bye.is_some() {
            return Ok(()); // there is nothing left to protect: the end of the stream is next
        }
        self.machine.on(Trigger::TlsAccepted);
        self.timers
            .set(Timer::Upgrade, now + self.config.timeouts.upgrade);
        self.pending.push_back(Event::TlsReady(TlsUpgrade(())));
        Ok(())
    }

    /// Ends the connection; the events already made are still handed out.
    fn end_after_events(&mut self) {
        self.machine.on(Trigger::Ended);
        self.outbound.drop_rest();
        self.ended = Some(ConnectionError::LoggedOut);
    }
}

fn is_mailbox_data(data: &Data) -> bool {
    matches!(
        data,
        Data::Acl(_)
            | Data::Annotation(_)
            | Data::Esearch(_)
            | Data::Exists(_)
            | Data::Expunge(_)
            | Data::Fetch(_)
            | Data::Flags(_)
            | Data::List(_)
            | Data::Lsub(_)
            | Data::Metadata(_)
            | Data::Quota(_)
            | Data::QuotaRoot(_)
            | Data::Recent(_)
            | Data::Search(_)
            | Data::Sort(_)
            | Data::Status(_)
            | Data::Thread(_)
            | Data::UidBatches(_)
            | Data::Comparator(_)
            | Data::Conversion(_)
            | Data::Converted(_)
            | Data::JmapAccess(_)
            | Data::Netscape(_)
            | Data::PushService(_)
            | Data::GenUrlAuth(_)
            | Data::UrlFetch(_)
            | Data::Vanished { .. }
    )
}
