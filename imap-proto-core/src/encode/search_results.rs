//! The answers of SEARCH and SORT in one form (RFC 3501 §7.2.5, RFC 4731, RFC 5256 §4).

use std::marker::PhantomData;

use super::Numbering;
use super::messages::push_in_order;
use crate::types::{
    Completion, Data, EsearchData, EsearchResponse, MessageLimit, ModSeq, NumberList, NumberSet,
    PartialResult, SetRange,
};

/// What was found, whichever form the server told it in.
///
/// What is not in a field was not told: a server that knows no ESEARCH tells all numbers when
/// only COUNT was asked for; [`count`](Self::count) and the like work with either.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SearchResults<N> {
    /// The messages in the server's order, which for SORT is the order sorted. `None` when
    /// nothing was found, or only MIN, MAX, COUNT or PARTIAL were told.
    pub numbers: Option<NumberSet<N>>,
    /// `MODSEQ`: the highest of those told of (RFC 7162 §3.1.5, §3.1.10).
    pub mod_seq: Option<ModSeq>,
    /// `PARTIAL`: the part asked for; its numbers are of the same kind (RFC 9394 §3.1).
    pub partial: Option<PartialResult>,
    /// All other items of ESEARCH, MIN, MAX and COUNT among them.
    pub items: Vec<EsearchData>,
    /// Only so many messages were searched, the newest: search again below (RFC 9738 §3).
    pub message_limit: Option<MessageLimit>,
    #[cfg_attr(feature = "serde", serde(skip))]
    kind: PhantomData<fn() -> N>,
}

/// The pieces of [`SearchResults`] so far.
#[derive(Clone, Debug)]
pub struct SearchPartial<N> {
    ranges: Vec<SetRange>,
    rest: SearchResults<N>,
}

impl<N> Default for SearchResults<N> {
    fn default() -> Self {
        Self {
            numbers: None,
            mod_seq: None,
            partial: None,
            items: Vec::new(),
            message_limit: None,
            kind: PhantomData,
        }
    }
}

impl<N> Default for SearchPartial<N> {
    fn default() -> Self {
        Self {
            ranges: Vec::new(),
            rest: SearchResults::default(),
        }
    }
}

impl<N: Numbering> SearchResults<N> {
    /// The numbers one by one. It is lazy: a set of two numbers may hold four thousand million.
    pub fn iter(&self) -> impl Iterator<Item = N> {
        self.numbers.iter().flat_map(NumberSet::iter)
    }

    /// How many messages were found; `None` when neither COUNT nor all numbers were told, and
    /// not nothing either.
    pub fn count(&self) -> Option<u64> {
        let count = |item: &EsearchData| match item {
            EsearchData::Count(count) => Some(u64::from(*count)),
            _ => None,
        };
        let told = self.items.iter().find_map(count);
        let counted = || self.numbers.as_ref().map(NumberSet::len);
        told.or_else(counted)
            .or_else(|| self.is_silent().then_some(0))
    }

    /// The lowest number; `None` when nothing was found, or it was not told.
    pub fn min(&self) -> Option<N> {
        let min = |item: &EsearchData| match item {
            EsearchData::Min(number) => Some(*number),
            _ => None,
        };
        let ends = |range: &SetRange| range.first.min(range.last);
        self.told(min)
            .or_else(|| self.ranges().iter().map(ends).min())
            .map(N::from)
    }

    /// The highest number; `None` when nothing was found, or it was not told.
    pub fn max(&self) -> Option<N> {
        let max = |item: &EsearchData| match item {
            EsearchData::Max(number) => Some(*number),
            _ => None,
        };
        let ends = |range: &SetRange| range.first.max(range.last);
        self.told(max)
            .or_else(|| self.ranges().iter().map(ends).max())
            .map(N::from)
    }

    /// Whether nothing was found, as far as the server told.
    pub fn is_empty(&self) -> bool {
        let none = |partial: &PartialResult| partial.numbers.is_none();
        match self.count() {
            Some(count) => count == 0,
            None => {
                self.min().is_none()
                    && self.max().is_none()
                    && self.partial.as_ref().is_none_or(none)
            }
        }
    }

    fn told(&self, value: impl Fn(&EsearchData) -> Option<u32>) -> Option<u32> {
        self.items.iter().find_map(value)
    }

    fn ranges(&self) -> &[SetRange] {
        self.numbers.as_ref().map_or(&[], NumberSet::ranges)
    }

    fn is_silent(&self) -> bool {
        self.items.is_empty() && self.partial.is_none()
    }

    /// A SEARCH, SORT or ESEARCH response.
    pub(super) fn from_data(data: Data) -> Result<Self, Data> {
        match data {
            Data::Search(list) | Data::Sort(list) => Ok(list.into()),
            Data::Esearch(response) => Ok((*response).into()),
            other => Err(other),
        }
    }

    /// The memory that it takes, in octets.
    pub(super) fn weight(&self) -> usize {
        let partial = self
            .partial
            .as_ref()
            .and_then(|partial| partial.numbers.as_ref());
        let partial = partial.map_or(0, |set| size_of_val(set.ranges()));
        size_of::<Self>() + size_of_val(self.ranges()) + size_of_val(&*self.items) + partial
    }
}

impl<N> From<NumberList> for SearchResults<N> {
    fn from(list: NumberList) -> Self {
        let mut ranges = Vec::new();
        for number in list.numbers {
            push_in_order(&mut ranges, number);
        }
        Self {
            numbers: (!ranges.is_empty()).then(|| NumberSet::from_ranges(ranges)),
            mod_seq: list.mod_seq,
            ..Self::default()
        }
    }
}

impl<N> From<EsearchResponse> for SearchResults<N> {
    fn from(response: EsearchResponse) -> Self {
        let mut results = Self::default();
        for item in response.items {
            match item {
                EsearchData::All(set) => {
                    results.numbers = Some(NumberSet::from_ranges(set.ranges().to_vec()));
                }
                EsearchData::ModSeq(mod_seq) => results.mod_seq = Some(mod_seq),
                EsearchData::Partial(partial) => results.partial = Some(partial),
                other => results.items.push(other),
            }
        }
        results
    }
}

impl<N> SearchPartial<N> {
    /// Some servers tell a long answer in several responses.
    pub(super) fn add(&mut self, item: SearchResults<N>) {
        if let Some(numbers) = item.numbers {
            self.ranges.extend_from_slice(numbers.ranges());
        }
        self.rest.mod_seq = self.rest.mod_seq.max(item.mod_seq);
        self.rest.partial = item.partial.or_else(|| self.rest.partial.take());
        self.rest.items.extend(item.items);
    }

    pub(super) fn finish(self, completion: &Completion) -> SearchResults<N> {
        let numbers = (!self.ranges.is_empty()).then(|| NumberSet::from_ranges(self.ranges));
        SearchResults {
            numbers,
            message_limit: completion.message_limit(),
            ..self.rest
        }
    }
}
