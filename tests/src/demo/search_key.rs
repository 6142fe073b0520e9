//! Keys of SEARCH (RFC 3501 §6.4.4).

use super::date::{Day, parse_day, sent_day};
use super::header::{base64, decoded, fields, quoted_printable, text, value};
use super::mime::{Entity, Parts};
use super::set::Set;
use super::store::Message;
use super::syntax::{Arguments, Malformed};
use std::cmp::Ordering;

/// Keys nest no deeper.
const MAX_DEPTH: usize = 50;

/// A condition on a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    All(Vec<Self>),
    Or(Box<Self>, Box<Self>),
    Not(Box<Self>),
    Numbers(Set),
    Uids(Set),
    Flag(String),
    Recent,
    Header(String, String),
    Body(String),
    Text(String),
    Larger(u64),
    Smaller(u64),
    /// INTERNALDATE, or the `Date` field, compared with a day.
    Date {
        sent: bool,
        orderings: &'static [Ordering],
        day: Day,
    },
    ModSeq(u64),
}

/// A message that is compared.
pub(super) struct Context<'a> {
    pub(super) number: u32,
    pub(super) message: &'a Message,
    pub(super) recent: bool,
    /// Number and UID of the last message.
    pub(super) last: (u32, u32),
}

impl Key {
    /// Reads one key.
    pub(super) fn parse(arguments: &mut Arguments<'_>, depth: usize) -> Result<Self, Malformed> {
        if depth > MAX_DEPTH {
            return Err(Malformed("too many nested keys"));
        }
        if arguments.take(b'(') {
            let mut keys = vec![Self::parse(arguments, depth + 1)?];
            while arguments.take(b' ') {
                keys.push(Self::parse(arguments, depth + 1)?);
            }
            arguments.expect(b')')?;
            return Ok(Self::All(keys));
        }
        if arguments
            .peek()
            .is_some_and(|byte| byte.is_ascii_digit() || byte == b'*')
        {
            return arguments.set().map(Self::Numbers);
        }
        let name = arguments.name()?;
        if let Some(key) = simple(&name) {
            return Ok(key);
        }
        arguments.space()?;
        let nested =
            |arguments: &mut Arguments<'_>| Self::parse(arguments, depth + 1).map(Box::new);
        Ok(match name.as_str() {
            "NOT" => Self::Not(nested(arguments)?),
            "OR" => {
                let first = nested(arguments)?;
                arguments.space()?;
                Self::Or(first, nested(arguments)?)
            }
            "UID" => Self::Uids(arguments.set()?),
            "KEYWORD" => Self::Flag(arguments.flag()?),
            "UNKEYWORD" => Self::Not(Box::new(Self::Flag(arguments.flag()?))),
            "BCC" | "CC" | "FROM" | "SUBJECT" | "TO" => Self::Header(name, words(arguments)?),
            "HEADER" => {
                let field = String::from_utf8_lossy(&arguments.astring()?).into_owned();
                arguments.space()?;
                Self::Header(field, words(arguments)?)
            }
            "BODY" => Self::Body(words(arguments)?),
            "TEXT" => Self::Text(words(arguments)?),
            "LARGER" => Self::Larger(arguments.number()?),
            "SMALLER" => Self::Smaller(arguments.number()?),
            "MODSEQ" => modseq(arguments)?,
            _ => date(&name, arguments)?,
        })
    }

    /// Whether a key asks for mod-sequences (RFC 7162 §3.1.5).
    pub(super) fn needs_modseq(&self) -> bool {
        match self {
            Self::All(keys) => keys.iter().any(Self::needs_modseq),
            Self::Or(a, b) => a.needs_modseq() || b.needs_modseq(),
            Self::Not(key) => key.needs_modseq(),
            Self::ModSeq(_) => true,
            _ => false,
        }
    }

    /// Whether the message fulfils the condition.
    pub(super) fn matches(&self, context: &Context<'_>) -> bool {
        let message = context.message;
        let entity = message.content.entity();
        match self {
            Self::All(keys) => keys.iter().all(|key| key.matches(context)),
            Self::Or(a, b) => a.matches(context) || b.matches(context),
            Self::Not(key) => !key.matches(context),
            Self::Numbers(set) => set.contains(context.number, context.last.0),
            Self::Uids(set) => set.contains(message.uid, context.last.1),
            Self::Flag(flag) => message
                .flags
                .iter()
                .any(|found| found.eq_ignore_ascii_case(flag)),
            Self::Recent => context.recent,
            Self::Header(name, part) => {
                let named = fields(&entity.header).into_iter();
                let mut named =
                    named.filter(|field| field.name.eq_ignore_ascii_case(name.as_bytes()));
                named.any(|field| decoded(&field.unfolded()).to_lowercase().contains(part))
            }
            Self::Body(part) => body_contains(message, entity, part),
            Self::Text(part) => {
                decoded(&entity.header).to_lowercase().contains(part)
                    || body_contains(message, entity, part)
            }
            Self::Larger(size) => message.content.len() > *size,
            Self::Smaller(size) => message.content.len() < *size,
            Self::Date {
                sent: false,
                orderings,
                day,
            } => orderings.contains(&message.date.day.cmp(day)),
            Self::Date { orderings, day, .. } => {
                let sent = value(&entity.header, "date").and_then(|field| sent_day(&field));
                sent.is_some_and(|sent| orderings.contains(&sent.cmp(day)))
            }
            Self::ModSeq(least) => message.modseq >= *least,
        }
    }
}

/// Keys without arguments.
fn simple(name: &str) -> Option<Key> {
    let flag = |flag: &str| Key::Flag(flag.to_owned());
    let not = |key: Key| Key::Not(Box::new(key));
    Some(match name {
        "ALL" => Key::All(Vec::new()),
        "ANSWERED" => flag("\\Answered"),
        "DELETED" => flag("\\Deleted"),
        "DRAFT" => flag("\\Draft"),
        "FLAGGED" => flag("\\Flagged"),
        "SEEN" => flag("\\Seen"),
        "UNANSWERED" => not(flag("\\Answered")),
        "UNDELETED" => not(flag("\\Deleted")),
        "UNDRAFT" => not(flag("\\Draft")),
        "UNFLAGGED" => not(flag("\\Flagged")),
        "UNSEEN" => not(flag("\\Seen")),
        "RECENT" => Key::Recent,
        "OLD" => not(Key::Recent),
        "NEW" => Key::All(vec![Key::Recent, not(flag("\\Seen"))]),
        _ => return None,
    })
}

fn date(name: &str, arguments: &mut Arguments<'_>) -> Result<Key, Malformed> {
    let (sent, rest) = name
        .strip_prefix("SENT")
        .map_or((false, name), |rest| (true, rest));
    let orderings: &[Ordering] = match rest {
        "BEFORE" => &[Ordering::Less],
        "ON" => &[Ordering::Equal],
        "SINCE" => &[Ordering::Equal, Ordering::Greater],
        _ => return Err(Malformed("unknown search key")),
    };
    let day = parse_day(&arguments.astring()?).ok_or(Malformed("invalid date"))?;
    Ok(Key::Date {
        sent,
        orderings,
        day,
    })
}

/// `MODSEQ ["entry" type] number`
fn modseq(arguments: &mut Arguments<'_>) -> Result<Key, Malformed> {
    if arguments.peek() == Some(b'"') {
        arguments.string()?;
        arguments.space()?;
        arguments.keyword()?;
        arguments.space()?;
    }
    arguments.number().map(Key::ModSeq)
}

/// Text to look for, in lower case.
fn words(arguments: &mut Arguments<'_>) -> Result<String, Malformed> {
    let text = String::from_utf8(arguments.astring()?).map_err(|_| Malformed("no UTF-8"))?;
    Ok(text.to_lowercase())
}

/// Whether a part that is text, or the header of a message within, contains words.
fn body_contains(message: &Message, entity: &Entity, part: &str) -> bool {
    match &entity.parts {
        Parts::Multipart(parts) => parts
            .iter()
            .any(|entity| body_contains(message, entity, part)),
        Parts::Message(inner) => {
            decoded(&inner.header).to_lowercase().contains(part)
                || body_contains(message, inner, part)
        }
        Parts::None if entity.media.is("text", None) => {
            let raw = message.content.read(entity.body.clone());
            let encoding = value(&entity.header, "content-transfer-encoding").unwrap_or_default();
            let bytes = match encoding.to_ascii_lowercase().as_slice() {
                b"base64" => base64(&raw),
                b"quoted-printable" => quoted_printable(&raw),
                _ => raw,
            };
            let charset = entity.media.parameter("charset").unwrap_or(b"utf-8");
            text(charset, &bytes).to_lowercase().contains(part)
        }
        Parts::None => false,
    }
}
