//! Conditions with their codes.

use super::text::{Text, next};

/// Codes without arguments (RFC 9051 §7.1, and the extensions).
const PLAIN: [&str; 45] = [
    "ALERT",
    "ALREADYEXISTS",
    "AUTHENTICATIONFAILED",
    "AUTHORIZATIONFAILED",
    "BADCOMPARATOR",
    "CANNOT",
    "CLIENTBUG",
    "CLOSED",
    "COMPRESSIONACTIVE",
    "CONTACTADMIN",
    "CORRUPTION",
    "EXPIRED",
    "EXPUNGEISSUED",
    "HASCHILDREN",
    "INUSE",
    "LIMIT",
    "NOMODSEQ",
    "NONEXISTENT",
    "NOPERM",
    "NOTIFICATIONOVERFLOW",
    "NOTSAVED",
    "OVERQUOTA",
    "PARSE",
    "PRIVACYREQUIRED",
    "READ-ONLY",
    "READ-WRITE",
    "SERVERBUG",
    "TEMPFAIL",
    "TOOBIG",
    "TOOFEW",
    "TOOMANY",
    "TRYCREATE",
    "UIDNOTSTICKY",
    "UIDREQUIRED",
    "UNAVAILABLE",
    "UNKNOWN-CTE",
    "USEATTR",
    "BADCHARSET",
    "INPROGRESS",
    "ANNOTATE TOOBIG",
    "ANNOTATE TOOMANY",
    "ANNOTATIONS NONE",
    "METADATA TOOMANY",
    "METADATA NOPRIVATE",
    "ANNOTATIONS READ-ONLY NOPRIVATE",
];

type Code = fn(&mut Text<'_>);

/// Codes with arguments.
const TYPED: [Code; 28] = [
    |text| _ = text.put("ANNOTATIONS ").number(),
    |text| _ = text.put("ANNOTATIONS ").number().put(" NOPRIVATE"),
    |text| _ = text.put("APPENDUID ").number().space().set(),
    |text| {
        text.put("BADCHARSET ")
            .list(1, 3, |text| _ = text.astring());
    },
    |text| text.put("BADEVENT ").list(1, 3, |text| _ = text.atom()),
    |text| _ = text.put("BADURL imap://a/b;UIDVALIDITY=1/;UID=").number(),
    |text| {
        text.put("CAPABILITY IMAP4rev1 ")
            .several(1, 4, |text| _ = text.atom());
    },
    |text| _ = text.put("COPYUID ").number().space().set().space().set(),
    |text| _ = text.put("HIGHESTMODSEQ ").large(),
    |text| _ = text.put("XYMHIGHESTMODSEQ ").large(),
    |text| {
        _ = text
            .put("INPROGRESS (")
            .quoted()
            .space()
            .number()
            .space()
            .number()
            .put(")");
    },
    |text| _ = text.put("INPROGRESS (NIL NIL NIL)"),
    |text| _ = text.put("MAILBOXID (").atom().put(")"),
    |text| _ = text.put("MAXCONVERTMESSAGES ").number(),
    |text| _ = text.put("MAXCONVERTPARTS ").number(),
    |text| _ = text.put("MESSAGELIMIT ").number(),
    |text| _ = text.put("MESSAGELIMIT ").number().space().number(),
    |text| _ = text.put("METADATA LONGENTRIES ").large(),
    |text| _ = text.put("METADATA MAXSIZE ").large(),
    |text| _ = text.put("MODIFIED ").set(),
    |text| _ = text.put("NOUPDATE ").quoted(),
    |text| {
        text.put("PERMANENTFLAGS (")
            .several(0, 4, |text| _ = text.flag());
        text.put(")");
    },
    |text| _ = text.put("PERMANENTFLAGS (\\Seen \\*)"),
    |text| {
        _ = text
            .put("REFERRAL imap://user@server")
            .number()
            .put("/ imap://x/");
    },
    |text| _ = text.put("UIDNEXT ").number(),
    |text| _ = text.word(&["UIDVALIDITY ", "UNSEEN "]).number(),
    |text| _ = text.put("UNDEFINED-FILTER ").atom(),
    |text| _ = text.put("URLMECH INTERNAL XSAMPLE=P34OKhO7VEkCbsiYY8rGEg=="),
];

/// A code in brackets, or none, and text.
pub(super) fn text_of(text: &mut Text<'_>) {
    text.quoted_only = true;
    match text.choices.below(8) {
        0 => {}
        1 => _ = text.put("[X-").atom().put("] "),
        2 => _ = text.put("[X-").atom().space().number().put("] "),
        3 | 4 => {
            let code = next(&PLAIN, &mut text.turns.plain_codes);
            text.put("[").put(code).put("] ");
        }
        _ => {
            let code = next(&TYPED, &mut text.turns.codes);
            text.put("[");
            code(text);
            text.put("] ");
        }
    }
    text.word(&["done", "a {12", "[", "\"x\" (y)", "T\u{fc}r", "it's % \\ *"]);
    text.quoted_only = false;
}

/// OK, NO, BAD, BYE or PREAUTH without a tag.
pub(super) fn condition(text: &mut Text<'_>) {
    text.word(&["OK ", "NO ", "BAD ", "BYE ", "PREAUTH "]);
    text_of(text);
}
