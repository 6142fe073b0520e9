//! What NOTIFY is set to (RFC 5465).

use super::Connection;
use crate::encode::{Needs, Pipelining};

/// Whether the server tells of events by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Notifications {
    on: bool,
    immediate: bool,
    /// As `immediate`, of a NOTIFY that was sent and is not answered.
    coming: bool,
}

impl Notifications {
    /// A NOTIFY goes out: the server may act by it before it answers.
    pub(super) fn begin(&mut self, immediate: bool) {
        self.coming |= immediate;
    }

    /// A NOTIFY was answered.
    pub(super) fn end(&mut self, accepted: bool, on: bool, immediate: bool) {
        self.coming = false;
        if accepted {
            self.on = on;
            self.immediate = immediate;
        }
    }

    /// All is off: NOTIFICATIONOVERFLOW is like NOTIFY NONE (RFC 5465 §5.8).
    pub(super) fn stop(&mut self) {
        *self = Self::default();
    }

    /// Whether messages of the selected mailbox may come and go at any time (RFC 5465 §6.1.1).
    pub(super) const fn is_immediate(self) -> bool {
        self.immediate || self.coming
    }
}

impl Connection {
    /// Whether the server tells of events by itself, as NOTIFY asked (A; RFC 5465).
    pub fn is_notifying(&self) -> bool {
        self.notifications.on
    }

    /// Whether a command names messages by what NOTIFY lets change at any time (RFC 5465 §5.2, §5.3).
    pub(super) fn refuses_numbers(&self, class: Pipelining, needs: Needs) -> bool {
        let by_number = class.does & Pipelining::USES_SEQUENCE_NUMBERS != 0;
        self.notifications.is_immediate() && (by_number || needs.highest)
    }
}
