//! A server that says what was made beforehand.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;

use super::work::{ENVELOPES, FOUND, MAILBOXES, SMALL, Work, mailbox, uid};
use crate::workload::envelope;

/// Octets of a body that are made once.
const BLOCK: usize = 1 << 20;

/// What it says.
struct Said {
    envelopes: Vec<u8>,
    search: Vec<u8>,
    list: Vec<u8>,
    bodies: Vec<u8>,
    block: Vec<u8>,
}

/// Listens on a free port, prints it, and serves until the process is ended.
pub(super) fn run() -> io::Result<()> {
    let said = Arc::new(Said::new());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    println!("{}", listener.local_addr()?.port());
    for stream in listener.incoming() {
        let (stream, said) = (stream?, Arc::clone(&said));
        stream.set_nodelay(true)?;
        // A client that is gone ends its connection, and nothing else.
        std::thread::spawn(move || said.serve(stream));
    }
    Ok(())
}

impl Said {
    fn new() -> Self {
        let block = crate::seed::text(BLOCK);
        let small = block.get(..SMALL).unwrap_or_default();
        let mut bodies = Vec::new();
        for number in Work::Bodies.messages() {
            bodies.extend_from_slice(
                format!("* {number} FETCH (UID {number} BODY[] {{{SMALL}}}\r\n").as_bytes(),
            );
            bodies.extend_from_slice(small);
            bodies.extend_from_slice(b")\r\n");
        }
        Self {
            envelopes: lines(ENVELOPES, |out, number| {
                envelope(out, number as usize, uid(number) as usize);
            }),
            search: search(),
            list: lines(MAILBOXES, |out, number| {
                let _ = write!(
                    out,
                    "* LIST (\\HasNoChildren) \"/\" \"{}\"\r\n",
                    mailbox(number - 1)
                );
            }),
            bodies,
            block,
        }
    }

    fn serve(&self, stream: TcpStream) -> io::Result<()> {
        let mut input = BufReader::new(stream.try_clone()?);
        let mut output = stream;
        output.write_all(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")?;
        let mut line = String::new();
        loop {
            line.clear();
            if input.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let (tag, command) = line.trim_end().split_once(' ').unwrap_or_default();
            self.answer(command, &mut output)?;
            let code = if command.starts_with("LOGIN") {
                "[CAPABILITY IMAP4rev1] "
            } else {
                ""
            };
            output.write_all(format!("{tag} OK {code}done\r\n").as_bytes())?;
            if command == "LOGOUT" {
                return Ok(());
            }
        }
    }

    fn answer(&self, command: &str, output: &mut TcpStream) -> io::Result<()> {
        let is = |name: &str| command.contains(name);
        if command.starts_with("SELECT") {
            return output
                .write_all(format!("* {FOUND} EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n").as_bytes());
        }
        if command == "CAPABILITY" {
            return output.write_all(b"* CAPABILITY IMAP4rev1\r\n");
        }
        if command.starts_with("LIST") {
            return output.write_all(&self.list);
        }
        if is("SEARCH") {
            return output.write_all(&self.search);
        }
        if is("ENVELOPE") {
            return output.write_all(&self.envelopes);
        }
        if is("BODY") {
            let asks = |work: &Work| command.split(' ').any(|word| word == work.set());
            return match [Work::Body, Work::Stream].into_iter().find(asks) {
                Some(work) => self.body(work, output),
                None => output.write_all(&self.bodies),
            };
        }
        Ok(())
    }

    fn body(&self, work: Work, output: &mut TcpStream) -> io::Result<()> {
        let (number, octets) = (work.set(), work.answer().octets);
        output.write_all(
            format!("* {number} FETCH (UID {number} BODY[] {{{octets}}}\r\n").as_bytes(),
        )?;
        let mut left = octets;
        while left > 0 {
            let size = usize::try_from(left).unwrap_or(BLOCK).min(BLOCK);
            output.write_all(self.block.get(..size).unwrap_or_default())?;
            left -= size as u64;
        }
        output.write_all(b")\r\n")
    }
}

fn lines(count: u32, line: impl Fn(&mut String, u32)) -> Vec<u8> {
    let mut out = String::new();
    (1..=count).for_each(|number| line(&mut out, number));
    out.into_bytes()
}

fn search() -> Vec<u8> {
    let mut out = "* SEARCH".to_owned();
    for number in 1..=FOUND {
        let _ = write!(out, " {}", uid(number));
    }
    out.push_str("\r\n");
    out.into_bytes()
}
