//! Reads the files.

use std::collections::BTreeMap;
use std::path::Path;

use imap_proto_core::engine::{Config, Credentials};
use imap_proto_core::wire::Limits;

use super::Side;
use super::word::Word;
use crate::certs;
use crate::script::{Action, Script};

const MEBIBYTE: usize = 1024 * 1024;

/// One attack or quirk.
#[derive(Debug, Clone)]
pub struct Hostile {
    /// The row of the list that it is of, in capitals: `C1`, `Q12`.
    pub id: String,
    /// The file's name without its ending: `c1-giant-literal`.
    pub name: String,
    /// What the dialogue is.
    pub script: Script,
    /// Who plays it.
    pub sides: Vec<Side>,
    /// Whether its octets may take ten times the time of ordinary ones at most.
    pub pace: bool,
    /// By how much the heap may grow, in octets.
    pub heap: usize,
    pub(super) end: Option<String>,
    pub(super) refused: Option<String>,
    pub(super) malformed: usize,
    /// How often each kind of tolerance is told of.
    pub tolerated: BTreeMap<String, usize>,
    limits: Limits,
    over: String,
    login: bool,
}

/// All files, by name.
///
/// # Panics
/// When one of them cannot be read.
pub fn all() -> Vec<Hostile> {
    let mut files = Vec::new();
    for folder in ["hostile", "quirks"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("a file").path();
            if path.extension().is_none_or(|ending| ending != "txt") {
                continue;
            }
            let name = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            let text = std::fs::read_to_string(&path).expect("a text");
            files.push(parse(&name, &text).unwrap_or_else(|why| panic!("{name}: {why}")));
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

fn parse(name: &str, text: &str) -> Result<Hostile, String> {
    let (head, body): (Vec<&str>, Vec<&str>) = text
        .lines()
        .map(|line| {
            if line.starts_with("! ") {
                (line, "")
            } else {
                ("", line)
            }
        })
        .unzip();
    let script =
        Script::parse(name, &(body.join("\n") + "\n")).map_err(|error| error.to_string())?;
    let id = name.split('-').next().unwrap_or(name).to_uppercase();
    let mut hostile = Hostile {
        id,
        name: name.to_owned(),
        script,
        sides: Side::ALL.to_vec(),
        pace: false,
        heap: 4 * MEBIBYTE,
        end: None,
        refused: None,
        malformed: 0,
        tolerated: BTreeMap::new(),
        limits: Limits::default(),
        over: "unencrypted".to_owned(),
        login: false,
    };
    let mut aims = None;
    for line in head.into_iter().filter_map(|line| line.strip_prefix("! ")) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "over" => rest.clone_into(&mut hostile.over),
            "login" => hostile.login = true,
            "end" => hostile.end = Some(rest.to_owned()),
            "connect" => hostile.refused = Some(rest.to_owned()),
            "limit" => hostile.limits = limit(hostile.limits, rest)?,
            "aims" => aims = Some(rest.to_owned()),
            "malformed" => hostile.malformed = number(rest)?,
            "tolerates" => {
                let (kind, count) = rest.split_once(' ').unwrap_or((rest, "1"));
                hostile.tolerated.insert(kind.to_owned(), number(count)?);
            }
            "sides" => hostile.sides = rest.split(' ').map(side).collect::<Result<_, _>>()?,
            "pace" => hostile.pace = true,
            _ => return Err(format!("an unknown word: {line}")),
        }
    }
    if let Some(aims) = aims {
        hostile.heap += room(&hostile.limits, &aims)?;
    }
    for word in &hostile.script.steps {
        if let Action::Application(words) = &word.action {
            Word::parse(words)?;
        }
    }
    Ok(hostile)
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| format!("not a number: {text}"))
}

fn side(text: &str) -> Result<Side, String> {
    Side::ALL
        .into_iter()
        .find(|side| side.to_string() == text)
        .ok_or_else(|| format!("not a side: {text}"))
}

fn limit(limits: Limits, text: &str) -> Result<Limits, String> {
    let (name, value) = text.split_once(' ').ok_or("a limit without a value")?;
    let value = number(value)?;
    Ok(match name {
        "max_response" => limits.max_response(value),
        "max_line" => limits.max_line(value),
        "stream_threshold" => limits.stream_threshold(value),
        "max_literal" => limits.max_literal(Some(value as u64)),
        "max_string" => limits.max_string(value),
        "max_depth" => limits.max_depth(value),
        "max_list_items" => limits.max_list_items(value),
        "max_literals" => limits.max_literals(value),
        "max_capabilities" => limits.max_capabilities(value),
        "max_collected" => limits.max_collected(value),
        _ => return Err(format!("no limit of that name: {name}")),
    })
}

/// What a limit promises of the heap.
fn room(limits: &Limits, name: &str) -> Result<usize, String> {
    Ok(match name {
        // The buffer grows by copying, and numbers are wider than their digits.
        "max_response" => 4 * limits.max_response,
        "max_line" => 4 * limits.max_line,
        "max_collected" => limits.max_collected,
        _ => return Err(format!("no limit that bounds the heap: {name}")),
    })
}

impl Hostile {
    /// Responses as a mailbox's overview has them, to compare the pace of others with.
    ///
    /// # Panics
    /// Never: it is a file that stands here.
    pub fn ordinary() -> Self {
        parse("ordinary", include_str!("ordinary.txt")).expect("a file")
    }

    /// What the application does, in order.
    pub(super) fn words(&self) -> impl Iterator<Item = Word> {
        self.script
            .steps
            .iter()
            .filter_map(|step| match &step.action {
                Action::Application(words) => Some(Word::parse(words).expect("it was read before")),
                _ => None,
            })
    }

    /// How to connect to a port of this machine.
    pub(super) fn config(&self, port: u16) -> Config {
        let config = match self.over.as_str() {
            "tls" => Config::tls("localhost").with_tls(certs::shared().client_config()),
            "starttls" => Config::starttls("localhost").with_tls(certs::shared().client_config()),
            _ => Config::unencrypted("127.0.0.1"),
        };
        let config = config.with_port(port).limits(self.limits.clone());
        if self.login {
            return config.credentials(Credentials::password("alice", "secret-pass"));
        }
        config
    }

    /// Whether TLS begins with the first octet.
    pub(super) fn is_encrypted(&self) -> bool {
        self.over == "tls"
    }
}
