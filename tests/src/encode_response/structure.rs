//! Envelopes and body structures (RFC 9051 §7.5.2).

use super::Encoder;
use imap_proto_core::types::{Address, BodyStructure, EnvelopeView, Part};

impl Encoder {
    pub(super) fn envelope(&mut self, envelope: EnvelopeView<'_>) -> &mut Self {
        self.raw("(").nstring(envelope.date());
        self.raw(" ").nstring(envelope.subject());
        self.raw(" ").addresses(envelope.from());
        self.raw(" ").addresses(envelope.sender());
        self.raw(" ").addresses(envelope.reply_to());
        self.raw(" ").addresses(envelope.to());
        self.raw(" ").addresses(envelope.cc());
        self.raw(" ").addresses(envelope.bcc());
        self.raw(" ").nstring(envelope.in_reply_to());
        self.raw(" ").nstring(envelope.message_id()).raw(")")
    }

    fn addresses<'a>(&mut self, addresses: impl ExactSizeIterator<Item = Address<'a>>) {
        if addresses.len() == 0 {
            self.raw("NIL");
            return;
        }
        self.list(addresses, |to, address| {
            let fields = [
                address.name(),
                address.route(),
                address.mailbox(),
                address.host(),
            ];
            to.list(fields, |to, field| {
                to.nstring(field);
            });
        });
    }

    pub(super) fn structure(&mut self, structure: &BodyStructure) {
        self.part(structure.root());
    }

    fn part(&mut self, part: Part<'_>) {
        self.raw("(");
        if part.is_multipart() {
            self.multipart(part);
        } else {
            self.single(part);
        }
        self.raw(")");
    }

    fn multipart(&mut self, part: Part<'_>) {
        if part.children().len() == 0 {
            self.raw("NIL "); // a quirk: the grammar wants one part at least
        }
        for child in part.children() {
            self.part(child);
        }
        self.string(part.subtype()).raw(" ");
        self.parameters(part.parameters(), "NIL").raw(" ");
        match (part.description(), part.disposition()) {
            // Quirks: a description in the place of the disposition, and the disposition in that of the languages.
            (Some(description), None) => {
                self.string(description).raw(" ").languages(part);
            }
            (Some(description), Some(_)) => {
                self.string(description).raw(" ").disposition(part, "()");
            }
            (None, _) => {
                self.disposition(part, "NIL").raw(" ").languages(part);
            }
        }
        self.location(part);
    }

    fn single(&mut self, part: Part<'_>) {
        self.string(part.media_type()).raw(" ");
        self.string(part.subtype()).raw(" ");
        self.parameters(part.parameters(), "NIL").raw(" ");
        for string in [part.id(), part.description(), part.encoding()] {
            self.nstring(string).raw(" ");
        }
        self.shown(part.size());
        if let Some(envelope) = part.envelope() {
            self.raw(" ").envelope(envelope).raw(" ");
            match part.children().next() {
                Some(body) => self.part(body),
                None => {
                    self.raw("NIL"); // a quirk
                }
            }
        }
        if let Some(lines) = part.lines() {
            self.raw(" ").shown(lines);
        }
        self.raw(" ").nstring(part.md5()).raw(" ");
        self.disposition(part, "NIL").raw(" ").languages(part);
        self.location(part);
    }

    /// Pairs in parentheses, or what stands for none.
    fn parameters<'a>(
        &mut self,
        pairs: impl ExactSizeIterator<Item = (&'a [u8], &'a [u8])>,
        none: &str,
    ) -> &mut Self {
        if pairs.len() == 0 {
            return self.raw(none);
        }
        self.list(pairs, |to, (name, value)| {
            to.string(name).raw(" ").string(value);
        })
    }

    fn disposition(&mut self, part: Part<'_>, no_parameters: &str) -> &mut Self {
        if part.disposition().is_none() && part.disposition_parameters().len() == 0 {
            return self.raw("NIL");
        }
        self.raw("(").nstring(part.disposition()).raw(" ");
        let parameters = part.disposition_parameters();
        self.parameters(parameters, no_parameters).raw(")")
    }

    fn languages(&mut self, part: Part<'_>) {
        if part.languages().len() == 0 {
            self.raw("NIL");
            return;
        }
        self.list(part.languages(), |to, language| {
            to.string(language);
        });
    }

    fn location(&mut self, part: Part<'_>) {
        self.raw(" ").nstring(part.location());
        if let Some(extension) = part.extension() {
            self.raw(" ").raw(extension);
        }
    }
}
