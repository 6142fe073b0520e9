//! What of IMAP there is here, told from the code and its tests: the list of what exists is kept by hand, in
//! `tests/data/features.tsv`, and no answer is.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use bytes::Bytes;
use imap_proto_core::parse::parse_response;
use imap_proto_core::types::{
    Code, Data, FetchData, KnownCapability, Response, StatusData, Support,
};
use imap_proto_core::wire::Limits;

use crate::interop;
use crate::source::{Source, root, sources};

/// One thing that IMAP has.
#[derive(Debug, Clone)]
pub struct Item {
    /// What it is: `capability`, `code`, `fetch`, `status`, `search`, `sasl`, `fallback`.
    pub kind: &'static str,
    /// Its name on the wire.
    pub name: &'static str,
    /// Its RFC, if it has one.
    pub rfc: String,
    /// Octets of it.
    sample: &'static str,
}

/// What is true of an item.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// What the server says of it has types; `None`: it says nothing.
    pub parse: Option<bool>,
    /// We can say it; `None`: clients do not.
    pub encode: Option<bool>,
    /// A dialogue or file with it is played through the engine.
    pub engine: bool,
    /// A session of either adapter can do it, by a method or a case of `interop`, which runs on both.
    pub adapters: bool,
    /// What covers it.
    pub tests: BTreeSet<String>,
    /// The real servers that confirmed it: by a case, or in a recording.
    pub servers: BTreeSet<&'static str>,
}

/// How much of an item there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All that belongs to it, with a test.
    Full,
    /// Some.
    Partial,
    /// Nothing.
    Absent,
}

impl Facts {
    /// How much there is.
    pub fn extent(&self) -> Extent {
        let known = [self.parse, self.encode];
        let all = known.iter().flatten().all(|known| *known);
        let some = known.iter().flatten().any(|known| *known);
        match (
            all && self.adapters,
            some || self.adapters,
            self.tests.is_empty(),
        ) {
            (true, _, false) => Extent::Full,
            (_, false, true) => Extent::Absent,
            _ => Extent::Partial,
        }
    }
}

impl fmt::Display for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |known: Option<bool>| match known {
            Some(true) => "yes",
            Some(false) => "no",
            None => "-",
        };
        let yes = |known: bool| word(Some(known));
        write!(
            f,
            "parse {}, encode {}, engine {}, std {}, tokio {}, {} tests",
            word(self.parse),
            word(self.encode),
            yes(self.engine),
            yes(self.adapters),
            yes(self.adapters),
            self.tests.len(),
        )?;
        let tests: Vec<&str> = self.tests.iter().take(3).map(String::as_str).collect();
        if !tests.is_empty() {
            write!(
                f,
                " ({}{})",
                tests.join(", "),
                if self.tests.len() > 3 { ", …" } else { "" }
            )?;
        }
        let servers: Vec<&str> = self.servers.iter().copied().collect();
        write!(
            f,
            ", {}",
            if servers.is_empty() {
                "no server".to_owned()
            } else {
                servers.join(", ")
            }
        )
    }
}

/// All items.
///
/// # Panics
/// When the list cannot be read.
pub fn items() -> Vec<Item> {
    let lines = include_str!("../data/features.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'));
    let item = |line: &'static str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let [kind, name, rfc, sample] = columns[..] else {
            panic!("not four columns: {line}");
        };
        let rfcs = KnownCapability::find(name).filter(|_| kind == "capability");
        let rfc = rfcs
            .and_then(|known| known.rfcs.first())
            .map_or_else(|| rfc.to_owned(), u16::to_string);
        Item {
            kind,
            name,
            rfc,
            sample,
        }
    };
    lines.map(item).collect()
}

/// What the answers are told from.
#[derive(Debug)]
pub struct Evidence {
    product: Vec<Source>,
    tests: Vec<(String, BTreeSet<String>)>,
    /// What tests are made of, by file: the test modules, and files of nothing else.
    test_code: Vec<(String, String)>,
    dialogues: Vec<(String, String)>,
    recordings: Vec<(&'static str, String)>,
}

impl Evidence {
    /// Reads the sources, the dialogues and the recordings.
    pub fn read() -> Self {
        let product = sources("imap-proto-core/src")
            .into_iter()
            .filter(|source| !source.is_test());
        let folders = ["imap-proto-core", "tests/src/interop/cases", "tests/tests"];
        let all: Vec<Source> = folders.into_iter().flat_map(sources).collect();
        let tests = all
            .iter()
            .map(|source| (source.path.clone(), words_of_tests(source)))
            .collect();
        let strings = all
            .iter()
            .map(|source| (source.path.clone(), test_code(source)))
            .collect();
        let mut dialogues = Vec::new();
        for folder in [
            "tests/dialogues",
            "tests/quirks",
            "tests/hostile",
            "tests/transcripts",
        ] {
            texts(&root().join(folder), &mut dialogues);
        }
        let servers = [
            ("dovecot", "Dovecot"),
            ("cyrus", "Cyrus"),
            ("cyrus-new", "Cyrus 3.12"),
        ];
        let recordings = servers.map(|(folder, server)| {
            let mut files = Vec::new();
            texts(&root().join("tests/transcripts").join(folder), &mut files);
            let all: Vec<String> = files.into_iter().map(|(_, text)| text).collect();
            (server, all.concat())
        });
        Self {
            product: product.collect(),
            tests,
            test_code: strings,
            dialogues,
            recordings: recordings.to_vec(),
        }
    }

    /// What is true of an item.
    pub fn facts(&self, item: &Item) -> Facts {
        let mut facts = Facts {
            parse: parses(item),
            encode: self.encodes(item),
            ..Facts::default()
        };
        // A capability is in every greeting of a recording, which shows nothing; a fallback is no word of the protocol.
        let shows = |name: &str| match item.kind {
            "capability" => !name.starts_with("tests/transcripts"),
            "fallback" => name.contains("fallback"),
            _ => true,
        };
        let played = self
            .dialogues
            .iter()
            .filter(|(name, text)| shows(name) && mentions(text, item));
        facts.tests.extend(played.map(|(name, _)| name.clone()));
        facts.engine = !facts.tests.is_empty();
        if let Some(known) = KnownCapability::find(item.name).filter(|_| item.kind == "capability")
        {
            facts
                .tests
                .extend(known.tests.iter().map(|test| (*test).to_owned()));
            facts
                .servers
                .extend(known.confirmed.iter().map(|server| server.name()));
        } else {
            let recorded = self
                .recordings
                .iter()
                .filter(|(_, text)| mentions(text, item));
            facts.servers.extend(recorded.map(|(server, _)| *server));
        }
        let word = item.name.to_lowercase().replace(['-', ' ', '.', '='], "_");
        for (path, words) in self.tests.iter().filter(|(path, _)| shows(path)) {
            let named = words
                .iter()
                .filter(|name| has_word(name, word.trim_matches('_')));
            facts
                .tests
                .extend(named.map(|name| format!("{path}::{name}")));
        }
        let made_of = self
            .test_code
            .iter()
            .filter(|(path, code)| shows(path) && mentions(code, item));
        facts.tests.extend(made_of.map(|(path, _)| path.clone()));
        facts.adapters = match item.kind {
            "capability" => self.session_can(item, &facts),
            // The session's types are those of the core, and its commands take any of these.
            "fallback" => facts.encode == Some(true),
            _ => facts.parse.unwrap_or(true) && facts.encode.unwrap_or(true),
        };
        facts
    }

    fn encodes(&self, item: &Item) -> Option<bool> {
        let literal = |folder: &str, name: &str| {
            self.has_literal(&format!("imap-proto-core/src/{folder}"), name)
        };
        match item.kind {
            "capability" => {
                let known = KnownCapability::find(item.name)?;
                let said =
                    |command: &&str| literal("encode", command) || literal("engine", command);
                (!known.commands.is_empty()).then(|| known.commands.iter().all(said))
            }
            "fetch" => Some(literal("encode", item.name.trim_end_matches("[]"))),
            "status" | "search" => Some(literal("encode", item.name)),
            "sasl" => Some(literal("engine/sasl", item.name)),
            "fallback" => Some(self.has_fallback(item.name)),
            _ => None,
        }
    }

    /// Whether a string of the product code below a folder begins with a name or ends in it.
    fn has_literal(&self, folder: &str, name: &str) -> bool {
        let name = name.strip_prefix("UID ").unwrap_or(name);
        let forms = [
            format!("\"{name}\""),
            format!("\"{name} "),
            format!("\"{name}["),
            format!(" {name}\""),
            // `{negation}KEYWORD …`
            format!("}}{} ", name.trim_start_matches("UN")),
        ];
        let below = self
            .product
            .iter()
            .filter(|source| source.path.starts_with(folder));
        let mut lines = below.flat_map(|source| source.text[..source.product_code().len()].lines());
        lines.any(|line| {
            !line.trim_start().starts_with("//")
                && forms.iter().any(|form| line.contains(form.as_str()))
        })
    }

    fn has_fallback(&self, name: &str) -> bool {
        let below = self
            .product
            .iter()
            .filter(|source| source.path.contains("/session/fallback/"));
        below.into_iter().any(|source| source.text.contains(name))
    }

    fn session_can(&self, item: &Item, facts: &Facts) -> bool {
        let known = KnownCapability::find(item.name);
        let cased = facts
            .tests
            .iter()
            .any(|test| interop::NAMES.contains(&test.as_str()));
        cased
            || known.is_some_and(|known| {
                known
                    .commands
                    .iter()
                    .all(|command| self.has_method(command))
            })
    }

    /// Whether a method's documentation begins with the command.
    fn has_method(&self, command: &str) -> bool {
        let doc = [
            format!("/// {command} "),
            format!("/// {command}:"),
            format!("/// {command}."),
            format!("/// `{command}`"),
        ];
        let mut session = self
            .product
            .iter()
            .filter(|source| source.path.contains("/session/"));
        session.any(|source| doc.iter().any(|doc| source.text.contains(doc.as_str())))
    }
}

/// Whether a sample of what a server says comes out typed.
fn parses(item: &Item) -> Option<bool> {
    let line = match item.kind {
        "capability" => {
            let known = KnownCapability::find(item.name)?;
            return (!known.responses.is_empty()).then_some(known.support == Support::Typed);
        }
        "code" => format!("* OK [{}] x\r\n", item.sample),
        "fetch" => format!("* 1 FETCH ({})\r\n", item.sample),
        "status" => format!("* STATUS x ({})\r\n", item.sample),
        _ => return None,
    };
    let response = parse_response(&Bytes::from(line), &Limits::default());
    Some(match response {
        Ok(Response::Data(Data::Condition { text, .. })) => {
            !matches!(text.code, None | Some(Code::Other { .. }))
        }
        Ok(Response::Data(Data::Fetch(fetch))) => !fetch
            .items
            .iter()
            .any(|item| matches!(item, FetchData::Other { .. } | FetchData::Invalid { .. })),
        Ok(Response::Data(Data::Status(status))) => {
            status.items.len() == 1
                && !status.items.iter().any(|item| {
                    matches!(item, StatusData::Other { .. } | StatusData::Invalid { .. })
                })
        }
        _ => false,
    })
}

/// The strings of a source's tests, as they stand there, without comments.
fn test_code(source: &Source) -> String {
    let is_test = source.is_test() || source.path.starts_with("tests/");
    let from = if is_test {
        0
    } else {
        source.product_code().len()
    };
    let lines = source.text.get(from..).unwrap_or_default().lines();
    let code: Vec<&str> = lines
        .filter(|line| line.contains('"') && !line.trim_start().starts_with("//"))
        .collect();
    code.join("\n")
}

/// The names of a source's tests.
fn words_of_tests(source: &Source) -> BTreeSet<String> {
    let code = &source.code;
    let functions = code.match_indices("fn ").filter(|(at, _)| {
        let before = code[..*at].trim_end().trim_end_matches("async").trim_end();
        before.ends_with("test]")
            || before.ends_with(")]")
            || source.path.contains("/interop/cases/")
    });
    let name = |(at, _): (usize, &str)| {
        code[at + 3..]
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    functions.map(name).collect()
}

/// Whether `move_keeps_flags` has the word `move`.
fn has_word(name: &str, word: &str) -> bool {
    !word.is_empty() && format!("_{name}_").contains(&format!("_{word}_"))
}

/// Whether a dialogue says the name as a word, in any case.
fn mentions(text: &str, item: &Item) -> bool {
    let name = match item.kind {
        "code" => format!("[{}", item.name),
        _ => item.name.trim_end_matches(['[', ']']).to_owned(),
    };
    let (text, name) = (text.to_ascii_uppercase(), name.to_ascii_uppercase());
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "-.=".contains(c));
    text.match_indices(&name).any(|(at, _)| {
        !is_word(text[..at].chars().next_back())
            && (name.ends_with('=') || !is_word(text[at + name.len()..].chars().next()))
    })
}

/// All texts below a folder, with their names.
fn texts(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            texts(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "txt") {
            let name = path
                .strip_prefix(root())
                .unwrap_or(&path)
                .to_string_lossy()
                .into_owned();
            let octets = std::fs::read(&path).unwrap_or_default();
            found.push((name, String::from_utf8_lossy(&octets).into_owned()));
        }
    }
}
