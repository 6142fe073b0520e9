//! Where items stand: in dialogues, in recordings of real servers, and in tests.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Item, has_word};
use crate::source::{Source, root, sources};

/// All texts that are evidence.
#[derive(Debug)]
pub(super) struct Texts {
    /// Dialogues and recordings, which tests play through the engine: name and lines.
    played: Vec<(String, Vec<Line>)>,
    /// Tests: path, names of functions, and lines with strings.
    tests: Vec<(String, BTreeSet<String>, Vec<String>)>,
    /// What each real server took or said.
    servers: Vec<(&'static str, Vec<Line>)>,
}

/// A line of a dialogue, in capitals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    /// `C` or `S`.
    side: char,
    said: String,
}

impl Line {
    fn read(text: &str) -> Option<Self> {
        let (side, said) = text.split_once(": ")?;
        let side = side.chars().next().filter(|_| side.len() <= 2)?;
        ['C', 'S'].contains(&side).then(|| Self {
            side,
            said: said.to_ascii_uppercase(),
        })
    }
}

impl Texts {
    pub(super) fn read() -> Self {
        let mut played = Vec::new();
        for folder in ["dialogues", "quirks", "hostile", "transcripts"] {
            texts(&root().join("tests").join(folder), &mut played);
        }
        let folders = ["imap-proto-core", "tests/src/interop/cases", "tests/tests"];
        let tests = folders.into_iter().flat_map(sources).map(|source| {
            let (names, strings) = (functions(&source), strings(&source));
            (source.path, names, strings)
        });
        let servers = [
            ("Dovecot 2.3", "dovecot"),
            ("Cyrus 3.6", "cyrus"),
            ("Cyrus 3.12", "cyrus-new"),
        ];
        let servers = servers.map(|(server, folder)| {
            let below = format!("tests/transcripts/{folder}/");
            let of = played.iter().filter(|(name, _)| name.starts_with(&below));
            (server, of.flat_map(|(_, lines)| taken(lines)).collect())
        });
        Self {
            tests: tests.collect(),
            servers: servers.to_vec(),
            played,
        }
    }

    /// The files and functions that have the item.
    pub(super) fn tests_of(&self, item: &Item) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        if item.kind != "fallback" {
            let name = item.name.to_ascii_uppercase();
            let has = |lines: &[Line]| lines.iter().any(|line| plays(line, item, &name));
            let played = self.played.iter().filter(|(_, lines)| has(lines));
            found.extend(played.map(|(name, _)| name.clone()));
        }
        let word = item.name.to_lowercase().replace([' ', '-', '.', '='], "_");
        let by_name = ["capability", "command", "sasl", "fallback"].contains(&item.kind);
        for (path, names, strings) in &self.tests {
            if item.kind == "fallback" && !path.contains("fallback") {
                continue;
            }
            if strings.iter().any(|line| tests(line, path, item)) {
                found.insert(path.clone());
            }
            let names = names.iter().filter(|name| by_name && has_part(name, &word));
            found.extend(names.map(|name| format!("{path}::{name}")));
        }
        found
    }

    /// The real servers that took it, or said it.
    pub(super) fn servers_of(&self, item: &Item) -> BTreeSet<&'static str> {
        let name = item.name.to_ascii_uppercase();
        let has = |lines: &[Line]| lines.iter().any(|line| plays(line, item, &name));
        let servers = self.servers.iter().filter(|(_, lines)| has(lines));
        servers.map(|(server, _)| *server).collect()
    }
}

/// What a server said, and the commands that it answered with OK.
fn taken(lines: &[Line]) -> Vec<Line> {
    let ok = |line: &Line| {
        let mut words = line.said.split(' ');
        let tag = words.next()?;
        (line.side == 'S' && words.next() == Some("OK")).then(|| tag.to_owned())
    };
    let tags: BTreeSet<String> = lines.iter().filter_map(ok).collect();
    let is_taken = |line: &&Line| {
        line.side == 'S' || tags.contains(line.said.split(' ').next().unwrap_or_default())
    };
    lines.iter().filter(is_taken).cloned().collect()
}

/// The words one of which stands in a line that is about items of a kind.
fn context(kind: &str) -> &'static [&'static str] {
    match kind {
        "search" => &["SEARCH", "SORT", "THREAD"],
        "sort" => &["SORT"],
        "thread" => &["THREAD"],
        "return" => &["RETURN (", "ESEARCH"],
        "fetch" => &["FETCH"],
        "status" => &["STATUS"],
        "selection" | "list" | "attribute" | "extended" => &["LIST"],
        "option" => &[
            "SELECT", "EXAMINE", "FETCH", "STORE", "CREATE", "APPEND", "META", "ESEARCH",
        ],
        _ => &[""],
    }
}

/// Whether a line of a dialogue shows the item at work; its name in capitals.
fn plays(line: &Line, item: &Item, name: &str) -> bool {
    let Line { side, said } = line;
    let behind = said.split_once(' ').map_or("", |(_, rest)| rest);
    match item.kind {
        // A capability is in every greeting, which shows nothing.
        "capability" | "fallback" => false,
        "command" => *side == 'C' && starts_with_word(behind, name),
        "sasl" => {
            *side == 'C'
                && behind
                    .strip_prefix("AUTHENTICATE ")
                    .is_some_and(|rest| starts_with_word(rest, name))
        }
        "response" => {
            let number = behind.trim_start_matches(|c: char| c.is_ascii_digit());
            *side == 'S' && said.starts_with("* ") && starts_with_word(number.trim_start(), name)
        }
        "code" => *side == 'S' && said.contains('[') && said.contains(&format!("[{name}")),
        "search" | "sort" | "thread" | "selection" | "list" => {
            *side == 'C' && is_about(said, item) && has_word(said, name)
        }
        "attribute" => *side == 'S' && is_about(said, item) && ends_in(said, name),
        "option" => *side == 'C' && is_about(behind, item) && has_word(behind, name),
        _ => is_about(said, item) && has_word(said, name.trim_end_matches("[]")),
    }
}

/// Whether a name that begins with a backslash stands in a text, which may have two of them.
fn ends_in(text: &str, name: &str) -> bool {
    let mut found = text
        .match_indices(name)
        .map(|(at, _)| &text[at + name.len()..]);
    found.any(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
}

/// Whether a line of a test's code has the item.
fn tests(line: &str, path: &str, item: &Item) -> bool {
    let name = item.name.trim_end_matches("[]");
    let about = context(item.kind)
        .iter()
        .any(|word| line.contains(word) || path.contains(&word.to_lowercase()));
    match item.kind {
        "code" => line.contains(&format!("[{name}")),
        "attribute" => about && ends_in(line, name),
        _ => about && has_word(line, name),
    }
}

fn is_about(said: &str, item: &Item) -> bool {
    context(item.kind).iter().any(|word| said.contains(word))
}

fn starts_with_word(text: &str, word: &str) -> bool {
    let behind = text.strip_prefix(word);
    behind.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-'))
}

/// Whether `move_keeps_flags` has the word `move`.
fn has_part(name: &str, word: &str) -> bool {
    let word = word.trim_matches('_');
    !word.is_empty() && format!("_{name}_").contains(&format!("_{word}_"))
}

/// The lines with strings of a source's tests, without comments.
fn strings(source: &Source) -> Vec<String> {
    let is_test = source.is_test() || source.path.starts_with("tests/");
    let from = if is_test {
        0
    } else {
        source.product_code().len()
    };
    let lines = source.text.get(from..).unwrap_or_default().lines();
    let code = lines.filter(|line| line.contains('"') && !line.trim_start().starts_with("//"));
    code.map(str::to_owned).collect()
}

/// The names of a source's tests and cases.
fn functions(source: &Source) -> BTreeSet<String> {
    let code = &source.code;
    let is_test = |at: usize| {
        let before = code[..at].trim_end().trim_end_matches("async").trim_end();
        before.ends_with("test]")
            || before.ends_with(")]")
            || source.path.contains("/interop/cases/")
    };
    let name = |at: usize| {
        let mut words = code[at + 3..].split(|c: char| !c.is_alphanumeric() && c != '_');
        words.next().unwrap_or_default().to_owned()
    };
    let all = code.match_indices("fn ").map(|(at, _)| at);
    all.filter(|at| is_test(*at)).map(name).collect()
}

/// All texts below a folder, with their names.
fn texts(folder: &Path, found: &mut Vec<(String, Vec<Line>)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            texts(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "txt") {
            let name = path.strip_prefix(root()).unwrap_or(&path);
            let octets = std::fs::read(&path).unwrap_or_default();
            let text = String::from_utf8_lossy(&octets);
            // One that is said twice shows no more; the order counts for nothing.
            let lines: BTreeSet<Line> = text.lines().filter_map(Line::read).collect();
            let lines = lines.into_iter().collect();
            found.push((name.to_string_lossy().into_owned(), lines));
        }
    }
}
