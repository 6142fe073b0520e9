//! A server that costs next to nothing, for where there is no Dovecot: what it says is made beforehand.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use flate2::read::DeflateDecoder;
use flate2::{Compress, Compression, FlushCompress};

use super::work::SMALL;

const GREETING: &[u8] = b"* OK [CAPABILITY IMAP4rev1 LITERAL+ IDLE COMPRESS=DEFLATE] ready\r\n";
/// Octets of the large message that are made once and said again and again.
const BLOCK: usize = 1 << 20;
/// What is gathered before it is written.
const BATCH: usize = 64 * 1024;

/// Listens on a free port, prints it, and serves until the process is ended.
pub(super) fn run(octets: u64) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    println!("{}", listener.local_addr()?.port());
    for stream in listener.incoming() {
        let stream = stream?;
        stream.set_nodelay(true)?;
        // A client that is gone ends its connection, and nothing else.
        std::thread::spawn(move || Connection::new(stream, octets).and_then(Connection::serve));
    }
    Ok(())
}

/// What the client says.
enum Input {
    Plain(BufReader<TcpStream>),
    Packed(BufReader<DeflateDecoder<TcpStream>>),
}

impl Input {
    fn read_line(&mut self, line: &mut String) -> io::Result<usize> {
        line.clear();
        match self {
            Self::Plain(input) => input.read_line(line),
            Self::Packed(input) => input.read_line(line),
        }
    }

    /// Whether a whole line came already.
    fn has_line(&self) -> bool {
        let came = match self {
            Self::Plain(input) => input.buffer(),
            Self::Packed(input) => input.buffer(),
        };
        memchr::memchr(b'\n', came).is_some()
    }
}

struct Connection {
    input: Input,
    stream: TcpStream,
    octets: u64,
    /// Not yet written.
    out: Vec<u8>,
    compress: Option<Compress>,
}

impl Connection {
    fn new(stream: TcpStream, octets: u64) -> io::Result<Self> {
        Ok(Self {
            input: Input::Plain(BufReader::with_capacity(BATCH, stream.try_clone()?)),
            stream,
            octets,
            out: GREETING.to_vec(),
            compress: None,
        })
    }

    fn serve(mut self) -> io::Result<()> {
        let mut line = String::new();
        loop {
            // What came together is answered together.
            if self.out.len() >= BATCH || !self.input.has_line() {
                self.write()?;
            }
            if self.input.read_line(&mut line)? == 0 || !self.answer(line.trim_end())? {
                return self.write();
            }
        }
    }

    /// Answers one command; false: it was the last.
    fn answer(&mut self, line: &str) -> io::Result<bool> {
        let mut words = line.split(' ');
        let tag = words.next().unwrap_or_default();
        let name = words.next().unwrap_or_default();
        match name {
            "FETCH" if line.contains("BODY") => self.literal()?,
            "FETCH" => {
                let number = words.next().unwrap_or_default();
                self.say(&format!("* {number} FETCH (FLAGS (\\Seen))\r\n"));
            }
            "SELECT" => self.say(&format!(
                "* {} EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n",
                SMALL + 1
            )),
            "CAPABILITY" => self.say("* CAPABILITY IMAP4rev1 LITERAL+ IDLE COMPRESS=DEFLATE\r\n"),
            "LOGOUT" => self.say("* BYE bye\r\n"),
            _ => {}
        }
        let code = if name == "LOGIN" {
            "[CAPABILITY IMAP4rev1 LITERAL+ IDLE COMPRESS=DEFLATE] "
        } else {
            ""
        };
        self.say(&format!("{tag} OK {code}done\r\n"));
        if name == "COMPRESS" {
            self.write()?;
            self.start_compressing()?;
        }
        Ok(name != "LOGOUT")
    }

    fn start_compressing(&mut self) -> io::Result<()> {
        let decoder = DeflateDecoder::new(self.stream.try_clone()?);
        self.input = Input::Packed(BufReader::with_capacity(BATCH, decoder));
        self.compress = Some(Compress::new(Compression::fast(), false));
        Ok(())
    }

    fn say(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn write(&mut self) -> io::Result<()> {
        if self.out.is_empty() {
            return Ok(());
        }
        if let Some(compress) = &mut self.compress {
            let mut packed = Vec::with_capacity(self.out.len() + 64);
            compress
                .compress_vec(&self.out, &mut packed, FlushCompress::Sync)
                .map_err(io::Error::other)?;
            self.stream.write_all(&packed)?;
        } else {
            self.stream.write_all(&self.out)?;
        }
        self.out.clear();
        Ok(())
    }

    /// The large message: its blocks are packed once, each by itself.
    fn literal(&mut self) -> io::Result<()> {
        self.say(&format!("* 1 FETCH (BODY[] {{{}}}\r\n", self.octets));
        self.write()?;
        let plain = text(BLOCK);
        let mut packed = pack(&plain)?;
        let mut left = self.octets;
        while left > 0 {
            let size = usize::try_from(left).unwrap_or(usize::MAX).min(BLOCK);
            let block = plain.get(..size).unwrap_or_default();
            if size < BLOCK {
                packed = pack(block)?;
            }
            let block = if self.compress.is_some() {
                &packed
            } else {
                block
            };
            self.stream.write_all(block)?;
            left -= size as u64;
        }
        if self.compress.is_some() {
            // It knows nothing of what went by.
            self.compress = Some(Compress::new(Compression::fast(), false));
        }
        self.say(")\r\n");
        Ok(())
    }
}

fn pack(block: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = Vec::with_capacity(block.len() + 1024);
    Compress::new(Compression::default(), false)
        .compress_vec(block, &mut packed, FlushCompress::Sync)
        .map_err(io::Error::other)?;
    Ok(packed)
}

/// Lines of letters and digits in no order, as an attachment in base64 is.
pub(crate) fn text(octets: usize) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut letter = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let index = (state >> 58) as usize;
        ALPHABET.get(index).copied().unwrap_or(b'A')
    };
    let octet = |at: usize| match at % 78 {
        76 => b'\r',
        77 => b'\n',
        _ => letter(),
    };
    (0..octets).map(octet).collect()
}
