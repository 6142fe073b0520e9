//! SCRAM (RFC 5802, RFC 7677) and its forms with channel binding.

mod keys;
mod message;
#[cfg(test)]
mod tests;

pub use keys::ScramHash;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{Channel, Mechanism, SaslError};
use crate::types::Secret;
use crate::wire::Limits;
use message::{Final, First};

/// A channel binding type that an exchange can be bound to the TLS connection with, so that it
/// cannot be passed on by somebody in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChannelBinding {
    /// `tls-exporter` (RFC 9266), in TLS 1.3.
    TlsExporter,
    /// `tls-server-end-point` (RFC 5929 §4): the server's certificate.
    TlsServerEndPoint,
}

impl ChannelBinding {
    fn name(self) -> &'static str {
        match self {
            Self::TlsExporter => "tls-exporter",
            Self::TlsServerEndPoint => "tls-server-end-point",
        }
    }

    /// The binding's data, where the channel has it.
    pub fn of(self, channel: &Channel) -> Option<&[u8]> {
        match self {
            Self::TlsExporter => channel.tls_exporter.as_deref(),
            Self::TlsServerEndPoint => channel.tls_server_end_point.as_deref(),
        }
    }
}

/// SCRAM: both sides prove that they know the password, which does not travel.
///
/// An OK of the server before its proof is an error of [`finish`](Mechanism::finish), and ends
/// the connection. Iteration counts outside
/// [`Limits::scram_iterations`](crate::wire::Limits::scram_iterations) are refused before the key
/// is derived.
///
/// ```
/// use imap_proto_core::engine::sasl::{ChannelBinding, Mechanism, Scram, ScramHash};
///
/// let scram = Scram::new(ScramHash::Sha256, "user", "pencil");
/// assert_eq!(scram.name(), "SCRAM-SHA-256");
/// let scram = scram.channel_binding(ChannelBinding::TlsExporter);
/// assert_eq!(scram.name(), "SCRAM-SHA-256-PLUS");
/// ```
pub struct Scram {
    hash: ScramHash,
    user: String,
    password: Secret,
    authorization: String,
    binding: Binding,
    state: State,
}

/// What the gs2 header says of channel binding (RFC 5802 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Binding {
    /// `n`: we do not bind.
    No,
    /// `y` where the channel could be bound: the server shows no form with `-PLUS`.
    NotOffered,
    /// `p=`.
    Bound(ChannelBinding),
}

enum State {
    Begin,
    AwaitingFirst {
        client_first_bare: Zeroizing<String>,
        nonce: String,
        /// The gs2 header and the binding's data.
        bound: Vec<u8>,
        limits: Box<Limits>,
    },
    AwaitingFinal {
        server_signature: Zeroizing<Vec<u8>>,
    },
    Proven,
    Failed,
}

impl Scram {
    /// Logs in as `user`, without channel binding.
    pub fn new(hash: ScramHash, user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self {
            hash,
            user: user.into(),
            password: password.into(),
            authorization: String::new(),
            binding: Binding::No,
            state: State::Begin,
        }
    }

    /// The `-PLUS` form, bound so.
    #[must_use]
    pub fn channel_binding(mut self, binding: ChannelBinding) -> Self {
        self.binding = Binding::Bound(binding);
        self
    }

    /// Without channel binding, as the server shows no `-PLUS` form of any hash. The server is
    /// told that we could have bound, where we could: it then notices if somebody in between took
    /// those forms from its list.
    #[must_use]
    pub fn binding_not_offered(mut self) -> Self {
        self.binding = Binding::NotOffered;
        self
    }

    /// Acts as another user, after having logged in as oneself.
    #[must_use]
    pub fn authorization(mut self, identity: impl Into<String>) -> Self {
        self.authorization = identity.into();
        self
    }

    /// The gs2 header, and behind it the data that the exchange is bound to.
    fn gs2(&self, channel: &Channel) -> Result<(String, Vec<u8>), SaslError> {
        let (flag, data) = match self.binding {
            Binding::No => ("n".to_owned(), &[][..]),
            Binding::NotOffered => {
                let able = channel.tls_exporter.is_some() || channel.tls_server_end_point.is_some();
                (if able { "y" } else { "n" }.to_owned(), &[][..])
            }
            Binding::Bound(binding) => {
                let data = binding.of(channel).ok_or(SaslError::Unsupported)?;
                (format!("p={}", binding.name()), data)
            }
        };
        let authorization = if self.authorization.is_empty() {
            String::new()
        } else {
            format!("a={}", name(&self.authorization)?)
        };
        let header = format!("{flag},{authorization},");
        let bound = [header.as_bytes(), data].concat();
        Ok((header, bound))
    }

    /// Our first message.
    fn begin(&mut self, channel: &Channel, nonce: String) -> Result<Secret, SaslError> {
        let (header, bound) = self.gs2(channel)?;
        // What cannot be prepared is told now, when another mechanism may still be taken.
        prepare(self.password.expose())?;
        let client_first_bare = Zeroizing::new(format!("n={},r={nonce}", name(&self.user)?));
        let message = Secret::from(format!("{header}{}", client_first_bare.as_str()));
        self.state = State::AwaitingFirst {
            client_first_bare,
            nonce,
            bound,
            limits: Box::new(channel.limits.clone()),
        };
        Ok(message)
    }

    /// The answer to the server's first message: our proof. The key is derived here.
    fn prove(&mut self, challenge: &[u8]) -> Result<Secret, SaslError> {
        let State::AwaitingFirst {
            client_first_bare,
            nonce,
            bound,
            limits,
        } = std::mem::replace(&mut self.state, State::Failed)
        else {
            return Err(SaslError::BadChallenge);
        };
        let first = First::parse(challenge, &nonce)?;
        let iterations = u32::try_from(first.iterations)
            .ok()
            .filter(|count| limits.scram_iterations.contains(count))
            .ok_or(SaslError::Iterations(first.iterations))?;
        let password = prepare(self.password.expose())?;
        let without_proof = format!("c={},r={}", STANDARD.encode(bound), first.nonce);
        let message = [
            client_first_bare.as_bytes(),
            b",",
            challenge,
            b",",
            without_proof.as_bytes(),
        ];
        let salted = self.hash.salt(password.expose(), &first.salt, iterations);
        let (proof, server_signature) = self.hash.sign(&salted, &message)?;
        self.state = State::AwaitingFinal { server_signature };
        let proof = Zeroizing::new(STANDARD.encode(proof.as_slice()));
        Ok(Secret::from(format!(
            "{without_proof},p={}",
            proof.as_str()
        )))
    }

    /// The server's last message: its proof.
    fn verify(&mut self, challenge: &[u8]) -> Result<(), SaslError> {
        let State::AwaitingFinal { server_signature } =
            std::mem::replace(&mut self.state, State::Failed)
        else {
            return Err(SaslError::BadChallenge);
        };
        match Final::parse(challenge)? {
            Final::Error(value) => Err(SaslError::ServerError(value)),
            Final::Verifier(verifier) => {
                if !bool::from(verifier.as_slice().ct_eq(&server_signature)) {
                    return Err(SaslError::ServerNotAuthenticated);
                }
                self.state = State::Proven;
                Ok(())
            }
        }
    }
}

impl Mechanism for Scram {
    fn name(&self) -> &str {
        self.hash
            .mechanism(matches!(self.binding, Binding::Bound(_)))
    }

    fn start(&mut self, channel: &Channel) -> Result<Option<Secret>, SaslError> {
        self.state = State::Failed;
        // 128 bits: two exchanges must never share a nonce (RFC 5802 §5.1).
        if channel.nonce.len() < 16 {
            return Err(SaslError::Unsupported);
        }
        let nonce = STANDARD_NO_PAD.encode(&channel.nonce);
        self.begin(channel, nonce).map(Some)
    }

    fn respond(&mut self, challenge: &[u8]) -> Result<Secret, SaslError> {
        match self.state {
            State::AwaitingFirst { .. } => self.prove(challenge),
            State::AwaitingFinal { .. } => self.verify(challenge).map(|()| Secret::default()),
            State::Begin | State::Proven | State::Failed => Err(SaslError::BadChallenge),
        }
    }

    fn finish(&mut self, data: Option<&[u8]>) -> Result<(), SaslError> {
        if let (Some(data), State::AwaitingFinal { .. }) = (data, &self.state) {
            self.verify(data)?;
        }
        match self.state {
            State::Proven => Ok(()),
            _ => Err(SaslError::ServerNotAuthenticated),
        }
    }
}

impl fmt::Debug for Scram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scram")
            .field("name", &self.name())
            .field("binding", &self.binding)
            .finish_non_exhaustive()
    }
}

/// A `saslname` (RFC 5802 §7): prepared, with `,` and `=` written in a way of their own.
fn name(name: &str) -> Result<String, SaslError> {
    let prepared = prepare(name.as_bytes())?;
    let text = str::from_utf8(prepared.expose()).map_err(|_| SaslError::InvalidCredentials)?;
    Ok(text.replace('=', "=3D").replace(',', "=2C"))
}

/// SASLprep (RFC 4013), as a query would not be: without unassigned code points. Neither an empty
/// string nor NUL is left (RFC 5802 §5.1).
fn prepare(text: &[u8]) -> Result<Secret, SaslError> {
    let text = str::from_utf8(text).map_err(|_| SaslError::InvalidCredentials)?;
    let prepared = stringprep::saslprep(text).map_err(|_| SaslError::InvalidCredentials)?;
    if prepared.is_empty() {
        return Err(SaslError::InvalidCredentials);
    }
    Ok(Secret::from(prepared.into_owned()))
}
