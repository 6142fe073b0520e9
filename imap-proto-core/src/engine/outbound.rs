//! Octets that wait to be written, in order, with the points at which to wait for the server.

use std::collections::VecDeque;
use std::fmt;
use std::io::IoSlice;
use std::time::Instant;

use bytes::{Buf, Bytes};

use super::{CommandId, Connection};
use crate::encode::{Part, Upload};
use crate::types::Secret;

/// How many octets of an upload wait here at most.
pub(super) const UPLOAD_WINDOW: usize = 256 * 1024;

/// A piece of the output.
enum Piece {
    Bytes(Bytes),
    Secret {
        secret: Secret,
        written: usize,
    },
    /// Nothing more until `+`.
    Sync,
    /// Octets that the caller still owes.
    Owed(u64),
    /// The command's last octet stands before this.
    End(CommandId),
}

impl Piece {
    fn chunk(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Secret { secret, written } => secret.expose().get(*written..).unwrap_or_default(),
            Self::Sync | Self::Owed(_) | Self::End(_) => &[],
        }
    }
}

/// Without the octets: a caller's own request may hold a password in plain syntax.
impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Secret { .. } => f.write_str("Secret"),
            Self::Sync => f.write_str("Sync"),
            Self::Owed(octets) => write!(f, "Owed({octets})"),
            Self::End(id) => write!(f, "End({})", id.0),
        }
    }
}

/// The queue.
#[derive(Debug, Default)]
pub(super) struct Outbound {
    pieces: VecDeque<Piece>,
    /// Octets in the queue.
    len: usize,
}

/// What was reached when octets were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reached {
    /// The end of a command.
    End(CommandId),
    /// A point where the server's `+` is needed.
    Sync,
    /// A point where the caller's octets are needed.
    Owed,
}

impl Outbound {
    pub(super) fn push_part(&mut self, part: Part) {
        match part {
            Part::Bytes(bytes) => self.push_bytes(bytes),
            Part::SecretBytes(secret) => self.push_secret(secret),
            Part::Sync => self.pieces.push_back(Piece::Sync),
            Part::Upload(Upload { size, .. }) => self.pieces.push_back(Piece::Owed(size)),
        }
    }

    pub(super) fn push_bytes(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            self.len += bytes.len();
            self.pieces.push_back(Piece::Bytes(bytes));
        }
    }

    pub(super) fn push_secret(&mut self, secret: Secret) {
        if !secret.expose().is_empty() {
            self.len += secret.expose().len();
            self.pieces.push_back(Piece::Secret { secret, written: 0 });
        }
    }

    pub(super) fn push_end(&mut self, id: CommandId) {
        self.pieces.push_back(Piece::End(id));
    }

    /// Octets in the queue, writable now or not.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether octets stand before the next waiting point.
    pub(super) fn is_ready(&self) -> bool {
        self.pieces
            .front()
            .is_some_and(|piece| !piece.chunk().is_empty())
    }

    /// Whether the queue waits for `+`.
    pub(super) fn awaits_continuation(&self) -> bool {
        matches!(self.pieces.front(), Some(Piece::Sync))
    }

    /// The server said `+`.
    pub(super) fn continue_literal(&mut self) {
        if self.awaits_continuation() {
            self.pieces.pop_front();
        }
    }

    /// The command was refused at a waiting point: nothing more of it is written.
    pub(super) fn drop_rest(&mut self) {
        self.pieces.clear();
        self.len = 0;
    }

    /// Whether no octet of the command with this tag was taken.
    pub(super) fn is_untouched(&self, tag: &[u8]) -> bool {
        let begins = |piece: &Piece| {
            let behind = piece.chunk().strip_prefix(tag);
            behind.is_some_and(|behind| behind.starts_with(b" "))
        };
        self.pieces.iter().any(begins)
    }

    /// Lines of an exchange that is over: only one that has begun is written to its end. `plain` is
    /// the length of a line that is no secret.
    pub(super) fn drop_lines(&mut self, plain: usize) {
        let begun = match self.pieces.front() {
            Some(Piece::Secret { written, .. }) => *written > 0,
            Some(Piece::Bytes(bytes)) => bytes.len() < plain,
            _ => false,
        };
        self.pieces.truncate(usize::from(begun));
        self.len = self.pieces.iter().map(|piece| piece.chunk().len()).sum();
    }

    /// The command was refused while octets of it are already owed: those up to the next
    /// waiting point stay, what stands behind it goes.
    pub(super) fn drop_behind_sync(&mut self, id: CommandId) {
        if let Some(at) = self
            .pieces
            .iter()
            .position(|piece| matches!(piece, Piece::Sync))
        {
            self.pieces.truncate(at);
            self.pieces.push_back(Piece::End(id));
            self.len = self.pieces.iter().map(|piece| piece.chunk().len()).sum();
        }
    }

    /// Octets that the caller may give now for an upload; `None` while its turn has not come.
    pub(super) fn upload_capacity(&self) -> Option<(usize, u64)> {
        let at = self
            .pieces
            .iter()
            .position(|piece| matches!(piece, Piece::Owed(_)))?;
        if self
            .pieces
            .iter()
            .take(at)
            .any(|piece| matches!(piece, Piece::Sync))
        {
            return None;
        }
        let Some(Piece::Owed(owed)) = self.pieces.get(at) else {
            return None;
        };
        let queued: usize = self
            .pieces
            .iter()
            .take(at)
            .map(|piece| piece.chunk().len())
            .sum();
        Some((UPLOAD_WINDOW.saturating_sub(queued), *owed))
    }

    /// Adds the caller's octets before what is still owed.
    pub(super) fn supply(&mut self, bytes: Bytes) {
        let Some(at) = self
            .pieces
            .iter()
            .position(|piece| matches!(piece, Piece::Owed(_)))
        else {
            return;
        };
        if let Some(Piece::Owed(owed)) = self.pieces.get_mut(at) {
            *owed = owed.saturating_sub(bytes.len() as u64);
            if *owed == 0 {
                self.pieces.remove(at);
            }
        }
        self.len += bytes.len();
        if !bytes.is_empty() {
            self.pieces.insert(at, Piece::Bytes(bytes));
        }
    }

    /// Octets that can be written now.
    fn ready_len(&self) -> usize {
        self.ready().map(|piece| piece.chunk().len()).sum()
    }

    fn ready(&self) -> impl Iterator<Item = &Piece> {
        self.pieces
            .iter()
            .take_while(|piece| !matches!(piece, Piece::Sync | Piece::Owed(_)))
    }

    /// Takes octets that were written, of the first piece only; how many.
    fn advance(&mut self, count: usize) -> usize {
        let Some(front) = self.pieces.front_mut() else {
            return 0;
        };
        let left = front.chunk().len();
        let taken = left.min(count);
        match front {
            Piece::Bytes(bytes) => bytes.advance(taken),
            Piece::Secret { written, .. } => *written += taken,
            Piece::Sync | Piece::Owed(_) | Piece::End(_) => return 0,
        }
        if taken == left {
            self.pieces.pop_front();
        }
        self.len -= taken;
        taken
    }

    /// Takes one mark that now stands in front.
    pub(super) fn reached(&mut self) -> Option<Reached> {
        match self.pieces.front()? {
            Piece::End(id) => {
                let id = *id;
                self.pieces.pop_front();
                Some(Reached::End(id))
            }
            Piece::Sync => Some(Reached::Sync),
            Piece::Owed(_) => Some(Reached::Owed),
            Piece::Bytes(_) | Piece::Secret { .. } => None,
        }
    }
}

/// Octets to be written now: a view of the connection's queue. What is not advanced over stays,
/// so dropping it loses nothing.
#[derive(Debug)]
pub struct Transmit<'a> {
    pub(super) connection: &'a mut Connection,
    pub(super) now: Instant,
    pub(super) remaining: usize,
}

impl<'a> Transmit<'a> {
    pub(super) fn new(connection: &'a mut Connection, now: Instant) -> Self {
        let remaining = connection.outbound.ready_len();
        Self {
            connection,
            now,
            remaining,
        }
    }

    /// Whether the octets in front belong to a password or a SASL payload.
    pub fn is_secret(&self) -> bool {
        matches!(
            self.connection.outbound.pieces.front(),
            Some(Piece::Secret { .. })
        )
    }
}

impl Buf for Transmit<'_> {
    fn remaining(&self) -> usize {
        self.remaining
    }

    fn chunk(&self) -> &[u8] {
        self.connection
            .outbound
            .pieces
            .front()
            .map(Piece::chunk)
            .unwrap_or_default()
    }

    fn chunks_vectored<'a>(&'a self, dst: &mut [IoSlice<'a>]) -> usize {
        let chunks = self.connection.outbound.ready().map(Piece::chunk);
        let mut count = 0;
        for (slot, chunk) in dst.iter_mut().zip(chunks.filter(|chunk| !chunk.is_empty())) {
            *slot = IoSlice::new(chunk);
            count += 1;
        }
        count
    }

    fn advance(&mut self, mut count: usize) {
        count = count.min(self.remaining);
        self.remaining -= count;
        while count > 0 {
            let taken = self.connection.outbound.advance(count);
            if taken == 0 {
                return;
            }
            count -= taken;
            self.connection.octets_sent(self.now);
        }
    }
}
