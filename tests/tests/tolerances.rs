//! What is tolerated: each kind is read as it was meant and told by its name, can be refused, and is never told of what
//! the RFCs and real servers rightly send.

use std::collections::BTreeMap;

use imap_proto_core::parse::{ResponseReader, parse_tolerantly};
use imap_proto_core::types::{Condition, Data, ParseErrorKind, Response, Tolerance, Tolerances};
use imap_proto_core::wire::{InputBuffer, Limits};
use imap_tests::hostile::{self, subset::contains};
use imap_tests::source::root;
use imap_tests::transcript::{self, Side};
use serde_json::Value;

fn optional() -> impl Iterator<Item = Tolerance> {
    let all = Tolerance::ALL.iter().copied();
    all.filter(|kind| kind.about().optional)
}

fn example(kind: Tolerance) -> bytes::Bytes {
    [kind.about().example, b"\r\n"].concat().into()
}

/// What each example means, by hand: `tests/data/tolerances.tsv`.
fn meanings() -> BTreeMap<&'static str, Value> {
    let lines = include_str!("../data/tolerances.tsv").lines();
    let meaning = |line: &'static str| {
        let (kind, json) = line.split_once('\t').expect("two columns");
        (kind, serde_json::from_str(json).expect("JSON"))
    };
    lines.map(meaning).collect()
}

#[test]
fn every_example_is_read_as_it_was_meant_and_tells_its_kind() {
    let meanings = meanings();
    let mut wrong = Vec::new();
    for kind in optional() {
        let mut told = Tolerances::NONE;
        let response = parse_tolerantly(&example(kind), &Limits::default(), &mut told);
        if told != Tolerances::NONE.with(kind) {
            wrong.push(format!("{kind}: told {told:?}"));
        }
        let Ok(Response::Data(data)) = response else {
            wrong.push(format!("{kind}: {response:?}"));
            continue;
        };
        let found = serde_json::to_value(&data).expect("data");
        match meanings.get(kind.about().name) {
            Some(meaning) if contains(&found, meaning) => {}
            meaning => wrong.push(format!("{kind}: {found}, not {meaning:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(meanings.len(), optional().count());
}

#[test]
fn every_kind_of_the_grammar_can_be_refused() {
    for kind in optional() {
        let strict = Limits::default().tolerances(Tolerances::ALL.without(kind));
        let error = parse_tolerantly(&example(kind), &strict, &mut Tolerances::default());
        let refused = error.expect_err("it is refused");
        assert_eq!(refused.kind, ParseErrorKind::NotTolerated(kind));
        assert!(refused.offset < example(kind).len(), "{kind}: {refused}");
        let only = Limits::default().tolerances(Tolerances::NONE.with(kind));
        let taken = parse_tolerantly(&example(kind), &only, &mut Tolerances::default());
        assert!(taken.is_ok(), "{kind}: {taken:?}");
    }
}

/// Those that are no matter of grammar are read alike, strictly or not: the engine tells of them.
#[test]
fn the_others_are_shown_by_files() {
    let files = hostile::all();
    for kind in Tolerance::ALL.iter().filter(|kind| !kind.about().optional) {
        let strict = Limits::default().tolerances(Tolerances::NONE);
        let parsed = parse_tolerantly(&example(*kind), &strict, &mut Tolerances::default());
        assert!(parsed.is_ok(), "{kind}: {parsed:?}");
        let shown = files
            .iter()
            .any(|file| file.tolerated.contains_key(kind.about().name));
        assert!(shown, "no file of hostile/ or quirks/ has {kind}");
    }
}

#[test]
fn every_kind_says_who_what_and_why() {
    for kind in Tolerance::ALL {
        let facts = kind.about();
        for text in [facts.accepted, facts.harmless] {
            assert!(text.ends_with('.') && text.len() > 10, "{kind}: {text}");
        }
        assert!(
            ["RFC ", "draft"]
                .iter()
                .any(|of| facts.rule.starts_with(of)),
            "{kind}: {}",
            facts.rule
        );
        assert!(!facts.servers.is_empty() && !facts.example.is_empty());
    }
}

/// One response of several that differ in nothing but what they say.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Met {
    kind: &'static str,
    name: String,
}

fn met(kinds: Tolerances, response: &[u8], found: &mut BTreeMap<Met, (usize, String)>) {
    let text = String::from_utf8_lossy(response).into_owned();
    let mut words = text
        .split([' ', '\r', '(', '['])
        .filter(|word| !word.is_empty());
    let name = match words.next() {
        Some("+") => Some("+"),
        _ => words.find(|word| !word.bytes().all(|byte| byte.is_ascii_digit())),
    };
    let name = name.unwrap_or_default().to_ascii_uppercase();
    for kind in kinds.iter() {
        let met = Met {
            kind: kind.about().name,
            name: name.clone(),
        };
        let entry = found.entry(met).or_insert_with(|| (0, text.clone()));
        entry.0 += 1;
    }
}

/// What is told must be just what is listed, with its reason.
fn check(found: &BTreeMap<Met, (usize, String)>, listed: &[(&str, &str, &str)]) {
    let mut wrong = Vec::new();
    for (met, (count, text)) in found {
        let is_listed = listed
            .iter()
            .any(|(kind, name, _)| *kind == met.kind && *name == met.name);
        if !is_listed {
            wrong.push(format!("{met:?} {count} times: {text:?}"));
        }
    }
    for (kind, name, reason) in listed {
        let is_met = found
            .keys()
            .any(|met| met.kind == *kind && met.name == *name);
        if !is_met {
            wrong.push(format!("{kind} of {name} is not met: {reason}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_examples_of_the_rfcs_are_strict_but_for_those_listed() {
    let path = root().join("tests/data/rfc-responses.txt");
    let text = std::fs::read_to_string(path).expect("the examples are there");
    let mut found = BTreeMap::new();
    let (mut rfc, mut count) = ("", 0);
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("# ") {
            rfc = title;
            continue;
        }
        count += 1;
        let mut told = Tolerances::NONE;
        let frame = format!("{line}\r\n").into();
        let parsed = parse_tolerantly(&frame, &Limits::default(), &mut told);
        assert!(parsed.is_ok(), "{rfc}: {line}");
        met(told, format!("{line} ({rfc})\r\n").as_bytes(), &mut found);
    }
    assert!(count > 950);
    check(&found, &LISTED_RFC);
}

/// Examples that break the grammar of their own RFC.
const LISTED_RFC: [(&str, &str, &str); 8] = [
    (
        "EmptyDelimiter",
        "LIST",
        "RFC 2683 §3.4.11 shows what servers send",
    ),
    (
        "ExtraSpaces",
        "LIST",
        "RFC 5819 §4 has two spaces before a name",
    ),
    (
        "ExtraSpaces",
        "NAMESPACE",
        "RFC 2342 §5 has two spaces between classes",
    ),
    (
        "LargeNumber",
        "OK",
        "RFC 9051 §6.3.1 has a UIDVALIDITY of 34 bits",
    ),
    (
        "MissingParentheses",
        "NO",
        "RFC 5182 §2.2 has BADCHARSET without a list",
    ),
    ("MissingText", "NO", "RFC 5259 §6 has codes without a text"),
    (
        "MissingText",
        "OK",
        "RFC 2177 §3 and others have codes without a text",
    ),
    ("MissingText", "+", "RFC 1731 §3 has `+` alone"),
];

#[test]
fn the_recordings_are_strict_but_for_those_listed() {
    let mut found = BTreeMap::new();
    let mut count = 0;
    for recording in transcript::all() {
        for connection in recording.connections() {
            let stream = recording.stream(Side::Server, connection);
            count += read(&stream, &mut found);
        }
    }
    assert!(count > 10_000, "{count} responses");
    check(&found, &LISTED_RECORDED);
}

/// What Dovecot and Cyrus get wrong.
const LISTED_RECORDED: [(&str, &str, &str); 8] = [
    ("CodeArguments", "NO", "Dovecot's BADEVENT has no list"),
    (
        "ExtraSpaces",
        "THREAD",
        "Dovecot has a space behind THREAD without data",
    ),
    (
        "FlagCharacters",
        "FETCH",
        "Cyrus takes a flag with a bracket, and says it again",
    ),
    ("FlagCharacters", "FLAGS", "the same"),
    ("FlagCharacters", "OK", "the same, in PERMANENTFLAGS"),
    (
        "InvalidItem",
        "STATUS",
        "Cyrus 3.12 has a MAILBOXID of random octets for a deleted mailbox",
    ),
    ("MissingValue", "URLFETCH", "Cyrus leaves NIL out"),
    (
        "ZeroNumber",
        "FETCH",
        "BODY[0] is asked for, and Dovecot echoes it",
    ),
];

/// Reads the responses of a stream, and gives their number. What is no response is malformed and told of as such.
fn read(stream: &[u8], found: &mut BTreeMap<Met, (usize, String)>) -> usize {
    let limits = Limits::default();
    let mut input = InputBuffer::new(&limits);
    let mut reader = ResponseReader::new(limits);
    let (mut at, mut count, mut fed) = (0, 0, 0);
    loop {
        match reader.next(&mut input) {
            Ok(Some(response)) => {
                let end = usize::try_from(input.consumed()).expect("a short stream");
                if response.is_ok() {
                    met(reader.tolerated(), &stream[at..end], found);
                }
                at = end;
                count += 1;
            }
            Ok(None) if fed < stream.len() => {
                fed += input.extend_from_slice(&stream[fed..]);
            }
            _ => return count,
        }
    }
}

#[test]
fn a_reader_tells_of_the_last_response_alone() {
    let limits = Limits::default();
    let mut input = InputBuffer::new(&limits);
    input.extend_from_slice(b"* 1  EXISTS\r\n* 2 EXISTS\r\n* BYE\r\n");
    let mut reader = ResponseReader::new(limits);
    let mut told = Vec::new();
    while let Ok(Some(Ok(response))) = reader.next(&mut input) {
        told.push((response, reader.tolerated().iter().collect::<Vec<_>>()));
    }
    let kinds: Vec<_> = told.iter().map(|(_, kinds)| kinds.clone()).collect();
    let expected = [
        vec![Tolerance::ExtraSpaces],
        vec![],
        vec![Tolerance::MissingText],
    ];
    assert_eq!(kinds, expected);
    let bye = matches!(
        told[2].0,
        Response::Data(Data::Condition {
            condition: Condition::Bye,
            ..
        })
    );
    assert!(bye);
}
