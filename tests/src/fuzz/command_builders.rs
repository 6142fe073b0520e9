//! Commands built from a fuzzer's octets, and what a server must find of each.

use super::choices::Choices;
use super::client::Token;
use super::command::PREFIX;
use bytes::Bytes;
use imap_proto_core::encode::{
    Append, AppendMessage, Authenticate, Command as _, Create, Enable, FetchItems, FetchSection,
    Id, List, ListRights, Login, Rename, Request, Search, SearchKey, Select, SetMetadata, Status,
    StatusItems, Store, StoreAction, SubmitError, UidFetch,
};
use imap_proto_core::types::{
    ByteString, Flag, MailboxName, Secret, Section, SectionPart, SequenceNumber, SequenceSet, Uid,
    UidSet, utf7,
};

/// What the server must find.
#[derive(Debug)]
pub(crate) enum Want {
    Word(Vec<u8>),
    /// A string in any form.
    String(Vec<u8>),
    /// A string that is no atom, as that would be syntax.
    NoAtom(Vec<u8>),
    Open,
    Close,
    /// Anything, as long as it stays in its line.
    Line,
}

impl Want {
    pub(crate) fn word(word: impl AsRef<[u8]>) -> Self {
        Self::Word(word.as_ref().to_vec())
    }

    pub(crate) fn is_like_a_tag(&self) -> bool {
        match self {
            Self::Word(octets) | Self::String(octets) | Self::NoAtom(octets) => {
                octets.starts_with(PREFIX.as_bytes())
            }
            _ => false,
        }
    }

    pub(crate) fn is(&self, token: &Token) -> bool {
        match (self, token) {
            (Self::Word(word), Token::Word(found)) => word == found,
            (Self::String(string), Token::Word(found)) => string == found && !found.is_empty(),
            (
                Self::String(string) | Self::NoAtom(string),
                Token::Text(found) | Token::Binary(found),
            ) => string == found,
            (Self::Open, Token::Open) | (Self::Close, Token::Close) => true,
            _ => false,
        }
    }
}

/// A string of the caller's: any octets, or some that are likely to be written wrongly.
pub(crate) fn string(choices: &mut Choices<'_>) -> Vec<u8> {
    let special: &[&[u8]] = &[
        b"",
        b"NIL",
        b"INBOX",
        b"a b",
        b"\"",
        b"\\",
        b"x\r\nA1 LOGOUT",
        b"\0",
        b"{5}",
        b"{5+}",
        b"~{1}",
        b"%",
        b"*",
        b"(",
        b"]",
        b"\xff",
        b"t\xc3\xbcr",
        b"&-",
        b"a\nb",
        b"\x7f",
    ];
    match choices.byte() {
        at @ 0..=59 => special[usize::from(at) % special.len()].to_vec(),
        60..=69 => vec![b'x'; 995 + choices.below(10)],
        70..=74 => vec![b'y'; 4090 + choices.below(10)],
        _ => choices.bytes(24).to_vec(),
    }
}

fn byte_string(octets: &[u8]) -> ByteString {
    ByteString::from(Bytes::copy_from_slice(octets))
}

fn text(choices: &mut Choices<'_>) -> String {
    String::from_utf8_lossy(&string(choices)).into_owned()
}

/// A name, and the octets that a server must find.
pub(crate) fn mailbox(choices: &mut Choices<'_>, utf8: bool) -> (MailboxName, Want) {
    let octets = string(choices);
    let as_text = std::str::from_utf8(&octets).ok().map(str::to_owned);
    let coded = |text: &str| utf7::encode(text).as_bytes().to_vec();
    match as_text {
        Some(text) if choices.flag() => {
            let octets = if utf8 { octets } else { coded(&text) };
            (MailboxName::from(text), Want::String(octets))
        }
        text => {
            let name = MailboxName::from_wire(octets.clone().into());
            let wanted = match text {
                Some(text) if !utf8 && !octets.is_ascii() => coded(&text),
                _ => octets,
            };
            (name, Want::String(wanted))
        }
    }
}

pub(super) type Built = (Result<Request, SubmitError>, Vec<Want>);

/// A command for a connection that is logged in.
pub(super) fn build(choices: &mut Choices<'_>, utf8: bool) -> Built {
    match choices.below(18) {
        kind @ 0..=5 => of_mailboxes(kind, choices, utf8),
        6 | 7 => append(choices, utf8),
        8 => store(choices),
        9 | 10 => search(choices, utf8),
        11 => metadata(choices, utf8),
        12 => id(choices),
        13 => fetch(choices),
        14 => {
            let name = text(choices);
            let request = Enable::new([name.clone()]).request();
            (request, vec![Want::word("ENABLE"), Want::word(name)])
        }
        15 => syntax(choices),
        _ => custom(choices, utf8),
    }
}

/// A command that logs in.
pub(super) fn build_login(choices: &mut Choices<'_>) -> Built {
    if choices.flag() {
        let name = text(choices);
        let request = Authenticate::new(name.clone()).request();
        return (request, vec![Want::word("AUTHENTICATE"), Want::word(name)]);
    }
    let (user, password) = (string(choices), string(choices));
    let login = Login::new(Secret::new(user.clone()), Secret::new(password.clone()));
    let wanted = vec![
        Want::word("LOGIN"),
        Want::String(user),
        Want::String(password),
    ];
    (login.request(), wanted)
}

/// Commands with names of mailboxes.
fn of_mailboxes(kind: usize, choices: &mut Choices<'_>, utf8: bool) -> Built {
    let (name, first) = mailbox(choices, utf8);
    let (other, second) = mailbox(choices, utf8);
    let who = string(choices);
    let (request, word) = match kind {
        0 => (Select::new(name).request(), "SELECT"),
        1 => (Create::new(name).request(), "CREATE"),
        2 => {
            let request = Rename::new(name, other).request();
            return (request, vec![Want::word("RENAME"), first, second]);
        }
        3 => {
            let request = List::new(name, other).request();
            return (request, vec![Want::word("LIST"), first, second]);
        }
        4 => {
            let items = StatusItems::new().messages().uid_next();
            let words = ["MESSAGES", "UIDNEXT"].map(Want::word);
            let mut wanted = vec![Want::word("STATUS"), first, Want::Open];
            wanted.extend(words.into_iter().chain([Want::Close]));
            return (Status::new(name, items).request(), wanted);
        }
        _ => {
            let request = ListRights::new(name, byte_string(&who)).request();
            let wanted = vec![Want::word("LISTRIGHTS"), first, Want::String(who)];
            return (request, wanted);
        }
    };
    (request, vec![Want::word(word), first])
}

fn store(choices: &mut Choices<'_>) -> Built {
    let flag = Flag::from(text(choices).as_str());
    let mut wanted: Vec<_> = ["STORE", "7", "+FLAGS"].map(Want::word).into();
    wanted.extend([Want::Open, Want::word(flag.as_bytes()), Want::Close]);
    let set = SequenceSet::from(SequenceNumber(7));
    (Store::new(set, StoreAction::add([flag])).request(), wanted)
}

fn id(choices: &mut Choices<'_>) -> Built {
    let (name, value) = (string(choices), string(choices));
    let id = Id::new().field(byte_string(&name), byte_string(&value));
    let list = [
        Want::Open,
        Want::NoAtom(name),
        Want::NoAtom(value),
        Want::Close,
    ];
    let wanted = [Want::word("ID")].into_iter().chain(list);
    (id.request(), wanted.collect())
}

fn append(choices: &mut Choices<'_>, utf8: bool) -> Built {
    let (name, wanted) = mailbox(choices, utf8);
    let octets = string(choices);
    let message = AppendMessage::new(octets.clone());
    let message = if choices.flag() {
        message.binary()
    } else {
        message
    };
    let wanted = vec![Want::word("APPEND"), wanted, Want::NoAtom(octets)];
    (Append::new(name, message).request(), wanted)
}

fn search(choices: &mut Choices<'_>, utf8: bool) -> Built {
    let (subject, field, value) = (string(choices), string(choices), string(choices));
    let string = |octets: &Vec<u8>| ByteString::from(Bytes::from(octets.clone()));
    let key =
        SearchKey::subject(string(&subject)) & !SearchKey::header(string(&field), string(&value));
    let mut wanted = vec![Want::word("SEARCH")];
    if !utf8
        && [&subject, &field, &value]
            .iter()
            .any(|text| !text.is_ascii())
    {
        wanted.extend(["CHARSET", "UTF-8"].map(Want::word));
    }
    wanted.extend([
        Want::word("SUBJECT"),
        Want::String(subject),
        Want::word("NOT"),
    ]);
    wanted.extend([
        Want::word("HEADER"),
        Want::String(field),
        Want::String(value),
    ]);
    (Search::<SequenceNumber>::new(key).request(), wanted)
}

fn metadata(choices: &mut Choices<'_>, utf8: bool) -> Built {
    let (name, wanted) = mailbox(choices, utf8);
    let (entry, value) = (format!("/{}", text(choices)), string(choices));
    let set = SetMetadata::new(name).set(entry.clone(), byte_string(&value));
    let request = set.request();
    let words = vec![
        Want::word("SETMETADATA"),
        wanted,
        Want::Open,
        Want::String(entry.into_bytes()),
        Want::NoAtom(value),
        Want::Close,
    ];
    (request, words)
}

fn fetch(choices: &mut Choices<'_>) -> Built {
    let names: Vec<Vec<u8>> = (0..=choices.below(3)).map(|_| string(choices)).collect();
    let fields = names.iter().map(|name| byte_string(name));
    let section = Section::HeaderFields(SectionPart(vec![1, 2]), fields.collect());
    let items = FetchItems::new().section(FetchSection::new(section).partial(3, 9));
    let uids = UidSet::from(Uid(7));
    let mut wanted: Vec<_> = ["UID", "FETCH", "7"].map(Want::word).into_iter().collect();
    wanted.extend([Want::Open, Want::word("UID")]);
    wanted.extend([Want::word("BODY.PEEK[1.2.HEADER.FIELDS"), Want::Open]);
    wanted.extend(names.into_iter().map(Want::String));
    wanted.extend([Want::Close, Want::word("]<3.9>"), Want::Close]);
    (UidFetch::new(uids, items).request(), wanted)
}

/// Syntax of the caller's, of which only the line's end is known.
fn syntax(choices: &mut Choices<'_>) -> Built {
    let pieces = [text(choices), text(choices)];
    let request = Request::new("XSYNTAX").and_then(|request| {
        let request = request.space().syntax(&pieces[0])?.number(5);
        // A quote that opens would hide the end of the line from any server, other octets are the caller's mistake.
        let plain = |byte: u8| matches!(byte, b' '..=b'}') && !b"\"{".contains(&byte);
        let quotes = pieces.iter().any(|piece| !piece.bytes().all(plain));
        let request = request.syntax(&pieces[1])?;
        if quotes {
            Err(SubmitError::InvalidSyntax)
        } else {
            Ok(request)
        }
    });
    (request, vec![Want::Line])
}

/// A command of the caller's own, piece by piece.
fn custom(choices: &mut Choices<'_>, utf8: bool) -> Built {
    let mut wanted = vec![Want::word("XFOO")];
    let mut request = Request::new("XFOO");
    for _ in 0..choices.below(6) {
        let octets = string(choices);
        let kind = choices.below(10);
        let (name, name_wanted) = mailbox(choices, utf8);
        request = request.and_then(|request| {
            let request = request.space();
            let shared = Bytes::from(octets.clone());
            let lossy = String::from_utf8_lossy(&octets).into_owned();
            let (request, want) = match kind {
                0 => (request.astring(shared), Want::String(octets)),
                1 => (request.string(shared), Want::NoAtom(octets)),
                2 => (request.mailbox(name), name_wanted),
                3 => (request.atom(&lossy)?, Want::word(&lossy)),
                4 => (request.literal(shared), Want::NoAtom(octets)),
                5 => (request.literal8(shared), Want::NoAtom(octets)),
                6 => (
                    request.nstring(Some(ByteString::from(shared))),
                    Want::NoAtom(octets),
                ),
                7 => (
                    request.secret(Secret::new(octets.clone())),
                    Want::String(octets),
                ),
                8 => (
                    request.flag(&Flag::from(lossy.as_str()))?,
                    Want::word(Flag::from(lossy.as_str()).as_bytes()),
                ),
                _ => (
                    request.number(octets.len() as u64),
                    Want::word(octets.len().to_string()),
                ),
            };
            wanted.push(want);
            Ok(request)
        });
    }
    (request, wanted)
}
