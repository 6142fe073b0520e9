//! Percent-encoding (RFC 3986 §2.1, RFC 5092 §11).

use std::borrow::Cow;
use std::fmt;

use super::UrlError;

/// `achar` (RFC 5092 §11), but for percent-encoding.
pub(super) fn is_achar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$'()*+,&=".contains(&byte)
}

/// `bchar` (RFC 5092 §11), but for percent-encoding.
pub(super) fn is_bchar(byte: u8) -> bool {
    is_achar(byte) || b":@/".contains(&byte)
}

/// Undoes the encoding; what is not encoded must be legal.
pub(super) fn decode(text: &str, is_legal: fn(u8) -> bool) -> Result<Vec<u8>, UrlError> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        octets.push(match byte {
            b'%' => {
                let mut digit = || {
                    let byte = rest.next()?;
                    char::from(byte)
                        .to_digit(16)
                        .and_then(|digit| u8::try_from(digit).ok())
                };
                let (high, low) = (digit(), digit());
                let octet = high.zip(low).map(|(high, low)| high << 4 | low);
                octet.ok_or(UrlError::InvalidCharacter)?
            }
            byte if is_legal(byte) => byte,
            _ => return Err(UrlError::InvalidCharacter),
        });
    }
    Ok(octets)
}

/// The same for what must be text.
pub(super) fn decode_text(text: &str, is_legal: fn(u8) -> bool) -> Result<String, UrlError> {
    String::from_utf8(decode(text, is_legal)?).map_err(|_| UrlError::NotUtf8)
}

/// Octets as they stand in a URL.
pub(super) struct Encoded<'a> {
    pub(super) octets: Cow<'a, [u8]>,
    pub(super) is_legal: fn(u8) -> bool,
}

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for &byte in self.octets.iter() {
            if (self.is_legal)(byte) {
                write!(f, "{}", char::from(byte))?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}
