//! The demo server's FETCH against what Dovecot said about the same messages.

use imap_tests::demo::{Demo, Settings};
use imap_tests::raw::RawClient;
use imap_tests::transcript::{Side, recording};

/// A value of a response, however it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Atom(Vec<u8>),
    String(Vec<u8>),
    List(Vec<Self>),
}

/// Reads the values of a response; section names in brackets are one atom, in upper case, without quotes.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn values(&mut self) -> Vec<Value> {
        let mut values = Vec::new();
        while let Some(first) = self.0.first() {
            match first {
                b' ' => self.0 = &self.0[1..],
                b')' => {
                    self.0 = &self.0[1..];
                    break;
                }
                b'(' => {
                    self.0 = &self.0[1..];
                    values.push(Value::List(self.values()));
                }
                b'"' => values.push(Value::String(self.quoted())),
                b'{' => values.push(Value::String(self.literal())),
                _ => values.push(Value::Atom(self.atom())),
            }
        }
        values
    }

    fn quoted(&mut self) -> Vec<u8> {
        let mut content = Vec::new();
        let mut at = 1;
        while self.0[at] != b'"' {
            at += usize::from(self.0[at] == b'\\');
            content.push(self.0[at]);
            at += 1;
        }
        self.0 = &self.0[at + 1..];
        content
    }

    fn literal(&mut self) -> Vec<u8> {
        let end = self.0.iter().position(|byte| *byte == b'}').unwrap();
        let length: usize = std::str::from_utf8(&self.0[1..end])
            .unwrap()
            .parse()
            .unwrap();
        let (content, rest) = self.0[end + 3..].split_at(length);
        self.0 = rest;
        content.to_vec()
    }

    fn atom(&mut self) -> Vec<u8> {
        let mut brackets = 0;
        let ends = |byte: &u8| {
            match byte {
                b'[' => brackets += 1,
                b']' => brackets -= 1,
                b' ' | b'(' | b')' => return brackets == 0,
                _ => {}
            }
            false
        };
        let end = self.0.iter().position(ends).unwrap_or(self.0.len());
        let (atom, rest) = self.0.split_at(end);
        self.0 = rest;
        atom.to_ascii_uppercase()
            .into_iter()
            .filter(|byte| *byte != b'"')
            .collect()
    }
}

/// The FETCH responses in a server's stream: message number and items.
fn fetches(stream: &[u8]) -> Vec<(u32, Vec<Value>)> {
    let mut found = Vec::new();
    for (at, _) in stream
        .windows(8)
        .enumerate()
        .filter(|(_, window)| *window == b" FETCH (")
    {
        let start = stream[..at].iter().rposition(|byte| *byte == b' ').unwrap();
        let number = std::str::from_utf8(&stream[start + 1..at])
            .unwrap()
            .parse()
            .unwrap();
        found.push((number, Reader(&stream[at + 8..]).values()));
    }
    found
}

/// Sends the FETCH commands of a recording to a demo server, and compares; returns how many answers were compared, and how many
/// of Dovecot's there was none like.
fn compare(name: &str, except: &[u32]) -> (usize, usize) {
    let demo = Demo::start(Settings {
        large_lines: 1,
        ..Settings::default()
    })
    .unwrap();
    let (mut client, _) = RawClient::connect(demo.port());
    client.ok("LOGIN alice secret-pass");
    client.ok("EXAMINE INBOX");
    let transcript = recording(name);
    let client_stream = transcript.stream(Side::Client, 1);
    let mut said = Vec::new();
    let mut lines = client_stream.split_inclusive(|byte| *byte == b'\n');
    while let Some(line) = lines.next() {
        let mut command = line
            .splitn(2, |byte| *byte == b' ')
            .nth(1)
            .unwrap_or_default()
            .to_vec();
        if !command.starts_with(b"FETCH") {
            continue;
        }
        while let Some(start) = command.strip_suffix(b"}\r\n") {
            command = [start, b"+}\r\n", lines.next().unwrap()].concat();
        }
        for response in client
            .run_bytes(command.strip_suffix(b"\r\n").unwrap())
            .untagged
        {
            said.extend_from_slice(&response);
            said.extend_from_slice(b"\r\n");
        }
    }
    let is_left_out = |values: &[Value]| {
        let first = values.first();
        ["BODY[HEADER]<0>", "FLAGS"]
            .iter()
            .any(|name| first == Some(&Value::Atom((*name).into())))
    };
    let wanted =
        |(number, values): &(u32, Vec<Value>)| !except.contains(number) && !is_left_out(values);
    let expected: Vec<_> = fetches(&transcript.stream(Side::Server, 1))
        .into_iter()
        .filter(wanted)
        .collect();
    let found: Vec<_> = fetches(&said).into_iter().filter(wanted).collect();
    let (mut at, mut compared, mut missing) = (0, 0, 0);
    for (number, values) in expected {
        let alike =
            |(found, items): &(u32, Vec<Value>)| *found == number && names(items) == names(&values);
        let Some(next) = found[at..].iter().position(alike) else {
            missing += 1;
            continue;
        };
        assert_eq!(
            shown(&found[at + next].1),
            shown(&values),
            "{name}: message {number}"
        );
        at += next + 1;
        compared += 1;
    }
    (compared, missing)
}

fn names(items: &[Value]) -> Vec<Value> {
    items
        .iter()
        .filter(|value| matches!(value, Value::Atom(_)))
        .cloned()
        .collect()
}

fn shown(values: &[Value]) -> String {
    let value = |value: &Value| match value {
        Value::Atom(bytes) => bytes.escape_ascii().to_string(),
        Value::String(bytes) => format!("\"{}\"", bytes.escape_ascii()),
        Value::List(values) => format!("({})", shown(values)),
    };
    values.iter().map(value).collect::<Vec<_>>().join(" ")
}

/// Message 21 is broken in ways that every server reads as it likes.
const BROKEN: u32 = 21;

#[test]
fn envelopes() {
    assert_eq!(compare("dovecot/41-fetch-envelope", &[BROKEN]), (25, 0));
}

#[test]
fn body_structures() {
    // 3: an empty Content-Type is no type for Dovecot. 7: it joins the pieces of parameters (RFC 2231).
    assert_eq!(
        compare("dovecot/43-fetch-bodystructure", &[3, 7, BROKEN]),
        (23, 0)
    );
}

#[test]
fn sections() {
    // Parts that are not there are empty for Dovecot, and NIL here; part 0 is against the grammar.
    assert_eq!(compare("dovecot/45-fetch-sections", &[]), (17, 4));
}

#[test]
fn bodies_and_partial_ones() {
    assert_eq!(compare("dovecot/44-fetch-bodies", &[]), (26, 0));
    // Left out: `<0.0>`, which is against the grammar as `<0>` is, and flags, which are another mailbox's.
    assert_eq!(compare("dovecot/46-fetch-partial", &[]), (6, 1));
}
