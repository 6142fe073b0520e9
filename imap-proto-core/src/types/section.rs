//! Sections of a message (RFC 9051 §6.4.5.1).

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::ByteString;

/// A part number such as `1.2`; empty for the whole message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SectionPart(pub Vec<u32>);

/// A section, as named in `BODY[…]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Section {
    /// `BODY[]`: the whole message.
    Full,
    /// `BODY[part]`: the octets of a part.
    Part(SectionPart),
    /// `HEADER` of the message or of a part that is one.
    Header(SectionPart),
    /// `HEADER.FIELDS (…)`
    HeaderFields(SectionPart, Vec<ByteString>),
    /// `HEADER.FIELDS.NOT (…)`
    HeaderFieldsNot(SectionPart, Vec<ByteString>),
    /// `TEXT` of the message or of a part that is one.
    Text(SectionPart),
    /// `MIME`: the headers of a part.
    Mime(SectionPart),
    /// `RFC822` (RFC 3501): like [`Section::Full`].
    Rfc822,
    /// `RFC822.HEADER` (RFC 3501): like [`Section::Header`].
    Rfc822Header,
    /// `RFC822.TEXT` (RFC 3501): like [`Section::Text`].
    Rfc822Text,
}

/// Text that is no part number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a part number")]
pub struct InvalidSectionPart;

impl SectionPart {
    /// The whole message.
    pub fn whole() -> Self {
        Self::default()
    }

    /// Whether it is the whole message.
    pub fn is_whole(&self) -> bool {
        self.0.is_empty()
    }

    /// The part with that number in this one.
    #[must_use]
    pub fn child(&self, number: u32) -> Self {
        Self(self.0.iter().copied().chain([number]).collect())
    }
}

impl FromStr for SectionPart {
    type Err = InvalidSectionPart;

    /// Reads numbers with points between them; the empty text is the whole message.
    fn from_str(text: &str) -> Result<Self, InvalidSectionPart> {
        if text.is_empty() {
            return Ok(Self::whole());
        }
        let number = |text: &str| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse()
                .ok()
                .filter(|&number: &u32| digits && number != 0)
        };
        let numbers: Option<Vec<u32>> = text.split('.').map(number).collect();
        numbers.map(Self).ok_or(InvalidSectionPart)
    }
}

impl fmt::Display for SectionPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, number) in self.0.iter().enumerate() {
            let point = if at == 0 { "" } else { "." };
            write!(f, "{point}{number}")?;
        }
        Ok(())
    }
}

impl Section {
    /// Whether both name the same octets in the same way: the case of header fields, and the
    /// order in which they are named, do not count.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::HeaderFields(a, names), Self::HeaderFields(b, others))
            | (Self::HeaderFieldsNot(a, names), Self::HeaderFieldsNot(b, others)) => {
                a == b && same_names(names, others)
            }
            (one, other) => one == other,
        }
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        let detached = |names: &[ByteString]| names.iter().map(ByteString::detach).collect();
        match self {
            Self::HeaderFields(part, names) => Self::HeaderFields(part.clone(), detached(names)),
            Self::HeaderFieldsNot(part, names) => {
                Self::HeaderFieldsNot(part.clone(), detached(names))
            }
            other => other.clone(),
        }
    }

    /// What stands between the brackets; for the RFC822 items, between those of the item that
    /// they are like.
    fn parts(&self) -> (&[u32], &'static str, Option<&[ByteString]>) {
        match self {
            Self::Full | Self::Rfc822 => (&[], "", None),
            Self::Rfc822Header => (&[], "HEADER", None),
            Self::Rfc822Text => (&[], "TEXT", None),
            Self::Part(part) => (&part.0, "", None),
            Self::Header(part) => (&part.0, "HEADER", None),
            Self::Text(part) => (&part.0, "TEXT", None),
            Self::Mime(part) => (&part.0, "MIME", None),
            Self::HeaderFields(part, names) => (&part.0, "HEADER.FIELDS", Some(names)),
            Self::HeaderFieldsNot(part, names) => (&part.0, "HEADER.FIELDS.NOT", Some(names)),
        }
    }
}

fn same_names(names: &[ByteString], others: &[ByteString]) -> bool {
    let key = |name: &ByteString| name.as_bytes().to_ascii_lowercase();
    let sorted = |names: &[ByteString]| {
        let mut keys: Vec<_> = names.iter().map(key).collect();
        keys.sort_unstable();
        keys
    };
    names.len() == others.len() && sorted(names) == sorted(others)
}

impl fmt::Display for Section {
    /// What stands between the brackets of `BODY[…]`. For people and logs: names of header
    /// fields are not quoted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (part, text, names) = self.parts();
        let mut point = "";
        for number in part {
            write!(f, "{point}{number}")?;
            point = ".";
        }
        if !text.is_empty() {
            write!(f, "{point}{text}")?;
        }
        let Some(names) = names else { return Ok(()) };
        let mut separator = " (";
        for name in names {
            write!(f, "{separator}{name}")?;
            separator = " ";
        }
        f.write_str(if names.is_empty() { " ()" } else { ")" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn part_numbers_are_read_and_written() {
        for text in ["", "1", "1.2.30"] {
            assert_eq!(text.parse::<SectionPart>().unwrap().to_string(), text);
        }
        for text in [".", "1.", "0", "1.0", "+1", "a", "4294967296"] {
            assert_eq!(
                text.parse::<SectionPart>(),
                Err(InvalidSectionPart),
                "{text}"
            );
        }
        assert_eq!(SectionPart::whole().child(3).child(1).to_string(), "3.1");
    }

    #[test]
    fn sections_show_as_on_the_wire() {
        let part: SectionPart = "1.2".parse().unwrap();
        let names = vec![ByteString::from("To"), ByteString::from("Cc")];
        let shown = [
            (Section::Full, ""),
            (Section::Part(part.clone()), "1.2"),
            (Section::Mime(part.clone()), "1.2.MIME"),
            (Section::Text(SectionPart::whole()), "TEXT"),
            (
                Section::HeaderFields(part, names.clone()),
                "1.2.HEADER.FIELDS (To Cc)",
            ),
            (
                Section::HeaderFieldsNot(SectionPart::whole(), names),
                "HEADER.FIELDS.NOT (To Cc)",
            ),
        ];
        for (section, text) in shown {
            assert_eq!(section.to_string(), text);
        }
    }

    #[test]
    fn header_fields_are_the_same_in_any_case_and_order() {
        let fields = |names: [&str; 2]| {
            Section::HeaderFields(SectionPart::whole(), names.map(ByteString::from).to_vec())
        };
        assert!(fields(["To", "Cc"]).is_same(&fields(["CC", "to"])));
        assert!(!fields(["To", "To"]).is_same(&fields(["CC", "to"])));
        assert!(!Section::Full.is_same(&Section::Rfc822));
    }
}
