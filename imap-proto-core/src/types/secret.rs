//! Bytes that never show.

use std::fmt;

use zeroize::Zeroizing;

/// A password, token or SASL payload: wiped on drop, and neither `Debug` nor `serde` shows it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(Zeroizing<Box<[u8]>>);

impl Secret {
    /// Takes bytes over. A `Vec` with spare capacity is copied, and its old block wiped.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = Zeroizing::new(bytes.into());
        Self(Zeroizing::new(bytes.as_slice().into()))
    }

    /// The bytes in the clear. The name is meant to stand out where it is used.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<Vec<u8>> for Secret {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e5_debug_shows_nothing() {
        let secret = Secret::from("hunter2");
        assert_eq!(
            format!("{secret:?} {:?}", Some(&secret)),
            "Secret(…) Some(Secret(…))"
        );
        assert_eq!(secret.expose(), b"hunter2");
    }

    #[test]
    fn e6_spare_capacity_is_not_kept() {
        let mut bytes = Vec::with_capacity(100);
        bytes.extend_from_slice(b"abc");
        assert_eq!(Secret::new(bytes), Secret::from("abc"));
    }
}
