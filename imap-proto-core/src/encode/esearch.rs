//! ESEARCH: SEARCH in several mailboxes (RFC 7377).

use super::search::search_class;
use super::{
    Claim, Claims, Command, MailboxFilter, MissingAnswer, Pipelining, Request, SearchKey,
    SearchResults, SearchReturn, Segment, States, SubmitError,
};
use crate::types::{Completion, Data, MailboxName, Uid, UidValidity};

/// ESEARCH: which messages of several mailboxes meet a condition, told in UIDs (RFC 7377 §2;
/// needs MULTISEARCH). What is selected stays selected.
///
/// Without [`within`](Self::within) it searches the selected mailbox.
///
/// ```
/// use imap_proto_core::encode::{Command, Esearch, MailboxFilter, SearchKey};
/// let everywhere = Esearch::new(SearchKey::unseen()).within(MailboxFilter::Personal);
/// assert!(everywhere.request().is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Esearch {
    key: SearchKey,
    filters: Vec<MailboxFilter>,
    returning: Option<SearchReturn>,
    charset: Option<String>,
}

/// What ESEARCH found in one mailbox.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct MailboxResults {
    /// The mailbox; `None` from servers that leave it out for the selected one.
    pub mailbox: Option<MailboxName>,
    /// Its UIDVALIDITY.
    pub uid_validity: Option<UidValidity>,
    /// What was found.
    pub results: SearchResults<Uid>,
}

impl Esearch {
    /// ESEARCH for what meets the condition.
    pub fn new(key: SearchKey) -> Self {
        Self {
            key,
            filters: Vec::new(),
            returning: None,
            charset: None,
        }
    }

    /// Mailboxes to search in, besides those said before (RFC 7377 §2.2).
    #[must_use]
    pub fn within(mut self, filter: MailboxFilter) -> Self {
        self.filters.push(filter);
        self
    }

    /// What to tell of the messages found (RFC 4731); without it, all.
    #[must_use]
    pub fn returning(mut self, options: SearchReturn) -> Self {
        self.returning = Some(options);
        self
    }

    /// As [`Search::charset`](super::Search::charset).
    #[must_use]
    pub fn charset(mut self, charset: impl Into<String>) -> Self {
        self.charset = Some(charset.into());
        self
    }

    /// Whether it needs a selected mailbox.
    fn in_selected(&self) -> bool {
        self.filters.is_empty() || self.filters.iter().any(MailboxFilter::is_selected)
    }

    fn class(&self) -> Pipelining {
        let mut class = Pipelining::OTHER.union(Pipelining::MAILBOX_USER);
        if self.in_selected() {
            class = class.union(search_class::<Uid>(&self.key));
        }
        match &self.returning {
            Some(options) if options.saves() => class.union(Pipelining::SAVE),
            _ => class,
        }
    }

    fn check(&self) -> Result<(), SubmitError> {
        if self.filters.contains(&MailboxFilter::SelectedDelayed) {
            return Err(SubmitError::Conflict("ESEARCH and SELECTED-DELAYED"));
        }
        let elsewhere = self.filters.iter().any(|filter| !filter.is_selected());
        let bound = |options: &SearchReturn| options.saves() || options.updates();
        if elsewhere && self.returning.as_ref().is_some_and(bound) {
            return Err(SubmitError::Conflict(
                "SAVE or UPDATE and mailboxes that are not selected",
            ));
        }
        Ok(())
    }
}

impl Command for Esearch {
    type Item = MailboxResults;
    type Partial = Vec<MailboxResults>;
    /// One for each mailbox in which something was found.
    type Output = Vec<MailboxResults>;

    fn request(self) -> Result<Request, SubmitError> {
        self.check()?;
        let states = if self.in_selected() {
            States::SELECTED
        } else {
            States::AFTER_LOGIN
        };
        let mut request = Request::known("ESEARCH", states, self.class())
            .claims(Claims::one(Claim::Esearch))
            .effect(SearchReturn::effect(self.returning.as_ref()));
        let mut before = " IN (";
        for filter in self.filters {
            request = request.put(before).mailbox_filter(filter)?;
            before = " ";
        }
        if before == " " {
            request = request.put(")");
        }
        if let Some(options) = &self.returning {
            request = request.search_return(options)?;
        }
        request = match &self.charset {
            Some(charset) => request.put(" CHARSET ").astring(charset.clone()),
            None if self.key.traits().utf8 => request.push(Segment::UnlessUtf8(b" CHARSET UTF-8")),
            None => request,
        };
        request.space().search_key(self.key)
    }

    fn item(data: Data) -> Result<MailboxResults, Data> {
        match data {
            Data::Esearch(mut response) => Ok(MailboxResults {
                mailbox: response.mailbox.take(),
                uid_validity: response.uid_validity.take(),
                results: (*response).into(),
            }),
            other => Err(other),
        }
    }

    fn add(partial: &mut Self::Partial, item: MailboxResults) {
        partial.push(item);
    }

    fn finish(
        partial: Self::Partial,
        _completion: &Completion,
    ) -> Result<Self::Output, MissingAnswer> {
        Ok(partial)
    }

    fn weight(item: &MailboxResults) -> usize {
        size_of::<MailboxName>() + item.results.weight()
    }
}
