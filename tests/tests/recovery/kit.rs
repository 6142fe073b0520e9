//! What the tests here have in common.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use imap_tests::scripted::{Peer, Problem, Server, accept};
use imap_transport_std::encode::{AppendMessage, FetchItems};
use imap_transport_std::types::{Flag, Flags, Uid, UidSet};
use imap_transport_std::{
    Backoff, Changes, Config, Credentials, Error, Reconnected, ReconnectingSession, Recovery,
    RecoveryEvent, RecoveryEvents, Session, connect,
};

/// How long anything may take before it counts as a hang.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// Attempts that follow each other closely.
pub(crate) fn hasty() -> Recovery {
    let backoff = Backoff::default()
        .first(Duration::from_millis(1))
        .most(Duration::from_millis(20))
        .busy(Duration::from_millis(30));
    Recovery::default().backoff(backoff)
}

pub(crate) fn login(port: u16, user: &str, password: &str) -> Config {
    Config::unencrypted("127.0.0.1")
        .with_port(port)
        .credentials(Credentials::password(user, password))
}

pub(crate) fn alice(port: u16) -> Config {
    login(port, "alice", "secret-pass")
}

/// Runs a future on a runtime with several threads.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
    let result = runtime.block_on(async { tokio::time::timeout(2 * PATIENCE, future).await });
    result.expect("no hang")
}

/// Holds up attempts to connect until the test lets them go.
#[derive(Clone)]
pub(crate) struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    pub(crate) fn open() -> Self {
        Self(Arc::new((Mutex::new(true), Condvar::new())))
    }

    pub(crate) fn set(&self, open: bool) {
        *self.0.0.lock().unwrap() = open;
        self.0.1.notify_all();
    }

    /// Waits until it is open.
    pub(crate) fn pass(&self) {
        let closed = self.0.0.lock().unwrap();
        let (open, _) = self
            .0
            .1
            .wait_timeout_while(closed, PATIENCE, |open| !*open)
            .unwrap();
        assert!(*open, "the test opens the gate");
    }
}

/// A session whose attempts go through a gate.
pub(crate) fn gated(config: Config, recovery: Recovery) -> (Gate, ReconnectingSession) {
    let gate = Gate::open();
    let through = gate.clone();
    let connect = move || {
        through.pass();
        connect(config.clone())
    };
    (
        gate,
        ReconnectingSession::connect_with(connect, recovery).unwrap(),
    )
}

/// The next event that `wanted` makes something of.
pub(crate) fn until<T>(
    events: &mut RecoveryEvents,
    mut wanted: impl FnMut(RecoveryEvent) -> Option<T>,
) -> T {
    loop {
        let event = events.next_timeout(PATIENCE).expect("an event in time");
        if let Some(found) = wanted(event.expect("no end")) {
            return found;
        }
    }
}

pub(crate) fn until_lost(events: &mut RecoveryEvents) -> Error {
    until(events, lost)
}

pub(crate) fn until_reconnected(events: &mut RecoveryEvents) -> Reconnected {
    until(events, reconnected)
}

pub(crate) fn until_given_up(events: &mut RecoveryEvents) -> Error {
    until(events, |event| match event {
        RecoveryEvent::GaveUp(error) => Some(error),
        _ => None,
    })
}

pub(crate) fn lost(event: RecoveryEvent) -> Option<Error> {
    match event {
        RecoveryEvent::Lost(error) => Some(error),
        _ => None,
    }
}

pub(crate) fn reconnected(event: RecoveryEvent) -> Option<Reconnected> {
    match event {
        RecoveryEvent::Reconnected(reconnected) => Some(*reconnected),
        _ => None,
    }
}

/// A mailbox as a connection of its own sees it, `\Recent` left out.
pub(crate) type Listing = BTreeMap<Uid, Vec<String>>;

pub(crate) fn shown(flags: &Flags) -> Vec<String> {
    let others = flags.iter().filter(|flag| *flag != Flag::Recent);
    let name = |flag: Flag| String::from_utf8_lossy(flag.as_bytes()).to_lowercase();
    let mut shown: Vec<String> = others.map(name).collect();
    shown.sort();
    shown
}

/// A fresh listing of a mailbox.
pub(crate) fn listing(config: &Config, mailbox: &str) -> Listing {
    let session = connect(config.clone()).unwrap();
    let selected = session.examine(mailbox).wait().unwrap();
    if selected.exists == Some(0) {
        return Listing::new();
    }
    let all = session.uid_fetch(UidSet::all(), FetchItems::new().flags());
    let all = all.wait().unwrap();
    let row = |message: &imap_transport_std::types::FetchResponse| {
        (message.uid.unwrap(), shown(message.flags.as_ref().unwrap()))
    };
    all.iter().map(row).collect()
}

/// What the session knows.
pub(crate) fn known(session: &ReconnectingSession) -> Listing {
    let known = session.known().expect("a selected mailbox");
    let rows = known.messages.iter();
    rows.map(|(uid, flags)| (*uid, shown(flags))).collect()
}

/// Waits until the session knows so many messages.
pub(crate) fn until_known(session: &ReconnectingSession, messages: usize) {
    until_it_is("the mailbox is listed", || {
        let known = session.known();
        known.is_some_and(|known| known.messages.len() == messages)
    });
}

/// Waits until something is so that nothing tells.
pub(crate) fn until_it_is(what: &str, is_so: impl Fn() -> bool) {
    let end = std::time::Instant::now() + PATIENCE;
    while !is_so() {
        assert!(std::time::Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Whether changes are exactly what leads from one listing to another.
pub(crate) fn assert_difference(changes: &Changes, before: &Listing, now: &Listing) {
    let gone: Vec<Uid> = before
        .keys()
        .filter(|uid| !now.contains_key(uid))
        .copied()
        .collect();
    let rows = |list: &[(Uid, Flags)]| -> Listing {
        list.iter()
            .map(|(uid, flags)| (*uid, shown(flags)))
            .collect()
    };
    let pick = |wanted: &dyn Fn(&Uid, &Vec<String>) -> bool| -> Listing {
        let picked = now.iter().filter(|(uid, flags)| wanted(uid, flags));
        picked.map(|(uid, flags)| (*uid, flags.clone())).collect()
    };
    let new = pick(&|uid, _| !before.contains_key(uid));
    let other = pick(&|uid, flags| before.get(uid).is_some_and(|known| known != flags));
    assert_eq!(changes.vanished.iter().collect::<Vec<_>>(), gone);
    assert_eq!(rows(&changes.new), new);
    assert_eq!(rows(&changes.flags), other);
    assert_eq!(
        (changes.new.len(), changes.flags.len()),
        (new.len(), other.len())
    );
}

/// Messages to find again.
pub(crate) fn message(subject: &str) -> AppendMessage {
    AppendMessage::new(format!("Subject: {subject}\r\n\r\nBody.\r\n"))
}

/// Makes a mailbox with so many messages.
pub(crate) fn fill(session: &Session, mailbox: &str, messages: usize) {
    session.create(mailbox).wait().unwrap();
    let appends: Vec<_> = (0..messages)
        .map(|number| session.append(mailbox, message(&format!("old {number}"))))
        .collect();
    for append in appends {
        append.wait().unwrap();
    }
}

/// What a server does on one connection.
pub(crate) type Program = Box<dyn FnOnce(&mut Peer) -> Result<(), Problem> + Send>;

/// A server of one connection after the other.
pub(crate) fn serve(programs: Vec<Program>) -> Server {
    let served = Server::run(move |listener| {
        for program in programs {
            program(&mut accept(listener)?)?;
        }
        Ok(())
    });
    served.unwrap()
}

pub(crate) fn program(
    program: impl FnOnce(&mut Peer) -> Result<(), Problem> + Send + 'static,
) -> Program {
    Box::new(program)
}

/// The greeting of a server where nobody has to log in.
pub(crate) fn preauth(peer: &mut Peer) -> Result<(), Problem> {
    peer.say(b"* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n")
}

pub(crate) fn trusting(port: u16) -> Config {
    Config::unencrypted("127.0.0.1").with_port(port)
}

/// Reads a line, which must have these words behind its tag; the tag.
pub(crate) fn command(peer: &mut Peer, words: &str) -> Result<String, Problem> {
    let line = String::from_utf8_lossy(&peer.line()?).into_owned();
    let (tag, rest) = line.trim_end().split_once(' ').ok_or("no command")?;
    if rest.starts_with(words) {
        Ok(tag.to_owned())
    } else {
        Err(format!("{rest:?} instead of {words:?}"))
    }
}

/// Reads a command and says OK.
pub(crate) fn answer(peer: &mut Peer, words: &str) -> Result<(), Problem> {
    let tag = command(peer, words)?;
    peer.say(format!("{tag} OK done\r\n").as_bytes())
}

/// A connection that lasts until the client logs out.
pub(crate) fn stays() -> Program {
    program(|peer| {
        preauth(peer)?;
        answer(peer, "LOGOUT")
    })
}

/// A connection that is lost behind a NOOP.
pub(crate) fn loses_a_noop() -> Program {
    program(|peer| {
        preauth(peer)?;
        command(peer, "NOOP").map(drop)
    })
}
