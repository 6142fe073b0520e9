//! From a configuration to a session.

#[cfg(not(feature = "tls"))]
use std::io::ErrorKind;
use std::io::{self, Read, Write};

use imap_proto_core::engine::{Config, Seed};
use imap_proto_core::session::Error;
use mio::event::Source;

use crate::Session;
use crate::dial::dial;
use crate::drive::{start, start_socket};

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
pub fn connect(config: Config) -> Result<Session, Error> {
    let config = with_tls(config)?;
    let stream = dial(&config)?;
    stream.set_nonblocking(true)?;
    start_socket(mio::net::TcpStream::from_std(stream), config)
}

/// Opens a session over any stream that can be polled and does not block, such as those of
/// [`mio::net`]. TLS is put on top of it where the configuration says so.
///
/// ```no_run
/// use imap_transport_std::{Config, connect_over, mio};
///
/// // A socket of one's own, made and set up in any way.
/// let stream = std::net::TcpStream::connect(("imap.example.org", 993))?;
/// stream.set_nonblocking(true)?;
/// let stream = mio::net::TcpStream::from_std(stream);
/// let session = connect_over(stream, Config::tls("imap.example.org"))?;
/// # drop(session);
/// # Ok::<(), imap_transport_std::Error>(())
/// ```
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
    start_socket(mio::net::UnixStream::from_std(stream), with_tls(config)?)
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
