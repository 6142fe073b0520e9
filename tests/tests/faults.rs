//! Faults of a network over real sockets, below TLS and DEFLATE: one dialogue of a client through a proxy, with each kind
//! of fault at some places. Every call ends once, with the right answer or with a typed error.
//!
//! Over sockets this is a sample. Behind every octet of every recording, in memory, it is done by
//! `cargo run --release -p imap-tests --bin attacks -- --faults`.

use std::fmt::Write as _;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use imap_proto_core::encode::{
    Append, AppendMessage, FetchItems, List, Logout, SearchKey, Select, Status, StatusItems,
    UidFetch, UidSearch,
};
use imap_proto_core::engine::ConnectionError;
use imap_proto_core::session::Error;
use imap_proto_core::types::{Section, Uid};
use imap_tests::certs;
use imap_tests::compare::{Kit, ready};
use imap_tests::demo::{Demo, Settings};
use imap_tests::proxy::{Direction, Plan, Proxy};
use imap_transport_std::{Config, Credentials, Timeouts, tls_config};

/// Nothing here may take longer.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a client waits that meets silence.
const SHORT: Duration = Duration::from_secs(3);
/// How long it waits else, on a busy machine.
const LONG: Duration = Duration::from_secs(60);
/// Where faults are, in hundredths of what a whole dialogue takes.
const PLACES: [u64; 3] = [3, 55, 90];
/// How many dialogues run at the same time.
const AT_ONCE: usize = 4;

static DEMO: LazyLock<Demo> = LazyLock::new(|| Demo::start(Settings::default()).unwrap());

/// What lies between the dialogue and the faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layers {
    tls: bool,
    deflate: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Adapter {
    Std,
    Tokio,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Delay,
    OneByteWrites,
    Throttle,
    Pause,
    Stall,
    Cut,
    HalfClose,
    Reset,
    Corrupt,
}

const HARMLESS: [Fault; 4] = [
    Fault::Delay,
    Fault::OneByteWrites,
    Fault::Throttle,
    Fault::Pause,
];

const FATAL: [Fault; 5] = [
    Fault::Stall,
    Fault::Cut,
    Fault::HalfClose,
    Fault::Reset,
    Fault::Corrupt,
];

impl Fault {
    fn direction(self, at: u64) -> Direction {
        let mut direction = Direction::default();
        match self {
            Self::Delay => direction.latency = Duration::from_millis(10),
            Self::OneByteWrites => direction.drip = Some((1, Duration::ZERO)),
            Self::Throttle => direction.drip = Some((512, Duration::from_millis(1))),
            Self::Pause => direction.pause_after = Some((at, Duration::from_millis(150))),
            Self::Stall => direction.stall_after = Some(at),
            Self::Cut => direction.cut_after = Some(at),
            Self::HalfClose => direction.half_close_after = Some(at),
            Self::Reset => direction.reset_after = Some(at),
            Self::Corrupt => direction.corrupt_at = Some(at),
        }
        direction
    }
}

/// A fault at a place, in one direction, for one adapter.
#[derive(Clone, Copy, Debug)]
struct Case {
    layers: Layers,
    adapter: Adapter,
    fault: Fault,
    to_client: bool,
    at: u64,
}

/// What the calls of a dialogue came to, each once, in words. Behind one that was late no more are made: each would wait
/// for as long.
type Answers = Vec<Result<String, Error>>;

fn config(port: u16, layers: Layers, patience: Duration) -> Config {
    let mut timeouts = Timeouts::default();
    timeouts.greeting = patience;
    timeouts.upgrade = patience;
    timeouts.login = patience;
    timeouts.command = patience;
    timeouts.literal = patience;
    timeouts.logout = patience;
    let config = if layers.tls {
        Config::tls("127.0.0.1").with_tls(tls_config(certs::shared().roots()).unwrap())
    } else {
        Config::unencrypted("127.0.0.1")
    };
    config
        .with_port(port)
        .credentials(Credentials::password("alice", "secret-pass"))
        .compress(layers.deflate)
        .timeouts(timeouts)
}

/// Some commands, of which several are under way at the same time, a long body and a long literal.
async fn dialogue<K: Kit>(config: Config) -> Answers {
    let client = match K::open(config).await {
        Ok(client) => client,
        Err(error) => return vec![Err(error)],
    };
    let mut answers = Vec::new();
    let selected = client.run(Select::new("INBOX")).await;
    answers.push(selected.map(|told| format!("{:?}", told.exists)));
    let items = FetchItems::new().size().envelope();
    let fetch = client.start(UidFetch::new(Uid(1)..=Uid(40), items));
    let status = client.start(Status::new("Sent", StatusItems::new().messages()));
    let search = client.start(UidSearch::new(SearchKey::all()));
    let told = K::finish::<UidFetch>(fetch).await;
    answers.push(told.map(|told| {
        told.iter().fold(String::new(), |mut text, fetch| {
            let _ = write!(
                text,
                "{:?} {:?} {:?};",
                fetch.uid,
                fetch.size,
                fetch.envelope()
            );
            text
        })
    }));
    let told = K::finish::<Status>(status).await;
    answers.push(told.map(|told| format!("{:?} {:?}", told.mailbox, told.messages())));
    let told = K::finish::<UidSearch>(search).await;
    answers.push(told.map(|told| format!("{:?}", told.iter().collect::<Vec<_>>())));
    if answers.iter().any(is_late) {
        return answers;
    }
    answers.push(body::<K>(&client).await);
    if answers.iter().any(is_late) {
        return answers;
    }
    let message = format!("Subject: x\r\n\r\n{}", "of no meaning\r\n".repeat(800));
    let append = Append::new("Drafts", AppendMessage::new(message));
    answers.push(client.run(append).await.map(|_| "appended".to_owned()));
    let told = client.run(List::new("", "*")).await;
    answers.push(told.map(|told| format!("{told:?}")));
    answers.push(client.run(Logout).await.map(|()| "logged out".to_owned()));
    answers
}

fn is_late(answer: &Result<String, Error>) -> bool {
    matches!(answer, Err(Error::TimedOut | Error::NotSent))
}

async fn body<K: Kit>(client: &K) -> Result<String, Error> {
    let mut body = client.session().uid_fetch_body(Uid(2), Section::Full);
    let mut octets = Vec::new();
    while let Some(chunk) = K::chunk(&mut body).await {
        octets.extend_from_slice(&chunk?);
    }
    Ok(String::from_utf8_lossy(&octets).into_owned())
}

/// The dialogue on a thread of its own, so that one that hangs fails.
fn run(adapter: Adapter, config: Config) -> Result<Answers, RecvTimeoutError> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let answers = match adapter {
            Adapter::Std => ready(dialogue::<imap_transport_std::Session>(config)),
            Adapter::Tokio => tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(dialogue::<imap_transport_tokio::Session>(config)),
        };
        sender.send(answers)
    });
    receiver.recv_timeout(PATIENCE)
}

/// Runs a case; the answers, and whether the fault came to be.
fn play(case: Case) -> (Answers, bool) {
    let mut plan = Plan::default();
    let direction = case.fault.direction(case.at);
    if case.to_client {
        plan.to_client = direction;
    } else {
        plan.to_server = direction;
    }
    let port = if case.layers.tls {
        DEMO.tls_port()
    } else {
        DEMO.port()
    };
    let proxy = Proxy::start(port, plan).unwrap();
    // Another octet may be the length of a record or of a literal, behind which both sides wait.
    let waits = matches!(case.fault, Fault::Stall | Fault::Corrupt);
    let patience = if waits { SHORT } else { LONG };
    let answers = run(case.adapter, config(proxy.port(), case.layers, patience));
    let answers = answers.unwrap_or_else(|_| panic!("{case:?} hangs"));
    let injected = !proxy.injected().is_empty();
    (answers, injected)
}

/// The right answers, and the octets to the server and to the client that they take.
fn undisturbed(layers: Layers) -> (Vec<String>, (u64, u64)) {
    let port = if layers.tls {
        DEMO.tls_port()
    } else {
        DEMO.port()
    };
    let proxy = Proxy::start(port, Plan::default()).unwrap();
    let answers = run(Adapter::Std, config(proxy.port(), layers, LONG)).expect("no hang");
    let answers = answers.into_iter().map(Result::unwrap).collect();
    (answers, proxy.passed())
}

/// Whether an error is one that such a fault may lead to: of the transport, of a layer, of the connection, or of time.
fn is_lawful(case: Case, error: &Error) -> bool {
    let late = matches!(
        error,
        Error::TimedOut | Error::NotSent | Error::Connection(ConnectionError::Timeout(_), _)
    );
    match case.fault {
        Fault::Stall => late,
        Fault::Corrupt if late => true,
        // Behind a lost connection nothing can be submitted.
        _ => error.is_fatal() && !late || matches!(error, Error::Submit(_)),
    }
}

/// Of a fatal fault: each call has the right answer or a lawful error.
fn judge(case: Case, answers: &Answers, right: &[String], injected: bool) {
    assert!(injected, "{case:?}: the fault did not come to be");
    for (answer, right) in answers.iter().zip(right) {
        match answer {
            // The greeting was not reached: the only error there is.
            Ok(answer) => assert_eq!(answer, right, "{case:?}"),
            Err(error) => assert!(is_lawful(case, error), "{case:?}: {error:?}"),
        }
    }
    let whole = answers.len() == right.len() && answers.iter().all(Result::is_ok);
    assert!(!whole, "{case:?}: nothing failed");
}

/// One octet was another. TLS tells every one; it must not reach the layers above. Whether it was TLS that told.
fn judge_corrupt(case: Case, answers: &Answers, right: &[String], injected: bool) -> bool {
    if !case.layers.tls {
        // Nothing but the grammar tells it, and below DEFLATE the inflater: any of our errors, and no hang.
        assert!(injected && !answers.is_empty(), "{case:?}");
        return false;
    }
    judge(case, answers, right, injected);
    let first = answers.iter().find_map(|answer| answer.as_ref().err());
    match first {
        Some(Error::Tls(..)) => true,
        // The server saw it and ended the connection, where a reset may overtake its alert; or it was a length.
        Some(Error::Io(..) | Error::Connection(..) | Error::TimedOut | Error::NotSent) => false,
        _ => panic!("{case:?}: {first:?}"),
    }
}

fn judge_harmless(case: Case, answers: &Answers, right: &[String], injected: bool) {
    assert!(injected, "{case:?}: the fault did not come to be");
    let told: Vec<&String> = answers
        .iter()
        .map(|answer| {
            answer
                .as_ref()
                .unwrap_or_else(|error| panic!("{case:?}: {error:?}"))
        })
        .collect();
    assert_eq!(told, right.iter().collect::<Vec<_>>(), "{case:?}");
}

fn cases(layers: Layers, (to_server, to_client): (u64, u64)) -> Vec<Case> {
    let mut cases = Vec::new();
    let harmless = HARMLESS.map(|fault| (fault, &PLACES[1..2]));
    let fatal = FATAL.map(|fault| (fault, &PLACES[..]));
    for (fault, places) in harmless.into_iter().chain(fatal) {
        for (place, is_to_client) in places.iter().flat_map(|at| [(at, false), (at, true)]) {
            let octets = if is_to_client { to_client } else { to_server };
            for adapter in [Adapter::Std, Adapter::Tokio] {
                cases.push(Case {
                    layers,
                    adapter,
                    fault,
                    to_client: is_to_client,
                    at: octets * place / 100,
                });
            }
        }
    }
    cases
}

/// All cases of these layers, some at a time.
fn all(tls: bool, deflate: bool) {
    let layers = Layers { tls, deflate };
    // What the first dialogue of all changes, such as \Recent, is changed then.
    undisturbed(layers);
    let (right, octets) = undisturbed(layers);
    let cases = cases(layers, octets);
    assert_eq!(cases.len(), 76);
    let (next, told) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (answers, injected) = play(*case);
                    match case.fault {
                        Fault::Corrupt => {
                            let by_tls = judge_corrupt(*case, &answers, &right, injected);
                            told.fetch_add(usize::from(by_tls), Ordering::Relaxed);
                        }
                        fault if HARMLESS.contains(&fault) => {
                            judge_harmless(*case, &answers, &right, injected);
                        }
                        _ => judge(*case, &answers, &right, injected),
                    }
                }
            });
        }
    });
    // Of 12 octets few are lengths, and the server's alert mostly arrives.
    assert!(told.into_inner() >= if tls { 4 } else { 0 });
}

#[test]
fn every_call_ends_once_in_the_clear() {
    all(false, false);
}

#[test]
fn every_call_ends_once_above_a_faulty_tls_stream() {
    all(true, false);
}

#[test]
fn every_call_ends_once_above_a_faulty_deflate_stream() {
    all(false, true);
}

#[test]
fn every_call_ends_once_above_a_faulty_stream_of_tls_and_deflate() {
    all(true, true);
}
