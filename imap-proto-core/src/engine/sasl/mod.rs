//! SASL: what a mechanism is, and which one is taken (RFC 4422, RFC 9051 §6.2.2).
//!
//! [`Credentials`] choose by the order that [`Credentials::logins`] tells; a mechanism of the
//! caller's own implements [`Mechanism`].

mod anonymous;
#[cfg(feature = "scram")]
mod cram_md5;
mod credentials;
mod oauth;
mod plain;
mod refusal;
#[cfg(feature = "scram")]
mod scram;

pub use anonymous::Anonymous;
#[cfg(feature = "scram")]
pub use cram_md5::CramMd5;
pub use credentials::{Credentials, Login, Strength};
pub use oauth::{OAuthBearer, XOAuth2};
pub use plain::{External, LoginMechanism, Plain};
pub use refusal::Refusal;
#[cfg(feature = "scram")]
pub use scram::{ChannelBinding, Scram, ScramHash};

use thiserror::Error;

use crate::types::{Secret, Text};
use crate::wire::Limits;

/// One side of a SASL exchange: ours. A mechanism of the caller's own is equal to those here.
///
/// Called without a lock held, so that key derivation may take its time; the tokio adapter calls
/// it where blocking is allowed.
///
/// An example that stands for GSSAPI is in `docs/sasl.md`.
///
/// ```
/// use imap_proto_core::engine::sasl::{Channel, Mechanism, SaslError};
/// use imap_proto_core::types::Secret;
///
/// /// Answers each challenge with itself.
/// struct Echo;
///
/// impl Mechanism for Echo {
///     fn name(&self) -> &str {
///         "X-ECHO"
///     }
///     fn start(&mut self, _: &Channel) -> Result<Option<Secret>, SaslError> {
///         Ok(None)
///     }
///     fn respond(&mut self, challenge: &[u8]) -> Result<Secret, SaslError> {
///         Ok(Secret::new(challenge))
///     }
///     fn finish(&mut self, _: Option<&[u8]>) -> Result<(), SaslError> {
///         Ok(())
///     }
/// }
/// assert_eq!(Echo.respond(b"hi")?.expose(), b"hi");
/// # Ok::<(), SaslError>(())
/// ```
pub trait Mechanism: Send {
    /// The name, as in `AUTH=NAME`.
    fn name(&self) -> &str;

    /// Begins; the initial response, if the mechanism has one. `None` for mechanisms in which
    /// the server speaks first.
    ///
    /// # Errors
    ///
    /// Whatever forbids the mechanism on this channel. A login then goes on with the next
    /// mechanism in order.
    fn start(&mut self, channel: &Channel) -> Result<Option<Secret>, SaslError>;

    /// Answers a challenge.
    ///
    /// # Errors
    ///
    /// A challenge that breaks the mechanism's rules; the exchange is then aborted.
    fn respond(&mut self, challenge: &[u8]) -> Result<Secret, SaslError>;

    /// Ends, after the server said OK.
    ///
    /// # Errors
    ///
    /// When the server did not prove itself: the login then counts as failed.
    fn finish(&mut self, data: Option<&[u8]>) -> Result<(), SaslError>;
}

/// What a mechanism may know of the connection.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
#[cfg_attr(doctest, doc = include_str!("../../../../docs/sasl.md"))]
pub struct Channel {
    /// The host that we connected to.
    pub host: String,
    /// The port that we connected to.
    pub port: u16,
    /// Whether the channel is encrypted or trusted.
    pub secure: bool,
    /// The `tls-exporter` channel binding (RFC 9266), in TLS 1.3.
    pub tls_exporter: Option<Vec<u8>>,
    /// The `tls-server-end-point` channel binding (RFC 5929 §4), with the feature `scram`.
    pub tls_server_end_point: Option<Vec<u8>>,
    /// Random octets for a nonce, made anew for each exchange; 18 octets from the adapter, empty
    /// only in a `Channel` that is made by hand.
    pub nonce: Vec<u8>,
    /// The limits of the connection, such as [`Limits::scram_iterations`].
    pub limits: Limits,
}

/// Why a SASL exchange failed on our side.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SaslError {
    /// The challenge breaks the mechanism's rules.
    #[error("a bad challenge")]
    BadChallenge,
    /// The user name or password cannot be sent by this mechanism: an octet that it has no room
    /// for, or text that SASLprep (RFC 4013) forbids.
    #[error("credentials that the mechanism cannot carry")]
    InvalidCredentials,
    /// The mechanism is not safe on this channel.
    #[error("the mechanism needs TLS")]
    NeedsTls,
    /// The channel has no such binding, or no octets for a nonce.
    #[error("the channel lacks what the mechanism needs")]
    Unsupported,
    /// The server's iteration count is outside [`Limits::scram_iterations`]; no key was derived.
    #[error("{0} iterations are outside the limits")]
    Iterations(u64),
    /// The server did not prove itself.
    #[error("the server did not authenticate itself")]
    ServerNotAuthenticated,
    /// The server ended a SCRAM exchange with this `server-error-value` (RFC 5802 §7).
    #[error("refused by the server: {0}")]
    ServerError(Text),
    /// The server refused a bearer token, and told why.
    #[error("refused by the server: {0}")]
    Refused(Box<Refusal>),
    /// None of the server's mechanisms can be used with these credentials.
    #[error("no mechanism in common")]
    NoMechanism,
    /// A reason of the caller's own mechanism.
    #[error("{0}")]
    Other(String),
}
