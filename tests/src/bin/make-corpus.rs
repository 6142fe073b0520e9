//! Makes the seeds of the fuzz targets, `fuzz/corpus/TARGET/seed-*`, of the recorded dialogues.
//!
//! Other files there are inputs that once failed: they stay.

use imap_proto_core::wire::{Frame, Framer, InputBuffer, Limits};
use imap_tests::source::root;
use imap_tests::transcript::{Side, Transcript, all};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Longer octets make a fuzzer slow.
const LONGEST: usize = 2048;

fn main() {
    let transcripts = all();
    let frames = frames(&transcripts);
    let corpus = root().join("fuzz/corpus");
    let mut count = 0;
    for (target, seeds) in seeds(&transcripts, &frames) {
        write(&corpus.join(target), &seeds);
        println!("{target}: {} seeds", seeds.len());
        count += seeds.len();
    }
    println!("{count} seeds");
}

type Seeds = Vec<Vec<u8>>;

fn seeds(transcripts: &[Transcript], frames: &[Vec<u8>]) -> BTreeMap<&'static str, Seeds> {
    let distinct = distinct(frames, 120);
    let streams = streams(transcripts);
    BTreeMap::from([
        ("chunking", conversations(&streams)),
        ("command", random(60, 100)),
        ("deflate", compressed(transcripts)),
        ("engine_ops", operations(&distinct)),
        ("framer", framed(&streams)),
        ("response", headed(&[2], &distinct)),
        (
            "starttls",
            headed(&[7, 200, 3], &streams[..streams.len().min(20)]),
        ),
        ("sequence_set", words(frames, is_set, 20)),
        ("utf7", words(frames, |word| word.contains('&'), 30)),
    ])
}

/// What servers said to the set-ups in turn, with our tags in place of the recorded ones: each tagged line answers the
/// next command, before which all that waits is written.
fn conversations(streams: &[Vec<u8>]) -> Seeds {
    let heads = [
        [0, 0, 3, 1, 3],
        [1, 0, 40, 1, 4],
        [2, 0, 7, 1, 5],
        [3, 1, 9, 1, 21],
    ];
    let turns = streams.iter().step_by(4).zip(heads.iter().cycle());
    turns
        .map(|(stream, head)| {
            let mut seed = head.to_vec();
            let mut number = 0;
            for line in stream.split_inclusive(|&byte| byte == b'\n') {
                let tagged = |word: &[u8]| {
                    line.windows(word.len())
                        .take(8)
                        .any(|window| window == word)
                };
                if !line.starts_with(b"*")
                    && (tagged(b" OK ") || tagged(b" NO ") || tagged(b" BAD "))
                {
                    let text = line
                        .iter()
                        .position(|&byte| byte == b' ')
                        .unwrap_or_default();
                    seed.extend_from_slice(format!("AAAA{number}").as_bytes());
                    seed.extend_from_slice(&line[text..]);
                    seed.push(0xff);
                    number += 1;
                } else {
                    seed.extend_from_slice(line);
                }
            }
            seed
        })
        .collect()
}

/// Operations at random, with some lines to feed in front.
fn operations(frames: &[Vec<u8>]) -> Seeds {
    let seeds = random(40, 120).into_iter().zip(frames.iter().cycle());
    seeds
        .map(|(operations, line)| {
            let line = &line[..line.len().min(39)];
            [&operations[..1], &[4, 39], line, &operations[1..]].concat()
        })
        .collect()
}

/// Octets of a generator that begins with the seed's number.
fn random(seeds: u8, octets: usize) -> Seeds {
    let seed = |number: u8| {
        let mut state = u32::from(number);
        let next = move |_| {
            state = state.wrapping_mul(1_103_515_245).wrapping_add(12345);
            (state >> 16).to_le_bytes()[0]
        };
        [number.wrapping_mul(9)]
            .into_iter()
            .chain((0..octets).map(next))
            .collect()
    };
    (0..seeds).map(seed).collect()
}

/// Seeds behind the octets that choose how a target is set up.
fn headed(head: &[u8], seeds: &[Vec<u8>]) -> Seeds {
    seeds.iter().map(|seed| [head, seed].concat()).collect()
}

/// The framer's set-ups in turn: whole, streamed above 4 octets, streamed with refusals, before login.
fn framed(streams: &[Vec<u8>]) -> Seeds {
    let heads = [
        [0, 3, 0, 7],
        [0, 1, 0xff, 9],
        [0, 0, 0x55, 3],
        [1, 0, 0, 40],
    ];
    let turns = streams.iter().step_by(5).zip(heads.iter().cycle());
    turns
        .map(|(stream, head)| [&head[..], stream].concat())
        .collect()
}

/// The compressed octets of recordings, and the plain ones of others.
fn compressed(transcripts: &[Transcript]) -> Seeds {
    let head = [5, 9, 6, 2, 2, 30];
    let packed = transcripts.iter().flat_map(|transcript| {
        let both = transcript.connections().into_iter();
        both.flat_map(|connection| {
            [Side::Client, Side::Server].map(|side| transcript.compressed_stream(side, connection))
        })
    });
    let plain = streams(transcripts).into_iter().step_by(40).map(Into::into);
    let seeds = packed.chain(plain).filter(|octets| !octets.is_empty());
    seeds
        .map(|octets| [&head[..], &octets[..octets.len().min(LONGEST)]].concat())
        .collect()
}

/// What servers said, one seed a connection, cut to the longest.
fn streams(transcripts: &[Transcript]) -> Vec<Vec<u8>> {
    let sides = transcripts.iter().flat_map(|transcript| {
        let connections = transcript.connections().into_iter();
        connections.map(|connection| transcript.stream(Side::Server, connection))
    });
    sides
        .map(|stream| stream[..stream.len().min(LONGEST)].to_vec())
        .collect()
}

fn frames(transcripts: &[Transcript]) -> Vec<Vec<u8>> {
    let limits = Limits::default();
    let mut found = BTreeSet::new();
    for transcript in transcripts {
        for connection in transcript.connections() {
            let mut stream = transcript.stream(Side::Server, connection);
            loop {
                let mut input = InputBuffer::new(&limits);
                input.extend_from_slice(&stream);
                let Ok(Frame::Complete { len }) = Framer::new(&limits).poll(&input, &limits) else {
                    break;
                };
                found.insert(stream.split_to(len).to_vec());
            }
        }
    }
    found
        .into_iter()
        .filter(|frame| frame.len() <= LONGEST)
        .collect()
}

/// One frame of each kind: those with other words in capitals, outside of strings, are of another kind.
fn distinct(frames: &[Vec<u8>], most: usize) -> Seeds {
    let mut kinds = BTreeMap::new();
    for frame in frames {
        let text = String::from_utf8_lossy(frame).into_owned();
        let outside: String = text.split('"').step_by(2).take(20).collect();
        let words: BTreeSet<String> = outside
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '.')
            .filter(|word| {
                word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase() || c == '.')
            })
            .map(str::to_owned)
            .collect();
        let kept = kinds.entry(words).or_insert(frame);
        if frame.len() < kept.len() {
            *kept = frame;
        }
    }
    let step = kinds.len().div_ceil(most).max(1);
    kinds.into_values().step_by(step).cloned().collect()
}

/// Words of the frames that are of a kind.
fn words(frames: &[Vec<u8>], kind: impl Fn(&str) -> bool, most: usize) -> Seeds {
    let text = |frame: &Vec<u8>| String::from_utf8_lossy(frame).into_owned();
    let found: BTreeSet<String> = frames
        .iter()
        .map(text)
        .flat_map(|text| {
            text.split([' ', '"', '(', ')', '[', ']', '\r'])
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .filter(|word| kind(word))
        .collect();
    let step = found.len().div_ceil(most).max(1);
    found
        .into_iter()
        .step_by(step)
        .map(String::into_bytes)
        .collect()
}

fn is_set(word: &str) -> bool {
    let part = |c: char| c.is_ascii_digit() || c == ':' || c == ',';
    word.chars().all(part)
        && word.contains([':', ','])
        && word.starts_with(|c: char| c.is_ascii_digit())
}

/// Replaces the seeds of one target.
fn write(folder: &Path, seeds: &[Vec<u8>]) {
    std::fs::create_dir_all(folder).expect("the corpus can be written");
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("seed-") {
            std::fs::remove_file(&path).expect("a seed can be removed");
        }
    }
    for (number, seed) in seeds.iter().enumerate() {
        let path = folder.join(format!("seed-{number:03}"));
        std::fs::write(path, seed).expect("a seed can be written");
    }
}
