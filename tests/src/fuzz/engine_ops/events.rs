//! What the engine tells, against what the model allows.

use super::World;
use super::model::{Ending, Outcome, Stage, Told};
use super::rules;
use imap_proto_core::engine::{
    CommandId, ConnectionError, Event, PauseReason, SelectionId, State, Step, TimeoutReason,
};

impl World {
    pub(super) fn poll(&mut self, most: usize) {
        for _ in 0..most {
            let before = self.input.consumed();
            let step = self.connection.poll_event(&mut self.input, self.now);
            let used = usize::try_from(self.input.consumed() - before).expect("a few");
            let allowed = self.read(used);
            match step {
                Ok(Step::Event(event)) => {
                    self.events += 1;
                    self.event(event, &allowed);
                }
                Ok(Step::NeedInput) => return self.needs_input(&allowed),
                Ok(Step::Paused(reason)) => {
                    let state = self.model.state;
                    assert_eq!(reason == PauseReason::Tls, state == State::AwaitingTls);
                    assert!(self.model.is_paused() && self.error.is_none());
                    return;
                }
                Err(error) => return self.failed(error, &allowed),
            }
        }
    }

    /// The model reads what the engine read; what may come of the last of it.
    fn read(&mut self, mut used: usize) -> Vec<Outcome> {
        assert!(used == 0 || self.error.is_none(), "read after the end");
        assert!(used == 0 || !self.model.is_paused(), "read while paused");
        let mut allowed = vec![Outcome::Nothing];
        while used > 0 {
            assert!(
                allowed.contains(&Outcome::Nothing),
                "nothing was told: {allowed:?}"
            );
            allowed = self.model.read(&mut used);
        }
        allowed
    }

    fn needs_input(&mut self, allowed: &[Outcome]) {
        assert!(self.error.is_none());
        assert!(allowed.contains(&Outcome::Nothing), "{allowed:?}");
        match self.model.stage {
            Stage::Literal(left) => assert!(left > 0 && self.model.unread.is_empty()),
            _ => assert!(matches!(self.model.next_piece(), Ok(None)), "half read"),
        }
    }

    fn failed(&mut self, error: ConnectionError, allowed: &[Outcome]) {
        if let Some(first) = &self.error {
            return assert_eq!(*first, error, "the first error stays");
        }
        let of_response = allowed.contains(&Outcome::End(error.clone()));
        let of_frame = allowed.contains(&Outcome::Nothing)
            && self.model.stage != Stage::Literal(0)
            && self.model.next_piece().err().as_ref() == Some(&error);
        let of_end = self.model.is_eof && self.model.eof_error() == error;
        let logged_out = self.model.logged_out && error == ConnectionError::LoggedOut;
        let outside = self.ends.contains(&error);
        assert!(
            of_response || of_frame || of_end || logged_out || outside,
            "{error:?}, not {allowed:?}"
        );
        self.error = Some(error);
    }

    fn event(&mut self, event: Event, allowed: &[Outcome]) {
        assert!(self.error.is_none(), "an event after the end: {event:?}");
        let wanted = told_by(&event).map_or(Outcome::Nothing, Outcome::Told);
        assert!(allowed.contains(&wanted), "{event:?}, not {allowed:?}");
        match event {
            Event::Data {
                data,
                claimed_by,
                selection,
            } => {
                let streamed = matches!(allowed, [Outcome::Told(Told::Data), Outcome::Told(_), ..]);
                if streamed {
                    self.claimed(claimed_by);
                } else {
                    self.model.claimed(&data, claimed_by.map(CommandId::number));
                }
                self.model.closed(&data, self.connection.state());
                self.selected(selection);
            }
            Event::Malformed { claimed_by, .. } => self.claimed(claimed_by),
            Event::BodyBegin {
                begin,
                claimed_by,
                selection,
            } => {
                assert_eq!(self.model.stage, Stage::Literal(begin.size));
                if let Some(id) = claimed_by {
                    let name = self.model.may_claim(id.number());
                    assert!(rules::may_stream(name, &begin), "{name} claims {begin:?}");
                }
                self.selected(selection);
            }
            Event::BodyChunk { data, claimed_by } => {
                assert!(!data.is_empty());
                self.claimed(claimed_by);
            }
            Event::BodyEnd { claimed_by } => {
                assert_eq!(self.model.stage, Stage::Literal(0), "the end of a literal");
                self.model.stage = Stage::Rest;
                self.claimed(claimed_by);
            }
            Event::Completed { id, .. } => self.model.completed(id.number()),
            Event::TimedOut { id, reason } => {
                assert_eq!(reason, TimeoutReason::Command);
                self.model.timed_out(id.number(), self.now);
            }
            Event::NotSent { id } => self.model.end(id.number(), Ending::NotSent),
            Event::Challenge { id, .. }
            | Event::UploadReady { id }
            | Event::Progress { id, .. } => {
                self.claimed(Some(id));
            }
            Event::TlsReady(token) => {
                assert_eq!(self.model.state, State::AwaitingTls);
                self.tls = Some(token);
            }
            Event::CompressionReady(token) => {
                assert_eq!(self.model.state, State::AwaitingCompression);
                self.compression = Some(token);
            }
            Event::ContextUpdate { id, .. } => {
                assert!(!self.contexts_ended.contains(&id), "news of {id:?}");
            }
            Event::ContextEnded { id } => {
                assert!(self.contexts_ended.insert(id), "{id:?} ends twice");
            }
            Event::Idling(began) => {
                assert_ne!(self.idling, began, "IDLE began or ended twice");
                self.idling = began;
            }
            _ => {}
        }
    }

    fn claimed(&self, claimed_by: Option<CommandId>) {
        if let Some(id) = claimed_by {
            self.model.may_claim(id.number());
        }
    }

    /// Selections come in order, but for none.
    fn selected(&mut self, selection: SelectionId) {
        if selection != SelectionId::default() {
            assert!(self.selection <= selection, "{selection:?} again");
            self.selection = selection;
        }
    }
}

/// What an event tells of the octets that were used up; `None` for one of the engine's own making.
fn told_by(event: &Event) -> Option<Told> {
    Some(match event {
        Event::Greeting { .. } => Told::Greeting,
        Event::Bye(_) => Told::Bye,
        Event::Data { .. } => Told::Data,
        Event::Malformed { .. } => Told::Malformed,
        Event::Completed { id, .. } => Told::Completed(id.number()),
        Event::Challenge { .. } => Told::Challenge,
        Event::BodyBegin { .. } => Told::BodyBegin,
        Event::BodyChunk { .. } => Told::BodyChunk,
        Event::ContextUpdate { id, .. } => Told::Context(id.number()),
        Event::Progress { .. } => Told::Progress,
        _ => return None,
    })
}
