//! SASL: what a mechanism is, and which one is taken (RFC 4422, RFC 9051 §6.2.2).

mod credentials;
mod oauth;
mod plain;

pub use credentials::{Credentials, Login};
pub use oauth::{OAuthBearer, XOAuth2};
pub use plain::{External, LoginMechanism, Plain};

use thiserror::Error;

use crate::types::Secret;

/// One side of a SASL exchange: ours. A mechanism of the caller's own is equal to those here.
///
/// Called without a lock held, so that key derivation may take its time.
pub trait Mechanism: Send {
    /// The name, as in `AUTH=NAME`.
    fn name(&self) -> &str;

    /// Begins; the initial response, if the mechanism has one. `None` for mechanisms in which
    /// the server speaks first.
    ///
    /// # Errors
    ///
    /// Whatever forbids the mechanism on this channel.
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
pub struct Channel {
    /// The host that we connected to.
    pub host: String,
    /// The port that we connected to.
    pub port: u16,
    /// Whether the channel is encrypted or trusted.
    pub secure: bool,
    /// The `tls-exporter` channel binding (RFC 9266), in TLS 1.3.
    pub tls_exporter: Option<Vec<u8>>,
    /// The `tls-server-end-point` channel binding (RFC 5929 §4).
    pub tls_server_end_point: Option<Vec<u8>>,
}

/// Why a SASL exchange failed on our side.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SaslError {
    /// The challenge breaks the mechanism's rules.
    #[error("a bad challenge")]
    BadChallenge,
    /// The user name or password cannot be sent by this mechanism.
    #[error("credentials that the mechanism cannot carry")]
    InvalidCredentials,
    /// The mechanism is not safe on this channel.
    #[error("the mechanism needs TLS")]
    NeedsTls,
    /// The server did not prove itself.
    #[error("the server did not authenticate itself")]
    ServerNotAuthenticated,
    /// The server refused, and told why: the JSON of OAUTHBEARER and XOAUTH2.
    #[error("refused by the server")]
    Refused(Box<[u8]>),
    /// None of the server's mechanisms can be used with these credentials.
    #[error("no mechanism in common")]
    NoMechanism,
    /// A reason of the caller's own mechanism.
    #[error("{0}")]
    Other(String),
}
