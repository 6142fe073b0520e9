//! The answer of NETSCAPE (Netscape, Sun).

use super::{Atom, Text};

/// A line of the answer of NETSCAPE: `NETSCAPE`, `ACCOUNT` or `ACCOUNT-URL`. Nobody published a
/// grammar for what follows the name.
///
/// ```
/// use imap_proto_core::{parse::parse_response, types::{Data, Response}, wire::Limits};
/// let line = "* ACCOUNT-URL http://mail.example.com/account\r\n".into();
/// let Ok(Response::Data(Data::Netscape(line))) = parse_response(&line, &Limits::default()) else {
///     panic!("not of NETSCAPE");
/// };
/// assert!(line.name.eq_ignore_case("account-url"));
/// assert_eq!(line.text, "http://mail.example.com/account");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NetscapeResponse {
    /// The name of the response.
    pub name: Atom,
    /// What follows, as it came, without spaces around it.
    pub text: Text,
}

impl NetscapeResponse {
    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self {
            name: self.name.detach(),
            text: self.text.detach(),
        }
    }
}
