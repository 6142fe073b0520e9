//! LANGUAGE and COMPARATOR (RFC 5255 §3.2, §4.7).

use super::answer::{answers_once, takes};
use super::{
    Claim, Claims, Command, MissingAnswer, Pipelining, Request, Segment, States, SubmitError,
};
use crate::types::{ByteString, ComparatorResponse, Completion, Data, NamespaceResponse};

/// LANGUAGE: in which language the server writes its texts (RFC 5255 §3.2; needs LANGUAGE).
///
/// ```
/// use imap_proto_core::encode::{Command, Language};
/// assert!(Language::new(["fr-CA", "en-CA"]).request().is_ok());
/// assert!(Language::list().request().is_ok());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Language {
    ranges: Vec<Range>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Range {
    Tag(ByteString),
    Default,
}

/// The answer of LANGUAGE.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Languages {
    /// Language tags: the one that the server speaks now, or after [`Language::list`] all that it
    /// can speak.
    pub tags: Vec<ByteString>,
    /// The namespaces, with their prefixes in that language, where the server tells them.
    pub namespaces: Option<NamespaceResponse>,
}

/// A piece of the answer of LANGUAGE.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum LanguageItem {
    /// `LANGUAGE`
    Tags(Vec<ByteString>),
    /// `NAMESPACE`
    Namespaces(NamespaceResponse),
}

impl Language {
    /// LANGUAGE of the first of these language ranges that the server can speak (RFC 4647).
    pub fn new<R: Into<ByteString>>(ranges: impl IntoIterator<Item = R>) -> Self {
        let ranges = ranges.into_iter().map(|range| Range::Tag(range.into()));
        Self {
            ranges: ranges.collect(),
        }
    }

    /// LANGUAGE of the server's choice.
    pub fn server_default() -> Self {
        Self {
            ranges: vec![Range::Default],
        }
    }

    /// Which languages there are; nothing changes.
    pub fn list() -> Self {
        Self::default()
    }
}

impl Command for Language {
    type Item = LanguageItem;
    type Partial = Languages;
    type Output = Languages;

    takes!(
        Data::Language(tags) => LanguageItem::Tags(tags),
        Data::Namespace(namespaces) => LanguageItem::Namespaces(*namespaces)
    );

    fn request(self) -> Result<Request, SubmitError> {
        let namespace = Pipelining::one_of_a_kind(Pipelining::ANSWERS_NAMESPACE);
        let class = Pipelining::one_of_a_kind(Pipelining::ANSWERS_OTHER).union(namespace);
        let claims = Claims::one(Claim::Language).and(Claim::Namespace);
        let mut request = Request::known("LANGUAGE", States::ANY, class).claims(claims);
        for range in self.ranges {
            request = request.space().push(match range {
                Range::Tag(tag) => Segment::Astring(tag.into_bytes()),
                Range::Default => Segment::QuotedOrLiteral("default".into()),
            });
        }
        Ok(request)
    }

    fn add(partial: &mut Languages, item: LanguageItem) {
        match item {
            LanguageItem::Tags(tags) => partial.tags = tags,
            LanguageItem::Namespaces(namespaces) => partial.namespaces = Some(namespaces),
        }
    }

    fn finish(partial: Languages, _completion: &Completion) -> Result<Languages, MissingAnswer> {
        Ok(partial)
    }
}

/// COMPARATOR: how SEARCH, SORT and THREAD compare text (RFC 5255 §4.7; needs I18NLEVEL=2).
///
/// ```
/// use imap_proto_core::encode::{Command, Comparator};
/// assert!(Comparator::new(["cz;*", "i;basic"]).request().is_ok());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparator {
    order: Vec<ByteString>,
}

impl Comparator {
    /// COMPARATOR of the first of these collations that the server has; `default` stands for the
    /// server's choice.
    pub fn new<C: Into<ByteString>>(order: impl IntoIterator<Item = C>) -> Self {
        Self {
            order: order.into_iter().map(Into::into).collect(),
        }
    }

    /// Which one is in use; nothing changes.
    pub fn active() -> Self {
        Self::default()
    }
}

impl Command for Comparator {
    answers_once!("COMPARATOR", Data::Comparator(found) => *found, ComparatorResponse);

    fn request(self) -> Result<Request, SubmitError> {
        let class = Pipelining::one_of_a_kind(Pipelining::ANSWERS_OTHER);
        let request = Request::known("COMPARATOR", States::AFTER_LOGIN, class)
            .claims(Claims::one(Claim::Comparator));
        let add = |request: Request, name: ByteString| request.space().astring(name.into_bytes());
        Ok(self.order.into_iter().fold(request, add))
    }
}
