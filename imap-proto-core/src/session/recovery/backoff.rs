//! How long to wait before connecting again, and what else a caller can choose.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::Retry;
use crate::encode::{Command, Request, SubmitError};

/// How long to wait before each attempt to connect. Pure: the random number is given.
///
/// The nominal wait grows from one failed attempt to the next, and each client waits somewhere
/// between half of it and the whole, so that many do not come back to a server at once.
///
/// ```
/// use std::time::Duration;
/// use imap_proto_core::session::{Backoff, Retry};
///
/// let backoff = Backoff::default().first(Duration::from_secs(2));
/// let third = backoff.delay(2, Retry::Soon, u64::MAX);
/// assert_eq!(third, Some(Duration::from_secs(8)));
/// assert_eq!(backoff.delay(0, Retry::Never, 0), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backoff {
    first: Duration,
    most: Duration,
    factor: u32,
    busy: Duration,
    attempts: Option<u32>,
}

impl Default for Backoff {
    /// From 1 second up to 5 minutes, doubling; 1 minute at least where the server is busy; for
    /// ever.
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            most: Duration::from_secs(300),
            factor: 2,
            busy: Duration::from_secs(60),
            attempts: None,
        }
    }
}

impl Backoff {
    /// The nominal wait before the first attempt.
    #[must_use]
    pub fn first(mut self, first: Duration) -> Self {
        self.first = first;
        self
    }

    /// The longest nominal wait; only a server that asks for more gets more.
    #[must_use]
    pub fn most(mut self, most: Duration) -> Self {
        self.most = most;
        self
    }

    /// By how much the nominal wait grows with each failed attempt; 1 for not at all.
    #[must_use]
    pub fn factor(mut self, factor: u32) -> Self {
        self.factor = factor.max(1);
        self
    }

    /// The shortest wait where the server says that it is [busy](Retry::Later).
    #[must_use]
    pub fn busy(mut self, busy: Duration) -> Self {
        self.busy = busy;
        self
    }

    /// How many attempts in a row may fail before it is given up.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = Some(attempts);
        self
    }

    /// How long to wait before the next attempt, after `failed` of them have failed in a row;
    /// `None` when there is to be none. `random` is any number, evenly spread over all.
    pub fn delay(&self, failed: u32, retry: Retry, random: u64) -> Option<Duration> {
        if self.attempts.is_some_and(|attempts| failed >= attempts) {
            return None;
        }
        let grown = self
            .first
            .saturating_mul(self.factor.saturating_pow(failed));
        let nominal = grown.min(self.most);
        let half = nominal / 2;
        match retry {
            Retry::Never => None,
            Retry::Soon => Some(half + share(nominal.saturating_sub(half), random)),
            Retry::Later(suggested) => {
                let least = suggested.unwrap_or(self.busy).max(nominal);
                Some(least.saturating_add(share(least / 2, random)))
            }
        }
    }
}

/// As much of a time as a random number is of all numbers.
fn share(of: Duration, random: u64) -> Duration {
    let nanoseconds = u64::try_from(of.as_nanos()).unwrap_or(u64::MAX);
    let product = u128::from(nanoseconds) * (u128::from(random) + 1);
    Duration::from_nanos(u64::try_from(product >> 64).unwrap_or(u64::MAX))
}

/// What a [`Reconnecting`](super::Reconnecting) session does when its connection is lost.
#[derive(Clone, Debug)]
pub struct Recovery {
    pub(super) backoff: Backoff,
    pub(super) setup: Vec<Setup>,
    pub(super) qresync: bool,
    pub(super) compare: bool,
    pub(super) max_messages: usize,
    pub(super) stable: Duration,
    pub(super) repeats: u32,
    pub(super) max_events: usize,
}

/// Makes a command that each connection begins with.
#[derive(Clone)]
pub(super) struct Setup(Arc<MakeRequest>);

type MakeRequest = dyn Fn() -> Result<Request, SubmitError> + Send + Sync;

impl Setup {
    pub(super) fn request(&self) -> Result<Request, SubmitError> {
        (self.0)()
    }
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Setup")
    }
}

impl Default for Recovery {
    /// All is compared, up to 1 000 000 messages.
    fn default() -> Self {
        Self {
            backoff: Backoff::default(),
            setup: Vec::new(),
            qresync: true,
            compare: true,
            max_messages: 1_000_000,
            stable: Duration::from_secs(30),
            repeats: 3,
            max_events: 1024,
        }
    }
}

impl Recovery {
    /// How long to wait before each attempt.
    #[must_use]
    pub fn backoff(mut self, backoff: Backoff) -> Self {
        self.backoff = backoff;
        self
    }

    /// A command that each connection begins with, the first one included: behind login and ENABLE,
    /// and before the mailbox is selected. It is for what belongs to one connection, such as NOTIFY
    /// (RFC 5465), LANGUAGE (RFC 5255), or a command of a vendor's by which a device registers.
    ///
    /// Several are given in the order in which they were added. What the server refuses is told by
    /// [`RecoveryEvent::SetupRefused`](super::RecoveryEvent::SetupRefused), and goes without.
    ///
    /// ```
    /// use imap_proto_core::encode::{Language, MailboxEvents, MailboxFilter, Notify};
    /// use imap_proto_core::session::Recovery;
    ///
    /// let recovery = Recovery::default()
    ///     .setup(|| Language::new(["de"]))
    ///     .setup(|| Notify::set(MailboxFilter::Personal, MailboxEvents::new().messages()));
    /// ```
    #[must_use]
    pub fn setup<C: Command>(mut self, make: impl Fn() -> C + Send + Sync + 'static) -> Self {
        let request = move || make().request();
        self.setup.push(Setup(Arc::new(request)));
        self
    }

    /// Whether QRESYNC is enabled on each connection where the server offers it (RFC 7162
    /// §3.2.3): changes are then told at once. It also makes the server send VANISHED for EXPUNGE,
    /// from the first connection on. On unless said.
    #[must_use]
    pub fn qresync(mut self, qresync: bool) -> Self {
        self.qresync = qresync;
        self
    }

    /// Whether to tell what changed in the selected mailbox. For that its flags are fetched when
    /// it is selected, and kept, about 50 octets a message. On unless said.
    #[must_use]
    pub fn compare(mut self, compare: bool) -> Self {
        self.compare = compare;
        self
    }

    /// Of how many messages at most; a mailbox with more is only selected again.
    #[must_use]
    pub fn max_messages(mut self, messages: usize) -> Self {
        self.max_messages = messages;
        self
    }

    /// How long a connection must last for its loss to be the first in a row again; 30 seconds
    /// unless said. A server that takes a login and fails at once is not asked ever faster.
    #[must_use]
    pub fn stable(mut self, stable: Duration) -> Self {
        self.stable = stable;
        self
    }

    /// How often a command is repeated where the caller asks for that; 3 times unless said.
    #[must_use]
    pub fn repeats(mut self, repeats: u32) -> Self {
        self.repeats = repeats;
        self
    }

    /// How many events wait for a subscriber; the oldest are dropped then. 1024 unless said.
    #[must_use]
    pub fn max_events(mut self, events: usize) -> Self {
        self.max_events = events.max(1);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// With the largest and the smallest random number: the whole and half of 1, 2, 4 … 300 s.
    #[test]
    fn f5_the_wait_doubles_up_to_the_most() {
        let backoff = Backoff::default();
        for (failed, seconds) in [(0, 1), (1, 2), (2, 4), (8, 256), (9, 300), (4_000_000, 300)] {
            let nominal = SECOND * seconds;
            let longest = backoff.delay(failed, Retry::Soon, u64::MAX);
            assert_eq!(longest, Some(nominal));
            assert_eq!(backoff.delay(failed, Retry::Soon, 0), Some(nominal / 2));
        }
    }

    #[test]
    fn the_jitter_is_even() {
        let backoff = Backoff::default().first(4 * SECOND);
        let at = |share| backoff.delay(0, Retry::Soon, share);
        assert_eq!(at(u64::MAX / 2), Some(3 * SECOND));
        assert_eq!(at(u64::MAX / 4), Some(5 * SECOND / 2));
    }

    #[test]
    fn a_busy_server_is_left_alone_for_longer() {
        let backoff = Backoff::default();
        let later = |suggested, random| backoff.delay(0, Retry::Later(suggested), random);
        assert_eq!(later(None, 0), Some(60 * SECOND));
        assert_eq!(later(None, u64::MAX), Some(90 * SECOND));
        // Never sooner than it asks, also when that is more than our own most.
        let asked = Duration::from_secs(3600);
        assert_eq!(later(Some(asked), 0), Some(asked));
        let grown = backoff.delay(9, Retry::Later(None), 0);
        assert_eq!(grown, Some(300 * SECOND));
    }

    #[test]
    fn attempts_are_counted() {
        let backoff = Backoff::default().attempts(2);
        assert!(backoff.delay(1, Retry::Soon, 0).is_some());
        assert_eq!(backoff.delay(2, Retry::Soon, 0), None);
        assert_eq!(Backoff::default().delay(0, Retry::Never, 0), None);
    }

    #[test]
    fn extremes_do_not_overflow() {
        let backoff = Backoff::default().first(Duration::MAX).most(Duration::MAX);
        assert!(backoff.delay(u32::MAX, Retry::Soon, u64::MAX).is_some());
        let later = Retry::Later(Some(Duration::MAX));
        assert_eq!(backoff.delay(0, later, u64::MAX), Some(Duration::MAX));
    }
}
