//! Which messages a command is about.

use std::ops::{RangeFrom, RangeInclusive};

use super::{Claim, FetchNeeds, Pipelining, Request, SubmitError};
use crate::types::{NumberSet, SequenceNumber, SequenceSet, SetRange, Uid, UidSet};

mod sealed {
    #[expect(unnameable_types, reason = "only this crate implements it")]
    pub trait Sealed {}
    impl Sealed for crate::types::SequenceNumber {}
    impl Sealed for crate::types::Uid {}
}

/// How a command names messages: [`SequenceNumber`], or [`Uid`] in the UID commands.
pub trait Numbering:
    sealed::Sealed + From<u32> + Into<u32> + Copy + Ord + std::fmt::Debug + Send + 'static
{
    /// What stands before the command's name.
    #[doc(hidden)]
    const PREFIX: &'static str;

    #[doc(hidden)]
    fn claim(set: NumberSet<Self>, needs: FetchNeeds) -> Claim;
}

impl Numbering for SequenceNumber {
    const PREFIX: &'static str = "";

    fn claim(set: SequenceSet, needs: FetchNeeds) -> Claim {
        Claim::Fetch(set, needs)
    }
}

impl Numbering for Uid {
    const PREFIX: &'static str = "UID ";

    fn claim(set: UidSet, needs: FetchNeeds) -> Claim {
        Claim::UidFetch(set, needs.union(FetchNeeds::UID))
    }
}

/// The messages that a command is about: a set, or the result of the last SEARCH that saved it.
///
/// ```
/// use imap_proto_core::encode::Messages;
/// use imap_proto_core::types::Uid;
/// let all: Messages<Uid> = (Uid(1)..).into();
/// let found = Messages::<Uid>::SavedResult;
/// assert_ne!(all, found);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Messages<N> {
    /// These.
    Set(NumberSet<N>),
    /// `$`: what the last SEARCH with SAVE found (RFC 5182, RFC 9051 §6.4.4.1).
    SavedResult,
}

impl<N: Numbering> Messages<N> {
    /// What its FETCH responses answer: of `$` it may be any message.
    pub(super) fn claim(&self, needs: FetchNeeds) -> Claim {
        match self {
            Self::Set(set) => N::claim(set.clone(), needs),
            Self::SavedResult => N::claim(NumberSet::all(), needs),
        }
    }

    /// The class of FETCH, STORE and SEARCH of these messages.
    pub(super) fn class(&self) -> Pipelining {
        match self {
            Self::SavedResult if N::PREFIX.is_empty() => Pipelining::FETCH_SAVED,
            Self::Set(_) if N::PREFIX.is_empty() => Pipelining::FETCH,
            _ => Pipelining::UID_FETCH,
        }
    }

    /// Whether they are named by sequence number.
    pub(super) fn is_by_number(&self) -> bool {
        matches!(self, Self::Set(_)) && N::PREFIX.is_empty()
    }
}

impl Request {
    /// Adds the messages.
    pub(super) fn messages<N>(self, messages: &Messages<N>) -> Result<Self, SubmitError> {
        match messages {
            Messages::Set(set) => self.set(set),
            Messages::SavedResult => {
                let mut request = self.put("$");
                request.needs.saved_result = true;
                Ok(request)
            }
        }
    }
}

/// A set that keeps the order of the numbers that a server sent: neighbours that ascend are
/// joined, nothing is sorted. 0 is left out, which no message has.
pub(super) fn push_in_order(ranges: &mut Vec<SetRange>, number: u32) {
    if number == 0 {
        return;
    }
    match ranges.last_mut() {
        Some(range) if range.first <= range.last && number.checked_sub(1) == Some(range.last) => {
            range.last = number;
        }
        _ => ranges.push(SetRange {
            first: number,
            last: number,
        }),
    }
}

impl<N> From<NumberSet<N>> for Messages<N> {
    fn from(set: NumberSet<N>) -> Self {
        Self::Set(set)
    }
}

impl<N> From<&NumberSet<N>> for Messages<N> {
    fn from(set: &NumberSet<N>) -> Self {
        let ranges = set.ranges().to_vec();
        Self::Set(NumberSet::from_ranges(ranges))
    }
}

impl<N: Numbering> From<N> for Messages<N> {
    fn from(number: N) -> Self {
        Self::Set(NumberSet::from(number))
    }
}

impl<N: Numbering> From<RangeInclusive<N>> for Messages<N> {
    fn from(range: RangeInclusive<N>) -> Self {
        Self::Set(NumberSet::from(range))
    }
}

impl<N: Numbering> From<RangeFrom<N>> for Messages<N> {
    fn from(range: RangeFrom<N>) -> Self {
        Self::Set(NumberSet::from(range))
    }
}
