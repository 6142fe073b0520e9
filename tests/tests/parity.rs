//! The table of `docs/from-imaplib2.md` against the code: every item that it links is there, every test that it names
//! is run, and no name of imaplib2 is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use imap_tests::source::root;

/// A row of the table.
struct Row {
    line: usize,
    name: String,
    ours: Vec<Link>,
    tests: Vec<Link>,
    /// It says why nothing is needed.
    needless: bool,
}

/// A link to an item or to a test.
struct Link {
    text: String,
    path: String,
}

fn document() -> PathBuf {
    root().join("docs/from-imaplib2.md")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The cells of a row; `\|` does not part them.
fn cells(line: &str) -> Vec<String> {
    let line = line.replace("\\|", "\u{0}");
    let inner = line.trim_matches('|');
    inner
        .split('|')
        .map(|cell| cell.trim().replace('\u{0}', "|"))
        .collect()
}

/// The links of a cell, `` [`text`](path) ``.
fn links(cell: &str) -> Vec<Link> {
    let mut found = Vec::new();
    for (at, _) in cell.match_indices("[`") {
        let Some((text, rest)) = cell[at + 2..].split_once("`](") else {
            continue;
        };
        let path = rest.split(')').next().unwrap_or_default();
        found.push(Link {
            text: text.to_owned(),
            path: path.to_owned(),
        });
    }
    found
}

fn rows(document: &str) -> Vec<Row> {
    let lines = document.lines().enumerate();
    let rows = lines.filter(|(_, line)| line.starts_with("| `"));
    rows.map(|(at, line)| {
        let cells = cells(line);
        let [name, what, ours, tests] = cells.as_slice() else {
            panic!("line {}: not four cells", at + 1);
        };
        assert!(!what.is_empty(), "line {}: it says nothing", at + 1);
        Row {
            line: at + 1,
            name: name.trim_matches('`').to_owned(),
            needless: ours.starts_with("not needed, because "),
            ours: links(ours),
            tests: links(tests),
        }
    })
    .collect()
}

/// Whether a word stands in a text as a word.
fn has_word(text: &str, word: &str) -> bool {
    let boundary = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    text.match_indices(word).any(|(at, _)| {
        boundary(text[..at].chars().next_back()) && boundary(text[at + word.len()..].chars().next())
    })
}

/// Whether a line makes an item of this name public: by `pub`, as a variant of a public enum, or as a row of one of the
/// macros that make commands, limits and the like of a table.
fn declares(line: &str, name: &str, in_enum: bool) -> bool {
    let Some(mut rest) = line.strip_prefix("pub ") else {
        return is_row(line, name, in_enum);
    };
    let kinds = [
        "async ", "const ", "fn ", "struct ", "enum ", "trait ", "type ", "mod ",
    ];
    while let Some(after) = kinds.iter().find_map(|kind| rest.strip_prefix(kind)) {
        rest = after;
    }
    let behind = rest.strip_prefix(name).and_then(|rest| rest.chars().next());
    behind.is_some_and(|c| "(<:;{ ".contains(c))
}

/// `name(…) -> Command = …;`, `Name, "NAME"…`, `name: type = default,`; variants of enums.
fn is_row(line: &str, name: &str, in_enum: bool) -> bool {
    let Some(rest) = line.strip_prefix(name) else {
        return false;
    };
    let command = rest.starts_with('(') && rest.contains(") -> ") && rest.ends_with(';');
    let bare = rest.starts_with(", \"");
    let limit = rest.starts_with(": ") && rest.contains(" = ");
    let variant = ["", ","].contains(&rest) || rest.starts_with('(') || rest.starts_with(" {");
    command || bare || limit || (in_enum && variant)
}

/// Why an item is not where the link says, if it is not.
fn missing_item(link: &Link) -> Option<String> {
    let path = root().join("docs").join(&link.path);
    if !path.is_file() {
        return Some(format!("no file {}", link.path));
    }
    let source = read(&path);
    let (parent, name) = match link.text.rsplit_once("::") {
        Some((parent, name)) => (parent, name),
        None => ("", link.text.as_str()),
    };
    let in_enum = source.contains(&format!("pub enum {parent} {{"));
    let mut lines = source.lines().map(str::trim);
    let declared = lines.any(|line| declares(line, name, in_enum));
    // The commands of a session are written in files of their own.
    let of_parent = has_word(&source, parent) || link.path.contains("/session/commands/");
    if declared && (parent.is_empty() || of_parent) {
        return None;
    }
    Some(format!("no public `{}` in {}", link.text, link.path))
}

/// Why a test is not run, if it is not.
fn missing_test(link: &Link) -> Option<String> {
    let path = root().join("docs").join(&link.path);
    if !path.is_file() {
        return Some(format!("no file {}", link.path));
    }
    let source = read(&path);
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let head = format!("fn {}(", link.text);
    let found = lines.iter().position(|line| {
        line.strip_prefix("async ")
            .unwrap_or(line)
            .starts_with(&head)
    });
    let Some(at) = found else {
        return Some(format!("no `{}` in {}", link.text, link.path));
    };
    let above = lines[..at].iter().rev();
    let attributes: Vec<&&str> = above
        .take_while(|line| line.starts_with("#[") || line.starts_with("//"))
        .filter(|line| line.starts_with("#["))
        .collect();
    let is = |start: &str| attributes.iter().any(|line| line.starts_with(start));
    if is("#[ignore") {
        return Some(format!("`{}` is ignored", link.text));
    }
    let is_test = is("#[test]") || is("#[tokio::test");
    (!is_test).then(|| format!("`{}` is no test", link.text))
}

fn assert_none(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{rule}:\n  {}", broken.join("\n  "));
}

#[test]
fn every_item_of_the_table_is_there() {
    let mut broken = Vec::new();
    for row in rows(&read(&document())) {
        if row.ours.is_empty() && !row.needless {
            broken.push(format!(
                "line {}: {}: nothing is linked",
                row.line, row.name
            ));
        }
        let missing = row.ours.iter().filter_map(missing_item);
        broken.extend(missing.map(|why| format!("line {}: {}: {why}", row.line, row.name)));
    }
    assert_none("items that are not there", &broken);
}

#[test]
fn every_test_of_the_table_is_run() {
    let mut broken = Vec::new();
    for row in rows(&read(&document())) {
        if row.tests.is_empty() && !row.needless {
            broken.push(format!("line {}: {}: no test", row.line, row.name));
        }
        let missing = row.tests.iter().filter_map(missing_test);
        broken.extend(missing.map(|why| format!("line {}: {}: {why}", row.line, row.name)));
    }
    assert_none("tests that are not run", &broken);
}

#[test]
fn no_name_of_imaplib2_is_missing() {
    let list = read(&root().join("tests/data/imaplib2-names.txt"));
    let names: Vec<&str> = list
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    assert!(names.len() > 300, "the list is whole");
    let listed: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(listed.len(), names.len(), "a name stands twice in the list");
    let rows = rows(&read(&document()));
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        *count.entry(&row.name).or_default() += 1;
    }
    let twice = count.iter().filter(|(_, count)| **count > 1);
    let mut broken: Vec<String> = twice.map(|(name, _)| format!("{name}: two rows")).collect();
    let without = listed.iter().filter(|name| !count.contains_key(**name));
    broken.extend(without.map(|name| format!("{name}: no row")));
    let beyond = count.keys().filter(|name| !listed.contains(**name));
    broken.extend(beyond.map(|name| format!("{name}: not in the list")));
    assert_none("names", &broken);
}

/// What the checks above find, on rows and files made for it.
#[test]
fn the_check_finds_what_is_wrong() {
    let table = "| `a()` | x | [`Session::state`](../imap-proto-core/src/session/session.rs) | – |\n\
                 | `b\\|c` | x | not needed, because of Python | [`nothing`](../tests/tests/parity.rs) |\n";
    let rows = rows(table);
    assert_eq!(rows[1].name, "b|c");
    assert!(!rows[0].needless && rows[1].needless && rows[0].tests.is_empty());
    assert_eq!(rows[0].ours.iter().find_map(missing_item), None);
    assert!(missing_test(&rows[1].tests[0]).is_some());
    let link = |text: &str, path: &str| Link {
        text: text.to_owned(),
        path: path.to_owned(),
    };
    let session = "../imap-proto-core/src/session/session.rs";
    assert!(missing_item(&link("Session::no_such_thing", session)).is_some());
    assert!(
        missing_item(&link("Session::handle", session)).is_some(),
        "it is private"
    );
    assert!(missing_item(&link("Session", "../no/such/file.rs")).is_some());
    let imports = "../imap-proto-core/src/session/commands/search.rs";
    assert!(
        missing_item(&link("SearchKey", imports)).is_some(),
        "an import"
    );
    assert_eq!(missing_item(&link("Session::search", imports)), None);
    let here = "../tests/tests/parity.rs";
    assert_eq!(
        missing_test(&link("the_check_finds_what_is_wrong", here)),
        None
    );
    assert!(
        missing_test(&link("missing_test", here)).is_some(),
        "no test"
    );
}
