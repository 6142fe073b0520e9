//! URLs as text (RFC 5092 §11).

use std::borrow::Cow;
use std::fmt;

use super::percent::{Encoded, is_achar, is_bchar};
use super::{ImapUrl, UrlAccess, UrlAuthType, UrlMessage, UrlServer};
use crate::types::MailboxName;

fn encoded<'a>(octets: impl Into<Cow<'a, [u8]>>, is_legal: fn(u8) -> bool) -> Encoded<'a> {
    let octets = octets.into();
    Encoded { octets, is_legal }
}

fn word(text: &str) -> Encoded<'_> {
    encoded(text.as_bytes(), is_achar)
}

impl fmt::Display for ImapUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "imap://{}/", self.server)?;
        let Some(mailbox) = &self.mailbox else {
            return Ok(());
        };
        write_mailbox(f, mailbox)?;
        if let Some(uid_validity) = self.uid_validity {
            write!(f, ";UIDVALIDITY={uid_validity}")?;
        }
        match (&self.message, &self.search) {
            (Some(message), _) => message.fmt(f),
            (None, Some(search)) => write!(f, "?{}", encoded(search.as_bytes(), is_bchar)),
            (None, None) => Ok(()),
        }
    }
}

/// The server's part: user, mechanism, host and port.
impl fmt::Display for UrlServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(user) = &self.user {
            word(user).fmt(f)?;
        }
        match &self.auth {
            Some(UrlAuthType::Any) => f.write_str(";AUTH=*")?,
            // Or it would mean any.
            Some(UrlAuthType::Mechanism(name)) if name == "*" => f.write_str(";AUTH=%2A")?,
            Some(UrlAuthType::Mechanism(name)) => write!(f, ";AUTH={}", word(name))?,
            None => {}
        }
        if self.user.is_some() || self.auth.is_some() {
            f.write_str("@")?;
        }
        f.write_str(&self.host)?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

/// What stands behind the mailbox.
impl fmt::Display for UrlMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/;UID={}", self.uid)?;
        if let Some(section) = &self.section {
            write!(
                f,
                "/;SECTION={}",
                encoded(section.as_bytes(), is_section_char)
            )?;
        }
        match self.partial {
            Some((first, Some(octets))) => write!(f, "/;PARTIAL={first}.{octets}")?,
            Some((first, None)) => write!(f, "/;PARTIAL={first}")?,
            None => {}
        }
        if let Some(expire) = &self.expire {
            write!(f, ";EXPIRE={expire}")?;
        }
        let Some(authorization) = &self.authorization else {
            return Ok(());
        };
        f.write_str(";URLAUTH=")?;
        match &authorization.access {
            UrlAccess::Submit(user) => write!(f, "submit+{}", word(user))?,
            UrlAccess::User(user) => write!(f, "user+{}", word(user))?,
            UrlAccess::AnyUser => f.write_str("authuser")?,
            UrlAccess::Anonymous => f.write_str("anonymous")?,
        }
        match &authorization.verifier {
            Some(verifier) => write!(
                f,
                ":{}:{}",
                verifier.mechanism,
                encoded(verifier.token.expose(), is_achar)
            ),
            None => Ok(()),
        }
    }
}

/// A name in UTF-8. Slashes at its ends, and levels that are dots, would mean something else in
/// a path (RFC 5092 §7).
fn write_mailbox(f: &mut fmt::Formatter<'_>, name: &MailboxName) -> fmt::Result {
    let text = name.exact_text();
    let octets = text
        .as_ref()
        .map_or(name.as_wire_bytes(), |text| text.as_bytes());
    let levels: Vec<&[u8]> = octets.split(|&byte| byte == b'/').collect();
    let last = levels.len().saturating_sub(1);
    for (at, level) in levels.into_iter().enumerate() {
        let is_dots = matches!(level, b"." | b"..");
        let is_legal: fn(u8) -> bool = if is_dots { |_| false } else { is_bchar };
        if at > 0 {
            let outer = at == 1 && octets.starts_with(b"/") || at == last && level.is_empty();
            f.write_str(if outer { "%2F" } else { "/" })?;
        }
        write!(f, "{}", encoded(level, is_legal))?;
    }
    Ok(())
}

/// A slash in a section would end a part of the path.
fn is_section_char(byte: u8) -> bool {
    is_bchar(byte) && byte != b'/'
}
