//! Modified UTF-7 (RFC 3501 §5.1.3) against a second implementation that does everything the slow way: by strings of
//! binary digits, and by encoding again to see whether a form is the canonical one.

use imap_proto_core::types::{MailboxName, utf7};
use proptest::prelude::*;

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

fn naive_encode(text: &str) -> String {
    let mut wire = String::new();
    let mut run = String::new();
    for c in text.chars().map(Some).chain([None]) {
        let direct = c.is_none_or(|c| (' '..='~').contains(&c));
        if direct && !run.is_empty() {
            let units: Vec<String> = run
                .encode_utf16()
                .map(|unit| format!("{unit:016b}"))
                .collect();
            let mut digits = units.concat();
            digits.push_str(&"0".repeat((6 - digits.len() % 6) % 6));
            let digits = digits
                .as_bytes()
                .chunks(6)
                .map(|six| std::str::from_utf8(six).unwrap());
            let symbols = digits.map(|six| usize::from_str_radix(six, 2).unwrap());
            wire.push('&');
            wire.extend(symbols.map(|value| ALPHABET.chars().nth(value).unwrap()));
            wire.push('-');
            run.clear();
        }
        match c {
            Some('&') => wire.push_str("&-"),
            Some(c) if direct => wire.push(c),
            Some(c) => run.push(c),
            None => {}
        }
    }
    wire
}

/// Decodes as leniently as it can, then keeps only what encodes to the same.
fn naive_decode(wire: &[u8]) -> Option<String> {
    let wire = std::str::from_utf8(wire).ok()?;
    let mut text = String::new();
    let mut parts = wire.split('&');
    text.push_str(parts.next()?);
    for part in parts {
        let (run, rest) = part.split_once('-')?;
        if run.is_empty() {
            text.push('&');
        } else {
            let values: Option<Vec<usize>> = run.chars().map(|c| ALPHABET.find(c)).collect();
            let digits: Vec<String> = values?
                .into_iter()
                .map(|value| format!("{value:06b}"))
                .collect();
            let digits = digits.concat();
            let units = digits
                .as_bytes()
                .chunks_exact(16)
                .map(|unit| std::str::from_utf8(unit).unwrap());
            let units: Vec<u16> = units
                .map(|unit| u16::from_str_radix(unit, 2).unwrap())
                .collect();
            text.push_str(&String::from_utf16(&units).ok()?);
        }
        text.push_str(rest);
    }
    (naive_encode(&text) == wire).then_some(text)
}

/// Bytes that come close to modified UTF-7.
fn nearly_utf7() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => "[A-Za-z0-9+,]{0,9}",
        2 => Just("&".to_owned()),
        2 => Just("-".to_owned()),
        1 => any::<char>().prop_map(|c| naive_encode(&c.to_string())),
        1 => any::<char>().prop_map(|c| c.to_string()),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn encoding_is_that_of_the_twin_and_decodes_again(text in any::<String>()) {
        let wire = utf7::encode(&text);
        prop_assert_eq!(&*wire, naive_encode(&text));
        prop_assert!(wire.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        let decoded = utf7::decode(wire.as_bytes()).map(String::from);
        prop_assert_eq!(decoded, Some(text));
    }

    #[test]
    fn what_decodes_is_what_the_twin_decodes(wire in nearly_utf7()) {
        prop_assert_eq!(utf7::decode(&wire).map(String::from), naive_decode(&wire), "{}", wire.escape_ascii());
    }

    #[test]
    fn any_bytes_are_a_name_that_goes_back_as_it_came(wire in prop::collection::vec(any::<u8>(), 0..40)) {
        let name = MailboxName::from_wire(wire.clone().into());
        prop_assert_eq!(name.as_wire_bytes(), &wire[..]);
        prop_assert_eq!(&name, &name.detach());
        if let Some(text) = name.exact_text() {
            prop_assert_eq!(&name, &MailboxName::from(&*text));
        }
    }

    #[test]
    fn equal_names_hash_and_order_alike(a in nearly_utf7(), b in nearly_utf7()) {
        use std::collections::{BTreeSet, HashSet};
        let names = [a, b].map(|bytes| MailboxName::from_wire(bytes.into()));
        let distinct = if names[0] == names[1] { 1 } else { 2 };
        prop_assert_eq!(HashSet::from(names.clone()).len(), distinct);
        prop_assert_eq!(BTreeSet::from(names).len(), distinct);
    }

    #[test]
    fn safe_file_names_are_one_component_and_differ(a in any::<String>(), b in any::<String>()) {
        let names = [a, b].map(MailboxName::from);
        let files = names.clone().map(|name| name.safe_file_name());
        prop_assert_eq!(names[0] == names[1], files[0] == files[1]);
        for file in files {
            prop_assert!(file.chars().all(|c| c.is_ascii_alphanumeric() || "-_. %".contains(c)), "{}", file);
            prop_assert!(!file.is_empty() && !file.starts_with(['.', '-', ' ']) && !file.ends_with(['.', ' ']), "{}", file);
        }
    }
}
