//! GETJMAPACCESS (RFC 9698), XAPPLEPUSHSERVICE (Apple), NETSCAPE (Netscape, Sun).

use super::answer::{answers_many, answers_once};
use super::{Claim, Claims, Command, Pipelining, Request, States, SubmitError};
use crate::types::{ByteString, Data, MailboxName, NetscapeResponse};

/// GETJMAPACCESS: where the same mail is to be had by JMAP (RFC 9698 §3; needs JMAPACCESS).
///
/// The answer is the URL of a JMAP session resource. It is a server's word: who sends a password
/// there trusts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GetJmapAccess;

impl Command for GetJmapAccess {
    answers_once!("JMAPACCESS", Data::JmapAccess(url) => url, ByteString);

    fn request(self) -> Result<Request, SubmitError> {
        let class = Pipelining::one_of_a_kind(Pipelining::ANSWERS_OTHER);
        Ok(Request::known("GETJMAPACCESS", States::AFTER_LOGIN, class)
            .claims(Claims::one(Claim::JmapAccess)))
    }
}

/// XAPPLEPUSHSERVICE: registers a device of Apple's for push notifications of mailboxes (needs
/// XAPPLEPUSHSERVICE).
///
/// ```
/// use imap_proto_core::encode::{ApplePushService, Command};
/// let register = ApplePushService::new()
///     .field("aps-version", "2")
///     .field("aps-account-id", "0715A26B-CA09-4730-A419-793000CA982E")
///     .field("aps-device-token", "2918390218931890821908309283098109381029309829018310983092892829")
///     .field("aps-subtopic", "com.apple.mobilemail")
///     .mailboxes(["INBOX", "Notes"]);
/// assert!(register.request().is_ok());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplePushService {
    fields: Vec<(ByteString, ByteString)>,
    mailboxes: Vec<MailboxName>,
}

impl ApplePushService {
    /// Without fields yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A field, such as `aps-device-token`.
    #[must_use]
    pub fn field(mut self, name: impl Into<ByteString>, value: impl Into<ByteString>) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }

    /// The mailboxes to be told of; INBOX without them.
    #[must_use]
    pub fn mailboxes<M: Into<MailboxName>>(
        mut self,
        mailboxes: impl IntoIterator<Item = M>,
    ) -> Self {
        self.mailboxes.extend(mailboxes.into_iter().map(Into::into));
        self
    }
}

impl Command for ApplePushService {
    answers_once!(
        "XAPPLEPUSHSERVICE",
        Data::PushService(fields) => fields,
        Vec<(ByteString, ByteString)>
    );

    fn request(self) -> Result<Request, SubmitError> {
        let class = Pipelining::one_of_a_kind(Pipelining::ANSWERS_OTHER);
        let mut request = Request::known("XAPPLEPUSHSERVICE", States::AFTER_LOGIN, class)
            .claims(Claims::one(Claim::PushService));
        for (name, value) in self.fields {
            request = request.space().string(name.into_bytes());
            request = request.space().string(value.into_bytes());
        }
        if self.mailboxes.is_empty() {
            return Ok(request);
        }
        Ok(request
            .put(" \"mailboxes\" (")
            .spaced(self.mailboxes, Request::mailbox)
            .put(")"))
    }
}

/// NETSCAPE: where a user of Netscape's or Sun's servers manages the account (needs X-NETSCAPE).
/// The answer is as the server writes it, line by line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Netscape;

impl Command for Netscape {
    answers_many!(Data::Netscape(line) => line, NetscapeResponse);

    fn request(self) -> Result<Request, SubmitError> {
        let class = Pipelining::one_of_a_kind(Pipelining::ANSWERS_OTHER);
        Ok(Request::known("NETSCAPE", States::AFTER_LOGIN, class)
            .claims(Claims::one(Claim::Netscape)))
    }
}
