//! PARTIAL, the way in which IMAP4 read a part of a message before IMAP4rev1 (RFC 1730 §6.4.6).

use super::answer::answers_once;
use super::{
    Claims, Command, FetchNeeds, Numbering as _, Pipelining, Request, States, SubmitError,
};
use crate::types::{Data, FetchResponse, Section, SequenceNumber, SequenceSet};

/// PARTIAL: some octets of a section of one message (RFC 1730 §6.4.6). Only servers that are older
/// than IMAP4rev1 need it; all others have [`FetchSection::partial`](super::FetchSection::partial).
///
/// ```
/// use imap_proto_core::encode::{Command, Partial};
/// use imap_proto_core::types::{Section, SequenceNumber};
/// let first = Partial::new(SequenceNumber(4), Section::Rfc822, 1, 1024);
/// assert!(first.request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partial {
    message: SequenceNumber,
    section: Section,
    first: u32,
    octets: u32,
    peek: bool,
}

impl Partial {
    /// So many octets from this one on, the first of a section being 1. Sections are
    /// `RFC822`, `RFC822.HEADER`, `RFC822.TEXT` and `BODY[part]`.
    pub fn new(message: SequenceNumber, section: Section, first: u32, octets: u32) -> Self {
        Self {
            message,
            section,
            first,
            octets,
            peek: false,
        }
    }

    /// Whether to leave `\Seen` alone.
    #[must_use]
    pub fn peek(mut self, peek: bool) -> Self {
        self.peek = peek;
        self
    }

    fn item(&self) -> Result<String, SubmitError> {
        let peek = if self.peek { ".PEEK" } else { "" };
        Ok(match &self.section {
            Section::Rfc822 | Section::Full => format!("RFC822{peek}"),
            // It never sets `\Seen`.
            Section::Rfc822Header => "RFC822.HEADER".to_owned(),
            Section::Rfc822Text => format!("RFC822.TEXT{peek}"),
            Section::Part(part) if !part.is_whole() && !part.0.contains(&0) => {
                format!("BODY{peek}[{part}]")
            }
            _ => return Err(SubmitError::OutOfRange("the section of PARTIAL")),
        })
    }
}

impl Command for Partial {
    answers_once!("FETCH", Data::Fetch(fetch) => fetch, FetchResponse);

    fn request(self) -> Result<Request, SubmitError> {
        if self.first == 0 || self.octets == 0 {
            return Err(SubmitError::OutOfRange("the octets of PARTIAL"));
        }
        let item = self.item()?;
        let set = SequenceSet::from(self.message);
        let sets_seen = !self.peek && self.section != Section::Rfc822Header;
        let class = if sets_seen {
            Pipelining::FETCH.union(Pipelining::FLAG_WRITER)
        } else {
            Pipelining::FETCH
        };
        let Self { first, octets, .. } = self;
        Ok(Request::known("PARTIAL ", States::SELECTED, class)
            .set(&set)?
            .put(format_args!(" {item} {first} {octets}"))
            .claims(Claims::one(SequenceNumber::claim(set, FetchNeeds::SECTION))))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{answer, line, refusal};
    use super::*;
    use crate::encode::MissingAnswer;
    use crate::types::SectionPart;

    fn partial(section: Section) -> Partial {
        Partial::new(SequenceNumber(4), section, 1, 1024)
    }

    #[test]
    fn sections_as_rfc_1730_section_6_4_6_has_them() {
        assert_eq!(line(partial(Section::Rfc822)), "PARTIAL 4 RFC822 1 1024");
        let text = partial(Section::Rfc822Text).peek(true);
        assert_eq!(line(text), "PARTIAL 4 RFC822.TEXT.PEEK 1 1024");
        let header = partial(Section::Rfc822Header);
        assert_eq!(line(header), "PARTIAL 4 RFC822.HEADER 1 1024");
        let part = Section::Part("1.2".parse().unwrap());
        assert_eq!(line(partial(part)), "PARTIAL 4 BODY[1.2] 1 1024");
    }

    #[test]
    fn what_rfc_1730_has_no_form_for_is_refused() {
        let whole = SectionPart::whole();
        let mime = partial(Section::Mime(whole));
        assert!(matches!(refusal(mime), SubmitError::OutOfRange(_)));
        let from_zero = Partial::new(SequenceNumber(1), Section::Rfc822, 0, 10);
        assert!(matches!(refusal(from_zero), SubmitError::OutOfRange(_)));
        let of_none = Partial::new(SequenceNumber(0), Section::Rfc822, 1, 10);
        assert_eq!(refusal(of_none), SubmitError::EmptySet);
    }

    #[test]
    fn the_answer_is_one_fetch_response() {
        let fetch = FetchResponse::default();
        let data = [Data::Fetch(fetch.clone())];
        assert_eq!(answer::<Partial>(data, None), Ok(fetch));
        assert_eq!(answer::<Partial>([], None), Err(MissingAnswer("FETCH")));
    }
}
