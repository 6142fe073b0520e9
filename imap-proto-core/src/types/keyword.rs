//! Registered keywords (RFC 5788, the IANA registry).

use super::{Atom, Flag};

/// Makes the enum of all registered keywords, with the names that mean the same.
macro_rules! keywords {
    ($($(#[$meta:meta])* $variant:ident = $name:literal $(| $alias:literal)*;)*) => {
        /// A keyword that has a registered meaning.
        ///
        /// ```
        /// use imap_proto_core::types::{Flag, Keyword};
        /// assert_eq!(Flag::from(Keyword::Forwarded).as_bytes(), b"$Forwarded");
        /// assert_eq!(Flag::from("nonjunk").keyword(), Some(Keyword::NotJunk));
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        #[non_exhaustive]
        pub enum Keyword {
            $($(#[$meta])* #[doc = ""] #[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Keyword {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The registered name.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The keyword of this name in any case, or of one that clients use in its place.
            pub fn find(name: &[u8]) -> Option<Self> {
                const NAMES: &[(&str, Keyword)] =
                    &[$(($name, Keyword::$variant), $(($alias, Keyword::$variant),)*)*];
                let mut names = NAMES.iter();
                names
                    .find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name))
                    .map(|(_, keyword)| *keyword)
            }
        }
    };
}

keywords! {
    /// A disposition notification was sent, or is not to be sent (RFC 3503).
    MdnSent = "$MDNSent";
    /// It was forwarded (RFC 5550 §5.9).
    Forwarded = "$Forwarded";
    /// It waits to be submitted (RFC 5550 §5.10).
    SubmitPending = "$SubmitPending";
    /// It was submitted (RFC 5550 §5.10).
    Submitted = "$Submitted";
    /// The user said that it is junk (RFC 9051 §2.3.2).
    Junk = "$Junk" | "Junk";
    /// The user said that it is no junk (RFC 9051 §2.3.2).
    NotJunk = "$NotJunk" | "NotJunk" | "$NonJunk" | "NonJunk";
    /// It may be a fraud (RFC 9051 §2.3.2).
    Phishing = "$Phishing";
    /// The system thinks it important (RFC 8457 §2).
    Important = "$Important";
    /// The user is to be notified of it (RFC 9979).
    Notify = "$notify";
    /// The user does not want to hear of its conversation (RFC 9979).
    Muted = "$muted";
    /// The user wants to hear of its conversation (RFC 9979).
    Followed = "$followed";
    /// It is a note of the user's on another message (RFC 9979).
    Memo = "$memo";
    /// There is such a note on it (RFC 9979).
    HasMemo = "$hasmemo";
    /// It has an attachment (RFC 9979).
    HasAttachment = "$hasattachment";
    /// It has none (RFC 9979).
    HasNoAttachment = "$hasnoattachment";
    /// It was sent by a rule of the user's (RFC 9979).
    AutoSent = "$autosent";
    /// The user left the list that it came by (RFC 9979).
    Unsubscribed = "$unsubscribed";
    /// The user can leave the list that it came by (RFC 9979).
    CanUnsubscribe = "$canunsubscribe";
    /// It came from another account (RFC 9979).
    Imported = "$imported";
    /// The server is sure of its sender (RFC 9979).
    IsTrusted = "$istrusted";
    /// It came to an address that hides the user's own (RFC 9979).
    MaskedEmail = "$maskedemail";
    /// It is to be shown as new (RFC 9979).
    New = "$new";
    /// Colour of a flagged message, lowest bit (RFC 9979).
    MailFlagBit0 = "$MailFlagBit0";
    /// The same, middle bit (RFC 9979).
    MailFlagBit1 = "$MailFlagBit1";
    /// The same, highest bit (RFC 9979).
    MailFlagBit2 = "$MailFlagBit2";
}

impl From<Keyword> for Flag {
    fn from(keyword: Keyword) -> Self {
        Self::Other(Atom::from_static(keyword.as_str()))
    }
}

impl Flag {
    /// The registered keyword that it is, if it is one.
    pub fn keyword(&self) -> Option<Keyword> {
        Keyword::find(self.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Flags;

    /// FEATURES §4: each keyword under its name, and those that clients use for it.
    #[test]
    fn keywords_are_found_in_any_case() {
        for &keyword in Keyword::ALL {
            let name = keyword.as_str().to_ascii_uppercase();
            assert_eq!(Flag::from(name.as_str()).keyword(), Some(keyword));
            assert!(Flag::from(keyword).is_keyword());
        }
        for name in ["$NonJunk", "NonJunk", "notjunk"] {
            assert_eq!(Flag::from(name).keyword(), Some(Keyword::NotJunk));
        }
        assert_eq!(Flag::from("Junk").keyword(), Some(Keyword::Junk));
        assert_eq!(Flag::Seen.keyword(), None);
        assert_eq!(Flag::from("\\Junk").keyword(), None);
        let flags: Flags = [Flag::from("$forwarded")].into_iter().collect();
        assert!(flags.contains(&Keyword::Forwarded.into()));
        assert_eq!(flags.to_string(), "($forwarded)");
    }
}
