//! Commands of a caller's own: a FETCH, an APPEND.

use std::ops::RangeInclusive;

use crate::encode::{
    Claim, Claims, Command, FetchNeeds, MissingAnswer, Request, States, SubmitError,
};
use crate::types::{Completion, Data, FetchResponse, SequenceNumber, SequenceSet};

/// A FETCH of anything, or an upload.
pub(super) struct Message(Result<Request, SubmitError>);

impl Message {
    pub(super) fn numbers(numbers: RangeInclusive<u32>) -> Self {
        let set: SequenceSet = numbers.map(SequenceNumber).collect();
        let claims = Claims::one(Claim::Fetch(set, FetchNeeds::default()));
        Self(Request::new("FETCH").map(|request| request.claims(claims).states(States::ANY)))
    }

    pub(super) fn append(size: u64) -> Self {
        Self(Request::new("APPEND").map(|request| request.space().upload(size)))
    }

    pub(super) fn bad() -> Self {
        Self(Request::new("\r\n"))
    }
}

/// What ends a FETCH response whose last item is a literal.
pub(super) fn fetch(octets: &[u8]) -> Vec<u8> {
    [octets, b")\r\n"].concat()
}

impl Command for Message {
    type Item = FetchResponse;
    type Partial = Vec<FetchResponse>;
    type Output = Vec<FetchResponse>;

    fn request(self) -> Result<Request, SubmitError> {
        self.0
    }

    fn item(data: Data) -> Result<FetchResponse, Data> {
        match data {
            Data::Fetch(fetch) => Ok(fetch),
            other => Err(other),
        }
    }

    fn add(partial: &mut Self::Partial, item: FetchResponse) {
        partial.push(item);
    }

    fn finish(partial: Self::Partial, _: &Completion) -> Result<Self::Output, MissingAnswer> {
        Ok(partial)
    }

    fn weight(_: &FetchResponse) -> usize {
        1024
    }
}
