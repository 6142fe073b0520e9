//! SEARCH (RFC 9051 §6.4.4, RFC 4731, RFC 5182, RFC 9394).

use super::fetch::check_partial;
use super::{
    Claim, Claims, Command, MissingAnswer, Numbering, Pipelining, Request, SearchKey,
    SearchPartial, SearchResults, Segment, States, SubmitError,
};
use crate::types::{Completion, Data, SequenceNumber, Uid};

/// SEARCH: which messages of the selected mailbox meet a condition (RFC 9051 §6.4.4).
///
/// Without [`returning`](Self::returning) the server tells all numbers, and only one such SEARCH
/// runs at a time; with it the answers of many are told apart.
///
/// ```
/// use imap_proto_core::encode::{Command, SearchKey, SearchReturn, UidSearch};
/// let unseen = UidSearch::new(SearchKey::unseen()).returning(SearchReturn::new().count().all());
/// assert!(unseen.request().is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Search<N = SequenceNumber> {
    key: SearchKey,
    returning: Option<SearchReturn>,
    charset: Option<String>,
    numbering: std::marker::PhantomData<fn() -> N>,
}

/// UID SEARCH: the same, told in UIDs (RFC 9051 §6.4.9).
pub type UidSearch = Search<Uid>;

impl<N: Numbering> Search<N> {
    /// SEARCH for what meets the condition.
    pub fn new(key: SearchKey) -> Self {
        Self {
            key,
            returning: None,
            charset: None,
            numbering: std::marker::PhantomData,
        }
    }

    /// What to tell of the messages found (RFC 4731; needs ESEARCH or IMAP4rev2).
    #[must_use]
    pub fn returning(mut self, options: SearchReturn) -> Self {
        self.returning = Some(options);
        self
    }

    /// The charset of the text in the condition, which the caller encoded so. Without it, text
    /// is UTF-8, and named so where the server does not take it for granted. A server with
    /// UTF8=ACCEPT enabled takes no charset (RFC 9755 §3).
    #[must_use]
    pub fn charset(mut self, charset: impl Into<String>) -> Self {
        self.charset = Some(charset.into());
        self
    }
}

impl<N: Numbering> Command for Search<N> {
    type Item = SearchResults<N>;
    type Partial = SearchPartial<N>;
    type Output = SearchResults<N>;

    fn request(self) -> Result<Request, SubmitError> {
        let traits = self.key.traits();
        let saves = self.returning.as_ref().is_some_and(SearchReturn::saves);
        let class = search_class::<N>(&self.key).union(match &self.returning {
            Some(_) if saves => Pipelining::TAGGED_SEARCH.union(Pipelining::SAVE),
            Some(_) => Pipelining::TAGGED_SEARCH,
            None => Pipelining::PLAIN_SEARCH,
        });
        let mut request = Request::known(N::PREFIX, States::SELECTED, class)
            .claims(Claims::one(Claim::Search).and(Claim::Esearch))
            .put("SEARCH");
        if let Some(options) = &self.returning {
            request = request.search_return(options)?;
        }
        request = match &self.charset {
            Some(charset) => request.put(" CHARSET ").astring(charset.clone()),
            None if traits.utf8 => request.push(Segment::UnlessUtf8(b" CHARSET UTF-8")),
            None => request,
        };
        request.space().search_key(self.key)
    }

    fn item(data: Data) -> Result<Self::Item, Data> {
        SearchResults::from_data(data)
    }

    fn add(partial: &mut Self::Partial, item: Self::Item) {
        partial.add(item);
    }

    /// No answer is the answer of servers that found nothing, and of SAVE alone.
    fn finish(
        partial: Self::Partial,
        _completion: &Completion,
    ) -> Result<Self::Output, MissingAnswer> {
        Ok(partial.finish())
    }

    fn weight(item: &Self::Item) -> usize {
        item.weight()
    }
}

/// The class of SEARCH, SORT and THREAD, but for their answers.
pub(super) fn search_class<N: Numbering>(key: &SearchKey) -> Pipelining {
    let traits = key.traits();
    let class = match (N::PREFIX.is_empty(), traits.numbers) {
        (true, _) => Pipelining::FETCH,
        (false, true) => Pipelining::UID_SEARCH_BY_NUMBER,
        (false, false) => Pipelining::UID_FETCH,
    };
    if traits.flags {
        return class.union(Pipelining::FLAG_READER);
    }
    class
}

/// What to tell of the messages found (RFC 4731 §3.1). Without any option it is `ALL`: some
/// servers take an empty list to mean nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchReturn {
    options: Vec<&'static str>,
    partial: Option<(i64, i64)>,
}

macro_rules! options {
    ($($(#[$meta:meta])* $name:ident = $wire:literal;)*) => {
        impl SearchReturn {
            $($(#[$meta])*
            #[must_use]
            pub fn $name(mut self) -> Self {
                self.options.push($wire);
                self
            })*
        }
    };
}

options! {
    /// `MIN`: the lowest number.
    min = "MIN";
    /// `MAX`: the highest number.
    max = "MAX";
    /// `ALL`: all numbers.
    all = "ALL";
    /// `COUNT`: how many.
    count = "COUNT";
    /// `SAVE`: keep them as `$` (RFC 5182; needs SEARCHRES or IMAP4rev2). Alone, it tells
    /// nothing.
    save = "SAVE";
    /// `RELEVANCY`: how well each message fits (RFC 6203; needs SEARCH=FUZZY).
    relevancy = "RELEVANCY";
}

impl SearchReturn {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// `PARTIAL`: the numbers from one position to another, from 1 up, or from -1, the last, down
    /// (RFC 9394 §3.1; needs PARTIAL).
    #[must_use]
    pub fn partial(mut self, first: i64, last: i64) -> Self {
        self.partial = Some((first, last));
        self
    }

    fn saves(&self) -> bool {
        self.options.contains(&"SAVE")
    }
}

impl Request {
    /// Adds ` RETURN (…)`.
    pub(super) fn search_return(self, options: &SearchReturn) -> Result<Self, SubmitError> {
        let mut words: Vec<String> = options.options.iter().map(ToString::to_string).collect();
        if let Some((first, last)) = options.partial {
            check_partial(first, last)?;
            words.push(format!("PARTIAL {first}:{last}"));
        }
        if words.is_empty() {
            words.push("ALL".into());
        }
        Ok(self.put(format_args!(" RETURN ({})", words.join(" "))))
    }
}
