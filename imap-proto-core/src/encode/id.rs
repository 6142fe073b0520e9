//! ID (RFC 2971).

use super::answer::answers_once;
use super::{Claim, Claims, Command, Pipelining, Request, States, SubmitError};
use crate::types::{ByteString, Data, IdResponse};

/// ID: tells the server who we are, and asks who it is (RFC 2971 §3.1). Some servers want it
/// before they let a mailbox be selected.
///
/// ```
/// use imap_proto_core::encode::{Command, Id};
/// let id = Id::new().field("name", "mailer").field("version", "1.0");
/// assert!(id.request().is_ok());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Id {
    fields: Vec<(ByteString, Option<ByteString>)>,
}

/// The limits of RFC 2971 §3.3.
const MOST_FIELDS: usize = 30;
const LONGEST_NAME: usize = 30;
const LONGEST_VALUE: usize = 1024;

impl Id {
    /// ID without fields: asks, and tells nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// ID of this crate: its name and version.
    pub fn library() -> Self {
        Self::new()
            .field("name", env!("CARGO_PKG_NAME"))
            .field("version", env!("CARGO_PKG_VERSION"))
    }

    /// Adds a field, such as `name`, `version`, `os` or `support-url`.
    #[must_use]
    pub fn field(self, name: impl Into<ByteString>, value: impl Into<ByteString>) -> Self {
        self.push(name.into(), Some(value.into()))
    }

    /// Adds a field with the value NIL.
    #[must_use]
    pub fn empty_field(self, name: impl Into<ByteString>) -> Self {
        self.push(name.into(), None)
    }

    fn push(mut self, name: ByteString, value: Option<ByteString>) -> Self {
        self.fields.push((name, value));
        self
    }

    fn check(&self) -> Result<(), SubmitError> {
        let (mut names, mut values) = (self.fields.iter(), self.fields.iter());
        if self.fields.len() > MOST_FIELDS {
            return Err(SubmitError::OutOfRange("the number of ID fields"));
        }
        if names.any(|(name, _)| name.len() > LONGEST_NAME) {
            return Err(SubmitError::OutOfRange("the length of an ID field's name"));
        }
        if values.any(|(_, value)| value.as_ref().is_some_and(|v| v.len() > LONGEST_VALUE)) {
            return Err(SubmitError::OutOfRange("the length of an ID field's value"));
        }
        Ok(())
    }
}

impl Command for Id {
    answers_once!("ID", Data::Id(id) => id, IdResponse);

    fn request(self) -> Result<Request, SubmitError> {
        self.check()?;
        let class = Pipelining::one_of_a_kind(Pipelining::ANSWERS_ID);
        let request = Request::known("ID ", States::ANY, class).claims(Claims::one(Claim::Id));
        if self.fields.is_empty() {
            return Ok(request.put("NIL"));
        }
        let field = |request: Request, (name, value): (ByteString, Option<ByteString>)| {
            request.string(name.into_bytes()).space().nstring(value)
        };
        Ok(request.put("(").spaced(self.fields, field).put(")"))
    }
}
