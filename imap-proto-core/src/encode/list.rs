//! LIST, LSUB (RFC 9051 §6.3.9, RFC 3501 §6.3.9, RFC 5258, RFC 5819).

use std::collections::BTreeMap;

use super::answer::{answers_many, takes};
use super::{
    Claim, Claims, Command, Details, MissingAnswer, Pipelining, Request, Segment, States,
    StatusItems, SubmitError,
};
use crate::types::{Completion, Data, ListResponse, MailboxName, StatusResponse};

/// LIST: the mailboxes whose names match (RFC 9051 §6.3.9). In a pattern `*` stands for anything,
/// `%` for anything but the hierarchy delimiter.
///
/// ```
/// use imap_proto_core::encode::{Command, List, ListOptions};
/// assert!(List::new("", "*").request().is_ok());
/// let subscribed = List::new("", "%").options(ListOptions::new().subscribed().return_children());
/// assert!(subscribed.request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    reference: MailboxName,
    patterns: Vec<MailboxName>,
    options: ListOptions,
}

impl List {
    /// LIST of what matches the pattern, seen from the reference; that is mostly empty.
    pub fn new(reference: impl Into<MailboxName>, pattern: impl Into<MailboxName>) -> Self {
        Self {
            reference: reference.into(),
            patterns: vec![pattern.into()],
            options: ListOptions::default(),
        }
    }

    /// Another pattern (RFC 5258 §3; needs LIST-EXTENDED or IMAP4rev2).
    #[must_use]
    pub fn pattern(mut self, pattern: impl Into<MailboxName>) -> Self {
        self.patterns.push(pattern.into());
        self
    }

    /// Which mailboxes, and what to tell of them.
    #[must_use]
    pub fn options(mut self, options: ListOptions) -> Self {
        self.options = options;
        self
    }

    /// The command, with what each mailbox is to be told besides.
    pub(super) fn into_request(self, details: &Details) -> Result<Request, SubmitError> {
        let claims = details.claims(self.claim());
        let mut request =
            Request::known("LIST", States::AFTER_LOGIN, details.class()).claims(claims);
        if self.options.needs_base() {
            return Err(SubmitError::EmptyList(
                "LIST selection options that RECURSIVEMATCH needs",
            ));
        }
        if !self.options.selection.is_empty() {
            request = request.put(format_args!(" ({})", self.options.selection.join(" ")));
        }
        request = request
            .space()
            .mailbox(self.reference)
            .space()
            .patterns(self.patterns);
        let mut before = " RETURN (";
        for option in &self.options.returned {
            request = request.put(before).put(option);
            before = " ";
        }
        request = request.list_details(details, &mut before)?;
        Ok(if before == " " {
            request.put(")")
        } else {
            request
        })
    }

    /// The names that it asks for, where only the patterns tell.
    fn claim(&self) -> Claim {
        if self.reference.is_empty() {
            return Claim::ListLike(self.patterns.clone());
        }
        Claim::List
    }
}

impl Command for List {
    answers_many!(Data::List(mailbox) => mailbox, ListResponse);

    fn request(self) -> Result<Request, SubmitError> {
        self.into_request(&Details::default())
    }
}

/// LIST with the STATUS of each mailbox, in one round trip (RFC 5819; needs LIST-STATUS or
/// IMAP4rev2).
///
/// ```
/// use imap_proto_core::encode::{Command, List, ListStatus, StatusItems};
/// let list = ListStatus::new(List::new("", "%"), StatusItems::new().messages().unseen());
/// assert!(list.request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListStatus {
    list: List,
    items: StatusItems,
}

/// A piece of the answer of [`ListStatus`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum ListStatusItem {
    /// A mailbox.
    List(ListResponse),
    /// The status of one, which was told before or comes later.
    Status(StatusResponse),
}

impl ListStatus {
    /// The same LIST, with these items of each mailbox.
    pub fn new(list: List, items: StatusItems) -> Self {
        Self { list, items }
    }
}

impl Command for ListStatus {
    type Item = ListStatusItem;
    type Partial = Vec<ListStatusItem>;
    /// The mailboxes, each with its status if the server told it: one that cannot be selected
    /// has none.
    type Output = Vec<(ListResponse, Option<StatusResponse>)>;

    takes!(
        Data::List(mailbox) => ListStatusItem::List(mailbox),
        Data::Status(status) => ListStatusItem::Status(status)
    );

    fn request(self) -> Result<Request, SubmitError> {
        self.list.into_request(&Details {
            status: Some(self.items),
            ..Details::default()
        })
    }

    fn add(partial: &mut Self::Partial, item: ListStatusItem) {
        partial.push(item);
    }

    fn finish(
        partial: Self::Partial,
        _completion: &Completion,
    ) -> Result<Self::Output, MissingAnswer> {
        let mut statuses = BTreeMap::new();
        let mut mailboxes = Vec::new();
        for item in partial {
            match item {
                ListStatusItem::List(mailbox) => mailboxes.push(mailbox),
                ListStatusItem::Status(status) => {
                    statuses.insert(status.mailbox.clone(), status);
                }
            }
        }
        let with_status = |mailbox: ListResponse| {
            let status = statuses.remove(&mailbox.mailbox);
            (mailbox, status)
        };
        Ok(mailboxes.into_iter().map(with_status).collect())
    }
}

/// LSUB: subscribed mailboxes (RFC 3501 §6.3.9). IMAP4rev2 has [`ListOptions::subscribed`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lsub {
    reference: MailboxName,
    pattern: MailboxName,
}

impl Lsub {
    /// LSUB of what matches the pattern, seen from the reference.
    pub fn new(reference: impl Into<MailboxName>, pattern: impl Into<MailboxName>) -> Self {
        Self {
            reference: reference.into(),
            pattern: pattern.into(),
        }
    }
}

impl Command for Lsub {
    answers_many!(Data::Lsub(mailbox) => mailbox, ListResponse);

    fn request(self) -> Result<Request, SubmitError> {
        Ok(
            Request::known("LSUB ", States::AFTER_LOGIN, Pipelining::LSUB)
                .claims(Claims::one(Claim::Lsub))
                .mailbox(self.reference)
                .space()
                .patterns(vec![self.pattern]),
        )
    }
}

/// Selection and return options of LIST (RFC 5258 §3; need LIST-EXTENDED or IMAP4rev2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListOptions {
    selection: Vec<&'static str>,
    returned: Vec<&'static str>,
}

macro_rules! options {
    ($list:ident: $($(#[$meta:meta])* $name:ident = $wire:literal;)*) => {
        impl ListOptions {
            $($(#[$meta])*
            #[must_use]
            pub fn $name(mut self) -> Self {
                self.$list.push($wire);
                self
            })*
        }
    };
}

options! { selection:
    /// Only subscribed mailboxes, even if they do not exist.
    subscribed = "SUBSCRIBED";
    /// Those on other servers too (RFC 2193).
    remote = "REMOTE";
    /// Also mailboxes above those that match another selection option.
    recursive_match = "RECURSIVEMATCH";
    /// Only those with a special use (RFC 6154 §2).
    special_use = "SPECIAL-USE";
}

options! { returned:
    /// Tell which are subscribed.
    return_subscribed = "SUBSCRIBED";
    /// Tell which have mailboxes below.
    return_children = "CHILDREN";
    /// Tell the special uses (RFC 6154 §2).
    return_special_use = "SPECIAL-USE";
}

impl ListOptions {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// RECURSIVEMATCH must not stand alone, nor with REMOTE alone (RFC 5258 §3.1).
    fn needs_base(&self) -> bool {
        let is_base = |option: &&str| !matches!(*option, "RECURSIVEMATCH" | "REMOTE");
        self.selection.contains(&"RECURSIVEMATCH") && !self.selection.iter().any(is_base)
    }
}

impl Request {
    /// Adds one pattern, or several in parentheses.
    fn patterns(self, patterns: Vec<MailboxName>) -> Self {
        let write = |request: Self, pattern| request.push(Segment::Pattern(pattern));
        if patterns.len() == 1 {
            return self.spaced(patterns, write);
        }
        self.put("(").spaced(patterns, write).put(")")
    }
}
