//! LIST RETURN (STATUS, MYRIGHTS, METADATA): all of many mailboxes in one round trip (RFC 5819, RFC 8440, RFC 9590).

use std::collections::BTreeMap;

use super::answer::takes;
use super::{
    Claim, Claims, Command, List, MissingAnswer, Pipelining, Request, StatusItems, SubmitError,
};
use crate::types::{
    ByteString, Completion, Data, ListResponse, MailboxName, MetadataEntries, MetadataResponse,
    MyRightsResponse, Rights, StatusResponse,
};

/// LIST with what other commands tell of each mailbox.
///
/// ```
/// use imap_proto_core::encode::{Command, List, ListDetails, StatusItems};
/// let all = ListDetails::new(List::new("", "*"))
///     .status(StatusItems::new().unseen())
///     .my_rights()
///     .metadata(["/private/comment"]);
/// assert!(all.request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListDetails {
    list: List,
    details: Details,
}

/// What to tell of each mailbox besides its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Details {
    pub(super) status: Option<StatusItems>,
    pub(super) rights: bool,
    pub(super) metadata: Vec<String>,
}

/// A mailbox with what was asked of it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct MailboxDetails {
    /// The LIST response.
    pub list: ListResponse,
    /// The STATUS, if the server told it: not of what cannot be selected (RFC 5819 §2).
    pub status: Option<StatusResponse>,
    /// Our rights (RFC 8440 §3).
    pub rights: Option<Rights>,
    /// Entries with their values; `None` for no such entry (RFC 9590 §3).
    pub metadata: Vec<(ByteString, Option<ByteString>)>,
}

/// A piece of the answer of [`ListDetails`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum ListDetail {
    /// A mailbox.
    List(ListResponse),
    /// The status of one.
    Status(StatusResponse),
    /// Our rights in one.
    MyRights(MyRightsResponse),
    /// Annotations of one.
    Metadata(MetadataResponse),
}

impl ListDetails {
    /// The same LIST; with nothing more asked it is no other.
    pub fn new(list: List) -> Self {
        Self {
            list,
            details: Details::default(),
        }
    }

    /// These items of each mailbox (RFC 5819; needs LIST-STATUS or IMAP4rev2).
    #[must_use]
    pub fn status(mut self, items: StatusItems) -> Self {
        self.details.status = Some(items);
        self
    }

    /// Our rights in each mailbox (RFC 8440; needs LIST-MYRIGHTS).
    #[must_use]
    pub fn my_rights(mut self) -> Self {
        self.details.rights = true;
        self
    }

    /// These annotations of each mailbox (RFC 9590; needs LIST-METADATA).
    #[must_use]
    pub fn metadata<E: Into<String>>(mut self, entries: impl IntoIterator<Item = E>) -> Self {
        self.details
            .metadata
            .extend(entries.into_iter().map(Into::into));
        self
    }
}

impl Command for ListDetails {
    type Item = ListDetail;
    type Partial = Vec<ListDetail>;
    type Output = Vec<MailboxDetails>;

    takes!(
        Data::List(mailbox) => ListDetail::List(mailbox),
        Data::Status(status) => ListDetail::Status(status),
        Data::MyRights(rights) => ListDetail::MyRights(*rights),
        Data::Metadata(metadata) => ListDetail::Metadata(*metadata)
    );

    fn request(self) -> Result<Request, SubmitError> {
        self.list.into_request(&self.details)
    }

    fn add(partial: &mut Self::Partial, item: ListDetail) {
        partial.push(item);
    }

    fn finish(
        partial: Self::Partial,
        _completion: &Completion,
    ) -> Result<Self::Output, MissingAnswer> {
        let mut gathered = Gathered::default();
        let mut mailboxes = Vec::new();
        for item in partial {
            match item {
                ListDetail::List(mailbox) => mailboxes.push(mailbox),
                other => gathered.add(other),
            }
        }
        Ok(mailboxes
            .into_iter()
            .map(|mailbox| gathered.of(mailbox))
            .collect())
    }
}

/// What was told of mailboxes, by name.
#[derive(Default)]
struct Gathered {
    statuses: BTreeMap<MailboxName, StatusResponse>,
    rights: BTreeMap<MailboxName, Rights>,
    metadata: BTreeMap<MailboxName, Vec<(ByteString, Option<ByteString>)>>,
}

impl Gathered {
    fn add(&mut self, item: ListDetail) {
        match item {
            ListDetail::Status(status) => {
                self.statuses.insert(status.mailbox.clone(), status);
            }
            ListDetail::MyRights(rights) => {
                self.rights.insert(rights.mailbox, rights.rights);
            }
            ListDetail::Metadata(metadata) => {
                if let MetadataEntries::Values(values) = metadata.entries {
                    let known = self.metadata.entry(metadata.mailbox).or_default();
                    known.extend(values);
                }
            }
            ListDetail::List(_) => {}
        }
    }

    fn of(&mut self, list: ListResponse) -> MailboxDetails {
        MailboxDetails {
            status: self.statuses.remove(&list.mailbox),
            rights: self.rights.remove(&list.mailbox),
            metadata: self.metadata.remove(&list.mailbox).unwrap_or_default(),
            list,
        }
    }
}

impl Details {
    pub(super) fn claims(&self, list: Claim) -> Claims {
        let mut claims = Claims::one(list);
        if self.status.is_some() {
            claims = claims.and(Claim::StatusAny);
        }
        if self.rights {
            claims = claims.and(Claim::MyRightsAny);
        }
        if !self.metadata.is_empty() {
            claims = claims.and(Claim::MetadataAny);
        }
        claims
    }

    /// What tells rights or annotations of any mailbox runs beside nothing that tells those of one.
    pub(super) fn class(&self) -> Pipelining {
        let class = match &self.status {
            Some(_) => Pipelining::LIST_STATUS,
            None => Pipelining::LIST,
        };
        if self.rights || !self.metadata.is_empty() {
            return class.union(Pipelining::MAILBOX_WRITER);
        }
        class
    }
}

impl Request {
    /// Adds return options with arguments; `before` is what stands before the next one.
    pub(super) fn list_details(
        mut self,
        details: &Details,
        before: &mut &'static str,
    ) -> Result<Self, SubmitError> {
        if let Some(items) = &details.status {
            self = self.put(*before).put("STATUS ").status_items(items)?;
            *before = " ";
        }
        if details.rights {
            self = self.put(*before).put("MYRIGHTS");
            *before = " ";
        }
        if !details.metadata.is_empty() {
            let entry = |request: Self, entry: &String| request.astring(entry.clone());
            self = self.put(*before).put("METADATA (");
            self = self.spaced(&details.metadata, entry).put(")");
            *before = " ";
        }
        Ok(self)
    }
}
