//! The caller's mistakes.

use thiserror::Error;

/// Why a command was not taken. Nothing was written, and the connection is as it was.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// The connection is closed or failed.
    #[error("the connection is closed")]
    Closed,
    /// The command is not valid in the state that the commands before it lead to.
    #[error("the command is not valid in this state")]
    WrongState,
    /// The outbound queue is full.
    #[error("the outbound queue is full")]
    Full,
    /// A sequence set without a message.
    #[error("an empty sequence set")]
    EmptySet,
    /// A list without an element, where the grammar wants one.
    #[error("an empty list of {0}")]
    EmptyList(&'static str),
    /// Something else than an atom.
    #[error("not an atom")]
    InvalidAtom,
    /// Something else than a flag.
    #[error("not a flag")]
    InvalidFlag,
    /// IDLE, which is a state of the connection: see `idle`.
    #[error("a command that the engine keeps for itself")]
    Reserved,
    /// CR, LF or NUL in raw syntax, an open quoted string, or the announcement of a literal.
    #[error("raw syntax with CR, LF, NUL, an open quoted string or a literal's announcement")]
    InvalidSyntax,
    /// CR, LF or NUL in a mailbox name.
    #[error("a mailbox name with CR, LF or NUL")]
    InvalidMailbox,
    /// NUL in a string that can only be sent as a plain literal.
    #[error("NUL in a string")]
    NulInString,
    /// A date that the protocol cannot write.
    #[error("a date that cannot be written")]
    InvalidDate,
    /// A number outside of its range: the message says which.
    #[error("{0} out of range")]
    OutOfRange(&'static str),
    /// The server does not offer this capability.
    #[error("the server does not offer {0}")]
    MissingCapability(&'static str),
    /// LOGINDISABLED is on (RFC 9051 §6.2.3).
    #[error("the server forbids LOGIN")]
    LoginDisabled,
    /// The configuration requires TLS, and there is none yet.
    #[error("credentials are not sent without TLS")]
    TlsRequired,
    /// TLS or a compression is already on.
    #[error("the layer is already active")]
    AlreadyActive,
    /// Arguments that exclude each other: the message says which.
    #[error("{0} cannot be together")]
    Conflict(&'static str),
    /// `$`, after the server could not save the result of the last search (NOTSAVED, RFC 5182 §2.1).
    #[error("the server did not save the result of the last search")]
    NotSaved,
    /// Message numbers or `*`, while NOTIFY lets messages come and go at any time (RFC 5465 §5.2, §5.3).
    #[error("message numbers and * mean nothing while NOTIFY is on for the selected mailbox")]
    UnstableNumbers,
    /// Message numbers, for a command that may run on another connection than its caller saw last.
    #[error("message numbers hold for one connection only")]
    NumbersOfConnection,
    /// Message numbers, while UIDONLY is enabled (RFC 9586 §3).
    #[error("message numbers are not allowed once UIDONLY is enabled")]
    UidRequired,
    /// A message larger than the server takes (APPENDLIMIT, RFC 7889 §2).
    #[error("a message of more than {0} octets, which is all that the server takes")]
    TooLarge(u64),
    /// No such command waits for data.
    #[error("no such upload")]
    NoUpload,
    /// More octets than were announced for an upload.
    #[error("more octets than announced")]
    UploadTooLong,
}
