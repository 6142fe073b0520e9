//! Credentials, and which mechanisms they lead to.

use std::fmt;
use std::sync::Arc;

use super::{
    Anonymous, Channel, External, LoginMechanism, Mechanism, OAuthBearer, Plain, SaslError, XOAuth2,
};
#[cfg(feature = "scram")]
use super::{ChannelBinding, CramMd5, Scram, ScramHash};
use crate::types::{Capabilities, Secret};

/// What to log in with.
///
/// ```
/// use imap_proto_core::engine::Credentials;
/// use imap_proto_core::engine::sasl::Strength;
///
/// let credentials = Credentials::password("alice", "secret").minimum(Strength::Proof);
/// ```
#[derive(Clone)]
pub struct Credentials {
    kind: Kind,
    policy: Policy,
}

#[derive(Clone)]
enum Kind {
    Password { user: String, password: Secret },
    OAuth { user: String, token: Secret },
    External { authorization: String },
    Anonymous { trace: String },
    EachTime(Arc<dyn Fn(&Channel) -> Credentials + Send + Sync>),
    Mechanism(Arc<dyn Fn() -> Box<dyn Mechanism> + Send + Sync>),
}

/// Which mechanisms may be taken.
#[derive(Clone, Debug, Default)]
struct Policy {
    minimum: Strength,
    cram_md5: bool,
    only: Option<String>,
}

impl Policy {
    /// Both apply.
    fn add(&mut self, other: &Self) {
        self.minimum = self.minimum.max(other.minimum);
        self.cram_md5 |= other.cram_md5;
        if self.only.is_none() {
            self.only.clone_from(&other.only);
        }
    }
}

/// What a login must be worth, the weakest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Strength {
    /// The server gets the password or token: PLAIN, LOGIN, OAUTHBEARER, XOAUTH2. Also CRAM-MD5,
    /// which is hardly better, and ANONYMOUS.
    #[default]
    Cleartext,
    /// The server gets a proof only: SCRAM, and EXTERNAL.
    Proof,
    /// The proof holds for this TLS connection only: SCRAM-…-PLUS.
    Bound,
}

/// One way to log in with some credentials to a certain server.
pub enum Login {
    /// By AUTHENTICATE with this mechanism.
    Mechanism {
        /// It.
        mechanism: Box<dyn Mechanism>,
        /// It is bound to the channel, in a way that the server may not know: a refusal of the
        /// binding leads on to the next that is not bound.
        tentative: bool,
    },
    /// By the LOGIN command.
    Command {
        /// User name.
        user: String,
        /// Password.
        password: Secret,
    },
}

impl Credentials {
    /// A user name and a password: SCRAM, PLAIN, AUTH=LOGIN or LOGIN, by what the server offers,
    /// see [`logins`](Self::logins).
    pub fn password(user: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self::new(Kind::Password {
            user: user.into(),
            password: password.into(),
        })
    }

    /// A user name and a bearer token: OAUTHBEARER or XOAUTH2.
    pub fn oauth(user: impl Into<String>, token: impl Into<Secret>) -> Self {
        Self::new(Kind::OAuth {
            user: user.into(),
            token: token.into(),
        })
    }

    /// What the channel proved already, such as a client certificate: EXTERNAL. `authorization`
    /// is the user to act as, empty for the one that the certificate names.
    pub fn external(authorization: impl Into<String>) -> Self {
        Self::new(Kind::External {
            authorization: authorization.into(),
        })
    }

    /// Nobody in particular: ANONYMOUS, with a word for the server's log (RFC 4505).
    pub fn anonymous(trace: impl Into<String>) -> Self {
        Self::new(Kind::Anonymous {
            trace: trace.into(),
        })
    }

    /// A mechanism of the caller's own, made anew for each connection. It is taken whatever the
    /// server offers.
    pub fn mechanism<M: Mechanism + 'static>(make: impl Fn() -> M + Send + Sync + 'static) -> Self {
        Self::new(Kind::Mechanism(Arc::new(move || Box::new(make()))))
    }

    /// Credentials that are asked for at each login, such as a token that expires. The channel
    /// tells for which host and port.
    pub fn each_time(ask: impl Fn(&Channel) -> Self + Send + Sync + 'static) -> Self {
        Self::new(Kind::EachTime(Arc::new(ask)))
    }

    fn new(kind: Kind) -> Self {
        Self {
            kind,
            policy: Policy::default(),
        }
    }

    /// Nothing that is worth less: a server that offers no more is not logged in to, so that
    /// nobody in between can bring the login down. A [`mechanism`](Self::mechanism) of the
    /// caller's own is not weighed.
    #[must_use]
    pub fn minimum(mut self, minimum: Strength) -> Self {
        self.policy.minimum = minimum;
        self
    }

    /// Allows CRAM-MD5 (RFC 2195), with the feature `scram`: last of all under TLS, before PLAIN
    /// without.
    #[must_use]
    pub fn allow_cram_md5(mut self) -> Self {
        self.policy.cram_md5 = true;
        self
    }

    /// No other mechanism than this one, by its registered name, whatever the order; CRAM-MD5 is
    /// allowed so, too. For the LOGIN command, which is none, say `LOGIN` where the server does
    /// not offer AUTH=LOGIN.
    #[must_use]
    pub fn only(mut self, mechanism: impl Into<String>) -> Self {
        self.policy.only = Some(mechanism.into());
        self
    }

    /// The ways to log in, best first (RFC 9051 §6.2.2, §6.2.3). `capabilities` are those of the
    /// present phase of security.
    ///
    /// For a password: SCRAM-…-PLUS with SHA-512, SHA-256, SHA-1, then SCRAM so, PLAIN, AUTH=LOGIN
    /// or, where the server lists no mechanism of these, the LOGIN command.
    ///
    /// # Errors
    ///
    /// [`SaslError::NoMechanism`] when the server offers nothing that these credentials can and
    /// may use.
    pub fn logins(
        &self,
        capabilities: &Capabilities,
        channel: &Channel,
    ) -> Result<Vec<Login>, SaslError> {
        let offers = Offers {
            capabilities,
            policy: &self.policy,
        };
        let mut logins = Logins(Vec::new());
        match &self.kind {
            Kind::EachTime(ask) => {
                let mut asked = ask(channel);
                asked.policy.add(&self.policy);
                return match asked.kind {
                    Kind::EachTime(_) => Err(SaslError::InvalidCredentials),
                    _ => asked.logins(capabilities, channel),
                };
            }
            Kind::Mechanism(make) => logins.push_box(make(), false),
            Kind::External { authorization } if offers.has("EXTERNAL", Strength::Proof) => {
                logins.push(External::new(authorization.clone()));
            }
            Kind::Anonymous { trace } if offers.has("ANONYMOUS", Strength::Cleartext) => {
                logins.push(Anonymous::new(trace.clone()));
            }
            Kind::External { .. } | Kind::Anonymous { .. } => {}
            Kind::OAuth { user, token } => {
                if offers.has("OAUTHBEARER", Strength::Cleartext) {
                    logins.push(OAuthBearer::new(user.clone(), token.clone()));
                }
                if offers.has("XOAUTH2", Strength::Cleartext) {
                    logins.push(XOAuth2::new(user.clone(), token.clone()));
                }
            }
            Kind::Password { user, password } => {
                password_logins(&mut logins, &offers, user, password, channel);
            }
        }
        if logins.0.is_empty() {
            return Err(SaslError::NoMechanism);
        }
        Ok(logins.0)
    }
}

/// What the server offers and the policy allows.
struct Offers<'a> {
    capabilities: &'a Capabilities,
    policy: &'a Policy,
}

impl Offers<'_> {
    /// Whether a mechanism is offered, is worth enough, and is wished for.
    fn has(&self, name: &str, strength: Strength) -> bool {
        self.allows(name, strength) && self.lists(name)
    }

    fn allows(&self, name: &str, strength: Strength) -> bool {
        let only = self.policy.only.as_deref();
        strength >= self.policy.minimum && only.is_none_or(|only| only.eq_ignore_ascii_case(name))
    }

    fn lists(&self, name: &str) -> bool {
        self.capabilities.contains(&format!("AUTH={name}"))
    }
}

/// The ways found so far.
struct Logins(Vec<Login>);

impl Logins {
    fn push(&mut self, mechanism: impl Mechanism + 'static) {
        self.push_box(Box::new(mechanism), false);
    }

    fn push_box(&mut self, mechanism: Box<dyn Mechanism>, tentative: bool) {
        self.0.push(Login::Mechanism {
            mechanism,
            tentative,
        });
    }
}

fn password_logins(
    logins: &mut Logins,
    offers: &Offers<'_>,
    user: &str,
    password: &Secret,
    channel: &Channel,
) {
    #[cfg(feature = "scram")]
    scram_logins(logins, offers, user, password, channel);
    #[cfg(feature = "scram")]
    if !channel.secure {
        cram_md5_login(logins, offers, user, password);
    }
    let mut mechanism = false;
    if offers.has("PLAIN", Strength::Cleartext) {
        logins.push(Plain::new(user, password.clone()));
        mechanism = true;
    }
    if offers.has("LOGIN", Strength::Cleartext) {
        logins.push(LoginMechanism::new(user, password.clone()));
        mechanism = true;
    }
    let disabled = offers.capabilities.contains("LOGINDISABLED");
    if !mechanism && !disabled && offers.allows("LOGIN", Strength::Cleartext) {
        logins.0.push(Login::Command {
            user: user.to_owned(),
            password: password.clone(),
        });
    }
    #[cfg(feature = "scram")]
    if channel.secure {
        cram_md5_login(logins, offers, user, password);
    }
    #[cfg(not(feature = "scram"))]
    let _ = channel;
}

/// The forms of SCRAM: those that bind the channel first, with `tls-server-end-point` where there
/// is no exporter.
#[cfg(feature = "scram")]
fn scram_logins(
    logins: &mut Logins,
    offers: &Offers<'_>,
    user: &str,
    password: &Secret,
    channel: &Channel,
) {
    let scram = |hash| Scram::new(hash, user, password.clone());
    let plus_listed = ScramHash::ALL
        .iter()
        .any(|hash| offers.lists(hash.mechanism(true)));
    let binding = match channel.tls_exporter {
        Some(_) => ChannelBinding::TlsExporter,
        None => ChannelBinding::TlsServerEndPoint,
    };
    if binding.of(channel).is_some() {
        for hash in ScramHash::ALL {
            if offers.has(hash.mechanism(true), Strength::Bound) {
                let mechanism = Box::new(scram(hash).channel_binding(binding));
                logins.push_box(mechanism, true);
            }
        }
    }
    for hash in ScramHash::ALL {
        if !offers.has(hash.mechanism(false), Strength::Proof) {
            continue;
        }
        logins.push(if plus_listed {
            scram(hash)
        } else {
            scram(hash).binding_not_offered()
        });
    }
}

#[cfg(feature = "scram")]
fn cram_md5_login(logins: &mut Logins, offers: &Offers<'_>, user: &str, password: &Secret) {
    let wished = offers.policy.cram_md5 || offers.policy.only.is_some();
    if wished && offers.has("CRAM-MD5", Strength::Cleartext) {
        logins.push(CramMd5::new(user, password.clone()));
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
            Self::Mechanism { mechanism, .. } => {
                write!(f, "Login::Mechanism({})", mechanism.name())
            }
            Self::Command { .. } => f.write_str("Login::Command(…)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Atom;

    fn names(
        credentials: &Credentials,
        offered: &str,
        channel: &Channel,
    ) -> Result<String, SaslError> {
        let capabilities = Capabilities::new(offered.split(' ').map(Atom::from).collect());
        let logins = credentials.logins(&capabilities, channel)?;
        let names = logins.iter().map(|login| match login {
            Login::Mechanism { mechanism, .. } => mechanism.name(),
            Login::Command { .. } => "command",
        });
        Ok(names.collect::<Vec<_>>().join(" "))
    }

    fn tls() -> Channel {
        Channel {
            secure: true,
            tls_exporter: Some(vec![0; 32]),
            tls_server_end_point: Some(vec![0; 32]),
            ..Channel::default()
        }
    }

    fn password() -> Credentials {
        Credentials::password("u", "p")
    }

    fn check(credentials: &Credentials, offered: &str, channel: &Channel, expected: &str) {
        let found = names(credentials, offered, channel);
        let expected = match expected {
            "" => Err(SaslError::NoMechanism),
            names => Ok(names.to_owned()),
        };
        assert_eq!(found, expected, "{offered}");
    }

    #[test]
    fn a7_ways_without_cryptography() {
        let channel = tls();
        for (offered, expected) in [
            ("AUTH=LOGIN AUTH=PLAIN", "PLAIN LOGIN"),
            ("AUTH=LOGIN LOGINDISABLED", "LOGIN"),
            ("IMAP4rev1", "command"),
            ("AUTH=GSSAPI", "command"),
            ("LOGINDISABLED", ""),
        ] {
            check(&password(), offered, &channel, expected);
        }
        let oauth = Credentials::oauth("u", "t");
        check(
            &oauth,
            "AUTH=XOAUTH2 AUTH=OAUTHBEARER",
            &channel,
            "OAUTHBEARER XOAUTH2",
        );
        check(&oauth, "AUTH=PLAIN", &channel, "");
        check(
            &Credentials::external(""),
            "AUTH=EXTERNAL AUTH=PLAIN",
            &channel,
            "EXTERNAL",
        );
        check(&Credentials::external(""), "AUTH=PLAIN", &channel, "");
        check(
            &Credentials::anonymous("x"),
            "AUTH=ANONYMOUS",
            &channel,
            "ANONYMOUS",
        );
    }

    #[cfg(feature = "scram")]
    const ALL: &str = "AUTH=CRAM-MD5 AUTH=PLAIN AUTH=LOGIN AUTH=SCRAM-SHA-1 AUTH=SCRAM-SHA-256 \
                       AUTH=SCRAM-SHA-512 AUTH=SCRAM-SHA-1-PLUS AUTH=SCRAM-SHA-256-PLUS \
                       AUTH=SCRAM-SHA-512-PLUS";

    #[cfg(feature = "scram")]
    #[test]
    fn a7_the_order_with_cryptography() {
        let bound = "SCRAM-SHA-512-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS";
        let unbound = "SCRAM-SHA-512 SCRAM-SHA-256 SCRAM-SHA-1";
        check(
            &password(),
            ALL,
            &tls(),
            &format!("{bound} {unbound} PLAIN LOGIN"),
        );
        let old = Channel {
            tls_exporter: None,
            ..tls()
        };
        check(
            &password(),
            ALL,
            &old,
            &format!("{bound} {unbound} PLAIN LOGIN"),
        );
        let plain = Channel::default();
        check(&password(), ALL, &plain, &format!("{unbound} PLAIN LOGIN"));
        let cram = password().allow_cram_md5();
        check(&cram, "AUTH=PLAIN AUTH=CRAM-MD5", &tls(), "PLAIN CRAM-MD5");
        check(&cram, "AUTH=PLAIN AUTH=CRAM-MD5", &plain, "CRAM-MD5 PLAIN");
    }

    #[cfg(feature = "scram")]
    #[test]
    fn a7_nothing_below_the_minimum() {
        let proof = password().minimum(Strength::Proof);
        check(&proof, "AUTH=PLAIN AUTH=SCRAM-SHA-1", &tls(), "SCRAM-SHA-1");
        check(&proof, "AUTH=PLAIN AUTH=LOGIN AUTH=CRAM-MD5", &tls(), "");
        check(&proof, "IMAP4rev1", &tls(), "");
        let bound = password().minimum(Strength::Bound);
        check(
            &bound,
            "AUTH=SCRAM-SHA-512 AUTH=SCRAM-SHA-1-PLUS",
            &tls(),
            "SCRAM-SHA-1-PLUS",
        );
        check(&bound, ALL, &Channel::default(), "");
        let oauth = Credentials::oauth("u", "t").minimum(Strength::Proof);
        check(&oauth, "AUTH=OAUTHBEARER", &tls(), "");
    }

    #[cfg(feature = "scram")]
    #[test]
    fn only_one_mechanism() {
        let only = |name: &str| password().only(name);
        check(&only("cram-md5"), ALL, &tls(), "CRAM-MD5");
        check(&only("LOGIN"), ALL, &tls(), "LOGIN");
        check(&only("LOGIN"), "AUTH=PLAIN", &tls(), "command");
        check(&only("SCRAM-SHA-1-PLUS"), ALL, &tls(), "SCRAM-SHA-1-PLUS");
        check(&only("SCRAM-SHA-1"), ALL, &tls(), "SCRAM-SHA-1");
        check(&only("SCRAM-SHA-1"), "AUTH=PLAIN", &tls(), "");
    }

    #[test]
    fn what_is_asked_for_each_time_obeys_both_policies() {
        let each = Credentials::each_time(|channel| {
            assert!(channel.secure);
            password()
        });
        check(&each, "AUTH=PLAIN", &tls(), "PLAIN");
        check(&each.minimum(Strength::Proof), "AUTH=PLAIN", &tls(), "");
        let endless = Credentials::each_time(|_| Credentials::each_time(|_| password()));
        let found = names(&endless, "AUTH=PLAIN", &tls());
        assert_eq!(found, Err(SaslError::InvalidCredentials));
    }

    #[test]
    fn debug_shows_no_password() {
        let shown = format!("{:?}", Credentials::password("u", "hunter2"));
        assert!(!shown.contains("hunter2"));
    }
}
