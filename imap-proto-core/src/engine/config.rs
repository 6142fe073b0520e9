//! What a connection is to be.

#[cfg(feature = "tls")]
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::Dial;
use super::Fallbacks;
use super::sasl::Credentials;
use crate::wire::Limits;

/// The port of IMAP, in the clear until STARTTLS (RFC 9051 §2.1).
pub const IMAP_PORT: u16 = 143;

/// The port of IMAP with TLS from the first octet (RFC 8314 §3.2).
pub const IMAPS_PORT: u16 = 993;

/// Lines of the log unless said: as many as imaplib2 has, and enough for the last few commands.
const LOG_LINES: usize = 20;

/// How a connection is made and kept. One type serves both adapters.
///
/// ```
/// use imap_proto_core::engine::{Config, Credentials};
///
/// let config = Config::tls("imap.example.org")
///     .credentials(Credentials::password("alice", "secret"))
///     .compress(true);
/// assert_eq!(config.port(), 993);
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) encryption: Encryption,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) compress: bool,
    pub(crate) client_id: Option<Vec<(Bytes, Bytes)>>,
    pub(crate) limits: Limits,
    pub(crate) timeouts: Timeouts,
    pub(crate) fallbacks: Fallbacks,
    pub(crate) log_lines: usize,
    pub(crate) dial: Dial,
    pub(crate) server_name: Option<String>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<Arc<rustls::ClientConfig>>,
}

/// How a connection comes to be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encryption {
    /// TLS from the first octet (RFC 8314).
    Tls,
    /// STARTTLS, always: a server that refuses it is not logged in to.
    StartTls,
    /// None: passwords and mail go in the clear.
    Unencrypted,
    /// A stream that is trusted as it is, such as a child process or a Unix socket.
    Trusted,
}

/// How a stream is protected now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Security {
    /// Anyone on the path can read and write it.
    Plaintext,
    /// TLS with a verified peer.
    Tls,
    /// No network in between.
    Trusted,
}

/// Time limits (SECURITY: absolute ones cannot be extended by a drip of octets).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Timeouts {
    /// TCP or process start; kept by the adapters. 30 s.
    pub connect: Duration,
    /// From the connection to the greeting, absolute. 30 s.
    pub greeting: Duration,
    /// From the OK of STARTTLS or COMPRESS to its end, absolute; also implicit TLS. 30 s.
    pub upgrade: Duration,
    /// LOGIN or AUTHENTICATE from first octet to the tagged answer, absolute. 60 s.
    pub login: Duration,
    /// Silence while a command waits; any octet resets it. 5 min.
    pub command: Duration,
    /// Silence inside a literal. 60 s.
    pub literal: Duration,
    /// One response from first octet to last, plus a second for each 4 KiB. 10 min.
    pub response: Duration,
    /// From LOGOUT or BYE to the end of the stream. 5 s.
    pub logout: Duration,
    /// How long nothing is in flight before IDLE begins. 100 ms.
    pub idle_delay: Duration,
    /// How long one IDLE lasts before it is renewed. 29 min.
    pub idle_refresh: Duration,
    /// How often NOOP asks for news where there is no IDLE. 2 min.
    pub poll_interval: Duration,
    /// How long a reader that takes nothing may hold up others. 1 s.
    pub reader_stall: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            connect: seconds(30),
            greeting: seconds(30),
            upgrade: seconds(30),
            login: seconds(60),
            command: seconds(300),
            literal: seconds(60),
            response: seconds(600),
            logout: seconds(5),
            idle_delay: Duration::from_millis(100),
            idle_refresh: seconds(29 * 60),
            poll_interval: seconds(120),
            reader_stall: seconds(1),
        }
    }
}

impl Config {
    /// TLS from the first octet, port 993 (RFC 8314 §3.2).
    pub fn tls(host: impl Into<String>) -> Self {
        Self::new(host.into(), IMAPS_PORT, Encryption::Tls)
    }

    /// STARTTLS on port 143; never anything in the clear but CAPABILITY, STARTTLS and LOGOUT.
    pub fn starttls(host: impl Into<String>) -> Self {
        Self::new(host.into(), IMAP_PORT, Encryption::StartTls)
    }

    /// No encryption, port 143: passwords and mail can be read and changed on their way.
    pub fn unencrypted(host: impl Into<String>) -> Self {
        Self::new(host.into(), IMAP_PORT, Encryption::Unencrypted)
    }

    /// A trusted stream, such as a child process that is logged in already (PREAUTH).
    pub fn preauthenticated() -> Self {
        Self::new("localhost".to_owned(), 0, Encryption::Trusted)
    }

    fn new(host: String, port: u16, encryption: Encryption) -> Self {
        Self {
            host,
            port,
            encryption,
            credentials: None,
            compress: false,
            client_id: None,
            limits: Limits::default(),
            timeouts: Timeouts::default(),
            fallbacks: Fallbacks::default(),
            log_lines: LOG_LINES,
            dial: Dial::default(),
            server_name: None,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// Connects to another port.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Logs in with these. Without, the session comes back not authenticated.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Starts COMPRESS=DEFLATE after login where the server offers it (RFC 4978). Off unless
    /// said: lengths of compressed mail leak (CRIME).
    #[must_use]
    pub fn compress(mut self, compress: bool) -> Self {
        self.compress = compress;
        self
    }

    /// Sends ID with these fields after login where the server offers it (RFC 2971); some
    /// servers refuse to work without.
    #[must_use]
    pub fn client_id<K: Into<Bytes>, V: Into<Bytes>>(
        mut self,
        fields: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        self.client_id = Some(
            fields
                .into_iter()
                .map(|(k, v)| (k.into(), v.into()))
                .collect(),
        );
        self
    }

    /// Other limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Other time limits.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// How many of the last lines are kept for [`Log`](super::Log)s; 20 unless said, and 0 for
    /// none. A line takes at most 200 octets of memory.
    #[must_use]
    pub fn log_lines(mut self, lines: usize) -> Self {
        self.log_lines = lines;
        self
    }

    /// How TCP connections are made: from which address, in which order, through which proxy.
    #[must_use]
    pub fn dial(mut self, dial: Dial) -> Self {
        self.dial = dial;
        self
    }

    /// The name that the server's certificate is checked for and that is sent as SNI, where it
    /// is not the host: when that is an address, or the end of a tunnel.
    #[must_use]
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    /// TLS settings of the caller's own; without, the adapter takes the system's trust roots.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn with_tls(mut self, tls: Arc<rustls::ClientConfig>) -> Self {
        self.tls = Some(tls);
        self
    }

    /// What may be done where the server lacks an extension, by the operations of
    /// [`Portable`](crate::session::Portable).
    #[must_use]
    pub fn fallbacks(mut self, fallbacks: Fallbacks) -> Self {
        self.fallbacks = fallbacks;
        self
    }

    /// The host to connect to, and whose certificate is checked unless
    /// [`server_name`](Self::server_name) says otherwise.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How the connection comes to be encrypted.
    pub fn encryption(&self) -> Encryption {
        self.encryption
    }

    /// The name that the certificate is checked for: the host, unless said.
    pub fn current_server_name(&self) -> &str {
        self.server_name.as_deref().unwrap_or(&self.host)
    }

    /// How TCP connections are made.
    pub fn current_dial(&self) -> &Dial {
        &self.dial
    }

    /// The limits.
    pub fn current_limits(&self) -> &Limits {
        &self.limits
    }

    /// The time limits.
    pub fn current_timeouts(&self) -> &Timeouts {
        &self.timeouts
    }

    /// The TLS settings, if the caller gave some.
    #[cfg(feature = "tls")]
    pub fn tls_config(&self) -> Option<&Arc<rustls::ClientConfig>> {
        self.tls.as_ref()
    }

    /// Whether credentials and mail may not go in the clear.
    pub(crate) fn requires_tls(&self) -> bool {
        matches!(self.encryption, Encryption::Tls | Encryption::StartTls)
    }
}
