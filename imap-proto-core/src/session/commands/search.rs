//! Commands that find messages in the selected mailbox.

use super::commands;
use crate::encode::{
    Search, SearchKey, Sort, SortCriteria, Thread, ThreadAlgorithm, UidSearch, UidSort, UidThread,
};

commands! {
    /// SEARCH (RFC 9051 §6.4.4). To choose what is told (RFC 4731), run a [`Search`].
    search(key: SearchKey) -> Search = Search::new(key);

    /// UID SEARCH (RFC 9051 §6.4.9).
    uid_search(key: SearchKey) -> UidSearch = UidSearch::new(key);

    /// SORT (RFC 5256 §3).
    sort(criteria: SortCriteria, key: SearchKey) -> Sort = Sort::new(criteria, key);

    /// UID SORT (RFC 5256 §3).
    uid_sort(criteria: SortCriteria, key: SearchKey) -> UidSort = UidSort::new(criteria, key);

    /// THREAD (RFC 5256 §3).
    thread(algorithm: ThreadAlgorithm, key: SearchKey) -> Thread = Thread::new(algorithm, key);

    /// UID THREAD (RFC 5256 §3).
    uid_thread(algorithm: ThreadAlgorithm, key: SearchKey) -> UidThread = UidThread::new(algorithm, key);
}
