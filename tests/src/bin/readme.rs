//! Writes the tables of the documentation that are made of the code, or with `--check` says whether they are the same:
//! the capabilities of README.md and docs/capabilities.md, the attacks of docs/security.md, and what servers get wrong in
//! docs/tolerances.md and docs/quirks.md.

use std::fmt::Write as _;
use std::process::ExitCode;

use imap_proto_core::types::{KnownCapability, Support, Tolerance};
use imap_tests::attacks;
use imap_tests::quirks;
use imap_tests::source::root;

/// Where a table stands, what its marks call it, and how it is made.
type Table = (&'static str, &'static str, fn() -> String);

const TABLES: [Table; 5] = [
    ("README.md", "capabilities", capabilities),
    ("docs/capabilities.md", "pages", pages),
    ("docs/security.md", "attacks", attacks),
    ("docs/tolerances.md", "tolerances", tolerances),
    ("docs/quirks.md", "quirks", quirks),
];

const COMMAND: &str = "cargo run -p imap-tests --bin readme";

fn main() -> ExitCode {
    let check = std::env::args().any(|word| word == "--check");
    let mut same = true;
    for (file, name, make) in TABLES {
        let path = root().join(file);
        let text = std::fs::read_to_string(&path).expect("a text");
        let begin = format!("<!-- {name}: made by `{COMMAND}` -->\n");
        let end = format!("<!-- end of {name} -->");
        let (head, rest) = text.split_once(&begin).expect("the begin mark");
        let (_, tail) = rest.split_once(&end).expect("the end mark");
        let made = format!("{head}{begin}{}{end}{tail}", make());
        if made == text {
            continue;
        }
        same = false;
        if check {
            eprintln!("the table of {name} in {file} is not that of the code: {COMMAND}");
        } else {
            std::fs::write(&path, made).expect("a file that can be written");
        }
    }
    ExitCode::from(u8::from(check && !same))
}

/// One row an attack, with links to its tests.
fn attacks() -> String {
    let mut table = "\n| | attack | defence | shown by |\n|---|---|---|---|\n".to_owned();
    for attack in attacks::all() {
        let tests: Vec<String> = attack.tests.iter().map(|test| link(test)).collect();
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} |",
            attack.id,
            attack.what,
            attack.defence,
            tests.join(", ")
        );
    }
    table.push('\n');
    table
}

/// One row a kind, with an example as it stands on the wire.
fn tolerances() -> String {
    let mut table = "\n| kind | what is accepted | sent by | example | against | no harm, since | refusable |\n|---|---|---|---|---|---|---|\n"
        .to_owned();
    for kind in Tolerance::ALL {
        let facts = kind.about();
        let example = facts.example.escape_ascii().to_string();
        let example = example
            .replace("\\\"", "\"")
            .replace("\\\\", "\\")
            .replace('|', "\\|");
        let refusable = if facts.optional { "yes" } else { "always" };
        let _ = writeln!(
            table,
            "| `{kind}` | {} | {} | `{example}` | {} | {} | {refusable} |",
            facts.accepted, facts.servers, facts.rule, facts.harmless
        );
    }
    table.push('\n');
    table
}

/// One row a quirk, with links to its tests.
fn quirks() -> String {
    let mut table = "\n| | quirk or wish | shown by |\n|---|---|---|\n".to_owned();
    for quirk in quirks::all() {
        let tests: Vec<String> = quirk.tests.iter().map(|test| link(test)).collect();
        let _ = writeln!(
            table,
            "| {} | {} | {} |",
            quirk.id,
            quirk.what,
            tests.join(", ")
        );
    }
    table.push('\n');
    table
}

/// `path::test` as a link to the file with the test's name.
fn link(test: &str) -> String {
    let (path, name) = test.split_once("::").unwrap_or_else(|| {
        let name = test.rsplit('/').next().unwrap_or(test);
        (test, name.trim_end_matches(".txt"))
    });
    format!("[{name}](../{path})")
}

/// One row a capability; those that are no more than a keyword say so.
fn capabilities() -> String {
    let mut table =
        "\n| capability | RFC | commands | its data | confirmed by |\n|---|---|---|---|---|\n"
            .to_owned();
    for known in KnownCapability::ALL {
        let rfcs: Vec<String> = known.rfcs.iter().map(u16::to_string).collect();
        let rfcs = if rfcs.is_empty() {
            "vendor".to_owned()
        } else {
            rfcs.join(", ")
        };
        let data = match known.support {
            Support::Typed => "typed",
            Support::Named => "tokens",
            _ => "a keyword only",
        };
        let servers: Vec<&str> = known.confirmed.iter().map(|server| server.name()).collect();
        let _ = writeln!(
            table,
            "| `{}` | {rfcs} | {} | {data} | {} |",
            known.name,
            commands(known),
            servers.join(", ")
        );
    }
    table.push('\n');
    table
}

/// The commands; of the base protocols, all of them would fill the page.
fn commands(known: &KnownCapability) -> String {
    match known.commands {
        commands if commands.len() > 12 => "the base".to_owned(),
        commands => commands.join(", "),
    }
}

/// One section a capability, with all that the table says of it.
fn pages() -> String {
    let mut text = String::new();
    for known in KnownCapability::ALL {
        let _ = writeln!(text, "\n## {}\n", known.name);
        let rfcs: Vec<String> = known.rfcs.iter().map(|rfc| format!("RFC {rfc}")).collect();
        let rows: [(&str, Vec<&str>); 10] = [
            ("defined in", rfcs.iter().map(String::as_str).collect()),
            ("commands", known.commands.to_vec()),
            ("responses", known.responses.to_vec()),
            ("response codes", known.codes.to_vec()),
            ("FETCH items", known.fetch_items.to_vec()),
            ("STATUS items", known.status_items.to_vec()),
            ("SEARCH keys", known.search_keys.to_vec()),
            ("options", known.options.to_vec()),
            ("tests", known.tests.to_vec()),
            (
                "confirmed by",
                known.confirmed.iter().map(|server| server.name()).collect(),
            ),
        ];
        for (name, values) in rows.iter().filter(|(_, values)| !values.is_empty()) {
            let _ = writeln!(text, "- {name}: {}", values.join(", "));
        }
        if rows.iter().all(|(_, values)| values.is_empty()) {
            text.push_str("- a keyword only\n");
        }
    }
    text.push('\n');
    text
}
