//! Sets of messages (RFC 9051 §9 `sequence-set`).

use std::marker::PhantomData;

use super::{SequenceNumber, Uid};

/// A set of message sequence numbers.
pub type SequenceSet = NumberSet<SequenceNumber>;

/// A set of UIDs.
pub type UidSet = NumberSet<Uid>;

/// Ranges of numbers in the order given; `*`, the highest number in the mailbox, may stand in
/// sets that we send, never in a server's. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NumberSet<N> {
    ranges: Ranges,
    kind: PhantomData<fn() -> N>,
}

/// One range is held in place, so that the commonest sets do not allocate.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Ranges {
    One([SetRange; 1]),
    Many(Box<[SetRange]>),
}

/// Both ends of a range, as given: the first may be the larger one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SetRange {
    /// Zero stands for `*`, which no number can be.
    pub(crate) first: u32,
    pub(crate) last: u32,
}
