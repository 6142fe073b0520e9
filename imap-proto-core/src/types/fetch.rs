//! The answer of FETCH (RFC 9051 §7.5.2).

use super::{
    Atom, BodyStructure, ByteString, Envelope, Flags, InternalDate, ModSeq, Section, SectionPart,
    SequenceNumber, Token, Uid,
};

/// What one FETCH response tells of one message.
///
/// The items that come with every change of flags have fields of their own and allocate nothing;
/// the others stand in `items` in the server's order. When a small item comes twice, the last
/// one stands in its field.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FetchResponse {
    /// The message; `None` in a UIDFETCH response (RFC 9586 §3.3).
    pub sequence_number: Option<SequenceNumber>,
    /// `UID`
    pub uid: Option<Uid>,
    /// `FLAGS`: the whole set.
    pub flags: Option<Flags>,
    /// `MODSEQ` (RFC 7162 §3.1.4)
    pub mod_seq: Option<ModSeq>,
    /// `RFC822.SIZE`, octets
    pub size: Option<u64>,
    /// `INTERNALDATE`
    pub internal_date: Option<InternalDate>,
    /// All other items.
    pub items: Vec<FetchData>,
}

/// One item of a FETCH response.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum FetchData {
    /// `ENVELOPE`
    Envelope(Envelope),
    /// `BODY` without a section: the structure without extension data.
    Body(BodyStructure),
    /// `BODYSTRUCTURE`
    BodyStructure(BodyStructure),
    /// `BODY[section]<origin>`, `RFC822`, `RFC822.HEADER`, `RFC822.TEXT`
    Section(SectionData),
    /// `BINARY[part]<origin>` (RFC 3516)
    Binary(BinaryData),
    /// `BINARY.SIZE[part]`: the decoded size in octets.
    BinarySize {
        /// The part.
        part: SectionPart,
        /// Octets.
        size: u64,
    },
    /// Any other item.
    Other(Atom, Token),
    /// An item whose value breaks the grammar but whose end is clear: its name and raw value.
    Invalid(Atom, ByteString),
}

/// A section of a message: what was asked, and its octets.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SectionData {
    /// Which section; the RFC822 items of RFC 3501 have names of their own in [`Section`].
    pub section: Section,
    /// The first octet of a partial fetch.
    pub origin: Option<u64>,
    /// The octets; `None` for NIL, which is not the same as empty.
    pub data: Option<ByteString>,
}

/// A decoded part (RFC 3516 §4.3).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BinaryData {
    /// The part.
    pub part: SectionPart,
    /// The first octet of a partial fetch.
    pub origin: Option<u64>,
    /// The octets; `None` for NIL.
    pub data: Option<ByteString>,
}

/// A literal of a FETCH response that is handed out in chunks: what is known when it begins.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BodyBegin {
    /// Everything that came before it in the response.
    pub fetch: FetchResponse,
    /// What the literal is.
    pub part: BodyPart,
    /// The first octet of a partial fetch.
    pub origin: Option<u64>,
    /// Its length in octets.
    pub size: u64,
}

/// What a streamed literal is.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum BodyPart {
    /// `BODY[section]` and the RFC822 items.
    Section(Section),
    /// `BINARY[part]`
    Binary(SectionPart),
}
