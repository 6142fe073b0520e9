//! What a client asks for each item: the command of ours that has it.

use chrono::NaiveDate;
use imap_proto_core::encode::{
    Annotations, Append, AppendMessage, ApplePushService, Authenticate, Capability, CatenatePart,
    Check, Close, Command, Comparator, Compress, Conversions, Convert, ConvertItems, Copy, Create,
    Delete, DeleteAcl, Enable, Esearch, Examine, Expunge, Fetch, FetchBinary, FetchItems,
    FetchSection, GenUrlAuth, GetAcl, GetAnnotation, GetJmapAccess, GetMetadata, GetQuota,
    GetQuotaRoot, Id, Language, List, ListDetails, ListOptions, ListRights, Login, Logout, Lsub,
    MailboxFilter, MetadataDepth, ModSeqScope, Move, MyRights, Namespace, Netscape, Noop, Notify,
    ProxyAuth, QresyncParameters, Rename, Replace, Request, ResetKey, Rlist, Rlsub, Search,
    SearchKey, SearchReturn, Select, SetAcl, SetAnnotation, SetMetadata, SetQuota, Sort,
    SortCriteria, StartTls, Status, StatusItems, Store, StoreAction, SubmitError, Subscribe,
    Thread, ThreadAlgorithm, UidBatches, UidExpunge, UidFetch, UidFetchChanges, Unauthenticate,
    Unselect, Unsubscribe, UrlFetch, Xlist,
};
use imap_proto_core::types::{
    Flag, ModSeq, Section, SectionPart, SequenceNumber, Uid, UidValidity,
};

type Made = Result<Request, SubmitError>;

const FIRST: SequenceNumber = SequenceNumber(1);
const UID: Uid = Uid(1);

/// The command that asks for an item; `None` where nothing of ours does.
pub(super) fn request(kind: &str, name: &str) -> Option<Made> {
    match kind {
        "command" => command(name).or_else(|| command_with_uids(name)),
        "fetch" => Some(Fetch::new(FIRST, fetch_items(name)?).request()),
        "status" => Some(Status::new("x", status_items(name)?).request()),
        "search" => Some(Search::<Uid>::new(search_key(name)?).request()),
        "return" => {
            let search = Search::<Uid>::new(SearchKey::mod_seq(ModSeq(1)));
            Some(search.returning(search_return(name)?).request())
        }
        "sort" => Some(Sort::<Uid>::new(criteria(name)?, SearchKey::all()).request()),
        "thread" => Some(Thread::<Uid>::new(algorithm(name)?, SearchKey::all()).request()),
        "selection" => Some(List::new("", "*").options(selection(name)?).request()),
        "list" => list(name),
        "attribute" if ["\\Archive", "\\Drafts", "\\Junk", "\\Sent", "\\Trash"].contains(&name) => {
            Some(Create::new("x").special_use(name).request())
        }
        "option" => option(name),
        _ => None,
    }
}

fn command(name: &str) -> Option<Made> {
    let all = SearchKey::all;
    Some(match name {
        "CAPABILITY" => Capability.request(),
        "NOOP" => Noop.request(),
        "LOGOUT" => Logout.request(),
        "STARTTLS" => StartTls.request(),
        "AUTHENTICATE" => Authenticate::new("X-MINE").request(),
        "LOGIN" => Login::new("user", "password").request(),
        "SELECT" => Select::new("x").request(),
        "EXAMINE" => Examine::new("x").request(),
        "CREATE" => Create::new("x").request(),
        "DELETE" => Delete::new("y").request(),
        "RENAME" => Rename::new("y", "z").request(),
        "SUBSCRIBE" => Subscribe::new("x").request(),
        "UNSUBSCRIBE" => Unsubscribe::new("x").request(),
        "LIST" => List::new("", "*").request(),
        "LSUB" => Lsub::new("", "*").request(),
        "STATUS" => Status::new("x", StatusItems::new().messages()).request(),
        "APPEND" => Append::new("x", AppendMessage::new("x")).request(),
        "CLOSE" => Close.request(),
        "CHECK" => Check.request(),
        "EXPUNGE" => Expunge.request(),
        "SEARCH" => Search::<SequenceNumber>::new(all()).request(),
        "FETCH" => Fetch::new(FIRST, FetchItems::new().flags()).request(),
        "STORE" => Store::new(FIRST, StoreAction::add([Flag::Seen])).request(),
        "COPY" => Copy::new(FIRST, "x").request(),
        "MOVE" => Move::new(FIRST, "x").request(),
        "ENABLE" => Enable::new(["CONDSTORE"]).request(),
        "NAMESPACE" => Namespace.request(),
        "UNSELECT" => Unselect.request(),
        "SORT" => Sort::<SequenceNumber>::new(SortCriteria::new().date(), all()).request(),
        "THREAD" => Thread::<SequenceNumber>::new(ThreadAlgorithm::Refs, all()).request(),
        "REPLACE" => Replace::new(FIRST, "x", AppendMessage::new("x")).request(),
        "CONVERT" => Convert::new(FIRST, converted()).request(),
        "CONVERSIONS" => Conversions::new("a/b", "*").request(),
        "ESEARCH" => Esearch::new(all()).request(),
        "COMPRESS" => Compress.request(),
        "UNAUTHENTICATE" => Unauthenticate.request(),
        "UIDBATCHES" => UidBatches::new(500).request(),
        "NOTIFY" => Notify::none().request(),
        "ID" => Id::new().request(),
        _ => return rarer(name),
    })
}

fn rarer(name: &str) -> Option<Made> {
    Some(match name {
        "SETACL" => SetAcl::new("x", "bob", "lr").request(),
        "DELETEACL" => DeleteAcl::new("x", "bob").request(),
        "GETACL" => GetAcl::new("x").request(),
        "LISTRIGHTS" => ListRights::new("x", "bob").request(),
        "MYRIGHTS" => MyRights::new("x").request(),
        "COMPARATOR" => Comparator::active().request(),
        "LANGUAGE" => Language::list().request(),
        "GETJMAPACCESS" => GetJmapAccess.request(),
        "RLIST" => Rlist::new("", "*").request(),
        "RLSUB" => Rlsub::new("", "*").request(),
        "XLIST" => Xlist::new("", "*").request(),
        "GETMETADATA" => GetMetadata::new("x", ["/shared/comment"]).request(),
        "SETMETADATA" => SetMetadata::new("x").remove("/shared/comment").request(),
        "GETANNOTATION" => GetAnnotation::new("x", ["/comment"], ["value"]).request(),
        "SETANNOTATION" => SetAnnotation::new("x")
            .remove("/comment", "value")
            .request(),
        "GETQUOTA" => GetQuota::new("").request(),
        "GETQUOTAROOT" => GetQuotaRoot::new("x").request(),
        "SETQUOTA" => SetQuota::new("").limit("STORAGE", 5).request(),
        "GENURLAUTH" => GenUrlAuth::new("imap://a/b").request(),
        "RESETKEY" => ResetKey::all().request(),
        "URLFETCH" => UrlFetch::new(["imap://a/b"]).request(),
        "XAPPLEPUSHSERVICE" => ApplePushService::new().field("aps-version", "2").request(),
        "PROXYAUTH" => ProxyAuth::new("bob").request(),
        "NETSCAPE" => Netscape.request(),
        _ => return None,
    })
}

fn command_with_uids(name: &str) -> Option<Made> {
    let all = SearchKey::all;
    Some(match name {
        "UID EXPUNGE" => UidExpunge::new(UID).request(),
        "UID FETCH" => UidFetch::new(UID, FetchItems::new().flags()).request(),
        "UID STORE" => Store::new(UID, StoreAction::add([Flag::Seen])).request(),
        "UID COPY" => Copy::new(UID, "x").request(),
        "UID MOVE" => Move::new(UID, "x").request(),
        "UID SEARCH" => Search::<Uid>::new(all()).request(),
        "UID SORT" => Sort::<Uid>::new(SortCriteria::new().date(), all()).request(),
        "UID THREAD" => Thread::<Uid>::new(ThreadAlgorithm::Refs, all()).request(),
        "UID CONVERT" => Convert::new(UID, converted()).request(),
        "UID REPLACE" => Replace::new(UID, "x", AppendMessage::new("x")).request(),
        _ => return None,
    })
}

fn converted() -> ConvertItems {
    ConvertItems::new().binary(SectionPart(vec![1]))
}

fn fetch_items(name: &str) -> Option<FetchItems> {
    let (items, part) = (FetchItems::new(), SectionPart(vec![1]));
    Some(match name {
        "UID" => items.uid(),
        "FLAGS" => items.flags(),
        "INTERNALDATE" => items.internal_date(),
        "RFC822.SIZE" => items.size(),
        "ENVELOPE" => items.envelope(),
        "BODY" => items.body(),
        "BODYSTRUCTURE" => items.body_structure(),
        "BODY[]" => items.section(FetchSection::new(Section::Full).peek(false)),
        "RFC822" => items.section(Section::Rfc822),
        "RFC822.HEADER" => items.section(Section::Rfc822Header),
        "RFC822.TEXT" => items.section(Section::Rfc822Text),
        "BINARY" => items.binary(FetchBinary::new(part).peek(false)),
        "BINARY.SIZE" => items.binary_size(part),
        "MODSEQ" => items.mod_seq(),
        "EMAILID" => items.email_id(),
        "THREADID" => items.thread_id(),
        "SAVEDATE" => items.save_date(),
        "PREVIEW" => items.preview(),
        "SNIPPET" => items.snippet(),
        "ANNOTATION" => items.annotation(["/comment"], ["value"]),
        "X-GM-MSGID" => items.gmail_message_id(),
        "X-GM-THRID" => items.gmail_thread_id(),
        "X-GM-LABELS" => items.gmail_labels(),
        _ => return None,
    })
}

fn status_items(name: &str) -> Option<StatusItems> {
    let items = StatusItems::new();
    Some(match name {
        "MESSAGES" => items.messages(),
        "RECENT" => items.recent(),
        "UIDNEXT" => items.uid_next(),
        "UIDVALIDITY" => items.uid_validity(),
        "UNSEEN" => items.unseen(),
        "DELETED" => items.deleted(),
        "SIZE" => items.size(),
        "HIGHESTMODSEQ" => items.highest_mod_seq(),
        "MAILBOXID" => items.mailbox_id(),
        "APPENDLIMIT" => items.append_limit(),
        "DELETED-STORAGE" => items.deleted_storage(),
        "XYMHIGHESTMODSEQ" => items.yahoo_highest_mod_seq(),
        _ => return None,
    })
}

fn search_key(name: &str) -> Option<SearchKey> {
    Some(match name {
        "ALL" => SearchKey::all(),
        "ANSWERED" => SearchKey::answered(),
        "DELETED" => SearchKey::deleted(),
        "DRAFT" => SearchKey::draft(),
        "FLAGGED" => SearchKey::flagged(),
        "SEEN" => SearchKey::seen(),
        "UNANSWERED" => SearchKey::unanswered(),
        "UNDELETED" => SearchKey::undeleted(),
        "UNDRAFT" => SearchKey::undraft(),
        "UNFLAGGED" => SearchKey::unflagged(),
        "UNSEEN" => SearchKey::unseen(),
        "NEW" => SearchKey::new_messages(),
        "OLD" => SearchKey::old(),
        "RECENT" => SearchKey::recent(),
        "KEYWORD" => SearchKey::keyword("$Junk"),
        "UNKEYWORD" => SearchKey::unkeyword("$Junk"),
        "LARGER" => SearchKey::larger(5),
        "SMALLER" => SearchKey::smaller(5),
        "NOT" => !SearchKey::seen(),
        "OR" => SearchKey::seen() | SearchKey::draft(),
        "UID" => SearchKey::uid(UID),
        "$" => SearchKey::saved_result(),
        _ => return search_text(name).or_else(|| search_extension(name)),
    })
}

fn search_text(name: &str) -> Option<SearchKey> {
    let day = NaiveDate::from_ymd_opt(2024, 2, 1)?;
    Some(match name {
        "BCC" => SearchKey::bcc("x"),
        "BODY" => SearchKey::body("x"),
        "CC" => SearchKey::cc("x"),
        "FROM" => SearchKey::sender("x"),
        "SUBJECT" => SearchKey::subject("x"),
        "TEXT" => SearchKey::text("x"),
        "TO" => SearchKey::to("x"),
        "HEADER" => SearchKey::header("X-A", ""),
        "X-GM-RAW" => SearchKey::gmail_raw("x"),
        "BEFORE" => SearchKey::before(day),
        "ON" => SearchKey::on(day),
        "SINCE" => SearchKey::since(day),
        "SENTBEFORE" => SearchKey::sent_before(day),
        "SENTON" => SearchKey::sent_on(day),
        "SENTSINCE" => SearchKey::sent_since(day),
        "SAVEDBEFORE" => SearchKey::saved_before(day),
        "SAVEDON" => SearchKey::saved_on(day),
        "SAVEDSINCE" => SearchKey::saved_since(day),
        _ => return None,
    })
}

fn search_extension(name: &str) -> Option<SearchKey> {
    Some(match name {
        "MODSEQ" => SearchKey::flag_mod_seq(&Flag::Seen, ModSeqScope::All, ModSeq(5)),
        "OLDER" => SearchKey::older(5),
        "YOUNGER" => SearchKey::younger(5),
        "FUZZY" => SearchKey::text("x").fuzzy(),
        "FILTER" => SearchKey::filter("x"),
        "EMAILID" => SearchKey::email_id("x"),
        "THREADID" => SearchKey::thread_id("x"),
        "SAVEDATESUPPORTED" => SearchKey::save_date_supported(),
        "ANNOTATION" => SearchKey::annotation("/comment", "value", "x"),
        "UIDAFTER" => SearchKey::uid_after(UID),
        "UIDBEFORE" => SearchKey::uid_before(UID),
        "X-GM-LABELS" => SearchKey::gmail_label("x"),
        "X-GM-MSGID" => SearchKey::gmail_message_id(5),
        "X-GM-THRID" => SearchKey::gmail_thread_id(5),
        _ => return None,
    })
}

fn search_return(name: &str) -> Option<SearchReturn> {
    let options = SearchReturn::new();
    Some(match name {
        "MIN" => options.min(),
        "MAX" => options.max(),
        "ALL" => options.all(),
        "COUNT" => options.count(),
        "SAVE" => options.save(),
        "PARTIAL" => options.partial(1, 9),
        "CONTEXT" => options.context(),
        "UPDATE" => options.update(),
        "RELEVANCY" => options.relevancy(),
        _ => return None,
    })
}

fn criteria(name: &str) -> Option<SortCriteria> {
    let criteria = SortCriteria::new();
    Some(match name {
        "ARRIVAL" => criteria.arrival(),
        "CC" => criteria.cc(),
        "DATE" => criteria.date(),
        "FROM" => criteria.sender(),
        "SIZE" => criteria.size(),
        "SUBJECT" => criteria.subject(),
        "TO" => criteria.to(),
        "REVERSE" => criteria.reverse().date(),
        "DISPLAYFROM" => criteria.display_from(),
        "DISPLAYTO" => criteria.display_to(),
        "RELEVANCY" => criteria.relevancy(),
        "ANNOTATION" => criteria.annotation("/comment", "value.priv"),
        _ => return None,
    })
}

fn algorithm(name: &str) -> Option<ThreadAlgorithm> {
    Some(match name {
        "ORDEREDSUBJECT" => ThreadAlgorithm::OrderedSubject,
        "REFERENCES" => ThreadAlgorithm::References,
        "REFS" => ThreadAlgorithm::Refs,
        _ => return None,
    })
}

fn selection(name: &str) -> Option<ListOptions> {
    let options = ListOptions::new();
    Some(match name {
        "SUBSCRIBED" => options.subscribed(),
        "REMOTE" => options.remote(),
        "RECURSIVEMATCH" => options.subscribed().recursive_match(),
        "SPECIAL-USE" => options.special_use(),
        _ => return None,
    })
}

fn list(name: &str) -> Option<Made> {
    let (list, options) = (List::new("", "*"), ListOptions::new());
    Some(match name {
        "SUBSCRIBED" => list.options(options.return_subscribed()).request(),
        "CHILDREN" => list.options(options.return_children()).request(),
        "SPECIAL-USE" => list.options(options.return_special_use()).request(),
        "MYRIGHTS" => ListDetails::new(list).my_rights().request(),
        "STATUS" => ListDetails::new(list)
            .status(StatusItems::new().size())
            .request(),
        "METADATA" => ListDetails::new(list)
            .metadata(["/shared/comment"])
            .request(),
        _ => return None,
    })
}

fn option(name: &str) -> Option<Made> {
    let (select, flags) = (Select::new("x"), FetchItems::new().flags());
    let (get, store) = (
        GetMetadata::new("x", ["/shared/comment"]),
        Store::new(
            FIRST,
            StoreAction::annotate(Annotations::new().remove("/comment", "value")),
        ),
    );
    Some(match name {
        "CONDSTORE" => select.cond_store().request(),
        "ANNOTATE" => select.annotate().request(),
        "QRESYNC" => {
            let known = QresyncParameters::new(UidValidity(7), ModSeq(9));
            select.qresync(known).request()
        }
        "CHANGEDSINCE" => Fetch::new(FIRST, flags).changed_since(ModSeq(5)).request(),
        "VANISHED" => UidFetchChanges::new(UID, flags, ModSeq(5)).request(),
        "PARTIAL" => UidFetch::new(UID, flags).partial(1, 9).request(),
        "UNCHANGEDSINCE" => store.unchanged_since(ModSeq(0)).request(),
        "USE" => Create::new("x").special_use("\\Sent").request(),
        "CATENATE" => {
            let parts = [CatenatePart::Url("/INBOX/;UID=1".into())];
            Append::new("x", AppendMessage::catenate(parts)).request()
        }
        "UTF8" => Append::new("x", AppendMessage::new("x").utf8()).request(),
        "MAXSIZE" => get.max_size(5).request(),
        "DEPTH" => get.depth(MetadataDepth::Infinity).request(),
        "IN" => Esearch::new(SearchKey::all())
            .within(MailboxFilter::Personal)
            .request(),
        "FUZZY" => Fetch::new(FIRST, FetchItems::new().preview_fuzzy()).request(),
        "LAZY" => Fetch::new(FIRST, FetchItems::new().preview_lazy()).request(),
        _ => return None,
    })
}
