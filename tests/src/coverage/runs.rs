//! What is done and not only said: each item through the engine alone, and through a session of each adapter.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use imap_proto_core::encode::{
    CancelUpdate, Command as _, Custom, Noop, Request, Search, SearchKey, SearchReturn, Select,
};
use imap_proto_core::engine::{Config, Event, Security};
use imap_proto_core::parse::parse_response;
use imap_proto_core::session::Notice;
use imap_proto_core::types::{Data, KnownCapability, Response, Uid};
use imap_proto_core::wire::Limits;

use super::requests::request;
use super::{Item, has_word};
use crate::harness::Harness;
use crate::interop::Client;
use crate::scripted::{Peer, Problem, Server};

/// What the server offers where commands are of interest.
const BASE: &str = "IMAP4rev1 ENABLE IDLE COMPRESS=DEFLATE SASL-IR LITERAL+ BINARY";

/// A notice that was sent is there as soon as the command is; this is for one that never comes.
const PATIENCE: Duration = Duration::from_secs(2);

/// What of the items worked on one way.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// Kind and name of what a server said, and what came as the type that it has.
    heard: BTreeSet<(&'static str, &'static str)>,
    /// Of what we asked, and a server found.
    said: BTreeSet<(&'static str, &'static str)>,
    /// Capabilities that were offered and known.
    offered: BTreeSet<&'static str>,
}

impl Run {
    pub(super) fn heard(&self, kind: &str, name: &str) -> bool {
        self.heard.iter().any(|known| *known == (kind, name))
    }

    pub(super) fn said(&self, kind: &str, name: &str) -> bool {
        self.said.iter().any(|known| *known == (kind, name))
    }

    pub(super) fn offered(&self, name: &str) -> bool {
        self.offered.contains(name)
    }
}

/// The greeting that leads to the state that a command needs.
fn greeting(item: &Item) -> &'static str {
    match (item.kind, item.name) {
        ("command", "LOGIN" | "AUTHENTICATE" | "STARTTLS") => "OK",
        _ => "PREAUTH",
    }
}

/// Whether a mailbox may not be selected.
fn is_before_select(item: &Item) -> bool {
    let rules_out = ["ENABLE", "PROXYAUTH"].contains(&item.name);
    greeting(item) == "OK" || item.kind == "command" && rules_out
}

/// What the server answers to a line of the client: nothing is ever more than OK, so that the connection stays as it is.
fn answer(line: &str, sample: &str) -> String {
    let (tag, rest) = line.split_once(' ').unwrap_or((line, ""));
    let word = rest.split_ascii_whitespace().next().unwrap_or_default();
    match word {
        "NOOP" => format!("{sample}{tag} OK done\r\n"),
        "SELECT" | "EXAMINE" => format!("* 9 EXISTS\r\n{tag} OK [READ-WRITE] done\r\n"),
        "CAPABILITY" => format!("* CAPABILITY {BASE}\r\n{tag} OK done\r\n"),
        "IDLE" => "+ idling\r\n* 10 EXISTS\r\n".to_owned(),
        "LOGOUT" => format!("* BYE so long\r\n{tag} OK done\r\n"),
        "COMPRESS" | "UNAUTHENTICATE" | "STARTTLS" | "LOGIN" | "AUTHENTICATE" => {
            format!("{tag} NO not here\r\n")
        }
        _ => format!("{tag} OK done\r\n"),
    }
}

/// Whether the client's line is what the item asks for.
fn asks(line: &str, item: &Item) -> bool {
    let rest = line.split_once(' ').map_or("", |(_, rest)| rest);
    if item.kind == "command" {
        let behind = rest.strip_prefix(item.name);
        return behind.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\r']));
    }
    has_word(rest, item.name.trim_end_matches("[]"))
}

/// The data of a line, as the parser has it.
fn data(line: &str) -> Option<Data> {
    let frame = Bytes::from(line.to_owned());
    match parse_response(&frame, &Limits::default()) {
        Ok(Response::Data(data)) => Some(data),
        _ => None,
    }
}

/// Whether what came is the data, or what the session makes of it.
fn tells(notice: &Notice, expected: &Data) -> bool {
    match notice {
        Notice::Data { data, .. } => data == expected,
        Notice::Progress { .. } => format!("{expected:?}").contains("InProgress"),
        Notice::ContextEnded(_) => format!("{expected:?}").contains("NoUpdate"),
        _ => false,
    }
}

/// Through the engine alone.
pub(super) fn engine(items: &[Item]) -> Run {
    let mut run = Run::default();
    for item in items {
        if let Some(line) = item.line() {
            let mut harness = greeted(item, BASE);
            harness.feed(&line);
            let expected = data(&line);
            let came = harness.take_events().into_iter().any(|event| match event {
                Event::Data { data, .. } => Some(data) == expected,
                Event::Progress { .. } => item.name == "INPROGRESS",
                _ => false,
            });
            if came {
                run.heard.insert((item.kind, item.name));
            }
        }
        if let Some(Ok(request)) = request(item.kind, item.name)
            && asks(&sent(item, request), item)
        {
            run.said.insert((item.kind, item.name));
        }
        if special(item).is_some_and(|special| asks(&sent_special(item, special), item)) {
            run.said.insert((item.kind, item.name));
        }
        if let Some(known) = known(item) {
            let harness = greeted(item, item.name);
            let offered = harness.connection.capabilities();
            if offered.is_some_and(|offered| offered.has(known.capability)) {
                run.offered.insert(item.name);
            }
        }
    }
    run
}

fn known(item: &Item) -> Option<&'static KnownCapability> {
    KnownCapability::find(item.name).filter(|_| item.kind == "capability")
}

/// A connection in the state that an item needs.
fn greeted(item: &Item, capabilities: &str) -> Harness {
    let config = Config::unencrypted("mail.example.org");
    let mut harness = Harness::with(config, Security::Plaintext);
    let greeting = greeting(item);
    harness.feed(format!("* {greeting} [CAPABILITY {capabilities}] hi\r\n"));
    if !is_before_select(item) {
        let id = harness.submit_request(Select::new("INBOX").request());
        harness.feed("* 9 EXISTS\r\n");
        harness.ok(id);
    }
    harness.take_sent();
    harness.take_events();
    harness
}

/// What the engine writes for a command.
fn sent(item: &Item, request: Request) -> String {
    let mut harness = greeted(item, BASE);
    let now = harness.now;
    match harness.connection.submit(request, now) {
        Ok(_) => harness.turn().take_sent(),
        Err(_) => String::new(),
    }
}

/// The commands that are not made of arguments alone.
#[derive(Debug, Clone, Copy)]
pub(super) enum Special {
    /// A wish, which the connection makes a command of.
    Idle,
    /// It names a search that went before.
    CancelUpdate,
}

pub(super) fn special(item: &Item) -> Option<Special> {
    match (item.kind, item.name) {
        ("command", "IDLE") => Some(Special::Idle),
        ("command", "CANCELUPDATE") => Some(Special::CancelUpdate),
        _ => None,
    }
}

fn live_search() -> Search<Uid> {
    Search::new(SearchKey::all()).returning(SearchReturn::new().update())
}

fn sent_special(item: &Item, special: Special) -> String {
    let mut harness = greeted(item, BASE);
    match special {
        Special::Idle => {
            harness.connection.idle(true, harness.now);
            harness.clock(Duration::from_millis(100));
        }
        Special::CancelUpdate => {
            let search = harness.submit(live_search());
            harness.ok(search);
            harness.take_sent();
            harness.submit(CancelUpdate::new([search]));
        }
    }
    harness.take_sent()
}

/// What server and client share.
#[derive(Debug, Default)]
struct Shared {
    /// What the next NOOP is answered with.
    sample: String,
    /// The lines that came, literals and all.
    lines: Vec<String>,
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Greets, and answers until the client ends.
fn serve(peer: &mut Peer, greeting: &str, shared: &Mutex<Shared>) -> Result<(), Problem> {
    peer.say(greeting.as_bytes())?;
    while let Ok(first) = peer.line() {
        let mut line = String::from_utf8_lossy(&first).into_owned();
        // The literals of the commands here hold no line ends.
        while line.ends_with("}\r\n") {
            if !line.ends_with("+}\r\n") {
                peer.say(b"+ go\r\n")?;
            }
            line.push_str(&String::from_utf8_lossy(&peer.line()?));
        }
        if line == "DONE\r\n" {
            let idle = lock(shared).lines.last().cloned().unwrap_or_default();
            let tag = idle.split(' ').next().unwrap_or_default().to_owned();
            peer.say(format!("{tag} OK done\r\n").as_bytes())?;
            continue;
        }
        let reply = {
            let mut shared = lock(shared);
            shared.lines.push(line.clone());
            answer(&line, &shared.sample)
        };
        peer.say(reply.as_bytes())?;
    }
    Ok(())
}

/// Which adapter.
#[derive(Debug, Clone, Copy)]
pub(super) enum Adapter {
    Std,
    Tokio,
}

/// Through a session of an adapter, to a server on loopback.
///
/// # Panics
/// When there is no loopback.
pub(super) fn adapter(adapter: Adapter, items: &[Item]) -> Run {
    let mut run = Run::default();
    let of = |wanted: &str| {
        items
            .iter()
            .filter(|item| greeting(item) == wanted)
            .collect()
    };
    for (greeting, items) in [("OK", of("OK")), ("PREAUTH", of("PREAUTH"))] {
        let items: Vec<&Item> = items;
        connected(
            adapter,
            greeting,
            BASE,
            &mut Work {
                run: &mut run,
                items: &items,
            },
        );
    }
    // All that there is, at once: what is offered must not disturb the commands.
    let names: Vec<&str> = items
        .iter()
        .filter_map(known)
        .map(|known| known.name)
        .collect();
    let capabilities: Vec<&Item> = items.iter().filter(|item| known(item).is_some()).collect();
    let mut work = Work {
        run: &mut run,
        items: &capabilities,
    };
    connected(adapter, "PREAUTH", &names.join(" "), &mut work);
    run
}

/// What to do on one connection.
struct Work<'w> {
    run: &'w mut Run,
    items: &'w [&'w Item],
}

fn connected(adapter: Adapter, greeting: &str, capabilities: &str, work: &mut Work<'_>) {
    let shared = Arc::new(Mutex::new(Shared::default()));
    let greeting = format!("* {greeting} [CAPABILITY {capabilities}] hi\r\n");
    let for_server = Arc::clone(&shared);
    let server = Server::serve(move |peer| serve(peer, &greeting, &for_server)).expect("loopback");
    let config = Config::unencrypted("127.0.0.1").with_port(server.port());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    match adapter {
        Adapter::Std => {
            let session = imap_transport_std::connect(config).expect("a greeting");
            runtime.block_on(work.all(session, &shared));
        }
        Adapter::Tokio => runtime.block_on(async {
            let session = imap_transport_tokio::connect(config).await;
            work.all(session.expect("a greeting"), &shared).await;
        }),
    }
    drop(runtime); // and with it the connection
    let _ = server.end();
}

impl Work<'_> {
    async fn all<L: Client>(&mut self, client: L, shared: &Mutex<Shared>) {
        let offered = client.session().capabilities().unwrap_or_default();
        let mut events = client.events();
        let mut items = self.items.to_vec();
        let is_last = |item: &Item| (item.kind, item.name) == ("command", "LOGOUT");
        items.sort_by_key(|item| (!is_before_select(item), is_last(item)));
        for item in items {
            if known(item).is_some_and(|known| offered.has(known.capability)) {
                self.run.offered.insert(item.name);
            }
            if let Some(line) = item.line() {
                lock(shared).sample.clone_from(&line);
                let _ = client.run(Noop).await;
                lock(shared).sample.clear();
                let expected = data(&line);
                while let Some(notice) = L::notice(&mut events, PATIENCE).await {
                    if expected.as_ref().is_some_and(|data| tells(&notice, data)) {
                        self.run.heard.insert((item.kind, item.name));
                        break;
                    }
                }
            }
            if ask(&client, item, shared).await {
                self.run.said.insert((item.kind, item.name));
            }
        }
    }
}

/// Runs the command of an item; whether the server found it.
async fn ask<L: Client>(client: &L, item: &Item, shared: &Mutex<Shared>) -> bool {
    let (request, special) = (request(item.kind, item.name), special(item));
    if request.is_none() && special.is_none() {
        return false;
    }
    if !is_before_select(item) {
        let _ = client.run(Select::new("INBOX")).await;
    }
    let before = lock(shared).lines.len();
    if let Some(Ok(request)) = request {
        let _ = client.run(Custom::new(request)).await;
    }
    match special {
        Some(Special::Idle) => _ = client.idle(PATIENCE, |_| true).await,
        Some(Special::CancelUpdate) => {
            let search = client.start(live_search());
            let id = L::id(&search);
            let _ = L::finish::<Search<Uid>>(search).await;
            let _ = client.run(CancelUpdate::new(id)).await;
        }
        None => {}
    }
    lock(shared).lines[before..]
        .iter()
        .any(|line| asks(line, item))
}
