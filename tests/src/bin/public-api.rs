//! Writes the public items of the three crates to `docs/api/`, or with `--check` says what differs from there, so
//! that nothing that users stand on changes by accident.
//!
//! It reads rustdoc's JSON, whose form changes with the compiler. With `--check` and a compiler of another form it
//! says so and ends with status 3.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use public_api::PublicApi;

const CRATES: [&str; 3] = [
    "imap-proto-core",
    "imap-transport-std",
    "imap-transport-tokio",
];

/// The status that says that nothing could be compared.
const OTHER_COMPILER: u8 = 3;

fn main() -> ExitCode {
    let check = std::env::args().any(|word| word == "--check");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut same = true;
    for name in CRATES {
        let json = rustdoc(&root, name);
        let api = match api(&json) {
            Ok(api) => api,
            Err(error) => {
                println!("rustdoc of this compiler cannot be read: {error}");
                return ExitCode::from(OTHER_COMPILER);
            }
        };
        let path = root.join(format!("docs/api/{name}.txt"));
        if check {
            same &= compare(&path, &api);
        } else {
            std::fs::write(&path, api).expect("a folder docs/api that can be written to");
        }
    }
    ExitCode::from(u8::from(!same))
}

/// Where rustdoc wrote the crate's items.
fn rustdoc(root: &Path, name: &str) -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let target = target.join("public-api");
    let mut cargo = Command::new("cargo");
    cargo.args([
        "rustdoc",
        "--quiet",
        "--locked",
        "--lib",
        "--all-features",
        "--package",
        name,
    ]);
    cargo.arg("--target-dir").arg(&target);
    cargo.args([
        "--",
        "-Zunstable-options",
        "--output-format=json",
        "--cap-lints=allow",
    ]);
    // The form is unstable, so a stable compiler has to be asked twice.
    cargo.env("RUSTC_BOOTSTRAP", "1").current_dir(root);
    let status = cargo.status().expect("cargo can be run");
    assert!(status.success(), "rustdoc of {name}: {status}");
    target.join(format!("doc/{}.json", name.replace('-', "_")))
}

/// One public item a line, without what every type has.
fn api(json: &Path) -> Result<String, public_api::Error> {
    let api: PublicApi = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()?;
    Ok(api.to_string())
}

fn compare(path: &Path, now: &str) -> bool {
    let before = std::fs::read_to_string(path).unwrap_or_default();
    let (old, new): (BTreeSet<&str>, BTreeSet<&str>) =
        (before.lines().collect(), now.lines().collect());
    for gone in old.difference(&new) {
        println!("-{gone}");
    }
    for added in new.difference(&old) {
        println!("+{added}");
    }
    if old != new {
        println!(
            "{} differs; when that is meant: cargo run -p imap-tests --features public-api --bin public-api",
            path.display()
        );
    }
    old == new
}
