//! From a configuration to a session.

use std::future::ready;
use std::io::{self, ErrorKind};

use imap_proto_core::engine::{Config, Seed};
use imap_proto_core::session::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

use crate::Session;
use crate::dial::dial;
use crate::drive::start;

/// Connects by TCP, with TLS or STARTTLS as the configuration says, and logs in if it has
/// credentials.
///
/// The addresses of the host are tried side by side, each a little after the one before (RFC 8305),
/// within [`Timeouts::connect`](crate::Timeouts::connect) altogether. In which order, from which
/// address and through which proxy is for [`Dial`](crate::engine::Dial) to say.
///
/// # Errors
///
/// Whatever kept the session from being opened; a refused login is [`Error::Login`].
pub async fn connect(config: Config) -> Result<Session, Error> {
    let config = with_tls(config)?;
    let limit = config.current_timeouts().connect;
    let connecting = timeout(limit, dial(&config));
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
