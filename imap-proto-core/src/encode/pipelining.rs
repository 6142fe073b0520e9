//! What may be in flight together (RFC 9051 §5.5, RFC 7162, RFC 5182), as a table of bits.

/// The class of a command: what it does, and what it cannot have beside it.
///
/// Two commands may be in flight together unless one does what the other forbids. The check is
/// two `and`s over the bits of all that is in flight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pipelining {
    pub(crate) does: u32,
    pub(crate) forbids: u32,
}

macro_rules! traits {
    ($($(#[$meta:meta])* $name:ident = $bit:expr;)*) => {
        /// Things that a command can do, one bit each.
        impl Pipelining {
            $($(#[$meta])* pub const $name: u32 = 1 << $bit;)*
        }
    };
}

traits! {
    /// Runs alone.
    BARRIER = 0;
    /// Names messages by sequence number.
    USES_SEQUENCE_NUMBERS = 1;
    /// May make the server send EXPUNGE while it runs: anything but FETCH, STORE, SEARCH, SORT,
    /// THREAD by sequence number.
    ALLOWS_EXPUNGE = 2;
    /// Works on the selected mailbox.
    USES_SELECTED = 3;
    /// Changes which mailbox is selected.
    SELECTS = 4;
    /// Reads flags.
    READS_FLAGS = 5;
    /// Changes flags.
    WRITES_FLAGS = 6;
    /// Removes messages from the selected mailbox.
    EXPUNGES = 7;
    /// Tells of mailboxes.
    READS_MAILBOXES = 8;
    /// Makes, removes, renames or configures mailboxes.
    WRITES_MAILBOXES = 9;
    /// Its SEARCH response has no key.
    ANSWERS_SEARCH = 10;
    /// Its SORT response has no key.
    ANSWERS_SORT = 11;
    /// Its THREAD response has no key.
    ANSWERS_THREAD = 12;
    /// Its LIST responses have no key.
    ANSWERS_LIST = 13;
    /// Its LSUB responses have no key.
    ANSWERS_LSUB = 14;
    /// Its NAMESPACE, ID, CAPABILITY or ENABLED response has no key.
    ANSWERS_SERVER = 15;
    /// Streams bodies whose UID may come behind them.
    STREAMS_UNKEYED = 16;
    /// Sets `$` (RFC 5182).
    SAVES_RESULT = 17;
    /// Changes how names are written (ENABLE of IMAP4rev2, UTF8=ACCEPT, UIDONLY).
    CHANGES_DIALECT = 18;
    /// Anything at all: what a barrier forbids.
    ANY = 19;
}

impl Pipelining {
    /// A class of what the command does and what may not be beside it; both are sets of the
    /// constants of this type.
    pub const fn new(does: u32, forbids: u32) -> Self {
        Self {
            does: does | Self::ANY,
            forbids: forbids | Self::BARRIER,
        }
    }

    /// The same without one trait.
    #[must_use]
    pub const fn without(self, bit: u32) -> Self {
        Self {
            does: self.does & !bit,
            forbids: self.forbids & !bit,
        }
    }

    /// A command that runs alone.
    pub const fn barrier() -> Self {
        Self {
            does: Self::BARRIER | Self::ANY,
            forbids: Self::ANY,
        }
    }
}
