//! Numbers that must not be mixed up: message sequence numbers, UIDs, mod-sequences.

use std::fmt;

macro_rules! number {
    ($(#[$meta:meta])* $name:ident($inner:ty)) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl From<$inner> for $name {
            fn from(number: $inner) -> Self {
                Self(number)
            }
        }

        impl From<$name> for $inner {
            fn from(number: $name) -> Self {
                number.0
            }
        }
    };
}

number! {
    /// A message sequence number, from 1 (RFC 9051 §2.3.1.2). One that a server sent may be 0 or
    /// beyond the mailbox: it is a value to compare, never an index.
    SequenceNumber(u32)
}
number! {
    /// A unique identifier of a message in a mailbox (RFC 9051 §2.3.1.1). One that a server sent
    /// may be 0.
    Uid(u32)
}
number! {
    /// A mod-sequence, 63 bits wide (RFC 7162 §3.1).
    ModSeq(u64)
}
number! {
    /// A UIDVALIDITY value; 32 bits by the grammar, wider from some servers (RFC 9051 §2.3.1.1).
    UidValidity(u64)
}
