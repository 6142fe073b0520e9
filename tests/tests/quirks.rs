//! What servers get wrong and applications ask for: each has a test, as `tests/data/quirks.tsv` says.

use std::collections::BTreeSet;

use imap_tests::quirks;

/// The sections of the list, and how many items each has; one was added between two.
const SECTIONS: [(&str, usize); 4] = [("5.1", 35), ("5.2", 13), ("5.3", 30), ("5.4", 15)];

#[test]
fn every_item_has_tests_and_each_is_there() {
    let rows = quirks::all();
    let mut missing: Vec<String> = Vec::new();
    for row in &rows {
        if row.tests.is_empty() {
            missing.push(format!("{} has no test", row.id));
        }
        for test in row.missing() {
            missing.push(format!("{}: {test} is no test", row.id));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn no_item_is_left_out() {
    let rows = quirks::all();
    let ids: BTreeSet<&str> = rows.iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), rows.len(), "an item stands twice");
    let mut first = 1;
    for (section, count) in SECTIONS {
        // The second section goes on where the first one ends.
        if section != "5.2" {
            first = 1;
        }
        for number in first..first + count {
            let id = format!("{section}-{number}");
            assert!(ids.contains(id.as_str()), "{id} is left out");
        }
        first += count;
    }
    assert!(ids.contains("5.1-35b"));
    assert_eq!(
        rows.len(),
        1 + SECTIONS.iter().map(|(_, count)| count).sum::<usize>()
    );
}

/// A file that no row names shows nothing.
#[test]
fn every_file_of_quirks_is_named() {
    let rows = quirks::all();
    let named: BTreeSet<&str> = rows.iter().flat_map(|row| row.tests.clone()).collect();
    let folder = imap_tests::source::root().join("tests/quirks");
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let name = entry.expect("a file").file_name();
        let path = format!("tests/quirks/{}", name.to_string_lossy());
        assert!(named.contains(path.as_str()), "{path} is not named");
    }
}
