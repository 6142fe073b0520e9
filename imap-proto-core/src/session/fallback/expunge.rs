//! UID EXPUNGE (RFC 4315 §2.1), or EXPUNGE with care.

use std::fmt;

use super::sets::without;
use super::steps::Steps;
use super::{Done, Halted, Portable, Way};
use crate::encode::{Expunge, SearchKey, StoreAction, UidExpunge, UidSearch, UidStore};
use crate::session::{Error, Flavor};
use crate::types::{Flag, UidSet};

/// What an expunge that failed left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExpungeState {
    /// Nothing was expunged.
    Untouched,
    /// Some of the messages may be gone, no others.
    Unknown,
    /// Nothing was expunged, but these other messages may have lost `\Deleted`.
    Unmarked(UidSet),
    /// Some or all of the messages are gone, and these others may have lost `\Deleted`.
    ExpungedAndUnmarked(UidSet),
}

impl fmt::Display for ExpungeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Untouched => f.write_str("nothing was expunged"),
            Self::Unknown => f.write_str("some messages may have been expunged"),
            Self::Unmarked(others) => {
                write!(f, "nothing was expunged, {others} may have lost \\Deleted")
            }
            Self::ExpungedAndUnmarked(others) => {
                write!(
                    f,
                    "messages were expunged, {others} may have lost \\Deleted"
                )
            }
        }
    }
}

impl<F: Flavor> Portable<F> {
    /// Removes those of the messages that have `\Deleted`: UID EXPUNGE.
    ///
    /// Without UIDPLUS, and only where [`Fallbacks::bare_expunge`](crate::engine::Fallbacks)
    /// allows it: other messages with `\Deleted` lose it, EXPUNGE, and they get it back.
    pub fn uid_expunge(
        &self,
        messages: impl Into<UidSet>,
    ) -> F::Operation<Done<()>, Halted<ExpungeState>> {
        let messages = messages.into();
        self.begin(|steps| async move {
            let allowed = steps.policy().bare_expunge;
            let way = steps.way("UIDPLUS", allowed).await;
            let way = way.map_err(|cause| Halted::new(ExpungeState::Untouched, cause))?;
            expunge(&steps, messages, way).await?;
            Ok(Done { answer: (), way })
        })
    }
}

/// Expunges messages that have `\Deleted` if that can be done; else gives them back.
pub(super) async fn expunge_if_possible(
    steps: &Steps,
    messages: UidSet,
) -> Result<Option<UidSet>, Halted<ExpungeState>> {
    let allowed = steps.policy().bare_expunge;
    match steps.way("UIDPLUS", allowed).await {
        Ok(way) => expunge(steps, messages, way).await.map(|()| None),
        Err(Error::NotOffered(_)) => Ok(Some(messages)),
        Err(cause) => Err(Halted::new(ExpungeState::Untouched, cause)),
    }
}

async fn expunge(steps: &Steps, messages: UidSet, way: Way) -> Result<(), Halted<ExpungeState>> {
    if way == Way::Fallback {
        return expunge_among_others(steps, &messages).await;
    }
    let result = steps.run(UidExpunge::new(messages)).await;
    result.map(drop).map_err(|cause| {
        let state = if cause.may_have_taken_effect() {
            ExpungeState::Unknown
        } else {
            ExpungeState::Untouched
        };
        Halted::new(state, cause)
    })
}

async fn expunge_among_others(
    steps: &Steps,
    messages: &UidSet,
) -> Result<(), Halted<ExpungeState>> {
    let deleted = steps.run(UidSearch::new(SearchKey::deleted())).await;
    let deleted = deleted.map_err(|cause| Halted::new(ExpungeState::Untouched, cause))?;
    let others = deleted.numbers.map(|deleted| without(&deleted, messages));
    let others = others.filter(|others| !others.is_empty());
    let Some(others) = others else {
        let result = steps.run(Expunge).await;
        return result.map(drop).map_err(|cause| {
            let state = if cause.may_have_taken_effect() {
                ExpungeState::Unknown
            } else {
                ExpungeState::Untouched
            };
            Halted::new(state, cause)
        });
    };
    let unmarked = |cause| Halted::new(ExpungeState::Unmarked(others.clone()), cause);
    let expunged = |cause| Halted::new(ExpungeState::ExpungedAndUnmarked(others.clone()), cause);
    let store = |action: StoreAction| {
        let others = others.clone();
        steps.run(UidStore::new(others, action.silent()))
    };
    store(StoreAction::remove([Flag::Deleted]))
        .await
        .map_err(unmarked)?;
    let result = steps.run(Expunge).await;
    // Whatever became of it, the others get their flag back.
    let marked = store(StoreAction::add([Flag::Deleted])).await;
    match (result, marked) {
        (Ok(_), Ok(_)) => Ok(()),
        (Err(cause), Ok(_)) if !cause.may_have_taken_effect() => {
            Err(Halted::new(ExpungeState::Untouched, cause))
        }
        (Err(cause), Ok(_)) => Err(Halted::new(ExpungeState::Unknown, cause)),
        (Err(cause), Err(_)) if !cause.may_have_taken_effect() => Err(unmarked(cause)),
        (Err(cause), Err(_)) | (Ok(_), Err(cause)) => Err(expunged(cause)),
    }
}
