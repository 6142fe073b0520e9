//! The demo server as a program, to develop a mail client against.
//!
//! `imap-demo-server [--ca FILE] [--stdio] [PORT [TLSPORT]]` serves on 127.0.0.1 (free ports by default), prints how
//! to reach it as `NAME=value` lines, and writes the certificate of its CA to FILE. With `--stdio` it serves one
//! connection on its standard input and output instead, signed in as alice.

use imap_tests::certs;
use imap_tests::demo::{Demo, Settings, serve};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut settings = Settings::default();
    let mut arguments = std::env::args().skip(1);
    let mut ports = Vec::new();
    let mut stdio = false;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--ca" => std::fs::write(
                arguments.next().ok_or("--ca needs a file")?,
                certs::shared().pem(),
            )?,
            "--stdio" => stdio = true,
            port => ports.push(
                port.parse::<u16>()
                    .map_err(|_| format!("no port: {port}"))?,
            ),
        }
    }
    if stdio {
        settings.preauthenticated = settings.users.first().map(|(user, _)| user.clone());
        return Ok(serve(std::io::stdin(), std::io::stdout(), settings)?);
    }
    settings.port = ports.first().copied().unwrap_or(0);
    settings.tls_port = ports.get(1).copied().unwrap_or(0);
    let demo = Demo::start(settings)?;
    println!("IMAP_PORT={}\nIMAPS_PORT={}", demo.port(), demo.tls_port());
    println!("IMAP_USER=alice\nIMAP_USER2=bob\nIMAP_PASSWORD=secret-pass");
    demo.serve_forever();
    Ok(())
}
