//! The one table of capabilities: what each adds to the protocol, and what confirms that it works here.
//!
//! The README's coverage table, the documentation and [`Capability`] are made from this one.

use self::Server::{Cyrus, CyrusNew, Dovecot, DovecotNew};
use super::Capabilities;

/// What belongs to a capability: its row of the table.
///
/// ```
/// use imap_proto_core::types::{Capability, KnownCapability};
/// let sort = KnownCapability::find("sort=display").expect("it is known");
/// assert_eq!((sort.name, sort.rfcs), ("SORT=DISPLAY", &[5957][..]));
/// let auth = KnownCapability::find("AUTH=SCRAM-SHA-256").expect("it is known");
/// assert_eq!(auth.capability, Capability::Auth);
/// assert!(KnownCapability::find("XYZZY").is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownCapability {
    /// Which it is.
    pub capability: Capability,
    /// The name. One that ends in `=` or `-` is the beginning of a family: `AUTH=`, `QUOTA=RES-`.
    pub name: &'static str,
    /// The RFCs, the one in force first; none for what vendors made up.
    pub rfcs: &'static [u16],
    /// Whether what servers say of it has types.
    pub support: Support,
    /// The commands that it adds or gives arguments to; those with a `UID` form stand once.
    pub commands: &'static [&'static str],
    /// The responses that it adds or gives data to.
    pub responses: &'static [&'static str],
    /// The response codes that it adds.
    pub codes: &'static [&'static str],
    /// The items that it adds to FETCH.
    pub fetch_items: &'static [&'static str],
    /// The items that it adds to STATUS.
    pub status_items: &'static [&'static str],
    /// The keys that it adds to SEARCH.
    pub search_keys: &'static [&'static str],
    /// The options, parameters and modifiers in parentheses that it adds to commands.
    pub options: &'static [&'static str],
    /// The tests that drive it: cases of `interop` (`module::name`), and example dialogues of the RFCs by file stem or
    /// by folder.
    pub tests: &'static [&'static str],
    /// The real servers that those cases pass against.
    pub confirmed: &'static [Server],
}

/// How much this crate knows of a capability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Support {
    /// Its responses, data items and response codes have types of their own, or it has none.
    Typed,
    /// Its commands can be sent; what servers send comes as a tree of tokens or as raw arguments, since it is described
    /// nowhere but in the servers themselves.
    Named,
    /// A keyword only: what it is for is obsolete or not described anywhere, so nothing comes with it. What a server
    /// says because of it comes as a tree of tokens or as raw arguments, like all that is unknown.
    Keyword,
}

/// A server that the tests run against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Server {
    /// Dovecot 2.3.
    Dovecot,
    /// Dovecot 2.4.
    DovecotNew,
    /// Cyrus IMAP 3.6.
    Cyrus,
    /// Cyrus IMAP 3.12.
    CyrusNew,
}

impl Server {
    /// Name and version.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dovecot => "Dovecot 2.3",
            Self::DovecotNew => "Dovecot 2.4",
            Self::Cyrus => "Cyrus 3.6",
            Self::CyrusNew => "Cyrus 3.12",
        }
    }
}

impl KnownCapability {
    /// All of them: the base protocols, the extensions by name, then those of vendors.
    pub const ALL: &'static [Self] = TABLE;

    /// The entry of a capability as a server names it; case does not count.
    pub fn find(name: impl AsRef<[u8]>) -> Option<&'static Self> {
        let name = name.as_ref();
        let exact = TABLE
            .iter()
            .find(|known| known.name.as_bytes().eq_ignore_ascii_case(name));
        exact.or_else(|| TABLE.iter().find(|known| known.begins(name)))
    }

    /// Whether the entry is a family that a longer name belongs to.
    fn begins(&self, name: &[u8]) -> bool {
        let family = self.name.as_bytes();
        let beginning = name.get(..family.len());
        (self.name.ends_with('=') || self.name == "QUOTA=RES-")
            && name.len() > family.len()
            && beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(family))
    }
}

impl Capability {
    /// The capability that a server names, if this crate knows it; of a family, such as
    /// `AUTH=PLAIN`, the family. Case does not count.
    ///
    /// ```
    /// use imap_proto_core::types::Capability;
    /// assert_eq!(Capability::parse(b"condstore"), Some(Capability::CondStore));
    /// assert_eq!(Capability::parse(b"APPENDLIMIT=1000"), Some(Capability::AppendLimitValue));
    /// assert_eq!(Capability::parse(b"XYZZY"), None);
    /// ```
    pub fn parse(name: &[u8]) -> Option<Self> {
        KnownCapability::find(name).map(|known| known.capability)
    }
}

impl Capabilities {
    /// Whether a capability is in the set; of a family, whether any of its members is.
    ///
    /// ```
    /// use imap_proto_core::types::{Capabilities, Capability};
    /// let set: Capabilities = ["IMAP4rev1", "IDLE", "THREAD=REFERENCES"].into_iter().collect();
    /// assert!(set.has(Capability::Idle) && set.has(Capability::Thread));
    /// assert!(!set.has(Capability::Notify));
    /// ```
    pub fn has(&self, capability: Capability) -> bool {
        let known = capability.info();
        self.iter().any(|atom| {
            let name = atom.as_bytes();
            name.eq_ignore_ascii_case(known.name.as_bytes()) || known.begins(name)
        })
    }
}

/// Makes the table and [`Capability`] of rows: variant, name, RFCs, support, and the columns that are not empty.
macro_rules! capabilities {
    ($($variant:ident $name:literal $rfcs:tt $support:ident {$($column:ident: $cells:tt,)*})*) => {
        /// A capability that this crate knows; see [`KnownCapability`] for what belongs to it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Capability {
            $(#[doc = concat!("`", $name, "`")]
            $variant,)*
        }

        impl Capability {
            /// Its row of the table.
            pub const fn info(self) -> &'static KnownCapability {
                match self {
                    $(Self::$variant => {
                        const ROW: &KnownCapability = &KnownCapability {
                            $($column: &$cells,)*
                            ..row(Capability::$variant, $name, &$rfcs, Support::$support)
                        };
                        ROW
                    })*
                }
            }
        }

        const TABLE: &[KnownCapability] = &[$(*Capability::$variant.info()),*];
    };
}

/// A row whose further columns are empty.
const fn row(
    capability: Capability,
    name: &'static str,
    rfcs: &'static [u16],
    support: Support,
) -> KnownCapability {
    KnownCapability {
        capability,
        name,
        rfcs,
        support,
        commands: &[],
        responses: &[],
        codes: &[],
        fetch_items: &[],
        status_items: &[],
        search_keys: &[],
        options: &[],
        tests: &[],
        confirmed: &[],
    }
}

capabilities! {
    // The base protocols.
    Imap4Rev1 "IMAP4rev1" [3501] Typed {
        commands: [
            "CAPABILITY", "NOOP", "LOGOUT", "STARTTLS", "AUTHENTICATE", "LOGIN", "SELECT",
            "EXAMINE", "CREATE", "DELETE", "RENAME", "SUBSCRIBE", "UNSUBSCRIBE", "LIST", "STATUS",
            "APPEND", "CLOSE", "EXPUNGE", "SEARCH", "FETCH", "STORE", "COPY", "LSUB", "CHECK",
        ],
        responses: [
            "OK", "NO", "BAD", "BYE", "PREAUTH", "CAPABILITY", "LIST", "LSUB", "STATUS", "SEARCH",
            "FLAGS", "EXISTS", "RECENT", "EXPUNGE", "FETCH",
        ],
        codes: [
            "ALERT", "BADCHARSET", "CAPABILITY", "PARSE", "PERMANENTFLAGS", "READ-ONLY",
            "READ-WRITE", "TRYCREATE", "UIDNEXT", "UIDVALIDITY", "UNSEEN",
        ],
        fetch_items: [
            "FLAGS", "UID", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY", "BODYSTRUCTURE",
            "BODY[]", "RFC822", "RFC822.HEADER", "RFC822.TEXT",
        ],
        status_items: ["MESSAGES", "RECENT", "UIDNEXT", "UIDVALIDITY", "UNSEEN"],
        search_keys: [
            "sequence set", "ALL", "ANSWERED", "DELETED", "DRAFT", "FLAGGED", "SEEN", "UNANSWERED",
            "UNDELETED", "UNDRAFT", "UNFLAGGED", "UNSEEN", "NEW", "OLD", "RECENT", "BCC", "BODY",
            "CC", "FROM", "SUBJECT", "TEXT", "TO", "BEFORE", "ON", "SINCE", "SENTBEFORE", "SENTON",
            "SENTSINCE", "HEADER", "KEYWORD", "UNKEYWORD", "LARGER", "SMALLER", "NOT", "OR", "UID",
        ],
        tests: [
            "basics::capability", "basics::noop", "searching::every_key",
            "fetching::macros_of_rfc", "rfc3501",
        ],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    Imap4Rev2 "IMAP4rev2" [9051] Typed {
        commands: [
            "CAPABILITY", "NOOP", "LOGOUT", "STARTTLS", "AUTHENTICATE", "LOGIN", "SELECT",
            "EXAMINE", "CREATE", "DELETE", "RENAME", "SUBSCRIBE", "UNSUBSCRIBE", "LIST", "STATUS",
            "APPEND", "CLOSE", "EXPUNGE", "SEARCH", "FETCH", "STORE", "COPY", "ENABLE", "IDLE",
            "MOVE", "NAMESPACE", "UNSELECT", "UID EXPUNGE",
        ],
        responses: [
            "OK", "NO", "BAD", "BYE", "PREAUTH", "CAPABILITY", "ENABLED", "LIST", "NAMESPACE",
            "STATUS", "ESEARCH", "FLAGS", "EXISTS", "EXPUNGE", "FETCH",
        ],
        codes: [
            "ALERT", "ALREADYEXISTS", "APPENDUID", "AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED",
            "BADCHARSET", "CANNOT", "CAPABILITY", "CLIENTBUG", "CLOSED", "CONTACTADMIN", "COPYUID",
            "CORRUPTION", "EXPIRED", "EXPUNGEISSUED", "HASCHILDREN", "INUSE", "LIMIT",
            "NONEXISTENT", "NOPERM", "NOTSAVED", "OVERQUOTA", "PARSE", "PERMANENTFLAGS",
            "PRIVACYREQUIRED", "READ-ONLY", "READ-WRITE", "SERVERBUG", "TRYCREATE", "UIDNEXT",
            "UIDNOTSTICKY", "UIDVALIDITY", "UNAVAILABLE", "UNKNOWN-CTE",
        ],
        status_items: ["DELETED", "SIZE"],
        search_keys: ["$"],
        tests: ["offered::imap4rev2", "rfc9051"],
        confirmed: [CyrusNew],
    }
    // Extensions with an RFC.
    Acl "ACL" [4314, 2086] Typed {
        commands: ["SETACL", "DELETEACL", "GETACL", "LISTRIGHTS", "MYRIGHTS"],
        responses: ["ACL", "LISTRIGHTS", "MYRIGHTS"],
        tests: ["extensions::acl", "rfc4314", "rfc2086"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    Annotate "ANNOTATE-EXPERIMENT-1" [5257] Typed {
        commands: ["SELECT", "FETCH", "STORE", "APPEND", "SEARCH", "SORT"],
        responses: ["FETCH"],
        codes: ["ANNOTATE", "ANNOTATIONS"],
        fetch_items: ["ANNOTATION"],
        search_keys: ["ANNOTATION"],
        options: ["ANNOTATE"],
        tests: ["annotations::store_and_fetch", "annotations::appended", "annotations::search_and_sort", "rfc5257"],
        confirmed: [Cyrus, CyrusNew],
    }
    AppendLimit "APPENDLIMIT" [7889] Typed {
        commands: ["STATUS"],
        responses: ["STATUS"],
        codes: ["TOOBIG"],
        status_items: ["APPENDLIMIT"],
        tests: ["appendlimit", "rfc7889"],
    }
    AppendLimitValue "APPENDLIMIT=" [7889] Typed {
        codes: ["TOOBIG"],
        tests: ["composing::append_limit", "rfc7889"],
        confirmed: [Cyrus, CyrusNew],
    }
    Auth "AUTH=" [3501, 9051] Typed {
        commands: ["AUTHENTICATE"],
        codes: [
            "AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED",
            "CONTACTADMIN", "UNAVAILABLE",
        ],
        tests: ["auth::plain", "auth::scram_sha_256", "6.2.2-authenticate-plain", "rfc2195", "rfc4505", "rfc7628"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    Binary "BINARY" [3516] Typed {
        commands: ["FETCH", "APPEND"],
        responses: ["FETCH"],
        codes: ["UNKNOWN-CTE"],
        fetch_items: ["BINARY", "BINARY.PEEK", "BINARY.SIZE"],
        tests: ["fetching::binary", "appending::binary"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    Catenate "CATENATE" [4469] Typed {
        commands: ["APPEND"],
        codes: ["BADURL", "TOOBIG"],
        options: ["CATENATE"],
        tests: ["composing::catenate", "composing::bad_url", "rfc4469"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    Children "CHILDREN" [3348] Typed {
        commands: ["LIST"],
        responses: ["LIST"],
        options: ["CHILDREN"],
        tests: ["listing::children", "rfc3348"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    CompressDeflate "COMPRESS=DEFLATE" [4978] Typed {
        commands: ["COMPRESS"],
        codes: ["COMPRESSIONACTIVE"],
        tests: ["basics::compress", "rfc4978"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    CondStore "CONDSTORE" [7162, 4551] Typed {
        commands: ["SELECT", "FETCH", "STORE", "SEARCH", "STATUS"],
        responses: ["FETCH", "SEARCH", "STATUS"],
        codes: ["HIGHESTMODSEQ", "NOMODSEQ", "MODIFIED"],
        fetch_items: ["MODSEQ"],
        status_items: ["HIGHESTMODSEQ"],
        search_keys: ["MODSEQ"],
        options: ["CONDSTORE", "CHANGEDSINCE", "UNCHANGEDSINCE"],
        tests: ["flags::unchanged_since", "flags::mod_seq_grows", "searching::mod_seq", "rfc7162", "rfc4551"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    ContextSearch "CONTEXT=SEARCH" [5267] Typed {
        commands: ["SEARCH", "CANCELUPDATE"],
        responses: ["ESEARCH"],
        codes: ["NOUPDATE"],
        options: ["CONTEXT", "UPDATE", "PARTIAL"],
        tests: [
            "contexts::live_search", "contexts::refused_and_cancelled", "contexts::hint_and_partial", "rfc5267",
        ],
        confirmed: [Dovecot, DovecotNew],
    }
    ContextSort "CONTEXT=SORT" [5267] Typed {
        commands: ["SORT", "CANCELUPDATE"],
        responses: ["ESEARCH"],
        codes: ["NOUPDATE"],
        options: ["CONTEXT", "UPDATE", "PARTIAL"],
        tests: ["rfc5267"],
    }
    Convert "CONVERT" [5259] Typed {
        commands: ["CONVERT", "CONVERSIONS"],
        responses: ["CONVERTED", "CONVERSION"],
        codes: ["TEMPFAIL", "MAXCONVERTMESSAGES", "MAXCONVERTPARTS"],
        tests: ["rfc5259"],
    }
    CreateSpecialUse "CREATE-SPECIAL-USE" [6154] Typed {
        commands: ["CREATE"],
        codes: ["USEATTR"],
        options: ["USE"],
        tests: ["offered::create_special_use", "rfc6154"],
        confirmed: [Cyrus, CyrusNew],
    }
    Enable "ENABLE" [5161] Typed {
        commands: ["ENABLE"],
        responses: ["ENABLED"],
        tests: ["basics::enable", "6.3.1-enable", "rfc5161"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    Esearch "ESEARCH" [4731] Typed {
        commands: ["SEARCH"],
        responses: ["ESEARCH"],
        options: ["MIN", "MAX", "ALL", "COUNT"],
        tests: ["searching::esearch", "rfc4731"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    Esort "ESORT" [5267] Typed {
        commands: ["SORT"],
        responses: ["ESEARCH"],
        options: ["MIN", "MAX", "ALL", "COUNT"],
        tests: ["sorting::sort_returning", "rfc5267"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    Filters "FILTERS" [5466] Typed {
        commands: ["SEARCH"],
        codes: ["UNDEFINED-FILTER"],
        search_keys: ["FILTER"],
        tests: ["rfc5466"],
    }
    I18nLevel1 "I18NLEVEL=1" [5255] Typed {
        tests: ["offered::unicode_case"],
        confirmed: [Dovecot, DovecotNew],
    }
    I18nLevel2 "I18NLEVEL=2" [5255] Typed {
        commands: ["COMPARATOR"],
        responses: ["COMPARATOR"],
        codes: ["BADCOMPARATOR"],
        tests: ["rfc5255"],
    }
    Id "ID" [2971] Typed {
        commands: ["ID"],
        responses: ["ID"],
        tests: ["basics::id", "rfc2971"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    Idle "IDLE" [2177] Typed {
        commands: ["IDLE"],
        tests: [
            "idling::news_arrive", "idling::command_during_idle", "idling::expunge_arrives",
            "6.3.13-idle", "rfc2177",
        ],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    ImapSieve "IMAPSIEVE=" [6785] Typed {
        tests: ["rfc6785"],
    }
    InProgress "INPROGRESS" [9585] Typed {
        responses: ["OK"],
        codes: ["INPROGRESS"],
        tests: ["offered::progress", "rfc9585"],
        confirmed: [DovecotNew, CyrusNew],
    }
    JmapAccess "JMAPACCESS" [9698] Typed {
        commands: ["GETJMAPACCESS"],
        responses: ["JMAPACCESS"],
        tests: ["server::jmap_access", "jmapaccess"],
        confirmed: [CyrusNew],
    }
    Language "LANGUAGE" [5255] Typed {
        commands: ["LANGUAGE"],
        responses: ["LANGUAGE", "NAMESPACE"],
        tests: ["rfc5255"],
    }
    ListExtended "LIST-EXTENDED" [5258] Typed {
        commands: ["LIST"],
        responses: ["LIST"],
        options: ["SUBSCRIBED", "REMOTE", "RECURSIVEMATCH", "CHILDREN"],
        tests: [
            "mailboxes::list_several_patterns", "mailboxes::list_extended", "listing::child_info", "rfc5258",
        ],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    ListMetadata "LIST-METADATA" [9590] Typed {
        commands: ["LIST"],
        responses: ["METADATA"],
        options: ["METADATA"],
        tests: ["listing::metadata", "rfc9590"],
        confirmed: [Cyrus, CyrusNew],
    }
    ListMyRights "LIST-MYRIGHTS" [8440] Typed {
        commands: ["LIST"],
        responses: ["MYRIGHTS"],
        options: ["MYRIGHTS"],
        tests: ["listing::my_rights", "rfc8440"],
        confirmed: [DovecotNew, Cyrus, CyrusNew],
    }
    ListStatus "LIST-STATUS" [5819] Typed {
        commands: ["LIST"],
        responses: ["STATUS"],
        options: ["STATUS"],
        tests: ["mailboxes::list_status", "rfc5819"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    LiteralPlus "LITERAL+" [7888] Typed {
        tests: ["offered::literals_without_waiting", "rfc7888"],
        confirmed: [Dovecot, Cyrus, CyrusNew],
    }
    LiteralMinus "LITERAL-" [7888] Typed {
        codes: ["TOOBIG"],
        tests: ["literal-minus", "offered::small_literals_without_waiting"],
        confirmed: [DovecotNew, CyrusNew],
    }
    LoginReferrals "LOGIN-REFERRALS" [2221] Typed {
        commands: ["AUTHENTICATE", "LOGIN"],
        codes: ["REFERRAL"],
        tests: ["access::referral", "rfc2221"],
        confirmed: [Dovecot, DovecotNew],
    }
    LoginDisabled "LOGINDISABLED" [3501, 9051] Typed {
        tests: ["access::login_disabled", "rfc2595"],
        confirmed: [Cyrus, CyrusNew],
    }
    MailboxReferrals "MAILBOX-REFERRALS" [2193] Typed {
        commands: ["RLIST", "RLSUB"],
        responses: ["LIST", "LSUB"],
        codes: ["REFERRAL"],
        tests: ["server::remote_lists", "rfc2193"],
        confirmed: [Cyrus, CyrusNew],
    }
    MessageLimit "MESSAGELIMIT=" [9738] Typed {
        codes: ["MESSAGELIMIT"],
        search_keys: ["UIDAFTER", "UIDBEFORE"],
        tests: ["messagelimit"],
    }
    Metadata "METADATA" [5464] Typed {
        commands: ["GETMETADATA", "SETMETADATA"],
        responses: ["METADATA"],
        codes: ["METADATA"],
        options: ["MAXSIZE", "DEPTH"],
        tests: ["extensions::metadata", "server::metadata_options", "server::metadata_of_the_server", "rfc5464"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    MetadataServer "METADATA-SERVER" [5464] Typed {
        commands: ["GETMETADATA", "SETMETADATA"],
        responses: ["METADATA"],
        codes: ["METADATA"],
        options: ["MAXSIZE", "DEPTH"],
        tests: ["server::metadata_of_the_server", "rfc5464"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    Move "MOVE" [6851] Typed {
        commands: ["MOVE"],
        responses: ["OK", "EXPUNGE", "VANISHED"],
        codes: ["COPYUID"],
        tests: ["moving::move_uids", "moving::move_by_number", "6.4.8-move", "rfc6851"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    MultiAppend "MULTIAPPEND" [3502] Typed {
        commands: ["APPEND"],
        codes: ["APPENDUID"],
        tests: ["appending::several_at_once", "rfc3502"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    MultiSearch "MULTISEARCH" [7377, 6237] Typed {
        commands: ["ESEARCH"],
        responses: ["ESEARCH"],
        options: ["IN"],
        tests: ["paging::several_mailboxes", "rfc7377", "rfc6237"],
        confirmed: [CyrusNew],
    }
    Namespace "NAMESPACE" [2342] Typed {
        commands: ["NAMESPACE"],
        responses: ["NAMESPACE"],
        tests: ["basics::namespace", "6.3.10-personal", "rfc2342"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    Notify "NOTIFY" [5465] Typed {
        commands: ["NOTIFY"],
        responses: ["STATUS", "LIST", "METADATA", "FETCH", "EXPUNGE", "VANISHED"],
        codes: ["NOTIFICATIONOVERFLOW", "BADEVENT"],
        tests: [
            "notifying::other_mailboxes", "notifying::selected_mailbox", "notifying::names_of_mailboxes", "rfc5465",
        ],
        confirmed: [Dovecot, DovecotNew, CyrusNew],
    }
    ObjectId "OBJECTID" [8474] Typed {
        commands: ["FETCH", "STATUS", "SEARCH", "CREATE", "SELECT"],
        responses: ["FETCH", "STATUS"],
        codes: ["MAILBOXID"],
        fetch_items: ["EMAILID", "THREADID"],
        status_items: ["MAILBOXID"],
        search_keys: ["EMAILID", "THREADID"],
        tests: ["objects::object_ids", "rfc8474"],
        confirmed: [Cyrus, CyrusNew],
    }
    Partial "PARTIAL" [9394] Typed {
        commands: ["SEARCH", "FETCH"],
        responses: ["ESEARCH"],
        options: ["PARTIAL"],
        tests: ["paging::partial_search", "paging::partial_fetch", "rfc9394"],
        confirmed: [CyrusNew],
    }
    Preview "PREVIEW" [8970] Typed {
        commands: ["FETCH"],
        responses: ["FETCH"],
        fetch_items: ["PREVIEW"],
        options: ["LAZY"],
        tests: ["objects::preview", "rfc8970"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    Qresync "QRESYNC" [7162, 5162] Typed {
        commands: ["ENABLE", "SELECT", "FETCH"],
        responses: ["VANISHED"],
        codes: ["CLOSED"],
        options: ["QRESYNC", "VANISHED"],
        tests: [
            "synchronizing::qresync_select", "synchronizing::qresync_matches", "synchronizing::vanished_since", "synchronizing::enable_then_vanished", "rfc7162", "rfc5162",
        ],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    Quota "QUOTA" [9208, 2087] Typed {
        commands: ["GETQUOTA", "GETQUOTAROOT"],
        responses: ["QUOTA", "QUOTAROOT"],
        codes: ["OVERQUOTA"],
        tests: ["extensions::quota", "rfc9208", "rfc2087"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    QuotaResource "QUOTA=RES-" [9208] Typed {
        commands: ["GETQUOTA", "GETQUOTAROOT", "STATUS"],
        responses: ["QUOTA", "QUOTAROOT", "STATUS"],
        codes: ["OVERQUOTA"],
        status_items: ["DELETED", "DELETED-STORAGE"],
        tests: ["objects::status_deleted", "server::quota_resources", "rfc9208"],
        confirmed: [CyrusNew],
    }
    QuotaSet "QUOTASET" [9208] Typed {
        commands: ["SETQUOTA"],
        responses: ["QUOTA"],
        tests: ["server::set_quota", "server::quota_resources", "rfc9208"],
        confirmed: [CyrusNew],
    }
    Replace "REPLACE" [8508] Typed {
        commands: ["REPLACE"],
        responses: ["OK", "EXPUNGE", "VANISHED"],
        codes: ["APPENDUID"],
        tests: ["composing::replace", "rfc8508"],
        confirmed: [DovecotNew, CyrusNew],
    }
    Rights "RIGHTS=" [4314] Typed {
        commands: ["SETACL"],
        responses: ["ACL", "LISTRIGHTS", "MYRIGHTS"],
        tests: ["offered::new_rights"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    SaslIr "SASL-IR" [4959] Typed {
        commands: ["AUTHENTICATE"],
        tests: ["auth::plain", "rfc4959"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    SaveDate "SAVEDATE" [8514] Typed {
        commands: ["FETCH", "SEARCH"],
        responses: ["FETCH"],
        fetch_items: ["SAVEDATE"],
        search_keys: ["SAVEDBEFORE", "SAVEDON", "SAVEDSINCE", "SAVEDATESUPPORTED"],
        tests: ["objects::save_date", "rfc8514"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    SaveLimit "SAVELIMIT=" [9738] Typed {
        commands: ["COPY", "APPEND"],
        codes: ["MESSAGELIMIT"],
        tests: ["savelimit"],
    }
    SearchFuzzy "SEARCH=FUZZY" [6203] Typed {
        commands: ["SEARCH", "SORT"],
        responses: ["ESEARCH"],
        search_keys: ["FUZZY"],
        options: ["RELEVANCY"],
        tests: ["paging::fuzzy", "rfc6203"],
        confirmed: [Cyrus, CyrusNew],
    }
    SearchRes "SEARCHRES" [5182] Typed {
        commands: ["SEARCH"],
        responses: ["ESEARCH"],
        codes: ["NOTSAVED"],
        search_keys: ["$"],
        options: ["SAVE"],
        tests: ["searching::saved_result", "rfc5182"],
        confirmed: [Dovecot, DovecotNew, CyrusNew],
    }
    Sort "SORT" [5256] Typed {
        commands: ["SORT"],
        responses: ["SORT"],
        codes: ["BADCHARSET"],
        tests: ["sorting::sort", "rfc5256"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    SortDisplay "SORT=DISPLAY" [5957] Typed {
        commands: ["SORT"],
        responses: ["SORT"],
        tests: ["offered::sort_display", "sort-display"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    SpecialUse "SPECIAL-USE" [6154, 8457] Typed {
        commands: ["LIST"],
        responses: ["LIST"],
        options: ["SPECIAL-USE"],
        tests: ["mailboxes::list_special_use", "rfc6154", "rfc8457"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    StartTls "STARTTLS" [3501, 9051] Typed {
        commands: ["STARTTLS"],
        tests: ["access::starttls", "6.2.1-starttls", "rfc2595"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    StatusSize "STATUS=SIZE" [8438] Typed {
        commands: ["STATUS"],
        responses: ["STATUS"],
        status_items: ["SIZE"],
        tests: ["mailboxes::status_size", "rfc8438"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    Thread "THREAD=" [5256] Typed {
        commands: ["THREAD"],
        responses: ["THREAD"],
        codes: ["BADCHARSET"],
        tests: ["sorting::thread", "rfc5256"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    UidBatches "UIDBATCHES" [10022] Typed {
        commands: ["UIDBATCHES"],
        responses: ["UIDBATCHES"],
        codes: ["TOOFEW", "TOOMANY"],
        tests: ["uidbatches"],
    }
    UidOnly "UIDONLY" [9586] Typed {
        commands: ["ENABLE"],
        responses: ["UIDFETCH", "VANISHED"],
        codes: ["UIDREQUIRED"],
        tests: ["uids::only_uids_are_told", "uids::vanished_for_expunge", "uids::numbers_are_refused", "rfc9586"],
        confirmed: [CyrusNew],
    }
    UidPlus "UIDPLUS" [4315] Typed {
        commands: ["UID EXPUNGE"],
        codes: ["APPENDUID", "COPYUID", "UIDNOTSTICKY"],
        tests: ["moving::copy_uids", "moving::uid_expunge", "6.4.9-uid-expunge", "rfc4315", "rfc2359"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    Unauthenticate "UNAUTHENTICATE" [8437] Typed {
        commands: ["UNAUTHENTICATE"],
        tests: ["access::unauthenticate", "unauthenticate"],
        confirmed: [Cyrus, CyrusNew],
    }
    Unselect "UNSELECT" [3691] Typed {
        commands: ["UNSELECT"],
        tests: ["selecting::unselect", "6.4.2-unselect", "rfc3691"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    UrlPartial "URL-PARTIAL" [5550] Typed {
        tests: ["offered::url_partial"],
        confirmed: [Dovecot, DovecotNew, CyrusNew],
    }
    UrlAuth "URLAUTH" [4467] Typed {
        commands: ["GENURLAUTH", "RESETKEY", "URLFETCH"],
        responses: ["GENURLAUTH", "URLFETCH"],
        codes: ["BADURL", "URLMECH"],
        tests: ["urls::authorized_and_fetched", "urls::key_is_reset", "rfc4467"],
        confirmed: [Dovecot, Cyrus, CyrusNew],
    }
    UrlAuthBinary "URLAUTH=BINARY" [5524] Typed {
        commands: ["URLFETCH"],
        responses: ["URLFETCH"],
        tests: ["urls::decoded", "rfc5524"],
        confirmed: [Dovecot, Cyrus, CyrusNew],
    }
    Utf8Accept "UTF8=ACCEPT" [9755, 6855] Typed {
        commands: ["ENABLE", "APPEND"],
        options: ["UTF8"],
        tests: ["unicode::utf8_accept", "utf8-accept"],
        confirmed: [DovecotNew, CyrusNew],
    }
    Utf8All "UTF8=ALL" [5738] Keyword {
        tests: ["keywords"],
    }
    Utf8Append "UTF8=APPEND" [5738] Keyword {
        tests: ["keywords"],
    }
    Utf8Only "UTF8=ONLY" [9755, 6855] Typed {
        commands: ["ENABLE"],
        tests: ["utf8-only"],
    }
    Utf8User "UTF8=USER" [5738] Keyword {
        tests: ["keywords"],
    }
    Within "WITHIN" [5032] Typed {
        commands: ["SEARCH"],
        search_keys: ["OLDER", "YOUNGER"],
        tests: ["searching::within", "rfc5032"],
        confirmed: [Dovecot, DovecotNew, Cyrus, CyrusNew],
    }
    // Of vendors.
    AnnotateMore "ANNOTATEMORE" [] Typed {
        commands: ["GETANNOTATION", "SETANNOTATION"],
        responses: ["ANNOTATION"],
        tests: ["vendor::annotatemore", "annotatemore"],
        confirmed: [Cyrus, CyrusNew],
    }
    DigestSha1 "DIGEST=SHA1" [] Named {
        commands: ["FETCH"],
        responses: ["FETCH"],
        fetch_items: ["DIGEST.SHA1"],
        tests: ["vendor::digest"],
        confirmed: [Cyrus, CyrusNew],
    }
    PreviewFuzzy "PREVIEW=FUZZY" [] Typed {
        commands: ["FETCH"],
        responses: ["FETCH"],
        fetch_items: ["PREVIEW"],
        options: ["FUZZY"],
        tests: ["vendor::preview_fuzzy"],
        confirmed: [Dovecot, DovecotNew],
    }
    ProxyAuth "PROXYAUTH" [] Typed {
        commands: ["PROXYAUTH"],
        tests: ["proxyauth"],
    }
    Scan "SCAN" [] Named {
        commands: ["SCAN"],
        responses: ["LIST"],
        tests: ["vendor::scan"],
        confirmed: [Cyrus],
    }
    SortModSeq "SORT=MODSEQ" [] Typed {
        commands: ["SORT"],
        tests: ["vendor::sort_by_mod_seq"],
        confirmed: [Cyrus, CyrusNew],
    }
    SortUid "SORT=UID" [] Typed {
        commands: ["SORT"],
        tests: ["vendor::sort_by_uid"],
        confirmed: [Cyrus, CyrusNew],
    }
    SnippetFuzzy "SNIPPET=FUZZY" [] Typed {
        commands: ["FETCH"],
        responses: ["FETCH"],
        fetch_items: ["SNIPPET"],
        tests: ["objects::snippet"],
        confirmed: [Dovecot, DovecotNew],
    }
    CreatedModSeq "X-CREATEDMODSEQ" [] Named {
        commands: ["FETCH", "STATUS"],
        responses: ["FETCH", "STATUS"],
        fetch_items: ["CREATEDMODSEQ"],
        status_items: ["CREATEDMODSEQ"],
        tests: ["vendor::created_mod_seq"],
        confirmed: [Cyrus, CyrusNew],
    }
    GmailExtensions "X-GM-EXT-1" [] Typed {
        commands: ["FETCH", "STORE", "SEARCH"],
        responses: ["FETCH"],
        fetch_items: ["X-GM-MSGID", "X-GM-THRID", "X-GM-LABELS"],
        search_keys: ["X-GM-RAW", "X-GM-LABELS", "X-GM-MSGID", "X-GM-THRID"],
        tests: ["x-gm-ext-1"],
    }
    Netscape "X-NETSCAPE" [] Typed {
        commands: ["NETSCAPE"],
        responses: ["NETSCAPE", "ACCOUNT", "ACCOUNT-URL"],
        tests: ["netscape"],
    }
    XQuota "X-QUOTA=" [] Typed {
        commands: ["GETQUOTA", "GETQUOTAROOT", "SETQUOTA"],
        responses: ["QUOTA", "QUOTAROOT"],
        tests: ["vendor::x_quota"],
        confirmed: [Cyrus],
    }
    ApplePushService "XAPPLEPUSHSERVICE" [] Typed {
        commands: ["XAPPLEPUSHSERVICE"],
        responses: ["XAPPLEPUSHSERVICE"],
        tests: ["xapplepushservice"],
    }
    Conversations "XCONVERSATIONS" [] Named {
        commands: ["FETCH", "STATUS"],
        responses: ["FETCH", "STATUS"],
        fetch_items: ["CID"],
        status_items: ["XCONVEXISTS", "XCONVUNSEEN", "XCONVMODSEQ"],
        tests: ["vendor::conversations"],
        confirmed: [Cyrus, CyrusNew],
    }
    Xlist "XLIST" [] Typed {
        commands: ["XLIST"],
        responses: ["XLIST"],
        tests: ["server::xlist"],
        confirmed: [Cyrus, CyrusNew],
    }
    Xmove "XMOVE" [] Named {
        commands: ["XMOVE"],
        responses: ["OK", "EXPUNGE"],
        codes: ["COPYUID"],
        tests: ["vendor::xmove", "keywords"],
        confirmed: [Cyrus],
    }
    Xsnippets "XSNIPPETS" [] Keyword {
        tests: ["keywords"],
    }
    Xstop "XSTOP" [] Keyword {
        tests: ["keywords"],
    }
    YahooHighestModSeq "XYMHIGHESTMODSEQ" [] Typed {
        commands: ["SELECT", "STATUS"],
        responses: ["STATUS"],
        codes: ["XYMHIGHESTMODSEQ"],
        status_items: ["XYMHIGHESTMODSEQ"],
        tests: ["xymhighestmodseq"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Code;

    #[test]
    fn names_are_unique_and_each_is_found() {
        for (at, known) in TABLE.iter().enumerate() {
            let found = KnownCapability::find(known.name.to_lowercase());
            assert_eq!(found, Some(known));
            assert_eq!(known.capability.info(), known);
            let mut before = TABLE.iter().take(at);
            assert!(
                before.all(|other| other.name != known.name),
                "{} stands twice",
                known.name
            );
        }
    }

    #[test]
    fn families_take_their_members_only() {
        let name = |name: &str| KnownCapability::find(name).map(|known| known.name);
        assert_eq!(name("QUOTA=RES-STORAGE"), Some("QUOTA=RES-"));
        assert_eq!(name("appendlimit=35651584"), Some("APPENDLIMIT="));
        assert_eq!(name("THREAD=REFS"), Some("THREAD="));
        assert_eq!(name("LITERAL-"), Some("LITERAL-"));
        for unknown in ["LITERAL-X", "AUTHX", "", "=", "SORT=X"] {
            assert_eq!(name(unknown), None);
        }
    }

    /// Codes without arguments are easily forgotten in `Code`.
    #[test]
    fn codes_of_typed_capabilities_have_types() {
        let with_arguments = [
            "ANNOTATE",
            "ANNOTATIONS",
            "APPENDUID",
            "BADCHARSET",
            "BADEVENT",
            "BADURL",
            "CAPABILITY",
            "COPYUID",
            "HIGHESTMODSEQ",
            "INPROGRESS",
            "MAILBOXID",
            "MAXCONVERTMESSAGES",
            "MAXCONVERTPARTS",
            "MESSAGELIMIT",
            "METADATA",
            "MODIFIED",
            "NOUPDATE",
            "PERMANENTFLAGS",
            "REFERRAL",
            "UIDNEXT",
            "UIDVALIDITY",
            "UNDEFINED-FILTER",
            "UNSEEN",
            "URLMECH",
            "XYMHIGHESTMODSEQ",
        ];
        for known in TABLE.iter().filter(|known| known.support == Support::Typed) {
            for code in known.codes {
                let typed = with_arguments.contains(code) || Code::plain(code.as_bytes()).is_some();
                assert!(typed, "{}: {code}", known.name);
            }
        }
    }
}
