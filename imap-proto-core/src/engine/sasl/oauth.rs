//! OAUTHBEARER (RFC 7628) and XOAUTH2.

use super::{Channel, Mechanism, Refusal, SaslError};
use crate::types::Secret;

/// OAUTHBEARER: a bearer token, with the host and port it is meant for.
#[derive(Debug)]
pub struct OAuthBearer {
    user: String,
    token: Secret,
    refused: Option<Refusal>,
}

impl OAuthBearer {
    /// Logs in as `user` with a token.
    pub fn new(user: impl Into<String>, token: impl Into<Secret>) -> Self {
        Self {
            user: user.into(),
            token: token.into(),
            refused: None,
        }
    }
}

impl Mechanism for OAuthBearer {
    fn name(&self) -> &'static str {
        "OAUTHBEARER"
    }

    fn start(&mut self, channel: &Channel) -> Result<Option<Secret>, SaslError> {
        check_token(&self.token)?;
        if self.user.contains(['\x01', '\0']) {
            return Err(SaslError::InvalidCredentials);
        }
        let user = self.user.replace('=', "=3D").replace(',', "=2C");
        let head = format!(
            "n,a={user},\x01host={}\x01port={}\x01auth=Bearer ",
            channel.host, channel.port
        );
        Ok(Some(join(head.as_bytes(), &self.token)))
    }

    fn respond(&mut self, challenge: &[u8]) -> Result<Secret, SaslError> {
        refuse_twice(&mut self.refused, challenge)?;
        Ok(Secret::new(vec![1]))
    }

    fn finish(&mut self, _data: Option<&[u8]>) -> Result<(), SaslError> {
        finish(self.refused.take())
    }
}

/// XOAUTH2: what Google and Microsoft had before OAUTHBEARER.
#[derive(Debug)]
pub struct XOAuth2 {
    user: String,
    token: Secret,
    refused: Option<Refusal>,
}

impl XOAuth2 {
    /// Logs in as `user` with a token.
    pub fn new(user: impl Into<String>, token: impl Into<Secret>) -> Self {
        Self {
            user: user.into(),
            token: token.into(),
            refused: None,
        }
    }
}

impl Mechanism for XOAuth2 {
    fn name(&self) -> &'static str {
        "XOAUTH2"
    }

    fn start(&mut self, _channel: &Channel) -> Result<Option<Secret>, SaslError> {
        check_token(&self.token)?;
        if self.user.contains(['\x01', '\0']) {
            return Err(SaslError::InvalidCredentials);
        }
        let head = format!("user={}\x01auth=Bearer ", self.user);
        Ok(Some(join(head.as_bytes(), &self.token)))
    }

    fn respond(&mut self, challenge: &[u8]) -> Result<Secret, SaslError> {
        refuse_twice(&mut self.refused, challenge)?;
        Ok(Secret::default())
    }

    fn finish(&mut self, _data: Option<&[u8]>) -> Result<(), SaslError> {
        finish(self.refused.take())
    }
}

/// The only challenge is the JSON that says why the token was refused; it comes once.
fn refuse_twice(refused: &mut Option<Refusal>, challenge: &[u8]) -> Result<(), SaslError> {
    match refused.replace(Refusal::new(challenge)) {
        None => Ok(()),
        Some(_) => Err(SaslError::BadChallenge),
    }
}

fn finish(refused: Option<Refusal>) -> Result<(), SaslError> {
    refused.map_or(Ok(()), |refusal| Err(SaslError::Refused(Box::new(refusal))))
}

/// A bearer token is printable ASCII (RFC 6750 §2.1); anything else could add fields.
fn check_token(token: &Secret) -> Result<(), SaslError> {
    let legal = token.expose().iter().all(|b| (0x20..0x7f).contains(b));
    if legal {
        Ok(())
    } else {
        Err(SaslError::InvalidCredentials)
    }
}

fn join(head: &[u8], token: &Secret) -> Secret {
    Secret::new([head, token.expose(), b"\x01\x01"].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7628 §4.1: the initial response of the first example.
    #[test]
    fn oauthbearer_message_of_the_rfc() {
        let mut oauth = OAuthBearer::new(
            "user@example.com",
            "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==",
        );
        let channel = Channel {
            host: "server.example.com".to_owned(),
            port: 143,
            ..Channel::default()
        };
        let message = oauth.start(&channel).unwrap().unwrap();
        assert_eq!(
            message.expose(),
            b"n,a=user@example.com,\x01host=server.example.com\x01port=143\x01auth=Bearer \
              vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01"
        );
    }

    #[test]
    fn refusal_is_answered_and_kept() {
        let mut oauth = XOAuth2::new("user", "token");
        assert_eq!(
            oauth.respond(b"{\"status\":\"400\"}").unwrap().expose(),
            b""
        );
        let refused = SaslError::Refused(Box::new(Refusal::new(b"{\"status\":\"400\"}")));
        assert_eq!(oauth.finish(None).unwrap_err(), refused);
    }
}
