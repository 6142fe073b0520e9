//! Why a server refused a bearer token: the JSON of RFC 7628 §3.2.2.

use std::fmt;

use bytes::Bytes;

use crate::types::Text;

/// What a server says when it refuses a bearer token, in OAUTHBEARER (RFC 7628 §3.2.2) and
/// XOAUTH2. All of it is the server's text: nothing to be followed unseen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The error code, such as `invalid_token`; in XOAUTH2 an HTTP status such as `401`.
    pub status: Option<Text>,
    /// The scopes that a token must have, separated by spaces.
    pub scope: Option<Text>,
    /// Where the configuration of the token's issuer is to be had.
    pub openid_configuration: Option<Text>,
    /// The octets as they came.
    pub raw: Text,
}

impl Refusal {
    /// Reads the fields; what is no JSON object with text in them has none. Without the feature
    /// `oauth` none are read.
    ///
    /// ```
    /// # #[cfg(feature = "oauth")] {
    /// use imap_proto_core::engine::sasl::Refusal;
    /// use imap_proto_core::types::Text;
    ///
    /// let refusal = Refusal::new(br#"{"status":"invalid_token","scope":"mail"}"#);
    /// assert_eq!(refusal.status, Some(Text::from("invalid_token")));
    /// # }
    /// ```
    pub fn new(raw: &[u8]) -> Self {
        let mut refusal = read(raw);
        refusal.raw = Text::from_bytes(Bytes::copy_from_slice(raw));
        refusal
    }
}

#[cfg(feature = "oauth")]
fn read(raw: &[u8]) -> Refusal {
    use serde_json::Value;
    let Ok(Value::Object(mut fields)) = serde_json::from_slice(raw) else {
        return Refusal::default();
    };
    let mut field = |name| match fields.remove(name)? {
        Value::String(text) => Some(text.into()),
        Value::Number(number) => Some(number.to_string().into()),
        _ => None,
    };
    Refusal {
        status: field("status"),
        scope: field("scope"),
        openid_configuration: field("openid-configuration"),
        raw: Text::default(),
    }
}

#[cfg(not(feature = "oauth"))]
fn read(_raw: &[u8]) -> Refusal {
    Refusal::default()
}

/// The fields, or the octets where there are none, without anything that a terminal would act on.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = [
            ("status", &self.status),
            ("scope", &self.scope),
            ("openid-configuration", &self.openid_configuration),
        ];
        let mut told = false;
        for (name, value) in fields {
            let Some(value) = value else { continue };
            let comma = if told { ", " } else { "" };
            write!(f, "{comma}{name} {value}")?;
            told = true;
        }
        if told {
            return Ok(());
        }
        self.raw.fmt(f)
    }
}

#[cfg(all(test, feature = "oauth"))]
mod tests {
    use super::*;

    /// RFC 7628 §4.3: the failed exchange.
    #[test]
    fn the_refusal_of_the_rfc() {
        let refusal = Refusal::new(
            br#"{"status":"invalid_token","scope":"example_scope","openid-configuration":"https://example.com/.well-known/openid-configuration"}"#,
        );
        assert_eq!(refusal.status, Some(Text::from("invalid_token")));
        assert_eq!(refusal.scope, Some(Text::from("example_scope")));
        assert_eq!(
            refusal.to_string(),
            "status invalid_token, scope example_scope, \
             openid-configuration https://example.com/.well-known/openid-configuration"
        );
    }

    #[test]
    fn what_is_no_object_is_shown_as_it_came() {
        for raw in ["", "null", "[1]", "{\"status\":", "{\"status\":{}}"] {
            let refusal = Refusal::new(raw.as_bytes());
            assert_eq!(refusal.status, None, "{raw}");
            assert_eq!(refusal.to_string(), raw);
        }
    }

    /// Google's XOAUTH2 has the status of HTTP, as text; others as a number.
    #[test]
    fn a_status_may_be_a_number() {
        let refusal = Refusal::new(br#"{"status":401,"schemes":"Bearer"}"#);
        assert_eq!(refusal.status, Some(Text::from("401")));
    }

    #[test]
    fn e4_control_characters_are_escaped() {
        let refusal = Refusal::new(b"{\"status\":\"\\u001b[2J\"}");
        assert!(!refusal.to_string().contains('\x1b'));
        let nested = vec![b'['; 100_000];
        assert_eq!(Refusal::new(&nested).status, None);
    }
}
