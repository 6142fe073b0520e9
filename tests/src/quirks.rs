//! The list of what servers get wrong and of what applications ask for, with the tests that show each.

use crate::source::root;

/// One row of the list.
#[derive(Debug, Clone)]
pub struct Quirk {
    /// Its section and number: `5.1-7`.
    pub id: &'static str,
    /// What it is.
    pub what: &'static str,
    /// What shows it: `path::test`, or the path of a file that a test plays.
    pub tests: Vec<&'static str>,
}

/// All rows, in order.
///
/// # Panics
/// When a line has not three columns.
#[must_use]
pub fn all() -> Vec<Quirk> {
    let rows = include_str!("../data/quirks.tsv").lines().map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        let [id, what, tests] = columns[..] else {
            panic!("not three columns: {line}");
        };
        let tests = tests.split(' ').filter(|test| !test.is_empty()).collect();
        Quirk { id, what, tests }
    });
    rows.collect()
}

impl Quirk {
    /// Those of its tests that are not there.
    #[must_use]
    pub fn missing(&self) -> Vec<&'static str> {
        let missing = |test: &&&str| !is_there(test);
        self.tests.iter().filter(missing).copied().collect()
    }
}

/// Whether a test's file is there, and its function is a test.
fn is_there(test: &str) -> bool {
    let (path, name) = test.split_once("::").unwrap_or((test, ""));
    let Ok(source) = std::fs::read_to_string(root().join(path)) else {
        return false;
    };
    if name.is_empty() {
        return ["tests/quirks/", "tests/hostile/", "tests/dialogues/"]
            .iter()
            .any(|folder| path.starts_with(folder));
    }
    let function = format!("fn {name}(");
    source.match_indices(&function).any(|(at, _)| {
        let before = source[..at].trim_end().trim_end_matches("async").trim_end();
        before.ends_with("test]") || before.ends_with(")]")
    })
}
