//! A server's end of a connection: blocking, with TLS and DEFLATE put on while it runs.
//!
//! Reading is one thread's; [`Sender`]s may write from others at any time, as a server in IDLE must.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use rustls::{ServerConfig, ServerConnection};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

/// Bytes asked for in one read from the transport.
const READ_SIZE: usize = 64 * 1024;

/// The end that reads.
pub struct Channel {
    reader: Box<dyn Read + Send>,
    shared: Arc<Mutex<Layers>>,
    raw: Vec<u8>,
    input: Vec<u8>,
    consumed: usize,
}

/// A handle to write with.
#[derive(Clone)]
pub struct Sender(Arc<Mutex<Layers>>);

struct Layers {
    writer: Box<dyn Write + Send>,
    socket: Option<TcpStream>,
    tls: Option<ServerConnection>,
    deflate: Option<Deflate>,
}

struct Deflate {
    compress: Compress,
    decompress: Decompress,
}

impl Channel {
    /// Over a TCP connection.
    pub fn tcp(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        let channel = Self::new(stream.try_clone()?, stream.try_clone()?);
        channel.layers().socket = Some(stream);
        Ok(channel)
    }

    /// Over any two halves, such as standard input and output.
    pub fn new(reader: impl Read + Send + 'static, writer: impl Write + Send + 'static) -> Self {
        let writer = Box::new(writer);
        let layers = Layers {
            writer,
            socket: None,
            tls: None,
            deflate: None,
        };
        Self {
            reader: Box::new(reader),
            shared: Arc::new(Mutex::new(layers)),
            raw: vec![0; READ_SIZE],
            input: Vec::new(),
            consumed: 0,
        }
    }

    /// Bytes that came and were not consumed, as plain text.
    pub fn input(&self) -> &[u8] {
        &self.input[self.consumed..]
    }

    /// Takes bytes off the beginning of [`Channel::input`].
    pub fn consume(&mut self, count: usize) {
        self.consumed += count;
        if self.consumed >= self.input.len() {
            self.input.clear();
            self.consumed = 0;
        }
    }

    /// Waits for more input; `Ok(0)` when the peer has ended its side.
    pub fn fill(&mut self) -> io::Result<usize> {
        self.input.drain(..std::mem::take(&mut self.consumed));
        let before = self.input.len();
        while self.input.len() == before {
            let count = self.reader.read(&mut self.raw)?;
            if count == 0 {
                return Ok(0);
            }
            let Self {
                shared, raw, input, ..
            } = self;
            lock(shared).receive(&raw[..count], input)?;
        }
        Ok(self.input.len() - before)
    }

    /// A handle to write with.
    pub fn sender(&self) -> Sender {
        Sender(Arc::clone(&self.shared))
    }

    /// Does the server's side of a TLS handshake; input that was not consumed is its beginning.
    pub fn start_tls(&mut self, config: Arc<ServerConfig>) -> io::Result<()> {
        let pending = self.input().to_vec();
        self.consume(pending.len());
        let connection = ServerConnection::new(config).map_err(io::Error::other)?;
        self.layers().tls = Some(connection);
        let Self {
            shared,
            raw,
            input,
            reader,
            ..
        } = self;
        lock(shared).receive(&pending, input)?;
        while lock(shared).handshaking() {
            let count = reader.read(raw)?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            lock(shared).receive(&raw[..count], input)?;
        }
        Ok(())
    }

    /// Puts DEFLATE (RFC 4978) on both directions; input that was not consumed is compressed.
    pub fn start_deflate(&mut self) -> io::Result<()> {
        let pending = self.input().to_vec();
        self.consume(pending.len());
        let Self { shared, input, .. } = self;
        let mut layers = lock(shared);
        layers.deflate = Some(Deflate {
            compress: Compress::new(Compression::default(), false),
            decompress: Decompress::new(false),
        });
        layers.inflate(&pending, input)
    }

    /// Ends DEFLATE in both directions.
    pub fn stop_deflate(&mut self) {
        self.layers().deflate = None;
    }

    fn layers(&self) -> MutexGuard<'_, Layers> {
        lock(&self.shared)
    }
}

impl Sender {
    /// Writes all of it, through the layers.
    pub fn send(&self, bytes: &[u8]) -> io::Result<()> {
        lock(&self.0).send(bytes)
    }

    /// Ends this side in good order: `close_notify` where there is TLS, then the end of the stream.
    pub fn finish(&self) -> io::Result<()> {
        let mut layers = lock(&self.0);
        if let Some(tls) = &mut layers.tls {
            tls.send_close_notify();
        }
        layers.flush()?;
        layers
            .socket
            .as_ref()
            .map_or(Ok(()), |socket| socket.shutdown(Shutdown::Write))
    }

    /// Breaks the connection, with nothing said; what is not a TCP connection is only no longer written to.
    pub fn cut(&self) {
        let mut layers = lock(&self.0);
        if let Some(socket) = &layers.socket {
            // It may be gone already.
            let _ = socket.shutdown(Shutdown::Both);
        }
        layers.writer = Box::new(Broken);
    }
}

/// What is left of a connection that was cut.
struct Broken;

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Layers {
    fn handshaking(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.is_handshaking())
    }

    /// Takes bytes of the wire through TLS and DEFLATE.
    fn receive(&mut self, mut raw: &[u8], input: &mut Vec<u8>) -> io::Result<()> {
        if self.tls.is_none() {
            return self.inflate(raw, input);
        }
        let mut plain = Vec::new();
        while !raw.is_empty() {
            let Some(tls) = &mut self.tls else { break };
            tls.read_tls(&mut raw)?;
            let state = tls.process_new_packets();
            if let Ok(state) = &state {
                let start = plain.len();
                plain.resize(start + state.plaintext_bytes_to_read(), 0);
                tls.reader().read_exact(&mut plain[start..])?;
            }
            self.flush()?;
            state.map_err(io::Error::other)?;
        }
        self.inflate(&plain, input)
    }

    fn inflate(&mut self, mut bytes: &[u8], input: &mut Vec<u8>) -> io::Result<()> {
        let Some(Deflate { decompress, .. }) = &mut self.deflate else {
            input.extend_from_slice(bytes);
            return Ok(());
        };
        loop {
            input.reserve(READ_SIZE);
            let before = decompress.total_in();
            let status = decompress.decompress_vec(bytes, input, FlushDecompress::Sync);
            let status = status.map_err(io::Error::other)?;
            let taken =
                usize::try_from(decompress.total_in() - before).map_err(io::Error::other)?;
            bytes = &bytes[taken..];
            let full = input.len() == input.capacity();
            if status == Status::StreamEnd || bytes.is_empty() && !full {
                return Ok(());
            }
        }
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.deflate.is_some() {
            let compressed = self.compress(bytes)?;
            self.encrypt(&compressed)
        } else {
            self.encrypt(bytes)
        }
    }

    fn compress(&mut self, mut bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut compressed = Vec::new();
        let Some(Deflate { compress, .. }) = &mut self.deflate else {
            return Ok(compressed);
        };
        loop {
            compressed.reserve(bytes.len() / 2 + 1024);
            let before = compress.total_in();
            compress
                .compress_vec(bytes, &mut compressed, FlushCompress::Sync)
                .map_err(io::Error::other)?;
            let taken = usize::try_from(compress.total_in() - before).map_err(io::Error::other)?;
            bytes = &bytes[taken..];
            // Room that was left says that the flush is complete.
            if bytes.is_empty() && compressed.len() < compressed.capacity() {
                return Ok(compressed);
            }
        }
    }

    fn encrypt(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(tls) = &mut self.tls else {
            self.writer.write_all(bytes)?;
            return self.writer.flush();
        };
        for part in bytes.chunks(16 * 1024) {
            tls.writer().write_all(part)?;
            while tls.wants_write() {
                tls.write_tls(&mut self.writer)?;
            }
        }
        self.writer.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(tls) = &mut self.tls {
            while tls.wants_write() {
                tls.write_tls(&mut self.writer)?;
            }
        }
        self.writer.flush()
    }
}

fn lock(layers: &Mutex<Layers>) -> MutexGuard<'_, Layers> {
    layers
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certs::{Kind, shared};
    use rustls::pki_types::ServerName;
    use std::net::TcpListener;

    fn pair() -> (TcpStream, Channel) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (client, Channel::tcp(listener.accept().unwrap().0).unwrap())
    }

    fn read_all(channel: &mut Channel) -> Vec<u8> {
        while channel.fill().unwrap() > 0 {}
        channel.input().to_vec()
    }

    #[test]
    fn plain_bytes_pass_both_ways_and_end() {
        let (mut client, mut channel) = pair();
        client.write_all(b"a NOOP\r\nb").unwrap();
        channel.fill().unwrap();
        assert!(b"a NOOP\r\nb".starts_with(channel.input()));
        channel.sender().send(b"* OK\r\n").unwrap();
        channel.sender().finish().unwrap();
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).unwrap();
        assert_eq!(answer, b"* OK\r\n");
        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(read_all(&mut channel), b"a NOOP\r\nb");
    }

    #[test]
    fn tls_and_deflate_are_put_on_while_it_runs() {
        let (mut socket, mut channel) = pair();
        let server = std::thread::spawn(move || {
            channel.sender().send(b"go\r\n").unwrap();
            channel
                .start_tls(shared().server_config(Kind::Good))
                .unwrap();
            channel.start_deflate().unwrap();
            let long = vec![b'x'; 1_000_000];
            channel.sender().send(&long).unwrap();
            channel.sender().finish().unwrap();
            read_all(&mut channel)
        });
        let mut go = [0; 4];
        socket.read_exact(&mut go).unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let client = rustls::ClientConnection::new(shared().client_config(), name).unwrap();
        let mut client = rustls::StreamOwned::new(client, socket);
        let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), Compression::default());
        deflate.write_all(b"a1 NOOP\r\n").unwrap();
        client.write_all(&deflate.finish().unwrap()).unwrap();
        let mut compressed = Vec::new();
        client.read_to_end(&mut compressed).unwrap();
        // Dropping the socket ends the server's input.
        drop(client);
        let mut inflate = Decompress::new(false);
        let mut plain = Vec::with_capacity(1_000_100);
        inflate
            .decompress_vec(&compressed, &mut plain, FlushDecompress::Sync)
            .unwrap();
        assert_eq!(plain, vec![b'x'; 1_000_000]);
        assert_eq!(server.join().unwrap(), b"a1 NOOP\r\n");
    }

    #[test]
    fn a_cut_ends_both_directions() {
        let (mut client, channel) = pair();
        channel.sender().cut();
        assert!(matches!(client.read(&mut [0; 1]), Ok(0) | Err(_)));
        assert!(channel.sender().send(b"x").is_err());
    }
}
