//! A server that answers everything, so that whatever was submitted before must come to an end.

use super::model::Stage;
use super::{World, tag_of};
use bytes::Bytes;
use imap_proto_core::engine::State;

impl World {
    /// Plays the server until nothing is left to answer: then no command waits, nor is held.
    pub(super) fn play(&mut self) {
        self.poll(usize::MAX);
        self.upgrade();
        let between = self.model.stage == Stage::Responses && self.model.unread.is_empty();
        let open = self.error.is_none() && self.ends.is_empty() && !self.model.is_eof;
        if !between || !open || self.model.bye.is_some() {
            return;
        }
        for _ in 0..2000 {
            self.upgrade();
            self.write(usize::MAX);
            self.supply();
            self.write(usize::MAX);
            self.poll(usize::MAX); // what was not sent
            let Some(line) = self.reply() else { break };
            self.feed(line.as_bytes());
            self.poll(usize::MAX);
            if self.error.is_some() {
                return; // LOGOUT
            }
        }
        let waiting: Vec<_> = self.model.live().collect();
        assert!(
            waiting.is_empty(),
            "nothing moves: {waiting:?}, {:?}",
            self.model.sent
        );
    }

    /// What the server says next.
    fn reply(&mut self) -> Option<String> {
        if self.model.state == State::AwaitingGreeting {
            return Some("* OK hi\r\n".to_owned());
        }
        if self.model.sent.waiting().is_some() || self.model.sent.awaits_idling().is_some() {
            return Some("+ go\r\n".to_owned());
        }
        let ended = self.model.sent.is_done();
        let mut in_flight = self.model.sent.in_flight();
        let (number, _) =
            in_flight.find(|(_, line)| line.is_whole && (ended || line.name != "IDLE"))?;
        Some(format!("{} OK done\r\n", tag_of(number)))
    }

    /// Gives the octets that uploads wait for.
    fn supply(&mut self) {
        for id in self.ids.values() {
            let capacity = self.connection.append_capacity(*id);
            if capacity > 0 {
                let octets = Bytes::from(vec![b'p'; capacity]);
                self.connection.append_bytes(*id, octets).expect("taken");
            }
        }
    }
}
