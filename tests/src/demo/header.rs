//! Header fields (RFC 5322 §2.2): splitting, unfolding, encoded words (RFC 2047) for searching.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// One header field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    /// The whole field, folded as it is, with its line end.
    pub(super) raw: &'a [u8],
    /// The name, without the colon.
    pub(super) name: &'a [u8],
    value: &'a [u8],
}

impl Field<'_> {
    /// The value in one line, without white space around it.
    pub(super) fn unfolded(&self) -> Vec<u8> {
        let line: Vec<u8> = self
            .value
            .iter()
            .copied()
            .filter(|byte| !b"\r\n".contains(byte))
            .collect();
        line.trim_ascii().to_vec()
    }
}

/// The fields of a header; lines that are none belong to the field before them.
pub(super) fn fields(header: &[u8]) -> Vec<Field<'_>> {
    let mut starts: Vec<usize> = Vec::new();
    let mut at = 0;
    for line in header.split_inclusive(|byte| *byte == b'\n') {
        let starts_field =
            !line.starts_with(b" ") && !line.starts_with(b"\t") && line.contains(&b':');
        if starts_field || line.trim_ascii_end().is_empty() {
            starts.push(at);
        }
        at += line.len();
    }
    starts.push(at);
    let raw = starts.windows(2).map(|pair| &header[pair[0]..pair[1]]);
    let field = raw.filter_map(|raw| {
        let colon = raw.iter().position(|byte| *byte == b':')?;
        Some(Field {
            raw,
            name: raw[..colon].trim_ascii(),
            value: &raw[colon + 1..],
        })
    });
    field.collect()
}

/// The unfolded value of the first field with this name.
pub(super) fn value(header: &[u8], name: &str) -> Option<Vec<u8>> {
    let found = fields(header)
        .into_iter()
        .find(|field| field.name.eq_ignore_ascii_case(name.as_bytes()));
    found.map(|field| field.unfolded())
}

/// The text that a value with encoded words stands for; charsets UTF-8, US-ASCII and ISO-8859-1 are known.
pub(super) fn decoded(value: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = value;
    let mut after_word = false;
    while let Some(start) = find(rest, b"=?") {
        let (before, word) = rest.split_at(start);
        let Some((decoded, length)) = encoded_word(word) else {
            text.push_str(&String::from_utf8_lossy(&rest[..start + 2]));
            rest = &rest[start + 2..];
            after_word = false;
            continue;
        };
        // White space between two encoded words is not shown.
        if !(after_word && before.trim_ascii().is_empty()) {
            text.push_str(&String::from_utf8_lossy(before));
        }
        text.push_str(&decoded);
        rest = &word[length..];
        after_word = true;
    }
    text.push_str(&String::from_utf8_lossy(rest));
    text
}

/// Text in a charset; what is not known is read as UTF-8 with replacements.
pub(super) fn text(charset: &[u8], bytes: &[u8]) -> String {
    if charset.eq_ignore_ascii_case(b"iso-8859-1") {
        bytes.iter().copied().map(char::from).collect()
    } else {
        String::from_utf8_lossy(bytes).into_owned()
    }
}

/// Decodes quoted-printable (RFC 2045 §6.7); what is malformed stays.
pub(super) fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [byte, tail @ ..] = rest {
        rest = match (byte, tail) {
            (b'=', [b'\r', b'\n', tail @ ..] | [b'\n', tail @ ..]) => tail,
            (b'=', [high, low, tail @ ..])
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or_default();
                decoded.extend(u8::try_from(digit(*high) * 16 + digit(*low)));
                tail
            }
            _ => {
                decoded.push(*byte);
                tail
            }
        };
    }
    decoded
}

/// Decodes base64, white space ignored; malformed text decodes to nothing.
pub(super) fn base64(bytes: &[u8]) -> Vec<u8> {
    let compact: Vec<u8> = bytes
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    STANDARD.decode(compact).unwrap_or_default()
}

/// The place of a part in bytes.
pub(super) fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

/// Decodes the encoded word at the beginning; also its length.
fn encoded_word(bytes: &[u8]) -> Option<(String, usize)> {
    let inner = &bytes[2..];
    let charset_end = inner.iter().position(|byte| *byte == b'?')?;
    let (charset, rest) = (&inner[..charset_end], &inner[charset_end + 1..]);
    let [encoding, b'?', rest @ ..] = rest else {
        return None;
    };
    let end = find(rest, b"?=")?;
    let content = &rest[..end];
    let decoded = match encoding.to_ascii_lowercase() {
        b'b' => base64(content),
        b'q' => {
            let spaced: Vec<u8> = content
                .iter()
                .map(|byte| if *byte == b'_' { b' ' } else { *byte })
                .collect();
            quoted_printable(&spaced)
        }
        _ => return None,
    };
    Some((text(charset, &decoded), 2 + charset_end + 3 + end + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_their_folds_and_values_lose_them() {
        let header = b"Subject: a\r\n\tb\r\nX-Empty:\r\n\r\n";
        let fields = fields(header);
        assert_eq!(fields.len(), 2);
        assert_eq!(fields[0].raw, b"Subject: a\r\n\tb\r\n");
        assert_eq!(value(header, "SUBJECT").unwrap(), b"a\tb");
        assert_eq!(value(header, "x-empty").unwrap(), b"");
        assert_eq!(value(header, "To"), None);
    }

    #[test]
    fn encoded_words_of_rfc_2047_are_decoded() {
        // RFC 2047 §8.
        assert_eq!(
            decoded(b"=?ISO-8859-1?Q?Andr=E9?= Pirard"),
            "Andr\u{e9} Pirard"
        );
        assert_eq!(decoded(b"(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)"), "(ab)");
        assert_eq!(decoded(b"(=?ISO-8859-1?Q?a_b?=)"), "(a b)");
        assert_eq!(
            decoded(b"=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?="),
            "If you can read this yo"
        );
        assert_eq!(decoded(b"=?utf-8?Q?unterminated"), "=?utf-8?Q?unterminated");
    }
}
