//! Body structures in `Debug` and `serde`. What `serde` is given nests as deep as the structure,
//! which the parser bounds; `Debug` shows the parts one after the other.

use std::fmt;

use super::super::SectionPart;
use super::super::block::Shown;
use super::{BodyStructure, Part};

impl fmt::Debug for BodyStructure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(
                self.parts()
                    .into_iter()
                    .map(|(number, part)| (Plain(number), part)),
            )
            .finish()
    }
}

impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Part");
        shown.field("media_type", &Shown(self.media_type()));
        shown.field("subtype", &Shown(self.subtype()));
        for (name, pairs) in self.pair_lists() {
            if !pairs.0.is_empty() {
                shown.field(name, &pairs);
            }
        }
        for (name, string) in self.strings() {
            if let Some(string) = string {
                shown.field(name, &Shown(string));
            }
        }
        shown.field("size", &self.size());
        if let Some(lines) = self.lines() {
            shown.field("lines", &lines);
        }
        if self.languages().len() > 0 {
            let languages: Vec<_> = self.languages().map(Shown).collect();
            shown.field("languages", &languages);
        }
        if let Some(envelope) = self.envelope() {
            shown.field("envelope", &envelope);
        }
        if self.children().len() > 0 {
            shown.field("children", &self.children().len());
        }
        shown.finish()
    }
}

/// A part number as people write it.
struct Plain(SectionPart);

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Parameters, in order.
struct Pairs<'a>(Vec<(Shown<'a>, Shown<'a>)>);

impl fmt::Debug for Pairs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

impl<'a> Part<'a> {
    fn pair_lists(self) -> [(&'static str, Pairs<'a>); 2] {
        let shown = |(name, value)| (Shown(name), Shown(value));
        let parameters = self.parameters().map(shown).collect();
        let disposition = self.disposition_parameters().map(shown).collect();
        [
            ("parameters", Pairs(parameters)),
            ("disposition_parameters", Pairs(disposition)),
        ]
    }
}

#[cfg(feature = "serde")]
mod serde_impls {
    use serde::ser::{Serialize, SerializeStruct, Serializer};

    use super::{BodyStructure, Pairs, Part, Shown};

    /// Fields of a part: two strings, two lists, seven strings, and the five that follow.
    const FIELDS: usize = 16;

    impl Serialize for BodyStructure {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.root().serialize(serializer)
        }
    }

    impl Serialize for Part<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut fields = serializer.serialize_struct("Part", FIELDS)?;
            fields.serialize_field("media_type", &Shown(self.media_type()))?;
            fields.serialize_field("subtype", &Shown(self.subtype()))?;
            for (name, pairs) in self.pair_lists() {
                fields.serialize_field(name, &pairs)?;
            }
            for (name, string) in self.strings() {
                fields.serialize_field(name, &string.map(Shown))?;
            }
            fields.serialize_field("size", &self.size())?;
            fields.serialize_field("lines", &self.lines())?;
            let languages: Vec<_> = self.languages().map(Shown).collect();
            fields.serialize_field("languages", &languages)?;
            fields.serialize_field("envelope", &self.envelope())?;
            fields.serialize_field("children", &self.children().collect::<Vec<_>>())?;
            fields.end()
        }
    }

    impl Serialize for Pairs<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.serialize(serializer)
        }
    }
}
