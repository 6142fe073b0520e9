//! The same work by the seed system (imaplib2), by our adapters and by a raw socket, beside each other on one server.
//!
//! The server is Dovecot, or with `--server source`, or where Dovecot cannot be had or takes no such message, one that costs next to nothing.
//! Each client is a process of its own that measures its own time and CPU time, and all have their turn on each work's
//! server in the same run, twice; each does each work twice. Of these four the fastest counts, for every client, since
//! what disturbs a machine only ever slows it down. Promised is, against the seed:
//!
//! | work | promise |
//! |---|---|
//! | `connect`: connect and log in | without the 0.1 s that the seed sleeps |
//! | `noop`: 2,000 NOOP, each waited for | 10 times the rate, or the round trip of a raw socket |
//! | `fetch`: 5,000 FETCH submitted at once | 20 times the rate, or nine tenths of a raw socket's at a twentieth of the CPU time |
//! | `literal`: one message of 200 MB, read as it comes | the same |
//!
//! and the same with COMPRESS, where the raw socket does not inflate what it reads.

mod client;
mod raw;
mod server;
mod work;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use imap_tests::servers::{self, Kind};
use imap_transport_std::encode::{Append, AppendMessage};
use imap_transport_std::{Config, Credentials, Session, connect};

use crate::child::{Server, itself, printed};
pub(crate) use server::text;
use work::{SMALL, Task, Took};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The first argument of the processes that this program starts of itself.
pub(crate) const CHILD: &str = "seed-child";
/// Octets of the large message.
const OCTETS: u64 = 200_000_000;
/// How often each client has its turn.
const PASSES: u32 = 2;
/// The clients, in the order of the columns.
const CLIENTS: [&str; 4] = ["seed", "std", "tokio", "raw"];

/// Runs all, prints a line for each work; true when all that is promised was measured.
pub(crate) fn run(arguments: &[String]) -> Result<bool, Failure> {
    let source = match arguments {
        [] => false,
        [flag, name] if flag == "--server" && name == "source" => true,
        _ => return Err("usage: imap-bench seed [--server source]".into()),
    };
    let python = seed_python()?;
    let host = Host::start(source)?;
    println!("server: {}", host.name());
    let mut kept = true;
    for compress in [false, true] {
        let task = Task {
            compress,
            ..host.task()
        };
        let mut results = vec![Vec::new(); CLIENTS.len()];
        for _ in 0..PASSES {
            for (client, best) in CLIENTS.iter().zip(&mut results) {
                for took in measure(client, &python, &task)? {
                    Took::keep_best(best, took);
                }
            }
        }
        kept &= report(&results, compress);
    }
    Ok(kept)
}

/// The work of one process: a client, or the server.
pub(crate) fn child(arguments: &[String]) -> Result<(), Failure> {
    let (name, rest) = arguments.split_first().ok_or("no client")?;
    if name == "server" {
        return Ok(server::run(OCTETS)?);
    }
    let task = Task::from_arguments(rest).ok_or("bad arguments")?;
    match name.as_str() {
        "std" => client::on_threads(&task),
        "tokio" => client::on_tokio(&task),
        _ => Ok(raw::run(&task)?),
    }
}

/// The interpreter that has the seed.
fn seed_python() -> Result<String, Failure> {
    let script = compare("seed-python");
    let output = Command::new(script).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err("the seed cannot be installed".into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn compare(name: &str) -> PathBuf {
    imap_tests::source::root().join("tests/compare").join(name)
}

fn measure(client: &str, python: &str, task: &Task) -> Result<Vec<Took>, Failure> {
    let mut command = if client == "seed" {
        let mut command = Command::new(python);
        command.arg(compare("bench.py"));
        command
    } else {
        let mut command = itself()?;
        command.args([CHILD, client]);
        command
    };
    let text = printed(client, command.args(task.arguments()))?;
    let lines = text.lines().map(Took::parse);
    lines
        .collect::<Option<_>>()
        .ok_or_else(|| format!("{client} printed {text:?}").into())
}

/// Prints a line for each work; true when all was as promised.
fn report(results: &[Vec<Took>], compress: bool) -> bool {
    let [seed, ours @ .., raw] = results else {
        return false;
    };
    let mut kept = true;
    for (index, seed) in seed.iter().enumerate() {
        let of = |took: &Vec<Took>| took.get(index).cloned();
        let Some(raw) = of(raw) else { return false };
        let suffix = if compress { "+deflate" } else { "" };
        let mut line = format!("{}{suffix}: seed {}", seed.name, figures(seed));
        for (name, took) in ["std", "tokio"].iter().zip(ours.iter().filter_map(of)) {
            let as_promised = is_kept(seed, &took, &raw);
            kept &= as_promised;
            let mark = if as_promised { "" } else { " MISSED" };
            let _ = write!(
                line,
                "; {name} {}, ratio {:.1}, of raw {:.2}, CPU 1/{:.0}{mark}",
                figures(&took),
                took.rate() / seed.rate(),
                took.rate() / raw.rate(),
                seed.cpu / took.cpu,
            );
        }
        println!("{line}; raw {}", figures(&raw));
    }
    kept
}

/// Rate and CPU time, and how many answers were not the right ones.
fn figures(took: &Took) -> String {
    let (rate, expected) = match took.name.as_str() {
        "literal" => (format!("{:.1} MB/s", took.rate() / 1e6), 1.0),
        "connect" => (format!("{:.1} ms", 1e3 / took.rate()), took.count),
        _ => (format!("{:.0}/s", took.rate()), took.count),
    };
    let wrong = expected - took.right;
    let wrong = if wrong > 0.0 {
        format!(" ({wrong:.0} answers wrong)")
    } else {
        String::new()
    };
    format!("{rate} {:.3} s CPU{wrong}", took.cpu)
}

fn is_kept(seed: &Took, ours: &Took, raw: &Took) -> bool {
    let ratio = ours.rate() / seed.rate();
    let of_raw = ours.rate() / raw.rate();
    match ours.name.as_str() {
        "connect" => ours.seconds / ours.count < 0.1,
        "noop" => ratio >= 10.0 || of_raw >= 0.9,
        _ => ratio >= 20.0 || of_raw >= 0.9 && seed.cpu / ours.cpu >= 20.0,
    }
}

/// The server of all clients.
enum Host {
    Dovecot {
        server: Arc<servers::Server>,
        mailbox: String,
    },
    Source(Server),
}

impl Host {
    fn start(source: bool) -> Result<Self, Failure> {
        if !source && let Some(server) = servers::server(Kind::Dovecot) {
            let mailbox = server.mailbox_name("seed");
            let host = Self::Dovecot { server, mailbox };
            match fill(&host.session()?, &host.task()) {
                Ok(()) => return Ok(host),
                // Such as a quota below the size of the large message.
                Err(error) => println!("Dovecot is left out: {error}"),
            }
        }
        Ok(Self::Source(Server::start(CHILD)?))
    }

    fn name(&self) -> &str {
        match self {
            Self::Dovecot { .. } => "Dovecot",
            Self::Source(_) => "a scripted one that costs next to nothing",
        }
    }

    fn task(&self) -> Task {
        let (port, (user, password), mailbox) = match self {
            Self::Dovecot { server, mailbox } => (server.port(), server.login(), mailbox.as_str()),
            Self::Source(server) => (server.port, ("alice", "secret"), "INBOX"),
        };
        Task {
            port,
            user: user.to_owned(),
            password: password.to_owned(),
            mailbox: mailbox.to_owned(),
            octets: OCTETS,
            compress: false,
        }
    }

    fn session(&self) -> Result<Session, Failure> {
        let task = self.task();
        let config = Config::unencrypted("127.0.0.1")
            .with_port(task.port)
            .credentials(Credentials::password(task.user, task.password));
        Ok(connect(config)?)
    }
}

/// The large message, and the small ones behind it.
fn fill(session: &Session, task: &Task) -> Result<(), Failure> {
    session.create(task.mailbox.as_str()).wait()?;
    let header = b"Subject: large\r\n\r\n";
    let size = usize::try_from(task.octets)?;
    let mut message = header.to_vec();
    message.extend(text(size - header.len()));
    let upload = Append::new(task.mailbox.as_str(), AppendMessage::upload(task.octets));
    session.upload_from(upload, message.as_slice())?;
    let small = |number| AppendMessage::new(format!("Subject: {number}\r\n\r\nsmall\r\n"));
    let replies: Vec<_> = (0..SMALL)
        .map(|number| session.append(task.mailbox.as_str(), small(number)))
        .collect();
    for reply in replies {
        reply.wait()?;
    }
    Ok(())
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Self::Dovecot { mailbox, .. } = self {
            let mailbox = mailbox.clone();
            // It is in nobody's way where it cannot be removed.
            let _ = self
                .session()
                .map(|session| session.delete(mailbox.as_str()).wait());
        }
    }
}
