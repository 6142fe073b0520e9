//! Commands that find messages in the selected mailbox.

use super::commands;
use crate::encode::{
    CancelUpdate, CommandId, Esearch, MailboxFilter, Search, SearchKey, Sort, SortCriteria, Thread,
    ThreadAlgorithm, UidBatches, UidSearch, UidSort, UidThread,
};

commands! {
    /// SEARCH (RFC 9051 §6.4.4). To choose what is told (RFC 4731), run a [`Search`].
    search(key: SearchKey) -> Search = Search::new(key);

    /// UID SEARCH (RFC 9051 §6.4.9).
    uid_search(key: SearchKey) -> UidSearch = UidSearch::new(key);

    /// ESEARCH: which messages of these mailboxes meet a condition (RFC 7377). With more options, run an [`Esearch`].
    esearch(within: MailboxFilter, key: SearchKey) -> Esearch = Esearch::new(key).within(within);

    /// CANCELUPDATE: no more updates for these live searches, named by the ids of their replies (RFC 5267 §4.3.5).
    cancel_update(searches: impl IntoIterator<Item = CommandId>) -> CancelUpdate = CancelUpdate::new(searches);

    /// UIDBATCHES: ranges of UIDs with so many messages each (RFC 10022).
    uid_batches(messages: u32) -> UidBatches = UidBatches::new(messages);

    /// SORT (RFC 5256 §3).
    sort(criteria: SortCriteria, key: SearchKey) -> Sort = Sort::new(criteria, key);

    /// UID SORT (RFC 5256 §3).
    uid_sort(criteria: SortCriteria, key: SearchKey) -> UidSort = UidSort::new(criteria, key);

    /// THREAD (RFC 5256 §3).
    thread(algorithm: ThreadAlgorithm, key: SearchKey) -> Thread = Thread::new(algorithm, key);

    /// UID THREAD (RFC 5256 §3).
    uid_thread(algorithm: ThreadAlgorithm, key: SearchKey) -> UidThread = UidThread::new(algorithm, key);
}
