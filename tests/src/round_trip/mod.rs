//! Parse and encode are each other's way back, for every response and every command: so many cases of each by chance,
//! and a list of what the cases reached.
//!
//! `cargo run --release -p imap-tests --bin roundtrip -- --cases N` runs it.

mod commands;
mod peer;
mod responses;

pub use commands::commands;
pub use responses::responses;

use crate::source::sources;
use crate::stress::Random;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Debug, Write as _};

/// How many differences are told in full.
const TOLD: usize = 20;

/// What came of the cases.
#[derive(Debug, Default)]
pub struct Report {
    /// How many there were.
    pub cases: u64,
    /// How many were not the same on the way back.
    pub differ: u64,
    /// Of commands: how many could not be sent, and said so.
    pub refused: u64,
    /// The first differences.
    pub differences: Vec<String>,
    /// The kinds that were reached, each with how often.
    pub kinds: BTreeMap<String, u64>,
}

impl Report {
    fn reached(&mut self, kind: &str) {
        match self.kinds.get_mut(kind) {
            Some(count) => *count += 1,
            None => _ = self.kinds.insert(kind.to_owned(), 1),
        }
    }

    fn differs(&mut self, difference: String) {
        self.differ += 1;
        if self.differences.len() < TOLD {
            self.differences.push(difference);
        }
    }

    /// What was to be reached and was not.
    pub fn missing(&self, expected: &BTreeSet<String>) -> Vec<String> {
        let missing = expected
            .iter()
            .filter(|kind| !self.kinds.contains_key(*kind));
        missing.cloned().collect()
    }
}

/// Every variant of what a response is made of. What breaks the grammar has variants of its own, which are left out: no
/// grammar makes them.
pub fn expected_responses() -> BTreeSet<String> {
    let enums = [
        "Response",
        "Data",
        "Code",
        "FetchData",
        "StatusData",
        "EsearchData",
        "ConvertedData",
        "MetadataEntries",
        "UrlContent",
        "UrlFetchData",
        "Token",
    ];
    let types = sources("imap-proto-core/src/types");
    let of = |name: &'static str| {
        let found = types
            .iter()
            .flat_map(move |source| variants(&source.text, name));
        found.map(move |variant| format!("{name}::{variant}"))
    };
    let all = enums.into_iter().flat_map(of);
    all.filter(|kind| !kind.ends_with("::Invalid")).collect()
}

/// The variants of an enum in a source: of `Code` those in the tables that it is made of.
fn variants(source: &str, name: &str) -> Vec<String> {
    let (begin, end) = match name {
        "Code" => ("codes! {\n".to_owned(), "\n}\n}\n"),
        name => (format!("pub enum {name} {{\n"), "\n}\n"),
    };
    let Some((_, rest)) = source.split_once(&begin) else {
        return Vec::new();
    };
    let (body, _) = rest.split_once(end).expect("the end of an enum");
    let lines = body.lines().filter_map(|line| line.strip_prefix("    "));
    let names = lines.map(|line| {
        let end = line.find(|c: char| !c.is_alphanumeric());
        line[..end.unwrap_or(line.len())].to_owned()
    });
    let is_variant = |name: &String| name.starts_with(|c: char| c.is_uppercase());
    names.filter(is_variant).collect()
}

/// The public items of the core, as they are listed in its documentation.
const ITEMS: &str = include_str!("../../../docs/api/imap-proto-core.txt");

/// Every type that is a command; those with a form for UIDs twice.
pub fn expected_commands() -> BTreeSet<String> {
    let mut commands = BTreeSet::new();
    for line in ITEMS.lines().filter(|line| line.starts_with("impl")) {
        let Some((left, right)) = line.split_once(" imap_proto_core::encode::Command for ") else {
            continue;
        };
        let name = right.trim_start_matches("imap_proto_core::encode::");
        let name = name.split('<').next().unwrap_or(name);
        if left.contains("Numbering") {
            commands.insert(format!("UID {name}"));
        }
        commands.insert(name.to_owned());
    }
    commands
}

/// The name of a variant, as its `Debug` begins.
fn variant<T: Debug + ?Sized>(value: &T) -> String {
    let mut name = Name(String::new());
    let _ = write!(name, "{value:?}"); // stops behind the name
    name.0
}

/// Takes letters and digits, and fails at the first other character.
struct Name(String);

impl fmt::Write for Name {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = text.find(|c: char| !c.is_alphanumeric());
        self.0.push_str(&text[..end.unwrap_or(text.len())]);
        match end {
            Some(_) => Err(fmt::Error),
            None => Ok(()),
        }
    }
}
