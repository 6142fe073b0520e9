//! Real servers on loopback, started by the scripts in `tests/servers`.
//!
//! A server that runs already is used: `tests/run` starts one of each and leaves their settings in `test-servers/` of
//! cargo's target directory. Otherwise the first test that needs one starts it, and it is stopped when the last test
//! that holds it is done.

use crate::skip::skip;
use crate::source::root;
use std::collections::BTreeMap;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Dovecot, as Debian's stable release has it.
    Dovecot,
    /// Cyrus IMAP, as Debian's stable release has it.
    Cyrus,
    /// The newest Cyrus IMAP that Debian has.
    CyrusNew,
    /// The newest Dovecot that Debian has.
    DovecotNew,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Dovecot, Self::Cyrus, Self::CyrusNew, Self::DovecotNew];

    /// Name of its script, and of its folder of recordings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dovecot => "dovecot",
            Self::Cyrus => "cyrus",
            Self::CyrusNew => "cyrus-new",
            Self::DovecotNew => "dovecot-new",
        }
    }
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    settings: BTreeMap<String, String>,
    /// Kind and folder, when it was started here.
    started: Option<(Kind, PathBuf)>,
}

static RUNNING: Mutex<BTreeMap<Kind, Weak<Server>>> = Mutex::new(BTreeMap::new());

/// A running server of a kind. `None` where it is not installed and cannot be: the calling test is noted as skipped,
/// with the reason, and returns.
///
/// # Panics
/// With `CI=true` in the environment, instead of skipping.
pub fn server(kind: Kind) -> Option<Arc<Server>> {
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(server) = running.get(&kind).and_then(Weak::upgrade) {
        return Some(server);
    }
    let server = match running_elsewhere(kind).map_or_else(|| start(kind), Ok) {
        Ok(server) => Arc::new(server),
        Err(reason) => {
            drop(running);
            skip(&format!("{}: {reason}", kind.name()));
            return None;
        }
    };
    running.insert(kind, Arc::downgrade(&server));
    Some(server)
}

impl Server {
    /// All settings, by their names in `tests/servers/README.md`.
    pub fn settings(&self) -> &BTreeMap<String, String> {
        &self.settings
    }

    /// A setting by its name in `tests/servers/README.md`; `None` where this server has it not, or empty.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Port for plain text and STARTTLS, on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.number("IMAP_PORT")
    }

    /// Port for implicit TLS, on 127.0.0.1; the certificate is valid for `localhost`.
    pub fn tls_port(&self) -> u16 {
        self.number("IMAPS_PORT")
    }

    /// The user that tests fill mailboxes of, and the password.
    pub fn login(&self) -> (&str, &str) {
        let setting = |name| self.setting(name).unwrap_or_default();
        (setting("IMAP_USER"), setting("IMAP_PASSWORD"))
    }

    /// The file with the certificate of the CA, in PEM.
    pub fn ca_file(&self) -> PathBuf {
        self.setting("CA_FILE").unwrap_or_default().into()
    }

    /// A mailbox name that no other test uses, as long as the servers run.
    pub fn mailbox_name(&self, stem: &str) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        format!(
            "{stem}-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        )
    }

    fn number(&self, name: &str) -> u16 {
        let value = self.setting(name).and_then(|value| value.parse().ok());
        value.unwrap_or_else(|| panic!("{name} is no port in {:?}", self.settings))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some((kind, folder)) = &self.started {
            // What does not stop is killed by the script; the folder is in the way of nobody.
            let _ = script(*kind)
                .arg("stop")
                .arg(folder)
                .stdin(Stdio::null())
                .output();
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// Reads `NAME=value` lines as a shell does: quotes, backslashes, and comments behind a space.
pub fn settings(text: &str) -> BTreeMap<String, String> {
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), word(value)))
        .collect()
}

/// The first word of a shell's line.
fn word(text: &str) -> String {
    let mut word = String::new();
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            ('\'' | '"', None) => quote = Some(c),
            ('\\', None) => word.extend(chars.next()),
            (c, None) if c.is_whitespace() => break,
            (c, _) => word.push(c),
        }
    }
    word
}

pub(crate) fn script(kind: Kind) -> Command {
    Command::new(
        root()
            .join("tests/servers")
            .join(format!("{}.sh", kind.name())),
    )
}

/// A server whose settings `tests/run` has left, if it still listens.
fn running_elsewhere(kind: Kind) -> Option<Server> {
    let program = std::env::current_exe().ok()?;
    let target = program
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").exists())?;
    let file = target
        .join("test-servers")
        .join(format!("{}.settings", kind.name()));
    let settings = settings(&std::fs::read_to_string(file).ok()?);
    let server = Server {
        settings,
        started: None,
    };
    TcpStream::connect(("127.0.0.1", server.port()))
        .ok()
        .map(|_| server)
}

/// Starts a server; the script installs it first where it is missing and that is allowed.
fn start(kind: Kind) -> Result<Server, String> {
    let folder =
        std::env::temp_dir().join(format!("imap-tests-{}-{}", std::process::id(), kind.name()));
    let log = folder.with_extension("log");
    let output = run_start(kind, &folder, &log);
    let errors = std::fs::read_to_string(&log).unwrap_or_default();
    let _ = std::fs::remove_file(&log);
    let output = output.map_err(|error| format!("its script does not run: {error}"))?;
    let server = Server {
        settings: settings(&output),
        started: Some((kind, folder)),
    };
    if server.setting("IMAP_PORT").is_some() {
        return Ok(server);
    }
    let reason = errors.lines().last().unwrap_or("no settings").to_owned();
    Err(format!(
        "it did not start, or may not be installed here: {reason}"
    ))
}

/// What the script prints. Its errors go to a file: the server itself keeps them open, and a pipe would not end.
fn run_start(kind: Kind, folder: &Path, log: &Path) -> std::io::Result<String> {
    run_start_on(kind, folder, log, &[])
}

/// The same on these ports.
pub(crate) fn run_start_on(
    kind: Kind,
    folder: &Path,
    log: &Path,
    ports: &[u16],
) -> std::io::Result<String> {
    let errors = std::fs::File::create(log)?;
    let output = script(kind)
        .arg("start")
        .arg(folder)
        .args(ports.iter().map(u16::to_string))
        .stdin(Stdio::null())
        .stderr(errors)
        .output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_as_by_a_shell() {
        let text = "IMAP_PORT=30557\nSUBPROCESS='env A=b /bin/x -c y'\nIMAP_USER3=carol   # quota\nA=b\\ c\nEMPTY=''\n";
        let settings = settings(text);
        let value = |name: &str| settings[name].as_str();
        assert_eq!(value("IMAP_PORT"), "30557");
        assert_eq!(value("SUBPROCESS"), "env A=b /bin/x -c y");
        assert_eq!(value("IMAP_USER3"), "carol");
        assert_eq!(value("A"), "b c");
        assert_eq!(value("EMPTY"), "");
    }
}
