//! What changed in the mailbox: by CONDSTORE and by comparison against the demo server, by QRESYNC against Dovecot
//! and Cyrus in `loss`.

use std::sync::mpsc;

use imap_proto_core::session::ResyncMethod;
use imap_tests::demo::{Demo, Settings};
use imap_transport_std::encode::{Fetch, FetchItems, Noop, SubmitError};
use imap_transport_std::encode::{Select, StoreAction, UidFetch, UidStore};
use imap_transport_std::types::{Data, Flag, SequenceNumber, Uid, UidSet};
use imap_transport_std::{
    Error, Notice, ReconnectingSession, RecoveryEvent, RecoveryEvents, Reselection, connect,
};

use crate::kit::{
    Gate, Listing, PATIENCE, alice, answer, assert_difference, command, fill, gated, hasty, known,
    listing, message, preauth, program, run, serve, trusting, until, until_it_is, until_known,
    until_lost, until_reconnected,
};

fn demo(hidden: &[&str]) -> Demo {
    let hidden = hidden.iter().map(|name| (*name).to_owned()).collect();
    let settings = Settings {
        hidden,
        large_lines: 10,
        ..Settings::default()
    };
    Demo::start(settings).unwrap()
}

/// A session with six messages in the mailbox `A`, which it knows.
fn selected(demo: &Demo) -> (Gate, ReconnectingSession) {
    let (gate, session) = gated(alice(demo.port()), hasty());
    let now = session.session().unwrap();
    fill(&now, "A", 6);
    now.select("A").wait().unwrap();
    until_known(&session, 6);
    (gate, session)
}

/// Loses the connection, with no other to follow until the gate is open; what was known then.
fn lose(
    demo: &Demo,
    gate: &Gate,
    session: &ReconnectingSession,
    events: &mut RecoveryEvents,
) -> Listing {
    gate.set(false);
    demo.cut_connections();
    let error = until_lost(events);
    assert!(error.is_fatal(), "{error}");
    known(session)
}

/// What another client does meanwhile.
fn others_change(demo: &Demo) {
    let other = connect(alice(demo.port())).unwrap();
    other.select("A").wait().unwrap();
    let marks = |uid: u32, flag: Flag| {
        let change = StoreAction::add([flag]);
        other.uid_store(Uid(uid)..=Uid(uid), change).wait().unwrap();
    };
    marks(2, Flag::Deleted);
    other.expunge().wait().unwrap();
    marks(3, Flag::from("$Label"));
    marks(5, Flag::Seen);
    other.append("A", message("new")).wait().unwrap();
    other.logout().wait().unwrap();
}

#[test]
fn what_changed_is_told_exactly() {
    for (hidden, method) in [
        (&[][..], ResyncMethod::Condstore),
        (&["CONDSTORE", "ENABLE"][..], ResyncMethod::Comparison),
    ] {
        let demo = demo(hidden);
        let (gate, session) = selected(&demo);
        let mut events = session.events();
        let before = lose(&demo, &gate, &session, &mut events);
        assert_eq!(before.len(), 6);
        others_change(&demo);
        gate.set(true);
        let reconnected = until_reconnected(&mut events);
        let changes = reconnected.mailbox.changes().expect("a selected mailbox");
        assert_eq!(changes.method, method);
        let now = listing(&alice(demo.port()), "A");
        assert_eq!(known(&session), now);
        assert_difference(changes, &before, &now);
        assert_eq!(changes.vanished.to_string(), "2");
        let uids = |list: &[(Uid, _)]| list.iter().map(|(uid, _)| uid.0).collect::<Vec<_>>();
        assert_eq!(
            (uids(&changes.new), uids(&changes.flags)),
            (vec![7], vec![3, 5])
        );

        // Nothing changes: nothing is told.
        demo.cut_connections();
        let changes = until_reconnected(&mut events);
        let changes = changes.mailbox.changes().cloned().unwrap();
        assert!(changes.vanished.is_empty() && changes.new.is_empty() && changes.flags.is_empty());
    }
}

/// Changes that the session was told of are not told again.
#[test]
fn what_was_told_before_is_no_change() {
    let demo = demo(&[]);
    let (gate, session) = selected(&demo);
    let mut events = session.events();
    let now = session.session().unwrap();
    let seen = StoreAction::add([Flag::Seen]);
    now.uid_store(Uid(1)..=Uid(3), seen).wait().unwrap();
    let deleted = StoreAction::add([Flag::Deleted]).silent();
    now.uid_store(Uid(6)..=Uid(6), deleted).wait().unwrap();
    now.expunge().wait().unwrap();
    until_known(&session, 5);
    let before = lose(&demo, &gate, &session, &mut events);
    gate.set(true);
    let reconnected = until_reconnected(&mut events);
    let changes = reconnected.mailbox.changes().unwrap();
    assert_difference(changes, &before, &listing(&alice(demo.port()), "A"));
    assert!(changes.vanished.is_empty() && changes.new.is_empty() && changes.flags.is_empty());
}

#[test]
fn an_examined_mailbox_is_examined_again() {
    let demo = demo(&[]);
    let (_gate, session) = gated(alice(demo.port()), hasty());
    let mut events = session.events();
    let now = session.session().unwrap();
    fill(&now, "A", 1);
    now.examine("A").wait().unwrap();
    until_known(&session, 1);
    demo.cut_connections();
    let reconnected = until_reconnected(&mut events);
    assert!(reconnected.mailbox.changes().unwrap().selected.read_only);
    let view = session.session().unwrap().mailbox().unwrap();
    assert!(view.read_only && !view.turned_read_only());
}

#[test]
fn without_a_mailbox_none_is_selected() {
    let demo = demo(&[]);
    let (_gate, session) = selected(&demo);
    let mut events = session.events();
    session.session().unwrap().unselect().wait().unwrap();
    assert!(session.known().is_none());
    demo.cut_connections();
    let reconnected = until_reconnected(&mut events);
    assert!(matches!(reconnected.mailbox, Reselection::None));
    assert!(session.session().unwrap().mailbox().is_none());
}

/// RFC 9051 §2.3.1.1: with another UIDVALIDITY, UIDs are those of other messages; no command may reach them.
#[test]
fn another_uidvalidity_makes_everything_new_and_keeps_commands_off() {
    let demo = demo(&[]);
    let (gate, session) = selected(&demo);
    let mut events = session.events();
    let before = lose(&demo, &gate, &session, &mut events);
    let other = connect(alice(demo.port())).unwrap();
    other.delete("A").wait().unwrap();
    fill(&other, "A", 2);
    // It waits for a connection, and must not mark the wrong message.
    let store = |flag: Flag| UidStore::new(Uid(1)..=Uid(1), StoreAction::add([flag]));
    let waiting = session.run(store(Flag::Flagged));
    gate.set(true);
    let reconnected = until_reconnected(&mut events);
    let changes = reconnected.mailbox.changes().unwrap();
    assert_eq!(changes.method, ResyncMethod::Reset);
    assert_eq!(changes.vanished.iter().count(), before.len());
    assert_eq!(changes.new.len(), 2);
    assert!(matches!(waiting.wait(), Err(Error::NotSent)));
    assert!(matches!(
        session.run(store(Flag::Flagged)).wait(),
        Err(Error::NotSent)
    ));
    let untouched: Listing = listing(&alice(demo.port()), "A");
    assert!(untouched.values().all(Vec::is_empty));
    // Whoever selects it knows of it.
    session.run(Select::new("A")).wait().unwrap();
    session.run(store(Flag::Seen)).wait().unwrap();
}

#[test]
fn a_mailbox_that_is_gone_is_told_and_the_session_goes_on() {
    let demo = demo(&[]);
    let (gate, session) = selected(&demo);
    let mut events = session.events();
    lose(&demo, &gate, &session, &mut events);
    let other = connect(alice(demo.port())).unwrap();
    other.delete("A").wait().unwrap();
    gate.set(true);
    let reconnected = until_reconnected(&mut events);
    assert!(matches!(
        reconnected.mailbox,
        Reselection::Failed(Error::No(_))
    ));
    let now = session.session().unwrap();
    assert!(now.mailbox().is_none());
    now.select("INBOX").wait().unwrap();
}

/// Above the limit, and where it is turned off, it is only selected again.
#[test]
fn a_mailbox_may_be_too_large_to_be_compared() {
    let demo = demo(&[]);
    for recovery in [hasty().max_messages(5), hasty().compare(false)] {
        let (_gate, session) = gated(alice(demo.port()), recovery);
        let mut events = session.events();
        let now = session.session().unwrap();
        if now
            .status(
                "A",
                imap_transport_std::encode::StatusItems::new().messages(),
            )
            .wait()
            .is_err()
        {
            fill(&now, "A", 6);
        }
        now.select("A").wait().unwrap();
        assert!(
            session
                .known()
                .is_none_or(|known| known.messages.is_empty())
        );
        demo.cut_connections();
        let reconnected = until_reconnected(&mut events);
        assert!(
            matches!(reconnected.mailbox, Reselection::Selected(_)),
            "{reconnected:?}"
        );
        assert_eq!(session.session().unwrap().mailbox().unwrap().exists, 6);
    }
}

/// Message numbers may be those of others on the next connection.
#[test]
fn commands_by_number_are_refused() {
    let demo = demo(&[]);
    let (_gate, session) = selected(&demo);
    let fetch = Fetch::new(
        SequenceNumber(1)..=SequenceNumber(2),
        FetchItems::new().flags(),
    );
    let refused = session.run(fetch).wait();
    assert!(matches!(
        refused,
        Err(Error::Submit(SubmitError::NumbersOfConnection))
    ));
    let by_uid = UidFetch::new(UidSet::all(), FetchItems::new().flags());
    assert_eq!(session.run(by_uid).wait().unwrap().len(), 6);
}

/// Mail that comes behind the reconnection is told to who wished for IDLE before it.
#[test]
fn idle_goes_on() {
    let demo = demo(&[]);
    let (_gate, session) = selected(&demo);
    let mut events = session.events();
    let wish = session.idle();
    demo.cut_connections();
    until_reconnected(&mut events);
    until(&mut events, |event| match event {
        RecoveryEvent::Notice(Notice::Idling(true)) => Some(()),
        _ => None,
    });
    let other = connect(alice(demo.port())).unwrap();
    other.append("A", message("new")).wait().unwrap();
    until(&mut events, |event| match event {
        RecoveryEvent::Notice(Notice::Data {
            data: Data::Exists(7),
            ..
        }) => Some(()),
        _ => None,
    });
    drop(wish);
    until(&mut events, |event| match event {
        RecoveryEvent::Notice(Notice::Idling(false)) => Some(()),
        _ => None,
    });
}

/// What was enabled is enabled again, as far as it is offered.
#[test]
fn what_was_enabled_is_enabled_again() {
    let demo = demo(&[]);
    let (_gate, session) = gated(alice(demo.port()), hasty());
    let mut events = session.events();
    let now = session.session().unwrap();
    now.enable(["CONDSTORE"]).wait().unwrap();
    assert!(now.is_enabled("CONDSTORE"));
    demo.cut_connections();
    until_reconnected(&mut events);
    assert!(session.session().unwrap().is_enabled("CONDSTORE"));
}

#[test]
fn the_tokio_adapter_tells_what_changed() {
    use imap_transport_tokio::ReconnectingSession;
    let demo = demo(&[]);
    fill(&connect(alice(demo.port())).unwrap(), "A", 6);
    run(async {
        let gate = Gate::open();
        let (through, config) = (gate.clone(), alice(demo.port()));
        let connect = move || {
            let (through, config) = (through.clone(), config.clone());
            async move {
                tokio::task::spawn_blocking(move || through.pass())
                    .await
                    .unwrap();
                imap_transport_tokio::connect(config).await
            }
        };
        let session = ReconnectingSession::connect_with(connect, hasty())
            .await
            .unwrap();
        let mut events = session.events();
        session.session().await.unwrap().select("A").await.unwrap();
        while session
            .known()
            .is_none_or(|known| known.messages.len() != 6)
        {
            tokio::task::yield_now().await;
        }
        let wish = session.idle();
        gate.set(false);
        demo.cut_connections();
        loop {
            if let RecoveryEvent::Lost(_) = events.next().await.unwrap() {
                break;
            }
        }
        tokio::task::block_in_place(|| others_change(&demo));
        gate.set(true);
        let changes = loop {
            if let RecoveryEvent::Reconnected(reconnected) = events.next().await.unwrap() {
                break reconnected.mailbox.changes().cloned().unwrap();
            }
        };
        assert_eq!(changes.vanished.to_string(), "2");
        assert_eq!((changes.new.len(), changes.flags.len()), (1, 2));
        loop {
            if let RecoveryEvent::Notice(Notice::Idling(true)) = events.next().await.unwrap() {
                break;
            }
        }
        drop(wish);
        session.close().await.unwrap();
        while events.next().await.is_some() {}
    });
}

/// A server that contradicts itself is asked a few times, not for ever.
#[test]
fn a_mailbox_that_cannot_be_followed_is_given_up() {
    let (listed, listings) = mpsc::channel();
    let served = serve(vec![program(move |peer| {
        preauth(peer)?;
        let tag = command(peer, "SELECT INBOX")?;
        peer.say(format!("* 2 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n{tag} OK done\r\n").as_bytes())?;
        for _ in 0..5 {
            let tag = command(peer, "UID FETCH")?;
            let two_uids = "* 1 FETCH (UID 10 FLAGS ())\r\n* 1 FETCH (UID 11 FLAGS ())\r\n";
            peer.say(format!("{two_uids}{tag} OK done\r\n").as_bytes())?;
        }
        listed.send(()).map_err(|error| error.to_string())?;
        answer(peer, "NOOP")?;
        peer.say(b"* 2 FETCH (UID 10 FLAGS ())\r\n")?;
        answer(peer, "NOOP")?;
        answer(peer, "LOGOUT")
    })]);
    let session = ReconnectingSession::connect(trusting(served.port()), hasty()).unwrap();
    session.session().unwrap().select("INBOX").wait().unwrap();
    listings.recv_timeout(PATIENCE).unwrap();
    until_it_is("it is given up", || session.known().is_none());
    session.run(Noop).wait().unwrap();
    session.run(Noop).wait().unwrap();
    assert!(session.known().is_none());
    session.close().wait().unwrap();
    served.finish();
}
