//! The hashes of SCRAM, and the keys made with them (RFC 5802 §3).

use hmac::{Hmac, KeyInit, Mac};
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

use crate::engine::sasl::SaslError;

/// Octets that are wiped on drop.
type Octets = Zeroizing<Vec<u8>>;

/// The hash of a SCRAM mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ScramHash {
    /// SCRAM-SHA-1 (RFC 5802).
    Sha1,
    /// SCRAM-SHA-256 (RFC 7677).
    Sha256,
    /// SCRAM-SHA-512 (draft-melnikov-scram-sha-512).
    Sha512,
}

impl ScramHash {
    /// All of them, the strongest first.
    pub const ALL: [Self; 3] = [Self::Sha512, Self::Sha256, Self::Sha1];

    /// The registered name of the mechanism, with or without channel binding.
    pub fn mechanism(self, plus: bool) -> &'static str {
        match (self, plus) {
            (Self::Sha1, false) => "SCRAM-SHA-1",
            (Self::Sha1, true) => "SCRAM-SHA-1-PLUS",
            (Self::Sha256, false) => "SCRAM-SHA-256",
            (Self::Sha256, true) => "SCRAM-SHA-256-PLUS",
            (Self::Sha512, false) => "SCRAM-SHA-512",
            (Self::Sha512, true) => "SCRAM-SHA-512-PLUS",
        }
    }

    /// `SaltedPassword := Hi(password, salt, iterations)`. Takes long: 600 000 iterations most
    /// of a second.
    pub(super) fn salt(self, password: &[u8], salt: &[u8], iterations: u32) -> Octets {
        let mut salted = Zeroizing::new(vec![0; self.len()]);
        match self {
            Self::Sha1 => pbkdf2_hmac::<Sha1>(password, salt, iterations, &mut salted),
            Self::Sha256 => pbkdf2_hmac::<Sha256>(password, salt, iterations, &mut salted),
            Self::Sha512 => pbkdf2_hmac::<Sha512>(password, salt, iterations, &mut salted),
        }
        salted
    }

    /// `ClientProof` and `ServerSignature` for an `AuthMessage` in pieces.
    pub(super) fn sign(
        self,
        salted: &[u8],
        message: &[&[u8]],
    ) -> Result<(Octets, Octets), SaslError> {
        let client_key = self.hmac(salted, &[b"Client Key"])?;
        let signature = self.hmac(&self.hash(&client_key), message)?;
        let proof = client_key.iter().zip(signature.iter()).map(|(a, b)| a ^ b);
        let proof = Zeroizing::new(proof.collect());
        let server_key = self.hmac(salted, &[b"Server Key"])?;
        Ok((proof, self.hmac(&server_key, message)?))
    }

    fn len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    fn hash(self, octets: &[u8]) -> Octets {
        Zeroizing::new(match self {
            Self::Sha1 => Sha1::digest(octets).to_vec(),
            Self::Sha256 => Sha256::digest(octets).to_vec(),
            Self::Sha512 => Sha512::digest(octets).to_vec(),
        })
    }

    fn hmac(self, key: &[u8], message: &[&[u8]]) -> Result<Octets, SaslError> {
        match self {
            Self::Sha1 => hmac::<Hmac<Sha1>>(key, message),
            Self::Sha256 => hmac::<Hmac<Sha256>>(key, message),
            Self::Sha512 => hmac::<Hmac<Sha512>>(key, message),
        }
    }
}

fn hmac<M: Mac + KeyInit>(key: &[u8], message: &[&[u8]]) -> Result<Octets, SaslError> {
    // A key of HMAC may have any length.
    let mut mac = <M as KeyInit>::new_from_slice(key).map_err(|_| SaslError::InvalidCredentials)?;
    for piece in message {
        mac.update(piece);
    }
    Ok(Zeroizing::new(mac.finalize().into_bytes().to_vec()))
}
