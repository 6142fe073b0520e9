//! Commands before and after the authenticated state: STARTTLS, AUTHENTICATE, LOGIN, LOGOUT,
//! UNAUTHENTICATE (RFC 9051 §6.1, §6.2, RFC 8437).

use super::answer::answers_nothing;
use super::{Command, Effect, Pipelining, Request, Segment, States, SubmitError};
use crate::types::{ByteString, Secret};

/// LOGIN with a user name and a password (RFC 9051 §6.2.3).
///
/// ```
/// use imap_proto_core::encode::{Command, Login};
/// assert!(Login::new("SMITH", "SESAME").request().is_ok());
/// assert!(!format!("{:?}", Login::new("SMITH", "SESAME")).contains("SESAME"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    user: Secret,
    password: Secret,
}

impl Login {
    /// LOGIN of this user.
    pub fn new(user: impl Into<Secret>, password: impl Into<Secret>) -> Self {
        Self {
            user: user.into(),
            password: password.into(),
        }
    }
}

impl Command for Login {
    answers_nothing!();

    fn request(self) -> Result<Request, SubmitError> {
        let states = States::NOT_AUTHENTICATED;
        Ok(Request::known("LOGIN", states, Pipelining::barrier())
            .space()
            .push(Segment::SecretAstring(self.user))
            .space()
            .push(Segment::SecretAstring(self.password))
            .effect(Effect::Login))
    }
}

/// AUTHENTICATE by a SASL mechanism (RFC 9051 §6.2.2). Challenges come as events, or go to the
/// session's `Mechanism`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticate {
    mechanism: String,
    initial_response: Option<Secret>,
}

impl Authenticate {
    /// The mechanism by its registered name, such as `SCRAM-SHA-256`.
    pub fn new(mechanism: impl Into<String>) -> Self {
        Self {
            mechanism: mechanism.into(),
            initial_response: None,
        }
    }

    /// The initial response, not in base64. It goes with the command where SASL-IR allows it
    /// (RFC 4959), else it answers the first challenge; the engine decides.
    #[must_use]
    pub fn initial_response(mut self, response: impl Into<Secret>) -> Self {
        self.initial_response = Some(response.into());
        self
    }
}

impl Command for Authenticate {
    answers_nothing!();

    fn request(self) -> Result<Request, SubmitError> {
        let states = States::NOT_AUTHENTICATED;
        let initial_response = self.initial_response;
        Ok(
            Request::known("AUTHENTICATE", states, Pipelining::barrier())
                .space()
                .atom(&self.mechanism)?
                .effect(Effect::Authenticate { initial_response }),
        )
    }
}

/// PROXYAUTH: an administrator goes on as another user (Netscape, iPlanet and Sun servers; no
/// RFC). PLAIN with an authorization identity is the way of today.
///
/// ```
/// use imap_proto_core::encode::{Command, ProxyAuth};
/// assert!(ProxyAuth::new("smith").request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyAuth {
    user: ByteString,
}

impl ProxyAuth {
    /// PROXYAUTH as this user.
    pub fn new(user: impl Into<ByteString>) -> Self {
        Self { user: user.into() }
    }
}

impl Command for ProxyAuth {
    answers_nothing!();

    fn request(self) -> Result<Request, SubmitError> {
        let states = States::AUTHENTICATED;
        Ok(Request::known("PROXYAUTH ", states, Pipelining::barrier())
            .astring(self.user.into_bytes()))
    }
}

/// A command without arguments that runs alone.
macro_rules! barrier {
    ($(#[$meta:meta])* $name:ident, $wire:literal, $states:ident, $effect:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name;

        impl Command for $name {
            answers_nothing!();

            fn request(self) -> Result<Request, SubmitError> {
                let class = Pipelining::barrier();
                Ok(Request::known($wire, States::$states, class).effect(Effect::$effect))
            }
        }
    };
}

barrier! {
    /// STARTTLS: TLS from the server's OK on (RFC 9051 §6.2.1). Whatever the server told before
    /// is forgotten.
    StartTls, "STARTTLS", NOT_AUTHENTICATED, StartTls
}
barrier! {
    /// LOGOUT: the server says BYE and closes the connection (RFC 9051 §6.1.3).
    Logout, "LOGOUT", ANY, Logout
}
barrier! {
    /// COMPRESS DEFLATE: both directions are compressed from here on (RFC 4978 §3).
    Compress, "COMPRESS DEFLATE", AFTER_LOGIN, Compress
}
barrier! {
    /// UNAUTHENTICATE: back to the state before login, for another user (RFC 8437).
    Unauthenticate, "UNAUTHENTICATE", AFTER_LOGIN, Unauthenticate
}
