//! Body structures of one's own, for tests.

use bytes::Bytes;

use super::super::EnvelopeBuilder;
use super::super::block::BlockBuilder;
use super::super::envelope::set_string;
use super::{BodyStructure, layout};

type Octets = Vec<u8>;

/// Makes a [`BodyStructure`] for tests. What is not given is NIL.
#[derive(Clone, Debug, Default)]
pub struct PartBuilder {
    kind: u32,
    strings: [Option<Octets>; 9],
    parameters: Vec<(Octets, Octets)>,
    disposition_parameters: Vec<(Octets, Octets)>,
    languages: Vec<Octets>,
    size: u64,
    lines: u64,
    envelope: Option<EnvelopeBuilder>,
    children: Vec<Self>,
}

macro_rules! strings {
    ($($name:ident = $at:expr),+) => {
        $(
            #[doc = concat!("Sets the ", stringify!($name), ".")]
            #[must_use]
            pub fn $name(self, value: impl Into<Vec<u8>>) -> Self {
                self.string($at, value.into())
            }
        )+
    };
}

impl PartBuilder {
    strings! {
        id = layout::ID, description = layout::DESCRIPTION, encoding = layout::ENCODING,
        md5 = layout::MD5, disposition = layout::DISPOSITION, location = layout::LOCATION
    }

    /// A part without parts.
    pub fn new(media_type: &str, subtype: &str) -> Self {
        Self::default()
            .string(layout::TYPE, media_type.into())
            .string(layout::SUBTYPE, subtype.into())
    }

    /// A `multipart`, to which children are added.
    pub fn multipart(subtype: &str) -> Self {
        let part = Self::default().string(layout::SUBTYPE, subtype.into());
        Self {
            kind: layout::MULTIPART,
            ..part
        }
    }

    /// A `message/rfc822` with its envelope and its body.
    pub fn message(envelope: EnvelopeBuilder, body: Self) -> Self {
        Self {
            kind: layout::MESSAGE,
            envelope: Some(envelope),
            children: vec![body],
            ..Self::new("message", "rfc822")
        }
    }

    /// Adds a part to a `multipart`.
    #[must_use]
    pub fn child(mut self, child: Self) -> Self {
        if self.kind & !layout::HAS_LINES == layout::MULTIPART {
            self.children.push(child);
        }
        self
    }

    /// Adds a parameter of `Content-Type`.
    #[must_use]
    pub fn parameter(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Adds a parameter of the disposition.
    #[must_use]
    pub fn disposition_parameter(mut self, name: &str, value: &str) -> Self {
        self.disposition_parameters
            .push((name.into(), value.into()));
        self
    }

    /// Adds a language.
    #[must_use]
    pub fn language(mut self, language: &str) -> Self {
        self.languages.push(language.into());
        self
    }

    /// Sets the size in octets.
    #[must_use]
    pub fn size(mut self, octets: u64) -> Self {
        self.size = octets;
        self
    }

    /// Sets the number of lines.
    #[must_use]
    pub fn lines(mut self, lines: u64) -> Self {
        self.lines = lines;
        self.kind |= layout::HAS_LINES;
        self
    }

    fn string(mut self, at: usize, value: Octets) -> Self {
        if let Some(place) = self.strings.get_mut((at - layout::TYPE) / 2) {
            *place = Some(value);
        }
        self
    }

    /// The structure whose root this is.
    pub fn build(self) -> BodyStructure {
        let mut block = BlockBuilder::new();
        self.write(&mut block);
        BodyStructure::new(block.finish(Bytes::new()))
    }

    fn write(self, block: &mut BlockBuilder) {
        let at = block.words.extend(&layout::BLANK);
        block.words.set(at + layout::KIND, self.kind);
        block.words.set_long(at + layout::SIZE, self.size);
        block.words.set_long(at + layout::LINES, self.lines);
        for (ahead, string) in self.strings.into_iter().enumerate() {
            set_string(block, at + layout::TYPE + 2 * ahead, string);
        }
        let pairs = |pairs: Vec<(Octets, Octets)>| pairs.into_iter().flat_map(|(n, v)| [n, v]);
        write_list(
            block,
            at + layout::PARAMETERS,
            self.parameters.len(),
            pairs(self.parameters),
        );
        let disposition = self.disposition_parameters;
        let place = at + layout::DISPOSITION_PARAMETERS;
        write_list(block, place, disposition.len(), pairs(disposition));
        let languages = self.languages;
        write_list(
            block,
            at + layout::LANGUAGES,
            languages.len(),
            languages.into_iter(),
        );
        if let Some(envelope) = self.envelope {
            block
                .words
                .set_index(at + layout::ENVELOPE, block.words.len());
            envelope.write(block);
        }
        block
            .words
            .set_index(at + layout::CHILDREN, block.words.len());
        block
            .words
            .set_index(at + layout::CHILDREN + 1, self.children.len());
        for child in self.children {
            child.write(block);
        }
        block.words.set_index(at + layout::END, block.words.len());
    }
}

/// Writes the strings of a list, and at the place where it is and how long.
fn write_list(
    block: &mut BlockBuilder,
    place: usize,
    len: usize,
    strings: impl Iterator<Item = Octets>,
) {
    block.words.set_index(place, block.words.len());
    block.words.set_index(place + 1, len);
    for string in strings {
        let at = block.words.reserve(2);
        set_string(block, at, Some(string));
    }
}
