//! Whether it is of use to connect again after an error.

use std::io::{self, ErrorKind};
use std::time::Duration;

use crate::engine::{ConnectionError, Violation};
use crate::session::Error;
use crate::types::{Code, ResponseText};

/// Whether it is of use to try again after an error, and how soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// No: it would fail in the same way, or do harm, such as locking an account.
    Never,
    /// Yes.
    Soon,
    /// Yes, but the server is too busy to be asked soon: `UNAVAILABLE`, `LIMIT`, throttling. With
    /// the time that it asks for, if it said one.
    Later(Option<Duration>),
}

/// The longest time that a server is believed to want.
const MOST: Duration = Duration::from_secs(24 * 60 * 60);

impl Error {
    /// Whether it is of use to try again: with a new connection after an error that ended one or
    /// kept it from being opened, else with the same command.
    ///
    /// Refused credentials are never tried again by themselves, nor certificates, configurations
    /// and breaks of the rules that protect TLS and login. What the server says of itself counts
    /// more: `UNAVAILABLE`, `INUSE`, `LIMIT` (RFC 5530 §3), and the words in which large services
    /// say so without a code.
    ///
    /// ```
    /// use imap_proto_core::engine::ConnectionError;
    /// use imap_proto_core::session::{Error, Retry};
    ///
    /// let lost = Error::from(ConnectionError::UnexpectedEof);
    /// assert_eq!(lost.retry(), Retry::Soon);
    /// ```
    pub fn retry(&self) -> Retry {
        match self {
            Self::Io(error, _) => of_io(error),
            Self::Connection(error, _) => of_connection(error),
            Self::No(completion) | Self::Bad(completion) | Self::Login(completion) => {
                busy(&completion.text).unwrap_or(Retry::Never)
            }
            Self::Inflate(..) | Self::TimedOut => Retry::Soon,
            #[cfg(feature = "tls")]
            Self::Tls(error, _) => of_tls(error),
            _ => Retry::Never,
        }
    }
}

fn of_io(error: &io::Error) -> Retry {
    match error.kind() {
        ErrorKind::InvalidInput | ErrorKind::Unsupported => Retry::Never,
        _ => Retry::Soon,
    }
}

#[cfg(feature = "tls")]
fn of_tls(error: &crate::layer::TlsError) -> Retry {
    use crate::layer::TlsError;
    use rustls::{AlertDescription, Error};
    match error {
        // An error of the server's own, such as when it is about to stop.
        TlsError::Handshake(Error::AlertReceived(AlertDescription::InternalError)) => Retry::Soon,
        // A certificate that is refused, by us or by the server, or nothing in common: so it will
        // be next time.
        TlsError::Handshake(
            Error::InvalidCertificate(_)
            | Error::PeerIncompatible(_)
            | Error::NoCertificatesPresented
            | Error::AlertReceived(_),
        ) => Retry::Never,
        _ => Retry::Soon,
    }
}

fn of_connection(error: &ConnectionError) -> Retry {
    match error {
        ConnectionError::ClosedByServer { bye } => busy(bye).unwrap_or(Retry::Soon),
        ConnectionError::LoggedOut
        | ConnectionError::Violation(
            Violation::PreauthBeforeTls
            | Violation::ResponseInjection
            | Violation::StartTlsRefused
            | Violation::ServerNotAuthenticated,
        ) => Retry::Never,
        _ => Retry::Soon,
    }
}

/// What a server says that is too busy.
fn busy(text: &ResponseText) -> Option<Retry> {
    /// Words of large services that send no code: Exchange, Gmail.
    const WORDS: [&str; 3] = [
        "throttled",
        "[throttled]",
        "too many simultaneous connections",
    ];
    let words = text.text.to_string().to_ascii_lowercase();
    let suggested = suggested(&words);
    let coded = matches!(
        text.code,
        Some(Code::Unavailable | Code::InUse | Code::Limit)
    );
    let said = WORDS.iter().any(|word| words.contains(word));
    (coded || said || suggested.is_some()).then_some(Retry::Later(suggested))
}

/// The time in `Suggested Backoff Time: 299961 milliseconds`, as Exchange says it.
fn suggested(words: &str) -> Option<Duration> {
    let (_, behind) = words.split_once("suggested backoff time: ")?;
    let (number, unit) = behind.split_once(' ')?;
    let milliseconds = number.parse().ok()?;
    unit.starts_with("millisecond")
        .then(|| Duration::from_millis(milliseconds).min(MOST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Completion, Condition};

    fn text(code: Option<Code>, text: &str) -> ResponseText {
        ResponseText {
            code,
            text: text.into(),
        }
    }

    fn completion(condition: Condition, text: ResponseText) -> Completion {
        Completion {
            condition,
            text,
            limit: None,
        }
    }

    fn login(code: Option<Code>, words: &str) -> Error {
        Error::Login(Box::new(completion(Condition::No, text(code, words))))
    }

    fn bye(code: Option<Code>, words: &str) -> Error {
        let bye = Box::new(text(code, words));
        ConnectionError::ClosedByServer { bye }.into()
    }

    /// RFC 5530 §3: what each code says; without one, credentials were refused.
    #[test]
    fn f5_refused_credentials_are_never_tried_again() {
        for code in [
            None,
            Some(Code::AuthenticationFailed),
            Some(Code::AuthorizationFailed),
            Some(Code::Expired),
            Some(Code::PrivacyRequired),
            Some(Code::ContactAdmin),
        ] {
            assert_eq!(login(code, "no").retry(), Retry::Never);
        }
    }

    #[test]
    fn a_busy_server_is_tried_later() {
        for code in [Code::Unavailable, Code::InUse, Code::Limit] {
            assert_eq!(login(Some(code.clone()), "").retry(), Retry::Later(None));
            assert_eq!(bye(Some(code), "").retry(), Retry::Later(None));
        }
        let gmail = login(
            Some(Code::Alert),
            "Too many simultaneous connections. (Failure)",
        );
        assert_eq!(gmail.retry(), Retry::Later(None));
    }

    /// As Office 365 says it to commands and to logins.
    #[test]
    fn a_suggested_time_is_read() {
        let words = "Request is throttled. Suggested Backoff Time: 299961 milliseconds";
        let expected = Retry::Later(Some(Duration::from_millis(299_961)));
        assert_eq!(login(None, words).retry(), expected);
        let bad = Error::Bad(Box::new(completion(Condition::Bad, text(None, words))));
        assert_eq!(bad.retry(), expected);
        let absurd = "suggested backoff time: 18446744073709551615 milliseconds";
        assert_eq!(bye(None, absurd).retry(), Retry::Later(Some(MOST)));
        let broken = "suggested backoff time: 99999999999999999999 milliseconds";
        assert_eq!(bye(None, broken).retry(), Retry::Soon);
    }

    #[test]
    fn a_lost_connection_is_tried_soon_and_a_logout_not() {
        for kind in [
            ErrorKind::ConnectionRefused,
            ErrorKind::ConnectionReset,
            ErrorKind::TimedOut,
        ] {
            assert_eq!(Error::from(io::Error::from(kind)).retry(), Retry::Soon);
        }
        assert_eq!(
            bye(None, "Autologout; idle for too long").retry(),
            Retry::Soon
        );
        let of = |error: ConnectionError| Error::from(error).retry();
        assert_eq!(of(ConnectionError::UnexpectedEof), Retry::Soon);
        assert_eq!(of(ConnectionError::LoggedOut), Retry::Never);
        assert_eq!(of(Violation::ResponseInjection.into()), Retry::Never);
        assert_eq!(of(Violation::StartTlsRefused.into()), Retry::Never);
        let unsupported = io::Error::from(ErrorKind::Unsupported);
        assert_eq!(Error::from(unsupported).retry(), Retry::Never);
    }

    #[cfg(feature = "tls")]
    #[test]
    fn a_refused_certificate_is_never_tried_again() {
        use crate::layer::TlsError;
        use rustls::AlertDescription::{InternalError, UnknownCA};

        let refused = rustls::Error::InvalidCertificate(rustls::CertificateError::Expired);
        let error = Error::from(TlsError::Handshake(refused));
        assert_eq!(error.retry(), Retry::Never);
        let alert = |alert| Error::from(TlsError::Handshake(rustls::Error::AlertReceived(alert)));
        assert_eq!(alert(UnknownCA).retry(), Retry::Never);
        assert_eq!(alert(InternalError).retry(), Retry::Soon);
        let closed = Error::from(TlsError::ClosedInHandshake);
        assert_eq!(closed.retry(), Retry::Soon);
    }
}
