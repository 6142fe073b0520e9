//! What the tests here share.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use imap_proto_core::engine::Log;
use imap_proto_core::layer::{TlsError, TlsInfo};
use imap_tests::certs;
use imap_tests::scripted::{Peer, Problem};
use imap_transport_std::{Config, Credentials, Error, tls_config};
use rustls::{CertificateError, ServerConfig};

/// Which adapter connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Adapter {
    Std,
    Tokio,
}

pub(crate) const ADAPTERS: [Adapter; 2] = [Adapter::Std, Adapter::Tokio];

/// How TLS comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Path {
    Tls,
    StartTls,
}

pub(crate) const PATHS: [Path; 2] = [Path::Tls, Path::StartTls];

/// What a connection came to.
pub(crate) struct Opened {
    pub(crate) tls: Option<Arc<TlsInfo>>,
    pub(crate) log: Log,
}

/// Runs a future on a runtime of its own.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap().block_on(future)
}

/// A configuration of the product's own TLS settings, which trusts the test authority. Nothing it
/// waits for takes long.
pub(crate) fn config(path: Path, port: u16) -> Config {
    let config = match path {
        Path::Tls => Config::tls("localhost"),
        Path::StartTls => Config::starttls("localhost"),
    };
    let mut timeouts = config.current_timeouts().clone();
    timeouts.greeting = Duration::from_secs(20);
    timeouts.upgrade = Duration::from_secs(20);
    config
        .with_port(port)
        .with_tls(tls_config(certs::shared().roots()).unwrap())
        .credentials(Credentials::password("alice", "secret-pass"))
        .timeouts(timeouts)
}

/// Connects, and leaves by LOGOUT.
pub(crate) fn connect(adapter: Adapter, config: Config) -> Result<Opened, Error> {
    match adapter {
        Adapter::Std => {
            let session = imap_transport_std::connect(config)?;
            session.noop().wait()?;
            let (tls, log) = (session.tls(), session.log());
            session.logout().wait()?;
            Ok(Opened { tls, log })
        }
        Adapter::Tokio => run(async {
            let session = imap_transport_tokio::connect(config).await?;
            session.noop().await?;
            let (tls, log) = (session.tls(), session.log());
            session.logout().await?;
            Ok(Opened { tls, log })
        }),
    }
}

/// The error of a connection that must not come to be.
pub(crate) fn refusal(adapter: Adapter, config: Config) -> Error {
    match connect(adapter, config) {
        Ok(opened) => panic!("connected by {adapter:?}:\n{}", opened.log),
        Err(error) => error,
    }
}

/// What was wrong with the certificate.
pub(crate) fn certificate_error(error: &Error) -> &CertificateError {
    match error {
        Error::Tls(TlsError::Handshake(rustls::Error::InvalidCertificate(error)), _) => error,
        other => panic!("{other:?}"),
    }
}

/// The server's side up to the handshake: greeting and STARTTLS where they belong.
pub(crate) fn before_tls(peer: &mut Peer, path: Path) -> Result<(), Problem> {
    if path == Path::StartTls {
        peer.say(b"* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] hi\r\n")?;
        let tag = command(peer, "STARTTLS")?;
        peer.say(format!("{tag} OK go ahead\r\n").as_bytes())?;
    }
    Ok(())
}

/// Reads a command that must have this name; its tag.
pub(crate) fn command(peer: &mut Peer, name: &str) -> Result<String, Problem> {
    let line = peer.line()?;
    let line = String::from_utf8_lossy(&line);
    let mut words = line.split_whitespace();
    let (tag, verb) = (words.next().unwrap_or_default(), words.next());
    if verb == Some(name) {
        Ok(tag.to_owned())
    } else {
        Err(format!("{line:?} in place of {name}"))
    }
}

/// A handshake, then a server that lets anyone in.
pub(crate) fn serve(peer: &mut Peer, path: Path, config: Arc<ServerConfig>) -> Result<(), Problem> {
    before_tls(peer, path)?;
    let shaken = peer.channel().start_tls(config);
    shaken.map_err(|error| error.to_string())?;
    if path == Path::Tls {
        peer.say(b"* OK hi\r\n")?;
    }
    loop {
        // A client that has all it wants just leaves.
        let Ok(line) = peer.line() else { return Ok(()) };
        let line = String::from_utf8_lossy(&line);
        let mut words = line.split_whitespace();
        let (tag, verb) = (words.next().unwrap_or_default(), words.next());
        match verb {
            Some("CAPABILITY") => peer.say(b"* CAPABILITY IMAP4rev1\r\n")?,
            Some("LOGOUT") => peer.say(b"* BYE\r\n")?,
            _ => {}
        }
        peer.say(format!("{tag} OK done\r\n").as_bytes())?;
    }
}

/// What the client still says until it ends the connection, as plain octets.
pub(crate) fn rest(peer: &mut Peer) -> Vec<u8> {
    // A reset is an end too.
    while peer.channel().fill().is_ok_and(|count| count > 0) {}
    peer.channel().input().to_vec()
}

/// Whether these octets are TLS records only (RFC 8446 §5.1).
pub(crate) fn is_tls(mut octets: &[u8]) -> bool {
    while let [20..=23, 3, _, high, low, rest @ ..] = octets {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let Some(next) = rest.get(length..) else {
            return false;
        };
        octets = next;
    }
    octets.is_empty()
}
