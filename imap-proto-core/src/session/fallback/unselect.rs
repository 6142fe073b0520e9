//! UNSELECT (RFC 3691), or EXAMINE and CLOSE.

use std::fmt;

use super::{Done, Halted, Portable, Way};
use crate::encode::{Close, Examine, Unselect};
use crate::session::{Error, Flavor};

/// What an UNSELECT that failed left behind. Nothing was expunged in any of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnselectState {
    /// The mailbox is selected as before, or the connection is over.
    Selected,
    /// The mailbox is selected, to be read only.
    Examined,
}

impl fmt::Display for UnselectState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Selected => "the mailbox is still selected",
            Self::Examined => "the mailbox is selected read-only",
        })
    }
}

impl<F: Flavor> Portable<F> {
    /// Leaves the selected mailbox without expunging anything: UNSELECT. Without it the mailbox is
    /// selected again by EXAMINE, and closed: CLOSE expunges nothing of one that is read-only.
    pub fn unselect(&self) -> F::Operation<Done<()>, Halted<UnselectState>> {
        self.begin(|steps| async move {
            let selected = |cause| Halted::new(UnselectState::Selected, cause);
            let allowed = steps.policy().unselect;
            let way = steps.way("UNSELECT", allowed).await.map_err(selected)?;
            if way == Way::Native {
                steps.run(Unselect).await.map_err(selected)?;
                return Ok(Done { answer: (), way });
            }
            let Some(view) = steps.mailbox() else {
                return Err(selected(Error::NotSent));
            };
            match steps.run(Examine::new(view.mailbox)).await {
                Ok(answer) if answer.read_only => {}
                // CLOSE would expunge.
                Ok(_) => return Err(selected(Error::NotOffered("read-only EXAMINE"))),
                // A refused EXAMINE leaves no mailbox selected (RFC 9051 §6.3.2).
                Err(Error::No(_)) if steps.mailbox().is_none() => {
                    return Ok(Done { answer: (), way });
                }
                Err(cause) => return Err(selected(cause)),
            }
            let closed = steps.run(Close).await;
            closed.map_err(|cause| Halted::new(UnselectState::Examined, cause))?;
            Ok(Done { answer: (), way })
        })
    }
}
