//! What a server sends (RFC 9051 §7, RFC 3501 §7).

use std::fmt;

use bytes::Bytes;

use super::{
    AclResponse, AnnotationResponse, Atom, ByteString, Capabilities, Code, ComparatorResponse,
    ConversionResponse, ConvertedResponse, EsearchResponse, FetchResponse, Flags, IdResponse,
    ListResponse, ListRightsResponse, MessageLimit, MetadataResponse, ModSeq, MyRightsResponse,
    NamespaceResponse, NetscapeResponse, QuotaResponse, QuotaRootResponse, SequenceNumber,
    StatusResponse, Text, ThreadResponse, Token, UidBatchesResponse, UidSet, UrlFetchResponse,
};

/// One response.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Response {
    /// A command continuation request, `+` (RFC 9051 §7.6).
    Continuation(Continuation),
    /// An untagged response, `*`.
    Data(Data),
    /// The end of the command with this tag.
    Tagged {
        /// The tag as it came.
        tag: Atom,
        /// How the command ended.
        completion: Completion,
    },
}

/// What stands behind `+ `: text, or in a SASL exchange base64 (RFC 9051 §7.6).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Continuation {
    /// Everything between `+` and the end of the line, less one space. Not shown by `Debug` of
    /// the engine's events during a SASL exchange.
    pub text: Text,
}

/// OK, NO, BAD, BYE or PREAUTH (RFC 9051 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Condition {
    /// Success, or information when untagged.
    Ok,
    /// Failure, or a warning when untagged.
    No,
    /// A protocol error on our side, as the server sees it.
    Bad,
    /// The server closes the connection.
    Bye,
    /// The greeting of a connection that is already authenticated.
    Preauth,
}

/// The response code and text of a condition (`resp-text`, RFC 9051 §7.1).
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ResponseText {
    /// The response code in brackets, if there was one.
    pub code: Option<Code>,
    /// The text for people; may be empty.
    pub text: Text,
}

/// The tagged end of a command.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Completion {
    /// OK, NO or BAD; BYE from servers that tag it.
    pub condition: Condition,
    /// Code and text.
    pub text: ResponseText,
    /// An untagged NO that came before said that the command was done for so many messages only: a server says it so
    /// when the code of the OK is needed for something else (RFC 9738 §3).
    pub limit: Option<MessageLimit>,
}

/// The data of an untagged response.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Data {
    /// `ACL` (RFC 4314 §3.6).
    Acl(Box<AclResponse>),
    /// `ANNOTATION` (draft-daboo-imap-annotatemore §4.4).
    Annotation(Box<AnnotationResponse>),
    /// `CAPABILITY` (RFC 9051 §7.2.2).
    Capability(Capabilities),
    /// `COMPARATOR` (RFC 5255 §4.8).
    Comparator(Box<ComparatorResponse>),
    /// `OK`, `NO`, `BAD`, `BYE`, `PREAUTH` without a tag.
    Condition {
        /// Which.
        condition: Condition,
        /// Code and text.
        text: ResponseText,
    },
    /// `CONVERSION` (RFC 5259 §5.2).
    Conversion(Box<ConversionResponse>),
    /// `n CONVERTED` (RFC 5259 §6).
    Converted(Box<ConvertedResponse>),
    /// `ENABLED` (RFC 5161 §3.2).
    Enabled(Capabilities),
    /// `ESEARCH` (RFC 4731 §3.1).
    Esearch(Box<EsearchResponse>),
    /// `n EXISTS` (RFC 9051 §7.4.1): the number of messages.
    Exists(u32),
    /// `n EXPUNGE` (RFC 9051 §7.5.1).
    Expunge(SequenceNumber),
    /// `n FETCH` and `n UIDFETCH` (RFC 9051 §7.5.2, RFC 9586 §3.3).
    Fetch(FetchResponse),
    /// `FLAGS` (RFC 9051 §7.3.5).
    Flags(Flags),
    /// `GENURLAUTH` (RFC 4467 §8): authorized URLs.
    GenUrlAuth(Vec<ByteString>),
    /// `ID` (RFC 2971 §3.2).
    Id(IdResponse),
    /// `JMAPACCESS` (RFC 9698 §3): the URL of a JMAP session resource.
    JmapAccess(ByteString),
    /// `LANGUAGE` (RFC 5255 §3.3): the language in use, or all that there are.
    Language(Vec<ByteString>),
    /// `LIST`, and `XLIST` (RFC 9051 §7.3.1).
    List(ListResponse),
    /// `LISTRIGHTS` (RFC 4314 §3.7).
    ListRights(Box<ListRightsResponse>),
    /// `LSUB` (RFC 3501 §7.2.3).
    Lsub(ListResponse),
    /// `METADATA` (RFC 5464 §4.4).
    Metadata(Box<MetadataResponse>),
    /// `MYRIGHTS` (RFC 4314 §3.8).
    MyRights(Box<MyRightsResponse>),
    /// `NAMESPACE` (RFC 2342 §5).
    Namespace(Box<NamespaceResponse>),
    /// `NETSCAPE`, `ACCOUNT`, `ACCOUNT-URL` (Netscape, Sun).
    Netscape(NetscapeResponse),
    /// `XAPPLEPUSHSERVICE` (Apple): names and values.
    PushService(Vec<(ByteString, ByteString)>),
    /// `QUOTA` (RFC 9208 §4.2.1).
    Quota(Box<QuotaResponse>),
    /// `QUOTAROOT` (RFC 9208 §4.2.2).
    QuotaRoot(Box<QuotaRootResponse>),
    /// `n RECENT` (RFC 3501 §7.3.2).
    Recent(u32),
    /// `SEARCH` (RFC 3501 §7.2.5): numbers as they came, with order and duplicates.
    Search(NumberList),
    /// `SORT` (RFC 5256 §4), in sort order.
    Sort(NumberList),
    /// `STATUS` of a mailbox (RFC 9051 §7.3.4).
    Status(StatusResponse),
    /// `THREAD` (RFC 5256 §4).
    Thread(ThreadResponse),
    /// `UIDBATCHES` (RFC 10022).
    UidBatches(Box<UidBatchesResponse>),
    /// `URLFETCH` (RFC 4467 §8, RFC 5524 §3.2).
    UrlFetch(Box<UrlFetchResponse>),
    /// `VANISHED` (RFC 7162 §3.2.10).
    Vanished {
        /// `(EARLIER)`: news for a cache, which changes no message number.
        earlier: bool,
        /// The UIDs that are gone.
        uids: UidSet,
    },
    /// Any other well-formed response, as a tree of tokens.
    Other(Box<OtherResponse>),
}

/// The answer of SEARCH and SORT: message numbers or UIDs, as the command asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NumberList {
    /// The numbers, in the server's order.
    pub numbers: Vec<u32>,
    /// The highest mod-sequence of the messages found (RFC 7162 §3.1.5).
    pub mod_seq: Option<ModSeq>,
}

/// A response that this crate has no type for.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OtherResponse {
    /// The number before the name, as in `* 5 NAME`.
    pub number: Option<u64>,
    /// The response's name; empty when the line starts with something else, such as a literal.
    pub name: Atom,
    /// What follows.
    pub tokens: Vec<Token>,
}

/// A response that breaks the grammar: nothing of it was used, the next one is read as ever.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Malformed {
    /// The whole response, with its line ends and literals.
    #[cfg_attr(
        feature = "serde",
        serde(serialize_with = "super::text::serialize_shared")
    )]
    pub raw: Bytes,
    /// Why, and where.
    pub error: super::ParseError,
}

impl ResponseText {
    /// A text without a code.
    pub fn new(text: impl Into<Text>) -> Self {
        Self {
            code: None,
            text: text.into(),
        }
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self {
            code: self.code.as_ref().map(Code::detach),
            text: self.text.detach(),
        }
    }
}

impl Completion {
    /// A completion, for tests.
    pub const fn new(condition: Condition, text: ResponseText) -> Self {
        Self {
            condition,
            text,
            limit: None,
        }
    }

    /// Whether the command succeeded.
    pub fn is_ok(&self) -> bool {
        self.condition == Condition::Ok
    }

    /// The server stopped at so many messages, and what is left is to be asked for again: all below
    /// [`lowest`](MessageLimit::lowest) (RFC 9738 §3).
    pub const fn message_limit(&self) -> Option<MessageLimit> {
        match self.text.code {
            Some(Code::MessageLimit(limit)) => Some(limit),
            _ => self.limit,
        }
    }

    /// The response code, if there was one.
    pub const fn code(&self) -> Option<&Code> {
        self.text.code.as_ref()
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self {
            limit: self.limit,
            ..Self::new(self.condition, self.text.detach())
        }
    }
}

impl Condition {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::No => "NO",
            Self::Bad => "BAD",
            Self::Bye => "BYE",
            Self::Preauth => "PREAUTH",
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `NO [CODE] text`, escaped for logs; arguments of codes are left out.
impl fmt::Display for Completion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.condition)?;
        if let Some(code) = self.code() {
            f.write_str(" [")?;
            super::text::write_escaped(f, code.name())?;
            f.write_str("]")?;
        }
        if self.text.text.is_empty() {
            return Ok(());
        }
        write!(f, " {}", self.text.text)
    }
}

impl OtherResponse {
    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self {
            number: self.number,
            name: self.name.detach(),
            tokens: self.tokens.iter().map(Token::detach).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn completions_show_on_one_line() {
        let mut completion = Completion::new(Condition::No, ResponseText::new("a\r\n* b"));
        assert_eq!(completion.to_string(), "NO a\\u{d}\\u{a}* b");
        completion.text.code = Some(Code::OverQuota);
        completion.text.text = Text::default();
        assert_eq!(completion.to_string(), "NO [OVERQUOTA]");
    }
}
