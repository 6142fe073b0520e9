//! Sessions with a child process.

use std::ffi::OsStr;
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use imap_proto_core::engine::Config;
use imap_proto_core::session::Error;
use mio::event::Source;
use mio::unix::pipe::{Receiver, Sender};
use mio::{Interest, Registry, Token};

use crate::Session;
use crate::connect::with_tls;
use crate::drive::start;

/// How long a process whose input ended may take to exit.
const GRACE: Duration = Duration::from_secs(2);
/// How often it is looked whether it did: there is no portable way to be told.
const INTERVAL: Duration = Duration::from_millis(5);

/// Starts a program and speaks IMAP on its standard input and output, such as `ssh host imapd`;
/// most such servers greet with PREAUTH, see [`Config::preauthenticated`].
///
/// The words are the program and its arguments as they are: no shell sees them. When the session
/// has ended, the process gets a moment to exit by itself, is killed if it does not, and leaves
/// no zombie.
///
/// # Errors
///
/// [`Error::Io`] when there is no program or it does not start, or when its name begins with
/// `-`; else as [`connect`](crate::connect).
pub fn spawn<W: AsRef<OsStr>>(
    words: impl IntoIterator<Item = W>,
    config: Config,
) -> Result<Session, Error> {
    let mut words = words.into_iter();
    let program = words.next().ok_or_else(|| invalid("no program"))?;
    if program.as_ref().as_encoded_bytes().starts_with(b"-") {
        return Err(invalid("a program that looks like an option"));
    }
    let mut child = Command::new(program)
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(invalid("a process without pipes"));
    };
    let process = Process(child);
    let pipes = Pipes {
        input: input.into(),
        output: output.into(),
    };
    pipes.input.set_nonblocking(true)?;
    pipes.output.set_nonblocking(true)?;
    start(pipes, with_tls(config)?, process)
}

/// The standard streams of a process, as one stream. They are pipes, for Dovecot's `imap` takes
/// a socket for the super-server inetd, and refuses.
struct Pipes {
    input: Sender,
    output: Receiver,
}

impl Read for Pipes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.output.read(buffer)
    }
}

impl Write for Pipes {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.input.write(octets)
    }

    fn write_vectored(&mut self, octets: &[IoSlice<'_>]) -> io::Result<usize> {
        self.input.write_vectored(octets)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.input.flush()
    }
}

impl Source for Pipes {
    fn register(
        &mut self,
        registry: &Registry,
        token: Token,
        _interest: Interest,
    ) -> io::Result<()> {
        self.input.register(registry, token, Interest::WRITABLE)?;
        self.output.register(registry, token, Interest::READABLE)
    }

    fn reregister(
        &mut self,
        registry: &Registry,
        token: Token,
        _interest: Interest,
    ) -> io::Result<()> {
        self.input.reregister(registry, token, Interest::WRITABLE)?;
        self.output.reregister(registry, token, Interest::READABLE)
    }

    fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        self.input.deregister(registry)?;
        self.output.deregister(registry)
    }
}

/// A child that does not outlive its session.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let mut left = GRACE;
        while !left.is_zero() && matches!(self.0.try_wait(), Ok(None)) {
            thread::sleep(INTERVAL);
            left = left.saturating_sub(INTERVAL);
        }
        // It may be gone already; waiting leaves no zombie either way.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn invalid(why: &'static str) -> Error {
    io::Error::new(ErrorKind::InvalidInput, why).into()
}
