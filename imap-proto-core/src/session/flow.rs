//! How much is queued for a reader, and whether it reads.

/// Octets, by [`Command::weight`](crate::encode::Command::weight), that are queued for a reader
/// before the connection stops reading. 256 KiB: the bandwidth of a fast link times the time
/// until a thread runs.
pub(super) const WINDOW: usize = 256 * 1024;

/// The state of one queue between the driver and a reader.
#[derive(Debug, Default)]
pub(super) struct Flow {
    queued: usize,
    /// The reader took something since the driver last looked.
    taken: bool,
    /// The reader stalled while others waited: reading goes on over the window.
    granted: bool,
}

impl Flow {
    /// What is queued.
    pub(super) fn queued(&self) -> usize {
        self.queued
    }

    /// Whether the connection has to stop reading for this queue.
    pub(super) fn is_full(&self) -> bool {
        self.queued >= WINDOW && !self.granted
    }

    /// Whether the reader stalled and is read past.
    pub(super) fn is_granted(&self) -> bool {
        self.granted
    }

    pub(super) fn add(&mut self, weight: usize) {
        self.queued = self.queued.saturating_add(weight);
    }

    /// The reader took something. True when the driver may go on reading because of it.
    pub(super) fn take(&mut self, weight: usize) -> bool {
        let was_full = self.is_full();
        self.queued = self.queued.saturating_sub(weight);
        self.taken = true;
        self.granted = false;
        was_full && !self.is_full()
    }

    /// The reader took all. True when the driver may go on reading because of it.
    pub(super) fn take_all(&mut self) -> bool {
        self.take(self.queued)
    }

    /// Called when a reader held others up for the time that is allowed: whether it moved in
    /// that time. If not, reading goes on past it until it moves.
    pub(super) fn moved_or_grant(&mut self) -> bool {
        let moved = std::mem::take(&mut self.taken);
        self.granted = !moved;
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_opens_when_it_is_below_the_window() {
        let mut flow = Flow::default();
        flow.add(WINDOW);
        assert!(flow.is_full());
        assert!(flow.take(1));
        assert!(!flow.is_full());
        assert!(!flow.take(1), "it was open before");
    }

    #[test]
    fn a_reader_that_moves_is_waited_for_and_one_that_does_not_is_read_past() {
        let mut flow = Flow::default();
        flow.add(2 * WINDOW);
        flow.take(1);
        assert!(flow.moved_or_grant() && flow.is_full());
        assert!(!flow.moved_or_grant() && !flow.is_full());
        flow.take(1);
        assert!(flow.is_full(), "it moves again: no more grant");
    }
}
