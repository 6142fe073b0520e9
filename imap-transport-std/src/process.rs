//! Sessions with a child process.

use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use imap_proto_core::engine::Config;
use imap_proto_core::session::Error;

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
/// The words are the program and its arguments as they are: no shell sees them. Both ends of the
/// process are one socket pair, which can be polled. When the session has ended, the process gets
/// a moment to exit by itself, is killed if it does not, and leaves no zombie.
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
    let (ours, theirs) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    let child = Command::new(program)
        .args(words)
        .stdin(Stdio::from(OwnedFd::from(theirs.try_clone()?)))
        .stdout(Stdio::from(OwnedFd::from(theirs)))
        .spawn()?;
    start(
        mio::net::UnixStream::from_std(ours),
        with_tls(config)?,
        Process(child),
    )
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
    Error::Io(Arc::new(io::Error::new(ErrorKind::InvalidInput, why)))
}
