//! What may be in flight together (RFC 9051 §5.5, RFC 7162, RFC 5182), as a table of bits.

/// The class of a command: what it does, and what may not be in flight when it is sent.
///
/// A command waits while one in flight does what it forbids. Order counts: NOOP may follow FETCH,
/// but FETCH may not follow NOOP, which could make the server renumber the messages.
///
/// ```
/// use imap_proto_core::encode::Pipelining;
/// assert!(!Pipelining::OTHER.conflicts_with(Pipelining::FETCH));
/// assert!(Pipelining::FETCH.conflicts_with(Pipelining::OTHER));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// Names messages by sequence number, in its arguments or in its answer.
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
    /// Removes messages from the selected mailbox; its EXPUNGE and VANISHED have no key.
    EXPUNGES = 7;
    /// Tells of mailboxes, or uses one by name.
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
    /// Its CAPABILITY response has no key.
    ANSWERS_CAPABILITY = 15;
    /// Streams bodies whose UID may come behind them.
    STREAMS_UNKEYED = 16;
    /// Sets `$` (RFC 5182).
    SAVES_RESULT = 17;
    /// Changes how names are written (ENABLE of IMAP4rev2, UTF8=ACCEPT, UIDONLY).
    CHANGES_DIALECT = 18;
    /// Anything at all: what a barrier forbids.
    ANY = 19;
    /// Changes flags only of messages that nobody else changed (RFC 7162 §3.1.3).
    STORES_CONDITIONALLY = 20;
    /// Removes or renames a mailbox, perhaps the selected one.
    REMOVES_MAILBOXES = 21;
    /// Its ID response has no key.
    ANSWERS_ID = 22;
    /// Its NAMESPACE response has no key.
    ANSWERS_NAMESPACE = 23;
    /// Its ENABLED response has no key.
    ANSWERS_ENABLED = 24;
    /// Its STATUS response has a mailbox for a key.
    ANSWERS_STATUS = 25;
    /// Its STATUS responses are of any mailbox.
    ANSWERS_EVERY_STATUS = 26;
    /// Its QUOTA responses are of any root.
    ANSWERS_QUOTA = 27;
    /// Its LISTRIGHTS response has only a part of the key that it needs.
    ANSWERS_RIGHTS = 28;
    /// Its VANISHED (EARLIER) response has no key.
    ANSWERS_VANISHED = 29;
    /// Its answer has a name of its own, and no key.
    ANSWERS_OTHER = 30;
}

/// The table of all commands: class, and why.
impl Pipelining {
    /// Commands that need nothing: any untagged response may come while they run
    /// (RFC 9051 §5.5), so that sequence numbers must wait.
    pub const OTHER: Self = Self::new(Self::ALLOWS_EXPUNGE, 0);

    /// Commands of one kind whose answer has no key: one at a time (DESIGN law 5). `bit` is one
    /// of the `ANSWERS_…`.
    pub const fn one_of_a_kind(bit: u32) -> Self {
        Self::OTHER.union(Self::new(bit, bit))
    }

    /// Commands on the selected mailbox that name no message: CHECK. They wait for a change of
    /// the mailbox, and for a DELETE or RENAME that may be of it.
    pub const IN_SELECTED: Self = Self::OTHER.union(Self::AFTER_SELECT);
    /// The same, for those that forbid EXPUNGE.
    const AFTER_SELECT: Self =
        Self::new(Self::USES_SELECTED, Self::SELECTS | Self::REMOVES_MAILBOXES);

    /// FETCH, STORE, SEARCH, SORT, THREAD by sequence number: no EXPUNGE while they run, none
    /// before them either (RFC 9051 §5.5, §7.5.1).
    pub const FETCH: Self = Self::AFTER_SELECT.union(Self::new(
        Self::USES_SEQUENCE_NUMBERS,
        Self::ALLOWS_EXPUNGE | Self::EXPUNGES,
    ));
    /// The UID commands: EXPUNGE may come, and shifts nothing that they name. After a command
    /// that removes messages they wait, since it decides what they find (RFC 9051 §5.5).
    pub const UID_FETCH: Self = Self::IN_SELECTED.union(Self::new(0, Self::EXPUNGES));
    /// FETCH, STORE, SEARCH of `$`: `$` is no sequence number, and follows the SEARCH that sets
    /// it at once (RFC 5182 §2.1, example 7).
    pub const FETCH_SAVED: Self = Self::AFTER_SELECT.union(Self::new(0, Self::EXPUNGES));
    /// UID SEARCH, SORT, THREAD with a set of sequence numbers among the keys (RFC 9051 §5.5).
    pub const UID_SEARCH_BY_NUMBER: Self = Self::UID_FETCH.union(Self::BY_NUMBER);
    /// What sequence numbers add.
    const BY_NUMBER: Self = Self::new(Self::USES_SEQUENCE_NUMBERS, Self::ALLOWS_EXPUNGE);

    /// Added for what reads flags: STORE of them before or after changes what is read
    /// (RFC 9051 §5.5).
    pub const FLAG_READER: Self = Self::new(Self::READS_FLAGS, Self::WRITES_FLAGS);
    /// Added for what changes flags: STORE, and FETCH of a body without PEEK, which sets `\Seen`
    /// (RFC 9051 §5.5).
    pub const FLAG_WRITER: Self = Self::new(
        Self::WRITES_FLAGS,
        Self::READS_FLAGS | Self::STORES_CONDITIONALLY,
    );
    /// The same for `$`, whose SEARCH may have read flags just before (RFC 5182 example 7).
    pub const FLAG_WRITER_SAVED: Self = Self::new(Self::WRITES_FLAGS, Self::STORES_CONDITIONALLY);
    /// Added for STORE UNCHANGEDSINCE: another STORE would fail it (RFC 7162 §3.1.3).
    pub const CONDITIONAL: Self = Self::new(Self::STORES_CONDITIONALLY, Self::WRITES_FLAGS);
    /// Added for UID FETCH of bodies: a begin without a UID has one owner only (DESIGN §2).
    pub const UNKEYED_BODIES: Self = Self::new(Self::STREAMS_UNKEYED, Self::STREAMS_UNKEYED);
    /// Added for FETCH VANISHED (RFC 7162 §3.2.6).
    pub const VANISHED: Self = Self::new(Self::ANSWERS_VANISHED, Self::ANSWERS_VANISHED);

    /// Added for SEARCH without RETURN: a SEARCH response names no command (RFC 3501 §7.2.5).
    pub const PLAIN_SEARCH: Self = Self::new(Self::ANSWERS_SEARCH, Self::ANSWERS_SEARCH);
    /// Added for SEARCH with RETURN: its answer has our tag (RFC 4731 §3.1), but some servers
    /// send the plain one all the same, which another command behind it must not take.
    pub const TAGGED_SEARCH: Self = Self::new(Self::ANSWERS_SEARCH, 0);
    /// Added for SORT.
    pub const SORT: Self = Self::new(Self::ANSWERS_SORT, Self::ANSWERS_SORT);
    /// Added for THREAD.
    pub const THREAD: Self = Self::new(Self::ANSWERS_THREAD, Self::ANSWERS_THREAD);
    /// Added for SEARCH RETURN (SAVE): what uses `$` may follow at once (RFC 5182 §2.1).
    pub const SAVE: Self = Self::new(Self::SAVES_RESULT, 0);

    /// UID COPY, and COPY of `$`.
    pub const UID_COPY: Self = Self::UID_FETCH.union(Self::MAILBOX_USER);
    /// COPY by sequence number: it waits for what allows EXPUNGE, and allows it
    /// (RFC 9051 §5.5: `COPY + COPY` is invalid).
    pub const COPY: Self = Self::UID_COPY.union(Self::BY_NUMBER);
    /// EXPUNGE, UID EXPUNGE: may follow STORE and COPY (RFC 9051 §5.5), but not each other,
    /// since EXPUNGE and VANISHED have no key.
    pub const EXPUNGE: Self = Self::IN_SELECTED.union(Self::new(Self::EXPUNGES, Self::EXPUNGES));
    /// UID MOVE, and MOVE of `$` (RFC 6851).
    pub const UID_MOVE: Self = Self::UID_COPY.union(Self::EXPUNGE);
    /// MOVE by sequence number.
    pub const MOVE: Self = Self::COPY.union(Self::EXPUNGE);

    /// CLOSE, UNSELECT: nothing that works on the mailbox beside it.
    pub const DESELECT: Self = Self::OTHER.union(Self::new(
        Self::SELECTS | Self::USES_SELECTED,
        Self::SELECTS | Self::USES_SELECTED | Self::REMOVES_MAILBOXES,
    ));
    /// SELECT, EXAMINE: the same, and in IMAP4rev2 it answers with LIST too (RFC 9051 §6.3.2).
    pub const SELECT: Self = Self::DESELECT
        .union(Self::MAILBOX_USER)
        .union(Self::one_of_a_kind(Self::ANSWERS_LIST));

    /// Added for what tells of a mailbox or uses it: what changes it comes before or after.
    pub const MAILBOX_USER: Self = Self::new(Self::READS_MAILBOXES, Self::WRITES_MAILBOXES);
    /// APPEND, GETACL, MYRIGHTS, GETMETADATA: a mailbox for a key.
    pub const MAILBOX_READER: Self = Self::OTHER.union(Self::MAILBOX_USER);
    /// CREATE, SUBSCRIBE, UNSUBSCRIBE, SETACL, DELETEACL, SETMETADATA, SETQUOTA.
    pub const MAILBOX_WRITER: Self =
        Self::OTHER.union(Self::new(Self::WRITES_MAILBOXES, Self::READS_MAILBOXES));
    /// DELETE, RENAME: perhaps of the selected mailbox.
    pub const MAILBOX_REMOVER: Self = Self::MAILBOX_WRITER.union(Self::new(
        Self::REMOVES_MAILBOXES,
        Self::USES_SELECTED | Self::SELECTS,
    ));
    /// Added for what answers with the STATUS of any mailbox: LIST RETURN (STATUS …), NOTIFY SET STATUS.
    pub const EVERY_STATUS: Self = Self::new(
        Self::ANSWERS_EVERY_STATUS,
        Self::ANSWERS_EVERY_STATUS | Self::ANSWERS_STATUS,
    );
    /// Added for NOTIFY: message numbers may change as soon as the server has it (RFC 5465 §5.3).
    pub const NOTIFY: Self = Self::new(0, Self::USES_SEQUENCE_NUMBERS);
    /// LIST without STATUS.
    pub const LIST: Self = Self::MAILBOX_USER.union(Self::one_of_a_kind(Self::ANSWERS_LIST));
    /// LIST RETURN (STATUS …): its STATUS responses could be another's (RFC 5819).
    pub const LIST_STATUS: Self = Self::LIST.union(Self::EVERY_STATUS);
    /// LSUB.
    pub const LSUB: Self = Self::MAILBOX_USER.union(Self::one_of_a_kind(Self::ANSWERS_LSUB));
    /// STATUS: a mailbox for a key, unless a LIST asks for that of all.
    pub const STATUS: Self =
        Self::MAILBOX_READER.union(Self::new(Self::ANSWERS_STATUS, Self::ANSWERS_EVERY_STATUS));
    /// GETQUOTA, GETQUOTAROOT: both answer with QUOTA (RFC 9208 §4.1.2).
    pub const QUOTA: Self = Self::MAILBOX_USER.union(Self::one_of_a_kind(Self::ANSWERS_QUOTA));
    /// LISTRIGHTS: its answer tells one identifier from another, its claim does not.
    pub const LIST_RIGHTS: Self =
        Self::MAILBOX_USER.union(Self::one_of_a_kind(Self::ANSWERS_RIGHTS));

    /// ENABLE of what changes no name: may be pipelined (RFC 5161 §3.1).
    pub const ENABLE: Self = Self::one_of_a_kind(Self::ANSWERS_ENABLED);
    /// ENABLE of IMAP4rev2, UTF8=ACCEPT, UIDONLY: what follows is written another way.
    pub const ENABLE_DIALECT: Self = Self::ENABLE.union(Self::new(Self::CHANGES_DIALECT, 0));
}

impl Pipelining {
    /// A class of what the command does and what may not be in flight before it; both are sets of
    /// the constants of this type.
    pub const fn new(does: u32, forbids: u32) -> Self {
        Self {
            does: does | Self::ANY,
            forbids: forbids | Self::BARRIER | Self::CHANGES_DIALECT,
        }
    }

    /// What either does, and what either forbids.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self {
            does: self.does | other.does,
            forbids: self.forbids | other.forbids,
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

    /// A command that runs alone (RFC 9051 §6.2, RFC 4978 §3, RFC 8437 §2): STARTTLS,
    /// AUTHENTICATE, LOGIN, COMPRESS, UNAUTHENTICATE, LOGOUT, IDLE.
    pub const fn barrier() -> Self {
        Self {
            does: Self::BARRIER | Self::ANY | Self::ALLOWS_EXPUNGE,
            forbids: Self::ANY,
        }
    }

    /// Whether this command must wait while `earlier` is in flight.
    pub const fn conflicts_with(self, earlier: Self) -> bool {
        self.forbids & earlier.does != 0
    }
}

/// [`Pipelining::OTHER`].
impl Default for Pipelining {
    fn default() -> Self {
        Self::OTHER
    }
}

/// What all commands in flight do, kept by counting, so that no check looks at each of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct InFlight {
    /// How many do what each bit says.
    counters: [u32; u32::BITS as usize],
    /// The bits whose counter is not zero.
    does: u32,
}

impl InFlight {
    /// Whether a command of this class may be sent now.
    pub(crate) const fn may_send(&self, class: Pipelining) -> bool {
        class.forbids & self.does == 0
    }

    /// A command was sent.
    pub(crate) fn add(&mut self, class: Pipelining) {
        for (bit, counter) in self.counters.iter_mut().enumerate() {
            *counter = counter.saturating_add(class.does >> bit & 1);
        }
        self.does |= class.does;
    }

    /// A command that was [added](Self::add) ended.
    pub(crate) fn remove(&mut self, class: Pipelining) {
        for (bit, counter) in self.counters.iter_mut().enumerate() {
            *counter = counter.saturating_sub(class.does >> bit & 1);
            if *counter == 0 {
                self.does &= !(1 << bit);
            }
        }
    }

    /// Whether some command in flight does this.
    pub(crate) const fn does(&self, bit: u32) -> bool {
        self.does & bit != 0
    }

    /// Whether the server may send EXPUNGE and VANISHED now: never without a command in progress,
    /// nor while one runs that forbids it (RFC 9051 §7.5.1).
    pub(crate) fn allows_expunge(&self) -> bool {
        let of = |bit: u32| self.counters.get(bit.trailing_zeros() as usize).copied();
        self.does(Pipelining::ALLOWS_EXPUNGE)
            && of(Pipelining::ALLOWS_EXPUNGE) == of(Pipelining::ANY)
    }
}

#[cfg(test)]
#[path = "tests/pipelining.rs"]
mod tests;
