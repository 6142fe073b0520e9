//! Operations on servers that lack the extension: what is sent, and what is left behind when a
//! step fails.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

use super::super::{
    AppendState, Appended, Done, Error, ExpungeState, Halted, KnownMailbox, MoveState, Moved,
    Operation, Portable, ReplaceState, Replaced, ResyncMethod, Session, UnselectState, UseSource,
    Way,
};
use super::harness::{Kit, Plain, now, pass};
use crate::encode::{AppendMessage, Messages, SearchKey, StatusItems};
use crate::engine::{Config, Fallbacks, State};
use crate::types::{ListAttribute, ModSeq, SectionPart, Uid, UidSet, UidValidity};

mod changes;
mod reading;

/// What is sent, and what the server says to it; its tag stands before the last line.
type Steps<'a> = &'a [(&'a str, &'a str)];

/// A session with these capabilities, of which mailbox A is selected, with three messages.
fn selected(capabilities: &str, fallbacks: Fallbacks) -> (Kit, Session<Plain>) {
    let (mut kit, session) = logged_in(capabilities, fallbacks);
    let mut select = session.select("A");
    assert_eq!(kit.sent(), "A0 SELECT A\r\n");
    kit.says("* 3 EXISTS\r\n* OK [UIDVALIDITY 7] v\r\nA0 OK [READ-WRITE] in\r\n");
    now(|context| select.poll_finish(context)).unwrap().unwrap();
    (kit, session)
}

fn logged_in(capabilities: &str, fallbacks: Fallbacks) -> (Kit, Session<Plain>) {
    let config = Config::preauthenticated().fallbacks(fallbacks);
    let (mut kit, mut opening) = Kit::new(config);
    kit.says(format!(
        "* PREAUTH [CAPABILITY IMAP4rev1 LITERAL+ {capabilities}] hi\r\n"
    ));
    let session = now(|context| opening.poll_open(context)).unwrap().unwrap();
    (kit, session)
}

/// Plays the steps from tag `A{first}` on, and gives the end of the operation.
fn play<T, E: Debug>(
    kit: &mut Kit,
    mut operation: Operation<T, E>,
    first: usize,
    steps: Steps<'_>,
) -> Result<T, E> {
    for (tag, (sent, said)) in (first..).zip(steps) {
        let end = now(|context| Pin::new(&mut operation).poll(context));
        assert!(end.is_none(), "it ended before {sent}");
        assert_eq!(kit.sent(), format!("A{tag} {sent}\r\n"));
        if *said == "END" {
            kit.closes();
            continue;
        }
        let (data, last) = said.rsplit_once('\n').map_or(("", *said), |(d, l)| (d, l));
        let newline = if data.is_empty() { "" } else { "\n" };
        kit.says(format!("{data}{newline}A{tag} {last}\r\n"));
    }
    let end = now(|context| Pin::new(&mut operation).poll(context));
    let sent = kit.sent();
    assert!(
        sent.is_empty() || sent.contains("LOGOUT"),
        "more was sent: {sent}"
    );
    end.expect("it has ended")
}

/// The ends when the first step fails, the second, and so on, each by NO and by a lost connection.
fn failures<T: Debug, S: Debug + std::fmt::Display>(
    capabilities: &str,
    fallbacks: Fallbacks,
    begin: impl Fn(&Portable<Plain>) -> Operation<T, Halted<S>>,
    steps: Steps<'_>,
) -> Vec<(S, S)> {
    let fails = |at: usize, how: &'static str| {
        let (mut kit, session) = selected(capabilities, fallbacks);
        let mut played = steps[..=at].to_vec();
        played[at].1 = how;
        let operation = begin(&session.portable());
        let halted = play(&mut kit, operation, 1, &played).unwrap_err();
        assert!(
            how == "END" || matches!(halted.cause, Error::No(_)),
            "{halted}"
        );
        halted.state
    };
    let each = 0..steps.len();
    each.map(|at| (fails(at, "NO no"), fails(at, "END")))
        .collect()
}

fn uids(text: &str) -> UidSet {
    text.parse().unwrap()
}

/// Each fallback that is turned off fails before anything is sent.
#[test]
fn what_is_turned_off_is_not_done() {
    fn end<T, E>(mut operation: Operation<T, E>) -> Option<E> {
        now(|context| Pin::new(&mut operation).poll(context))?.err()
    }
    fn name(error: Option<Error>) -> &'static str {
        match error {
            Some(Error::NotOffered(name)) => name,
            other => panic!("{other:?}"),
        }
    }
    let (mut kit, session) = selected("", Fallbacks::none());
    let portable = session.portable();
    let key = SearchKey::all;
    let message = || AppendMessage::new("x");
    let moved = end(portable.uid_move(Uid(1), "B")).unwrap();
    assert_eq!(moved.state, MoveState::Untouched);
    let replaced = end(portable.uid_replace(Uid(1), "A", message())).unwrap();
    let appended = end(portable.append_all("A", [message(), message()])).unwrap();
    let expunged = end(portable.uid_expunge(Uid(1))).unwrap();
    let unselected = end(portable.unselect()).unwrap();
    let known = KnownMailbox {
        uid_validity: UidValidity(7),
        mod_seq: None,
        uids: uids("1"),
    };
    let names = [
        name(Some(moved.cause)),
        name(Some(replaced.cause)),
        name(Some(appended.cause)),
        name(Some(expunged.cause)),
        name(Some(unselected.cause)),
        name(end(portable.uid_search_summary(key()))),
        name(end(portable.uid_search_part(key(), 1, 2))),
        name(end(portable.uid_search_saved(key()))),
        name(end(portable.list_status(
            "",
            "*",
            StatusItems::new().messages(),
        ))),
        name(end(portable.special_use())),
        name(end(portable.resynchronize("A", known))),
        name(end(portable.uid_fetch_binary(Uid(1), "1".parse().unwrap()))),
        name(end(portable.watch())),
    ];
    let expected = "MOVE REPLACE MULTIAPPEND UIDPLUS UNSELECT ESEARCH PARTIAL SEARCHRES \
                    LIST-STATUS SPECIAL-USE QRESYNC BINARY NOTIFY";
    assert_eq!(names.join(" "), expected);
    assert_eq!(kit.sent(), "");
}
