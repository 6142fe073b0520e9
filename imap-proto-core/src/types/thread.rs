//! The answer of THREAD (RFC 5256 §4).

/// All threads of a THREAD response: a forest, kept flat so that no depth can exhaust a stack.
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
