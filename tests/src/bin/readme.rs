//! Writes the README's table of RFCs from the capability table, or with `--check` says whether it is the same.

use std::fmt::Write as _;
use std::process::ExitCode;

use imap_proto_core::types::{KnownCapability, Support};

const BEGIN: &str = "<!-- capabilities: made by `cargo run -p imap-tests --bin readme` -->\n";
const END: &str = "<!-- end of capabilities -->";

fn main() -> ExitCode {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
    let readme = std::fs::read_to_string(path).expect("a README");
    let (head, rest) = readme.split_once(BEGIN).expect("the begin mark");
    let (_, tail) = rest.split_once(END).expect("the end mark");
    let made = format!("{head}{BEGIN}{}{END}{tail}", table());
    if made == readme {
        println!("the README's table is that of the code");
        return ExitCode::SUCCESS;
    }
    if std::env::args().any(|word| word == "--check") {
        eprintln!(
            "the README's table is not that of the code: cargo run -p imap-tests --bin readme"
        );
        return ExitCode::FAILURE;
    }
    std::fs::write(path, made).expect("a README that can be written");
    ExitCode::SUCCESS
}

/// One row a capability; those whose data comes as a token tree say so.
fn table() -> String {
    let mut table = "\n| capability | RFC | its data |\n|---|---|---|\n".to_owned();
    for known in KnownCapability::ALL {
        let rfcs: Vec<String> = known.rfcs.iter().map(u16::to_string).collect();
        let rfcs = if rfcs.is_empty() {
            "vendor".to_owned()
        } else {
            rfcs.join(", ")
        };
        let data = match known.support {
            Support::Typed => "typed",
            _ => "tokens",
        };
        let _ = writeln!(table, "| `{}` | {rfcs} | {data} |", known.name);
    }
    table.push('\n');
    table
}
