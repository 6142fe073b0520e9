//! What the RFCs say of commands by name: which may be in flight together, and which data may answer which.

use crate::fuzz::commands::{MAILBOX, numbers, uids};
use imap_proto_core::types::{
    BodyBegin, Code, Condition, Data, FetchData, FetchResponse, MailboxName, MetadataEntries,
};

/// Commands that nothing may be in flight with.
const ALONE: &[&str] = &[
    "LOGIN",
    "AUTHENTICATE",
    "STARTTLS",
    "COMPRESS",
    "UNAUTHENTICATE",
    "LOGOUT",
    "IDLE",
];

/// Commands by number during which the server sends no EXPUNGE (RFC 9051 §7.5.1), and all by number.
const NO_EXPUNGE: &[&str] = &["FETCH", "STORE", "SEARCH", "SORT", "THREAD"];
const BY_NUMBER: &[&str] = &["FETCH", "STORE", "SEARCH", "SORT", "THREAD", "COPY", "MOVE"];

/// Commands that change which mailbox is selected, and those that work on it, by their first words.
const SELECTING: &[&str] = &["SELECT", "EXAMINE", "CLOSE", "UNSELECT"];
const SELECTED: &[&str] = &[
    "FETCH", "STORE", "SEARCH", "SORT", "THREAD", "COPY", "MOVE", "UID", "EXPUNGE", "CHECK",
];

/// Commands whose answers, or changes, cannot be told apart: the later one first.
const ALIKE: &[(&[&str], &[&str])] = &[
    (
        &["SEARCH", "UID SEARCH"],
        &[
            "SEARCH",
            "UID SEARCH",
            "SEARCH +RETURN",
            "UID SEARCH +RETURN",
            "UID SEARCH +UPDATE",
        ],
    ),
    (&["SORT", "UID SORT"], &["SORT", "UID SORT"]),
    (&["THREAD", "UID THREAD"], &["THREAD", "UID THREAD"]),
    (
        &["LIST", "LIST +SUBSCRIBED", "LIST +STATUS"],
        &["LIST", "LIST +SUBSCRIBED", "LIST +STATUS"],
    ),
    (&["STATUS"], &["LIST +STATUS"]),
    (&["LIST +STATUS"], &["STATUS"]),
    (&["LSUB"], &["LSUB"]),
    (&["CAPABILITY"], &["CAPABILITY"]),
    (&["ID"], &["ID"]),
    (&["NAMESPACE"], &["NAMESPACE"]),
    (&["GETQUOTA", "GETQUOTAROOT"], &["GETQUOTA", "GETQUOTAROOT"]),
    (&["LISTRIGHTS"], &["LISTRIGHTS"]),
    (
        &["EXPUNGE", "UID EXPUNGE", "MOVE", "UID MOVE"],
        &["EXPUNGE", "UID EXPUNGE", "MOVE", "UID MOVE"],
    ),
];

/// Whether a command may be sent while an earlier one is in flight (RFC 9051 §5.5).
pub(super) fn may_follow(later: &str, earlier: &str) -> bool {
    let is = |command: &str, names: &[&str]| {
        let first = command.split(' ').next().unwrap_or_default();
        names.contains(&first)
    };
    let alone = is(later, ALONE) || is(earlier, ALONE);
    // Names are written another way behind it.
    let dialect = earlier == "ENABLE";
    let renumbered = is(later, BY_NUMBER) && !is(earlier, NO_EXPUNGE);
    let deselected = is(later, SELECTING) && (is(earlier, SELECTED) || is(earlier, SELECTING))
        || is(earlier, SELECTING) && is(later, SELECTED);
    let alike = ALIKE.iter().any(|(later_ones, earlier_ones)| {
        later_ones.contains(&later) && earlier_ones.contains(&earlier)
    });
    !(alone || dialect || renumbered || deselected || alike)
}

/// Whether a command by this name may claim the data.
pub(super) fn may_answer(name: &str, own_tag: &str, data: &Data) -> bool {
    let word = name.strip_prefix("UID ").unwrap_or(name);
    let word = word.split(' ').next().unwrap_or_default();
    let inbox = MailboxName::from(MAILBOX);
    let ours = |mailbox: &MailboxName| *mailbox == inbox;
    match data {
        Data::Fetch(fetch) => may_fetch(name, fetch),
        Data::Esearch(esearch) => {
            let tag = esearch.tag.as_ref();
            matches!(word, "SEARCH" | "SORT") && tag.is_none_or(|tag| *tag == *own_tag)
        }
        Data::Search(_) => word == "SEARCH",
        Data::Sort(_) => word == "SORT",
        Data::Thread(_) => word == "THREAD",
        Data::List(_) => matches!(word, "LIST" | "SELECT" | "EXAMINE"),
        Data::Lsub(_) => word == "LSUB",
        Data::Status(status) => name == "LIST +STATUS" || word == "STATUS" && ours(&status.mailbox),
        Data::Flags(_) | Data::Exists(_) | Data::Recent(_) => selects(word),
        Data::Vanished { earlier: true, .. } => selects(word) || name == "UID FETCH +CHANGES",
        // MOVE claims its COPYUID alone: what leaves the mailbox is a change as ever.
        Data::Expunge(_) | Data::Vanished { .. } => word == "EXPUNGE",
        Data::Condition { condition, text } => {
            let moved = matches!(text.code, Some(Code::CopyUid(_)));
            *condition == Condition::Ok && (selects(word) || word == "MOVE" && moved)
        }
        Data::Capability(_) => word == "CAPABILITY",
        Data::Enabled(_) => word == "ENABLE",
        Data::Id(_) => word == "ID",
        Data::Namespace(_) => word == "NAMESPACE",
        Data::Quota(_) => matches!(word, "GETQUOTA" | "GETQUOTAROOT" | "SETQUOTA"),
        Data::QuotaRoot(root) => word == "GETQUOTAROOT" && ours(&root.mailbox),
        Data::Acl(acl) => word == "GETACL" && ours(&acl.mailbox),
        Data::ListRights(rights) => word == "LISTRIGHTS" && ours(&rights.mailbox),
        Data::MyRights(rights) => word == "MYRIGHTS" && ours(&rights.mailbox),
        Data::Metadata(metadata) => {
            let values = matches!(metadata.entries, MetadataEntries::Values(_));
            word == "GETMETADATA" && ours(&metadata.mailbox) && values
        }
        _ => false,
    }
}

/// Whether data of this kind belongs to the only command in flight that may claim it, whatever it says.
pub(super) fn must_answer(name: &str, data: &Data) -> bool {
    match data {
        // One with a pattern that does not match is NOTIFY's.
        Data::List(_) => name == "LIST",
        Data::Esearch(esearch) => esearch.tag.is_some(),
        Data::Fetch(_) | Data::Condition { .. } | Data::Quota(_) | Data::Vanished { .. } => false,
        _ => true,
    }
}

fn selects(word: &str) -> bool {
    matches!(word, "SELECT" | "EXAMINE")
}

fn may_fetch(name: &str, fetch: &FetchResponse) -> bool {
    let uid = fetch.uid.is_some_and(|uid| uids().may_contain(uid));
    let number = fetch.sequence_number;
    let number = number.is_some_and(|number| numbers().may_contain(number));
    match name {
        "FETCH" | "STORE" => number,
        "UID FETCH" | "UID FETCH +FLAGS" | "UID FETCH +CHANGES" | "UID STORE" => uid,
        "EXAMINE +QRESYNC" => fetch.uid.is_some() && may_have_flags(fetch),
        _ => false,
    }
}

/// Whether the flags came, or something broken in their place.
fn may_have_flags(fetch: &FetchResponse) -> bool {
    let broken = |item: &FetchData| matches!(item, FetchData::Invalid(..));
    fetch.flags.is_some() || fetch.items.iter().any(broken)
}

/// Whether a command by this name may claim a literal: its UID may come behind it.
pub(super) fn may_stream(name: &str, begin: &BodyBegin) -> bool {
    let unkeyed = name == "UID FETCH" && begin.fetch.uid.is_none();
    let asked = name == "UID FETCH" || may_have_flags(&begin.fetch);
    unkeyed || may_fetch(name, &begin.fetch) && asked
}

/// What the server may say before login (SECURITY.md A6).
pub(super) fn is_mailbox_data(data: &Data) -> bool {
    !matches!(
        data,
        Data::Condition { .. }
            | Data::Capability(_)
            | Data::Enabled(_)
            | Data::Id(_)
            | Data::Language(_)
            | Data::Namespace(_)
            | Data::Other(_)
    )
}
