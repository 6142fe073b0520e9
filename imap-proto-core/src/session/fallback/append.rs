//! MULTIAPPEND (RFC 3502), or one APPEND after the other.

use std::fmt;

use super::{Halted, Portable, Way};
use crate::encode::{Append, AppendMessage};
use crate::session::{Error, Flavor};
use crate::types::{AppendUid, MailboxName};

/// How messages were appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Where they went, if the server tells it: for all at once, or for each in order.
    pub uids: Vec<AppendUid>,
    /// In which way it was done.
    pub way: Way,
}

/// What an APPEND of several messages that failed left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppendState {
    /// So many of the messages, the first ones, are in the mailbox.
    pub appended: usize,
    /// Where they went, if the server tells it.
    pub uids: Vec<AppendUid>,
    /// Whether the next one, or by MULTIAPPEND all of them, may be there too, as its answer did
    /// not come.
    pub unknown: bool,
}

impl fmt::Display for AppendState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} messages were appended", self.appended)?;
        f.write_str(if self.unknown { ", perhaps more" } else { "" })
    }
}

impl<F: Flavor> Portable<F> {
    /// Appends several messages: all, or none, by MULTIAPPEND. Without it one after the other,
    /// and a failure says how many are there.
    pub fn append_all(
        &self,
        mailbox: impl Into<MailboxName>,
        messages: impl IntoIterator<Item = AppendMessage>,
    ) -> F::Operation<Appended, Halted<AppendState>> {
        let mailbox = mailbox.into();
        let messages: Vec<AppendMessage> = messages.into_iter().collect();
        self.begin(|steps| async move {
            let mut state = AppendState {
                appended: 0,
                uids: Vec::new(),
                unknown: false,
            };
            let allowed = steps.policy().multi_append || messages.len() < 2;
            let way = steps.way("MULTIAPPEND", allowed).await;
            let way = way.map_err(|cause| Halted::new(state.clone(), cause))?;
            let commands = match way {
                Way::Native => all_in_one(&mailbox, messages),
                Way::Fallback => {
                    let one = |message| Append::new(mailbox.clone(), message);
                    messages.into_iter().map(one).collect()
                }
            };
            for command in commands {
                match steps.run(command).await {
                    Ok(uid) => {
                        state.uids.extend(uid);
                        state.appended += 1;
                    }
                    Err(cause) => {
                        state.unknown = cause.may_have_taken_effect();
                        return Err(Halted::new(state, Error::clone(&cause)));
                    }
                }
            }
            let uids = state.uids;
            Ok(Appended { uids, way })
        })
    }
}

fn all_in_one(mailbox: &MailboxName, messages: Vec<AppendMessage>) -> Vec<Append> {
    let mut messages = messages.into_iter();
    let first = messages
        .next()
        .map(|first| Append::new(mailbox.clone(), first));
    let all = first.map(|command| messages.fold(command, Append::message));
    all.into_iter().collect()
}
