//! MOVE (RFC 6851), or COPY, STORE and UID EXPUNGE.

use std::fmt;

use super::expunge::{ExpungeState, expunge_if_possible};
use super::sets::{both, is_explicit};
use super::steps::Steps;
use super::{Halted, Portable, Way};
use crate::encode::{StoreAction, UidCopy, UidMove, UidStore};
use crate::session::Flavor;
use crate::types::{CopyUid, Flag, MailboxName, UidSet};

/// How messages were moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Where they went, if the server tells it.
    pub uids: Option<CopyUid>,
    /// Those that are still in the source with `\Deleted`, as the server has no UID EXPUNGE.
    pub left: Option<UidSet>,
    /// In which way it was done.
    pub way: Way,
}

/// What a move that failed left behind. No message is lost in any of these.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MoveState {
    /// All messages are where they were, and nowhere else.
    Untouched,
    /// Some messages may be in both mailboxes, or, by MOVE, in the other one alone.
    Unknown,
    /// All are in both mailboxes; some may have `\Deleted` in the source.
    Copied(Option<CopyUid>),
    /// All are in the other mailbox, those in the source have `\Deleted`; what became of the
    /// expunge.
    Marked(Option<CopyUid>, ExpungeState),
}

impl fmt::Display for MoveState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Untouched => f.write_str("no message was moved or copied"),
            Self::Unknown => f.write_str("some messages may have been moved or copied"),
            Self::Copied(_) => f.write_str("the messages were copied, but not removed"),
            Self::Marked(_, expunge) => {
                write!(
                    f,
                    "the messages were copied and marked as deleted; {expunge}"
                )
            }
        }
    }
}

impl<F: Flavor> Portable<F> {
    /// Moves messages of the selected mailbox to another: UID MOVE.
    ///
    /// Without MOVE: UID COPY, `\Deleted` on what was copied, UID EXPUNGE. Without UIDPLUS the
    /// messages stay with `\Deleted`, as EXPUNGE would take others along. A range is searched
    /// for first, so that a message that comes meanwhile is not marked without having been copied.
    pub fn uid_move(
        &self,
        messages: impl Into<UidSet>,
        mailbox: impl Into<MailboxName>,
    ) -> F::Operation<Moved, Halted<MoveState>> {
        let (messages, mailbox) = (messages.into(), mailbox.into());
        self.begin(|steps| async move {
            let allowed = steps.policy().move_messages;
            let way = steps.way("MOVE", allowed).await;
            match way.map_err(|cause| Halted::new(MoveState::Untouched, cause))? {
                Way::Native => native(&steps, messages, mailbox).await,
                Way::Fallback => fallback(&steps, messages, mailbox).await,
            }
        })
    }
}

async fn native(
    steps: &Steps,
    messages: UidSet,
    mailbox: MailboxName,
) -> Result<Moved, Halted<MoveState>> {
    // A MOVE that says NO may have moved some (RFC 6851 §3.3).
    let result = steps.run(UidMove::new(messages, mailbox)).await;
    let uids = result.map_err(|cause| Halted::new(MoveState::Unknown, cause))?;
    Ok(Moved {
        uids,
        left: None,
        way: Way::Native,
    })
}

async fn fallback(
    steps: &Steps,
    messages: UidSet,
    mailbox: MailboxName,
) -> Result<Moved, Halted<MoveState>> {
    let untouched = |cause| Halted::new(MoveState::Untouched, cause);
    let messages = if is_explicit(&messages) {
        messages
    } else {
        steps.existing(messages).await.map_err(untouched)?
    };
    let mut moved = Moved {
        uids: None,
        left: None,
        way: Way::Fallback,
    };
    if messages.is_empty() {
        return Ok(moved);
    }
    // COPY copies all or nothing (RFC 9051 §6.4.7).
    let copy = steps.run(UidCopy::new(messages.clone(), mailbox)).await;
    moved.uids = copy.map_err(|cause| {
        let state = if cause.may_have_taken_effect() {
            MoveState::Unknown
        } else {
            MoveState::Untouched
        };
        Halted::new(state, cause)
    })?;
    // Where the server tells what it copied, nothing else is removed.
    let copied = match &moved.uids {
        Some(uids) => both(&uids.source, &messages),
        None => messages,
    };
    if copied.is_empty() {
        return Ok(moved);
    }
    let marks = StoreAction::add([Flag::Deleted]).silent();
    let marked = steps.run(UidStore::new(copied.clone(), marks)).await;
    marked.map_err(|cause| Halted::new(MoveState::Copied(moved.uids.clone()), cause))?;
    let left = expunge_if_possible(steps, copied).await;
    moved.left = left.map_err(|halted| {
        let state = MoveState::Marked(moved.uids.clone(), halted.state);
        Halted::new(state, halted.cause)
    })?;
    Ok(moved)
}
