//! What FETCH asks of each message (RFC 9051 §6.4.5).

use super::annotation::{check_attribute, check_entry_match};
use super::{FetchNeeds, Request, SubmitError};
use crate::types::{ByteString, Section, SectionPart};

/// The items of a FETCH, in the order asked.
///
/// Bodies are asked for with PEEK, so that reading does not set `\Seen`, unless told otherwise.
///
/// ```
/// use imap_proto_core::encode::{FetchItems, FetchSection};
/// use imap_proto_core::types::{Section, SectionPart};
/// let overview = FetchItems::new().flags().envelope().size();
/// let start = FetchItems::new().section(FetchSection::new(Section::Full).partial(0, 1024));
/// let text = Section::Text(SectionPart::whole());
/// let read = FetchItems::new().section(FetchSection::new(text).peek(false));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FetchItems {
    items: Vec<FetchItem>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum FetchItem {
    Simple(&'static str, FetchNeeds),
    Section(FetchSection),
    Binary(FetchBinary),
    BinarySize(SectionPart),
    Annotation {
        entries: Vec<String>,
        attributes: Vec<String>,
    },
    Other(String),
}

macro_rules! items {
    ($($(#[$meta:meta])* $name:ident = $wire:literal, $needs:ident;)*) => {
        impl FetchItems {
            $($(#[$meta])*
            #[must_use]
            pub fn $name(self) -> Self {
                self.push(FetchItem::Simple($wire, FetchNeeds::$needs))
            })*
        }
    };
}

items! {
    /// `UID`; the UID commands ask for it by themselves.
    uid = "UID", UID;
    /// `FLAGS`
    flags = "FLAGS", FLAGS;
    /// `INTERNALDATE`
    internal_date = "INTERNALDATE", INTERNAL_DATE;
    /// `RFC822.SIZE`, in octets.
    size = "RFC822.SIZE", SIZE;
    /// `ENVELOPE`
    envelope = "ENVELOPE", ENVELOPE;
    /// `BODY`: the structure without extension data.
    body = "BODY", BODY;
    /// `BODYSTRUCTURE`
    body_structure = "BODYSTRUCTURE", BODY_STRUCTURE;
    /// `MODSEQ` (RFC 7162 §3.1.4; needs CONDSTORE).
    mod_seq = "MODSEQ", MOD_SEQ;
    /// `EMAILID` (RFC 8474 §5.1; needs OBJECTID).
    email_id = "EMAILID", EMAIL_ID;
    /// `THREADID` (RFC 8474 §5.2; needs OBJECTID).
    thread_id = "THREADID", THREAD_ID;
    /// `SAVEDATE` (RFC 8514).
    save_date = "SAVEDATE", SAVE_DATE;
    /// `PREVIEW` (RFC 8970).
    preview = "PREVIEW", PREVIEW;
    /// `PREVIEW (LAZY)`: only if the server has it at hand (RFC 8970 §3.2).
    preview_lazy = "PREVIEW (LAZY)", PREVIEW;
    /// `PREVIEW (FUZZY)`: as drafts of RFC 8970 had it (needs PREVIEW=FUZZY); the answer is the algorithm and the text in
    /// a list, [`FetchData::Other`](crate::types::FetchData::Other).
    preview_fuzzy = "PREVIEW (FUZZY)", NONE;
    /// `SNIPPET`: what PREVIEW was before it had an RFC (needs SNIPPET=FUZZY).
    snippet = "SNIPPET", NONE;
    /// `SNIPPET (LAZY=FUZZY)`: only if the server has it at hand (needs SNIPPET=FUZZY).
    snippet_lazy = "SNIPPET (LAZY=FUZZY)", NONE;
    /// `X-GM-MSGID`: the message's number in the whole account (needs X-GM-EXT-1).
    gmail_message_id = "X-GM-MSGID", GMAIL_ID;
    /// `X-GM-THRID`: the number of its conversation (needs X-GM-EXT-1).
    gmail_thread_id = "X-GM-THRID", GMAIL_ID;
    /// `X-GM-LABELS`: its labels (needs X-GM-EXT-1).
    gmail_labels = "X-GM-LABELS", GMAIL_LABELS;
}

impl FetchItems {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the macro `FAST` stands for: flags, internal date, size. It is written out, since
    /// macros cannot stand with other items, and some servers do not know them.
    pub fn fast() -> Self {
        Self::new().flags().internal_date().size()
    }

    /// What the macro `ALL` stands for: `FAST` and the envelope.
    pub fn all() -> Self {
        Self::fast().envelope()
    }

    /// What the macro `FULL` stands for: `ALL` and the body's structure.
    pub fn full() -> Self {
        Self::all().body()
    }

    /// `BODY[section]`: octets of the message.
    #[must_use]
    pub fn section(self, section: impl Into<FetchSection>) -> Self {
        self.push(FetchItem::Section(section.into()))
    }

    /// `BINARY[part]`: a part decoded (RFC 3516 §4.2; needs BINARY or IMAP4rev2).
    #[must_use]
    pub fn binary(self, part: impl Into<FetchBinary>) -> Self {
        self.push(FetchItem::Binary(part.into()))
    }

    /// `BINARY.SIZE[part]`: the size of a part decoded (RFC 3516 §4.2).
    #[must_use]
    pub fn binary_size(self, part: SectionPart) -> Self {
        self.push(FetchItem::BinarySize(part))
    }

    /// `ANNOTATION`: these attributes, such as `value` or `size.priv`, of the entries whose names
    /// match; in these `*` stands for anything, `%` for anything but a slash (RFC 5257 §4.3;
    /// needs ANNOTATE-EXPERIMENT-1).
    #[must_use]
    pub fn annotation<E: Into<String>, A: Into<String>>(
        self,
        entries: impl IntoIterator<Item = E>,
        attributes: impl IntoIterator<Item = A>,
    ) -> Self {
        self.push(FetchItem::Annotation {
            entries: entries.into_iter().map(Into::into).collect(),
            attributes: attributes.into_iter().map(Into::into).collect(),
        })
    }

    /// Any other item, by its name.
    #[must_use]
    pub fn item(self, name: impl Into<String>) -> Self {
        self.push(FetchItem::Other(name.into()))
    }

    fn push(mut self, item: FetchItem) -> Self {
        self.items.push(item);
        self
    }

    /// Whether nothing is asked.
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// What a response must have to be the answer.
    pub(super) fn needs(&self) -> FetchNeeds {
        let needs = |item: &FetchItem| match item {
            FetchItem::Simple(_, needs) => *needs,
            FetchItem::Section(_) | FetchItem::Binary(_) => FetchNeeds::SECTION,
            FetchItem::Annotation { .. } => FetchNeeds::ANNOTATION,
            FetchItem::BinarySize(_) | FetchItem::Other(_) => FetchNeeds::NONE,
        };
        let all = self.items.iter().map(needs);
        all.fold(FetchNeeds::NONE, FetchNeeds::union)
    }

    /// Whether it sets `\Seen`.
    pub(super) fn sets_seen(&self) -> bool {
        self.items.iter().any(|item| match item {
            FetchItem::Section(section) => section.sets_seen(),
            FetchItem::Binary(binary) => !binary.peek,
            _ => false,
        })
    }
}

/// One `BODY[section]`, whole or in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchSection {
    section: Section,
    partial: Option<(u32, u32)>,
    peek: bool,
}

/// One `BINARY[part]`, whole or in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchBinary {
    part: SectionPart,
    partial: Option<(u32, u32)>,
    peek: bool,
}

macro_rules! partly {
    ($name:ident, $field:ident: $kind:ty) => {
        impl $name {
            /// All of it, without setting `\Seen`.
            pub fn new($field: $kind) -> Self {
                Self {
                    $field,
                    partial: None,
                    peek: true,
                }
            }

            /// Only so many octets from this one on; the first is 0.
            #[must_use]
            pub fn partial(mut self, first: u32, octets: u32) -> Self {
                self.partial = Some((first, octets));
                self
            }

            /// Whether to leave `\Seen` alone.
            #[must_use]
            pub fn peek(mut self, peek: bool) -> Self {
                self.peek = peek;
                self
            }
        }

        impl From<$kind> for $name {
            fn from($field: $kind) -> Self {
                Self::new($field)
            }
        }
    };
}

partly!(FetchSection, section: Section);
partly!(FetchBinary, part: SectionPart);

impl FetchSection {
    /// The items of RFC 3501 have no PEEK: `RFC822` and `RFC822.TEXT` set `\Seen`,
    /// `RFC822.HEADER` never does.
    fn sets_seen(&self) -> bool {
        match self.section {
            Section::Rfc822 | Section::Rfc822Text => true,
            Section::Rfc822Header => false,
            _ => !self.peek,
        }
    }
}

impl Request {
    /// Adds the items in parentheses; the UID comes first where it is asked for, so that the
    /// server tells whose a long literal is before it sends it.
    pub(super) fn fetch_items(
        mut self,
        items: &FetchItems,
        with_uid: bool,
    ) -> Result<Self, SubmitError> {
        let is_uid = |item: &&FetchItem| matches!(item, FetchItem::Simple("UID", _));
        let mut before = "(";
        if with_uid || items.items.iter().any(|item| is_uid(&item)) {
            self = self.put("(UID");
            before = " ";
        } else if items.items.is_empty() {
            return Err(SubmitError::EmptyList("FETCH items"));
        }
        for item in items.items.iter().filter(|item| !is_uid(item)) {
            self = self.put(before).fetch_item(item)?;
            before = " ";
        }
        Ok(self.put(")"))
    }

    fn fetch_item(self, item: &FetchItem) -> Result<Self, SubmitError> {
        match item {
            FetchItem::Simple(name, _) => Ok(self.put(name)),
            FetchItem::Section(section) => self.fetch_section(section),
            FetchItem::Binary(binary) => {
                let peek = if binary.peek { ".PEEK" } else { "" };
                check_part(&binary.part)?;
                self.put(format_args!("BINARY{peek}[{}]", binary.part))
                    .fetch_partial(binary.partial)
            }
            FetchItem::BinarySize(part) => {
                check_part(part)?;
                Ok(self.put(format_args!("BINARY.SIZE[{part}]")))
            }
            FetchItem::Annotation {
                entries,
                attributes,
            } => {
                entries
                    .iter()
                    .try_for_each(|name| check_entry_match(name))?;
                attributes
                    .iter()
                    .try_for_each(|name| check_attribute(name))?;
                let (entries, attributes) = (one_or_list(entries)?, one_or_list(attributes)?);
                Ok(self.put(format_args!("ANNOTATION ({entries} {attributes})")))
            }
            FetchItem::Other(name) => self.atom(name),
        }
    }

    fn fetch_section(self, fetch: &FetchSection) -> Result<Self, SubmitError> {
        let name = match &fetch.section {
            Section::Rfc822 => Some("RFC822"),
            Section::Rfc822Header => Some("RFC822.HEADER"),
            Section::Rfc822Text => Some("RFC822.TEXT"),
            _ => None,
        };
        if let Some(name) = name {
            return Ok(self.put(name));
        }
        let peek = if fetch.peek { ".PEEK" } else { "" };
        self.put(format_args!("BODY{peek}["))
            .section(&fetch.section)?
            .put("]")
            .fetch_partial(fetch.partial)
    }

    fn section(self, section: &Section) -> Result<Self, SubmitError> {
        let (Section::HeaderFields(part, names) | Section::HeaderFieldsNot(part, names)) = section
        else {
            if let Section::Part(part) | Section::Mime(part) = section
                && part.is_whole()
            {
                return Err(SubmitError::EmptyList("part numbers"));
            }
            return Ok(self.put(section));
        };
        if names.is_empty() {
            return Err(SubmitError::EmptyList("header fields"));
        }
        let not = matches!(section, Section::HeaderFieldsNot(..));
        let not = if not { ".NOT" } else { "" };
        let point = if part.is_whole() { "" } else { "." };
        let name = |request: Self, name: &ByteString| request.astring(name.clone().into_bytes());
        Ok(self
            .put(format_args!("{part}{point}HEADER.FIELDS{not} ("))
            .spaced(names, name)
            .put(")"))
    }

    fn fetch_partial(self, partial: Option<(u32, u32)>) -> Result<Self, SubmitError> {
        match partial {
            None => Ok(self),
            Some((_, 0)) => Err(SubmitError::OutOfRange("the length of a partial FETCH")),
            Some((first, octets)) => Ok(self.put(format_args!("<{first}.{octets}>"))),
        }
    }
}

/// A name, or several in parentheses.
fn one_or_list(names: &[String]) -> Result<String, SubmitError> {
    match names {
        [] => Err(SubmitError::EmptyList("annotations")),
        [name] => Ok(name.clone()),
        names => Ok(format!("({})", names.join(" "))),
    }
}

/// `section-part` numbers start at 1 (RFC 9051 §9).
pub(super) fn check_part(part: &SectionPart) -> Result<(), SubmitError> {
    if part.0.contains(&0) {
        return Err(SubmitError::OutOfRange("a part number"));
    }
    Ok(())
}
