//! Tests that cannot run here, for want of a program: counted as skipped, and as failed in continuous integration.

use std::fs::OpenOptions;
use std::io::Write;

/// Whether this is continuous integration, where everything must run: the environment has `CI=true`.
pub fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}

/// Notes that the calling test is skipped, and why; the test returns after it.
///
/// The note goes to standard error and, under `tests/run`, to the file that the environment names in
/// `IMAP_TESTS_SKIPPED`, by which the test is not counted as passed.
///
/// # Panics
/// In continuous integration ([`is_ci`]), where nothing may be skipped.
pub fn skip(reason: &str) {
    assert!(!is_ci(), "cannot run, and CI=true: {reason}");
    let thread = std::thread::current();
    let note = format!("{}: {reason}\n", thread.name().unwrap_or("a test"));
    eprint!("skipped {note}");
    if let Some(path) = std::env::var_os("IMAP_TESTS_SKIPPED") {
        let file = OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(note.as_bytes()))
            .expect("the list of skipped tests can be written");
    }
}
