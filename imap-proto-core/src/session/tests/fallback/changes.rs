//! Operations that change messages.

use super::*;

const MOVE: Steps<'static> = &[
    ("UID SEARCH UID 2:4", "* SEARCH 2 4\r\nOK"),
    ("UID COPY 2,4 B", "OK [COPYUID 9 2,4 11:12] done"),
    ("UID STORE 2,4 +FLAGS.SILENT (\\Deleted)", "OK"),
    ("UID EXPUNGE 2,4", "* 3 EXPUNGE\r\n* 1 EXPUNGE\r\nOK"),
];

fn moving(portable: &Portable<Plain>) -> Operation<Moved, Halted<MoveState>> {
    portable.uid_move(uids("2:4"), "B")
}

#[test]
fn move_by_copy_store_and_uid_expunge() {
    let (mut kit, session) = selected("UIDPLUS", Fallbacks::default());
    let moved = play(&mut kit, moving(&session.portable()), 1, MOVE).unwrap();
    assert_eq!(moved.way, Way::Fallback);
    assert_eq!(moved.uids.unwrap().destination, uids("11:12"));
    assert_eq!(moved.left, None);
}

#[test]
fn move_that_fails_says_where_the_messages_are() {
    use MoveState::{Copied, Marked, Unknown, Untouched};
    let states = failures("UIDPLUS", Fallbacks::default(), moving, MOVE);

    assert!(matches!(states[0], (Untouched, Untouched)), "{states:?}");
    assert!(matches!(states[1], (Untouched, Unknown)), "{states:?}");
    assert!(
        matches!(states[2], (Copied(Some(_)), Copied(Some(_)))),
        "{states:?}"
    );
    let expected = [ExpungeState::Untouched, ExpungeState::Unknown];
    match &states[3] {
        (Marked(Some(_), no), Marked(Some(_), lost)) => {
            assert_eq!([no, lost], [&expected[0], &expected[1]]);
        }
        other => panic!("{other:?}"),
    }
}

/// RFC 3501 §6.4.3: EXPUNGE takes all messages with `\Deleted`; it is never sent unasked.
#[test]
fn move_without_uidplus_leaves_the_messages_marked() {
    let (mut kit, session) = selected("", Fallbacks::default());
    let operation = session.portable().uid_move(Uid(2), "B");
    let steps = [
        ("UID COPY 2 B", "OK"),
        ("UID STORE 2 +FLAGS.SILENT (\\Deleted)", "OK"),
    ];
    let moved = play(&mut kit, operation, 1, &steps).unwrap();
    assert_eq!(moved.left, Some(uids("2")));
}

/// What a server claims to have copied beyond what was asked is not removed.
#[test]
fn move_removes_nothing_that_was_not_asked_for() {
    let (mut kit, session) = selected("UIDPLUS", Fallbacks::default());
    let operation = session.portable().uid_move(Uid(2), "B");
    let steps = [
        ("UID COPY 2 B", "OK [COPYUID 9 1:3 11:13] done"),
        ("UID STORE 2 +FLAGS.SILENT (\\Deleted)", "OK"),
        ("UID EXPUNGE 2", "OK"),
    ];
    play(&mut kit, operation, 1, &steps).unwrap();
    let operation = session.portable().uid_move(uids("5:*"), "B");
    let steps = [("UID SEARCH UID 5:*", "* SEARCH\r\nOK")];
    let moved = play(&mut kit, operation, 4, &steps).unwrap();
    assert_eq!((moved.uids, moved.left), (None, None));
}

#[test]
fn move_is_native_where_it_can_be() {
    let (mut kit, session) = selected("MOVE", Fallbacks::none());
    let steps = [("UID MOVE 2:4 B", "OK [COPYUID 9 2,4 11:12] done")];
    let moved = play(&mut kit, moving(&session.portable()), 1, &steps).unwrap();
    assert_eq!(moved.way, Way::Native);
    let avoiding = Fallbacks::default().avoid_extensions(true);
    let (mut kit, session) = selected("MOVE UIDPLUS", avoiding);
    let moved = play(&mut kit, moving(&session.portable()), 1, &MOVE[..3]).unwrap();
    assert_eq!(moved.left, Some(uids("2,4")));
}

const BARE: Steps<'static> = &[
    ("UID SEARCH DELETED", "* SEARCH 2 5 6\r\nOK"),
    ("UID STORE 5:6 -FLAGS.SILENT (\\Deleted)", "OK"),
    ("EXPUNGE", "* 1 EXPUNGE\r\nOK"),
    ("UID STORE 5:6 +FLAGS.SILENT (\\Deleted)", "OK"),
];

#[test]
fn uid_expunge_by_expunge_spares_the_others() {
    let bare = Fallbacks::default().bare_expunge(true);
    let (mut kit, session) = selected("", bare);
    let done = play(
        &mut kit,
        session.portable().uid_expunge(uids("1:2")),
        1,
        BARE,
    );
    assert_eq!(done.unwrap().way, Way::Fallback);
    let steps = [
        ("UID SEARCH DELETED", "* SEARCH 1\r\nOK"),
        ("EXPUNGE", "* 1 EXPUNGE\r\nOK"),
    ];
    play(
        &mut kit,
        session.portable().uid_expunge(uids("1:2")),
        5,
        &steps,
    )
    .unwrap();
    let (mut kit, session) = selected("UIDPLUS", Fallbacks::none());
    let native = [("UID EXPUNGE 1:2", "* 1 EXPUNGE\r\nOK")];
    let done = play(
        &mut kit,
        session.portable().uid_expunge(uids("1:2")),
        1,
        &native,
    );
    assert_eq!(done.unwrap().way, Way::Native);
}

#[test]
fn uid_expunge_that_fails_gives_the_flags_back() {
    let bare = Fallbacks::default().bare_expunge(true);
    let begin = |portable: &Portable<Plain>| portable.uid_expunge(uids("1:2"));
    let state = |steps: Steps<'_>| {
        let (mut kit, session) = selected("", bare);
        let operation = begin(&session.portable());
        play(&mut kit, operation, 1, steps).unwrap_err().state
    };
    let no = |at: usize| (BARE[at].0, "NO no");
    assert_eq!(state(&[no(0)]), ExpungeState::Untouched);
    let others = uids("5:6");
    assert_eq!(
        state(&[BARE[0], no(1)]),
        ExpungeState::Unmarked(others.clone())
    );
    assert_eq!(
        state(&[BARE[0], BARE[1], no(2), BARE[3]]),
        ExpungeState::Untouched
    );
    assert_eq!(
        state(&[BARE[0], BARE[1], no(2), no(3)]),
        ExpungeState::Unmarked(others.clone())
    );
    assert_eq!(
        state(&[BARE[0], BARE[1], BARE[2], no(3)]),
        ExpungeState::ExpungedAndUnmarked(others.clone())
    );
    let lost = (BARE[2].0, "END");
    assert_eq!(
        state(&[BARE[0], BARE[1], lost]),
        ExpungeState::ExpungedAndUnmarked(others)
    );
}

const UNSELECT: Steps<'static> = &[
    ("EXAMINE A", "* 3 EXISTS\r\nOK [READ-ONLY] in"),
    ("CLOSE", "OK"),
];

#[test]
fn unselect_by_examine_and_close() {
    let (mut kit, session) = selected("", Fallbacks::default());
    let done = play(&mut kit, session.portable().unselect(), 1, UNSELECT).unwrap();
    assert_eq!(done.way, Way::Fallback);
    assert_eq!(session.state(), State::Authenticated);
    let (mut kit, session) = selected("UNSELECT", Fallbacks::none());
    let done = play(
        &mut kit,
        session.portable().unselect(),
        1,
        &[("UNSELECT", "OK")],
    )
    .unwrap();
    assert_eq!(done.way, Way::Native);
    // RFC 9051 §6.3.2: a refused EXAMINE leaves nothing selected, which was the wish.
    let (mut kit, session) = selected("", Fallbacks::default());
    play(
        &mut kit,
        session.portable().unselect(),
        1,
        &[("EXAMINE A", "NO gone")],
    )
    .unwrap();
    assert_eq!(session.state(), State::Authenticated);
}

#[test]
fn unselect_that_fails_expunges_nothing() {
    let fails = |steps: Steps<'_>| {
        let (mut kit, session) = selected("", Fallbacks::default());
        play(&mut kit, session.portable().unselect(), 1, steps)
            .unwrap_err()
            .state
    };
    let bad = ("EXAMINE A", "BAD what?");
    assert_eq!(fails(&[bad]), UnselectState::Selected);
    assert_eq!(
        fails(&[UNSELECT[0], ("CLOSE", "NO no")]),
        UnselectState::Examined
    );
}

const APPENDS: Steps<'static> = &[
    ("APPEND B {1+}\r\na", "OK [APPENDUID 9 1] done"),
    ("APPEND B {1+}\r\nb", "OK [APPENDUID 9 2] done"),
];

fn appending(portable: &Portable<Plain>) -> Operation<Appended, Halted<AppendState>> {
    portable.append_all("B", ["a", "b"].map(AppendMessage::new))
}

#[test]
fn multiappend_one_by_one() {
    let (mut kit, session) = selected("", Fallbacks::default());
    let appended = play(&mut kit, appending(&session.portable()), 1, APPENDS).unwrap();
    assert_eq!((appended.way, appended.uids.len()), (Way::Fallback, 2));
    let (mut kit, session) = selected("MULTIAPPEND", Fallbacks::none());
    let steps: Steps<'_> = &[("APPEND B {1+}\r\na {1+}\r\nb", "OK [APPENDUID 9 1:2] done")];
    let appended = play(&mut kit, appending(&session.portable()), 1, steps).unwrap();
    assert_eq!((appended.way, appended.uids.len()), (Way::Native, 1));
}

#[test]
fn multiappend_that_fails_says_how_many_are_there() {
    let states = failures("", Fallbacks::default(), appending, APPENDS);
    let told: Vec<_> = states
        .iter()
        .flat_map(|(no, lost)| [(no.appended, no.unknown), (lost.appended, lost.unknown)])
        .collect();
    assert_eq!(told, [(0, false), (0, true), (1, false), (1, true)]);
}

const REPLACE: Steps<'static> = &[
    ("UID SEARCH UID 2", "* SEARCH 2\r\nOK"),
    ("APPEND A {1+}\r\na", "OK [APPENDUID 7 8] done"),
    ("UID STORE 2 +FLAGS.SILENT (\\Deleted)", "OK"),
    ("UID EXPUNGE 2", "OK"),
];

fn replacing(portable: &Portable<Plain>) -> Operation<Replaced, Halted<ReplaceState>> {
    portable.uid_replace(Uid(2), "A", AppendMessage::new("a"))
}

#[test]
fn replace_by_append_and_delete() {
    let (mut kit, session) = selected("UIDPLUS", Fallbacks::default());
    let replaced = play(&mut kit, replacing(&session.portable()), 1, REPLACE).unwrap();
    assert_eq!(replaced.uid.unwrap().uids, uids("8"));
    assert!(!replaced.left);
    let (mut kit, session) = selected("", Fallbacks::default());
    let replaced = play(&mut kit, replacing(&session.portable()), 1, &REPLACE[..3]).unwrap();
    assert!(replaced.left);
    let (mut kit, session) = selected("", Fallbacks::default());
    let gone: Steps<'_> = &[("UID SEARCH UID 2", "* SEARCH\r\nOK")];
    let halted = play(&mut kit, replacing(&session.portable()), 1, gone).unwrap_err();
    assert!(matches!(halted.cause, Error::NoSuchMessage(Uid(2))));
    let (mut kit, session) = selected("REPLACE", Fallbacks::none());
    let steps: Steps<'_> = &[("UID REPLACE 2 A {1+}\r\na", "OK [APPENDUID 7 8] done")];
    let replaced = play(&mut kit, replacing(&session.portable()), 1, steps).unwrap();
    assert_eq!(replaced.way, Way::Native);
}

#[test]
fn replace_that_fails_keeps_a_message() {
    use ReplaceState::{Appended, Marked, Unknown, Untouched};
    let states = failures("UIDPLUS", Fallbacks::default(), replacing, REPLACE);

    assert!(matches!(states[0], (Untouched, Untouched)), "{states:?}");
    assert!(matches!(states[1], (Untouched, Unknown)), "{states:?}");
    assert!(
        matches!(states[2], (Appended(Some(_)), Appended(Some(_)))),
        "{states:?}"
    );
    assert!(matches!(states[3], (Marked(..), Marked(..))), "{states:?}");
}
