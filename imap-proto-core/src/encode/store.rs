//! STORE (RFC 9051 §6.4.6, RFC 7162 §3.1.3).

use super::answer::takes;
use super::select::check_mod_seq;
use super::{
    Annotations, Claims, Command, FetchNeeds, Messages, MissingAnswer, Numbering, Pipelining,
    Request, Segment, States, SubmitError,
};
use crate::types::{
    Code, Completion, Data, FetchResponse, Flag, Flags, MailboxName, MessageLimit, ModSeq,
    NumberSet, SequenceNumber, Uid,
};

/// STORE: changes the flags of messages (RFC 9051 §6.4.6).
///
/// ```
/// use imap_proto_core::encode::{Command, Store, StoreAction};
/// use imap_proto_core::types::{Flag, SequenceNumber};
/// let messages = SequenceNumber(2)..=SequenceNumber(4);
/// assert!(Store::new(messages, StoreAction::add([Flag::Deleted])).request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store<N = SequenceNumber> {
    messages: Messages<N>,
    action: StoreAction,
    unchanged_since: Option<ModSeq>,
}

/// UID STORE (RFC 9051 §6.4.9).
pub type UidStore = Store<Uid>;

impl<N: Numbering> Store<N> {
    /// STORE on these messages.
    pub fn new(messages: impl Into<Messages<N>>, action: StoreAction) -> Self {
        Self {
            messages: messages.into(),
            action,
            unchanged_since: None,
        }
    }

    /// Only messages that did not change after this mod-sequence (RFC 7162 §3.1.3; needs
    /// CONDSTORE). The others are told in [`StoreResponse::modified`].
    #[must_use]
    pub fn unchanged_since(mut self, mod_seq: ModSeq) -> Self {
        self.unchanged_since = Some(mod_seq);
        self
    }

    fn class(&self) -> Pipelining {
        let writer = match self.messages {
            Messages::Set(_) => Pipelining::FLAG_WRITER,
            Messages::SavedResult => Pipelining::FLAG_WRITER_SAVED,
        };
        let class = self.messages.class().union(writer);
        match self.unchanged_since {
            Some(_) => class.union(Pipelining::CONDITIONAL),
            None => class,
        }
    }

    /// A silent STORE is answered only with mod-sequences, if at all (RFC 7162 §3.1.3).
    fn claims(&self) -> Claims {
        let needs = match (self.action.silent, self.unchanged_since) {
            (false, _) => match self.action.data {
                StoreData::Flags(_) | StoreData::Annotations(_) => FetchNeeds::FLAGS,
                StoreData::GmailLabels(_) => FetchNeeds::GMAIL_LABELS,
            },
            (true, Some(_)) => FetchNeeds::MOD_SEQ,
            (true, None) => return Claims::none(),
        };
        Claims::one(self.messages.claim(needs))
    }
}

impl<N: Numbering> Command for Store<N> {
    type Item = FetchResponse;
    type Partial = Vec<FetchResponse>;
    type Output = StoreResponse<N>;

    takes!(Data::Fetch(fetch) => fetch);

    fn request(self) -> Result<Request, SubmitError> {
        let mut request = Request::known(N::PREFIX, States::SELECTED, self.class())
            .claims(self.claims())
            .put("STORE ")
            .messages(&self.messages)?;
        if let Some(mod_seq) = self.unchanged_since {
            check_mod_seq(mod_seq)?;
            request = request.put(format_args!(" (UNCHANGEDSINCE {mod_seq})"));
        }
        request.space().store_action(self.action)
    }

    fn add(partial: &mut Self::Partial, item: FetchResponse) {
        partial.push(item);
    }

    fn finish(
        messages: Vec<FetchResponse>,
        completion: &Completion,
    ) -> Result<StoreResponse<N>, MissingAnswer> {
        let modified = match &completion.text.code {
            Some(Code::Modified(set)) => Some(NumberSet::from_ranges(set.ranges().to_vec())),
            _ => None,
        };
        Ok(StoreResponse {
            messages,
            modified,
            message_limit: completion.message_limit(),
        })
    }
}

/// The answer of STORE.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct StoreResponse<N> {
    /// The messages as they are now; none after a silent STORE.
    pub messages: Vec<FetchResponse>,
    /// Those that were left alone since they had changed (`MODIFIED`, RFC 7162 §3.1.3).
    pub modified: Option<NumberSet<N>>,
    /// Only so many messages were changed, the newest: go on below (RFC 9738 §3).
    pub message_limit: Option<MessageLimit>,
}

/// What to change: flags, labels or annotations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreAction {
    sign: &'static str,
    data: StoreData,
    silent: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum StoreData {
    Flags(Flags),
    GmailLabels(Vec<MailboxName>),
    Annotations(Annotations),
}

impl StoreAction {
    /// Set these flags, keep the others.
    pub fn add(flags: impl IntoIterator<Item = Flag>) -> Self {
        Self::new("+", flags)
    }

    /// Clear these flags, keep the others.
    pub fn remove(flags: impl IntoIterator<Item = Flag>) -> Self {
        Self::new("-", flags)
    }

    /// Set these flags, clear all others.
    pub fn replace(flags: impl IntoIterator<Item = Flag>) -> Self {
        Self::new("", flags)
    }

    /// Set these labels, keep the others (needs X-GM-EXT-1). Those of the system begin with a
    /// backslash, such as `\\Inbox`.
    pub fn add_gmail_labels<L: Into<MailboxName>>(labels: impl IntoIterator<Item = L>) -> Self {
        Self::labels("+", labels)
    }

    /// Take these labels off, keep the others (needs X-GM-EXT-1).
    pub fn remove_gmail_labels<L: Into<MailboxName>>(labels: impl IntoIterator<Item = L>) -> Self {
        Self::labels("-", labels)
    }

    /// Set these labels, take all others off (needs X-GM-EXT-1).
    pub fn replace_gmail_labels<L: Into<MailboxName>>(labels: impl IntoIterator<Item = L>) -> Self {
        Self::labels("", labels)
    }

    /// Write annotations (RFC 5257 §4.5; needs ANNOTATE-EXPERIMENT-1). It is always silent.
    pub fn annotate(annotations: Annotations) -> Self {
        Self {
            sign: "",
            data: StoreData::Annotations(annotations),
            silent: true,
        }
    }

    fn new(sign: &'static str, flags: impl IntoIterator<Item = Flag>) -> Self {
        Self {
            sign,
            data: StoreData::Flags(flags.into_iter().collect()),
            silent: false,
        }
    }

    fn labels<L: Into<MailboxName>>(
        sign: &'static str,
        labels: impl IntoIterator<Item = L>,
    ) -> Self {
        Self {
            sign,
            data: StoreData::GmailLabels(labels.into_iter().map(Into::into).collect()),
            silent: false,
        }
    }

    /// The server need not tell the flags or labels afterwards.
    #[must_use]
    pub fn silent(mut self) -> Self {
        self.silent = true;
        self
    }
}

impl Request {
    fn store_action(self, action: StoreAction) -> Result<Self, SubmitError> {
        let StoreAction { sign, data, silent } = action;
        let silent = if silent { ".SILENT" } else { "" };
        match data {
            StoreData::Flags(flags) => self.put(format_args!("{sign}FLAGS{silent} ")).flags(&flags),
            StoreData::GmailLabels(labels) => Ok(self
                .put(format_args!("{sign}X-GM-LABELS{silent} ("))
                .spaced(labels, Self::gmail_label)
                .put(")")),
            StoreData::Annotations(annotations) => self.annotations(annotations),
        }
    }

    /// Adds a label: one of the system bare, any other as a mailbox is named.
    fn gmail_label(self, label: MailboxName) -> Self {
        let name = label.as_wire_bytes().strip_prefix(b"\\");
        let is_of_system =
            |name: &[u8]| !name.is_empty() && name.iter().all(u8::is_ascii_alphanumeric);
        if name.is_some_and(is_of_system) {
            return self.syntax_unchecked(label.as_wire_bytes());
        }
        self.push(Segment::Mailbox(label))
    }
}
