//! Names as numbers, so that a known one is found without comparing octet by octet.

/// A name of at most 16 octets in upper case as one number; 0 for a longer or an empty one.
pub(crate) const fn key(name: &[u8]) -> u128 {
    if name.len() > 16 {
        return 0;
    }
    let mut key = 0;
    let mut left = name;
    while let [byte, rest @ ..] = left {
        key = key << 8 | byte.to_ascii_uppercase() as u128;
        left = rest;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_any_case_have_one_key_of_their_own() {
        assert_eq!(key(b"Fetch"), key(b"FETCH"));
        assert_eq!(key(b"\\HasNoChildren"), key(b"\\hasnochildren"));
        assert_ne!(key(b"FETCH"), key(b"FETCHA"));
        assert_ne!(key(b"\0FETCH"), 0);
        assert_eq!((key(b""), key(&[b'a'; 17])), (0, 0));
        assert_ne!(key(&[b'a'; 16]), 0);
    }
}
