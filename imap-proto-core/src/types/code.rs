//! Response codes (RFC 9051 §7.1, RFC 3501 §7.1).

use super::{
    AnnotationSupport, Atom, ByteString, Capabilities, Flags, ModSeq, SequenceNumber, SequenceSet,
    Text, Uid, UidSet, UidValidity,
};

/// Makes the enum of the codes without arguments and those with, and the names of both.
macro_rules! codes {
    (plain { $($(#[$plain_meta:meta])* $plain:ident = $plain_name:literal;)* }
     typed { $($(#[$typed_meta:meta])* $typed:ident($argument:ty) = $typed_name:literal;)* }) => {
        /// A response code.
        ///
        /// One whose arguments break the grammar is an [`Other`](Self::Other), as is one that no
        /// type is known for.
        #[derive(Clone, Debug, PartialEq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$plain_meta])* $plain,)*
            $($(#[$typed_meta])* $typed($argument),)*
            /// Any other code: its name, and what follows up to the bracket.
            Other {
                /// The name.
                name: Atom,
                /// The rest, unparsed; `None` without an argument. In a box, so that a response stays
                /// small.
                arguments: Option<Box<Text>>,
            },
        }

        impl Code {
            /// The code of this name, if it is one without arguments; case does not count.
            pub(crate) fn plain(name: &[u8]) -> Option<Self> {
                const PLAIN: &[(&str, Code)] = &[$(($plain_name, Code::$plain)),*];
                let same = |known: &str| known.as_bytes().eq_ignore_ascii_case(name);
                let found = PLAIN.iter().find(|(known, _)| same(known));
                found.map(|(_, code)| code.clone())
            }

            /// The name on the wire.
            pub fn name(&self) -> &[u8] {
                match self {
                    $(Self::$plain => $plain_name.as_bytes(),)*
                    $(Self::$typed(_) => $typed_name.as_bytes(),)*
                    Self::Other { name, .. } => name.as_bytes(),
                }
            }
        }
    };
}

codes! {
plain {
    /// `ALERT`: the text must be shown to the user.
    Alert = "ALERT";
    /// `ALREADYEXISTS` (RFC 5530).
    AlreadyExists = "ALREADYEXISTS";
    /// `AUTHENTICATIONFAILED` (RFC 5530).
    AuthenticationFailed = "AUTHENTICATIONFAILED";
    /// `AUTHORIZATIONFAILED` (RFC 5530).
    AuthorizationFailed = "AUTHORIZATIONFAILED";
    /// `BADCOMPARATOR` (RFC 5255 §4.7).
    BadComparator = "BADCOMPARATOR";
    /// `CANNOT` (RFC 5530).
    Cannot = "CANNOT";
    /// `CLIENTBUG` (RFC 5530).
    ClientBug = "CLIENTBUG";
    /// `CLOSED`: what comes next belongs to the new mailbox (RFC 7162 §3.2.11).
    Closed = "CLOSED";
    /// `COMPRESSIONACTIVE` (RFC 4978 §3).
    CompressionActive = "COMPRESSIONACTIVE";
    /// `CONTACTADMIN` (RFC 5530).
    ContactAdmin = "CONTACTADMIN";
    /// `CORRUPTION` (RFC 5530).
    Corruption = "CORRUPTION";
    /// `EXPIRED` (RFC 5530).
    Expired = "EXPIRED";
    /// `EXPUNGEISSUED` (RFC 5530).
    ExpungeIssued = "EXPUNGEISSUED";
    /// `HASCHILDREN` (RFC 9051 §7.1).
    HasChildren = "HASCHILDREN";
    /// `INUSE` (RFC 5530).
    InUse = "INUSE";
    /// `LIMIT` (RFC 5530).
    Limit = "LIMIT";
    /// `NOMODSEQ` (RFC 7162 §3.1.2.2).
    NoModSeq = "NOMODSEQ";
    /// `NONEXISTENT` (RFC 5530).
    NonExistent = "NONEXISTENT";
    /// `NOPERM` (RFC 5530).
    NoPerm = "NOPERM";
    /// `NOTIFICATIONOVERFLOW`: the server ended NOTIFY (RFC 5465 §5.8).
    NotificationOverflow = "NOTIFICATIONOVERFLOW";
    /// `NOTSAVED` (RFC 5182 §2.1).
    NotSaved = "NOTSAVED";
    /// `OVERQUOTA` (RFC 9208 §4.3.1).
    OverQuota = "OVERQUOTA";
    /// `PARSE`.
    Parse = "PARSE";
    /// `PRIVACYREQUIRED` (RFC 5530).
    PrivacyRequired = "PRIVACYREQUIRED";
    /// `READ-ONLY`.
    ReadOnly = "READ-ONLY";
    /// `READ-WRITE`.
    ReadWrite = "READ-WRITE";
    /// `SERVERBUG` (RFC 5530).
    ServerBug = "SERVERBUG";
    /// `TEMPFAIL` (RFC 5259 §9).
    TempFail = "TEMPFAIL";
    /// `TOOBIG` (RFC 4469 §4, RFC 7888).
    TooBig = "TOOBIG";
    /// `TOOFEW` (UIDBATCHES).
    TooFew = "TOOFEW";
    /// `TOOMANY` (UIDBATCHES).
    TooMany = "TOOMANY";
    /// `TRYCREATE`.
    TryCreate = "TRYCREATE";
    /// `UIDNOTSTICKY` (RFC 4315 §3).
    UidNotSticky = "UIDNOTSTICKY";
    /// `UIDREQUIRED`: message numbers are not allowed (RFC 9586 §3).
    UidRequired = "UIDREQUIRED";
    /// `UNAVAILABLE` (RFC 5530).
    Unavailable = "UNAVAILABLE";
    /// `UNKNOWN-CTE` (RFC 3516 §4.3).
    UnknownCte = "UNKNOWN-CTE";
    /// `USEATTR` (RFC 6154 §3).
    UseAttr = "USEATTR";
}
typed {
    /// `ANNOTATE TOOBIG` or `TOOMANY` (RFC 5257 §4.5).
    Annotate(AnnotateCode) = "ANNOTATE";
    /// `ANNOTATIONS`: what can be done with them in the mailbox selected (RFC 5257 §4.1).
    Annotations(AnnotationSupport) = "ANNOTATIONS";
    /// `APPENDUID` (RFC 4315 §3).
    AppendUid(Box<AppendUid>) = "APPENDUID";
    /// `BADCHARSET`, with the charsets that the server knows, if it lists them.
    BadCharset(Vec<ByteString>) = "BADCHARSET";
    /// `BADEVENT`, with the events that the server knows (RFC 5465 §5).
    BadEvent(Vec<ByteString>) = "BADEVENT";
    /// `BADURL`: the URL that cannot be fetched (RFC 4469 §4.1).
    BadUrl(Text) = "BADURL";
    /// `CAPABILITY`.
    Capability(Capabilities) = "CAPABILITY";
    /// `COPYUID` (RFC 4315 §3).
    CopyUid(Box<CopyUid>) = "COPYUID";
    /// `HIGHESTMODSEQ` (RFC 7162 §3.1.2.1).
    HighestModSeq(ModSeq) = "HIGHESTMODSEQ";
    /// `INPROGRESS` (RFC 9585 §4).
    InProgress(Box<InProgress>) = "INPROGRESS";
    /// `MAILBOXID` (RFC 8474 §4.1).
    MailboxId(ByteString) = "MAILBOXID";
    /// `MAXCONVERTMESSAGES` (RFC 5259 §9).
    MaxConvertMessages(u32) = "MAXCONVERTMESSAGES";
    /// `MAXCONVERTPARTS` (RFC 5259 §9).
    MaxConvertParts(u32) = "MAXCONVERTPARTS";
    /// `MESSAGELIMIT`: so many messages at most are worked on (RFC 9738 §3.1).
    MessageLimit(MessageLimit) = "MESSAGELIMIT";
    /// `METADATA LONGENTRIES n`, `MAXSIZE n`, `TOOMANY`, `NOPRIVATE` (RFC 5464 §4.2.1, §4.3).
    Metadata(MetadataCode) = "METADATA";
    /// `MODIFIED` with the messages that a conditional STORE left alone (RFC 7162 §3.1.3): UIDs
    /// in the answer of a UID STORE, else message numbers.
    Modified(SequenceSet) = "MODIFIED";
    /// `NOUPDATE`: the search with this tag is not kept up to date (RFC 5267 §4.3.1).
    NoUpdate(ByteString) = "NOUPDATE";
    /// `PERMANENTFLAGS`; `\*` shows as [`Flags::may_create`].
    PermanentFlags(Flags) = "PERMANENTFLAGS";
    /// `REFERRAL`: URLs where to look instead (RFC 2221, RFC 2193), see
    /// [`ImapUrl`](super::ImapUrl). Never followed by itself.
    Referral(Vec<ByteString>) = "REFERRAL";
    /// `UIDNEXT`.
    UidNext(Uid) = "UIDNEXT";
    /// `UIDVALIDITY`.
    UidValidity(UidValidity) = "UIDVALIDITY";
    /// `UNDEFINED-FILTER`, with the filter's name (RFC 5466 §3.1).
    UndefinedFilter(ByteString) = "UNDEFINED-FILTER";
    /// `UNSEEN`: the first unseen message.
    Unseen(SequenceNumber) = "UNSEEN";
    /// `URLMECH`: how URLs can be authorized in the mailbox selected (RFC 4467 §8).
    UrlMechanisms(Vec<UrlMechanism>) = "URLMECH";
    /// `XYMHIGHESTMODSEQ`: what Yahoo's servers have in place of HIGHESTMODSEQ (no RFC).
    YahooHighestModSeq(ModSeq) = "XYMHIGHESTMODSEQ";
}
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

/// The ANNOTATE response codes (RFC 5257 §4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum AnnotateCode {
    /// A value is too long.
    TooBig,
    /// No more annotations fit.
    TooMany,
}

/// How far a command is (RFC 9585 §4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct InProgress {
    /// The command's tag, if told.
    pub tag: Option<ByteString>,
    /// What is done, in units of the server's.
    pub done: Option<u64>,
    /// What there is to do.
    pub goal: Option<u64>,
}

/// The arguments of MESSAGELIMIT (RFC 9738 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MessageLimit {
    /// How many messages.
    pub limit: u32,
    /// The lowest UID that the command worked on: go on below it.
    pub lowest: Option<Uid>,
}

/// A mechanism of URLMECH (RFC 4467 §8).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct UrlMechanism {
    /// Its name, such as `INTERNAL`.
    pub name: Atom,
    /// Data of its own, in base64.
    pub data: Option<ByteString>,
}

impl Code {
    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        let strings = |list: &[ByteString]| list.iter().map(ByteString::detach).collect();
        match self {
            Self::BadCharset(charsets) => Self::BadCharset(strings(charsets)),
            Self::BadEvent(events) => Self::BadEvent(strings(events)),
            Self::BadUrl(url) => Self::BadUrl(url.detach()),
            Self::Capability(capabilities) => Self::Capability(capabilities.detach()),
            Self::InProgress(progress) => {
                let tag = progress.tag.as_ref().map(ByteString::detach);
                Self::InProgress(Box::new(InProgress { tag, ..**progress }))
            }
            Self::MailboxId(id) => Self::MailboxId(id.detach()),
            Self::NoUpdate(tag) => Self::NoUpdate(tag.detach()),
            Self::PermanentFlags(flags) => Self::PermanentFlags(flags.detach()),
            Self::Referral(urls) => Self::Referral(strings(urls)),
            Self::UndefinedFilter(name) => Self::UndefinedFilter(name.detach()),
            Self::UrlMechanisms(mechanisms) => {
                let detached = |mechanism: &UrlMechanism| UrlMechanism {
                    name: mechanism.name.detach(),
                    data: mechanism.data.as_ref().map(ByteString::detach),
                };
                Self::UrlMechanisms(mechanisms.iter().map(detached).collect())
            }
            Self::Other { name, arguments } => Self::Other {
                name: name.detach(),
                arguments: arguments.as_ref().map(|text| Box::new(text.detach())),
            },
            plain => plain.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_codes_are_found_in_any_case() {
        assert_eq!(Code::plain(b"alert"), Some(Code::Alert));
        assert_eq!(Code::plain(b"UNKNOWN-CTE"), Some(Code::UnknownCte));
        assert_eq!(Code::plain(b"UIDNEXT"), None);
        assert_eq!(Code::UnknownCte.name(), b"UNKNOWN-CTE");
        assert_eq!(Code::UidNext(Uid(1)).name(), b"UIDNEXT");
    }
}
