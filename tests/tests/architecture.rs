//! The rules of the design that a scan of the sources can check.

use imap_tests::source::{Source, root, sources};

/// Folders of the core from the ground up; what is in one row does not import its neighbours.
const FLOORS: [&[&str]; 6] = [
    &["types"],
    &["wire"],
    &["parse", "encode"],
    &["engine"],
    &["layer"],
    &["session"],
];

const CRATES: [&str; 3] = [
    "imap-proto-core",
    "imap-transport-std",
    "imap-transport-tokio",
];

/// Files that may be longer than [`MAX_LINES`]: each is one table of a grammar.
const TABLES: [&str; 1] = ["imap-proto-core/src/types/capability.rs"];

const MAX_LINES: usize = 600;

fn product() -> Vec<Source> {
    let folders = CRATES.map(|name| format!("{name}/src"));
    let found: Vec<Source> = folders.iter().flat_map(|folder| sources(folder)).collect();
    assert!(found.len() >= CRATES.len(), "the crates have sources");
    found
}

fn everything() -> Vec<Source> {
    [&CRATES[..], &["tests", "fuzz"]]
        .concat()
        .into_iter()
        .flat_map(sources)
        .collect()
}

fn assert_none(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{rule}:\n  {}", broken.join("\n  "));
}

/// Places where a word occurs in the product code.
fn uses<'a>(source: &'a Source, word: &'a str) -> impl Iterator<Item = String> + 'a {
    let boundary = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    let lines = source.product_code().lines().enumerate();
    let found = lines.filter(move |(_, line)| {
        line.match_indices(word).any(|(at, _)| {
            boundary(line[..at].chars().next_back())
                && boundary(line[at + word.len()..].chars().next())
        })
    });
    found.map(move |(number, _)| format!("{}:{}: {word}", source.path, number + 1))
}

#[test]
fn floors_import_downward_only() {
    let floor = |name: &str| FLOORS.iter().position(|row| row.contains(&name));
    let mut broken = Vec::new();
    for source in sources("imap-proto-core/src") {
        let below = source.path.trim_start_matches("imap-proto-core/src/");
        let home = below
            .split(['/', '.'])
            .next()
            .unwrap_or_default()
            .to_owned();
        let Some(own) = floor(&home) else {
            assert_eq!(
                below, "lib.rs",
                "a module at the crate's root that is on no floor"
            );
            continue;
        };
        if source.is_test() {
            continue;
        }
        for (line, name) in source.imports("crate") {
            if name != home && floor(&name).is_none_or(|other| other >= own) {
                broken.push(format!("{}:{line}: crate::{name}", source.path));
            }
        }
    }
    assert_none("a floor imports what is not below it", &broken);
}

#[test]
fn super_stays_in_its_floor() {
    let mut broken = Vec::new();
    for source in sources("imap-proto-core/src")
        .iter()
        .filter(|source| !source.is_test())
    {
        let below = source.path.trim_start_matches("imap-proto-core/src/");
        let depth = below
            .trim_end_matches("mod.rs")
            .trim_end_matches(".rs")
            .trim_end_matches('/');
        // A module in the file itself is one step further from the root.
        let inline = source
            .product_code()
            .lines()
            .any(|line| line.contains("mod ") && line.ends_with('{'));
        let climbs = "super::".repeat(depth.matches('/').count() + 1 + usize::from(inline));
        if source.product_code().contains(&climbs) && below != "lib.rs" {
            broken.push(format!("{}: {climbs}", source.path));
        }
    }
    assert_none("`super` climbs out of a floor: write `crate::`", &broken);
}

#[test]
fn the_core_holds_no_socket_file_thread_clock_or_runtime() {
    let modules = ["fs", "thread", "process", "os", "env"];
    let words = [
        "Instant::now",
        "SystemTime",
        "tokio",
        "mio",
        "socket2",
        "println!",
        "eprintln!",
    ];
    let mut broken = Vec::new();
    for source in sources("imap-proto-core/src")
        .iter()
        .filter(|source| !source.is_test())
    {
        let std = source
            .imports("std")
            .into_iter()
            .filter(|(_, name)| modules.contains(&name.as_str()));
        broken.extend(std.map(|(line, name)| format!("{}:{line}: std::{name}", source.path)));
        broken.extend(words.iter().flat_map(|word| uses(source, word)));
    }
    assert_none("the core does I/O or reads a clock", &broken);
}

#[test]
fn only_the_tls_layer_names_the_record_api_of_rustls() {
    let core = sources("imap-proto-core/src");
    let others = core
        .iter()
        .filter(|source| source.path != "imap-proto-core/src/layer/tls.rs");
    let broken: Vec<String> = others
        .flat_map(|source| {
            ["unbuffered", "UnbufferedClientConnection"].map(|word| uses(source, word))
        })
        .flatten()
        .collect();
    assert_none("rustls' record API outside layer/tls.rs", &broken);
}

#[test]
fn nothing_is_unsafe() {
    let all = everything();
    let broken: Vec<String> = all
        .iter()
        .flat_map(|source| uses(source, "unsafe"))
        .collect();
    assert_none("unsafe code", &broken);
    let manifest =
        std::fs::read_to_string(root().join("Cargo.toml")).expect("the manifest is there");
    assert!(manifest.contains("unsafe_code = \"forbid\""));
}

#[test]
fn files_are_short() {
    let long = |source: &Source| {
        let lines = source.text.lines().count();
        (lines > MAX_LINES && !TABLES.contains(&source.path.as_str()))
            .then(|| format!("{}: {lines} lines", source.path))
    };
    let broken: Vec<String> = everything().iter().filter_map(long).collect();
    assert_none("files above 600 lines", &broken);
}

#[test]
fn product_code_does_not_panic_by_name() {
    // `expect` is left to clippy, which tells Option's from a cursor's.
    let words = ["unwrap", "unwrap_err", "panic!", "todo!", "unimplemented!"];
    let product = product();
    let product = product.iter().filter(|source| !source.is_test());
    let broken: Vec<String> = product
        .flat_map(|source| words.iter().flat_map(|word| uses(source, word)))
        .collect();
    assert_none("product code panics", &broken);
}
