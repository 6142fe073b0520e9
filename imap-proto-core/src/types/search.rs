//! The extended answer of SEARCH and SORT (RFC 4731, RFC 9051 §7.3.3).

use super::{Atom, ByteString, ModSeq, SequenceSet, Token};

/// An ESEARCH response. Its sets hold UIDs when `uid` is set, else message numbers.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EsearchResponse {
    /// The tag of the command that it answers.
    pub tag: Option<ByteString>,
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
    /// Any other item.
    Other(Atom, Token),
}
