//! Sections of a message (RFC 9051 §6.4.5.1).

use super::ByteString;

/// A part number such as `1.2`; empty for the whole message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SectionPart(pub Vec<u32>);

/// A section, as named in `BODY[…]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Section {
    /// `BODY[]`: the whole message.
    Full,
    /// `BODY[part]`: the octets of a part.
    Part(SectionPart),
    /// `HEADER` of the message or of a part that is one.
    Header(SectionPart),
    /// `HEADER.FIELDS (…)`
    HeaderFields(SectionPart, Vec<ByteString>),
    /// `HEADER.FIELDS.NOT (…)`
    HeaderFieldsNot(SectionPart, Vec<ByteString>),
    /// `TEXT` of the message or of a part that is one.
    Text(SectionPart),
    /// `MIME`: the headers of a part.
    Mime(SectionPart),
    /// `RFC822` (RFC 3501): like [`Section::Full`].
    Rfc822,
    /// `RFC822.HEADER` (RFC 3501): like [`Section::Header`].
    Rfc822Header,
    /// `RFC822.TEXT` (RFC 3501): like [`Section::Text`].
    Rfc822Text,
}
