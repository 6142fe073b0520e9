//! Writes the README's table of capabilities from that of the code, or with `--check` says whether it is the same.

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
            _ => "tokens",
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
