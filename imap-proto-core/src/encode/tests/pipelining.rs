use super::*;

type P = Pipelining;

const STORE: P = P::FETCH.union(P::FLAG_WRITER);
const SEARCH: P = P::FETCH.union(P::PLAIN_SEARCH);
const NOOP: P = P::OTHER;

/// Whether the commands may be sent one after the other without waiting.
fn legal(classes: &[P]) -> bool {
    let mut in_flight = InFlight::default();
    classes.iter().all(|&class| {
        let may = in_flight.may_send(class);
        in_flight.add(class);
        may
    })
}

#[test]
fn sequences_that_rfc_9051_section_5_5_names() {
    assert!(legal(&[P::FETCH, STORE, SEARCH, NOOP]));
    assert!(legal(&[STORE, P::COPY, P::EXPUNGE]));
    assert!(!legal(&[P::FETCH, NOOP, STORE]));
    assert!(!legal(&[STORE, P::COPY, P::FETCH]));
    assert!(!legal(&[P::COPY, P::COPY]));
}

#[test]
fn uid_search_by_number_waits_as_rfc_9051_section_5_5_says() {
    let tagged = P::UID_FETCH.union(P::TAGGED_SEARCH);
    let by_number = P::UID_SEARCH_BY_NUMBER.union(P::TAGGED_SEARCH);
    assert!(legal(&[tagged, tagged]));
    assert!(!legal(&[tagged, by_number]));
    assert!(legal(&[by_number, tagged]));
}

#[test]
fn fetch_that_sets_seen_and_search_unseen_wait_for_each_other() {
    let fetch = P::FETCH.union(P::FLAG_WRITER);
    let search = SEARCH.union(P::FLAG_READER);
    assert!(!legal(&[fetch, search]));
    assert!(!legal(&[search, fetch]));
}

#[test]
fn saved_results_are_used_at_once_as_rfc_5182_example_7_does() {
    let search = P::FETCH
        .union(P::TAGGED_SEARCH)
        .union(P::SAVE)
        .union(P::FLAG_READER);
    let copy = P::UID_COPY;
    let store = P::FETCH_SAVED.union(P::FLAG_WRITER_SAVED);
    assert!(legal(&[search, copy, store]));
    // Example 8: two searches, of which the second is told apart by its tag.
    let second = P::FETCH.union(P::TAGGED_SEARCH);
    assert!(legal(&[search, second]));
}

#[test]
fn a_response_without_a_key_has_one_owner() {
    for class in [
        SEARCH,
        P::UID_FETCH.union(P::PLAIN_SEARCH),
        P::FETCH.union(P::SORT),
        P::UID_FETCH.union(P::THREAD),
        P::LIST,
        P::LSUB,
        P::QUOTA,
        P::LIST_RIGHTS,
        P::ENABLE,
        P::EXPUNGE,
        P::UID_MOVE,
        P::UID_FETCH.union(P::UNKEYED_BODIES),
        P::UID_FETCH.union(P::VANISHED),
        P::one_of_a_kind(P::ANSWERS_ID),
    ] {
        assert!(!legal(&[class, class]), "{class:?}");
    }
    assert!(!legal(&[P::LIST_STATUS, P::STATUS]));
    assert!(!legal(&[P::STATUS, P::LIST_STATUS]));
    assert!(!legal(&[
        P::UID_FETCH.union(P::TAGGED_SEARCH),
        P::UID_FETCH.union(P::PLAIN_SEARCH)
    ]));
}

#[test]
fn what_has_a_key_goes_together() {
    assert!(legal(&[P::STATUS, P::STATUS, P::LIST, P::LSUB]));
    assert!(legal(&[
        P::UID_FETCH,
        P::UID_FETCH,
        P::UID_COPY,
        P::UID_COPY
    ]));
    let (id, namespace) = (P::ANSWERS_ID, P::ANSWERS_NAMESPACE);
    let login = [
        P::one_of_a_kind(id),
        P::one_of_a_kind(namespace),
        P::ENABLE,
        P::LIST,
    ];
    assert!(legal(&login));
}

#[test]
fn removed_messages_are_not_named_at_the_same_time() {
    for class in [P::UID_FETCH, P::UID_COPY, P::FETCH_SAVED, P::FETCH, P::MOVE] {
        assert!(!legal(&[P::EXPUNGE, class]), "{class:?}");
        assert!(!legal(&[P::UID_MOVE, class]), "{class:?}");
    }
}

#[test]
fn the_selected_mailbox_changes_alone() {
    for class in [
        P::FETCH,
        P::UID_FETCH,
        P::FETCH_SAVED,
        P::IN_SELECTED,
        P::EXPUNGE,
    ] {
        assert!(!legal(&[P::SELECT, class]), "{class:?}");
        assert!(!legal(&[class, P::SELECT]), "{class:?}");
        assert!(!legal(&[class, P::DESELECT]), "{class:?}");
        assert!(!legal(&[class, P::MAILBOX_REMOVER]), "{class:?}");
        assert!(!legal(&[P::MAILBOX_REMOVER, class]), "{class:?}");
    }
    assert!(!legal(&[P::SELECT, P::SELECT]));
    assert!(legal(&[P::SELECT, P::STATUS, P::MAILBOX_READER]));
}

#[test]
fn mailboxes_are_not_changed_under_a_reader() {
    for class in [P::STATUS, P::LIST, P::SELECT, P::UID_COPY, P::QUOTA] {
        assert!(!legal(&[class, P::MAILBOX_WRITER]), "{class:?}");
        assert!(!legal(&[P::MAILBOX_WRITER, class]), "{class:?}");
    }
    assert!(legal(&[P::MAILBOX_WRITER, P::MAILBOX_WRITER, P::UID_FETCH]));
}

#[test]
fn conditional_stores_are_alone_among_stores() {
    let store = P::UID_FETCH.union(P::FLAG_WRITER);
    let conditional = store.union(P::CONDITIONAL);
    assert!(legal(&[store, store]));
    assert!(!legal(&[store, conditional]));
    assert!(!legal(&[conditional, store]));
    assert!(!legal(&[conditional, conditional]));
}

#[test]
fn barriers_run_alone() {
    for class in [
        P::OTHER,
        P::FETCH,
        P::SELECT,
        P::ENABLE_DIALECT,
        P::barrier(),
    ] {
        assert!(!legal(&[class, P::barrier()]), "{class:?}");
        assert!(!legal(&[P::barrier(), class]), "{class:?}");
    }
}

#[test]
fn a_new_dialect_holds_what_follows_only() {
    assert!(legal(&[P::STATUS, P::LIST, P::ENABLE_DIALECT]));
    assert!(!legal(&[P::ENABLE_DIALECT, P::OTHER]));
    assert!(legal(&[P::ENABLE, P::SELECT]));
}

#[test]
fn a_pair_is_judged_as_the_counters_judge_it() {
    let classes = [
        P::OTHER,
        P::FETCH,
        STORE,
        P::COPY,
        P::EXPUNGE,
        P::SELECT,
        P::LIST,
    ];
    for earlier in classes {
        for later in classes {
            assert_eq!(later.conflicts_with(earlier), !legal(&[earlier, later]));
        }
    }
}

#[test]
fn what_ended_forbids_nothing() {
    let mut in_flight = InFlight::default();
    in_flight.add(P::COPY);
    in_flight.add(NOOP);
    in_flight.remove(P::COPY);
    assert!(!in_flight.may_send(P::FETCH));
    in_flight.remove(NOOP);
    assert!(in_flight.may_send(P::FETCH));
    assert!(in_flight.may_send(P::barrier()));
}

#[test]
fn expunge_is_allowed_while_every_command_allows_it() {
    let mut in_flight = InFlight::default();
    assert!(!in_flight.allows_expunge());
    in_flight.add(P::FETCH);
    assert!(!in_flight.allows_expunge());
    in_flight.add(NOOP);
    assert!(!in_flight.allows_expunge());
    in_flight.remove(P::FETCH);
    assert!(in_flight.allows_expunge());
}
