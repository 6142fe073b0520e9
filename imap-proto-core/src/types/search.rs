//! The extended answer of SEARCH and SORT (RFC 4731, RFC 9051 §7.3.4).

use super::{Atom, ByteString, MailboxName, ModSeq, SequenceSet, Token, UidValidity};

/// An ESEARCH response. Its sets hold UIDs when `uid` is set, else message numbers.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EsearchResponse {
    /// The tag of the command that it answers.
    pub tag: Option<ByteString>,
    /// The mailbox searched, in the answer of the ESEARCH command (RFC 7377 §2.1).
    pub mailbox: Option<MailboxName>,
    /// The UIDVALIDITY of that mailbox (RFC 7377 §2.1).
    pub uid_validity: Option<UidValidity>,
    /// Whether the numbers are UIDs.
    pub uid: bool,
    /// The result data.
    pub items: Vec<EsearchData>,
}

/// One value of an ESEARCH response.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum EsearchData {
    /// `MIN`
    Min(u32),
    /// `MAX`
    Max(u32),
    /// `ALL`: for a SORT in sort order (RFC 5267), so ranges stay as they came.
    All(SequenceSet),
    /// `COUNT`
    Count(u32),
    /// `MODSEQ` (RFC 7162 §3.1.10)
    ModSeq(ModSeq),
    /// `PARTIAL`: a part of the results (RFC 9394 §3.1, RFC 5267 §4.4).
    Partial(PartialResult),
    /// `RELEVANCY`: a score from 1 to 100 for each message, in the order of ALL (RFC 6203 §4).
    Relevancy(Vec<u32>),
    /// `ADDTO`: messages that now match, each set with the position that it goes to, from 1; 0
    /// without an order (RFC 5267 §4.3).
    AddTo(Vec<(u32, SequenceSet)>),
    /// `REMOVEFROM`: messages that no longer match, with their positions (RFC 5267 §4.3).
    RemoveFrom(Vec<(u32, SequenceSet)>),
    /// Any other item, or one of these with a value of another form.
    Other(Atom, Token),
}

/// A part of the results of a search (RFC 9394 §3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PartialResult {
    /// The first position asked for, from 1; from the end, negative.
    pub first: i64,
    /// The last one.
    pub last: i64,
    /// The messages there; `None` when there are none.
    pub numbers: Option<SequenceSet>,
}

/// Makes an accessor for each item.
macro_rules! items {
    ($($(#[$meta:meta])* $name:ident: $variant:ident -> $kind:ty;)*) => {
        /// The items by name; `None` when the server did not send one.
        impl EsearchResponse {
            $($(#[$meta])*
            pub fn $name(&self) -> Option<&$kind> {
                self.items.iter().find_map(|item| match item {
                    EsearchData::$variant(value) => Some(value),
                    _ => None,
                })
            })*
        }
    };
}

items! {
    /// The lowest number found.
    min: Min -> u32;
    /// The highest number found.
    max: Max -> u32;
    /// All that was found; `None` also when nothing was.
    all: All -> SequenceSet;
    /// How many messages were found.
    count: Count -> u32;
    /// The highest mod-sequence of the messages told of.
    mod_seq: ModSeq -> ModSeq;
    /// The part asked for.
    partial: Partial -> PartialResult;
}

impl EsearchResponse {
    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        let item = |item: &EsearchData| match item {
            EsearchData::Other(name, value) => EsearchData::Other(name.detach(), value.detach()),
            other => other.clone(),
        };
        Self {
            tag: self.tag.as_ref().map(ByteString::detach),
            mailbox: self.mailbox.as_ref().map(MailboxName::detach),
            uid_validity: self.uid_validity,
            uid: self.uid,
            items: self.items.iter().map(item).collect(),
        }
    }
}
