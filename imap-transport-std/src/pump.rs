//! Streams that can only block: two threads make them one that can be polled.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::thread;

use imap_proto_core::engine::Config;
use imap_proto_core::session::Error;

use crate::Session;
use crate::connect_over;

/// Opens a session over any reader and writer, such as pipes or a stream of another library.
///
/// Two threads copy between them and the connection. They end when their half does: the reader's
/// when a read ends or fails, which may be after the session is gone.
///
/// # Errors
///
/// As [`connect`](crate::connect).
pub fn connect_halves(
    reader: impl Read + Send + 'static,
    writer: impl Write + Send + 'static,
    config: Config,
) -> Result<Session, Error> {
    let (ours, theirs) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    let incoming = theirs.try_clone()?;
    start("imap reader", move || copy_in(reader, &incoming))?;
    start("imap writer", move || copy_out(&theirs, writer))?;
    connect_over(mio::net::UnixStream::from_std(ours), config)
}

fn start(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map(drop)
}

/// What the server says, until it ends.
fn copy_in(mut reader: impl Read, mut to: &UnixStream) {
    // Either end may fail; the connection then sees the end of the stream.
    let _ = io::copy(&mut reader, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}

/// What we say, flushed piece by piece, until the session ends.
fn copy_out(mut from: &UnixStream, mut writer: impl Write) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count) = from.read(&mut buffer) {
        let octets = buffer.get(..count).unwrap_or_default();
        if octets.is_empty()
            || writer
                .write_all(octets)
                .and_then(|()| writer.flush())
                .is_err()
        {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
}
