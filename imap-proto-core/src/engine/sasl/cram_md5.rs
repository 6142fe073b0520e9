//! CRAM-MD5 (RFC 2195).

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;

use super::{Channel, Mechanism, SaslError};
use crate::types::Secret;

/// CRAM-MD5: a keyed hash of the server's challenge. The password does not travel, but whoever
/// sees the exchange can try passwords at the speed of MD5, and the server proves nothing: it is
/// taken only where [`Credentials::allow_cram_md5`](super::Credentials::allow_cram_md5) says so.
#[derive(Clone, Debug)]
pub struct CramMd5 {
    user: String,
    password: Secret,
    answered: bool,
}

impl CramMd5 {
    /// Logs in as `user`.
    pub fn new(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self {
            user: user.into(),
            password: password.into(),
            answered: false,
        }
    }
}

impl Mechanism for CramMd5 {
    fn name(&self) -> &'static str {
        "CRAM-MD5"
    }

    fn start(&mut self, _channel: &Channel) -> Result<Option<Secret>, SaslError> {
        if self.user.is_empty() || self.user.contains(['\0', '\r', '\n']) {
            return Err(SaslError::InvalidCredentials);
        }
        self.answered = false;
        Ok(None)
    }

    fn respond(&mut self, challenge: &[u8]) -> Result<Secret, SaslError> {
        if challenge.is_empty() || std::mem::replace(&mut self.answered, true) {
            return Err(SaslError::BadChallenge);
        }
        let mut mac = Hmac::<Md5>::new_from_slice(self.password.expose())
            .map_err(|_| SaslError::InvalidCredentials)?;
        mac.update(challenge);
        let digest = mac.finalize().into_bytes();
        let hex = digest.iter().flat_map(|byte| {
            [byte >> 4, byte & 15].map(|digit| if digit < 10 { b'0' } else { b'a' - 10 } + digit)
        });
        let message: Vec<u8> = self.user.bytes().chain([b' ']).chain(hex).collect();
        Ok(Secret::new(message))
    }

    fn finish(&mut self, _data: Option<&[u8]>) -> Result<(), SaslError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 2195 §2: the example.
    #[test]
    fn the_answer_of_the_rfc() {
        let mut cram = CramMd5::new("tim", "tanstaaftanstaaf");
        assert_eq!(cram.start(&Channel::default()), Ok(None));
        let answer = cram.respond(b"<1896.697170952@postoffice.reston.mci.net>");
        assert_eq!(
            answer.unwrap().expose(),
            b"tim b913a602c7eda7a495b4e6e7334d3890"
        );
        assert_eq!(cram.respond(b"<more>"), Err(SaslError::BadChallenge));
    }

    #[test]
    fn an_empty_challenge_is_refused() {
        let mut cram = CramMd5::new("tim", "x");
        assert_eq!(cram.respond(b""), Err(SaslError::BadChallenge));
    }

    #[test]
    fn e5_debug_shows_no_password() {
        assert!(!format!("{:?}", CramMd5::new("tim", "hunter2")).contains("hunter2"));
    }
}
