//! BODY and BODYSTRUCTURE (RFC 9051 §7.5.2).

mod build;
mod show;

use bytes::Bytes;

pub use build::PartBuilder;

use super::block::Place;
use super::{EnvelopeView, SectionPart};

/// The words of a part, by their places. What it holds of other parts and lists stands somewhere
/// behind them.
pub(crate) mod layout {
    use super::super::block::NIL;

    /// One of the kinds below, and whether there is a line count.
    pub(crate) const KIND: usize = 0;
    /// Where the next part begins.
    pub(crate) const END: usize = 1;
    /// Where the envelope of a message begins.
    pub(crate) const ENVELOPE: usize = 2;
    /// Where the first child begins, and how many there are; so for the lists that follow.
    pub(crate) const CHILDREN: usize = 3;
    pub(crate) const PARAMETERS: usize = 5;
    pub(crate) const DISPOSITION_PARAMETERS: usize = 7;
    pub(crate) const LANGUAGES: usize = 9;
    /// A number of two words, the high one first; so for the lines.
    pub(crate) const SIZE: usize = 11;
    pub(crate) const LINES: usize = 13;
    /// Strings from here on, two words each.
    pub(crate) const TYPE: usize = 15;
    pub(crate) const SUBTYPE: usize = 17;
    pub(crate) const ID: usize = 19;
    pub(crate) const DESCRIPTION: usize = 21;
    pub(crate) const ENCODING: usize = 23;
    pub(crate) const MD5: usize = 25;
    pub(crate) const DISPOSITION: usize = 27;
    pub(crate) const LOCATION: usize = 29;
    pub(crate) const EXTENSION: usize = 31;
    /// How many words these are.
    pub(crate) const WORDS: usize = 33;

    /// A part without parts.
    pub(crate) const SINGLE: u32 = 0;
    /// A `multipart`.
    pub(crate) const MULTIPART: u32 = 1;
    /// A message in a part: an envelope and one child.
    pub(crate) const MESSAGE: u32 = 2;
    /// Added when there is a line count.
    pub(crate) const HAS_LINES: u32 = 4;

    /// A part of which nothing is known.
    pub(crate) const BLANK: [u32; WORDS] = {
        let mut words = [0; WORDS];
        let mut at = TYPE;
        while at < WORDS {
            words[at] = NIL;
            at += 2;
        }
        words
    };
}

/// The MIME structure of a message: one block of octets and offsets into it, read by views.
///
/// ```
/// use imap_proto_core::types::PartBuilder;
///
/// let text = PartBuilder::new("text", "plain").parameter("charset", "utf-8").size(120).lines(4);
/// let image = PartBuilder::new("image", "png").disposition("attachment");
/// let structure = PartBuilder::multipart("mixed").child(text).child(image).build();
///
/// let part = structure.part(&"1".parse().unwrap()).unwrap();
/// assert_eq!(part.parameter("CHARSET"), Some(&b"utf-8"[..]));
/// assert_eq!(structure.root().children().count(), 2);
/// ```
#[derive(Clone)]
pub struct BodyStructure {
    bytes: Bytes,
    words: Box<[u32]>,
}

/// One part of a body structure.
///
/// All strings are the mail's and not to be trusted; a file name above all.
#[derive(Clone, Copy)]
pub struct Part<'a>(Place<'a>);

impl BodyStructure {
    pub(crate) fn new((bytes, words): (Bytes, Box<[u32]>)) -> Self {
        Self { bytes, words }
    }

    /// The part that is the whole message.
    pub fn root(&self) -> Part<'_> {
        Part(Place {
            bytes: &self.bytes,
            words: &self.words,
            at: 0,
        })
    }

    /// The part with a number such as `1.2` (RFC 9051 §6.4.5.1); the root for the empty one.
    pub fn part(&self, number: &SectionPart) -> Option<Part<'_>> {
        let mut numbers = number.0.iter();
        let root = self.root();
        let Some(&first) = numbers.next() else {
            return Some(root);
        };
        let first = root.of_body(first)?;
        numbers.try_fold(first, |part, &number| part.numbered(number))
    }

    /// All parts, each before its children, with their numbers. A `multipart` has a number of
    /// its own, but for the root and for one that is the body of a message: these come with the
    /// number of what they are the body of.
    pub fn parts(&self) -> Vec<(SectionPart, Part<'_>)> {
        let mut found = Vec::new();
        let mut waiting = vec![(SectionPart::whole(), self.root(), true)];
        while let Some((number, part, is_body)) = waiting.pop() {
            let number = if is_body && !part.is_multipart() {
                number.child(1)
            } else {
                number
            };
            let is_message = part.is_message();
            let children: Vec<_> = part.children().collect();
            let numbered = (1..=u32::MAX).zip(children).map(|(at, child)| {
                let number = if is_message {
                    number.clone()
                } else {
                    number.child(at)
                };
                (number, child, is_message)
            });
            let first = waiting.len();
            waiting.extend(numbered);
            if let Some(children) = waiting.get_mut(first..) {
                children.reverse(); // the first one is next
            }
            found.push((number, part));
        }
        found
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self {
            bytes: Bytes::copy_from_slice(&self.bytes),
            words: self.words.clone(),
        }
    }
}

impl<'a> Part<'a> {
    /// Whether it is made of parts.
    pub fn is_multipart(self) -> bool {
        self.kind() == layout::MULTIPART
    }

    /// Whether it is a message whose structure is known: [`envelope`](Self::envelope), and one
    /// child that is its body.
    pub fn is_message(self) -> bool {
        self.kind() == layout::MESSAGE
    }

    fn kind(self) -> u32 {
        self.0.word(layout::KIND) & !layout::HAS_LINES
    }

    /// The media type such as `TEXT`, in the server's case; `multipart` for those, and empty
    /// when the server has none.
    pub fn media_type(self) -> &'a [u8] {
        if self.is_multipart() {
            return b"multipart";
        }
        self.0.string(layout::TYPE).unwrap_or_default()
    }

    /// The subtype such as `PLAIN`, in the server's case; empty when the server has none.
    pub fn subtype(self) -> &'a [u8] {
        self.0.string(layout::SUBTYPE).unwrap_or_default()
    }

    /// Whether type and subtype are these, in any case.
    pub fn is(self, media_type: &str, subtype: &str) -> bool {
        self.media_type()
            .eq_ignore_ascii_case(media_type.as_bytes())
            && self.subtype().eq_ignore_ascii_case(subtype.as_bytes())
    }

    /// The parameters of `Content-Type`, as they stand in the mail: neither RFC 2231 nor
    /// RFC 2047 is decoded. A parameter without a value has an empty one.
    pub fn parameters(self) -> impl ExactSizeIterator<Item = (&'a [u8], &'a [u8])> {
        pairs(self.0, layout::PARAMETERS)
    }

    /// The value of a parameter of `Content-Type`; the case of the name does not count.
    pub fn parameter(self, name: &str) -> Option<&'a [u8]> {
        find(self.parameters(), name)
    }

    /// `Content-ID`
    pub fn id(self) -> Option<&'a [u8]> {
        self.0.string(layout::ID)
    }

    /// `Content-Description`
    pub fn description(self) -> Option<&'a [u8]> {
        self.0.string(layout::DESCRIPTION)
    }

    /// `Content-Transfer-Encoding`, in the server's case.
    pub fn encoding(self) -> Option<&'a [u8]> {
        self.0.string(layout::ENCODING)
    }

    /// Octets in the transfer encoding; 0 for a `multipart`.
    pub fn size(self) -> u64 {
        self.long(layout::SIZE)
    }

    /// Lines of a text or a message.
    pub fn lines(self) -> Option<u64> {
        let known = self.0.word(layout::KIND) & layout::HAS_LINES != 0;
        known.then(|| self.long(layout::LINES))
    }

    fn long(self, at: usize) -> u64 {
        u64::from(self.0.word(at)) << 32 | u64::from(self.0.word(at + 1))
    }

    /// `Content-MD5`
    pub fn md5(self) -> Option<&'a [u8]> {
        self.0.string(layout::MD5)
    }

    /// The disposition such as `attachment`, in the server's case.
    pub fn disposition(self) -> Option<&'a [u8]> {
        self.0.string(layout::DISPOSITION)
    }

    /// The parameters of the disposition, as they stand in the mail. A `filename` is untrusted: it
    /// may hold folders, drives, reserved names and control characters.
    pub fn disposition_parameters(self) -> impl ExactSizeIterator<Item = (&'a [u8], &'a [u8])> {
        pairs(self.0, layout::DISPOSITION_PARAMETERS)
    }

    /// The value of a parameter of the disposition; the case of the name does not count.
    pub fn disposition_parameter(self, name: &str) -> Option<&'a [u8]> {
        find(self.disposition_parameters(), name)
    }

    /// `Content-Language`
    pub fn languages(self) -> impl ExactSizeIterator<Item = &'a [u8]> {
        let (list, count) = self.0.list(layout::LANGUAGES);
        (0..count).map(move |language| list.string(2 * language).unwrap_or_default())
    }

    /// `Content-Location`
    pub fn location(self) -> Option<&'a [u8]> {
        self.0.string(layout::LOCATION)
    }

    /// Extension data behind the location, as it stands on the wire; no RFC defines any.
    pub fn extension(self) -> Option<&'a [u8]> {
        self.0.string(layout::EXTENSION)
    }

    /// The parts of a `multipart`, or the body of a message.
    pub fn children(self) -> impl ExactSizeIterator<Item = Self> {
        let (mut next, count) = self.0.list(layout::CHILDREN);
        (0..count).map(move |_| {
            let child = Self(next);
            next = next.moved_to(next.index(layout::END));
            child
        })
    }

    /// The envelope of a message.
    pub fn envelope(self) -> Option<EnvelopeView<'a>> {
        let at = self.0.index(layout::ENVELOPE);
        self.is_message()
            .then(|| EnvelopeView::new(self.0.moved_to(at)))
    }

    /// The part with that number in this one.
    fn numbered(self, number: u32) -> Option<Self> {
        if self.is_message() {
            return self.children().next()?.of_body(number);
        }
        if self.is_multipart() {
            self.of_body(number)
        } else {
            None
        }
    }

    /// The part with that number in a message whose body this is.
    fn of_body(self, number: u32) -> Option<Self> {
        let before = usize::try_from(number.checked_sub(1)?).ok()?;
        if self.is_multipart() {
            return self.children().nth(before);
        }
        (before == 0).then_some(self)
    }
}

fn pairs(place: Place<'_>, ahead: usize) -> impl ExactSizeIterator<Item = (&[u8], &[u8])> {
    let (list, count) = place.list(ahead);
    (0..count).map(move |pair| {
        let name = list.string(4 * pair).unwrap_or_default();
        (name, list.string(4 * pair + 2).unwrap_or_default())
    })
}

fn find<'a>(mut pairs: impl Iterator<Item = (&'a [u8], &'a [u8])>, name: &str) -> Option<&'a [u8]> {
    let (_, value) = pairs.find(|(key, _)| key.eq_ignore_ascii_case(name.as_bytes()))?;
    Some(value)
}

/// All that a part holds, but for its children: to compare and to show.
impl<'a> Part<'a> {
    fn strings(self) -> [(&'static str, Option<&'a [u8]>); 7] {
        [
            ("id", self.id()),
            ("description", self.description()),
            ("encoding", self.encoding()),
            ("md5", self.md5()),
            ("disposition", self.disposition()),
            ("location", self.location()),
            ("extension", self.extension()),
        ]
    }
}

impl<'a> Part<'a> {
    /// This part and all below it, each before its children; it does not recurse.
    fn walk(self) -> impl Iterator<Item = Self> + 'a {
        let mut waiting = vec![self];
        std::iter::from_fn(move || {
            let part = waiting.pop()?;
            waiting.extend(part.children());
            Some(part)
        })
    }

    /// Whether all but the children is the same, and as many of these are there.
    fn is_like(self, other: Part<'_>) -> bool {
        self.kind() == other.kind()
            && self.media_type() == other.media_type()
            && self.subtype() == other.subtype()
            && self.strings() == other.strings()
            && (self.size(), self.lines()) == (other.size(), other.lines())
            && self.parameters().eq(other.parameters())
            && self
                .disposition_parameters()
                .eq(other.disposition_parameters())
            && self.languages().eq(other.languages())
            && self.envelope() == other.envelope()
            && self.children().len() == other.children().len()
    }
}

impl PartialEq for Part<'_> {
    fn eq(&self, other: &Self) -> bool {
        // As many children at each step: neither walk can end before the other.
        self.walk()
            .zip(other.walk())
            .all(|(one, other)| one.is_like(other))
    }
}

impl PartialEq for BodyStructure {
    fn eq(&self, other: &Self) -> bool {
        self.root() == other.root()
    }
}

#[cfg(test)]
mod tests;
