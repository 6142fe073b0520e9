//! PLAIN (RFC 4616), LOGIN (draft-murchison-sasl-login) and EXTERNAL (RFC 4422 App. A).

use zeroize::Zeroizing;

use super::{Channel, Mechanism, SaslError};
use crate::types::Secret;

/// PLAIN: everything in one message; for encrypted channels only.
#[derive(Debug)]
pub struct Plain {
    authorization: String,
    user: String,
    password: Secret,
}

impl Plain {
    /// Logs in as `user`.
    pub fn new(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self {
            authorization: String::new(),
            user: user.into(),
            password: password.into(),
        }
    }

    /// Acts as another user, after having logged in as oneself.
    #[must_use]
    pub fn authorization(mut self, identity: impl Into<String>) -> Self {
        self.authorization = identity.into();
        self
    }

    fn message(&self) -> Result<Secret, SaslError> {
        let parts = [
            self.authorization.as_bytes(),
            self.user.as_bytes(),
            self.password.expose(),
        ];
        if parts.iter().any(|part| part.contains(&0)) || self.user.is_empty() {
            return Err(SaslError::InvalidCredentials);
        }
        let size = parts.iter().map(|part| part.len()).sum::<usize>() + 2;
        let mut message = Zeroizing::new(Vec::with_capacity(size));
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                message.push(0);
            }
            message.extend_from_slice(part);
        }
        Ok(Secret::new(message.to_vec()))
    }
}

impl Mechanism for Plain {
    fn name(&self) -> &'static str {
        "PLAIN"
    }

    fn start(&mut self, _channel: &Channel) -> Result<Option<Secret>, SaslError> {
        self.message().map(Some)
    }

    fn respond(&mut self, _challenge: &[u8]) -> Result<Secret, SaslError> {
        Err(SaslError::BadChallenge)
    }

    fn finish(&mut self, _data: Option<&[u8]>) -> Result<(), SaslError> {
        Ok(())
    }
}

/// LOGIN: user name and password, each to a prompt whose text does not count.
#[derive(Debug)]
pub struct LoginMechanism {
    user: String,
    password: Secret,
    prompts: u8,
}

impl LoginMechanism {
    /// Logs in as `user`.
    pub fn new(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self {
            user: user.into(),
            password: password.into(),
            prompts: 0,
        }
    }
}

impl Mechanism for LoginMechanism {
    fn name(&self) -> &'static str {
        "LOGIN"
    }

    fn start(&mut self, _channel: &Channel) -> Result<Option<Secret>, SaslError> {
        self.prompts = 0;
        Ok(None)
    }

    fn respond(&mut self, _challenge: &[u8]) -> Result<Secret, SaslError> {
        self.prompts = self.prompts.saturating_add(1);
        match self.prompts {
            1 => Ok(Secret::from(self.user.as_str())),
            2 => Ok(self.password.clone()),
            _ => Err(SaslError::BadChallenge),
        }
    }

    fn finish(&mut self, _data: Option<&[u8]>) -> Result<(), SaslError> {
        Ok(())
    }
}

/// EXTERNAL: the identity that the channel proved already, such as a client certificate.
#[derive(Debug, Default)]
pub struct External {
    authorization: String,
}

impl External {
    /// Acts as the identity of the channel, or as `authorization` where it is not empty.
    pub fn new(authorization: impl Into<String>) -> Self {
        Self {
            authorization: authorization.into(),
        }
    }
}

impl Mechanism for External {
    fn name(&self) -> &'static str {
        "EXTERNAL"
    }

    fn start(&mut self, _channel: &Channel) -> Result<Option<Secret>, SaslError> {
        Ok(Some(Secret::from(self.authorization.as_str())))
    }

    fn respond(&mut self, _challenge: &[u8]) -> Result<Secret, SaslError> {
        Err(SaslError::BadChallenge)
    }

    fn finish(&mut self, _data: Option<&[u8]>) -> Result<(), SaslError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4616 §4, first example.
    #[test]
    fn plain_message_of_the_rfc() {
        let mut plain = Plain::new("tim", "tanstaaftanstaaf");
        let message = plain.start(&Channel::default()).unwrap().unwrap();
        assert_eq!(message.expose(), b"\0tim\0tanstaaftanstaaf");
    }

    /// RFC 4616 §4, second example: with an authorization identity.
    #[test]
    fn plain_message_with_authorization_identity() {
        let mut plain = Plain::new("Kurt", "xipj3plmq").authorization("Ursel");
        let message = plain.start(&Channel::default()).unwrap().unwrap();
        assert_eq!(message.expose(), b"Ursel\0Kurt\0xipj3plmq");
    }

    #[test]
    fn b7_plain_refuses_nul() {
        let error = Plain::new("a\0b", "x")
            .start(&Channel::default())
            .unwrap_err();
        assert_eq!(error, SaslError::InvalidCredentials);
    }

    #[test]
    fn login_answers_two_prompts_and_no_third() {
        let mut login = LoginMechanism::new("alice", "secret");
        assert!(login.start(&Channel::default()).unwrap().is_none());
        assert_eq!(login.respond(b"User Name\0").unwrap().expose(), b"alice");
        assert_eq!(login.respond(b"Password\0").unwrap().expose(), b"secret");
        assert_eq!(login.respond(b"More").unwrap_err(), SaslError::BadChallenge);
    }
}
