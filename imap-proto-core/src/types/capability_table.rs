//! All that is known of capabilities: the RFCs, their commands, responses and response codes.
//!
//! The README's table of RFCs is made from this one.

/// A capability, and what belongs to it.
///
/// ```
/// use imap_proto_core::types::KnownCapability;
/// let sort = KnownCapability::find("sort=display").expect("it is known");
/// assert_eq!((sort.name, sort.rfcs), ("SORT=DISPLAY", &[5957][..]));
/// let auth = KnownCapability::find("AUTH=SCRAM-SHA-256").expect("it is known");
/// assert_eq!(auth.name, "AUTH=");
/// assert!(KnownCapability::find("XYZZY").is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownCapability {
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
}

/// How much this crate knows of a capability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Support {
    /// Its responses, data items and response codes have types of their own, or it has none.
    Typed,
    /// Its name is known; what servers send comes as a tree of tokens or as raw arguments.
    Named,
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

/// Makes the table of lines: name, RFCs, support, commands, responses, response codes.
macro_rules! capabilities {
    ($($name:literal $rfcs:tt $support:ident $commands:tt $responses:tt $codes:tt;)*) => {
        const TABLE: &[KnownCapability] = &[$(KnownCapability {
            name: $name,
            rfcs: &$rfcs,
            support: Support::$support,
            commands: &$commands,
            responses: &$responses,
            codes: &$codes,
        }),*];
    };
}

capabilities! {
    // The base protocols.
    "IMAP4rev1" [3501] Typed
        ["CAPABILITY", "NOOP", "LOGOUT", "STARTTLS", "AUTHENTICATE", "LOGIN", "SELECT", "EXAMINE",
         "CREATE", "DELETE", "RENAME", "SUBSCRIBE", "UNSUBSCRIBE", "LIST", "STATUS", "APPEND",
         "CLOSE", "EXPUNGE", "SEARCH", "FETCH", "STORE", "COPY", "LSUB", "CHECK"]
        ["OK", "NO", "BAD", "BYE", "PREAUTH", "CAPABILITY", "LIST", "LSUB", "STATUS", "SEARCH",
         "FLAGS", "EXISTS", "RECENT", "EXPUNGE", "FETCH"]
        ["ALERT", "BADCHARSET", "CAPABILITY", "PARSE", "PERMANENTFLAGS", "READ-ONLY",
         "READ-WRITE", "TRYCREATE", "UIDNEXT", "UIDVALIDITY", "UNSEEN"];
    "IMAP4rev2" [9051] Typed
        ["CAPABILITY", "NOOP", "LOGOUT", "STARTTLS", "AUTHENTICATE", "LOGIN", "SELECT", "EXAMINE",
         "CREATE", "DELETE", "RENAME", "SUBSCRIBE", "UNSUBSCRIBE", "LIST", "STATUS", "APPEND",
         "CLOSE", "EXPUNGE", "SEARCH", "FETCH", "STORE", "COPY", "ENABLE", "IDLE", "MOVE",
         "NAMESPACE", "UNSELECT", "UID EXPUNGE"]
        ["OK", "NO", "BAD", "BYE", "PREAUTH", "CAPABILITY", "ENABLED", "LIST", "NAMESPACE",
         "STATUS", "ESEARCH", "FLAGS", "EXISTS", "EXPUNGE", "FETCH"]
        ["ALERT", "ALREADYEXISTS", "APPENDUID", "AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED",
         "BADCHARSET", "CANNOT", "CAPABILITY", "CLIENTBUG", "CLOSED", "CONTACTADMIN", "COPYUID",
         "CORRUPTION", "EXPIRED", "EXPUNGEISSUED", "HASCHILDREN", "INUSE", "LIMIT", "NONEXISTENT",
         "NOPERM", "NOTSAVED", "OVERQUOTA", "PARSE", "PERMANENTFLAGS", "PRIVACYREQUIRED",
         "READ-ONLY", "READ-WRITE", "SERVERBUG", "TRYCREATE", "UIDNEXT", "UIDNOTSTICKY",
         "UIDVALIDITY", "UNAVAILABLE", "UNKNOWN-CTE"];
    // Extensions with an RFC.
    "ACL" [4314, 2086] Typed
        ["SETACL", "DELETEACL", "GETACL", "LISTRIGHTS", "MYRIGHTS"]
        ["ACL", "LISTRIGHTS", "MYRIGHTS"]
        [];
    "ANNOTATE-EXPERIMENT-1" [5257] Named [] [] ["ANNOTATE", "ANNOTATIONS"];
    "APPENDLIMIT" [7889] Typed ["STATUS"] ["STATUS"] ["TOOBIG"];
    "APPENDLIMIT=" [7889] Typed [] [] ["TOOBIG"];
    "AUTH=" [3501, 9051] Typed
        ["AUTHENTICATE"]
        []
        ["AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED",
         "CONTACTADMIN", "UNAVAILABLE"];
    "BINARY" [3516] Typed ["FETCH", "APPEND"] ["FETCH"] ["UNKNOWN-CTE"];
    "CATENATE" [4469] Typed ["APPEND"] [] ["BADURL", "TOOBIG"];
    "CHILDREN" [3348] Typed ["LIST"] ["LIST"] [];
    "COMPRESS=DEFLATE" [4978] Typed ["COMPRESS"] [] ["COMPRESSIONACTIVE"];
    "CONDSTORE" [7162, 4551] Typed
        ["SELECT", "FETCH", "STORE", "SEARCH", "STATUS"]
        ["FETCH", "SEARCH", "STATUS"]
        ["HIGHESTMODSEQ", "NOMODSEQ", "MODIFIED"];
    "CONTEXT=SEARCH" [5267] Typed ["SEARCH", "CANCELUPDATE"] ["ESEARCH"] ["NOUPDATE"];
    "CONTEXT=SORT" [5267] Typed ["SORT", "CANCELUPDATE"] ["ESEARCH"] ["NOUPDATE"];
    "CONVERT" [5259] Named
        ["CONVERT", "CONVERSIONS"]
        ["CONVERTED", "CONVERSION"]
        ["TEMPFAIL", "MAXCONVERTMESSAGES", "MAXCONVERTPARTS"];
    "CREATE-SPECIAL-USE" [6154] Typed ["CREATE"] [] ["USEATTR"];
    "ENABLE" [5161] Typed ["ENABLE"] ["ENABLED"] [];
    "ESEARCH" [4731] Typed ["SEARCH"] ["ESEARCH"] [];
    "ESORT" [5267] Typed ["SORT"] ["ESEARCH"] [];
    "FILTERS" [5466] Typed ["SEARCH"] [] ["UNDEFINED-FILTER"];
    "I18NLEVEL=1" [5255] Typed [] [] [];
    "I18NLEVEL=2" [5255] Named ["COMPARATOR"] ["COMPARATOR"] ["BADCOMPARATOR"];
    "ID" [2971] Typed ["ID"] ["ID"] [];
    "IDLE" [2177] Typed ["IDLE"] [] [];
    "IMAPSIEVE=" [6785] Typed [] [] [];
    "INPROGRESS" [9585] Typed [] ["OK"] ["INPROGRESS"];
    "JMAPACCESS" [9698] Named ["GETJMAPACCESS"] ["JMAPACCESS"] [];
    "LANGUAGE" [5255] Named ["LANGUAGE"] ["LANGUAGE", "NAMESPACE"] [];
    "LIST-EXTENDED" [5258] Typed ["LIST"] ["LIST"] [];
    "LIST-METADATA" [9590] Typed ["LIST"] ["METADATA"] [];
    "LIST-MYRIGHTS" [8440] Typed ["LIST"] ["MYRIGHTS"] [];
    "LIST-STATUS" [5819] Typed ["LIST"] ["STATUS"] [];
    "LITERAL+" [7888] Typed [] [] [];
    "LITERAL-" [7888] Typed [] [] ["TOOBIG"];
    "LOGIN-REFERRALS" [2221] Typed ["AUTHENTICATE", "LOGIN"] [] ["REFERRAL"];
    "LOGINDISABLED" [3501, 9051] Typed [] [] [];
    "MAILBOX-REFERRALS" [2193] Typed ["RLIST", "RLSUB"] ["LIST", "LSUB"] ["REFERRAL"];
    "MESSAGELIMIT=" [9738] Typed [] [] ["MESSAGELIMIT"];
    "METADATA" [5464] Typed ["GETMETADATA", "SETMETADATA"] ["METADATA"] ["METADATA"];
    "METADATA-SERVER" [5464] Typed ["GETMETADATA", "SETMETADATA"] ["METADATA"] ["METADATA"];
    "MOVE" [6851] Typed ["MOVE"] ["OK", "EXPUNGE", "VANISHED"] ["COPYUID"];
    "MULTIAPPEND" [3502] Typed ["APPEND"] [] ["APPENDUID"];
    "MULTISEARCH" [7377, 6237] Typed ["ESEARCH"] ["ESEARCH"] [];
    "NAMESPACE" [2342] Typed ["NAMESPACE"] ["NAMESPACE"] [];
    "NOTIFY" [5465] Typed
        ["NOTIFY"]
        ["STATUS", "LIST", "METADATA", "FETCH", "EXPUNGE", "VANISHED"]
        ["NOTIFICATIONOVERFLOW", "BADEVENT"];
    "OBJECTID" [8474] Typed ["FETCH", "STATUS"] ["FETCH", "STATUS"] ["MAILBOXID"];
    "PARTIAL" [9394] Typed ["SEARCH", "FETCH"] ["ESEARCH"] [];
    "PREVIEW" [8970] Typed ["FETCH"] ["FETCH"] [];
    "QRESYNC" [7162, 5162] Typed ["ENABLE", "SELECT", "FETCH"] ["VANISHED"] ["CLOSED"];
    "QUOTA" [9208, 2087] Typed ["GETQUOTA", "GETQUOTAROOT"] ["QUOTA", "QUOTAROOT"] ["OVERQUOTA"];
    "QUOTA=RES-" [9208] Typed
        ["GETQUOTA", "GETQUOTAROOT", "STATUS"]
        ["QUOTA", "QUOTAROOT", "STATUS"]
        ["OVERQUOTA"];
    "QUOTASET" [9208] Typed ["SETQUOTA"] ["QUOTA"] [];
    "REPLACE" [8508] Typed ["REPLACE"] ["OK", "EXPUNGE", "VANISHED"] ["APPENDUID"];
    "RIGHTS=" [4314] Typed ["SETACL"] ["ACL", "LISTRIGHTS", "MYRIGHTS"] [];
    "SASL-IR" [4959] Typed ["AUTHENTICATE"] [] [];
    "SAVEDATE" [8514] Typed ["FETCH", "SEARCH"] ["FETCH"] [];
    "SAVELIMIT=" [9738] Typed ["COPY", "APPEND"] [] ["MESSAGELIMIT"];
    "SEARCH=FUZZY" [6203] Typed ["SEARCH", "SORT"] ["ESEARCH"] [];
    "SEARCHRES" [5182] Typed ["SEARCH"] ["ESEARCH"] ["NOTSAVED"];
    "SORT" [5256] Typed ["SORT"] ["SORT"] ["BADCHARSET"];
    "SORT=DISPLAY" [5957] Typed ["SORT"] ["SORT"] [];
    "SPECIAL-USE" [6154, 8457] Typed ["LIST"] ["LIST"] [];
    "STARTTLS" [3501, 9051] Typed ["STARTTLS"] [] [];
    "STATUS=SIZE" [8438] Typed ["STATUS"] ["STATUS"] [];
    "THREAD=" [5256] Typed ["THREAD"] ["THREAD"] ["BADCHARSET"];
    "UIDBATCHES" [10022] Named ["UIDBATCHES"] ["UIDBATCHES"] ["TOOFEW", "TOOMANY"];
    "UIDONLY" [9586] Typed ["ENABLE"] ["UIDFETCH", "VANISHED"] ["UIDREQUIRED"];
    "UIDPLUS" [4315] Typed ["UID EXPUNGE"] [] ["APPENDUID", "COPYUID", "UIDNOTSTICKY"];
    "UNAUTHENTICATE" [8437] Typed ["UNAUTHENTICATE"] [] [];
    "UNSELECT" [3691] Typed ["UNSELECT"] [] [];
    "URL-PARTIAL" [5550] Named [] [] [];
    "URLAUTH" [4467] Named
        ["GENURLAUTH", "RESETKEY", "URLFETCH"]
        ["GENURLAUTH", "URLFETCH"]
        ["BADURL", "URLMECH"];
    "URLAUTH=BINARY" [5524] Named ["URLFETCH"] ["URLFETCH"] [];
    "UTF8=ACCEPT" [9755, 6855] Typed ["ENABLE"] [] [];
    "UTF8=ALL" [5738] Named [] [] [];
    "UTF8=APPEND" [5738] Named [] [] [];
    "UTF8=ONLY" [9755, 6855] Typed ["ENABLE"] [] [];
    "UTF8=USER" [5738] Named [] [] [];
    "WITHIN" [5032] Typed ["SEARCH"] [] [];
    // Of vendors.
    "ANNOTATEMORE" [] Named ["GETANNOTATION", "SETANNOTATION"] ["ANNOTATION"] [];
    "PROXYAUTH" [] Named ["PROXYAUTH"] [] [];
    "SNIPPET=FUZZY" [] Named ["FETCH"] ["FETCH"] [];
    "X-GM-EXT-1" [] Named ["FETCH", "STORE", "SEARCH"] ["FETCH"] [];
    "X-NETSCAPE" [] Named ["NETSCAPE"] ["NETSCAPE", "ACCOUNT"] [];
    "XAPPLEPUSHSERVICE" [] Named ["XAPPLEPUSHSERVICE"] ["XAPPLEPUSHSERVICE"] [];
    "XCONVERSATIONS" [] Named [] [] [];
    "XLIST" [] Typed ["XLIST"] ["XLIST"] [];
    "XMOVE" [] Named [] [] [];
    "XSNIPPETS" [] Named [] [] [];
    "XSTOP" [] Named [] [] [];
    "XYMHIGHESTMODSEQ" [] Named ["SELECT", "STATUS"] ["STATUS"] ["XYMHIGHESTMODSEQ"];
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
            "APPENDUID",
            "BADCHARSET",
            "BADEVENT",
            "BADURL",
            "CAPABILITY",
            "COPYUID",
            "HIGHESTMODSEQ",
            "INPROGRESS",
            "MAILBOXID",
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
        ];
        for known in TABLE.iter().filter(|known| known.support == Support::Typed) {
            for code in known.codes {
                let typed = with_arguments.contains(code) || Code::plain(code.as_bytes()).is_some();
                assert!(typed, "{}: {code}", known.name);
            }
        }
    }
}
