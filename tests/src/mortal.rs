//! A real server of the test's own, to be killed and started again on the same ports.

use crate::servers::{Kind, run_start_on, script, settings};
use crate::skip::skip;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where the servers write the number of their first process.
const PID_FILES: [&str; 2] = ["run/master.pid", "master.pid"];

/// A server that nobody else uses; stopped when it is dropped.
#[derive(Debug)]
pub struct Mortal {
    kind: Kind,
    folder: PathBuf,
    settings: BTreeMap<String, String>,
}

impl Mortal {
    /// Starts one. `None` where it is not installed and cannot be: the calling test is noted as skipped, with the
    /// reason, and returns.
    ///
    /// # Panics
    /// With `CI=true` in the environment, instead of skipping.
    pub fn start(kind: Kind, name: &str) -> Option<Self> {
        let stem = format!("imap-mortal-{}-{}-{name}", std::process::id(), kind.name());
        let mut server = Self {
            kind,
            folder: std::env::temp_dir().join(stem),
            settings: BTreeMap::new(),
        };
        if let Err(reason) = server.begin(&[]) {
            skip(&format!("{}: {reason}", kind.name()));
            return None;
        }
        Some(server)
    }

    /// Port for plain text, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.number("IMAP_PORT")
    }

    /// A user and the password.
    pub fn login(&self) -> (&str, &str) {
        (&self.settings["IMAP_USER"], &self.settings["IMAP_PASSWORD"])
    }

    /// Kills the server and all its processes, at once: none of them has time for a word.
    pub fn kill(&self) {
        let master = self.master();
        // It must not start others while they are counted.
        signal("STOP", &[master]);
        let mut processes = descendants(master);
        processes.push(master);
        processes.extend(naming(&self.folder));
        signal("KILL", &processes);
        for process in processes {
            while is_alive(process) {
                std::thread::yield_now();
            }
        }
        // What is dead may be there as a zombie, which the script takes for the server.
        for file in PID_FILES {
            let _ = std::fs::remove_file(self.folder.join(file));
        }
    }

    /// Starts it again on its ports, with what it had stored.
    ///
    /// # Panics
    /// When it does not start.
    pub fn restart(&mut self) {
        let ports = [self.port(), self.number("IMAPS_PORT")];
        if let Err(reason) = self.begin(&ports) {
            panic!("{} did not start again: {reason}", self.kind.name());
        }
    }

    fn begin(&mut self, ports: &[u16]) -> Result<(), String> {
        let log = self.folder.with_extension("log");
        let output = run_start_on(self.kind, &self.folder, &log, ports);
        let errors = std::fs::read_to_string(&log).unwrap_or_default();
        let _ = std::fs::remove_file(&log);
        let output = output.map_err(|error| format!("its script does not run: {error}"))?;
        self.settings = settings(&output);
        if self.settings.contains_key("IMAP_PORT") {
            return Ok(());
        }
        Err(errors.lines().last().unwrap_or("no settings").to_owned())
    }

    fn number(&self, name: &str) -> u16 {
        self.settings[name].parse().expect("a port")
    }

    fn master(&self) -> u32 {
        let file = match self.kind {
            Kind::Dovecot | Kind::DovecotNew => 0,
            Kind::Cyrus | Kind::CyrusNew => 1,
        };
        let file = self.folder.join(PID_FILES[file]);
        let text = std::fs::read_to_string(file).expect("a pid file");
        text.trim().parse().expect("a pid")
    }
}

impl Drop for Mortal {
    fn drop(&mut self) {
        let _ = script(self.kind)
            .arg("stop")
            .arg(&self.folder)
            .stdin(Stdio::null())
            .output();
        signal("KILL", &naming(&self.folder));
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn signal(name: &str, processes: &[u32]) {
    if processes.is_empty() {
        return;
    }
    let status = Command::new("kill")
        .arg(format!("-{name}"))
        .args(processes.iter().map(u32::to_string))
        .stderr(Stdio::null())
        .status();
    assert!(status.is_ok(), "kill is a program");
}

/// All processes that a process has started, and those that they have started.
fn descendants(process: u32) -> Vec<u32> {
    let parents = parents();
    let mut found = vec![process];
    let mut at = 0;
    while let Some(parent) = found.get(at).copied() {
        let children = parents.iter().filter(|(_, its)| *its == parent);
        found.extend(children.map(|(child, _)| *child));
        at += 1;
    }
    found.split_off(1)
}

/// Processes whose command line names a file in a folder: daemons that have left the server's family.
fn naming(folder: &Path) -> Vec<u32> {
    let inside = format!("{}/", folder.display());
    let names = |process: &u32| {
        let line = std::fs::read(format!("/proc/{process}/cmdline"));
        line.is_ok_and(|line| String::from_utf8_lossy(&line).contains(&inside))
    };
    let all = parents().into_iter().map(|(process, _)| process);
    all.filter(names).collect()
}

/// Each process with its parent.
fn parents() -> Vec<(u32, u32)> {
    let folders = std::fs::read_dir("/proc").expect("a table of processes");
    let pair = |folder: std::fs::DirEntry| {
        let process = folder.file_name().to_str()?.parse().ok()?;
        Some((process, status(&folder.path())?.1))
    };
    folders.filter_map(|folder| pair(folder.ok()?)).collect()
}

/// State and parent of a process.
fn status(folder: &Path) -> Option<(char, u32)> {
    let text = std::fs::read_to_string(folder.join("stat")).ok()?;
    // The name in parentheses may hold anything.
    let (_, behind) = text.rsplit_once(')')?;
    let mut words = behind.split_whitespace();
    let state = words.next()?.chars().next()?;
    Some((state, words.next()?.parse().ok()?))
}

/// Whether it is there, and no zombie.
fn is_alive(process: u32) -> bool {
    let folder = PathBuf::from(format!("/proc/{process}"));
    status(&folder).is_some_and(|(state, _)| state != 'Z')
}
