//! GETANNOTATION, SETANNOTATION: annotations as they were before METADATA
//! (draft-daboo-imap-annotatemore-08 §4.2, §4.3). Servers that offer only ANNOTATEMORE need them.

use super::answer::{answers_many, answers_nothing};
use super::{Claim, Claims, Command, Pipelining, Request, Segment, States, SubmitError};
use crate::types::{AnnotationResponse, ByteString, Data, MailboxName};

/// GETANNOTATION: annotations of mailboxes, or of the server (needs ANNOTATEMORE; METADATA has
/// [`GetMetadata`](super::GetMetadata)). In the mailbox, `*` and `%` are wildcards as in LIST; in
/// entries and attributes too.
///
/// ```
/// use imap_proto_core::encode::{Command, GetAnnotation};
/// let comment = GetAnnotation::new("INBOX", ["/comment"], ["value.priv", "value.shared"]);
/// assert!(comment.request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetAnnotation {
    mailbox: MailboxName,
    entries: Vec<ByteString>,
    attributes: Vec<ByteString>,
}

impl GetAnnotation {
    /// GETANNOTATION of these attributes of these entries; the empty mailbox is the server.
    pub fn new<E: Into<ByteString>, A: Into<ByteString>>(
        mailbox: impl Into<MailboxName>,
        entries: impl IntoIterator<Item = E>,
        attributes: impl IntoIterator<Item = A>,
    ) -> Self {
        Self {
            mailbox: mailbox.into(),
            entries: entries.into_iter().map(Into::into).collect(),
            attributes: attributes.into_iter().map(Into::into).collect(),
        }
    }
}

impl Command for GetAnnotation {
    answers_many!(Data::Annotation(annotation) => *annotation, AnnotationResponse);

    fn request(self) -> Result<Request, SubmitError> {
        let other = Pipelining::one_of_a_kind(Pipelining::ANSWERS_OTHER);
        let class = Pipelining::MAILBOX_READER.union(other);
        Request::known("GETANNOTATION ", States::AFTER_LOGIN, class)
            .claims(Claims::one(Claim::Annotation))
            .push(Segment::Pattern(self.mailbox))
            .space()
            .strings(self.entries, "annotation entries")?
            .space()
            .strings(self.attributes, "annotation attributes")
    }
}

/// SETANNOTATION: writes and removes annotations (needs ANNOTATEMORE; METADATA has
/// [`SetMetadata`](super::SetMetadata)).
///
/// ```
/// use imap_proto_core::encode::{Command, SetAnnotation};
/// let comment = SetAnnotation::new("INBOX")
///     .set("/comment", "value.priv", "mine")
///     .remove("/comment", "value.shared");
/// assert!(comment.request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAnnotation {
    mailbox: MailboxName,
    entries: Vec<(ByteString, Vec<Attribute>)>,
}

/// The name of an attribute, and its new value.
type Attribute = (ByteString, Option<ByteString>);

impl SetAnnotation {
    /// SETANNOTATION of this mailbox; the empty one is the server.
    pub fn new(mailbox: impl Into<MailboxName>) -> Self {
        Self {
            mailbox: mailbox.into(),
            entries: Vec::new(),
        }
    }

    /// Writes an attribute of an entry.
    #[must_use]
    pub fn set(
        self,
        entry: impl Into<ByteString>,
        attribute: impl Into<ByteString>,
        value: impl Into<ByteString>,
    ) -> Self {
        self.push(entry.into(), attribute.into(), Some(value.into()))
    }

    /// Removes an attribute of an entry.
    #[must_use]
    pub fn remove(self, entry: impl Into<ByteString>, attribute: impl Into<ByteString>) -> Self {
        self.push(entry.into(), attribute.into(), None)
    }

    fn push(mut self, entry: ByteString, name: ByteString, value: Option<ByteString>) -> Self {
        match self.entries.iter_mut().find(|(known, _)| *known == entry) {
            Some((_, attributes)) => attributes.push((name, value)),
            None => self.entries.push((entry, vec![(name, value)])),
        }
        self
    }
}

impl Command for SetAnnotation {
    answers_nothing!();

    fn request(self) -> Result<Request, SubmitError> {
        if self.entries.is_empty() {
            return Err(SubmitError::EmptyList("annotation entries"));
        }
        let several = self.entries.len() > 1;
        let (open, close) = if several { ("(", ")") } else { ("", "") };
        let attribute = |request: Request, (name, value): Attribute| {
            request.string(name.into_bytes()).space().nstring(value)
        };
        let entry = |request: Request, (name, attributes): (ByteString, Vec<Attribute>)| {
            let request = request.string(name.into_bytes()).put(" (");
            request.spaced(attributes, attribute).put(")")
        };
        let class = Pipelining::MAILBOX_WRITER;
        Ok(Request::known("SETANNOTATION ", States::AFTER_LOGIN, class)
            .mailbox(self.mailbox)
            .space()
            .put(open)
            .spaced(self.entries, entry)
            .put(close))
    }
}

impl Request {
    /// One string, or several in parentheses.
    fn strings(self, strings: Vec<ByteString>, what: &'static str) -> Result<Self, SubmitError> {
        let (open, close) = match strings.len() {
            0 => return Err(SubmitError::EmptyList(what)),
            1 => ("", ""),
            _ => ("(", ")"),
        };
        let string = |request: Self, string: ByteString| request.string(string.into_bytes());
        Ok(self.put(open).spaced(strings, string).put(close))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{answer, line, refusal};
    use super::*;
    use crate::types::AnnotationEntry;

    /// As Cyrus 3.12 takes them (transcript 87-annotate).
    #[test]
    fn annotations_are_asked_for() {
        let all = GetAnnotation::new("annotate", ["*"], ["value.shared"]);
        assert_eq!(line(all), r#"GETANNOTATION annotate "*" "value.shared""#);
        let server = GetAnnotation::new("", ["/comment"], ["value.priv", "value.shared"]);
        let expected = r#"GETANNOTATION "" "/comment" ("value.priv" "value.shared")"#;
        assert_eq!(line(server), expected);
        let uses = GetAnnotation::new("*", ["/specialuse"], ["value.priv"]);
        let expected = r#"GETANNOTATION * "/specialuse" "value.priv""#;
        assert_eq!(line(uses), expected);
        let nothing: [&str; 0] = [];
        let none = GetAnnotation::new("x", nothing, ["value"]);
        assert!(matches!(refusal(none), SubmitError::EmptyList(_)));
    }

    #[test]
    fn annotations_are_set() {
        let set = SetAnnotation::new("annotate").set("/comment", "value.priv", "old style");
        let expected = r#"SETANNOTATION annotate "/comment" ("value.priv" "old style")"#;
        assert_eq!(line(set), expected);
        let several = SetAnnotation::new("")
            .set("/a", "value.priv", "1")
            .remove("/b", "value.priv")
            .set("/a", "value.shared", "x\r\ny");
        let expected = "SETANNOTATION \"\" (\"/a\" (\"value.priv\" \"1\" \"value.shared\" \
                        {4}\r\nx\r\ny) \"/b\" (\"value.priv\" NIL))";
        assert_eq!(line(several), expected);
        let none = refusal(SetAnnotation::new("x"));
        assert!(matches!(none, SubmitError::EmptyList(_)));
    }

    #[test]
    fn the_answer_is_every_annotation_response() {
        let response = AnnotationResponse {
            mailbox: MailboxName::inbox(),
            entries: vec![AnnotationEntry {
                name: "/a".into(),
                attributes: Vec::new(),
            }],
        };
        let data = [Data::Annotation(Box::new(response.clone()))];
        assert_eq!(answer::<GetAnnotation>(data, None), Ok(vec![response]));
    }
}
