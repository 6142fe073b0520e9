//! The example dialogues of the RFCs through the engine: `tests/dialogues`.

mod table;

use std::collections::BTreeMap;

use bytes::Bytes;
use imap_proto_core::engine::{ConnectionError, Event};
use imap_proto_core::parse::parse_response;
use imap_proto_core::types::{
    Code, Data, FetchData, Response, ResponseText, StatusData, Tolerance,
};
use imap_proto_core::wire::Limits;
use imap_tests::replay::{Outcome, assert_one_ending_each, joined, play};
use imap_tests::source::root;
use imap_tests::transcript::{Line, Side, Transcript, of_folder};
use table::RFCS;

/// A dialogue, and with what comes before it in its state.
struct Dialogue {
    alone: Transcript,
    whole: Transcript,
}

fn dialogues() -> impl Iterator<Item = Dialogue> {
    RFCS.into_iter().flat_map(|(rfc, revision, count)| {
        let found = of_folder(&root().join("tests/dialogues").join(rfc));
        assert_eq!(found.len(), count, "dialogues of {rfc}");
        found
            .into_iter()
            .map(move |alone| Dialogue::new(alone, revision))
    })
}

impl Dialogue {
    fn new(alone: Transcript, revision: &str) -> Self {
        let capabilities = directive(&alone, "capabilities").unwrap_or(revision);
        let prelude = prelude(directive(&alone, "state"), capabilities);
        let mut whole = Transcript::parse("prelude", &prelude).expect("it has the format");
        whole.lines.extend(alone.lines.iter().cloned());
        Self { alone, whole }
    }
}

/// The value of `# NAME: VALUE`.
fn directive<'a>(transcript: &'a Transcript, name: &str) -> Option<&'a str> {
    transcript.lines.iter().find_map(|line| match line {
        Line::Comment(text) => text.strip_prefix(name)?.strip_prefix(": "),
        Line::Step(_) => None,
    })
}

/// What leads to a state.
fn prelude(state: Option<&str>, capabilities: &str) -> String {
    let Some(state) = state else {
        return String::new();
    };
    let greeting = format!("S: * OK [CAPABILITY {capabilities}] hello\n");
    let login = format!("C: PRE1 LOGIN user pass\nS: PRE1 OK [CAPABILITY {capabilities}] in\n");
    let select = |exists| format!("C: PRE2 SELECT INBOX\nS: * {exists} EXISTS\nS: PRE2 OK done\n");
    match state.split_once(' ').unwrap_or((state, "")) {
        ("greeted", "") => greeting,
        ("authenticated", "") => greeting + &login,
        ("selected", exists) => greeting + &login + &select(exists),
        _ => panic!("no state: {state}"),
    }
}

/// What a server's stream says, by response.
fn frames(stream: &Bytes) -> Vec<Bytes> {
    let mut frames = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(length) = stream[at..].windows(2).position(|pair| pair == b"\r\n") {
        let line = &stream[at..at + length];
        at += length + 2;
        if let Some(size) = literal(line) {
            at += size;
        } else {
            frames.push(stream.slice(start..at));
            start = at;
        }
    }
    assert_eq!(start, stream.len(), "octets without an end");
    frames
}

/// The size of the literal that a line announces.
fn literal(line: &[u8]) -> Option<usize> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix('}')?;
    line.rsplit_once('{')?.1.parse().ok()
}

/// Takes the form of literals out, which is the sender's choice: `{3+}` is `{3}`.
fn normalised(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).replace("+}\r\n", "}\r\n")
}

/// What the client of a dialogue says, with our tags.
fn expected_octets(transcript: &Transcript, outcome: &Outcome) -> String {
    let stream = normalised(&transcript.stream(Side::Client, 1));
    let mut tags = outcome.tags.iter().peekable();
    let with_our_tag = |line: &str| {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match tags.next_if(|(tag, _)| tag == word.as_bytes()) {
            Some((_, ours)) => format!("{ours} {rest}"),
            None => line.to_owned(),
        }
    };
    stream.split_inclusive("\r\n").map(with_our_tag).collect()
}

/// The tagged conditions of the server's side, by tag, in order.
fn conditions(transcript: &Transcript) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for frame in frames(&transcript.stream(Side::Server, 1)) {
        let text = String::from_utf8_lossy(&frame).into_owned();
        let mut words = text.split_ascii_whitespace();
        if let (Some(tag), Some(condition)) = (words.next(), words.next())
            && !["*", "+"].contains(&tag)
        {
            found
                .entry(tag.to_owned())
                .or_default()
                .push(condition.to_owned());
        }
    }
    found
}

/// How the engine says that the commands ended, by recorded tag, in order.
fn endings(outcome: &Outcome) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (tag, command) in &outcome.commands {
        for event in &outcome.events {
            if let Event::Completed { id, completion } = event
                && id == command
            {
                let tag = String::from_utf8_lossy(tag).into_owned();
                found
                    .entry(tag)
                    .or_default()
                    .push(completion.condition.to_string());
            }
        }
    }
    found
}

fn has_invalid_item(data: &Data) -> bool {
    match data {
        Data::Fetch(fetch) => fetch
            .items
            .iter()
            .any(|item| matches!(item, FetchData::Invalid(..))),
        Data::Status(status) => status
            .items
            .iter()
            .any(|item| matches!(item, StatusData::Invalid(..) | StatusData::Other(..))),
        _ => false,
    }
}

fn is_faulty(event: &Event) -> bool {
    match event {
        Event::Malformed { .. } | Event::NotSent { .. } | Event::TimedOut { .. } => true,
        Event::Data { data, .. } => has_invalid_item(data),
        _ => false,
    }
}

/// Where the RFC's own example is not as the grammar has it.
const LISTED: [(&str, Tolerance); 43] = [
    ("rfc2177/3-idle", Tolerance::MissingText),
    ("rfc2180/4.2.1-store-silent", Tolerance::MissingText),
    ("rfc2342/5.5-namespace", Tolerance::ExtraSpaces),
    ("rfc2683/3.4.2-list-literal", Tolerance::EmptyDelimiter),
    ("rfc3501/8-sample", Tolerance::ExtraSpaces),
    ("rfc4469/8-append-sent", Tolerance::BracketedText),
    ("rfc4549/6.1-select", Tolerance::MissingText),
    ("rfc4551/3.1.1-select", Tolerance::MissingText),
    ("rfc4551/3.2-5-store", Tolerance::MissingText),
    ("rfc4551/3.2-9-noop", Tolerance::MissingText),
    ("rfc4551/3.2-9-noop-2", Tolerance::MissingText),
    ("rfc4551/3.7-select", Tolerance::MissingText),
    ("rfc4978/4-active", Tolerance::MissingText),
    ("rfc4978/4-login", Tolerance::MissingText),
    ("rfc5092/9-search", Tolerance::MissingText),
    ("rfc5162/3.1-select", Tolerance::MissingText),
    ("rfc5162/3.1-select-mismatch", Tolerance::MissingText),
    ("rfc5162/3.1-select-sequence-match", Tolerance::MissingText),
    ("rfc5162/3.1-select-vanished", Tolerance::MissingText),
    ("rfc5162/5-select", Tolerance::MissingText),
    ("rfc5182/2-search-return-5", Tolerance::MissingParentheses),
    ("rfc5255/3.2-language", Tolerance::MissingSpace),
    ("rfc5465/3.1-login-bob-alice", Tolerance::MissingText),
    ("rfc5465/7-search-return-count", Tolerance::MissingText),
    ("rfc5524/4-structures", Tolerance::EmptyListForNil),
    ("rfc5530/3-contactadmin", Tolerance::MissingText),
    ("rfc5819/3-list", Tolerance::ExtraSpaces),
    ("rfc5819/3-list-subscribed", Tolerance::ExtraSpaces),
    ("rfc6851/3.3-uid-move", Tolerance::MissingText),
    ("rfc7162/3.1.2.1-select-inbox", Tolerance::MissingText),
    ("rfc7162/3.1.3-noop", Tolerance::MissingText),
    ("rfc7162/3.1.3-noop-2", Tolerance::MissingText),
    (
        "rfc7162/3.1.3-store-unchangedsince-2",
        Tolerance::MissingText,
    ),
    ("rfc7162/3.1.8-select-inbox", Tolerance::MissingText),
    (
        "rfc7162/3.2.5.1-select-inbox-qresync",
        Tolerance::MissingText,
    ),
    ("rfc7889/3.2-list-status", Tolerance::ExtraSpaces),
    ("rfc9051/6.3.13-idle", Tolerance::MissingText),
    ("rfc9051/6.3.2-select-another", Tolerance::LargeNumber),
    (
        "rfc9051/6.4.4.4-save-5-badcharset",
        Tolerance::MissingParentheses,
    ),
    ("rfc9051/6.4.8-move", Tolerance::MissingText),
    ("rfc9051/7.1-code-contactadmin", Tolerance::MissingText),
    ("rfc9051/8-sample", Tolerance::ExtraSpaces),
    ("rfc9394/3.4-uid-fetch", Tolerance::ExtraSpaces),
];

/// Whether something is tolerated that is not listed. What the commands of a dialogue mean the engine is not told, so
/// each ENABLED is unasked.
fn is_unlisted(dialogue: &str, event: &Event) -> bool {
    let listed = |kind| {
        let mut all = LISTED.iter();
        all.any(|&one| one == (dialogue, kind)) || kind == Tolerance::UnaskedEnabled
    };
    matches!(event, Event::Tolerated(kind) if !listed(*kind))
}

/// The only ends that a dialogue comes to: its own, or that nothing follows.
fn is_lawful_end(error: Option<&ConnectionError>) -> bool {
    matches!(
        error,
        Some(
            ConnectionError::LoggedOut
                | ConnectionError::ClosedByServer { .. }
                | ConnectionError::UnexpectedEof
        )
    )
}

/// What is wrong with a dialogue as the engine plays it.
fn faults(dialogue: &Dialogue) -> Vec<String> {
    let mut outcome = play(&dialogue.whole, 1, usize::MAX, None);
    assert_one_ending_each(&dialogue.alone.name, &mut outcome);
    let mut faults: Vec<String> = outcome
        .events
        .iter()
        .filter(|event| is_faulty(event) || is_unlisted(&dialogue.alone.name, event))
        .map(|event| format!("{event:?}"))
        .collect();
    if !is_lawful_end(outcome.harness.error.as_ref()) {
        faults.push(format!("ends by {:?}", outcome.harness.error));
    }
    for (tag, error) in &outcome.refused {
        faults.push(format!("{} refused: {error}", String::from_utf8_lossy(tag)));
    }
    let mut expected = conditions(&dialogue.whole);
    let idle =
        |(tag, _): &&(Vec<u8>, String)| !outcome.commands.iter().any(|(command, _)| command == tag);
    for (tag, _) in outcome.tags.iter().filter(idle) {
        // IDLE is the engine's own command: it gives no event of its ending.
        expected.remove(&*String::from_utf8_lossy(tag));
    }
    let ended = endings(&outcome);
    if ended != expected {
        faults.push(format!("ended as {ended:?}, not {expected:?}"));
    }
    let (written, recorded) = (
        normalised(&outcome.written),
        expected_octets(&dialogue.whole, &outcome),
    );
    if written != recorded {
        faults.push(format!("wrote {written:?}, not {recorded:?}"));
    }
    faults
}

#[test]
fn every_dialogue_plays_as_the_rfc_shows_it() {
    let mut wrong = Vec::new();
    for dialogue in dialogues() {
        for fault in faults(&dialogue) {
            wrong.push(format!("{}: {fault}", dialogue.alone.name));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn what_no_server_may_say_is_a_fault() {
    for (text, fault) in [
        ("C: a NOOP\nS: b OK\n", "UnknownTag"),
        ("C: a NOOP\nS: * 2 FETCH (FLAGS\nS: a OK\n", "Malformed"),
        (
            "C: a NOOP\nS: * 2 FETCH (UID x FLAGS ())\nS: a OK\n",
            "Invalid",
        ),
        ("S: * 2 EXPUNGE\n", "Tolerated"),
        ("C: a NOOP\nS: a OK\nS: a OK\n", "ends by"),
        ("C: a NOOP\nC: b CLOSE\nS: b OK\n", "wrote"),
    ] {
        let text = format!("# state: selected 2\n{text}");
        let alone = Transcript::parse("example", &text).expect("it has the format");
        let found = faults(&Dialogue::new(alone, "IMAP4rev1")).join("\n");
        assert!(found.contains(fault), "{text}{found}");
    }
}

/// Law 10.
#[test]
fn every_dialogue_gives_the_same_events_octet_by_octet() {
    for dialogue in dialogues() {
        let whole = joined(&play(&dialogue.whole, 1, usize::MAX, None).events);
        let single = joined(&play(&dialogue.whole, 1, 1, None).events);
        assert_eq!(whole, single, "{}", dialogue.alone.name);
    }
}

/// The name of a response that has no type, or whose code has none.
fn untyped(response: &Response) -> Option<String> {
    let code = |text: &ResponseText| match &text.code {
        Some(Code::Other { name, .. }) => Some(name.to_string()),
        _ => None,
    };
    match response {
        Response::Tagged { completion, .. } => code(&completion.text),
        Response::Data(Data::Condition { text, .. }) => code(text),
        Response::Data(Data::Other(other)) => Some(other.name.to_string()),
        _ => None,
    }
}

#[test]
fn every_response_has_a_type() {
    let mut count = 0;
    let mut others = Vec::new();
    for Dialogue { alone, .. } in dialogues() {
        for frame in frames(&alone.stream(Side::Server, 1)) {
            count += 1;
            let line = String::from_utf8_lossy(&frame);
            let response = parse_response(&frame, &Limits::default())
                .unwrap_or_else(|error| panic!("{}: {error}: {line}", alone.name));
            if let Response::Data(data) = &response {
                assert!(!has_invalid_item(data), "{}: {line}", alone.name);
            }
            others.extend(untyped(&response).map(|name| (alone.name.clone(), name)));
        }
    }
    // NEWNAME is of RFC 2060 and obsolete since RFC 3501.
    let untyped = [
        ("rfc2180/3.4-newname", "NEWNAME"),
        ("rfc3501/6.5.1-x-atom", "XPIG-LATIN"),
        ("rfc9051/6.5-experimental", "XPIG-LATIN"),
    ]
    .map(|(file, name)| (file.to_owned(), name.to_owned()));
    assert_eq!(others, untyped);
    assert_eq!(count, 2336, "responses");
}
