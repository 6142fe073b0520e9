//! What a new connection needs to be as the lost one was.

use super::backoff::{Recovery, Setup};
use crate::encode::{Custom, Enable, SelectResponse};
use crate::engine::{MailboxView, SelectionId};
use crate::session::fallback::resynchronize::{Opening, enables_qresync, resynchronized};
use crate::session::fallback::steps::Steps;
use crate::session::{Error, Flavor, KnownMailbox, ResyncMethod, Resynchronized, Session};
use crate::types::{Atom, MailboxName, ModSeq, UidSet, UidValidity};

/// What the lost connection was.
#[derive(Clone, Debug, Default)]
pub(super) struct Former {
    enabled: Vec<Atom>,
    pub(super) selected: Option<Selected>,
}

/// The mailbox that was selected.
#[derive(Clone, Debug)]
pub(super) struct Selected {
    pub(super) selection: SelectionId,
    pub(super) mailbox: MailboxName,
    read_only: bool,
    pub(super) uid_validity: Option<UidValidity>,
    pub(super) mod_seq: Option<ModSeq>,
}

impl Former {
    pub(super) fn of<F: Flavor>(session: &Session<F>) -> Self {
        Self {
            enabled: session.enabled(),
            selected: session.mailbox().map(|view| Selected::of(&view)),
        }
    }
}

impl Selected {
    fn of(view: &MailboxView) -> Self {
        Self {
            selection: view.selection,
            mailbox: view.mailbox.clone(),
            read_only: view.read_only && !view.turned_read_only(),
            uid_validity: view.uid_validity,
            mod_seq: view.mod_seq_then,
        }
    }
}

impl Selected {
    fn with(&self, uids: UidSet) -> KnownMailbox {
        KnownMailbox {
            uid_validity: self.uid_validity.unwrap_or(UidValidity(0)),
            mod_seq: self.mod_seq,
            uids,
        }
    }

    /// It was selected; that anything changed is not known yet.
    fn not_compared(&self, selected: SelectResponse) -> Resynchronized {
        let same = self.uid_validity.is_some() && self.uid_validity == selected.uid_validity;
        Resynchronized {
            selected,
            vanished: UidSet::from_ranges(Vec::new()),
            changed: Vec::new(),
            method: if same {
                ResyncMethod::Comparison
            } else {
                ResyncMethod::Reset
            },
        }
    }
}

/// What came of it.
pub(super) struct Restored {
    /// The mailbox, if one was selected.
    pub(super) mailbox: Option<Result<Resynchronized, Error>>,
    /// Why commands of the caller's for each connection were refused.
    pub(super) refused: Vec<Error>,
}

/// Enables what was enabled, gives the caller's commands for each connection, selects what was
/// selected, and asks what changed. `known`: the messages that are known, if that is to be asked.
pub(super) async fn restore(
    steps: Steps,
    former: Former,
    known: Option<UidSet>,
    recovery: Recovery,
) -> Result<Restored, Error> {
    enable(&steps, &former.enabled, recovery.qresync).await?;
    let refused = set_up(&steps, &recovery.setup).await?;
    let Some(selected) = former.selected else {
        return Ok(Restored {
            mailbox: None,
            refused,
        });
    };
    let opening = Opening::new(selected.mailbox.clone(), selected.read_only);
    let answer = if let Some(uids) = known.filter(|_| steps.policy().resynchronize) {
        resynchronized(&steps, opening, &selected.with(uids)).await
    } else {
        let answer = opening.select(&steps).await;
        answer.map(|answer| selected.not_compared(answer))
    };
    let mailbox = match (answer, steps.mailbox()) {
        (Err(error), _) if error.is_fatal() => return Err(error),
        // It is selected, but what changed could not be had, as when that is too much.
        (Err(_), Some(view)) => Ok(selected.not_compared(SelectResponse {
            exists: Some(view.exists),
            uid_validity: view.uid_validity,
            read_only: view.read_only,
            ..SelectResponse::default()
        })),
        (answer, _) => answer,
    };
    Ok(Restored {
        mailbox: Some(mailbox),
        refused,
    })
}

/// Gives the caller's commands; why some were refused.
async fn set_up(steps: &Steps, setup: &[Setup]) -> Result<Vec<Error>, Error> {
    let mut refused = Vec::new();
    for command in setup {
        let answer = match command.request() {
            Ok(request) => steps.run(Custom::new(request)).await.map(drop),
            Err(error) => Err(error.into()),
        };
        match answer {
            Err(error) if error.is_fatal() => return Err(error),
            Err(error) => refused.push(error),
            Ok(()) => {}
        }
    }
    Ok(refused)
}

/// A server that refuses is one that does without.
async fn enable(steps: &Steps, former: &[Atom], qresync: bool) -> Result<(), Error> {
    let names = former.iter().map(ToString::to_string);
    let names: Vec<_> = names.filter(|name| !steps.is_enabled(name)).collect();
    if !names.is_empty() {
        tolerated(steps.run(Enable::new(names)).await)?;
    }
    if qresync {
        tolerated(enables_qresync(steps).await)?;
    }
    Ok(())
}

/// The answer, unless the server refused.
fn tolerated<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Error::No(_) | Error::Bad(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
