//! ANONYMOUS (RFC 4505).

use super::{Channel, Mechanism, SaslError};
use crate::types::Secret;

/// ANONYMOUS: no identity, only a word about who we are, for the server's log.
///
/// ```
/// use imap_proto_core::engine::sasl::{Anonymous, Channel, Mechanism};
///
/// let mut anonymous = Anonymous::new("sirhc");
/// let message = anonymous.start(&Channel::default())?;
/// assert_eq!(message.unwrap().expose(), b"sirhc");
/// # Ok::<(), imap_proto_core::engine::sasl::SaslError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Anonymous {
    trace: String,
}

impl Anonymous {
    /// With trace information: empty, an email address, or a word without `@`; at most 255
    /// characters.
    pub fn new(trace: impl Into<String>) -> Self {
        Self {
            trace: trace.into(),
        }
    }
}

impl Mechanism for Anonymous {
    fn name(&self) -> &'static str {
        "ANONYMOUS"
    }

    fn start(&mut self, _channel: &Channel) -> Result<Option<Secret>, SaslError> {
        let legal = self.trace.chars().count() <= 255 && !self.trace.contains(char::is_control);
        if legal {
            Ok(Some(Secret::from(self.trace.as_str())))
        } else {
            Err(SaslError::InvalidCredentials)
        }
    }

    fn respond(&mut self, _challenge: &[u8]) -> Result<Secret, SaslError> {
        Err(SaslError::BadChallenge)
    }

    fn finish(&mut self, _data: Option<&[u8]>) -> Result<(), SaslError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(trace: &str) -> Result<Option<Secret>, SaslError> {
        Anonymous::new(trace).start(&Channel::default())
    }

    /// RFC 4505 §3: the example's trace information.
    #[test]
    fn the_trace_is_the_whole_message() {
        assert_eq!(start("sirhc"), Ok(Some(Secret::from("sirhc"))));
        assert_eq!(start(""), Ok(Some(Secret::default())));
    }

    /// RFC 4505 §2: 1 to 255 characters, none of them control characters.
    #[test]
    fn long_and_unprintable_traces_are_refused() {
        assert!(start(&"ü".repeat(255)).is_ok());
        assert_eq!(start(&"x".repeat(256)), Err(SaslError::InvalidCredentials));
        assert_eq!(start("a\nb"), Err(SaslError::InvalidCredentials));
    }
}
