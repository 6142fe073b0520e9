//! Ways in: STARTTLS, what a server forbids before it, bindings, referrals, and the next user of a connection.

use imap_proto_core::encode::{Login, Noop, SubmitError, Unauthenticate};
use imap_proto_core::engine::sasl::{
    Channel, ChannelBinding, Credentials, Mechanism, Plain, SaslError, Scram, ScramHash, Strength,
};
use imap_proto_core::engine::{Config, Security, State};
use imap_proto_core::session::Error;
use imap_proto_core::types::{Code, Secret};

use super::auth::{login_data, logs_in, offered, password};
use crate::interop::case::{Case, Failure, Verdict, check, same, some};
use crate::interop::client::Client;

fn skipped(why: &str) -> Failure {
    Failure::Skipped(why.to_owned())
}

pub(super) async fn starttls<L: Client>(t: &Case<'_, L>) -> Verdict {
    let options = &t.connector.options;
    let plain = offered(t, options.in_the_clear()?)?;
    if !plain.contains("STARTTLS") {
        return Err(skipped("capability STARTTLS not offered"));
    }
    let client = t.connector.connect_by(options.secure()?)?;
    same("security", client.session().security(), Security::Tls)?;
    let behind = some("capabilities", client.session().capabilities())?;
    check(!behind.contains("STARTTLS"), "still offered")?;
    drop(client);
    logs_in(t, options.secure()?.credentials(password(t)?)).await
}

/// Where LOGIN is forbidden in the clear it is not sent; passwords go by SCRAM there, and by anything behind STARTTLS.
pub(super) async fn login_disabled<L: Client>(t: &Case<'_, L>) -> Verdict {
    let port = t.connector.options.setting("IMAP_STRICT_PORT");
    let port = port.ok_or_else(|| skipped("no port that forbids LOGIN"))?;
    let port: u16 = port.parse().map_err(|_| format!("no port: {port}"))?;
    let clear = Config::unencrypted("localhost").with_port(port);
    let client = t.connector.connect_by(clear.clone())?;
    let told = some("capabilities", client.session().capabilities())?;
    check(told.contains("LOGINDISABLED"), "LOGIN is not forbidden")?;
    let (user, password) = login_data(t)?;
    let refused = client
        .run(Login::new(user.as_str(), password.as_str()))
        .await;
    check(
        matches!(refused, Err(Error::Submit(SubmitError::LoginDisabled))),
        format!("{refused:?}"),
    )?;
    client.run(Noop).await?;
    let credentials = Credentials::password(user.as_str(), password.as_str());
    logs_in(t, clear.credentials(credentials.clone())).await?;
    let secure = t.connector.options.secure_at(port)?;
    logs_in(t, secure.credentials(credentials.only("PLAIN"))).await
}

/// Cyrus shows -PLUS but binds by `tls-unique`, which is not ours: then the login goes on without a binding, unless
/// one was asked for.
pub(super) async fn refused_bindings<L: Client>(t: &Case<'_, L>) -> Verdict {
    let config = t.connector.options.without_login()?;
    let offered = offered(t, config.clone())?;
    let plus: Vec<String> = ["1", "256", "512"]
        .map(|hash| format!("SCRAM-SHA-{hash}-PLUS"))
        .into_iter()
        .filter(|name| offered.contains(&format!("AUTH={name}")))
        .collect();
    if plus.is_empty() {
        return Err(skipped("no binding offered here"));
    }
    for name in plus {
        let credentials = password(t)?.only(&name);
        match t
            .connector
            .connect_by(config.clone().credentials(credentials))
        {
            Err(Error::Login(no)) => same("text", no.text.text.as_str(), Some(REFUSAL))?,
            Err(other) => check(false, format!("{name}: {other}"))?,
            Ok(_) => return Err(skipped("bindings are accepted here")),
        }
    }
    let bound = password(t)?.minimum(Strength::Bound);
    let refused = t
        .connector
        .connect_by(config.clone().credentials(bound))
        .err();
    check(
        matches!(refused, Some(Error::Login(_))),
        format!("{refused:?}"),
    )?;
    let proof = password(t)?.minimum(Strength::Proof);
    logs_in(t, config.credentials(proof)).await
}

/// SCRAM-SHA-256-PLUS whose binding is that of another channel, as behind somebody who sits in between.
struct OfAnotherChannel(Scram);

impl Mechanism for OfAnotherChannel {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn start(&mut self, channel: &Channel) -> Result<Option<Secret>, SaslError> {
        let mut other = channel.clone();
        other.tls_exporter = Some(vec![7; 32]);
        self.0.start(&other)
    }

    fn respond(&mut self, challenge: &[u8]) -> Result<Secret, SaslError> {
        self.0.respond(challenge)
    }

    fn finish(&mut self, data: Option<&[u8]>) -> Result<(), SaslError> {
        self.0.finish(data)
    }
}

/// Where a binding is accepted, it is checked: another channel's is refused, and so is the word that the server shows no
/// form that binds, which it hears when somebody took those forms from its list (RFC 5802 §6).
pub(super) async fn bindings_are_checked<L: Client>(t: &Case<'_, L>) -> Verdict {
    let config = t.connector.options.without_login()?;
    if !offered(t, config.clone())?.contains("AUTH=SCRAM-SHA-256-PLUS") {
        return Err(skipped("no binding offered here"));
    }
    let (user, password) = login_data(t)?;
    let scram = move || Scram::new(ScramHash::Sha256, user.as_str(), password.as_str());
    let bound = scram.clone();
    let bound =
        Credentials::mechanism(move || bound().channel_binding(ChannelBinding::TlsExporter));
    match t.connector.connect_by(config.clone().credentials(bound)) {
        Ok(_) => {}
        Err(Error::Login(no)) if no.text.text == REFUSAL => {
            return Err(skipped("bindings are refused here"));
        }
        Err(error) => return Err(error.into()),
    }
    let other = scram.clone();
    let other = Credentials::mechanism(move || {
        OfAnotherChannel(other().channel_binding(ChannelBinding::TlsExporter))
    });
    let hidden = Credentials::mechanism(move || scram().binding_not_offered());
    for (what, credentials) in [("another channel", other), ("a list cut short", hidden)] {
        match t
            .connector
            .connect_by(config.clone().credentials(credentials))
        {
            Err(Error::Login(_) | Error::Sasl(SaslError::ServerError(_))) => {}
            other => check(false, format!("{what}: {:?}", other.err()))?,
        }
    }
    Ok(())
}

/// How Cyrus SASL refuses a binding.
pub(super) const REFUSAL: &str = "bad protocol / cancel";

/// TLS 1.2, where no server here takes the binding that we have: the login goes on without one.
pub(super) async fn older_tls<L: Client>(t: &Case<'_, L>) -> Verdict {
    let config = t.connector.options.secure_by_tls_1_2()?;
    let client = t.connector.connect_by(config.clone())?;
    same("security", client.session().security(), Security::Tls)?;
    drop(client);
    logs_in(t, config.credentials(password(t)?)).await
}

/// RFC 2221 §4.1: NO with the code REFERRAL; nobody goes there by itself.
pub(super) async fn referral<L: Client>(t: &Case<'_, L>) -> Verdict {
    let options = &t.connector.options;
    let (user, host) = options
        .setting("REFERRED_USER")
        .zip(options.setting("REFERRED_HOST"))
        .ok_or_else(|| skipped("no user that is referred"))?;
    let (_, password) = login_data(t)?;
    let credentials = Credentials::password(user, password).only("PLAIN");
    let config = options.without_login()?.credentials(credentials);
    let refused = match t.connector.connect_by(config).err() {
        Some(Error::Login(refused)) => refused,
        other => return Err(Failure::Failed(format!("{other:?}"))),
    };
    let Some(Code::Referral(urls)) = refused.code() else {
        return Err(Failure::Failed(format!("{:?}", refused.code())));
    };
    let url = some("URL", urls.first())?.to_str_lossy().into_owned();
    check(
        url.starts_with(&format!("imap://{user};")) && url.ends_with(&format!("@{host}/")),
        url,
    )
}

/// RFC 8437; Cyrus lets its administrators alone.
pub(super) async fn unauthenticate<L: Client>(t: &Case<'_, L>) -> Verdict {
    let options = &t.connector.options;
    let admin = options.setting("IMAP_ADMIN");
    let admin = admin.ok_or_else(|| skipped("no administrator"))?;
    let (user, password) = login_data(t)?;
    let credentials = Credentials::password(admin, password.as_str());
    let client = t
        .connector
        .connect_by(options.without_login()?.credentials(credentials))?;
    let offered = some("capabilities", client.session().capabilities())?;
    if !offered.contains("UNAUTHENTICATE") {
        return Err(skipped("capability UNAUTHENTICATE not offered"));
    }
    client.run(Unauthenticate).await?;
    same("state", client.session().state(), State::NotAuthenticated)?;
    check(!client.session().is_compressed(), "still compressed")?;
    let plain = Plain::new(user, password);
    L::finish(client.session().authenticate(plain)).await?;
    same("state", client.session().state(), State::Authenticated)?;
    // The next user is no administrator.
    match client.run(Unauthenticate).await {
        Err(Error::No(_) | Error::Bad(_)) => {}
        other => check(false, format!("not refused: {other:?}"))?,
    }
    client.run(Noop).await?;
    Ok(())
}

/// A token that is none is refused with the server's reason, by each mechanism that takes tokens.
pub(super) async fn refused_tokens<L: Client>(t: &Case<'_, L>) -> Verdict {
    let config = t.connector.options.without_login()?;
    let offered = offered(t, config.clone())?;
    let (user, _) = login_data(t)?;
    let mut tried = false;
    for mechanism in ["OAUTHBEARER", "XOAUTH2"] {
        if !offered.contains(&format!("AUTH={mechanism}")) {
            continue;
        }
        tried = true;
        let credentials = Credentials::oauth(&user, "no.token").only(mechanism);
        match t
            .connector
            .connect_by(config.clone().credentials(credentials))
        {
            Err(Error::Sasl(SaslError::Refused(refusal))) => {
                some("status", refusal.status)?;
            }
            other => check(false, format!("{mechanism}: {:?}", other.err()))?,
        }
    }
    if tried {
        Ok(())
    } else {
        Err(skipped("no tokens are taken here"))
    }
}
