//! NAMESPACE (RFC 2342, RFC 9051 §6.3.10).

use super::answer::answers_once;
use super::{Claim, Claims, Command, Pipelining, Request, States, SubmitError};
use crate::types::{Data, NamespaceResponse};

/// NAMESPACE: where the user's own, other users' and shared mailboxes are (RFC 9051 §6.3.10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Namespace;

impl Command for Namespace {
    answers_once!("NAMESPACE", Data::Namespace(answer) => *answer, NamespaceResponse);

    fn request(self) -> Result<Request, SubmitError> {
        let class = Pipelining::one_of_a_kind(Pipelining::ANSWERS_NAMESPACE);
        Ok(Request::known("NAMESPACE", States::AFTER_LOGIN, class)
            .claims(Claims::one(Claim::Namespace)))
    }
}
