//! The answers of URLFETCH (RFC 4467 §8, RFC 5524 §3.2).

use super::{Atom, BodyStructure, ByteString, Token};

/// A URLFETCH response.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct UrlFetchResponse {
    /// What the URLs lead to, in the server's order.
    pub urls: Vec<UrlFetched>,
}

/// What one URL leads to.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct UrlFetched {
    /// The URL, as the server repeats it.
    pub url: ByteString,
    /// What it leads to.
    pub content: UrlContent,
}

/// In which form the server tells it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum UrlContent {
    /// The octets as they are in the message; `None` for NIL: the URL is not valid, or not
    /// authorized.
    Text(Option<ByteString>),
    /// The items asked for (RFC 5524 §3.2).
    Items(Vec<UrlFetchData>),
}

/// An item that was asked for of a URL (RFC 5524 §3.2).
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum UrlFetchData {
    /// `BODY`: the octets as they are in the message.
    Body(Option<ByteString>),
    /// `BINARY`: the octets decoded; `None` when the server cannot decode them.
    Binary(Option<ByteString>),
    /// `BODYPARTSTRUCTURE`: their type, as they are returned.
    BodyPartStructure(BodyStructure),
    /// Any other item.
    Other(Atom, Token),
}

impl UrlFetched {
    /// The octets: decoded ones, if these were asked for.
    pub fn octets(&self) -> Option<&ByteString> {
        match &self.content {
            UrlContent::Text(text) => text.as_ref(),
            UrlContent::Items(items) => items.iter().find_map(|item| match item {
                UrlFetchData::Body(octets) | UrlFetchData::Binary(octets) => octets.as_ref(),
                _ => None,
            }),
        }
    }

    /// The type of the part, if it was asked for.
    pub fn structure(&self) -> Option<&BodyStructure> {
        let UrlContent::Items(items) = &self.content else {
            return None;
        };
        items.iter().find_map(|item| match item {
            UrlFetchData::BodyPartStructure(structure) => Some(structure),
            _ => None,
        })
    }

    /// Whether the server gives nothing for this URL: it is not valid, or not authorized.
    pub const fn is_refused(&self) -> bool {
        matches!(self.content, UrlContent::Text(None))
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        let content = match &self.content {
            UrlContent::Text(text) => UrlContent::Text(text.as_ref().map(ByteString::detach)),
            UrlContent::Items(items) => {
                UrlContent::Items(items.iter().map(UrlFetchData::detach).collect())
            }
        };
        Self {
            url: self.url.detach(),
            content,
        }
    }
}

impl UrlFetchData {
    fn detach(&self) -> Self {
        match self {
            Self::Body(octets) => Self::Body(octets.as_ref().map(ByteString::detach)),
            Self::Binary(octets) => Self::Binary(octets.as_ref().map(ByteString::detach)),
            Self::BodyPartStructure(structure) => Self::BodyPartStructure(structure.detach()),
            Self::Other(name, value) => Self::Other(name.detach(), value.detach()),
        }
    }
}
