//! Why a call on a session failed.

use std::io::{self, ErrorKind};
use std::sync::Arc;

use thiserror::Error;

use crate::encode::{MissingAnswer, SubmitError};
use crate::engine::sasl::SaslError;
use crate::engine::{ConnectionError, Ending, Log};
use crate::layer::LayerError;
#[cfg(feature = "tls")]
use crate::layer::TlsError;
use crate::types::{ByteString, Capabilities, Completion, Condition, Uid};

/// Why a call failed, or why a connection ended. It can be cloned, as one lost connection fails
/// every call that waits.
///
/// Three classes: the caller or the server's answer is at fault and the connection goes on
/// ([`Submit`](Self::Submit), [`No`](Self::No), [`Bad`](Self::Bad), …); the connection is over
/// ([`is_fatal`](Self::is_fatal)); or only the collecting was given up
/// ([`Collected`](Self::Collected), [`Overrun`](Self::Overrun)).
///
/// An error that ended a connection carries the connection's last lines, see [`log`](Self::log);
/// they are in neither `Display` nor `Debug`.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The transport failed, or could not be made.
    #[error("input or output: {0}")]
    Io(#[source] Arc<io::Error>, Circumstances),
    /// TLS failed: the handshake, a certificate, a record.
    #[cfg(feature = "tls")]
    #[error("{0}")]
    Tls(#[source] TlsError, Circumstances),
    /// TLS could not be configured: no roots, no valid host name.
    #[cfg(feature = "tls")]
    #[error(transparent)]
    TlsConfig(#[from] crate::layer::TlsConfigError),
    /// Compressed data of the server is corrupt (RFC 4978).
    #[error("compression: {0}")]
    Inflate(#[source] LayerError, Circumstances),
    /// The protocol engine ended the connection, or saw its end.
    #[error("{0}")]
    Connection(#[source] ConnectionError, Circumstances),
    /// The command was not taken; the connection is as it was.
    #[error("not submitted: {0}")]
    Submit(#[from] SubmitError),
    /// The command was not sent, as the state that it needs did not come, such as the mailbox
    /// that a refused SELECT was to open; or as a command that timed out kept it from being sent.
    #[error("not sent: the state that the command needs did not come")]
    NotSent,
    /// No answer in time. The connection goes on; what comes late is drained.
    #[error("no answer in time")]
    TimedOut,
    /// NO: the server could not or would not.
    #[error("the server said NO: {}", .0.text.text)]
    No(Box<Completion>),
    /// BAD: the server did not understand.
    #[error("the server said BAD: {}", .0.text.text)]
    Bad(Box<Completion>),
    /// NO or BAD to the login that `connect` makes.
    #[error("login refused: {}", .0.text.text)]
    Login(Box<Completion>),
    /// A SASL exchange failed on our side, or the server told in it why it refuses.
    #[error("SASL: {0}")]
    Sasl(#[from] SaslError),
    /// The server speaks no version of IMAP that this crate does: none of IMAP4rev2, IMAP4rev1 and
    /// IMAP4 is among its capabilities.
    #[error("no version of IMAP is among the server's capabilities")]
    NotImap(Box<Capabilities>),
    /// A mailbox that was selected to be changed can only be read, see
    /// [`Session::require_writable`](super::Session::require_writable).
    #[error("the selected mailbox can only be read")]
    ReadOnly,
    /// The server does not offer this extension, and what could be done without it is turned off
    /// or would not be safe, see [`Fallbacks`](crate::engine::Fallbacks).
    #[error("the server does not offer {0}")]
    NotOffered(&'static str),
    /// The selected mailbox has no such message.
    #[error("there is no message with the UID {0}")]
    NoSuchMessage(Uid),
    /// A part of a message has a transfer encoding that is not known (RFC 2045 §6).
    #[error("unknown transfer encoding: {0}")]
    UnknownEncoding(ByteString),
    /// OK without the data that must come with it.
    #[error(transparent)]
    MissingAnswer(#[from] MissingAnswer),
    /// The answer is larger than [`Limits::max_collected`](crate::wire::Limits): take it in
    /// pieces.
    #[error("the answer is larger than the limit for collected answers")]
    Collected,
    /// Nobody took the answer's pieces for so long that others had to be served, and too many
    /// were queued.
    #[error("the answer was not taken, and too much of it was queued")]
    Overrun,
}

/// What goes with an error that ended a connection: the connection's last lines, and whether the
/// command that it failed was sent.
#[derive(Clone, Debug, Default)]
pub struct Circumstances {
    log: Log,
    /// The command was not sent in full.
    unsent: bool,
}

/// What is to be done about an [`enum@Error`]: the three classes of imaplib2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// The call is at fault, or the server would not; the connection goes on (`error`).
    Call,
    /// The connection is over: connect again and retry (`abort`).
    Connection,
    /// The mailbox can only be read: select it again, or do without changing it (`readonly`).
    ReadOnly,
}

impl Error {
    /// Which of the three classes it is of.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::ReadOnly => ErrorClass::ReadOnly,
            error if error.is_fatal() => ErrorClass::Connection,
            _ => ErrorClass::Call,
        }
    }

    /// Whether the connection is over: only a new one can help.
    pub fn is_fatal(&self) -> bool {
        match self {
            Self::Io(..)
            | Self::Inflate(..)
            | Self::Connection(..)
            | Self::Submit(SubmitError::Closed) => true,
            #[cfg(feature = "tls")]
            Self::Tls(..) | Self::TlsConfig(_) => true,
            _ => false,
        }
    }

    /// Whether the connection ended as it should: we logged out.
    pub fn is_logged_out(&self) -> bool {
        matches!(self, Self::Connection(ConnectionError::LoggedOut, _))
    }

    /// The last lines of the connection that this error ended, without secrets.
    ///
    /// ```
    /// use imap_proto_core::session::Error;
    ///
    /// fn report(error: &Error) -> String {
    ///     let log = error.log().map(ToString::to_string);
    ///     format!("{error}\n{}", log.unwrap_or_default())
    /// }
    /// assert_eq!(report(&Error::TimedOut), "no answer in time\n");
    /// ```
    pub fn log(&self) -> Option<&Log> {
        match self {
            Self::Io(_, around) | Self::Inflate(_, around) | Self::Connection(_, around) => {
                Some(&around.log)
            }
            #[cfg(feature = "tls")]
            Self::Tls(_, around) => Some(&around.log),
            _ => None,
        }
        .filter(|log| !log.is_empty())
    }

    /// Whether the server may have done what the command asks, wholly or in part, although the
    /// call failed: if not, the command can be given again without being done twice.
    ///
    /// When the connection is lost, a command can have been done only if its last octet was
    /// handed to the stream: a server acts on whole commands (RFC 9051 §2.2.1). NO and BAD are
    /// the server's own word that it was not done; only of a MOVE or STORE of several messages
    /// NO may come half-way (RFC 6851 §3.3, RFC 7162 §3.1.3), which the data before it shows. An
    /// error that is not of a command, such as [`Session::ended`](super::Session::ended), says
    /// that all those that were sent may have been done.
    ///
    /// ```
    /// use imap_proto_core::session::Error;
    ///
    /// assert!(Error::TimedOut.may_have_taken_effect());
    /// assert!(!Error::NotSent.may_have_taken_effect());
    /// ```
    pub fn may_have_taken_effect(&self) -> bool {
        match self {
            Self::Io(_, around) | Self::Inflate(_, around) | Self::Connection(_, around) => {
                !around.unsent
            }
            #[cfg(feature = "tls")]
            Self::Tls(_, around) => !around.unsent,
            Self::TimedOut | Self::MissingAnswer(_) | Self::Collected | Self::Overrun => true,
            _ => false,
        }
    }

    /// The same with these lines, if it ends connections and has none.
    pub(super) fn with_log(mut self, lines: &Log) -> Self {
        if let Some(around) = self.circumstances()
            && around.log.is_empty()
        {
            around.log = lines.clone();
        }
        self
    }

    /// The same for a command that was sent in full, or was not.
    pub(super) fn of_command(mut self, sent: bool) -> Self {
        if let Some(around) = self.circumstances() {
            around.unsent = !sent;
        }
        self
    }

    fn circumstances(&mut self) -> Option<&mut Circumstances> {
        match self {
            Self::Io(_, around) | Self::Inflate(_, around) | Self::Connection(_, around) => {
                Some(around)
            }
            #[cfg(feature = "tls")]
            Self::Tls(_, around) => Some(around),
            _ => None,
        }
    }

    /// What the server said, for NO, BAD and a refused login.
    pub fn completion(&self) -> Option<&Completion> {
        match self {
            Self::No(completion) | Self::Bad(completion) | Self::Login(completion) => {
                Some(completion)
            }
            _ => None,
        }
    }

    /// What an ending is to one who waits for the answer: `Ok` with the completion for OK.
    pub(super) fn of_ending(ending: Ending) -> Result<Box<Completion>, Self> {
        match ending {
            Ending::Completed(completion) => match completion.condition {
                Condition::Ok | Condition::Preauth => Ok(completion),
                Condition::No => Err(Self::No(completion)),
                Condition::Bad | Condition::Bye => Err(Self::Bad(completion)),
            },
            Ending::TimedOut => Err(Self::TimedOut),
            Ending::NotSent => Err(Self::NotSent),
            Ending::Unfinished(error) => Err(error.into()),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Io(error, _) => error.kind(),
            Self::TimedOut | Self::Connection(ConnectionError::Timeout(_), _) => {
                ErrorKind::TimedOut
            }
            Self::Connection(ConnectionError::UnexpectedEof, _) => ErrorKind::UnexpectedEof,
            Self::Connection(
                ConnectionError::ClosedByServer { .. }
                | ConnectionError::LoggedOut
                | ConnectionError::UploadAborted,
                _,
            ) => ErrorKind::ConnectionAborted,
            Self::Submit(SubmitError::Closed) => ErrorKind::NotConnected,
            Self::Submit(_) | Self::NotSent => ErrorKind::InvalidInput,
            Self::Login(_) | Self::Sasl(_) | Self::ReadOnly => ErrorKind::PermissionDenied,
            Self::Connection(..)
            | Self::Inflate(..)
            | Self::MissingAnswer(_)
            | Self::NotImap(_) => ErrorKind::InvalidData,
            #[cfg(feature = "tls")]
            Self::Tls(..) => ErrorKind::InvalidData,
            #[cfg(feature = "tls")]
            Self::TlsConfig(_) => ErrorKind::InvalidInput,
            Self::NotOffered(_) => ErrorKind::Unsupported,
            Self::NoSuchMessage(_) => ErrorKind::NotFound,
            Self::UnknownEncoding(_)
            | Self::No(_)
            | Self::Bad(_)
            | Self::Collected
            | Self::Overrun => ErrorKind::Other,
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Arc::new(error).into()
    }
}

impl From<Arc<io::Error>> for Error {
    fn from(error: Arc<io::Error>) -> Self {
        Self::Io(error, Circumstances::default())
    }
}

impl From<ConnectionError> for Error {
    fn from(error: ConnectionError) -> Self {
        Self::Connection(error, Circumstances::default())
    }
}

#[cfg(feature = "tls")]
impl From<TlsError> for Error {
    fn from(error: TlsError) -> Self {
        Self::Tls(error, Circumstances::default())
    }
}

impl From<LayerError> for Error {
    fn from(error: LayerError) -> Self {
        match error {
            LayerError::Io(error) => error.into(),
            #[cfg(feature = "tls")]
            LayerError::Tls(error) => error.into(),
            other => Self::Inflate(other, Circumstances::default()),
        }
    }
}

/// The error itself stands inside, for `downcast_ref`.
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        Self::new(error.kind(), error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::TimeoutReason;

    #[test]
    fn an_io_error_keeps_its_kind_and_its_cause() {
        let error = Error::from(io::Error::from(ErrorKind::ConnectionReset));
        assert!(error.is_fatal());
        let back = io::Error::from(error);
        assert_eq!(back.kind(), ErrorKind::ConnectionReset);
        let inner = back.get_ref().and_then(|inner| inner.downcast_ref());
        assert!(matches!(inner, Some(Error::Io(..))));
    }

    #[test]
    fn kinds_tell_time_from_end() {
        let timeout = ConnectionError::Timeout(TimeoutReason::Greeting);
        assert_eq!(
            io::Error::from(Error::from(timeout)).kind(),
            ErrorKind::TimedOut
        );
        let eof = Error::from(ConnectionError::UnexpectedEof);
        assert_eq!(io::Error::from(eof).kind(), ErrorKind::UnexpectedEof);
        assert!(!Error::TimedOut.is_fatal());
    }

    #[test]
    fn three_classes_as_imaplib2_has_them() {
        let lost = Error::from(ConnectionError::UnexpectedEof);
        assert_eq!(lost.class(), ErrorClass::Connection);
        assert_eq!(Error::ReadOnly.class(), ErrorClass::ReadOnly);
        assert_eq!(Error::from(SubmitError::EmptySet).class(), ErrorClass::Call);
        let closed = Error::from(SubmitError::Closed);
        assert_eq!(closed.class(), ErrorClass::Connection);
        assert!(closed.is_fatal() && !closed.may_have_taken_effect());
    }
}
