//! UIDBATCHES (RFC 10022).

use super::answer::answers_once;
use super::{Claim, Claims, Command, Pipelining, Request, States, SubmitError};
use crate::types::{Data, UidBatchesResponse};

/// UIDBATCHES: ranges of UIDs of the selected mailbox that hold so many messages each, the newest
/// first (RFC 10022; needs UIDBATCHES).
///
/// ```
/// use imap_proto_core::encode::{Command, UidBatches};
/// assert!(UidBatches::new(2000).range(1, 4).request().is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UidBatches {
    size: u32,
    range: Option<(u32, u32)>,
}

impl UidBatches {
    /// Batches of this many messages. Servers take 500 and more, and may refuse fewer with
    /// `TOOFEW`.
    pub fn new(messages: u32) -> Self {
        Self {
            size: messages,
            range: None,
        }
    }

    /// Only the batches from one position to another, from 1, the newest, up.
    #[must_use]
    pub fn range(mut self, first: u32, last: u32) -> Self {
        self.range = Some((first, last));
        self
    }
}

impl Command for UidBatches {
    answers_once!("UIDBATCHES", Data::UidBatches(batches) => *batches, UidBatchesResponse);

    fn request(self) -> Result<Request, SubmitError> {
        let ends = self
            .range
            .into_iter()
            .flat_map(|(first, last)| [first, last]);
        if std::iter::once(self.size)
            .chain(ends)
            .any(|number| number == 0)
        {
            return Err(SubmitError::OutOfRange("a number of batches"));
        }
        let request = Request::known("UIDBATCHES ", States::SELECTED, Pipelining::UID_FETCH)
            .claims(Claims::one(Claim::UidBatches))
            .put(self.size);
        Ok(match self.range {
            Some((first, last)) => request.put(format_args!(" {first}:{last}")),
            None => request,
        })
    }
}
