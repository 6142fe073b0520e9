//! Modified UTF-7 against a twin made of a general base64 decoder.

use base64::alphabet::Alphabet;
use base64::engine::general_purpose::NO_PAD;
use base64::engine::{Engine as _, GeneralPurpose};
use imap_proto_core::types::{MailboxName, utf7 as coder};

/// Text survives its way to the wire and back; on the wire, only what a twin would have written is text.
pub fn utf7(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let wire = coder::encode(&text);
    assert_eq!(wire, naive_encode(&text));
    assert!(wire.bytes().all(|byte| matches!(byte, b' '..=b'~')));
    assert_eq!(coder::decode(wire.as_bytes()).as_deref(), Some(&*text));

    let decoded = coder::decode(data);
    assert_eq!(decoded.as_deref(), naive_decode(data).as_deref());
    if let Some(text) = decoded {
        assert_eq!(coder::encode(&text).as_bytes(), data);
        let listed = MailboxName::from_wire(data.to_vec().into());
        assert_eq!(listed, MailboxName::from(&*text));
    }
    name(data, &text);
}

/// What a mailbox name promises whatever it is made of.
fn name(data: &[u8], text: &str) {
    let (wire, own) = (
        MailboxName::from_wire(data.to_vec().into()),
        MailboxName::from(text),
    );
    assert_eq!(wire.as_wire_bytes(), data);
    for name in [wire, own] {
        let file = name.safe_file_name();
        assert!(!file.is_empty() && !file.starts_with('.') && !file.contains(['/', '\\', '\0']));
        let child = name.child(b'/', "x");
        assert!(child.is_below(&name, b'/') || name.is_inbox());
        if !name.is_empty() {
            assert_eq!(child.parent(b'/').as_ref(), Some(&name));
        }
        assert_eq!(
            name.to_text() == name.exact_text().unwrap_or_default(),
            name.exact_text().is_some()
        );
    }
}

fn coded() -> GeneralPurpose {
    let alphabet =
        Alphabet::new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,").unwrap();
    GeneralPurpose::new(&alphabet, NO_PAD)
}

fn is_direct(c: char) -> bool {
    matches!(c, ' '..='~')
}

fn naive_encode(text: &str) -> String {
    let mut wire = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = rest
            .find(|c| is_direct(c) != is_direct(first))
            .unwrap_or(rest.len());
        let (run, behind) = rest.split_at(run);
        if is_direct(first) {
            wire.push_str(&run.replace('&', "&-"));
        } else {
            let units: Vec<u8> = run.encode_utf16().flat_map(u16::to_be_bytes).collect();
            wire.extend(["&", &coded().encode(units), "-"]);
        }
        rest = behind;
    }
    wire
}

/// Whatever it may be decoded to, if the result encodes to the same.
fn naive_decode(wire: &[u8]) -> Option<String> {
    let mut rest = std::str::from_utf8(wire).ok()?;
    let mut text = String::new();
    while let Some(shift) = rest.find('&') {
        text.push_str(&rest[..shift]);
        let (run, behind) = rest[shift + 1..].split_once('-')?;
        let octets = coded().decode(run).ok()?;
        let units: Vec<u16> = octets
            .chunks(2)
            .map(|pair| u16::from_be_bytes([pair[0], *pair.get(1).unwrap_or(&0)]))
            .collect();
        text.push_str(&String::from_utf16(&units).ok()?);
        if run.is_empty() {
            text.push('&');
        }
        rest = behind;
    }
    text.push_str(rest);
    (naive_encode(&text).as_bytes() == wire).then_some(text)
}
