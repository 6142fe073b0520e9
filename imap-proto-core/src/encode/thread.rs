//! THREAD (RFC 5256 §3).

use super::answer::takes;
use super::search::search_class;
use super::{
    Claim, Claims, Command, MissingAnswer, Numbering, Pipelining, Request, SearchKey, States,
    SubmitError,
};
use crate::types::{Completion, Data, SequenceNumber, ThreadNode, ThreadResponse, Uid};

/// THREAD: SEARCH, with the messages found in conversations (RFC 5256 §3; needs THREAD=… of the
/// algorithm).
///
/// ```
/// use imap_proto_core::encode::{Command, SearchKey, ThreadAlgorithm, UidThread};
/// let thread = UidThread::new(ThreadAlgorithm::References, SearchKey::all());
/// assert!(thread.request().is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Thread<N = SequenceNumber> {
    algorithm: ThreadAlgorithm,
    key: SearchKey,
    charset: String,
    numbering: std::marker::PhantomData<fn() -> N>,
}

/// UID THREAD: the same, told in UIDs.
pub type UidThread = Thread<Uid>;

/// How messages become conversations.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ThreadAlgorithm {
    /// `ORDEREDSUBJECT`: by subject.
    OrderedSubject,
    /// `REFERENCES`: by the References field, else by subject.
    References,
    /// `REFS`: by the References field alone, newest conversation last; not in an RFC.
    Refs,
    /// Another one.
    Other(String),
}

impl<N: Numbering> Thread<N> {
    /// THREAD of what meets the condition.
    pub fn new(algorithm: ThreadAlgorithm, key: SearchKey) -> Self {
        Self {
            algorithm,
            key,
            charset: "UTF-8".into(),
            numbering: std::marker::PhantomData,
        }
    }

    /// Another charset than UTF-8 for the text in the condition, which the caller encoded so.
    #[must_use]
    pub fn charset(mut self, charset: impl Into<String>) -> Self {
        self.charset = charset.into();
        self
    }
}

impl<N: Numbering> Command for Thread<N> {
    type Item = ThreadResponse;
    type Partial = ThreadResponse;
    type Output = ThreadResponse;

    takes!(Data::Thread(threads) => threads);

    fn request(self) -> Result<Request, SubmitError> {
        let class = search_class::<N>(&self.key).union(Pipelining::THREAD);
        let algorithm = match &self.algorithm {
            ThreadAlgorithm::OrderedSubject => "ORDEREDSUBJECT",
            ThreadAlgorithm::References => "REFERENCES",
            ThreadAlgorithm::Refs => "REFS",
            ThreadAlgorithm::Other(name) => name,
        };
        Request::known(N::PREFIX, States::SELECTED, class)
            .claims(Claims::one(Claim::Thread))
            .put("THREAD ")
            .atom(algorithm)?
            .space()
            .astring(self.charset)
            .space()
            .search_key(self.key)
    }

    fn add(partial: &mut ThreadResponse, item: ThreadResponse) {
        partial.nodes.extend(item.nodes);
    }

    /// No answer is the answer of servers that found nothing.
    fn finish(
        partial: ThreadResponse,
        _completion: &Completion,
    ) -> Result<ThreadResponse, MissingAnswer> {
        Ok(partial)
    }

    fn weight(item: &ThreadResponse) -> usize {
        item.nodes.len() * size_of::<ThreadNode>()
    }
}
