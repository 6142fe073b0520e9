//! SELECT, EXAMINE, CLOSE, UNSELECT (RFC 9051 §6.3.2, §6.3.3, §6.4.1, §6.4.2, RFC 7162).

use super::answer::answers_nothing;
use super::{
    Claim, Claims, Command, Effect, FetchNeeds, MissingAnswer, Pipelining, Request, SelectResponse,
    States, SubmitError,
};
use crate::types::{Completion, Data, MailboxName, ModSeq, SequenceSet, UidSet, UidValidity};

/// SELECT a mailbox to read and change it (RFC 9051 §6.3.2).
///
/// ```
/// use imap_proto_core::encode::{Command, Select};
/// assert!(Select::new("INBOX").cond_store().request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Select(Selection);

/// EXAMINE: the same to read only (RFC 9051 §6.3.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examine(Selection);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Selection {
    mailbox: MailboxName,
    cond_store: bool,
    annotate: bool,
    qresync: Option<QresyncParameters>,
    others: Vec<String>,
}

macro_rules! selects {
    ($name:ident, $wire:literal, $read_only:literal) => {
        impl $name {
            /// The command for this mailbox.
            pub fn new(mailbox: impl Into<MailboxName>) -> Self {
                Self(Selection {
                    mailbox: mailbox.into(),
                    cond_store: false,
                    annotate: false,
                    qresync: None,
                    others: Vec::new(),
                })
            }

            /// Turns mod-sequences on (RFC 7162 §3.1.8; needs CONDSTORE).
            #[must_use]
            pub fn cond_store(mut self) -> Self {
                self.0.cond_store = true;
                self
            }

            /// Asks to be told when others change annotations of messages (RFC 5257 §4.2; needs
            /// ANNOTATE-EXPERIMENT-1).
            #[must_use]
            pub fn annotate(mut self) -> Self {
                self.0.annotate = true;
                self
            }

            /// Any other parameter, as it stands on the wire: a name, and perhaps a value
            /// (RFC 4466 §2.4).
            #[must_use]
            pub fn parameter(mut self, parameter: impl Into<String>) -> Self {
                self.0.others.push(parameter.into());
                self
            }

            /// Asks what changed since (RFC 7162 §3.2.5; QRESYNC must be enabled).
            #[must_use]
            pub fn qresync(mut self, parameters: QresyncParameters) -> Self {
                self.0.qresync = Some(parameters);
                self
            }
        }

        impl Command for $name {
            type Item = Data;
            type Partial = SelectResponse;
            type Output = SelectResponse;

            fn request(self) -> Result<Request, SubmitError> {
                self.0.into_request($wire, $read_only)
            }

            fn item(data: Data) -> Result<Data, Data> {
                SelectResponse::takes(data)
            }

            fn add(partial: &mut SelectResponse, item: Data) {
                partial.apply(item);
            }

            fn finish(
                partial: SelectResponse,
                completion: &Completion,
            ) -> Result<SelectResponse, MissingAnswer> {
                partial.complete(completion, $read_only)
            }
        }
    };
}

selects!(Select, "SELECT ", false);
selects!(Examine, "EXAMINE ", true);

impl Selection {
    fn into_request(self, name: &'static str, read_only: bool) -> Result<Request, SubmitError> {
        let mut claims = Claims::one(Claim::Select);
        if self.qresync.is_some() {
            let needs = [FetchNeeds::UID, FetchNeeds::FLAGS, FetchNeeds::MOD_SEQ];
            let needs = needs
                .into_iter()
                .fold(FetchNeeds::default(), FetchNeeds::union);
            claims = claims.and(Claim::UidFetch(UidSet::all(), needs));
        }
        let mut request = Request::known(name, States::AFTER_LOGIN, Pipelining::SELECT)
            .claims(claims)
            .mailbox(self.mailbox.clone())
            .effect(Effect::Select {
                mailbox: self.mailbox,
                read_only,
            });
        let mut before = " (";
        for (wanted, name) in [(self.cond_store, "CONDSTORE"), (self.annotate, "ANNOTATE")] {
            if wanted {
                request = request.put(before).put(name);
                before = " ";
            }
        }
        for parameter in &self.others {
            request = request.put(before).parameter(parameter)?;
            before = " ";
        }
        if let Some(parameters) = &self.qresync {
            request.needs.match_data = parameters.matches.is_some();
            request = request.put(before).qresync(parameters)?;
            before = " ";
        }
        let some = before == " ";
        Ok(if some { request.put(")") } else { request })
    }
}

/// What is known of a mailbox from before, to learn what changed since (RFC 7162 §3.2.5).
///
/// ```
/// use imap_proto_core::encode::QresyncParameters;
/// use imap_proto_core::types::{ModSeq, Uid, UidValidity};
/// let known = (Uid(41)..=Uid(211)).into();
/// QresyncParameters::new(UidValidity(67_890_007), ModSeq(20_050_715_194_045_000)).known(known);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QresyncParameters {
    uid_validity: UidValidity,
    mod_seq: ModSeq,
    known: Option<UidSet>,
    matches: Option<(SequenceSet, UidSet)>,
}

impl QresyncParameters {
    /// The mailbox's UIDVALIDITY and highest mod-sequence as last seen.
    pub fn new(uid_validity: UidValidity, mod_seq: ModSeq) -> Self {
        Self {
            uid_validity,
            mod_seq,
            known: None,
            matches: None,
        }
    }

    /// The UIDs that the client knows of; without them, all up to the highest.
    #[must_use]
    pub fn known(mut self, uids: UidSet) -> Self {
        self.known = Some(uids);
        self
    }

    /// Some message numbers with their UIDs as last seen, so that the server need not tell of
    /// what vanished before them (RFC 7162 §3.2.5.2).
    #[must_use]
    pub fn matches(mut self, numbers: SequenceSet, uids: UidSet) -> Self {
        self.matches = Some((numbers, uids));
        self
    }
}

impl Request {
    fn qresync(mut self, parameters: &QresyncParameters) -> Result<Self, SubmitError> {
        let QresyncParameters {
            uid_validity,
            mod_seq,
            known,
            matches,
        } = parameters;
        if uid_validity.0 == 0 || uid_validity.0 > u64::from(u32::MAX) {
            return Err(SubmitError::OutOfRange("UIDVALIDITY"));
        }
        check_mod_seq(*mod_seq)?;
        if mod_seq.0 == 0 {
            return Err(SubmitError::OutOfRange("the mod-sequence"));
        }
        self = self.put(format_args!("QRESYNC ({uid_validity} {mod_seq}"));
        if let Some(known) = known {
            self = self.space().set(known)?;
        }
        if let Some((numbers, uids)) = matches {
            self = self.put(" (").set(numbers)?.space().set(uids)?.put(")");
        }
        Ok(self.put(")"))
    }
}

/// A mod-sequence has 63 bits (RFC 7162 §7).
pub(super) fn check_mod_seq(mod_seq: ModSeq) -> Result<(), SubmitError> {
    if i64::try_from(mod_seq.0).is_err() {
        return Err(SubmitError::OutOfRange("the mod-sequence"));
    }
    Ok(())
}

/// A command that leaves the selected mailbox.
macro_rules! deselects {
    ($(#[$meta:meta])* $name:ident, $wire:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name;

        impl Command for $name {
            answers_nothing!();

            fn request(self) -> Result<Request, SubmitError> {
                let class = Pipelining::DESELECT;
                Ok(Request::known($wire, States::SELECTED, class).effect(Effect::Deselect))
            }
        }
    };
}

deselects! {
    /// CLOSE: removes the messages with `\Deleted`, without telling which, and leaves the mailbox
    /// (RFC 9051 §6.4.1).
    Close, "CLOSE"
}
deselects! {
    /// UNSELECT: leaves the mailbox and removes nothing (RFC 9051 §6.4.2, RFC 3691).
    Unselect, "UNSELECT"
}
