//! A server for measurements, in a process of its own: it answers as fast as it can and keeps nothing.
//!
//! `imap-source` serves plain text on a free port of 127.0.0.1 and prints `IMAP_PORT=n`; with `--tls CA-FILE` it serves
//! TLS and writes its CA there. Every connection is greeted with PREAUTH and is as good as selected: SELECT finds a
//! million messages; `UID FETCH n (… BODY…[])` answers with one literal of n MiB of zeros-like text; APPEND takes and
//! forgets any literal; everything else is OK. Connections are served until the program is ended.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;

use imap_tests::certs::{self, Kind};

const MEBIBYTE: u64 = 1024 * 1024;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let tls = match arguments.as_slice() {
        [flag, file] if flag == "--tls" => {
            std::fs::write(file, certs::shared().pem())?;
            Some(certs::shared().server_config(Kind::Good))
        }
        _ => None,
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    println!("IMAP_PORT={}", listener.local_addr()?.port());
    for stream in listener.incoming() {
        let stream = stream?;
        stream.set_nodelay(true)?;
        let tls = tls.clone();
        std::thread::Builder::new()
            .stack_size(128 * 1024)
            .spawn(move || {
                // A client that is gone ends its connection, and nothing else.
                let _ = match tls {
                    Some(config) => encrypted(stream, config),
                    None => serve(stream.try_clone()?, stream),
                };
                io::Result::Ok(())
            })?;
    }
    Ok(())
}

/// TLS on one thread: what is read and what is written alternate here, as a quiet server's do.
fn encrypted(stream: TcpStream, config: Arc<rustls::ServerConfig>) -> io::Result<()> {
    let session = rustls::ServerConnection::new(config).map_err(io::Error::other)?;
    let mut stream = rustls::StreamOwned::new(session, stream);
    stream.write_all(b"* PREAUTH [CAPABILITY IMAP4rev1 IDLE] ready\r\n")?;
    stream.flush()?;
    let mut line = Vec::new();
    let mut octet = [0];
    while stream.read(&mut octet)? == 1 {
        line.push(octet[0]);
        if line.ends_with(b"\r\n") {
            let text = String::from_utf8_lossy(&line).into_owned();
            line.clear();
            let answer = match text.split_once(' ') {
                Some((_, rest)) if rest.starts_with("IDLE") => "+ idling\r\n".to_owned(),
                Some((tag, _)) => format!("{tag} OK done\r\n"),
                None => continue,
            };
            stream.write_all(answer.as_bytes())?;
            stream.flush()?;
        }
    }
    Ok(())
}

fn serve(stream: TcpStream, mut out: TcpStream) -> io::Result<()> {
    let mut input = BufReader::with_capacity(256 * 1024, stream);
    out.write_all(b"* PREAUTH [CAPABILITY IMAP4rev1 LITERAL+ IDLE] ready\r\n")?;
    let mut line = String::new();
    while input.read_line(&mut line)? > 0 {
        let (tag, command) = line.trim_end().split_once(' ').unwrap_or(("*", ""));
        if let Some(size) = literal_size(command) {
            if !command.ends_with("+}") {
                out.write_all(b"+ go\r\n")?;
            }
            io::copy(&mut (&mut input).take(size), &mut io::sink())?;
            input.read_line(&mut String::new())?;
        }
        let untagged = match command.split(' ').next().unwrap_or_default() {
            "SELECT" => "* 1000000 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n".to_owned(),
            "FETCH" => numbered(command),
            "UID" if command.contains("BODY") => {
                body(&mut out, command)?;
                String::new()
            }
            _ => String::new(),
        };
        out.write_all(format!("{untagged}{tag} OK done\r\n").as_bytes())?;
        line.clear();
    }
    Ok(())
}

/// `… {n}` or `… {n+}` at the end of a line.
fn literal_size(command: &str) -> Option<u64> {
    let inner = command.strip_suffix('}')?.rsplit_once('{')?.1;
    inner.trim_end_matches('+').parse().ok()
}

/// The answer to `FETCH n (FLAGS)`.
fn numbered(command: &str) -> String {
    let number = command.split(' ').nth(1).unwrap_or("1");
    format!("* {number} FETCH (FLAGS (\\Seen))\r\n")
}

/// The answer to `UID FETCH n (…)`: a literal of n MiB.
fn body(out: &mut impl Write, command: &str) -> io::Result<()> {
    let uid: u64 = command
        .split(' ')
        .nth(2)
        .and_then(|uid| uid.parse().ok())
        .unwrap_or(1);
    let line = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/\r\n";
    let block: Vec<u8> = line.iter().copied().cycle().take(256 * 1024).collect();
    let size = uid * MEBIBYTE;
    out.write_all(format!("* 1 FETCH (UID {uid} BODY[] {{{size}}}\r\n").as_bytes())?;
    for _ in 0..size / block.len() as u64 {
        out.write_all(&block)?;
    }
    out.write_all(b")\r\n")
}
