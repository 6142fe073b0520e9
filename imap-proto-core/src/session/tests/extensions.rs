//! What extensions tell without having been asked: live searches, progress, NOTIFY.

use super::super::{Error, Notice};
use super::harness::{Kit, now};
use crate::encode::{
    Fetch, FetchItems, LiveResults, MailboxEvents, MailboxFilter, Messages, Notify, SearchKey,
    SearchReturn, Select, SubmitError, UidFetch, UidSearch,
};
use crate::types::{Data, SequenceNumber, Uid};

/// A session with a mailbox of five messages.
macro_rules! selected {
    ($kit:ident, $session:ident) => {
        let (mut $kit, $session) = Kit::ready();
        let mut select = $session.run(Select::new("INBOX"));
        $kit.sent();
        $kit.says("* 5 EXISTS\r\nA1 OK done\r\n");
        now(|context| select.poll_finish(context)).unwrap().unwrap();
    };
}

/// RFC 5267 §4.3.
#[test]
fn subscribers_hear_of_live_searches() {
    selected!(kit, session);
    let mut events = session.notices();
    let options = SearchReturn::new().all().update();
    let mut search = session.run(UidSearch::new(SearchKey::unflagged()).returning(options));
    let id = search.id().expect("it was submitted");
    assert_eq!(
        kit.sent(),
        "A2 UID SEARCH RETURN (ALL UPDATE) UNFLAGGED\r\n"
    );
    kit.says("* ESEARCH (TAG \"AAAA2\") UID ALL 1:5\r\nA2 OK done\r\n");
    let found = now(|context| search.poll_finish(context)).unwrap().unwrap();
    let mut live = LiveResults::from_results(&found).unwrap();
    kit.says("* ESEARCH (TAG \"AAAA2\") UID REMOVEFROM (0 4) ADDTO (0 6)\r\n");
    let Some(Some(Notice::ContextUpdate { id: of, update, .. })) =
        now(|context| events.poll_notice(context))
    else {
        panic!("no update");
    };
    assert_eq!(of, id);
    live.apply(&update).unwrap();
    assert_eq!(live.numbers(), [1, 2, 3, 5, 6].map(Uid));
    drop(session.cancel_update([id]));
    assert_eq!(kit.sent(), "A3 CANCELUPDATE \"A2\"\r\n");
    kit.says("A3 OK done\r\n");
    let ended = now(|context| events.poll_notice(context));
    assert!(matches!(ended, Some(Some(Notice::ContextEnded(of))) if of == id));
}

/// RFC 9585 §4.
#[test]
fn subscribers_hear_of_progress() {
    selected!(kit, session);
    let mut events = session.notices();
    let search = session.run(UidSearch::new(SearchKey::text("slow")));
    kit.sent();
    kit.says("* OK [INPROGRESS (\"AAAA2\" 454 1000)] Processed 45% of the items\r\n");
    let notice = now(|context| events.poll_notice(context));
    let Some(Some(Notice::Progress { id, done, goal })) = notice else {
        panic!("{notice:?}");
    };
    assert_eq!((Some(id), done, goal), (search.id(), Some(454), Some(1000)));
}

/// RFC 5465 §5.2, §5.3.
#[test]
fn subscribers_hear_of_what_notify_asked_for() {
    selected!(kit, session);
    let mut events = session.notices();
    let messages = MailboxEvents::new().messages();
    let notify = Notify::set(MailboxFilter::Selected, messages.clone())
        .and(MailboxFilter::Personal, messages);
    drop(session.notify(notify));
    kit.sent();
    kit.says("A2 OK done\r\n");
    assert!(session.is_notifying());
    kit.says("* STATUS other (MESSAGES 3 UIDNEXT 4)\r\n* 2 EXPUNGE\r\n");
    let mut next = || now(|context| events.poll_notice(context)).flatten();
    let is = |notice: Option<Notice>, wanted: fn(&Data) -> bool| matches!(notice, Some(Notice::Data { data, claimed: false, .. }) if wanted(&data));
    assert!(is(next(), |data| matches!(data, Data::Status(_))));
    assert!(is(next(), |data| matches!(data, Data::Expunge(_))));
    let flags = FetchItems::new().flags();
    let mut fetch = session.run(Fetch::new(SequenceNumber(1), flags));
    let refused = now(|context| fetch.poll_finish(context)).unwrap();
    assert!(matches!(
        refused,
        Err(Error::Submit(SubmitError::UnstableNumbers))
    ));
}

/// RFC 5182 §2.1.
#[test]
fn what_was_not_saved_is_an_error_of_ours() {
    selected!(kit, session);
    let save = SearchReturn::new().save();
    let mut search = session.run(UidSearch::new(SearchKey::all()).returning(save));
    kit.sent();
    kit.says("A2 NO [NOTSAVED] no room\r\n");
    assert!(matches!(
        now(|context| search.poll_finish(context)),
        Some(Err(Error::No(_)))
    ));
    let items = FetchItems::new().flags();
    let mut fetch = session.run(UidFetch::new(Messages::SavedResult, items));
    let refused = now(|context| fetch.poll_finish(context)).unwrap();
    assert!(matches!(refused, Err(Error::Submit(SubmitError::NotSaved))));
}
