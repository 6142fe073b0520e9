//! Commands of any state.

use imap_proto_core::encode::{Capability, Enable, Id, Namespace, Noop};
use imap_proto_core::engine::{Encryption, Security, State};

use crate::interop::case::{Case, Verdict, check, same, some};
use crate::interop::client::Client;

pub(super) async fn capability<L: Client>(t: &Case<'_, L>) -> Verdict {
    let told = t.run(Capability).await?;
    check(
        told.contains("IMAP4rev1") || told.has_rev2(),
        format!("neither revision is offered: {told:?}"),
    )?;
    let known = some("known capabilities", t.client.session().capabilities())?;
    same("known capabilities", known.len(), told.len())
}

pub(super) async fn noop<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.run(Noop).await?;
    same("state", t.client.session().state(), State::Authenticated)
}

pub(super) async fn id<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("ID").await?;
    let told = t.run(Id::new().field("name", "interop")).await?;
    let again = t.run(Id::new()).await?;
    same("both answers", told.fields.len(), again.fields.len())
}

pub(super) async fn namespace<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("NAMESPACE").await?;
    let told = t.run(Namespace).await?;
    let own = some("personal namespace", told.personal.first())?;
    same("delimiter", own.delimiter, Some(t.delimiter))
}

pub(super) async fn greeting_and_security<L: Client>(t: &Case<'_, L>) -> Verdict {
    let session = t.client.session();
    some("greeting", session.greeting())?;
    let expected = match session.config().encryption() {
        Encryption::Unencrypted => Security::Plaintext,
        Encryption::Trusted => Security::Trusted,
        _ => Security::Tls,
    };
    same("security", session.security(), expected)
}

pub(super) async fn compress<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("COMPRESS=DEFLATE").await?;
    let client = t.connector.connect(|config| config.compress(true))?;
    check(client.session().is_compressed(), "not compressed")?;
    client.run(Noop).await?;
    let told = client.run(Capability).await?;
    check(!told.is_empty(), "no capabilities")
}

pub(super) async fn enable<L: Client>(t: &Case<'_, L>) -> Verdict {
    t.needs("ENABLE").await?;
    t.needs("CONDSTORE").await?;
    let enabled = t.run(Enable::new(["CONDSTORE", "X-NOT-KNOWN"])).await?;
    check(
        !enabled.contains("X-NOT-KNOWN"),
        "an unknown one is enabled",
    )?;
    let session = t.client.session();
    same(
        "is_enabled",
        session.is_enabled("CONDSTORE"),
        enabled.contains("CONDSTORE"),
    )?;
    check(session.is_enabled("CONDSTORE"), "CONDSTORE is not enabled")
}
