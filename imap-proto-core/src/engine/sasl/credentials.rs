//! Credentials, and which mechanism they lead to.

use std::fmt;
use std::sync::Arc;

use super::{Channel, LoginMechanism, Mechanism, OAuthBearer, Plain, SaslError, XOAuth2};
use crate::types::{Capabilities, Secret};

/// What to log in with.
#[derive(Clone)]
pub struct Credentials(Kind);

#[derive(Clone)]
enum Kind {
    Password { user: String, password: Secret },
    OAuth { user: String, token: Secret },
    EachTime(Arc<dyn Fn(&Channel) -> Credentials + Send + Sync>),
    Mechanism(Arc<dyn Fn() -> Box<dyn Mechanism> + Send + Sync>),
}

/// How to log in with some credentials to a certain server.
pub enum Login {
    /// By AUTHENTICATE with this mechanism.
    Mechanism(Box<dyn Mechanism>),
    /// By the LOGIN command.
    Command {
        /// User name.
        user: String,
        /// Password.
        password: Secret,
    },
}

impl Credentials {
    /// A user name and a password: PLAIN, AUTH=LOGIN or LOGIN, by what the server offers.
    pub fn password(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self(Kind::Password {
            user: user.into(),
            password: password.into(),
        })
    }

    /// A user name and a bearer token: OAUTHBEARER or XOAUTH2.
    pub fn oauth(user: impl Into<String>, token: impl Into<Secret>) -> Self {
        Self(Kind::OAuth {
            user: user.into(),
            token: token.into(),
        })
    }

    /// A mechanism of the caller's own, made anew for each connection.
    pub fn mechanism<M: Mechanism + 'static>(make: impl Fn() -> M + Send + Sync + 'static) -> Self {
        Self(Kind::Mechanism(Arc::new(move || Box::new(make()))))
    }

    /// Credentials that are asked for at each login, such as a token that expires. The channel
    /// tells for which host and port.
    pub fn each_time(ask: impl Fn(&Channel) -> Self + Send + Sync + 'static) -> Self {
        Self(Kind::EachTime(Arc::new(ask)))
    }

    /// Chooses how to log in (RFC 9051 §6.2.2, §6.2.3). `capabilities` are those of the current
    /// security phase.
    ///
    /// # Errors
    ///
    /// [`SaslError::NoMechanism`] when the server offers nothing that these credentials can use;
    /// a weaker way is never taken for a password than the server's best.
    pub fn login(
        &self,
        capabilities: &Capabilities,
        channel: &Channel,
    ) -> Result<Login, SaslError> {
        match &self.0 {
            Kind::EachTime(ask) => match ask(channel).0 {
                Kind::EachTime(_) => Err(SaslError::InvalidCredentials),
                kind => Self(kind).login(capabilities, channel),
            },
            Kind::Mechanism(make) => Ok(Login::Mechanism(make())),
            Kind::OAuth { user, token } => {
                let (user, token) = (user.clone(), token.clone());
                if capabilities.contains("AUTH=OAUTHBEARER") {
                    Ok(Login::Mechanism(Box::new(OAuthBearer::new(user, token))))
                } else if capabilities.contains("AUTH=XOAUTH2") {
                    Ok(Login::Mechanism(Box::new(XOAuth2::new(user, token))))
                } else {
                    Err(SaslError::NoMechanism)
                }
            }
            Kind::Password { user, password } => password_login(user, password, capabilities),
        }
    }
}

fn password_login(
    user: &str,
    password: &Secret,
    capabilities: &Capabilities,
) -> Result<Login, SaslError> {
    let (user, password) = (user.to_owned(), password.clone());
    if capabilities.contains("AUTH=PLAIN") {
        Ok(Login::Mechanism(Box::new(Plain::new(user, password))))
    } else if capabilities.contains("AUTH=LOGIN") {
        Ok(Login::Mechanism(Box::new(LoginMechanism::new(
            user, password,
        ))))
    } else if capabilities.contains("LOGINDISABLED") {
        Err(SaslError::NoMechanism)
    } else {
        Ok(Login::Command { user, password })
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mechanism(mechanism) => write!(f, "Login::Mechanism({})", mechanism.name()),
            Self::Command { .. } => f.write_str("Login::Command(…)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Atom;

    fn choose(names: &[&str]) -> Result<String, SaslError> {
        let capabilities = Capabilities::new(names.iter().map(|name| Atom::from(*name)).collect());
        let login = Credentials::password("u", "p").login(&capabilities, &Channel::default())?;
        Ok(match login {
            Login::Mechanism(mechanism) => mechanism.name().to_owned(),
            Login::Command { .. } => "command".to_owned(),
        })
    }

    #[test]
    fn a_password_takes_the_best_way_offered() {
        assert_eq!(
            choose(&["AUTH=LOGIN", "AUTH=PLAIN"]),
            Ok("PLAIN".to_owned())
        );
        assert_eq!(
            choose(&["AUTH=LOGIN", "LOGINDISABLED"]),
            Ok("LOGIN".to_owned())
        );
        assert_eq!(choose(&["IMAP4rev1"]), Ok("command".to_owned()));
        assert_eq!(choose(&["LOGINDISABLED"]), Err(SaslError::NoMechanism));
    }

    #[test]
    fn debug_shows_no_password() {
        let shown = format!("{:?}", Credentials::password("u", "hunter2"));
        assert!(!shown.contains("hunter2"));
    }
}
