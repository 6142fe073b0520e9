//! Runs the cases, prints how they went, and tidies up.

use std::collections::BTreeSet;
use std::future::Future;
use std::io::{self, Write};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use imap_proto_core::encode::{Delete, List, Logout, Lsub, Namespace, Unsubscribe};
use imap_proto_core::engine::Config;
use imap_proto_core::session::{AbortHandle, Error};
use imap_proto_core::types::{ListResponse, MailboxName};

use super::case::{Case, Connector, Failure, Verdict, check};
use super::cases;
use super::client::Client;
use super::offers;
use super::options::{Adapter, Address, Options, Scenario};

/// How long a case may take before its connections are ended.
const PATIENCE: Duration = Duration::from_secs(180);

/// How many cases went how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// They passed.
    pub passed: usize,
    /// They failed.
    pub failed: usize,
    /// The server does not offer what they need.
    pub skipped: usize,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            passed,
            failed,
            skipped,
        } = self;
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

/// Runs all cases whose name contains `filter`, prints a line for each, and the summary last.
///
/// # Errors
///
/// When there is no first connection, or `out` fails.
pub fn run(options: &Options, filter: &str, out: &mut dyn Write) -> Result<Summary, String> {
    let config = options.config()?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let address = options.address.clone();
    match options.adapter {
        Adapter::Std => {
            let connector = Connector::new(config, options.clone(), move |config| {
                blocking(&address, config)
            });
            runtime.block_on(all(&connector, options.scenario, filter, out))
        }
        Adapter::Tokio => {
            let handle = runtime.handle().clone();
            let connector = Connector::new(config, options.clone(), move |config| {
                let connecting = tasks(address.clone(), config);
                // The caller is within the runtime already, and may not wait for it there.
                std::thread::scope(|scope| {
                    let connected = scope.spawn(|| handle.block_on(connecting)).join();
                    connected.unwrap_or(Err(Error::TimedOut))
                })
            });
            runtime.block_on(all(&connector, options.scenario, filter, out))
        }
    }
}

fn blocking(address: &Address, config: Config) -> Result<imap_transport_std::Session, Error> {
    match address {
        Address::Process(words) => imap_transport_std::spawn(words, config),
        _ => imap_transport_std::connect(config),
    }
}

async fn tasks(address: Address, config: Config) -> Result<imap_transport_tokio::Session, Error> {
    match address {
        Address::Process(words) => imap_transport_tokio::spawn(words, config).await,
        _ => imap_transport_tokio::connect(config).await,
    }
}

async fn all<L: Client>(
    connector: &Connector<L>,
    scenario: Scenario,
    filter: &str,
    out: &mut dyn Write,
) -> Result<Summary, String> {
    let failed = |error: Error| format!("no connection: {error}");
    let client = connector.connect(|config| config).map_err(failed)?;
    let mut runner = Runner {
        connector,
        client: client.clone(),
        root: root(&client).await.map_err(failed)?,
        filter,
        out,
        summary: Summary::default(),
        passed: BTreeSet::new(),
    };
    let watchdog = Watchdog::start(connector);
    let ran = match scenario {
        Scenario::Features => cases::all(&mut runner, &watchdog).await,
        Scenario::Imaplib2 => {
            let sequence = cases::imaplib2::all::<L>;
            runner.sequence(&watchdog, "imaplib2", sequence).await
        }
    };
    let ran = match scenario {
        // Behind all cases, of which a filter leaves some out.
        Scenario::Features if filter.is_empty() => {
            let tried = watchdog
                .watch(offers::tried(connector, &runner.passed))
                .await;
            ran.and_then(|()| runner.report("all_offers_are_tried", tried))
        }
        _ => ran,
    };
    ran.map_err(|error| error.to_string())?;
    let tidied = tidied(&client, &runner.root.prefix).await;
    runner
        .report("mailboxes_removed", tidied)
        .map_err(|error| error.to_string())?;
    let summary = runner.summary;
    writeln!(out, "{summary}").map_err(|error| error.to_string())?;
    Ok(summary)
}

/// Where the mailboxes of this run are.
struct Root {
    delimiter: u8,
    prefix: String,
}

/// Finds the delimiter, and the prefix of the user's own mailboxes where the server has one.
async fn root<L: Client>(client: &L) -> Result<Root, Error> {
    let listed = client.run(List::new("", "")).await?;
    let delimiter = listed.first().and_then(|mailbox| mailbox.delimiter);
    let offered = client.session().capabilities().unwrap_or_default();
    let namespace = if offered.contains("NAMESPACE") || offered.has_rev2() {
        let namespaces = client.run(Namespace).await?;
        let own = namespaces.personal.into_iter().next();
        own.map(|namespace| namespace.prefix.to_str_lossy().into_owned())
    } else {
        None
    };
    let namespace = namespace.unwrap_or_default();
    let now = std::time::SystemTime::now();
    let since = now.duration_since(std::time::UNIX_EPOCH);
    let stamp = since.map_or(0, |since| since.as_millis() % 10_000_000);
    Ok(Root {
        delimiter: delimiter.unwrap_or(b'/'),
        prefix: format!("{namespace}interop-{}-{stamp}-", std::process::id()),
    })
}

/// Removes what is left, and checks that nothing is.
async fn tidied<L: Client>(client: &L, prefix: &str) -> Verdict {
    tidy(client, prefix).await?;
    let left = selectable(client, &format!("{prefix}*")).await?;
    check(left.is_empty(), format!("still there: {left:?}"))?;
    client.run(Logout).await?;
    Ok(())
}

/// Removes mailboxes and subscriptions, the lowest first.
async fn tidy<L: Client>(client: &L, prefix: &str) -> Verdict {
    let pattern = format!("{prefix}*");
    let subscribed = client.run(Lsub::new("", pattern.as_str())).await?;
    for mailbox in subscribed {
        client.run(Unsubscribe::new(mailbox.mailbox)).await?;
    }
    let mut names = selectable(client, &pattern).await?;
    names.sort();
    for name in names.into_iter().rev() {
        client.run(Delete::new(name)).await?;
    }
    Ok(())
}

async fn selectable<L: Client>(client: &L, pattern: &str) -> Result<Vec<MailboxName>, Error> {
    let listed = client.run(List::new("", pattern)).await?;
    let there = listed.into_iter().filter(ListResponse::is_selectable);
    Ok(there.map(|found| found.mailbox).collect())
}

/// Runs cases one by one.
pub(super) struct Runner<'a, L> {
    connector: &'a Connector<L>,
    /// Tidies up behind each case, so that no quota is in the way of the next.
    client: L,
    root: Root,
    filter: &'a str,
    out: &'a mut dyn Write,
    summary: Summary,
    /// The names of the cases that passed.
    passed: BTreeSet<String>,
}

impl<L: Client> Runner<'_, L> {
    /// Runs a case on a connection of its own.
    pub(super) async fn case(
        &mut self,
        watchdog: &Watchdog,
        name: &str,
        case: impl AsyncFnOnce(&Case<'_, L>) -> Verdict,
    ) -> io::Result<()> {
        if !name.contains(self.filter) {
            return Ok(());
        }
        let verdict = watchdog.watch(self.try_case(name, case)).await;
        let tidied = tidy(&self.client, &self.prefix(name)).await;
        let verdict = verdict.and(tidied);
        self.report(name, verdict)
    }

    /// Runs a sequence of steps on one connection, and reports each step.
    pub(super) async fn sequence(
        &mut self,
        watchdog: &Watchdog,
        name: &str,
        sequence: impl AsyncFnOnce(&Case<'_, L>, &mut Steps),
    ) -> io::Result<()> {
        let mut steps = Steps::default();
        let case = async |case: &Case<'_, L>| {
            sequence(case, &mut steps).await;
            Ok(())
        };
        let verdict = watchdog.watch(self.try_case(name, case)).await;
        for (step, verdict) in steps.0 {
            self.report(&format!("{name}: {step}"), verdict)?;
        }
        let tidied = tidy(&self.client, &self.prefix(name)).await;
        self.report(&format!("{name}: to its end"), verdict.and(tidied))
    }

    async fn try_case(
        &self,
        name: &str,
        case: impl AsyncFnOnce(&Case<'_, L>) -> Verdict,
    ) -> Verdict {
        let case_at_hand = Case {
            client: self.connector.connect(|config| config)?,
            delimiter: self.root.delimiter,
            prefix: self.prefix(name),
            connector: self.connector,
        };
        case(&case_at_hand).await
    }

    fn prefix(&self, name: &str) -> String {
        format!("{}{}-", self.root.prefix, name.replace("::", "-"))
    }

    fn report(&mut self, name: &str, verdict: Verdict) -> io::Result<()> {
        match verdict {
            Ok(()) => {
                self.summary.passed += 1;
                self.passed.insert(name.to_owned());
                writeln!(self.out, "ok {name}")
            }
            Err(Failure::Failed(why)) => {
                self.summary.failed += 1;
                writeln!(
                    self.out,
                    "not ok {name}: {}",
                    why.replace(['\r', '\n'], " ")
                )
            }
            Err(Failure::Skipped(why)) => {
                self.summary.skipped += 1;
                writeln!(self.out, "skip {name}: {why}")
            }
        }
    }
}

/// How the steps of a sequence went.
#[derive(Default)]
pub(super) struct Steps(Vec<(String, Verdict)>);

impl Steps {
    /// A step was taken.
    pub(super) fn take(&mut self, step: &str, verdict: Verdict) {
        self.0.push((step.to_owned(), verdict));
    }
}

/// Ends the connections of a case that hangs, whichever way it waits.
pub(super) struct Watchdog {
    live: Arc<Mutex<Vec<AbortHandle>>>,
}

impl Watchdog {
    fn start<L: Client>(connector: &Connector<L>) -> Self {
        let live = Arc::clone(&connector.live);
        // The first connection is that of the run itself.
        take(&live);
        Self { live }
    }

    async fn watch(&self, case: impl Future<Output = Verdict>) -> Verdict {
        let (done, waiting) = mpsc::channel::<()>();
        let live = Arc::clone(&self.live);
        let thread = std::thread::spawn(move || {
            let hangs = waiting.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout);
            for handle in take(&live) {
                if hangs {
                    handle.abort();
                }
            }
            hangs
        });
        let verdict = case.await;
        drop(done);
        if thread.join().unwrap_or(true) {
            return Err(Failure::Failed(format!("hung: {verdict:?}")));
        }
        verdict
    }
}

fn take(live: &Mutex<Vec<AbortHandle>>) -> Vec<AbortHandle> {
    std::mem::take(&mut *live.lock().unwrap_or_else(PoisonError::into_inner))
}
