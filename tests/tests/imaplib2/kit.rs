//! One case over both adapters, each against a server of its own.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use imap_proto_core::engine::{Config, Timeouts};
use imap_proto_core::session::{Error, Notice};
use imap_proto_core::types::Data;
use imap_tests::interop::Client;
use imap_tests::script::Script;
use imap_tests::scripted::Server;
use imap_transport_std as threads;
use imap_transport_tokio as tasks;

/// How long anything may take before it counts as a hang.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Runs a case by threads, then by tasks, each against a server that follows the script.
macro_rules! both {
    ($script:expr, $case:ident) => {
        both!($script, $case, |config| config)
    };
    ($script:expr, $case:ident, $change:expr) => {{
        $crate::kit::by_threads($script, $change, |client| $case(client));
        $crate::kit::by_tasks($script, $change, |client| $case(client));
    }};
}

pub(crate) use both;

/// Flags may stand in scripts as they are.
fn play(name: &str, script: &str) -> Server {
    let mut text = String::new();
    for (at, c) in script.char_indices() {
        let next = script[at + c.len_utf8()..].chars().next();
        if c == '\\' && next.is_some_and(|next| next == '*' || next.is_ascii_uppercase()) {
            text.push('\\');
        }
        text.push(c);
    }
    Server::play(Script::parse(name, &text).expect("a script")).expect("a server")
}

/// Without TLS and without credentials: scripts greet with PREAUTH where it matters.
pub(crate) fn plain(port: u16) -> Config {
    Config::unencrypted("127.0.0.1").with_port(port)
}

/// Other time-outs.
pub(crate) fn timeouts(config: Config, change: impl FnOnce(&mut Timeouts)) -> Config {
    let mut timeouts = config.current_timeouts().clone();
    change(&mut timeouts);
    config.timeouts(timeouts)
}

/// A case over the blocking adapter, whose futures are ready when first polled.
pub(crate) fn by_threads<F: Future<Output = ()>>(
    script: &str,
    change: impl FnOnce(Config) -> Config,
    case: impl FnOnce(threads::Session) -> F,
) {
    let server = play("by threads", script);
    let session = threads::connect(change(plain(server.port()))).expect("a session");
    now(case(session));
    server.finish();
}

/// The value of a future that is ready.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a blocking future waits"),
    }
}

/// A case over the adapter for tokio.
pub(crate) fn by_tasks<F: Future<Output = ()>>(
    script: &str,
    change: impl FnOnce(Config) -> Config,
    case: impl FnOnce(tasks::Session) -> F,
) {
    let server = play("by tasks", script);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let session = tasks::connect(change(plain(server.port())));
        let session = session.await.expect("a session");
        let case = tokio::time::timeout(PATIENCE, case(session));
        case.await.expect("the case does not hang");
    });
    server.finish();
}

/// How opening a session failed, over both adapters.
pub(crate) fn refused(script: &str, change: fn(Config) -> Config) -> [Error; 2] {
    let server = play("by threads", script);
    let by_threads = threads::connect(change(plain(server.port()))).expect_err("no session");
    server.finish();
    let server = play("by tasks", script);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let connecting = tasks::connect(change(plain(server.port())));
    let by_tasks = runtime.block_on(connecting).expect_err("no session");
    server.finish();
    [by_threads, by_tasks]
}

/// Waits for data that is wanted, past all other notices.
pub(crate) async fn data<L: Client>(
    events: &mut L::Events,
    wanted: impl Fn(&Data) -> bool,
) -> Data {
    while let Some(notice) = L::notice(events, PATIENCE).await {
        match notice {
            Notice::Data { data, .. } if wanted(&data) => return data,
            _ => {}
        }
    }
    panic!("it did not come")
}

/// The error that subscribers see at the end.
pub(crate) async fn closed<L: Client>(events: &mut L::Events) -> Error {
    while let Some(notice) = L::notice(events, PATIENCE).await {
        if let Notice::Closed(error) = notice {
            return error;
        }
    }
    panic!("the end was not told")
}
