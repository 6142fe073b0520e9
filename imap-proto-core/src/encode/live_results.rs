//! What a search finds, kept up to date by ADDTO and REMOVEFROM (RFC 5267 §4.3).

use thiserror::Error;

use super::{Numbering, SearchResults};
use crate::types::{EsearchData, EsearchResponse, NumberSet, SequenceNumber, SequenceSet};

/// The results of a SEARCH or SORT with UPDATE, in order, with the updates applied so far.
///
/// Positions of updates count from 1; those of a SEARCH may be 0, then the messages go where the
/// order of the mailbox puts them.
///
/// ```
/// use imap_proto_core::encode::LiveResults;
/// use imap_proto_core::types::{EsearchData, EsearchResponse, Uid};
/// // RFC 5267 §4.3.3: a list of 2734:2735, and three messages that go before it.
/// let mut live = LiveResults::of([2734, 2735].map(Uid));
/// let set = "2731:2733".parse().expect("a set");
/// let items = vec![EsearchData::AddTo(vec![(1, set)])];
/// live.apply(&EsearchResponse { items, ..EsearchResponse::default() })?;
/// assert_eq!(live.numbers(), [2731, 2732, 2733, 2734, 2735].map(Uid));
/// # Ok::<(), imap_proto_core::encode::Desynchronized>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveResults<N> {
    numbers: Vec<N>,
    limit: usize,
}

/// An update that does not fit what is known: search again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an update that does not fit the results of the search")]
pub struct Desynchronized;

/// How many results are kept, unless said: 64 MB of them.
const LIMIT: usize = 16 * 1024 * 1024;

impl<N: Numbering> LiveResults<N> {
    /// Results in this order.
    pub fn of(numbers: impl IntoIterator<Item = N>) -> Self {
        Self {
            numbers: numbers.into_iter().collect(),
            limit: LIMIT,
        }
    }

    /// The results of a search that asked for ALL besides UPDATE.
    ///
    /// # Errors
    ///
    /// [`Desynchronized`] when there are more than sixteen million.
    pub fn from_results(results: &SearchResults<N>) -> Result<Self, Desynchronized> {
        let mut live = Self::of([]);
        if let Some(numbers) = &results.numbers {
            live.check_room(numbers)?;
            live.numbers.extend(numbers.iter());
        }
        Ok(live)
    }

    /// The results now.
    pub fn numbers(&self) -> &[N] {
        &self.numbers
    }

    /// Applies an update: its items from left to right, and their pairs from left to right.
    ///
    /// # Errors
    ///
    /// [`Desynchronized`] when a position lies beyond the end, or other messages are to be
    /// removed than stand there. What came before it in the update is applied.
    pub fn apply(&mut self, update: &EsearchResponse) -> Result<(), Desynchronized> {
        for item in &update.items {
            match item {
                EsearchData::AddTo(pairs) => {
                    pairs.iter().try_for_each(|(at, set)| self.add(*at, set))?;
                }
                EsearchData::RemoveFrom(pairs) => {
                    let mut pairs = pairs.iter();
                    pairs.try_for_each(|(at, set)| self.remove(*at, set))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn add(&mut self, position: u32, set: &SequenceSet) -> Result<(), Desynchronized> {
        self.check_room(set)?;
        let new = set.iter().map(|number| N::from(number.0));
        match index(position) {
            None => {
                self.numbers.extend(new);
                self.numbers.sort_unstable();
                self.numbers.dedup();
            }
            Some(at) if at <= self.numbers.len() => {
                self.numbers.splice(at..at, new);
            }
            Some(_) => return Err(Desynchronized),
        }
        Ok(())
    }

    fn remove(&mut self, position: u32, set: &SequenceSet) -> Result<(), Desynchronized> {
        let Some(at) = index(position) else {
            self.numbers
                .retain(|&number| !set.contains(SequenceNumber(number.into())));
            return Ok(());
        };
        let count = usize::try_from(set.len()).map_err(|_| Desynchronized)?;
        let end = at.checked_add(count).ok_or(Desynchronized)?;
        let there = self.numbers.get(at..end).ok_or(Desynchronized)?;
        let gone = set.iter().map(|number| N::from(number.0));
        if !gone.eq(there.iter().copied()) {
            return Err(Desynchronized);
        }
        self.numbers.drain(at..end);
        Ok(())
    }

    fn check_room<M>(&self, set: &NumberSet<M>) -> Result<(), Desynchronized> {
        let room = self.limit.saturating_sub(self.numbers.len());
        if set.len() > room as u64 {
            return Err(Desynchronized);
        }
        Ok(())
    }
}

impl LiveResults<SequenceNumber> {
    /// A message was expunged: those above it have another number now. What the search found of
    /// it, a REMOVEFROM removed before (RFC 5267 §4.3.4).
    pub fn expunge(&mut self, gone: SequenceNumber) {
        for number in &mut self.numbers {
            if *number > gone {
                number.0 -= 1;
            }
        }
    }
}

/// The index of a position; `None` for 0.
fn index(position: u32) -> Option<usize> {
    usize::try_from(position.checked_sub(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Uid;

    fn update(items: &[(&str, u32, &str)]) -> EsearchResponse {
        let item = |&(kind, at, set): &(&str, u32, &str)| {
            let pairs = vec![(at, set.parse().unwrap())];
            match kind {
                "ADDTO" => EsearchData::AddTo(pairs),
                _ => EsearchData::RemoveFrom(pairs),
            }
        };
        EsearchResponse {
            items: items.iter().map(item).collect(),
            ..EsearchResponse::default()
        }
    }

    fn uids(live: &LiveResults<Uid>) -> Vec<u32> {
        live.numbers().iter().map(|uid| uid.0).collect()
    }

    /// RFC 5267 §4.3.3: three forms of one update.
    #[test]
    fn the_forms_of_rfc_5267_are_equal() {
        for items in [
            &[
                ("ADDTO", 1, "2733"),
                ("ADDTO", 1, "2732"),
                ("ADDTO", 1, "2731"),
            ][..],
            &[("ADDTO", 1, "2733"), ("ADDTO", 1, "2731:2732")],
            &[("ADDTO", 1, "2731:2733")],
        ] {
            let mut live = LiveResults::of([2734, 2735].map(Uid));
            assert_eq!(live.apply(&update(items)), Ok(()));
            assert_eq!(uids(&live), [2731, 2732, 2733, 2734, 2735]);
        }
    }

    #[test]
    fn position_zero_is_the_order_of_the_mailbox() {
        let mut live = LiveResults::of([4, 9].map(Uid));
        let changes = [("ADDTO", 0, "7,2:3"), ("REMOVEFROM", 0, "4:7")];
        assert_eq!(live.apply(&update(&changes)), Ok(()));
        assert_eq!(uids(&live), [2, 3, 9]);
    }

    #[test]
    fn a_sorted_list_keeps_the_order_told() {
        let mut live = LiveResults::of([30, 10, 20].map(Uid));
        let changes = [("ADDTO", 2, "5,40"), ("REMOVEFROM", 4, "10,20")];
        assert_eq!(live.apply(&update(&changes)), Ok(()));
        assert_eq!(uids(&live), [30, 5, 40]);
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        for wrong in [
            ("ADDTO", 4, "7"),
            ("REMOVEFROM", 2, "30"),
            ("REMOVEFROM", 2, "2:3"),
            ("ADDTO", 1, "1:4294967295"),
            ("REMOVEFROM", 4_294_967_295, "1"),
        ] {
            let mut live = LiveResults::of([1, 2].map(Uid));
            assert_eq!(
                live.apply(&update(&[wrong])),
                Err(Desynchronized),
                "{wrong:?}"
            );
            assert_eq!(uids(&live), [1, 2]);
        }
    }

    #[test]
    fn expunge_renumbers() {
        let mut live = LiveResults::of([1, 3, 5].map(SequenceNumber));
        live.expunge(SequenceNumber(2));
        assert_eq!(live.numbers(), [1, 2, 4].map(SequenceNumber));
    }
}
