//! Either adapter, over loopback TCP.

use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use imap_proto_core::encode::Command;
use imap_proto_core::session::{AbortHandle, Error, Notice};

use super::word::Visitor;
use super::{Cost, Hostile, Seen};
use crate::interop::Client;
use crate::scripted::Server;

/// How long a file may take before its connection is ended.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a command ended, and how many items it had.
type Ending = (String, usize);

pub(super) fn play_std(hostile: &Hostile) -> Result<Cost, String> {
    let server = serve(hostile)?;
    let connected = imap_transport_std::connect(hostile.config(server.port()));
    let runtime = runtime()?;
    runtime.block_on(play(hostile, connected))?;
    finished(server)
}

pub(super) fn play_tokio(hostile: &Hostile) -> Result<Cost, String> {
    let server = serve(hostile)?;
    let config = hostile.config(server.port());
    runtime()?
        .block_on(async { play(hostile, imap_transport_tokio::connect(config).await).await })?;
    finished(server)
}

fn runtime() -> Result<tokio::runtime::Runtime, String> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder
        .enable_all()
        .build()
        .map_err(|error| error.to_string())
}

fn serve(hostile: &Hostile) -> Result<Server, String> {
    let script = hostile.script.clone();
    let server = if hostile.is_encrypted() {
        Server::play_tls(script)
    } else {
        Server::play(script)
    };
    server.map_err(|error| error.to_string())
}

/// A server that writes to a client that is gone has done its part; one that still expects something has not.
fn finished(server: Server) -> Result<Cost, String> {
    match server.end() {
        Err(problem) if problem.contains("the client") => Err(problem),
        _ => Ok(Cost::default()),
    }
}

async fn play<L: Client>(hostile: &Hostile, connected: Result<L, Error>) -> Result<(), String> {
    let client = match (connected, &hostile.refused) {
        (Ok(client), None) => client,
        (Ok(_), Some(expected)) => return Err(format!("connected, in spite of {expected:?}")),
        (Err(error), Some(expected)) if error.to_string() == *expected => return Ok(()),
        // The end may come before the caller has the session.
        (Err(error), None)
            if hostile.end == Some(error.to_string()) && hostile.words().next().is_none() =>
        {
            return Ok(());
        }
        (Err(error), _) => return Err(format!("not connected: {error}")),
    };
    let watchdog = Watchdog::start(client.session().abort_handle());
    let mut events = client.events();
    let mut seen = Seen::default();
    let mut pending: Vec<Option<Pin<Box<dyn Future<Output = Ending>>>>> = Vec::new();
    for word in hostile.words() {
        let ending = word.visit(Start(&client))?;
        if word.waits {
            seen.endings.push(ending.await);
            pending.push(None);
        } else {
            seen.endings.push(Ending::default());
            pending.push(Some(ending));
        }
    }
    for (ending, pending) in seen.endings.iter_mut().zip(pending) {
        if let Some(pending) = pending {
            *ending = pending.await;
        }
    }
    if hostile.end.is_none() {
        // What is still under way is parsed before this ends, whatever the server makes of it.
        client.session().abort_handle().abort();
    }
    while let Some(notice) = L::notice(&mut events, PATIENCE).await {
        match notice {
            Notice::Malformed(_) => seen.malformed += 1,
            Notice::Tolerated(kind) => {
                *seen.tolerated.entry(kind.to_string()).or_default() += 1;
            }
            Notice::Closed(error) if hostile.end.is_some() => seen.end = Some(error.to_string()),
            Notice::Closed(_) => break,
            _ => {}
        }
    }
    watchdog.stop()?;
    hostile.judge(&seen)
}

/// Starts a command.
struct Start<'a, L: Client>(&'a L);

impl<L: Client> Visitor for Start<'_, L> {
    type Output = Pin<Box<dyn Future<Output = Ending>>>;

    fn command<C: Command>(self, command: C) -> Self::Output {
        let reply = self.0.start(command);
        Box::pin(async move {
            let mut items = 0;
            let result = L::pieces::<C>(reply, |_| items += 1).await;
            let ending = match result {
                Ok(()) => "OK",
                Err(Error::No(_)) => "NO",
                Err(Error::Bad(_)) => "BAD",
                Err(Error::NotSent) => "not sent",
                Err(Error::TimedOut) => "timed out",
                Err(Error::Submit(_)) => "refused",
                Err(error) if error.is_fatal() => "unfinished",
                Err(error) => return (error.to_string(), items),
            };
            (ending.to_owned(), items)
        })
    }
}

/// Ends a connection that hangs.
struct Watchdog {
    done: mpsc::Sender<()>,
    thread: std::thread::JoinHandle<bool>,
}

impl Watchdog {
    fn start(handle: AbortHandle) -> Self {
        let (done, wait) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let hangs = wait.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout);
            if hangs {
                handle.abort();
            }
            hangs
        });
        Self { done, thread }
    }

    fn stop(self) -> Result<(), String> {
        drop(self.done);
        match self.thread.join() {
            Ok(false) => Ok(()),
            _ => Err(format!("it hung for {PATIENCE:?}")),
        }
    }
}
