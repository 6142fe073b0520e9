//! The server's messages (RFC 5802 §7).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use crate::engine::sasl::SaslError;
use crate::types::Text;

/// `server-first-message`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct First<'a> {
    /// Our nonce and the server's behind it.
    pub(super) nonce: &'a str,
    pub(super) salt: Vec<u8>,
    pub(super) iterations: u64,
}

impl<'a> First<'a> {
    /// Reads the message; the nonce must go on behind `ours`.
    pub(super) fn parse(message: &'a [u8], ours: &str) -> Result<Self, SaslError> {
        let text = str::from_utf8(message).map_err(|_| SaslError::BadChallenge)?;
        let mut attributes = text.split(',');
        let mut next = |name| attribute(attributes.next(), name);
        // A mandatory extension, `m=`, would stand first; we know none.
        let nonce = next("r")?;
        let salt = base64(next("s")?)?;
        let iterations = number(next("i")?)?;
        extensions(attributes)?;
        let theirs = nonce.strip_prefix(ours).ok_or(SaslError::BadChallenge)?;
        let printable = nonce.bytes().all(|byte| byte.is_ascii_graphic());
        if theirs.is_empty() || !printable {
            return Err(SaslError::BadChallenge);
        }
        Ok(Self {
            nonce,
            salt,
            iterations,
        })
    }
}

/// `server-final-message`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Final {
    /// `v=`: the server's proof.
    Verifier(Vec<u8>),
    /// `e=`: why it refuses.
    Error(Text),
}

impl Final {
    pub(super) fn parse(message: &[u8]) -> Result<Self, SaslError> {
        let text = str::from_utf8(message).map_err(|_| SaslError::BadChallenge)?;
        let mut attributes = text.split(',');
        let first = attributes.next();
        if let Ok(value) = attribute(first, "e") {
            return Ok(Self::Error(Text::from_bytes(Bytes::copy_from_slice(
                value.as_bytes(),
            ))));
        }
        let verifier = base64(attribute(first, "v")?)?;
        extensions(attributes)?;
        Ok(Self::Verifier(verifier))
    }
}

/// The value of an attribute that must be this one, and must not be empty.
fn attribute<'a>(text: Option<&'a str>, name: &str) -> Result<&'a str, SaslError> {
    text.and_then(|text| text.strip_prefix(name)?.strip_prefix('='))
        .filter(|value| !value.is_empty())
        .ok_or(SaslError::BadChallenge)
}

/// Behind the attributes that are known stand those that may be passed over.
fn extensions<'a>(mut rest: impl Iterator<Item = &'a str>) -> Result<(), SaslError> {
    let legal = |text: &str| {
        let mut letters = text.bytes();
        letters
            .next()
            .is_some_and(|byte| byte.is_ascii_alphabetic())
            && letters.next() == Some(b'=')
            && letters.next().is_some_and(|byte| byte != 0)
    };
    if rest.all(legal) {
        Ok(())
    } else {
        Err(SaslError::BadChallenge)
    }
}

/// `posit-number`: without leading zeros. What is larger than any limit stays so.
fn number(text: &str) -> Result<u64, SaslError> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || text.starts_with('0') {
        return Err(SaslError::BadChallenge);
    }
    Ok(text.parse().unwrap_or(u64::MAX))
}

fn base64(text: &str) -> Result<Vec<u8>, SaslError> {
    STANDARD.decode(text).map_err(|_| SaslError::BadChallenge)
}
