//! BINARY (RFC 3516), or BODY and decoding here.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;

use super::{Done, Portable, Way};
use crate::encode::{FetchBinary, FetchItems, FetchSection, UidFetch};
use crate::session::{Error, Flavor};
use crate::types::{ByteString, FetchResponse, Section, SectionPart, Uid};

impl<F: Flavor> Portable<F> {
    /// A part of a message without its transfer encoding, `\Seen` left as it is: `BINARY[part]`.
    /// Without BINARY the part is fetched as it is and decoded here: base64 without regard to
    /// other characters, quoted-printable with faults kept as they are. `None`: there is no such
    /// part.
    pub fn uid_fetch_binary(
        &self,
        uid: Uid,
        part: SectionPart,
    ) -> F::Operation<Done<Option<Bytes>>, Error> {
        self.begin(move |steps| async move {
            let way = steps.way("BINARY", steps.policy().binary).await?;
            let section = if part.is_whole() {
                Section::Full
            } else {
                Section::Part(part.clone())
            };
            let items = match way {
                Way::Native => FetchItems::new().binary(FetchBinary::new(part.clone())),
                Way::Fallback => {
                    let section = FetchSection::new(section.clone());
                    FetchItems::new().body_structure().section(section)
                }
            };
            let answer = steps.run(UidFetch::new(uid..=uid, items)).await?;
            let mut answer = answer.iter().filter(|message| message.uid == Some(uid));
            let message = answer.next().ok_or(Error::NoSuchMessage(uid))?;
            let data = match way {
                Way::Native => message.binary(&part).and_then(|found| found.data.clone()),
                Way::Fallback => message
                    .section(&section)
                    .and_then(|found| found.data.clone()),
            };
            let Some(data) = data else {
                return Ok(Done { answer: None, way });
            };
            let octets = match way {
                Way::Native => data.into_bytes(),
                Way::Fallback => decoded(message, &part, data)?,
            };
            let answer = Some(octets);
            Ok(Done { answer, way })
        })
    }
}

fn decoded(message: &FetchResponse, part: &SectionPart, data: ByteString) -> Result<Bytes, Error> {
    let structure = message.body_structure();
    let encoding = structure
        .filter(|_| !part.is_whole())
        .and_then(|structure| structure.part(part)?.encoding())
        .unwrap_or(b"7BIT");
    let is = |name: &str| encoding.eq_ignore_ascii_case(name.as_bytes());
    if is("BASE64") {
        Ok(base64(data.as_bytes()).into())
    } else if is("QUOTED-PRINTABLE") {
        Ok(quoted_printable(data.as_bytes()).into())
    } else if is("7BIT") || is("8BIT") || is("BINARY") || encoding.is_empty() {
        Ok(data.into_bytes())
    } else {
        let encoding = Bytes::copy_from_slice(encoding);
        Err(Error::UnknownEncoding(ByteString::from_bytes(encoding)))
    }
}

/// RFC 2045 §6.8: characters that are none of base64 are passed over, also a last one alone;
/// behind padding there is nothing.
fn base64(text: &[u8]) -> Vec<u8> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&STANDARD, config);
    let is_data = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let end = text.iter().position(|byte| *byte == b'=');
    let text = text.get(..end.unwrap_or(text.len())).unwrap_or(text);
    let mut data: Vec<u8> = text.iter().copied().filter(is_data).collect();
    if data.len() % 4 == 1 {
        data.pop();
    }
    // Nothing is left that could not be decoded.
    engine.decode(data).unwrap_or_default()
}

/// RFC 2045 §6.7: `=` and two digits, or a soft line break; white space at the end of a line was
/// added on the way.
fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let content = line.trim_ascii_end();
        let ending = match line {
            [.., b'\r', b'\n'] => &b"\r\n"[..],
            [.., b'\n'] => b"\n",
            _ => b"",
        };
        // A soft break is the last of the line, and no digit pair ends in `=`.
        let (content, ending) = match content.strip_suffix(b"=") {
            Some(content) => (content, &b""[..]),
            None => (content, ending),
        };
        decode_line(content, &mut octets);
        octets.extend_from_slice(ending);
    }
    octets
}

fn decode_line(mut line: &[u8], octets: &mut Vec<u8>) {
    while let Some((&first, rest)) = line.split_first() {
        line = match (first, rest) {
            (b'=', [high, low, rest @ ..]) if digit(*high).zip(digit(*low)).is_some() => {
                let pair = digit(*high).zip(digit(*low));
                octets.extend(pair.map(|(high, low)| high << 4 | low));
                rest
            }
            _ => {
                octets.push(first);
                rest
            }
        };
    }
}

fn digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values by Python's `quopri`, but for the faults, which RFC 2045 §6.7 leaves open.
    #[test]
    fn quoted_printable_of_all_kinds() {
        for (text, expected) in [
            ("caf=C3=A9", "café"),
            ("a=\r\nb", "ab"),
            ("a=  \r\nb", "ab"),
            ("a \t\r\nb\r\n", "a\r\nb\r\n"),
            ("=3d=3D", "=="),
            ("=", ""),
            ("=4", "=4"),
            ("=ZZ=41", "=ZZA"),
            ("a\nb", "a\nb"),
            ("=3D=\r\n", "="),
        ] {
            let found = quoted_printable(text.as_bytes());
            assert_eq!(String::from_utf8_lossy(&found), expected, "{text:?}");
        }
    }

    /// RFC 4648 §10, with what mail adds.
    #[test]
    fn base64_of_all_kinds() {
        for (text, expected) in [
            ("Zm9vYmFy\r\n", "foobar"),
            ("Zm9v\r\n YmE=\r\n", "fooba"),
            ("Zm8", "fo"),
            ("Zm9vY", "foo"),
            ("Z*m!8=junk", "fo"),
            ("", ""),
            ("====", ""),
        ] {
            assert_eq!(base64(text.as_bytes()), expected.as_bytes(), "{text:?}");
        }
    }
}
