//! Searches that the server keeps up to date (RFC 5267 §4.3): they outlive their command, and end with the selection.

use super::{CommandId, Connection, Event};
use crate::encode::Effect;
use crate::types::{EsearchData, EsearchResponse};

/// The live searches. There are as many as the caller asked for.
#[derive(Debug, Default)]
pub(super) struct Contexts {
    live: Vec<CommandId>,
}

impl Contexts {
    pub(super) fn add(&mut self, id: CommandId) {
        self.live.push(id);
    }

    /// Takes one out; whether it was there.
    fn remove(&mut self, id: CommandId) -> bool {
        let at = self.live.iter().position(|live| *live == id);
        at.map(|at| self.live.remove(at)).is_some()
    }
}

impl Connection {
    /// ADDTO and REMOVEFROM of a live search, or of one that has not ended yet.
    pub(super) fn context_update(&self, response: &EsearchResponse) -> Option<Event> {
        let is_update =
            |item: &EsearchData| matches!(item, EsearchData::AddTo(_) | EsearchData::RemoveFrom(_));
        if !response.items.iter().any(is_update) {
            return None;
        }
        let id = self.tags.command(response.tag.as_ref()?.as_bytes())?;
        let pending = || {
            let entry = self.commands.get(id);
            // Of one that is held the server cannot know.
            let entry = entry.filter(|entry| entry.is_in_progress());
            entry.is_some_and(|entry| matches!(entry.effect, Effect::Update))
        };
        (self.contexts.live.contains(&id) || pending()).then(|| Event::ContextUpdate {
            id,
            update: Box::new(response.clone()),
            selection: self.selection(),
        })
    }

    /// NOUPDATE: the server does not keep this search up to date.
    pub(super) fn refuse_update(&mut self, id: CommandId) {
        self.end_context(id);
        if let Some(entry) = self.commands.get_mut(id)
            && matches!(entry.effect, Effect::Update)
        {
            entry.effect = Effect::None;
            self.pending.push_back(Event::ContextEnded { id });
        }
    }

    pub(super) fn end_context(&mut self, id: CommandId) {
        if self.contexts.remove(id) {
            self.pending.push_back(Event::ContextEnded { id });
        }
    }

    pub(super) fn end_contexts(&mut self) {
        let ended = std::mem::take(&mut self.contexts.live);
        let ended = ended.into_iter().map(|id| Event::ContextEnded { id });
        self.pending.extend(ended);
    }
}
