//! The answer of THREAD (RFC 5256 §4).

/// All threads of a THREAD response: a forest, kept flat so that no depth can exhaust a stack.
///
/// ```
/// use imap_proto_core::types::{ThreadNode, ThreadResponse};
/// // (2)(3 6 (4 23)(44 7 96))
/// let nodes = [(0, 2), (0, 3), (1, 6), (2, 4), (3, 23), (2, 44), (3, 7), (4, 96)];
/// let nodes = nodes.map(|(depth, number)| ThreadNode { depth, number: Some(number) });
/// let response = ThreadResponse { nodes: nodes.to_vec() };
/// let lengths: Vec<_> = response.threads().map(<[_]>::len).collect();
/// assert_eq!(lengths, [1, 7]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ThreadResponse {
    /// Messages in the server's order, each with its depth in its tree. A message number of
    /// `None` is a missing root or parent: `((3)(5))`.
    pub nodes: Vec<ThreadNode>,
}

/// One message of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ThreadNode {
    /// 0 for the root of a thread, else one more than its parent's.
    pub depth: u32,
    /// The message number, or the UID of a UID THREAD.
    pub number: Option<u32>,
}

impl ThreadResponse {
    /// The threads, each from its root on.
    pub fn threads(&self) -> impl Iterator<Item = &[ThreadNode]> {
        self.nodes.chunk_by(|_, next| next.depth != 0)
    }

    /// All message numbers, in the server's order.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.nodes.iter().filter_map(|node| node.number)
    }

    /// Where the parent of the node at `index` stands; `None` for a root.
    pub fn parent(&self, index: usize) -> Option<usize> {
        let depth = self.nodes.get(index)?.depth;
        let before = self.nodes.get(..index)?;
        before.iter().rposition(|node| node.depth < depth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_are_found() {
        let node = |depth| ThreadNode {
            depth,
            number: None,
        };
        let response = ThreadResponse {
            nodes: [0, 1, 2, 1, 0].map(node).to_vec(),
        };
        let parents: Vec<_> = (0..6).map(|at| response.parent(at)).collect();
        assert_eq!(parents, [None, Some(0), Some(1), Some(0), None, None]);
        assert_eq!(response.threads().count(), 2);
    }
}
