//! A case as its file has it.

use std::path::PathBuf;
use std::time::Duration;

use crate::script::{Action, Script};
use crate::source::root;

/// A case: what it is about, and what the server does.
///
/// Its file is a [`Script`] with lines `#! key value` in front:
///
/// | key | value |
/// |---|---|
/// | `rule` | the rule or defect of the seed that it is about, by its number |
/// | `shows` | what a correct client shows |
/// | `seed` | `fails`: the seed is known not to pass it |
/// | `capabilities` | what the server answers to CAPABILITY; `IMAP4rev1` without |
/// | `accepts` | a command that may come at any time and is answered with OK |
/// | `connections` | how many connections play the script, one after the other; 1 without |
/// | `limit` | seconds until it counts as a hang; 6 without |
///
/// and with these directives besides a script's own:
///
/// | directive | meaning |
/// |---|---|
/// | `quiet` | for 150 ms the client says nothing |
/// | `long 4` | the server answers FETCH with a body of so many MiB without a line end |
/// | `endless 4` | the server begins a line, and says so many MiB of it |
/// | `silence` | the server reads on, and never says anything again |
#[derive(Clone, Debug)]
pub struct Plan {
    /// The file's name.
    pub name: String,
    /// The rule or defect.
    pub rule: String,
    /// Whether the seed is known not to pass it.
    pub seed_fails: bool,
    /// What the server answers to CAPABILITY.
    pub capabilities: String,
    /// A command that may come at any time.
    pub accepts: Option<String>,
    /// How many connections there are.
    pub connections: usize,
    /// When it counts as a hang.
    pub limit: Duration,
    /// What happens.
    pub steps: Vec<Step>,
}

/// A step of the server.
#[derive(Clone, Debug)]
pub enum Step {
    /// As in a script.
    Script(Box<Action>),
    /// A body of so many MiB.
    Long(usize),
    /// A line of so many MiB, and no end.
    Endless(usize),
    /// Nothing any more.
    Silence,
}

impl Plan {
    /// All cases, by name.
    ///
    /// # Panics
    /// When the folder or a file cannot be read.
    pub fn all() -> Vec<Self> {
        let folder = std::fs::read_dir(folder()).expect("the folder of the cases");
        let mut names: Vec<String> = folder
            .filter_map(|entry| {
                let name = entry.expect("a file").file_name().into_string().ok()?;
                Some(name.strip_suffix(".script")?.to_owned())
            })
            .collect();
        names.sort();
        names.iter().map(|name| Self::read(name)).collect()
    }

    /// One case.
    ///
    /// # Panics
    /// When there is no such case, or its file is broken.
    pub fn read(name: &str) -> Self {
        let path = folder().join(format!("{name}.script"));
        let text = std::fs::read_to_string(&path).expect("the case's file");
        Self::parse(name, &text).unwrap_or_else(|problem| panic!("{name}: {problem}"))
    }

    fn parse(name: &str, text: &str) -> Result<Self, String> {
        let key = |wanted: &str| {
            let lines = text.lines().filter_map(|line| line.strip_prefix("#! "));
            let mut pairs = lines.filter_map(|line| line.split_once(' '));
            let found = pairs.find(|(key, _)| *key == wanted)?;
            Some(found.1.to_owned())
        };
        let number = |wanted: &str, default: usize| {
            let value = key(wanted).map(|value| value.parse().map_err(|_| wanted.to_owned()));
            value.unwrap_or(Ok(default))
        };
        let lines = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let limit = u64::try_from(number("limit", 6)?).unwrap_or_default();
        Ok(Self {
            name: name.to_owned(),
            rule: key("rule").ok_or("no rule")?,
            seed_fails: key("seed").as_deref() == Some("fails"),
            capabilities: key("capabilities").unwrap_or_else(|| "IMAP4rev1".to_owned()),
            accepts: key("accepts"),
            connections: number("connections", 1)?,
            limit: Duration::from_secs(limit),
            steps: lines.map(step).collect::<Result<_, _>>()?,
        })
    }
}

fn folder() -> PathBuf {
    root().join("tests/compare/cases")
}

fn step(line: &str) -> Result<Step, String> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let size = || rest.parse().map_err(|_| format!("no number in {line:?}"));
    match word {
        "long" => Ok(Step::Long(size()?)),
        "endless" => Ok(Step::Endless(size()?)),
        "silence" => Ok(Step::Silence),
        _ => {
            let script = Script::parse("case", line).map_err(|error| error.to_string())?;
            let step = script.steps.into_iter().next();
            step.map(|step| Step::Script(Box::new(step.action)))
                .ok_or_else(|| format!("nothing in {line:?}"))
        }
    }
}
