//! SEARCH (RFC 9051 §6.4.4, RFC 4731, RFC 5182, RFC 9394).

use super::fetch::check_partial;
use super::{
    Claim, Claims, Command, Effect, FetchItems, MissingAnswer, Numbering, Pipelining, Request,
    SearchKey, SearchPartial, SearchResults, Segment, States, SubmitError,
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
            .effect(SearchReturn::effect(self.returning.as_ref()))
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
        completion: &Completion,
    ) -> Result<Self::Output, MissingAnswer> {
        Ok(partial.finish(completion))
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
    /// Items to tell of new results; none of them is `UPDATE` without a list.
    update: Option<FetchItems>,
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
    /// `CONTEXT`: the same condition will be searched for again (RFC 5267 §4.2; needs
    /// CONTEXT=SEARCH, or CONTEXT=SORT for SORT). A hint, no more.
    context = "CONTEXT";
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

    /// `UPDATE`: the server tells how the results change, until the mailbox is left or
    /// [`CancelUpdate`](super::CancelUpdate) is sent (RFC 5267 §4.3; needs CONTEXT=SEARCH, or
    /// CONTEXT=SORT for SORT). [`LiveResults`](super::LiveResults) takes what it tells.
    #[must_use]
    pub fn update(mut self) -> Self {
        self.update = Some(FetchItems::new());
        self
    }

    /// The same, with items to tell of each message that comes to the results (RFC 5465 §7;
    /// needs NOTIFY too).
    #[must_use]
    pub fn update_with(mut self, items: FetchItems) -> Self {
        self.update = Some(items);
        self
    }

    pub(super) fn saves(&self) -> bool {
        self.options.contains(&"SAVE")
    }

    pub(super) fn updates(&self) -> bool {
        self.update.is_some()
    }

    /// What the command does to the connection.
    pub(super) fn effect(options: Option<&Self>) -> Effect {
        match options {
            Some(Self {
                update: Some(_), ..
            }) => Effect::Update,
            _ => Effect::None,
        }
    }
}

impl Request {
    /// Adds ` RETURN (…)`.
    pub(super) fn search_return(self, options: &SearchReturn) -> Result<Self, SubmitError> {
        let mut words: Vec<String> = options.options.iter().map(ToString::to_string).collect();
        if let Some((first, last)) = options.partial {
            check_partial(first, last)?;
            if options.options.contains(&"ALL") {
                return Err(SubmitError::Conflict("PARTIAL and ALL"));
            }
            words.push(format!("PARTIAL {first}:{last}"));
        }
        if options.update.is_some() {
            words.push("UPDATE".into());
        }
        if words.is_empty() {
            words.push("ALL".into());
        }
        let request = self.put(format_args!(" RETURN ({}", words.join(" ")));
        match &options.update {
            Some(items) if !items.is_empty() => {
                Ok(request.space().fetch_items(items, false)?.put(")"))
            }
            _ => Ok(request.put(")")),
        }
    }
}
