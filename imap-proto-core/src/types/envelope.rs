//! ENVELOPE (RFC 9051 §7.5.2).

use std::fmt;

use bytes::Bytes;

use super::block::{BlockBuilder, Place, Shown};

/// The words of an envelope, by their places; the addresses stand behind these.
pub(crate) mod layout {
    /// Four strings, two words each.
    pub(crate) const DATE: usize = 0;
    pub(crate) const SUBJECT: usize = 2;
    pub(crate) const IN_REPLY_TO: usize = 4;
    pub(crate) const MESSAGE_ID: usize = 6;
    /// Six counts of addresses, each the sum with those before it.
    pub(crate) const COUNTS: usize = 8;
    /// How many words these are.
    pub(crate) const WORDS: usize = 14;
    /// Words of an address: four strings.
    pub(crate) const ADDRESS: usize = 8;
}

/// The envelope of a message: one block of octets and offsets into it, read by accessors.
///
/// Its strings are the mail's: header fields as the server took them apart, not decoded
/// (RFC 2047), not to be trusted.
///
/// ```
/// use imap_proto_core::types::Envelope;
///
/// let envelope = Envelope::builder()
///     .subject("Dinner")
///     .from(Some("Terry"), "terry", "example.org")
///     .build();
/// assert_eq!(envelope.subject(), Some(&b"Dinner"[..]));
/// let from = envelope.from().next().and_then(|address| address.mailbox());
/// assert_eq!(from, Some(&b"terry"[..]));
/// assert_eq!(envelope.to().count(), 0);
/// ```
#[derive(Clone)]
pub struct Envelope {
    bytes: Bytes,
    words: Box<[u32]>,
}

/// An envelope to be read: [`Envelope::view`], or that of a `message/rfc822` part.
#[derive(Clone, Copy)]
pub struct EnvelopeView<'a>(Place<'a>);

/// An address of an envelope (RFC 9051 §9 `address`).
///
/// A group is an address without host whose mailbox is the group's name, its members, and an
/// address without both (RFC 9051 §7.5.2). Servers get this wrong at times: do not rely on the
/// end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Address<'a> {
    name: Option<&'a [u8]>,
    route: Option<&'a [u8]>,
    mailbox: Option<&'a [u8]>,
    host: Option<&'a [u8]>,
}

macro_rules! envelope_accessors {
    ($($(#[$meta:meta])* $name:ident -> $type:ty = |$place:ident| $body:expr;)+) => {
        impl<'a> EnvelopeView<'a> {
            $($(#[$meta])* pub fn $name(self) -> $type { let $place = self.0; $body })+
        }
    };
}

envelope_accessors! {
    /// `Date`, as it stands in the mail.
    date -> Option<&'a [u8]> = |place| place.string(layout::DATE);
    /// `Subject`, as it stands in the mail.
    subject -> Option<&'a [u8]> = |place| place.string(layout::SUBJECT);
    /// `In-Reply-To`
    in_reply_to -> Option<&'a [u8]> = |place| place.string(layout::IN_REPLY_TO);
    /// `Message-ID`
    message_id -> Option<&'a [u8]> = |place| place.string(layout::MESSAGE_ID);
    /// `From`
    from -> impl ExactSizeIterator<Item = Address<'a>> = |place| addresses(place, 0);
    /// `Sender`; by the RFC that of `From` when the mail has none.
    sender -> impl ExactSizeIterator<Item = Address<'a>> = |place| addresses(place, 1);
    /// `Reply-To`; by the RFC that of `From` when the mail has none.
    reply_to -> impl ExactSizeIterator<Item = Address<'a>> = |place| addresses(place, 2);
    /// `To`
    to -> impl ExactSizeIterator<Item = Address<'a>> = |place| addresses(place, 3);
    /// `Cc`
    cc -> impl ExactSizeIterator<Item = Address<'a>> = |place| addresses(place, 4);
    /// `Bcc`
    bcc -> impl ExactSizeIterator<Item = Address<'a>> = |place| addresses(place, 5);
}

fn addresses(place: Place<'_>, list: usize) -> impl ExactSizeIterator<Item = Address<'_>> {
    let first = match list {
        0 => 0,
        list => place.index(layout::COUNTS + list - 1),
    };
    let end = place.index(layout::COUNTS + list);
    (first..end).map(move |address| {
        let at = layout::WORDS + layout::ADDRESS * address;
        Address {
            name: place.string(at),
            route: place.string(at + 2),
            mailbox: place.string(at + 4),
            host: place.string(at + 6),
        }
    })
}

impl<'a> EnvelopeView<'a> {
    pub(crate) fn new(place: Place<'a>) -> Self {
        Self(place)
    }

    fn lists(self) -> [(&'static str, AddressList<'a>); 6] {
        let names = ["from", "sender", "reply_to", "to", "cc", "bcc"];
        let mut list = 0;
        names.map(|name| {
            list += 1;
            (name, AddressList(self.0, list - 1))
        })
    }

    fn strings(self) -> [(&'static str, Option<Shown<'a>>); 4] {
        let strings = [
            ("date", self.date()),
            ("subject", self.subject()),
            ("in_reply_to", self.in_reply_to()),
            ("message_id", self.message_id()),
        ];
        strings.map(|(name, string)| (name, string.map(Shown)))
    }
}

impl PartialEq for EnvelopeView<'_> {
    fn eq(&self, other: &Self) -> bool {
        (0..4).all(|at| self.0.string(2 * at) == other.0.string(2 * at))
            && (0..6).all(|list| addresses(self.0, list).eq(addresses(other.0, list)))
    }
}

impl Envelope {
    /// Begins an envelope of one's own, for tests.
    pub fn builder() -> EnvelopeBuilder {
        EnvelopeBuilder::default()
    }

    pub(crate) fn new((bytes, words): (Bytes, Box<[u32]>)) -> Self {
        Self { bytes, words }
    }

    /// The envelope as a view, which is `Copy`.
    pub fn view(&self) -> EnvelopeView<'_> {
        EnvelopeView(Place {
            bytes: &self.bytes,
            words: &self.words,
            at: 0,
        })
    }

    /// `Date`, as it stands in the mail.
    pub fn date(&self) -> Option<&[u8]> {
        self.view().date()
    }

    /// `Subject`, as it stands in the mail: RFC 2047 words are not decoded.
    pub fn subject(&self) -> Option<&[u8]> {
        self.view().subject()
    }

    /// `In-Reply-To`
    pub fn in_reply_to(&self) -> Option<&[u8]> {
        self.view().in_reply_to()
    }

    /// `Message-ID`
    pub fn message_id(&self) -> Option<&[u8]> {
        self.view().message_id()
    }

    /// `From`
    pub fn from(&self) -> impl ExactSizeIterator<Item = Address<'_>> {
        self.view().from()
    }

    /// `Sender`; by the RFC that of `From` when the mail has none.
    pub fn sender(&self) -> impl ExactSizeIterator<Item = Address<'_>> {
        self.view().sender()
    }

    /// `Reply-To`; by the RFC that of `From` when the mail has none.
    pub fn reply_to(&self) -> impl ExactSizeIterator<Item = Address<'_>> {
        self.view().reply_to()
    }

    /// `To`
    pub fn to(&self) -> impl ExactSizeIterator<Item = Address<'_>> {
        self.view().to()
    }

    /// `Cc`
    pub fn cc(&self) -> impl ExactSizeIterator<Item = Address<'_>> {
        self.view().cc()
    }

    /// `Bcc`
    pub fn bcc(&self) -> impl ExactSizeIterator<Item = Address<'_>> {
        self.view().bcc()
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

impl PartialEq for Envelope {
    fn eq(&self, other: &Self) -> bool {
        self.view() == other.view()
    }
}

impl<'a> Address<'a> {
    /// The name for people, not decoded (RFC 2047).
    pub fn name(&self) -> Option<&'a [u8]> {
        self.name
    }

    /// The source route, which nobody uses (RFC 9051 §7.5.2 `adl`).
    pub fn route(&self) -> Option<&'a [u8]> {
        self.route
    }

    /// The part before the `@`, or the name of a group.
    pub fn mailbox(&self) -> Option<&'a [u8]> {
        self.mailbox
    }

    /// The part behind the `@`, as the server sent it; `None` in the marks of a group.
    pub fn host(&self) -> Option<&'a [u8]> {
        self.host
    }

    /// The part behind the `@`, less what servers put there when the mail has none.
    pub fn domain(&self) -> Option<&'a [u8]> {
        let stand_ins: [&[u8]; 3] = [b"", b"MISSING_DOMAIN", b".MISSING-HOST-NAME."];
        self.host.filter(|host| !stand_ins.contains(host))
    }

    /// Whether a group begins here, whose name is [`mailbox`](Self::mailbox).
    pub fn is_group_start(&self) -> bool {
        self.host.is_none() && self.mailbox.is_some()
    }

    /// Whether a group ends here.
    pub fn is_group_end(&self) -> bool {
        self.host.is_none() && self.mailbox.is_none()
    }

    fn fields(&self) -> [(&'static str, Option<Shown<'a>>); 4] {
        let fields = [
            ("name", self.name),
            ("route", self.route),
            ("mailbox", self.mailbox),
            ("host", self.host),
        ];
        fields.map(|(name, field)| (name, field.map(Shown)))
    }
}

/// One list of addresses of an envelope.
struct AddressList<'a>(Place<'a>, usize);

impl fmt::Debug for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Address");
        for (name, field) in self.fields() {
            shown.field(name, &field);
        }
        shown.finish()
    }
}

impl fmt::Debug for AddressList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(addresses(self.0, self.1)).finish()
    }
}

impl fmt::Debug for EnvelopeView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Envelope");
        for (name, string) in self.strings() {
            shown.field(name, &string);
        }
        for (name, list) in self.lists() {
            shown.field(name, &list);
        }
        shown.finish()
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}

#[cfg(feature = "serde")]
mod serde_impls {
    use serde::ser::{Serialize, SerializeStruct, Serializer};

    use super::{Address, AddressList, Envelope, EnvelopeView, addresses};

    impl Serialize for Address<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut fields = serializer.serialize_struct("Address", 4)?;
            for (name, field) in self.fields() {
                fields.serialize_field(name, &field)?;
            }
            fields.end()
        }
    }

    impl Serialize for AddressList<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq(addresses(self.0, self.1))
        }
    }

    impl Serialize for EnvelopeView<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut fields = serializer.serialize_struct("Envelope", 10)?;
            for (name, string) in self.strings() {
                fields.serialize_field(name, &string)?;
            }
            for (name, list) in self.lists() {
                fields.serialize_field(name, &list)?;
            }
            fields.end()
        }
    }

    impl Serialize for Envelope {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.view().serialize(serializer)
        }
    }
}

/// Makes an [`Envelope`] for tests. What is not given is NIL.
#[derive(Clone, Debug, Default)]
pub struct EnvelopeBuilder {
    strings: [Option<Vec<u8>>; 4],
    lists: [Vec<[Option<Vec<u8>>; 4]>; 6],
}

macro_rules! builder_strings {
    ($($name:ident = $at:literal),+) => {
        $(
            #[doc = concat!("Sets `", stringify!($name), "`.")]
            #[must_use]
            pub fn $name(mut self, value: impl Into<Vec<u8>>) -> Self {
                if let Some(place) = self.strings.get_mut($at) {
                    *place = Some(value.into());
                }
                self
            }
        )+
    };
}

macro_rules! builder_lists {
    ($($name:ident = $at:literal),+) => {
        $(
            #[doc = concat!("Adds an address to `", stringify!($name), "`.")]
            #[must_use]
            pub fn $name(self, name: Option<&str>, mailbox: &str, host: &str) -> Self {
                self.address($at, [name, None, Some(mailbox), Some(host)])
            }
        )+
    };
}

impl EnvelopeBuilder {
    builder_strings! { date = 0, subject = 1, in_reply_to = 2, message_id = 3 }
    builder_lists! { from = 0, sender = 1, reply_to = 2, to = 3, cc = 4, bcc = 5 }

    fn address(mut self, list: usize, fields: [Option<&str>; 4]) -> Self {
        if let Some(list) = self.lists.get_mut(list) {
            list.push(fields.map(|field| field.map(Into::into)));
        }
        self
    }

    /// The envelope.
    pub fn build(self) -> Envelope {
        let mut block = BlockBuilder::new();
        self.write(&mut block);
        Envelope::new(block.finish(Bytes::new()))
    }

    /// Writes the envelope's words, at the end of a block.
    pub(crate) fn write(self, block: &mut BlockBuilder) {
        let at = block.words.reserve(layout::WORDS);
        for (ahead, string) in self.strings.into_iter().enumerate() {
            set_string(block, at + 2 * ahead, string);
        }
        let mut count = 0;
        for (ahead, list) in self.lists.into_iter().enumerate() {
            count += u32::try_from(list.len()).unwrap_or(u32::MAX);
            block.words.set(at + layout::COUNTS + ahead, count);
            for string in list.into_iter().flatten() {
                let at = block.words.reserve(2);
                set_string(block, at, string);
            }
        }
    }
}

/// Sets a string of one's own; one that no offset can reach is NIL.
pub(crate) fn set_string(block: &mut BlockBuilder, at: usize, string: Option<Vec<u8>>) {
    let set = string.is_some_and(|string| block.set_octets(at, string.into_iter()));
    if !set {
        block.set_nil(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_do_not_run_into_each_other() {
        let envelope = Envelope::builder()
            .from(Some("A"), "a", "x")
            .to(None, "b", "y")
            .to(None, "c", "y")
            .bcc(None, "d", "z")
            .message_id("<1@x>")
            .build();
        let mailboxes: Vec<_> = envelope.to().filter_map(|to| to.mailbox()).collect();
        assert_eq!(mailboxes, [b"b", b"c"]);
        assert_eq!(
            (
                envelope.sender().len(),
                envelope.cc().len(),
                envelope.bcc().len()
            ),
            (0, 0, 1)
        );
        assert_eq!(envelope.message_id(), Some(&b"<1@x>"[..]));
        assert_eq!(envelope.subject(), None);
        assert_eq!(envelope, envelope.detach());
        assert_ne!(envelope, Envelope::builder().build());
    }

    #[test]
    fn groups_and_missing_domains_are_told_apart() {
        let address = |mailbox, host| Address {
            name: None,
            route: None,
            mailbox,
            host,
        };
        assert!(address(Some(&b"friends"[..]), None).is_group_start());
        assert!(address(None, None).is_group_end());
        for host in [&b"MISSING_DOMAIN"[..], b".MISSING-HOST-NAME.", b""] {
            assert_eq!(address(Some(b"a"), Some(host)).domain(), None);
        }
        let plain = address(Some(b"a"), Some(b"x.org"));
        assert!(!plain.is_group_start() && !plain.is_group_end());
        assert_eq!(plain.domain(), Some(&b"x.org"[..]));
    }

    #[test]
    fn debug_is_readable_and_escaped() {
        let envelope = Envelope::builder()
            .subject("a\x1b]0;")
            .cc(None, "m", "h")
            .build();
        let shown = format!("{envelope:?}");
        assert!(shown.contains(r#"subject: Some("a\u{1b}]0;")"#), "{shown}");
        assert!(shown.contains(r#"cc: [Address { name: None, route: None, mailbox: Some("m")"#));
    }
}
