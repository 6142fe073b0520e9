//! FETCH (RFC 9051 §6.4.5, RFC 7162 §3.1.4.1, §3.2.6, RFC 9394).

use super::answer::{answers_many, takes};
use super::select::check_mod_seq;
use super::{
    Claim, Claims, Command, FetchItems, FetchNeeds, Messages, MissingAnswer, Numbering, Pipelining,
    Request, States, SubmitError,
};
use crate::types::{
    ByteString, Completion, Data, FetchData, FetchResponse, ModSeq, SequenceNumber, Uid, UidSet,
};

/// FETCH: reads of messages what is asked for (RFC 9051 §6.4.5).
///
/// ```
/// use imap_proto_core::encode::{Command, FetchItems, UidFetch};
/// use imap_proto_core::types::Uid;
/// let fetch = UidFetch::new(Uid(4_827_313)..=Uid(4_828_442), FetchItems::new().flags());
/// assert!(fetch.request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch<N = SequenceNumber> {
    messages: Messages<N>,
    items: FetchItems,
    changed_since: Option<ModSeq>,
    partial: Option<(i64, i64)>,
}

/// UID FETCH (RFC 9051 §6.4.9). It always asks for the UID, and first.
pub type UidFetch = Fetch<Uid>;

impl<N: Numbering> Fetch<N> {
    /// FETCH of these items of these messages.
    pub fn new(messages: impl Into<Messages<N>>, items: FetchItems) -> Self {
        Self {
            messages: messages.into(),
            items,
            changed_since: None,
            partial: None,
        }
    }

    /// Only messages that changed after this mod-sequence (RFC 7162 §3.1.4.1; needs CONDSTORE).
    #[must_use]
    pub fn changed_since(mut self, mod_seq: ModSeq) -> Self {
        self.changed_since = Some(mod_seq);
        self
    }

    fn class(&self) -> Pipelining {
        let needs = self.items.needs();
        let mut class = self.messages.class();
        if needs.contains(FetchNeeds::FLAGS) {
            class = class.union(Pipelining::FLAG_READER);
        }
        if self.items.sets_seen() {
            class = class.union(Pipelining::FLAG_WRITER);
        }
        if needs.contains(FetchNeeds::SECTION) && !N::PREFIX.is_empty() {
            class = class.union(Pipelining::UNKEYED_BODIES);
        }
        class
    }

    fn into_request(self, vanished: bool) -> Result<Request, SubmitError> {
        let claim = self.messages.claim(self.items.needs());
        let request = Request::known(N::PREFIX, States::SELECTED, self.class())
            .claims(Claims::one(claim))
            .put("FETCH ")
            .messages(&self.messages)?
            .space()
            .fetch_items(&self.items, !N::PREFIX.is_empty())?;
        let mut modifiers = Vec::new();
        if let Some(mod_seq) = self.changed_since {
            check_mod_seq(mod_seq)?;
            modifiers.push(format!("CHANGEDSINCE {mod_seq}"));
        }
        if vanished {
            modifiers.push("VANISHED".into());
        }
        if let Some((first, last)) = self.partial {
            check_partial(first, last)?;
            modifiers.push(format!("PARTIAL {first}:{last}"));
        }
        if modifiers.is_empty() {
            return Ok(request);
        }
        Ok(request.put(format_args!(" ({})", modifiers.join(" "))))
    }
}

impl UidFetch {
    /// Only those from one position to another: from 1 up, or from -1, the last, down (RFC 9394
    /// §3.2; needs PARTIAL).
    #[must_use]
    pub fn partial(mut self, first: i64, last: i64) -> Self {
        self.partial = Some((first, last));
        self
    }
}

impl<N: Numbering> Command for Fetch<N> {
    answers_many!(Data::Fetch(fetch) => fetch, FetchResponse);

    fn request(self) -> Result<Request, SubmitError> {
        self.into_request(false)
    }

    fn weight(item: &FetchResponse) -> usize {
        fetch_weight(item)
    }
}

/// UID FETCH with CHANGEDSINCE and VANISHED: what changed, and what is gone (RFC 7162 §3.2.6;
/// QRESYNC must be enabled).
///
/// ```
/// use imap_proto_core::encode::{Command, FetchItems, UidFetchChanges};
/// use imap_proto_core::types::{ModSeq, Uid};
/// let changes = UidFetchChanges::new(Uid(300)..=Uid(500), FetchItems::new().flags(), ModSeq(12345));
/// assert!(changes.request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UidFetchChanges {
    fetch: UidFetch,
}

/// A piece of the answer of [`UidFetchChanges`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Change {
    /// A message that changed or is new.
    Fetch(FetchResponse),
    /// Messages that are gone.
    Vanished(UidSet),
}

impl UidFetchChanges {
    /// The changes after this mod-sequence among these messages.
    pub fn new(messages: impl Into<Messages<Uid>>, items: FetchItems, since: ModSeq) -> Self {
        Self {
            fetch: UidFetch::new(messages, items).changed_since(since),
        }
    }

    /// Only those from one position to another, as [`UidFetch::partial`].
    #[must_use]
    pub fn partial(mut self, first: i64, last: i64) -> Self {
        self.fetch = self.fetch.partial(first, last);
        self
    }
}

impl Command for UidFetchChanges {
    type Item = Change;
    type Partial = Vec<Change>;
    /// In the server's order: what vanished comes first.
    type Output = Vec<Change>;

    takes!(
        Data::Fetch(fetch) => Change::Fetch(fetch),
        Data::Vanished { earlier: true, uids } => Change::Vanished(uids)
    );

    fn request(self) -> Result<Request, SubmitError> {
        let mut request = self.fetch.into_request(true)?;
        request.pipelining = request.pipelining.union(Pipelining::VANISHED);
        request.claims = request.claims.and(Claim::VanishedEarlier);
        Ok(request)
    }

    fn add(partial: &mut Self::Partial, item: Change) {
        partial.push(item);
    }

    fn finish(
        partial: Self::Partial,
        _completion: &Completion,
    ) -> Result<Self::Output, MissingAnswer> {
        Ok(partial)
    }

    fn weight(item: &Change) -> usize {
        match item {
            Change::Fetch(fetch) => fetch_weight(fetch),
            Change::Vanished(uids) => size_of_val(uids.ranges()),
        }
    }
}

/// The memory of a FETCH response: bodies count for what they are.
fn fetch_weight(fetch: &FetchResponse) -> usize {
    let data = |item: &FetchData| match item {
        FetchData::Section(section) => section.data.as_ref().map_or(0, ByteString::len),
        FetchData::Binary(binary) => binary.data.as_ref().map_or(0, ByteString::len),
        _ => 256,
    };
    let items = fetch.items.iter().map(data);
    items.fold(size_of::<FetchResponse>(), usize::saturating_add)
}

/// `partial-range`: both ends from the start, or both from the end (RFC 9394 §4).
pub(super) fn check_partial(first: i64, last: i64) -> Result<(), SubmitError> {
    let fits = |end: i64| end != 0 && u32::try_from(end.unsigned_abs()).is_ok();
    if fits(first) && fits(last) && (first > 0) == (last > 0) {
        return Ok(());
    }
    Err(SubmitError::OutOfRange("a PARTIAL range"))
}
