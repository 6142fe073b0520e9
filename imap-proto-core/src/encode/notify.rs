//! NOTIFY (RFC 5465).

use super::answer::answers_many;
use super::{
    Claim, Claims, Command, Effect, FetchItems, MailboxFilter, Pipelining, Request, States,
    SubmitError,
};
use crate::types::{Data, StatusResponse};

/// NOTIFY: which events the server tells of by itself, in the selected mailbox and in others
/// (RFC 5465 §3; needs NOTIFY). Each replaces the one before.
///
/// The events of other mailboxes come as STATUS, LIST and METADATA responses that nobody asked
/// for. While the selected mailbox is told of at once, message numbers may change at any time:
/// commands with them, or with `*`, are refused then (RFC 5465 §5.3). Items of new messages that are longer than
/// [`Limits::stream_threshold`](crate::wire::Limits::stream_threshold) are not kept: ask for headers, not for bodies.
///
/// ```
/// use imap_proto_core::encode::{Command, MailboxEvents, MailboxFilter, Notify};
/// let mail = MailboxEvents::new().messages();
/// let notify = Notify::set(MailboxFilter::Selected, mail.clone())
///     .and(MailboxFilter::subtree(["Lists"]), mail.mailbox_name())
///     .status();
/// assert!(notify.request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notify {
    groups: Vec<(MailboxFilter, MailboxEvents)>,
    status: bool,
}

/// What may happen to a mailbox (RFC 5465 §5); none at all is `NONE`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailboxEvents {
    messages: bool,
    fetch: Option<FetchItems>,
    others: Vec<String>,
}

impl Notify {
    /// `NOTIFY SET` with these events of these mailboxes.
    pub fn set(filter: MailboxFilter, events: MailboxEvents) -> Self {
        Self {
            groups: vec![(filter, events)],
            status: false,
        }
    }

    /// `NOTIFY NONE`: no event is told of any more; what a command allows comes as ever.
    pub fn none() -> Self {
        Self {
            groups: Vec::new(),
            status: false,
        }
    }

    /// These events of these mailboxes, too.
    #[must_use]
    pub fn and(mut self, filter: MailboxFilter, events: MailboxEvents) -> Self {
        self.groups.push((filter, events));
        self
    }

    /// The STATUS of each of these mailboxes first; it is the answer (RFC 5465 §3.1).
    #[must_use]
    pub fn status(mut self) -> Self {
        self.status = true;
        self
    }

    /// Messages of the selected mailbox may come and go at any time.
    fn is_immediate(&self) -> bool {
        let immediate = |(filter, events): &(MailboxFilter, MailboxEvents)| {
            *filter == MailboxFilter::Selected && events.messages
        };
        self.groups.iter().any(immediate)
    }

    fn check(&self) -> Result<(), SubmitError> {
        let selected = |(filter, _): &&(MailboxFilter, MailboxEvents)| filter.is_selected();
        if self.groups.iter().filter(selected).count() > 1 {
            return Err(SubmitError::Conflict("SELECTED and SELECTED-DELAYED"));
        }
        self.groups
            .iter()
            .try_for_each(|(filter, events)| events.check(filter))
    }
}

impl Command for Notify {
    answers_many!(Data::Status(status) => status, StatusResponse);

    fn request(self) -> Result<Request, SubmitError> {
        self.check()?;
        let effect = Effect::Notify {
            on: !self.groups.is_empty(),
            immediate: self.is_immediate(),
        };
        let (class, claims) = if self.status {
            let class = Pipelining::MAILBOX_USER.union(Pipelining::EVERY_STATUS);
            (class, Claims::one(Claim::StatusAny))
        } else {
            (Pipelining::MAILBOX_USER, Claims::none())
        };
        let class = Pipelining::OTHER.union(class).union(Pipelining::NOTIFY);
        let request = Request::known("NOTIFY", States::AFTER_LOGIN, class).claims(claims);
        let request = self.into_words(request)?;
        Ok(request.effect(effect))
    }
}

impl Notify {
    fn into_words(self, request: Request) -> Result<Request, SubmitError> {
        if self.groups.is_empty() {
            return Ok(request.put(" NONE"));
        }
        let request = request.put(if self.status { " SET STATUS" } else { " SET" });
        self.groups
            .into_iter()
            .try_fold(request, |request, (filter, events)| {
                let request = request.put(" (").mailbox_filter(filter)?;
                Ok(request.space().mailbox_events(&events)?.put(")"))
            })
    }
}

macro_rules! events {
    ($($(#[$meta:meta])* $name:ident = $wire:literal;)*) => {
        impl MailboxEvents {
            $($(#[$meta])*
            #[must_use]
            pub fn $name(self) -> Self {
                self.event($wire)
            })*
        }
    };
}

events! {
    /// `FlagChange`: flags change (RFC 5465 §5.1); needs [`messages`](Self::messages).
    flag_change = "FlagChange";
    /// `AnnotationChange`: annotations of messages change (RFC 5465 §5.1); needs
    /// [`messages`](Self::messages).
    annotation_change = "AnnotationChange";
    /// `MailboxName`: a mailbox is made, removed or renamed (RFC 5465 §5.4).
    mailbox_name = "MailboxName";
    /// `SubscriptionChange` (RFC 5465 §5.5)
    subscription_change = "SubscriptionChange";
    /// `MailboxMetadataChange` (RFC 5465 §5.6)
    mailbox_metadata_change = "MailboxMetadataChange";
    /// `ServerMetadataChange` (RFC 5465 §5.7)
    server_metadata_change = "ServerMetadataChange";
}

impl MailboxEvents {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// `MessageNew` and `MessageExpunge`, which only go together (RFC 5465 §5).
    #[must_use]
    pub fn messages(mut self) -> Self {
        self.messages = true;
        self
    }

    /// The same, with items to tell of each new message of the selected mailbox (RFC 5465 §5.2).
    #[must_use]
    pub fn messages_with(mut self, items: FetchItems) -> Self {
        self.fetch = Some(items);
        self.messages()
    }

    /// Any other event, by its name.
    #[must_use]
    pub fn event(mut self, name: impl Into<String>) -> Self {
        self.others.push(name.into());
        self
    }

    fn has(&self, name: &str) -> bool {
        self.others
            .iter()
            .any(|event| event.eq_ignore_ascii_case(name))
    }

    fn check(&self, filter: &MailboxFilter) -> Result<(), SubmitError> {
        let changes = ["FlagChange", "AnnotationChange"];
        if !self.messages && changes.iter().any(|name| self.has(name)) {
            return Err(SubmitError::EmptyList(
                "MessageNew and MessageExpunge, which FlagChange and AnnotationChange need",
            ));
        }
        if self.fetch.is_some() && !filter.is_selected() {
            return Err(SubmitError::Conflict(
                "items of new messages and mailboxes that are not selected",
            ));
        }
        let of_mailboxes = [
            "MailboxName",
            "SubscriptionChange",
            "MailboxMetadataChange",
            "ServerMetadataChange",
        ];
        if filter.is_selected() && of_mailboxes.iter().any(|name| self.has(name)) {
            return Err(SubmitError::Conflict(
                "the selected mailbox and events that are not of messages",
            ));
        }
        match filter {
            MailboxFilter::SubtreeOne(_) => Err(SubmitError::Conflict("NOTIFY and SUBTREE-ONE")),
            _ => Ok(()),
        }
    }
}

impl Request {
    fn mailbox_events(self, events: &MailboxEvents) -> Result<Self, SubmitError> {
        if !events.messages && events.others.is_empty() {
            return Ok(self.put("NONE"));
        }
        let mut request = self.put("(");
        let mut before = "";
        if events.messages {
            request = request.put("MessageNew");
            if let Some(items) = &events.fetch {
                request = request.space().fetch_items(items, false)?;
            }
            request = request.put(" MessageExpunge");
            before = " ";
        }
        for name in &events.others {
            request = request.put(before).atom(name)?;
            before = " ";
        }
        Ok(request.put(")"))
    }
}
