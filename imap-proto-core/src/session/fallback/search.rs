//! Parts and results of a search: ESEARCH (RFC 4731), PARTIAL (RFC 9394), SEARCHRES (RFC 5182),
//! or SEARCH alone.

use super::sets::part;
use super::{Done, Portable, Way};
use crate::encode::{Messages, SearchKey, SearchReturn, UidSearch};
use crate::session::{Error, Flavor};
use crate::types::{Uid, UidSet};

/// How many messages were found, and the ends of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SearchSummary {
    /// How many.
    pub count: u64,
    /// The lowest UID.
    pub min: Option<Uid>,
    /// The highest UID.
    pub max: Option<Uid>,
}

impl<F: Flavor> Portable<F> {
    /// How many messages meet a condition, the first and the last of them: SEARCH with
    /// RETURN (MIN MAX COUNT). Without ESEARCH all numbers are told and counted here.
    pub fn uid_search_summary(&self, key: SearchKey) -> F::Operation<Done<SearchSummary>, Error> {
        self.begin(|steps| async move {
            let way = steps.way("ESEARCH", steps.policy().esearch).await?;
            let search = UidSearch::new(key);
            let found = match way {
                Way::Native => {
                    let told = SearchReturn::new().min().max().count();
                    steps.run(search.returning(told)).await?
                }
                Way::Fallback => steps.run(search).await?,
            };
            let answer = SearchSummary {
                count: found.count().unwrap_or_default(),
                min: found.min(),
                max: found.max(),
            };
            Ok(Done { answer, way })
        })
    }

    /// A part of what meets a condition, by position in ascending order: from 1, the first, up, or
    /// from -1, the last, down. SEARCH with RETURN (PARTIAL); without it all numbers are told, and
    /// cut here.
    pub fn uid_search_part(
        &self,
        key: SearchKey,
        first: i64,
        last: i64,
    ) -> F::Operation<Done<UidSet>, Error> {
        self.begin(move |steps| async move {
            let way = steps.way("PARTIAL", steps.policy().partial).await?;
            let search = UidSearch::new(key);
            let nothing = || UidSet::from_ranges(Vec::new());
            let answer = match way {
                Way::Native => {
                    let told = SearchReturn::new().partial(first, last);
                    let found = steps.run(search.returning(told)).await?;
                    let numbers = found.partial.and_then(|partial| partial.numbers);
                    numbers.map_or_else(nothing, |set| UidSet::from_ranges(set.ranges().to_vec()))
                }
                Way::Fallback => {
                    let found = steps.run(search).await?;
                    let numbers = found.numbers.unwrap_or_else(nothing);
                    part(&numbers, first, last)
                }
            };
            Ok(Done { answer, way })
        })
    }

    /// What meets a condition, for a command that follows: `$`, kept by the server, where it has
    /// SEARCHRES, else the set of UIDs. `None`: nothing was found.
    ///
    /// `$` holds until the next search that saves its result, or another mailbox is selected.
    pub fn uid_search_saved(
        &self,
        key: SearchKey,
    ) -> F::Operation<Done<Option<Messages<Uid>>>, Error> {
        self.begin(|steps| async move {
            let way = steps.way("SEARCHRES", steps.policy().search_result).await?;
            let search = UidSearch::new(key);
            let answer = match way {
                Way::Native => {
                    let told = SearchReturn::new().save().count();
                    let found = steps.run(search.returning(told)).await?;
                    (!found.is_empty()).then_some(Messages::SavedResult)
                }
                Way::Fallback => steps.run(search).await?.numbers.map(Messages::Set),
            };
            Ok(Done { answer, way })
        })
    }
}
