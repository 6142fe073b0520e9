//! Real servers that are killed under load.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use imap_proto_core::session::ResyncMethod;
use imap_tests::mortal::Mortal;
use imap_tests::servers::Kind;
use imap_transport_std::encode::{Append, FetchItems, StoreAction, UidFetch, UidStore};
use imap_transport_std::types::{Flag, Uid, UidSet};
use imap_transport_std::{Changes, Config, Error, connect};

use crate::kit::{
    Gate, Listing, PATIENCE, assert_difference, fill, gated, hasty, known, listing, login, message,
    run, until_known, until_lost, until_reconnected,
};

const MAILBOX: &str = "Load";
/// Messages that are there from the beginning, each to be changed by one command.
const OLD: u32 = 80;
/// Commands of each kind that have ended well before the server is killed.
const ENOUGH: usize = 12;
/// Commands of one thread that are under way at once.
const WINDOW: usize = 8;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Well,
    /// It failed, and may have been done.
    Perhaps,
    /// It failed, and was not done.
    NotDone,
}

impl Ended {
    fn of<T>(result: &Result<T, Error>) -> Self {
        match result {
            Ok(_) => Self::Well,
            Err(error) => {
                assert!(error.is_fatal(), "{error}");
                if error.may_have_taken_effect() {
                    Self::Perhaps
                } else {
                    Self::NotDone
                }
            }
        }
    }
}

/// What became of all commands: each has a number of its own.
#[derive(Default)]
struct Record {
    stores: Mutex<Vec<(u32, Ended)>>,
    appends: Mutex<Vec<(u32, Ended)>>,
    done: [AtomicUsize; 2],
    begun: [AtomicUsize; 2],
}

impl Record {
    fn begin(&self, kind: usize) {
        self.begun[kind].fetch_add(1, Ordering::SeqCst);
    }

    /// Notes an ending; whether to go on.
    fn note<T>(&self, kind: usize, number: u32, result: &Result<T, Error>) -> bool {
        let ended = Ended::of(result);
        let list = if kind == 0 {
            &self.stores
        } else {
            &self.appends
        };
        list.lock().unwrap().push((number, ended));
        if ended == Ended::Well {
            self.done[kind].fetch_add(1, Ordering::SeqCst);
        }
        ended == Ended::Well
    }

    fn is_enough(&self) -> bool {
        let enough = |done: &AtomicUsize| done.load(Ordering::SeqCst) >= ENOUGH;
        self.done.iter().all(enough)
    }

    /// Each command that began had one ending, and is as it said.
    fn check(&self, now: &Listing, subjects: &[String]) {
        let stores = self.stores.lock().unwrap();
        let appends = self.appends.lock().unwrap();
        assert_eq!(stores.len(), self.begun[0].load(Ordering::SeqCst));
        assert_eq!(appends.len(), self.begun[1].load(Ordering::SeqCst));
        for (uid, ended) in stores.iter() {
            let flags = &now[&Uid(*uid)];
            let flagged = flags.contains(&"\\flagged".to_owned());
            assert_ne!(
                (*ended, flagged),
                (Ended::Well, false),
                "the store of {uid}"
            );
            assert_ne!(
                (*ended, flagged),
                (Ended::NotDone, true),
                "the store of {uid}"
            );
        }
        for (number, ended) in appends.iter() {
            let name = format!("load {number}");
            let times = subjects.iter().filter(|subject| **subject == name).count();
            let possible = match ended {
                Ended::Well => times == 1,
                Ended::Perhaps => times <= 1,
                Ended::NotDone => times == 0,
            };
            assert!(possible, "{name} {ended:?} is there {times} times");
        }
        let cut_off = |(_, ended): &(u32, Ended)| *ended != Ended::Well;
        assert!(appends.iter().any(cut_off), "it was under load");
    }
}

fn store(uid: u32) -> UidStore {
    UidStore::new(Uid(uid)..=Uid(uid), StoreAction::add([Flag::Flagged]))
}

fn append(number: u32) -> Append {
    Append::new(MAILBOX, message(&format!("load {number}")))
}

fn flags() -> UidFetch {
    UidFetch::new(UidSet::all(), FetchItems::new().flags())
}

/// A thread that gives commands, several at a time, until one fails; and waits for all.
fn load<O: Send + 'static>(
    record: &Arc<Record>,
    kind: usize,
    numbers: std::ops::Range<u32>,
    mut give: impl FnMut(u32) -> O + Send + 'static,
    wait: impl Fn(O, &Record, u32) -> bool + Send + 'static,
) -> thread::JoinHandle<()> {
    let record = Arc::clone(record);
    thread::spawn(move || {
        let mut under_way = std::collections::VecDeque::new();
        let mut goes_on = true;
        for number in numbers {
            record.begin(kind);
            under_way.push_back((number, give(number)));
            if under_way.len() >= WINDOW
                && let Some((number, operation)) = under_way.pop_front()
            {
                goes_on = wait(operation, &record, number);
            }
            if !goes_on {
                break;
            }
        }
        for (number, operation) in under_way {
            wait(operation, &record, number);
        }
    })
}

/// What another client does between the loss and the new connection; `first`: the first UID.
fn others_change(config: &Config, first: u32) {
    let other = connect(config.clone()).unwrap();
    other.select(MAILBOX).wait().unwrap();
    let change = |uid: u32, action: StoreAction| {
        other.uid_store(Uid(uid)..=Uid(uid), action).wait().unwrap();
    };
    let last = first + OLD - 1;
    for uid in [last, last - 2] {
        change(uid, StoreAction::add([Flag::Deleted]));
    }
    let gone: UidSet = [Uid(last), Uid(last - 2)].into_iter().collect();
    other.uid_expunge(gone).wait().unwrap();
    change(
        last - 4,
        StoreAction::add([Flag::Answered, Flag::from("$Later")]),
    );
    for number in 0..3 {
        other
            .append(MAILBOX, message(&format!("other {number}")))
            .wait()
            .unwrap();
    }
    other.logout().wait().unwrap();
}

/// The subjects of all messages.
fn subjects(config: &Config) -> Vec<String> {
    let session = connect(config.clone()).unwrap();
    session.examine(MAILBOX).wait().unwrap();
    let all = session.uid_fetch(UidSet::all(), FetchItems::new().envelope());
    let all = all.wait().unwrap();
    let subject = |message: &imap_transport_std::types::FetchResponse| {
        let envelope = message.envelope().expect("an envelope");
        String::from_utf8_lossy(envelope.subject().unwrap_or_default()).into_owned()
    };
    all.iter().map(subject).collect()
}

fn check(changes: &Changes, before: &Listing, after: &Listing, config: &Config, record: &Record) {
    let now = listing(config, MAILBOX);
    assert_eq!(changes.method, ResyncMethod::Qresync);
    assert_eq!(*after, now, "what is known is what is there");
    assert_difference(changes, before, &now);
    assert_eq!(changes.vanished.iter().count(), 2);
    assert!(changes.new.len() >= 3);
    record.check(&with_gone(now, before), &subjects(config));
}

/// The flags of those that others removed are those that were known.
fn with_gone(mut now: Listing, before: &Listing) -> Listing {
    for (uid, flags) in before {
        now.entry(*uid).or_insert_with(|| flags.clone());
    }
    now
}

fn killed(kind: Kind) {
    let Some(mut server) = Mortal::start(kind, "std") else {
        return;
    };
    let (user, password) = server.login();
    let config = login(server.port(), user, password);
    let (gate, session) = gated(config.clone(), hasty());
    let mut events = session.events();
    let now = session.session().unwrap();
    fill(&now, MAILBOX, OLD as usize);
    now.select(MAILBOX).wait().unwrap();
    until_known(&session, OLD as usize);
    let first = known(&session).keys().next().unwrap().0;

    let record = Arc::new(Record::default());
    let (storing, appending, reading) = (now.clone(), now, session.clone());
    let threads = [
        load(
            &record,
            0,
            first..first + OLD - 10,
            move |uid| storing.run(store(uid)),
            |operation, record, uid| record.note(0, uid, &operation.wait()),
        ),
        load(
            &record,
            1,
            0..100_000,
            move |number| appending.run(append(number)),
            |operation, record, number| record.note(1, number, &operation.wait()),
        ),
        // It reads all the time, over the loss too.
        thread::spawn(move || {
            for _ in 0..10 {
                let read = reading.run_repeating(flags).wait();
                assert!(read.is_ok_and(|read| read.len() >= OLD as usize - 2));
            }
        }),
    ];
    let begun = std::time::Instant::now();
    while !record.is_enough() {
        assert!(begun.elapsed() < PATIENCE, "the load goes on");
        thread::yield_now();
    }
    gate.set(false);
    server.kill();
    until_lost(&mut events);
    let [storing, appending, reading] = threads;
    storing.join().unwrap();
    appending.join().unwrap();
    let before = known(&session);

    server.restart();
    others_change(&config, first);
    gate.set(true);
    let reconnected = until_reconnected(&mut events);
    reading.join().unwrap();
    let changes = reconnected.mailbox.changes().expect("it is compared");
    check(changes, &before, &known(&session), &config, &record);
    session.close().wait().unwrap();
}

/// Tasks that give commands, one at a time each, until one fails.
fn tasks(
    session: &imap_transport_tokio::Session,
    record: &Arc<Record>,
    first: u32,
) -> Vec<tokio::task::JoinHandle<()>> {
    let mut tasks = Vec::new();
    for task in 0..8 {
        let (now, to) = (session.clone(), Arc::clone(record));
        tasks.push(tokio::spawn(async move {
            for uid in (first + task..first + OLD - 10).step_by(8) {
                to.begin(0);
                if !to.note(0, uid, &now.run(store(uid)).await) {
                    return;
                }
            }
        }));
        let (now, to) = (session.clone(), Arc::clone(record));
        tasks.push(tokio::spawn(async move {
            for number in (task..100_000).step_by(8) {
                to.begin(1);
                if !to.note(1, number, &now.run(append(number)).await) {
                    return;
                }
            }
        }));
    }
    tasks
}

fn killed_under_tokio(kind: Kind) {
    use imap_transport_tokio::{ReconnectingSession, RecoveryEvent};
    let Some(mut server) = Mortal::start(kind, "tokio") else {
        return;
    };
    let (user, password) = server.login();
    let config = login(server.port(), user, password);
    fill(&connect(config.clone()).unwrap(), MAILBOX, OLD as usize);
    let first = *listing(&config, MAILBOX).keys().next().unwrap();
    let (gate, record) = (Gate::open(), Arc::new(Record::default()));
    let (through, to) = (gate.clone(), config.clone());
    let connect = move || {
        let (through, to) = (through.clone(), to.clone());
        async move {
            tokio::task::spawn_blocking(move || through.pass())
                .await
                .unwrap();
            imap_transport_tokio::connect(to).await
        }
    };
    run(async {
        let session = ReconnectingSession::connect_with(connect, hasty())
            .await
            .unwrap();
        let mut events = session.events();
        session
            .session()
            .await
            .unwrap()
            .select(MAILBOX)
            .await
            .unwrap();
        while session
            .known()
            .is_none_or(|known| known.messages.len() != OLD as usize)
        {
            tokio::task::yield_now().await;
        }
        let tasks = tasks(&session.session().await.unwrap(), &record, first.0);
        while !record.is_enough() {
            tokio::task::yield_now().await;
        }
        gate.set(false);
        tokio::task::block_in_place(|| server.kill());
        loop {
            if let RecoveryEvent::Lost(_) = events.next().await.expect("no end") {
                break;
            }
        }
        for task in tasks {
            task.await.unwrap();
        }
        let snapshot = || -> Listing {
            let known = session.known().expect("a selected mailbox");
            let rows = known.messages.iter();
            rows.map(|(uid, flags)| (*uid, crate::kit::shown(flags)))
                .collect()
        };
        let before = snapshot();
        tokio::task::block_in_place(|| {
            server.restart();
            others_change(&config, first.0);
        });
        gate.set(true);
        let changes = loop {
            if let RecoveryEvent::Reconnected(reconnected) = events.next().await.expect("no end") {
                break reconnected
                    .mailbox
                    .changes()
                    .expect("it is compared")
                    .clone();
            }
        };
        let after = snapshot();
        tokio::task::block_in_place(|| check(&changes, &before, &after, &config, &record));
        session.close().await.unwrap();
    });
}

#[test]
fn dovecot_is_killed_under_load() {
    killed(Kind::Dovecot);
}

#[test]
fn cyrus_is_killed_under_load() {
    killed(Kind::Cyrus);
}

#[test]
fn the_newest_cyrus_is_killed_under_load() {
    killed(Kind::CyrusNew);
}

#[test]
fn dovecot_is_killed_under_load_of_tasks() {
    killed_under_tokio(Kind::Dovecot);
}

#[test]
fn cyrus_is_killed_under_load_of_tasks() {
    killed_under_tokio(Kind::Cyrus);
}
