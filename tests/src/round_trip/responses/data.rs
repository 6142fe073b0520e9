//! Responses of mailboxes, searches and extensions.

use super::fetch::structure;
use super::text::Text;

pub(super) fn acl(text: &mut Text<'_>) {
    text.put("ACL ").mailbox();
    for _ in 0..text.choices.below(3) {
        text.space()
            .astring()
            .word(&[" lrs", " \"\"", " lrswipkxtea"]);
    }
}

pub(super) fn annotation(text: &mut Text<'_>) {
    text.put("ANNOTATION ").mailbox();
    if text.choices.flag() {
        text.put(" \"/comment\" \"/x\"");
        return;
    }
    text.put(" \"/comment\" ");
    text.list(1, 2, |text| {
        text.word(&["\"value.shared\" ", "\"size.priv\" "])
            .nstring();
    });
}

/// `CAPABILITY` and `ENABLED`.
fn names(text: &mut Text<'_>, name: &str) {
    text.put(name);
    for _ in 0..text.choices.below(5) {
        text.space().atom();
    }
}

pub(super) fn capability(text: &mut Text<'_>) {
    names(text, "CAPABILITY IMAP4rev1");
}

pub(super) fn enabled(text: &mut Text<'_>) {
    names(text, "ENABLED");
}

pub(super) fn comparator(text: &mut Text<'_>) {
    text.put("COMPARATOR ").astring();
    if text.choices.flag() {
        text.space().list(1, 3, |text| _ = text.astring());
    }
}

pub(super) fn conversion(text: &mut Text<'_>) {
    text.put("CONVERSION ").string().space().string();
    if text.choices.flag() {
        text.space().list(1, 3, |text| _ = text.string());
    }
}

pub(super) fn converted(text: &mut Text<'_>) {
    text.number().put(" CONVERTED (TAG ").quoted().put(") (");
    if text.choices.flag() {
        text.put("UID ").number().space();
    }
    text.several(1, 3, |text| match text.choices.below(7) {
        0 => _ = text.put("BINARY[").part().put("] ").octets(),
        1 => _ = text.put("BINARY.SIZE[").part().put("] ").number(),
        2 => structure(text.put("BODYPARTSTRUCTURE[").part().put("] "), 1, true),
        3 => {
            _ = text
                .put("AVAILABLECONVERSIONS[")
                .part()
                .put("] ((\"a/b\" \"c/d\"))");
        }
        4 => _ = text.put("BODY[HEADER] ").nstring(),
        5 => {
            text.put("BINARY[").part().put("] (ERROR ").quoted();
            text.word(&[
                " TEMPFAIL 5)",
                " BADPARAMETERS \"a/b\" \"c/d\" (\"x\"))",
                " MISSINGPARAMETERS (CHARSET))",
                " X-NEW)",
            ]);
        }
        _ => _ = text.put("X-").atom().space().token(1),
    });
    text.put(")");
}

pub(super) fn esearch(text: &mut Text<'_>) {
    text.put("ESEARCH");
    match text.choices.below(3) {
        0 => {}
        1 => _ = text.put(" (TAG ").quoted().put(")"),
        _ => {
            text.put(" (TAG ").quoted().put(" MAILBOX ").mailbox();
            text.put(" UIDVALIDITY ").number().put(")");
        }
    }
    if text.choices.flag() {
        text.put(" UID");
    }
    for _ in 0..text.choices.below(4) {
        text.space();
        match text.choices.below(10) {
            0 => _ = text.put("MIN ").number(),
            1 => _ = text.put("MAX ").number(),
            2 => _ = text.put("COUNT ").number(),
            3 => _ = text.put("ALL ").set(),
            4 => _ = text.put("MODSEQ ").large(),
            5 => _ = text.word(&["PARTIAL (1:9 NIL)", "PARTIAL (-1:-9 2:5)"]),
            6 => text
                .put("RELEVANCY ")
                .list(1, 4, |text| _ = text.word(&["1", "50", "100"])),
            7 => text
                .put("ADDTO ")
                .list(1, 2, |text| _ = text.number().space().set()),
            8 => text
                .put("REMOVEFROM ")
                .list(1, 2, |text| _ = text.put("0 ").set()),
            _ => _ = text.put("X-").atom().space().token(1),
        }
    }
}

pub(super) fn exists(text: &mut Text<'_>) {
    text.number().put(" EXISTS");
}

pub(super) fn expunge(text: &mut Text<'_>) {
    text.number().put(" EXPUNGE");
}

pub(super) fn recent(text: &mut Text<'_>) {
    text.number().put(" RECENT");
}

pub(super) fn flags(text: &mut Text<'_>) {
    text.put("FLAGS ").list(0, 6, |text| _ = text.flag());
}

pub(super) fn gen_url_auth(text: &mut Text<'_>) {
    text.put("GENURLAUTH");
    for _ in 0..=text.choices.below(2) {
        text.space().astring();
    }
}

pub(super) fn id(text: &mut Text<'_>) {
    if text.choices.below(4) == 0 {
        text.put("ID NIL");
        return;
    }
    text.put("ID ")
        .list(1, 3, |text| _ = text.string().space().nstring());
}

pub(super) fn jmap_access(text: &mut Text<'_>) {
    text.put("JMAPACCESS ").quoted();
}

pub(super) fn language(text: &mut Text<'_>) {
    text.put("LANGUAGE ").list(1, 3, |text| _ = text.astring());
}

fn attributes(text: &mut Text<'_>) {
    let known = [
        "\\HasChildren",
        "\\HasNoChildren",
        "\\Noselect",
        "\\Noinferiors",
        "\\Marked",
        "\\Sent",
        "\\NonExistent",
        "\\Subscribed",
        "\\X-New",
    ];
    text.list(0, 3, |text| _ = text.word(&known));
    text.word(&[" \"/\" ", " NIL ", " \".\" ", " \"\\\\\" "])
        .mailbox();
}

pub(super) fn list(text: &mut Text<'_>) {
    attributes(text.word(&["LIST ", "LIST ", "XLIST "]));
    if text.choices.below(3) == 0 {
        text.word(&[
            " (\"CHILDINFO\" (\"SUBSCRIBED\"))",
            " (OLDNAME (\"old\"))",
            " (X-A 5 X-B (a (b \"c\")))",
        ]);
    }
}

pub(super) fn lsub(text: &mut Text<'_>) {
    attributes(text.put("LSUB "));
}

pub(super) fn list_rights(text: &mut Text<'_>) {
    text.put("LISTRIGHTS ").mailbox().space().astring();
    text.word(&[" la r swicd", " \"\" l r s w", " lrs"]);
}

pub(super) fn my_rights(text: &mut Text<'_>) {
    text.put("MYRIGHTS ")
        .mailbox()
        .word(&[" lrs", " \"\"", " rwiptsldaex"]);
}

pub(super) fn metadata(text: &mut Text<'_>) {
    text.put("METADATA ").mailbox().space();
    if text.choices.flag() {
        text.several(1, 3, |text| {
            _ = text.word(&["/shared/comment", "\"/private/x y\""]);
        });
        return;
    }
    text.list(1, 3, |text| {
        text.word(&["/shared/comment ", "\"/private/x y\" "])
            .octets();
    });
}

pub(super) fn namespace(text: &mut Text<'_>) {
    text.put("NAMESPACE ");
    text.several(3, 3, |text| {
        if text.choices.flag() {
            text.put("NIL");
            return;
        }
        text.put("(");
        for _ in 0..=text.choices.below(2) {
            text.put("(").string().word(&[" \"/\"", " NIL", " \".\""]);
            text.word(&["", "", " \"X-PARAM\" (\"FLAG1\" \"FLAG2\")"])
                .put(")");
        }
        text.put(")");
    });
}

pub(super) fn netscape(text: &mut Text<'_>) {
    text.word(&["NETSCAPE ", "ACCOUNT ", "ACCOUNT-URL "]).atom();
}

pub(super) fn push_service(text: &mut Text<'_>) {
    text.put("XAPPLEPUSHSERVICE ");
    text.several(1, 3, |text| _ = text.string().space().string());
}

pub(super) fn quota(text: &mut Text<'_>) {
    text.put("QUOTA ").astring().space();
    text.list(0, 2, |text| {
        text.word(&["STORAGE ", "MESSAGE ", "X-NEW "])
            .large()
            .space()
            .large();
    });
}

pub(super) fn quota_root(text: &mut Text<'_>) {
    text.put("QUOTAROOT ").mailbox();
    for _ in 0..text.choices.below(3) {
        text.space().astring();
    }
}

/// SEARCH and SORT.
fn numbers(text: &mut Text<'_>, name: &str) {
    text.put(name);
    for _ in 0..text.choices.below(6) {
        text.space().number();
    }
    if text.choices.below(4) == 0 {
        text.put(" (MODSEQ ").large().put(")");
    }
}

pub(super) fn search(text: &mut Text<'_>) {
    numbers(text, "SEARCH");
}

pub(super) fn sort(text: &mut Text<'_>) {
    numbers(text, "SORT");
}

pub(super) fn status(text: &mut Text<'_>) {
    text.put("STATUS ").mailbox().space();
    text.list(0, 5, |text| match text.choices.below(14) {
        0 => _ = text.put("MESSAGES ").number(),
        1 => _ = text.put("RECENT ").number(),
        2 => _ = text.put("UIDNEXT ").number(),
        3 => _ = text.put("UIDVALIDITY ").number(),
        4 => _ = text.put("UNSEEN ").number(),
        5 => _ = text.put("DELETED ").number(),
        6 => _ = text.put("SIZE ").large(),
        7 => _ = text.put("HIGHESTMODSEQ ").large(),
        8 => _ = text.put("MAILBOXID (").atom().put(")"),
        9 => _ = text.put("APPENDLIMIT ").large(),
        10 => _ = text.put("APPENDLIMIT NIL"),
        11 => _ = text.put("DELETED-STORAGE ").large(),
        12 => _ = text.put("XYMHIGHESTMODSEQ ").large(),
        _ => _ = text.put("X-").atom().space().token(1),
    });
}

pub(super) fn thread(text: &mut Text<'_>) {
    text.put("THREAD");
    if text.choices.below(8) == 0 {
        return;
    }
    text.space();
    for _ in 0..=text.choices.below(3) {
        one_thread(text, 3);
    }
}

/// Messages one after another, then branches; a thread may lack its root.
fn one_thread(text: &mut Text<'_>, depth: u8) {
    text.put("(");
    let rootless = depth > 0 && text.choices.below(6) == 0;
    if !rootless {
        text.several(1, 3, |text| _ = text.number());
    }
    if rootless || depth > 0 && text.choices.below(3) == 0 {
        if !rootless {
            text.space();
        }
        for _ in 0..2 + text.choices.below(2) {
            one_thread(text, depth - 1);
        }
    }
    text.put(")");
}

pub(super) fn uid_batches(text: &mut Text<'_>) {
    text.put("UIDBATCHES");
    if text.choices.flag() {
        text.put(" (TAG ").quoted().put(")");
    }
    if text.choices.below(4) > 0 {
        text.space().set();
    }
}

pub(super) fn url_fetch(text: &mut Text<'_>) {
    text.put("URLFETCH ");
    text.several(1, 2, |text| {
        text.word(&["\"imap://a/b/;UID=1\" ", "imap://a/c "]);
        if text.choices.flag() {
            text.nstring();
            return;
        }
        text.several(1, 3, |text| match text.choices.below(4) {
            0 => _ = text.put("(BODY ").octets().put(")"),
            1 => _ = text.put("(BINARY ").octets().put(")"),
            2 => {
                structure(text.put("(BODYPARTSTRUCTURE "), 1, true);
                text.put(")");
            }
            _ => _ = text.put("(X-").atom().space().token(1).put(")"),
        });
    });
}

pub(super) fn vanished(text: &mut Text<'_>) {
    text.word(&["VANISHED ", "VANISHED (EARLIER) "]).set();
}

/// A response that nobody knows.
pub(super) fn other(text: &mut Text<'_>) {
    if text.choices.below(3) == 0 {
        text.number().space();
    }
    text.put("X-").atom();
    for _ in 0..text.choices.below(3) {
        text.space().token(2);
    }
}
