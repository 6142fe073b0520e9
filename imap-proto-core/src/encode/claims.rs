//! Which untagged responses answer a command.

use bytes::Bytes;

use crate::types::{MailboxName, SequenceSet, UidSet};

/// The responses that belong to a command; several kinds for some, such as `LIST … RETURN
/// (STATUS …)`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    pub(crate) list: Vec<Claim>,
}

/// One kind of response that answers a command.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Claim {
    /// `ACL` of the mailbox.
    Acl(MailboxName),
    /// `ANNOTATION` of any mailbox, with values.
    Annotation,
    /// Untagged `OK` with `APPENDUID`, as REPLACE sends it (RFC 8508 §4.3).
    AppendUid,
    /// `CAPABILITY`
    Capability,
    /// Untagged `OK` with `COPYUID`, as MOVE sends it (RFC 6851 §4.3).
    CopyUid,
    /// `COMPARATOR`
    Comparator,
    /// `CONVERSION`
    Conversion,
    /// `CONVERTED` with our tag.
    Converted,
    /// `ENABLED`
    Enabled,
    /// `ESEARCH` with our tag.
    Esearch,
    /// `EXPUNGE` and `VANISHED`
    Expunge,
    /// `FETCH` of these messages.
    Fetch(SequenceSet, FetchNeeds),
    /// `GENURLAUTH`
    GenUrlAuth,
    /// `ID`
    Id,
    /// `JMAPACCESS`
    JmapAccess,
    /// `LANGUAGE`
    Language,
    /// `LIST`
    List,
    /// `LIST` of names that match one of these patterns, in which `*` and `%` stand for others. Without NOTIFY it is
    /// any LIST, since nothing else is told then.
    ListLike(Vec<MailboxName>),
    /// `LISTRIGHTS` of the mailbox.
    ListRights(MailboxName),
    /// `LSUB`
    Lsub,
    /// `METADATA` of the mailbox, with values.
    Metadata(MailboxName),
    /// `METADATA` of any mailbox, with values.
    MetadataAny,
    /// `MYRIGHTS` of the mailbox.
    MyRights(MailboxName),
    /// `MYRIGHTS` of any mailbox.
    MyRightsAny,
    /// Any response of this name that has no type of its own.
    Named(Bytes),
    /// `NAMESPACE`
    Namespace,
    /// `NETSCAPE`, `ACCOUNT`, `ACCOUNT-URL`
    Netscape,
    /// `XAPPLEPUSHSERVICE`
    PushService,
    /// `QUOTA` of the root.
    Quota(Bytes),
    /// `QUOTA` of any root.
    QuotaAny,
    /// `QUOTAROOT` of the mailbox.
    QuotaRoot(MailboxName),
    /// `SEARCH`
    Search,
    /// What SELECT answers with: `FLAGS`, `EXISTS`, `RECENT`, untagged `OK` with its codes,
    /// `VANISHED (EARLIER)`, `LIST`.
    Select,
    /// `SORT`
    Sort,
    /// `STATUS` of the mailbox.
    Status(MailboxName),
    /// `STATUS` of any mailbox.
    StatusAny,
    /// `THREAD`
    Thread,
    /// `UIDBATCHES` with our tag.
    UidBatches,
    /// `FETCH` of these UIDs.
    UidFetch(UidSet, FetchNeeds),
    /// `URLFETCH`
    UrlFetch,
    /// `VANISHED (EARLIER)`
    VanishedEarlier,
}

/// The items that a response must have to answer a FETCH, as bits: one that lacks them is
/// unsolicited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FetchNeeds(pub(crate) u16);

impl FetchNeeds {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// `FLAGS`
    pub const FLAGS: Self = Self(1);
    /// `UID`
    pub const UID: Self = Self(1 << 1);
    /// `ENVELOPE`
    pub const ENVELOPE: Self = Self(1 << 2);
    /// `BODY`
    pub const BODY: Self = Self(1 << 3);
    /// `BODYSTRUCTURE`
    pub const BODY_STRUCTURE: Self = Self(1 << 4);
    /// `INTERNALDATE`
    pub const INTERNAL_DATE: Self = Self(1 << 5);
    /// `RFC822.SIZE`
    pub const SIZE: Self = Self(1 << 6);
    /// `MODSEQ`
    pub const MOD_SEQ: Self = Self(1 << 7);
    /// Any `BODY[…]`, `RFC822…` or `BINARY[…]`
    pub const SECTION: Self = Self(1 << 8);
    /// `EMAILID`
    pub const EMAIL_ID: Self = Self(1 << 9);
    /// `THREADID`
    pub const THREAD_ID: Self = Self(1 << 10);
    /// `SAVEDATE`
    pub const SAVE_DATE: Self = Self(1 << 11);
    /// `PREVIEW`
    pub const PREVIEW: Self = Self(1 << 12);
    /// `ANNOTATION`
    pub const ANNOTATION: Self = Self(1 << 13);
    /// `X-GM-MSGID` and `X-GM-THRID`
    pub const GMAIL_ID: Self = Self(1 << 14);
    /// `X-GM-LABELS`
    pub const GMAIL_LABELS: Self = Self(1 << 15);

    /// Whether all of `other` are in here.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The items of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Claims {
    /// None.
    pub const fn none() -> Self {
        Self { list: Vec::new() }
    }

    /// One kind.
    pub fn one(claim: Claim) -> Self {
        Self { list: vec![claim] }
    }

    /// One kind more.
    #[must_use]
    pub fn and(mut self, claim: Claim) -> Self {
        self.list.push(claim);
        self
    }
}
