//! CANCELUPDATE (RFC 5267 §4.3.5).

use super::answer::answers_nothing;
use super::{Command, CommandId, Effect, Pipelining, Request, Segment, States, SubmitError};

/// CANCELUPDATE: no more updates for these live searches (RFC 5267 §4.3.5; needs
/// CONTEXT=SEARCH or CONTEXT=SORT).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancelUpdate {
    searches: Vec<CommandId>,
}

impl CancelUpdate {
    /// No more updates for what these commands found.
    pub fn new(searches: impl IntoIterator<Item = CommandId>) -> Self {
        Self {
            searches: searches.into_iter().collect(),
        }
    }
}

impl Command for CancelUpdate {
    answers_nothing!();

    fn request(self) -> Result<Request, SubmitError> {
        if self.searches.is_empty() {
            return Err(SubmitError::EmptyList("live searches"));
        }
        let request = Request::known("CANCELUPDATE", States::SELECTED, Pipelining::IN_SELECTED);
        let tag = |request: Request, id: &CommandId| request.space().push(Segment::Tag(*id));
        let request = self.searches.iter().fold(request, tag);
        Ok(request.effect(Effect::CancelUpdate(self.searches)))
    }
}
