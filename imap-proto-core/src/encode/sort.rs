//! SORT (RFC 5256 §3, RFC 5267, RFC 5957).

use std::borrow::Cow;

use super::annotation::check_entry_match;
use super::search::search_class;
use super::{
    Claim, Claims, Command, MissingAnswer, Numbering, Pipelining, Request, SearchKey,
    SearchPartial, SearchResults, SearchReturn, States, SubmitError,
};
use crate::types::{Completion, Data, SequenceNumber, Uid};

/// SORT: SEARCH, with the messages found in order (RFC 5256 §3; needs SORT).
///
/// ```
/// use imap_proto_core::encode::{Command, SearchKey, Sort, SortCriteria, UidSort};
/// let newest = SortCriteria::new().reverse().date().subject();
/// assert!(UidSort::new(newest, SearchKey::all()).request().is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Sort<N = SequenceNumber> {
    criteria: SortCriteria,
    key: SearchKey,
    returning: Option<SearchReturn>,
    charset: String,
    numbering: std::marker::PhantomData<fn() -> N>,
}

/// UID SORT: the same, told in UIDs.
pub type UidSort = Sort<Uid>;

impl<N: Numbering> Sort<N> {
    /// SORT of what meets the condition.
    pub fn new(criteria: SortCriteria, key: SearchKey) -> Self {
        Self {
            criteria,
            key,
            returning: None,
            charset: "UTF-8".into(),
            numbering: std::marker::PhantomData,
        }
    }

    /// What to tell of the messages found (RFC 5267 §3; needs ESORT).
    #[must_use]
    pub fn returning(mut self, options: SearchReturn) -> Self {
        self.returning = Some(options);
        self
    }

    /// Another charset than UTF-8 for the text in the condition, which the caller encoded so.
    #[must_use]
    pub fn charset(mut self, charset: impl Into<String>) -> Self {
        self.charset = charset.into();
        self
    }
}

impl<N: Numbering> Command for Sort<N> {
    type Item = SearchResults<N>;
    type Partial = SearchPartial<N>;
    type Output = SearchResults<N>;

    fn request(self) -> Result<Request, SubmitError> {
        let class = search_class::<N>(&self.key).union(Pipelining::SORT);
        let mut request = Request::known(N::PREFIX, States::SELECTED, class)
            .claims(Claims::one(Claim::Sort).and(Claim::Esearch))
            .effect(SearchReturn::effect(self.returning.as_ref()))
            .put("SORT");
        if let Some(options) = &self.returning {
            request = request.search_return(options)?;
        }
        request
            .space()
            .sort_criteria(&self.criteria)?
            .space()
            .astring(self.charset)
            .space()
            .search_key(self.key)
    }

    fn item(data: Data) -> Result<Self::Item, Data> {
        SearchResults::from_data(data)
    }

    fn add(partial: &mut Self::Partial, item: Self::Item) {
        partial.add(item);
    }

    /// No answer is the answer of servers that found nothing.
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

/// What to sort by; the first counts most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SortCriteria {
    words: Vec<Cow<'static, str>>,
    error: Option<SubmitError>,
}

macro_rules! criteria {
    ($($(#[$meta:meta])* $name:ident = $wire:literal;)*) => {
        impl SortCriteria {
            $($(#[$meta])*
            #[must_use]
            pub fn $name(mut self) -> Self {
                self.words.push($wire.into());
                self
            })*
        }
    };
}

criteria! {
    /// `ARRIVAL`: internal date.
    arrival = "ARRIVAL";
    /// `CC`: the first address.
    cc = "CC";
    /// `DATE`: sent date.
    date = "DATE";
    /// `FROM`: the first address.
    sender = "FROM";
    /// `SIZE`
    size = "SIZE";
    /// `SUBJECT`: without `Re:` and the like (RFC 5256 §2.1).
    subject = "SUBJECT";
    /// `TO`: the first address.
    to = "TO";
    /// `DISPLAYFROM`: the first sender's name (RFC 5957; needs SORT=DISPLAY).
    display_from = "DISPLAYFROM";
    /// `DISPLAYTO`: the first recipient's name (RFC 5957; needs SORT=DISPLAY).
    display_to = "DISPLAYTO";
    /// `RELEVANCY`: the best match first (RFC 6203 §5; needs SEARCH=FUZZY).
    relevancy = "RELEVANCY";
    /// `MODSEQ`: the last change (Cyrus; needs SORT=MODSEQ).
    mod_seq = "MODSEQ";
    /// `UID` (Cyrus; needs SORT=UID).
    uid = "UID";
    /// `REVERSE`: turns the next criterion round.
    reverse = "REVERSE";
}

impl SortCriteria {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// `ANNOTATION`: the value of an entry's attribute, `value.priv` or `value.shared` (RFC 5257
    /// §4.9; needs ANNOTATE-EXPERIMENT-1).
    #[must_use]
    pub fn annotation(mut self, entry: &str, attribute: &str) -> Self {
        let known = ["value.priv", "value.shared"];
        let known = known
            .iter()
            .any(|name| attribute.eq_ignore_ascii_case(name));
        if !known || entry.contains(['*', '%']) || check_entry_match(entry).is_err() {
            self.error = Some(SubmitError::InvalidAtom);
        }
        self.words
            .push(format!("ANNOTATION {entry} {attribute}").into());
        self
    }
}

impl Request {
    fn sort_criteria(self, criteria: &SortCriteria) -> Result<Self, SubmitError> {
        if let Some(error) = &criteria.error {
            return Err(error.clone());
        }
        let words = &criteria.words;
        let dangling = words.last().is_none_or(|last| *last == "REVERSE");
        let twice = words.windows(2).any(|pair| pair == ["REVERSE", "REVERSE"]);
        if dangling || twice {
            return Err(SubmitError::EmptyList("sort criteria"));
        }
        Ok(self.put(format_args!("({})", words.join(" "))))
    }
}
