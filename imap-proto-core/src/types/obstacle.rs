//! Why a server refuses, where it has only words for it.

use std::time::Duration;

use bytes::Bytes;

use super::{ByteString, Code, ResponseText};

/// How much of a text is looked at: what servers say of these things is below 200 octets.
const LOOKED_AT: usize = 1024;

/// What stands in the way, as far as the words of well-known servers tell.
///
/// It is a guess at text for people, and at best a hint for what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Obstacle {
    /// Too many requests (Office 365, `[THROTTLED]`); wait as long as it says, if it does.
    Throttled {
        /// How long.
        wait: Option<Duration>,
    },
    /// Too many connections of this user or address (Gmail, Dovecot): use fewer.
    TooManyConnections,
    /// More commands or octets than the account may have for now (Gmail).
    LimitExceeded,
    /// The login counts for nothing until the client says who it is, by ID (163, 126): see
    /// [`Config::client_id`](crate::engine::Config::client_id).
    UnidentifiedClient,
    /// The login was taken, but leads to no mailbox (Exchange); it is as good as refused.
    NotConnected,
    /// The user has to do something in a browser, or needs another password (Gmail).
    WebLogin {
        /// Where.
        url: Option<ByteString>,
    },
    /// A fault of the server's that may be gone soon (RFC 5530 `SERVERBUG`, `UNAVAILABLE`,
    /// `INUSE`): try again, or ask for less at once.
    Temporary,
}

impl ResponseText {
    /// What stands in the way, if the code or the words of a NO, BAD or BYE tell.
    ///
    /// ```
    /// use std::time::Duration;
    /// use imap_proto_core::types::{Obstacle, ResponseText};
    ///
    /// let text = "Request is throttled. Suggested Backoff Time: 299961 milliseconds";
    /// let wait = Some(Duration::from_millis(299_961));
    /// assert_eq!(ResponseText::new(text).obstacle(), Some(Obstacle::Throttled { wait }));
    /// ```
    pub fn obstacle(&self) -> Option<Obstacle> {
        let octets = self.text.as_bytes();
        let octets = octets.get(..LOOKED_AT).unwrap_or(octets);
        let text = octets.to_ascii_lowercase();
        match self.by_code() {
            None | Some(Obstacle::Temporary) => by_words(&text, octets).or_else(|| self.by_code()),
            certain => certain,
        }
    }

    fn by_code(&self) -> Option<Obstacle> {
        match self.code.as_ref()? {
            Code::Other { name, arguments } if name.eq_ignore_case("WEBALERT") => {
                let url = arguments.as_ref().map(|text| text.as_bytes());
                let url = url.and_then(url_in);
                Some(Obstacle::WebLogin { url })
            }
            Code::Other { name, .. } if name.eq_ignore_case("THROTTLED") => {
                Some(Obstacle::Throttled { wait: None })
            }
            Code::ServerBug | Code::Unavailable | Code::InUse => Some(Obstacle::Temporary),
            _ => None,
        }
    }
}

/// By the text in lower case, and as it came.
fn by_words(text: &[u8], octets: &[u8]) -> Option<Obstacle> {
    let says = |words: &str| memchr::memmem::find(text, words.as_bytes()).is_some();
    Some(if says("throttled") {
        Obstacle::Throttled { wait: wait(text) }
    } else if says("too many simultaneous connections")
        || says("maximum number of connections")
        || says("too many connections")
    {
        Obstacle::TooManyConnections
    } else if says("exceeded command or bandwidth limits") {
        Obstacle::LimitExceeded
    } else if says("unsafe login") {
        Obstacle::UnidentifiedClient
    } else if says("authenticated but not connected") {
        Obstacle::NotConnected
    } else if says("application-specific password") || says("web login required") {
        Obstacle::WebLogin {
            url: url_in(octets),
        }
    } else {
        return None;
    })
}

/// `backoff time: 299961 milliseconds`
fn wait(text: &[u8]) -> Option<Duration> {
    const WORDS: &[u8] = b"backoff time:";
    let at = memchr::memmem::find(text, WORDS)?;
    let rest = text.get(at + WORDS.len()..)?.trim_ascii_start();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, unit) = rest.split_at_checked(digits)?;
    let number: u64 = std::str::from_utf8(number).ok()?.parse().ok()?;
    let unit = unit.trim_ascii_start();
    if unit.starts_with(b"milliseconds") {
        Some(Duration::from_millis(number))
    } else if unit.starts_with(b"seconds") {
        Some(Duration::from_secs(number))
    } else {
        None
    }
}

/// The first URL of the Web in a text.
fn url_in(text: &[u8]) -> Option<ByteString> {
    let begins = |text: &&[u8]| text.starts_with(b"https://") || text.starts_with(b"http://");
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b')' | b']' | b'>');
    let mut words = text.split(|byte| byte.is_ascii_whitespace() || matches!(byte, b'(' | b'<'));
    let word = words.find(begins)?;
    let length = word.iter().position(ends).unwrap_or(word.len());
    Some(ByteString::from_bytes(Bytes::copy_from_slice(
        word.get(..length)?,
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse_response;
    use crate::types::Response;
    use crate::wire::Limits;

    fn obstacle(line: &str) -> Option<Obstacle> {
        let frame = format!("a {line}\r\n").into();
        match parse_response(&frame, &Limits::default()) {
            Ok(Response::Tagged { completion, .. }) => completion.text.obstacle(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn quirk_5_3_5_throttling_says_for_how_long() {
        let wait = Some(Duration::from_millis(299_961));
        for condition in ["BAD", "NO"] {
            let line = format!(
                "{condition} Request is throttled. Suggested Backoff Time: 299961 milliseconds"
            );
            assert_eq!(obstacle(&line), Some(Obstacle::Throttled { wait }));
        }
        let none = Some(Obstacle::Throttled { wait: None });
        for line in [
            "NO Request is throttled.",
            "NO Throttled. Backoff Time: 99999999999999999999 milliseconds",
            "NO Throttled. Backoff Time: soon",
            "NO Throttled. Backoff Time:",
        ] {
            assert_eq!(obstacle(line), none, "{line}");
        }
    }

    #[test]
    fn quirk_5_3_6_too_many_connections() {
        for line in [
            "NO [ALERT] Too many simultaneous connections. (Failure)",
            "NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)",
        ] {
            assert_eq!(obstacle(line), Some(Obstacle::TooManyConnections), "{line}");
        }
    }

    #[test]
    fn quirk_5_3_7_limits_of_the_account() {
        let line = "NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)";
        assert_eq!(obstacle(line), Some(Obstacle::LimitExceeded));
        let line = "NO [THROTTLED] later";
        assert_eq!(obstacle(line), Some(Obstacle::Throttled { wait: None }));
        // A mailbox that is full is no such thing.
        assert_eq!(obstacle("NO [OVERQUOTA] Quota exceeded"), None);
    }

    #[test]
    fn quirk_5_3_8_what_is_to_be_done_in_a_browser() {
        let url = Some("https://accounts.google.com/signin/continue?sarp=1&scc=1".into());
        let line = "NO [WEBALERT https://accounts.google.com/signin/continue?sarp=1&scc=1] Web login required. (Failure)";
        assert_eq!(obstacle(line), Some(Obstacle::WebLogin { url }));
        let url = Some("https://support.google.com/accounts/answer/185833".into());
        let line = "NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)";
        assert_eq!(obstacle(line), Some(Obstacle::WebLogin { url }));
    }

    #[test]
    fn quirk_5_3_1_a_client_that_has_not_said_who_it_is() {
        let line = "NO SELECT Unsafe Login. Please contact kefu@188.com for help";
        assert_eq!(obstacle(line), Some(Obstacle::UnidentifiedClient));
    }

    #[test]
    fn quirk_5_1_26_a_login_that_leads_nowhere() {
        let line = "BAD User is authenticated but not connected.";
        assert_eq!(obstacle(line), Some(Obstacle::NotConnected));
    }

    #[test]
    fn quirk_5_3_23_what_may_be_gone_soon() {
        for line in [
            "NO [SERVERBUG] UID SEARCH Server error - Please try again later",
            "NO [UNAVAILABLE] UID FETCH Server error - Please try again later",
            "NO [INUSE] Mailbox in use",
        ] {
            assert_eq!(obstacle(line), Some(Obstacle::Temporary), "{line}");
        }
        assert_eq!(obstacle("NO [NONEXISTENT] No such mailbox"), None);
        assert_eq!(obstacle("NO"), None);
    }
}
