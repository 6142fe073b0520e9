//! URLs of servers, mailboxes and messages (RFC 5092).

mod parse;
mod percent;
mod resolve;
mod show;

use thiserror::Error;

use super::{ByteString, MailboxName, Secret};

/// An IMAP URL (RFC 5092): of a server, a mailbox, a search in one, a message or a part of one.
///
/// Parts are held decoded and shown encoded. There is no place for a password in it. What a URL
/// means is for its reader to judge: one that came from a server or from a mail may name any
/// host (RFC 5092 §3.2), and nothing here follows one.
///
/// ```
/// use imap_proto_core::types::{ImapUrl, UrlAuthType};
/// let url: ImapUrl = "imap://minbari.example.org/gray-council;UIDVALIDITY=385759045/;UID=20/;PARTIAL=0.1024".parse()?;
/// assert_eq!(url.server.host, "minbari.example.org");
/// let message = url.message.as_ref().expect("it names a message");
/// assert_eq!((message.uid, message.partial), (20, Some((0, Some(1024)))));
/// let other = url.resolve("/INBOX/;UID=7")?;
/// assert_eq!(other.to_string(), "imap://minbari.example.org/INBOX/;UID=7");
/// # Ok::<(), imap_proto_core::types::UrlError>(())
/// ```
///
/// A URL that is authorized (RFC 4467) is compared octet by octet by its server: to use one, send
/// it back as it came, and not as this type shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ImapUrl {
    /// The server, and who logs in.
    pub server: UrlServer,
    /// The mailbox; `None` for the server as a whole.
    pub mailbox: Option<MailboxName>,
    /// The mailbox's UIDVALIDITY when the URL was made: with another, the URL is stale.
    pub uid_validity: Option<u32>,
    /// The message; `None` for the mailbox as a whole.
    pub message: Option<UrlMessage>,
    /// What stands behind SEARCH, to find messages in the mailbox.
    pub search: Option<ByteString>,
}

/// The server of a URL (RFC 5092 §3).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct UrlServer {
    /// The user; with neither user nor mechanism, the login is anonymous.
    pub user: Option<String>,
    /// How to log in.
    pub auth: Option<UrlAuthType>,
    /// The host, as it stands in the URL: a name, an IPv4 address, or an IPv6 address in brackets.
    pub host: String,
    /// The port; 143 without one.
    pub port: Option<u16>,
}

/// How to log in (`;AUTH=`, RFC 5092 §3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum UrlAuthType {
    /// `*`: by any mechanism that fits.
    Any,
    /// By this SASL mechanism.
    Mechanism(String),
}

/// A message, or a part of one (RFC 5092 §6).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct UrlMessage {
    /// Its UID.
    pub uid: u32,
    /// The section, as between the brackets of BODY; `None` for the whole message.
    pub section: Option<String>,
    /// The first octet, and how many (RFC 5550 §3 for CATENATE: URL-PARTIAL).
    pub partial: Option<(u32, Option<u32>)>,
    /// Until when the URL is valid, as RFC 3339 writes it (`;EXPIRE=`).
    pub expire: Option<String>,
    /// Who may use the URL, when it is authorized (RFC 4467).
    pub authorization: Option<UrlAuthorization>,
}

/// What `;URLAUTH=` says (RFC 5092 §6.1.2).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct UrlAuthorization {
    /// Who may use it.
    pub access: UrlAccess,
    /// The mechanism and token that prove it; `None` in a URL that is to be given to GENURLAUTH.
    pub verifier: Option<UrlVerifier>,
}

/// The proof of an authorized URL (RFC 5092 §6.1.2): whoever has it can use the URL, so it is
/// shown by `Display` of the URL only.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct UrlVerifier {
    /// The mechanism, such as `INTERNAL`.
    pub mechanism: String,
    /// The token, in hexadecimal.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub token: Secret,
}

/// Who may use an authorized URL (RFC 5092 §6.1.2).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum UrlAccess {
    /// `submit+user`: a message submission server, for this user.
    Submit(String),
    /// `user+user`: this user.
    User(String),
    /// `authuser`: any user but an anonymous one.
    AnyUser,
    /// `anonymous`: anybody.
    Anonymous,
}

/// Why text is no IMAP URL. It does not repeat the text, which may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UrlError {
    /// It begins with something else than `imap://`.
    #[error("not an IMAP URL")]
    NotImap,
    /// There is a password, which has no place in an IMAP URL.
    #[error("a URL with a password")]
    Password,
    /// The host or port breaks the grammar.
    #[error("an invalid host or port")]
    InvalidServer,
    /// A character that must be percent-encoded, or broken percent-encoding.
    #[error("an invalid character")]
    InvalidCharacter,
    /// Octets that are not UTF-8.
    #[error("text that is not UTF-8")]
    NotUtf8,
    /// A parameter that is not known, comes twice, or stands in another place than its own.
    #[error("an unexpected parameter")]
    UnexpectedParameter,
    /// The value of a parameter breaks the grammar.
    #[error("an invalid parameter")]
    InvalidParameter,
    /// A message without a mailbox.
    #[error("a URL without a mailbox")]
    NoMailbox,
}

impl ImapUrl {
    /// The URL of a server.
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            server: UrlServer {
                user: None,
                auth: None,
                host: host.into(),
                port: None,
            },
            mailbox: None,
            uid_validity: None,
            message: None,
            search: None,
        }
    }

    /// The same with a user.
    #[must_use]
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.server.user = Some(user.into());
        self
    }

    /// The same with a mailbox.
    #[must_use]
    pub fn mailbox(mut self, mailbox: impl Into<MailboxName>) -> Self {
        self.mailbox = Some(mailbox.into());
        self
    }

    /// The same with a message of the mailbox.
    #[must_use]
    pub fn message(mut self, message: UrlMessage) -> Self {
        self.message = Some(message);
        self
    }
}

impl UrlMessage {
    /// The message of this UID.
    pub const fn new(uid: u32) -> Self {
        Self {
            uid,
            section: None,
            partial: None,
            expire: None,
            authorization: None,
        }
    }

    /// The same, to be authorized by GENURLAUTH (RFC 4467 §7).
    #[must_use]
    pub fn access(mut self, access: UrlAccess) -> Self {
        let verifier = None;
        self.authorization = Some(UrlAuthorization { access, verifier });
        self
    }

    /// The same with a section, such as `1.2` or `TEXT`.
    #[must_use]
    pub fn section(mut self, section: impl Into<String>) -> Self {
        self.section = Some(section.into());
        self
    }
}

/// Where a server sends its client instead (`REFERRAL`, RFC 2193, RFC 2221).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Referral {
    /// An IMAP URL.
    Imap(Box<ImapUrl>),
    /// A URL of another kind, or one that breaks the grammar.
    Other(ByteString),
}

impl From<&ByteString> for Referral {
    fn from(url: &ByteString) -> Self {
        let parsed = url.as_str().map(str::parse::<ImapUrl>);
        match parsed {
            Some(Ok(url)) => Self::Imap(Box::new(url)),
            _ => Self::Other(url.clone()),
        }
    }
}

impl super::ResponseText {
    /// Where the server sends its client instead, if it does. Nothing follows it by itself: a
    /// server that is not trusted could ask for the password that way.
    pub fn referrals(&self) -> impl Iterator<Item = Referral> {
        let urls = match &self.code {
            Some(super::Code::Referral(urls)) => urls.as_slice(),
            _ => &[],
        };
        urls.iter().map(Referral::from)
    }
}

#[cfg(test)]
#[path = "tests/url.rs"]
mod tests;
