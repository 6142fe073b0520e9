//! What a worker does on a connection, and how it judges the answers.

use std::fmt::Write as _;

use imap_proto_core::encode::{
    Append, AppendMessage, Command, Fetch, FetchItems, List, Noop, SearchKey, Select, Status,
    StatusItems, StoreAction, UidExpunge, UidFetch, UidSearch, UidStore,
};
use imap_proto_core::session::Error;
use imap_proto_core::types::{FetchResponse, Flag, Section, SequenceNumber, Uid};

use super::{Counts, Kind, Ledger, Listed};
use crate::compare::Kit;
use crate::stress::Random;

/// Mailboxes of a worker.
pub(super) const BOXES: usize = 2;
/// More messages are not kept in a mailbox.
const FULL: usize = 24;
/// Commands of a burst.
const BURST: usize = 6;
/// Kinds of work.
const KINDS: u32 = 12;

/// The mailboxes of a worker, with what they must hold.
pub(super) struct Desk<'a> {
    pub(super) counts: &'a Counts,
    pub(super) names: [String; BOXES],
    pub(super) ledgers: [Ledger; BOXES],
    /// The mailbox that is selected.
    selected: usize,
    random: Random,
    next: u64,
}

impl<'a> Desk<'a> {
    pub(super) fn new(counts: &'a Counts, prefix: &str, worker: u32, seed: u64) -> Self {
        Self {
            counts,
            names: [0, 1].map(|k| format!("{prefix}-{worker}-{k}")),
            ledgers: Default::default(),
            selected: 0,
            random: Random::new(seed, u64::from(worker)),
            next: u64::from(worker) * 1_000_000,
        }
    }

    /// Another number below a bound.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        self.random.below(bound)
    }

    /// One piece of work.
    pub(super) async fn one<K: Kit>(&mut self, client: &K) -> Result<(), Error> {
        match self.random.below(KINDS) {
            0..=2 => {
                let k = self.random.index(BOXES);
                self.append(client, &[k]).await
            }
            3 => self.append(client, &[1, 0, 1]).await,
            4 => self.body(client).await,
            5 | 6 => self.burst(client).await,
            7 => self.search(client).await,
            8 => self.status(client).await,
            9 => self.select(client).await,
            10 => self.remove(client).await,
            _ => self.abandon(client).await,
        }
    }

    /// Selects one of the mailboxes.
    pub(super) async fn select<K: Kit>(&mut self, client: &K) -> Result<(), Error> {
        self.selected = self.random.index(BOXES);
        let select = Select::new(self.names[self.selected].as_str());
        let told = self.run(client, select).await?;
        self.within(self.selected, told.exists, "SELECT");
        Ok(())
    }

    async fn run<K: Kit, C: Command>(&self, client: &K, command: C) -> Result<C::Output, Error> {
        Counts::add(&self.counts.commands);
        client.run(command).await
    }

    /// Appends to mailboxes, all at once.
    async fn append<K: Kit>(&mut self, client: &K, boxes: &[usize]) -> Result<(), Error> {
        let mut started = Vec::new();
        for k in boxes {
            self.next += 1;
            Counts::add(&self.counts.commands);
            self.ledgers[*k].send(self.next);
            let message = AppendMessage::new(mail(self.next));
            let append = Append::new(self.names[*k].as_str(), message);
            started.push((*k, self.next, client.start(append)));
        }
        let mut end = Ok(());
        for (k, number, reply) in started {
            match K::finish::<Append>(reply).await {
                Ok(told) => {
                    let uid = told.and_then(|told| told.uids.iter().next());
                    self.ledgers[k].stored(number, uid);
                }
                Err(error) => {
                    if is_refusal(&error) {
                        self.ledgers[k].refused(number);
                    }
                    end = end.and(Err(error));
                }
            }
        }
        end
    }

    /// Reads one message as a stream.
    async fn body<K: Kit>(&mut self, client: &K) -> Result<(), Error> {
        let Some((number, uid)) = self.any() else {
            return self.run(client, Noop).await;
        };
        Counts::add(&self.counts.commands);
        let octets = read::<K>(client, uid).await?;
        if octets != mail(number).as_bytes() {
            let length = octets.len();
            let wrong = format!("{length} other octets as the body of message {number}");
            self.counts.problem(Kind::Misattributed, wrong);
        }
        Ok(())
    }

    /// Asks for the sizes of several messages, each by a command of its own, and takes the answers from the last on.
    async fn burst<K: Kit>(&mut self, client: &K) -> Result<(), Error> {
        let wanted: Vec<(u64, Uid)> = (0..BURST).filter_map(|_| self.any()).collect();
        let mut started = Vec::new();
        for (number, uid) in wanted {
            Counts::add(&self.counts.commands);
            let fetch = UidFetch::new(uid, FetchItems::new().size());
            started.push((number, uid, client.start(fetch)));
        }
        let mut end = Ok(());
        for (number, uid, reply) in started.into_iter().rev() {
            match K::finish::<UidFetch>(reply).await {
                Ok(told) => {
                    let told: Vec<_> = told.iter().map(|fetch| (fetch.uid, fetch.size)).collect();
                    let size = mail(number).len() as u64;
                    self.is(&told, &[(Some(uid), Some(size))], "FETCH", number);
                }
                Err(error) => end = end.and(Err(error)),
            }
        }
        end
    }

    async fn search<K: Kit>(&mut self, client: &K) -> Result<(), Error> {
        let Some((number, uid)) = self.any() else {
            return self.run(client, Noop).await;
        };
        let search = UidSearch::new(SearchKey::subject(subject(number)));
        let found = self.run(client, search).await?;
        let found: Vec<Uid> = found.iter().collect();
        self.is(&found, &[uid], "SEARCH", number);
        Ok(())
    }

    async fn status<K: Kit>(&mut self, client: &K) -> Result<(), Error> {
        let k = (self.selected + 1) % BOXES;
        let status = Status::new(self.names[k].as_str(), StatusItems::new().messages());
        let told = self.run(client, status).await?;
        let name = told.mailbox.to_text().into_owned();
        if name == self.names[k] {
            self.within(k, told.messages(), "STATUS");
        } else {
            let wrong = format!("STATUS of {name} in place of {}", self.names[k]);
            self.counts.problem(Kind::Misattributed, wrong);
        }
        Ok(())
    }

    /// Removes the oldest messages of a mailbox that is full, and those that were to be removed.
    async fn remove<K: Kit>(&mut self, client: &K) -> Result<(), Error> {
        let ledger = &self.ledgers[self.selected];
        let (there, mut old) = (ledger.there(), ledger.unremoved());
        old.extend(&there[..there.len().saturating_sub(FULL)]);
        for (number, uid) in old {
            self.ledgers[self.selected].remove(number);
            let mark = StoreAction::add([Flag::Deleted]).silent();
            self.run(client, UidStore::new(uid, mark)).await?;
            self.run(client, UidExpunge::new(uid)).await?;
            self.ledgers[self.selected].removed(number);
        }
        self.list(client).await
    }

    async fn list<K: Kit>(&mut self, client: &K) -> Result<(), Error> {
        let name = self.names[self.random.index(BOXES)].clone();
        let list = self.run(client, List::new("", name.as_str())).await?;
        let told = list.iter().map(|list| list.mailbox.to_text().into_owned());
        let told: Vec<_> = told.collect();
        self.is(&told, &[name], "LIST", 0);
        Ok(())
    }

    /// Nobody wants this answer; the next must be right all the same.
    async fn abandon<K: Kit>(&mut self, client: &K) -> Result<(), Error> {
        if let Some((_, uid)) = self.any() {
            Counts::add(&self.counts.commands);
            drop(client.start(UidFetch::new(uid, FetchItems::new().envelope())));
        }
        self.search(client).await
    }

    /// Any message that the selected mailbox must have.
    fn any(&mut self) -> Option<(u64, Uid)> {
        let there = self.ledgers[self.selected].there();
        let index = self.random.index(there.len());
        there.get(index).copied()
    }

    fn within(&self, k: usize, told: Option<u32>, what: &str) {
        let (least, most) = self.ledgers[k].bounds();
        match told {
            Some(told) if told < least => {
                let lost = format!("{what} tells of {told} messages of {least}");
                self.counts.problem(Kind::Lost, lost);
            }
            Some(told) if told <= most => {}
            _ => {
                let wrong = format!("{what} tells of {told:?} messages, {most} at most");
                self.counts.problem(Kind::Misattributed, wrong);
            }
        }
    }

    /// Compares an answer with the only right one; an empty one is a loss.
    fn is<T: PartialEq + std::fmt::Debug>(&self, told: &[T], right: &[T], what: &str, number: u64) {
        if told == right {
            return;
        }
        let kind = if told.is_empty() {
            Kind::Lost
        } else {
            Kind::Misattributed
        };
        let wrong = format!("{what} for message {number}: {told:?} in place of {right:?}");
        self.counts.problem(kind, wrong);
    }
}

/// All messages of a mailbox with what stands in them, or what their subjects and sizes say.
pub(super) async fn listing<K: Kit>(
    client: &K,
    name: &str,
    whole: bool,
) -> Result<Vec<Listed>, Error> {
    let there = client.run(Select::new(name)).await?.exists.unwrap_or(0);
    if there == 0 {
        return Ok(Vec::new());
    }
    let all = SequenceNumber(1)..=SequenceNumber(there);
    let items = FetchItems::new().uid().size().envelope();
    let mut listed = Vec::new();
    for fetch in client.run(Fetch::new(all, items)).await? {
        let Some(uid) = fetch.uid else { continue };
        let number = if whole {
            number_of(&read::<K>(client, uid).await?)
        } else {
            named(&fetch)
        };
        listed.push(Listed { uid, number });
    }
    Ok(listed)
}

/// One message as a stream.
async fn read<K: Kit>(client: &K, uid: Uid) -> Result<Vec<u8>, Error> {
    let mut body = client.session().uid_fetch_body(uid, Section::Full);
    let mut octets = Vec::new();
    while let Some(chunk) = K::chunk(&mut body).await {
        octets.extend_from_slice(&chunk?);
    }
    Ok(octets)
}

/// The number of the message that this is by its subject and its size.
fn named(fetch: &FetchResponse) -> Option<u64> {
    let subject = fetch.envelope()?.subject()?;
    let number = number_in(&String::from_utf8_lossy(subject))?;
    (fetch.size == Some(mail(number).len() as u64)).then_some(number)
}

/// Whether a command was not done, for certain.
fn is_refusal(error: &Error) -> bool {
    matches!(
        error,
        Error::No(_) | Error::Bad(_) | Error::NotSent | Error::Submit(_)
    )
}

/// A message, of which every octet follows from its number.
pub(super) fn mail(number: u64) -> String {
    let head = "From: soak@example.org\r\nDate: Sat, 29 Mar 2025 12:00:00 +0000\r\nSubject: ";
    let mut text = format!("{head}{}\r\n\r\n", subject(number));
    // Some are above the size from which a body is streamed.
    let length = if number % 16 == 5 {
        60_000 + number % 20_000
    } else {
        number * 37 % 6000
    };
    let mut line = 0;
    while (text.len() as u64) < length {
        line += 1;
        let _ = write!(text, "line {line} of {number}\r\n");
    }
    text
}

fn subject(number: u64) -> String {
    format!("nr-{number:010}x")
}

/// The number of the message that these octets are.
fn number_of(octets: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(octets).ok()?;
    let number = number_in(text.split_once("Subject: ")?.1)?;
    (mail(number) == text).then_some(number)
}

/// `nr-0000000001x` and anything.
fn number_in(text: &str) -> Option<u64> {
    let digits = text.strip_prefix("nr-")?.split_once('x')?.0;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_tells_its_number_and_nothing_else_does() {
        for number in [1, 5, 1_000_021, 37_000_123] {
            assert_eq!(number_of(mail(number).as_bytes()), Some(number));
        }
        let cut = mail(21);
        assert_eq!(number_of(&cut.as_bytes()[..cut.len() - 1]), None);
        assert_eq!(number_of(b"Subject: nr-0000000001x"), None);
    }
}
