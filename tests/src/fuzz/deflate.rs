//! The compression layer against flate2 used by hand.

use super::choices::{Choices, cuts};
use super::wire::Wire;
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use imap_proto_core::layer::{LayerError, Received, Sink, Stack};
use std::io;

/// What one read may give at most: `Limits::inflate_step`.
const STEP: usize = 64 * 1024;

/// What is written can be inflated, what was deflated can be read, garbage gives what is before the fault and no more,
/// and both directions end where UNAUTHENTICATE ends them.
pub fn deflate(data: &[u8]) {
    let mut choices = Choices::new(data);
    let plan = Plan {
        wire: choices.byte(),
        cut: choices.byte(),
        level: u32::from(choices.byte() % 10),
        flush: choices.byte(),
        window: [1, 100, 40_000, 100_000][choices.below(4)],
        split: usize::from(choices.byte()),
    };
    let data = choices.rest();
    let data = &data[..data.len().min(4096)];
    writes(&plan, data);
    reads(&plan, data);
    garbage(&plan, data);
    ends(&plan, data);
}

struct Plan {
    wire: u8,
    cut: u8,
    level: u32,
    flush: u8,
    window: usize,
    /// Where the plain text that follows begins, and how much the engine's buffer held.
    split: usize,
}

fn writes(plan: &Plan, data: &[u8]) {
    let (packed, behind) = data.split_at(plan.split.min(data.len()));
    let mut wire = Wire::new(&[], plan.wire);
    let mut stack = Stack::plain();
    stack.start_compression(&[]).expect("first");
    assert!(matches!(
        stack.start_compression(&[]),
        Err(LayerError::AlreadyActive)
    ));
    write(&mut stack, &mut wire, packed, plan.cut);
    stack.end_sent_compression().expect("ends");
    write(&mut stack, &mut wire, behind, plan.cut);
    let compressed = wire.outgoing.strip_suffix(behind).expect("plain again");
    assert_eq!(inflate(compressed), (packed.to_vec(), compressed.len()));
}

fn write(stack: &mut Stack, wire: &mut Wire, data: &[u8], cut: u8) {
    let mut start = 0;
    for end in cuts(cut, data.len()) {
        let mut piece = &data[start..end];
        while !piece.is_empty() {
            stack.write(wire, &mut piece).expect("writes");
        }
        start = end;
        if !cut.is_multiple_of(3) {
            while !stack.flush(wire).expect("flushes") {}
        }
    }
    while !stack.flush(wire).expect("flushes") {}
    assert!(!stack.wants_write());
}

/// All that can be inflated, and how much input that took.
fn inflate(packed: &[u8]) -> (Vec<u8>, usize) {
    let mut decoder = Decompress::new(false);
    let mut plain = vec![0; 1 << 16];
    let mut used = 0;
    loop {
        let filled = usize::try_from(decoder.total_out()).unwrap();
        if plain.len() - filled < 1 << 15 {
            plain.resize(plain.len() * 2, 0);
        }
        let status =
            decoder.decompress(&packed[used..], &mut plain[filled..], FlushDecompress::None);
        let before = (filled, used);
        used = usize::try_from(decoder.total_in()).unwrap();
        let filled = usize::try_from(decoder.total_out()).unwrap();
        if matches!(status, Ok(Status::StreamEnd) | Err(_)) || before == (filled, used) {
            plain.truncate(filled);
            return (plain, used);
        }
    }
}

fn reads(plan: &Plan, data: &[u8]) {
    let packed = packed(plan, data, true);
    let (stack, sink) = read(plan, &packed).expect("well-formed");
    assert_eq!(sink, data);
    assert!(stack.closed_cleanly());
}

/// The peer's octets for the data, with flushes where the plan cuts; the last piece ends in a flush or in a last block.
fn packed(plan: &Plan, data: &[u8], finished: bool) -> Vec<u8> {
    let mut encoder = Compress::new(Compression::new(plan.level), false);
    let mut packed = Vec::with_capacity(2 * data.len() + 64 * (data.len() + 2));
    let mut start = 0;
    for end in cuts(plan.cut, data.len()) {
        let flush = match plan.flush % 4 {
            _ if finished && end == data.len() => FlushCompress::Finish,
            0 if end < data.len() => FlushCompress::None,
            1 => FlushCompress::Full,
            _ => FlushCompress::Sync,
        };
        let taken = encoder.compress_vec(&data[start..end], &mut packed, flush);
        taken.expect("compresses");
        start = end;
    }
    if data.is_empty() && finished {
        let taken = encoder.compress_vec(&[], &mut packed, FlushCompress::Finish);
        taken.expect("compresses");
    }
    packed
}

/// Reads to the end, or to an error, with the first octets as those that the engine's buffer held.
fn read(plan: &Plan, packed: &[u8]) -> Result<(Stack, Vec<u8>), Vec<u8>> {
    let (leftover, incoming) = packed.split_at(plan.split.min(packed.len()));
    let mut wire = Wire::new(incoming, plan.wire);
    let mut stack = Stack::plain();
    stack.start_compression(leftover).expect("first");
    let mut sink = Window::new(plan.window);
    loop {
        match stack.read(&mut wire, &mut sink) {
            Ok(Received::End) => {
                assert!(!stack.wants_read());
                return Ok((stack, sink.octets));
            }
            Ok(Received::Bytes(count)) => {
                assert!((1..=STEP).contains(&count), "{count} in one step");
            }
            Ok(Received::Again | Received::Blocked) => {}
            Ok(Received::Full) => panic!("the sink is never full"),
            Err(_) => {
                assert!(stack.read(&mut wire, &mut sink).is_err(), "an error stays");
                return Err(sink.octets);
            }
        }
        assert!(
            stack.buffer_bytes() <= 4 * STEP,
            "{} held",
            stack.buffer_bytes()
        );
    }
}

fn garbage(plan: &Plan, data: &[u8]) {
    let (expected, _) = inflate(data);
    let sink = read(plan, data).map_or_else(|sink| sink, |(_, sink)| sink);
    assert!(
        sink == expected,
        "{} octets, not {}",
        sink.len(),
        expected.len()
    );
}

/// UNAUTHENTICATE: compression ends behind the OK, a line whose end no flush looks like.
fn ends(plan: &Plan, data: &[u8]) {
    let (before, behind) = data.split_at(plan.split.min(data.len()));
    let before = [before, b"\r\n"].concat();
    let mut octets = packed(plan, &before, plan.flush & 4 != 0);
    octets.extend_from_slice(behind);
    let mut wire = Wire::new(&octets, plan.wire);
    let mut stack = Stack::plain();
    stack.start_compression(&[]).expect("first");
    stack.end_sent_compression().expect("ends");
    let mut sink = Window::new(plan.window);
    let mut told = false;
    loop {
        let received = stack.read(&mut wire, &mut sink).expect("well-formed");
        let len = sink.octets.len();
        assert!(told || len <= before.len(), "inflated what is plain");
        if len >= before.len() && !told {
            told = true;
            stack.end_received_compression();
        } else if received == Received::End {
            break;
        }
    }
    assert_eq!(sink.octets, [&before, behind].concat());
    assert!(!stack.is_compressed() || behind.is_empty());
}

/// A sink that lends a window of one size and keeps everything.
struct Window {
    octets: Vec<u8>,
    window: Vec<u8>,
}

impl Window {
    fn new(window: usize) -> Self {
        Self {
            octets: Vec::new(),
            window: vec![0; window],
        }
    }
}

impl Sink for Window {
    fn is_full(&self) -> bool {
        false
    }

    fn fill(&mut self, read: &mut dyn FnMut(&mut [u8]) -> io::Result<usize>) -> io::Result<usize> {
        let count = read(&mut self.window)?;
        self.octets.extend_from_slice(&self.window[..count]);
        Ok(count)
    }

    fn push(&mut self, bytes: &[u8]) -> usize {
        let count = bytes.len().min(self.window.len());
        self.octets.extend_from_slice(&bytes[..count]);
        count
    }
}
