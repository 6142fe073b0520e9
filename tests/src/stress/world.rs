//! What there is on the server, and so what the answers must be.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use imap_proto_core::encode::{
    Append, AppendMessage, Create, Delete, Fetch, FetchItems, Select, Status, StatusItems,
};
use imap_proto_core::types::{SequenceNumber, Uid};

use crate::interop::Client;

/// Messages in the mailbox that is selected.
pub(super) const MESSAGES: u32 = 20;
/// Mailboxes that are not; mailbox K has K messages.
pub(super) const BOXES: u32 = 5;
/// Octets of the last message beyond those of the one before: it comes in pieces.
const LARGE: usize = 150_000;

/// What stands in the last line of a message that is appended.
pub(super) const APPENDED: &str = "appended as ";

/// The mailboxes of a run.
#[derive(Debug)]
pub struct World {
    prefix: String,
    uids: Vec<Uid>,
    /// The UIDs of what was appended.
    appended: Mutex<BTreeSet<Uid>>,
    /// Messages made for APPEND.
    made: AtomicU32,
}

impl World {
    /// The world of the [`model`](super::Model).
    pub fn of_model() -> Self {
        let uids = (1..=MESSAGES).map(|number| Uid(model_uid(number)));
        Self::new("stress", uids.collect())
    }

    fn new(prefix: &str, uids: Vec<Uid>) -> Self {
        Self {
            prefix: prefix.to_owned(),
            uids,
            appended: Mutex::default(),
            made: AtomicU32::new(0),
        }
    }

    /// Makes it on a real server: mailboxes whose names begin with `prefix`.
    ///
    /// # Errors
    /// What went wrong.
    pub async fn make<L: Client>(client: &L, prefix: &str) -> Result<Self, String> {
        let mut world = Self::new(prefix, Vec::new());
        let mut boxes: Vec<_> = (0..BOXES).map(|k| (world.mailbox(k), k)).collect();
        boxes.extend([(world.selected(), MESSAGES), (world.sink(), 0)]);
        for (name, messages) in &boxes {
            client.run(Create::new(name.as_str())).await.map_err(text)?;
            for number in 1..=*messages {
                let message = AppendMessage::new(mail(number));
                let append = client.run(Append::new(name.as_str(), message)).await;
                append.map_err(text)?;
            }
        }
        let select = Select::new(world.selected().as_str());
        client.run(select).await.map_err(text)?;
        let all = SequenceNumber(1)..=SequenceNumber(MESSAGES);
        let fetch = client.run(Fetch::new(all, FetchItems::new().uid())).await;
        let uids = fetch.map_err(text)?.into_iter().map(|fetch| fetch.uid);
        world.uids = uids.collect::<Option<_>>().ok_or("a message without UID")?;
        Ok(world)
    }

    /// Removes it again.
    ///
    /// # Errors
    /// What went wrong.
    pub async fn remove<L: Client>(&self, client: &L) -> Result<(), String> {
        let mut names: Vec<_> = (0..BOXES).map(|k| self.mailbox(k)).collect();
        names.extend([self.sink(), self.selected()]);
        for name in names {
            client.run(Delete::new(name.as_str())).await.map_err(text)?;
        }
        Ok(())
    }

    /// Whether the server's mailbox has as many messages as were appended.
    ///
    /// # Errors
    /// How many it has instead.
    pub async fn check<L: Client>(&self, client: &L) -> Result<(), String> {
        let items = StatusItems::new().messages();
        let status = client.run(Status::new(self.sink().as_str(), items)).await;
        let there = status.map_err(text)?.messages();
        let appended = u32::try_from(self.lock().len()).ok();
        (there == appended)
            .then_some(())
            .ok_or_else(|| format!("{appended:?} messages were appended, {there:?} are there"))
    }

    pub(super) fn mailbox(&self, k: u32) -> String {
        format!("{}-box-{k}", self.prefix)
    }

    pub(super) fn selected(&self) -> String {
        format!("{}-main", self.prefix)
    }

    pub(super) fn sink(&self) -> String {
        format!("{}-sink", self.prefix)
    }

    pub(super) fn missing(&self, k: u32) -> String {
        format!("{}-missing-{k}", self.prefix)
    }

    pub(super) fn uid(&self, number: u32) -> Uid {
        let index = number
            .checked_sub(1)
            .and_then(|index| usize::try_from(index).ok());
        index
            .and_then(|index| self.uids.get(index))
            .copied()
            .unwrap_or(Uid(0))
    }

    /// A message to append, unlike any other: Cyrus takes only so many that are equal.
    pub(super) fn message(&self, number: u32) -> String {
        let made = self.made.fetch_add(1, Ordering::Relaxed);
        format!("{}{APPENDED}{made} in {}\r\n", mail(number), self.prefix)
    }

    /// Notes the UID of an appended message; false: another had it.
    pub(super) fn append(&self, uid: Uid) -> bool {
        self.lock().insert(uid)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeSet<Uid>> {
        self.appended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The UID of a message of the model.
pub(super) fn model_uid(number: u32) -> u32 {
    number * 3 + 1000
}

/// A message, of which every octet follows from its number.
pub(super) fn mail(number: u32) -> String {
    let mut text = format!(
        "From: sender-{number}@example.org\r\nSubject: {}\r\n\r\n",
        subject(number)
    );
    let lines = number as usize * 10;
    for line in 0..lines {
        let _ = write!(text, "line {line} of message {number}\r\n");
    }
    while number == MESSAGES && text.len() < LARGE {
        let octet = text.len();
        let _ = write!(text, "octet {octet} and on\r\n");
    }
    text
}

/// A word that only this message has.
pub(super) fn subject(number: u32) -> String {
    format!("nr-{number:03}x")
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
