//! A client that knows no more of IMAP than lines, literals and tags, to try servers with.

use crate::certs;
use flate2::write::DeflateEncoder;
use flate2::{Compression, Decompress, FlushDecompress, Status};
use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

trait Stream: Read + Write + Send {}

impl<T: Read + Write + Send> Stream for T {}

/// A connection; every method panics on errors, and after 20 seconds of silence.
pub struct RawClient {
    stream: BufReader<Box<dyn Stream>>,
    tags: u32,
}

/// The answer to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Untagged responses with their literals in place, without the last CRLF.
    pub untagged: Vec<Vec<u8>>,
    /// `OK`, `NO` or `BAD` and what follows.
    pub tagged: String,
}

impl Answer {
    /// The untagged responses as text.
    pub fn lines(&self) -> Vec<String> {
        self.untagged
            .iter()
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect()
    }
}

impl RawClient {
    /// Connects in plain text and reads the greeting.
    pub fn connect(port: u16) -> (Self, String) {
        Self::greeted(Box::new(connect(port)))
    }

    /// Connects with implicit TLS, trusting [`certs::shared`].
    pub fn connect_tls(port: u16) -> (Self, String) {
        Self::greeted(Box::new(tls(connect(port))))
    }

    /// Connects in plain text, does STARTTLS, and trusts [`certs::shared`].
    pub fn connect_starttls(port: u16) -> Self {
        Self::connect_starttls_after(port, &[])
    }

    /// [`RawClient::connect_starttls`] with commands before STARTTLS.
    pub fn connect_starttls_after(port: u16, commands: &[&str]) -> Self {
        let socket = connect(port);
        let (mut plain, _) =
            Self::greeted(Box::new(socket.try_clone().expect("a socket has handles")));
        for command in commands {
            plain.ok(command);
        }
        assert!(plain.run("STARTTLS").tagged.starts_with("OK"));
        assert!(plain.stream.buffer().is_empty());
        Self {
            stream: BufReader::new(Box::new(tls(socket))),
            tags: plain.tags,
        }
    }

    /// Connects in plain text, logs in and does COMPRESS.
    pub fn connect_compressed(port: u16, login: &str) -> Self {
        let socket = connect(port);
        let clone = || socket.try_clone().expect("a socket has handles");
        let (mut plain, _) = Self::greeted(Box::new(clone()));
        plain.ok(login);
        plain.ok("COMPRESS DEFLATE");
        assert!(plain.stream.buffer().is_empty());
        let compressed = Compressed {
            reader: BufReader::new(clone()),
            inflate: Decompress::new(false),
            writer: DeflateEncoder::new(clone(), Compression::fast()),
        };
        Self {
            stream: BufReader::new(Box::new(compressed)),
            tags: plain.tags,
        }
    }

    /// Sends a command and reads to its tagged answer.
    pub fn run(&mut self, command: &str) -> Answer {
        self.run_bytes(command.as_bytes())
    }

    /// [`RawClient::run`] of a command that succeeds.
    pub fn ok(&mut self, command: &str) -> Answer {
        let answer = self.run(command);
        assert!(answer.tagged.starts_with("OK"), "{command}: {answer:?}");
        answer
    }

    /// Sends a command of any bytes and reads to its tagged answer.
    pub fn run_bytes(&mut self, command: &[u8]) -> Answer {
        let tag = self.start(command);
        self.finish(&tag)
    }

    /// Sends a command; its tag is returned.
    pub fn start(&mut self, command: &[u8]) -> String {
        self.tags += 1;
        let tag = format!("r{}", self.tags);
        self.send(&[tag.as_bytes(), b" ", command, b"\r\n"].concat());
        tag
    }

    /// Reads to the tagged answer of a command.
    pub fn finish(&mut self, tag: &str) -> Answer {
        let mut untagged = Vec::new();
        let start = format!("{tag} ");
        loop {
            let line = self.response();
            match line.strip_prefix(start.as_bytes()) {
                Some(rest) => {
                    return Answer {
                        untagged,
                        tagged: String::from_utf8_lossy(rest).into_owned(),
                    };
                }
                None => untagged.push(line),
            }
        }
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: &[u8]) {
        let stream = self.stream.get_mut();
        stream
            .write_all(bytes)
            .and_then(|()| stream.flush())
            .expect("the server reads");
    }

    /// Reads one response: a line, and what follows a literal.
    pub fn response(&mut self) -> Vec<u8> {
        let mut response = Vec::new();
        loop {
            self.stream
                .read_until(b'\n', &mut response)
                .expect("the server answers");
            assert!(
                response.ends_with(b"\r\n"),
                "a response without an end: {}",
                response.escape_ascii()
            );
            response.truncate(response.len() - 2);
            let Some(length) = literal(&response) else {
                return response;
            };
            response.extend_from_slice(b"\r\n");
            let start = response.len();
            response.resize(start + length, 0);
            self.stream
                .read_exact(&mut response[start..])
                .expect("the literal comes whole");
        }
    }

    /// Whether the server has ended the connection, and said nothing more.
    pub fn is_at_end(&mut self) -> bool {
        match self.stream.fill_buf() {
            Ok(rest) => rest.is_empty(),
            Err(error) => error.kind() == io::ErrorKind::ConnectionReset,
        }
    }

    fn greeted(stream: Box<dyn Stream>) -> (Self, String) {
        let mut client = Self {
            stream: BufReader::new(stream),
            tags: 0,
        };
        let greeting = String::from_utf8_lossy(&client.response()).into_owned();
        (client, greeting)
    }
}

/// DEFLATE in both directions. flate2's own reader will not do: it reads the socket while the inflater holds output.
struct Compressed {
    reader: BufReader<TcpStream>,
    inflate: Decompress,
    writer: DeflateEncoder<TcpStream>,
}

impl Read for Compressed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let (taken, given) = (self.inflate.total_in(), self.inflate.total_out());
            let status =
                self.inflate
                    .decompress(self.reader.buffer(), buffer, FlushDecompress::Sync)?;
            let count =
                |after: u64, before: u64| usize::try_from(after - before).unwrap_or(usize::MAX);
            self.reader.consume(count(self.inflate.total_in(), taken));
            let given = count(self.inflate.total_out(), given);
            if given > 0 || status == Status::StreamEnd {
                return Ok(given);
            }
            if self.reader.buffer().is_empty() && self.reader.fill_buf()?.is_empty() {
                return Ok(0);
            }
        }
    }
}

impl Write for Compressed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

fn connect(port: u16) -> TcpStream {
    let socket = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("not zero");
    socket
}

fn tls(socket: TcpStream) -> StreamOwned<ClientConnection, TcpStream> {
    let name = ServerName::try_from("localhost").expect("a name");
    let client = ClientConnection::new(certs::shared().client_config(), name);
    StreamOwned::new(client.expect("the configuration is good"), socket)
}

/// The literal that a line announces at its end.
fn literal(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"}")?;
    let open = line.iter().rposition(|byte| *byte == b'{')?;
    std::str::from_utf8(&line[open + 1..]).ok()?.parse().ok()
}
