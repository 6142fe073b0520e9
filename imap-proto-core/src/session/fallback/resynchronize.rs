//! What changed in a mailbox: QRESYNC, CONDSTORE (RFC 7162), or the comparison of everything.

use super::Portable;
use super::sets::without;
use super::steps::{Steps, finish};
use crate::encode::{
    Enable, Examine, FetchItems, QresyncParameters, SearchKey, Select, SelectResponse, UidFetch,
    UidSearch,
};
use crate::engine::State;
use crate::session::{Error, Flavor};
use crate::types::{FetchResponse, MailboxName, ModSeq, UidSet, UidValidity};

/// What is known of a mailbox from before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownMailbox {
    /// Its UIDVALIDITY then.
    pub uid_validity: UidValidity,
    /// Its highest mod-sequence then; `None` where the server had none.
    pub mod_seq: Option<ModSeq>,
    /// The messages that it had.
    pub uids: UidSet,
}

/// How the changes were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResyncMethod {
    /// By SELECT with QRESYNC.
    Qresync,
    /// Changes by CHANGEDSINCE, what is gone by a search.
    Condstore,
    /// All flags were fetched.
    Comparison,
    /// UIDVALIDITY is another: nothing of what was known holds, and all flags were fetched.
    Reset,
}

/// A mailbox that was selected, and what changed in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Resynchronized {
    /// The answer of SELECT.
    pub selected: SelectResponse,
    /// Messages that were known and are gone.
    pub vanished: UidSet,
    /// Messages that are new or whose flags changed, with UID and flags; by
    /// [`Comparison`](ResyncMethod::Comparison) and [`Reset`](ResyncMethod::Reset) all of them.
    pub changed: Vec<FetchResponse>,
    /// How that was found.
    pub method: ResyncMethod,
}

impl<F: Flavor> Portable<F> {
    /// Selects a mailbox and tells what changed since it was last seen: by QRESYNC, which is
    /// enabled where that can still be done; else by CONDSTORE; else by fetching all flags.
    ///
    /// When it fails, the session's state says whether the mailbox is selected; nothing is changed
    /// in it.
    pub fn resynchronize(
        &self,
        mailbox: impl Into<MailboxName>,
        known: KnownMailbox,
    ) -> F::Operation<Resynchronized, Error> {
        let opening = Opening::new(mailbox.into(), false);
        self.begin(|steps| async move {
            if known.mod_seq.is_some() {
                enables_qresync(&steps).await?;
            }
            resynchronized(&steps, opening, &known).await
        })
    }
}

/// How a mailbox is to be selected.
pub(in crate::session) struct Opening {
    mailbox: MailboxName,
    read_only: bool,
    cond_store: bool,
    qresync: Option<QresyncParameters>,
}

impl Opening {
    pub(in crate::session) fn new(mailbox: MailboxName, read_only: bool) -> Self {
        Self {
            mailbox,
            read_only,
            cond_store: false,
            qresync: None,
        }
    }

    /// Selects it, or examines it.
    pub(in crate::session) async fn select(self, steps: &Steps) -> Result<SelectResponse, Error> {
        macro_rules! run {
            ($command:ident) => {{
                let mut command = $command::new(self.mailbox);
                if self.cond_store {
                    command = command.cond_store();
                }
                if let Some(parameters) = self.qresync {
                    command = command.qresync(parameters);
                }
                steps.run(command).await
            }};
        }
        if self.read_only {
            run!(Examine)
        } else {
            run!(Select)
        }
    }
}

/// Selects a mailbox and tells what changed in it, by QRESYNC only if that is enabled already.
pub(in crate::session) async fn resynchronized(
    steps: &Steps,
    opening: Opening,
    known: &KnownMailbox,
) -> Result<Resynchronized, Error> {
    match known.mod_seq {
        Some(mod_seq) if steps.is_enabled("QRESYNC") => {
            by_qresync(steps, opening, known, mod_seq).await
        }
        _ if !steps.policy().resynchronize => Err(Error::NotOffered("QRESYNC")),
        _ => by_hand(steps, opening, known).await,
    }
}

/// Enables QRESYNC, unless it is; in a selected mailbox it is too late (RFC 5161 §3.1).
pub(in crate::session) async fn enables_qresync(steps: &Steps) -> Result<bool, Error> {
    if !(steps.offers("QRESYNC").await? && steps.offers("ENABLE").await?) {
        return Ok(false);
    }
    if steps.is_enabled("QRESYNC") {
        return Ok(true);
    }
    if steps.state() != State::Authenticated {
        return Ok(false);
    }
    let enabled = steps.run(Enable::new(["QRESYNC"])).await?;
    Ok(enabled.contains("QRESYNC"))
}

async fn by_qresync(
    steps: &Steps,
    mut opening: Opening,
    known: &KnownMailbox,
    mod_seq: ModSeq,
) -> Result<Resynchronized, Error> {
    /// Ranges that fit into a line which every server takes: 8192 octets (RFC 7162 §4). Without
    /// them the server may name messages that were never known, too.
    const RANGES: usize = 300;
    let mut parameters = QresyncParameters::new(known.uid_validity, mod_seq);
    if !known.uids.is_empty() && known.uids.ranges().len() <= RANGES {
        parameters = parameters.known(known.uids.clone());
    }
    opening.qresync = Some(parameters);
    let mut selected = opening.select(steps).await?;
    if selected.uid_validity != Some(known.uid_validity) {
        return everything(steps, selected, known).await;
    }
    let told = std::mem::take(&mut selected.vanished);
    let told = told.iter().flat_map(|set| set.ranges().to_vec()).collect();
    let told = UidSet::from_ranges(told);
    Ok(Resynchronized {
        changed: std::mem::take(&mut selected.changed),
        selected,
        vanished: super::sets::both(&known.uids, &told),
        method: ResyncMethod::Qresync,
    })
}

async fn by_hand(
    steps: &Steps,
    mut opening: Opening,
    known: &KnownMailbox,
) -> Result<Resynchronized, Error> {
    let condstore = known.mod_seq.is_some() && steps.offers("CONDSTORE").await?;
    opening.cond_store = condstore;
    let selected = opening.select(steps).await?;
    let valid = selected.uid_validity == Some(known.uid_validity);
    let Some(since) = known
        .mod_seq
        .filter(|_| condstore && valid && selected.highest_mod_seq.is_some())
    else {
        return everything(steps, selected, known).await;
    };
    if selected.exists == Some(0) {
        return Ok(Resynchronized {
            selected,
            vanished: known.uids.clone(),
            changed: Vec::new(),
            method: ResyncMethod::Condstore,
        });
    }
    let items = FetchItems::new().flags();
    let fetch = steps.start(UidFetch::new(UidSet::all(), items).changed_since(since));
    let search = steps.start(UidSearch::new(SearchKey::all()));
    let changed = finish(fetch).await?.into_iter().collect();
    let there = finish(search).await?.numbers;
    let there = there.unwrap_or_else(|| UidSet::from_ranges(Vec::new()));
    Ok(Resynchronized {
        selected,
        vanished: without(&known.uids, &there),
        changed,
        method: ResyncMethod::Condstore,
    })
}

/// Fetches the flags of all messages of the mailbox that is selected.
async fn everything(
    steps: &Steps,
    selected: SelectResponse,
    known: &KnownMailbox,
) -> Result<Resynchronized, Error> {
    let method = if selected.uid_validity == Some(known.uid_validity) {
        ResyncMethod::Comparison
    } else {
        ResyncMethod::Reset
    };
    let changed: Vec<FetchResponse> = if selected.exists == Some(0) {
        Vec::new()
    } else {
        let items = FetchItems::new().flags();
        let fetch = UidFetch::new(UidSet::all(), items);
        steps.run(fetch).await?.into_iter().collect()
    };
    let there: UidSet = changed.iter().filter_map(|message| message.uid).collect();
    let vanished = match method {
        ResyncMethod::Reset => known.uids.clone(),
        _ => without(&known.uids, &there),
    };
    Ok(Resynchronized {
        selected,
        vanished,
        changed,
        method,
    })
}
