//! THREAD responses (RFC 5256 §4).

use super::Encoder;
use imap_proto_core::types::ThreadResponse;

impl Encoder {
    /// Writes a list for each thread, and for each message that has siblings or lacks its parent; an only child
    /// follows its parent. The lists that are open are a vector, as a thread may nest as deeply as it likes.
    pub(super) fn thread(&mut self, thread: &ThreadResponse) -> &mut Self {
        let nodes = &thread.nodes;
        let mut children = vec![0; nodes.len()];
        let mut parents = vec![None; nodes.len()];
        let mut branch: Vec<usize> = Vec::new();
        for (at, node) in nodes.iter().enumerate() {
            branch.truncate(node.depth as usize);
            parents[at] = branch.last().copied();
            if let Some(&parent) = branch.last() {
                children[parent] += 1;
            }
            branch.push(at);
        }
        let mut open: Vec<u32> = Vec::new();
        for (at, node) in nodes.iter().enumerate() {
            let follows = parents[at].is_some_and(|parent| {
                children[parent] == 1 && nodes[parent].number.is_some() && node.number.is_some()
            });
            if follows {
                self.raw(" ");
            } else {
                while open.last().is_some_and(|&depth| depth >= node.depth) {
                    open.pop();
                    self.raw(")");
                }
                open.push(node.depth);
                self.raw("(");
            }
            if let Some(number) = node.number {
                self.shown(number);
            }
        }
        let closing = ")".repeat(open.len());
        self.raw(closing)
    }
}
