//! From a configuration to a session.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use imap_proto_core::engine::{Config, Seed};
use imap_proto_core::session::Error;
use mio::event::Source;
use socket2::{SockRef, TcpKeepalive};

use crate::Session;
use crate::drive::start;

/// After how long a silence the system asks whether the peer is still there.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// Connects by TCP, with TLS or STARTTLS as the configuration says, and logs in if it has
/// credentials.
///
/// All addresses of the host are tried in the resolver's order, within
/// [`Timeouts::connect`](crate::Timeouts::connect) altogether; what is left of it is shared by
/// those that are left, so that a dead one does not use it up.
///
/// # Errors
///
/// Whatever kept the session from being opened; a refused login is [`Error::Login`].
pub fn connect(config: Config) -> Result<Session, Error> {
    let config = with_tls(config)?;
    let limit = config.current_timeouts().connect;
    let stream = connect_tcp(config.host(), config.port(), limit)?;
    stream.set_nonblocking(true)?;
    start(mio::net::TcpStream::from_std(stream), config, ())
}

/// Opens a session over any stream that can be polled and does not block, such as those of
/// [`mio::net`]. TLS is put on top of it where the configuration says so.
///
/// # Errors
///
/// As [`connect`].
pub fn connect_over<S>(stream: S, config: Config) -> Result<Session, Error>
where
    S: Read + Write + Source + Send + 'static,
{
    start(stream, with_tls(config)?, ())
}

/// Connects to a Unix socket.
///
/// # Errors
///
/// As [`connect`].
#[cfg(unix)]
pub fn connect_unix(path: impl AsRef<std::path::Path>, config: Config) -> Result<Session, Error> {
    let stream = std::os::unix::net::UnixStream::connect(path)?;
    stream.set_nonblocking(true)?;
    connect_over(mio::net::UnixStream::from_std(stream), config)
}

fn connect_tcp(host: &str, port: u16, limit: Duration) -> io::Result<TcpStream> {
    let end = Instant::now() + limit;
    let mut last = io::Error::new(ErrorKind::NotFound, "the host has no address");
    let addresses: Vec<SocketAddr> = (bare(host), port).to_socket_addrs()?.collect();
    for (tried, address) in addresses.iter().enumerate() {
        let left = end.saturating_duration_since(Instant::now());
        let share = left / u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        if share.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        match TcpStream::connect_timeout(address, share) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                let keepalive = TcpKeepalive::new().with_time(KEEPALIVE);
                SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// A host without the brackets that an IPv6 address may have.
fn bare(host: &str) -> &str {
    host.strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(host)
}

/// The system's roots, where TLS is wanted and the caller brought no settings.
#[cfg(feature = "tls")]
pub(crate) fn with_tls(config: Config) -> Result<Config, Error> {
    use imap_proto_core::engine::Encryption;
    let wanted = matches!(config.encryption(), Encryption::Tls | Encryption::StartTls);
    if !wanted || config.tls_config().is_some() {
        return Ok(config);
    }
    Ok(config.with_tls(crate::tls::default_config()?))
}

/// Without TLS, what wants it is refused before a connection is made.
#[cfg(not(feature = "tls"))]
pub(crate) fn with_tls(config: Config) -> Result<Config, Error> {
    use imap_proto_core::engine::Encryption;
    if matches!(config.encryption(), Encryption::Tls | Encryption::StartTls) {
        return Err(io::Error::new(ErrorKind::Unsupported, "built without TLS").into());
    }
    Ok(config)
}

/// Random octets of the operating system, for the prefix of tags.
pub(crate) fn seed() -> Result<Seed, Error> {
    let mut octets = [0; 16];
    getrandom::fill(&mut octets).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(Seed(octets))
}
