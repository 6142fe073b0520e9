//! Message flags (RFC 9051 §2.3.2).

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::{Atom, key};

/// A set of flags: the system flags as bits, others in the server's order.
///
/// ```
/// use imap_proto_core::types::{Flag, Flags};
///
/// let flags: Flags = [Flag::Seen, Flag::from("$Forwarded")].into_iter().collect();
/// assert!(flags.contains(&Flag::from("$forwarded")));
/// assert_eq!(flags.to_string(), "(\\Seen $Forwarded)");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Flags {
    known: u16,
    /// `\*`. A field of its own makes `Option<Flags>` as small as `Flags`.
    may_create: bool,
    #[allow(clippy::box_collection)] // one word when there are none
    others: Option<Box<Vec<Atom>>>,
}

/// One flag. Flags are equal when they are but for case.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Flag {
    /// `\Answered`
    Answered,
    /// `\Deleted`
    Deleted,
    /// `\Draft`
    Draft,
    /// `\Flagged`
    Flagged,
    /// `\Recent` (RFC 3501 only; never sent by a client)
    Recent,
    /// `\Seen`
    Seen,
    /// A keyword, or a `\` flag that is not known, as it stands on the wire.
    Other(Atom),
}

/// The flags with a bit, in the bits' order.
const KNOWN: [(&str, Flag); 6] = [
    ("\\Answered", Flag::Answered),
    ("\\Deleted", Flag::Deleted),
    ("\\Draft", Flag::Draft),
    ("\\Flagged", Flag::Flagged),
    ("\\Recent", Flag::Recent),
    ("\\Seen", Flag::Seen),
];

impl Flag {
    /// The flag as it stands on the wire.
    pub fn as_bytes(&self) -> &[u8] {
        match (self, self.known()) {
            (Self::Other(name), _) => name.as_bytes(),
            (_, Some((name, _))) => name.as_bytes(),
            (_, None) => b"",
        }
    }

    /// Whether it is a keyword, which the mailbox may have to allow first (RFC 9051 §2.3.2).
    pub fn is_keyword(&self) -> bool {
        !self.as_bytes().starts_with(b"\\")
    }

    /// The known flag with this name in any case.
    pub(crate) fn from_known(name: &[u8]) -> Option<Self> {
        let at = known_index(name)?;
        KNOWN.get(at).map(|(_, flag)| flag.clone())
    }

    fn known(&self) -> Option<(&'static str, u16)> {
        let bit = match self {
            Self::Answered => 0,
            Self::Deleted => 1,
            Self::Draft => 2,
            Self::Flagged => 3,
            Self::Recent => 4,
            Self::Seen => 5,
            Self::Other(name) => known_index(name.as_bytes())?,
        };
        KNOWN.get(bit).map(|(name, _)| (*name, 1 << bit))
    }
}

/// Which of the known flags has this name, in any case.
fn known_index(name: &[u8]) -> Option<usize> {
    const KEYS: [u128; 6] = [
        key(b"\\Answered"),
        key(b"\\Deleted"),
        key(b"\\Draft"),
        key(b"\\Flagged"),
        key(b"\\Recent"),
        key(b"\\Seen"),
    ];
    let name = key(name);
    KEYS.iter().position(|&known| known == name)
}

impl PartialEq for Flag {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes().eq_ignore_ascii_case(other.as_bytes())
    }
}

impl Eq for Flag {}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::text::write_escaped(f, self.as_bytes())
    }
}

impl From<Atom> for Flag {
    fn from(name: Atom) -> Self {
        Self::from_known(name.as_bytes()).unwrap_or(Self::Other(name))
    }
}

impl From<&str> for Flag {
    fn from(name: &str) -> Self {
        Self::from(Atom::from(name))
    }
}

impl Flags {
    /// No flag.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the flag is set; the case of keywords does not count (RFC 9051 §2.3.2).
    pub fn contains(&self, flag: &Flag) -> bool {
        match flag.known() {
            Some((_, bit)) => self.known & bit != 0,
            None => self.has_other(flag.as_bytes()),
        }
    }

    /// `\*` in PERMANENTFLAGS: the client may create keywords (RFC 9051 §7.1).
    pub fn may_create(&self) -> bool {
        self.may_create
    }

    /// All flags: the system flags, then the others in the server's order; not `\*`.
    pub fn iter(&self) -> impl Iterator<Item = Flag> {
        let bits = KNOWN.iter().enumerate();
        let known = bits.filter(|(bit, _)| self.known & (1 << bit) != 0);
        let known = known.map(|(_, (_, flag))| flag.clone());
        known.chain(self.others().iter().cloned().map(Flag::Other))
    }

    /// How many flags are set, `\*` not counted.
    pub fn len(&self) -> usize {
        self.known.count_ones() as usize + self.others().len()
    }

    /// Whether no flag is set.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Sets a flag, and says whether it was not set before.
    pub fn insert(&mut self, flag: Flag) -> bool {
        let new = !self.contains(&flag);
        match (flag.known(), flag) {
            (Some((_, bit)), _) => self.known |= bit,
            (None, Flag::Other(name)) if name == "\\*" => self.may_create = true,
            (None, Flag::Other(name)) if new => self.push_other(name),
            _ => {}
        }
        new
    }

    /// Removes a flag, and says whether it was set.
    pub fn remove(&mut self, flag: &Flag) -> bool {
        let found = self.contains(flag);
        if let Some((_, bit)) = flag.known() {
            self.known &= !bit;
        } else if let Some(others) = &mut self.others {
            others.retain(|other| !other.as_bytes().eq_ignore_ascii_case(flag.as_bytes()));
        }
        if self.others().is_empty() {
            self.others = None;
        }
        found
    }

    /// A copy that does not keep the receive buffer alive.
    #[must_use]
    pub fn detach(&self) -> Self {
        let detached = |others: &Vec<Atom>| Box::new(others.iter().map(Atom::detach).collect());
        Self {
            known: self.known,
            may_create: self.may_create,
            others: self.others.as_deref().map(detached),
        }
    }

    /// Sets the known flag of this name, or `\*`; whether it was one.
    pub(crate) fn insert_known(&mut self, name: &[u8]) -> bool {
        match known_index(name) {
            Some(bit) => self.known |= 1 << bit,
            None if name == b"\\*" => self.may_create = true,
            None => return false,
        }
        true
    }

    /// Sets the system flag that the text begins with, in the RFC's case and with such an octet
    /// behind it, and gives its length.
    #[inline]
    pub(crate) fn insert_known_at(&mut self, text: &[u8], ends: fn(u8) -> bool) -> Option<usize> {
        let bit = match text.get(1..3)? {
            b"An" => 0,
            b"De" => 1,
            b"Dr" => 2,
            b"Fl" => 3,
            b"Re" => 4,
            b"Se" => 5,
            _ => return None,
        };
        let (name, _) = KNOWN.get(bit)?;
        let behind = *text.strip_prefix(name.as_bytes())?.first()?;
        if !ends(behind) {
            return None;
        }
        self.known |= 1 << bit;
        Some(name.len())
    }

    /// Adds a flag that is not a known one, without looking whether it is there: a server that
    /// repeats itself must not cost more than its octets.
    pub(crate) fn push_other(&mut self, name: Atom) {
        self.others.get_or_insert_default().push(name);
    }

    fn others(&self) -> &[Atom] {
        self.others.as_deref().map_or(&[], Vec::as_slice)
    }

    fn has_other(&self, name: &[u8]) -> bool {
        let mut others = self.others().iter();
        others.any(|other| other.as_bytes().eq_ignore_ascii_case(name))
    }
}

impl FromIterator<Flag> for Flags {
    fn from_iter<I: IntoIterator<Item = Flag>>(flags: I) -> Self {
        let mut set = Self::new();
        for flag in flags {
            set.insert(flag);
        }
        set
    }
}

/// Text that is no list of flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a list of flags")]
pub struct InvalidFlags;

impl FromStr for Flags {
    type Err = InvalidFlags;

    /// Reads `(\\Seen $Forwarded)`, with the parentheses or without; `\\*` is
    /// [`may_create`](Self::may_create).
    fn from_str(text: &str) -> Result<Self, InvalidFlags> {
        let text = text.trim_matches(' ');
        let list = match text.strip_prefix('(') {
            Some(rest) => rest.strip_suffix(')').ok_or(InvalidFlags)?,
            None => text,
        };
        let words = list.split(' ').filter(|word| !word.is_empty());
        words
            .map(|word| {
                let name = word.strip_prefix('\\').unwrap_or(word);
                let fits = |byte: u8| byte.is_ascii_graphic() && !b"(){}%*\"\\]".contains(&byte);
                let legal = word == "\\*" || (!name.is_empty() && name.bytes().all(fits));
                legal.then(|| Flag::from(word)).ok_or(InvalidFlags)
            })
            .collect()
    }
}

impl fmt::Display for Flags {
    /// A list in parentheses, as on the wire.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "(";
        for flag in self.iter() {
            write!(f, "{separator}{flag}")?;
            separator = " ";
        }
        if self.may_create() {
            write!(f, "{separator}\\*")?;
            separator = " ";
        }
        f.write_str(if separator == "(" { "()" } else { ")" })
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Flags {
    /// The names in a sequence, `\*` among them.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let star = self.may_create().then(|| "\\*".to_owned());
        serializer.collect_seq(self.iter().map(|flag| flag.to_string()).chain(star))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_flags_are_bits_in_any_case() {
        let mut flags = Flags::new();
        for name in [
            "\\Seen",
            "\\FLAGGED",
            "\\deleted",
            "\\Draft",
            "\\Answered",
            "\\Recent",
        ] {
            assert!(flags.insert(Flag::from(name)));
            assert!(!flags.insert(Flag::from(name)));
        }
        assert_eq!(flags.len(), 6);
        assert!(flags.others.is_none());
        let all = "(\\Answered \\Deleted \\Draft \\Flagged \\Recent \\Seen)";
        assert_eq!(flags.to_string(), all);
    }

    #[test]
    fn keywords_are_kept_as_they_came_and_compared_without_case() {
        let mut flags: Flags = ["$MDNSent", "\\Foo", "a"]
            .map(Flag::from)
            .into_iter()
            .collect();
        assert!(flags.contains(&Flag::from("$mdnsent")) && flags.contains(&Flag::from("\\FOO")));
        assert!(!flags.insert(Flag::from("A")));
        assert!(flags.remove(&Flag::from("$MDNSENT")) && !flags.remove(&Flag::Seen));
        assert_eq!(flags.to_string(), "(\\Foo a)");
        assert!(Flag::from("a").is_keyword() && !Flag::from("\\Foo").is_keyword());
    }

    #[test]
    fn text_is_read_as_it_is_written() {
        for text in ["()", "(\\Seen $X)", "(\\Deleted \\*)"] {
            assert_eq!(text.parse::<Flags>().unwrap().to_string(), text);
        }
        let bare: Flags = "\\seen  $X".parse().unwrap();
        assert!(bare.contains(&Flag::Seen) && bare.len() == 2);
        for text in ["(\\Seen", "\\Seen)", "(a(b)", "\\", "a\r\nb", "(\"a\")"] {
            assert_eq!(text.parse::<Flags>(), Err(InvalidFlags), "{text}");
        }
    }

    #[test]
    fn the_star_is_no_flag() {
        let flags: Flags = [Flag::from("\\*")].into_iter().collect();
        assert!(flags.may_create() && flags.is_empty());
        assert_eq!(flags.to_string(), "(\\*)");
        assert_eq!(Flags::new().to_string(), "()");
    }

    #[test]
    fn a_known_flag_by_its_name_is_the_known_flag() {
        let other = Flag::Other(Atom::from("\\seen"));
        assert_eq!(other, Flag::Seen);
        assert!(Flags::from_iter([other]).contains(&Flag::Seen));
    }
}
