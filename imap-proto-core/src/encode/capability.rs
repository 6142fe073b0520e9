//! CAPABILITY, ENABLE (RFC 9051 §6.1.1, §6.3.1, RFC 5161).

use super::answer::{answers_once, takes};
use super::{
    Claim, Claims, Command, Effect, MissingAnswer, Pipelining, Request, States, SubmitError,
};
use crate::types::{Capabilities, Completion, Data};

/// CAPABILITY: what the server can do (RFC 9051 §6.1.1). The connection asks by itself where it
/// needs to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capability;

impl Command for Capability {
    answers_once!("CAPABILITY", Data::Capability(set) => set, Capabilities);

    fn request(self) -> Result<Request, SubmitError> {
        let class = Pipelining::one_of_a_kind(Pipelining::ANSWERS_CAPABILITY);
        Ok(Request::known("CAPABILITY", States::ANY, class).claims(Claims::one(Claim::Capability)))
    }
}

/// ENABLE: turns extensions on for the rest of the connection (RFC 5161 §3.1).
///
/// The answer is what the server turned on. It is empty when the server says OK without ENABLED,
/// as some do.
///
/// ```
/// use imap_proto_core::encode::{Command, Enable};
/// assert!(Enable::new(["CONDSTORE", "UTF8=ACCEPT"]).request().is_ok());
/// assert!(Enable::new(["two words"]).request().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enable {
    names: Vec<String>,
}

impl Enable {
    /// ENABLE of capabilities by name.
    pub fn new<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        let names = names.into_iter().map(Into::into).collect();
        Self { names }
    }
}

impl Command for Enable {
    type Item = Capabilities;
    type Partial = Capabilities;
    type Output = Capabilities;

    takes!(Data::Enabled(set) => set);

    fn request(self) -> Result<Request, SubmitError> {
        if self.names.is_empty() {
            return Err(SubmitError::EmptyList("capabilities"));
        }
        let changes_dialect = self.names.iter().any(|name| {
            let dialects = ["IMAP4rev2", "UTF8=ACCEPT", "UIDONLY"];
            dialects
                .iter()
                .any(|known| name.eq_ignore_ascii_case(known))
        });
        let class = if changes_dialect {
            Pipelining::ENABLE_DIALECT
        } else {
            Pipelining::ENABLE
        };
        let mut request = Request::known("ENABLE", States::AUTHENTICATED, class);
        for name in &self.names {
            request = request.space().atom(name)?;
        }
        let names = self.names.into_iter().map(Into::into).collect();
        Ok(request
            .claims(Claims::one(Claim::Enabled))
            .effect(Effect::Enable(names)))
    }

    fn add(partial: &mut Capabilities, item: Capabilities) {
        partial.extend(&item);
    }

    fn finish(
        partial: Capabilities,
        _completion: &Completion,
    ) -> Result<Capabilities, MissingAnswer> {
        Ok(partial)
    }
}
