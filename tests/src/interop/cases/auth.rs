//! Logging in, by each mechanism.

use imap_proto_core::encode::Noop;
use imap_proto_core::engine::sasl::{
    Channel, Credentials, Mechanism, Plain, SaslError, Scram, ScramHash, Strength,
};
use imap_proto_core::engine::{Config, State};
use imap_proto_core::session::Error;
use imap_proto_core::types::{Capabilities, Secret};

use super::access::REFUSAL;
use crate::interop::case::{Case, Failure, Verdict, check, same, some};
use crate::interop::client::Client;

/// What the server offers before login.
pub(super) fn offered<L: Client>(t: &Case<'_, L>, config: Config) -> Result<Capabilities, Failure> {
    let client = t.connector.connect_by(config)?;
    let state = client.session().state();
    if state != State::NotAuthenticated {
        return Err(Failure::Skipped(format!("the state is {state:?}")));
    }
    some("capabilities before login", client.session().capabilities())
}

/// Skips the case unless the server offers a mechanism here.
fn needs<L: Client>(t: &Case<'_, L>, config: Config, mechanism: &str) -> Verdict {
    if offered(t, config)?.contains(&format!("AUTH={mechanism}")) {
        return Ok(());
    }
    Err(Failure::Skipped(format!("{mechanism} not offered here")))
}

pub(super) fn login_data<L: Client>(t: &Case<'_, L>) -> Result<(String, String), Failure> {
    let login = t.connector.options.login.clone();
    login.ok_or_else(|| Failure::Skipped("no user and password".to_owned()))
}

pub(super) fn password<L: Client>(t: &Case<'_, L>) -> Result<Credentials, Failure> {
    let (user, password) = login_data(t)?;
    Ok(Credentials::password(user, password))
}

/// Logs in, and sees that the connection works.
pub(super) async fn logs_in<L: Client>(t: &Case<'_, L>, config: Config) -> Verdict {
    let client = t.connector.connect_by(config)?;
    same("state", client.session().state(), State::Authenticated)?;
    client.run(Noop).await?;
    Ok(())
}

async fn by_password<L: Client>(t: &Case<'_, L>, mechanism: &str) -> Verdict {
    let config = t.connector.options.without_login()?;
    needs(t, config.clone(), mechanism)?;
    logs_in(t, config.credentials(password(t)?.only(mechanism))).await
}

/// Skipped where the server binds by what we do not have, as Cyrus by `tls-unique`; see
/// [`refused_bindings`](super::access::refused_bindings).
async fn bound<L: Client>(t: &Case<'_, L>, mechanism: &str) -> Verdict {
    match by_password(t, mechanism).await {
        Err(Failure::Failed(why)) if why.ends_with(REFUSAL) => {
            let why = format!("{mechanism} is offered without tls-exporter");
            Err(Failure::Skipped(why))
        }
        verdict => verdict,
    }
}

pub(super) async fn plain<L: Client>(t: &Case<'_, L>) -> Verdict {
    by_password(t, "PLAIN").await
}

pub(super) async fn login<L: Client>(t: &Case<'_, L>) -> Verdict {
    by_password(t, "LOGIN").await
}

pub(super) async fn login_command<L: Client>(t: &Case<'_, L>) -> Verdict {
    let client = t
        .connector
        .connect_by(t.connector.options.without_login()?)?;
    let (user, password) = login_data(t)?;
    client
        .run(imap_proto_core::encode::Login::new(user, password))
        .await?;
    same("state", client.session().state(), State::Authenticated)
}

pub(super) async fn cram_md5<L: Client>(t: &Case<'_, L>) -> Verdict {
    by_password(t, "CRAM-MD5").await
}

pub(super) async fn scram_sha_1<L: Client>(t: &Case<'_, L>) -> Verdict {
    by_password(t, "SCRAM-SHA-1").await
}

pub(super) async fn scram_sha_256<L: Client>(t: &Case<'_, L>) -> Verdict {
    by_password(t, "SCRAM-SHA-256").await
}

pub(super) async fn scram_sha_512<L: Client>(t: &Case<'_, L>) -> Verdict {
    by_password(t, "SCRAM-SHA-512").await
}

pub(super) async fn scram_sha_1_plus<L: Client>(t: &Case<'_, L>) -> Verdict {
    bound(t, "SCRAM-SHA-1-PLUS").await
}

pub(super) async fn scram_sha_256_plus<L: Client>(t: &Case<'_, L>) -> Verdict {
    bound(t, "SCRAM-SHA-256-PLUS").await
}

pub(super) async fn scram_sha_512_plus<L: Client>(t: &Case<'_, L>) -> Verdict {
    bound(t, "SCRAM-SHA-512-PLUS").await
}

async fn by_token<L: Client>(t: &Case<'_, L>, mechanism: &str) -> Verdict {
    let config = t.connector.options.without_login()?;
    needs(t, config.clone(), mechanism)?;
    let (user, _) = login_data(t)?;
    let token = t.connector.options.token.clone();
    let token = token.ok_or_else(|| Failure::Skipped("no token".to_owned()))?;
    logs_in(
        t,
        config.credentials(Credentials::oauth(user, token).only(mechanism)),
    )
    .await
}

pub(super) async fn oauthbearer<L: Client>(t: &Case<'_, L>) -> Verdict {
    by_token(t, "OAUTHBEARER").await
}

pub(super) async fn xoauth2<L: Client>(t: &Case<'_, L>) -> Verdict {
    by_token(t, "XOAUTH2").await
}

/// Inside TLS, by STARTTLS where the address is in the clear.
pub(super) async fn external<L: Client>(t: &Case<'_, L>) -> Verdict {
    let config = t.connector.options.with_certificate()?;
    needs(t, config.clone(), "EXTERNAL")?;
    logs_in(t, config.credentials(Credentials::external(""))).await
}

pub(super) async fn anonymous<L: Client>(t: &Case<'_, L>) -> Verdict {
    let config = t.connector.options.without_login()?;
    needs(t, config.clone(), "ANONYMOUS")?;
    logs_in(t, config.credentials(Credentials::anonymous("interop"))).await
}

/// With the floor where the server stands, the login still works; above it, nothing is sent.
pub(super) async fn the_best_is_taken<L: Client>(t: &Case<'_, L>) -> Verdict {
    let config = t.connector.options.without_login()?;
    let offered = offered(t, config.clone())?;
    logs_in(t, config.clone().credentials(password(t)?)).await?;
    let scram = |plus| {
        let listed = |hash: &ScramHash| offered.contains(&format!("AUTH={}", hash.mechanism(plus)));
        ScramHash::ALL.iter().any(listed)
    };
    for (minimum, possible) in [
        (Strength::Proof, scram(false)),
        (Strength::Bound, scram(true)),
    ] {
        let credentials = password(t)?.minimum(minimum);
        match logs_in(t, config.clone().credentials(credentials)).await {
            Ok(()) if possible => {}
            // See `bound`.
            Err(Failure::Failed(why)) if minimum == Strength::Bound && why.ends_with(REFUSAL) => {}
            Err(Failure::Failed(why))
                if !possible && why.ends_with(&SaslError::NoMechanism.to_string()) => {}
            other => check(
                false,
                format!("{minimum:?}, possible {possible}: {other:?}"),
            )?,
        }
    }
    Ok(())
}

/// A wrong password is refused by each mechanism, and by none tried in another way.
pub(super) async fn wrong_passwords<L: Client>(t: &Case<'_, L>) -> Verdict {
    let config = t.connector.options.without_login()?;
    let offered = offered(t, config.clone())?;
    let (user, _) = login_data(t)?;
    let wrong = Credentials::password(user, "not the password");
    for mechanism in [
        "PLAIN",
        "LOGIN",
        "CRAM-MD5",
        "SCRAM-SHA-1",
        "SCRAM-SHA-256",
        "SCRAM-SHA-512",
        "SCRAM-SHA-256-PLUS",
    ] {
        if !offered.contains(&format!("AUTH={mechanism}")) {
            continue;
        }
        let credentials = wrong.clone().only(mechanism);
        match t
            .connector
            .connect_by(config.clone().credentials(credentials))
        {
            Err(Error::Login(completion)) if completion.text.text == REFUSAL => {
                same("mechanism", mechanism, "SCRAM-SHA-256-PLUS")?;
            }
            // Some servers say in the exchange that the proof is wrong, others by NO alone.
            Err(Error::Login(_) | Error::Sasl(SaslError::ServerError(_))) => {}
            Err(other) => check(false, format!("{mechanism}: {other}"))?,
            Ok(_) => check(false, format!("{mechanism}: logged in"))?,
        }
    }
    Ok(())
}

/// PLAIN, as if it were not ours.
struct Own(Plain);

impl Mechanism for Own {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn start(&mut self, channel: &Channel) -> Result<Option<Secret>, SaslError> {
        self.0.start(channel)
    }

    fn respond(&mut self, challenge: &[u8]) -> Result<Secret, SaslError> {
        self.0.respond(challenge)
    }

    fn finish(&mut self, data: Option<&[u8]>) -> Result<(), SaslError> {
        self.0.finish(data)
    }
}

pub(super) async fn own_mechanism<L: Client>(t: &Case<'_, L>) -> Verdict {
    let config = t.connector.options.without_login()?;
    needs(t, config.clone(), "PLAIN")?;
    let (user, password) = login_data(t)?;
    let make = move || Own(Plain::new(user.clone(), password.as_str()));
    logs_in(t, config.credentials(Credentials::mechanism(make))).await
}

/// AUTHENTICATE on a session that was opened without a login.
pub(super) async fn on_a_session<L: Client>(t: &Case<'_, L>) -> Verdict {
    let config = t.connector.options.without_login()?;
    needs(t, config.clone(), "SCRAM-SHA-256")?;
    let (user, password) = login_data(t)?;
    let client = t.connector.connect_by(config)?;
    let scram = Scram::new(ScramHash::Sha256, user, password);
    L::finish(client.session().authenticate(scram)).await?;
    same("state", client.session().state(), State::Authenticated)
}
