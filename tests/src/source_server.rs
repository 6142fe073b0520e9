//! Starts `imap-source`, the server for measurements, as a child process.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running `imap-source`; dropping it ends it.
#[derive(Debug)]
pub struct Source {
    child: Child,
    port: u16,
}

impl Source {
    /// Starts the program, in plain text, or with TLS and its CA in a file.
    ///
    /// # Panics
    ///
    /// When it does not start.
    #[must_use]
    pub fn start(program: &Path, ca: Option<&Path>) -> Self {
        let mut command = Command::new(program);
        if let Some(ca) = ca {
            command.arg("--tls").arg(ca);
        }
        let mut child = command.stdout(Stdio::piped()).spawn().expect("imap-source");
        let mut line = String::new();
        let output = child.stdout.take().expect("its output");
        BufReader::new(output)
            .read_line(&mut line)
            .expect("its port");
        let port = line
            .trim()
            .strip_prefix("IMAP_PORT=")
            .and_then(|port| port.parse().ok());
        Self {
            child,
            port: port.expect("a port"),
        }
    }

    /// Where it listens, on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program beside the running one, which cargo builds with it.
#[must_use]
pub fn beside(name: &str) -> PathBuf {
    let mut path = std::env::current_exe().expect("a running program");
    path.pop();
    if path.ends_with("deps") {
        path.pop();
    }
    path.join(name)
}
