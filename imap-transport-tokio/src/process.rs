//! Sessions with a child process.

use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::process::Stdio;
use std::time::Duration;

use imap_proto_core::engine::Config;
use imap_proto_core::session::Error;
use tokio::io::join;
use tokio::process::Command;
use tokio::time::timeout;

use crate::Session;
use crate::drive::start;

/// How long a process whose input ended may take to exit.
const GRACE: Duration = Duration::from_secs(2);

/// Starts a program and speaks IMAP on its standard input and output, such as `ssh host imapd`;
/// most such servers greet with PREAUTH, see [`Config::preauthenticated`].
///
/// The words are the program and its arguments as they are: no shell sees them. When the session
/// has ended, the process gets a moment to exit by itself, and is killed if it does not.
///
/// # Errors
///
/// [`Error::Io`] when there is no program or it does not start, or when its name begins with
/// `-`; else as [`connect`](crate::connect).
pub async fn spawn<W: AsRef<OsStr>>(
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
        .kill_on_drop(true)
        .spawn()?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(invalid("a process without pipes"));
    };
    let exit = async move {
        // One that takes longer is killed when it is dropped.
        let _ = timeout(GRACE, child.wait()).await;
    };
    start(join(output, input), config, exit).await
}

fn invalid(why: &'static str) -> Error {
    io::Error::new(ErrorKind::InvalidInput, why).into()
}
