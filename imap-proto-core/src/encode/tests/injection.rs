//! Law 11: no argument of any command puts CR, LF or NUL on the wire outside a literal, and a
//! server that reads what was sent finds one command with the arguments as they were given.
//!
//! The server here shares nothing with the encoder: it reads octets one by one.

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::types::{ByteString, Flag, Flags, MailboxName, Secret, Section, SectionPart, Uid};

#[path = "injection_cases.rs"]
mod cases;

use cases::{annotation_cases, rarer_cases, search_cases};

/// What a naive server reads.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// Anything between spaces, parentheses and strings.
    Bare(Vec<u8>),
    /// A string, quoted or literal.
    String(Vec<u8>),
    /// A parenthesis.
    Parenthesis,
}

/// One read command.
#[derive(Debug, Default)]
struct Read {
    tokens: Vec<Token>,
    /// The literals: size, and whether the client asked first.
    literals: Vec<(usize, bool)>,
}

/// Reads one command off the octets and gives back how many it took.
fn read_command(octets: &[u8]) -> Result<(Read, usize), String> {
    let mut read = Read::default();
    let mut at = 0;
    let mut bare = Vec::new();
    loop {
        let byte = *octets.get(at).ok_or("no end of the command")?;
        at += 1;
        let ends_word = matches!(byte, b' ' | b'(' | b')' | b'"' | b'{' | b'\r');
        if ends_word && !bare.is_empty() && !(byte == b'{' && bare == b"~") {
            read.tokens.push(Token::Bare(std::mem::take(&mut bare)));
        }
        match byte {
            b'\r' if octets.get(at) == Some(&b'\n') => return Ok((read, at + 1)),
            0 | b'\r' | b'\n' => return Err(format!("octet {byte} at {at}")),
            b' ' => {}
            b'(' | b')' => read.tokens.push(Token::Parenthesis),
            b'"' => read
                .tokens
                .push(Token::String(read_quoted(octets, &mut at)?)),
            b'{' => {
                bare.clear();
                let literal = read_literal(octets, &mut at, &mut read.literals)?;
                read.tokens.push(Token::String(literal));
            }
            other => bare.push(other),
        }
    }
}

fn read_quoted(octets: &[u8], at: &mut usize) -> Result<Vec<u8>, String> {
    let mut string = Vec::new();
    loop {
        let byte = *octets.get(*at).ok_or("an open quoted string")?;
        *at += 1;
        match byte {
            b'"' => return Ok(string),
            0 | b'\r' | b'\n' => return Err("a line end in a quoted string".into()),
            b'\\' => {
                let escaped = *octets.get(*at).ok_or("an open escape")?;
                *at += 1;
                if !matches!(escaped, b'"' | b'\\') {
                    return Err("an illegal escape".into());
                }
                string.push(escaped);
            }
            other => string.push(other),
        }
    }
}

fn read_literal(
    octets: &[u8],
    at: &mut usize,
    literals: &mut Vec<(usize, bool)>,
) -> Result<Vec<u8>, String> {
    let rest = &octets[*at..];
    let end = rest
        .iter()
        .position(|&b| b == b'}')
        .ok_or("an open announcement")?;
    let announcement = std::str::from_utf8(&rest[..end]).map_err(|e| e.to_string())?;
    let digits = announcement.strip_suffix('+').unwrap_or(announcement);
    let size: usize = digits
        .parse()
        .map_err(|_| format!("a size of {digits:?}"))?;
    literals.push((size, digits.len() == announcement.len()));
    if rest.get(end + 1..end + 3) != Some(b"\r\n") {
        return Err("an announcement inside a line".into());
    }
    let data = rest.get(end + 3..end + 3 + size).ok_or("a short literal")?;
    *at += end + 3 + size;
    Ok(data.to_vec())
}

/// Modified UTF-7 as RFC 3501 §5.1.3 has it, read the plainest way.
fn decode_utf7(name: &[u8]) -> Option<String> {
    let mut text = String::new();
    let mut rest = std::str::from_utf8(name).ok()?;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        let (run, after) = after.split_once('-')?;
        rest = after;
        if run.is_empty() {
            text.push('&');
            continue;
        }
        let digit = |c: char| {
            let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
            digits.find(c)
        };
        let bits: String = run
            .chars()
            .map(|c| digit(c).map(|value| format!("{value:06b}")))
            .collect::<Option<_>>()?;
        let bits = &bits[..bits.len() / 16 * 16];
        let units: Vec<u16> = (0..bits.len() / 16)
            .map(|at| u16::from_str_radix(&bits[at * 16..at * 16 + 16], 2).expect("bits"))
            .collect();
        text.push_str(&String::from_utf16(&units).ok()?);
    }
    text.push_str(rest);
    Some(text)
}

/// The hostile arguments.
#[derive(Clone, Debug)]
struct Arguments {
    /// Any octets.
    first: Vec<u8>,
    second: Vec<u8>,
    /// A name as text.
    name: String,
    /// A name as a server sent it.
    wire: Vec<u8>,
    /// What ought to be an atom.
    word: String,
}

impl Arguments {
    fn first(&self) -> ByteString {
        Bytes::from(self.first.clone()).into()
    }

    fn second(&self) -> ByteString {
        Bytes::from(self.second.clone()).into()
    }

    fn name(&self) -> MailboxName {
        MailboxName::from(self.name.as_str())
    }

    fn wire(&self) -> MailboxName {
        MailboxName::from_wire(Bytes::from(self.wire.clone()))
    }
}

/// An argument as the server must read it.
#[derive(Clone, Copy, Debug)]
enum Expected {
    First,
    Second,
    Name,
    Wire,
    Word,
}

use Expected::{First, Name, Second, Wire, Word};

type Case = (&'static str, Result<Request, SubmitError>, Vec<Expected>);

fn case<C: Command>(name: &'static str, command: C, expected: &[Expected]) -> Case {
    (name, command.request(), expected.to_vec())
}

fn mailbox_cases(a: &Arguments) -> Vec<Case> {
    let (name, wire, word) = (|| a.name(), || a.wire(), || a.word.clone());
    let items = || StatusItems::new().item(word());
    let list = || List::new(name(), wire());
    vec![
        case("CREATE", Create::new(name()), &[Name]),
        case(
            "USE",
            Create::new(wire()).special_use(word()),
            &[Wire, Word],
        ),
        case("DELETE", Delete::new(wire()), &[Wire]),
        case("RENAME", Rename::new(name(), wire()), &[Name, Wire]),
        case("SUBSCRIBE", Subscribe::new(name()), &[Name]),
        case("UNSUBSCRIBE", Unsubscribe::new(wire()), &[Wire]),
        case("LIST", list(), &[Name, Wire]),
        case("patterns", list().pattern(name()), &[Name, Wire, Name]),
        case(
            "LIST-STATUS",
            ListStatus::new(list(), items()),
            &[Name, Wire, Word],
        ),
        case(
            "LIST-METADATA",
            ListDetails::new(list()).metadata([word()]),
            &[Name, Wire, Word],
        ),
        case("LSUB", Lsub::new(wire(), name()), &[Wire, Name]),
        case("STATUS", Status::new(name(), items()), &[Name, Word]),
        case("SELECT", Select::new(wire()).cond_store(), &[Wire]),
        case("EXAMINE", Examine::new(name()), &[Name]),
        case("GETQUOTAROOT", GetQuotaRoot::new(name()), &[Name]),
        case(
            "SETACL",
            SetAcl::new(name(), a.first(), "lr"),
            &[Name, First],
        ),
        case("rights", SetAcl::new(wire(), "x", word()), &[Wire]),
        case(
            "DELETEACL",
            DeleteAcl::new(wire(), a.first()),
            &[Wire, First],
        ),
        case("GETACL", GetAcl::new(wire()), &[Wire]),
        case(
            "LISTRIGHTS",
            ListRights::new(name(), a.second()),
            &[Name, Second],
        ),
        case("MYRIGHTS", MyRights::new(name()), &[Name]),
        case(
            "GETMETADATA",
            GetMetadata::new(name(), [word(), word()]),
            &[Name, Word, Word],
        ),
        case(
            "GETANNOTATION",
            GetAnnotation::new(name(), [a.first()], [a.second()]),
            &[Name, First, Second],
        ),
        case(
            "SETANNOTATION",
            SetAnnotation::new(wire()).set(a.first(), "value.priv", a.second()),
            &[Wire, First, Second],
        ),
        case("PROXYAUTH", ProxyAuth::new(a.first()), &[First]),
        case(
            "SETMETADATA",
            SetMetadata::new(wire()).set(word(), a.first()),
            &[Wire, Word, First],
        ),
    ]
}

fn message_cases(a: &Arguments) -> Vec<Case> {
    let word = || a.word.as_str();
    let message = || AppendMessage::new(a.first.clone());
    let flags = || [Flag::from(word())].into_iter().collect::<Flags>();
    let fields = vec![a.first(), a.second()];
    let section = Section::HeaderFields(SectionPart::default(), fields);
    let fetch = |items| UidFetch::new(Uid(7), items);
    let item = FetchItems::new().item(word());
    let upload = AppendMessage::upload(u64::try_from(a.first.len()).expect("small"));
    vec![
        case("APPEND", Append::new(a.name(), message()), &[Name, First]),
        case(
            "flags",
            Append::new(a.name(), message().flags(flags())),
            &[Name, Word, First],
        ),
        case(
            "binary",
            Append::new(a.wire(), message().binary()),
            &[Wire, First],
        ),
        case("upload", Append::new(a.wire(), upload), &[Wire, First]),
        case(
            "FETCH",
            fetch(FetchItems::new().section(section)),
            &[First, Second],
        ),
        case("item", fetch(item), &[Word]),
        case(
            "STORE",
            UidStore::new(Uid(7), StoreAction::add([Flag::from(word())])),
            &[Word],
        ),
        case(
            "CATENATE",
            Append::new(
                a.name(),
                AppendMessage::catenate([
                    CatenatePart::Url(a.word.clone()),
                    CatenatePart::Text(a.second.clone().into()),
                ]),
            ),
            &[Name, Word, Second],
        ),
        case(
            "REPLACE",
            UidReplace::new(Uid(7), a.wire(), message()),
            &[Wire, First],
        ),
        case("COPY", UidCopy::new(Uid(7), a.name()), &[Name]),
        case("MOVE", UidMove::new(Uid(7), a.wire()), &[Wire]),
    ]
}

fn server_cases(a: &Arguments) -> Vec<Case> {
    let word = || a.word.clone();
    let secret = |octets: &[u8]| Secret::from(octets.to_vec());
    let custom = |make: &dyn Fn(Request) -> Result<Request, SubmitError>| {
        make(Request::new("XFOO").expect("a name").space())
    };
    let pieces = custom(&|request| {
        let request = request
            .astring(a.first.clone())
            .space()
            .string(a.second.clone());
        Ok(request
            .space()
            .literal8(a.first.clone())
            .space()
            .mailbox(a.name()))
    });
    let raw = custom(&|request| Ok(request.syntax(&a.word)?.space().literal(a.first.clone())));
    vec![
        case(
            "LOGIN",
            Login::new(secret(&a.first), secret(&a.second)),
            &[First, Second],
        ),
        case("AUTHENTICATE", Authenticate::new(word()), &[Word]),
        case("ENABLE", Enable::new([word()]), &[Word]),
        case(
            "ID",
            Id::new().field(a.first(), a.second()),
            &[First, Second],
        ),
        case("GETQUOTA", GetQuota::new(a.first()), &[First]),
        case(
            "SETQUOTA",
            SetQuota::new(a.first()).limit(word(), 1),
            &[First, Word],
        ),
        ("pieces", pieces, vec![First, Second, First, Name]),
        ("raw", raw, vec![First]),
        ("name", Request::new(&a.word), vec![]),
    ]
}

fn written(request: &Request, dialect: Dialect, upload: &[u8]) -> (Vec<u8>, usize) {
    let parts = testing::parts(&request.segments, b"T7", dialect).expect("a validated request");
    let mut octets = Vec::new();
    let mut waits = 0;
    for part in &parts {
        match part {
            Part::Bytes(bytes) => octets.extend_from_slice(bytes),
            Part::SecretBytes(secret) => octets.extend_from_slice(secret.expose()),
            Part::Upload(_) => octets.extend_from_slice(upload),
            Part::Sync => {
                assert!(octets.ends_with(b"}\r\n"), "a wait without an announcement");
                waits += 1;
            }
        }
    }
    (octets, waits)
}

fn is_meant(a: &Arguments, expected: Expected, read: &[u8], utf8: bool) -> bool {
    let name = |given: &[u8], is_text: bool| {
        let text = std::str::from_utf8(given).ok();
        match text {
            Some(text) if !utf8 && (is_text || !given.is_ascii()) => {
                decode_utf7(read).as_deref() == Some(text)
            }
            _ => read == given,
        }
    };
    match expected {
        First => read == a.first,
        Second => read == a.second,
        Word => read == a.word.as_bytes(),
        Name => name(a.name.as_bytes(), true),
        Wire => name(&a.wire, false),
    }
}

fn check(a: &Arguments, case: &Case, dialect: Dialect) {
    let (command, request, expected) = case;
    let Ok(request) = request else { return };
    if request.validate().is_err() {
        return;
    }
    let (octets, waits) = written(request, dialect, &a.first);
    let (read, taken) = read_command(&octets).unwrap_or_else(|e| panic!("{command}: {e}"));
    assert_eq!(taken, octets.len(), "{command}: more than one command");
    let asked = read.literals.iter().filter(|(_, asked)| *asked).count();
    assert_eq!(asked, waits, "{command}: literals and waits");
    for (size, asked) in &read.literals {
        let free = match dialect.literals {
            LiteralMode::Sync => false,
            LiteralMode::Minus => *size <= 4096,
            LiteralMode::Plus => true,
        };
        assert!(
            *asked || free,
            "{command}: {{{size}+}} without the capability"
        );
    }
    let mut tokens = read.tokens.iter();
    for wanted in expected {
        let found = tokens.any(|token| match token {
            Token::Bare(read) => {
                let read = read.strip_prefix(b"\\").filter(|_| matches!(wanted, Word)).unwrap_or(read);
                is_meant(a, *wanted, read, dialect.utf8)
                    || matches!(token, Token::Bare(whole) if is_meant(a, *wanted, whole, dialect.utf8))
            }
            Token::String(read) => is_meant(a, *wanted, read, dialect.utf8),
            Token::Parenthesis => false,
        });
        assert!(
            found,
            "{command}: {wanted:?} of {a:?} in {:?}",
            Bytes::from(octets)
        );
    }
}

/// Whether a request was refused for a reason: only what cannot be sent may be.
fn may_refuse(a: &Arguments, case: &Case) -> bool {
    let breaks_line = |octets: &[u8]| octets.iter().any(|b| matches!(b, 0 | b'\r' | b'\n'));
    let (command, _, expected) = case;
    let long = a.first.len() > 30 || a.second.len() > 1024;
    let by_word = [
        "KEYWORD",
        "key",
        "raw",
        "name",
        "rights",
        "CONVERT",
        "parameter",
    ];
    if by_word.contains(command) || (*command == "ID" && long) {
        return true;
    }
    expected.iter().any(|expected| match expected {
        First => a.first.contains(&0),
        Second => a.second.contains(&0),
        Name => breaks_line(a.name.as_bytes()),
        Wire => breaks_line(&a.wire),
        // A word may be refused for not being one.
        Word => true,
    })
}

fn octets() -> impl Strategy<Value = Vec<u8>> {
    let nasty = prop::sample::select(b"\r\n\0\"\\{}+()%*~ &-]A1\xc3\xa9\xff".to_vec());
    let octet = prop_oneof![4 => nasty, 1 => any::<u8>()];
    let times = prop_oneof![8 => Just(1_usize), 1 => Just(120), 1 => Just(900)];
    (prop::collection::vec(octet, 0..12), times).prop_map(|(octets, times)| octets.repeat(times))
}

fn text() -> impl Strategy<Value = String> {
    octets().prop_map(|octets| String::from_utf8_lossy(&octets).into_owned())
}

/// Mostly an atom, so that commands with words get somewhere.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[A-Za-z0-9$/.=_-]{1,8}", 1 => "/[a-z]{1,5}", 2 => text()]
}

fn arguments() -> impl Strategy<Value = Arguments> {
    (octets(), octets(), text(), octets(), word()).prop_map(|(first, second, name, wire, word)| {
        Arguments {
            first,
            second,
            name,
            wire,
            word,
        }
    })
}

fn dialects() -> impl Strategy<Value = Dialect> {
    let modes = prop::sample::select(vec![
        LiteralMode::Sync,
        LiteralMode::Minus,
        LiteralMode::Plus,
    ]);
    (any::<bool>(), modes, any::<bool>()).prop_map(|(utf8, literals, literal8)| Dialect {
        utf8,
        literals,
        literal8,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn b1_b2_b3_a_server_reads_one_command_and_its_arguments(a in arguments(), dialect in dialects()) {
        let groups = [mailbox_cases(&a), message_cases(&a), search_cases(&a), server_cases(&a), rarer_cases(&a), annotation_cases(&a)];
        for case in groups.iter().flatten() {
            let valid = case.1.as_ref().is_ok_and(|request| request.validate().is_ok());
            prop_assert!(valid || may_refuse(&a, case), "{} of {:?} was refused", case.0, a);
            check(&a, case, dialect);
        }
    }
}

#[test]
fn b4_raw_syntax_cannot_swallow_a_literal() {
    let syntax = |syntax: &str| Request::new("X").expect("a name").space().syntax(syntax);
    for bad in [
        "\"", "\"a\\\"", "a\r\n", "a\0", "{", "{5}", "x{5+}", "\"a\" \"",
    ] {
        assert!(
            matches!(syntax(bad), Err(SubmitError::InvalidSyntax)),
            "{bad}"
        );
    }
    for good in ["", "(a \"b\\\" {x}\")", "\"\\\\\"", "\"{5}\""] {
        assert!(syntax(good).is_ok(), "{good}");
    }
}

#[test]
fn the_naive_server_sees_an_injection() {
    let injected = b"T7 DELETE x\r\nT8 LOGOUT\r\n";
    let (_, taken) = read_command(injected).expect("a command");
    assert!(taken < injected.len());
    assert!(read_command(b"T7 DELETE a\nb\r\n").is_err());
    let (read, _) = read_command(b"T7 X \"a\\\"b\" {2}\r\n\r\n (c)\r\n").expect("a command");
    let string = |octets: &[u8]| Token::String(octets.to_vec());
    let bare = |octets: &[u8]| Token::Bare(octets.to_vec());
    let expected = [
        bare(b"T7"),
        bare(b"X"),
        string(b"a\"b"),
        string(b"\r\n"),
        Token::Parenthesis,
        bare(b"c"),
        Token::Parenthesis,
    ];
    assert_eq!(read.tokens, expected);
}
