//! Commands to submit, by number: one of every kind.

use imap_proto_core::encode::{
    Append, AppendMessage, Authenticate, Capability, Check, Close, Command as _, Compress, Copy,
    Create, Custom, Delete, DeleteAcl, Enable, Examine, Expunge, Fetch, FetchItems, GetAcl,
    GetMetadata, GetQuota, GetQuotaRoot, Id, List, ListOptions, ListRights, ListStatus, Login,
    Logout, Lsub, MailboxEvents, MailboxFilter, MetadataDepth, Move, MyRights, Namespace, Noop,
    Notify, QresyncParameters, Rename, Request, Search, SearchKey, SearchReturn, Select, SetAcl,
    SetMetadata, SetQuota, Sort, SortCriteria, StartTls, Status, StatusItems, Store, StoreAction,
    SubmitError, Subscribe, Thread, ThreadAlgorithm, UidExpunge, UidFetch, UidFetchChanges,
    Unauthenticate, Unordered, Unselect, Unsubscribe,
};
use imap_proto_core::types::{Flag, ModSeq, SequenceNumber, SequenceSet, Uid, UidSet, UidValidity};

/// What must never leave in the clear.
pub(super) const PASSWORD: &str = "s3cr3t-pass";

/// The mailbox that all samples are about.
pub(super) const MAILBOX: &str = "INBOX";

/// One command to try.
pub(super) struct Sample {
    /// Its first words on the wire, and behind ` +` what it is told by from others that begin so.
    pub(super) name: &'static str,
    build: fn() -> Result<Request, SubmitError>,
}

impl Sample {
    pub(super) fn request(&self) -> Request {
        (self.build)().unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }
}

/// The sample of a number.
pub(super) fn sample(kind: u8) -> &'static Sample {
    &SAMPLES[usize::from(kind) % SAMPLES.len()]
}

/// The request of a sample.
pub(super) fn command(kind: u8) -> Request {
    sample(kind).request()
}

/// The messages that samples by sequence number are about.
pub(super) fn numbers() -> SequenceSet {
    SequenceSet::range(SequenceNumber(1), SequenceNumber(3))
}

/// The messages that samples by UID are about.
pub(super) fn uids() -> UidSet {
    UidSet::range(Uid(1), Uid(9))
}

fn flags() -> FetchItems {
    FetchItems::new().flags()
}

fn unseen() -> SearchKey {
    SearchKey::unseen()
}

fn by_date() -> SortCriteria {
    SortCriteria::new().date()
}

macro_rules! samples {
    ($($name:literal => $build:expr,)*) => {
        /// All of them.
        const SAMPLES: &[Sample] = &[$(Sample { name: $name, build: || $build },)*];
    };
}

samples! {
    "NOOP" => Noop.request(),
    "SELECT" => Select::new(MAILBOX).request(),
    "SELECT" => Select::new("other").cond_store().request(),
    "FETCH" => Fetch::new(numbers(), flags()).request(),
    "UID FETCH" => UidFetch::new(uids(), FetchItems::new().uid().body()).request(),
    "SEARCH" => Search::<SequenceNumber>::new(SearchKey::all()).request(),
    "STORE" => Store::new(numbers(), StoreAction::add([Flag::Seen])).request(),
    "EXPUNGE" => Expunge.request(),
    "CLOSE" => Close.request(),
    "LOGIN" => Login::new("user", PASSWORD).request(),
    "AUTHENTICATE" => Authenticate::new("PLAIN").initial_response(PASSWORD).request(),
    "LOGOUT" => Logout.request(),
    "STARTTLS" => StartTls.request(),
    "COMPRESS" => Compress.request(),
    "UNAUTHENTICATE" => Unauthenticate.request(),
    "ENABLE" => Enable::new(["UTF8=ACCEPT", "IMAP4rev2"]).request(),
    "LIST" => List::new("", "*").request(),
    "STATUS" => Status::new(MAILBOX, StatusItems::new().messages()).request(),
    "CREATE" => Create::new("t\u{fc}r").request(),
    "ID" => Id::new().field("name", "fuzz").request(),
    "COPY" => Copy::new(numbers(), "other").request(),
    "APPEND" => Append::new(MAILBOX, AppendMessage::new("From: a\r\n\r\nb\r\n")).request(),
    "APPEND" => Append::new(MAILBOX, AppendMessage::upload(40)).request(),
    "XFOO" => Custom::new(
        Request::new("XFOO")?.space().literal("one").space().literal("two"),
    ).request(),
    "AUTHENTICATE" => Authenticate::new("X-MINE").request(),
    "CAPABILITY" => Capability.request(),
    "EXAMINE +QRESYNC" => Examine::new(MAILBOX).qresync(
        QresyncParameters::new(UidValidity(7), ModSeq(9)).known(uids()),
    ).request(),
    "UNSELECT" => Unselect.request(),
    "CHECK" => Check.request(),
    "DELETE" => Delete::new("old").request(),
    "RENAME" => Rename::new("a", "b").request(),
    "SUBSCRIBE" => Subscribe::new(MAILBOX).request(),
    "UNSUBSCRIBE" => Unsubscribe::new(MAILBOX).request(),
    "LSUB" => Lsub::new("", "*").request(),
    "LIST +SUBSCRIBED" => List::new("", "%")
        .options(ListOptions::new().subscribed().return_children())
        .request(),
    "LIST +STATUS" => ListStatus::new(List::new("", "*"), StatusItems::new().messages()).request(),
    "NAMESPACE" => Namespace.request(),
    "SEARCH +RETURN" => Search::<SequenceNumber>::new(unseen())
        .returning(SearchReturn::new().all().count())
        .request(),
    "SEARCH +SAVE" => Search::<SequenceNumber>::new(unseen())
        .returning(SearchReturn::new().save())
        .request(),
    "UID SEARCH" => Search::<Uid>::new(unseen()).request(),
    "UID SEARCH +RETURN" => Search::<Uid>::new(unseen())
        .returning(SearchReturn::new().min().max())
        .request(),
    "SORT" => Sort::<SequenceNumber>::new(by_date(), unseen()).request(),
    "UID SORT" => Sort::<Uid>::new(by_date(), unseen()).request(),
    "THREAD" => Thread::<SequenceNumber>::new(ThreadAlgorithm::References, unseen()).request(),
    "UID THREAD" => Thread::<Uid>::new(ThreadAlgorithm::OrderedSubject, unseen()).request(),
    "UID STORE" => Store::new(uids(), StoreAction::remove([Flag::Deleted]))
        .unchanged_since(ModSeq(5))
        .request(),
    "UID COPY" => Copy::new(uids(), "other").request(),
    "MOVE" => Move::new(numbers(), "other").request(),
    "UID MOVE" => Move::new(uids(), "other").request(),
    "UID EXPUNGE" => UidExpunge::new(uids()).request(),
    "UID FETCH +CHANGES" => UidFetchChanges::new(uids(), flags(), ModSeq(3)).request(),
    "UID FETCH +FLAGS" => Unordered(UidFetch::new(uids(), flags())).request(),
    "GETQUOTA" => GetQuota::new("").request(),
    "GETQUOTAROOT" => GetQuotaRoot::new(MAILBOX).request(),
    "SETQUOTA" => SetQuota::new("").limit("STORAGE", 512).request(),
    "SETACL" => SetAcl::new(MAILBOX, "bob", "lr").request(),
    "DELETEACL" => DeleteAcl::new(MAILBOX, "bob").request(),
    "GETACL" => GetAcl::new(MAILBOX).request(),
    "LISTRIGHTS" => ListRights::new(MAILBOX, "bob").request(),
    "MYRIGHTS" => MyRights::new(MAILBOX).request(),
    "GETMETADATA" => GetMetadata::new(MAILBOX, ["/private/comment"])
        .depth(MetadataDepth::One)
        .request(),
    "NOTIFY" => Notify::set(
        MailboxFilter::Selected,
        MailboxEvents::new().messages(),
    ).and(MailboxFilter::Personal, MailboxEvents::new().event("MailboxName")).request(),
    "UID SEARCH +UPDATE" => Search::<Uid>::new(unseen())
        .returning(SearchReturn::new().all().update())
        .request(),
    "SETMETADATA" => SetMetadata::new(MAILBOX).set("/private/comment", "x").request(),
}
