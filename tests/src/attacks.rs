//! The list of attacks, and the tests that carry a row's id in their name.

use std::collections::BTreeMap;

use crate::hostile;
use crate::source::{root, sources};

/// One row of the list.
#[derive(Debug, Clone)]
pub struct Attack {
    /// `A1` to `F5`.
    pub id: &'static str,
    /// What is done to us.
    pub what: &'static str,
    /// What is done against it.
    pub defence: &'static str,
    /// What shows it: `path::test`, or the path of a file that the test `hostile` plays; sorted.
    pub tests: Vec<String>,
}

/// All rows, with their tests.
///
/// # Panics
/// When the list cannot be read.
pub fn all() -> Vec<Attack> {
    let mut tests = tests();
    let rows = include_str!("../data/attacks.tsv").lines().map(|line| {
        let mut columns = line.split('\t');
        let mut column = || {
            columns
                .next()
                .unwrap_or_else(|| panic!("a short line: {line}"))
        };
        let (id, what, defence) = (column(), column(), column());
        let mut tests = tests.remove(id).unwrap_or_default();
        tests.sort();
        tests.dedup();
        Attack {
            id,
            what,
            defence,
            tests,
        }
    });
    rows.collect()
}

fn tests() -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for folder in [
        "imap-proto-core",
        "imap-transport-std",
        "imap-transport-tokio",
        "tests",
    ] {
        for source in sources(folder) {
            for name in tested(&source.code) {
                for id in ids(name) {
                    let test = format!("{}::{name}", source.path);
                    found.entry(id).or_default().push(test);
                }
            }
        }
    }
    for hostile in hostile::all() {
        let path = format!("tests/hostile/{}.txt", hostile.name);
        if root().join(&path).exists() {
            found.entry(hostile.id).or_default().push(path);
        }
    }
    found
}

/// The functions of a source that are tests.
fn tested(code: &str) -> impl Iterator<Item = &str> {
    code.match_indices("fn ").filter_map(|(at, _)| {
        let before = code[..at].trim_end().trim_end_matches("async").trim_end();
        let is_test = before.ends_with("test]") || before.ends_with(")]");
        let name = code[at + 3..]
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .next()?;
        is_test.then_some(name)
    })
}

/// `c6_c14_depth` is of C6 and of C14.
fn ids(name: &str) -> Vec<String> {
    let is_id = |word: &&str| {
        let mut characters = word.chars();
        characters
            .next()
            .is_some_and(|first| ('a'..='f').contains(&first))
            && word.len() > 1
            && characters.all(|c| c.is_ascii_digit())
    };
    name.split('_')
        .take_while(is_id)
        .map(str::to_uppercase)
        .collect()
}
