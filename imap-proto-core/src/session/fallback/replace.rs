//! REPLACE (RFC 8508), or APPEND, STORE and UID EXPUNGE.

use std::fmt;

use super::expunge::{ExpungeState, expunge_if_possible};
use super::sets::one;
use super::steps::Steps;
use super::{Halted, Portable, Way};
use crate::encode::{Append, AppendMessage, StoreAction, UidReplace, UidStore};
use crate::session::{Error, Flavor};
use crate::types::{AppendUid, Flag, MailboxName, Uid};

/// How a message was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// Where the new one is, if the server tells it.
    pub uid: Option<AppendUid>,
    /// Whether the old one is still there with `\Deleted`, as the server has no UID EXPUNGE.
    pub left: bool,
    /// In which way it was done.
    pub way: Way,
}

/// What a replacement that failed left behind. The old message or the new one is there in each.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplaceState {
    /// The old message alone is there.
    Untouched,
    /// The new message may be there.
    Unknown,
    /// Both are there; the old one may have `\Deleted`.
    Appended(Option<AppendUid>),
    /// The new one is there, the old one has `\Deleted`; what became of the expunge.
    Marked(Option<AppendUid>, ExpungeState),
}

impl fmt::Display for ReplaceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Untouched => f.write_str("the message was not replaced"),
            Self::Unknown => f.write_str("the new message may be there"),
            Self::Appended(_) => f.write_str("both messages are there"),
            Self::Marked(_, expunge) => {
                write!(
                    f,
                    "the new message is there, the old one is marked; {expunge}"
                )
            }
        }
    }
}

impl<F: Flavor> Portable<F> {
    /// Puts a message in the place of one of the selected mailbox, in that or another mailbox:
    /// UID REPLACE. Without it APPEND, and when that is done `\Deleted` on the old one and UID
    /// EXPUNGE; without UIDPLUS the old one stays with `\Deleted`.
    pub fn uid_replace(
        &self,
        uid: Uid,
        mailbox: impl Into<MailboxName>,
        message: AppendMessage,
    ) -> F::Operation<Replaced, Halted<ReplaceState>> {
        let mailbox = mailbox.into();
        self.begin(move |steps| async move {
            let allowed = steps.policy().replace;
            let way = steps.way("REPLACE", allowed).await;
            match way.map_err(|cause| Halted::new(ReplaceState::Untouched, cause))? {
                Way::Native => {
                    let result = steps.run(UidReplace::new(uid, mailbox, message)).await;
                    let uid = result.map_err(of_append)?;
                    let (left, way) = (false, Way::Native);
                    Ok(Replaced { uid, left, way })
                }
                Way::Fallback => fallback(&steps, uid, mailbox, message).await,
            }
        })
    }
}

fn of_append(cause: Error) -> Halted<ReplaceState> {
    let state = if cause.may_have_taken_effect() {
        ReplaceState::Unknown
    } else {
        ReplaceState::Untouched
    };
    Halted::new(state, cause)
}

async fn fallback(
    steps: &Steps,
    old: Uid,
    mailbox: MailboxName,
    message: AppendMessage,
) -> Result<Replaced, Halted<ReplaceState>> {
    let there = steps.existing(one(old)).await;
    let there = there.map_err(|cause| Halted::new(ReplaceState::Untouched, cause))?;
    if there.is_empty() {
        return Err(Halted::new(
            ReplaceState::Untouched,
            Error::NoSuchMessage(old),
        ));
    }
    let uid = steps.run(Append::new(mailbox, message)).await;
    let uid = uid.map_err(of_append)?;
    let marks = StoreAction::add([Flag::Deleted]).silent();
    let marked = steps.run(UidStore::new(one(old), marks)).await;
    marked.map_err(|cause| Halted::new(ReplaceState::Appended(uid.clone()), cause))?;
    let left = expunge_if_possible(steps, one(old)).await;
    let left = left.map_err(|halted| {
        let state = ReplaceState::Marked(uid.clone(), halted.state);
        Halted::new(state, halted.cause)
    })?;
    Ok(Replaced {
        uid,
        left: left.is_some(),
        way: Way::Fallback,
    })
}
