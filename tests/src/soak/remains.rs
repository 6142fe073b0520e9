//! What a process holds: threads, descriptors, heap.

use crate::stress::{becomes, session_threads};

/// How much more heap at the end is no leak: what libraries keep once they were used.
const HEAP: usize = 1 << 20;

/// What is held at some time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Remains {
    threads: usize,
    descriptors: usize,
    heap: usize,
}

impl Remains {
    /// What is held now; the octets of heap are told by the program, whose allocator counts them.
    pub(super) fn now(heap: fn() -> usize) -> Self {
        Self {
            threads: entries("/proc/self/task"),
            descriptors: entries("/proc/self/fd"),
            heap: heap(),
        }
    }

    /// What is held in excess of it, after what ends by itself had time to: in words, one for each thing.
    pub(super) fn leaked(&self, heap: fn() -> usize) -> Vec<String> {
        becomes(|| self.excess(&Self::now(heap)).is_empty());
        self.excess(&Self::now(heap))
    }

    /// How many octets of heap there are more than before.
    pub(super) fn heap_since(&self, heap: fn() -> usize) -> usize {
        heap().saturating_sub(self.heap)
    }

    fn excess(&self, now: &Self) -> Vec<String> {
        let more = |before: usize, now: usize, what: &str| {
            let numbers = (1..=now.saturating_sub(before)).map(move |_| what.to_owned());
            numbers.collect::<Vec<_>>()
        };
        let sessions = session_threads();
        let mut all = more(0, sessions, "a thread of a session");
        all.extend(more(self.threads, now.threads - sessions, "a thread"));
        all.extend(more(self.descriptors, now.descriptors, "a descriptor"));
        if now.heap > self.heap + HEAP {
            all.push(format!("{} octets of heap", now.heap - self.heap));
        }
        all
    }
}

fn entries(folder: &str) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_before_is_a_leak_of_each_thing() {
        let before = Remains {
            threads: 3,
            descriptors: 5,
            heap: 1000,
        };
        let after = Remains {
            threads: 4,
            descriptors: 7,
            heap: 3 << 20,
        };
        assert!(before.excess(&before).is_empty());
        let leaked = before.excess(&after);
        assert_eq!(leaked.len(), 4, "{leaked:?}");
    }
}
