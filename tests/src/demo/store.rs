//! Accounts, mailboxes and messages, shared by all connections.

use super::content::Content;
use super::date::DateTime;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

/// The first UIDVALIDITY; each mailbox has its own.
const FIRST_UID_VALIDITY: u32 = 1_700_000_000;

/// The store, and how to wait for a change of it.
#[derive(Debug, Default)]
pub(super) struct Hub {
    store: Mutex<Store>,
    changed: Condvar,
}

/// Everything that is kept.
#[derive(Debug, Default)]
pub(super) struct Store {
    accounts: BTreeMap<String, Account>,
    mailboxes_made: u32,
    /// Counts changes, for those who wait for one.
    pub(super) generation: u64,
}

/// A user's mailboxes.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) password: String,
    pub(super) mailboxes: BTreeMap<String, Mailbox>,
    pub(super) subscribed: BTreeSet<String>,
}

/// A mailbox.
#[derive(Debug)]
pub(super) struct Mailbox {
    /// Its UIDVALIDITY, which no other mailbox has or had.
    pub(super) uid_validity: u32,
    pub(super) uid_next: u32,
    /// Ascending by UID.
    pub(super) messages: Vec<Message>,
    /// The highest mod-sequence (RFC 7162) given so far.
    pub(super) modseq: u64,
    /// `\Sent` and the like (RFC 6154).
    pub(super) special_use: Option<&'static str>,
    /// Keywords that messages have or had.
    pub(super) keywords: Vec<String>,
    /// Messages from this UID on are recent to the next session that selects it.
    pub(super) recent_from: u32,
}

/// A message in a mailbox.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) uid: u32,
    pub(super) flags: BTreeSet<String>,
    pub(super) date: DateTime,
    pub(super) content: Arc<Content>,
    /// Mod-sequence of its last change.
    pub(super) modseq: u64,
}

/// The store, locked.
pub(super) type Locked<'a> = MutexGuard<'a, Store>;

impl Hub {
    /// Locks the store.
    pub(super) fn lock(&self) -> Locked<'_> {
        self.store
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Tells those who wait that the store, or something they wait for beside it, has changed.
    pub(super) fn notify(&self, store: &mut Store) {
        store.generation += 1;
        self.changed.notify_all();
    }

    /// Gives the lock away until the next [`Hub::notify`].
    pub(super) fn wait<'a>(&'a self, store: Locked<'a>) -> Locked<'a> {
        self.changed
            .wait(store)
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Store {
    /// Adds a user with an empty INBOX.
    pub(super) fn add_account(&mut self, user: &str, password: &str) {
        let (password, subscribed) = (password.to_owned(), BTreeSet::from(["INBOX".to_owned()]));
        let account = Account {
            password,
            mailboxes: BTreeMap::new(),
            subscribed,
        };
        self.accounts.insert(user.to_owned(), account);
        self.add_mailbox(user, "INBOX", None);
    }

    /// Makes a mailbox of an existing user.
    pub(super) fn add_mailbox(
        &mut self,
        user: &str,
        name: &str,
        special_use: Option<&'static str>,
    ) {
        let mailbox = Mailbox {
            uid_validity: FIRST_UID_VALIDITY + self.mailboxes_made,
            uid_next: 1,
            messages: Vec::new(),
            modseq: 1,
            special_use,
            keywords: Vec::new(),
            recent_from: 1,
        };
        self.mailboxes_made += 1;
        if let Some(account) = self.accounts.get_mut(user) {
            account.mailboxes.insert(name.to_owned(), mailbox);
        }
    }

    /// The account of a user.
    pub(super) fn account(&mut self, user: &str) -> Option<&mut Account> {
        self.accounts.get_mut(user)
    }

    /// Whether this is a user's password.
    pub(super) fn is_password(&self, user: &str, password: &str) -> bool {
        self.accounts
            .get(user)
            .is_some_and(|account| account.password == password)
    }

    /// A user's mailbox by name.
    pub(super) fn mailbox(&mut self, user: &str, name: &str) -> Option<&mut Mailbox> {
        self.account(user)?.mailboxes.get_mut(name)
    }

    /// A user's mailbox by UIDVALIDITY, whatever its name is by now.
    pub(super) fn selected(&mut self, user: &str, uid_validity: u32) -> Option<&mut Mailbox> {
        let mut mailboxes = self.account(user)?.mailboxes.values_mut();
        mailboxes.find(|mailbox| mailbox.uid_validity == uid_validity)
    }
}

impl Mailbox {
    /// Adds a message; its UID is returned.
    pub(super) fn append(
        &mut self,
        content: Arc<Content>,
        flags: Vec<String>,
        date: DateTime,
    ) -> u32 {
        let uid = self.uid_next;
        self.uid_next += 1;
        self.modseq += 1;
        let flags = flags.into_iter().map(|flag| self.known(flag)).collect();
        self.messages.push(Message {
            uid,
            flags,
            date,
            content,
            modseq: self.modseq,
        });
        uid
    }

    /// The message with this UID.
    pub(super) fn message(&mut self, uid: u32) -> Option<&mut Message> {
        let at = self
            .messages
            .binary_search_by_key(&uid, |message| message.uid)
            .ok()?;
        self.messages.get_mut(at)
    }

    /// Gives a message these flags; nothing happens when it has them or is gone.
    pub(super) fn set_flags(&mut self, uid: u32, flags: BTreeSet<String>) {
        let flags: BTreeSet<String> = flags.into_iter().map(|flag| self.known(flag)).collect();
        let modseq = self.modseq + 1;
        if let Some(message) = self.message(uid).filter(|message| message.flags != flags) {
            message.flags = flags;
            message.modseq = modseq;
            self.modseq = modseq;
        }
    }

    /// Removes messages.
    pub(super) fn expunge(&mut self, uids: &[u32]) {
        if !uids.is_empty() {
            self.messages.retain(|message| !uids.contains(&message.uid));
            self.modseq += 1;
        }
    }

    /// UIDs of the messages marked `\Deleted`.
    pub(super) fn deleted(&self) -> Vec<u32> {
        let deleted = self
            .messages
            .iter()
            .filter(|message| message.flags.contains("\\Deleted"));
        deleted.map(|message| message.uid).collect()
    }

    /// The value of a STATUS item (RFC 3501 §6.3.10, RFC 7162 §3.1.7, RFC 8438).
    pub(super) fn status(&self, item: &str) -> Option<u64> {
        let count =
            |wanted: &dyn Fn(&&Message) -> bool| self.messages.iter().filter(wanted).count() as u64;
        Some(match item {
            "MESSAGES" => self.messages.len() as u64,
            "RECENT" => count(&|message| message.uid >= self.recent_from),
            "UIDNEXT" => self.uid_next.into(),
            "UIDVALIDITY" => self.uid_validity.into(),
            "UNSEEN" => count(&|message| !message.flags.contains("\\Seen")),
            "HIGHESTMODSEQ" => self.modseq,
            "SIZE" => self
                .messages
                .iter()
                .map(|message| message.content.len())
                .sum(),
            _ => return None,
        })
    }

    /// All flags that a message may have, for `FLAGS`.
    pub(super) fn flags(&self) -> String {
        let mut flags = "\\Answered \\Flagged \\Deleted \\Seen \\Draft".to_owned();
        for keyword in &self.keywords {
            flags.push(' ');
            flags.push_str(keyword);
        }
        flags
    }

    /// A flag as it was first written here, whose case is kept.
    fn known(&mut self, flag: String) -> String {
        if flag.starts_with('\\') {
            return flag;
        }
        if let Some(keyword) = self
            .keywords
            .iter()
            .find(|keyword| keyword.eq_ignore_ascii_case(&flag))
        {
            return keyword.clone();
        }
        self.keywords.push(flag.clone());
        flag
    }
}
