//! From a configuration to a session.

use std::future::ready;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use imap_proto_core::engine::{Config, Seed};
use imap_proto_core::session::Error;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout};

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
pub async fn connect(config: Config) -> Result<Session, Error> {
    let config = with_tls(config)?;
    let limit = config.current_timeouts().connect;
    let connecting = connect_tcp(config.host(), config.port(), Instant::now() + limit);
    let connecting = timeout(limit, connecting);
    let stream = connecting
        .await
        .unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))?;
    start(stream, config, ready(())).await
}

/// Opens a session over any stream. TLS is put on top of it where the configuration says so.
///
/// # Errors
///
/// As [`connect`].
pub async fn connect_over<S>(stream: S, config: Config) -> Result<Session, Error>
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    start(stream, with_tls(config)?, ready(())).await
}

/// Connects to a Unix socket.
///
/// # Errors
///
/// As [`connect`].
#[cfg(unix)]
pub async fn connect_unix(
    path: impl AsRef<std::path::Path>,
    config: Config,
) -> Result<Session, Error> {
    let limit = config.current_timeouts().connect;
    let connecting = timeout(limit, tokio::net::UnixStream::connect(path));
    let stream = connecting
        .await
        .unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))?;
    connect_over(stream, config).await
}

async fn connect_tcp(host: &str, port: u16, end: Instant) -> io::Result<TcpStream> {
    let mut last = io::Error::new(ErrorKind::NotFound, "the host has no address");
    let addresses: Vec<SocketAddr> = lookup_host((bare(host), port)).await?.collect();
    for (tried, address) in addresses.iter().enumerate() {
        let left = end.saturating_duration_since(Instant::now());
        let share = left / u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        let connecting = timeout(share, TcpStream::connect(address)).await;
        match connecting.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into())) {
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
fn with_tls(config: Config) -> Result<Config, Error> {
    use imap_proto_core::engine::Encryption;
    let wanted = matches!(config.encryption(), Encryption::Tls | Encryption::StartTls);
    if !wanted || config.tls_config().is_some() {
        return Ok(config);
    }
    Ok(config.with_tls(crate::tls::default_config()?))
}

/// Without TLS, what wants it is refused before a connection is made.
#[cfg(not(feature = "tls"))]
fn with_tls(config: Config) -> Result<Config, Error> {
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
