//! GENURLAUTH, RESETKEY, URLFETCH (RFC 4467 §7, RFC 5524).

use super::answer::takes;
use super::{Claim, Claims, Command, MissingAnswer, Pipelining, Request, States, SubmitError};
use crate::types::{
    ByteString, Code, Completion, Data, MailboxName, UrlFetchResponse, UrlFetched, UrlMechanism,
};

/// One at a time: their answers name URLs, which need not be told apart.
const CLASS: Pipelining =
    Pipelining::MAILBOX_READER.union(Pipelining::one_of_a_kind(Pipelining::ANSWERS_OTHER));

/// GENURLAUTH: makes URLs of messages that others can use (RFC 4467 §7; needs URLAUTH).
///
/// The answer is the URLs in the order asked. They are to be kept as they are, octet by octet;
/// whoever has one can read the message.
///
/// ```
/// use imap_proto_core::encode::{Command, GenUrlAuth};
/// use imap_proto_core::types::{ImapUrl, UrlAccess, UrlMessage};
/// let message = UrlMessage::new(20).section("1.2").access(UrlAccess::Submit("fred".into()));
/// let url = ImapUrl::new("example.com").user("joe").mailbox("INBOX").message(message);
/// assert!(GenUrlAuth::new(url.to_string()).request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenUrlAuth {
    urls: Vec<(ByteString, String)>,
}

impl GenUrlAuth {
    /// GENURLAUTH of this URL, which ends in `;URLAUTH=` and who may use it, by the mechanism
    /// `INTERNAL`.
    pub fn new(url: impl Into<ByteString>) -> Self {
        Self { urls: Vec::new() }.url(url, "INTERNAL")
    }

    /// Another URL, by a mechanism that [`Code::UrlMechanisms`] named.
    #[must_use]
    pub fn url(mut self, url: impl Into<ByteString>, mechanism: impl Into<String>) -> Self {
        self.urls.push((url.into(), mechanism.into()));
        self
    }
}

impl Command for GenUrlAuth {
    type Item = Vec<ByteString>;
    type Partial = Vec<ByteString>;
    type Output = Vec<ByteString>;

    takes!(Data::GenUrlAuth(urls) => urls);

    fn request(self) -> Result<Request, SubmitError> {
        let mut request = Request::known("GENURLAUTH", States::AFTER_LOGIN, CLASS)
            .claims(Claims::one(Claim::GenUrlAuth));
        for (url, mechanism) in self.urls {
            request = request
                .space()
                .string(url.into_bytes())
                .space()
                .atom(&mechanism)?;
        }
        Ok(request)
    }

    fn add(partial: &mut Self::Partial, item: Self::Item) {
        partial.extend(item);
    }

    fn finish(
        partial: Self::Partial,
        _completion: &Completion,
    ) -> Result<Self::Output, MissingAnswer> {
        if partial.is_empty() {
            return Err(MissingAnswer("GENURLAUTH"));
        }
        Ok(partial)
    }
}

/// RESETKEY: makes authorized URLs invalid, those of one mailbox or all of the user's (RFC 4467
/// §7; needs URLAUTH).
///
/// The answer is the mechanisms of the mailbox, where the server tells them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResetKey {
    mailbox: Option<MailboxName>,
    mechanisms: Vec<String>,
}

impl ResetKey {
    /// RESETKEY of all mailboxes.
    pub fn all() -> Self {
        Self::default()
    }

    /// RESETKEY of this mailbox.
    pub fn of(mailbox: impl Into<MailboxName>) -> Self {
        Self {
            mailbox: Some(mailbox.into()),
            mechanisms: Vec::new(),
        }
    }

    /// Only for a mechanism; `INTERNAL` without one. It means nothing without a mailbox.
    #[must_use]
    pub fn mechanism(mut self, mechanism: impl Into<String>) -> Self {
        self.mechanisms.push(mechanism.into());
        self
    }
}

impl Command for ResetKey {
    type Item = std::convert::Infallible;
    type Partial = ();
    type Output = Vec<UrlMechanism>;

    fn request(self) -> Result<Request, SubmitError> {
        let class = Pipelining::MAILBOX_WRITER;
        let mut request = Request::known("RESETKEY", States::AFTER_LOGIN, class);
        let Some(mailbox) = self.mailbox else {
            return Ok(request);
        };
        request = request.space().mailbox(mailbox);
        for mechanism in &self.mechanisms {
            request = request.space().atom(mechanism)?;
        }
        Ok(request)
    }

    fn item(data: Data) -> Result<Self::Item, Data> {
        Err(data)
    }

    fn add((): &mut (), item: Self::Item) {
        match item {}
    }

    fn finish((): (), completion: &Completion) -> Result<Self::Output, MissingAnswer> {
        Ok(match completion.code() {
            Some(Code::UrlMechanisms(mechanisms)) => mechanisms.clone(),
            _ => Vec::new(),
        })
    }
}

/// URLFETCH: what authorized URLs lead to, in whichever mailbox and of whichever user (RFC 4467
/// §7; needs URLAUTH).
///
/// ```
/// use imap_proto_core::encode::{Command, UrlFetch, UrlFetchItems};
/// let url = "imap://joe@example.com/INBOX/;uid=20;urlauth=anonymous:internal:91354a473744909de610943775f92038";
/// assert!(UrlFetch::new([url]).request().is_ok());
/// let decoded = UrlFetch::default().items(url, UrlFetchItems::binary().structure());
/// assert!(decoded.request().is_ok());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UrlFetch {
    urls: Vec<(ByteString, Option<UrlFetchItems>)>,
}

/// What to fetch of a URL (RFC 5524 §3.1; needs URLAUTH=BINARY).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UrlFetchItems {
    octets: Option<&'static str>,
    structure: bool,
}

impl UrlFetchItems {
    /// `BODY`: the octets as they are in the message.
    pub const fn body() -> Self {
        Self {
            octets: Some("BODY"),
            structure: false,
        }
    }

    /// `BINARY`: the octets decoded.
    pub const fn binary() -> Self {
        Self {
            octets: Some("BINARY"),
            structure: false,
        }
    }

    /// `BODYPARTSTRUCTURE` alone: no octets, but their type.
    pub const fn only_structure() -> Self {
        Self {
            octets: None,
            structure: true,
        }
    }

    /// Also `BODYPARTSTRUCTURE`: the type of what is returned.
    #[must_use]
    pub const fn structure(mut self) -> Self {
        self.structure = true;
        self
    }
}

impl UrlFetch {
    /// URLFETCH of these URLs, as they came from GENURLAUTH.
    pub fn new<U: Into<ByteString>>(urls: impl IntoIterator<Item = U>) -> Self {
        let urls = urls.into_iter().map(|url| (url.into(), None));
        Self {
            urls: urls.collect(),
        }
    }

    /// Another URL, of which these items are wanted.
    #[must_use]
    pub fn items(mut self, url: impl Into<ByteString>, items: UrlFetchItems) -> Self {
        self.urls.push((url.into(), Some(items)));
        self
    }
}

impl Command for UrlFetch {
    type Item = UrlFetchResponse;
    type Partial = Vec<UrlFetched>;
    /// In the server's order.
    type Output = Vec<UrlFetched>;

    takes!(Data::UrlFetch(response) => *response);

    fn request(self) -> Result<Request, SubmitError> {
        if self.urls.is_empty() {
            return Err(SubmitError::EmptyList("URLs"));
        }
        let mut request = Request::known("URLFETCH", States::AFTER_LOGIN, CLASS)
            .claims(Claims::one(Claim::UrlFetch));
        for (url, items) in self.urls {
            let Some(UrlFetchItems { octets, structure }) = items else {
                request = request.space().string(url.into_bytes());
                continue;
            };
            request = request.put(" (").string(url.into_bytes());
            if structure {
                request = request.put(" BODYPARTSTRUCTURE");
            }
            if let Some(octets) = octets {
                request = request.space().put(octets);
            }
            request = request.put(")");
        }
        Ok(request)
    }

    fn add(partial: &mut Self::Partial, item: UrlFetchResponse) {
        partial.extend(item.urls);
    }

    fn finish(
        partial: Self::Partial,
        _completion: &Completion,
    ) -> Result<Self::Output, MissingAnswer> {
        if partial.is_empty() {
            return Err(MissingAnswer("URLFETCH"));
        }
        Ok(partial)
    }

    fn weight(item: &UrlFetchResponse) -> usize {
        let octets = |url: &UrlFetched| 256 + url.octets().map_or(0, ByteString::len);
        item.urls.iter().map(octets).fold(0, usize::saturating_add)
    }
}
