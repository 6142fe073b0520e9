//! What is said to an HTTP proxy that is to open a tunnel (RFC 9110 §9.3.6).

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use crate::types::{ByteString, Secret};

/// Octets of an answer's head at most: proxies send a few hundred.
const MAX_HEAD: usize = 8 * 1024;
/// Header fields of an answer at most.
const MAX_FIELDS: usize = 64;

/// One CONNECT: the request, and the reading of its answer. It owns no socket.
///
/// ```
/// use imap_proto_core::layer::HttpConnect;
///
/// let mut connect = HttpConnect::new("imap.example.org", 993, None)?;
/// assert!(connect.request().starts_with(b"CONNECT imap.example.org:993 HTTP/1.1\r\n"));
/// let answer = b"HTTP/1.1 200 Connected\r\n\r\n";
/// let open: Result<Vec<bool>, _> = answer.iter().map(|octet| connect.answer(*octet)).collect();
/// assert_eq!(open?.iter().filter(|open| **open).count(), 1);
/// # Ok::<(), imap_proto_core::layer::ProxyError>(())
/// ```
#[derive(Debug)]
pub struct HttpConnect {
    request: Secret,
    head: Vec<u8>,
}

/// Why there is no tunnel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// The host's name has characters that no name has.
    #[error("a host name that cannot be said to a proxy")]
    InvalidHost,
    /// The user name holds a colon or a control character (RFC 7617 §2).
    #[error("a user name that cannot be said to a proxy")]
    InvalidUser,
    /// The proxy's answer is not HTTP/1, or has no end.
    #[error("the proxy's answer is not HTTP")]
    Malformed,
    /// The proxy refused.
    #[error("the proxy refused: {status} {reason}")]
    Refused {
        /// The status code (RFC 9110 §15).
        status: u16,
        /// What it said beside, untrusted.
        reason: ByteString,
    },
}

impl HttpConnect {
    /// A request for a tunnel to a host, which may be an address.
    ///
    /// # Errors
    ///
    /// [`ProxyError::InvalidHost`] and [`ProxyError::InvalidUser`]: what would break the request.
    pub fn new(host: &str, port: u16, login: Option<(&str, &Secret)>) -> Result<Self, ProxyError> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]%".contains(&byte);
        if host.is_empty() || !host.bytes().all(legal) {
            return Err(ProxyError::InvalidHost);
        }
        let host = if host.contains(':') && !host.starts_with('[') {
            format!("[{host}]")
        } else {
            host.to_owned()
        };
        let mut request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n");
        if let Some((user, password)) = login {
            let field = authorization(user, password)?;
            // Room for all, so that no growth leaves a copy behind.
            request.reserve_exact(field.len() + 2);
            request.push_str(&field);
        }
        request.push_str("\r\n");
        Ok(Self {
            request: request.into(),
            head: Vec::new(),
        })
    }

    /// What to write.
    pub fn request(&self) -> &[u8] {
        self.request.expose()
    }

    /// Takes one octet of the answer. True: the tunnel is open, and the next octet is the
    /// server's. One by one, as nothing behind the answer may be taken.
    ///
    /// # Errors
    ///
    /// [`ProxyError::Refused`], [`ProxyError::Malformed`].
    pub fn answer(&mut self, octet: u8) -> Result<bool, ProxyError> {
        self.head.push(octet);
        if !self.head.ends_with(b"\r\n\r\n") {
            return match self.head.len() {
                MAX_HEAD.. => Err(ProxyError::Malformed),
                _ => Ok(false),
            };
        }
        let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
        let mut response = httparse::Response::new(&mut fields);
        match (response.parse(&self.head), response.code) {
            (Ok(httparse::Status::Complete(_)), Some(200..=299)) => Ok(true),
            (Ok(httparse::Status::Complete(_)), Some(status)) => Err(ProxyError::Refused {
                status,
                reason: response.reason.unwrap_or_default().into(),
            }),
            _ => Err(ProxyError::Malformed),
        }
    }
}

/// The header field of the Basic scheme (RFC 7617 §2).
fn authorization(user: &str, password: &Secret) -> Result<Zeroizing<String>, ProxyError> {
    if user.contains(|c: char| c == ':' || c.is_control()) {
        return Err(ProxyError::InvalidUser);
    }
    let pair = [user.as_bytes(), b":", password.expose()].concat();
    let coded = Zeroizing::new(BASE64_STANDARD.encode(&*Zeroizing::new(pair)));
    let mut field = Zeroizing::new(String::with_capacity(coded.len() + 40));
    field.push_str("Proxy-Authorization: Basic ");
    field.push_str(&coded);
    field.push_str("\r\n");
    Ok(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(answer: &[u8]) -> Result<usize, ProxyError> {
        let mut connect = HttpConnect::new("h", 1, None).unwrap();
        for (at, octet) in answer.iter().enumerate() {
            if connect.answer(*octet)? {
                return Ok(at + 1);
            }
        }
        Ok(0)
    }

    #[test]
    fn the_tunnel_begins_right_behind_the_head() {
        let answer = b"HTTP/1.1 200 OK\r\nVia: x\r\n\r\n* OK hi\r\n";
        assert_eq!(answered(answer), Ok(answer.len() - 9));
        assert_eq!(answered(&answer[..10]), Ok(0));
    }

    #[test]
    fn a_refusal_says_why() {
        let refused = answered(b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic\r\n\r\n");
        let (status, reason) = (407, "Who".into());
        assert_eq!(refused, Err(ProxyError::Refused { status, reason }));
    }

    #[test]
    fn what_is_not_http_or_has_no_end_is_given_up() {
        assert_eq!(
            answered(b"* OK IMAP ready\r\n\r\n"),
            Err(ProxyError::Malformed)
        );
        let endless = b"HTTP/1.1 200 OK\r\n".repeat(1000);
        assert_eq!(answered(&endless), Err(ProxyError::Malformed));
    }

    /// RFC 7617 §2: the example's credentials.
    #[test]
    fn basic_credentials_of_the_rfc() {
        let password = Secret::from("open sesame");
        let connect = HttpConnect::new("::1", 993, Some(("Aladdin", &password))).unwrap();
        let expected = "CONNECT [::1]:993 HTTP/1.1\r\nHost: [::1]:993\r\n\
                        Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n";
        assert_eq!(connect.request(), expected.as_bytes());
        assert!(!format!("{connect:?}").contains("QWxh"));
    }

    /// SECURITY B: no argument breaks out of its place.
    #[test]
    fn b_nothing_in_a_host_or_a_user_breaks_the_request() {
        for host in ["", "a b", "a\r\nX: y", "a/b", "\u{fc}"] {
            assert_eq!(
                HttpConnect::new(host, 1, None).unwrap_err(),
                ProxyError::InvalidHost
            );
        }
        let login = Some(("a:b", &Secret::from("x")));
        assert!(HttpConnect::new("h", 1, login).is_err());
    }
}
