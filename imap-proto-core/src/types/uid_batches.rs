//! The answer of UIDBATCHES (RFC 10022).

use std::ops::RangeInclusive;

use super::{ByteString, Uid, UidSet};

/// A UIDBATCHES response: ranges of UIDs that hold about as many messages each, the newest first.
///
/// ```
/// use imap_proto_core::types::{Uid, UidBatchesResponse};
/// let batches = "215295:99696,99695:20350".parse().expect("a set");
/// let response = UidBatchesResponse { tag: None, batches: Some(batches) };
/// let newest = response.ranges().next();
/// assert_eq!(newest, Some(Uid(99696)..=Uid(215295)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct UidBatchesResponse {
    /// The tag of the command that it answers.
    pub tag: Option<ByteString>,
    /// The batches, as they were told: the higher UID stands first. `None` for an empty mailbox.
    pub batches: Option<UidSet>,
}

impl UidBatchesResponse {
    /// The batches in the server's order, each from its lowest UID to its highest.
    pub fn ranges(&self) -> impl Iterator<Item = RangeInclusive<Uid>> {
        let ranges = self.batches.iter().flat_map(UidSet::ranges);
        ranges.map(|range| {
            let (first, last) = range.numbers().into_inner();
            Uid(first)..=Uid(last)
        })
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self {
            tag: self.tag.as_ref().map(ByteString::detach),
            batches: self.batches.clone(),
        }
    }
}
