//! The demo server in a process of its own, so that what it holds is not counted with the client's.

use std::io::{self, BufRead as _, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::certs;
use crate::demo::{Demo, Settings};

/// What a program is called with that must be the server.
const FLAG: &str = "--serve-demo";

/// The last line of a certificate in PEM.
const END: &str = "-----END CERTIFICATE-----\n";

/// A running server; dropping it ends it.
#[derive(Debug)]
pub struct DemoProcess {
    child: Child,
    /// Its end ends the server, also when this process is killed.
    _input: ChildStdin,
    /// For plain text, on 127.0.0.1.
    pub port: u16,
    /// For implicit TLS, on 127.0.0.1.
    pub tls_port: u16,
    /// The certificate of its authority, in PEM.
    pub certificate: String,
}

impl DemoProcess {
    /// Starts this very program again, which must call [`serve_if_asked`] first of all.
    ///
    /// # Errors
    /// When it does not start, or does not say where it listens.
    pub fn start() -> io::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg(FLAG)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let output = BufReader::new(output);
        let mut lines = output.lines();
        let mut line = || {
            lines
                .next()
                .unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into()))
        };
        let number = |line: String| line.parse().map_err(io::Error::other);
        let (plain, tls_port) = (number(line()?)?, number(line()?)?);
        let mut certificate = String::new();
        while !certificate.ends_with(END) {
            certificate = format!("{certificate}{}\n", line()?);
        }
        Ok(Self {
            child,
            _input: input,
            port: plain,
            tls_port,
            certificate,
        })
    }

    /// Its number, for those who measure it.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for DemoProcess {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Is the server, and ends with its standard input, when the program was called to be that.
///
/// # Errors
/// When it cannot listen.
pub fn serve_if_asked() -> io::Result<bool> {
    if std::env::args().nth(1).as_deref() != Some(FLAG) {
        return Ok(false);
    }
    let demo = Demo::start(Settings::default())?;
    let (port, tls_port) = (demo.port(), demo.tls_port());
    print!("{port}\n{tls_port}\n{}", certs::shared().pem());
    io::Write::flush(&mut io::stdout())?;
    io::copy(&mut io::stdin(), &mut io::sink())?;
    // Not by dropping the server, which waits for its connections.
    std::process::exit(0);
}
