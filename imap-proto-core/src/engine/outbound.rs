//! Octets that wait to be written, in order, with the points at which to wait for the server.

use std::collections::VecDeque;
use std::fmt;
use std::io::IoSlice;
use std::time::Instant;

use bytes::{Buf, Bytes, BytesMut};

use super::{CommandId, Connection};
use crate::encode::{Dialect, Part, Segment, SubmitError, Upload, encode};
use crate::types::Secret;

/// How many octets of an upload wait here at most.
pub(super) const UPLOAD_WINDOW: usize = 256 * 1024;
/// How much memory for the text of commands is kept when all was written.
const KEPT_TEXT: usize = 64 * 1024;

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
}

impl Piece {
    fn chunk(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Secret { secret, written } => secret.expose().get(*written..).unwrap_or_default(),
            Self::Sync | Self::Owed(_) => &[],
        }
    }

    /// Octets, those that are owed counted in.
    fn weight(&self) -> u64 {
        match self {
            Self::Owed(octets) => *octets,
            other => other.chunk().len() as u64,
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
        }
    }
}

/// Where a command stands in the stream of all that is ever written.
#[derive(Clone, Copy, Debug)]
struct Mark {
    id: CommandId,
    first: u64,
    end: u64,
}

/// The queue.
#[derive(Default)]
pub(super) struct Outbound {
    pieces: VecDeque<Piece>,
    /// What comes behind the pieces: commands that nothing interrupts are joined, so that many
    /// of them are one write.
    text: BytesMut,
    /// Octets in the queue.
    len: usize,
    /// Octets ever taken.
    taken: u64,
    /// Where what is put in next will stand: what is owed is counted in.
    end: u64,
    /// The commands of which not all was taken.
    marks: VecDeque<Mark>,
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound")
            .field("pieces", &self.pieces)
            .field("text", &self.text.len())
            .field("marks", &self.marks)
            .finish_non_exhaustive()
    }
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
    /// Adds a command. True: there is a point in it to wait at.
    ///
    /// # Errors
    ///
    /// What cannot be written; nothing of it is added then.
    pub(super) fn push_command(
        &mut self,
        id: CommandId,
        segments: &[Segment],
        tag: &[u8],
        dialect: Dialect,
    ) -> Result<bool, SubmitError> {
        let (first, waiting) = (self.end, self.text.len());
        let mut parts = Vec::new();
        encode(segments, tag, dialect, &mut self.text, &mut parts)?;
        // The first part, if there is one, begins with the text that waited already.
        self.len -= waiting;
        self.end -= waiting as u64;
        let blocks = parts.iter().any(Part::is_waiting_point);
        for part in parts {
            self.push_piece(match part {
                Part::Bytes(bytes) => Piece::Bytes(bytes),
                Part::SecretBytes(secret) => Piece::Secret { secret, written: 0 },
                Part::Sync => Piece::Sync,
                Part::Upload(Upload { size, .. }) => Piece::Owed(size),
            });
        }
        self.len += self.text.len();
        self.end += self.text.len() as u64;
        self.mark(id, first);
        Ok(blocks)
    }

    /// Adds a command that is already written out.
    pub(super) fn push_line(&mut self, id: CommandId, line: &[u8]) {
        let first = self.end;
        self.push_bytes(Bytes::copy_from_slice(line));
        self.mark(id, first);
    }

    pub(super) fn push_bytes(&mut self, bytes: Bytes) {
        self.flush_text();
        self.push_piece(Piece::Bytes(bytes));
    }

    pub(super) fn push_secret(&mut self, secret: Secret) {
        self.flush_text();
        self.push_piece(Piece::Secret { secret, written: 0 });
    }

    /// Makes a piece of the text, so that others can follow; it is counted already.
    fn flush_text(&mut self) {
        if !self.text.is_empty() {
            let text = self.text.split().freeze();
            self.pieces.push_back(Piece::Bytes(text));
        }
    }

    fn push_piece(&mut self, piece: Piece) {
        let octets = piece.chunk().len();
        if octets == 0 && matches!(piece, Piece::Bytes(_) | Piece::Secret { .. }) {
            return;
        }
        self.len += octets;
        self.end += piece.weight();
        self.pieces.push_back(piece);
    }

    fn mark(&mut self, id: CommandId, first: u64) {
        let end = self.end;
        self.marks.push_back(Mark { id, first, end });
    }

    /// Octets in the queue, writable now or not.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether octets stand before the next waiting point.
    pub(super) fn is_ready(&self) -> bool {
        !self.chunk().is_empty()
    }

    /// What stands in front.
    fn chunk(&self) -> &[u8] {
        match self.pieces.front() {
            Some(piece) => piece.chunk(),
            None => &self.text,
        }
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

    /// Gives memory back that nothing is in.
    pub(super) fn shrink(&mut self) {
        if self.text.is_empty() {
            self.text = BytesMut::new();
        }
        self.pieces.shrink_to_fit();
        self.marks.shrink_to_fit();
    }

    /// The command was refused at a waiting point: nothing more of it is written.
    pub(super) fn drop_rest(&mut self) {
        self.pieces.clear();
        self.text.clear();
        self.marks.clear();
        self.count_again();
    }

    /// Whether no octet of a command that is not all taken was taken.
    pub(super) fn is_untouched(&self, id: CommandId) -> bool {
        let mark = self.marks.iter().find(|mark| mark.id == id);
        mark.is_some_and(|mark| mark.first >= self.taken)
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
        self.text.clear();
        self.count_again();
    }

    /// The command was refused while octets of it are already owed: those up to the next
    /// waiting point stay, what stands behind it goes.
    pub(super) fn drop_behind_sync(&mut self, id: CommandId) {
        let is_sync = |piece: &Piece| matches!(piece, Piece::Sync);
        let Some(at) = self.pieces.iter().position(is_sync) else {
            return;
        };
        self.pieces.truncate(at);
        self.text.clear();
        self.count_again();
        if let Some(mark) = self.marks.iter_mut().find(|mark| mark.id == id) {
            mark.end = self.end;
        }
    }

    /// What is left after something went that was not written.
    fn count_again(&mut self) {
        let octets: usize = self.pieces.iter().map(|piece| piece.chunk().len()).sum();
        let weight: u64 = self.pieces.iter().map(Piece::weight).sum();
        self.len = octets + self.text.len();
        self.end = self.taken + weight + self.text.len() as u64;
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
        self.ready().map(<[u8]>::len).sum()
    }

    /// What can be written now, piece by piece.
    fn ready(&self) -> impl Iterator<Item = &[u8]> {
        let waits = |piece: &Piece| matches!(piece, Piece::Sync | Piece::Owed(_));
        let text: &[u8] = if self.pieces.iter().any(waits) {
            &[]
        } else {
            &self.text
        };
        let pieces = self.pieces.iter().take_while(move |piece| !waits(piece));
        let chunks = pieces.map(Piece::chunk).chain([text]);
        chunks.filter(|chunk| !chunk.is_empty())
    }

    /// Takes octets that were written, of the first piece only; how many.
    fn advance(&mut self, count: usize) -> usize {
        let left = self.chunk().len();
        let taken = left.min(count);
        match self.pieces.front_mut() {
            Some(Piece::Bytes(bytes)) => bytes.advance(taken),
            Some(Piece::Secret { written, .. }) => *written += taken,
            Some(Piece::Sync | Piece::Owed(_)) => return 0,
            None => self.advance_text(taken),
        }
        if taken == left {
            self.pieces.pop_front();
        }
        self.len -= taken;
        self.taken += taken as u64;
        taken
    }

    fn advance_text(&mut self, taken: usize) {
        self.text.advance(taken);
        if self.text.is_empty() {
            self.text.clear();
            if self.text.capacity() > KEPT_TEXT {
                self.text = BytesMut::new();
            }
        }
    }

    /// Takes one mark that was reached, or says what stands in front.
    pub(super) fn reached(&mut self) -> Option<Reached> {
        if let Some(mark) = self.marks.front()
            && mark.end <= self.taken
        {
            let id = mark.id;
            self.marks.pop_front();
            return Some(Reached::End(id));
        }
        match self.pieces.front()? {
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
        self.connection.outbound.chunk()
    }

    fn chunks_vectored<'a>(&'a self, dst: &mut [IoSlice<'a>]) -> usize {
        let mut count = 0;
        for (slot, chunk) in dst.iter_mut().zip(self.connection.outbound.ready()) {
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
