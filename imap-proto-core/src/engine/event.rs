//! What the engine tells its driver.

use std::time::Instant;

use bytes::Bytes;

use super::{CompressionUpgrade, TimeoutReason, TlsUpgrade};
pub use crate::encode::CommandId;
use crate::types::{
    BodyBegin, Completion, Condition, Data, EsearchResponse, Malformed, ResponseText, Tolerance,
};

/// Tells one selection of a mailbox from the next: data that came before a SELECT answered still
/// belongs to the mailbox before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SelectionId(pub(crate) u32);

/// One step of [`Connection::poll_event`](super::Connection::poll_event).
#[derive(Debug)]
pub enum Step {
    /// Something happened.
    Event(Event),
    /// All that is in the buffer was used; more octets are needed.
    NeedInput,
    /// Nothing is parsed until the driver acts.
    Paused(PauseReason),
}

/// Why nothing is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PauseReason {
    /// The TLS handshake is to be done, then
    /// [`tls_established`](super::Connection::tls_established) called.
    Tls,
    /// Compression is to be put in place, then
    /// [`compression_established`](super::Connection::compression_established) called.
    Compression,
}

/// Something that happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// The server's greeting: OK or PREAUTH. A BYE in its place is [`Event::Bye`].
    Greeting {
        /// OK or PREAUTH.
        condition: Condition,
        /// Code and text.
        text: ResponseText,
    },
    /// An untagged response.
    Data {
        /// What it says.
        data: Data,
        /// The command that it answers; `None`: unsolicited.
        claimed_by: Option<CommandId>,
        /// The selection in force.
        selection: SelectionId,
    },
    /// A literal of a FETCH response begins that is handed out in chunks.
    BodyBegin {
        /// The items before it, and what it is.
        begin: Box<BodyBegin>,
        /// The command that it answers.
        claimed_by: Option<CommandId>,
        /// The selection in force.
        selection: SelectionId,
    },
    /// Octets of the literal that began last.
    BodyChunk {
        /// Some octets; never none.
        data: Bytes,
        /// The command that it answers.
        claimed_by: Option<CommandId>,
    },
    /// The literal is complete. The rest of its response follows as `Data` or as another
    /// `BodyBegin`.
    BodyEnd {
        /// The command that it answers.
        claimed_by: Option<CommandId>,
    },
    /// A command ended with a tagged response.
    Completed {
        /// The command.
        id: CommandId,
        /// How.
        completion: Box<Completion>,
    },
    /// A command got no answer in time; its data, if it comes late, is drained.
    TimedOut {
        /// The command.
        id: CommandId,
        /// Why.
        reason: TimeoutReason,
    },
    /// A command was not sent, as the state that it needs did not come, or as what held it up timed out.
    NotSent {
        /// The command.
        id: CommandId,
    },
    /// A challenge of the SASL exchange, decoded: answer with
    /// [`authenticate_respond`](super::Connection::authenticate_respond) or
    /// [`authenticate_abort`](super::Connection::authenticate_abort).
    Challenge {
        /// The AUTHENTICATE command.
        id: CommandId,
        /// The server's octets.
        challenge: crate::types::Secret,
    },
    /// What a live search finds has changed (RFC 5267 §4.3): see
    /// [`LiveResults`](crate::encode::LiveResults).
    ContextUpdate {
        /// The SEARCH or SORT with UPDATE, which ended long ago.
        id: CommandId,
        /// `ADDTO` and `REMOVEFROM`, to be applied in order.
        update: Box<EsearchResponse>,
        /// The selection in force.
        selection: SelectionId,
    },
    /// A live search gets no more updates: the server refused them (NOUPDATE, RFC 5267 §4.3.1), they were cancelled, or
    /// the mailbox was left.
    ContextEnded {
        /// The SEARCH or SORT with UPDATE.
        id: CommandId,
    },
    /// How far a command is that takes long (INPROGRESS, RFC 9585 §4).
    Progress {
        /// The command.
        id: CommandId,
        /// What is done, in units of the server's.
        done: Option<u64>,
        /// What there is to do.
        goal: Option<u64>,
    },
    /// An upload takes octets now, see [`append_capacity`](super::Connection::append_capacity).
    UploadReady {
        /// The command.
        id: CommandId,
    },
    /// STARTTLS was accepted: do the handshake.
    TlsReady(TlsUpgrade),
    /// COMPRESS was accepted: what is left in the input buffer is compressed data.
    CompressionReady(CompressionUpgrade),
    /// The server will close the connection.
    Bye(Box<ResponseText>),
    /// The server started or ended waiting for us in IDLE.
    Idling(bool),
    /// A response that breaks the grammar; the next is read as if nothing had happened.
    Malformed {
        /// Its octets and the error.
        malformed: Box<Malformed>,
        /// The only command in flight, if there is just one.
        claimed_by: Option<CommandId>,
    },
    /// Something that should not be, and was taken all the same: behind the event of its
    /// response, once for each kind in it. [`Connection::tolerated`](super::Connection::tolerated)
    /// has the counts.
    Tolerated(Tolerance),
}

/// When to call [`handle_timeout`](super::Connection::handle_timeout), and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: DeadlineReason,
}

/// Why a deadline stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeadlineReason {
    /// Something will have taken too long.
    Timeout(TimeoutReason),
    /// IDLE is to begin.
    IdleStart,
    /// IDLE is to be renewed.
    IdleRefresh,
    /// A NOOP is to be sent, as there is no IDLE.
    Poll,
}
