//! Where decoded bytes go, and what a read came to.

use std::io;

use crate::wire::InputBuffer;

/// What one [`Stack::read`](super::Stack::read) came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// So many bytes, at least one, were appended to the sink. The stack may hold more: parse
    /// them, then read again.
    Bytes(usize),
    /// Bytes came, but none for the engine yet (a handshake, an empty record, half a block), and
    /// the step is used up. Read again without waiting.
    Again,
    /// Nothing more can be had until the transport is readable.
    Blocked,
    /// The sink has no room; nothing was read.
    Full,
    /// The peer will send nothing more; [`Stack::closed_cleanly`](super::Stack::closed_cleanly)
    /// says whether it said so. Every later read says this again.
    End,
}

/// A bounded buffer that takes decoded bytes: the engine's input.
///
/// Without layers, the transport reads straight into the window that [`Sink::fill`] lends; the
/// inflater writes into it, too.
pub trait Sink {
    /// Whether no byte fits now.
    fn is_full(&self) -> bool;

    /// Lends a window of at least one byte to `read`, once, keeps as many of its first bytes as
    /// `read` returned, and returns that count. An error of `read` is passed on, and then nothing
    /// is kept.
    fn fill(&mut self, read: &mut dyn FnMut(&mut [u8]) -> io::Result<usize>) -> io::Result<usize>;

    /// Appends the first of `bytes`, as many as fit, and returns how many.
    fn push(&mut self, bytes: &[u8]) -> usize;
}

impl Sink for InputBuffer {
    fn is_full(&self) -> bool {
        Self::is_full(self)
    }

    fn fill(&mut self, read: &mut dyn FnMut(&mut [u8]) -> io::Result<usize>) -> io::Result<usize> {
        Self::fill(self, read)
    }

    fn push(&mut self, bytes: &[u8]) -> usize {
        self.extend_from_slice(bytes)
    }
}

/// Unbounded: for tests and small programs. The engine's buffer has a limit.
impl Sink for Vec<u8> {
    fn is_full(&self) -> bool {
        false
    }

    fn fill(&mut self, read: &mut dyn FnMut(&mut [u8]) -> io::Result<usize>) -> io::Result<usize> {
        let before = self.len();
        self.resize(before.saturating_add(WINDOW), 0);
        let result = read(self.get_mut(before..).unwrap_or_default());
        let kept = result.as_ref().map_or(0, |count| *count).min(WINDOW);
        self.truncate(before.saturating_add(kept));
        result.map(|_| kept)
    }

    fn push(&mut self, bytes: &[u8]) -> usize {
        self.extend_from_slice(bytes);
        bytes.len()
    }
}

/// What the sink of a test or small program lends.
const WINDOW: usize = 8 * 1024;
