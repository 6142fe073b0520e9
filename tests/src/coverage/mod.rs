//! What of IMAP there is here, told from the code and its tests: the list of what exists is kept by hand, in
//! `tests/data/features.tsv`, and no answer is.
//!
//! What is asked and answered is asked and answered: each item goes through the engine and through a session of each
//! adapter, to a server that says the item's sample and looks for its name in what the client says.

mod requests;
mod runs;
mod texts;

use std::collections::BTreeSet;
use std::fmt;

use bytes::Bytes;
use imap_proto_core::parse::parse_response;
use imap_proto_core::types::{
    Code, Data, EsearchData, FetchData, KnownCapability, ListAttribute, Response, StatusData,
    Support,
};
use imap_proto_core::wire::Limits;

use crate::interop;
use crate::source::{Source, sources};
use requests::request;
use runs::{Adapter, Run};
use texts::Texts;

/// One thing that IMAP has.
#[derive(Debug, Clone)]
pub struct Item {
    /// What it is: `capability`, `command`, `response`, `code`, `fetch` and so on, as the list says.
    pub kind: &'static str,
    /// Its name on the wire.
    pub name: &'static str,
    /// Its RFC, if it has one.
    pub rfc: String,
    /// What a server says of it.
    sample: &'static str,
}

impl Item {
    /// A response that has the sample.
    fn line(&self) -> Option<String> {
        let Self { kind, sample, .. } = self;
        if sample.is_empty() {
            return None;
        }
        Some(match *kind {
            "response" => format!("* {sample}\r\n"),
            "code" => format!("* OK [{sample}] x\r\n"),
            "fetch" => format!("* 1 FETCH ({sample})\r\n"),
            "status" => format!("* STATUS x ({sample})\r\n"),
            "attribute" => format!("* LIST ({sample}) \"/\" x\r\n"),
            "extended" => format!("* LIST () \"/\" x ({sample})\r\n"),
            "return" => format!("* ESEARCH UID {sample}\r\n"),
            other => panic!("no response has a sample of {other}"),
        })
    }

    fn known(&self) -> Option<&'static KnownCapability> {
        KnownCapability::find(self.name).filter(|_| self.kind == "capability")
    }
}

/// What is true of an item.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// What the server says of it has types; `None`: it says nothing.
    pub parse: Option<bool>,
    /// We can say it; `None`: clients do not.
    pub encode: Option<bool>,
    /// It went through the engine: what the server says came as an event, what we say was written.
    pub engine: bool,
    /// The same through a session of the std adapter.
    pub std: bool,
    /// The same through a session of the tokio adapter.
    pub tokio: bool,
    /// What covers it.
    pub tests: BTreeSet<String>,
    /// The real servers that confirmed it: by a case, or in a recording.
    pub servers: BTreeSet<&'static str>,
}

/// How much of an item there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All that belongs to it, with a test.
    Full,
    /// Some.
    Partial,
    /// Nothing.
    Absent,
}

impl Facts {
    /// How much there is.
    pub fn extent(&self) -> Extent {
        let has = [
            self.parse.unwrap_or(true),
            self.encode.unwrap_or(true),
            self.engine,
            self.std,
            self.tokio,
            !self.tests.is_empty(),
        ];
        let something = [self.parse, self.encode].contains(&Some(true)) || has[2] || has[5];
        match (has.iter().all(|has| *has), something) {
            (true, _) => Extent::Full,
            (false, true) => Extent::Partial,
            (false, false) => Extent::Absent,
        }
    }
}

impl fmt::Display for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |known: Option<bool>| match known {
            Some(true) => "yes",
            Some(false) => "no",
            None => "-",
        };
        write!(
            f,
            "parse {}, encode {}, engine {}, std {}, tokio {}, {} tests",
            word(self.parse),
            word(self.encode),
            word(Some(self.engine)),
            word(Some(self.std)),
            word(Some(self.tokio)),
            self.tests.len(),
        )?;
        let tests: Vec<&str> = self.tests.iter().take(3).map(String::as_str).collect();
        if !tests.is_empty() {
            let more = if self.tests.len() > 3 { ", …" } else { "" };
            write!(f, " ({}{more})", tests.join(", "))?;
        }
        let servers: Vec<&str> = self.servers.iter().copied().collect();
        match servers.as_slice() {
            [] => write!(f, ", no server"),
            servers => write!(f, ", {}", servers.join(", ")),
        }
    }
}

/// All items.
///
/// # Panics
/// When the list cannot be read.
pub fn items() -> Vec<Item> {
    let lines = include_str!("../../data/features.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'));
    let item = |line: &'static str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let [kind, name, rfc, sample] = columns[..] else {
            panic!("not four columns: {line}");
        };
        let rfcs = KnownCapability::find(name).filter(|_| kind == "capability");
        let rfc = rfcs
            .and_then(|known| known.rfcs.first())
            .map_or_else(|| rfc.to_owned(), u16::to_string);
        Item {
            kind,
            name,
            rfc,
            sample,
        }
    };
    lines.map(item).collect()
}

/// What the answers are told from.
#[derive(Debug)]
pub struct Evidence {
    items: Vec<Item>,
    product: Vec<Source>,
    texts: Texts,
    engine: Run,
    std: Run,
    tokio: Run,
}

impl Evidence {
    /// Reads the sources, the dialogues and the recordings, and sends every item through the engine and the adapters.
    pub fn gather() -> Self {
        let (items, product) = (items(), sources("imap-proto-core/src"));
        Self {
            product: product
                .into_iter()
                .filter(|source| !source.is_test())
                .collect(),
            texts: Texts::read(),
            engine: runs::engine(&items),
            std: runs::adapter(Adapter::Std, &items),
            tokio: runs::adapter(Adapter::Tokio, &items),
            items,
        }
    }

    /// What is true of an item.
    pub fn facts(&self, item: &Item) -> Facts {
        let mut facts = Facts {
            parse: self.parses(item),
            encode: self.encodes(item),
            tests: self.texts.tests_of(item),
            servers: self.texts.servers_of(item),
            ..Facts::default()
        };
        if let Some(known) = item.known() {
            let tests = known.tests.iter().map(|test| (*test).to_owned());
            facts.tests.extend(tests);
            let servers = known.confirmed.iter().map(|server| server.name());
            facts.servers.extend(servers);
        }
        if ["sasl", "fallback"].contains(&item.kind) {
            // A case of `interop` runs over both adapters.
            let cased = facts.tests.iter().any(|test| is_case(test, item));
            (facts.std, facts.tokio) = (cased, cased);
            facts.engine = facts.tests.iter().any(|test| !test.contains("interop"));
            return facts;
        }
        facts.engine = self.went(&self.engine, item);
        facts.std = self.went(&self.std, item);
        facts.tokio = self.went(&self.tokio, item);
        facts
    }

    /// Whether all of an item worked in a run.
    fn went(&self, run: &Run, item: &Item) -> bool {
        if let Some(known) = item.known() {
            let parts = self.parts(known);
            return run.offered(item.name)
                && parts
                    .iter()
                    .all(|part| part.is_some_and(|part| self.went(run, part)));
        }
        let heard = item.line().is_none() || run.heard(item.kind, item.name);
        let said = self.encodes(item).is_none() || run.said(item.kind, item.name);
        heard && said
    }

    /// The items that belong to a capability; `None` for one that is not in the list. What is described nowhere has none:
    /// all that there is of it is its name, and a test that shows what comes.
    fn parts(&self, known: &KnownCapability) -> Vec<Option<&Item>> {
        if known.support == Support::Named {
            return Vec::new();
        }
        let of = |kinds: &'static [&'static str], names: &'static [&'static str]| {
            let names = names.iter().filter(|name| {
                // The first two end or open a connection, the third has no name.
                !["BYE", "PREAUTH", "sequence set"].contains(name)
            });
            names.map(move |name| {
                let name = name.strip_suffix(".PEEK").unwrap_or(name);
                let same = |item: &&Item| kinds.contains(&item.kind) && item.name == name;
                self.items.iter().find(same)
            })
        };
        let options = &["option", "return", "list", "selection"];
        let all = of(&["command"], known.commands)
            .chain(of(&["response"], known.responses))
            .chain(of(&["code"], known.codes))
            .chain(of(&["fetch"], known.fetch_items))
            .chain(of(&["status"], known.status_items))
            .chain(of(&["search"], known.search_keys))
            .chain(of(options, known.options));
        all.collect()
    }

    /// Whether what a server says of it comes out typed.
    fn parses(&self, item: &Item) -> Option<bool> {
        let Some(known) = item.known() else {
            return item.line().map(|line| is_typed(item, line));
        };
        let offered = parse(format!("* CAPABILITY IMAP4rev1 {}\r\n", item.name));
        let found = matches!(offered, Some(Data::Capability(set)) if set.has(known.capability));
        let typed =
            |part: Option<&Item>| part.is_some_and(|part| self.parses(part).unwrap_or(true));
        Some(found && self.parts(known).into_iter().all(typed))
    }

    /// Whether we can say it.
    fn encodes(&self, item: &Item) -> Option<bool> {
        let made = || request(item.kind, item.name).is_some_and(|request| request.is_ok());
        match item.kind {
            "capability" => {
                let parts = self.parts(item.known()?);
                let said = parts.iter().flatten().filter_map(|part| self.encodes(part));
                let said: Vec<bool> = said.collect();
                (!said.is_empty()).then(|| said.iter().all(|said| *said))
            }
            "command" if runs::special(item).is_some() => {
                Some(self.has_literal("engine", item.name) || self.has_literal("encode", item.name))
            }
            "sasl" => Some(self.has_literal("engine/sasl", item.name)),
            "fallback" => Some(self.has_fallback(item.name)),
            // These only the server says, unless there is a way to ask for them.
            "response" | "code" | "attribute" | "extended" | "return" if item.line().is_some() => {
                made().then_some(true)
            }
            _ => Some(made()),
        }
    }

    /// Whether a string of the product code below a folder is a name, or begins with it.
    fn has_literal(&self, folder: &str, name: &str) -> bool {
        let folder = format!("imap-proto-core/src/{folder}");
        let forms = [
            format!("\"{name}\""),
            format!("\"{name} "),
            format!("\"{name}\\r"),
        ];
        let below = self
            .product
            .iter()
            .filter(|source| source.path.starts_with(&folder));
        let mut lines = below.flat_map(|source| source.text[..source.product_code().len()].lines());
        lines.any(|line| {
            let comment = line.trim_start().starts_with("//");
            !comment && forms.iter().any(|form| line.contains(form.as_str()))
        })
    }

    fn has_fallback(&self, name: &str) -> bool {
        let fallback = |source: &&Source| source.path.contains("/session/fallback/");
        let mut below = self.product.iter().filter(fallback);
        below.any(|source| source.text.contains(name))
    }
}

/// Whether a test is a case that is run, and of the item.
fn is_case(test: &str, item: &Item) -> bool {
    match test.split_once("/interop/cases/") {
        // Its file is enough for a fallback, which a case does not name.
        Some((_, file)) if item.kind == "fallback" => file.starts_with("fallbacks.rs"),
        Some((_, file)) => interop::NAMES.contains(&file.replace(".rs::", "::").as_str()),
        None => false,
    }
}

fn parse(line: String) -> Option<Data> {
    match parse_response(&Bytes::from(line), &Limits::default()) {
        Ok(Response::Data(data)) => Some(data),
        _ => None,
    }
}

/// Whether a sample has a type, and not only a tree of tokens.
fn is_typed(item: &Item, line: String) -> bool {
    match (item.kind, parse(line)) {
        ("code", Some(Data::Condition { text, .. })) => {
            !matches!(text.code, None | Some(Code::Other { .. }))
        }
        // Two dialects have it, so the type is a view of the tokens.
        ("fetch", Some(Data::Fetch(fetch))) if item.name == "SNIPPET" => fetch.snippet().is_some(),
        ("fetch", Some(Data::Fetch(fetch))) => !fetch
            .items
            .iter()
            .any(|item| matches!(item, FetchData::Other(..) | FetchData::Invalid(..))),
        ("status", Some(Data::Status(status))) => {
            let other =
                |item: &StatusData| matches!(item, StatusData::Other(..) | StatusData::Invalid(..));
            status.items.len() == 1 && !status.items.iter().any(other)
        }
        ("return", Some(Data::Esearch(esearch))) => {
            let other = |item: &EsearchData| matches!(item, EsearchData::Other(..));
            esearch.items.len() == 1 && !esearch.items.iter().any(other)
        }
        ("attribute", Some(Data::List(list))) => {
            let mut attributes = list.attributes.iter();
            attributes.any(|attribute| !matches!(attribute, ListAttribute::Other(_)))
        }
        ("extended", Some(Data::List(list))) => {
            list.old_name().is_some() || list.has_child_info("SUBSCRIBED")
        }
        ("response", data) => data.is_some_and(|data| !matches!(data, Data::Other(_))),
        _ => false,
    }
}

/// Whether a name stands in a text as a word of its own.
fn has_word(text: &str, name: &str) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "-.=\\".contains(c));
    text.match_indices(name).any(|(at, _)| {
        !is_word(text[..at].chars().next_back())
            && (name.ends_with('=') || !is_word(text[at + name.len()..].chars().next()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(kind: &'static str, name: &'static str, sample: &'static str) -> Item {
        Item {
            kind,
            name,
            rfc: String::new(),
            sample,
        }
    }

    #[test]
    fn what_nobody_knows_has_no_type_and_no_command() {
        for (kind, sample) in [
            ("code", "XYZZY 5"),
            ("fetch", "XYZZY 5"),
            ("status", "XYZZY 5"),
            ("return", "XYZZY 5"),
            ("response", "XYZZY 5"),
            ("attribute", "\\XYZZY"),
        ] {
            let item = item(kind, "XYZZY", sample);
            assert!(!is_typed(&item, item.line().expect("a line")), "{kind}");
            assert!(request(kind, "XYZZY").is_none(), "{kind}");
        }
    }

    #[test]
    fn a_command_must_say_the_item() {
        let run = runs::engine(&[item("search", "OLDER", ""), item("search", "XYZZY", "")]);
        assert!(run.said("search", "OLDER") && !run.said("search", "XYZZY"));
    }

    #[test]
    fn an_item_without_a_test_is_partial() {
        let facts = Facts {
            parse: Some(true),
            engine: true,
            std: true,
            tokio: true,
            ..Facts::default()
        };
        assert_eq!(facts.extent(), Extent::Partial);
        assert_eq!(Facts::default().extent(), Extent::Absent);
    }
}
