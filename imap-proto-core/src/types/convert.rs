//! Conversions of body parts by the server (RFC 5259).

use super::{
    Atom, BinaryData, BodyStructure, ByteString, SectionData, SectionPart, SequenceNumber, Token,
    Uid,
};

/// A CONVERTED response (RFC 5259 §6).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ConvertedResponse {
    /// The message.
    pub sequence_number: SequenceNumber,
    /// The tag of the command that it answers.
    pub tag: ByteString,
    /// The message's UID, in the answer of UID CONVERT.
    pub uid: Option<Uid>,
    /// What was converted, and what could not be.
    pub items: Vec<ConvertedData>,
}

/// An item of a CONVERTED response (RFC 5259 §10 `msg-att-semistat`).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum ConvertedData {
    /// `BINARY[part]<origin>`: the part, converted.
    Binary(BinaryData),
    /// `BINARY.SIZE[part]`: its size when it is converted.
    BinarySize {
        /// The part.
        part: SectionPart,
        /// Octets.
        size: u64,
    },
    /// `BODYPARTSTRUCTURE[part]`: its type when it is converted.
    BodyPartStructure {
        /// The part.
        part: SectionPart,
        /// Its structure.
        structure: BodyStructure,
    },
    /// `AVAILABLECONVERSIONS[part]`: the types that it can be converted to.
    AvailableConversions {
        /// The part.
        part: SectionPart,
        /// Media types.
        types: Vec<ByteString>,
    },
    /// `BODY[…HEADER]`, `BODY[…MIME]`: header fields in another charset.
    Section(SectionData),
    /// An item that could not be converted.
    Failed {
        /// The item as it stands on the wire, such as `BINARY[3]`.
        item: Atom,
        /// Why.
        error: Box<ConvertError>,
    },
    /// Any other item.
    Other(Atom, Token),
}

/// Why a part could not be converted (RFC 5259 §9).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ConvertError {
    /// For people.
    pub text: ByteString,
    /// Which kind of error.
    pub code: ConvertErrorCode,
    /// What follows the code: media types and parameters, or minutes to wait.
    pub arguments: Vec<Token>,
}

/// The kinds of errors of a conversion (RFC 5259 §9).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum ConvertErrorCode {
    /// `TEMPFAIL`: it may succeed later.
    TempFail,
    /// `BADPARAMETERS`: the parameters that follow are not known, or do not fit.
    BadParameters,
    /// `MISSINGPARAMETERS`: the parameters that follow are needed.
    MissingParameters,
    /// Any other.
    Other(Atom),
}

impl ConvertError {
    /// How many minutes to wait before trying again, if the server said so.
    pub fn minutes(&self) -> Option<u64> {
        match self.code {
            ConvertErrorCode::TempFail => self.arguments.first().and_then(Token::as_number),
            _ => None,
        }
    }
}

/// A CONVERSION response (RFC 5259 §5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ConversionResponse {
    /// The media type that can be converted.
    pub from: ByteString,
    /// The media type that it can be converted to.
    pub to: ByteString,
    /// The parameters that the conversion takes.
    pub parameters: Vec<ByteString>,
}

impl ConvertedResponse {
    /// The first part that was converted, if there is one.
    pub fn binary(&self) -> Option<&BinaryData> {
        self.items.iter().find_map(|item| match item {
            ConvertedData::Binary(data) => Some(data),
            _ => None,
        })
    }

    /// Why items could not be converted.
    pub fn errors(&self) -> impl Iterator<Item = &ConvertError> {
        self.items.iter().filter_map(|item| match item {
            ConvertedData::Failed { error, .. } => Some(&**error),
            _ => None,
        })
    }
}
