//! Response codes (RFC 9051 §7.1, RFC 3501 §7.1).

use super::{
    Atom, ByteString, Capabilities, Flags, ModSeq, SequenceNumber, SequenceSet, Text, Uid, UidSet,
    UidValidity,
};

/// A response code. Codes without an argument of a type of their own keep the RFC's name.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Code {
    /// `ALERT`: the text must be shown to the user.
    Alert,
    /// `ALREADYEXISTS` (RFC 5530).
    AlreadyExists,
    /// `APPENDUID` (RFC 4315 §3).
    AppendUid(Box<AppendUid>),
    /// `AUTHENTICATIONFAILED` (RFC 5530).
    AuthenticationFailed,
    /// `AUTHORIZATIONFAILED` (RFC 5530).
    AuthorizationFailed,
    /// `BADCHARSET`, with the charsets that the server knows, if it lists them.
    BadCharset(Vec<ByteString>),
    /// `CANNOT` (RFC 5530).
    Cannot,
    /// `CAPABILITY`.
    Capability(Capabilities),
    /// `CLIENTBUG` (RFC 5530).
    ClientBug,
    /// `CLOSED`: what comes next belongs to the new mailbox (RFC 7162 §3.2.11).
    Closed,
    /// `COMPRESSIONACTIVE` (RFC 4978 §3).
    CompressionActive,
    /// `CONTACTADMIN` (RFC 5530).
    ContactAdmin,
    /// `COPYUID` (RFC 4315 §3).
    CopyUid(Box<CopyUid>),
    /// `CORRUPTION` (RFC 5530).
    Corruption,
    /// `EXPIRED` (RFC 5530).
    Expired,
    /// `EXPUNGEISSUED` (RFC 5530).
    ExpungeIssued,
    /// `HASCHILDREN` (RFC 9051 §7.1).
    HasChildren,
    /// `HIGHESTMODSEQ` (RFC 7162 §3.1.2.1).
    HighestModSeq(ModSeq),
    /// `INUSE` (RFC 5530).
    InUse,
    /// `LIMIT` (RFC 5530).
    Limit,
    /// `METADATA LONGENTRIES n`, `MAXSIZE n`, `TOOMANY`, `NOPRIVATE` (RFC 5464 §4.2.1, §4.3).
    Metadata(MetadataCode),
    /// `MODIFIED` with the messages that a conditional STORE left alone (RFC 7162 §3.1.3): UIDs
    /// in the answer of a UID STORE, else message numbers.
    Modified(SequenceSet),
    /// `NOMODSEQ` (RFC 7162 §3.1.2.2).
    NoModSeq,
    /// `NONEXISTENT` (RFC 5530).
    NonExistent,
    /// `NOPERM` (RFC 5530).
    NoPerm,
    /// `NOTSAVED` (RFC 5182 §2.1).
    NotSaved,
    /// `OVERQUOTA` (RFC 9208 §4.3.1).
    OverQuota,
    /// `PARSE`.
    Parse,
    /// `PERMANENTFLAGS`; `\*` shows as [`Flags::may_create`].
    PermanentFlags(Flags),
    /// `PRIVACYREQUIRED` (RFC 5530).
    PrivacyRequired,
    /// `READ-ONLY`.
    ReadOnly,
    /// `READ-WRITE`.
    ReadWrite,
    /// `SERVERBUG` (RFC 5530).
    ServerBug,
    /// `TRYCREATE`.
    TryCreate,
    /// `UIDNEXT`.
    UidNext(Uid),
    /// `UIDNOTSTICKY` (RFC 4315 §3).
    UidNotSticky,
    /// `UIDVALIDITY`.
    UidValidity(UidValidity),
    /// `UNAVAILABLE` (RFC 5530).
    Unavailable,
    /// `UNKNOWN-CTE` (RFC 3516 §4.3).
    UnknownCte,
    /// `UNSEEN`: the first unseen message.
    Unseen(SequenceNumber),
    /// Any other code: its name, and what follows up to the bracket.
    Other {
        /// The name.
        name: Atom,
        /// The rest, unparsed; `None` without an argument.
        arguments: Option<Text>,
    },
}

/// The arguments of APPENDUID (RFC 4315 §3).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AppendUid {
    /// Of the mailbox appended to.
    pub uid_validity: UidValidity,
    /// One UID for each message appended.
    pub uids: UidSet,
}

/// The arguments of COPYUID (RFC 4315 §3).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CopyUid {
    /// Of the destination.
    pub uid_validity: UidValidity,
    /// UIDs in the source, in order.
    pub source: UidSet,
    /// UIDs in the destination, in the same order.
    pub destination: UidSet,
}

/// The METADATA response codes (RFC 5464 §4.2.1, §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum MetadataCode {
    /// Entries longer than MAXSIZE were left out; the longest had this many octets.
    LongEntries(u64),
    /// The server takes values up to this many octets.
    MaxSize(u64),
    /// No more annotations fit.
    TooMany,
    /// No private annotations here.
    NoPrivate,
}
