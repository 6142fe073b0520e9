//! Commands to submit, by number.

use imap_proto_core::encode::{
    Append, AppendMessage, Authenticate, Close, Command, Compress, Copy, Create, Custom, Enable,
    Expunge, Fetch, FetchItems, Id, List, Login, Logout, Noop, Request, Search, SearchKey, Select,
    StartTls, Status, StatusItems, Store, StoreAction, SubmitError, UidFetch, Unauthenticate,
};
use imap_proto_core::types::{Flag, SequenceNumber, SequenceSet, Uid, UidSet};

/// What must never leave in the clear.
pub(super) const PASSWORD: &str = "s3cr3t-pass";

/// A command; `None` for one that the builder refused, which none of these should be.
pub(super) fn command(kind: u8) -> Option<Request> {
    try_command(kind % KINDS).ok()
}

/// How many kinds there are.
pub(super) const KINDS: u8 = 26;

fn try_command(kind: u8) -> Result<Request, SubmitError> {
    let set = SequenceSet::range(SequenceNumber(1), SequenceNumber(3));
    let uids = UidSet::range(Uid(1), Uid(9));
    match kind {
        0 => Noop.request(),
        1 => Select::new("INBOX").request(),
        2 => Select::new("other").request(),
        3 => Fetch::new(set, FetchItems::new().flags()).request(),
        4 => UidFetch::new(uids, FetchItems::new().uid().body()).request(),
        5 => Search::<SequenceNumber>::new(SearchKey::all()).request(),
        6 => Store::new(set, StoreAction::add([Flag::Seen])).request(),
        7 => Expunge.request(),
        8 => Close.request(),
        9 => Login::new("user", PASSWORD).request(),
        10 => Authenticate::new("PLAIN")
            .initial_response(PASSWORD)
            .request(),
        11 => Logout.request(),
        12 => StartTls.request(),
        13 => Compress.request(),
        14 => Unauthenticate.request(),
        15 => Enable::new(["UTF8=ACCEPT", "IMAP4rev2"]).request(),
        16 => List::new("", "*").request(),
        17 => Status::new("INBOX", StatusItems::new().messages()).request(),
        18 => Create::new("t\u{fc}r").request(),
        19 => Id::new().field("name", "fuzz").request(),
        20 => Copy::new(set, "other").request(),
        21 => Append::new("INBOX", AppendMessage::new("From: a\r\n\r\nb\r\n")).request(),
        22 => Append::new("INBOX", AppendMessage::upload(40)).request(),
        23 => Custom::new(
            Request::new("XFOO")?
                .space()
                .literal("one")
                .space()
                .literal("two"),
        )
        .request(),
        24 => Authenticate::new("X-MINE").request(),
        _ => Request::new("CAPABILITY"),
    }
}
