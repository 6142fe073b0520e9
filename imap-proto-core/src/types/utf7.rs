//! Modified UTF-7, the form of mailbox names in IMAP4rev1 (RFC 3501 §5.1.3, RFC 9051 App. A).
//!
//! Printable US-ASCII stands for itself but for `&`, which is `&-`. Every other character is
//! UTF-16 in base64 with `,` for `/` and no padding, between `&` and `-`. Each text has one such
//! form, the *canonical* one, and only that is decoded: a name in another form could pass for a
//! mailbox that it is not (`&AC8-` for `/`).

use std::borrow::Cow;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// Encodes a text.
///
/// ```
/// use imap_proto_core::types::utf7;
/// assert_eq!(utf7::encode("Entwürfe"), "Entw&APw-rfe");
/// assert_eq!(utf7::encode("Tom & Jerry"), "Tom &- Jerry");
/// ```
pub fn encode(text: &str) -> Cow<'_, str> {
    if text.bytes().all(is_direct) {
        return Cow::Borrowed(text);
    }
    let mut wire = String::with_capacity(text.len() + 8);
    let mut run = Run::default();
    for c in text.chars() {
        if c == '&' || u8::try_from(c).is_ok_and(is_direct) {
            run.close(&mut wire);
            wire.push(c);
            if c == '&' {
                wire.push('-');
            }
        } else {
            run.push(c, &mut wire);
        }
    }
    run.close(&mut wire);
    Cow::Owned(wire)
}

/// Decodes the canonical form of a text; anything else gives `None`.
///
/// ```
/// use imap_proto_core::types::utf7;
/// assert_eq!(utf7::decode(b"&ZeVnLIqe-").as_deref(), Some("日本語"));
/// assert_eq!(utf7::decode(b"Tom & Jerry"), None);
/// assert_eq!(utf7::decode(b"&AGE-"), None); // "a" needs no base64
/// ```
pub fn decode(wire: &[u8]) -> Option<Cow<'_, str>> {
    if wire.iter().copied().all(is_direct) {
        return std::str::from_utf8(wire).ok().map(Cow::Borrowed);
    }
    let mut text = String::with_capacity(wire.len());
    let mut rest = wire.iter();
    let mut after_run = false;
    while let Some(&byte) = rest.next() {
        if is_direct(byte) {
            text.push(char::from(byte));
            after_run = false;
        } else if byte != b'&' {
            return None;
        } else if rest.as_slice().first() == Some(&b'-') {
            rest.next();
            text.push('&');
            after_run = false;
        } else if after_run {
            return None; // two runs side by side are one run in the canonical form
        } else {
            decode_run(&mut rest, &mut text)?;
            after_run = true;
        }
    }
    Some(Cow::Owned(text))
}

/// Printable US-ASCII but `&`, which stands for itself.
fn is_direct(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'&'
}

/// A run of base64 being written.
#[derive(Default)]
struct Run {
    open: bool,
    bits: u32,
    count: u32,
}

impl Run {
    fn push(&mut self, c: char, wire: &mut String) {
        if !self.open {
            wire.push('&');
            self.open = true;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            self.bits = self.bits << 16 | u32::from(*unit);
            self.count += 16;
            while self.count >= 6 {
                self.count -= 6;
                wire.push(digit(self.bits >> self.count));
            }
            self.bits &= 0x3f; // at most five bits are left over
        }
    }

    fn close(&mut self, wire: &mut String) {
        if !self.open {
            return;
        }
        if self.count > 0 {
            wire.push(digit(self.bits << (6 - self.count)));
        }
        wire.push('-');
        *self = Self::default();
    }
}

fn digit(bits: u32) -> char {
    let at = usize::try_from(bits & 0x3f).unwrap_or(0);
    ALPHABET.get(at).copied().map_or('A', char::from)
}

fn value(digit: u8) -> Option<u32> {
    Some(match digit {
        b'A'..=b'Z' => u32::from(digit - b'A'),
        b'a'..=b'z' => u32::from(digit - b'a') + 26,
        b'0'..=b'9' => u32::from(digit - b'0') + 52,
        b'+' => 62,
        b',' => 63,
        _ => return None,
    })
}

/// Decodes a run from behind its `&` up to and with its `-`.
fn decode_run(wire: &mut std::slice::Iter<'_, u8>, text: &mut String) -> Option<()> {
    let (mut bits, mut count) = (0_u32, 0_u32);
    let mut high = None;
    loop {
        match *wire.next()? {
            b'-' => break,
            byte => bits = bits << 6 | value(byte)?,
        }
        count += 6;
        if count < 16 {
            continue;
        }
        count -= 16;
        let unit = u16::try_from(bits >> count).ok()?;
        bits &= (1 << count) - 1;
        decode_unit(&mut high, unit, text)?;
    }
    // What is left pads the last digit: fewer bits than a digit has, all of them zero.
    (high.is_none() && bits == 0 && count < 6).then_some(())
}

/// Takes one unit of UTF-16; a high surrogate waits in `high` for its other half.
fn decode_unit(high: &mut Option<u16>, unit: u16, text: &mut String) -> Option<()> {
    let c = match high.take() {
        None if matches!(unit, 0xd800..=0xdbff) => {
            *high = Some(unit);
            return Some(());
        }
        None => char::from_u32(u32::from(unit))?,
        Some(high) => char::decode_utf16([high, unit]).next()?.ok()?,
    };
    text.push(c);
    (!matches!(c, ' '..='~')).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_3501_5_1_3_examples() {
        let wire = "~peter/mail/&U,BTFw-/&ZeVnLIqe-";
        let text = "~peter/mail/台北/日本語";
        assert_eq!(encode(text), wire);
        assert_eq!(decode(wire.as_bytes()).as_deref(), Some(text));
        // No shift back before the `!`, and a superfluous shift.
        assert_eq!(decode(b"&Jjo!"), None);
        assert_eq!(decode(b"&Jjo-!").as_deref(), Some("☺!"));
        assert_eq!(decode(b"&U,BTFw-&ZeVnLIqe-"), None);
        assert_eq!(decode(b"&U,BTF2XlZyyKng-").as_deref(), Some("台北日本語"));
    }

    #[test]
    fn only_the_canonical_form_decodes() {
        let cases: [&[u8]; 12] = [
            b"&",
            b"a&",
            b"&AOk",
            b"&AC8-",
            b"&2AA-",
            b"&3AA-",
            b"&AOl-",
            b"&AOkA-",
            b"&AOkAA-",
            b"&A-",
            b"caf\xc3\xa9",
            b"a\x01",
        ];
        for wire in cases {
            assert_eq!(decode(wire), None, "{}", wire.escape_ascii());
        }
    }

    #[test]
    fn surrogate_pairs_and_controls_are_coded() {
        assert_eq!(encode("\u{1f600}"), "&2D3eAA-");
        assert_eq!(decode(b"&2D3eAA-").as_deref(), Some("\u{1f600}"));
        assert_eq!(decode(encode("a\tb").as_bytes()).as_deref(), Some("a\tb"));
        assert_eq!(encode("a\tb"), "a&AAk-b");
    }
}
