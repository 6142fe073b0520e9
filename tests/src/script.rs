//! Hand-written dialogues: the lines of a recording, tags by pattern, and directives.
//!
//! A script is executed by whoever has the other side: [`crate::scripted`] plays the server on a real stream, a runner
//! of the engine plays both the server and the clock. The language, line by line:
//!
//! | line | meaning |
//! |---|---|
//! | `# text` | a comment |
//! | `S: bytes`, `S2: bytes`, `S\| bytes` | the server says this, as in `tests/transcripts/README.md` |
//! | `C: bytes`, `C2: bytes`, `C\| bytes` | the client must say this |
//! | `A: words` | the application wants this; only the runner knows the words |
//! | `E: words` | an event that must come now; only the runner knows the words |
//! | `clock +29m` | time passes (`ms`, `s`, `m`, `h`) |
//! | `delay 20ms` | the server waits before what follows, in real time |
//! | `chunk 1`, `chunk all` | from here the server's bytes arrive this many at a time |
//! | `take 7`, `take all` | from here the client's bytes are taken this many at a time |
//! | `flood 1000 bytes` | the server says this line (CRLF is added) that many times, see [`Flood`] |
//! | `repeat 1000 bytes` | the server says these bytes that many times, with no CRLF |
//! | `quiet` | the client has nothing to say now |
//! | `starttls`, `compress` | TLS or DEFLATE begins here, in both directions |
//! | `uncompress` | DEFLATE ends here |
//! | `eof` | the server ends its side in good order |
//! | `cut` | the connection breaks |
//!
//! A directive may end in a connection's number: `eof 2`, `starttls 2`; `chunk 1 2` is connection 2, byte by byte.
//!
//! In `C` lines `$name` stands for any tag; the same name is the same tag from then on, in `S` lines too, where it must
//! have been seen. `$*` stands for any bytes up to the end of the line. A dollar sign itself is `\x24`.
//!
//! ```
//! use imap_tests::script::Script;
//!
//! let script = Script::parse("idle", "C: $a IDLE\nS: + idling\nclock +29m\nC: DONE\nS: $a OK done\neof\n")?;
//! assert_eq!(script.steps.len(), 6);
//! # Ok::<(), imap_tests::transcript::FormatError>(())
//! ```

mod flood;

pub use flood::Flood;

use crate::transcript::{FormatError, Line, Side, Transcript, step, unescape};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::time::Duration;

/// A dialogue to be played.
#[derive(Debug, Clone)]
pub struct Script {
    /// What messages call it.
    pub name: String,
    /// What happens, in order.
    pub steps: Vec<ScriptStep>,
}

/// One line of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptStep {
    /// Line number in the file, from 1.
    pub line: usize,
    /// The connection's number, from 1.
    pub connection: u8,
    /// What happens.
    pub action: Action,
}

/// What a line of a script asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// The server says these bytes.
    Server(Pattern),
    /// The client must say bytes of this form.
    Client(Pattern),
    /// The application wants something.
    Application(String),
    /// The engine must yield this event.
    Event(String),
    /// Time passes.
    Clock(Duration),
    /// The server waits, in real time.
    Delay(Duration),
    /// The server's bytes arrive this many at a time; `None`: all at once.
    Chunk(Option<usize>),
    /// The client's bytes are taken this many at a time; `None`: all.
    Take(Option<usize>),
    /// The server says something many times.
    Flood(Flood),
    /// The client has nothing to say.
    Quiet,
    /// TLS begins.
    StartTls,
    /// DEFLATE begins.
    Compress,
    /// DEFLATE ends.
    Uncompress,
    /// The server ends its side.
    Eof,
    /// The connection breaks.
    Cut,
}

/// Bytes with places for tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Bytes(Vec<u8>),
    Tag(String),
    Anything,
}

/// The tags that were seen in place of each name of a script.
#[derive(Debug, Clone, Default)]
pub struct Tags(BTreeMap<String, Vec<u8>>);

/// How bytes compare with a [`Pattern`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// They begin with it; it takes this many.
    Complete(usize),
    /// So far; more are needed.
    Partial,
    /// They differ from it at this byte.
    Mismatch(usize),
}

impl Script {
    /// Reads a script.
    pub fn parse(name: &str, text: &str) -> Result<Self, FormatError> {
        let mut steps = Vec::new();
        for (index, text) in text.split_terminator('\n').enumerate() {
            let line = index + 1;
            if text.trim().is_empty() || text.starts_with('#') {
                continue;
            }
            let parsed = script_step(line, text);
            steps.push(parsed.map_err(|problem| FormatError { line, problem })?);
        }
        Ok(Self {
            name: name.to_owned(),
            steps,
        })
    }

    /// A recording as a script: tags become names, and comments about TLS, DEFLATE and the end become directives.
    ///
    /// Names are `$` and the recorded tag. A client's tag is known by its form, a letter and digits.
    pub fn from_transcript(transcript: &Transcript) -> Self {
        let mut steps = Vec::new();
        let mut connection = 1;
        for line in &transcript.lines {
            match line {
                Line::Comment(text) => {
                    let action = comment_action(text);
                    steps.extend(action.map(|action| ScriptStep {
                        line: 0,
                        connection,
                        action,
                    }));
                }
                Line::Step(step) if !step.compressed => {
                    connection = step.connection;
                    let pattern = Pattern::with_tag(&step.bytes);
                    let action = match step.side {
                        Side::Client => Action::Client(pattern),
                        Side::Server => Action::Server(pattern),
                    };
                    steps.push(ScriptStep {
                        line: step.line,
                        connection,
                        action,
                    });
                }
                Line::Step(_) => {}
            }
        }
        Self {
            name: transcript.name.clone(),
            steps,
        }
    }

    /// The numbers of the connections that occur, ascending.
    pub fn connections(&self) -> Vec<u8> {
        let mut numbers: Vec<u8> = self.steps.iter().map(|step| step.connection).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

impl Pattern {
    /// Reads a pattern with the escapes of a recording; no CRLF is added.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut parts = text.split('$');
        push_bytes(&mut pieces, unescape(parts.next().unwrap_or_default())?);
        for part in parts {
            let rest = if let Some(rest) = part.strip_prefix('*') {
                pieces.push(Piece::Anything);
                rest
            } else {
                let end = part
                    .find(|c: char| !c.is_ascii_alphanumeric())
                    .unwrap_or(part.len());
                if end == 0 {
                    return Err("a dollar sign without a name: write \\x24".to_owned());
                }
                pieces.push(Piece::Tag(part[..end].to_owned()));
                &part[end..]
            };
            push_bytes(&mut pieces, unescape(rest)?);
        }
        Ok(Self(pieces))
    }

    /// A pattern that matches exactly these bytes.
    pub fn exactly(bytes: &[u8]) -> Self {
        let mut pieces = Vec::new();
        push_bytes(&mut pieces, bytes.to_vec());
        Self(pieces)
    }

    /// A recorded line, whose tag, if it begins with one, stands for any.
    fn with_tag(bytes: &[u8]) -> Self {
        let end = bytes
            .iter()
            .position(|byte| !byte.is_ascii_alphanumeric())
            .unwrap_or(bytes.len());
        match &bytes[..end] {
            [b'a'..=b'z', digits @ ..]
                if !digits.is_empty()
                    && digits.iter().all(u8::is_ascii_digit)
                    && bytes.get(end) == Some(&b' ') =>
            {
                let mut pieces = vec![Piece::Tag(
                    String::from_utf8_lossy(&bytes[..end]).into_owned(),
                )];
                push_bytes(&mut pieces, bytes[end..].to_vec());
                Self(pieces)
            }
            _ => Self::exactly(bytes),
        }
    }

    /// Compares the beginning of what the client said; tags seen for the first time are kept in `tags`.
    pub fn compare(&self, tags: &mut Tags, said: &[u8]) -> Match {
        let mut at = 0;
        let mut new = Vec::new();
        for (index, piece) in self.0.iter().enumerate() {
            let rest = &said[at..];
            let known = match piece {
                Piece::Tag(name) => tags.0.get(name).map(Vec::as_slice),
                Piece::Bytes(bytes) => Some(bytes.as_slice()),
                Piece::Anything => None,
            };
            if let Some(bytes) = known {
                let same = bytes.iter().zip(rest).take_while(|(a, b)| a == b).count();
                if same < bytes.len() {
                    return if same == rest.len() {
                        Match::Partial
                    } else {
                        Match::Mismatch(at + same)
                    };
                }
                at += same;
                continue;
            }
            let is_tag = matches!(piece, Piece::Tag(_));
            let ends = |byte: &u8| {
                if is_tag {
                    !is_tag_byte(*byte)
                } else {
                    matches!(byte, b'\r' | b'\n')
                }
            };
            let last = index + 1 == self.0.len();
            let Some(length) = rest
                .iter()
                .position(ends)
                .or_else(|| last.then_some(rest.len()))
            else {
                return Match::Partial;
            };
            if let Piece::Tag(name) = piece {
                if length == 0 {
                    return if rest.is_empty() {
                        Match::Partial
                    } else {
                        Match::Mismatch(at)
                    };
                }
                new.push((name.clone(), rest[..length].to_vec()));
            }
            at += length;
        }
        tags.0.extend(new);
        Match::Complete(at)
    }

    /// The bytes that the server says.
    ///
    /// # Panics
    /// When a name stands for no tag yet, or the pattern has a `$*`.
    pub fn render(&self, tags: &Tags) -> Bytes {
        let piece = |piece: &Piece| match piece {
            Piece::Bytes(bytes) => bytes.clone(),
            Piece::Tag(name) => tags
                .0
                .get(name)
                .cloned()
                .unwrap_or_else(|| panic!("no tag was seen for ${name}")),
            Piece::Anything => panic!("$* in what the server says"),
        };
        self.0.iter().flat_map(piece).collect()
    }
}

impl Tags {
    /// The tag that a name stands for, once it was seen.
    pub fn tag(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(Vec::as_slice)
    }
}

/// Whether a byte may be in a tag (RFC 3501 §9: an ASTRING-CHAR other than `+`).
fn is_tag_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"(){%*\"\\+".contains(&byte)
}

fn push_bytes(pieces: &mut Vec<Piece>, bytes: Vec<u8>) {
    if !bytes.is_empty() {
        pieces.push(Piece::Bytes(bytes));
    }
}

fn comment_action(text: &str) -> Option<Action> {
    if text.starts_with("TLS handshake") {
        Some(Action::StartTls)
    } else if text.starts_with("raw DEFLATE from here") {
        Some(Action::Compress)
    } else if text == "the compression ended with the tagged OK" {
        Some(Action::Uncompress)
    } else {
        (text == "the server closed the connection").then_some(Action::Eof)
    }
}

fn script_step(line: usize, text: &str) -> Result<ScriptStep, String> {
    for (prefix, action) in [
        ("A: ", Action::Application as fn(String) -> Action),
        ("E: ", Action::Event),
    ] {
        if let Some(words) = text.strip_prefix(prefix) {
            return Ok(ScriptStep {
                line,
                connection: 1,
                action: action(words.to_owned()),
            });
        }
    }
    // The prefix is read as a recording's, the rest as a pattern.
    if let Some(at) = text.find([':', '|'])
        && let Some(head) = text.get(..at + 2)
        && let Some(prefix) = step(line, head)?
    {
        let mut pattern = Pattern::parse(&text[at + 2..])?;
        if text.as_bytes()[at] == b':' {
            pattern.0.push(Piece::Bytes(b"\r\n".to_vec()));
        }
        let action = match prefix.side {
            Side::Client => Action::Client(pattern),
            Side::Server => Action::Server(pattern),
        };
        return Ok(ScriptStep {
            line,
            connection: prefix.connection,
            action,
        });
    }
    let (connection, action) = directive(text)?;
    Ok(ScriptStep {
        line,
        connection,
        action,
    })
}

fn directive(text: &str) -> Result<(u8, Action), String> {
    let mut words = text.split(' ');
    let word = words.next().unwrap_or_default();
    if word == "flood" || word == "repeat" {
        let count = number(words.next())?;
        let mut bytes = unescape(&words.collect::<Vec<_>>().join(" "))?;
        if word == "flood" {
            bytes.extend_from_slice(b"\r\n");
        }
        return Ok((1, Action::Flood(Flood::new(count, bytes))));
    }
    let action = match word {
        "clock" => Action::Clock(duration(words.next(), "+")?),
        "delay" => Action::Delay(duration(words.next(), "")?),
        "chunk" => Action::Chunk(amount(words.next())?),
        "take" => Action::Take(amount(words.next())?),
        "quiet" => Action::Quiet,
        "starttls" => Action::StartTls,
        "compress" => Action::Compress,
        "uncompress" => Action::Uncompress,
        "eof" => Action::Eof,
        "cut" => Action::Cut,
        _ => return Err(format!("no directive `{word}`")),
    };
    let connection = match words.next() {
        None => 1,
        some => u8::try_from(number(some)?).map_err(|error| error.to_string())?,
    };
    match words.next() {
        None => Ok((connection, action)),
        Some(word) => Err(format!("`{word}` is too much")),
    }
}

fn number(word: Option<&str>) -> Result<usize, String> {
    word.and_then(|word| word.parse().ok())
        .ok_or_else(|| "a number is needed".to_owned())
}

fn amount(word: Option<&str>) -> Result<Option<usize>, String> {
    match word {
        Some("all") => Ok(None),
        word => number(word).map(Some),
    }
}

fn duration(word: Option<&str>, sign: &str) -> Result<Duration, String> {
    let text = word
        .and_then(|word| word.strip_prefix(sign))
        .unwrap_or_default();
    let (digits, unit) = text.split_at(
        text.find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len()),
    );
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(format!("a time like {sign}20ms is needed")),
    };
    let count: u64 = digits
        .parse()
        .map_err(|_| format!("a time like {sign}20ms is needed"))?;
    Ok(Duration::from_millis(count * milliseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text).unwrap()
    }

    #[test]
    fn lines_and_directives_are_read() {
        let text = "# comment\n\nS: * OK\nC2| $a NOOP\nclock +29m\ndelay 20ms\nchunk 1 2\ntake all\n\
                    flood 3 * 1 EXISTS\nquiet\nstarttls 2\ncompress\nuncompress\neof\ncut\nA: noop\nE: Exists 1\n";
        let script = Script::parse("example", text).unwrap();
        let actions: Vec<_> = script
            .steps
            .iter()
            .map(|step| (step.connection, step.action.clone()))
            .collect();
        let expected = [
            (
                1,
                Action::Server(Pattern(vec![
                    Piece::Bytes(b"* OK".into()),
                    Piece::Bytes(b"\r\n".into()),
                ])),
            ),
            (
                2,
                Action::Client(Pattern(vec![
                    Piece::Tag("a".into()),
                    Piece::Bytes(b" NOOP".into()),
                ])),
            ),
            (1, Action::Clock(Duration::from_secs(29 * 60))),
            (1, Action::Delay(Duration::from_millis(20))),
            (2, Action::Chunk(Some(1))),
            (1, Action::Take(None)),
            (1, Action::Flood(Flood::new(3, &b"* 1 EXISTS\r\n"[..]))),
            (1, Action::Quiet),
            (2, Action::StartTls),
            (1, Action::Compress),
            (1, Action::Uncompress),
            (1, Action::Eof),
            (1, Action::Cut),
            (1, Action::Application("noop".into())),
            (1, Action::Event("Exists 1".into())),
        ];
        assert_eq!(actions, expected);
        assert_eq!(script.steps[1].line, 4);
    }

    #[test]
    fn nonsense_is_refused_by_line() {
        for text in [
            "S: ok\nsleep\n",
            "\nclock 29m\n",
            "#\nchunk\n",
            "\nC: $ x\n",
            "\neof 1 2\n",
            "\ndelay 3d\n",
        ] {
            assert_eq!(
                Script::parse("example", text).unwrap_err().line,
                2,
                "{text}"
            );
        }
    }

    #[test]
    fn tags_are_matched_and_said_again() {
        let mut tags = Tags::default();
        let first = pattern("$a LOGIN $*\\x0d\\x0a");
        assert_eq!(first.compare(&mut tags, b"x7"), Match::Partial);
        assert_eq!(first.compare(&mut tags, b"x7 LOGIN alice"), Match::Partial);
        assert_eq!(first.compare(&mut tags, b"x7 LOGOUT"), Match::Mismatch(6));
        assert_eq!(tags.tag("a"), None);
        assert_eq!(
            first.compare(&mut tags, b"x7 LOGIN alice\r\nmore"),
            Match::Complete(16)
        );
        assert_eq!(
            pattern("$a NOOP").compare(&mut tags, b"x8 NOOP"),
            Match::Mismatch(1)
        );
        assert_eq!(pattern("$a OK").render(&tags), "x7 OK");
        assert_eq!(pattern("$b ").compare(&mut tags, b"+ "), Match::Mismatch(0));
    }

    #[test]
    fn a_recording_becomes_a_script() {
        let text = "# x\nS: * OK\nC: a1 STARTTLS\nS: a1 OK\n# TLS handshake; and so on\nC: DONE\nZS: 00\n\
                    S: a $ b\n# the server closed the connection\n";
        let script = Script::from_transcript(&Transcript::parse("example", text).unwrap());
        let actions: Vec<_> = script.steps.into_iter().map(|step| step.action).collect();
        let tagged =
            |text: &[u8]| Pattern(vec![Piece::Tag("a1".into()), Piece::Bytes(text.to_vec())]);
        let expected = [
            Action::Server(Pattern::exactly(b"* OK\r\n")),
            Action::Client(tagged(b" STARTTLS\r\n")),
            Action::Server(tagged(b" OK\r\n")),
            Action::StartTls,
            Action::Client(Pattern::exactly(b"DONE\r\n")),
            Action::Server(Pattern::exactly(b"a $ b\r\n")),
            Action::Eof,
        ];
        assert_eq!(actions, expected);
    }
}
