//! Attacks and odd servers as files, each played by the engine alone and by both adapters over loopback TCP.
//!
//! A file of `tests/hostile/` or `tests/quirks/` is a [`crate::script`] with a head of `!` lines:
//!
//! | line | meaning |
//! |---|---|
//! | `! over unencrypted`, `tls`, `starttls` | how the connection is made; `unencrypted` unless said |
//! | `! login` | log in by LOGIN as `alice`, `secret-pass` when connecting |
//! | `! end TEXT` | the connection ends with this error, by its `Display`; otherwise it stays open |
//! | `! connect TEXT` | connecting itself fails with this error |
//! | `! limit NAME VALUE` | another limit |
//! | `! aims NAME` | the limit that the attack aims at: the heap may grow by it and 4 MiB, by four times it for `max_response` |
//! | `! malformed N` | so many such events; none unless said |
//! | `! tolerates KIND [N]` | so many events of this kind of tolerance, one unless said; none without such a line |
//! | `! sides core std tokio` | who plays it; all unless said |
//! | `! pace` | its octets are pathological: ten times the time of ordinary ones at most |
//!
//! and lines of the application, which the adapters run while the server plays:
//!
//! | line | meaning |
//! |---|---|
//! | `A: words => ENDING [N]` | run this and wait; it ends so, with N items if that is said |
//! | `A: & words => ENDING [N]` | start this, and wait for it at the end of the script |
//!
//! | `E: JSON` | the engine alone: the next event holds this; objects may have more members, the rest is exact |
//!
//! Once a file has an `E` line, it has one for each event that it wants to get past: data as `serde` writes it,
//! `Completed`, `Bye` and `Malformed`. `Tolerated` may have one, to show where it stands.
//!
//! `ENDING` is `OK`, `NO`, `BAD`, `not sent`, `timed out`, `unfinished`, or `refused` for a submit error. For the words
//! see [`word`].

mod adapter;
mod core;
mod file;
pub mod subset;
pub mod word;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

pub use file::{Hostile, all};

/// Who plays a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The engine, fed whole, by single octets and in pieces.
    Core,
    /// The blocking adapter.
    Std,
    /// The tokio adapter.
    Tokio,
}

impl Side {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Core, Self::Std, Self::Tokio];
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Core => "core",
            Self::Std => "std",
            Self::Tokio => "tokio",
        })
    }
}

/// What a file took when it was played.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// Octets of the server.
    pub octets: u64,
    /// The time that the engine spent on them, fed whole; nothing for the adapters, whose server takes time as well.
    pub time: Duration,
}

/// What was seen, in the words of the file's head.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    endings: Vec<(String, usize)>,
    end: Option<String>,
    malformed: usize,
    tolerated: BTreeMap<String, usize>,
}

impl Hostile {
    /// Plays it on one side.
    ///
    /// # Errors
    /// What was not as the file says.
    pub fn play(&self, side: Side) -> Result<Cost, String> {
        match side {
            Side::Core => core::play(self),
            Side::Std => adapter::play_std(self),
            Side::Tokio => adapter::play_tokio(self),
        }
    }

    /// Compares what was seen with what the file says.
    fn judge(&self, seen: &Seen) -> Result<(), String> {
        let mut wrong = Vec::new();
        for (index, (expected, (ending, items))) in self.words().zip(&seen.endings).enumerate() {
            let number = index + 1;
            if *ending != expected.ending {
                wrong.push(format!(
                    "command {number} ended {ending:?}, not {:?}",
                    expected.ending
                ));
            }
            if expected.items.is_some_and(|expected| expected != *items) {
                wrong.push(format!(
                    "command {number} has {items} items, not {:?}",
                    expected.items
                ));
            }
        }
        if self.words().count() != seen.endings.len() {
            wrong.push(format!("{} commands were run", seen.endings.len()));
        }
        let end = self.end.as_ref().or(self.refused.as_ref());
        if end != seen.end.as_ref() {
            wrong.push(format!("the connection ended {:?}, not {end:?}", seen.end));
        }
        if self.malformed != seen.malformed {
            wrong.push(format!(
                "{} malformed, not {}",
                seen.malformed, self.malformed
            ));
        }
        if self.tolerated != seen.tolerated {
            wrong.push(format!(
                "tolerated {:?}, not {:?}",
                seen.tolerated, self.tolerated
            ));
        }
        if wrong.is_empty() {
            return Ok(());
        }
        Err(wrong.join("; "))
    }
}
