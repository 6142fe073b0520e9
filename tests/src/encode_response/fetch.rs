//! FETCH responses (RFC 9051 §7.5.2).

use super::Encoder;
use imap_proto_core::types::{
    Annotation, ByteString, FetchData, FetchResponse, Section, SectionData, SectionPart,
};

impl Encoder {
    pub(super) fn fetch(&mut self, fetch: &FetchResponse) -> &mut Self {
        match (fetch.sequence_number, fetch.uid) {
            (Some(number), _) => self.shown(number).raw(" FETCH ("),
            (None, uid) => self.shown(uid.unwrap_or_default()).raw(" UIDFETCH ("),
        };
        if let (Some(_), Some(uid)) = (fetch.sequence_number, fetch.uid) {
            self.raw(" UID ").shown(uid);
        }
        if let Some(flags) = &fetch.flags {
            self.raw(" FLAGS ").flags(flags);
        }
        if let Some(mod_seq) = fetch.mod_seq {
            self.shown(format_args!(" MODSEQ ({mod_seq})"));
        }
        if let Some(size) = fetch.size {
            self.raw(" RFC822.SIZE ").shown(size);
        }
        if let Some(date) = fetch.internal_date {
            self.shown(format_args!(" INTERNALDATE \"{date}\""));
        }
        for item in &fetch.items {
            self.raw(" ").fetch_item(item);
        }
        self.raw(")")
    }

    fn fetch_item(&mut self, item: &FetchData) {
        match item {
            FetchData::Envelope(envelope) => {
                self.raw("ENVELOPE ").envelope(envelope.view());
            }
            FetchData::Body(structure) => self.raw("BODY ").structure(structure),
            FetchData::BodyStructure(structure) => {
                self.raw("BODYSTRUCTURE ").structure(structure);
            }
            FetchData::Section(data) => self.section_data(data),
            FetchData::Binary(binary) => {
                self.shown(format_args!("BINARY[{}]", binary.part));
                self.origin(binary.origin).raw(" ");
                self.octets_of(binary.data.as_ref());
            }
            FetchData::BinarySize { part, size } => {
                self.shown(format_args!("BINARY.SIZE[{part}] {size}"));
            }
            FetchData::EmailId(id) => {
                self.raw("EMAILID (").string(id.as_bytes()).raw(")");
            }
            FetchData::ThreadId(None) => {
                self.raw("THREADID NIL");
            }
            FetchData::ThreadId(Some(id)) => {
                self.raw("THREADID (").string(id.as_bytes()).raw(")");
            }
            FetchData::SaveDate(None) => {
                self.raw("SAVEDATE NIL");
            }
            FetchData::SaveDate(Some(date)) => {
                self.shown(format_args!("SAVEDATE \"{date}\""));
            }
            FetchData::Preview(text) => {
                self.raw("PREVIEW ");
                self.octets_of(text.as_ref());
            }
            FetchData::Annotation(annotations) => {
                self.raw("ANNOTATION ").list(annotations, Self::annotation);
            }
            FetchData::GmailMessageId(id) => {
                self.raw("X-GM-MSGID ").shown(id);
            }
            FetchData::GmailThreadId(id) => {
                self.raw("X-GM-THRID ").shown(id);
            }
            FetchData::GmailLabels(labels) => {
                self.raw("X-GM-LABELS ").list(labels, |to, label| {
                    to.string(label.as_wire_bytes());
                });
            }
            FetchData::Other(name, value) => {
                self.raw(name.as_bytes()).raw(" ").token(value);
            }
            FetchData::Invalid(name, raw) => {
                self.raw(name.as_bytes()).raw(" ").raw(raw.as_bytes());
            }
            _ => unreachable!("the encoder knows all items"),
        }
    }

    pub(super) fn section_data(&mut self, data: &SectionData) {
        match &data.section {
            Section::Rfc822 => self.raw("RFC822"),
            Section::Rfc822Header => self.raw("RFC822.HEADER"),
            Section::Rfc822Text => self.raw("RFC822.TEXT"),
            section => self.raw("BODY[").section(section).raw("]"),
        };
        self.origin(data.origin).raw(" ");
        self.octets_of(data.data.as_ref());
    }

    fn section(&mut self, section: &Section) -> &mut Self {
        match section {
            Section::Part(part) => self.shown(part),
            Section::Header(part) => self.named(part, "HEADER"),
            Section::Text(part) => self.named(part, "TEXT"),
            Section::Mime(part) => self.named(part, "MIME"),
            Section::HeaderFields(part, names) => {
                self.named(part, "HEADER.FIELDS ").header_fields(names)
            }
            Section::HeaderFieldsNot(part, names) => {
                self.named(part, "HEADER.FIELDS.NOT ").header_fields(names)
            }
            _ => self,
        }
    }

    fn named(&mut self, part: &SectionPart, name: &str) -> &mut Self {
        let point = if part.is_whole() { "" } else { "." };
        self.shown(format_args!("{part}{point}{name}"))
    }

    fn header_fields(&mut self, names: &[ByteString]) -> &mut Self {
        self.list(names, |to, name| {
            to.string(name.as_bytes());
        })
    }

    pub(super) fn origin(&mut self, origin: Option<u64>) -> &mut Self {
        match origin {
            Some(origin) => self.shown(format_args!("<{origin}>")),
            None => self,
        }
    }

    fn annotation(&mut self, annotation: &Annotation) {
        self.string(annotation.entry.as_bytes());
        if !annotation.attributes.is_empty() {
            self.raw(" ")
                .list(&annotation.attributes, |to, (name, value)| {
                    to.string(name.as_bytes()).raw(" ");
                    to.octets_of(value.as_ref());
                });
        }
    }

    pub(super) fn octets_of(&mut self, data: Option<&ByteString>) {
        self.nstring(data.map(ByteString::as_bytes));
    }
}
