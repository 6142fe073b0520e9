//! Many threads and tasks on one session, every answer checked; see `imap_tests::stress`.
//!
//! `stress --seeds N [--first SEED] [--workers 32] [--commands 1000] [--adapter std|tokio]` runs against the model, with
//! `--server NAME` against that of `tests/servers`, with `--url imap://USER:PASSWORD@HOST:PORT` against any, without TLS.
//! Cyrus answers APPEND when its disk has the message: with `TMPDIR=/dev/shm` its files are in memory, and a run of 32
//! workers and 1,000 commands takes minutes and not an hour. What is left is its small writes that wait for each other.
//! One line a seed and adapter; the first that fails ends it, with the command that repeats it.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use imap_tests::compare::ready;
use imap_tests::servers::{self, Kind};
use imap_tests::stress::{Model, Report, Size, World, on_tasks, on_threads};
use imap_transport_std::{Config, Credentials, Timeouts, connect};

/// What a run may grow by behind its first quarter.
const MAX_GROWN: u64 = 32 << 20;

struct Options {
    seeds: u64,
    first: u64,
    workers: u32,
    commands: u32,
    adapters: Vec<String>,
    place: Place,
}

#[derive(Clone)]
enum Place {
    Model,
    Url(String),
    Server(Kind),
}

fn main() -> ExitCode {
    match options().and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options, String> {
    let mut options = Options {
        seeds: 1,
        first: 1,
        workers: 32,
        commands: 1000,
        adapters: vec!["std".to_owned(), "tokio".to_owned()],
        place: Place::Model,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(flag) = arguments.next() {
        let value = arguments
            .next()
            .ok_or_else(|| format!("{flag} needs a value"))?;
        let number = || -> Result<u32, String> {
            value
                .parse()
                .map_err(|_| format!("{flag} {value}: no number"))
        };
        match flag.as_str() {
            "--seeds" => options.seeds = number()?.into(),
            "--first" => options.first = number()?.into(),
            "--workers" => options.workers = number()?,
            "--commands" => options.commands = number()?,
            "--adapter" => options.adapters = vec![value],
            "--url" => options.place = Place::Url(value),
            "--server" => {
                let kind = Kind::ALL.into_iter().find(|kind| kind.name() == value);
                options.place = Place::Server(kind.ok_or_else(|| format!("no server {value}"))?);
            }
            _ => return Err(format!("no option {flag}")),
        }
    }
    Ok(options)
}

fn run(options: &Options) -> Result<(), String> {
    // It runs until the last seed is done.
    let (place, _server) = match &options.place {
        Place::Server(kind) => {
            let server = servers::server(*kind).ok_or("no such server here")?;
            let (user, password) = server.login();
            let url = format!("imap://{user}:{password}@127.0.0.1:{}", server.port());
            (Place::Url(url), Some(server))
        }
        other => (other.clone(), None),
    };
    for seed in options.first..options.first + options.seeds {
        for adapter in &options.adapters {
            let size = Size {
                workers: options.workers,
                commands: options.commands,
                seed,
            };
            let repeat = repeat(options, adapter, seed);
            let report = one(&place, adapter, size)
                .and_then(flat)
                .map_err(|problem| {
                    format!("seed {seed}, {adapter}: {problem}\nrepeat: {repeat}")
                })?;
            println!(
                "seed {seed}, {adapter}: {} workers, {} answers right, {} idles, {:.1} s, grown by {} KiB; repeat: {repeat}",
                size.workers,
                report.answers,
                report.idles,
                report.took.as_secs_f64(),
                report.grown / 1024,
            );
        }
    }
    Ok(())
}

fn flat(report: Report) -> Result<Report, String> {
    if report.grown > MAX_GROWN {
        return Err(format!("grown by {} octets", report.grown));
    }
    Ok(report)
}

fn repeat(options: &Options, adapter: &str, seed: u64) -> String {
    let place = match &options.place {
        Place::Model => String::new(),
        Place::Url(url) => format!(" --url {url}"),
        Place::Server(kind) => format!(" --server {}", kind.name()),
    };
    let (workers, commands) = (options.workers, options.commands);
    format!(
        "cargo run --release -p imap-tests --bin stress -- --first {seed} --seeds 1 --adapter {adapter} --workers {workers} --commands {commands}{place}"
    )
}

fn one(place: &Place, adapter: &str, size: Size) -> Result<Report, String> {
    let Place::Url(url) = place else {
        let model = Model::start(size.seed).map_err(text)?;
        let config = config("127.0.0.1", model.port());
        let report = by(adapter, config, &Arc::new(World::of_model()), size)?;
        let faults = model.faults();
        return match faults.first() {
            None => Ok(report),
            Some(fault) => Err(format!("{} faults, such as {fault}", faults.len())),
        };
    };
    let config = from_url(url).ok_or("the URL is not imap://USER:PASSWORD@HOST:PORT")?;
    let session = connect(config.clone()).map_err(text)?;
    let prefix = format!("stress-{}-{adapter}-{}", std::process::id(), size.seed);
    let world = Arc::new(ready(World::make(&session, &prefix))?);
    let report = by(adapter, config, &world, size);
    ready(world.remove(&session))?;
    report
}

fn by(adapter: &str, config: Config, world: &Arc<World>, size: Size) -> Result<Report, String> {
    match adapter {
        "std" => on_threads(config, world, size),
        "tokio" => on_tasks(config, world, size),
        _ => Err(format!("no adapter {adapter}")),
    }
}

fn config(host: &str, port: u16) -> Config {
    let mut timeouts = Timeouts::default();
    timeouts.idle_delay = Duration::from_millis(2);
    timeouts.command = Duration::from_secs(60);
    Config::unencrypted(host).with_port(port).timeouts(timeouts)
}

fn from_url(url: &str) -> Option<Config> {
    let (login, place) = url.strip_prefix("imap://")?.rsplit_once('@')?;
    let (user, password) = login.split_once(':')?;
    let (host, port) = place.rsplit_once(':')?;
    let login = Credentials::password(user, password);
    Some(config(host, port.parse().ok()?).credentials(login))
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
