//! Mailbox name attributes (RFC 9051 §7.3.1, RFC 6154, the IANA registry).

use std::fmt;

use super::Atom;

/// Makes the enum of all registered attributes, and their names by bit.
macro_rules! attributes {
    ($($(#[$meta:meta])* $variant:ident = $name:literal;)*) => {
        /// A mailbox name attribute.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum ListAttribute {
            $($(#[$meta])* #[doc = ""] #[doc = concat!("`", $name, "`")] $variant,)*
            /// Any other, as it stands on the wire.
            Other(Atom),
        }

        /// The names, in the order of their bits.
        const NAMES: &[&str] = &[$($name),*];

        impl ListAttribute {
            const ALL_KNOWN: &[Self] = &[$(Self::$variant),*];

            /// The name, with its `\`.
            pub fn as_bytes(&self) -> &[u8] {
                match self {
                    $(Self::$variant => $name.as_bytes(),)*
                    Self::Other(atom) => atom.as_bytes(),
                }
            }
        }
    };
}

attributes! {
    /// No mailbox is below, nor can one be created there.
    NoInferiors = "\\Noinferiors";
    /// The mailbox cannot be selected.
    NoSelect = "\\Noselect";
    /// The server thinks that there are messages not seen yet.
    Marked = "\\Marked";
    /// Nothing new since the mailbox was last selected.
    Unmarked = "\\Unmarked";
    /// There are mailboxes below (RFC 3348).
    HasChildren = "\\HasChildren";
    /// There are none (RFC 3348).
    HasNoChildren = "\\HasNoChildren";
    /// There is no such mailbox, only mailboxes below or a subscription.
    NonExistent = "\\NonExistent";
    /// The user subscribed to it.
    Subscribed = "\\Subscribed";
    /// It is on another server (RFC 5258 §3.4).
    Remote = "\\Remote";
    /// The user may not see what is in it (RFC 5465 §5.9).
    NoAccess = "\\NoAccess";
    /// All messages of the user.
    All = "\\All";
    /// Archived messages.
    Archive = "\\Archive";
    /// Drafts.
    Drafts = "\\Drafts";
    /// Messages flagged as important by the user; `\Starred` of XLIST.
    Flagged = "\\Flagged";
    /// Junk; `\Spam` of XLIST.
    Junk = "\\Junk";
    /// Copies of what was sent.
    Sent = "\\Sent";
    /// Deleted messages.
    Trash = "\\Trash";
    /// Messages that the system thinks important (RFC 8457 §3).
    Important = "\\Important";
    /// Notes.
    Memos = "\\Memos";
    /// Messages to be sent later.
    Scheduled = "\\Scheduled";
    /// Messages to be shown again later.
    Snoozed = "\\Snoozed";
    /// INBOX, in XLIST.
    Inbox = "\\Inbox";
    /// All messages, in XLIST.
    AllMail = "\\AllMail";
    /// Flagged messages, in XLIST.
    Starred = "\\Starred";
    /// Junk, in XLIST.
    Spam = "\\Spam";
}

impl ListAttribute {
    /// The attribute of this name, `\` included; case does not count.
    pub fn new(name: Atom) -> Self {
        Self::known(name.as_bytes()).unwrap_or(Self::Other(name))
    }

    fn known(name: &[u8]) -> Option<Self> {
        let at = position(name)?;
        Self::ALL_KNOWN.get(at).cloned()
    }

    fn bit(&self) -> Option<u32> {
        let at = Self::ALL_KNOWN.iter().position(|known| known == self)?;
        u32::try_from(at).ok().map(|at| 1 << at)
    }
}

impl fmt::Display for ListAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::text::write_escaped(f, self.as_bytes())
    }
}

/// Mailbox name attributes: the registered ones as bits, others in the server's order.
///
/// ```
/// use imap_proto_core::types::{ListAttribute, ListAttributes};
/// let attributes: ListAttributes = [ListAttribute::HasNoChildren, ListAttribute::Sent].into_iter().collect();
/// assert!(attributes.contains(&ListAttribute::Sent));
/// assert_eq!(attributes.special_uses().next(), Some(ListAttribute::Sent));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ListAttributes {
    known: u32,
    #[expect(clippy::box_collection, reason = "one word, for what is mostly absent")]
    others: Option<Box<Vec<Atom>>>,
}

impl ListAttributes {
    /// The special uses of RFC 6154 and its registry.
    const SPECIAL_USES: &[ListAttribute] = &[
        ListAttribute::All,
        ListAttribute::Archive,
        ListAttribute::Drafts,
        ListAttribute::Flagged,
        ListAttribute::Junk,
        ListAttribute::Sent,
        ListAttribute::Trash,
        ListAttribute::Important,
        ListAttribute::Memos,
        ListAttribute::Scheduled,
        ListAttribute::Snoozed,
    ];

    /// Whether the attribute is there; case does not count.
    pub fn contains(&self, attribute: &ListAttribute) -> bool {
        match (attribute.bit(), attribute) {
            (Some(bit), _) => self.known & bit != 0,
            (None, other) => self.contains_name(other.as_bytes()),
        }
    }

    /// Whether an attribute of this name, `\` included, is there; case does not count.
    pub fn contains_name(&self, name: impl AsRef<[u8]>) -> bool {
        let name = name.as_ref();
        if let Some(at) = position(name) {
            return self.known >> at & 1 != 0;
        }
        let mut others = self.others();
        others.any(|other| other.as_bytes().eq_ignore_ascii_case(name))
    }

    /// What the mailbox is for (RFC 6154 §2), with XLIST's names as their successors.
    pub fn special_uses(&self) -> impl Iterator<Item = ListAttribute> {
        let uses = Self::SPECIAL_USES.iter();
        let present = uses.filter(|attribute| {
            let old = match attribute {
                ListAttribute::All => Some(ListAttribute::AllMail),
                ListAttribute::Flagged => Some(ListAttribute::Starred),
                ListAttribute::Junk => Some(ListAttribute::Spam),
                _ => None,
            };
            self.contains(attribute) || old.is_some_and(|old| self.contains(&old))
        });
        present.cloned()
    }

    /// All attributes: the registered ones, then the others in the server's order.
    pub fn iter(&self) -> impl Iterator<Item = ListAttribute> {
        let known = ListAttribute::ALL_KNOWN.iter().enumerate();
        let known = known.filter(|(at, _)| self.known >> at & 1 != 0);
        let others = self.others().cloned().map(ListAttribute::Other);
        known.map(|(_, attribute)| attribute.clone()).chain(others)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.known == 0 && self.others.is_none()
    }

    /// Adds one.
    pub fn insert(&mut self, attribute: ListAttribute) {
        if let Some(bit) = attribute.bit() {
            self.known |= bit;
        } else if let ListAttribute::Other(name) = attribute
            && !self.contains_name(name.as_bytes())
        {
            self.insert_other(name);
        }
    }

    /// Adds the attribute of this name if it is registered, and tells whether it is.
    pub(crate) fn insert_known(&mut self, name: &[u8]) -> bool {
        let at = position(name);
        if let Some(at) = at {
            self.known |= 1 << at;
        }
        at.is_some()
    }

    /// Adds the registered attribute that the text begins with, in the registry's case and with a
    /// space or parenthesis behind it, and gives its length. A text that ends with it may not be
    /// recognised.
    #[inline]
    pub(crate) fn insert_known_at(&mut self, text: &[u8]) -> Option<usize> {
        let word = u128::from_le_bytes(*text.first_chunk()?);
        let mut candidates = *BY_LETTER.get(usize::from(*text.get(1)? & 0x1f))?;
        while candidates != 0 {
            let at = candidates.trailing_zeros();
            let known = WORDS.get(at as usize)?;
            if (word ^ known.octets) & known.mask == 0
                && matches!(text.get(known.len), Some(b' ' | b')'))
            {
                self.known |= 1 << at;
                return Some(known.len);
            }
            candidates &= candidates - 1;
        }
        None
    }

    /// Adds an attribute that is not registered, without looking whether it is there: a server
    /// that repeats itself must not cost more than its octets.
    pub(crate) fn insert_other(&mut self, name: Atom) {
        self.others.get_or_insert_default().push(name);
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        let others = self.others.as_ref();
        Self {
            known: self.known,
            others: others.map(|atoms| Box::new(atoms.iter().map(Atom::detach).collect())),
        }
    }

    fn others(&self) -> impl Iterator<Item = &Atom> {
        self.others.iter().flat_map(|atoms| atoms.iter())
    }
}

impl FromIterator<ListAttribute> for ListAttributes {
    fn from_iter<I: IntoIterator<Item = ListAttribute>>(attributes: I) -> Self {
        let mut set = Self::default();
        attributes.into_iter().for_each(|one| set.insert(one));
        set
    }
}

impl fmt::Debug for ListAttributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// The names, as a sequence.
#[cfg(feature = "serde")]
impl serde::Serialize for ListAttributes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = |attribute: ListAttribute| attribute.to_string();
        serializer.collect_seq(self.iter().map(name))
    }
}

/// For each letter, the registered attributes that begin with it, as bits.
const BY_LETTER: [u32; 32] = by_letter();

const fn by_letter() -> [u32; 32] {
    let mut table = [0; 32];
    let mut at = 0;
    while at < NAMES.len() {
        let letter = NAMES[at].as_bytes()[1];
        table[(letter & 0x1f) as usize] |= 1 << at;
        at += 1;
    }
    table
}

/// A name of at most 16 octets as a number, the lowest octet first, and which of its bits count.
#[derive(Clone, Copy)]
struct Word {
    octets: u128,
    mask: u128,
    len: usize,
}

/// The registered names, to be compared all octets at once.
const WORDS: [Word; NAMES.len()] = words();

const fn words() -> [Word; NAMES.len()] {
    let none = Word {
        octets: 0,
        mask: 0,
        len: 0,
    };
    let mut words = [none; NAMES.len()];
    let mut at = 0;
    while at < NAMES.len() {
        let name = NAMES[at].as_bytes();
        let (mut octets, mut mask, mut len) = (0, 0, 0);
        while len < name.len() {
            octets |= (name[len] as u128) << (8 * len);
            mask |= 0xff << (8 * len);
            len += 1;
        }
        words[at] = Word { octets, mask, len };
        at += 1;
    }
    words
}

/// The bit of a registered attribute.
fn position(name: &[u8]) -> Option<usize> {
    let letter = usize::from(*name.get(1)? & 0x1f);
    let mut candidates = *BY_LETTER.get(letter)?;
    while candidates != 0 {
        let at = candidates.trailing_zeros() as usize;
        let known = NAMES.get(at)?.as_bytes();
        if known == name || known.eq_ignore_ascii_case(name) {
            return Some(at);
        }
        candidates &= candidates - 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quirk_5_4_9_attributes_in_any_case() {
        let mut attributes = ListAttributes::default();
        assert!(attributes.insert_known(b"\\drafts"));
        assert!(attributes.insert_known(b"\\NOSELECT"));
        assert!(!attributes.insert_known(b"\\Drafty"));
        assert!(attributes.contains(&ListAttribute::Drafts));
        assert!(attributes.contains(&ListAttribute::new("\\noSelect".into())));
        assert_eq!(attributes.iter().count(), 2);
    }

    #[test]
    fn every_name_is_found_in_any_case() {
        for (at, name) in NAMES.iter().enumerate() {
            assert_eq!(position(name.to_uppercase().as_bytes()), Some(at));
            assert_eq!(position(name.to_lowercase().as_bytes()), Some(at));
            assert_eq!(position(&name.as_bytes()[1..]), None);
        }
        for name in ["", "\\", "\\Noselec", "\\Noselects", "xSent", "\\\u{13}ent"] {
            assert_eq!(position(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn every_name_is_found_at_the_start_of_a_text() {
        for name in NAMES {
            for behind in [" \\X) \"/\" abcdefgh", ") \"/\" abcdefgh"] {
                let mut attributes = ListAttributes::default();
                let text = format!("{name}{behind}");
                assert_eq!(
                    attributes.insert_known_at(text.as_bytes()),
                    Some(name.len()),
                    "{name}"
                );
                assert!(attributes.contains_name(name), "{name}");
                assert_eq!(attributes.iter().count(), 1);
            }
            for other in [format!("{name}s"), name.to_lowercase()] {
                let mut attributes = ListAttributes::default();
                let text = format!("{other}) \"/\" abcdefgh");
                assert_eq!(attributes.insert_known_at(text.as_bytes()), None, "{other}");
                assert!(attributes.is_empty());
            }
        }
    }

    #[test]
    fn others_keep_case_and_order() {
        let names = ["\\X-b", "\\X-A", "\\x-B"];
        let attributes: ListAttributes = names
            .map(|name| ListAttribute::new(name.into()))
            .into_iter()
            .collect();
        let found: Vec<_> = attributes.iter().map(|one| one.to_string()).collect();
        assert_eq!(found, ["\\X-b", "\\X-A"]);
        assert!(attributes.contains_name("\\x-a"));
        assert!(!attributes.contains_name("\\HasChildren"));
    }

    #[test]
    fn xlist_names_are_special_uses() {
        let attributes = ListAttributes::from_iter([ListAttribute::Spam, ListAttribute::AllMail]);
        let uses: Vec<_> = attributes.special_uses().collect();
        assert_eq!(uses, [ListAttribute::All, ListAttribute::Junk]);
    }
}
