//! The answer of FETCH (RFC 9051 §7.5.2).

use super::{
    Annotation, Atom, BodyStructure, ByteString, Envelope, Flags, InternalDate, MailboxName,
    ModSeq, Section, SectionPart, SequenceNumber, Token, Uid,
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
    /// `EMAILID`: the same for all copies of the message (RFC 8474 §5.1).
    EmailId(ByteString),
    /// `THREADID`: of its conversation; `None` when the server has none (RFC 8474 §5.2).
    ThreadId(Option<ByteString>),
    /// `SAVEDATE`: when it came into this mailbox; `None` when that is not known (RFC 8514 §4.1).
    SaveDate(Option<InternalDate>),
    /// `PREVIEW`: the beginning of its text; `None` when the server has to make it first, and
    /// empty when there can be none (RFC 8970 §3.1).
    Preview(Option<ByteString>),
    /// `ANNOTATION` (RFC 5257 §4.4)
    Annotation(Vec<Annotation>),
    /// `X-GM-MSGID` (X-GM-EXT-1)
    GmailMessageId(u64),
    /// `X-GM-THRID` (X-GM-EXT-1)
    GmailThreadId(u64),
    /// `X-GM-LABELS` (X-GM-EXT-1)
    GmailLabels(Vec<MailboxName>),
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

/// A literal that is handed out in chunks: what is known when it begins.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BodyBegin {
    /// Everything that came before it in a FETCH response. Of URLFETCH and CONVERTED nothing: the
    /// whole response follows behind its literals, with empty strings in their places.
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
#[non_exhaustive]
pub enum BodyPart {
    /// `BODY[section]` and the RFC822 items.
    Section(Section),
    /// `BINARY[part]`
    Binary(SectionPart),
    /// What the URL leads to, in URLFETCH (RFC 4467 §8).
    Url(ByteString),
    /// `BINARY[part]` of CONVERTED (RFC 5259 §6).
    Converted(SectionPart),
}

impl FetchResponse {
    /// Adds an item. Most responses have one, and a list would make room for four at once.
    pub(crate) fn push(&mut self, item: FetchData) {
        if self.items.is_empty() {
            self.items.reserve_exact(1);
        }
        self.items.push(item);
    }

    /// The envelope, if it was fetched.
    pub fn envelope(&self) -> Option<&Envelope> {
        self.items.iter().find_map(|item| match item {
            FetchData::Envelope(envelope) => Some(envelope),
            _ => None,
        })
    }

    /// The body structure, if one was fetched: that with extension data before the other.
    pub fn body_structure(&self) -> Option<&BodyStructure> {
        let full = self.items.iter().find_map(|item| match item {
            FetchData::BodyStructure(structure) => Some(structure),
            _ => None,
        });
        full.or_else(|| {
            self.items.iter().find_map(|item| match item {
                FetchData::Body(structure) => Some(structure),
                _ => None,
            })
        })
    }

    /// A section, if it came; the case and order of header fields do not count.
    pub fn section(&self, section: &Section) -> Option<&SectionData> {
        self.items.iter().find_map(|item| match item {
            FetchData::Section(data) if data.section.is_same(section) => Some(data),
            _ => None,
        })
    }

    /// A decoded part, if it came.
    pub fn binary(&self, part: &SectionPart) -> Option<&BinaryData> {
        self.items.iter().find_map(|item| match item {
            FetchData::Binary(data) if data.part == *part => Some(data),
            _ => None,
        })
    }

    /// `EMAILID`, if it came.
    pub fn email_id(&self) -> Option<&ByteString> {
        self.items.iter().find_map(|item| match item {
            FetchData::EmailId(id) => Some(id),
            _ => None,
        })
    }

    /// `THREADID`, if it came: `Some(None)` when the server has none.
    pub fn thread_id(&self) -> Option<Option<&ByteString>> {
        self.items.iter().find_map(|item| match item {
            FetchData::ThreadId(id) => Some(id.as_ref()),
            _ => None,
        })
    }

    /// `SAVEDATE`, if it came: `Some(None)` when the server does not know it.
    pub fn save_date(&self) -> Option<Option<InternalDate>> {
        self.items.iter().find_map(|item| match item {
            FetchData::SaveDate(date) => Some(*date),
            _ => None,
        })
    }

    /// `PREVIEW`, if it came: `Some(None)` when the server has to make it first.
    pub fn preview(&self) -> Option<Option<&ByteString>> {
        self.items.iter().find_map(|item| match item {
            FetchData::Preview(preview) => Some(preview.as_ref()),
            _ => None,
        })
    }

    /// The value of an item that there is no type for; case does not count.
    pub fn other(&self, name: &str) -> Option<&Token> {
        self.items.iter().find_map(|item| match item {
            FetchData::Other(other, value) if other.eq_ignore_case(name) => Some(value),
            _ => None,
        })
    }

    /// `SNIPPET`: the beginning of the text, as the capability SNIPPET=FUZZY has it.
    pub fn snippet(&self) -> Option<&ByteString> {
        match self.other("SNIPPET")?.as_list()? {
            [_algorithm, Token::String(text)] => Some(text),
            _ => None,
        }
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self {
            flags: self.flags.as_ref().map(Flags::detach),
            items: self.items.iter().map(FetchData::detach).collect(),
            ..*self
        }
    }
}

impl FetchData {
    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        match self {
            Self::Envelope(envelope) => Self::Envelope(envelope.detach()),
            Self::Body(structure) => Self::Body(structure.detach()),
            Self::BodyStructure(structure) => Self::BodyStructure(structure.detach()),
            Self::Section(data) => Self::Section(SectionData {
                section: data.section.detach(),
                origin: data.origin,
                data: data.data.as_ref().map(ByteString::detach),
            }),
            Self::Binary(data) => Self::Binary(BinaryData {
                part: data.part.clone(),
                origin: data.origin,
                data: data.data.as_ref().map(ByteString::detach),
            }),
            Self::BinarySize { part, size } => Self::BinarySize {
                part: part.clone(),
                size: *size,
            },
            Self::EmailId(id) => Self::EmailId(id.detach()),
            Self::ThreadId(id) => Self::ThreadId(id.as_ref().map(ByteString::detach)),
            Self::SaveDate(date) => Self::SaveDate(*date),
            Self::Preview(text) => Self::Preview(text.as_ref().map(ByteString::detach)),
            Self::Annotation(annotations) => {
                Self::Annotation(annotations.iter().map(Annotation::detach).collect())
            }
            Self::GmailMessageId(id) => Self::GmailMessageId(*id),
            Self::GmailThreadId(id) => Self::GmailThreadId(*id),
            Self::GmailLabels(labels) => {
                Self::GmailLabels(labels.iter().map(MailboxName::detach).collect())
            }
            Self::Other(name, value) => Self::Other(name.detach(), value.detach()),
            Self::Invalid(name, raw) => Self::Invalid(name.detach(), raw.detach()),
        }
    }
}
