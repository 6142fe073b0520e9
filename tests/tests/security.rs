//! What the sources themselves promise against attackers, and that the list of attacks is complete.

use imap_proto_core::types::{Data, Flag, MailboxName, Response};
use imap_proto_core::wire::Limits;
use imap_tests::attacks;
use imap_tests::source::{Source, root, sources};
use std::collections::BTreeSet;
use std::process::Command;

const CRATES: [&str; 3] = [
    "imap-proto-core",
    "imap-transport-std",
    "imap-transport-tokio",
];

fn product() -> Vec<Source> {
    let all = CRATES
        .into_iter()
        .flat_map(|name| sources(&format!("{name}/src")));
    let product: Vec<Source> = all.filter(|source| !source.is_test()).collect();
    assert!(product.len() > 100, "the crates have sources");
    product
}

/// The files whose product code has one of these words.
fn files_with(words: &[&str]) -> Vec<String> {
    let has = |source: &Source| {
        words
            .iter()
            .any(|word| source.product_code().contains(word))
    };
    product()
        .iter()
        .filter(|source| has(source))
        .map(|source| source.path.clone())
        .collect()
}

#[test]
fn every_row_has_a_test() {
    let rows = attacks::all();
    assert_eq!(rows.len(), 72);
    let without: Vec<&str> = rows
        .iter()
        .filter(|row| row.tests.is_empty())
        .map(|row| row.id)
        .collect();
    assert!(without.is_empty(), "rows without a test: {without:?}");
}

#[test]
fn every_limit_is_documented() {
    let text = std::fs::read_to_string(root().join("docs/security.md")).expect("docs/security.md");
    let limits = format!("{:?}", Limits::default());
    let names = limits
        .split(['{', ','])
        .filter_map(|field| field.trim().split_once(':'));
    let mut count = 0;
    for (name, _) in names {
        assert!(
            text.contains(&format!("`{name}`")),
            "docs/security.md does not tell of {name}"
        );
        count += 1;
    }
    assert!(count >= 17, "{count} limits");
}

/// Nothing but these files opens a connection, so no referral and no URL of a server does.
#[test]
fn a8_only_connect_dials() {
    let dialling = [
        "TcpStream::connect",
        "UnixStream::connect",
        "TcpSocket",
        "Socket::new",
        ".connect(",
    ];
    for path in files_with(&dialling) {
        let name = path.rsplit('/').next().unwrap_or_default();
        assert!(
            path.starts_with("imap-transport-")
                && ["connect.rs", "dial.rs", "proxy.rs"].contains(&name),
            "{path} dials"
        );
    }
    assert!(!files_with(&dialling).is_empty());
}

/// No pool: nothing outlives its owner, so no session can serve another login.
#[test]
fn a11_no_session_is_kept_by_the_library() {
    let kept = files_with(&[
        "thread_local!",
        "LazyLock<Mutex",
        "OnceLock<Mutex",
        "static mut",
    ]);
    assert!(kept.is_empty(), "state that outlives its owner: {kept:?}");
}

#[test]
fn b8_e2_no_shell_is_started() {
    for word in ["\"sh\"", "\"-c\"", "cmd.exe", "/bin/sh"] {
        let folders = CRATES
            .into_iter()
            .flat_map(|name| sources(&format!("{name}/src")));
        for source in folders.filter(|source| !source.is_test()) {
            assert!(!source.text.contains(word), "{} has {word}", source.path);
        }
    }
}

/// A flag of five octets must not keep the block alive that it was received in.
#[test]
fn c15_detached_values_let_their_block_go() {
    let block = bytes::Bytes::from(b"* FLAGS (\\Seen $kept)\r\n".repeat(2800));
    assert!(block.len() > 60_000);
    let frame = block.slice(..23);
    let response = imap_proto_core::parse::parse_response(&frame, &Limits::default());
    let Ok(Response::Data(Data::Flags(flags))) = response else {
        panic!("{response:?}");
    };
    let kept = flags.detach();
    drop((flags, frame));
    assert!(kept.contains(&Flag::from("$kept")));
    assert!(block.try_into_mut().is_ok(), "the block has another owner");
}

#[test]
fn c16_tables_are_keyed_at_random_or_sorted() {
    let own = files_with(&["BuildHasher", "FxHash", "ahash", "with_hasher", "FnvHash"]);
    assert!(
        own.is_empty(),
        "a hasher that is not the standard one: {own:?}"
    );
}

/// The packages that the three crates are linked with, with all features. The lock file names more: what the peers of the
/// benchmarks could have, if it were asked for.
fn linked() -> BTreeSet<String> {
    let mut tree = Command::new(env!("CARGO"));
    tree.arg("tree");
    for package in [
        "imap-proto-core",
        "imap-transport-std",
        "imap-transport-tokio",
    ] {
        tree.args(["-p", package]);
    }
    tree.args(["--all-features", "--edges", "normal,build"]);
    tree.args(["--prefix", "none", "--locked", "--offline"]);
    let output = tree.current_dir(root()).output();
    let output = output.expect("cargo");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let names = String::from_utf8_lossy(&output.stdout);
    let names = names.lines().filter_map(|line| line.split(' ').next());
    names.map(str::to_owned).collect()
}

#[test]
fn c21_what_is_linked_and_built() {
    let linked = linked();
    for name in ["brotli", "libz-sys", "openssl-sys", "native-tls", "zlib-rs"] {
        assert!(!linked.contains(name), "{name} is linked");
    }
    assert!(linked.contains("miniz_oxide") && linked.contains("rustls"));
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
    let (_, release) = manifest
        .split_once("[profile.release]")
        .expect("a release profile");
    assert!(release.contains("overflow-checks = true"));
}

/// No name of a server is a path without being asked to be one.
#[test]
fn e1_a_name_is_no_path() {
    let paths = files_with(&["AsRef<Path> for", "AsRef<OsStr> for", "fn to_path"]);
    assert!(paths.is_empty(), "{paths:?}");
    assert!(MailboxName::from("../../.ssh/authorized_keys").is_hazardous());
    assert!(!MailboxName::from("Entwürfe").is_hazardous());
}

/// What a message calls a file reaches the application as octets, and its documentation says whose words they are.
#[test]
fn e7_file_names_of_messages_are_octets() {
    let line = br#"* 1 FETCH (BODYSTRUCTURE ("APPLICATION" "X-EXE" NIL NIL NIL "BASE64" 4 NIL ("attachment" ("filename" "..\\x.exe")) NIL NIL))"#;
    let frame = bytes::Bytes::from([&line[..], b"\r\n"].concat());
    let response =
        imap_proto_core::parse::parse_response(&frame, &Limits::default()).expect("a response");
    let Response::Data(Data::Fetch(fetch)) = response else {
        panic!("{response:?}");
    };
    let structure = fetch.body_structure().expect("a structure");
    let name = structure.root().disposition_parameter("filename");
    assert_eq!(name, Some(&br"..\x.exe"[..]));
    let documented =
        std::fs::read_to_string(root().join("imap-proto-core/src/types/body_structure.rs"));
    assert!(documented.expect("a source").contains("untrusted"));
}
