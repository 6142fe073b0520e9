//! Which command a response answers (FEATURES §6 "Attribution").

use super::CommandId;
use super::commands::{Commands, Entry};
use crate::encode::{Claim, FetchNeeds};
use crate::types::{
    BodyBegin, ByteString, Code, Condition, Data, FetchData, FetchResponse, MetadataEntries,
};

/// The command that some data answers, if one in progress claims it.
pub(super) fn claimant(commands: &mut Commands, data: &Data, tag: TagOf<'_>) -> Option<CommandId> {
    match data {
        Data::Fetch(fetch) => {
            let has = has(fetch);
            fetch_claimant(commands, fetch, has, |needs| has.contains(needs))
        }
        Data::Esearch(esearch) => tagged(commands, esearch.tag.as_ref(), tag, &Claim::Esearch),
        Data::Converted(converted) => {
            tagged(commands, Some(&converted.tag), tag, &Claim::Converted)
        }
        Data::UidBatches(batches) => {
            tagged(commands, batches.tag.as_ref(), tag, &Claim::UidBatches)
        }
        // In IMAP4rev1 SELECT has no LIST response, and a LIST may be under way beside it.
        Data::List(_) => first(commands, |claim| {
            *claim != Claim::Select && matches(claim, data)
        })
        .or_else(|| first(commands, |claim| matches(claim, data))),
        _ => first(commands, |claim| matches(claim, data)),
    }
}

/// The command whose tag a response has; the oldest of the kind, if it has none.
fn tagged(
    commands: &Commands,
    wanted: Option<&ByteString>,
    tag: TagOf<'_>,
    claim: &Claim,
) -> Option<CommandId> {
    let Some(wanted) = wanted else {
        return first(commands, |own| own == claim);
    };
    let id = tag(wanted.as_bytes())?;
    let entry = commands.get(id).filter(|entry| entry.is_in_progress())?;
    entry.claims.list.contains(claim).then_some(id)
}

/// Reads a tag of ours.
pub(super) type TagOf<'a> = &'a dyn Fn(&[u8]) -> Option<CommandId>;

/// The command that a streamed literal answers.
pub(super) fn body_claimant(commands: &mut Commands, begin: &BodyBegin) -> Option<CommandId> {
    let has = has(&begin.fetch).union(FetchNeeds::SECTION);
    if let Some(id) = fetch_claimant(commands, &begin.fetch, has, |needs| has.contains(needs)) {
        return Some(id);
    }
    // The items that are still to come may be those that a command needs which asked for a body;
    // and the UID may come behind it: then only one such command is in flight
    // (`STREAMS_UNKEYED`).
    let asks = |needs: FetchNeeds| needs.contains(FetchNeeds::SECTION);
    if let Some(id) = fetch_claimant(commands, &begin.fetch, has, asks) {
        return Some(id);
    }
    let mut askers = commands
        .in_progress()
        .filter(|entry| asks_for_bodies(entry));
    match (askers.next(), askers.next(), begin.fetch.uid) {
        (Some(only), None, None) => Some(only.id),
        _ => None,
    }
}

fn asks_for_bodies(entry: &Entry) -> bool {
    entry.claims.list.iter().any(|claim| match claim {
        Claim::UidFetch(_, needs) => needs.contains(FetchNeeds::SECTION),
        _ => false,
    })
}

fn first(commands: &Commands, wanted: impl Fn(&Claim) -> bool) -> Option<CommandId> {
    commands
        .in_progress()
        .find(|entry| entry.claims.list.iter().any(&wanted))
        .map(|entry| entry.id)
}

/// Of the commands that asked for this message and for items that are accepted, the oldest whose
/// answer has not come to it yet.
fn fetch_claimant(
    commands: &mut Commands,
    fetch: &FetchResponse,
    has: FetchNeeds,
    accepts: impl Fn(FetchNeeds) -> bool,
) -> Option<CommandId> {
    let number = |claim: &Claim| asked(claim, fetch, &accepts);
    let fits = |entry: &Entry| entry.claims.list.iter().find_map(number);
    let is_next = |entry: &Entry| fits(entry).is_some_and(|number| number > entry.last_number);
    let wanted_all = |entry: &Entry| entry.claims.list.iter().any(|claim| wants(claim, has));
    let next = commands
        .in_progress()
        .find(|entry| is_next(entry) && wanted_all(entry))
        .or_else(|| commands.in_progress().find(|entry| is_next(entry)))
        .or_else(|| commands.in_progress().find(|entry| fits(entry).is_some()))?
        .id;
    let entry = commands.get_mut(next)?;
    if let Some(number) = fits(entry) {
        entry.last_number = number;
    }
    Some(next)
}

/// Whether a claim is for all items of a response but those that servers add unasked, such as
/// FLAGS and MODSEQ: a size or a body is the answer of a command that asked for it.
fn wants(claim: &Claim, has: FetchNeeds) -> bool {
    let (Claim::Fetch(_, needs) | Claim::UidFetch(_, needs)) = claim else {
        return false;
    };
    let unasked = FetchNeeds::FLAGS
        .union(FetchNeeds::UID)
        .union(FetchNeeds::MOD_SEQ);
    needs.union(unasked).contains(has)
}

/// The message's number as the claim counts, if it is one that was asked for.
fn asked(
    claim: &Claim,
    fetch: &FetchResponse,
    accepts: impl Fn(FetchNeeds) -> bool,
) -> Option<u32> {
    let (number, needs) = match claim {
        Claim::Fetch(set, needs) => {
            let number = fetch
                .sequence_number
                .filter(|number| set.may_contain(*number))?;
            (number.0, needs)
        }
        Claim::UidFetch(set, needs) => {
            let uid = fetch.uid.filter(|uid| set.may_contain(*uid))?;
            (uid.0, needs)
        }
        _ => return None,
    };
    accepts(*needs).then_some(number)
}

/// The items that a response has.
fn has(fetch: &FetchResponse) -> FetchNeeds {
    let mut has = FetchNeeds::default();
    let mut set = |present: bool, bit: FetchNeeds| {
        if present {
            has = has.union(bit);
        }
    };
    set(fetch.flags.is_some(), FetchNeeds::FLAGS);
    set(fetch.uid.is_some(), FetchNeeds::UID);
    set(fetch.internal_date.is_some(), FetchNeeds::INTERNAL_DATE);
    set(fetch.size.is_some(), FetchNeeds::SIZE);
    set(fetch.mod_seq.is_some(), FetchNeeds::MOD_SEQ);
    for item in &fetch.items {
        set(true, kind(item));
    }
    has
}

fn kind(item: &FetchData) -> FetchNeeds {
    match item {
        FetchData::Envelope(_) => FetchNeeds::ENVELOPE,
        FetchData::Body(_) => FetchNeeds::BODY,
        FetchData::BodyStructure(_) => FetchNeeds::BODY_STRUCTURE,
        FetchData::Section(_) | FetchData::Binary(_) => FetchNeeds::SECTION,
        FetchData::EmailId(_) => FetchNeeds::EMAIL_ID,
        FetchData::ThreadId(_) => FetchNeeds::THREAD_ID,
        FetchData::SaveDate(_) => FetchNeeds::SAVE_DATE,
        FetchData::Preview(_) => FetchNeeds::PREVIEW,
        FetchData::Annotation(_) => FetchNeeds::ANNOTATION,
        FetchData::GmailMessageId(_) | FetchData::GmailThreadId(_) => FetchNeeds::GMAIL_ID,
        FetchData::GmailLabels(_) => FetchNeeds::GMAIL_LABELS,
        FetchData::BinarySize { .. } | FetchData::Other(..) => FetchNeeds::default(),
        // A broken item stands for whichever was asked for.
        FetchData::Invalid(..) => FetchNeeds::ENVELOPE
            .union(FetchNeeds::BODY)
            .union(FetchNeeds::BODY_STRUCTURE)
            .union(FetchNeeds::SECTION)
            .union(FetchNeeds::INTERNAL_DATE)
            .union(FetchNeeds::SIZE)
            .union(FetchNeeds::MOD_SEQ)
            .union(FetchNeeds::FLAGS)
            .union(FetchNeeds::EMAIL_ID)
            .union(FetchNeeds::THREAD_ID)
            .union(FetchNeeds::SAVE_DATE)
            .union(FetchNeeds::PREVIEW)
            .union(FetchNeeds::ANNOTATION)
            .union(FetchNeeds::GMAIL_ID)
            .union(FetchNeeds::GMAIL_LABELS),
    }
}

fn matches(claim: &Claim, data: &Data) -> bool {
    match (claim, data) {
        (Claim::Acl(mailbox), Data::Acl(acl)) => *mailbox == acl.mailbox,
        (Claim::ListRights(mailbox), Data::ListRights(rights)) => *mailbox == rights.mailbox,
        (Claim::MyRights(mailbox), Data::MyRights(rights)) => *mailbox == rights.mailbox,
        (Claim::Metadata(mailbox), Data::Metadata(metadata)) => {
            *mailbox == metadata.mailbox && matches!(metadata.entries, MetadataEntries::Values(_))
        }
        (Claim::Annotation, Data::Annotation(annotation)) => annotation.has_values(),
        (Claim::Quota(root), Data::Quota(quota)) => quota.root.as_bytes() == root,
        (Claim::QuotaRoot(mailbox), Data::QuotaRoot(root)) => *mailbox == root.mailbox,
        (Claim::Status(mailbox), Data::Status(status)) => *mailbox == status.mailbox,
        (Claim::Named(name), Data::Other(other)) => {
            other.name.as_bytes().eq_ignore_ascii_case(name)
        }
        (Claim::Select, data) => answers_select(data),
        (Claim::CopyUid, Data::Condition { condition, text }) => {
            *condition == Condition::Ok && matches!(text.code, Some(Code::CopyUid(_)))
        }
        (Claim::AppendUid, Data::Condition { condition, text }) => {
            *condition == Condition::Ok && matches!(text.code, Some(Code::AppendUid(_)))
        }
        (Claim::MetadataAny, Data::Metadata(metadata)) => {
            matches!(metadata.entries, MetadataEntries::Values(_))
        }
        (Claim::Capability, Data::Capability(_))
        | (Claim::Comparator, Data::Comparator(_))
        | (Claim::Conversion, Data::Conversion(_))
        | (Claim::Enabled, Data::Enabled(_))
        | (Claim::Expunge, Data::Expunge(_) | Data::Vanished { earlier: false, .. })
        | (Claim::GenUrlAuth, Data::GenUrlAuth(_))
        | (Claim::Id, Data::Id(_))
        | (Claim::JmapAccess, Data::JmapAccess(_))
        | (Claim::Language, Data::Language(_))
        | (Claim::List | Claim::ListLike(_), Data::List(_))
        | (Claim::MyRightsAny, Data::MyRights(_))
        | (Claim::Lsub, Data::Lsub(_))
        | (Claim::Namespace, Data::Namespace(_))
        | (Claim::Netscape, Data::Netscape(_))
        | (Claim::PushService, Data::PushService(_))
        | (Claim::QuotaAny, Data::Quota(_))
        | (Claim::Search, Data::Search(_))
        | (Claim::Sort, Data::Sort(_))
        | (Claim::StatusAny, Data::Status(_))
        | (Claim::Thread, Data::Thread(_))
        | (Claim::UrlFetch, Data::UrlFetch(_))
        | (Claim::VanishedEarlier, Data::Vanished { earlier: true, .. }) => true,
        _ => false,
    }
}

fn answers_select(data: &Data) -> bool {
    match data {
        Data::Flags(_)
        | Data::Exists(_)
        | Data::Recent(_)
        | Data::List(_)
        | Data::Vanished { earlier: true, .. } => true,
        Data::Condition {
            condition: Condition::Ok,
            text,
        } => matches!(
            text.code,
            Some(
                Code::Annotations(_)
                    | Code::HighestModSeq(_)
                    | Code::MailboxId(_)
                    | Code::NoModSeq
                    | Code::PermanentFlags(_)
                    | Code::UidNext(_)
                    | Code::UidNotSticky
                    | Code::UidValidity(_)
                    | Code::Unseen(_)
                    | Code::UrlMechanisms(_)
                    | Code::Other { .. }
            )
        ),
        _ => false,
    }
}
