//! Recorded dialogues with real servers, in the format of `tests/transcripts/README.md`.

use crate::source::root;
use bytes::Bytes;
use std::fmt;
use std::path::{Path, PathBuf};

/// Which side of a connection said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// `C`
    Client,
    /// `S`
    Server,
}

/// One line of a recording: what one side said on one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Line number in the file, from 1.
    pub line: usize,
    /// The connection's number, from 1.
    pub connection: u8,
    /// Who said it.
    pub side: Side,
    /// Whether these are the compressed bytes of the wire (`ZC`, `ZS`) and not what they hold.
    pub compressed: bool,
    /// The bytes, with their CRLF where one ended the line.
    pub bytes: Bytes,
}

/// A line of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A comment, without `# `.
    Comment(String),
    /// Bytes of one side.
    Step(Step),
}

/// What one side said until the other one spoke, joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Who spoke.
    pub side: Side,
    /// All of it, as plain text.
    pub bytes: Bytes,
}

/// A recording.
#[derive(Debug, Clone)]
pub struct Transcript {
    /// `dovecot/01-greeting-login`: folder and file without its extension.
    pub name: String,
    /// All lines in order.
    pub lines: Vec<Line>,
}

/// A line that does not have the format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatError {
    /// Line number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for FormatError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.problem)
    }
}

impl std::error::Error for FormatError {}

impl Transcript {
    /// Reads a recording from its text.
    ///
    /// ```
    /// use imap_tests::transcript::{Side, Transcript};
    ///
    /// let text = "# one answer\nC: a1 NOOP\nS| a1 \nS: OK \\x22\\\\\n";
    /// let transcript = Transcript::parse("example", text)?;
    /// assert_eq!(transcript.stream(Side::Server, 1), "a1 OK \"\\\r\n");
    /// # Ok::<(), imap_tests::transcript::FormatError>(())
    /// ```
    pub fn parse(name: &str, text: &str) -> Result<Self, FormatError> {
        let lines = text
            .split_terminator('\n')
            .enumerate()
            .map(|(index, text)| {
                let line = index + 1;
                if let Some(comment) = text.strip_prefix('#') {
                    return Ok(Line::Comment(comment.trim_start().to_owned()));
                }
                match step(line, text) {
                    Ok(Some(step)) => Ok(Line::Step(step)),
                    Ok(None) => Err(FormatError {
                        line,
                        problem: "no prefix".to_owned(),
                    }),
                    Err(problem) => Err(FormatError { line, problem }),
                }
            });
        Ok(Self {
            name: name.to_owned(),
            lines: lines.collect::<Result<_, _>>()?,
        })
    }

    /// Reads the recording in a file.
    pub fn load(path: &Path) -> Self {
        let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
        let name = format!(
            "{}/{}",
            folder.display(),
            path.file_stem().unwrap_or_default().display()
        );
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"));
        Self::parse(&name, &text).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The steps in order, without the comments.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.lines.iter().filter_map(|line| match line {
            Line::Step(step) => Some(step),
            Line::Comment(_) => None,
        })
    }

    /// The numbers of the connections that occur, ascending.
    pub fn connections(&self) -> Vec<u8> {
        let mut numbers: Vec<u8> = self.steps().map(|step| step.connection).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// How many responses comments mark as broken by the server that sent them.
    #[must_use]
    pub fn marked_as_broken(&self) -> usize {
        let marks = |line: &&Line| matches!(line, Line::Comment(text) if text.starts_with("broken by the server"));
        self.lines.iter().filter(marks).count()
    }

    /// Everything that one side said on a connection, as plain text inside TLS and DEFLATE.
    pub fn stream(&self, side: Side, connection: u8) -> Bytes {
        self.joined(|step| !step.compressed && (step.side, step.connection) == (side, connection))
    }

    /// The compressed bytes of one side: one raw DEFLATE stream (RFC 1951); empty where nothing was compressed.
    pub fn compressed_stream(&self, side: Side, connection: u8) -> Bytes {
        self.joined(|step| step.compressed && (step.side, step.connection) == (side, connection))
    }

    fn joined(&self, wanted: impl Fn(&Step) -> bool) -> Bytes {
        let steps = self.steps().filter(|step| wanted(step));
        steps
            .flat_map(|step| step.bytes.iter().copied())
            .collect::<Vec<u8>>()
            .into()
    }

    /// What was said on a connection, as plain text, a turn a change of sides.
    pub fn turns(&self, connection: u8) -> Vec<Turn> {
        let mut turns: Vec<(Side, Vec<u8>)> = Vec::new();
        for step in self
            .steps()
            .filter(|step| step.connection == connection && !step.compressed)
        {
            match turns.last_mut() {
                Some((side, bytes)) if *side == step.side => bytes.extend_from_slice(&step.bytes),
                _ => turns.push((step.side, step.bytes.to_vec())),
            }
        }
        let turn = |(side, bytes): (_, Vec<u8>)| Turn {
            side,
            bytes: bytes.into(),
        };
        turns.into_iter().map(turn).collect()
    }
}

/// The folders of recordings, by server.
pub const SERVERS: [&str; 3] = ["dovecot", "cyrus", "cyrus-new"];

/// The folder with the recordings.
pub fn folder() -> PathBuf {
    root().join("tests/transcripts")
}

/// Every recording of every server, sorted by name within a server.
pub fn all() -> Vec<Transcript> {
    SERVERS
        .iter()
        .flat_map(|server| of_server(server))
        .collect()
}

/// The recordings of one of [`SERVERS`].
pub fn of_server(server: &str) -> Vec<Transcript> {
    of_folder(&folder().join(server))
}

/// The recordings in a folder, sorted by name.
pub fn of_folder(folder: &Path) -> Vec<Transcript> {
    files(folder, "txt")
        .iter()
        .map(|path| Transcript::load(path))
        .collect()
}

/// One recording by its name: `recording("dovecot/20-list")`.
pub fn recording(name: &str) -> Transcript {
    Transcript::load(&folder().join(format!("{name}.txt")))
}

/// The mails that were appended to the servers: file name and content with CRLF line ends, sorted.
pub fn messages() -> Vec<(String, Bytes)> {
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap_or_default().display().to_string();
        let content = std::fs::read(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, content.into())
    };
    files(&folder().join("messages"), "eml")
        .into_iter()
        .map(read)
        .collect()
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("a folder can be read").path());
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    paths.sort();
    paths
}

/// Reads a line with a prefix (`C: `, `S2| `, `ZS: `); `None` when there is none.
pub(crate) fn step(line: usize, text: &str) -> Result<Option<Step>, String> {
    let (compressed, rest) = text
        .strip_prefix('Z')
        .map_or((false, text), |rest| (true, rest));
    let side = match rest.bytes().next() {
        Some(b'C') => Side::Client,
        Some(b'S') => Side::Server,
        _ => return Ok(None),
    };
    let rest = &rest[1..];
    let digit = rest
        .chars()
        .next()
        .and_then(|c| c.to_digit(10))
        .filter(|digit| *digit > 0);
    let rest = if digit.is_some() { &rest[1..] } else { rest };
    let connection = digit
        .and_then(|digit| u8::try_from(digit).ok())
        .unwrap_or(1);
    let (ended, rest) = match rest.as_bytes() {
        [b':', b' ', ..] => (true, &rest[2..]),
        [b'|', b' ', ..] => (false, &rest[2..]),
        _ => return Ok(None),
    };
    let mut bytes = if compressed {
        hexadecimal(rest)?
    } else {
        unescape(rest)?
    };
    if ended && !compressed {
        bytes.extend_from_slice(b"\r\n");
    }
    Ok(Some(Step {
        line,
        connection,
        side,
        compressed,
        bytes: bytes.into(),
    }))
}

/// Takes the escapes `\\` and `\xNN` out.
pub(crate) fn unescape(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        rest = match (byte, tail) {
            (b'\\', [b'\\', tail @ ..]) => {
                bytes.push(b'\\');
                tail
            }
            (b'\\', [b'x', high, low, tail @ ..]) => {
                bytes.push(hexadecimal_byte([*high, *low])?);
                tail
            }
            (b'\\', _) => return Err("an escape other than \\\\ and \\xNN".to_owned()),
            (b' '..=b'~', _) => {
                bytes.push(*byte);
                tail
            }
            _ => return Err(format!("byte {byte:#04x} is not escaped")),
        };
    }
    Ok(bytes)
}

fn hexadecimal(text: &str) -> Result<Vec<u8>, String> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return Err("half a hexadecimal byte".to_owned());
    }
    pairs.iter().map(|pair| hexadecimal_byte(*pair)).collect()
}

fn hexadecimal_byte(digits: [u8; 2]) -> Result<u8, String> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let value = digit(digits[0])
        .zip(digit(digits[1]))
        .map(|(high, low)| high * 16 + low);
    value
        .and_then(|value| u8::try_from(value).ok())
        .ok_or_else(|| "no hexadecimal byte".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_say_side_connection_and_line_end() {
        let text =
            "C: a\\\\b\\x0ac\nS2| d\n# the server closed the connection\nZS: 00ff\nZC3: 7f\n";
        let transcript = Transcript::parse("example", text).unwrap();
        let step = |line, connection, side, compressed, bytes: &'static [u8]| Step {
            line,
            connection,
            side,
            compressed,
            bytes: Bytes::from_static(bytes),
        };
        let expected = [
            step(1, 1, Side::Client, false, b"a\\b\nc\r\n"),
            step(2, 2, Side::Server, false, b"d"),
            step(4, 1, Side::Server, true, b"\x00\xff"),
            step(5, 3, Side::Client, true, b"\x7f"),
        ];
        assert_eq!(transcript.steps().cloned().collect::<Vec<_>>(), expected);
        assert_eq!(transcript.connections(), [1, 2, 3]);
        assert_eq!(
            transcript.lines[2],
            Line::Comment("the server closed the connection".to_owned())
        );
    }

    #[test]
    fn what_is_no_format_is_named_by_its_line() {
        for (text, line) in [
            ("C: a\nD: b\n", 2),
            ("C: \\n\n", 1),
            ("S: ok\n\nS: a\n", 2),
            ("ZS: 123\n", 1),
        ] {
            assert_eq!(
                Transcript::parse("example", text).unwrap_err().line,
                line,
                "{text}"
            );
        }
    }

    #[test]
    fn turns_join_a_side_until_the_other_speaks() {
        let text = "S: * OK\nC: a\nC2: x\nC| b\nS: c\n";
        let turns = Transcript::parse("example", text).unwrap().turns(1);
        let expected = [
            (Side::Server, "* OK\r\n"),
            (Side::Client, "a\r\nb"),
            (Side::Server, "c\r\n"),
        ];
        assert_eq!(turns.len(), expected.len());
        for (turn, (side, bytes)) in turns.iter().zip(expected) {
            assert_eq!((turn.side, &turn.bytes[..]), (side, bytes.as_bytes()));
        }
    }
}
