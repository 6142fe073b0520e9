//! What each client does, and how it tells what it took.

use std::time::Duration;

/// How often it connects and logs in.
pub(super) const CONNECTIONS: u32 = 20;
/// How many NOOP commands it waits for, one by one.
pub(super) const NOOPS: u32 = 2000;
/// How many FETCH commands it submits at once.
pub(super) const FETCHES: u32 = 5000;
/// How often each work is done in a turn.
pub(super) const ROUNDS: u32 = 2;
/// The small messages that they ask for, behind the large one.
pub(super) const SMALL: u32 = 100;

/// Where the work is.
#[derive(Clone)]
pub(super) struct Task {
    pub(super) port: u16,
    pub(super) user: String,
    pub(super) password: String,
    pub(super) mailbox: String,
    /// Of the large message, which is the first.
    pub(super) octets: u64,
    pub(super) compress: bool,
}

/// What one work of one client took.
#[derive(Clone, Debug)]
pub(super) struct Took {
    pub(super) name: String,
    /// Commands, or octets of the literal.
    pub(super) count: f64,
    pub(super) seconds: f64,
    pub(super) cpu: f64,
    /// Answers that were right; of the literal, 1.
    pub(super) right: f64,
}

impl Task {
    /// As the arguments of a client's process.
    pub(super) fn arguments(&self) -> [String; 6] {
        let compress = if self.compress { "yes" } else { "no" };
        [
            self.port.to_string(),
            self.user.clone(),
            self.password.clone(),
            self.mailbox.clone(),
            self.octets.to_string(),
            compress.to_owned(),
        ]
    }

    /// From them.
    pub(super) fn from_arguments(arguments: &[String]) -> Option<Self> {
        let [port, user, password, mailbox, octets, compress] = arguments else {
            return None;
        };
        Some(Self {
            port: port.parse().ok()?,
            user: user.clone(),
            password: password.clone(),
            mailbox: mailbox.clone(),
            octets: octets.parse().ok()?,
            compress: compress == "yes",
        })
    }
}

impl Took {
    /// From the line that `print` makes.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let name = words.next()?.to_owned();
        let mut number = || words.next()?.parse().ok();
        Some(Self {
            name,
            count: number()?,
            seconds: number()?,
            cpu: number()?,
            right: number()?,
        })
    }

    /// Keeps the fastest of each work; an answer that was wrong once counts as wrong.
    pub(super) fn keep_best(best: &mut Vec<Self>, took: Self) {
        let Some(kept) = best.iter_mut().find(|kept| kept.name == took.name) else {
            best.push(took);
            return;
        };
        let right = kept.right.min(took.right);
        if took.rate() > kept.rate() {
            *kept = took;
        }
        kept.right = right;
    }

    /// Commands or octets a second.
    pub(super) fn rate(&self) -> f64 {
        self.count / self.seconds
    }
}

/// Tells the parent what a work took.
pub(super) fn print(name: &str, count: u64, took: Duration, used: Duration, right: u64) {
    let (took, used) = (took.as_secs_f64(), used.as_secs_f64());
    println!("{name} {count} {took:.6} {used:.6} {right}");
}
