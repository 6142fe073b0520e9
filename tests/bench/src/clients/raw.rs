//! The limit: a socket that reads to the tagged line, and keeps what came or does not.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use super::Failure;
use super::work::{Begun, LISTS, Work};

/// What is read at once.
const ROOM: usize = 64 * 1024;

struct Socket {
    stream: TcpStream,
    room: Vec<u8>,
    kept: Option<Vec<u8>>,
}

/// Does the work, and tells what it took. Of the answer it knows nothing.
pub(super) fn run(work: Work, port: u16, keep: bool) -> Result<(), Failure> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    let mut socket = Socket {
        stream,
        room: vec![0; ROOM],
        kept: None,
    };
    socket.ask("SELECT INBOX")?;
    socket.kept = keep.then(Vec::new);
    let begun = Begun::now();
    let set = work.set();
    let (command, times) = match work {
        Work::Envelopes => (format!("FETCH {set} (UID ENVELOPE)"), 1),
        Work::Search => ("UID SEARCH ALL".to_owned(), 1),
        Work::List => ("LIST \"\" *".to_owned(), LISTS),
        Work::Body | Work::Stream | Work::Bodies => (format!("FETCH {set} (UID BODY.PEEK[])"), 1),
    };
    for _ in 0..times {
        socket.ask(&command)?;
    }
    begun.tell(work, work.answer());
    Ok(())
}

impl Socket {
    fn ask(&mut self, command: &str) -> io::Result<()> {
        self.stream
            .write_all(format!("a {command}\r\n").as_bytes())?;
        // The end of what came last, however it was cut.
        let mut end = Vec::new();
        loop {
            let count = self.stream.read(&mut self.room)?;
            let came = self.room.get(..count).unwrap_or_default();
            if came.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(kept) = &mut self.kept {
                kept.extend_from_slice(came);
            }
            let last = came.get(count.saturating_sub(16)..).unwrap_or_default();
            end.extend_from_slice(last);
            end.drain(..end.len().saturating_sub(16));
            if end.ends_with(b"a OK done\r\n") {
                return Ok(());
            }
        }
    }
}
