//! The limit: a socket that does no more than write the same commands and read to the end.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use flate2::{Compress, Compression, FlushCompress};

use super::work::{CONNECTIONS, FETCHES, NOOPS, ROUNDS, SMALL, Task, print};
use crate::child::cpu_time;

/// What is read at once.
const ROOM: usize = 64 * 1024;

/// A connection that is logged in and has the mailbox selected.
struct Socket {
    stream: TcpStream,
    compress: Option<Compress>,
    room: Vec<u8>,
}

/// Does the work, and prints what it took.
pub(super) fn run(task: &Task) -> io::Result<()> {
    if !task.compress {
        let began = (Instant::now(), cpu_time());
        for _ in 0..CONNECTIONS {
            Socket::login(task)?;
        }
        tell("connect", CONNECTIONS.into(), began);
    }
    for _ in 0..ROUNDS {
        round(task)?;
    }
    Ok(())
}

fn round(task: &Task) -> io::Result<()> {
    let mut socket = Socket::open(task)?;
    let began = (Instant::now(), cpu_time());
    for _ in 0..NOOPS {
        socket.write("n NOOP\r\n")?;
        socket.read()?;
    }
    tell("noop", NOOPS.into(), began);

    let mut socket = Socket::open(task)?;
    let fetch = |index| format!("f{index} FETCH {} (FLAGS)\r\n", 2 + index % SMALL);
    let commands: String = (0..FETCHES).map(fetch).collect();
    let began = (Instant::now(), cpu_time());
    socket.write(&(commands + "z LOGOUT\r\n"))?;
    socket.read_to_end()?;
    tell("fetch", FETCHES.into(), began);

    let mut socket = Socket::open(task)?;
    let began = (Instant::now(), cpu_time());
    socket.write("l FETCH 1 (BODY.PEEK[])\r\nz LOGOUT\r\n")?;
    socket.read_to_end()?;
    tell("literal", task.octets, began);
    Ok(())
}

fn tell(name: &str, count: u64, (began, cpu): (Instant, std::time::Duration)) {
    let took = began.elapsed();
    print(name, count, took, cpu_time().saturating_sub(cpu), count);
}

impl Socket {
    fn login(task: &Task) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", task.port))?;
        stream.set_nodelay(true)?;
        let mut socket = Self {
            stream,
            compress: None,
            room: vec![0; ROOM],
        };
        socket.read()?;
        let (user, password) = (&task.user, &task.password);
        socket.ask("a", &format!("LOGIN {user} {password}"))?;
        Ok(socket)
    }

    fn open(task: &Task) -> io::Result<Self> {
        let mut socket = Self::login(task)?;
        socket.ask("b", &format!("SELECT {}", task.mailbox))?;
        if task.compress {
            socket.ask("c", "COMPRESS DEFLATE")?;
            socket.compress = Some(Compress::new(Compression::fast(), false));
        }
        Ok(socket)
    }

    /// Runs a command and reads to its tagged OK.
    fn ask(&mut self, tag: &str, command: &str) -> io::Result<()> {
        self.write(&format!("{tag} {command}\r\n"))?;
        let mut said = String::new();
        let ok = format!("{tag} OK");
        while !(said.ends_with("\r\n")
            && (said.starts_with(&ok) || said.contains(&format!("\n{ok}"))))
        {
            let count = self.read()?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            said += &String::from_utf8_lossy(self.room.get(..count).unwrap_or_default());
        }
        Ok(())
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        let Some(compress) = &mut self.compress else {
            return self.stream.write_all(text.as_bytes());
        };
        let mut out = Vec::with_capacity(text.len() + 64);
        compress
            .compress_vec(text.as_bytes(), &mut out, FlushCompress::Sync)
            .map_err(io::Error::other)?;
        self.stream.write_all(&out)
    }

    fn read(&mut self) -> io::Result<usize> {
        self.stream.read(&mut self.room)
    }

    fn read_to_end(&mut self) -> io::Result<()> {
        while self.read()? > 0 {}
        Ok(())
    }
}
