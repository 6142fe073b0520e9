//! Responses one after the other, without a connection.

use super::take_response;
use crate::types::{Malformed, Response, Tolerances};
use crate::wire::{Frame, FrameError, Framer, InputBuffer, Limits};

/// Reads the responses that stand in a buffer: for recordings, tests and tools. Whoever has a
/// server at the other end wants a [`Connection`](crate::engine::Connection), which keeps the
/// state without which not every response can be trusted.
///
/// ```
/// use imap_proto_core::parse::ResponseReader;
/// use imap_proto_core::wire::{InputBuffer, Limits};
///
/// let limits = Limits::default();
/// let mut input = InputBuffer::new(&limits);
/// input.extend_from_slice(b"* 3 EXISTS\r\n* STATUS\r\n* 0 REC");
/// let mut reader = ResponseReader::new(limits);
/// assert!(matches!(reader.next(&mut input)?, Some(Ok(_))));
/// let malformed = reader.next(&mut input)?.and_then(Result::err);
/// assert_eq!(malformed.map(|one| one.raw), Some("* STATUS\r\n".into()));
/// assert!(reader.next(&mut input)?.is_none()); // more octets are needed
/// # Ok::<(), imap_proto_core::wire::FrameError>(())
/// ```
#[derive(Debug)]
pub struct ResponseReader {
    framer: Framer,
    limits: Limits,
    tolerated: Tolerances,
}

impl ResponseReader {
    /// A reader at the start of a response. Literals are never handed out in pieces:
    /// [`Limits::max_response`] bounds a response with all its literals.
    pub fn new(limits: Limits) -> Self {
        let framer = Framer::new(&limits);
        Self {
            framer,
            limits,
            tolerated: Tolerances::NONE,
        }
    }

    /// What was tolerated in the response that [`next`](Self::next) gave last.
    pub fn tolerated(&self) -> Tolerances {
        self.tolerated
    }

    /// Takes a bare LF for the end of a line, too: for recordings that lost their CRs.
    #[must_use]
    pub fn bare_lf(mut self, bare_lf: bool) -> Self {
        self.framer.set_bare_lf(bare_lf);
        self
    }

    /// Takes the next response off the buffer; `None` when it is not all there yet.
    ///
    /// # Errors
    ///
    /// A [`FrameError`] when nobody can tell where the response ends; it comes again from then
    /// on. What merely breaks the grammar is the `Err` within.
    pub fn next(
        &mut self,
        input: &mut InputBuffer,
    ) -> Result<Option<Result<Response, Malformed>>, FrameError> {
        let length = loop {
            match self.framer.poll(input, &self.limits)? {
                Frame::Complete { len } => break len,
                Frame::Literal { .. } => self.framer.collect(),
                Frame::Incomplete => return Ok(None),
            }
        };
        self.framer.consumed();
        self.tolerated = Tolerances::NONE;
        Ok(Some(take_response(
            input,
            length,
            &self.limits,
            &mut self.tolerated,
        )))
    }
}
