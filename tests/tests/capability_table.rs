//! What the table of capabilities claims of its tests.

use std::collections::BTreeSet;
use std::path::Path;

use imap_proto_core::types::KnownCapability;
use imap_tests::interop::NAMES;
use imap_tests::source::root;

/// The stems of all dialogue files, and the names of their folders.
fn dialogues() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for folder in entries(&root().join("tests/dialogues")) {
        if !folder.is_dir() {
            continue;
        }
        names.extend(entries(&folder).iter().map(|file| stem(file)));
        names.insert(stem(&folder));
    }
    names
}

fn entries(folder: &Path) -> Vec<std::path::PathBuf> {
    let listed = std::fs::read_dir(folder).expect("a folder that can be read");
    listed
        .map(|entry| entry.expect("an entry").path())
        .collect()
}

fn stem(path: &Path) -> String {
    let name = path.file_name().expect("a name").to_string_lossy();
    name.strip_suffix(".txt").unwrap_or(&name).to_owned()
}

#[test]
fn tests_of_capabilities_exist() {
    let dialogues = dialogues();
    for known in KnownCapability::ALL {
        for test in known.tests {
            let exists = NAMES.contains(test) || dialogues.contains(*test);
            assert!(exists, "{}: no test {test}", known.name);
        }
    }
}

/// A server confirms by a case that runs there; `tests/interop.rs` checks that it did.
#[test]
fn confirmed_capabilities_have_a_case() {
    for known in KnownCapability::ALL {
        let by_case = known.tests.iter().any(|test| NAMES.contains(test));
        assert!(known.confirmed.is_empty() || by_case, "{}", known.name);
        assert!(known.confirmed.is_sorted(), "{}", known.name);
    }
}
