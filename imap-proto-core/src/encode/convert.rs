//! CONVERT and CONVERSIONS (RFC 5259 §5, §6).

use super::answer::answers_many;
use super::fetch_items::check_part;
use super::{
    Claim, Claims, Command, Messages, Numbering, Pipelining, Request, States, SubmitError,
};
use crate::types::{
    ByteString, ConversionResponse, ConvertedData, ConvertedResponse, Data, SectionPart,
    SequenceNumber, Uid,
};

/// CONVERT: body parts in another media type, or header fields in another charset (RFC 5259 §6;
/// needs CONVERT). It never sets `\Seen`.
///
/// ```
/// use imap_proto_core::encode::{Command, ConvertItems, UidConvert};
/// use imap_proto_core::types::{SectionPart, Uid};
/// let picture = ConvertItems::new().binary(SectionPart(vec![2]));
/// let small = UidConvert::new(Uid(100), picture).to("image/jpeg").parameter("pix-x", "128");
/// assert!(small.request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Convert<N = SequenceNumber> {
    messages: Messages<N>,
    target: Option<String>,
    parameters: Vec<(ByteString, ByteString)>,
    items: ConvertItems,
}

/// UID CONVERT (RFC 5259 §6).
pub type UidConvert = Convert<Uid>;

/// What to convert, and what to tell of it (RFC 5259 §10 `convert-att`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConvertItems {
    items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    name: &'static str,
    part: SectionPart,
    /// What of the part, such as its header.
    of: &'static str,
    partial: Option<(u32, u32)>,
}

macro_rules! items {
    ($($(#[$meta:meta])* $name:ident = $wire:literal $of:literal;)*) => {
        impl ConvertItems {
            $($(#[$meta])*
            #[must_use]
            pub fn $name(self, part: SectionPart) -> Self {
                self.item($wire, part, $of, None)
            })*
        }
    };
}

items! {
    /// `BINARY[part]`: the part, converted; an empty part is the whole message.
    binary = "BINARY" "";
    /// `BINARY.SIZE[part]`: the size of the part, converted.
    binary_size = "BINARY.SIZE" "";
    /// `BODYPARTSTRUCTURE[part]`: the structure of the part, converted.
    structure = "BODYPARTSTRUCTURE" "";
    /// `AVAILABLECONVERSIONS[part]`: the media types that the part can be converted to.
    available_conversions = "AVAILABLECONVERSIONS" "";
    /// `BODY[HEADER]`, `BODY[part.HEADER]`: header fields in the charset of the parameter
    /// `charset`; no media type can be given with it.
    header = "BODY" "HEADER";
    /// `BODY[part.MIME]`: the same of the header of a part.
    mime = "BODY" "MIME";
}

impl ConvertItems {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// `BINARY[part]<first.octets>`: some octets of the part, converted.
    #[must_use]
    pub fn binary_partial(self, part: SectionPart, first: u32, octets: u32) -> Self {
        self.item("BINARY", part, "", Some((first, octets)))
    }

    fn item(
        mut self,
        name: &'static str,
        part: SectionPart,
        of: &'static str,
        partial: Option<(u32, u32)>,
    ) -> Self {
        self.items.push(Item {
            name,
            part,
            of,
            partial,
        });
        self
    }
}

impl Item {
    fn syntax(&self) -> Result<String, SubmitError> {
        let Self {
            name,
            part,
            of,
            partial,
        } = self;
        check_part(part)?;
        if part.is_whole() && *of == "MIME" {
            return Err(SubmitError::EmptyList("part numbers"));
        }
        let point = if part.is_whole() || of.is_empty() {
            ""
        } else {
            "."
        };
        match partial {
            None => Ok(format!("{name}[{part}{point}{of}]")),
            Some((_, 0)) => Err(SubmitError::OutOfRange("the length of a partial CONVERT")),
            Some((first, octets)) => Ok(format!("{name}[{part}]<{first}.{octets}>")),
        }
    }
}

impl<N: Numbering> Convert<N> {
    /// CONVERT of these messages to media types of the server's choice.
    pub fn new(messages: impl Into<Messages<N>>, items: ConvertItems) -> Self {
        Self {
            messages: messages.into(),
            target: None,
            parameters: Vec::new(),
            items,
        }
    }

    /// To this media type, such as `text/plain`.
    #[must_use]
    pub fn to(mut self, media_type: impl Into<String>) -> Self {
        self.target = Some(media_type.into());
        self
    }

    /// A parameter of the conversion, such as `charset` (RFC 5259 §7).
    #[must_use]
    pub fn parameter(mut self, name: impl Into<ByteString>, value: impl Into<ByteString>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }
}

impl<N: Numbering> Command for Convert<N> {
    answers_many!(Data::Converted(converted) => *converted, ConvertedResponse);

    fn request(self) -> Result<Request, SubmitError> {
        let items = self.items.items.iter().map(Item::syntax);
        let items: Vec<String> = items.collect::<Result<_, _>>()?;
        let mut request = Request::known(N::PREFIX, States::SELECTED, self.messages.class())
            .claims(Claims::one(Claim::Converted))
            .put("CONVERT ")
            .messages(&self.messages)?;
        request = match &self.target {
            None => request.put(" (NIL"),
            Some(target) if is_media_type(target) => request.put(format_args!(" (\"{target}\"")),
            Some(_) => return Err(SubmitError::InvalidAtom),
        };
        if !self.parameters.is_empty() {
            let pair = |request: Request, (name, value): (ByteString, ByteString)| {
                let request = request.string(name.into_bytes());
                request.space().string(value.into_bytes())
            };
            request = request.put(" (").spaced(self.parameters, pair).put(")");
        }
        Ok(match items.as_slice() {
            [] => return Err(SubmitError::EmptyList("CONVERT items")),
            [item] => request.put(format_args!(") {item}")),
            items => request.put(format_args!(") ({})", items.join(" "))),
        })
    }

    fn weight(item: &ConvertedResponse) -> usize {
        let octets = |data: Option<&ByteString>| data.map_or(0, ByteString::len);
        let size = |item: &ConvertedData| match item {
            ConvertedData::Binary(data) => octets(data.data.as_ref()),
            ConvertedData::Section(data) => octets(data.data.as_ref()),
            _ => 256,
        };
        item.items.iter().map(size).fold(256, usize::saturating_add)
    }
}

/// `type/subtype`, as it may stand between quotes.
fn is_media_type(name: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_graphic() && !b"\"\\".contains(&byte);
    name.contains('/') && name.bytes().all(legal)
}

/// CONVERSIONS: which conversions the server can make (RFC 5259 §5.1; needs CONVERT).
///
/// ```
/// use imap_proto_core::encode::{Command, Conversions};
/// assert!(Conversions::new("image/*", "text/*").request().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversions {
    from: ByteString,
    to: ByteString,
}

impl Conversions {
    /// CONVERSIONS from media types to media types; `image/*` and `*` stand for several.
    pub fn new(from: impl Into<ByteString>, to: impl Into<ByteString>) -> Self {
        Self {
            from: from.into(),
            to: to.into(),
        }
    }
}

impl Command for Conversions {
    answers_many!(Data::Conversion(conversion) => *conversion, ConversionResponse);

    fn request(self) -> Result<Request, SubmitError> {
        let class = Pipelining::one_of_a_kind(Pipelining::ANSWERS_OTHER);
        Ok(Request::known("CONVERSIONS ", States::AFTER_LOGIN, class)
            .claims(Claims::one(Claim::Conversion))
            .string(self.from.into_bytes())
            .space()
            .string(self.to.into_bytes()))
    }
}
