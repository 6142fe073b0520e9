//! Why a connection ended.

use thiserror::Error;

use crate::types::ResponseText;

/// The end of a connection. The first one is kept and given again by every later call.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum ConnectionError {
    /// The server broke a rule of the protocol.
    #[error("protocol violation: {0}")]
    Violation(#[from] Violation),
    /// The server sent more than a limit allows; the name is that of the field of
    /// [`Limits`](crate::wire::Limits).
    #[error("limit exceeded: {0}")]
    LimitExceeded(&'static str),
    /// The server said BYE, and closed.
    #[error("closed by the server: {}", .bye.text)]
    ClosedByServer {
        /// What it said.
        bye: Box<ResponseText>,
    },
    /// We logged out, and the server agreed.
    #[error("logged out")]
    LoggedOut,
    /// The stream ended inside a response, or with work in flight and no BYE.
    #[error("unexpected end of the stream")]
    UnexpectedEof,
    /// Time ran out.
    #[error("timeout: {0}")]
    Timeout(TimeoutReason),
    /// The application ended an upload before all announced octets were given.
    #[error("an upload ended short of its announced length")]
    UploadAborted,
}

/// A rule that the server broke; there is one for each rule that the engine enforces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Violation {
    /// Octets that cannot be told apart into responses.
    #[error("{0}")]
    Framing(#[from] crate::wire::FrameError),
    /// The first line is no greeting (RFC 9051 §7.1).
    #[error("the first response is not a greeting")]
    NoGreeting,
    /// PREAUTH where TLS is required and not on: STARTTLS is no longer possible.
    #[error("PREAUTH before TLS")]
    PreauthBeforeTls,
    /// Octets behind the OK of STARTTLS (RFC 9051 §6.2.1).
    #[error("data behind the OK of STARTTLS")]
    ResponseInjection,
    /// STARTTLS was refused where TLS is required.
    #[error("STARTTLS refused")]
    StartTlsRefused,
    /// A tagged response to a tag never sent.
    #[error("unknown tag")]
    UnknownTag,
    /// A second tagged response to one command.
    #[error("a tag answered twice")]
    TagReused,
    /// A tagged OK for a command that was not sent in full.
    #[error("a command answered before it was sent")]
    CompletedBeforeSent,
    /// A continuation request that no command waits for.
    #[error("unexpected continuation request")]
    UnexpectedContinuation,
    /// Mailbox data before login.
    #[error("mailbox data before login")]
    DataBeforeLogin,
    /// OK to AUTHENTICATE before the server proved itself (RFC 5802 §5).
    #[error("the server did not authenticate itself")]
    ServerNotAuthenticated,
}

/// What took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum TimeoutReason {
    /// The greeting did not come.
    #[error("no greeting")]
    Greeting,
    /// The TLS handshake behind STARTTLS, or the start of compression, did not end.
    #[error("the upgrade did not end")]
    Upgrade,
    /// Login did not end.
    #[error("login did not end")]
    Login,
    /// A command got no answer.
    #[error("no answer")]
    Command,
    /// A literal stopped coming.
    #[error("a literal stalled")]
    Literal,
    /// One response took too long from its first octet to its last.
    #[error("a response came too slowly")]
    Response,
    /// IDLE or DONE got no answer.
    #[error("no answer to IDLE")]
    Idle,
    /// The server did not close after BYE or LOGOUT.
    #[error("the server did not close")]
    Logout,
}
