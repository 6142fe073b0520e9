//! The bodies of the fuzz targets over their seed corpora, and over a bounded number of random and mutated inputs.
//!
//! `fuzz/coverage` runs the tests `seeds::` alone.

use imap_tests::fuzz::{Body, TARGETS};
use imap_tests::source::root;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Inputs of each target beside its corpus, and how long it may take for them: a slow machine tries fewer.
const TRIES: u64 = 3000;
const BUDGET: Duration = Duration::from_secs(5);

/// `SplitMix64`: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % count as u64).unwrap()
    }

    fn octets(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_le_bytes()[0]).collect()
    }

    /// Octets that a grammar makes something of.
    fn words(&mut self, dictionary: &[Vec<u8>]) -> Vec<u8> {
        let count = 1 + self.below(20);
        (0..count)
            .flat_map(|_| dictionary[self.below(dictionary.len())].clone())
            .collect()
    }

    fn mutated(&mut self, input: &[u8], dictionary: &[Vec<u8>]) -> Vec<u8> {
        let mut octets = input.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(octets.len() + 1);
            let to = at + self.below((octets.len() - at).min(16) + 1);
            let with = match self.below(4) {
                0 => Vec::new(),
                1 => octets[at..to].repeat(2),
                2 => dictionary[self.below(dictionary.len())].clone(),
                _ => self.octets(to - at),
            };
            octets.splice(at..to, with);
        }
        octets
    }
}

fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = root().join("fuzz/corpus").join(target);
    let entries =
        std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .into_iter()
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect()
}

/// The words of the dictionary, in libFuzzer's format: `"…"` with `\xHH`, `\"` and `\\`.
fn dictionary() -> Vec<Vec<u8>> {
    let text = std::fs::read_to_string(root().join("fuzz/imap.dict")).unwrap();
    let words = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    words
        .map(|line| {
            word(
                line.strip_prefix('"')
                    .and_then(|line| line.strip_suffix('"'))
                    .expect(line),
            )
        })
        .collect()
}

fn word(quoted: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    let mut rest = quoted.bytes();
    while let Some(byte) = rest.next() {
        octets.push(match byte {
            b'\\' => match rest.next().expect("an escape") {
                b'x' => {
                    let digits = [rest.next().unwrap(), rest.next().unwrap()];
                    u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
                }
                other => other,
            },
            other => other,
        });
    }
    octets
}

fn check(body: Body, input: &[u8], name: &str) {
    let outcome = catch_unwind(AssertUnwindSafe(|| body(input)));
    assert!(
        outcome.is_ok(),
        "{name} fails with {:?}",
        input.escape_ascii().to_string()
    );
}

fn body(target: &str) -> Body {
    let (_, body) = *TARGETS
        .iter()
        .find(|(name, _)| *name == target)
        .expect("a target");
    body
}

/// The seeds of a target, each given to its body.
fn run_seeds(target: &str) {
    let seeds = corpus(target);
    assert!(!seeds.is_empty(), "{target} has seeds");
    for (path, input) in &seeds {
        check(body(target), input, &path.display().to_string());
    }
}

/// Random and mutated inputs.
fn run_variants(target: &str) {
    let (seeds, dictionary) = (corpus(target), dictionary());
    let mut random = Random(1);
    let began = Instant::now();
    for _ in 0..TRIES {
        let input = match random.below(4) {
            0 => {
                let count = random.below(200);
                random.octets(count)
            }
            1 => random.words(&dictionary),
            _ => {
                let (_, seed) = &seeds[random.below(seeds.len())];
                random.mutated(seed, &dictionary)
            }
        };
        check(body(target), &input, target);
        if began.elapsed() > BUDGET {
            break;
        }
    }
}

macro_rules! targets {
    ($($name:ident)*) => {
        mod seeds {
            $(#[test]
            fn $name() {
                super::run_seeds(stringify!($name));
            })*
        }

        mod variants {
            $(#[test]
            fn $name() {
                super::run_variants(stringify!($name));
            })*
        }

        #[test]
        fn every_target_is_run_here_and_under_libfuzzer() {
            let here = [$(stringify!($name)),*];
            assert!(TARGETS.iter().map(|(name, _)| *name).eq(here), "in alphabetical order");
            let manifest = std::fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
            for target in here {
                let path = format!("path = \"targets/{target}.rs\"");
                assert!(manifest.contains(&path), "{target}");
                let source = std::fs::read_to_string(root().join(format!("fuzz/targets/{target}.rs"))).unwrap();
                assert!(source.contains(&format!("imap_tests::fuzz::{target}(")), "{target}");
            }
        }
    };
}

targets! {
    chunking
    command
    deflate
    engine_ops
    framer
    response
    sasl
    sequence_set
    starttls
    utf7
}
