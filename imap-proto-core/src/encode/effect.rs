//! What a command does to the engine besides writing and waiting.

use bytes::Bytes;

use super::{CommandId, Pipelining, Request, Segment, States, SubmitError};
use crate::types::{MailboxName, Secret};

/// What changes when a command is sent or answered.
#[derive(Debug)]
pub(crate) enum Effect {
    /// Nothing.
    None,
    /// A SASL exchange: continuation requests are challenges.
    Authenticate {
        /// The initial response, if the mechanism has one; not in base64 yet.
        initial_response: Option<Secret>,
    },
    /// LOGIN.
    Login,
    /// LOGOUT.
    Logout,
    /// STARTTLS.
    StartTls,
    /// COMPRESS DEFLATE.
    Compress,
    /// SELECT or EXAMINE of the mailbox.
    Select {
        /// The mailbox.
        mailbox: MailboxName,
        /// Whether by EXAMINE.
        read_only: bool,
    },
    /// CLOSE or UNSELECT.
    Deselect,
    /// ENABLE of these capabilities.
    Enable(Vec<Bytes>),
    /// UNAUTHENTICATE (RFC 8437).
    Unauthenticate,
    /// SEARCH or SORT whose results are kept up to date (RFC 5267 §4.3).
    Update,
    /// No more of that.
    CancelUpdate(Vec<CommandId>),
    /// NOTIFY (RFC 5465).
    Notify {
        /// Whether anything is told.
        on: bool,
        /// Messages of the selected mailbox may come and go at any time.
        immediate: bool,
    },
}

/// Gives a request that a caller builds from a name what that name means to the engine: a raw
/// LOGOUT is a LOGOUT.
///
/// # Errors
///
/// [`SubmitError::Reserved`] for IDLE, which is a state of the connection and no command.
pub(super) fn apply_known(request: Request, name: &str) -> Result<Request, SubmitError> {
    let first = name
        .split(' ')
        .next()
        .unwrap_or_default()
        .to_ascii_uppercase();
    let before_login = States::NOT_AUTHENTICATED;
    let (effect, states) = match first.as_str() {
        "IDLE" | "DONE" => return Err(SubmitError::Reserved),
        "AUTHENTICATE" => (
            Effect::Authenticate {
                initial_response: None,
            },
            before_login,
        ),
        "LOGIN" => (Effect::Login, before_login),
        "STARTTLS" => (Effect::StartTls, before_login),
        "LOGOUT" => (Effect::Logout, States::ANY),
        "COMPRESS" => (Effect::Compress, States::AFTER_LOGIN),
        "UNAUTHENTICATE" => (Effect::Unauthenticate, States::AFTER_LOGIN),
        // Whatever it turns on is taken to be in force until its words say otherwise.
        "NOTIFY" => {
            let effect = Effect::Notify {
                on: true,
                immediate: false,
            };
            let class = Pipelining::OTHER.union(Pipelining::NOTIFY);
            let request = request.states(States::AFTER_LOGIN).pipelining(class);
            return Ok(request.effect(effect));
        }
        "CLOSE" | "UNSELECT" => (Effect::Deselect, States::SELECTED),
        "SELECT" | "EXAMINE" => {
            let mailbox = MailboxName::from_wire(Bytes::new());
            (
                Effect::Select {
                    mailbox,
                    read_only: first == "EXAMINE",
                },
                States::AFTER_LOGIN,
            )
        }
        _ => return Ok(request),
    };
    Ok(request
        .states(states)
        .pipelining(Pipelining::barrier())
        .effect(effect))
}

/// Notes what a command that is built in pieces is about: the mailbox of a SELECT, whether a NOTIFY is about the
/// selected mailbox, or none.
pub(super) fn note_piece(effect: &mut Effect, segment: &Segment) {
    if let (Effect::Notify { on, immediate }, Segment::Syntax(syntax)) = (&mut *effect, segment) {
        let separates = |byte: &u8| matches!(byte, b' ' | b'(' | b')');
        let words = || syntax.split(separates);
        let has = |word: &[u8]| words().any(|found| found.eq_ignore_ascii_case(word));
        let first = words().find(|word| !word.is_empty());
        *on &= first.is_none_or(|word| !word.eq_ignore_ascii_case(b"NONE"));
        *immediate |= has(b"SELECTED") && has(b"MessageExpunge");
    }
    note_mailbox(effect, segment);
}

/// The first thing behind the name.
fn note_mailbox(effect: &mut Effect, segment: &Segment) {
    let Effect::Select { mailbox, .. } = effect else {
        return;
    };
    if !mailbox.is_empty() {
        return;
    }
    *mailbox = match segment {
        Segment::Mailbox(name) => name.clone(),
        Segment::Astring(octets) | Segment::QuotedOrLiteral(octets) | Segment::Literal(octets) => {
            MailboxName::from_wire(octets.clone())
        }
        Segment::Syntax(octets) => {
            let word = octets
                .trim_ascii()
                .split(|&b| b == b' ')
                .next()
                .unwrap_or_default();
            let word = word.strip_prefix(b"\"").unwrap_or(word);
            let word = word.strip_suffix(b"\"").unwrap_or(word);
            MailboxName::from_wire(Bytes::copy_from_slice(word))
        }
        _ => return,
    };
}
